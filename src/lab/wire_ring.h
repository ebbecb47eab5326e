/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wire's side of the events in shared memory. */
#ifndef LAB_WIRE_RING_H
#define LAB_WIRE_RING_H

#include "lab/wire.h"

/* The place of the next event, which no reader takes as valid until wire_event_end; to be filled in whole. */
struct wire_event *wire_event_begin(struct wire_shared *shared);
void wire_event_end(struct wire_shared *shared);

#endif
