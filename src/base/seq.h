/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sequence numbers: arithmetic modulo 2^32 (RFC 9293 3.4).  Never compare them with a bare <. */
#ifndef BASE_SEQ_H
#define BASE_SEQ_H

#include <stdbool.h>
#include <stdint.h>

/* a < b on the circle; meaningless when they are exactly 2^31 apart. */
static inline bool
seq_lt(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static inline bool
seq_leq(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) <= 0;
}

/* first <= n < first + size; an empty window holds nothing. */
static inline bool
seq_in_window(uint32_t n, uint32_t first, uint32_t size)
{
	return n - first < size;
}

#endif
