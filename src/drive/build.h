/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a segment to the bytes of a frame, through libnet: the nearest legal packet first, then the fields that the crafter
 * gave are poked into it, then lengths and checksums that he did not give are made right.  Needs no device and no privilege.
 */
#ifndef DRIVE_BUILD_H
#define DRIVE_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "seg/seg.h"

#define FRAME_MAX 65549 /* Ethernet header and the longest IP packet */

struct build;

struct build *build_new(struct err *err); /* NULL with *err */
void build_free(struct build *build);

/* Writes the frame; returns its length, or -1 with *err when it does not fit `size` or cannot be said at all. */
long build_frame(struct build *build, const struct seg *seg, uint8_t *frame, size_t size, struct err *err);

#endif
