/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int
err_set(struct err *err, enum err_code code, const char *format, ...)
{
	va_list ap;

	err->code = code;
	err->expected[0] = '\0';
	va_start(ap, format);
	vsnprintf(err->text, sizeof(err->text), format, ap);
	va_end(ap);
	return -1;
}

int
err_prefix(struct err *err, const char *format, ...)
{
	char context[256];
	size_t length, room;
	va_list ap;

	va_start(ap, format);
	vsnprintf(context, sizeof(context) - 2, format, ap);
	va_end(ap);
	strcat(context, ": ");
	length = strlen(context);
	room = sizeof(err->text) - length - 1;
	memmove(err->text + length, err->text, strnlen(err->text, room) + 1);
	err->text[sizeof(err->text) - 1] = '\0';
	memcpy(err->text, context, length);
	return -1;
}
