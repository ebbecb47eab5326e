/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/play.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/when.h"
#include "lesson/play_parts.h"
#include "session/memory.h"
#include "session/pump.h"
#include "session/record.h"
#include "session/time.h"

#define NEXT_PATIENCE_NS (200 * NS_PER_MS)

bool
play_over(const struct play *play)
{
	return play->over;
}

const struct lesson *
play_lesson(const struct play *play)
{
	return play->lesson;
}

size_t
play_step(const struct play *play)
{
	return play->at;
}

size_t
play_began(const struct play *play)
{
	return play->began;
}

void
play_count_time(struct play *play)
{
	int64_t spent_s = (clock_monotonic_ns() - play->entered_ns) / NS_PER_S;

	step_progress_of(play)->spent_s += spent_s;
	play->entered_ns += spent_s * NS_PER_S;
}

void
play_keep(struct play *play)
{
	struct err err;

	play_count_time(play);
	if (progress_write(&play->progress, &err) == 0) {
		play->unkept = false;
	} else if (!play->unkept) {
		play->unkept = true;
		tell_note(play, "warning: %s", err.text);
	}
}

static int
vet_all(const struct lesson *lesson, const struct play_hands *hands, const struct passages *lines, struct err *err)
{
	for (size_t i = 0; i < lines->count; i++) {
		if (hands->vet(hands->arg, lines->passage[i].text, err) != 0)
			return err_prefix(err, "%s:%u", QUOTED(lesson->path), lines->passage[i].line);
	}
	return 0;
}

int
play_vet(const struct lesson *lesson, const struct play_hands *hands, struct err *err)
{
	for (size_t i = 0; i < lesson->steps; i++) {
		const struct step *step = &lesson->step[i];

		if (vet_all(lesson, hands, &step->setup, err) != 0 || vet_all(lesson, hands, &step->solution, err) != 0)
			return -1;
		for (size_t w = 0; w < step->wrongs; w++) {
			if (vet_all(lesson, hands, &step->wrong[w].tries, err) != 0)
				return -1;
		}
	}
	return 0;
}

static void
free_play(struct play *play)
{
	if (play->lead != NULL) {
		play_leave_step(play);
		for (size_t i = 0; i < play->lesson->steps; i++)
			journal_clear(&play->lead[i].journal);
	}
	free(play->lead);
	progress_clear(&play->progress);
	lesson_free(play->lesson);
	free(play);
}

static void
put_back(struct play *play)
{
	play->session->settings = play->settings;
	play->session->autopilot = play->autopilot;
	play->session->peer = play->peer;
	play->session->predictions_hidden = false;
}

static int
take_up(struct play *play, struct err *err)
{
	struct progress *progress = &play->progress;
	struct err why;
	bool resumes;

	if (progress_read(play->lesson, progress, &why) != 0)
		tell_note(play, "%s", why.text);
	if (progress->at >= progress->steps) {
		tell_note(play, "You have been through this lesson; it begins from the start.");
		progress->at = 0;
	}
	resumes = progress->at > 0;
	play->at = progress->at;
	play->lead[play->at] = (struct lead){ .known = resumes, .journal = progress->journal, .before = progress->before };
	progress->journal = (struct journal){ 0 };
	if (!resumes)
		tell_begin(play);
	else
		tell_note(play, "You are back at step %zu of %zu; `lesson %s again` begins anew.", play->at + 1, play->lesson->steps,
		    play->lesson->name);
	return play_arrive(play, play->at, WAY_REPLAY, err);
}

struct play *
play_begin(struct lesson *lesson, struct session *session, const struct play_hands *hands, struct err *err)
{
	struct play *play = memory_new(sizeof(*play));

	play->lesson = lesson;
	play->session = session;
	play->hands = *hands;
	play->settings = session->settings;
	play->autopilot = session->autopilot;
	play->peer = session->peer;
	play->entered_ns = clock_monotonic_ns();
	if (play_vet(lesson, hands, err) != 0) {
		free_play(play);
		return NULL;
	}
	play->lead = memory_new((lesson->steps + 1) * sizeof(play->lead[0]));
	if (take_up(play, err) != 0) {
		put_back(play);
		free_play(play);
		return NULL;
	}
	play_keep(play);
	play_show(play);
	return play;
}

void
play_end(struct play *play)
{
	if (play == NULL)
		return;
	if (!play->over)
		play_keep(play);
	put_back(play);
	free_play(play);
}

/* Commands that sent something, since the last look. */
static void
count_tries(struct play *play)
{
	const struct journal *journal = &play->session->journal;

	/* `undo` takes some back. */
	if (journal->count < play->seen)
		play->seen = journal->count;
	for (; play->seen < journal->count; play->seen++)
		step_progress_of(play)->tries += journal->entry[play->seen].segment != 0;
	if (play->since.log > play->session->log.count)
		play->since.log = (uint32_t)play->session->log.count;
}

/* Typical wrong attempts are spoken to as often as they come true. */
static void
look_at_wrongs(struct play *play)
{
	struct step *step = step_of(play);

	for (size_t i = 0; i < step->wrongs; i++) {
		bool so = goal_holds(play->session, step->wrong[i].when, step->wrong[i].whens, &play->since, NULL);

		if (so && !play->wrong[i])
			tell_prose(play, step->wrong[i].say);
		play->wrong[i] = so;
	}
}

static bool
goal_stands(struct play *play, struct text *why)
{
	return goal_holds(play->session, step_of(play)->goal, step_of(play)->goals, &play->since, why);
}

void
play_look(struct play *play)
{
	struct step_progress *progress;
	bool asked, reached;

	if (play->busy || play->over)
		return;
	progress = step_progress_of(play);
	asked = play_asks(play);
	reached = play->reached;
	count_tries(play);
	play->reached = reached || goal_stands(play, NULL);
	play_hold_answers(play);
	if (!play->reached)
		look_at_wrongs(play);
	if (play->reached && !reached) {
		progress->end = STEP_REACHED;
		if (progress->reached_at == 0)
			progress->reached_at = time(NULL);
		tell_reached(play);
		play_keep(play);
	}
	if (asked && !play_asks(play))
		play->session->predictions_hidden = false;
}

void
play_show(struct play *play)
{
	tell_step(play);
	if (play->reached)
		tell_note(play, "Its goal is reached: `next` goes on.");
	play_ask(play);
}

/* To another step, or this one again, and it is shown. */
static int
go(struct play *play, size_t step, enum way way, struct err *err)
{
	if (play_arrive(play, step, way, err) != 0)
		return -1;
	play_keep(play);
	play_show(play);
	return 0;
}

static void
end(struct play *play)
{
	size_t reached, skipped;

	progress_count(&play->progress, &reached, &skipped);
	play->session->predictions_hidden = false;
	play->progress.at = play->progress.steps;
	journal_clear(&play->progress.journal);
	play_keep(play);
	play->over = true;
	tell_gap(play);
	tell_note(play, "That was \"%s\": %zu of %zu steps reached%s.", play->lesson->title, reached, play->lesson->steps,
	    skipped > 0 ? "; what you skipped can be done another time" : "");
	tell_note(play, "`lesson list` shows the others, `lesson report` what you did; you are at an ordinary prompt again.");
}

/* Says what of the goal does not hold. */
static int
refuse_next(struct play *play, const char *words, struct err *err)
{
	size_t room = step_of(play)->goals * GOAL_LINE + 1;
	char *lines = memory_new(room);
	struct text why = text_in(lines, room);

	if (!goal_stands(play, &why))
		tell_note(play, "%s", words);
	tell_note(play, "%s", lines);
	tell_note(play, "%s", play->reached ? "`redo` begins the step again; `skip` goes on all the same." :
	    "`hint` helps, `solution` shows a way, `redo` begins the step again, `skip` goes on without it.");
	free(lines);
	return err_set(err, ERR_EXPECT, "%s", "");
}

static bool
goal_came(void *arg)
{
	return goal_stands(arg, NULL);
}

/* What Bob's program says comes a moment after what his kernel says. */
static int
wait_for_goal(struct play *play, struct err *err)
{
	struct session *session = play->session;
	int64_t until_ns = clock_monotonic_ns() + NEXT_PATIENCE_NS + session_round_trip_ns(session);

	if (!session_wait(session, goal_came, play, until_ns, err) && err->code != ERR_NONE)
		return -1;
	session_show_deferred(session);
	play_look(play);
	return 0;
}

int
play_next(struct play *play, struct err *err)
{
	size_t next = play->at + 1;

	play_look(play);
	if (!play->reached && wait_for_goal(play, err) != 0)
		return -1;
	if (!play->reached)
		return refuse_next(play, "Not yet: of this step's goal there is still to come", err);
	if (next == play->lesson->steps) {
		end(play);
		return 0;
	}
	/* What begins in a new lab needs nothing of this one, where time goes on while the learner reads. */
	if (!play->lesson->step[next].fresh && !goal_stands(play, NULL))
		return refuse_next(play, "The goal was reached, but is so no more, and the next step begins there", err);
	return go(play, next, WAY_ON, err);
}

int
play_skip(struct play *play, struct err *err)
{
	struct step_progress *progress = step_progress_of(play);

	if (progress->end == STEP_OPEN)
		progress->end = STEP_SKIPPED;
	if (play->at + 1 < play->lesson->steps)
		return go(play, play->at + 1, WAY_MODEL, err);
	end(play);
	return 0;
}

int
play_redo(struct play *play, struct err *err)
{
	step_progress_of(play)->redos++;
	return go(play, play->at, WAY_REPLAY, err);
}

int
play_back(struct play *play, struct err *err)
{
	if (play->at == 0)
		return err_set(err, ERR_INPUT, "this is the first step; `redo` begins it again");
	return go(play, play->at - 1, WAY_REPLAY, err);
}

int
play_hint(struct play *play, struct err *err)
{
	const struct step *step = step_of(play);

	(void)err;
	if (step->hint.count == 0) {
		tell_note(play, "This step has no hints; `goal` says what is still to come, `solution` shows a way.");
		return 0;
	}
	if (play->hints == step->hint.count) {
		tell_note(play, "There are no more hints; `solution` shows a way.");
		return 0;
	}
	tell_note(play, "Hint %zu of %zu:", play->hints + 1, step->hint.count);
	tell_prose(play, step->hint.passage[play->hints].text);
	play->hints++;
	step_progress_of(play)->hints++;
	play_keep(play);
	return 0;
}

int
play_solution(struct play *play, struct err *err)
{
	const struct step *step = step_of(play);

	(void)err;
	tell_note(play, "One way from the step's beginning; nothing of it was run:");
	for (size_t i = 0; i < step->solution.count; i++)
		tell_note(play, "  %s", step->solution.passage[i].text);
	step_progress_of(play)->solution = true;
	play_keep(play);
	return 0;
}

int
play_goal(struct play *play, struct err *err)
{
	size_t room = step_of(play)->goals * GOAL_LINE + 1;
	char *lines = memory_new(room);
	struct text text = text_in(lines, room);

	(void)err;
	play_look(play);
	goal_tell(play->session, step_of(play)->goal, step_of(play)->goals, &play->since, &text);
	tell_note(play, play->reached ? "The goal of this step, which is reached:" : "The goal of this step:");
	tell_note(play, "%s", lines);
	free(lines);
	return 0;
}
