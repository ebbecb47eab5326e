/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wire's events, and what they tell of Bob: what he heard and sent, in his order. */
#ifndef SESSION_EVENTS_H
#define SESSION_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lab/wire.h"
#include "seg/seg.h"

struct err;
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

/* Parses the beginning of a frame of Bob's; its payload counts for as long as it was, and none of that may be there. */
void session_parse_snapshot(struct seg *seg, const uint8_t *snapshot, size_t snapshot_size, size_t whole);

/* Takes in what has been written so far; returns whether there was any. */
bool session_take_events(struct session *session);

/*
 * Asks the wire, whose answer says that all which came in before has been treated (lab/wire.h), and takes in its events.
 * session_wire_settle asks for nothing else: what Bob has sent is on the wire then, before what Alice sends next.
 */
int session_wire_ask(struct session *session, const struct wire_request *request, struct wire_reply *reply, struct err *err);
int session_wire_settle(struct session *session, struct err *err);

/* A frame of Bob's is at Alice's: its serial and when it left him; 0: the wire has told of none like it. */
uint64_t session_land(struct session *session, const uint8_t *frame, size_t size, int64_t *left_ns);

/* Bob says this at at_ns.  For the frames of which no event was read. */
void session_bob_says(struct session *session, const struct seg *seg, uint64_t serial, int64_t at_ns);

/* Segment `number` of the log is Alice's, and neither heard by Bob nor lost. */
bool session_under_way(const struct session *session, uint32_t number);

/* Bob's frame has reached Alice, or never will. */
bool session_knows(const struct session *session, uint64_t serial);

/* The frame waits under `link hold`. */
bool session_holds(const struct session *session, enum wire_port port, uint64_t serial);

#endif
