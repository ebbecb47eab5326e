/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of a lesson. */
#include "cmd/lesson.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/lesson_hands.h"
#include "lesson/find.h"
#include "lesson/load.h"
#include "lesson/progress.h"
#include "session/memory.h"

#define ANSWER_ROOM 1024

static struct lesson *
load(const char *name, struct err *err)
{
	char *path = lesson_find(name, err);
	struct lesson *lesson = path != NULL ? lesson_load(path, err) : NULL;

	free(path);
	return lesson;
}

/* Lessons that the learner had better done before. */
static void
tell_needs(struct dojo *dojo, const struct lesson *lesson)
{
	char *needs = memory_text(lesson->needs), *rest = needs;

	for (char *name; (name = strtok_r(rest, " ", &rest)) != NULL; ) {
		struct progress progress;
		struct err ignored;

		if (progress_peek(name, &progress, &ignored) == 0 && (progress.began_at == 0 || progress.at < progress.steps))
			view_note(dojo->view, session_now(dojo->session), "This lesson comes after `%s`, which you have not finished.", name);
		progress_clear(&progress);
	}
	free(needs);
}

int
lesson_start(struct dojo *dojo, const char *name, bool again, struct err *err)
{
	struct play_hands hands = lesson_hands(dojo);
	struct lesson *lesson = load(name, err);

	if (lesson == NULL)
		return -1;
	/* What cannot begin ends nothing. */
	if (play_vet(lesson, &hands, err) != 0) {
		lesson_free(lesson);
		return -1;
	}
	lesson_stop(dojo);
	if (again && progress_forget(lesson->name, err) != 0) {
		lesson_free(lesson);
		return -1;
	}
	tell_needs(dojo, lesson);
	dojo->play = play_begin(lesson, dojo->session, &hands, err);
	return dojo->play != NULL ? 0 : -1;
}

void
lesson_stop(struct dojo *dojo)
{
	play_end(dojo->play);
	dojo->play = NULL;
}

void
lesson_look(struct dojo *dojo)
{
	if (dojo->play != NULL)
		play_look(dojo->play);
}

bool
lesson_asks(const struct dojo *dojo)
{
	return dojo->play != NULL && play_asks(dojo->play);
}

size_t
lesson_answers(const struct dojo *dojo, const char *text, size_t size)
{
	char word[32] = "";
	size_t from = 0, length = 0, end;
	struct err ignored;

	if (!lesson_asks(dojo))
		return 0;
	while (from < size && strchr(" \t\r", text[from]) != NULL && text[from] != '\0')
		from++;
	if (from == size || strchr("\n;#", text[from]) != NULL)
		return 0;
	while (from + length < size && memchr(" \t\r\n;", text[from + length], 5) == NULL)
		length++;
	if (length < sizeof(word)) {
		memcpy(word, text + from, length);
		word[length] = '\0';
		if (command_find(word, &ignored) != NULL)
			return 0;
	}
	for (end = from; end < size && text[end] != '\n' && text[end] != ';'; )
		end++;
	return end < size ? end + 1 : end;
}

/* The text without what ends it, a comment too; -1: it is no text, or too long. */
static int
trim_answer(const char *text, size_t size, char answer[static ANSWER_ROOM])
{
	size_t length = 0;

	while (size > 0 && memchr(" \t\r\n;", text[size - 1], 5) != NULL)
		size--;
	while (length < size && !(text[length] == '#' && length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t')))
		length++;
	if (length >= ANSWER_ROOM || memchr(text, '\0', length) != NULL)
		return -1;
	memcpy(answer, text, length);
	answer[length] = '\0';
	return 0;
}

int
lesson_take_answer(struct dojo *dojo, const char *text, size_t size, struct err *err)
{
	char answer[ANSWER_ROOM];

	if (trim_answer(text, size, answer) != 0)
		return err_set(err, ERR_INPUT, "that is no answer: it has %zu bytes, or a NUL among them", size);
	return play_answer(dojo->play, answer, err);
}

void
lesson_mention_answer(const struct dojo *dojo, const char *text, size_t size, struct err *err)
{
	char answer[ANSWER_ROOM];
	struct text t = { .at = err->text, .size = sizeof(err->text), .length = strlen(err->text) };

	if (err->code != ERR_INPUT || !lesson_asks(dojo) || trim_answer(text, size, answer) != 0 || !play_is_answer(dojo->play, answer))
		return;
	text_add(&t, "; if it was your answer: `answer %s`", QUOTED(answer));
}

int
lesson_next(struct dojo *dojo, struct err *err)
{
	int result = play_next(dojo->play, err);

	if (play_over(dojo->play))
		lesson_stop(dojo);
	return result;
}

/* Only within a lesson. */
static int
within(const struct dojo *dojo, const struct words *words, struct err *err)
{
	if (dojo->play != NULL)
		return 0;
	return err_set(err, ERR_INPUT, "`%s` is for lessons, and none has begun; `lesson` lists them", words->word[0].text);
}

static int
leave(struct dojo *dojo, struct err *err)
{
	const struct play_hands hands = lesson_hands(dojo);
	int result = hands.fresh(hands.arg, err);

	lesson_stop(dojo);
	if (result == 0)
		view_note(dojo->view, session_now(dojo->session), "The lesson waits for you at this step; this is an ordinary prompt in a new lab.");
	return result;
}

static int
report(struct dojo *dojo, bool json, struct err *err)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int result;

	if (out == NULL)
		return err_set(err, ERR_SYSTEM, "no memory to write a report in");
	result = progress_report(out, json, err);
	/* A document is written as it is; lines for people keep to the terminal. */
	if (fclose(out) == 0 && json)
		view_drawn(dojo->view, session_now(dojo->session), text);
	else if (text != NULL)
		view_note(dojo->view, session_now(dojo->session), "%s", text);
	free(text);
	return result;
}

static int
test(struct dojo *dojo, const struct words *words, struct err *err)
{
	size_t count = words->count - 2;
	char **names = memory_new((count + 1) * sizeof(*names));
	int result;

	words_texts(words, 2, names, (unsigned)count);
	result = lesson_test(dojo, names, count, err);
	free(names);
	return result;
}

static int
run_lesson(struct dojo *dojo, const struct words *words, struct err *err)
{
	const char *what = words->count > 1 ? words->word[1].text : "", *how = words->count > 2 ? words->word[2].text : NULL;

	if (how == NULL && words->count == 1 && dojo->play != NULL) {
		play_show(dojo->play);
	} else if (how == NULL && (words->count == 1 || strcmp(what, "list") == 0)) {
		lesson_list(dojo->view, session_now(dojo->session));
	} else if (strcmp(what, "report") == 0 && (how == NULL || strcmp(how, "--json") == 0)) {
		return report(dojo, how != NULL, err);
	} else if (strcmp(what, "test") == 0 && how != NULL) {
		return test(dojo, words, err);
	} else if (words->count > 3) {
		return command_usage("lesson", err);
	} else if (strcmp(what, "new") == 0 && how != NULL) {
		return lesson_new(dojo->view, session_now(dojo->session), how, err);
	} else if (strcmp(what, "leave") == 0 && how == NULL) {
		return within(dojo, words, err) != 0 ? -1 : leave(dojo, err);
	} else if (how == NULL || strcmp(how, "again") == 0) {
		return lesson_start(dojo, what, how != NULL, err);
	} else {
		return command_usage("lesson", err);
	}
	return 0;
}

static int
run_answer(struct dojo *dojo, const struct words *words, struct err *err)
{
	char answer[ANSWER_ROOM];
	struct text t = text_in(answer, sizeof(answer));

	if (within(dojo, words, err) != 0)
		return -1;
	for (size_t i = 1; i < words->count; i++)
		text_add(&t, "%s%s", i > 1 ? " " : "", words->word[i].text);
	return play_answer(dojo->play, answer, err);
}

static int
run_hint(struct dojo *dojo, const struct words *words, struct err *err)
{
	return within(dojo, words, err) != 0 ? -1 : play_hint(dojo->play, err);
}

static int
run_solution(struct dojo *dojo, const struct words *words, struct err *err)
{
	return within(dojo, words, err) != 0 ? -1 : play_solution(dojo->play, err);
}

static int
run_goal(struct dojo *dojo, const struct words *words, struct err *err)
{
	return within(dojo, words, err) != 0 ? -1 : play_goal(dojo->play, err);
}

static int
run_redo(struct dojo *dojo, const struct words *words, struct err *err)
{
	return within(dojo, words, err) != 0 ? -1 : play_redo(dojo->play, err);
}

static int
run_back(struct dojo *dojo, const struct words *words, struct err *err)
{
	return within(dojo, words, err) != 0 ? -1 : play_back(dojo->play, err);
}

static int
run_skip(struct dojo *dojo, const struct words *words, struct err *err)
{
	int result;

	if (within(dojo, words, err) != 0)
		return -1;
	result = play_skip(dojo->play, err);
	if (play_over(dojo->play))
		lesson_stop(dojo);
	return result;
}

const struct command cmd_lesson = {
	.name = "lesson",
	.group = "lessons",
	.usage = "[list | leave | report [--json] | LESSON [again] | test FILE... | new FILE]",
	.summary = "begin a lesson or go on with it; alone, the present step again, or the list",
	.detail = "A lesson keeps where you are, also when the program ends; `again` begins it from its start.  `leave` ends it for now,\n"
		  "in a new lab; `report` says what you did in all of them: `tcpdojo lesson report --json > FILE` can be handed in.\n"
		  "Who writes lessons begins with `new`; `test` tries on a real lab whether a lesson does what it says.",
	.effects = EFFECT_GUIDES | EFFECT_READS_FILES | EFFECT_WRITES_FILES,
	.most = ANY_WORDS,
	.run = run_lesson,
};

const struct command cmd_answer = {
	.name = "answer",
	.group = "lessons",
	.usage = "VALUE...",
	.summary = "answer the question of the step; at the prompt `answer>` the value alone will do",
	.detail = "Numbers are relative, as displayed, and may be said as 1, 0x1 or iss+1; flags as S. or SYN-ACK; a choice by its letter.",
	.effects = EFFECT_GUIDES,
	.least = 1,
	.most = ANY_WORDS,
	.run = run_answer,
};

const struct command cmd_hint = {
	.name = "hint",
	.group = "lessons",
	.usage = "",
	.summary = "the next hint of the step",
	.effects = EFFECT_GUIDES,
	.run = run_hint,
};

const struct command cmd_solution = {
	.name = "solution",
	.group = "lessons",
	.usage = "",
	.summary = "commands that reach the goal of the step; they are shown, not run",
	.effects = EFFECT_GUIDES,
	.run = run_solution,
};

const struct command cmd_goal = {
	.name = "goal",
	.group = "lessons",
	.usage = "",
	.summary = "what must be so for the step to be done, and what of it is",
	.effects = EFFECT_GUIDES,
	.run = run_goal,
};

const struct command cmd_redo = {
	.name = "redo",
	.group = "lessons",
	.usage = "",
	.summary = "begin the step again, in a new lab that is brought to where it began",
	.effects = EFFECT_GUIDES,
	.run = run_redo,
};

const struct command cmd_back = {
	.name = "back",
	.group = "lessons",
	.usage = "",
	.summary = "begin the step before this one again",
	.effects = EFFECT_GUIDES,
	.run = run_back,
};

const struct command cmd_skip = {
	.name = "skip",
	.group = "lessons",
	.usage = "",
	.summary = "go on to the next step as if this one's solution had been typed",
	.effects = EFFECT_GUIDES,
	.run = run_skip,
};
