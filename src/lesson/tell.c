/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/letter.h"
#include "lesson/play_parts.h"
#include "lesson/prose.h"
#include "session/memory.h"

#define PROSE_COLUMNS 80 /* longer lines are hard to read */

void
tell_note(struct play *play, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	view_vnote(play->session->view, session_now(play->session), format, ap);
	va_end(ap);
}

static unsigned
columns(const struct play *play)
{
	unsigned window = view_columns(play->session->view);

	return window < PROSE_COLUMNS ? window : PROSE_COLUMNS;
}

void
tell_prose(struct play *play, const char *markdown)
{
	const struct view *view = play->session->view;
	char *lines;

	if (markdown == NULL || markdown[0] == '\0')
		return;
	lines = prose_lines(markdown, columns(play), view->colour, view->ascii);
	view_drawn(play->session->view, session_now(play->session), lines);
	free(lines);
}

void
tell_gap(struct play *play)
{
	if (play->session->view->ops != &view_json)
		view_drawn(play->session->view, session_now(play->session), "\n");
}

/* "── Step 2 of 5: The answer ────": as wide as the window, and one line whatever the title. */
static void
tell_heading(struct play *play, const char *heading)
{
	const char *dash = play->session->view->ascii ? "-" : "─";
	size_t bytes = 0;
	unsigned width = columns(play), taken = 0;
	char rule[3 * PROSE_COLUMNS + 1];
	struct text t = text_in(rule, sizeof(rule));

	/* What is wider than the window is cut. */
	while (heading[bytes] != '\0' && taken + 6 < width) {
		uint32_t letter;

		bytes += letter_read(heading + bytes, strlen(heading + bytes), &letter);
		taken += letter_columns(letter);
	}
	for (unsigned i = taken + 4; i < width; i++)
		text_add(&t, "%s", dash);
	tell_note(play, "%s%s %.*s %s", dash, dash, (int)bytes, heading, rule);
}

void
tell_begin(struct play *play)
{
	const struct lesson *lesson = play->lesson;

	tell_gap(play);
	tell_note(play, "%s", lesson->title);
	tell_prose(play, lesson->introduction.text);
}

void
tell_step(struct play *play)
{
	const struct step *step = step_of(play);
	char *heading;

	tell_gap(play);
	if (asprintf(&heading, "Step %zu of %zu: %s", play->at + 1, play->lesson->steps, step->title) >= 0) {
		tell_heading(play, heading);
		free(heading);
	}
	tell_prose(play, step->prose.text);
}

void
tell_reached(struct play *play)
{
	const struct lesson *lesson = play->lesson;

	tell_gap(play);
	tell_note(play, "That is it: the goal of this step is reached.");
	tell_prose(play, step_of(play)->explain.text);
	if (play->at + 1 < lesson->steps)
		tell_note(play, "`next` goes on to step %zu of %zu: %s", play->at + 2, lesson->steps, lesson->step[play->at + 1].title);
	else
		tell_note(play, "This was the last step; `next` ends the lesson.");
}
