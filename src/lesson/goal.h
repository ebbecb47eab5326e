/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has become true since a step began, and whether that is what somebody said. */
#ifndef LESSON_GOAL_H
#define LESSON_GOAL_H

#include <stdbool.h>

#include "base/text.h"
#include "lesson/lesson.h"
#include "session/condition.h"

struct session;

/* This moment. */
void since_now(struct session *session, struct since *since);

/*
 * Whether all `conditions` hold for one of the connections that had traffic since then, the selected one first; where none
 * had, for the selected one, or for none.  A frame holds when one of Bob's since then was such; nothing, when none came.
 */
bool goal_holds(struct session *session, const struct condition *condition, size_t conditions, const struct since *since,
    struct text *why);

/* Room for a line each of goal_holds' `why`: "  kernel state ESTABLISHED - now it is SYN-RECEIVED\n" of those that do not hold. */
#define GOAL_LINE 512

/* All of them for the selected connection, a line each, with what is instead where one does not hold. */
void goal_tell(struct session *session, const struct condition *condition, size_t conditions, const struct since *since,
    struct text *lines);

/*
 * What a question asks for, as it is: "1", "[S.]", "SYN-RECEIVED"; false when it cannot be said yet (`reached`: the goal is).
 * Numbers of SHOW_SEQ are relative.  Questions with an answer of the lesson's own are settled once the goal is reached.
 */
bool question_actual(struct session *session, const struct question *question, const struct since *since, bool reached,
    struct text *actual);

/* The segment that a question of QUESTION_FIELD is about: its number in the log; 0: not seen yet. */
uint32_t question_segment(struct session *session, const struct question *question, const struct since *since);

/*
 * Whether what the learner said is that: in any sensible form (1, 0x1, iss+1, S., [S.], SYN-ACK, syn,ack, established).
 * -1 with *err when it is no answer to this question at all, with what one looks like.  actual NULL: whether it is one at all.
 */
int answer_fits(const struct question *question, const char *said, const char *actual, struct err *err);

/* What an answer looks like: "a number, like 77, 0x4d or iss+77", which is no lesson's answer. */
const char *answer_form(const struct question *question);

#endif
