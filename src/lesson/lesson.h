/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A lesson: a CommonMark file that reads well anywhere (tcpdojo-lesson(5)).  This header is the lesson as data; nothing of a
 * lesson runs here.
 *
 *   load.h  the file, into this   ->   play.h  a learner goes through it   ->   progress.h  what is kept of that
 *   prose.h  Markdown as lines of a terminal      find.h  which lessons there are      check.h  `lesson test`
 *
 *   ---                                  ## Heading            one step each; what stands before the first is the introduction
 *   title: The three-way handshake      prose
 *   needs: wave                          ```setup              commands, run before the step, unseen; "# ..." alone: a new lab
 *   minutes: 10                          ```predict            ask: field:|state:|count:|number:|choice: of: answer: why:
 *   format: 1                            ```do                 commands: the model solution
 *   ---                                  ```goal               conditions (session/condition.h), a line each; all must hold
 *                                        ```hint               prose; several, in rising order
 *   # Title, once more, if you like      ```wrong              try: when: say:
 *                                        ```explain            prose, shown when the goal is reached
 *                                        ```output             what the screen shows by then; "..." stands for anything
 *
 * Of the front matter `title` and `format` must be there.  A heading of level 1 at the top is not shown; deeper ones than 2 are
 * prose, and so are code blocks of other names and all that stands in lists and quotes.  Links by reference are defined in the
 * step that uses them.
 *
 * A step has prose, one `do` and one `goal`; at most one `setup` and one `explain`; any number of the others.  Nothing is empty.
 * In commands and conditions, lines that are blank or begin with '#' say nothing.  A condition of a frame (`S. ack=1`) means some
 * segment of Bob's since the step began, `nothing` none of his; `within`, `after`, `eventually` and `strictly` are refused.
 *
 * predict and wrong are lines of `key: value`; lines after it that begin with two blanks or more go on with the value.
 *   field: ack        with of: bob S.*        a header field, or length, of the first segment of that end's that fits
 *   state: kernel                             alice, bob (as Alice's side thinks) or kernel
 *   count: segments from bob F.*              how many; the pattern may be missing, here and behind `of: bob`
 *   number: bytes                             a whole number; what stands behind it, if anything, is its unit
 *   choice:                                   a choice on each of the lines after it: a, b, ... (2 to 8)
 *   try: ack; wait 1s                         commands, with ';' between them or on lines of their own
 *   when: segments from bob R.* >= 1          conditions, each on a line of its own
 *
 * A step with a setup block, and the first one, begin in a new lab; any other goes on where the one before it ended.
 */
#ifndef LESSON_LESSON_H
#define LESSON_LESSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seg/field.h"
#include "session/condition.h"

#define LESSON_FORMAT    1
#define LESSON_BYTES_MAX (1u << 20) /* a larger file is none of ours */
#define LESSON_STEPS_MAX 100
#define LESSON_MINUTES_MAX 600
#define LESSON_CONDITIONS_MAX 1000 /* of all goals and `when`s together */
#define LESSON_BLOCK_LINES_MAX 500

/* Part of the file.  `text` is the lesson's and NUL-terminated; `line` is that of its first byte, from 1. */
struct passage {
	char *text;
	unsigned line;
};

struct passages {
	struct passage *passage;
	size_t count, room;
};

/* What a question asks for, and what the answer is held against. */
enum question_kind {
	QUESTION_FIELD,  /* a header field of the first segment of the step that fits `of` */
	QUESTION_STATE,  /* what an end is in once the goal is reached */
	QUESTION_COUNT,  /* how many segments have fitted by then */
	QUESTION_NUMBER, /* the lesson's own answer */
	QUESTION_CHOICE, /* likewise: one of the choices, by its letter or its text */
};

/* Whom a question about a state means. */
enum question_whom { WHOM_ALICE, WHOM_BOB, WHOM_KERNEL };

#define CHOICES_MAX 8

struct question {
	enum question_kind kind;
	unsigned line;
	char *ask;
	const struct field *field;    /* of QUESTION_FIELD; NULL: the payload's length */
	enum question_whom whom;      /* of QUESTION_STATE */
	enum end from;                /* of QUESTION_FIELD and QUESTION_COUNT ... */
	struct frame_pattern pattern; /* ... and which segments; any_flags without tests: all */
	char *choice[CHOICES_MAX];    /* named a, b, c, ... */
	unsigned choices;
	char *unit;   /* of QUESTION_NUMBER; "" */
	char *answer; /* what the model solution makes true, as a learner would type it */
	char *why;    /* "SYN counts as one (RFC 9293 3.4)": follows "because" */
};

/* A typical wrong attempt: once all of `when` holds, `say` is said. */
struct wrong {
	unsigned line;
	struct passages tries; /* commands that make the attempt, from the step's beginning: for `lesson test` */
	struct condition *when; /* all must hold */
	size_t whens;
	char *say;
};

struct step {
	char *title;
	unsigned line;
	struct passage prose; /* Markdown */
	bool fresh;           /* begins in a new lab */
	struct passages setup, solution; /* a command each */
	struct question *question;
	size_t questions, question_room;
	struct condition *goal; /* goal[i].text is as it was written ... */
	unsigned *goal_line;    /* ... there */
	size_t goals;
	struct passages hint;    /* Markdown */
	struct passage explain;  /* Markdown; text == NULL: none */
	struct wrong *wrong;
	size_t wrongs, wrong_room;
	struct passages output; /* a line each */
};

struct lesson {
	char *name;  /* of the file, without folder and ".md" */
	char *path;
	char *title;
	char *needs; /* names of lessons to have done, separated by blanks; "" */
	unsigned minutes; /* 0: not said */
	struct passage introduction; /* Markdown; "" */
	struct step *step;
	size_t steps, step_room;
};

void passages_clear(struct passages *passages);
void lesson_free(struct lesson *lesson); /* NULL is fine */

#endif
