/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A learner goes through a lesson.  He stays at the ordinary prompt: after each command of his the step's goal is looked at,
 * questions that have been answered are held against what happened, and known wrong attempts are spoken to.
 *
 * Graded by what is true, not by keystrokes: a goal is reached when there is a connection for which all its lines hold, of
 * what happened since the step began.  Once reached it stays so, but `next` looks again where the next step goes on from there.
 *
 * What is said comes out by the session's view; what is kept, and when, is in progress.h.
 */
#ifndef LESSON_PLAY_H
#define LESSON_PLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "lesson/lesson.h"

struct journal;
struct session;
struct play;

/* What the room above does for a lesson; `arg` is its own. */
struct play_hands {
	void *arg;
	/* Whether a lesson may run this line at all, by the effect bits of its commands; *err names the command that may not. */
	int (*vet)(void *arg, const char *line, struct err *err);
	/* Runs a line unseen, or (shown) as if typed. */
	int (*run)(void *arg, const char *line, bool shown, struct err *err);
	/* A new lab with nothing in log and journal, and settings as at the start. */
	int (*fresh)(void *arg, struct err *err);
	/* The same, and then the journal's first `count` entries again, unseen. */
	int (*replay)(void *arg, const struct journal *journal, size_t count, struct err *err);
};

/* Whether every command line of the lesson may run in one; *err names the first that may not. */
int play_vet(const struct lesson *lesson, const struct play_hands *hands, struct err *err);

/*
 * Begins, or goes on where the learner left it (a new lab, and what he had done before that step done again); shows the step.
 * All of it is vetted first.  The lesson is the play's from now on, also when it fails.  NULL with *err.
 */
struct play *play_begin(struct lesson *lesson, struct session *session, const struct play_hands *hands, struct err *err);

/* Keeps the progress and ends; settings are as they were before.  NULL is fine. */
void play_end(struct play *play);

/* To be called after each command of the learner's, and when something came while he typed. */
void play_look(struct play *play);

/* Whether a question waits: what is typed and is no command is its answer, and no prediction is shown. */
bool play_asks(const struct play *play);
bool play_is_answer(const struct play *play, const char *text); /* whether that could be its answer */

/* The commands of that name.  -1 with *err when they cannot be done now; an empty text: it was told already. */
int play_answer(struct play *play, const char *text, struct err *err);
int play_next(struct play *play, struct err *err);
int play_hint(struct play *play, struct err *err);
int play_solution(struct play *play, struct err *err);
int play_goal(struct play *play, struct err *err);
int play_redo(struct play *play, struct err *err);
int play_back(struct play *play, struct err *err);
int play_skip(struct play *play, struct err *err);
void play_show(struct play *play); /* the step again: `lesson` alone */

/* Whether the last step's goal was reached and `next` was said, or it was skipped: there is nothing more to do. */
bool play_over(const struct play *play);

const struct lesson *play_lesson(const struct play *play);
size_t play_step(const struct play *play); /* index */

/* How many of the journal's entries are not the learner's to undo: they led to the start of the step. */
size_t play_began(const struct play *play);

#endif
