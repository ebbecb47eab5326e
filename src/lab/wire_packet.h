/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A frame as the link sees it.  The wire needs five numbers of each frame, fast; seg/ is for all that one can say about it. */
#ifndef LAB_WIRE_PACKET_H
#define LAB_WIRE_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "link/link.h"

/* Fills in ip_bytes, flow_hash, payload_bytes and ecn; the rest is zero.  Headers that make no sense count as payload. */
void wire_packet(struct link_packet *packet, const uint8_t *frame, size_t size);

#endif
