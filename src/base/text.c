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

static void
add_chars(struct text *t, const char *chars, size_t count)
{
	size_t room = t->size - 1 - t->length;

	if (count > room) {
		t->cut = true;
		count = room;
	}
	memcpy(t->at + t->length, chars, count);
	t->length += count;
	t->at[t->length] = '\0';
}

/* Payloads come this way, byte by byte: too many for a format each. */
void
text_add_escaped(struct text *t, const void *data, size_t size)
{
	static const char from[] = "\r\n\t\\\"", to[] = "rnt\\\"", digits[] = "0123456789abcdef";
	const uint8_t *byte = data;

	for (size_t i = 0; i < size && !t->cut; i++) {
		const char *named = byte[i] != '\0' ? strchr(from, byte[i]) : NULL;

		if (named != NULL)
			add_chars(t, (const char[]){ '\\', to[named - from] }, 2);
		else if (byte[i] >= 0x20 && byte[i] < 0x7f)
			add_chars(t, (const char[]){ (char)byte[i] }, 1);
		else
			add_chars(t, (const char[]){ '\\', 'x', digits[byte[i] >> 4], digits[byte[i] & 15] }, 4);
	}
}
