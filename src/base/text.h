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

#endif
