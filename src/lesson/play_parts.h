/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Within play.h: the state of a play, and its parts: play.c what the learner says, arrive.c from step to step, ask.c questions,
 * tell.c what the screen says. */
#ifndef LESSON_PLAY_PARTS_H
#define LESSON_PLAY_PARTS_H

#include "lesson/goal.h"
#include "lesson/play.h"
#include "lesson/progress.h"
#include "session/session.h"

/* A question of the step. */
struct asked {
	char *said;    /* as it was typed, without blanks around it; NULL: nothing yet */
	size_t record; /* of it in the step's progress */
	bool closed;   /* what is asked for has been seen */
};

/* What led to the start of a step, since the last new lab. */
struct lead {
	bool known;
	struct journal journal;
	uint32_t before; /* the log's length when the step before it began */
};

struct play {
	struct lesson *lesson;
	struct session *session;
	struct play_hands hands;
	struct progress progress;
	bool unkept; /* that it cannot be kept was said */

	/* As they were before the lesson. */
	struct settings settings;
	struct autopilot autopilot;
	struct address peer;

	size_t at;
	bool over, busy; /* busy: what runs is the lesson's, not the learner's */
	struct since since;
	size_t began; /* the journal's length at the start of the step */
	size_t seen;  /* entries of the journal that were looked at for tries */
	bool reached;
	struct asked *asked; /* of the step's questions */
	bool answered;       /* an answer was spoken to in this look */
	bool *wrong;         /* which of the step's wrong attempts were there at the last look */
	size_t hints;        /* shown since the step was entered */
	int64_t entered_ns;  /* CLOCK_MONOTONIC: time before it is in the progress */
	struct lead *lead;   /* by step */
};

static inline struct step *
step_of(const struct play *play)
{
	return &play->lesson->step[play->at];
}

static inline struct step_progress *
step_progress_of(const struct play *play)
{
	return &play->progress.step[play->at];
}

/* arrive.c: how a step is come to. */
enum way {
	WAY_ON,     /* from the one before it, which was reached */
	WAY_REPLAY, /* by what the learner had done before it; by the model where that cannot be */
	WAY_MODEL,  /* by the solutions of the steps before it */
};

/* Comes to a step and begins it, unseen.  -1 with *err: the play stands where it was, though the lab may not. */
int play_arrive(struct play *play, size_t step, enum way way, struct err *err);
void play_leave_step(struct play *play); /* frees what is of the step */

/* play.c */
void play_keep(struct play *play);       /* writes the progress; that it cannot be is said once */
void play_count_time(struct play *play); /* up to now it was the step's; what is left of a second counts later */

/* ask.c */
struct question *question_open(const struct play *play, size_t *index); /* the one that waits for an answer; NULL: none */
void play_ask(struct play *play);          /* says it, if there is one */
void play_hold_answers(struct play *play); /* against what has been seen */

/* tell.c; all by the view. */
void tell_note(struct play *play, const char *format, ...) __attribute__((format(printf, 2, 3)));
void tell_prose(struct play *play, const char *markdown);
void tell_gap(struct play *play);       /* a blank line, for people */
void tell_begin(struct play *play);     /* title and introduction */
void tell_step(struct play *play);      /* heading and prose */
void tell_reached(struct play *play);

#endif
