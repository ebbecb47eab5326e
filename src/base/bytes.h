/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A reader over bytes that never runs past the end: a getter that would, returns 0 and marks the reader short. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes and a position.  Once `short_` is set every later getter returns 0 and moves nothing. */
struct bytes {
	const uint8_t *data;
	size_t size;
	size_t at;
	bool short_;
};

static inline struct bytes
bytes_of(const uint8_t *data, size_t size)
{
	return (struct bytes){ .data = data, .size = size };
}

static inline size_t
bytes_left(const struct bytes *b)
{
	return b->size - b->at;
}

/* Numbers in network byte order. */
uint8_t bytes_u8(struct bytes *b);
uint16_t bytes_u16(struct bytes *b);
uint32_t bytes_u32(struct bytes *b);

/* The next n bytes, still borrowed; NULL when there are fewer. */
const uint8_t *bytes_take(struct bytes *b, size_t n);

/*
 * `width` bits (1..64) that start `bit` bits after data, most significant first, as headers are drawn in RFCs.
 * The caller has checked that they are there.
 */
static inline uint64_t
bits_get(const uint8_t *data, unsigned bit, unsigned width)
{
	const uint8_t *byte = data + bit / 8;
	unsigned skip = bit % 8, left;
	uint64_t value = byte[0] & 0xffu >> skip;

	if (skip + width <= 8)
		return value >> (8 - skip - width);
	for (left = skip + width - 8; left >= 8; left -= 8)
		value = value << 8 | *++byte;
	return left > 0 ? value << left | byte[1] >> (8 - left) : value;
}

void bits_put(uint8_t *data, unsigned bit, unsigned width, uint64_t value);

#endif
