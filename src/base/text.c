/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct text
text_in(char *buffer, size_t size)
{
	buffer[0] = '\0';
	return (struct text){ .at = buffer, .size = size };
}

void
text_vadd(struct text *t, const char *format, va_list ap)
{
	size_t room = t->size - t->length;
	int wanted = vsnprintf(t->at + t->length, room, format, ap);

	if (wanted < 0)
		return;
	if ((size_t)wanted >= room) {
		t->cut = true;
		t->length = t->size - 1;
		return;
	}
	t->length += (size_t)wanted;
}

void
text_add(struct text *t, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	text_vadd(t, format, ap);
	va_end(ap);
}

void
text_add_escaped(struct text *t, const void *data, size_t size)
{
	static const char from[] = "\r\n\t\\\"", to[] = "rnt\\\"";
	const uint8_t *byte = data;

	for (size_t i = 0; i < size && !t->cut; i++) {
		const char *named = byte[i] != '\0' ? strchr(from, byte[i]) : NULL;

		if (named != NULL)
			text_add(t, "\\%c", to[named - from]);
		else if (byte[i] >= 0x20 && byte[i] < 0x7f)
			text_add(t, "%c", byte[i]);
		else
			text_add(t, "\\x%02x", byte[i]);
	}
}
