/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where things are kept from one run to the next: files below $XDG_STATE_HOME/tcpdojo, by default ~/.local/state/tcpdojo. */
#ifndef SESSION_STATE_FILE_H
#define SESSION_STATE_FILE_H

#include "base/err.h"

/*
 * The path of the file of that name, as "history" or "lessons/wave.json"; free it.  NULL with *err where there is no place,
 * which begins with `what`, as "the history is not kept".
 */
char *state_path(const char *name, const char *what, struct err *err);

/* Makes the folders that the path names and that are not there; -1 with errno.  The path is the same afterwards. */
int state_folders(char *path);

/* Renames the file to the same name with `.SUFFIX` behind it, and returns that; free it.  NULL with errno. */
char *state_set_aside(const char *path, const char *suffix);

#endif
