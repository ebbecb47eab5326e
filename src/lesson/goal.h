/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has become true since a step began. */
#ifndef LESSON_GOAL_H
#define LESSON_GOAL_H

#include <stdbool.h>

#include "base/text.h"
#include "lesson/lesson.h"
#include "session/session.h"

/* The moment a step began. */
struct since {
	uint32_t log; /* segments beyond this number count */
	struct counters counters;
};

void since_now(struct session *session, struct since *since);

/*
 * Whether all `conditions` hold for one of the connections that had traffic since then, the selected one first.  If not, and
 * why != NULL, says for the selected one which do not and what is instead, a line each.
 */
bool goal_holds(struct session *session, const struct condition *condition, size_t conditions, const struct since *since,
    struct text *why);

/*
 * What a question asks for, as it is: "1", "[S.]", "SYN-RECEIVED"; false when it cannot be said yet (`reached`: the goal is).
 * Questions with an answer of the lesson's own are settled once the goal is reached.
 */
bool question_actual(struct session *session, const struct question *question, const struct since *since, bool reached,
    struct text *actual);

/*
 * Whether what the learner said is that: in any sensible form (1, 0x1, iss+1, S., [S.], SYN-ACK, syn,ack, established).
 * -1 with *err when it is no answer to this question at all, with what one looks like.
 */
int answer_fits(const struct question *question, const char *said, const char *actual, struct err *err);

#endif
