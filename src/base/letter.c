/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/letter.h"

struct range {
	uint32_t from, to;
	unsigned columns;
};

#define COUNT(ranges) (sizeof(ranges) / sizeof((ranges)[0]))

/* The range that the letter is in; NULL: none.  They stand in rising order. */
static const struct range *
range_of(const struct range *range, size_t count, uint32_t letter)
{
	for (size_t i = 0; i < count && letter >= range[i].from; i++) {
		if (letter <= range[i].to)
			return &range[i];
	}
	return NULL;
}

size_t
letter_read(const char *at, size_t left, uint32_t *letter)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const uint8_t *byte = (const uint8_t *)at;
	size_t bytes = byte[0] < 0x80 ? 1 : byte[0] < 0xe0 ? 2 : byte[0] < 0xf0 ? 3 : 4;

	*letter = byte[0];
	if (bytes == 1)
		return 1;
	if (byte[0] < 0xc0 || byte[0] > 0xf4 || bytes > left)
		return 0;
	*letter &= 0x7fu >> bytes;
	for (size_t i = 1; i < bytes; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
		*letter = *letter << 6 | (byte[i] & 0x3f);
	}
	return *letter < least[bytes] || *letter > 0x10ffff || (*letter >= 0xd800 && *letter < 0xe000) ? 0 : bytes;
}

bool
letter_shown(uint32_t letter)
{
	/* U+200B zero width space, U+202E right-to-left override and kin. */
	static const struct range unseen[] = { { 0, 0x1f, 0 }, { 0x7f, 0x9f, 0 }, { 0x200b, 0x200f, 0 }, { 0x2028, 0x202e, 0 },
		{ 0x2060, 0x206f, 0 }, { 0xfeff, 0xfeff, 0 }, { 0xe0000, 0xe007f, 0 } };

	return range_of(unseen, COUNT(unseen), letter) == NULL;
}

unsigned
letter_columns(uint32_t letter)
{
	static const struct range odd[] = {
		{ 0x300, 0x36f, 0 }, { 0x483, 0x489, 0 }, { 0x591, 0x5bd, 0 }, { 0x610, 0x61a, 0 }, { 0x64b, 0x65f, 0 },
		{ 0x1100, 0x115f, 2 }, { 0x1ab0, 0x1aff, 0 }, { 0x1dc0, 0x1dff, 0 }, { 0x20d0, 0x20ff, 0 }, { 0x2e80, 0x303e, 2 },
		{ 0x3041, 0x33ff, 2 }, { 0x3400, 0x4dbf, 2 }, { 0x4e00, 0xa4cf, 2 }, { 0xac00, 0xd7a3, 2 }, { 0xf900, 0xfaff, 2 },
		{ 0xfe00, 0xfe0f, 0 }, { 0xfe20, 0xfe2f, 0 }, { 0xfe30, 0xfe4f, 2 }, { 0xff00, 0xff60, 2 }, { 0xffe0, 0xffe6, 2 },
		{ 0x1f300, 0x1f64f, 2 }, { 0x1f900, 0x1f9ff, 2 }, { 0x20000, 0x3fffd, 2 },
	};
	const struct range *range = range_of(odd, COUNT(odd), letter);

	return range != NULL ? range->columns : 1;
}

unsigned
letters_columns(const char *text, size_t size)
{
	unsigned columns = 0;

	for (size_t i = 0; i < size; ) {
		uint32_t letter;
		size_t bytes = letter_read(text + i, size - i, &letter);

		columns += bytes > 0 ? letter_columns(letter) : 1;
		i += bytes > 0 ? bytes : 1;
	}
	return columns;
}
