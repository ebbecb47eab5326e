/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Bob, a Linux, must answer.  The expected answers were measured on Linux, or follow from RFC 9293. */
#include "test_conn_kit.h"

static struct prediction
predicted(struct play *p, uint16_t flags, uint32_t seq, uint32_t ack, uint32_t size)
{
	struct seg seg = segment(p, flags, seq, ack, size);
	struct conn before;
	struct prediction prediction;

	memcpy(&before, &p->conn, sizeof(before));
	conn_predict(&p->conn, END_BOB, &seg, p->now_ns, &prediction);
	assert_memory_equal(&before, &p->conn, sizeof(before)); /* only asked, not heard */
	return prediction;
}

#define assert_answer(prediction, f, s, a) \
	do { \
		assert_true((prediction).known); \
		assert_false((prediction).must.any_seq); \
		assert_int_equal((prediction).must.flags, f); \
		assert_int_equal((prediction).must.seq, (uint32_t)(s)); \
		assert_int_equal((prediction).must.ack, (uint32_t)(a)); \
	} while (0)

#define assert_silence(prediction) \
	do { \
		assert_true((prediction).known); \
		assert_int_equal((prediction).must.flags, 0); \
	} while (0)

static struct play
listening(void)
{
	struct play p = play_with(1000, 5000, STACK_LINUX);

	call(&p, END_BOB, CALL_LISTEN);
	return p;
}

static struct play
established(void)
{
	struct play p = listening();

	over(&p, END_ALICE, S, 1000, 0, 0);
	over(&p, END_BOB, SA, 5000, 1001, 0);
	over(&p, END_ALICE, A, 1001, 5001, 0);
	return p;
}

static void
test_closed_port(void **state)
{
	struct play p = play_with(1000, 5000, STACK_LINUX);
	struct prediction x = predicted(&p, S, 1000, 0, 0);

	(void)state;
	assert_answer(x, RA, 0, 1001);
	assert_int_equal(x.next, CLOSED);
	x = predicted(&p, A, 1000, 42, 0);
	assert_answer(x, R, 42, 0);
	x = predicted(&p, S | F, 1000, 0, 0);
	assert_answer(x, RA, 0, 1002);
	x = predicted(&p, 0, 1000, 0, 0);
	assert_answer(x, RA, 0, 1000);
	x = predicted(&p, R, 1000, 0, 0);
	assert_silence(x);
}

static void
test_handshake(void **state)
{
	struct play p = listening();
	struct prediction x = predicted(&p, S, 1000, 0, 0);
	struct seg answer = segment(&p, SA, 77, 1001, 0);

	(void)state;
	assert_true(x.known && x.must.any_seq);
	assert_int_equal(x.must.flags, SA);
	assert_int_equal(x.must.ack, 1001);
	assert_int_equal(x.must.urgency, URGENCY_NOW);
	assert_int_equal(x.next, SYN_RECEIVED);
	assert_true(reply_met(&x.must, &answer));
	answer.tcp.ack = 1000;
	assert_false(reply_met(&x.must, &answer));

	over(&p, END_ALICE, S, 1000, 0, 0);
	x = predicted(&p, A, 1001, 5001, 0); /* his number has not been seen */
	assert_false(x.known);
	over(&p, END_BOB, SA, 5000, 1001, 0);
	x = predicted(&p, S, 1000, 0, 0); /* the same SYN again */
	assert_answer(x, SA, 5000, 1001);
	assert_int_equal(x.next, SYN_RECEIVED);
	x = predicted(&p, SA, 1000, 5001, 0);
	assert_answer(x, A, 5001, 1001);
	x = predicted(&p, A, 1001, 5002, 0);
	assert_answer(x, R, 5002, 0);
	assert_int_equal(x.next, SYN_RECEIVED);
	x = predicted(&p, R, 1001, 0, 0);
	assert_silence(x);
	x = predicted(&p, S, 1005, 0, 0); /* Linux drops the request, RFC 9293 listens again */
	assert_false(x.known);
	x = predicted(&p, A, 1001, 5001, 0);
	assert_silence(x);
	assert_int_equal(x.next, ESTABLISHED);
	x = predicted(&p, FA, 1001, 5001, 0);
	assert_answer(x, A, 5001, 1002);
	assert_int_equal(x.next, CLOSE_WAIT);
}

static void
test_listener_and_strays(void **state)
{
	struct play p = listening();
	struct prediction x = predicted(&p, A, 1000, 42, 0);

	(void)state;
	assert_answer(x, R, 42, 0);
	x = predicted(&p, R, 1000, 0, 0);
	assert_silence(x);
	x = predicted(&p, F, 1000, 0, 0);
	assert_silence(x);
	x = predicted(&p, S | F, 1000, 0, 0); /* Linux drops it, RFC 9293 takes the SYN */
	assert_false(x.known);
}

static void
test_established(void **state)
{
	struct play p = established();
	struct prediction x = predicted(&p, A, 1001, 5001, 0);

	(void)state;
	assert_silence(x);
	assert_int_equal(x.next, ESTABLISHED);
	x = predicted(&p, PA, 1001, 5001, 30);
	assert_answer(x, A, 5001, 1031);
	assert_int_equal(x.must.urgency, URGENCY_DELAYED);
	x = predicted(&p, PA, 1002, 5001, 30); /* a gap */
	assert_answer(x, A, 5001, 1001);
	assert_int_equal(x.must.urgency, URGENCY_NOW);
	x = predicted(&p, A, 1000, 5001, 0); /* keep-alive */
	assert_answer(x, A, 5001, 1001);
	x = predicted(&p, S, 1000, 0, 0); /* challenge ACKs */
	assert_answer(x, A, 5001, 1001);
	x = predicted(&p, R, 1002, 0, 0);
	assert_answer(x, A, 5001, 1001);
	assert_int_equal(x.next, ESTABLISHED);
	x = predicted(&p, R, 1000, 0, 0);
	assert_silence(x);
	x = predicted(&p, R, 1001, 0, 0);
	assert_silence(x);
	assert_int_equal(x.next, CLOSED);
	x = predicted(&p, P, 1001, 0, 30);
	assert_silence(x);
	x = predicted(&p, A, 1001, 5002, 0); /* answered by some versions, dropped by others */
	assert_false(x.known);
	x = predicted(&p, A, 1001, 5001, KIT_WINDOW + 1);
	assert_false(x.known);
}

static void
test_closed_window(void **state)
{
	struct play p = established();
	struct prediction x;

	(void)state;
	p.window = 0;
	over(&p, END_BOB, A, 5001, 1001, 0);
	x = predicted(&p, A, 1001, 5001, 1);
	assert_answer(x, A, 5001, 1001);
	assert_int_equal(x.must.urgency, URGENCY_NOW);
	x = predicted(&p, FA, 1001, 5001, 0); /* newer versions take it, older do not */
	assert_false(x.known);
}

static void
test_wave(void **state)
{
	struct play p = established();
	struct prediction x = predicted(&p, FA, 1001, 5001, 0);

	(void)state;
	assert_answer(x, A, 5001, 1002); /* and no FIN: that is his program's to say */
	assert_int_equal(x.must.urgency, URGENCY_DELAYED);
	assert_int_equal(x.next, CLOSE_WAIT);
	over(&p, END_ALICE, FA, 1001, 5001, 0);
	over(&p, END_BOB, FA, 5001, 1002, 0);
	x = predicted(&p, A, 1002, 5002, 0);
	assert_silence(x);
	assert_int_equal(x.next, CLOSED);
}

static void
test_bob_closes_first(void **state)
{
	struct play p = established();
	struct prediction x;

	(void)state;
	over(&p, END_BOB, FA, 5001, 1001, 0);
	x = predicted(&p, A, 1001, 5002, 0);
	assert_silence(x);
	assert_int_equal(x.next, FIN_WAIT_2);
	x = predicted(&p, PA, 1001, 5002, 10); /* closed, or only shut down for writing? */
	assert_false(x.known);
	over(&p, END_ALICE, A, 1001, 5002, 0);
	x = predicted(&p, FA, 1001, 5002, 0);
	assert_answer(x, A, 5002, 1002);
	assert_int_equal(x.next, TIME_WAIT);
	over(&p, END_ALICE, FA, 1001, 5002, 0);
	over(&p, END_BOB, A, 5002, 1002, 0);
	x = predicted(&p, FA, 1001, 5002, 0); /* the same FIN again */
	assert_answer(x, A, 5002, 1002);
	x = predicted(&p, A, 1002, 5002, 0);
	assert_silence(x);
	assert_int_equal(x.next, TIME_WAIT);
	p.now_ns += 30 * NS_PER_S; /* it starts the minute anew */
	hears(&p, END_BOB, A, 1002, 5002, 0);
	assert_true(conn_deadline(&p.conn) == p.now_ns + 60 * NS_PER_S);
	x = predicted(&p, R, 1002, 0, 0);
	assert_silence(x);
	assert_int_equal(x.next, CLOSED);
	x = predicted(&p, R, 1003, 0, 0); /* Linux says nothing */
	assert_false(x.known);
	x = predicted(&p, S, 1500, 0, 0);
	assert_answer(x, SA, 5002 + 65537, 1501); /* measured: the old SND.NXT + 65537 */
	assert_int_equal(x.next, SYN_RECEIVED);
	x = predicted(&p, S, 900, 0, 0);
	assert_answer(x, A, 5002, 1002);
}

/* Linux takes a segment without the timestamp that was agreed on. */
static void
test_a_missing_timestamp_is_forgiven(void **state)
{
	static const uint8_t stamp[8] = { 0, 0, 0, 9 };
	struct play p = listening();
	struct option_bytes bytes = { .size = 0 };
	struct prediction x;
	struct err err;

	(void)state;
	assert_int_equal(option_put(&bytes, OPTION_TS, stamp, sizeof(stamp), &err), 0);
	option_pad(&bytes);
	p.options = &bytes;
	over(&p, END_ALICE, S, 1000, 0, 0);
	over(&p, END_BOB, SA, 5000, 1001, 0);
	p.options = NULL;
	x = predicted(&p, A, 1001, 5001, 0);
	assert_silence(x);
	assert_int_equal(x.next, ESTABLISHED);
	over(&p, END_ALICE, A, 1001, 5001, 0);
	assert_int_equal(end_of(&p, END_BOB)->ts_recent, 9);
	x = predicted(&p, PA, 1001, 5001, 30);
	assert_answer(x, A, 5001, 1031);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_closed_port),
		cmocka_unit_test(test_handshake),
		cmocka_unit_test(test_listener_and_strays),
		cmocka_unit_test(test_established),
		cmocka_unit_test(test_closed_window),
		cmocka_unit_test(test_wave),
		cmocka_unit_test(test_bob_closes_first),
		cmocka_unit_test(test_a_missing_timestamp_is_forgiven),
	};

	return cmocka_run_group_tests_name("conn_predict", tests, NULL, NULL);
}
