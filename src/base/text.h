/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text written piece by piece into a caller's buffer; what does not fit is cut, and always ends in NUL. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct text {
	char *at;
	size_t size; /* of the buffer; at least 1 */
	size_t length;
	bool cut; /* something did not fit */
};

struct text text_in(char *buffer, size_t size);
void text_add(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vadd(struct text *t, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));

/* Bytes as they may be shown on a terminal: printable ASCII as is, the rest C-escaped (\r \n \t \xNN). */
void text_add_escaped(struct text *t, const void *data, size_t size);

/* Words as they may be shown: letters of any script as they are, what a terminal would obey and broken UTF-8 C-escaped. */
void text_add_shown(struct text *t, const char *words, size_t size);

/* What was read, fit to stand in a message: as text_add_shown, and cut with "..." after about QUOTE_SHOWN bytes. */
#define QUOTE_SHOWN 200
struct quote {
	char text[QUOTE_SHOWN + 8];
};
const char *quote_make(struct quote *quote, const char *words);

/* The quote lives as long as the block that says QUOTED. */
#define QUOTED(words) quote_make(&(struct quote){ 0 }, words)

#endif
