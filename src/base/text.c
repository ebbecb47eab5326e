/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/letter.h"

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

/* How many bytes the letter there has; 0: what is there is none, or none that may be shown. */
static size_t
shown_bytes(const char *at, size_t left)
{
	uint32_t letter;
	size_t bytes = letter_read(at, left, &letter);

	return bytes > 0 && letter_shown(letter) ? bytes : 0;
}

void
text_add_shown(struct text *t, const char *words, size_t size)
{
	for (size_t i = 0; i < size && !t->cut; ) {
		size_t letter = shown_bytes(words + i, size - i);

		if (letter > 0)
			text_add(t, "%.*s", (int)letter, words + i);
		else
			text_add_escaped(t, words + i, 1);
		i += letter > 0 ? letter : 1;
	}
}

const char *
quote_make(struct quote *quote, const char *words)
{
	struct text t = text_in(quote->text, sizeof(quote->text));

	while (*words != '\0' && t.length < QUOTE_SHOWN - 3) {
		size_t left = strnlen(words, 4), letter = shown_bytes(words, left);

		text_add_shown(&t, words, letter > 0 ? letter : 1);
		words += letter > 0 ? letter : 1;
	}
	if (*words != '\0')
		text_add(&t, "...");
	return quote->text;
}
