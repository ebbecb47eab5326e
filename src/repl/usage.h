/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The usages of the command table read as a grammar, to know which of their words can stand next.
 *
 *   [A]  perhaps   A...  again and again   a|b  one of two words   A B | C  one of two ways   ( )  together
 *
 * Capitals stand for something that the user says; perhapses that follow each other may come in any order.
 * The words are the states of a nondeterministic automaton (Glushkov's): a set of them is a bit mask.
 */
#ifndef REPL_USAGE_H
#define REPL_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define USAGE_WORDS 64

struct usage {
	unsigned count;
	struct {
		const char *text; /* borrowed from the usage */
		size_t length, fixed; /* of it so many are to be typed as they stand; the rest is the user's */
	} word[USAGE_WORDS];
	uint64_t first, follow[USAGE_WORDS]; /* masks of words */
};

/* False when it is no such grammar, or has too many words. */
bool usage_read(struct usage *usage, const char *text);

/* Those of the words in `standing` that the typed word can be; words that stand as they are go before the others. */
uint64_t usage_match(const struct usage *usage, uint64_t standing, const char *typed, size_t length);

/* What can come behind any of them. */
uint64_t usage_follow(const struct usage *usage, uint64_t matched);

#endif
