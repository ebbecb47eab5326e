/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers and bytes as they are typed. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The whole of text[0..length) as a decimal or 0x hexadecimal number; false, *value untouched, when it is none or takes
 * more than 64 bits.
 */
bool number_read(const char *text, size_t length, uint64_t *value);

/*
 * The whole of text[0..length) as pairs of hexadecimal digits, with or without blanks or colons between the pairs.
 * Returns the number of bytes, or -1 when it is none or more than `room` bytes.
 */
long hex_read(const char *text, size_t length, uint8_t *bytes, size_t room);

/* The value of a hexadecimal digit, or -1. */
int hex_digit(char c);

#endif
