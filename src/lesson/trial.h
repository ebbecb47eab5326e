/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A step tried on a real lab, from its beginning, with nobody at the prompt; what it shows is kept and not shown. */
#ifndef LESSON_TRIAL_H
#define LESSON_TRIAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "lesson/lesson.h"
#include "lesson/play.h"
#include "session/condition.h"

struct session;

/* How long what must come true may take, and how long it is watched whether what must not does: beyond Bob's pause of 150 ms. */
#define TRIAL_PATIENCE_NS 3000000000
#define TRIAL_WATCH_NS    200000000

struct trial {
	const struct lesson *lesson;
	struct session *session;
	const struct play_hands *hands;
	const struct step *step;
	struct since since; /* when the step began */
	FILE *out, *errors; /* the view's own streams */
	FILE *screen;       /* what it writes to meanwhile */
	char *shown;
	size_t shown_size;
};

/* trial_end gives the view its streams back. */
void trial_start(struct trial *trial, const struct lesson *lesson, struct session *session, const struct play_hands *hands);
void trial_end(struct trial *trial);

/* A line to the view's own stream. */
void trial_say(struct trial *trial, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * To the beginning of step `at`: a new lab, its setup, and the solutions of those steps that lead there.  -1 with *err: of
 * ERR_SYSTEM when the lab broke, else when a line failed or a goal on the way was not reached.
 */
int trial_begin(struct trial *trial, size_t at, struct err *err);

/* Runs the lines until one fails: -1 with *err. */
int trial_run(struct trial *trial, const struct passages *lines, struct err *err);

/* A line, as if typed.  -1 with *err. */
int trial_type(struct trial *trial, const char *line, struct err *err);

/* Whether the conditions come to hold within that time.  When err->code is set, the lab broke. */
bool trial_holds(struct trial *trial, const struct condition *condition, size_t conditions, int64_t within_ns, struct err *err);

/* What the screen has shown since the step began; until the next call of any. */
const char *trial_screen(struct trial *trial);

#endif
