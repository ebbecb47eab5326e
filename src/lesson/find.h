/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which lessons there are: NAME.md in the folders of TCPDOJO_LESSON_PATH (separated by colons; an empty one is the folder of
 * those that came with the program), or in that folder alone where the variable is not set.  The first of a name counts.
 */
#ifndef LESSON_FIND_H
#define LESSON_FIND_H

#include <stddef.h>

#include "base/err.h"

struct lesson_names {
	char **path; /* in the order to be shown: folder by folder; within one by `needs`' order as the file ORDER has it, then by name */
	size_t count, room;
};

void lesson_names(struct lesson_names *names);
void lesson_names_clear(struct lesson_names *names);

/* The path of NAME, or of a file if it has a slash or ends in ".md"; free it.  NULL with *err that lists the near names. */
char *lesson_find(const char *name, struct err *err);

#endif
