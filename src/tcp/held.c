/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Out-of-order data: which stretches have come before the octets in front of them did (RFC 9293 3.10.7.4, SHLD-31). */
#include <string.h>

#include "tcp/step.h"

static void
held_remove(struct endpoint *e, unsigned first, unsigned count)
{
	memmove(&e->held[first], &e->held[first + count], (e->held_count - first - count) * sizeof(e->held[0]));
	e->held_count = (uint8_t)(e->held_count - count);
}

bool
held_keep(struct endpoint *e, uint32_t left, uint32_t right)
{
	unsigned first = 0, last;

	while (first < e->held_count && seq_lt(e->held[first].right, left))
		first++;
	for (last = first; last < e->held_count && seq_leq(e->held[last].left, right); last++) {
		if (seq_lt(e->held[last].left, left))
			left = e->held[last].left;
		if (seq_lt(right, e->held[last].right))
			right = e->held[last].right;
	}
	if (last == first) {
		if (e->held_count == HELD_MAX)
			return false;
		memmove(&e->held[first + 1], &e->held[first], (e->held_count - first) * sizeof(e->held[0]));
		e->held_count++;
	} else {
		held_remove(e, first + 1, last - first - 1);
	}
	e->held[first].left = left;
	e->held[first].right = right;
	return true;
}

void
held_take(struct endpoint *e)
{
	while (e->held_count != 0 && seq_leq(e->held[0].left, e->rcv.nxt)) {
		if (seq_lt(e->rcv.nxt, e->held[0].right))
			e->rcv.nxt = e->held[0].right;
		held_remove(e, 0, 1);
	}
}
