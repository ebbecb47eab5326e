/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figures of RFC 9293, with its numbers, and every legal path from them, also where sequence numbers wrap. */
#include "test_conn_kit.h"

static void
test_figure_6_three_way_handshake(void **state)
{
	struct play p = play_with(100, 300, STACK_RFC);

	(void)state;
	call(&p, END_BOB, CALL_LISTEN);
	assert_states(&p, CLOSED, LISTEN);
	over(&p, END_ALICE, S, 100, 0, 0);
	assert_states(&p, SYN_SENT, SYN_RECEIVED);
	assert_owes(&p, END_BOB, SA, 300, 101);
	over(&p, END_BOB, SA, 300, 101, 0);
	assert_states(&p, ESTABLISHED, SYN_RECEIVED);
	assert_owes_nothing(&p, END_BOB);
	assert_owes(&p, END_ALICE, A, 101, 301);
	over(&p, END_ALICE, A, 101, 301, 0);
	assert_states(&p, ESTABLISHED, ESTABLISHED);
	assert_owes_nothing(&p, END_ALICE);
	over(&p, END_ALICE, PA, 101, 301, 20);
	assert_int_equal(end_of(&p, END_BOB)->delivered_bytes, 20);
	assert_owes(&p, END_BOB, A, 301, 121);
}

/* The ACK of the handshake may be left to the first data. */
static void
test_figure_6_with_data_instead_of_the_ack(void **state)
{
	struct play p = play_with(100, 300, STACK_RFC);

	(void)state;
	call(&p, END_BOB, CALL_LISTEN);
	over(&p, END_ALICE, S, 100, 0, 0);
	over(&p, END_BOB, SA, 300, 101, 0);
	over(&p, END_ALICE, PA, 101, 301, 5);
	assert_states(&p, ESTABLISHED, ESTABLISHED);
	assert_owes_nothing(&p, END_ALICE);
	assert_int_equal(end_of(&p, END_BOB)->delivered_bytes, 5);
}

static void
test_figure_7_simultaneous_open(void **state)
{
	struct play p = play_with(100, 300, STACK_RFC);

	(void)state;
	call(&p, END_ALICE, CALL_OPEN);
	call(&p, END_BOB, CALL_OPEN);
	assert_true(sends(&p, END_ALICE, S, 100, 0, 0));
	assert_true(sends(&p, END_BOB, S, 300, 0, 0));
	assert_states(&p, SYN_SENT, SYN_SENT);
	hears(&p, END_ALICE, S, 300, 0, 0);
	assert_states(&p, SYN_RECEIVED, SYN_SENT);
	assert_owes(&p, END_ALICE, SA, 100, 301);
	hears(&p, END_BOB, S, 100, 0, 0);
	assert_states(&p, SYN_RECEIVED, SYN_RECEIVED);
	assert_owes(&p, END_BOB, SA, 300, 101);
	assert_true(sends(&p, END_ALICE, SA, 100, 301, 0));
	assert_true(sends(&p, END_BOB, SA, 300, 101, 0));
	hears(&p, END_ALICE, SA, 300, 101, 0);
	assert_states(&p, ESTABLISHED, SYN_RECEIVED);
	hears(&p, END_BOB, SA, 100, 301, 0);
	assert_states(&p, ESTABLISHED, ESTABLISHED);
	assert_int_equal(end_of(&p, END_BOB)->owed[0].urgency, URGENCY_NOW);
	over(&p, END_ALICE, A, 101, 301, 0);
	over(&p, END_BOB, A, 301, 101, 0);
	assert_owes_nothing(&p, END_ALICE);
	assert_owes_nothing(&p, END_BOB);
}

static void
test_figure_8_old_duplicate_syn(void **state)
{
	struct play p = play_with(100, 300, STACK_RFC);

	(void)state;
	call(&p, END_BOB, CALL_LISTEN);
	assert_true(sends(&p, END_ALICE, S, 100, 0, 0));
	hears(&p, END_BOB, S, 90, 0, 0);
	assert_states(&p, SYN_SENT, SYN_RECEIVED);
	over(&p, END_BOB, SA, 300, 91, 0);
	assert_states(&p, SYN_SENT, SYN_RECEIVED);
	assert_owes(&p, END_ALICE, R, 91, 0);
	over(&p, END_ALICE, R, 91, 0, 0);
	assert_states(&p, SYN_SENT, LISTEN);
	assert_owes_nothing(&p, END_ALICE);
	hears(&p, END_BOB, S, 95, 0, 0); /* another one: Bob is a listener as before */
	assert_owes(&p, END_BOB, SA, 300, 96);
	hears(&p, END_BOB, R, 96, 0, 0);
	assert_states(&p, SYN_SENT, LISTEN);
	assert_owes_nothing(&p, END_BOB);
	hears(&p, END_BOB, S, 100, 0, 0);
	over(&p, END_BOB, SA, 400, 101, 0);
	assert_states(&p, ESTABLISHED, SYN_RECEIVED);
	over(&p, END_ALICE, A, 101, 401, 0);
	assert_states(&p, ESTABLISHED, ESTABLISHED);
}

/* Alice has restarted; Bob, who sends next 300 and expects 100, knows nothing of it. */
static struct play
half_open(void)
{
	struct play p = play_with(99, 299, STACK_RFC);

	handshake(&p);
	conn_user_timeout(&p.conn, END_ALICE, p.now_ns, &p.out);
	assert_states(&p, CLOSED, ESTABLISHED);
	return p;
}

static void
test_figure_9_half_open_discovered_by_a_syn(void **state)
{
	struct play p = half_open();

	(void)state;
	over(&p, END_ALICE, S, 400, 0, 0);
	assert_states(&p, SYN_SENT, ESTABLISHED);
	assert_owes(&p, END_BOB, A, 300, 100);
	over(&p, END_BOB, A, 300, 100, 0);
	assert_owes(&p, END_ALICE, R, 100, 0);
	over(&p, END_ALICE, R, 100, 0, 0);
	assert_states(&p, SYN_SENT, CLOSED);
	over(&p, END_ALICE, S, 400, 0, 0);
}

static void
test_figure_10_half_open_discovered_by_data(void **state)
{
	struct play p = half_open();

	(void)state;
	over(&p, END_BOB, A, 300, 100, 10);
	assert_states(&p, CLOSED, ESTABLISHED);
	assert_owes(&p, END_ALICE, R, 100, 0);
	over(&p, END_ALICE, R, 100, 0, 0);
	assert_states(&p, CLOSED, CLOSED);
	assert_owes_nothing(&p, END_ALICE);
}

static void
test_figure_12_normal_close(void **state)
{
	struct play p = play_with(99, 299, STACK_RFC);

	(void)state;
	handshake(&p);
	over(&p, END_ALICE, FA, 100, 300, 0);
	assert_states(&p, FIN_WAIT_1, CLOSE_WAIT);
	over(&p, END_BOB, A, 300, 101, 0);
	assert_states(&p, FIN_WAIT_2, CLOSE_WAIT);
	over(&p, END_BOB, FA, 300, 101, 0);
	assert_states(&p, TIME_WAIT, LAST_ACK);
	assert_owes(&p, END_ALICE, A, 101, 301);
	over(&p, END_ALICE, A, 101, 301, 0);
	assert_states(&p, TIME_WAIT, CLOSED);
	/* RFC 9293 3.4.2: MSL is two minutes, and TIME-WAIT twice that. */
	assert_true(conn_deadline(&p.conn) == p.now_ns + 240 * NS_PER_S);
	conn_timeout(&p.conn, END_ALICE, conn_deadline(&p.conn) - 1, &p.out);
	assert_states(&p, TIME_WAIT, CLOSED);
	conn_timeout(&p.conn, END_ALICE, conn_deadline(&p.conn), &p.out);
	assert_states(&p, CLOSED, CLOSED);
	assert_true(conn_deadline(&p.conn) == WHEN_NEVER);
}

static void
test_figure_13_simultaneous_close(void **state)
{
	struct play p = play_with(99, 299, STACK_RFC);

	(void)state;
	handshake(&p);
	call(&p, END_ALICE, CALL_CLOSE);
	call(&p, END_BOB, CALL_CLOSE);
	assert_owes(&p, END_ALICE, FA, 100, 300);
	assert_true(sends(&p, END_ALICE, FA, 100, 300, 0));
	assert_true(sends(&p, END_BOB, FA, 300, 100, 0));
	assert_states(&p, FIN_WAIT_1, FIN_WAIT_1);
	hears(&p, END_ALICE, FA, 300, 100, 0);
	hears(&p, END_BOB, FA, 100, 300, 0);
	assert_states(&p, CLOSING, CLOSING);
	over(&p, END_ALICE, A, 101, 301, 0);
	over(&p, END_BOB, A, 301, 101, 0);
	assert_states(&p, TIME_WAIT, TIME_WAIT);
	assert_owes_nothing(&p, END_ALICE);
	assert_owes_nothing(&p, END_BOB);
	conn_timeout(&p.conn, END_ALICE, p.now_ns + 240 * NS_PER_S, &p.out);
	conn_timeout(&p.conn, END_BOB, p.now_ns + 240 * NS_PER_S, &p.out);
	assert_states(&p, CLOSED, CLOSED);
}

/* ---- every legal path, at every kind of sequence number ---- */

static void
converse(struct play *p)
{
	uint32_t a = p->a, b = p->b;

	handshake(p);
	over(p, END_ALICE, PA, a + 1, b + 1, 100);
	assert_owes(p, END_BOB, A, b + 1, a + 101);
	over(p, END_BOB, PA, b + 1, a + 101, 50);
	assert_owes_nothing(p, END_BOB);
	assert_owes(p, END_ALICE, A, a + 101, b + 51);
	over(p, END_ALICE, A, a + 101, b + 51, 0);
	assert_int_equal(end_of(p, END_ALICE)->delivered_bytes, 50);
	assert_int_equal(end_of(p, END_BOB)->delivered_bytes, 100);
}

#define EVERY_ISS(p) \
	for (size_t i_ = 0; i_ < KIT_ISS_COUNT; i_++) \
		for (struct play p = play_with(kit_iss[i_][0], kit_iss[i_][1], STACK_RFC), *once_ = &p; once_ != NULL; \
		    once_ = NULL)

static void
test_alice_closes_in_four_segments(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		converse(&p);
		over(&p, END_ALICE, FA, p.a + 101, p.b + 51, 0);
		assert_states(&p, FIN_WAIT_1, CLOSE_WAIT);
		assert_owes(&p, END_BOB, A, p.b + 51, p.a + 102);
		assert_int_equal(end_of(&p, END_BOB)->owed[0].urgency, URGENCY_DELAYED);
		over(&p, END_BOB, A, p.b + 51, p.a + 102, 0);
		assert_states(&p, FIN_WAIT_2, CLOSE_WAIT);
		over(&p, END_BOB, PA, p.b + 51, p.a + 102, 30); /* half-closed, Bob may still talk */
		assert_int_equal(end_of(&p, END_ALICE)->delivered_bytes, 80);
		over(&p, END_ALICE, A, p.a + 102, p.b + 81, 0);
		over(&p, END_BOB, FA, p.b + 81, p.a + 102, 0);
		assert_states(&p, TIME_WAIT, LAST_ACK);
		over(&p, END_ALICE, A, p.a + 102, p.b + 82, 0);
		assert_states(&p, TIME_WAIT, CLOSED);
		assert_owes_nothing(&p, END_ALICE);
	}
}

static void
test_alice_closes_in_three_segments(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		converse(&p);
		over(&p, END_ALICE, FA, p.a + 101, p.b + 51, 0);
		assert_true(sends(&p, END_BOB, FA, p.b + 51, p.a + 102, 0));
		assert_owes_nothing(&p, END_BOB);
		hears(&p, END_ALICE, FA, p.b + 51, p.a + 102, 0);
		assert_states(&p, TIME_WAIT, LAST_ACK);
		assert_int_equal(p.out.record[0].move.to, FIN_WAIT_2); /* FIN and ACK together pass through it */
		over(&p, END_ALICE, A, p.a + 102, p.b + 52, 0);
		assert_states(&p, TIME_WAIT, CLOSED);
	}
}

static void
test_bob_closes_first(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		converse(&p);
		over(&p, END_BOB, FA, p.b + 51, p.a + 101, 0);
		assert_states(&p, CLOSE_WAIT, FIN_WAIT_1);
		over(&p, END_ALICE, A, p.a + 101, p.b + 52, 0);
		assert_states(&p, CLOSE_WAIT, FIN_WAIT_2);
		over(&p, END_ALICE, FA, p.a + 101, p.b + 52, 0);
		assert_states(&p, LAST_ACK, TIME_WAIT);
		over(&p, END_BOB, A, p.b + 52, p.a + 102, 0);
		assert_states(&p, CLOSED, TIME_WAIT);
	}
}

static void
test_data_and_fin_in_one_segment(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		converse(&p);
		over(&p, END_ALICE, FA | P, p.a + 101, p.b + 51, 25);
		assert_states(&p, FIN_WAIT_1, CLOSE_WAIT);
		assert_int_equal(end_of(&p, END_BOB)->delivered_bytes, 125);
		assert_owes(&p, END_BOB, A, p.b + 51, p.a + 127);
		over(&p, END_BOB, A, p.b + 51, p.a + 127, 0);
		assert_states(&p, FIN_WAIT_2, CLOSE_WAIT);
	}
}

/* RFC 9293 3.10.4: nothing was sent yet, so CLOSE in SYN-RECEIVED sends its FIN at once. */
static void
test_close_in_syn_received(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		call(&p, END_BOB, CALL_LISTEN);
		over(&p, END_ALICE, S, p.a, 0, 0);
		call(&p, END_BOB, CALL_CLOSE);
		assert_owes(&p, END_BOB, SA, p.b, p.a + 1); /* first things first */
		assert_true(sends(&p, END_BOB, SA, p.b, p.a + 1, 0));
		assert_owes(&p, END_BOB, FA, p.b + 1, p.a + 1);
		hears(&p, END_ALICE, SA, p.b, p.a + 1, 0);
		over(&p, END_BOB, FA, p.b + 1, p.a + 1, 0);
		assert_states(&p, CLOSE_WAIT, FIN_WAIT_1);
		over(&p, END_ALICE, A, p.a + 1, p.b + 2, 0);
		assert_states(&p, CLOSE_WAIT, FIN_WAIT_2);
	}
}

static void
test_closed_port_answers_rst(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		over(&p, END_ALICE, S, p.a, 0, 0);
		assert_states(&p, SYN_SENT, CLOSED);
		assert_owes(&p, END_BOB, RA, 0, p.a + 1);
		over(&p, END_BOB, RA, 0, p.a + 1, 0);
		assert_states(&p, CLOSED, CLOSED);
		assert_owes_nothing(&p, END_BOB);
	}
}

static void
test_abort_reaches_the_peer(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		converse(&p);
		call(&p, END_ALICE, CALL_ABORT);
		assert_owes(&p, END_ALICE, R, p.a + 101, 0);
		over(&p, END_ALICE, R, p.a + 101, 0, 0);
		assert_states(&p, CLOSED, CLOSED);
		assert_owes_nothing(&p, END_ALICE);
	}
	EVERY_ISS(q) { /* not called, but inferred */
		converse(&q);
		over(&q, END_ALICE, RA, q.a + 101, q.b + 51, 0);
		assert_states(&q, CLOSED, CLOSED);
	}
}

static void
test_everything_lost_is_sent_again(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		call(&p, END_BOB, CALL_LISTEN);
		assert_true(sends(&p, END_ALICE, S, p.a, 0, 0));
		over(&p, END_ALICE, S, p.a, 0, 0);
		assert_true(sends(&p, END_BOB, SA, p.b, p.a + 1, 0));
		over(&p, END_BOB, SA, p.b, p.a + 1, 0);
		over(&p, END_ALICE, A, p.a + 1, p.b + 1, 0);
		hears(&p, END_ALICE, SA, p.b, p.a + 1, 0); /* late, from before Bob heard the ACK */
		assert_owes(&p, END_ALICE, A, p.a + 1, p.b + 1);
	}
	EVERY_ISS(q) {
		handshake(&q);
		assert_true(sends(&q, END_ALICE, PA, q.a + 1, q.b + 1, 100));
		over(&q, END_ALICE, PA, q.a + 1, q.b + 1, 100);
		over(&q, END_ALICE, PA, q.a + 1, q.b + 1, 100);
		assert_ignored(&q, REASON_DUPLICATE);
		assert_owes(&q, END_BOB, A, q.b + 1, q.a + 101);
		assert_int_equal(end_of(&q, END_BOB)->owed[0].urgency, URGENCY_NOW);
		over(&q, END_BOB, A, q.b + 1, q.a + 101, 0);
		assert_true(sends(&q, END_ALICE, FA, q.a + 101, q.b + 1, 0));
		over(&q, END_ALICE, FA, q.a + 101, q.b + 1, 0);
		over(&q, END_ALICE, FA, q.a + 101, q.b + 1, 0);
		assert_states(&q, FIN_WAIT_1, CLOSE_WAIT);
		assert_owes(&q, END_BOB, A, q.b + 1, q.a + 102);
	}
}

static void
test_time_wait_starts_anew_with_the_fin(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		alice_in(&p, TIME_WAIT, false);
		p.now_ns += 100 * NS_PER_S;
		hears(&p, END_ALICE, FA, p.b + 1, p.a + 102, 0);
		assert_owes(&p, END_ALICE, A, p.a + 102, p.b + 2);
		assert_true(conn_deadline(&p.conn) == p.now_ns + 240 * NS_PER_S);
		assert_true(sends(&p, END_ALICE, A, p.a + 102, p.b + 2, 0));
		/* A step that comes late sees that the time is over. */
		p.now_ns += 240 * NS_PER_S;
		hears(&p, END_ALICE, FA, p.b + 1, p.a + 102, 0);
		assert_int_equal(end_of(&p, END_ALICE)->state, CLOSED);
		assert_owes(&p, END_ALICE, R, p.a + 102, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_figure_6_three_way_handshake),
		cmocka_unit_test(test_figure_6_with_data_instead_of_the_ack),
		cmocka_unit_test(test_figure_7_simultaneous_open),
		cmocka_unit_test(test_figure_8_old_duplicate_syn),
		cmocka_unit_test(test_figure_9_half_open_discovered_by_a_syn),
		cmocka_unit_test(test_figure_10_half_open_discovered_by_data),
		cmocka_unit_test(test_figure_12_normal_close),
		cmocka_unit_test(test_figure_13_simultaneous_close),
		cmocka_unit_test(test_alice_closes_in_four_segments),
		cmocka_unit_test(test_alice_closes_in_three_segments),
		cmocka_unit_test(test_bob_closes_first),
		cmocka_unit_test(test_data_and_fin_in_one_segment),
		cmocka_unit_test(test_close_in_syn_received),
		cmocka_unit_test(test_closed_port_answers_rst),
		cmocka_unit_test(test_abort_reaches_the_peer),
		cmocka_unit_test(test_everything_lost_is_sent_again),
		cmocka_unit_test(test_time_wait_starts_anew_with_the_fin),
	};

	return cmocka_run_group_tests_name("conn_figures", tests, NULL, NULL);
}
