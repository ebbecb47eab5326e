/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a lesson's file may say, and what is said of one that may not: rules of tcpdojo-lesson(5) and of CommonMark 0.31. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lesson/check.h"
#include "lesson/load.h"

#define FRONT "---\ntitle: T\nformat: 1\n---\n" /* four lines */
#define DO    "```do\nsyn\n```\n"
#define GOAL  "```goal\nS.\n```\n"
#define STEP  "## Step\n\nProse.\n\n" DO GOAL /* ten lines */

static struct lesson *
parse(const char *text, struct err *err)
{
	char *copy = malloc(strlen(text) + 1); /* so that a sanitizer sees what is read behind it */
	struct lesson *lesson;

	memcpy(copy, text, strlen(text));
	lesson = lesson_parse("dir/knock.md", copy, strlen(text), err);
	free(copy);
	return lesson;
}

static struct lesson *
parse_good(const char *text)
{
	struct err err = { 0 };
	struct lesson *lesson = parse(text, &err);

	if (lesson == NULL)
		fail_msg("%s\n%s", err.text, text);
	return lesson;
}

/* The message begins with "dir/knock.md:" and `line`, and has `part` in it. */
static void
assert_refused(const char *text, unsigned line, const char *part)
{
	struct err err = { 0 };
	struct lesson *lesson = parse(text, &err);
	char where[32];

	snprintf(where, sizeof(where), "dir/knock.md:%u: ", line);
	if (lesson != NULL) {
		lesson_free(lesson);
		fail_msg("taken, and should be refused for \"%s\":\n%s", part, text);
	}
	assert_int_equal(err.code, ERR_INPUT);
	if (strncmp(err.text, where, strlen(where)) != 0 || strstr(err.text, part) == NULL || strchr(err.text, '\n') != NULL)
		fail_msg("\"%s\" should begin with \"%s\" and say \"%s\", of:\n%s", err.text, where, part, text);
}

static void
assert_passages(const struct passages *passages, size_t count, const char *const *texts, const unsigned *lines)
{
	assert_int_equal(passages->count, count);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(passages->passage[i].text, texts[i]);
		assert_int_equal(passages->passage[i].line, lines[i]);
	}
}

/* ---- a whole lesson ---------------------------------------------------------------------------------------------------- */

static const char whole[] =
	"---\n"                                     /* 1 */
	"title: The wave: four, or three\n"         /* 2 */
	"needs: handshake two\n"                    /* 3 */
	"minutes: 15\n"                             /* 4 */
	"format: 1\n"                               /* 5 */
	"---\n"                                     /* 6 */
	"# The wave\n"                              /* 7 */
	"\n"                                        /* 8 */
	"Introduction.\n"                           /* 9 */
	"\n"                                        /* 10 */
	"## Say *good&shy;&amp;bye* with `fin` ##\n" /* 11 */
	"\n"                                        /* 12 */
	"Before.\n"                                 /* 13 */
	"```setup\n"                                /* 14 */
	"# only a new lab\n"                        /* 15 */
	"```\n"                                     /* 16 */
	"After.\n"                                  /* 17 */
	"\n"                                        /* 18 */
	"```c\n"                                    /* 19 */
	"close(fd);\n"                              /* 20 */
	"```\n"                                     /* 21 */
	"\n"                                        /* 22 */
	"  ~~~~ predict\n"                          /* 23 */
	"  ask: What comes back,\n"                 /* 24 */
	"    and when?\n"                           /* 25 */
	"  field: flags\n"                          /* 26 */
	"  of: bob F.* ack>1\n"                     /* 27 */
	"  answer: F.\n"                            /* 28 */
	"  why: he closes: at once\n"               /* 29 */
	"  ~~~~\n"                                  /* 30 */
	"```do\n"                                   /* 31 */
	"\n"                                        /* 32 */
	"  connect\n"                               /* 33 */
	"# a comment\n"                             /* 34 */
	"data \"a;b\" ; fin\n"                      /* 35 */
	"```\n"                                     /* 36 */
	"```goal\n"                                 /* 37 */
	"segments from bob F.* >= 1\n"              /* 38 */
	"# a comment\n"                             /* 39 */
	"\n"                                        /* 40 */
	"kernel state \"TIME-WAIT\"\n"              /* 41 */
	"```\n"                                     /* 42 */
	"```hint\n"                                 /* 43 */
	"First.\n"                                  /* 44 */
	"```\n"                                     /* 45 */
	"````hint\n"                                /* 46 */
	"```\n"                                     /* 47 */
	"fin\n"                                     /* 48 */
	"```\n"                                     /* 49 */
	"````\n"                                    /* 50 */
	"```wrong\n"                                /* 51 */
	"try: data \"x;y\"; fin\n"                  /* 52 */
	"  rst ;\n"                                 /* 53 */
	"when:\n"                                   /* 54 */
	"  segments from alice R.* >= 1\n"          /* 55 */
	"  nothing\n"                               /* 56 */
	"say: A reset\n"                            /* 57 */
	"  is no goodbye.\n"                        /* 58 */
	"```\n"                                     /* 59 */
	"```explain\n"                              /* 60 */
	"Why.\n"                                    /* 61 */
	"```\n"                                     /* 62 */
	"```output\n"                               /* 63 */
	"# no comment\n"                            /* 64 */
	"\n"                                        /* 65 */
	"...F.\n"                                   /* 66 */
	"```\n"                                     /* 67 */
	"The second\n"                              /* 68 */
	"step\n"                                    /* 69 */
	"-----\n"                                   /* 70 */
	"Prose.\n"                                  /* 71 */
	"### Deeper\n"                              /* 72 */
	DO GOAL;

static void
check_first_step(const struct step *step)
{
	assert_string_equal(step->title, "Say good&shy;&bye with fin");
	assert_int_equal(step->line, 11);
	assert_true(step->fresh);
	assert_int_equal(step->prose.line, 13);
	assert_string_equal(step->prose.text, "Before.\n\nAfter.\n\n```c\nclose(fd);\n```\n\n");
	assert_int_equal(step->setup.count, 0);
	assert_passages(&step->solution, 2, (const char *const[]){ "connect", "data \"a;b\" ; fin" }, (const unsigned[]){ 33, 35 });
	assert_int_equal(step->goals, 2);
	assert_int_equal(step->goal[0].kind, CONDITION_SEGMENTS);
	assert_string_equal(step->goal[0].text, "segments from bob F.* >= 1");
	assert_int_equal(step->goal_line[0], 38);
	assert_int_equal(step->goal[1].state, TCP_STATE_TIME_WAIT);
	assert_string_equal(step->goal[1].text, "kernel state \"TIME-WAIT\"");
	assert_int_equal(step->goal_line[1], 41);
	assert_passages(&step->hint, 2, (const char *const[]){ "First.\n", "```\nfin\n```\n" }, (const unsigned[]){ 44, 47 });
	assert_string_equal(step->explain.text, "Why.\n");
	assert_int_equal(step->explain.line, 61);
	assert_passages(&step->output, 2, (const char *const[]){ "# no comment", "...F." }, (const unsigned[]){ 64, 66 });
}

static void
check_question_and_wrong(const struct step *step)
{
	const struct question *question = step->question;
	const struct wrong *wrong = step->wrong;

	assert_int_equal(step->questions, 1);
	assert_int_equal(question->line, 23);
	assert_int_equal(question->kind, QUESTION_FIELD);
	assert_string_equal(question->ask, "What comes back, and when?");
	assert_ptr_equal(question->field, field_row(FIELD_TCP_FLAGS));
	assert_int_equal(question->from, END_BOB);
	assert_int_equal(question->pattern.flags, TCP_FIN | TCP_ACK);
	assert_true(question->pattern.more_flags);
	assert_int_equal(question->pattern.tests, 1);
	assert_int_equal(question->pattern.test[0].op, OPERATOR_GT);
	assert_string_equal(question->answer, "F.");
	assert_string_equal(question->why, "he closes: at once");
	assert_int_equal(step->wrongs, 1);
	assert_int_equal(wrong->line, 51);
	assert_passages(&wrong->tries, 3, (const char *const[]){ "data \"x;y\"", "fin", "rst" }, (const unsigned[]){ 52, 52, 53 });
	assert_int_equal(wrong->whens, 2);
	assert_int_equal(wrong->when[0].from, END_ALICE);
	assert_int_equal(wrong->when[1].kind, CONDITION_NOTHING);
	assert_string_equal(wrong->say, "A reset is no goodbye.");
}

static void
check_whole(const struct lesson *lesson)
{
	assert_string_equal(lesson->name, "knock");
	assert_string_equal(lesson->path, "dir/knock.md");
	assert_string_equal(lesson->title, "The wave: four, or three");
	assert_string_equal(lesson->needs, "handshake two");
	assert_int_equal(lesson->minutes, 15);
	assert_string_equal(lesson->introduction.text, "Introduction.\n\n");
	assert_int_equal(lesson->introduction.line, 9);
	assert_int_equal(lesson->steps, 2);
	check_first_step(&lesson->step[0]);
	check_question_and_wrong(&lesson->step[0]);
	assert_string_equal(lesson->step[1].title, "The second step");
	assert_int_equal(lesson->step[1].line, 68);
	assert_false(lesson->step[1].fresh);
	assert_string_equal(lesson->step[1].prose.text, "Prose.\n### Deeper\n");
	assert_int_equal(lesson->step[1].prose.line, 71);
}

static void
test_a_whole_lesson(void **state)
{
	struct lesson *lesson = parse_good(whole);

	(void)state;
	check_whole(lesson);
	lesson_free(lesson);
	lesson_free(NULL);
}

/* CommonMark 2.1: a line ends in LF, CR, or both; an editor's byte order mark is no text. */
static void
test_other_line_ends(void **state)
{
	static const char *const ends[] = { "\r\n", "\r" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char text[2 * sizeof(whole) + 3], *out = stpcpy(text, "\xef\xbb\xbf");
		struct lesson *lesson;

		for (const char *at = whole; *at != '\0'; at++) {
			if (*at == '\n')
				out = stpcpy(out, ends[i]);
			else
				*out++ = *at;
		}
		*out = '\0';
		lesson = parse_good(text);
		check_whole(lesson);
		lesson_free(lesson);
	}
}

static void
test_the_last_line_may_lack_its_end(void **state)
{
	struct lesson *lesson = parse_good(FRONT "## S\nP\n" GOAL "```do\nsyn\n```");

	(void)state;
	assert_string_equal(lesson->step[0].solution.passage[0].text, "syn");
	assert_string_equal(lesson->needs, "");
	assert_int_equal(lesson->minutes, 0);
	assert_string_equal(lesson->introduction.text, "");
	lesson_free(lesson);
}

static void
test_the_stub_is_a_lesson(void **state)
{
	struct lesson *lesson = parse_good(lesson_stub());

	(void)state;
	assert_true(lesson->steps >= 1);
	lesson_free(lesson);
}

/* ---- what is prose ----------------------------------------------------------------------------------------------------- */

static void
test_blocks_in_lists_and_quotes_are_prose(void **state)
{
	static const char prose[] = "- one\n\n  ```goal\n  no condition at all\n  ```\n\n> ```do\n> x\n\n```gnuplot\n```\n"
				    "    ```do\n<!--\n```goal\n-->\n";
	char text[1024];
	struct lesson *lesson;

	(void)state;
	snprintf(text, sizeof(text), FRONT "## S\n%s" DO GOAL, prose);
	lesson = parse_good(text);
	assert_string_equal(lesson->step[0].prose.text, prose);
	assert_int_equal(lesson->step[0].solution.count, 1);
	lesson_free(lesson);
}

static void
test_other_fences_are_prose(void **state)
{
	static const char *const words[] = { "", "c", "text", "sh", "plain", "input", "go", "d", "dot", "json", "goal&amp;" };
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char text[256];
		struct lesson *lesson;

		snprintf(text, sizeof(text), FRONT "## S\nP\n```%s\nx\n```\n" DO GOAL, words[i]);
		lesson = parse(text, &err);
		if (lesson == NULL)
			fail_msg("%s: %s", words[i], err.text);
		lesson_free(lesson);
	}
}

/* ---- questions --------------------------------------------------------------------------------------------------------- */

#define QUESTION(lines) FRONT "## S\nP\n```predict\n" lines "```\n" DO GOAL /* the block's first line is the eighth */
#define ASKED(lines)    QUESTION("ask: A\nwhy: W\n" lines)                   /* `lines` begins in line 10 */

static void
test_kinds_of_questions(void **state)
{
	struct lesson *lesson = parse_good(ASKED("state: kernel\nanswer: syn_received\n"));
	const struct question *question = lesson->step[0].question;

	(void)state;
	assert_int_equal(question->kind, QUESTION_STATE);
	assert_int_equal(question->whom, WHOM_KERNEL);
	assert_string_equal(question->answer, "syn_received");
	lesson_free(lesson);
	lesson = parse_good(ASKED("count: segments from alice\nanswer: 0x2\n"));
	question = lesson->step[0].question;
	assert_int_equal(question->kind, QUESTION_COUNT);
	assert_int_equal(question->from, END_ALICE);
	assert_true(question->pattern.any_flags);
	assert_int_equal(question->pattern.tests, 0);
	lesson_free(lesson);
	lesson = parse_good(ASKED("number: bytes\nanswer: 20\n"));
	question = lesson->step[0].question;
	assert_int_equal(question->kind, QUESTION_NUMBER);
	assert_string_equal(question->unit, "bytes");
	lesson_free(lesson);
	lesson = parse_good(ASKED("number:\nanswer: 20\n"));
	assert_string_equal(lesson->step[0].question->unit, "");
	lesson_free(lesson);
	lesson = parse_good(ASKED("field: length\nof: alice\nanswer: 18\n"));
	question = lesson->step[0].question;
	assert_null(question->field);
	assert_true(question->pattern.any_flags);
	assert_int_equal(question->from, END_ALICE);
	lesson_free(lesson);
	lesson = parse_good(ASKED("choice:\n  Bob\n\n  nobody at all\nanswer: Nobody at all\n"));
	question = lesson->step[0].question;
	assert_int_equal(question->kind, QUESTION_CHOICE);
	assert_int_equal(question->choices, 2);
	assert_string_equal(question->choice[1], "nobody at all");
	lesson_free(lesson);
}

static void
test_answers_that_fit(void **state)
{
	static const char *const lines[] = {
		"field: ack\nof: bob S.*\nanswer: iss+1\n", "field: ack\nof: bob\nanswer: 0x1\n", "field: seq\nof: bob\nanswer: irs\n",
		"field: flags\nof: bob\nanswer: SYN-ACK\n", "field: flags\nof: bob\nanswer: [S.]\n", "field: window\nof: bob\nanswer: 0\n",
		"field: len\nof: bob\nanswer: 18\n", "state: alice\nanswer: established\n", "state: bob\nanswer: TIME-WAIT\n",
		"count: segments from bob F.* length=0\nanswer: 0\n",
		"choice:\n  1\n  2\n  3\n  4\n  5\n  6\n  7\n  8\nanswer: h\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char text[512];

		snprintf(text, sizeof(text), ASKED("%s"), lines[i]);
		lesson_free(parse_good(text));
	}
}

static void
test_questions_refused(void **state)
{
	(void)state;
	assert_refused(ASKED("number:\n"), 7, "`answer:`");
	assert_refused(QUESTION("ask: a\nnumber:\nanswer: 1\n"), 7, "`why:`");
	assert_refused(QUESTION("why: a\nnumber:\nanswer: 1\n"), 7, "`ask:`");
	assert_refused(ASKED("answer: 1\n"), 7, "not none");
	assert_refused(ASKED("number:\nstate: bob\nanswer: 1\n"), 7, "not two");
	assert_refused(QUESTION("ask: a\nwhy:\nnumber:\nanswer: 1\n"), 9, "`why:` nothing");
	assert_refused(ASKED("number:\nanswer: 1\nof: bob\n"), 12, "`of` belongs to `field`");
	assert_refused(ASKED("number:\nanswer: 1\nnumber: 2\n"), 12, "second time");
	assert_refused(ASKED("number:\nanswer: many\n"), 11, "\"many\"");
	assert_refused(ASKED("number:\nanswer: 1\nanser: 1\n"), 12, "near it is: answer");
	assert_refused(ASKED("number:\nanswer: 1\nxyzzy: 1\n"), 12, "known are field, state");
	assert_refused(ASKED("number:\nanswer: 1\nno colon\n"), 12, "\"no colon\"");
	assert_refused(QUESTION("  ask: indented\n"), 8, "indented");
	assert_refused(ASKED("field: nose\nof: bob\nanswer: 1\n"), 10, "no field \"nose\"");
	assert_refused(ASKED("field: ack\nanswer: 1\n"), 10, "needs `of`");
	assert_refused(ASKED("field: ack\nof: carol S\nanswer: 1\n"), 10, "segments from bob");
	assert_refused(ASKED("field: ack\nof: bob Z\nanswer: 1\n"), 10, "\"Z\"");
	assert_refused(ASKED("field: flags\nof: bob\nanswer: 77777\n"), 12, "77777");
	assert_refused(ASKED("field: window\nof: bob\nanswer: 65536\n"), 12, "65536");
	assert_refused(ASKED("field: ack\nof: bob\nanswer: iss+\n"), 12, "iss+");
	assert_refused(ASKED("field: length\nof: bob\nanswer: S.\n"), 12, "\"S.\"");
	assert_refused(ASKED("state: mallory\nanswer: CLOSED\n"), 10, "mallory");
	assert_refused(ASKED("state: bob\nanswer: OPEN\n"), 11, "OPEN");
	assert_refused(ASKED("count: kernel state CLOSED\nanswer: 1\n"), 10, "\">=\"");
	assert_refused(ASKED("count: segments from bob F.*\nanswer: two\n"), 11, "two");
	assert_refused(ASKED("choice: one\nanswer: a\n"), 10, "here are 1");
	assert_refused(ASKED("choice:\n  1\n  2\n  3\n  4\n  5\n  6\n  7\n  8\n  9\nanswer: a\n"), 10, "here are 9");
	assert_refused(ASKED("choice:\n  one\n  One\nanswer: a\n"), 10, "twice");
	assert_refused(ASKED("choice:\n  one\n  two\nanswer: c\n"), 13, "(a to b)");
}

/* ---- refusals ---------------------------------------------------------------------------------------------------------- */

static void
test_front_matter_refused(void **state)
{
	(void)state;
	assert_refused("", 1, "`---`");
	assert_refused("# Title\n" STEP, 1, "`---`");
	assert_refused("---\ntitle: T\nformat: 1\n" STEP, 1, "no end");
	assert_refused("---\ntitle: T\n---\n" STEP, 1, "`format: 1`");
	assert_refused("---\nformat: 1\n---\n" STEP, 1, "`title: ...`");
	assert_refused("---\nformat: 1\ntitle:\n---\n" STEP, 3, "`title: ...`");
	assert_refused("---\nnews: x\nformat: 2\n---\n" STEP, 3, "this tcpdojo reads format 1");
	assert_refused("---\ntitle: T\nformat: one\n---\n" STEP, 3, "\"one\"");
	assert_refused("---\ntitle: T\nformat: 0\n---\n" STEP, 3, "this tcpdojo reads format 1");
	assert_refused("---\ntitle: T\nminuts: 5\nformat: 1\n---\n" STEP, 3, "near it is: minutes");
	assert_refused("---\ntitle: T\nauthor: A\nformat: 1\n---\n" STEP, 3, "known are title, needs, minutes, format");
	assert_refused("---\ntitle: T\nminutes: 0\nformat: 1\n---\n" STEP, 3, "1 to 600");
	assert_refused("---\ntitle: T\nminutes: 601\nformat: 1\n---\n" STEP, 3, "1 to 600");
	assert_refused("---\ntitle: T\nminutes: ten\nformat: 1\n---\n" STEP, 3, "\"ten\"");
	assert_refused("---\ntitle: T\nneeds: ../etc\nformat: 1\n---\n" STEP, 3, "\"../etc\"");
	assert_refused("---\ntitle: T\ntitle: U\nformat: 1\n---\n" STEP, 3, "second time");
	lesson_free(parse_good("---\ntitle: T\n\nminutes: 600\nformat: 1\n---  \n" STEP));
}

static void
test_steps_refused(void **state)
{
	(void)state;
	assert_refused(FRONT, 4, "no steps");
	assert_refused(FRONT "Words.\n", 5, "no steps");
	assert_refused(FRONT "Words.\n\n" DO STEP, 7, "belongs to a step");
	assert_refused(FRONT "## S\n" DO GOAL STEP, 5, "no prose");
	assert_refused(FRONT "## S\nP\n" GOAL STEP, 5, "no `do`");
	assert_refused(FRONT STEP "## S\nP\n" DO, 15, "no `goal`");
	assert_refused(FRONT STEP "##\n\n" STEP, 15, "without words");
	assert_refused(FRONT STEP "##  ##\n\n" STEP, 15, "without words");
	assert_refused(FRONT STEP "# Again\n", 15, "level 1");
	assert_refused(FRONT "Words.\n# Late\n" STEP, 6, "level 1");
	assert_refused(FRONT STEP DO, 15, "one `do`");
	assert_refused(FRONT STEP GOAL, 15, "one `goal`");
	assert_refused(FRONT STEP "```explain\na\n```\n```explain\nb\n```\n", 18, "one `explain`");
	assert_refused(FRONT STEP "```setup\na\n```\n```setup\nb\n```\n", 18, "one `setup`");
}

static void
test_blocks_refused(void **state)
{
	static const struct {
		const char *word, *near;
	} misspelt[] = { { "gaol", "goal" }, { "goals", "goal" }, { "hints", "hint" }, { "Do", "do" }, { "predcit", "predict" },
		{ "wrnog", "wrong" }, { "explian", "explain" }, { "ouput", "output" }, { "stup", "setup" }, { "prediction", "predict" } };

	(void)state;
	for (size_t i = 0; i < sizeof(misspelt) / sizeof(misspelt[0]); i++) {
		char text[256], part[64];

		snprintf(text, sizeof(text), FRONT STEP "\n```%s\nx\n```\n", misspelt[i].word);
		snprintf(part, sizeof(part), "\"%s\"; near it is: %s", misspelt[i].word, misspelt[i].near);
		assert_refused(text, 16, part);
	}
	assert_refused(FRONT STEP "```hint now\nx\n```\n", 15, "nothing may stand");
	assert_refused(FRONT STEP "```hint\n```\n", 15, "empty");
	assert_refused(FRONT STEP "```output\n\n \n```\n", 15, "empty");
	assert_refused(FRONT "## S\nP\n```do\n# nothing\n```\n" GOAL, 7, "no command");
	assert_refused(FRONT "## S\nP\n" DO "```goal\n# nothing\n```\n", 10, "no condition");
}

static void
test_fences_without_end(void **state)
{
	(void)state;
	assert_refused(FRONT STEP "```hint\nx\n", 15, "no end");
	assert_refused(FRONT STEP "```hint\nx\n~~~\n", 15, "no end");
	assert_refused(FRONT STEP "````hint\nx\n```\n", 15, "no end");
	assert_refused(FRONT STEP "```\n\nx\n", 15, "no end");
	assert_refused(FRONT STEP "text\n  ~~~\n\n\n", 16, "no end");
	assert_refused(FRONT STEP "```", 15, "no end");
	assert_refused(FRONT STEP "```c\n```\n\n```\n", 18, "no end");
	assert_refused(FRONT STEP "```c\n```do\nsyn\n```x\n", 15, "no end");
	assert_refused(FRONT STEP "\n<!-- x\n", 16, "no end");
}

static void
test_conditions_refused(void **state)
{
#define GOALS(lines) FRONT "## S\nP\n" DO "```goal\n" lines "```\n" /* the block's first line is the eleventh */
	(void)state;
	assert_refused(GOALS("S.\nkernel state OPEN\n"), 12, "\"OPEN\"");
	assert_refused(GOALS("S. within 1s\n"), 11, "`within`");
	assert_refused(GOALS("kernel state CLOSED after 1s\n"), 11, "`within`");
	assert_refused(GOALS("S. eventually\n"), 11, "`within`");
	assert_refused(GOALS("S. strictly\n"), 11, "`within`");
	assert_refused(GOALS("kernel state \"CLOSED\n"), 11, "quote");
	assert_refused(FRONT STEP "```wrong\ntry: a\nwhen: huh\nsay: b\n```\n", 17, "\"huh\"");
	assert_refused(FRONT STEP "```wrong\ntry: a\nwhen: S within 1s\nsay: b\n```\n", 17, "`within`");
	assert_refused(FRONT STEP "```wrong\ntry: a\nwhen: S\n```\n", 15, "`say:`");
	assert_refused(FRONT STEP "```wrong\ntry: ;\nwhen: S\nsay: b\n```\n", 16, "no command");
	assert_refused(FRONT STEP "```wrong\ntry: a\nwhen:\nsay: b\n```\n", 17, "nothing stands");
	assert_refused(FRONT STEP "```wrong\ntries: a\nwhen: S\nsay: b\n```\n", 16, "\"tries\"");
#undef GOALS
}

/* ---- bytes and sizes --------------------------------------------------------------------------------------------------- */

static void
test_bytes_refused(void **state)
{
	/* RFC 3629 4: a byte alone, an end that is missing, too long a form, a surrogate, beyond U+10FFFF. */
	static const char *const bad[] = { "\x80", "\xff", "\xc3", "\xc3(", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
		"\xf4\x90\x80\x80", "\xf0\x8f\xbf\xbf", "\xe2\x82" };
	static const char good[] = FRONT "## \xc3\x9f\nP \xe2\x82\xac \xf0\x9f\x99\x82 \xed\x9f\xbf \xf4\x8f\xbf\xbf\n" DO GOAL;
	static const char nul[] = FRONT "## S\nP\n\0\n";
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char text[128];

		snprintf(text, sizeof(text), FRONT "## S\r\nP\r\n%s", bad[i]);
		assert_refused(text, 7, "no UTF-8");
	}
	lesson_free(parse_good(good));
	assert_null(lesson_parse("x.md", nul, sizeof(nul) - 1, &err));
	assert_string_equal(err.text, "x.md:7: the byte 0x00 has no place in a text");
}

/* count times `part` between `before` and `behind`; to be freed. */
static char *
repeated(const char *before, const char *part, size_t count, const char *behind)
{
	char *text = malloc(strlen(before) + strlen(part) * count + strlen(behind) + 1), *end = stpcpy(text, before);

	for (size_t i = 0; i < count; i++)
		end = stpcpy(end, part);
	stpcpy(end, behind);
	return text;
}

static void
test_sizes_refused(void **state)
{
	struct err err = { 0 };
	char *text = repeated(FRONT, STEP, 100, "");

	(void)state;
	lesson_free(parse_good(text));
	free(text);
	text = repeated(FRONT, STEP, 101, "");
	assert_refused(text, 4 + 100 * 10 + 1, "at most 100 steps");
	free(text);
	text = repeated(FRONT "## S\nP\n" DO "```goal\n", "S.\n", 10000, "```\n");
	assert_refused(text, 10, "more than 500 lines");
	free(text);
	text = repeated(FRONT STEP, "```wrong\ntry: a\nsay: b\nwhen: S\n```\n", 1000, "");
	assert_refused(text, 4 + 10 + 999 * 5 + 4, "at most 1000 conditions");
	free(text);
	text = repeated(FRONT STEP, "a\n", 1 << 20, "");
	assert_null(parse(text, &err));
	assert_string_equal(err.text, "dir/knock.md: larger than 1048576 bytes, so it is no lesson");
	free(text);
}

static void
assert_not_loaded(const char *path, const char *part)
{
	struct err err = { 0 };

	assert_null(lesson_load(path, &err));
	assert_int_equal(err.code, ERR_INPUT);
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, part));
}

static void
test_what_is_no_file_is_not_waited_for(void **state)
{
	char folder[] = "/tmp/tcpdojo-test-XXXXXX", path[64];
	struct lesson *lesson;
	struct err err = { 0 };
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.md", folder);
	alarm(20);
	assert_not_loaded(path, "No such file");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_not_loaded(path, "no regular file");
	unlink(path);
	assert_int_equal(symlink("a.md", path), 0);
	assert_not_loaded(path, "cannot be read");
	unlink(path);
	assert_not_loaded(folder, "directory");
	assert_not_loaded("/dev/zero", "no regular file");
	file = fopen(path, "w");
	fputs(FRONT STEP, file);
	fclose(file);
	lesson = lesson_load(path, &err);
	assert_non_null(lesson);
	assert_string_equal(lesson->name, "a");
	lesson_free(lesson);
	assert_int_equal(truncate(path, (1 << 20) + 1), 0);
	assert_not_loaded(path, "larger than");
	unlink(path);
	rmdir(folder);
	alarm(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_whole_lesson),
		cmocka_unit_test(test_other_line_ends),
		cmocka_unit_test(test_the_last_line_may_lack_its_end),
		cmocka_unit_test(test_the_stub_is_a_lesson),
		cmocka_unit_test(test_blocks_in_lists_and_quotes_are_prose),
		cmocka_unit_test(test_other_fences_are_prose),
		cmocka_unit_test(test_kinds_of_questions),
		cmocka_unit_test(test_answers_that_fit),
		cmocka_unit_test(test_questions_refused),
		cmocka_unit_test(test_front_matter_refused),
		cmocka_unit_test(test_steps_refused),
		cmocka_unit_test(test_blocks_refused),
		cmocka_unit_test(test_fences_without_end),
		cmocka_unit_test(test_conditions_refused),
		cmocka_unit_test(test_bytes_refused),
		cmocka_unit_test(test_sizes_refused),
		cmocka_unit_test(test_what_is_no_file_is_not_waited_for),
	};

	return cmocka_run_group_tests_name("lesson_load", tests, NULL, NULL);
}
