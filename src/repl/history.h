/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was typed, kept in $XDG_STATE_HOME/tcpdojo/history from one run to the next. */
#ifndef REPL_HISTORY_H
#define REPL_HISTORY_H

#include <stdbool.h>

#include "base/err.h"

#define HISTORY_LINES 2000

struct history {
	char *path; /* NULL: nothing is kept */
};

/*
 * Reads what was kept.  -1 with *err, a sentence for the user, when that is damaged (it is renamed to history.damaged and begun
 * anew) or cannot be kept (then *history keeps none, and lines are remembered for this run alone).
 */
int history_open(struct history *history, struct err *err);
void history_close(struct history *history);

/*
 * Remembers a line, in the file too before it returns.  Blank ones, the one before once more, and ones with control bytes
 * are not remembered.  -1 with *err, once, when the file cannot be written.
 */
int history_note(struct history *history, const char *line, struct err *err);

#endif
