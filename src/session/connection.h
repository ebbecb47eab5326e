/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connections: what is known of each, which there are, and which one a segment belongs to. */
#ifndef SESSION_CONNECTION_H
#define SESSION_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "lab/lab.h"
#include "tcp/conn.h"

struct session;

/* What Bob must answer to one segment of Alice's, and what became of it. */
struct pending {
	uint32_t segment; /* log number; 0: the slot is free */
	struct prediction prediction;
	int64_t deadline_ns; /* since the session began; WHEN_NEVER until Bob heard the segment */
	enum verdict verdict;
	uint64_t answer_serial; /* of Bob's frame that decided; 0: none did */
};

#define PENDING_MAX 16

struct connection {
	uint16_t number; /* from 1 */
	struct conn shadow;
	struct pending pending[PENDING_MAX];
	struct conn ahead;    /* the shadow as it will be once Bob has heard all that is under way to him ... */
	uint32_t ahead_until; /* ... of the log up to this number; 0: not made since he last heard or said something */
	uint32_t bob_said;    /* sequence number behind the last octet of his that came: what lies beyond is new */
	bool bob_spoke;       /* bob_said means something */
	uint32_t bob_ts;      /* the first TS value that he said; 0: none yet */
	uint32_t cursor;     /* `expect` looks at log entries beyond this number */
	uint32_t heard;      /* log number of the last segment that Bob heard */
	struct connection *older; /* the next one in its bucket of session.by_port */
	bool kernel_stale;   /* it is in session.stale ... */
	uint64_t stale_gate; /* ... because of something that Alice may know with this frame of Bob's */
	bool begun;          /* whether Bob listens has been asked: from here on a listener of his is not this connection */
	enum tcp_state kernel_state; /* as of the last look */
};

/* NULL when there is none, or none of that number. */
struct connection *session_selected(const struct session *session);
struct connection *session_connection(const struct session *session, uint16_t number);

/* Before there is a connection, Bob LISTENs or not: his shadow is told what his kernel says now. */
void session_ask_listener(struct session *session, struct connection *connection);

/* A new connection of Alice's, selected.  sport 0: the next free one.  NULL with *err. */
struct connection *session_connect(struct session *session, const struct address *bob, uint16_t sport, uint16_t dport,
    struct err *err);

/* Takes back the connection made last, of which nothing was sent; `selected` is so again. */
void session_take_back(struct session *session, uint16_t selected);

/* A connection that Bob begins with `syn`; Alice is in LISTEN there if she listens, else CLOSED.  Not selected; NULL: no SYN. */
struct connection *session_accept(struct session *session, const struct seg *syn);

/* The connection of a segment that came from Bob (incoming) or from Alice; NULL when it belongs to none. */
struct connection *session_find(struct session *session, const struct seg *seg, bool incoming);

/* Whether Bob speaks IPv4 or 6; -1 with *err (ERR_SYSTEM). */
int session_has_family(const struct session *session, unsigned family, struct err *err);

/* Alice's address of the same family as Bob's. */
void session_own_address(const struct address *bob, struct address *alice);

bool session_listens(const struct session *session, uint16_t port);

/* She listens there no more; connections that were only LISTEN there are CLOSED. */
void session_unlisten(struct session *session, uint16_t port);

/* A call of Alice's user: what it moves is recorded; what it makes her owe is not sent. */
void session_call(struct session *session, struct connection *connection, enum user_call call);

/* The newest connection between these two sockets; NULL: there has been none. */
struct connection *session_between(struct session *session, uint16_t alice_port, const struct address *bob, uint16_t bob_port);

/* All of them are over. */
void session_forget_connections(struct session *session);

/* To be called when something happened at Bob's that Alice may know with his frame `gate`: his kernel is to be asked. */
void session_stale(struct session *session, struct connection *connection, uint64_t gate);

/* What Bob's kernel says of the connection, noted in it. */
int session_kernel(struct session *session, struct connection *connection, struct kernel_view *view, struct err *err);

/* The same, with the counters that moved, as a record for each connection where something happened. */
void session_ask_kernel(struct session *session);

#endif
