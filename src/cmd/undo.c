/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kernel cannot be rolled back: another Bob is told all but what is to be undone. */
#include "base/quantity.h"
#include "base/when.h"
#include "cmd/command.h"
#include "cmd/replay.h"
#include "lesson/play.h"
#include "session/time.h"

#define LONG_NS (1 * NS_PER_S) /* what takes longer is said before it begins */

/* Whether there is something about it to undo. */
static bool
counts(const struct journal_entry *entry, unsigned depth)
{
	return entry->depth == depth && !entry->refused && (entry->effects & (EFFECT_LOOKS | EFFECT_WAITS)) == 0;
}

/* The index of the `number`th command from the end, before this one itself; -1 with *err when there are not so many. */
static long
find(const struct dojo *dojo, uint64_t number, struct err *err)
{
	const struct journal *journal = &dojo->session->journal;
	size_t settled = session_settled(dojo->session);
	const char *since = settled > 0 ? " since `lab restart`, whose Bob before it is gone" : "";
	uint64_t found = 0;

	/* What led to a lesson's step is not the learner's to take back. */
	if (dojo->play != NULL && play_began(dojo->play) >= settled) {
		settled = play_began(dojo->play);
		since = " since this step began; `back` goes to the one before it";
	}
	for (size_t i = journal->count - 1; i-- > settled && journal->entry[i].depth >= dojo->nested; ) {
		if (counts(&journal->entry[i], dojo->nested) && ++found == number)
			return (long)i;
	}
	if (found == 0)
		return err_set(err, ERR_INPUT, "there is nothing to undo%s", since);
	return err_set(err, ERR_INPUT, "there %s only %llu command%s to undo%s", found == 1 ? "is" : "are", (unsigned long long)found,
	    found == 1 ? "" : "s", since);
}

/* With a slow link between, all takes its time again. */
static void
announce(struct dojo *dojo, size_t count)
{
	const struct journal *journal = &dojo->session->journal;
	int64_t ns = 0;

	for (size_t i = session_settled(dojo->session); i < count; i++)
		ns += journal->entry[i].segment != 0 ? session_round_trip_ns(dojo->session) : 0;
	if (ns > LONG_NS)
		view_note(dojo->view, session_now(dojo->session), "with this delay of the link it takes up to %lld s",
		    (long long)(ns / NS_PER_S) + 1);
	view_flush(dojo->view);
}

static void
tell(struct dojo *dojo, const char *undone, uint64_t number, const struct replayed *replayed, int64_t took_ns)
{
	char line[512];
	struct text t = text_in(line, sizeof(line));

	text_add(&t, "undone: `%s`", undone);
	if (number > 1)
		text_add(&t, " and what came after it");
	text_add(&t, " (%u command%s done again with a new Bob in %lld ms", replayed->commands, replayed->commands == 1 ? "" : "s",
	    (long long)(took_ns / NS_PER_MS));
	if (replayed->rebased > 0)
		text_add(&t, ", %u of them rebased: raw numbers moved to the new ISN", replayed->rebased);
	text_add(&t, ")");
	view_note(dojo->view, session_now(dojo->session), "%s", line);
	if (replayed->difference[0] != '\0')
		view_note(dojo->view, session_now(dojo->session), "it did not go as before: %s", replayed->difference);
}

static int
run_undo(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct journal *journal = &dojo->session->journal;
	int64_t began_ns = clock_monotonic_ns();
	struct replayed replayed;
	char undone[QUOTE_SHOWN + 8];
	uint64_t number = 1;
	long at;

	if (words->count > 1 && (!number_parse(words->word[1].text, &number) || number == 0))
		return err_set(err, ERR_INPUT, "`undo` takes how many commands, 1 or more, not \"%s\"", QUOTED(words->word[1].text));
	at = find(dojo, number, err);
	if (at < 0 || replay_allowed(dojo, journal, session_settled(dojo->session), (size_t)at, err) != 0)
		return -1;
	snprintf(undone, sizeof(undone), "%s", QUOTED(journal->entry[at].line));
	announce(dojo, (size_t)at);
	if (replay_back(dojo, (size_t)at, &replayed, err) != 0)
		return -1;
	tell(dojo, undone, number, &replayed, clock_monotonic_ns() - began_ns);
	return 0;
}

const struct command cmd_undo = {
	.name = "undo",
	.group = "the lab",
	.usage = "[N]",
	.summary = "take back the last command, or the last N: a new Bob is told all that came before",
	.detail = "What only looks or waits is not counted.  Programs of `bob run`, and what needed the time of Bob's kernel (a retransmission,\n"
		  "the end of a TIME-WAIT), cannot be done again: behind those there is no undo.  Nor is there behind `lab restart`.",
	.effects = EFFECT_NOT_REPLAYABLE,
	.most = 1,
	.run = run_undo,
};
