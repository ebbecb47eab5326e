/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/entity.h"

#include <stdint.h>
#include <string.h>

#include "base/number.h"

#define REPLACEMENT 0xfffd

static const struct {
	const char *name;
	uint32_t code;
} names[] = {
	{ "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' }, { "nbsp", 0xa0 }, { "copy", 0xa9 },
	{ "deg", 0xb0 }, { "plusmn", 0xb1 }, { "middot", 0xb7 }, { "times", 0xd7 }, { "ndash", 0x2013 }, { "mdash", 0x2014 },
	{ "lsquo", 0x2018 }, { "rsquo", 0x2019 }, { "ldquo", 0x201c }, { "rdquo", 0x201d }, { "bull", 0x2022 },
	{ "hellip", 0x2026 }, { "larr", 0x2190 }, { "uarr", 0x2191 }, { "rarr", 0x2192 }, { "darr", 0x2193 }, { "harr", 0x2194 },
	{ "ne", 0x2260 }, { "le", 0x2264 }, { "ge", 0x2265 },
};

/* Zero and what is no letter become U+FFFD (CommonMark 2.5). */
static size_t
encode(uint32_t code, char letter[static 5])
{
	size_t bytes;

	if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		code = REPLACEMENT;
	bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	letter[bytes] = '\0';
	if (bytes == 1) {
		letter[0] = (char)code;
		return 1;
	}
	for (size_t i = bytes - 1; i > 0; i--, code >>= 6)
		letter[i] = (char)(0x80 | (code & 0x3f));
	letter[0] = (char)((0xf00 >> bytes & 0xff) | code);
	return bytes;
}

/* "33" or "x21": seven decimal and six hexadecimal digits at most. */
static size_t
numbered(const char *digits, size_t size, char letter[static 5])
{
	uint32_t code = 0;
	uint32_t base = size > 1 && (digits[0] == 'x' || digits[0] == 'X') ? 16 : 10;
	size_t at = base == 16 ? 1 : 0;

	if (size == 0 || size - at > (base == 16 ? 6 : 7))
		return 0;
	for (; at < size; at++) {
		int digit = hex_digit(digits[at]);

		if (digit < 0 || (uint32_t)digit >= base)
			return 0;
		code = code * base + (uint32_t)digit;
	}
	return encode(code, letter);
}

size_t
entity_letter(const char *entity, size_t size, char letter[static 5])
{
	if (size < 3 || size > ENTITY_MAX || entity[0] != '&' || entity[size - 1] != ';')
		return 0;
	if (entity[1] == '#')
		return numbered(entity + 2, size - 3, letter);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i].name) == size - 2 && strncmp(names[i].name, entity + 1, size - 2) == 0)
			return encode(names[i].code, letter);
	}
	return 0;
}
