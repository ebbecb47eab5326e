/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/condition.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "session/connection.h"
#include "session/log.h"
#include "session/memory.h"
#include "session/session.h"
#include "session/show.h"

static bool
compare(enum operator op, uint64_t actual, uint64_t wanted)
{
	switch (op) {
	case OPERATOR_EQ:
		return actual == wanted;
	case OPERATOR_NE:
		return actual != wanted;
	case OPERATOR_LT:
		return actual < wanted;
	case OPERATOR_LE:
		return actual <= wanted;
	case OPERATOR_GT:
		return actual > wanted;
	case OPERATOR_GE:
		return actual >= wanted;
	}
	return false;
}

/* The number as the learner sees it. */
static uint64_t
displayed(const struct session *session, const struct connection *connection, const struct field_test *test,
    const struct seg *seg, bool incoming)
{
	struct line_style style = session_style(session, connection, incoming);
	uint64_t value = field_get(seg, test->field);

	if (test->field->show != SHOW_SEQ || test->raw)
		return value;
	return (uint32_t)(value - (test->field->offset == offsetof(struct seg, tcp.ack) ? style.ack_base : style.seq_base));
}

static bool
test_fits(const struct session *session, const struct connection *connection, const struct field_test *test,
    const struct seg *seg, bool incoming, struct text *why)
{
	const char *name = test->field != NULL ? test->field->name : "length";
	uint64_t actual;

	if (test->field != NULL && !seg_has(seg, test->field->layer)) {
		if (why != NULL)
			text_add(why, "\n  %s: there is no such header", name);
		return false;
	}
	if (test->field != NULL && test->field->show == SHOW_ADDRESS) {
		bool same = address_equal(field_address((struct seg *)(uintptr_t)seg, test->field), &test->address);

		if (why != NULL && same != (test->op == OPERATOR_EQ))
			text_add(why, "\n  %s is another address", name);
		return same == (test->op == OPERATOR_EQ);
	}
	actual = test->field != NULL ? displayed(session, connection, test, seg, incoming) : seg->payload_size;
	if (compare(test->op, actual, test->value))
		return true;
	if (why != NULL)
		text_add(why, "\n  %s: expected %s%llu, actual %llu", name, operator_text(test->op), (unsigned long long)test->value,
		    (unsigned long long)actual);
	return false;
}

bool
condition_fits(const struct session *session, const struct connection *connection, const struct frame_pattern *pattern,
    const struct log_entry *entry, struct text *why)
{
	uint8_t frame[FRAME_MAX];
	char wanted[12], actual[12];
	bool fits = true;
	struct seg seg;

	log_frame(&session->log, entry, frame, &seg);
	if (!pattern->any_flags) {
		uint16_t flags = seg.tcp.flags;

		if (pattern->more_flags)
			flags &= pattern->flags;
		if (!seg_has(&seg, LAYER_TCP) || flags != pattern->flags) {
			fits = false;
			if (why != NULL)
				text_add(why, "\n  flags: expected [%s]%s, actual [%s]", flags_text(pattern->flags, wanted),
				    pattern->more_flags ? " and perhaps more" : "", flags_text(seg.tcp.flags, actual));
		}
	}
	for (unsigned i = 0; i < pattern->tests; i++) {
		if (!test_fits(session, connection, &pattern->test[i], &seg, entry->incoming, why))
			fits = false;
	}
	return fits;
}

static uint64_t
count_segments(const struct session *session, const struct connection *connection, const struct condition *condition,
    const struct since *since)
{
	uint64_t count = 0;

	for (size_t i = since != NULL ? since->log : 0; i < session->log.count; i++) {
		const struct log_entry *entry = &session->log.entry[i];

		if (entry->incoming == (condition->from == END_BOB) && connection != NULL && entry->conn == connection->number &&
		    condition_fits(session, connection, &condition->pattern, entry, NULL))
			count++;
	}
	return count;
}

static bool
counter_moved(struct session *session, const char *name, const struct since *since, uint64_t *moved)
{
	struct counters now;
	uint64_t before;
	struct err ignored;

	if (lab_counters(session->lab, &now, &ignored) != 0)
		return false;
	for (unsigned i = 0; i < now.count; i++) {
		const char *whole = lab_counter_name(session->lab, i);

		/* TcpExtTCPChallengeACK is TCPChallengeACK to its friends. */
		if (strcmp(whole, name) == 0 || (strncmp(whole, "TcpExt", 6) == 0 && strcmp(whole + 6, name) == 0)) {
			*moved = now.value[i] - session->counters_at_start.value[i];
			before = since != NULL && i < since->counters.count ? since->counters.value[i] : 0;
			/* In a lab that came up meanwhile they began at 0 again. */
			*moved -= *moved >= before ? before : 0;
			return true;
		}
	}
	return false;
}

static bool
is_state(struct text *actual, enum tcp_state state, enum tcp_state wanted)
{
	text_add(actual, "%s", tcp_state_name(state));
	return state == wanted;
}

static bool
kernel_is(struct session *session, struct connection *connection, enum tcp_state wanted, struct text *actual)
{
	struct kernel_view view;
	struct err err;

	if (connection == NULL)
		return is_state(actual, TCP_STATE_CLOSED, wanted);
	if (session_kernel(session, connection, &view, &err) != 0) {
		text_add(actual, "%s", err.text);
		return false;
	}
	return is_state(actual, connection->kernel_state, wanted);
}

static bool
bob_listens(struct session *session, uint16_t port)
{
	struct four_tuple tuple = { .bob = session->peer, .bob_port = port, .alice_port = 1 };
	struct kernel_view view;
	struct err ignored;

	session_own_address(&session->peer, &tuple.alice);
	return lab_kernel(session->lab, &tuple, &view, &ignored) == 0 && view.found && view.state == TCP_STATE_LISTEN;
}

/* Whether the program has ended; *actual says why not. */
static bool
job_ended(struct session *session, int job, uint64_t *status, struct text *actual, bool *settled)
{
	struct agent_request request = { .op = AGENT_JOB, .socket = job };
	char *said = memory_new(AGENT_DATA_MAX + 1);
	struct agent_reply reply = { 0 };
	struct err err;

	if (lab_agent_ask(session->lab, &request, NULL, NULL, &reply, said, &err) != 0)
		text_add(actual, "%s", err.text);
	else if (!reply.done)
		text_add(actual, "%.*s", (int)reply.size, said);
	*status = reply.number;
	*settled = reply.error != EAGAIN;
	free(said);
	return reply.done;
}

bool
condition_holds(struct session *session, struct connection *connection, const struct condition *condition,
    const struct since *since, struct text *actual, bool *settled)
{
	const struct endpoint *end = connection != NULL ? connection->shadow.end : NULL;
	uint64_t number = 0;

	*settled = false;
	switch (condition->kind) {
	case CONDITION_STATE:
		return is_state(actual, end != NULL ? end[END_ALICE].state : TCP_STATE_CLOSED, condition->state);
	case CONDITION_BOB_STATE:
		return is_state(actual, end != NULL ? end[END_BOB].state : TCP_STATE_CLOSED, condition->state);
	case CONDITION_KERNEL_STATE:
		return kernel_is(session, connection, condition->state, actual);
	case CONDITION_LISTENING:
		text_add(actual, "nobody listens there");
		return bob_listens(session, (uint16_t)condition->number);
	case CONDITION_JOB_ENDED:
		return job_ended(session, condition->job, &number, actual, settled);
	case CONDITION_JOB_STATUS:
		if (!job_ended(session, condition->job, &number, actual, settled))
			return false;
		text_add(actual, "it ended with status ");
		break;
	case CONDITION_SEGMENTS:
		number = count_segments(session, connection, condition, since);
		break;
	case CONDITION_COUNTER:
		if (!counter_moved(session, condition->counter, since, &number)) {
			text_add(actual, "there is no counter \"%s\"", condition->counter);
			*settled = true;
			return false;
		}
		break;
	case CONDITION_FRAME:
	case CONDITION_NOTHING:
		return false;
	}
	text_add(actual, "%llu", (unsigned long long)number);
	return compare(condition->op, number, condition->number);
}
