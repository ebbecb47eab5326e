/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wire's events, and what they tell of Bob: what he heard and sent, in his order. */
#ifndef SESSION_EVENTS_H
#define SESSION_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "lab/wire.h"

struct session;

/* A frame that waits on the wire under `link hold`. */
struct held_frame {
	uint64_t serial;
	uint8_t port; /* enum wire_port */
	char line[200];
};

/* A frame of Bob's that has left him. */
struct flying {
	uint64_t serial;
	int64_t left_ns; /* since the session began */
	uint16_t size, snapshot_size;
	uint8_t snapshot[WIRE_SNAPSHOT];
};

/* Takes in what has been written so far; returns whether there was any. */
bool session_take_events(struct session *session);

/* Predictions whose time is up are decided. */
void session_judge(struct session *session);

#endif
