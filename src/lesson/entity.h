/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Character references: what they stand for. */
#ifndef LESSON_ENTITY_H
#define LESSON_ENTITY_H

#include <stddef.h>

/* Those of HTML's names that prose is likely to have; a longer one than any of them is none. */
#define ENTITY_MAX 16

/*
 * UTF-8 of "&amp;", "&#33;" or "&#x21;" (CommonMark 2.5) into letter, NUL-terminated; returns its length.  0: not known, and to
 * be left as it stands.
 */
size_t entity_letter(const char *entity, size_t size, char letter[static 5]);

#endif
