/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a lesson, and as prose.  Whatever is refused must say why, at which line of the file; whatever is taken must be
 * whole, each part of it at a line that is there; and no control sequence may come out of prose but our own.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "lesson/load.h"
#include "lesson/prose.h"

#define PATH "some/lesson.md"

static void
must(bool so)
{
	if (!so)
		abort();
}

static unsigned
count_lines(const uint8_t *data, size_t size)
{
	unsigned lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n' || data[i] == '\r';
	return lines;
}

static void
must_be_refusal(const struct err *err, unsigned lines)
{
	unsigned long line;
	char *end;

	must(err->code == ERR_INPUT && strncmp(err->text, PATH ":", sizeof(PATH)) == 0);
	must(memchr(err->text, '\0', sizeof(err->text)) != NULL && strchr(err->text, '\n') == NULL);
	line = strtoul(err->text + sizeof(PATH), &end, 10);
	must(end[0] == ':' && end[1] == ' ' && line >= 1 && line <= lines);
}

/* Line ends, and where there is colour `ESC [ digits m`. */
static void
must_be_clean(const char *lines, bool colour)
{
	for (const char *at = lines; *at != '\0'; at++) {
		if (colour && at[0] == '\033' && at[1] == '[' && at[2 + strspn(at + 2, "0123456789")] == 'm')
			at += 2 + strspn(at + 2, "0123456789");
		else
			must((unsigned char)*at >= 0x20 ? *at != 0x7f : *at == '\n');
	}
	must(lines[0] == '\0' || lines[strlen(lines) - 1] == '\n');
}

static void
must_be_prose(const char *markdown)
{
	for (unsigned way = 0; way < 4; way++) {
		char *lines = prose_lines(markdown, way == 0 ? 1 : 20 * way, way & 1, way & 2);

		must_be_clean(lines, way & 1);
		free(lines);
	}
}

static void
must_be_passages(const struct passages *passages, unsigned lines)
{
	for (size_t i = 0; i < passages->count; i++) {
		must(passages->passage[i].text[0] != '\0');
		must(passages->passage[i].line >= 1 && passages->passage[i].line <= lines);
	}
}

static void
must_be_question(const struct question *question, unsigned lines)
{
	must(question->line >= 1 && question->line <= lines);
	must(question->ask[0] != '\0' && question->answer[0] != '\0' && question->why[0] != '\0' && question->unit != NULL);
	must(question->kind == QUESTION_CHOICE ? question->choices >= 2 && question->choices <= CHOICES_MAX : question->choices == 0);
	must(question->pattern.tests < FIELD_TESTS_MAX);
}

static void
must_be_step(const struct step *step, unsigned lines)
{
	must(step->line >= 1 && step->line <= lines && step->title[0] != '\0');
	must(step->prose.line > step->line && step->prose.line <= lines);
	must(step->solution.count > 0 && step->goals > 0);
	must_be_prose(step->prose.text);
	must_be_passages(&step->setup, lines);
	must_be_passages(&step->solution, lines);
	must_be_passages(&step->hint, lines);
	must_be_passages(&step->output, lines);
	for (size_t i = 0; i < step->goals; i++)
		must(step->goal_line[i] > step->line && step->goal_line[i] <= lines && step->goal[i].text[0] != '\0');
	for (size_t i = 0; i < step->questions; i++)
		must_be_question(&step->question[i], lines);
	for (size_t i = 0; i < step->wrongs; i++) {
		must(step->wrong[i].tries.count > 0 && step->wrong[i].whens > 0 && step->wrong[i].say[0] != '\0');
		must_be_passages(&step->wrong[i].tries, lines);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned lines = count_lines(data, size);
	struct err err = { 0 };
	struct lesson *lesson = lesson_parse(PATH, (const char *)data, size, &err);
	char *copy = malloc(size + 1);

	if (lesson == NULL) {
		must_be_refusal(&err, lines);
	} else {
		must(lesson->steps >= 1 && lesson->steps <= LESSON_STEPS_MAX && lesson->step[0].fresh);
		must(lesson->title[0] != '\0' && lesson->minutes <= LESSON_MINUTES_MAX);
		for (size_t i = 0; i < lesson->steps; i++)
			must_be_step(&lesson->step[i], lines);
	}
	lesson_free(lesson);
	memcpy(copy, data, size);
	copy[size] = '\0';
	must_be_prose(copy);
	free(copy);
	return 0;
}
