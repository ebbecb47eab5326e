/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting and expecting: both speak the language of session/condition.h. */
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "base/when.h"
#include "cmd/command.h"
#include "session/condition.h"
#include "session/connection.h"
#include "session/pump.h"
#include "session/record.h"
#include "session/time.h"

#define CONDITION_WORDS 40
#define POLL_NS (5 * NS_PER_MS) /* between two looks at Bob's kernel, which tells nobody when it changes */

/* A condition that is being waited for. */
struct watch {
	struct dojo *dojo;
	struct connection *connection;
	const struct condition *condition;
	int64_t began_ns;     /* since the session began */
	int64_t until_ns;     /* CLOCK_MONOTONIC */
	uint32_t matched;     /* log number of the frame that fits */
	uint32_t refused;     /* of the first that does not; 0: none */
	bool holds, settled;  /* of a condition that is not about frames */
	struct text *actual;
};

static uint32_t
cursor_of(const struct watch *watch)
{
	return watch->connection != NULL ? watch->connection->cursor : 0;
}

/* The first frame of Bob's behind the cursor that counts; 0: none has come. */
static uint32_t
next_frame(const struct watch *watch, uint32_t after)
{
	const struct session *session = watch->dojo->session;
	uint16_t number = watch->connection != NULL ? watch->connection->number : 0;

	for (uint32_t n = after + 1; n <= session->log.count; n++) {
		const struct log_entry *entry = log_entry(&session->log, n);

		if (!entry->incoming || entry->conn != number)
			continue;
		if (entry->repeat && !watch->condition->strictly && watch->condition->after_ns < 0)
			continue;
		return n;
	}
	return 0;
}

static bool
early(const struct watch *watch, uint32_t number)
{
	const struct log *log = &watch->dojo->session->log;
	const struct log_entry *from = log_entry(log, cursor_of(watch));
	int64_t since_ns = from != NULL ? from->at_ns : watch->began_ns;

	return watch->condition->after_ns >= 0 && log_entry(log, number)->at_ns - since_ns < watch->condition->after_ns;
}

/* True when the frame that was asked for has come, or the one that came is not it. */
static bool
frame_decided(struct watch *watch)
{
	const struct session *session = watch->dojo->session;
	uint32_t at = cursor_of(watch);

	while ((at = next_frame(watch, at)) != 0) {
		if (condition_fits(session, watch->connection, &watch->condition->pattern, log_entry(&session->log, at), NULL) &&
		    !early(watch, at)) {
			watch->matched = at;
			return true;
		}
		if (watch->refused == 0)
			watch->refused = at;
		if (!watch->condition->eventually)
			return true;
	}
	return false;
}

static bool
decided(void *arg)
{
	struct watch *watch = arg;

	/* Bob's knock may have made the first one. */
	if (watch->connection == NULL)
		watch->connection = session_selected(watch->dojo->session);
	if (watch->condition->kind == CONDITION_FRAME)
		return frame_decided(watch);
	if (watch->condition->kind == CONDITION_NOTHING) {
		watch->refused = next_frame(watch, cursor_of(watch));
		return watch->refused != 0;
	}
	watch->actual->length = 0;
	watch->holds = condition_holds(watch->dojo->session, watch->connection, watch->condition, NULL, watch->actual,
	    &watch->settled);
	return watch->holds || watch->settled;
}

/* Bob's kernel changes without a frame: such conditions are looked at again and again. */
static bool
wait_decided(struct watch *watch, struct err *err)
{
	struct session *session = watch->dojo->session;
	int64_t step_ns;

	do {
		step_ns = clock_monotonic_ns() + POLL_NS;
		if (watch->condition->kind == CONDITION_FRAME || watch->condition->kind == CONDITION_NOTHING ||
		    step_ns > watch->until_ns)
			step_ns = watch->until_ns;
		if (session_wait(session, decided, watch, step_ns, err))
			return true;
	} while (err->code == ERR_NONE && clock_monotonic_ns() < watch->until_ns && !session_interrupted(session));
	return false;
}

/* Unless said: as long as an open prediction runs, and at least a second and the link's round trip. */
static int64_t
default_within(const struct watch *watch)
{
	const struct session *session = watch->dojo->session;
	int64_t least_ns = NS_PER_S + session_round_trip_ns(session), now_ns = session_now(session);

	for (unsigned i = 0; watch->connection != NULL && i < PENDING_MAX; i++) {
		const struct pending *pending = &watch->connection->pending[i];

		if (pending->segment != 0 && pending->verdict == VERDICT_PENDING && pending->deadline_ns != WHEN_NEVER &&
		    pending->deadline_ns - now_ns > least_ns)
			least_ns = pending->deadline_ns - now_ns;
	}
	return least_ns;
}

/* Says why it does not hold, expected and actual line by line. */
static int
fail(struct watch *watch, struct err *err)
{
	const struct condition *condition = watch->condition;
	const struct session *session = watch->dojo->session;
	char why[768];
	struct text t = text_in(why, sizeof(why));

	if (watch->refused != 0) {
		const struct log_entry *entry = log_entry(&session->log, watch->refused);

		text_add(&t, "\n  segment %u came", watch->refused);
		if (condition->kind == CONDITION_FRAME) {
			condition_fits(session, watch->connection, &condition->pattern, entry, &t);
			if (early(watch, watch->refused))
				text_add(&t, "\n  it came too early");
		}
	} else if (condition->kind == CONDITION_FRAME) {
		text_add(&t, "\n  nothing came in time");
	} else {
		text_add(&t, "\n  actual: %s", watch->actual->at);
	}
	err_set(err, ERR_EXPECT, "expected %s%s", condition->text, why);
	snprintf(err->expected, sizeof(err->expected), "%s", condition->text);
	return -1;
}

static int
watch_run(struct watch *watch, struct err *err)
{
	const struct condition *condition = watch->condition;
	int64_t within_ns = condition->within_ns >= 0 ? condition->within_ns : default_within(watch);
	bool held;

	if (condition->within_ns < 0 && condition->after_ns > within_ns)
		within_ns += condition->after_ns;
	watch->began_ns = session_now(watch->dojo->session);
	watch->until_ns = clock_monotonic_ns() + within_ns;
	held = wait_decided(watch, err);
	if (err->code != ERR_NONE)
		return -1;
	if (condition->kind == CONDITION_FRAME)
		held = watch->matched != 0;
	else if (condition->kind == CONDITION_NOTHING)
		held = !held;
	else
		held = watch->holds;
	session_show_deferred(watch->dojo->session);
	if (held && watch->matched != 0 && watch->connection != NULL) {
		watch->connection->cursor = watch->matched;
		journal_matched(&watch->dojo->session->journal, watch->matched);
	}
	return held ? 0 : fail(watch, err);
}

/* Reads and runs the condition of words[from..]. */
static int
run_condition(struct dojo *dojo, const struct words *words, size_t from, struct condition *condition, struct err *err)
{
	char *texts[CONDITION_WORDS], actual_room[256];
	unsigned count = words_texts(words, from, texts, CONDITION_WORDS);
	struct text actual = text_in(actual_room, sizeof(actual_room));
	struct watch watch = {
		.dojo = dojo,
		.connection = session_selected(dojo->session),
		.condition = condition,
		.actual = &actual,
	};

	if (condition_parse(condition, texts, count, err) != 0)
		return -1;
	if (condition->kind == CONDITION_NOTHING && condition->within_ns < 0)
		return err_set(err, ERR_INPUT, "say how long nothing may come: `nothing within 500ms`");
	return watch_run(&watch, err);
}

static int
run_expect(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct condition condition;
	int result = run_condition(dojo, words, 1, &condition, err);

	if (result == 0 || err->code == ERR_EXPECT)
		view_expect(dojo->view, session_now(dojo->session), condition.text, result == 0);
	return result;
}

static int
run_wait(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct condition condition;
	int64_t ns;

	if (strcmp(words->word[1].text, "for") == 0)
		return run_condition(dojo, words, 2, &condition, err);
	if (words->count != 2)
		return err_set(err, ERR_INPUT, "\"%s\" is not understood here; write `wait T` or `wait for CONDITION`",
		    QUOTED(words->word[2].text));
	if (duration_parse(words->word[1].text, &ns, err) != 0)
		return -1;
	return session_pass(dojo->session, ns, err);
}

const struct command cmd_expect = {
	.name = "expect",
	.group = "waiting",
	.usage = "FLAGS [FIELD=VALUE]... | nothing | [bob|kernel] state STATE | ... [within T] [after T] [eventually] [strictly]",
	.summary = "end the script with status 1 unless this comes true",
	.detail = "Flags are as printed: S. F. FP. none; F.* allows more.  The next frame of Bob's must be it; identical\n"
		  "repeats are skipped, with eventually anything is.  state is Alice's, bob state Bob's shadow, kernel state\n"
		  "what his kernel says; also: bob listening PORT, bob job N ended, bob job N status = 0,\n"
		  "segments from bob FLAGS >= N, counter NAME >= N.",
	.effects = EFFECT_WAITS,
	.least = 1,
	.most = CONDITION_WORDS,
	.run = run_expect,
};

const struct command cmd_wait = {
	.name = "wait",
	.group = "waiting",
	.usage = "T | for CONDITION [within T]",
	.summary = "let time pass, or wait until a condition of `expect` holds",
	.effects = EFFECT_WAITS,
	.least = 1,
	.most = CONDITION_WORDS,
	.run = run_wait,
};
