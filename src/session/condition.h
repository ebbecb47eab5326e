/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The language of conditions that `expect`, `wait for` and lesson goals share (interface.md, "expect").
 *
 *   FLAGS [FIELD OP VALUE]...          the next frame of Bob's:  S. ack=1   F.* win>0   length>=18
 *   nothing                            no frame of Bob's
 *   state X | bob state X | kernel state X
 *   bob listening PORT                 somebody listens there
 *   bob job N ended                    the program that `bob run` numbered so has ended, or
 *   bob job N status OP S              has ended with such an exit status (128 and the signal that ended it)
 *   segments from alice|bob FLAGS [FIELD OP VALUE]... OP N
 *   counter NAME OP N                  moved since the lab came up
 *
 * and behind it: within T, after T, eventually, strictly.
 */
#ifndef SESSION_CONDITION_H
#define SESSION_CONDITION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "lab/lab.h"
#include "seg/field.h"
#include "trace/state.h"
#include "trace/trace.h"

struct connection;
struct log_entry;
struct session;

enum condition_kind {
	CONDITION_FRAME,
	CONDITION_NOTHING,
	CONDITION_STATE,
	CONDITION_BOB_STATE,
	CONDITION_KERNEL_STATE,
	CONDITION_LISTENING,
	CONDITION_JOB_ENDED,
	CONDITION_JOB_STATUS,
	CONDITION_SEGMENTS,
	CONDITION_COUNTER,
};

enum operator { OPERATOR_EQ, OPERATOR_NE, OPERATOR_LT, OPERATOR_LE, OPERATOR_GT, OPERATOR_GE };

/* One test of a frame. */
struct field_test {
	const struct field *field; /* NULL: the payload's length */
	enum operator op;
	uint64_t value;         /* of SHOW_SEQ: relative, as displayed, unless raw */
	struct address address; /* of SHOW_ADDRESS */
	bool raw;
};

#define FIELD_TESTS_MAX 12

struct frame_pattern {
	uint16_t flags;
	bool any_flags;  /* only fields were named */
	bool more_flags; /* "F.*" */
	unsigned tests;
	struct field_test test[FIELD_TESTS_MAX];
};

struct condition {
	enum condition_kind kind;
	enum tcp_state state;
	struct frame_pattern pattern;
	enum end from;         /* of segments */
	enum operator op;      /* of segments, counters and exit statuses */
	uint64_t number;       /* of segments and counters; the port; the exit status */
	int job;
	char counter[64];
	int64_t within_ns, after_ns; /* -1: not said */
	bool eventually, strictly;
	char text[256]; /* as it was written */
};

/* The same as a usage: [A] perhaps, A... repeated, a|b one of two words, " | " one of two ways, ( ) together. */
extern const char condition_usage[];

/* Reads words[0..count); -1 with *err that quotes what was read and says what could stand there. */
int condition_parse(struct condition *condition, char *const *words, unsigned count, struct err *err);

/* As it is written: ">=". */
const char *operator_text(enum operator op);

/* Does the frame fit?  When not, and why != NULL, says line by line what was expected and what is. */
bool condition_fits(const struct session *session, const struct connection *connection, const struct frame_pattern *pattern,
    const struct log_entry *entry, struct text *why);

/* A moment from which on things count. */
struct since {
	uint32_t log;             /* segments beyond this number */
	struct counters counters; /* as far as they had moved by then since the lab came up */
};

/*
 * Whether a condition that is not about the next frame holds now; *actual says what is, *settled that it will remain so.
 * Segments and counters are those since then; NULL: all.
 */
bool condition_holds(struct session *session, struct connection *connection, const struct condition *condition,
    const struct since *since, struct text *actual, bool *settled);

#endif
