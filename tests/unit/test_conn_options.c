/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What two SYNs agree on by their options, and what comes of it (RFC 7323, RFC 2018, RFC 6191). */
#include "test_conn_kit.h"

struct offer_of {
	int wscale; /* -1: none */
	bool ts;
	uint16_t mss; /* 0: none */
};

static const struct option_bytes *
options_of(struct option_bytes *b, const struct offer_of *offer, uint32_t value, uint32_t echo)
{
	uint8_t data[8];
	struct err err;

	b->size = 0;
	data[0] = (uint8_t)(offer->mss >> 8);
	data[1] = (uint8_t)offer->mss;
	if (offer->mss != 0)
		assert_int_equal(option_put(b, OPTION_MSS, data, 2, &err), 0);
	data[0] = (uint8_t)offer->wscale;
	if (offer->wscale >= 0)
		assert_int_equal(option_put(b, OPTION_WSCALE, data, 1, &err), 0);
	for (int i = 0; i < 4; i++) {
		data[i] = (uint8_t)(value >> (24 - 8 * i));
		data[4 + i] = (uint8_t)(echo >> (24 - 8 * i));
	}
	if (offer->ts)
		assert_int_equal(option_put(b, OPTION_TS, data, 8, &err), 0);
	option_pad(b);
	return b;
}

static void
handshake_with(struct play *p, const struct offer_of *alice, const struct offer_of *bob)
{
	struct option_bytes bytes;
	const struct offer_of stamps = { -1, alice->ts && bob->ts, 0 };

	p->options = options_of(&bytes, alice, 1000, 0);
	call(p, END_BOB, CALL_LISTEN);
	over(p, END_ALICE, S, p->a, 0, 0);
	p->options = options_of(&bytes, bob, 7000, 1000);
	over(p, END_BOB, SA, p->b, p->a + 1, 0);
	p->options = options_of(&bytes, &stamps, 1001, 7000);
	p->window = 100;
	over(p, END_ALICE, A, p->a + 1, p->b + 1, 0);
	p->options = NULL;
}

static void
test_window_scale_takes_two(void **state)
{
	static const struct {
		int alice, bob;
		uint32_t bob_sees; /* of Alice's window field 100 */
	} table[] = { { 7, 2, 12800 }, { 2, 7, 400 }, { 7, -1, 100 }, { -1, 7, 100 }, { 0, 7, 100 },
		{ 14, 0, 1638400 }, { 200, 0, 1638400 } /* RFC 7323 2.3: more than 14 counts as 14 */ };

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct play p = play_with(1, 2, STACK_RFC);
		struct offer_of alice = { table[i].alice, false, 0 }, bob = { table[i].bob, false, 0 };
		struct seg seg = { 0 };

		handshake_with(&p, &alice, &bob);
		assert_int_equal(end_of(&p, END_BOB)->snd.wnd, table[i].bob_sees);
		assert_int_equal(end_of(&p, END_ALICE)->rcv.wnd, table[i].bob_sees);
		conn_next_segment(&p.conn, END_ALICE, SA, &seg); /* never scaled in a SYN */
		assert_true(seg.tcp.window == KIT_WINDOW || table[i].bob_sees > KIT_WINDOW);
	}
}

/* 64240 with a shift of 7 is 502 units and would be 501 if the rest were cut off. */
static void
test_the_offered_window_does_not_crumble(void **state)
{
	struct play p = play_with(1, 2, STACK_RFC);
	struct offer_of offer = { 7, false, 1460 };
	struct option_bytes bytes;
	struct seg seg = { 0 };

	(void)state;
	p.options = options_of(&bytes, &offer, 0, 0);
	conn_next_segment(&p.conn, END_ALICE, S, &seg);
	assert_int_equal(seg.tcp.window, 64240);
	p.window = 64240;
	call(&p, END_BOB, CALL_LISTEN);
	over(&p, END_ALICE, S, 1, 0, 0);
	over(&p, END_BOB, SA, 2, 2, 0);
	p.options = NULL;
	for (uint32_t i = 0; i < 5; i++) {
		conn_next_segment(&p.conn, END_ALICE, A, &seg);
		assert_int_equal(seg.tcp.window, 502);
		p.window = seg.tcp.window;
		over(&p, END_ALICE, A, seg.tcp.seq, seg.tcp.ack, 0);
		over(&p, END_BOB, A, 3 + 10 * i, 2, 10);
	}
}

static void
test_sack_takes_two(void **state)
{
	struct option_bytes bytes = { .size = 0 };
	struct err err;

	(void)state;
	assert_int_equal(option_put(&bytes, OPTION_SACK_PERMITTED, NULL, 0, &err), 0);
	option_pad(&bytes);
	for (int both = 0; both < 2; both++) {
		struct play p = play_with(1, 2, STACK_RFC);

		call(&p, END_BOB, CALL_LISTEN);
		p.options = &bytes;
		over(&p, END_ALICE, S, 1, 0, 0);
		p.options = both ? &bytes : NULL;
		over(&p, END_BOB, SA, 2, 2, 0);
		assert_int_equal(end_of(&p, END_ALICE)->sack_ok, both);
		assert_int_equal(end_of(&p, END_BOB)->sack_ok, both);
	}
}

static void
test_mss_of_the_peer(void **state)
{
	static const struct {
		uint8_t family;
		uint16_t option, mss;
	} table[] = { { 4, 1460, 1460 }, { 4, 0, 536 }, { 6, 0, 1220 }, { 6, 1440, 1440 } };

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct play p = play_with(1, 2, STACK_RFC);
		struct offer_of offer = { -1, false, table[i].option };

		p.conn.address[0].family = p.conn.address[1].family = table[i].family;
		handshake_with(&p, &offer, &offer);
		assert_int_equal(end_of(&p, END_ALICE)->mss, table[i].mss);
		assert_int_equal(end_of(&p, END_BOB)->rcv_mss, table[i].mss);
	}
}

static void
test_timestamps_and_paws(void **state)
{
	const struct offer_of offer = { -1, true, 0 };
	struct play p = play_with(0xfffffff0u, 9, STACK_RFC);
	struct option_bytes bytes;

	(void)state;
	handshake_with(&p, &offer, &offer);
	assert_true(end_of(&p, END_ALICE)->ts_ok && end_of(&p, END_BOB)->ts_ok);
	assert_int_equal(end_of(&p, END_ALICE)->ts_recent, 7000);
	assert_int_equal(end_of(&p, END_BOB)->ts_recent, 1001);
	p.options = options_of(&bytes, &offer, 1010, 7000);
	over(&p, END_ALICE, A, p.a + 1, p.b + 1, 10);
	assert_int_equal(end_of(&p, END_BOB)->ts_recent, 1010);
	/* RFC 7323 4.3: SEQ beyond Last.ACK.sent does not count. */
	p.options = options_of(&bytes, &offer, 1020, 7000);
	over(&p, END_ALICE, A, p.a + 11, p.b + 1, 10);
	assert_int_equal(end_of(&p, END_BOB)->ts_recent, 1010);
	/* RFC 7323 5.3 R1: an old one is answered and dropped; a RST is exempt. */
	p.options = options_of(&bytes, &offer, 1009, 7000);
	hears(&p, END_BOB, A, p.a + 21, p.b + 1, 10);
	assert_ignored(&p, REASON_PAWS);
	assert_owes(&p, END_BOB, A, p.b + 1, p.a + 21);
	assert_int_equal(end_of(&p, END_BOB)->owed[0].urgency, URGENCY_NOW);
	assert_int_equal(end_of(&p, END_BOB)->delivered_bytes, 20);
	/* RFC 7323 5.5: after 24 days without a new one the remembered one is worth nothing. */
	p.now_ns += 20 * 86400 * NS_PER_S;
	p.options = options_of(&bytes, &offer, 1020, 7000);
	hears(&p, END_BOB, A, p.a + 1, p.b + 1, 20);
	assert_true(sends(&p, END_BOB, A, p.b + 1, p.a + 21, 0));
	hears(&p, END_BOB, A, p.a + 21, p.b + 1, 0);
	p.now_ns += 5 * 86400 * NS_PER_S;
	p.options = options_of(&bytes, &offer, 1009, 7000);
	hears(&p, END_BOB, A, p.a + 21, p.b + 1, 10);
	assert_ignored(&p, REASON_PAWS);
	p.now_ns += 25 * 86400 * NS_PER_S;
	hears(&p, END_BOB, A, p.a + 21, p.b + 1, 10);
	assert_int_equal(end_of(&p, END_BOB)->delivered_bytes, 30);
	p.options = NULL; /* RFC 7323 3.2: a segment without is dropped in silence, but not a RST */
	hears(&p, END_BOB, A, p.a + 31, p.b + 1, 10);
	assert_ignored(&p, REASON_NO_TIMESTAMP);
	assert_null(record_of(&p, TRACE_OWED));
	p.options = options_of(&bytes, &offer, 1, 7000);
	hears(&p, END_BOB, R, p.a + 31, 0, 0);
	assert_int_equal(end_of(&p, END_BOB)->state, CLOSED);
}

static void
test_timestamps_take_two(void **state)
{
	const struct offer_of with = { -1, true, 0 }, without = { -1, false, 0 };
	struct play p = play_with(1, 2, STACK_RFC), q = play_with(1, 2, STACK_RFC);
	struct option_bytes bytes;

	(void)state;
	handshake_with(&p, &with, &without);
	assert_false(end_of(&p, END_ALICE)->ts_ok || end_of(&p, END_BOB)->ts_ok);
	p.options = options_of(&bytes, &with, 5000, 0); /* not agreed on: it is not remembered */
	over(&p, END_ALICE, A, 2, 3, 0);
	assert_int_equal(end_of(&p, END_BOB)->ts_recent, 1000);
	handshake_with(&q, &without, &with);
	assert_false(end_of(&q, END_ALICE)->ts_ok || end_of(&q, END_BOB)->ts_ok);
	over(&q, END_ALICE, A, 2, 3, 10);
	assert_int_equal(end_of(&q, END_BOB)->delivered_bytes, 10);
}

/* RFC 6191 2: which SYNs reopen a connection in TIME-WAIT. */
static void
test_a_newer_syn_reopens_time_wait(void **state)
{
	static const struct {
		bool ts;
		uint32_t value;
		int seq; /* from RCV.NXT */
		bool opens, late_ts; /* a timestamp in the SYN alone */
	} table[] = {
		{ false, 0, 1, true, false }, { false, 0, 100000, true, false }, { false, 0, -1, false, false }, { false, 0, 0, false, false },
		{ true, 1002, -5000, true, false }, { true, 1002, 5000, true, false }, { true, 1001, 5000, true, false },
		{ true, 1001, -5000, false, false }, { true, 1000, 5000, false, false }, { false, 9, -5000, false, true }, { false, 9, 5000, true, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct play p = play_with(kit_iss[i % KIT_ISS_COUNT][0], kit_iss[i % KIT_ISS_COUNT][1], STACK_RFC);
		const struct offer_of offer = { -1, table[i].ts, 0 }, stamped = { -1, true, 0 };
		struct option_bytes bytes;

		handshake_with(&p, &offer, &offer);
		p.options = options_of(&bytes, &offer, 7001, 1001);
		over(&p, END_BOB, FA, p.b + 1, p.a + 1, 0);
		p.options = options_of(&bytes, &offer, 1001, 7001);
		over(&p, END_ALICE, FA, p.a + 1, p.b + 2, 0);
		p.options = options_of(&bytes, &offer, 7002, 1001);
		over(&p, END_BOB, A, p.b + 2, p.a + 2, 0);
		assert_states(&p, CLOSED, TIME_WAIT);
		p.options = options_of(&bytes, table[i].late_ts ? &stamped : &offer, table[i].value, 0);
		hears(&p, END_BOB, S, p.a + 2 + (uint32_t)table[i].seq, 0, 0);
		if (table[i].opens) {
			assert_states(&p, CLOSED, SYN_RECEIVED);
			assert_int_equal(end_of(&p, END_BOB)->owed[0].flags, SA);
			assert_int_equal(end_of(&p, END_BOB)->owed[0].ack, p.a + 3 + (uint32_t)table[i].seq);
			assert_int_equal(end_of(&p, END_BOB)->delivered_bytes, 0);
			/* its numbers begin beyond the old ones */
			assert_in_range(end_of(&p, END_BOB)->owed[0].seq - (p.b + 2), 1, 0x7fffffff);
			p.options = NULL;
			hears(&p, END_BOB, R, end_of(&p, END_BOB)->rcv.nxt, 0, 0);
			assert_states(&p, CLOSED, LISTEN);
		} else {
			assert_states(&p, CLOSED, TIME_WAIT);
			assert_owes(&p, END_BOB, A, p.b + 2, p.a + 2);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_window_scale_takes_two),
		cmocka_unit_test(test_the_offered_window_does_not_crumble),
		cmocka_unit_test(test_sack_takes_two),
		cmocka_unit_test(test_mss_of_the_peer),
		cmocka_unit_test(test_timestamps_and_paws),
		cmocka_unit_test(test_timestamps_take_two),
		cmocka_unit_test(test_a_newer_syn_reopens_time_wait),
	};

	return cmocka_run_group_tests_name("conn_options", tests, NULL, NULL);
}
