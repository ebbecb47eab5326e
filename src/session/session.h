/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one owner: the lab, Alice's interface, the connections and their shadows, the trace, the log, the journal, the settings.
 *
 * Everything that happens comes in by session_pump: frames captured at Alice, and the wire's events, which say when Bob heard
 * or sent what.  Bob's shadow is stepped in Bob's order of things, Alice's in hers; what Bob did is shown when Alice can know.
 *
 *   segment.h  composes   ->   send.h  sends   ->   pump.h  waits   ->   events.h  what Bob heard and sent
 *   predictions.h  what he must answer, and whether he did
 *   connection.h  the connections and their shadows         record.h, show.h  the trace and the lines, as they are shown
 *   log.h  the frames      journal.h  the commands      time.h  deadlines      condition.h  what can be expected
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/rng.h"
#include "drive/build.h"
#include "drive/live.h"
#include "lab/lab.h"
#include "session/autopilot.h"
#include "session/journal.h"
#include "session/log.h"
#include "session/setting.h"
#include "trace/trace.h"
#include "view/view.h"

struct connection;
struct deferred;
struct flying;
struct held_frame;

#define PORT_BUCKETS 4096
#define LISTENERS_MAX 16

/* What `lab restart` leaves as it is: what can be undone begins there. */
struct checkpoint {
	struct settings settings;
	struct autopilot autopilot;
	struct address peer;
	uint16_t listener[LISTENERS_MAX];
	unsigned listeners;
	uint16_t next_port;
	bool kernel_alice;
	struct rng rng;
	unsigned broken;
	int64_t origin_ns;
	size_t logged, traces, commands; /* of the log, the trace and the journal */
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
	bool kernel_alice; /* her own kernel has her addresses, and answers too ... */
	bool all_landed;   /* Alice's capture has been read: what her kernel answered to is in the log */
	bool kernel_spoke; /* ... and has done so to this Bob */
	struct checkpoint checkpoint; /* as it was when this Bob came */

	struct trace_record *trace;
	size_t traces, trace_room;
	struct deferred *deferred; /* what Bob did, to be shown with the frame that tells Alice of it */
	size_t deferreds, deferred_room;

	struct log log;
	struct journal journal;
	struct settings settings;
	bool predictions_hidden; /* whatever the settings say: somebody is asked for them at this moment */
	struct counters counters, counters_at_start; /* as of the last look; when the lab came up */

	uint64_t sent;   /* Alice's frames so far: the serial of the last one on her port */
	uint64_t events; /* the wire's events read so far */
	uint64_t bob_sent, alice_heard; /* serials of Bob's frames: the last that left him, the last that reached Alice */
	struct flying *flying; /* Bob's frames on their way to Alice */
	size_t flyings, flying_room;
	struct flying *lost; /* those that the wire dropped */
	size_t losts, lost_room;
	struct held_frame *held;
	size_t helds, held_room;
	struct link_settings link[2]; /* as in force, by enum wire_port */
	uint32_t all_heard;   /* of so many first entries of the log none is under way to Bob */
	uint64_t lost_said;   /* frames lost by captures that were told */
	uint64_t lost_before; /* by Alice's, when this lab came up */
	bool events_missed;   /* some of the wire's: what Bob heard and said has to be concluded from what comes later */
	bool wire_gone;       /* no frame crosses any more ... */
	bool deaf;            /* ... and Alice's interface is gone with it */
	bool spill_said;
	int64_t ahead_ns;     /* by so much Alice's clock of timestamps is ahead: what was done again took longer at first */
	unsigned broken;      /* broken predictions so far */
	/* While commands are done again: looks after each turn of the pump, and at least each ms, whether Bob waits for a word. */
	void (*guide)(void *arg);
	void *guide_arg;
	volatile sig_atomic_t *interrupted; /* set by Ctrl-C, cleared when a command begins; may be NULL */
};

/* Brings the lab up and everything with it; NULL with *err.  The view is borrowed. */
struct session *session_open(uint64_t seed, const struct lab_faults *faults, struct view *view, struct err *err);

/* The same in two steps, between which there is time to do something else while the lab comes up; session_close in any case. */
struct session *session_begin(uint64_t seed, const struct lab_faults *faults, struct view *view, struct err *err);
int session_ready(struct session *session, struct err *err);
void session_close(struct session *session);

/* `lab restart`: a new Bob; the log is kept, the connections are closed.  The journal's last entry, this command, ends what
 * can be undone. */
int session_restart(struct session *session, struct err *err);

/*
 * A new Bob, and all as it was when the present one came, or (whole) at the start of the session: no connections, log, trace,
 * settings, ports, and Alice's ISNs from the same seed.  The journal is the caller's to cut.  -1 with *err: then nothing that
 * was said to Bob holds any more.
 */
int session_rewind(struct session *session, bool whole, struct err *err);

/* Her own kernel gets Alice's addresses, or loses them. */
int session_kernel_alice(struct session *session, bool on, struct err *err);

/* How many commands of the journal cannot be undone: up to the last `lab restart`. */
size_t session_settled(const struct session *session);

/* Nanoseconds since the first segment (0 before it): now, and at a moment of CLOCK_MONOTONIC. */
int64_t session_now(const struct session *session);
int64_t session_at(struct session *session, int64_t monotonic_ns);
int64_t clock_monotonic_ns(void);

#endif
