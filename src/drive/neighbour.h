/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a host says when asked for its link-layer address: ARP (RFC 826) and neighbour discovery (RFC 4861 7.2.4). */
#ifndef DRIVE_NEIGHBOUR_H
#define DRIVE_NEIGHBOUR_H

#include <stdbool.h>

#include "seg/seg.h"

/*
 * If `asked` asks for one of the `count` addresses `own`, fills *answer with the segment that says it is at `mac`, and
 * returns true.  The answer's payload (an ND option) is borrowed from `room`.
 */
bool neighbour_answer(const struct seg *asked, const struct address *own, unsigned count, uint64_t mac,
    struct seg *answer, uint8_t room[static 8]);

#endif
