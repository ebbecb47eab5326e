/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one owner: the lab, Alice's interface, the connections and their shadows, the trace, the log, the journal, the settings.
 *
 * Everything that happens comes in by session_pump: frames captured at Alice, and the wire's events, which say when Bob heard
 * or sent what.  Bob's shadow is stepped in Bob's order of things, Alice's in hers; what Bob did is shown when Alice can know.
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/rng.h"
#include "drive/build.h"
#include "drive/live.h"
#include "lab/lab.h"
#include "seg/option.h"
#include "session/journal.h"
#include "session/log.h"
#include "session/setting.h"
#include "tcp/conn.h"
#include "view/view.h"

/* What Bob must answer to one segment of Alice's, and what became of it. */
struct pending {
	uint32_t segment; /* log number; 0: the slot is free */
	struct prediction prediction;
	int64_t deadline_ns; /* since the session began; WHEN_NEVER until Bob heard the segment */
	enum verdict verdict;
	uint64_t answer_serial; /* of Bob's frame that decided; 0: none did */
};

#define PENDING_MAX 16
#define PORT_BUCKETS 4096

struct connection {
	uint16_t number; /* from 1 */
	struct connection *older; /* the next one in its bucket of session.by_port */
	struct conn shadow;
	struct pending pending[PENDING_MAX];
	uint32_t cursor; /* `expect` looks at log entries beyond this number */
	uint32_t heard;    /* log number of the last segment that Bob heard */
	struct {
		bool any;
		uint32_t seq; /* raw */
		uint16_t flags;
		size_t payload_size;
	} last_text; /* the last segment of Bob's at Alice's that took sequence space */
	bool kernel_stale; /* it is in session.stale ... */
	uint64_t stale_gate; /* ... because of something that Alice may know with this frame of Bob's */
	bool kernel_known;
	bool begun; /* whether Bob listens has been asked: from here on a listener of his is not this connection */
	enum tcp_state kernel_state; /* as of the last look */
};

/* Alice's listeners, and her autopilot (interface.md, "autopilot"). */
#define LISTENERS_MAX 16
struct autopilot {
	bool ack, arp, close;
};

/* A frame that waits on the wire under `link hold`. */
struct held_frame {
	uint64_t serial;
	uint8_t port; /* enum wire_port */
	uint32_t number; /* log number, when it is Alice's; 0 */
	char line[200];
};

/* A record that waits to be shown until Alice knows: with Bob's frame `gate`, or when no such frame is under way. */
struct deferred {
	struct trace_record record;
	uint64_t gate;
};

/* A frame of Bob's that has left him. */
struct flying {
	uint64_t serial;
	int64_t left_ns; /* since the session began */
	uint16_t size, snapshot_size;
	uint8_t snapshot[WIRE_SNAPSHOT];
};

struct session {
	struct lab *lab;
	struct live *live;
	struct build *build;
	struct view *view;
	struct rng rng;
	uint64_t seed;

	int64_t origin_ns; /* CLOCK_MONOTONIC of the first segment; 0: none yet */
	int64_t wall_ns;   /* CLOCK_REALTIME - CLOCK_MONOTONIC */

	struct connection **connection; /* by number - 1 */
	size_t connections, connection_room;
	struct connection *by_port[PORT_BUCKETS]; /* by Alice's port % PORT_BUCKETS, newest first, linked by `older` */
	struct connection **stale; /* something happened at Bob's since his kernel was asked about them */
	size_t stales, stale_room;
	int64_t *due_ns; /* by number - 1: no prediction and no TIME-WAIT of that connection ends before this */
	size_t due_room;
	int64_t next_due_ns; /* the earliest of them */
	uint16_t selected; /* 0: none */
	uint16_t next_port;
	struct address peer; /* whom a new connection goes to: bob, or bob6 */
	uint16_t listener[LISTENERS_MAX];
	unsigned listeners;
	struct autopilot autopilot;

	struct trace_record *trace;
	size_t traces, trace_room;
	struct deferred *deferred; /* what Bob did, to be shown with the frame that tells Alice of it */
	size_t deferreds, deferred_room;

	struct log log;
	struct journal journal;
	struct settings settings;
	struct counters counters, counters_at_start; /* as of the last look; when the lab came up */

	uint64_t sent;   /* Alice's frames so far: the serial of the last one on her port */
	uint64_t events; /* the wire's events read so far */
	uint64_t bob_sent, alice_heard; /* serials of Bob's frames: the last that left him, the last that reached Alice */
	struct flying *flying; /* Bob's frames on their way to Alice */
	size_t flyings, flying_room;
	struct held_frame *held;
	size_t helds, held_room;
	struct link_settings link[2]; /* as in force, by enum wire_port */
	uint64_t lost_said; /* frames lost by captures that were told */
	bool spill_said;
	bool broken_said;   /* that the agent or the wire is gone */
	unsigned broken;    /* broken predictions so far */
	volatile int *interrupted; /* set by Ctrl-C; may be NULL */
};

/* Brings the lab up and everything with it; NULL with *err.  The view is borrowed. */
struct session *session_open(uint64_t seed, const struct lab_faults *faults, struct view *view, struct err *err);
void session_close(struct session *session);

/* `lab restart`: a new Bob; the log is kept, the connections are closed. */
int session_restart(struct session *session, struct err *err);

/* Nanoseconds since the first segment (0 before it). */
int64_t session_now(const struct session *session);
int64_t clock_monotonic_ns(void);

/*
 * Takes in what has come, then returns; or waits until something comes, `until_ns` (CLOCK_MONOTONIC) passes, or `extra_fd`
 * (-1: none) becomes readable.  Returns 1 when extra_fd is readable, 0 else, -1 with *err when the lab broke.
 */
int session_pump(struct session *session, int64_t until_ns, int extra_fd, struct err *err);

/* Pumps until `done(arg)`; false when until_ns passed first or the user interrupted. */
bool session_wait(struct session *session, bool (*done)(void *arg), void *arg, int64_t until_ns, struct err *err);

/* Shows what Bob did and was not yet shown: all but what hangs on frames under way; or only what Alice knows by now. */
void session_show_deferred(struct session *session);
void session_show_known(struct session *session);

/* Leaves a record in the trace, and shows it now, or defers it until Bob's frame `gate` is known to Alice. */
void session_record(struct session *session, const struct trace_record *record);
void session_defer(struct session *session, const struct trace_record *record, uint64_t gate);

/* Takes in the wire's events that have been written so far; returns whether there were any. */
bool session_take_events(struct session *session);

/* Bob heard Alice's frame `serial` at at_ns; his frame left him. */
void session_bob_heard(struct session *session, uint64_t serial, int64_t at_ns);
void session_bob_sent(struct session *session, const struct wire_event *event, int64_t at_ns);

/* A frame of Bob's (or anybody's) came in at Alice's. */
void session_alice_heard(struct session *session, const uint8_t *frame, size_t size, int64_t at_ns);

/* Bob's kernel is asked where something happened; what is due by now happens: predictions are judged, TIME-WAITs end. */
void session_ask_kernel(struct session *session);
void session_timeouts(struct session *session);

/* To be called when something happened at Bob's that Alice may know with his frame `gate`: his kernel is to be asked. */
void session_stale(struct session *session, struct connection *connection, uint64_t gate);

/* To be called after each step of a shadow and each new deadline of a prediction: something may be due earlier now. */
void session_due(struct session *session, const struct connection *connection);

/* Records and shows how a prediction ended; Alice knows with Bob's frame `gate`. */
void session_verdict(
    struct session *session, const struct connection *connection, const struct pending *pending, uint64_t gate);

/* What Alice does by herself when she hears this. */
void session_autopilot(struct session *session, struct connection *connection, const struct seg *heard);

/* The selected connection; NULL when there is none. */
struct connection *session_selected(const struct session *session);
struct connection *session_connection(const struct session *session, uint16_t number);

/* A new connection of Alice's, selected: Bob LISTENs if his kernel says so.  sport 0: the next free one. */
struct connection *session_connect(struct session *session, const struct address *bob, uint16_t sport, uint16_t dport);

/* Alice's address of the same family as Bob's. */
void session_own_address(const struct address *bob, struct address *alice);

/* A connection that Bob began with `syn`; Alice is in LISTEN there if she listens, else CLOSED.  Not selected. */
struct connection *session_accept(struct session *session, const struct seg *syn);

/* The connection of a segment that came from Bob (incoming) or from Alice; NULL when it belongs to none. */
struct connection *session_find(struct session *session, const struct seg *seg, bool incoming);

bool session_listens(const struct session *session, uint16_t port);

/* Round trip of the link as set, and the time within which an answer that is due now must have come. */
int64_t session_round_trip_ns(const struct session *session);
int64_t session_answer_ns(const struct session *session, enum urgency urgency);

/* What Bob's kernel says of the connection; also leaves TRACE_KERNEL when `record`. */
int session_kernel(struct session *session, struct connection *connection, struct kernel_view *view, struct err *err);

/* The line's numbers: relative to the ISNs of this connection unless the setting `raw` is on. */
struct line_style session_style(const struct session *session, const struct connection *connection, bool incoming);
const char *session_host(const struct address *address);

/*
 * Builds, logs, shows, predicts and sends; -1 with *err: nothing was sent.  session_send also waits until the part of Bob's
 * answer that is due now has come, its time is up, or the frame is held; session_transmit does not.
 */
int session_send(struct session *session, struct connection *connection, const struct seg *seg, struct err *err);
int session_transmit(struct session *session, struct connection *connection, const struct seg *seg, struct err *err);

/* Builds only: for sizes and checks. */
long session_build(struct session *session, const struct seg *seg, uint8_t *frame, struct err *err);

/* Fills link, IP and TCP headers of a segment that Alice could send now on this connection; options are left away. */
void session_segment(const struct session *session, const struct connection *connection, uint16_t flags, struct seg *seg);

/* The options that a stack would put on such a segment, as the words that name them; and those words as bytes. */
#define OPTION_WORDS_MAX 40
struct option_words {
	unsigned count;
	struct {
		char name[48], value[96];
	} word[OPTION_WORDS_MAX];
};
void session_option_words(const struct session *session, const struct connection *connection, uint16_t flags,
    struct option_words *words);
int session_options(const struct option_words *words, const struct connection *connection, struct option_bytes *options,
    struct err *err);

/* How much data one segment of Alice's may carry: Bob's MSS, less the options that each segment bears (RFC 9293 3.7.1). */
size_t session_piece_bytes(const struct connection *connection);

/* Shows one entry of the log: its line alone. */
void session_show_line(struct session *session, uint32_t number);

/* Alice's user calls on her shadow: OPEN, CLOSE, ABORT, LISTEN. */
void session_call(struct session *session, struct connection *connection, enum user_call call);

#endif
