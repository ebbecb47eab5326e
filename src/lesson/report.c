/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a learner can hand in. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "lesson/progress_parts.h"
#include "session/memory.h"
#include "session/state_file.h"

/* Words of people and files come out so that a terminal shows them. */
static void
put(FILE *out, const char *words)
{
	size_t room = 4 * strlen(words) + 1;
	char *copy = memory_new(room);
	struct text t = text_in(copy, room);

	text_add_shown(&t, words, strlen(words));
	fputs(copy, out);
	free(copy);
}

static void
put_spent(FILE *out, int64_t spent_s)
{
	if (spent_s >= 60)
		fprintf(out, "%lld min ", (long long)(spent_s / 60));
	fprintf(out, "%lld s", (long long)(spent_s % 60));
}

static void
put_day(FILE *out, int64_t at_s)
{
	time_t at = (time_t)at_s;
	struct tm day;

	if (localtime_r(&at, &day) != NULL)
		fprintf(out, "%04d-%02d-%02d %02d:%02d", day.tm_year + 1900, day.tm_mon + 1, day.tm_mday, day.tm_hour, day.tm_min);
}

static void
put_answer(FILE *out, const struct said *said)
{
	fputs("     ", out);
	put(out, said->ask);
	fputs("\n       ", out);
	if (said->answer[0] == '\0') {
		fputs("not predicted", out);
	} else {
		fputs("said ", out);
		put(out, said->answer);
	}
	if (said->actual[0] == '\0') {
		fputs("; not seen", out);
	} else if (said->right) {
		fputs(": right", out);
	} else {
		fputs("; it was ", out);
		put(out, said->actual);
	}
	fputc('\n', out);
}

static void
put_step(FILE *out, size_t number, const struct step_progress *step)
{
	static const char *const ends[] = {
		[STEP_OPEN] = "open",
		[STEP_REACHED] = "reached",
		[STEP_SKIPPED] = "skipped",
	};

	fprintf(out, "  %zu. ", number);
	put(out, step->title);
	fprintf(out, ": %s", ends[step->end]);
	if (step->reached_at != 0) {
		fputs(" on ", out);
		put_day(out, step->reached_at);
	}
	fprintf(out, "\n     tries %u, hints %u, redos %u, solution %s, time ", step->tries, step->hints, step->redos,
	    step->solution ? "seen" : "not seen");
	put_spent(out, step->spent_s);
	fputc('\n', out);
	for (size_t i = 0; i < step->saids; i++)
		put_answer(out, &step->said[i]);
}

static void
put_lesson(FILE *out, const struct progress *progress)
{
	size_t reached, skipped;

	progress_count(progress, &reached, &skipped);
	put(out, progress->lesson);
	fputs(": ", out);
	put(out, progress->title);
	fprintf(out, "\n  begun on ");
	put_day(out, progress->began_at);
	fprintf(out, "; of %zu steps %zu reached, %zu skipped\n", progress->steps, reached, skipped);
	for (size_t i = 0; i < progress->steps; i++)
		put_step(out, i + 1, &progress->step[i]);
}

static int
is_kept(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

/* Bytes, whatever the locale: the same report everywhere. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* The names of the lessons of which something is kept; returns how many. */
static int
find_kept(struct dirent ***entries)
{
	struct err ignored;
	char *folder = state_path("lessons", "", &ignored);
	int count = folder != NULL ? scandir(folder, entries, is_kept, by_name) : 0;

	free(folder);
	if (count <= 0)
		*entries = NULL;
	return count > 0 ? count : 0;
}

static int
put_json(FILE *out, json_t *lessons, struct err *err)
{
	json_t *root = json_object();
	int result;

	json_object_set_new(root, "type", json_string("lesson-report"));
	json_object_set_new(root, "version", json_integer(PROGRESS_VERSION));
	json_object_set_new(root, "program", json_string("tcpdojo " VERSION));
	json_object_set_new(root, "lessons", lessons);
	result = json_dumpf(root, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(root);
	return result == 0 ? 0 : err_set(err, ERR_SYSTEM, "the report cannot be written");
}

int
progress_report(FILE *out, bool json, struct err *err)
{
	json_t *lessons = json_array();
	struct dirent **entries;
	int count = find_kept(&entries), result = 0, told = 0;

	for (int i = 0; i < count; i++) {
		struct progress progress;

		entries[i]->d_name[strlen(entries[i]->d_name) - 5] = '\0';
		if (progress_peek(entries[i]->d_name, &progress, err) != 0) {
			result = -1;
		} else if (progress.began_at != 0) {
			if (json)
				json_array_append_new(lessons, progress_to_json(&progress, false));
			else
				put_lesson(out, &progress);
			told++;
		}
		progress_clear(&progress);
		free(entries[i]);
	}
	free(entries);
	if (json)
		return put_json(out, lessons, err) != 0 ? -1 : result;
	json_decref(lessons);
	if (told == 0 && result == 0)
		fputs("No lesson was begun yet; `lesson list` shows which there are.\n", out);
	return result;
}
