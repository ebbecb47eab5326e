/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/replay.h"

#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/when.h"
#include "cmd/line.h"
#include "seg/field.h"
#include "session/connection.h"
#include "session/memory.h"
#include "session/pump.h"
#include "session/record.h"
#include "session/time.h"

#define PATIENCE_NS (2 * NS_PER_S)   /* for what Bob said by then; and the link's round trip */
#define ORDINARY_NS (50 * NS_PER_S)  /* the shortest of an ordinary kernel's timers that act in silence takes 60 s */
#define QUICK_NS    (1 * NS_PER_S)   /* one that was set may be anything */

#define LEFT_OUT \
	(EFFECT_LOOKS | EFFECT_READS_FILES | EFFECT_WRITES_FILES | EFFECT_SPAWNS | EFFECT_LEAVES_LAB | EFFECT_NOT_REPLAYABLE)

/* ---- whether ---------------------------------------------------------------------------------------------------------- */

/* When entry `index` ended, at the latest. */
static int64_t
end_of(const struct dojo *dojo, const struct journal *journal, size_t index)
{
	return index + 1 < journal->count ? journal->entry[index + 1].at_ns : session_now(dojo->session);
}

static int
refuse(const struct journal_entry *entry, const char *why, struct err *err)
{
	return err_set(err, ERR_INPUT, "`%s` cannot be done again with a new Bob: %s; `lab restart` begins anew", QUOTED(entry->line), why);
}

/* What his timers did is to be seen in no frame: so long may it not have lasted. */
static int
timers_allow(const struct dojo *dojo, const struct journal *journal, size_t from, size_t count, struct err *err)
{
	const struct journal_entry *since = NULL;
	int64_t bound_ns = 0;

	for (size_t i = from; i < count; i++) {
		const struct journal_entry *entry = &journal->entry[i];

		if (entry->time & TIME_PATIENT && bound_ns == ORDINARY_NS)
			since = NULL;
		if (entry->time & (TIME_ORDINARY | TIME_QUICK) && (since == NULL || entry->time & TIME_QUICK)) {
			since = entry;
			bound_ns = entry->time & TIME_QUICK ? QUICK_NS : ORDINARY_NS;
		}
		if (since != NULL && end_of(dojo, journal, i) - since->at_ns > bound_ns)
			return refuse(since, "what his timers did since then took its time", err);
	}
	return 0;
}

int
replay_allowed(const struct dojo *dojo, const struct journal *journal, size_t from, size_t count, struct err *err)
{
	static const struct {
		enum journal_time how;
		const char *why;
	} reasons[] = {
		{ TIME_REPEATED, "bob repeated something then, or soon after it, since his retransmission timer ran out" },
		{ TIME_PROBED, "bob's timer had him ask then, or soon after it, whether alice takes more" },
		{ TIME_WAIT_ENDED, "a TIME-WAIT of 60 s was over then, or soon after it" },
	};

	for (size_t i = from; i < count; i++) {
		const struct journal_entry *entry = &journal->entry[i];

		if (entry->effects & EFFECT_SPAWNS && !entry->refused)
			return refuse(entry, "it ran a program, and what that did is not known", err);
		for (size_t r = 0; r < sizeof(reasons) / sizeof(reasons[0]); r++) {
			if (entry->time & reasons[r].how)
				return refuse(entry, reasons[r].why, err);
		}
	}
	return timers_allow(dojo, journal, from, count, err);
}

/* ---- in Bob's time ---------------------------------------------------------------------------------------------------- */

struct replay {
	struct dojo *dojo;
	const struct journal *then; /* what is done again */
	/* Frames of others are Bob's and those of Alice's kernel. */
	size_t limit;    /* of its frames so many had come, or come while the present command runs ... */
	size_t due;      /* ... of which so many are others' */
	size_t at;       /* the frame of others that comes next ... */
	size_t before;   /* ... has so many of theirs before it */
	size_t given_up; /* frames of theirs that did not come */
	struct replayed *replayed;
};

static int
set_pace(struct dojo *dojo, enum agent_pace pace, struct err *err)
{
	const struct agent_request request = { .op = AGENT_PACE, .number = pace };
	char answer[AGENT_DATA_MAX];
	struct agent_reply reply;

	return lab_agent_ask(dojo->session->lab, &request, NULL, NULL, &reply, answer, err);
}

static bool
is_others(const struct journal_frame *frame)
{
	return frame->incoming || frame->by_kernel;
}

/* The session's guide: a server of Bob's closes when its FIN comes next, and Alice has said all that came before it. */
static void
let_close(void *arg)
{
	struct replay *replay = arg;
	const struct journal *then = replay->then, *now = &replay->dojo->session->journal;
	struct err ignored;

	for (; replay->at < replay->limit; replay->at++) {
		const struct journal_frame *frame = &then->frame[replay->at];

		if (!is_others(frame))
			continue;
		if (replay->before >= now->heard + replay->given_up)
			break;
		replay->before++;
	}
	if (replay->at < replay->limit && then->frame[replay->at].incoming && then->frame[replay->at].flags & TCP_FIN &&
	    now->frames - now->heard >= replay->at - replay->before)
		set_pace(replay->dojo, PACE_NEXT, &ignored);
}

static void
set_limit(struct replay *replay, size_t limit)
{
	for (; replay->limit < limit; replay->limit++)
		replay->due += is_others(&replay->then->frame[replay->limit]);
}

static bool
heard_enough(void *arg)
{
	const struct replay *replay = arg;

	return replay->dojo->session->journal.heard + replay->given_up >= replay->due;
}

/* Until as much of Bob's has come.  -1 with *err: interrupted, or the lab broke. */
static int
wait_for_bob(struct replay *replay, struct err *err)
{
	struct session *session = replay->dojo->session;
	int64_t until_ns = clock_monotonic_ns() + PATIENCE_NS + session_round_trip_ns(session);

	err->code = ERR_NONE;
	let_close(replay);
	if (session_wait(session, heard_enough, replay, until_ns, err))
		return 0;
	if (err->code != ERR_NONE || session_interrupted(session))
		return -1;
	replay->given_up = replay->due - session->journal.heard;
	return 0;
}

/* ---- one command ------------------------------------------------------------------------------------------------------ */

static void
note_difference(struct replay *replay, const char *line, const char *what)
{
	struct text t;

	if (replay->replayed->difference[0] != '\0')
		return;
	t = text_in(replay->replayed->difference, sizeof(replay->replayed->difference));
	text_add(&t, "`%s`: %s", QUOTED(line), what);
}

static int
run_words(struct replay *replay, const struct words *words, size_t index, struct err *err)
{
	const struct journal_entry *entry = &replay->then->entry[index];
	struct dojo *dojo = replay->dojo;
	struct again again = { .base = &entry->base, .bob_port = entry->bob_port, .bob_isn = entry->bob_isn };
	const struct command *command = command_find(words->word[0].text, err);
	size_t settled = session_settled(dojo->session);
	struct journal_entry *now;
	int result;

	if (command == NULL)
		return -1;
	dojo->session->ahead_ns = entry->base.clock_ns - session_now(dojo->session);
	if (dojo->session->ahead_ns < 0)
		dojo->session->ahead_ns = 0;
	dojo->again = &again;
	result = command_run(dojo, command, words, err);
	dojo->again = NULL;
	now = journal_last(&dojo->session->journal);
	now->failed = result != 0;
	now->rebased = again.rebased;
	replay->replayed->commands++;
	replay->replayed->rebased += again.rebased;
	if (result != 0 && err->code == ERR_SYSTEM)
		return -1;
	if (result != 0 && !entry->failed)
		note_difference(replay, entry->line, err->text);
	/* It was `lab restart`: another Bob. */
	return session_settled(dojo->session) != settled ? set_pace(dojo, PACE_HELD, err) : 0;
}

static int
run_entry(struct replay *replay, size_t index, struct err *err)
{
	const struct journal_entry *entry = &replay->then->entry[index];
	const char *line = entry->replaced != NULL ? entry->replaced : entry->line;
	struct words words = { 0 };
	size_t at = 0;
	int result = line_next(replay->dojo, line, strlen(line), &at, &words, err);

	if (result == 0 && words.count > 0)
		result = run_words(replay, &words, index, err);
	words_clear(&words);
	return result;
}

/* What `expect` found is found again, without looking. */
static void
move_cursor(struct session *session, size_t matched)
{
	struct connection *connection = session_selected(session);

	if (connection != NULL && matched > 0 && matched <= session->journal.frames)
		connection->cursor = session->journal.frame[matched - 1].number;
}

static void
add_entry(struct replay *replay, size_t index)
{
	struct session *session = replay->dojo->session;
	struct journal_entry entry = replay->then->entry[index];

	entry.at_ns = session_now(session);
	entry.frames = session->journal.frames;
	entry.meaning = NULL;
	entry.time &= TIME_ORDINARY | TIME_QUICK | TIME_PATIENT;
	entry.segment = 0;
	journal_add(&session->journal, &entry);
}

/* Entry `index`, and what came of Bob's until `end` of the frames. */
static int
do_again(struct replay *replay, size_t index, size_t end, struct err *err)
{
	const struct journal_entry *entry = &replay->then->entry[index];
	struct session *session = replay->dojo->session;

	set_limit(replay, entry->frames);
	if (wait_for_bob(replay, err) != 0)
		return -1;
	add_entry(replay, index);
	set_limit(replay, end);
	if (entry->effects & EFFECT_WAITS) {
		if (wait_for_bob(replay, err) != 0)
			return -1;
		move_cursor(session, entry->matched);
		return 0;
	}
	if (entry->refused || entry->effects & LEFT_OUT)
		return 0;
	return run_entry(replay, index, err);
}

static int
do_all_again(struct replay *replay, size_t from, size_t count, struct err *err)
{
	const struct journal *then = replay->then;

	for (size_t i = from; i < count; i++) {
		size_t end = i + 1 < then->count ? then->entry[i + 1].frames : then->frames;

		if (do_again(replay, i, end, err) != 0)
			return -1;
		if (session_interrupted(replay->dojo->session))
			return -1;
	}
	return wait_for_bob(replay, err);
}

/* ---- comparing -------------------------------------------------------------------------------------------------------- */

/* By connection and sender, of each in the order of the log. */
static int
by_sender(const void *a, const void *b)
{
	const struct journal_frame *x = a, *y = b;

	if (x->conn != y->conn)
		return x->conn < y->conn ? -1 : 1;
	if (x->incoming != y->incoming)
		return x->incoming ? 1 : -1;
	if (x->by_kernel != y->by_kernel)
		return x->by_kernel ? 1 : -1;
	return (x->number > y->number) - (x->number < y->number);
}

static bool
same_sender(const struct journal_frame *x, const struct journal_frame *y)
{
	return x->conn == y->conn && x->incoming == y->incoming && x->by_kernel == y->by_kernel;
}

static bool
same_segment(const struct journal_frame *x, const struct journal_frame *y)
{
	return x->flags == y->flags && x->seq == y->seq && x->ack == y->ack && x->length == y->length;
}

static void
frame_text(struct text *t, const struct journal_frame *frame)
{
	char flags[12];

	text_add(t, "%s's [%s], seq %u, ack %u, length %u", frame->incoming ? "bob" : frame->by_kernel ? "alice's kernel" : "alice",
	    flags_text(frame->flags, flags), frame->seq, frame->ack, frame->length);
}

/* The first of theirs that differ; either may be NULL: there is none any more. */
static void
tell_frames(struct replay *replay, const struct journal_frame *then, const struct journal_frame *now)
{
	struct text t = text_in(replay->replayed->difference, sizeof(replay->replayed->difference));

	if (then != NULL) {
		text_add(&t, "segment %u was ", then->number);
		frame_text(&t, then);
		text_add(&t, "; ");
	}
	if (now != NULL) {
		text_add(&t, "now %u is ", now->number);
		frame_text(&t, now);
	} else {
		text_add(&t, "now it is missing");
	}
}

static struct journal_frame *
sorted(const struct journal *journal, size_t from, size_t to)
{
	struct journal_frame *frame = memory_copy(journal->frame + from, (to - from) * sizeof(*frame));

	qsort(frame, to - from, sizeof(*frame), by_sender);
	return frame;
}

/* Frames from `from` on, of both: of a journal without frames nothing can be told. */
static void
compare(struct replay *replay, size_t from)
{
	const struct journal *now = &replay->dojo->session->journal;
	size_t thens = replay->limit - from, nows = now->frames - from, i = 0;
	struct journal_frame *x, *y;

	if (replay->then->frames == 0 || replay->replayed->difference[0] != '\0')
		return;
	x = sorted(replay->then, from, replay->limit);
	y = sorted(now, from, now->frames);
	while (i < thens && i < nows && same_sender(&x[i], &y[i]) && same_segment(&x[i], &y[i]))
		i++;
	if (i < thens || i < nows) {
		bool pair = i < thens && i < nows && same_sender(&x[i], &y[i]);
		bool lost = !pair && (i == nows || (i < thens && by_sender(&x[i], &y[i]) < 0));

		tell_frames(replay, pair || lost ? &x[i] : NULL, lost ? NULL : &y[i]);
	}
	free(x);
	free(y);
}

/* ---- all of it -------------------------------------------------------------------------------------------------------- */

/* Unseen; the first `from` entries are not done again. */
static int
run_unseen(struct replay *replay, size_t from, size_t count, struct err *err)
{
	struct session *session = replay->dojo->session;
	const struct view_ops *ops = session->view->ops;
	size_t first = session->journal.frames;
	struct err ignored;
	int result;

	view_flush(session->view);
	session->view->ops = &view_silent;
	replay->limit = replay->at = first;
	replay->due = replay->before = session->journal.heard;
	session->guide = let_close;
	session->guide_arg = replay;
	result = set_pace(replay->dojo, PACE_HELD, err);
	if (result == 0)
		result = do_all_again(replay, from, count, err);
	session->guide = NULL;
	session_show_deferred(session);
	set_pace(replay->dojo, PACE_OWN, &ignored);
	session->view->ops = ops;
	if (result == 0)
		compare(replay, first);
	else if (session_interrupted(session) || err->code == ERR_NONE)
		err_set(err, ERR_EXPECT, "interrupted: only %zu of %zu commands were done again", session->journal.count, count);
	return result;
}

int
replay_fresh(struct dojo *dojo, struct err *err)
{
	if (session_rewind(dojo->session, true, err) != 0)
		return -1;
	journal_clear(&dojo->session->journal);
	variables_clear(dojo);
	return 0;
}

int
replay_journal(struct dojo *dojo, const struct journal *journal, size_t count, struct replayed *replayed, struct err *err)
{
	struct replay replay = { .dojo = dojo, .then = journal, .replayed = replayed };

	*replayed = (struct replayed){ 0 };
	if (replay_allowed(dojo, journal, 0, count, err) != 0 || replay_fresh(dojo, err) != 0)
		return -1;
	return run_unseen(&replay, 0, count, err);
}

/* Of what is settled the variables alone are not the session's to keep. */
static void
set_variables_again(struct dojo *dojo)
{
	const struct journal *journal = &dojo->session->journal;

	variables_clear(dojo);
	for (size_t i = 0; i < journal->count; i++) {
		const char *line = journal->entry[i].replaced != NULL ? journal->entry[i].replaced : journal->entry[i].line;
		struct words words = { 0 };
		struct err ignored;
		size_t at = 0;

		if (line_next(dojo, line, strlen(line), &at, &words, &ignored) == 0 && words.count == 3 &&
		    strcmp(words.word[0].text, cmd_let.name) == 0)
			command_run(dojo, &cmd_let, &words, &ignored);
		words_clear(&words);
	}
}

int
replay_back(struct dojo *dojo, size_t count, struct replayed *replayed, struct err *err)
{
	struct session *session = dojo->session;
	size_t settled = session_settled(session);
	struct journal then = session->journal;
	struct replay replay = { .dojo = dojo, .then = &then, .replayed = replayed };
	int result;

	*replayed = (struct replayed){ 0 };
	if (session_rewind(session, false, err) != 0)
		return -1;
	session->journal = (struct journal){ 0 };
	journal_copy(&session->journal, &then, settled);
	set_variables_again(dojo);
	result = run_unseen(&replay, settled, count, err);
	journal_clear(&then);
	return result;
}
