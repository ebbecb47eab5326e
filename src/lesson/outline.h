/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a lesson's headings and blocks stand in its file, as CommonMark has them (through md4c). */
#ifndef LESSON_OUTLINE_H
#define LESSON_OUTLINE_H

#include <stddef.h>

#include "base/err.h"
#include "lesson/source.h"

enum mark_kind {
	MARK_TITLE, /* a heading of level 1, before everything else */
	MARK_STEP,  /* a heading of level 2 */
	MARK_SETUP,
	MARK_PREDICT,
	MARK_DO,
	MARK_GOAL,
	MARK_HINT,
	MARK_WRONG,
	MARK_EXPLAIN,
	MARK_OUTPUT,
	MARK_KINDS,
};

/* "goal"; what stands behind a block's fence. */
const char *mark_name(enum mark_kind kind);

struct mark {
	enum mark_kind kind;
	unsigned line;         /* of the heading, or of the opening fence */
	size_t begin, end;     /* whole lines of the text, fences and underlines as well */
	size_t body, body_end; /* of a block: the lines between its fences */
	size_t indent;         /* of a block: blanks before its fence, and so before each of its lines */
	char *title;           /* of a heading: its text without markup */
};

struct outline {
	struct mark *mark; /* in the file's order */
	size_t count, room;
};

/* Of what begins at text[from]. -1 with *err: a fence or HTML without end, a block that is nearly one of ours, ... */
int outline_read(struct source *source, size_t from, struct outline *outline, struct err *err);
void outline_clear(struct outline *outline);

#endif
