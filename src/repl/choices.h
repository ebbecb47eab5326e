/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a word in capitals of a usage stands for: the rows of the tables, or a word about what it is. */
#ifndef REPL_CHOICES_H
#define REPL_CHOICES_H

#include "repl/candidates.h"

/* Candidates under collection; pointers are borrowed, lengths in bytes. */
struct choices {
	struct candidates *found;
	const struct session *session;
	const char *typed, *before, *name, *value; /* what stands there; the word before; of name=value; NULL: none such */
	size_t typed_length, before_length, name_length;
	const struct command *of;
};

/* Adds one unless something else is typed already, or it is there; name and meaning are borrowed (name is copied). */
void choices_add(struct choices *choices, enum candidate_kind kind, const char *name, const char *meaning);

/* Adds all that this word of a usage, "STATE" or "FIELD=VALUE", stands for. */
void choices_of(struct choices *choices, const char *word, size_t length);

#endif
