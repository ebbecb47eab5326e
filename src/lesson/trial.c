/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/trial.h"

#include <stdarg.h>
#include <stdlib.h>

#include "lesson/goal.h"
#include "session/pump.h"
#include "session/session.h"

#define POLL_NS 5000000 /* between two looks at Bob's kernel, which tells nobody when it changes */

static void
clear_screen(struct trial *trial)
{
	struct view *view = trial->session->view;

	if (trial->screen != NULL) {
		view_flush(view);
		fclose(trial->screen);
		free(trial->shown);
	}
	trial->screen = open_memstream(&trial->shown, &trial->shown_size);
	view->out = view->errors = trial->screen != NULL ? trial->screen : trial->out;
}

void
trial_start(struct trial *trial, const struct lesson *lesson, struct session *session, const struct play_hands *hands)
{
	*trial = (struct trial){ .lesson = lesson, .session = session, .hands = hands };
	view_flush(session->view);
	trial->out = session->view->out;
	trial->errors = session->view->errors;
	clear_screen(trial);
}

void
trial_end(struct trial *trial)
{
	struct view *view = trial->session->view;

	view_flush(view);
	view->out = trial->out;
	view->errors = trial->errors;
	if (trial->screen != NULL) {
		fclose(trial->screen);
		free(trial->shown);
	}
}

void
trial_say(struct trial *trial, const char *format, ...)
{
	struct view *view = trial->session->view;
	FILE *screen = view->out;
	va_list ap;

	view_flush(view);
	view->out = trial->out;
	va_start(ap, format);
	view_vnote(view, session_now(trial->session), format, ap);
	va_end(ap);
	view_flush(view);
	view->out = screen;
}

int
trial_run(struct trial *trial, const struct passages *lines, struct err *err)
{
	for (size_t i = 0; i < lines->count; i++) {
		if (trial->hands->run(trial->hands->arg, lines->passage[i].text, false, err) == 0)
			continue;
		return err_prefix(err, "%s:%u: `%s`", trial->lesson->path, lines->passage[i].line, lines->passage[i].text);
	}
	return 0;
}

int
trial_type(struct trial *trial, const char *line, struct err *err)
{
	return trial->hands->run(trial->hands->arg, line, true, err);
}

struct watched {
	struct trial *trial;
	const struct condition *condition;
	size_t conditions;
};

static bool
hold_now(void *arg)
{
	const struct watched *watched = arg;

	return goal_holds(watched->trial->session, watched->condition, watched->conditions, &watched->trial->since, NULL);
}

bool
trial_holds(struct trial *trial, const struct condition *condition, size_t conditions, int64_t within_ns, struct err *err)
{
	struct watched watched = { trial, condition, conditions };
	int64_t until_ns = clock_monotonic_ns() + within_ns, step_ns;

	err->code = ERR_NONE;
	do {
		step_ns = clock_monotonic_ns() + POLL_NS;
		if (step_ns > until_ns)
			step_ns = until_ns;
		if (session_wait(trial->session, hold_now, &watched, step_ns, err))
			return true;
	} while (err->code == ERR_NONE && step_ns < until_ns && !session_interrupted(trial->session));
	return false;
}

/* The solution of a step before the one that is tried. */
static int
pass_step(struct trial *trial, const struct step *step, struct err *err)
{
	since_now(trial->session, &trial->since);
	if (trial_run(trial, &step->solution, err) != 0)
		return -1;
	if (trial_holds(trial, step->goal, step->goals, TRIAL_PATIENCE_NS, err))
		return 0;
	if (err->code != ERR_NONE)
		return -1;
	return err_set(err, ERR_INPUT, "%s:%u: the step \"%s\" does not reach its goal", trial->lesson->path, step->line,
	    step->title);
}

int
trial_begin(struct trial *trial, size_t at, struct err *err)
{
	const struct step *step = trial->lesson->step;
	size_t first = at;

	while (!step[first].fresh)
		first--;
	if (trial->hands->fresh(trial->hands->arg, err) != 0 || trial_run(trial, &step[first].setup, err) != 0)
		return -1;
	for (size_t i = first; i < at; i++) {
		if (pass_step(trial, &step[i], err) != 0)
			return -1;
	}
	/* What has come by now belongs to what was before. */
	if (session_pump(trial->session, 0, -1, err) < 0)
		return -1;
	clear_screen(trial);
	trial->step = &step[at];
	since_now(trial->session, &trial->since);
	return 0;
}

const char *
trial_screen(struct trial *trial)
{
	view_flush(trial->session->view);
	if (trial->screen == NULL || fflush(trial->screen) != 0)
		return "";
	return trial->shown;
}
