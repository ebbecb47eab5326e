/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The record of everything that happens: one small struct a happening, with its reason as data.
 * Views, lessons, tests and `why` read nothing else.
 */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "trace/state.h"

enum end { END_ALICE, END_BOB };

/* "alice", "bob" */
const char *end_name(enum end end);

/* Why something happened: one row of reason.list each. */
enum reason {
#define REASON(name, rfc, text) REASON_##name,
#include "trace/reason.list"
#undef REASON
	REASON_COUNT,
};

const char *reason_text(enum reason reason); /* one clause, lower case, no full stop */
const char *reason_rfc(enum reason reason);  /* "RFC 9293 3.10.7.4" */

/* Segments that an end must or may send, or is expected to. */
enum urgency {
	URGENCY_NOW,     /* at once */
	URGENCY_DELAYED, /* may wait for the delayed-ACK timer, or ride on data or FIN */
};

struct reply {
	uint16_t flags; /* TCP flags as on the wire; 0: no segment */
	bool any_seq;   /* the initial sequence number is the end's to choose and has not been seen: seq says nothing */
	uint8_t urgency; /* enum urgency */
	uint32_t seq, ack; /* raw; ack is meaningless without the ACK flag */
	enum reason reason;
};

enum verdict { VERDICT_PENDING, VERDICT_HELD, VERDICT_BROKEN };

const char *verdict_name(enum verdict verdict);

enum trace_kind {
	TRACE_MOVE,       /* an end's state changed */
	TRACE_IGNORED,    /* an end heard a segment and dropped it, or a sent segment moved nothing */
	TRACE_OWED,       /* an end owes a segment */
	TRACE_DELIVERED,  /* bytes in order went to an end's program */
	TRACE_PREDICTION, /* what Bob must answer, or the verdict about it */
	TRACE_KERNEL,     /* what Bob's kernel says of its socket */
};

#define TRACE_COUNTERS 6

struct trace_record {
	int64_t at_ns;    /* since the session began */
	uint32_t segment; /* the log number of the segment that caused it; 0: none */
	uint64_t frame;   /* Bob's frame with which it happened, by its number on the wire; 0: none, or not known */
	uint16_t conn;    /* 1.. */
	uint8_t kind;     /* enum trace_kind */
	uint8_t end;      /* enum end: whose it is */
	uint16_t reason;  /* enum reason */
	union {
		struct {
			enum tcp_state from, to;
		} move;
		struct reply owed;
		uint32_t delivered_bytes;
		struct {
			bool sent; /* by the end itself: no stack in its state would have; else it came from the peer */
		} ignored;
		struct {
			struct reply must; /* flags 0: silence is predicted */
			uint8_t verdict;   /* enum verdict */
			int64_t deadline_ns;
		} prediction;
		struct {
			enum tcp_state state;
			struct {
				uint16_t counter; /* row of the counters table that the session holds */
				uint16_t moved;
			} counters[TRACE_COUNTERS]; /* moved 0 ends the list */
		} kernel;
	};
};

#endif
