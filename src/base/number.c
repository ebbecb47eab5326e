/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/number.h"

int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
number_read(const char *text, size_t length, uint64_t *value)
{
	unsigned base = 10;
	uint64_t sum = 0;

	if (length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
		length -= 2;
	}
	if (length == 0)
		return false;
	for (size_t i = 0; i < length; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0 || (unsigned)digit >= base || sum > (UINT64_MAX - (unsigned)digit) / base)
			return false;
		sum = sum * base + (unsigned)digit;
	}
	*value = sum;
	return true;
}

long
hex_read(const char *text, size_t length, uint8_t *bytes, size_t room)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i += 2) {
		int high, low;

		if (count > 0 && (text[i] == ' ' || text[i] == ':') && ++i == length)
			return -1;
		high = hex_digit(text[i]);
		low = i + 1 < length ? hex_digit(text[i + 1]) : -1;
		if (high < 0 || low < 0 || count == room)
			return -1;
		bytes[count++] = (uint8_t)(high << 4 | low);
	}
	return (long)count;
}
