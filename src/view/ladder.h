/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The exchange of one connection as a sequence diagram: Alice's line at the left, Bob's at the right, an arrow for each segment,
 * the time on both sides, and the states beside the lines where they move.
 *
 *    0.000000     SYN-SENT │─1 [S] seq 0 len 0───────────>│ SYN-RECEIVED  0.000040
 */
#ifndef VIEW_LADDER_H
#define VIEW_LADDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "trace/trace.h"

enum ladder_fate {
	LADDER_ARRIVED,
	LADDER_LOST,      /* it never comes to the other side */
	LADDER_UNDER_WAY, /* not yet */
};

/* A segment. */
struct ladder_entry {
	uint32_t number; /* in the log; 0: it never reached Alice */
	bool from_alice;
	enum ladder_fate fate;
	int64_t alice_ns, bob_ns; /* when it was at each side, since the session began; WHEN_NEVER: never, or not known */
	uint16_t flags;
	uint32_t seq, ack, bytes; /* as they are to be shown */
	bool repeat;              /* the same octets as before */
};

struct ladder {
	const struct ladder_entry *entry; /* in the order in which they left */
	size_t entries;
	const struct trace_record *record; /* those of TRACE_MOVE are drawn, in their order */
	size_t records;
	enum tcp_state state[2]; /* of both ends now: shown where no record says anything */
};

/* How it may be drawn. */
struct canvas {
	bool colour, ascii;
	unsigned columns; /* of the window; narrower than CANVAS_COLUMNS is drawn as that */
};

#define CANVAS_COLUMNS 80
#define CANVAS_COLUMNS_MAX 240

/* -1: there is no memory for it. */
int ladder_draw(FILE *out, const struct canvas *canvas, const struct ladder *ladder);

/* The state diagram of RFC 9293 3.3.2, Figure 5, with both ends' places; `over`: that end's CLOSED comes after a connection. */
void diagram_draw(FILE *out, const struct canvas *canvas, const enum tcp_state state[2], const bool over[2]);

#endif
