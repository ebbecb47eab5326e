/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * md4c tells what is a heading and what a fenced block, and gives for each piece of text where it stands; the lines that a
 * heading and a block take are found from there.  Behind the text a heading is added that only a fence or HTML without end can
 * hide: that is how those are seen.
 */
#include "lesson/outline.h"

#include <md4c.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "lesson/entity.h"
#include "session/memory.h"

#define NOWHERE SIZE_MAX

static const char end_heading[] = "\n\n## end\n";

static const char *const names[MARK_KINDS] = {
	[MARK_TITLE] = "title",
	[MARK_STEP] = "step",
	[MARK_SETUP] = "setup",
	[MARK_PREDICT] = "predict",
	[MARK_DO] = "do",
	[MARK_GOAL] = "goal",
	[MARK_HINT] = "hint",
	[MARK_WRONG] = "wrong",
	[MARK_EXPLAIN] = "explain",
	[MARK_OUTPUT] = "output",
};

const char *
mark_name(enum mark_kind kind)
{
	return names[kind];
}

/* What md4c has told so far; places are those of source->text. */
struct walk {
	struct source *source;
	struct outline *outline;
	struct err *err;
	const char *text; /* what md4c reads: the rest of source->text and end_heading ... */
	size_t size;
	size_t from;      /* ... and where that begins in source->text */
	unsigned depth;   /* lists and quotes around */
	bool in_heading, in_block, anything;
	size_t info;        /* where the word behind the fence stands, or NOWHERE */
	size_t first, last; /* text of the heading or block that is open, or NOWHERE */
	size_t seen;        /* up to here, and to the end of its line, all is known */
	FILE *title;
	char *title_text;
	size_t title_size;
};

static size_t
place_of(const struct walk *walk, const char *text)
{
	if ((uintptr_t)text < (uintptr_t)walk->text || (uintptr_t)text >= (uintptr_t)(walk->text + walk->size))
		return NOWHERE;
	return walk->from + (size_t)(text - walk->text);
}

static struct mark *
add_mark(struct walk *walk, enum mark_kind kind, size_t at)
{
	struct outline *outline = walk->outline;
	struct mark *mark;

	if (outline->count == outline->room)
		outline->mark = memory_grow(outline->mark, &outline->room, sizeof(outline->mark[0]));
	mark = &outline->mark[outline->count++];
	mark->kind = kind;
	mark->begin = source_begin(walk->source, at);
	mark->line = source_line(walk->source, mark->begin);
	return mark;
}

/* Whether the line is blanks, then at least `least` of `c`, then blanks. */
static bool
line_is_all(const struct source *source, size_t at, char c, size_t least)
{
	const char *line = source->text + at;
	size_t blanks = strspn(line, " "), run = 0;

	while (line[blanks + run] == c)
		run++;
	return blanks < 4 && run >= least && line[blanks + run + strspn(line + blanks + run, " \t")] == '\n';
}

/* ---- headings ---------------------------------------------------------------------------------------------------------- */

/* Without text a heading is a line of '#' and blanks: the next one that is. */
static size_t
empty_heading(const struct walk *walk)
{
	const char *text = walk->source->text;
	size_t at = walk->seen > walk->from ? source_next(walk->source, walk->seen) : walk->from;

	while (at < walk->source->size &&
	    (text[at + strspn(text + at, " ")] != '#' || text[at + strspn(text + at, "# \t")] != '\n'))
		at = source_next(walk->source, at);
	return at;
}

/* A heading is a line that begins with '#', or lines above one of '-' or '='. */
static size_t
heading_end(const struct source *source, size_t begin, unsigned level)
{
	size_t at = begin;

	if (source->text[begin + strspn(source->text + begin, " ")] == '#')
		return source_next(source, begin);
	while (at < source->size && !line_is_all(source, at, level == 1 ? '=' : '-', 1))
		at = source_next(source, at);
	return source_next(source, at);
}

static int
leave_heading(struct walk *walk, unsigned level)
{
	struct mark *mark;

	walk->in_heading = false;
	fclose(walk->title);
	walk->title = NULL;
	if (walk->first != NOWHERE && walk->first >= walk->source->size)
		return 0;
	if (level > 2)
		return 0;
	if (walk->first == NOWHERE)
		return source_error(walk->source, source_line(walk->source, empty_heading(walk)), walk->err,
		    "a heading without words");
	if (level == 1 && walk->anything)
		return source_error(walk->source, source_line(walk->source, walk->first), walk->err,
		    "a heading of level 1 (#) stands at the top alone; a step begins with one of level 2 (##)");
	mark = add_mark(walk, level == 1 ? MARK_TITLE : MARK_STEP, walk->first);
	mark->end = heading_end(walk->source, mark->begin, level);
	walk->seen = mark->end - 1;
	mark->title = source_trimmed(walk->title_text, walk->title_size);
	if (mark->title[0] == '\0')
		return source_error(walk->source, mark->line, walk->err, "a heading without words");
	return 0;
}

/* ---- blocks ------------------------------------------------------------------------------------------------------------ */

/* Where the fence opens: where its word stands, or on the line before the first of its lines that is not blank. */
static size_t
fence_opening(const struct walk *walk)
{
	size_t at;

	if (walk->info != NOWHERE)
		return source_begin(walk->source, walk->info);
	at = source_begin(walk->source, walk->first < walk->source->size ? walk->first : walk->source->size);
	while (at > walk->from) {
		at = source_begin(walk->source, at - 1);
		if (walk->source->text[at + strspn(walk->source->text + at, " \t")] != '\n')
			break;
	}
	return at;
}

static int
unended(struct walk *walk, bool html)
{
	unsigned line;

	if (html)
		return source_error(walk->source, source_line(walk->source, walk->first), walk->err,
		    "HTML (a comment, perhaps) that begins here has no end");
	line = source_line(walk->source, fence_opening(walk));
	return source_error(walk->source, line, walk->err, "the fence that opens here has no end: a line of as many of its signs");
}

static int
add_block(struct walk *walk, enum mark_kind kind)
{
	struct source *source = walk->source;
	struct mark *mark = add_mark(walk, kind, walk->info);
	const char *fence = source->text + mark->begin;
	size_t run = 0, behind = walk->info - mark->begin + strlen(names[kind]);

	mark->indent = strspn(fence, " ");
	while (fence[mark->indent + run] == fence[mark->indent])
		run++;
	if (fence[behind + strspn(fence + behind, " \t")] != '\n')
		return source_error(source, mark->line, walk->err, "behind `%s` nothing may stand on that line", names[kind]);
	mark->body = source_next(source, mark->begin);
	mark->body_end = walk->last != NOWHERE ? source_next(source, walk->last) : mark->body;
	while (mark->body_end < source->size && !line_is_all(source, mark->body_end, fence[mark->indent], run))
		mark->body_end = source_next(source, mark->body_end);
	mark->end = source_next(source, mark->body_end);
	walk->seen = mark->end - 1;
	return 0;
}

static int
leave_block(struct walk *walk, bool fenced)
{
	enum mark_kind kind = MARK_SETUP;
	const char *word, *near;
	char *copy;
	int result = 0;

	walk->in_block = false;
	if (walk->last != NOWHERE && walk->last >= walk->source->size)
		return unended(walk, !fenced);
	if (!fenced || walk->info == NOWHERE)
		return 0;
	word = walk->source->text + walk->info;
	copy = source_trimmed(word, strcspn(word, " \t\n"));
	while (kind < MARK_KINDS && strcmp(copy, names[kind]) != 0)
		kind++;
	near = source_near(copy, names + MARK_SETUP, MARK_KINDS - MARK_SETUP);
	if (kind < MARK_KINDS)
		result = add_block(walk, kind);
	else if (near != NULL)
		result = source_error(walk->source, source_line(walk->source, walk->info), walk->err,
		    "there is no block \"%s\"; near it is: %s", QUOTED(copy), near);
	free(copy);
	return result;
}

/* ---- what md4c calls --------------------------------------------------------------------------------------------------- */

static int
on_enter(MD_BLOCKTYPE type, void *detail, void *arg)
{
	struct walk *walk = arg;

	if (type == MD_BLOCK_DOC)
		return 0;
	if (type == MD_BLOCK_QUOTE || type == MD_BLOCK_UL || type == MD_BLOCK_OL) {
		walk->anything = true;
		walk->depth++;
	}
	if (walk->depth > 0)
		return 0;
	walk->first = walk->last = walk->info = NOWHERE;
	if (type == MD_BLOCK_H) {
		walk->in_heading = true;
		walk->title = open_memstream(&walk->title_text, &walk->title_size);
		return walk->title == NULL ? err_set(walk->err, ERR_SYSTEM, "there is no memory for a heading") : 0;
	}
	walk->in_block = type == MD_BLOCK_CODE || type == MD_BLOCK_HTML;
	if (type == MD_BLOCK_CODE && ((MD_BLOCK_CODE_DETAIL *)detail)->lang.size > 0)
		walk->info = place_of(walk, ((MD_BLOCK_CODE_DETAIL *)detail)->lang.text);
	return 0;
}

static int
on_leave(MD_BLOCKTYPE type, void *detail, void *arg)
{
	struct walk *walk = arg;
	int result = 0;

	if (type == MD_BLOCK_QUOTE || type == MD_BLOCK_UL || type == MD_BLOCK_OL) {
		walk->depth--;
	} else if (walk->in_heading) {
		result = leave_heading(walk, ((MD_BLOCK_H_DETAIL *)detail)->level);
		free(walk->title_text);
		walk->title_text = NULL;
	} else if (walk->in_block) {
		result = leave_block(walk, type == MD_BLOCK_CODE && ((MD_BLOCK_CODE_DETAIL *)detail)->fence_char != '\0');
	}
	walk->anything = walk->anything || type != MD_BLOCK_DOC;
	return result;
}

static void
add_to_title(struct walk *walk, MD_TEXTTYPE type, const char *text, size_t size)
{
	char letter[5];
	size_t length = type == MD_TEXT_ENTITY ? entity_letter(text, size, letter) : 0;

	if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR)
		fputc(' ', walk->title);
	else if (length > 0)
		fwrite(letter, 1, length, walk->title);
	else
		fwrite(text, 1, size, walk->title);
}

static int
on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *arg)
{
	struct walk *walk = arg;
	size_t at = place_of(walk, text);

	if (walk->in_heading)
		add_to_title(walk, type, text, size);
	if (at == NOWHERE || size == 0)
		return 0;
	if (walk->first == NOWHERE)
		walk->first = at;
	walk->last = at + size - 1;
	walk->seen = walk->last;
	return 0;
}

static int
on_span(MD_SPANTYPE type, void *detail, void *arg)
{
	(void)type;
	(void)detail;
	(void)arg;
	return 0;
}

int
outline_read(struct source *source, size_t from, struct outline *outline, struct err *err)
{
	static const MD_PARSER parser = {
		.enter_block = on_enter,
		.leave_block = on_leave,
		.enter_span = on_span,
		.leave_span = on_span,
		.text = on_text,
	};
	struct walk walk = { .source = source, .outline = outline, .err = err, .from = from, .seen = from };
	char *text;
	int result;

	*outline = (struct outline){ 0 };
	walk.size = source->size - from + strlen(end_heading);
	walk.text = text = memory_new(walk.size + 1);
	memcpy(text, source->text + from, source->size - from);
	memcpy(text + source->size - from, end_heading, strlen(end_heading));
	*err = (struct err){ 0 };
	result = md_parse(text, (MD_SIZE)walk.size, &parser, &walk);
	if (walk.title != NULL)
		fclose(walk.title);
	free(walk.title_text);
	free(text);
	if (result != 0 && err->code == ERR_NONE)
		err_set(err, ERR_SYSTEM, "%s: there is no memory to read it", QUOTED(source->path));
	if (result != 0)
		outline_clear(outline);
	return result != 0 ? -1 : 0;
}

void
outline_clear(struct outline *outline)
{
	for (size_t i = 0; i < outline->count; i++)
		free(outline->mark[i].title);
	free(outline->mark);
	*outline = (struct outline){ 0 };
}
