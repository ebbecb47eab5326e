/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of `key: value`; lines behind them that begin with two blanks go on with the value. */
#ifndef LESSON_PAIRS_H
#define LESSON_PAIRS_H

#include <stdbool.h>

#include "base/err.h"
#include "lesson/lesson.h"
#include "lesson/source.h"

/* The value of a key: what stands behind the colon, if anything, and each further line. */
struct pair {
	bool given;
	unsigned line;
	struct passages value;
};

/*
 * Reads the lines of text[from..to), of each the first `indent` blanks left out, into pair[i] for names[i].
 * -1 with *err: an unknown key, one that is there twice, a line that is none.  pairs_clear in either case.
 */
int pairs_read(struct source *source, size_t from, size_t to, size_t indent, const char *const *names, size_t count,
    struct pair *pair, struct err *err);
void pairs_clear(struct pair *pair, size_t count);

/* All its lines with a blank between them, to be freed. */
char *pair_joined(const struct pair *pair);

/* As words[0..*count), blanks between them and none within but in double quotes; *copy and *words are to be freed. */
int words_split(const char *text, char **copy, char ***words, unsigned *count, struct err *err);

#endif
