/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/bytes.h"

const uint8_t *
bytes_take(struct bytes *b, size_t n)
{
	const uint8_t *taken;

	if (b->short_ || n > bytes_left(b)) {
		b->short_ = true;
		return NULL;
	}
	taken = b->data + b->at;
	b->at += n;
	return taken;
}

uint8_t
bytes_u8(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 1);

	return p != NULL ? p[0] : 0;
}

uint16_t
bytes_u16(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 2);

	return p != NULL ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

uint32_t
bytes_u32(struct bytes *b)
{
	const uint8_t *p = bytes_take(b, 4);

	return p != NULL ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

uint64_t
bits_get(const uint8_t *data, unsigned bit, unsigned width)
{
	uint64_t value = 0;

	for (unsigned i = bit; i < bit + width; i++)
		value = value << 1 | (data[i / 8] >> (7 - i % 8) & 1);
	return value;
}

void
bits_put(uint8_t *data, unsigned bit, unsigned width, uint64_t value)
{
	for (unsigned i = 0; i < width; i++) {
		unsigned at = bit + i;
		uint8_t mask = (uint8_t)(0x80 >> at % 8);

		if (value >> (width - 1 - i) & 1)
			data[at / 8] |= mask;
		else
			data[at / 8] &= (uint8_t)~mask;
	}
}
