/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/block.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "lesson/pairs.h"
#include "lesson/question.h"
#include "session/memory.h"

void
passage_add(struct passages *passages, const char *text, size_t size, unsigned line)
{
	char *trimmed = source_trimmed(text, size);

	if (trimmed[0] == '\0') {
		free(trimmed);
		return;
	}
	if (passages->count == passages->room)
		passages->passage = memory_grow(passages->passage, &passages->room, sizeof(passages->passage[0]));
	passages->passage[passages->count++] = (struct passage){ .text = trimmed, .line = line };
}

/* Each line of the block that says something. */
static void
read_lines(struct source *source, const struct mark *mark, bool comments, struct passages *passages)
{
	for (size_t at = mark->body, next; at < mark->body_end; at = next) {
		const char *line = source->text + at;

		next = source_next(source, at);
		if (comments || line[strspn(line, " \t")] != '#')
			passage_add(passages, line, next - at, source_line(source, at));
	}
}

/* The block's Markdown, without the blanks that its fence has before it. */
static struct passage
read_prose(struct source *source, const struct mark *mark)
{
	struct passage prose = { .text = memory_new(mark->body_end - mark->body + 1), .line = mark->line + 1 };
	char *end = prose.text;

	for (size_t at = mark->body, next; at < mark->body_end; at = next) {
		size_t blanks = strspn(source->text + at, " ");

		next = source_next(source, at);
		at += blanks < mark->indent ? blanks : mark->indent;
		end = mempcpy(end, source->text + at, next - at);
	}
	return prose;
}

/* ---- conditions -------------------------------------------------------------------------------------------------------- */

static int
read_condition(const char *text, struct condition *condition, struct err *err)
{
	char *copy, **words;
	unsigned count;
	int result = words_split(text, &copy, &words, &count, err);

	if (result == 0)
		result = condition_parse(condition, words, count, err);
	free(copy);
	free(words);
	if (result != 0)
		return -1;
	if (strlen(text) >= sizeof(condition->text))
		return err_set(err, ERR_INPUT, "a condition is shorter than %zu bytes", sizeof(condition->text));
	strcpy(condition->text, text);
	if (condition->within_ns >= 0 || condition->after_ns >= 0 || condition->eventually || condition->strictly)
		return err_set(err, ERR_INPUT, "a lesson looks after each command whether this holds: `within`, `after`, `eventually` "
		    "and `strictly` are for `expect` alone");
	return 0;
}

/* lines: NULL or where to say at which line each stands; *count of them. */
static int
read_conditions(struct source *source, const struct passages *passages, struct condition **conditions, unsigned **lines,
    size_t *count, size_t *total, struct err *err)
{
	if (passages->count == 0)
		return 0;
	*conditions = memory_new(passages->count * sizeof(**conditions));
	if (lines != NULL)
		*lines = memory_new(passages->count * sizeof(**lines));
	for (size_t i = 0; i < passages->count; i++) {
		const struct passage *passage = &passages->passage[i];

		if (++*total > LESSON_CONDITIONS_MAX)
			return source_error(source, passage->line, err, "a lesson has at most %d conditions", LESSON_CONDITIONS_MAX);
		if (read_condition(passage->text, &(*conditions)[i], err) != 0)
			return source_prefix(source, passage->line, err);
		if (lines != NULL)
			(*lines)[i] = passage->line;
		++*count;
	}
	return 0;
}

static int
read_goal(struct source *source, const struct mark *mark, struct step *step, size_t *conditions, struct err *err)
{
	struct passages lines = { 0 };
	int result;

	read_lines(source, mark, false, &lines);
	result = read_conditions(source, &lines, &step->goal, &step->goal_line, &step->goals, conditions, err);
	passages_clear(&lines);
	return result;
}

/* ---- wrong attempts ---------------------------------------------------------------------------------------------------- */

enum key { KEY_TRY, KEY_WHEN, KEY_SAY, KEYS };

static const char *const keys[KEYS] = { "try", "when", "say" };

/* Commands with ';' between them, outside quotes. */
static void
split_commands(const struct passage *passage, struct passages *commands)
{
	const char *from = passage->text;
	bool quoted = false;

	for (const char *at = from; ; at++) {
		if (*at == '\0' || (*at == ';' && !quoted)) {
			passage_add(commands, from, (size_t)(at - from), passage->line);
			from = at + 1;
		} else if (*at == '\\' && quoted && at[1] != '\0') {
			at++;
		} else if (*at == '"') {
			quoted = !quoted;
		}
		if (*at == '\0')
			break;
	}
}

static int
fill_wrong(struct source *source, const struct mark *mark, const struct pair pair[KEYS], struct wrong *wrong,
    size_t *conditions, struct err *err)
{
	for (enum key key = KEY_TRY; key < KEYS; key++) {
		if (!pair[key].given)
			return source_error(source, mark->line, err, "a wrong attempt needs a line `%s:`", keys[key]);
		if (pair[key].value.count == 0)
			return source_error(source, pair[key].line, err, "behind `%s:` nothing stands", keys[key]);
	}
	wrong->say = pair_joined(&pair[KEY_SAY]);
	for (size_t i = 0; i < pair[KEY_TRY].value.count; i++)
		split_commands(&pair[KEY_TRY].value.passage[i], &wrong->tries);
	if (wrong->tries.count == 0)
		return source_error(source, pair[KEY_TRY].line, err, "behind `try:` no command stands");
	return read_conditions(source, &pair[KEY_WHEN].value, &wrong->when, NULL, &wrong->whens, conditions, err);
}

static int
read_wrong(struct source *source, const struct mark *mark, struct wrong *wrong, size_t *conditions, struct err *err)
{
	struct pair pair[KEYS];
	int result = pairs_read(source, mark->body, mark->body_end, mark->indent, keys, KEYS, pair, err);

	wrong->line = mark->line;
	if (result == 0)
		result = fill_wrong(source, mark, pair, wrong, conditions, err);
	pairs_clear(pair, KEYS);
	return result;
}

/* ---- the block --------------------------------------------------------------------------------------------------------- */

static bool
is_blank(const struct source *source, size_t from, size_t to)
{
	return from + strspn(source->text + from, " \t\n") >= to;
}

/* Neither empty, nor endless. */
static int
check_size(struct source *source, const struct mark *mark, struct err *err)
{
	unsigned lines = 0;

	if (is_blank(source, mark->body, mark->body_end))
		return source_error(source, mark->line, err, "this `%s` is empty", mark_name(mark->kind));
	for (size_t at = mark->body; at < mark->body_end; at = source_next(source, at)) {
		if (++lines > LESSON_BLOCK_LINES_MAX)
			return source_error(source, mark->line, err, "this `%s` has more than %d lines", mark_name(mark->kind),
			    LESSON_BLOCK_LINES_MAX);
	}
	return 0;
}

static int
check_single(struct source *source, const struct mark *mark, const struct step *step, struct err *err)
{
	bool there = (mark->kind == MARK_SETUP && step->fresh) || (mark->kind == MARK_DO && step->solution.count > 0) ||
	    (mark->kind == MARK_GOAL && step->goals > 0) || (mark->kind == MARK_EXPLAIN && step->explain.text != NULL);

	if (there)
		return source_error(source, mark->line, err, "a step has one `%s`, and this is the second", mark_name(mark->kind));
	return 0;
}

static struct question *
add_question(struct step *step)
{
	if (step->questions == step->question_room)
		step->question = memory_grow(step->question, &step->question_room, sizeof(step->question[0]));
	return &step->question[step->questions++];
}

static struct wrong *
add_wrong(struct step *step)
{
	if (step->wrongs == step->wrong_room)
		step->wrong = memory_grow(step->wrong, &step->wrong_room, sizeof(step->wrong[0]));
	return &step->wrong[step->wrongs++];
}

static void
add_hint(struct source *source, const struct mark *mark, struct step *step)
{
	if (step->hint.count == step->hint.room)
		step->hint.passage = memory_grow(step->hint.passage, &step->hint.room, sizeof(step->hint.passage[0]));
	step->hint.passage[step->hint.count++] = read_prose(source, mark);
}

int
block_read(struct source *source, const struct mark *mark, struct step *step, size_t *conditions, struct err *err)
{
	if (check_size(source, mark, err) != 0 || check_single(source, mark, step, err) != 0)
		return -1;
	switch (mark->kind) {
	case MARK_SETUP:
		read_lines(source, mark, false, &step->setup);
		step->fresh = true;
		return 0;
	case MARK_PREDICT:
		return question_read(source, mark, add_question(step), err);
	case MARK_DO:
		read_lines(source, mark, false, &step->solution);
		return step->solution.count > 0 ? 0 : source_error(source, mark->line, err, "this `do` has no command");
	case MARK_GOAL:
		if (read_goal(source, mark, step, conditions, err) != 0)
			return -1;
		return step->goals > 0 ? 0 : source_error(source, mark->line, err, "this `goal` has no condition");
	case MARK_HINT:
		add_hint(source, mark, step);
		return 0;
	case MARK_WRONG:
		return read_wrong(source, mark, add_wrong(step), conditions, err);
	case MARK_EXPLAIN:
		step->explain = read_prose(source, mark);
		return 0;
	case MARK_OUTPUT:
		read_lines(source, mark, true, &step->output);
		return 0;
	case MARK_TITLE:
	case MARK_STEP:
	case MARK_KINDS:
		break;
	}
	return 0;
}
