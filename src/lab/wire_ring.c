/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One writer, any number of readers, no locks.  While event n is being written, `written` is n and the event that lay
 * there before, n - WIRE_EVENTS, is no longer to be had; so a copy is good if afterwards `written` still is no more
 * than its number + WIRE_EVENTS - 1.
 */
#include "lab/wire_ring.h"

#include <string.h>

_Static_assert((WIRE_EVENTS & (WIRE_EVENTS - 1)) == 0, "numbers wrap around with the ring");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "processes share these without a lock");

struct wire_event *
wire_event_begin(struct wire_shared *shared)
{
	uint64_t n = atomic_load_explicit(&shared->written, memory_order_relaxed);

	/* Whoever sees a byte of the new event also sees that `written` has come this far. */
	atomic_thread_fence(memory_order_release);
	return &shared->event[n % WIRE_EVENTS];
}

void
wire_event_end(struct wire_shared *shared)
{
	atomic_fetch_add_explicit(&shared->written, 1, memory_order_release);
}

static bool
is_there(const struct wire_shared *shared, uint64_t n)
{
	uint64_t written = atomic_load_explicit(&shared->written, memory_order_acquire);

	return n < written && written - n < WIRE_EVENTS;
}

bool
wire_event_read(const struct wire_shared *shared, uint64_t n, struct wire_event *event)
{
	if (!is_there(shared, n))
		return false;
	memcpy(event, &shared->event[n % WIRE_EVENTS], sizeof(*event));
	atomic_thread_fence(memory_order_acquire);
	return is_there(shared, n);
}
