/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What settles a prediction, what contradicts it, and what does neither. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/when.h"
#include "session/connection.h"
#include "session/predictions.h"
#include "session/session.h"

#define DUE (200 * NS_PER_MS)

static struct session session;
static struct connection connection;

/* Bob in that state, and nothing predicted. */
static void
begin(enum tcp_state state)
{
	free(session.trace);
	free(session.deferred);
	memset(&session, 0, sizeof(session));
	memset(&connection, 0, sizeof(connection));
	connection.number = 1;
	connection.shadow.end[END_BOB].state = (uint8_t)state;
}

/* In slot n, for segment n + 1, which Bob has heard. */
static struct pending *
predicted(unsigned n, uint16_t flags, uint32_t ack, enum urgency urgency)
{
	connection.pending[n] = (struct pending){
		.segment = n + 1,
		.deadline_ns = DUE,
		.prediction = { .known = true, .must = { .flags = flags, .any_seq = true, .ack = ack, .urgency = urgency } },
	};
	return &connection.pending[n];
}

static void
bob_says(uint16_t flags, uint32_t ack, int64_t at_ns)
{
	struct seg seg = { .layers = 1 << LAYER_TCP, .tcp = { .flags = flags, .ack = ack } };

	session_settle(&session, &connection, &seg, 7, at_ns);
}

static void
test_an_answer_settles_what_it_meets(void **state)
{
	struct pending *first, *second, *third;

	(void)state;
	begin(TCP_STATE_ESTABLISHED);
	first = predicted(0, TCP_ACK, 10, URGENCY_DELAYED);
	second = predicted(1, TCP_ACK, 20, URGENCY_DELAYED);
	third = predicted(2, TCP_ACK, 30, URGENCY_DELAYED);
	third->deadline_ns = WHEN_NEVER; /* not heard yet */
	bob_says(TCP_ACK, 9, 1);
	assert_int_equal(first->verdict, VERDICT_PENDING);
	bob_says(TCP_ACK | TCP_PSH, 30, 1);
	assert_int_equal(first->verdict, VERDICT_HELD);
	assert_int_equal(second->verdict, VERDICT_HELD);
	assert_int_equal(second->answer_serial, 7);
	assert_int_equal(third->verdict, VERDICT_PENDING);
	assert_int_equal(session.broken, 0);
}

static void
test_what_answers_one_contradicts_no_other(void **state)
{
	struct pending *silence, *refusal;

	(void)state;
	begin(TCP_STATE_SYN_RECEIVED);
	silence = predicted(0, 0, 0, URGENCY_NOW);
	refusal = predicted(1, TCP_RST, 0, URGENCY_NOW);
	bob_says(TCP_RST, 0, 1);
	assert_int_equal(refusal->verdict, VERDICT_HELD);
	assert_int_equal(silence->verdict, VERDICT_PENDING);
	/* Another one answers nothing. */
	bob_says(TCP_RST, 0, 1);
	assert_int_equal(silence->verdict, VERDICT_BROKEN);
	assert_int_equal(session.broken, 1);
}

/* RFC 9293 3.10.4, 3.10.7.4: a program that closes with data unread, or aborts, may be quicker than a delayed ACK. */
static void
test_a_program_may_reset(void **state)
{
	struct pending *delayed, *silence, *now;

	(void)state;
	begin(TCP_STATE_ESTABLISHED);
	delayed = predicted(0, TCP_ACK, 10, URGENCY_DELAYED);
	silence = predicted(1, 0, 0, URGENCY_NOW);
	now = predicted(2, TCP_ACK, 10, URGENCY_NOW);
	bob_says(TCP_RST | TCP_ACK, 10, 1);
	assert_int_equal(delayed->segment, 0);
	assert_int_equal(silence->segment, 0);
	assert_int_equal(now->verdict, VERDICT_BROKEN);
}

static void
test_refused_instead_of_taken(void **state)
{
	struct pending *syn_ack;

	(void)state;
	begin(TCP_STATE_LISTEN);
	syn_ack = predicted(0, TCP_SYN | TCP_ACK, 1, URGENCY_NOW);
	bob_says(TCP_RST | TCP_ACK, 1, 1);
	assert_int_equal(syn_ack->verdict, VERDICT_BROKEN);
}

static void
test_taken_instead_of_ignored(void **state)
{
	struct pending *silence;

	(void)state;
	begin(TCP_STATE_LISTEN);
	silence = predicted(0, 0, 0, URGENCY_NOW);
	bob_says(TCP_SYN | TCP_ACK, 1, 1);
	assert_int_equal(silence->verdict, VERDICT_BROKEN);
	/* Where his timer repeats it, it says nothing of the segment. */
	begin(TCP_STATE_SYN_RECEIVED);
	silence = predicted(0, 0, 0, URGENCY_NOW);
	bob_says(TCP_SYN | TCP_ACK, 1, 1);
	assert_int_equal(silence->verdict, VERDICT_PENDING);
}

static void
test_time_decides_the_rest(void **state)
{
	struct pending *ack, *silence;

	(void)state;
	begin(TCP_STATE_ESTABLISHED);
	ack = predicted(0, TCP_ACK, 10, URGENCY_NOW);
	silence = predicted(1, 0, 0, URGENCY_NOW);
	session_judge(&session, &connection, DUE - 1);
	assert_int_equal(ack->verdict, VERDICT_PENDING);
	/* Too late is not as predicted, though it is read before the time is looked at. */
	bob_says(TCP_ACK, 10, DUE + 1);
	assert_int_equal(ack->verdict, VERDICT_PENDING);
	session_judge(&session, &connection, DUE + 2);
	assert_int_equal(ack->verdict, VERDICT_BROKEN);
	assert_int_equal(silence->verdict, VERDICT_HELD);
	assert_int_equal(session.broken, 1);
}

static void
test_what_can_not_be_judged_is_not(void **state)
{
	struct connection *all[] = { &connection };
	struct pending *ack, *silence;

	(void)state;
	begin(TCP_STATE_ESTABLISHED);
	ack = predicted(0, TCP_ACK, 10, URGENCY_NOW);
	session_predict_never(&connection, 1);
	assert_int_equal(ack->segment, 0);
	ack = predicted(0, TCP_ACK, 10, URGENCY_NOW);
	silence = predicted(1, 0, 0, URGENCY_NOW);
	session.connection = all;
	session.connections = 1;
	session_predict_silence(&session);
	assert_int_equal(ack->segment, 0);
	assert_int_equal(silence->segment, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_answer_settles_what_it_meets),
		cmocka_unit_test(test_what_answers_one_contradicts_no_other),
		cmocka_unit_test(test_a_program_may_reset),
		cmocka_unit_test(test_refused_instead_of_taken),
		cmocka_unit_test(test_taken_instead_of_ignored),
		cmocka_unit_test(test_time_decides_the_rest),
		cmocka_unit_test(test_what_can_not_be_judged_is_not),
	};
	int failed = cmocka_run_group_tests_name("predictions", tests, NULL, NULL);

	begin(TCP_STATE_CLOSED);
	return failed;
}
