/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words that were typed, and words that may have been meant. */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stdbool.h>

#define NEAR_LETTERS_MAX 32

/*
 * How many letters must change, come, go, or trade places with their neighbour to make one word the other;
 * NEAR_LETTERS_MAX where one of them has that many or more.
 */
unsigned near_distance(const char *a, const char *b);

/* Whether `typed` may have been meant for `name`: its beginning, or a slip or two away; in whatever case. */
bool near_word(const char *typed, const char *name);

#endif
