/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/question.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/quantity.h"
#include "base/text.h"
#include "lesson/pairs.h"
#include "session/memory.h"

/* The first five in the order of enum question_kind. */
enum key { KEY_FIELD, KEY_STATE, KEY_COUNT, KEY_NUMBER, KEY_CHOICE, KEY_ASK, KEY_OF, KEY_ANSWER, KEY_WHY, KEYS };

static const char *const keys[KEYS] = { "field", "state", "count", "number", "choice", "ask", "of", "answer", "why" };

/* `segments from bob F.*` without how many: parsed as a condition that says so. */
static int
read_segments(const char *segments, struct question *question, struct err *err)
{
	struct condition condition;
	char *copy, **words, *text = memory_new(strlen(segments) + sizeof(" >= 1"));
	unsigned count;
	int result;

	stpcpy(stpcpy(text, segments), " >= 1");
	result = words_split(text, &copy, &words, &count, err);
	if (result == 0 && count == 5 && strcmp(words[0], "segments") == 0 && strcmp(words[1], "from") == 0 &&
	    (strcmp(words[2], "alice") == 0 || strcmp(words[2], "bob") == 0)) {
		question->from = strcmp(words[2], "alice") == 0 ? END_ALICE : END_BOB;
		question->pattern = (struct frame_pattern){ .any_flags = true };
	} else if (result == 0) {
		result = condition_parse(&condition, words, count, err);
		if (result == 0 && condition.kind != CONDITION_SEGMENTS)
			result = err_set(err, ERR_INPUT, "what is counted is `segments from alice|bob`, with a pattern behind it or none");
		question->from = condition.from;
		question->pattern = condition.pattern;
	}
	free(text);
	free(copy);
	free(words);
	return result;
}

static int
read_field(const char *name, const char *of, struct question *question, struct err *err)
{
	char *segments;
	int result;

	if (of[0] == '\0')
		return err_set(err, ERR_INPUT, "`field` needs `of`: of whose segment, like `of: bob S.*`");
	if (strcmp(name, "length") != 0 && strcmp(name, "len") != 0) {
		question->field = field_find(name, NULL);
		if (question->field == NULL)
			return err_set(err, ERR_INPUT, "there is no field \"%s\"; `help fields` lists them, and there is `length`", QUOTED(name));
	}
	segments = memory_new(strlen(of) + sizeof("segments from "));
	stpcpy(stpcpy(segments, "segments from "), of);
	result = read_segments(segments, question, err);
	free(segments);
	return result;
}

static int
read_whom(const char *whom, struct question *question, struct err *err)
{
	static const char *const names[] = { [WHOM_ALICE] = "alice", [WHOM_BOB] = "bob", [WHOM_KERNEL] = "kernel" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(whom, names[i]) == 0) {
			question->whom = (enum question_whom)i;
			return 0;
		}
	}
	return err_set(err, ERR_INPUT, "`state` is that of alice, bob or kernel, not of \"%s\"", QUOTED(whom));
}

static int
read_choices(const struct passages *choices, struct question *question, struct err *err)
{
	if (choices->count < 2 || choices->count > CHOICES_MAX)
		return err_set(err, ERR_INPUT, "`choice` has 2 to %d lines behind it, each a choice; here are %zu", CHOICES_MAX, choices->count);
	for (size_t i = 0; i < choices->count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (strcasecmp(question->choice[j], choices->passage[i].text) == 0)
				return err_set(err, ERR_INPUT, "the choice \"%s\" is there twice", QUOTED(choices->passage[i].text));
		}
		question->choice[question->choices++] = memory_text(choices->passage[i].text);
	}
	return 0;
}

/* ---- answers ----------------------------------------------------------------------------------------------------------- */

/* "iss+1": a sequence number counted from where its side began. */
static bool
is_offset(const char *answer)
{
	uint64_t number;

	if (strncmp(answer, "iss", 3) != 0 && strncmp(answer, "irs", 3) != 0)
		return false;
	return answer[3] == '\0' || ((answer[3] == '+' || answer[3] == '-') && number_parse(answer + 4, &number));
}

static int
check_number(const char *answer, const char *what, struct err *err)
{
	uint64_t number;

	if (!number_parse(answer, &number))
		return err_set(err, ERR_INPUT, "%s is a whole number, not \"%s\"", what, QUOTED(answer));
	return 0;
}

static int
check_choice(const struct question *question, struct err *err)
{
	const char *answer = question->answer;

	if (answer[1] == '\0' && answer[0] >= 'a' && answer[0] < 'a' + (int)question->choices)
		return 0;
	for (unsigned i = 0; i < question->choices; i++) {
		if (strcasecmp(answer, question->choice[i]) == 0)
			return 0;
	}
	return err_set(err, ERR_INPUT, "the answer is one of the choices, by its letter (a to %c) or its text, not \"%s\"",
	    'a' + (int)question->choices - 1, QUOTED(answer));
}

static int
check_answer(const struct question *question, struct err *err)
{
	struct seg scratch = { 0 };
	enum tcp_state state;

	switch (question->kind) {
	case QUESTION_FIELD:
		if (question->field == NULL)
			return check_number(question->answer, "a length", err);
		if (question->field->show == SHOW_SEQ && is_offset(question->answer))
			return 0;
		return field_read_text(&scratch, question->field, question->answer, err);
	case QUESTION_STATE:
		if (!tcp_state_named(question->answer, &state))
			return err_set(err, ERR_INPUT, "\"%s\" is no state of RFC 9293, like SYN-RECEIVED", QUOTED(question->answer));
		return 0;
	case QUESTION_COUNT:
		return check_number(question->answer, "a count", err);
	case QUESTION_NUMBER:
		return check_number(question->answer, "the answer", err);
	case QUESTION_CHOICE:
		return check_choice(question, err);
	}
	return 0;
}

/* ---- the block --------------------------------------------------------------------------------------------------------- */

/* What must be there, once, and not empty. */
static int
check_keys(struct source *source, const struct mark *mark, const struct pair pair[KEYS], struct err *err)
{
	unsigned kinds = 0;

	for (enum key key = KEY_FIELD; key < KEYS; key++) {
		bool must = key == KEY_ASK || key == KEY_ANSWER || key == KEY_WHY;

		kinds += key <= KEY_CHOICE && pair[key].given;
		if (must && !pair[key].given)
			return source_error(source, mark->line, err, "a question needs a line `%s:`", keys[key]);
		if (pair[key].given && key != KEY_NUMBER && pair[key].value.count == 0)
			return source_error(source, pair[key].line, err, "behind `%s:` nothing stands", keys[key]);
	}
	if (kinds != 1)
		return source_error(source, mark->line, err,
		    "a question needs one of the lines `field:`, `state:`, `count:`, `number:`, `choice:`, not %s", kinds > 1 ? "two" : "none");
	if (pair[KEY_OF].given && !pair[KEY_FIELD].given)
		return source_error(source, pair[KEY_OF].line, err, "`of` belongs to `field`");
	return 0;
}

static int
read_kind(const struct pair pair[KEYS], struct question *question, struct err *err)
{
	const struct pair *kind = &pair[question->kind];
	char *value = pair_joined(kind), *of = pair_joined(&pair[KEY_OF]);
	int result = 0;

	switch (question->kind) {
	case QUESTION_FIELD:
		result = read_field(value, of, question, err);
		break;
	case QUESTION_STATE:
		result = read_whom(value, question, err);
		break;
	case QUESTION_COUNT:
		result = read_segments(value, question, err);
		break;
	case QUESTION_CHOICE:
		result = read_choices(&kind->value, question, err);
		break;
	case QUESTION_NUMBER:
		break;
	}
	free(of);
	if (question->kind == QUESTION_NUMBER)
		question->unit = value;
	else
		free(value);
	return result;
}

static int
read_pairs(struct source *source, const struct mark *mark, const struct pair pair[KEYS], struct question *question,
    struct err *err)
{
	if (check_keys(source, mark, pair, err) != 0)
		return -1;
	while (!pair[question->kind].given)
		question->kind++;
	question->ask = pair_joined(&pair[KEY_ASK]);
	question->answer = pair_joined(&pair[KEY_ANSWER]);
	question->why = pair_joined(&pair[KEY_WHY]);
	if (read_kind(pair, question, err) != 0)
		return source_prefix(source, pair[question->kind].line, err);
	if (question->unit == NULL)
		question->unit = memory_text("");
	if (check_answer(question, err) != 0)
		return source_prefix(source, pair[KEY_ANSWER].line, err);
	return 0;
}

int
question_read(struct source *source, const struct mark *mark, struct question *question, struct err *err)
{
	struct pair pair[KEYS];
	int result = pairs_read(source, mark->body, mark->body_end, mark->indent, keys, KEYS, pair, err);

	question->line = mark->line;
	if (result == 0)
		result = read_pairs(source, mark, pair, question, err);
	pairs_clear(pair, KEYS);
	return result;
}
