/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Markdown as lines of a terminal: wrapped, paragraphs apart, lists, quotes, code as it is. */
#ifndef LESSON_PROSE_H
#define LESSON_PROSE_H

#include <stdbool.h>

/*
 * Lines of at most `columns` (of a terminal; a word that is longer stands alone) for view_drawn: escape sequences of ours for
 * emphasis and code where `colour`, and none that the text contains; without colour code stands between `...`.  The caller
 * frees it.
 */
char *prose_lines(const char *markdown, unsigned columns, bool colour, bool ascii);

#endif
