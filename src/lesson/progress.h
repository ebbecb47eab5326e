/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is kept of a learner's way through a lesson: $XDG_STATE_HOME/tcpdojo/lessons/NAME.json, written whole to another name
 * and renamed, with a version.  A file that is damaged or newer is set aside (".damaged"), one of a lesson that has changed
 * since (".old"); that is said, and begun anew.
 */
#ifndef LESSON_PROGRESS_H
#define LESSON_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "lesson/lesson.h"
#include "session/journal.h"

#define PROGRESS_VERSION   1
#define PROGRESS_BYTES_MAX (8u << 20) /* a larger file is none of ours */

enum step_end { STEP_OPEN, STEP_REACHED, STEP_SKIPPED };

/* An answer, or that there was none before it was seen. */
struct said {
	char *ask;
	char *answer; /* "": the learner said nothing */
	char *actual; /* "": it was not seen yet */
	bool right;
};

struct step_progress {
	char *title;
	enum step_end end;
	unsigned tries;  /* commands that sent something, since the step first began */
	unsigned hints;  /* asked for */
	unsigned redos;
	bool solution;   /* was looked at */
	int64_t spent_s; /* seconds at it */
	int64_t reached_at; /* seconds since 1970; 0: not yet */
	struct said *said;
	size_t saids, said_room;
};

struct progress {
	char *lesson, *title;
	uint64_t checksum;  /* of the lesson (lesson_checksum) */
	size_t at;          /* index of the step; == steps: done */
	int64_t began_at;   /* seconds since 1970; 0: nothing is kept */
	struct step_progress *step;
	size_t steps;
	struct journal journal; /* what led to the start of step `at`, since the last new lab */
	uint32_t before; /* the log's length when the step before that one began */
};

/* Of what the steps ask, begin with and want; prose may change. */
uint64_t lesson_checksum(const struct lesson *lesson);

/* That of somebody who begins now. */
void progress_begin(struct progress *progress, const struct lesson *lesson);

/*
 * Takes up what is kept of this lesson; nothing is: as progress_begin.  -1 with *err, a sentence for the learner, when something
 * was set aside or cannot be read: go on all the same, from the beginning.
 */
int progress_read(const struct lesson *lesson, struct progress *progress, struct err *err);

/* What is kept under this name, of whatever lesson; began_at == 0: nothing.  -1 with *err: it cannot be read; it stays. */
int progress_peek(const char *lesson, struct progress *progress, struct err *err);

/* -1 with *err, a sentence for the learner; what was kept before is there then as it was. */
int progress_write(const struct progress *progress, struct err *err);

/* Forgets what is kept of it. */
int progress_forget(const char *lesson, struct err *err);
void progress_clear(struct progress *progress);

/* One more answer (copied) of a step, still without what is. */
struct said *progress_said(struct step_progress *step, const char *ask, const char *answer);

/* How many steps are reached, and how many skipped. */
void progress_count(const struct progress *progress, size_t *reached, size_t *skipped);

/*
 * `lesson report`: every lesson of which something is kept; one document in JSON, or text.  -1 with *err, behind what could be
 * told, when one of them cannot be read.
 */
int progress_report(FILE *out, bool json, struct err *err);

#endif
