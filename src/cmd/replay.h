/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Doing again what the journal says, with a new Bob: for `undo`, and for lessons.
 *
 * Each entry waits until as much of Bob's had come as when it was typed, then runs as it was typed; numbers typed as they are
 * on the wire are moved by the difference of the ISNs.  Commands that only look or wait, that were refused, or that act outside
 * of the lab, are left out; Bob's servers close when they did, in the order of things, and not after a pause.
 */
#ifndef CMD_REPLAY_H
#define CMD_REPLAY_H

#include "base/err.h"
#include "cmd/command.h"
#include "session/journal.h"

/* What came of it. */
struct replayed {
	unsigned commands; /* run again */
	unsigned rebased;  /* of them, with raw numbers moved */
	char difference[512]; /* the first line in which the logs, in relative numbers, differ; "": they are equal */
};

/* Everything as at the start of the session: new Bob, no connection, no log, settings, variables and seed as they were. */
int replay_fresh(struct dojo *dojo, struct err *err);

/*
 * The same, then the first `count` entries of `journal` (not the session's own, which is begun anew), unseen.  -1 with *err
 * when one of them cannot be done again: nothing was changed if that could be known before (replay_allowed).  What Bob said is
 * waited for and compared as far as journal->frame tells.
 */
int replay_journal(struct dojo *dojo, const struct journal *journal, size_t count, struct replayed *replayed, struct err *err);

/*
 * Back to where the session's own journal had `count` entries, which are not fewer than session_settled; what is settled stays
 * as it is.
 */
int replay_back(struct dojo *dojo, size_t count, struct replayed *replayed, struct err *err);

/* Whether entries [from, count) can be done again: none ran a program, and no time of the kernel's mattered; *err says what does. */
int replay_allowed(const struct dojo *dojo, const struct journal *journal, size_t from, size_t count, struct err *err);

#endif
