/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wire's events, and what they tell of Bob: what he heard and sent, in his order. */
#ifndef SESSION_EVENTS_H
#define SESSION_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "lab/wire.h"

struct connection;
struct err;
struct pending;
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

/*
 * Asks the wire, whose answer says that all which came in before has been treated (lab/wire.h), and takes in its events.
 * session_wire_settle asks for nothing else: what Bob has sent is on the wire then, before what Alice sends next.
 */
int session_wire_ask(struct session *session, const struct wire_request *request, struct wire_reply *reply, struct err *err);
int session_wire_settle(struct session *session, struct err *err);

/* Records how a prediction ended, to be shown with Bob's frame `gate`. */
void session_verdict(struct session *session, const struct connection *connection, const struct pending *pending,
    uint64_t gate);

#endif
