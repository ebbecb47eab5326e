/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words set into the lines of a terminal: wrapped by what they take there, indented, emphasised. */
#ifndef LESSON_PAGE_H
#define LESSON_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum page_style { STYLE_EMPHASIS, STYLE_STRONG, STYLE_CODE, STYLES };

/* What stands before lines: a quote's sign before each, an item's mark before its first and blanks before the others. */
struct margin {
	char mark[16];
	unsigned width;
	bool quote;
	bool used; /* the mark has been shown */
};

struct page {
	FILE *out;
	unsigned columns;
	bool colour;
	struct margin *margin;
	size_t margins, margin_room;
	size_t shared;  /* margins that were there for the line before as well */
	bool any;       /* a line is there already */
	bool blank;     /* one shall stay free before the next */
	bool open;      /* a line is begun */
	unsigned width; /* columns taken in it */
	unsigned styles[STYLES]; /* how often each is on */
	bool shown[STYLES];      /* which are on in what has been written */
	char *word; /* the word that grows: letters as they are to be shown, and changes of style */
	size_t word_size, word_room;
	unsigned word_width;
};

void page_begin(struct page *page, FILE *out, unsigned columns, bool colour);
void page_end(struct page *page); /* does not close `out` */

void page_push(struct page *page, const char *mark, bool quote);
void page_pop(struct page *page); /* an item that had nothing in it gets a line for its mark */

/* Words with blanks between them, in UTF-8; what a terminal would obey is escaped. */
void page_text(struct page *page, const char *text, size_t size);
void page_style(struct page *page, enum page_style style, bool on);

void page_break(struct page *page);     /* the next word begins a line */
void page_paragraph(struct page *page, bool tight); /* likewise; and a free line is left before it, unless tight */

/* Lines that stay as they are, indented by that many blanks more; the last may lack its end. */
void page_verbatim(struct page *page, const char *text, size_t size, unsigned indent);

/* A line across the page, of such pieces, each a column wide. */
void page_rule(struct page *page, const char *piece);

#endif
