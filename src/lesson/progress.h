/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is kept of a learner's way through a lesson: $XDG_STATE_HOME/tcpdojo/lessons/NAME.json, written whole to another name
 * and renamed, with a version.  A file that is damaged or newer is set aside (".damaged"), said, and begun anew.
 */
#ifndef LESSON_PROGRESS_H
#define LESSON_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "session/journal.h"

#define PROGRESS_VERSION 1

enum step_end { STEP_OPEN, STEP_REACHED, STEP_SKIPPED };

struct said {
	char *ask, *answer, *actual; /* actual: NULL until it was seen */
	bool right;
};

struct step_progress {
	enum step_end end;
	unsigned tries;  /* commands that sent something, since the step first began */
	unsigned hints;  /* asked for */
	unsigned redos;
	bool solution;   /* was looked at */
	int64_t spent_s; /* seconds at it */
	int64_t reached_at; /* seconds since 1970; 0: not yet */
	struct said *said;
	size_t saids;
};

struct progress {
	char *lesson;
	uint64_t checksum;  /* of the lesson's file: another one begins anew, and is said */
	size_t at;          /* index of the step; == steps: done */
	int64_t began_at;   /* seconds since 1970 */
	struct step_progress *step;
	size_t steps;
	struct journal journal; /* what led to the start of step `at`, since the last new lab */
};

/* *progress is empty where nothing is kept.  -1 with *err when something was set aside, or cannot be read: go on all the same. */
int progress_read(const char *lesson, uint64_t checksum, size_t steps, struct progress *progress, struct err *err);
int progress_write(const struct progress *progress, struct err *err);
void progress_clear(struct progress *progress);

/* `lesson report`: every lesson of which something is kept; one document in JSON, or text. */
int progress_report(FILE *out, bool json, struct err *err);

#endif
