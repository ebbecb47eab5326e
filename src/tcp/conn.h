/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shadow of one connection: what both ends must believe, by RFC 9293, from the segments they sent and heard.
 *
 * Pure: every call is a function of (connection, event, now) and writes what came of it to a caller-owned struct out.
 * An end is stepped three ways: it sends (conn_sends), it hears (conn_hears), its user calls (conn_call); and time passes.
 */
#ifndef TCP_CONN_H
#define TCP_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "seg/seg.h"
#include "trace/trace.h"

/* One end: the transmission control block of RFC 9293 3.3.1, variables under the RFC's names. */
struct endpoint {
	uint8_t state; /* enum tcp_state */
	bool passive;  /* came from LISTEN: where SYN-RECEIVED falls back to */
	bool fin_sent, fin_heard;
	bool scaled, sack_ok, ts_ok; /* agreed on in both SYNs */
	uint8_t snd_shift, rcv_shift; /* window scale: theirs applies to what they announce, ours to what we do */
	uint16_t mss; /* the most the peer takes in one segment (its MSS option, 536 without) */
	struct {
		uint32_t una, nxt, wnd, wl1, wl2, max_wnd;
	} snd;
	struct {
		uint32_t nxt, wnd;
	} rcv;
	uint32_t iss, irs;
	uint32_t ts_recent, last_ack_sent; /* RFC 7323 4.3 */
	uint32_t delivered_bytes; /* in order, to the program */
	int64_t time_wait_until_ns; /* WHEN_NEVER outside TIME-WAIT */
	struct reply owed; /* the segment a stack would have sent by now; flags 0: none */
};

struct conn {
	struct endpoint end[2]; /* by enum end */
	struct address address[2];
	uint16_t port[2];
};

_Static_assert(sizeof(struct conn) <= 512, "a million shadows must fit");

/* What a step brought about. */
#define OUT_RECORDS 8
struct out {
	unsigned count;
	struct trace_record record[OUT_RECORDS]; /* conn and segment are the caller's to fill */
};

enum user_call { CALL_LISTEN, CALL_OPEN, CALL_CLOSE, CALL_ABORT };

/* Both ends CLOSED, or Bob in LISTEN when the caller knows that he listens. */
void conn_init(struct conn *conn);

/* An end's user calls (RFC 9293 3.10.1-3.10.5).  What must be sent is owed, not sent. */
void conn_call(struct conn *conn, enum end who, enum user_call call, int64_t now_ns, struct out *out);

/*
 * An end puts `seg` on the wire.  It moves only by a segment that a correct stack in its state could send (the user calls that
 * this takes are inferred); any other moves nothing and leaves TRACE_IGNORED with the reason.  Returns whether it was such a one.
 */
bool conn_sends(struct conn *conn, enum end who, const struct seg *seg, int64_t now_ns, struct out *out);

/* `seg` reaches an end: RFC 9293 3.10.7, in its numbered steps.  Replies it calls for are left in end[who].owed and as TRACE_OWED. */
void conn_hears(struct conn *conn, enum end who, const struct seg *seg, int64_t now_ns, struct out *out);

/* Time has come: TIME-WAIT ends (RFC 9293 3.10.8). */
void conn_timeout(struct conn *conn, enum end who, int64_t now_ns, struct out *out);
int64_t conn_deadline(const struct conn *conn); /* WHEN_NEVER: none */

/* What Bob must answer when `seg` reaches him. */
struct prediction {
	bool known;         /* false: outside the paths that the shadow is sure of */
	struct reply must;  /* flags 0: no answer is due */
	enum tcp_state next; /* the state he is in afterwards */
};
void conn_predict(const struct conn *conn, enum end who, const struct seg *seg, struct prediction *prediction);

/* Does what came (`seg`, from `who`) fulfil the reply?  An ACK may ride on data or FIN, and may acknowledge more. */
bool reply_met(const struct reply *reply, const struct seg *seg);

/* The segment `who` could send now as a stack would: sequence, acknowledgement and window filled in; flags as asked. */
void conn_next_segment(const struct conn *conn, enum end who, uint16_t flags, struct seg *seg);

#endif
