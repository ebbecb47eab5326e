/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data and what belongs to it: gaps, windows, delayed ACKs, keep-alives, and the options of RFC 7323. */
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

/* ---- RFC 7323 ---- */

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
		cmocka_unit_test(test_window_scale_takes_two),
		cmocka_unit_test(test_the_offered_window_does_not_crumble),
		cmocka_unit_test(test_sack_takes_two),
		cmocka_unit_test(test_mss_of_the_peer),
		cmocka_unit_test(test_timestamps_and_paws),
		cmocka_unit_test(test_timestamps_take_two),
		cmocka_unit_test(test_a_newer_syn_reopens_time_wait),
	};

	return cmocka_run_group_tests_name("conn_data", tests, NULL, NULL);
}
