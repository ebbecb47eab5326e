/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From step to step: on from where the learner is, by what he had done, or by the model solutions. */
#include <stdlib.h>
#include <string.h>

#include "lesson/play_parts.h"
#include "session/memory.h"
#include "session/record.h"

static int
run_all(struct play *play, const struct passages *lines, struct err *err)
{
	for (size_t i = 0; i < lines->count; i++) {
		if (play->hands.run(play->hands.arg, lines->passage[i].text, false, err) != 0)
			return err_prefix(err, "%s:%u", QUOTED(play->lesson->path), lines->passage[i].line);
	}
	return 0;
}

static bool
is_fresh(const struct play *play, size_t step)
{
	return step == 0 || play->lesson->step[step].fresh;
}

/* The step that begins in a new lab from which this one goes on. */
static size_t
base_of(const struct play *play, size_t step)
{
	while (!is_fresh(play, step))
		step--;
	return step;
}

/* A new lab, and in it what the steps before this one want; *before: the log's length when the one before it began. */
static int
arrive_by_model(struct play *play, size_t step, uint32_t *before, struct err *err)
{
	*before = 0;
	if (play->hands.fresh(play->hands.arg, err) != 0)
		return -1;
	for (size_t i = base_of(play, step); i <= step; i++) {
		const struct step *on_the_way = &play->lesson->step[i];

		if (run_all(play, &on_the_way->setup, err) != 0)
			return -1;
		if (i == step)
			break;
		*before = (uint32_t)play->session->log.count;
		if (run_all(play, &on_the_way->solution, err) != 0)
			return -1;
	}
	return 0;
}

/* Whether what the step before this one wants is so; counters are those of the whole lab. */
static bool
stands_where_it_should(struct play *play, size_t step)
{
	const struct step *before = &play->lesson->step[step - 1];
	const struct since since = { .log = play->lead[step].before };

	return since.log <= play->session->log.count && goal_holds(play->session, before->goal, before->goals, &since, NULL);
}

static int
arrive_by_replay(struct play *play, size_t step, struct err *err)
{
	struct lead *lead = &play->lead[step];
	struct err why;

	if (!is_fresh(play, step) && lead->known &&
	    play->hands.replay(play->hands.arg, &lead->journal, lead->journal.count, &why) == 0 && stands_where_it_should(play, step))
		return 0;
	if (!is_fresh(play, step))
		tell_note(play, "What you had done before this step could not be done again; it begins as the solutions lead to it.");
	return arrive_by_model(play, step, &lead->before, err);
}

static void
keep_journal(struct journal *kept, const struct journal *journal)
{
	journal_clear(kept);
	journal_copy(kept, journal, journal->count);
}

void
play_leave_step(struct play *play)
{
	if (play->asked != NULL) {
		for (size_t i = 0; i < step_of(play)->questions; i++)
			free(play->asked[i].said);
	}
	free(play->asked);
	free(play->wrong);
	play->asked = NULL;
	play->wrong = NULL;
}

/* From here on the step is the learner's. */
static void
begin(struct play *play, size_t step)
{
	struct session *session = play->session;
	struct lead *lead = &play->lead[step];

	play_leave_step(play);
	if (step != play->at)
		play->hints = 0;
	play->at = step;
	since_now(session, &play->since);
	play->began = play->seen = session->journal.count;
	play->reached = false;
	play->asked = memory_new((step_of(play)->questions + 1) * sizeof(play->asked[0]));
	play->wrong = memory_new((step_of(play)->wrongs + 1) * sizeof(play->wrong[0]));
	/* What is so already is no attempt of his. */
	for (size_t i = 0; i < step_of(play)->wrongs; i++)
		play->wrong[i] = goal_holds(session, step_of(play)->wrong[i].when, step_of(play)->wrong[i].whens, &play->since, NULL);
	lead->known = true;
	keep_journal(&lead->journal, &session->journal);
	play->progress.at = step;
	play->progress.before = lead->before;
	keep_journal(&play->progress.journal, &session->journal);
}

int
play_arrive(struct play *play, size_t step, enum way way, struct err *err)
{
	struct lead *lead = &play->lead[step];
	uint32_t before = play->since.log;
	int result = 0;

	play_count_time(play);
	play->busy = true;
	session_show_deferred(play->session);
	switch (way) {
	case WAY_ON:
		if (is_fresh(play, step))
			result = arrive_by_model(play, step, &before, err);
		lead->before = before;
		break;
	case WAY_REPLAY:
		result = arrive_by_replay(play, step, err);
		break;
	case WAY_MODEL:
		result = arrive_by_model(play, step, &lead->before, err);
		break;
	}
	if (result == 0)
		begin(play, step);
	play->busy = false;
	return result;
}
