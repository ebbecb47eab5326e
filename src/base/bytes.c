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

void
bits_put(uint8_t *data, unsigned bit, unsigned width, uint64_t value)
{
	uint8_t *byte = data + bit / 8;
	unsigned skip = bit % 8;

	while (width > 0) {
		unsigned here = 8 - skip < width ? 8 - skip : width; /* how many bits this byte takes */
		unsigned shift = 8 - skip - here;
		uint8_t mask = (uint8_t)((0xffu >> (8 - here)) << shift);

		width -= here;
		*byte = (uint8_t)((*byte & ~mask) | ((value >> width << shift) & mask));
		byte++;
		skip = 0;
	}
}
