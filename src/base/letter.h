/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Letters of UTF-8: how long they are, whether a terminal may be given them, how much room they take. */
#ifndef BASE_LETTER_H
#define BASE_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many bytes the letter at[0..left) begins with has (RFC 3629 3), left > 0; 0: what is there is none. */
size_t letter_read(const char *at, size_t left, uint32_t *letter);

/* False: a terminal would obey it, or it shows nothing and changes how others are shown. */
bool letter_shown(uint32_t letter);

/* None for marks that are drawn over the letter before, two for East Asian wide ones and pictures, else one. */
unsigned letter_columns(uint32_t letter);

/* How many columns so many bytes take; a byte of no letter takes one. */
unsigned letters_columns(const char *text, size_t size);

#endif
