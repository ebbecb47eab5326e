/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/text.h"
#include "lesson/block.h"
#include "lesson/find.h"
#include "lesson/outline.h"
#include "lesson/pairs.h"
#include "lesson/source.h"
#include "session/memory.h"

/* ---- front matter ------------------------------------------------------------------------------------------------------ */

enum key { KEY_TITLE, KEY_NEEDS, KEY_MINUTES, KEY_FORMAT, KEYS };

static const char *const keys[KEYS] = { "title", "needs", "minutes", "format" };

static bool
is_rule(const struct source *source, size_t at)
{
	const char *line = source->text + at;

	return strncmp(line, "---", 3) == 0 && line[3 + strspn(line + 3, " \t")] == '\n';
}

/* A file of another format may have other keys: its number is looked at before anything else. */
static int
check_format(struct source *source, size_t from, size_t to, struct err *err)
{
	unsigned line = 0;
	char *value = NULL;
	uint64_t format;
	int result = 0;

	for (size_t at = from; at < to; at = source_next(source, at)) {
		if (value == NULL && strncmp(source->text + at, "format:", 7) == 0) {
			value = source_trimmed(source->text + at + 7, source_next(source, at) - at - 7);
			line = source_line(source, at);
		}
	}
	if (value == NULL)
		return source_error(source, 1, err, "a line `format: %d` is missing between the lines `---`", LESSON_FORMAT);
	if (!number_parse(value, &format) || format == 0)
		result = source_error(source, line, err, "`format` is a number, not \"%s\"; this tcpdojo reads format %d",
		    QUOTED(value), LESSON_FORMAT);
	else if (format != LESSON_FORMAT)
		result = source_error(source, line, err, "the lesson is of format %s; this tcpdojo reads format %d", QUOTED(value),
		    LESSON_FORMAT);
	free(value);
	return result;
}

static int
read_minutes(struct source *source, const struct pair *pair, struct lesson *lesson, struct err *err)
{
	char *value = pair_joined(pair);
	uint64_t minutes = 0;
	int result = 0;

	if (pair->given && (!number_parse(value, &minutes) || minutes < 1 || minutes > LESSON_MINUTES_MAX))
		result = source_error(source, pair->line, err, "`minutes` is a number from 1 to %d, not \"%s\"", LESSON_MINUTES_MAX,
		    QUOTED(value));
	lesson->minutes = (unsigned)minutes;
	free(value);
	return result;
}

/* Names as files have them, so that they can be looked for. */
static int
check_needs(struct source *source, const struct pair *pair, const char *needs, struct err *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_ \t";

	if (needs[strspn(needs, letters)] == '\0')
		return 0;
	return source_error(source, pair->line, err,
	    "`needs` are names of lessons (letters, digits, - and _) with blanks between them, not \"%s\"", QUOTED(needs));
}

static int
read_keys(struct source *source, size_t from, size_t to, struct pair pair[KEYS], struct lesson *lesson, struct err *err)
{
	if (pairs_read(source, from, to, 0, keys, KEYS, pair, err) != 0)
		return -1;
	if (pair[KEY_TITLE].value.count == 0)
		return source_error(source, pair[KEY_TITLE].given ? pair[KEY_TITLE].line : 1, err, "a line `title: ...` is missing "
		    "between the lines `---`");
	lesson->title = pair_joined(&pair[KEY_TITLE]);
	lesson->needs = pair_joined(&pair[KEY_NEEDS]);
	if (check_needs(source, &pair[KEY_NEEDS], lesson->needs, err) != 0)
		return -1;
	return read_minutes(source, &pair[KEY_MINUTES], lesson, err);
}

/* *after: where the Markdown begins. */
static int
read_front(struct source *source, struct lesson *lesson, size_t *after, struct err *err)
{
	struct pair pair[KEYS] = { 0 };
	size_t from, to;
	int result;

	if (source->size == 0 || !is_rule(source, 0))
		return source_error(source, 1, err, "a lesson begins with a line `---`, lines `title: ...` and `format: %d`, and `---`",
		    LESSON_FORMAT);
	from = to = source_next(source, 0);
	while (to < source->size && !is_rule(source, to))
		to = source_next(source, to);
	if (to == source->size)
		return source_error(source, 1, err, "the lines of `key: value` that begin here have no end: a second line `---`");
	*after = source_next(source, to);
	result = check_format(source, from, to, err);
	if (result == 0)
		result = read_keys(source, from, to, pair, lesson, err);
	pairs_clear(pair, KEYS);
	return result;
}

/* ---- steps ------------------------------------------------------------------------------------------------------------- */

/* text[from..to) without the marks; where one was cut out, paragraphs stay apart. */
static struct passage
read_prose(struct source *source, size_t from, size_t to, const struct mark *mark, size_t marks)
{
	struct passage prose = { .text = memory_new(to - from + marks + 1) };
	char *end = prose.text;
	size_t blanks;

	prose.line = source_line(source, from);
	for (size_t i = 0; i <= marks; i++) {
		size_t until = i < marks ? mark[i].begin : to;

		blanks = strspn(source->text + from, "\n");
		from += blanks < until - from ? blanks : until - from;
		if (from < until && end != prose.text)
			*end++ = '\n';
		else if (from < until)
			prose.line = source_line(source, from);
		end = mempcpy(end, source->text + from, until - from);
		from = i < marks ? mark[i].end : to;
	}
	return prose;
}

static int
check_step(struct source *source, const struct step *step, struct err *err)
{
	if (step->prose.text[strspn(step->prose.text, " \t\n")] == '\0')
		return source_error(source, step->line, err, "the step \"%s\" has no prose", QUOTED(step->title));
	if (step->solution.count == 0)
		return source_error(source, step->line, err, "the step \"%s\" has no `do`", QUOTED(step->title));
	if (step->goals == 0)
		return source_error(source, step->line, err, "the step \"%s\" has no `goal`", QUOTED(step->title));
	return 0;
}

static size_t
next_step(const struct outline *outline, size_t from)
{
	while (from < outline->count && outline->mark[from].kind != MARK_STEP)
		from++;
	return from;
}

/* Reads the step of mark `at`, which ends before mark `next`. */
static int
read_step(struct source *source, struct outline *outline, size_t at, size_t next, struct step *step, size_t *conditions,
    struct err *err)
{
	struct mark *mark = &outline->mark[at];
	size_t end = next < outline->count ? outline->mark[next].begin : source->size;

	step->title = mark->title;
	step->line = mark->line;
	mark->title = NULL;
	step->prose = read_prose(source, mark->end, end, mark + 1, next - at - 1);
	while (++at < next) {
		if (block_read(source, &outline->mark[at], step, conditions, err) != 0)
			return -1;
	}
	return check_step(source, step, err);
}

static int
read_steps(struct source *source, size_t from, struct outline *outline, struct lesson *lesson, struct err *err)
{
	size_t conditions = 0, first = next_step(outline, 0);

	for (size_t i = 0; i < first; i++) {
		if (outline->mark[i].kind != MARK_TITLE)
			return source_error(source, outline->mark[i].line, err, "`%s` belongs to a step, and that begins with a heading `## ...`",
			    mark_name(outline->mark[i].kind));
	}
	if (first == outline->count)
		return source_error(source, source_line(source, source->size - 1), err,
		    "the lesson has no steps: each begins with a heading `## ...`");
	lesson->introduction = read_prose(source, from, outline->mark[first].begin, outline->mark, first);
	for (size_t i = first, next; i < outline->count; i = next) {
		if (lesson->steps == LESSON_STEPS_MAX)
			return source_error(source, outline->mark[i].line, err, "a lesson has at most %d steps", LESSON_STEPS_MAX);
		if (lesson->steps == lesson->step_room)
			lesson->step = memory_grow(lesson->step, &lesson->step_room, sizeof(lesson->step[0]));
		next = next_step(outline, i + 1);
		if (read_step(source, outline, i, next, &lesson->step[lesson->steps++], &conditions, err) != 0)
			return -1;
	}
	lesson->step[0].fresh = true;
	return 0;
}

struct lesson *
lesson_parse(const char *path, const char *text, size_t size, struct err *err)
{
	struct lesson *lesson;
	struct source source;
	struct outline outline;
	size_t at = 0;
	int result;

	if (source_read(&source, path, text, size, err) != 0)
		return NULL;
	lesson = memory_new(sizeof(*lesson));
	lesson->path = memory_text(path);
	lesson->name = lesson_name(path);
	result = read_front(&source, lesson, &at, err);
	if (result == 0)
		result = outline_read(&source, at, &outline, err);
	if (result == 0) {
		result = read_steps(&source, at, &outline, lesson, err);
		outline_clear(&outline);
	}
	source_clear(&source);
	if (result == 0)
		return lesson;
	lesson_free(lesson);
	return NULL;
}

struct lesson *
lesson_load(const char *path, struct err *err)
{
	size_t size;
	char *text = source_load(path, &size, err);
	struct lesson *lesson = text != NULL ? lesson_parse(path, text, size, err) : NULL;

	free(text);
	return lesson;
}
