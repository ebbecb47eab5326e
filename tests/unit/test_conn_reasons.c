/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each path gives its own reason: the first record of the step, kind and all. */
#include "test_conn_kit.h"

static struct play
alone(enum tcp_state state, bool passive, size_t iss)
{
	struct play p = play_with(kit_iss[iss][0], kit_iss[iss][1], STACK_RFC);

	alice_in(&p, state, passive);
	return p;
}

static void
assert_first(const struct play *p, enum trace_kind kind, enum reason reason, size_t row)
{
	const struct trace_record *record = &p->out.record[0];

	if (p->out.count == 0 || record->kind != kind || record->reason != reason) {
		fail_msg("row %zu: %u records, kind %u, \"%s\"; not \"%s\"", row, p->out.count, record->kind,
		    p->out.count == 0 ? "" : reason_text((enum reason)record->reason), reason_text(reason));
	}
	assert_int_equal(record->end, END_ALICE);
}

static void
test_reasons_of_calls(void **state)
{
	static const struct {
		enum tcp_state state;
		enum user_call call;
		enum trace_kind kind;
		enum reason reason;
	} table[] = {
		{ CLOSED, CALL_OPEN, TRACE_MOVE, REASON_OPEN_ACTIVE },
		{ CLOSED, CALL_LISTEN, TRACE_MOVE, REASON_OPEN_PASSIVE },
		{ CLOSED, CALL_CLOSE, TRACE_IGNORED, REASON_NOT_OPEN },
		{ CLOSED, CALL_ABORT, TRACE_IGNORED, REASON_NOT_OPEN },
		{ LISTEN, CALL_OPEN, TRACE_MOVE, REASON_OPEN_LISTENING },
		{ LISTEN, CALL_LISTEN, TRACE_IGNORED, REASON_ALREADY_OPEN },
		{ LISTEN, CALL_CLOSE, TRACE_MOVE, REASON_CLOSE_UNOPENED },
		{ LISTEN, CALL_ABORT, TRACE_MOVE, REASON_ABORT_UNTOLD },
		{ SYN_SENT, CALL_OPEN, TRACE_IGNORED, REASON_ALREADY_OPEN },
		{ ESTABLISHED, CALL_CLOSE, TRACE_MOVE, REASON_CLOSE },
		{ ESTABLISHED, CALL_ABORT, TRACE_MOVE, REASON_ABORT },
		{ CLOSE_WAIT, CALL_CLOSE, TRACE_MOVE, REASON_CLOSE_TOO },
		{ FIN_WAIT_2, CALL_CLOSE, TRACE_IGNORED, REASON_ALREADY_CLOSING },
		{ TIME_WAIT, CALL_ABORT, TRACE_MOVE, REASON_ABORT_UNTOLD },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct play p = alone(table[i].state, false, i % KIT_ISS_COUNT);

		call(&p, END_ALICE, table[i].call);
		assert_first(&p, table[i].kind, table[i].reason, i);
	}
}

/* Segments that reach her: seq from b, ack from a. */
static const struct {
	enum tcp_state state;
	bool passive;
	uint16_t flags;
	int seq, ack;
	uint32_t size;
	enum trace_kind kind;
	enum reason reason;
} heard[] = {
	{ CLOSED, false, A, 1, 1, 0, TRACE_OWED, REASON_NO_CONNECTION },
	{ CLOSED, false, R, 1, 0, 0, TRACE_IGNORED, REASON_RST_UNANSWERED },
	{ LISTEN, false, R, 1, 0, 0, TRACE_IGNORED, REASON_LISTEN_RST },
	{ LISTEN, false, SA, 1, 1, 0, TRACE_OWED, REASON_LISTEN_ACK },
	{ LISTEN, false, S, 0, 0, 0, TRACE_MOVE, REASON_LISTEN_SYN },
	{ LISTEN, false, F, 0, 0, 0, TRACE_IGNORED, REASON_LISTEN_OTHER },
	{ SYN_SENT, false, SA, 0, 2, 0, TRACE_OWED, REASON_SYN_SENT_BAD_ACK },
	{ SYN_SENT, false, RA, 0, 2, 0, TRACE_IGNORED, REASON_SYN_SENT_BAD_RST },
	{ SYN_SENT, false, R, 0, 0, 0, TRACE_IGNORED, REASON_SYN_SENT_BAD_RST },
	{ SYN_SENT, false, A, 0, 1, 0, TRACE_IGNORED, REASON_SYN_SENT_OTHER },
	{ SYN_SENT, false, RA, 0, 1, 0, TRACE_MOVE, REASON_REFUSED },
	{ SYN_SENT, false, SA, 0, 1, 0, TRACE_MOVE, REASON_SYN_ANSWERED },
	{ SYN_SENT, false, S, 0, 0, 0, TRACE_MOVE, REASON_SYNS_CROSSED },
	{ SYN_RECEIVED, true, A, 1, 1, 0, TRACE_MOVE, REASON_ESTABLISHED },
	{ SYN_RECEIVED, true, A, 1, 2, 0, TRACE_OWED, REASON_SYN_RECEIVED_BAD_ACK },
	{ SYN_RECEIVED, true, R, 1, 0, 0, TRACE_MOVE, REASON_BACK_TO_LISTEN },
	{ SYN_RECEIVED, true, S, 5, 0, 0, TRACE_MOVE, REASON_BACK_TO_LISTEN },
	{ SYN_RECEIVED, true, S, 0, 0, 0, TRACE_IGNORED, REASON_SYN_REPEATED },
	{ SYN_RECEIVED, false, S, 5, 0, 0, TRACE_IGNORED, REASON_SYN_CHALLENGED },
	{ SYN_RECEIVED, false, R, 1, 0, 0, TRACE_MOVE, REASON_RESET },
	{ ESTABLISHED, false, R, 1, 0, 0, TRACE_MOVE, REASON_RESET },
	{ ESTABLISHED, false, R, 2, 0, 0, TRACE_IGNORED, REASON_RST_INEXACT },
	{ ESTABLISHED, false, R, 0, 0, 0, TRACE_IGNORED, REASON_RST_OUTSIDE },
	{ ESTABLISHED, false, R, 1 + KIT_WINDOW, 0, 0, TRACE_IGNORED, REASON_RST_OUTSIDE },
	{ ESTABLISHED, false, S, 7, 0, 0, TRACE_IGNORED, REASON_SYN_CHALLENGED },
	{ ESTABLISHED, false, P, 1, 0, 5, TRACE_IGNORED, REASON_NO_ACK },
	{ ESTABLISHED, false, A, 1, 102, 0, TRACE_IGNORED, REASON_ACK_AHEAD },
	{ ESTABLISHED, false, A, 1, -KIT_WINDOW, 0, TRACE_IGNORED, REASON_ACK_TOO_OLD },
	{ ESTABLISHED, false, A, 0, 1, 0, TRACE_IGNORED, REASON_KEEP_ALIVE },
	{ ESTABLISHED, false, A, -9, 1, 10, TRACE_IGNORED, REASON_DUPLICATE },
	{ ESTABLISHED, false, A, 1 + KIT_WINDOW, 1, 10, TRACE_IGNORED, REASON_OUTSIDE_WINDOW },
	{ ESTABLISHED, false, A, 1, 1, 10, TRACE_DELIVERED, REASON_DATA },
	{ ESTABLISHED, false, A, 2, 1, 10, TRACE_OWED, REASON_OUT_OF_ORDER },
	{ ESTABLISHED, false, FA, 1, 1, 0, TRACE_MOVE, REASON_FIN_HEARD },
	{ FIN_WAIT_1, false, A, 1, 102, 0, TRACE_MOVE, REASON_FIN_ACKED },
	{ FIN_WAIT_1, false, FA, 1, 1, 0, TRACE_MOVE, REASON_FIN_BOTH },
	{ FIN_WAIT_2, false, FA, 1, 102, 0, TRACE_MOVE, REASON_FIN_HEARD },
	{ CLOSE_WAIT, false, A, 2, 1, 10, TRACE_IGNORED, REASON_TEXT_AFTER_FIN },
	{ CLOSE_WAIT, false, FA, 2, 1, 0, TRACE_IGNORED, REASON_SECOND_FIN },
	{ CLOSE_WAIT, false, FA, 1, 1, 0, TRACE_IGNORED, REASON_DUPLICATE },
	{ CLOSING, false, A, 2, 1, 0, TRACE_IGNORED, REASON_FIN_UNACKED },
	{ CLOSING, false, A, 2, 102, 0, TRACE_MOVE, REASON_FIN_ACKED },
	{ LAST_ACK, false, A, 2, 102, 0, TRACE_MOVE, REASON_FIN_ACKED },
	{ TIME_WAIT, false, FA, 1, 102, 0, TRACE_OWED, REASON_FIN_AGAIN },
	{ TIME_WAIT, false, A, 2, 102, 0, TRACE_OWED, REASON_TIME_WAIT_ACK },
	{ TIME_WAIT, true, S, 3, 0, 0, TRACE_MOVE, REASON_REOPENED },
	{ TIME_WAIT, true, S, 1, 0, 0, TRACE_IGNORED, REASON_SYN_CHALLENGED },
};

static void
test_reasons_of_segments(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(heard) / sizeof(heard[0]); i++) {
		for (size_t iss = 0; iss < KIT_ISS_COUNT; iss++) {
			struct play p = alone(heard[i].state, heard[i].passive, iss);

			hears(&p, END_ALICE, heard[i].flags, p.b + (uint32_t)heard[i].seq, p.a + (uint32_t)heard[i].ack,
			    heard[i].size);
			assert_first(&p, heard[i].kind, heard[i].reason, i);
		}
	}
}

/* Dropped and answered: both say why. */
static void
test_reasons_of_answers(void **state)
{
	static const struct {
		uint16_t flags;
		int seq;
		uint32_t size;
		enum reason reason;
		enum urgency urgency;
	} table[] = {
		{ S, 7, 0, REASON_CHALLENGE, URGENCY_NOW }, { R, 2, 0, REASON_CHALLENGE, URGENCY_NOW },
		{ A, -9, 10, REASON_UNACCEPTABLE, URGENCY_NOW }, { A, 1, 10, REASON_DATA, URGENCY_DELAYED },
		{ A, 9, 10, REASON_OUT_OF_ORDER, URGENCY_NOW }, { FA, 1, 0, REASON_FIN_HEARD, URGENCY_DELAYED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct play p = alone(ESTABLISHED, false, i % KIT_ISS_COUNT);

		hears(&p, END_ALICE, table[i].flags, p.b + (uint32_t)table[i].seq, p.a + 1, table[i].size);
		assert_non_null(record_of(&p, TRACE_OWED));
		assert_int_equal(record_of(&p, TRACE_OWED)->reason, table[i].reason);
		assert_int_equal(record_of(&p, TRACE_OWED)->owed.reason, table[i].reason);
		assert_int_equal(record_of(&p, TRACE_OWED)->owed.flags, A);
		assert_int_equal(record_of(&p, TRACE_OWED)->owed.urgency, table[i].urgency);
	}
}

static void
test_reasons_of_timeouts(void **state)
{
	struct play p = alone(TIME_WAIT, false, 0);

	(void)state;
	conn_timeout(&p.conn, END_ALICE, conn_deadline(&p.conn), &p.out);
	assert_first(&p, TRACE_MOVE, REASON_TIME_WAIT_OVER, 0);
	p = alone(ESTABLISHED, false, 0);
	conn_user_timeout(&p.conn, END_ALICE, p.now_ns, &p.out);
	assert_first(&p, TRACE_MOVE, REASON_USER_TIMEOUT, 1);
	assert_owes_nothing(&p, END_ALICE);
	conn_user_timeout(&p.conn, END_ALICE, p.now_ns, &p.out);
	assert_int_equal(p.out.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reasons_of_calls),
		cmocka_unit_test(test_reasons_of_segments),
		cmocka_unit_test(test_reasons_of_answers),
		cmocka_unit_test(test_reasons_of_timeouts),
	};

	return cmocka_run_group_tests_name("conn_reasons", tests, NULL, NULL);
}
