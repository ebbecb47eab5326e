/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can stand at a place of a line, and what a shortened command means: all from the tables. */
#ifndef REPL_CANDIDATES_H
#define REPL_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "cmd/command.h"

enum candidate_kind {
	CANDIDATE_WORD,  /* a blank comes behind it */
	CANDIDATE_BEGUN, /* more comes behind it, as behind "dst=" */
	CANDIDATE_HINT,  /* a name for what cannot be listed, as "T" for a time */
};

struct candidate {
	char text[64];
	const char *meaning; /* "" for none; borrowed from the tables */
	enum candidate_kind kind;
};

struct candidates {
	struct candidate *candidate;
	size_t count, room;
	size_t from; /* where in the line that begins which a candidate takes the place of; it ends at the position */
	bool files;  /* the name of a file can stand here */
	bool text;   /* the place is in quotes or behind '#': only the name of a file can be meant */
	const struct command *of, *command; /* the command of the line, of its subcommand's row; NULL: not said yet */
};

/*
 * What can stand at line[position), given what stands before it, and begins with what of it is there already.  Of the session
 * (NULL: none) come the connections and the names of the counters.  candidates_clear afterwards.
 */
void candidates_find(struct candidates *found, const char *line, size_t position, const struct session *session);
void candidates_clear(struct candidates *found);

/*
 * The line with every command, and subcommand, whose name is shortened in full: malloc'ed.  NULL with *err when one could be
 * several.  What is none at all stays.
 */
char *commands_in_full(const char *line, struct err *err);

#endif
