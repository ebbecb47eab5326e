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
#include "tcp/stack.h"
#include "trace/trace.h"

/* What is known of an end's initial sequence number. */
enum iss_known {
	ISS_UNSEEN, /* an observed stack will choose it */
	ISS_CHOSEN, /* by the caller; no SYN has been sent yet, and the first one decides */
	ISS_SENT,
};

/* What a SYN may offer, and both must for it to hold. */
enum offer {
	OFFER_WSCALE = 1,
	OFFER_SACK = 2,
	OFFER_TS = 4,
};

#define HELD_MAX 8 /* stretches of out-of-order data that an end keeps */
#define OWED_MAX 2
#define WINDOW_DEFAULT 64240 /* bytes that an end offers before it has said otherwise: 44 segments of Ethernet */

/* One end: the transmission control block of RFC 9293 3.3.1, variables under the RFC's names. */
struct endpoint {
	uint8_t state; /* enum tcp_state */
	uint8_t stack; /* enum stack */
	uint8_t iss_known; /* enum iss_known */
	bool passive;  /* came from LISTEN: where SYN-RECEIVED falls back to */
	bool fin_sent, fin_heard;
	uint8_t offered, offered_by_peer; /* enum offer: in its own SYN, in the peer's */
	bool scaled, sack_ok, ts_ok; /* agreed on in both SYNs */
	uint8_t snd_shift, rcv_shift; /* window scale: theirs applies to what they announce, ours to what we do */
	uint16_t mss; /* the most the peer takes in one segment (its MSS option; without, 536 or by IPv6 1220) */
	uint16_t rcv_mss; /* the most that this end takes, likewise */
	struct {
		uint32_t una, nxt, wnd, wl1, wl2, max_wnd;
	} snd;
	struct {
		uint32_t nxt, wnd, up;
		uint32_t space; /* bytes; the widest window that it has announced: what it offers when its program has read all */
	} rcv;
	uint32_t iss, irs;
	uint32_t ts_recent, last_ack_sent; /* RFC 7323 4.3 */
	int64_t ts_recent_at_ns;
	uint32_t delivered_bytes; /* in order, to the program */
	uint32_t fin_at; /* with fin_held: the sequence number of a FIN that came before all of the text did */
	bool fin_held;
	uint8_t held_count;
	struct {
		uint32_t left, right; /* right is one past the last octet */
	} held[HELD_MAX]; /* in sequence order, apart from each other and from rcv.nxt */
	int64_t time_wait_until_ns; /* WHEN_NEVER outside TIME-WAIT */
	/*
	 * What a stack would have sent by now; [0] goes first, flags 0 ends the list.  A RST that answers a stray segment goes
	 * before what the connection itself needs (SYN; SYN,ACK; ACK; FIN,ACK), of which there is one at a time.
	 */
	struct reply owed[OWED_MAX];
};

struct conn {
	struct endpoint end[2]; /* by enum end */
	struct address address[2];
	uint16_t port[2];
};

_Static_assert(sizeof(struct conn) <= 512, "a million shadows must fit");

/* What a step brought about.  Every step empties it first; unused bytes of a record are zero. */
#define OUT_RECORDS 8
struct out {
	unsigned count;
	struct trace_record record[OUT_RECORDS]; /* conn and segment are the caller's to fill */
};

enum user_call { CALL_LISTEN, CALL_OPEN, CALL_CLOSE, CALL_ABORT };

/* Both ends CLOSED, addresses and ports zero.  Where the caller knows that an end listens, conn_call(CALL_LISTEN) says so. */
void conn_init(struct conn *conn, enum stack alice, enum stack bob);

/*
 * An end's user calls (RFC 9293 3.10.1-3.10.5).  What must be sent is owed, not sent.  A call that is an error in the end's state
 * changes nothing and leaves TRACE_IGNORED.  `iss` is the initial sequence number for LISTEN and OPEN; an observed stack chooses
 * its own, whatever is given.
 */
void conn_call(
    struct conn *conn, enum end who, enum user_call call, uint32_t iss, int64_t now_ns, struct out *out);

/*
 * An end puts `seg` on the wire.  It moves only by a segment that a correct stack in its state could send (the user calls that
 * this takes are inferred); any other moves nothing and leaves TRACE_IGNORED with the reason.  Returns whether it was such a one.
 * SND.NXT moves only past a segment that begins exactly there; of an observed stack, past whatever it sends.
 */
bool conn_sends(struct conn *conn, enum end who, const struct seg *seg, int64_t now_ns, struct out *out);

/*
 * `seg` reaches an end: RFC 9293 3.10.7, in its numbered steps.  Replies it calls for are left in end[who].owed and as TRACE_OWED
 * (at most one each of ACK and RST a step).  A segment whose `defects` say that IP or the checksum would not let it through is
 * discarded (and, sent, is a lie): the caller puts there what seg_defects finds and parsing alone does not.
 */
void conn_hears(struct conn *conn, enum end who, const struct seg *seg, int64_t now_ns, struct out *out);

/* Time has come: TIME-WAIT ends (RFC 9293 3.10.8).  The other calls see to that for `who`, too, when they come late. */
void conn_timeout(struct conn *conn, enum end who, int64_t now_ns, struct out *out);
int64_t conn_deadline(const struct conn *conn); /* of either end; WHEN_NEVER: none */

/* The user timeout of an end is over (RFC 9293 3.10.8): it gives up without a word. */
void conn_user_timeout(struct conn *conn, enum end who, int64_t now_ns, struct out *out);

/* What TCP at an end must answer when `seg` reaches it; what its program may say besides is not predicted. */
struct prediction {
	bool known;         /* false: outside the paths that the shadow is sure of; the rest is what the RFC says */
	struct reply must;  /* flags 0: no answer is due */
	enum tcp_state next; /* the state it is in afterwards */
};
void conn_predict(
    const struct conn *conn, enum end who, const struct seg *seg, int64_t now_ns, struct prediction *prediction);

/* Does what came (`seg`, from who owed it) fulfil the reply?  An ACK may ride on data or FIN, and may acknowledge more. */
bool reply_met(const struct reply *reply, const struct seg *seg);

/*
 * The segment `who` could send now as a stack would: sequence, acknowledgement, window and ports filled in; flags as asked.
 * A FIN that is not acknowledged yet is sent again under its own number; a RST that is owed takes the numbers that are owed.
 * Touches nothing of *seg but these fields and the bit of LAYER_TCP.
 */
void conn_next_segment(const struct conn *conn, enum end who, uint16_t flags, struct seg *seg);

#endif
