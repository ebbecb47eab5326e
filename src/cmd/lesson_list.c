/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which lessons there are, and how far the learner is. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/lesson.h"
#include "lesson/find.h"
#include "lesson/load.h"
#include "lesson/progress.h"

/* "3 of 5 steps reached, 1 skipped" */
static void
add_progress(struct text *t, const struct lesson *lesson)
{
	struct progress progress;
	struct err ignored;
	size_t reached, skipped;

	if (progress_peek(lesson->name, &progress, &ignored) != 0) {
		text_add(t, "what was kept of it cannot be read");
	} else if (progress.began_at == 0) {
		text_add(t, "%zu step%s", lesson->steps, lesson->steps == 1 ? "" : "s");
	} else if (progress.checksum != lesson_checksum(lesson)) {
		text_add(t, "it has changed since you began it");
	} else {
		progress_count(&progress, &reached, &skipped);
		text_add(t, "%zu of %zu steps reached", reached, progress.steps);
		if (skipped > 0)
			text_add(t, ", %zu skipped", skipped);
	}
	progress_clear(&progress);
}

static void
list_one(struct view *view, int64_t at_ns, const char *path)
{
	struct err err;
	struct lesson *lesson = lesson_load(path, &err);
	char *name, how[160], minutes[24] = "";
	struct text t = text_in(how, sizeof(how));

	if (lesson == NULL) {
		name = lesson_name(path);
		view_note(view, at_ns, "%-15s cannot be used: %s", name, err.text);
		free(name);
		return;
	}
	add_progress(&t, lesson);
	if (lesson->minutes > 0)
		snprintf(minutes, sizeof(minutes), "%u min; ", lesson->minutes);
	view_note(view, at_ns, "%-15s %s\n%-15s %s%s%s%s", lesson->name, lesson->title, "", minutes, how,
	    lesson->needs[0] != '\0' ? "; comes after " : "", lesson->needs);
	lesson_free(lesson);
}

void
lesson_list(struct view *view, int64_t at_ns)
{
	struct lesson_names names;

	lesson_names(&names);
	for (size_t i = 0; i < names.count; i++)
		list_one(view, at_ns, names.path[i]);
	for (size_t i = 0; i < names.unreads; i++)
		view_note(view, at_ns, "warning: %s", names.unread[i]);
	if (names.count > 0)
		view_note(view, at_ns, "`lesson NAME` begins one, or goes on with it.");
	else
		view_note(view, at_ns, "There are no lessons here; TCPDOJO_LESSON_PATH says in which folders they are.");
	lesson_names_clear(&names);
	view_flush(view);
}
