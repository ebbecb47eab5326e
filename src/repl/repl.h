/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The prompt: a line is read while the session goes on; what comes meanwhile is printed above it.
 *
 *   usage.h  the grammar of the command table   ->   candidates.h, choices.h  what can stand at a place
 *   complete.h  Tab and '?'      history.h  what was typed
 */
#ifndef REPL_REPL_H
#define REPL_REPL_H

#include "cmd/command.h"

/*
 * Reads lines from the terminal that standard input is, and runs them, until `quit` or Ctrl-D.  Returns the exit status.  The
 * process must have one thread.
 */
enum err_code repl_run(struct dojo *dojo);

/* Once before repl_run, while the lab comes up: reads what is known of the terminal, and the user's inputrc. */
struct session;
void repl_prepare(const struct session *session);

#endif
