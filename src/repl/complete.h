/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys Tab and '?': readline asks, candidates.h answers. */
#ifndef REPL_COMPLETE_H
#define REPL_COMPLETE_H

struct session;

/* Binds both.  The session is borrowed for as long as lines are read. */
void complete_open(const struct session *session);

#endif
