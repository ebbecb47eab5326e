/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/page.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/letter.h"
#include "base/text.h"
#include "session/memory.h"

#define COLUMNS_LEAST 20
#define TAB_COLUMNS   4

/* Weights and lines suit a light and a dark window alike; the colour is that of INK_ALICE (view/ink.c). */
static const struct {
	const char *on, *off;
} sequences[STYLES] = {
	[STYLE_EMPHASIS] = { "\033[4m", "\033[24m" },
	[STYLE_STRONG] = { "\033[1m", "\033[22m" },
	[STYLE_CODE] = { "\033[36m", "\033[39m" },
};

void
page_begin(struct page *page, FILE *out, unsigned columns, bool colour)
{
	*page = (struct page){
		.out = out,
		.columns = columns > COLUMNS_LEAST ? columns : COLUMNS_LEAST,
		.colour = colour,
	};
}

void
page_end(struct page *page)
{
	page_break(page);
	free(page->margin);
	free(page->word);
}

/* ---- margins ----------------------------------------------------------------------------------------------------------- */

/* How many of the margins leave half of the page to the words; what is nested deeper stands where those end. */
static size_t
margins_shown(const struct page *page, size_t margins)
{
	unsigned width = 0;

	for (size_t i = 0; i < margins; i++) {
		width += page->margin[i].width;
		if (width > page->columns / 2)
			return i;
	}
	return margins;
}

/* Without the blanks at the end where nothing is to follow. */
static void
put_margin(struct page *page, size_t margins, bool alone)
{
	size_t count = margins_shown(page, margins);
	unsigned blanks = 0;

	page->width = 0;
	for (size_t i = 0; i < count; i++) {
		struct margin *margin = &page->margin[i];
		bool marked = margin->quote || (!margin->used && !alone);

		if (marked) {
			fprintf(page->out, "%*s%s", (int)blanks, "", margin->mark);
			blanks = 1;
		} else {
			blanks += margin->width;
		}
		margin->used = margin->used || !alone;
		page->width += margin->width;
	}
	if (!alone)
		fprintf(page->out, "%*s", (int)blanks, "");
}

static void
set_shown(struct page *page, enum page_style style, bool on)
{
	if (page->shown[style] == on)
		return;
	page->shown[style] = on;
	fputs(on ? sequences[style].on : sequences[style].off, page->out);
}

static void
put_blank_line(struct page *page, size_t margins)
{
	put_margin(page, margins, true);
	fputc('\n', page->out);
}

static void
leave_free_line(struct page *page)
{
	if (page->any && page->blank)
		put_blank_line(page, page->shared);
	page->blank = false;
}

static void
begin_line(struct page *page)
{
	leave_free_line(page);
	put_margin(page, page->margins, false);
	page->any = page->open = true;
	page->shared = page->margins;
}

static void
end_line(struct page *page)
{
	if (!page->open)
		return;
	for (enum page_style style = 0; style < STYLES; style++)
		set_shown(page, style, false);
	fputc('\n', page->out);
	page->open = false;
}

void
page_push(struct page *page, const char *mark, bool quote)
{
	struct margin *margin;

	page_break(page);
	if (page->margins == page->margin_room)
		page->margin = memory_grow(page->margin, &page->margin_room, sizeof(page->margin[0]));
	margin = &page->margin[page->margins++];
	*margin = (struct margin){ .quote = quote };
	snprintf(margin->mark, sizeof(margin->mark), "%s", mark);
	margin->width = 1;
	for (const char *at = margin->mark; *at != '\0'; at++)
		margin->width += (*at & 0xc0) != 0x80;
}

void
page_pop(struct page *page)
{
	struct margin *margin = &page->margin[page->margins - 1];

	page_break(page);
	if (!margin->quote && !margin->used && margins_shown(page, page->margins) == page->margins) {
		begin_line(page);
		end_line(page);
	}
	page->margins--;
	if (page->shared > page->margins)
		page->shared = page->margins;
}

/* ---- words ------------------------------------------------------------------------------------------------------------- */

static void
add_to_word(struct page *page, const char *bytes, size_t size)
{
	while (page->word_room - page->word_size < size)
		page->word = memory_grow(page->word, &page->word_room, 1);
	memcpy(page->word + page->word_size, bytes, size);
	page->word_size += size;
}

/* The first letter of the text as it may be shown, and the columns that it takes then; returns its bytes in the text. */
static size_t
show_letter(const char *text, size_t size, struct text *shown, unsigned *columns)
{
	uint32_t letter;
	size_t bytes = letter_read(text, size, &letter);
	bool as_it_is = bytes > 0 && letter_shown(letter);

	if (bytes == 0)
		bytes = 1;
	text_add_shown(shown, text, bytes);
	*columns = as_it_is ? letter_columns(letter) : (unsigned)shown->length;
	return bytes;
}

/* Writes the word, its changes of style among the letters: a byte below STYLES * 2 each. */
static void
put_word(struct page *page)
{
	size_t from = 0;

	for (size_t i = 0; i < page->word_size; i++) {
		uint8_t byte = (uint8_t)page->word[i];

		if (byte >= STYLES * 2)
			continue;
		fwrite(page->word + from, 1, i - from, page->out);
		set_shown(page, (enum page_style)(byte / 2), byte % 2 == 1);
		from = i + 1;
	}
	fwrite(page->word + from, 1, page->word_size - from, page->out);
}

/* What was on where the word begins: what is on now, but for the changes within it. */
static void
styles_before_word(const struct page *page, bool on[STYLES])
{
	for (enum page_style style = 0; style < STYLES; style++)
		on[style] = page->styles[style] > 0;
	for (size_t i = page->word_size; i > 0; i--) {
		uint8_t byte = (uint8_t)page->word[i - 1];

		if (byte < STYLES * 2)
			on[byte / 2] = byte % 2 == 0;
	}
}

static void
flush_word(struct page *page)
{
	bool on[STYLES];

	if (page->word_width == 0)
		return;
	if (page->open && page->width + 1 + page->word_width > page->columns)
		end_line(page);
	if (page->open) {
		fputc(' ', page->out);
		page->width++;
	} else {
		begin_line(page);
	}
	styles_before_word(page, on);
	for (enum page_style style = 0; style < STYLES && page->colour; style++)
		set_shown(page, style, on[style]);
	put_word(page);
	page->width += page->word_width;
	page->word_size = page->word_width = 0;
}

void
page_text(struct page *page, const char *text, size_t size)
{
	char shown[24];
	unsigned columns;

	for (size_t at = 0; at < size; ) {
		struct text t = text_in(shown, sizeof(shown));

		if (text[at] == ' ' || text[at] == '\t' || text[at] == '\n') {
			flush_word(page);
			at++;
			continue;
		}
		at += show_letter(text + at, size - at, &t, &columns);
		add_to_word(page, shown, t.length);
		page->word_width += columns;
	}
}

void
page_style(struct page *page, enum page_style style, bool on)
{
	bool was = page->styles[style] > 0;

	page->styles[style] += on ? 1 : -1u;
	if (page->colour && was != (page->styles[style] > 0))
		add_to_word(page, (const char[]){ (char)(style * 2 + on) }, 1);
}

void
page_break(struct page *page)
{
	flush_word(page);
	end_line(page);
}

void
page_paragraph(struct page *page, bool tight)
{
	page_break(page);
	page->blank = !tight;
}

/* ---- what is not wrapped ----------------------------------------------------------------------------------------------- */

/* A line of code; tabs lead to the next multiple of TAB_COLUMNS. */
static void
put_verbatim(struct page *page, const char *line, size_t size)
{
	char shown[24];
	unsigned columns, at_column = 0;

	for (size_t at = 0; at < size; ) {
		struct text t = text_in(shown, sizeof(shown));

		if (line[at] == '\t') {
			columns = TAB_COLUMNS - at_column % TAB_COLUMNS;
			fprintf(page->out, "%*s", (int)columns, "");
			at++;
		} else {
			at += show_letter(line + at, size - at, &t, &columns);
			fwrite(shown, 1, t.length, page->out);
		}
		at_column += columns;
	}
}

void
page_verbatim(struct page *page, const char *text, size_t size, unsigned indent)
{
	page_break(page);
	for (size_t at = 0; at < size; ) {
		const char *newline = memchr(text + at, '\n', size - at);
		size_t length = newline != NULL ? (size_t)(newline - text) - at : size - at;

		if (length > 0) {
			begin_line(page);
			fprintf(page->out, "%*s", (int)indent, "");
			if (page->colour)
				set_shown(page, STYLE_CODE, true);
			put_verbatim(page, text + at, length);
			end_line(page);
		} else {
			leave_free_line(page);
			put_blank_line(page, page->margins);
		}
		at += length + 1;
	}
}

void
page_rule(struct page *page, const char *piece)
{
	page_break(page);
	begin_line(page);
	while (page->width++ < page->columns)
		fputs(piece, page->out);
	end_line(page);
}
