/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data and what belongs to it: gaps, windows, delayed ACKs, keep-alives. */
#include "test_conn_kit.h"

static struct play
established(size_t iss)
{
	struct play p = play_with(kit_iss[iss][0], kit_iss[iss][1], STACK_RFC);

	handshake(&p);
	return p;
}

#define EVERY_ISS(p) \
	for (size_t i_ = 0; i_ < KIT_ISS_COUNT; i_++) \
		for (struct play p = established(i_), *once_ = &p; once_ != NULL; once_ = NULL)

static uint32_t
delivered_now(const struct play *p)
{
	const struct trace_record *record = record_of(p, TRACE_DELIVERED);

	return record != NULL ? record->delivered_bytes : 0;
}

/* ---- out of order ---- */

static void
test_a_gap_is_asked_for_and_filled(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		hears(&p, END_BOB, PA, p.a + 101, p.b + 1, 50);
		assert_int_equal(delivered_now(&p), 0);
		assert_owes(&p, END_BOB, A, p.b + 1, p.a + 1);
		assert_int_equal(end_of(&p, END_BOB)->owed[0].urgency, URGENCY_NOW);
		assert_int_equal(record_of(&p, TRACE_OWED)->reason, REASON_OUT_OF_ORDER);
		assert_true(sends(&p, END_BOB, A, p.b + 1, p.a + 1, 0));
		hears(&p, END_BOB, PA, p.a + 201, p.b + 1, 50);
		hears(&p, END_BOB, PA, p.a + 1, p.b + 1, 100);
		assert_int_equal(delivered_now(&p), 150);
		assert_owes(&p, END_BOB, A, p.b + 1, p.a + 151);
		assert_int_equal(record_of(&p, TRACE_OWED)->reason, REASON_GAP_FILLED);
		hears(&p, END_BOB, PA, p.a + 141, p.b + 1, 100); /* overlaps on both sides */
		assert_int_equal(delivered_now(&p), 100);
		assert_owes(&p, END_BOB, A, p.b + 1, p.a + 251);
		assert_int_equal(end_of(&p, END_BOB)->held_count, 0);
		assert_int_equal(end_of(&p, END_BOB)->delivered_bytes, 250);
	}
}

static void
test_pieces_join_in_any_order(void **state)
{
	/* Five pieces of ten octets, in every one of the 120 orders. */
	int order[5];

	(void)state;
	for (int n = 0; n < 120; n++) {
		struct play p = established((size_t)n % KIT_ISS_COUNT);
		int rest[5] = { 0, 1, 2, 3, 4 }, code = n;

		for (int i = 0; i < 5; i++) {
			int pick = code % (5 - i);

			code /= 5 - i;
			order[i] = rest[pick];
			memmove(&rest[pick], &rest[pick + 1], (size_t)(4 - pick) * sizeof(rest[0]));
		}
		for (int i = 0; i < 5; i++)
			hears(&p, END_BOB, A, p.a + 1 + 10 * (uint32_t)order[i], p.b + 1, 10);
		assert_int_equal(end_of(&p, END_BOB)->delivered_bytes, 50);
		assert_int_equal(end_of(&p, END_BOB)->rcv.nxt, p.a + 51);
		assert_int_equal(end_of(&p, END_BOB)->held_count, 0);
	}
}

static void
test_only_so_many_gaps_are_kept(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		for (uint32_t i = 0; i < HELD_MAX; i++) {
			hears(&p, END_BOB, A, p.a + 11 + 20 * i, p.b + 1, 10);
			assert_null(record_of(&p, TRACE_IGNORED));
		}
		hears(&p, END_BOB, A, p.a + 11 + 20 * HELD_MAX, p.b + 1, 10);
		assert_ignored(&p, REASON_NO_ROOM);
		assert_owes(&p, END_BOB, A, p.b + 1, p.a + 1);
		hears(&p, END_BOB, A, p.a + 1, p.b + 1, 10); /* in order there is always room */
		assert_int_equal(delivered_now(&p), 20);
		hears(&p, END_BOB, A, p.a + 1, p.b + 1, 1000); /* covers all */
		assert_int_equal(end_of(&p, END_BOB)->delivered_bytes, 1000);
		assert_int_equal(end_of(&p, END_BOB)->held_count, 0);
	}
}

static void
test_text_and_fin_are_acknowledged_together(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		unsigned owed = 0;

		hears(&p, END_BOB, FA, p.a + 1, p.b + 1, 30);
		for (unsigned i = 0; i < p.out.count; i++)
			owed += p.out.record[i].kind == TRACE_OWED;
		assert_int_equal(owed, 1);
		assert_int_equal(record_of(&p, TRACE_OWED)->owed.ack, p.a + 32);
		assert_int_equal(end_of(&p, END_BOB)->rcv.wnd, KIT_WINDOW - 31); /* the FIN takes room, too */
	}
}

static void
test_a_fin_waits_for_the_text_before_it(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		hears(&p, END_BOB, FA, p.a + 31, p.b + 1, 0);
		assert_int_equal(end_of(&p, END_BOB)->state, ESTABLISHED);
		assert_owes(&p, END_BOB, A, p.b + 1, p.a + 1);
		assert_int_equal(end_of(&p, END_BOB)->owed[0].urgency, URGENCY_NOW);
		hears(&p, END_BOB, A, p.a + 1, p.b + 1, 30);
		assert_int_equal(end_of(&p, END_BOB)->state, CLOSE_WAIT);
		assert_false(end_of(&p, END_BOB)->fin_held);
		assert_owes(&p, END_BOB, A, p.b + 1, p.a + 32);
		assert_int_equal(delivered_now(&p), 30);
	}
}

/* RFC 9293 3.10.7.2: text on a SYN is kept until the connection is established. */
static void
test_text_on_a_syn_is_delivered_later(void **state)
{
	(void)state;
	for (size_t i = 0; i < KIT_ISS_COUNT; i++) {
		struct play p = play_with(kit_iss[i][0], kit_iss[i][1], STACK_RFC);

		call(&p, END_BOB, CALL_LISTEN);
		over(&p, END_ALICE, S, p.a, 0, 7);
		assert_int_equal(delivered_now(&p), 0);
		over(&p, END_BOB, SA, p.b, p.a + 1, 0);
		over(&p, END_ALICE, A, p.a + 8, p.b + 1, 0);
		assert_int_equal(delivered_now(&p), 7);
		assert_owes(&p, END_BOB, A, p.b + 1, p.a + 8);
	}
}

static void
test_text_and_fin_of_crossed_syns(void **state)
{
	(void)state;
	for (size_t i = 0; i < KIT_ISS_COUNT; i++) {
		struct play p = play_with(kit_iss[i][0], kit_iss[i][1], STACK_RFC);

		alice_in(&p, SYN_SENT, false);
		hears(&p, END_ALICE, S | F, p.b, 0, 7);
		assert_true(sends(&p, END_ALICE, SA, p.a, p.b + 1, 0));
		p.window = 1234;
		hears(&p, END_ALICE, SA, p.b, p.a + 1, 0);
		assert_int_equal(delivered_now(&p), 7);
		assert_int_equal(end_of(&p, END_ALICE)->state, CLOSE_WAIT);
		assert_owes(&p, END_ALICE, A, p.a + 1, p.b + 9);
		assert_int_equal(end_of(&p, END_ALICE)->snd.wnd, 1234);
	}
}

/* ---- acknowledgements ---- */

static void
test_every_second_full_segment_is_acknowledged_at_once(void **state)
{
	(void)state;
	EVERY_ISS(p) { /* no MSS option: 536 octets (RFC 9293 3.7.1) */
		const struct reply *owed = &end_of(&p, END_BOB)->owed[0];

		over(&p, END_BOB, A, p.b + 1, p.a + 1, 0);
		over(&p, END_ALICE, A, p.a + 1, p.b + 1, 536);
		assert_int_equal(owed->urgency, URGENCY_DELAYED);
		over(&p, END_ALICE, A, p.a + 537, p.b + 1, 535);
		assert_int_equal(owed->urgency, URGENCY_DELAYED);
		over(&p, END_ALICE, A, p.a + 1072, p.b + 1, 1);
		assert_int_equal(owed->urgency, URGENCY_NOW);
		assert_owes(&p, END_BOB, A, p.b + 1, p.a + 1073);
	}
}

/* What is owed at once stays so when something comes that could wait. */
static void
test_urgency_stays_until_the_ack_is_sent(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		hears(&p, END_BOB, A, p.a, p.b + 1, 0); /* a keep-alive */
		hears(&p, END_BOB, A, p.a + 1, p.b + 1, 10);
		assert_owes(&p, END_BOB, A, p.b + 1, p.a + 11);
		assert_int_equal(end_of(&p, END_BOB)->owed[0].urgency, URGENCY_NOW);
		assert_true(sends(&p, END_BOB, A, p.b + 1, p.a + 11, 0));
		hears(&p, END_BOB, A, p.a + 11, p.b + 1, 10);
		assert_int_equal(end_of(&p, END_BOB)->owed[0].urgency, URGENCY_DELAYED);
	}
}

/* RFC 5961 5.2: as far back as the widest window that the peer has ever offered. */
static void
test_old_acks_are_judged_by_the_widest_window(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		p.window = 50000;
		hears(&p, END_ALICE, A, p.b + 1, p.a + 1, 0);
		p.window = 10;
		hears(&p, END_ALICE, A, p.b + 1, p.a + 1, 0);
		hears(&p, END_ALICE, A, p.b + 1, p.a + 1 - 50000, 0);
		assert_int_equal(p.out.count, 0);
		hears(&p, END_ALICE, A, p.b + 1, p.a + 1 - 50001, 0);
		assert_ignored(&p, REASON_ACK_TOO_OLD);
	}
}

/* An ACK that covers less leaves the rest owed. */
static void
test_a_partial_ack_leaves_the_rest_owed(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		over(&p, END_ALICE, A, p.a + 1, p.b + 1, 20);
		over(&p, END_BOB, A, p.b + 1, p.a + 11, 0);
		assert_int_equal(end_of(&p, END_ALICE)->snd.una, p.a + 11);
		assert_owes(&p, END_BOB, A, p.b + 1, p.a + 21);
		over(&p, END_BOB, A, p.b + 1, p.a + 21, 0);
		assert_owes_nothing(&p, END_BOB);
	}
}

static void
test_keep_alives_draw_an_ack(void **state)
{
	(void)state;
	for (uint32_t size = 0; size < 2; size++) { /* RFC 9293 3.8.4: with or without a garbage octet */
		EVERY_ISS(p) {
			over(&p, END_ALICE, A, p.a, p.b + 1, size);
			assert_ignored(&p, REASON_KEEP_ALIVE);
			assert_owes(&p, END_BOB, A, p.b + 1, p.a + 1);
			assert_int_equal(delivered_now(&p), 0);
		}
	}
}

/* ---- windows ---- */

static void
test_zero_window_and_probes(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		p.window = 100;
		over(&p, END_BOB, A, p.b + 1, p.a + 1, 0);
		over(&p, END_ALICE, A, p.a + 1, p.b + 1, 100);
		p.window = 0;
		over(&p, END_BOB, A, p.b + 1, p.a + 101, 0);
		assert_int_equal(end_of(&p, END_ALICE)->snd.wnd, 0);
		p.window = KIT_WINDOW;
		assert_false(sends(&p, END_ALICE, A, p.a + 101, p.b + 1, 2));
		assert_ignored(&p, REASON_LIE_WINDOW);
		over(&p, END_ALICE, A, p.a + 101, p.b + 1, 1); /* the probe: one new octet (RFC 9293 3.8.6.1) */
		assert_owes(&p, END_BOB, A, p.b + 1, p.a + 101);
		assert_int_equal(delivered_now(&p), 0);
		over(&p, END_ALICE, A, p.a + 100, p.b + 1, 0); /* Linux's probe: none, and an old number */
		assert_owes(&p, END_BOB, A, p.b + 1, p.a + 101);
		over(&p, END_BOB, A, p.b + 1, p.a + 101, 0); /* the window opens */
		assert_int_equal(end_of(&p, END_ALICE)->snd.wnd, KIT_WINDOW);
		over(&p, END_ALICE, A, p.a + 101, p.b + 1, 1);
		assert_int_equal(delivered_now(&p), 1);
	}
}

/* RFC 9293 3.10.7.4: with the window closed ACKs are still taken, also from a segment whose text is not. */
static void
test_zero_window_still_takes_acks(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		over(&p, END_BOB, PA, p.b + 1, p.a + 1, 40);
		p.window = 0;
		assert_true(sends(&p, END_BOB, A, p.b + 41, p.a + 1, 0));
		p.window = KIT_WINDOW;
		hears(&p, END_BOB, PA, p.a + 1, p.b + 41, 10);
		assert_int_equal(end_of(&p, END_BOB)->snd.una, p.b + 41);
		assert_int_equal(end_of(&p, END_BOB)->delivered_bytes, 0);
		hears(&p, END_BOB, R, p.a + 1, 0, 0);
		assert_int_equal(end_of(&p, END_BOB)->state, CLOSED);
	}
}

static void
test_text_is_trimmed_to_the_window(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		p.window = 30;
		assert_true(sends(&p, END_BOB, A, p.b + 1, p.a + 1, 0));
		hears(&p, END_BOB, FA, p.a + 1, p.b + 1, 50);
		assert_int_equal(delivered_now(&p), 30);
		assert_owes(&p, END_BOB, A, p.b + 1, p.a + 31);
		assert_int_equal(end_of(&p, END_BOB)->state, ESTABLISHED); /* the FIN was trimmed, too */
		assert_true(sends(&p, END_BOB, A, p.b + 1, p.a + 31, 0));
		hears(&p, END_BOB, A, p.a + 31, p.b + 1, 20);
		assert_int_equal(end_of(&p, END_BOB)->state, ESTABLISHED); /* and is not remembered */
	}
}

/* RFC 9293 3.10.7.4: an old segment must not bring an old window back. */
static void
test_an_old_segment_does_not_update_the_window(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		assert_true(sends(&p, END_ALICE, A, p.a + 1, p.b + 1, 20));
		p.window = 5000;
		hears(&p, END_ALICE, A, p.b + 1, p.a + 21, 0);
		assert_int_equal(end_of(&p, END_ALICE)->snd.wnd, 5000);
		p.window = 7;
		hears(&p, END_ALICE, A, p.b + 1, p.a + 11, 0);
		assert_int_equal(end_of(&p, END_ALICE)->snd.wnd, 5000);
		hears(&p, END_ALICE, A, p.b + 1, p.a + 21, 0);
		assert_int_equal(end_of(&p, END_ALICE)->snd.wnd, 7);
		hears(&p, END_ALICE, A, p.b + 11, p.a + 21, 0); /* ahead of the text that follows */
		p.window = 9;
		assert_true(sends(&p, END_ALICE, A, p.a + 21, p.b + 1, 2));
		hears(&p, END_ALICE, A, p.b + 1, p.a + 23, 10); /* a newer ACK on an older segment */
		assert_int_equal(end_of(&p, END_ALICE)->snd.una, p.a + 23);
		assert_int_equal(end_of(&p, END_ALICE)->snd.wnd, 7);
	}
}

static void
test_urgent_pointer(void **state)
{
	(void)state;
	EVERY_ISS(p) {
		struct seg seg = segment(&p, PA | TCP_URG, p.a + 1, p.b + 1, 10);

		seg.tcp.urgent = 4;
		conn_hears(&p.conn, END_BOB, &seg, p.now_ns, &p.out);
		assert_int_equal(end_of(&p, END_BOB)->rcv.up, p.a + 5);
		seg = segment(&p, PA, p.a + 11, p.b + 1, 10);
		seg.tcp.urgent = 4; /* means nothing without the flag */
		conn_hears(&p.conn, END_BOB, &seg, p.now_ns, &p.out);
		assert_int_equal(end_of(&p, END_BOB)->rcv.up, p.a + 5);
		seg = segment(&p, PA | TCP_URG, p.a + 1, p.b + 1, 30);
		seg.tcp.urgent = 2; /* nor an older one */
		conn_hears(&p.conn, END_BOB, &seg, p.now_ns, &p.out);
		assert_int_equal(end_of(&p, END_BOB)->rcv.up, p.a + 5);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_gap_is_asked_for_and_filled),
		cmocka_unit_test(test_pieces_join_in_any_order),
		cmocka_unit_test(test_only_so_many_gaps_are_kept),
		cmocka_unit_test(test_text_and_fin_are_acknowledged_together),
		cmocka_unit_test(test_a_fin_waits_for_the_text_before_it),
		cmocka_unit_test(test_text_and_fin_of_crossed_syns),
		cmocka_unit_test(test_text_on_a_syn_is_delivered_later),
		cmocka_unit_test(test_every_second_full_segment_is_acknowledged_at_once),
		cmocka_unit_test(test_urgency_stays_until_the_ack_is_sent),
		cmocka_unit_test(test_old_acks_are_judged_by_the_widest_window),
		cmocka_unit_test(test_a_partial_ack_leaves_the_rest_owed),
		cmocka_unit_test(test_keep_alives_draw_an_ack),
		cmocka_unit_test(test_zero_window_and_probes),
		cmocka_unit_test(test_zero_window_still_takes_acks),
		cmocka_unit_test(test_text_is_trimmed_to_the_window),
		cmocka_unit_test(test_an_old_segment_does_not_update_the_window),
		cmocka_unit_test(test_urgent_pointer),
	};

	return cmocka_run_group_tests_name("conn_data", tests, NULL, NULL);
}
