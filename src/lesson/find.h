/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which lessons there are: NAME.md in the folders of TCPDOJO_LESSON_PATH (separated by colons; an empty one is the folder of
 * those that came with the program), or in that folder alone where the variable is not set.  The first of a name counts.
 *
 * Those that came with the program lie in a folder `lessons` beside it, where there is one: a build tree has a link there to its
 * source, so nothing need be installed, and no path of a build is in the program.  Else they lie where `make install` puts them.
 */
#ifndef LESSON_FIND_H
#define LESSON_FIND_H

#include <stddef.h>

#include "base/err.h"

struct lesson_names {
	char **path; /* in the order to be shown: folder by folder; within one first the names in its file ORDER, then by name */
	size_t count, room;
	char **unread; /* folders that could not be read: "FOLDER: reason" */
	size_t unreads, unread_room;
};

void lesson_names(struct lesson_names *names);
void lesson_names_clear(struct lesson_names *names);

/* The path of NAME, or of a file if it has a slash or ends in ".md"; free it.  NULL with *err that lists the near names. */
char *lesson_find(const char *name, struct err *err);

/* The name of a path: the file's, without folder and ".md"; to be freed. */
char *lesson_name(const char *path);

#endif
