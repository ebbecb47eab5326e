/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any line as it stands at the prompt, before it is run: what Tab and '?' find at every place of it, what shortened commands
 * become in full, the words it is taken apart into as a lesson's goal, and the line as the answer to a question of each kind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "lesson/goal.h"
#include "lesson/load.h"
#include "repl/candidates.h"

#define LINE_BYTES 256

static void
must(bool so)
{
	if (!so)
		abort();
}

static void
must_say(const struct err *err)
{
	must(err->code == ERR_INPUT && err->text[0] != '\0' && memchr(err->text, '\0', sizeof(err->text)) != NULL);
}

/* What a candidate takes the place of ends at the position; a candidate is a word, and its meaning is there. */
static void
find_at(const char *line, size_t position)
{
	struct candidates found;

	candidates_find(&found, line, position, NULL);
	must(found.from <= position);
	for (size_t i = 0; i < found.count; i++) {
		const struct candidate *candidate = &found.candidate[i];

		must(memchr(candidate->text, '\0', sizeof(candidate->text)) != NULL && candidate->text[0] != '\0');
		must(candidate->meaning != NULL);
		must(candidate->kind == CANDIDATE_HINT ||
		    strncmp(candidate->text, line + found.from, position - found.from) == 0);
	}
	candidates_clear(&found);
}

/* In full already, nothing is left to be said in full. */
static void
say_in_full(const char *line)
{
	struct err err = { 0 };
	char *full = commands_in_full(line, &err), *again;

	if (full == NULL) {
		must_say(&err);
		return;
	}
	must(strlen(full) >= strlen(line));
	again = commands_in_full(full, &err);
	must(again != NULL && strcmp(again, full) == 0);
	free(again);
	free(full);
}

/* As the one line of a lesson's goal; what is taken has its text, and no lesson is taken without its goal. */
static void
set_goal(const char *line)
{
	char text[LINE_BYTES + 128];
	struct lesson *lesson;
	struct err err = { 0 };
	int size = snprintf(text, sizeof(text),
	    "---\ntitle: t\nformat: 1\n---\n\n## s\n\np\n\n```do\nsyn\n```\n\n```goal\n%s\n```\n", line);

	must(size > 0 && (size_t)size < sizeof(text));
	lesson = lesson_parse("goal.md", text, (size_t)size, &err);
	if (lesson == NULL) {
		must_say(&err);
		must(strncmp(err.text, "goal.md:", 8) == 0);
		return;
	}
	must(lesson->steps >= 1 && lesson->step[0].goals >= 1 && lesson->step[0].goal[0].text[0] != '\0');
	lesson_free(lesson);
}

static void
answer(const char *line)
{
	static char who[] = "who", first[] = "the SYN", second[] = "the ACK";
	const struct field *fields[] = { field_find("ack", NULL), field_find("flags", NULL), field_find("window", NULL),
		field_find("src", NULL), NULL };
	const char *seen[] = { "1", "[S.]", "64240", "198.51.100.1", "18" };
	struct question question = { .ask = who, .choice = { first, second }, .choices = 2 };
	const struct {
		enum question_kind kind;
		const char *seen;
	} kinds[] = { { QUESTION_STATE, "SYN-RECEIVED" }, { QUESTION_COUNT, "4" }, { QUESTION_NUMBER, "2" }, { QUESTION_CHOICE, "b" } };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) + sizeof(kinds) / sizeof(kinds[0]); i++) {
		bool of_field = i < sizeof(fields) / sizeof(fields[0]);
		size_t kind = i - sizeof(fields) / sizeof(fields[0]);
		struct err err = { 0 };
		int form, fits;

		question.kind = of_field ? QUESTION_FIELD : kinds[kind].kind;
		question.field = of_field ? fields[i] : NULL;
		form = answer_fits(&question, line, NULL, &err);
		if (form < 0)
			must_say(&err);
		fits = answer_fits(&question, line, of_field ? seen[i] : kinds[kind].seen, &err);
		must((form < 0) == (fits < 0) && fits <= 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char line[LINE_BYTES + 1];

	if (size > LINE_BYTES)
		return 0;
	memcpy(line, data, size);
	line[size] = '\0';
	for (size_t position = 0; position <= strlen(line); position++)
		find_at(line, position);
	say_in_full(line);
	set_goal(line);
	answer(line);
	return 0;
}
