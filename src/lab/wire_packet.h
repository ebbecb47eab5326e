/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A frame as the link sees it.  The wire needs five numbers of each, fast; all that can be said of it is for seg/. */
#ifndef LAB_WIRE_PACKET_H
#define LAB_WIRE_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "link/link.h"

/* Fills in ip_bytes, flow_hash, payload_bytes and ecn; the rest is zero.  Headers without sense count as payload. */
void wire_packet(struct link_packet *packet, const uint8_t *frame, size_t size);

#endif
