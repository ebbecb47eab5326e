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

/* Letters that show nothing and change how others are shown: U+200B zero width space, U+202E right-to-left override and kin. */
static bool
is_unseen(uint32_t letter)
{
	static const struct {
		uint32_t from, to;
	} unseen[] = { { 0x80, 0x9f }, { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xfeff, 0xfeff },
		{ 0xe0000, 0xe007f } };

	for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++) {
		if (letter >= unseen[i].from && letter <= unseen[i].to)
			return true;
	}
	return false;
}

/* How many bytes the letter there has (RFC 3629 3); 0: what is there is none, or none that may be shown. */
static size_t
letter_bytes(const uint8_t *at, size_t left)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t bytes = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
	uint32_t letter;

	if (at[0] < 0x80)
		return at[0] >= 0x20 && at[0] < 0x7f;
	if (at[0] < 0xc0 || at[0] > 0xf4 || bytes > left)
		return 0;
	letter = at[0] & 0x7fu >> bytes;
	for (size_t i = 1; i < bytes; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		letter = letter << 6 | (at[i] & 0x3f);
	}
	if (letter < least[bytes] || letter > 0x10ffff || (letter >= 0xd800 && letter < 0xe000) || is_unseen(letter))
		return 0;
	return bytes;
}

void
text_add_shown(struct text *t, const char *words, size_t size)
{
	const uint8_t *byte = (const uint8_t *)words;

	for (size_t i = 0; i < size && !t->cut; ) {
		size_t letter = letter_bytes(byte + i, size - i);

		if (letter > 0)
			text_add(t, "%.*s", (int)letter, words + i);
		else
			text_add_escaped(t, byte + i, 1);
		i += letter > 0 ? letter : 1;
	}
}

const char *
quote_make(struct quote *quote, const char *words)
{
	struct text t = text_in(quote->text, sizeof(quote->text));

	while (*words != '\0' && t.length < QUOTE_SHOWN - 3) {
		size_t left = strnlen(words, 4), letter = letter_bytes((const uint8_t *)words, left);

		text_add_shown(&t, words, letter > 0 ? letter : 1);
		words += letter > 0 ? letter : 1;
	}
	if (*words != '\0')
		text_add(&t, "...");
	return quote->text;
}
