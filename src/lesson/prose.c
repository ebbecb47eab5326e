/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/prose.h"

#include <md4c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/entity.h"
#include "lesson/page.h"
#include "session/memory.h"

#define CODE_INDENT 4

/* A list or a quote around what is written. */
struct container {
	bool tight, ordered;
	unsigned number; /* of its next item */
	char delimiter;  /* behind the number */
};

struct writer {
	struct page page;
	bool ascii;
	struct container *container;
	size_t containers, container_room;
	bool verbatim; /* in a code block or HTML */
	FILE *code;            /* what is to stay as it is */
	char *code_text;
	size_t code_size;
	FILE *link; /* the text of a link, to be held against its address; NULL outside */
	char *link_text;
	size_t link_size;
};

static bool
is_tight(const struct writer *writer)
{
	return writer->containers > 0 && writer->container[writer->containers - 1].tight;
}

/* ---- blocks ------------------------------------------------------------------------------------------------------------ */

static void
push(struct writer *writer, struct container container)
{
	if (writer->containers == writer->container_room)
		writer->container = memory_grow(writer->container, &writer->container_room, sizeof(writer->container[0]));
	writer->container[writer->containers++] = container;
}

static void
begin_item(struct writer *writer)
{
	struct container *list = &writer->container[writer->containers - 1];
	char mark[16];

	if (list->ordered)
		snprintf(mark, sizeof(mark), "%u%c", list->number++, list->delimiter);
	else
		snprintf(mark, sizeof(mark), "%s", writer->ascii ? "-" : "•");
	page_push(&writer->page, mark, false);
}

static int
begin_verbatim(struct writer *writer)
{
	page_break(&writer->page);
	writer->code = open_memstream(&writer->code_text, &writer->code_size);
	writer->verbatim = writer->code != NULL;
	return writer->verbatim ? 0 : -1;
}

static int
on_enter_block(MD_BLOCKTYPE type, void *detail, void *arg)
{
	struct writer *writer = arg;
	const MD_BLOCK_UL_DETAIL *bullets = detail;
	const MD_BLOCK_OL_DETAIL *numbers = detail;

	if (type == MD_BLOCK_QUOTE) {
		push(writer, (struct container){ 0 });
		page_push(&writer->page, ">", true);
	} else if (type == MD_BLOCK_UL) {
		push(writer, (struct container){ .tight = bullets->is_tight });
	} else if (type == MD_BLOCK_OL) {
		push(writer, (struct container){
			.tight = numbers->is_tight,
			.ordered = true,
			.number = numbers->start,
			.delimiter = numbers->mark_delimiter,
		});
	} else if (type == MD_BLOCK_LI) {
		begin_item(writer);
	} else if (type == MD_BLOCK_HR) {
		page_rule(&writer->page, writer->ascii ? "-" : "─");
	} else if (type == MD_BLOCK_H) {
		page_break(&writer->page);
		page_style(&writer->page, STYLE_STRONG, true);
	} else if (type == MD_BLOCK_CODE || type == MD_BLOCK_HTML) {
		return begin_verbatim(writer);
	} else if (type == MD_BLOCK_P) {
		page_break(&writer->page);
	}
	return 0;
}

static bool
is_comment(const char *html)
{
	return strncmp(html + strspn(html, " "), "<!--", 4) == 0;
}

static void
end_verbatim(struct writer *writer, bool code)
{
	fclose(writer->code);
	if (code || !is_comment(writer->code_text))
		page_verbatim(&writer->page, writer->code_text, writer->code_size, code ? CODE_INDENT : 0);
	free(writer->code_text);
	writer->code = NULL;
	writer->code_text = NULL;
	writer->verbatim = false;
}

static int
on_leave_block(MD_BLOCKTYPE type, void *detail, void *arg)
{
	struct writer *writer = arg;

	(void)detail;
	if (type == MD_BLOCK_DOC)
		return 0;
	if (type == MD_BLOCK_H)
		page_style(&writer->page, STYLE_STRONG, false);
	if (type == MD_BLOCK_CODE || type == MD_BLOCK_HTML)
		end_verbatim(writer, type == MD_BLOCK_CODE);
	if (type == MD_BLOCK_LI || type == MD_BLOCK_QUOTE)
		page_pop(&writer->page);
	if (type == MD_BLOCK_QUOTE || type == MD_BLOCK_UL || type == MD_BLOCK_OL)
		writer->containers--;
	page_paragraph(&writer->page, is_tight(writer));
	return 0;
}

/* ---- within a line ----------------------------------------------------------------------------------------------------- */

static void
write_text(struct writer *writer, MD_TEXTTYPE type, const char *text, size_t size)
{
	char letter[5];
	size_t length = type == MD_TEXT_ENTITY ? entity_letter(text, size, letter) : 0;

	page_text(&writer->page, length > 0 ? letter : text, length > 0 ? length : size);
	if (writer->link != NULL)
		fwrite(length > 0 ? letter : text, 1, length > 0 ? length : size, writer->link);
}

/* A title or an address, its entities as letters; to be freed. */
static char *
attribute_text(const MD_ATTRIBUTE *attribute)
{
	char *text = memory_new(attribute->size + 1), *end = text;
	char letter[5];

	for (size_t i = 0; attribute->size > 0 && attribute->substr_offsets[i] < attribute->size; i++) {
		const char *part = attribute->text + attribute->substr_offsets[i];
		size_t size = attribute->substr_offsets[i + 1] - attribute->substr_offsets[i];
		size_t length = attribute->substr_types[i] == MD_TEXT_ENTITY ? entity_letter(part, size, letter) : 0;

		end = mempcpy(end, length > 0 ? letter : part, length > 0 ? length : size);
	}
	return text;
}

/* Where a link leads, unless its text says so already. */
static void
end_link(struct writer *writer, const MD_ATTRIBUTE *where)
{
	char *address = attribute_text(where);
	const char *plain = strncmp(address, "mailto:", 7) == 0 ? address + 7 : address;

	fclose(writer->link);
	writer->link = NULL;
	if (address[0] != '\0' && strcmp(writer->link_text, address) != 0 && strcmp(writer->link_text, plain) != 0) {
		page_text(&writer->page, " (", 2);
		page_text(&writer->page, address, strlen(address));
		page_text(&writer->page, ")", 1);
	}
	free(writer->link_text);
	writer->link_text = NULL;
	free(address);
}

static int
on_span(struct writer *writer, MD_SPANTYPE type, const void *detail, bool on)
{
	const MD_SPAN_A_DETAIL *link = detail;
	const MD_SPAN_IMG_DETAIL *image = detail;

	if (type == MD_SPAN_EM)
		page_style(&writer->page, STYLE_EMPHASIS, on);
	else if (type == MD_SPAN_STRONG)
		page_style(&writer->page, STYLE_STRONG, on);
	else if (type == MD_SPAN_CODE && writer->page.colour)
		page_style(&writer->page, STYLE_CODE, on);
	else if (type == MD_SPAN_CODE)
		page_text(&writer->page, "`", 1);
	if (type != MD_SPAN_A && type != MD_SPAN_IMG)
		return 0;
	if (on && writer->link == NULL)
		writer->link = open_memstream(&writer->link_text, &writer->link_size);
	else if (!on && writer->link != NULL)
		end_link(writer, type == MD_SPAN_A ? &link->href : &image->src);
	return on && writer->link == NULL ? -1 : 0;
}

static int
on_enter_span(MD_SPANTYPE type, void *detail, void *arg)
{
	return on_span(arg, type, detail, true);
}

static int
on_leave_span(MD_SPANTYPE type, void *detail, void *arg)
{
	return on_span(arg, type, detail, false);
}

static int
on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *arg)
{
	struct writer *writer = arg;

	if (writer->verbatim)
		fwrite(text, 1, size, writer->code);
	else if (type == MD_TEXT_BR)
		page_break(&writer->page);
	else if (type == MD_TEXT_SOFTBR)
		page_text(&writer->page, " ", 1);
	else if (type != MD_TEXT_HTML || strncmp(text, "<!--", size < 4 ? size : 4) != 0)
		write_text(writer, type, text, size);
	return 0;
}

static void
write_page(struct writer *writer, const char *markdown, unsigned columns, bool colour, FILE *out)
{
	static const MD_PARSER parser = {
		.enter_block = on_enter_block,
		.leave_block = on_leave_block,
		.enter_span = on_enter_span,
		.leave_span = on_leave_span,
		.text = on_text,
	};

	page_begin(&writer->page, out, columns, colour);
	if (md_parse(markdown, (MD_SIZE)strlen(markdown), &parser, writer) != 0) {
		if (writer->code != NULL)
			fclose(writer->code);
		if (writer->link != NULL)
			fclose(writer->link);
		free(writer->code_text);
		free(writer->link_text);
	}
	page_end(&writer->page);
	free(writer->container);
}

char *
prose_lines(const char *markdown, unsigned columns, bool colour, bool ascii)
{
	struct writer writer = { .ascii = ascii };
	char *lines = NULL;
	size_t size;
	FILE *out = open_memstream(&lines, &size);

	if (out == NULL)
		return memory_text("");
	write_page(&writer, markdown, columns, colour, out);
	if (fclose(out) != 0 && lines == NULL)
		return memory_text("");
	return lines;
}
