/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an end may send in its state, what that says of it, and what it still owes afterwards. */
#include "test_conn_kit.h"

/* Numbers from a (seq) and b (ack), in the state that alice_in makes. */
struct sent {
	enum tcp_state state;
	uint16_t flags;
	int seq, ack;
	uint32_t size;
	enum reason reason; /* NONE: a correct stack could have sent it */
	enum tcp_state next; /* where it moves her */
};

static const struct sent sent[] = {
	/* Without a connection only a SYN. */
	{ CLOSED, S, 0, 0, 0, REASON_NONE, SYN_SENT },
	{ CLOSED, SA, 0, 1, 0, REASON_LIE_CLOSED, CLOSED },
	{ CLOSED, S | F, 0, 0, 0, REASON_LIE_CLOSED, CLOSED },
	{ CLOSED, A, 0, 1, 0, REASON_LIE_CLOSED, CLOSED },
	{ CLOSED, R, 0, 0, 0, REASON_LIE_CLOSED, CLOSED },
	{ CLOSED, FA, 0, 1, 0, REASON_LIE_CLOSED, CLOSED },
	{ LISTEN, S, 0, 0, 0, REASON_NONE, SYN_SENT },
	{ LISTEN, SA, 0, 1, 0, REASON_LIE_LISTEN, LISTEN },
	{ LISTEN, R, 0, 0, 0, REASON_LIE_LISTEN, LISTEN },
	{ LISTEN, PA, 1, 1, 9, REASON_LIE_LISTEN, LISTEN },
	{ SYN_SENT, S, 0, 0, 0, REASON_NONE, SYN_SENT },
	{ SYN_SENT, S, 1, 0, 0, REASON_LIE_SYN_SENT, SYN_SENT },
	{ SYN_SENT, SA, 0, 1, 0, REASON_LIE_SYN_SENT, SYN_SENT },
	{ SYN_SENT, A, 1, 1, 0, REASON_LIE_SYN_SENT, SYN_SENT },
	{ SYN_SENT, R, 1, 0, 0, REASON_LIE_RST_UNTOLD, SYN_SENT },
	{ SYN_RECEIVED, SA, 0, 1, 0, REASON_NONE, SYN_RECEIVED },
	{ SYN_RECEIVED, SA, 5, 1, 0, REASON_LIE_SYN_RECEIVED, SYN_RECEIVED },
	{ SYN_RECEIVED, SA, 0, 2, 0, REASON_LIE_SYN_RECEIVED, SYN_RECEIVED },
	{ SYN_RECEIVED, S, 0, 0, 0, REASON_LIE_SYN_RECEIVED, SYN_RECEIVED },
	{ SYN_RECEIVED, A, 1, 1, 0, REASON_NONE, SYN_RECEIVED },
	{ SYN_RECEIVED, PA, 1, 1, 3, REASON_LIE_EARLY, SYN_RECEIVED },
	{ SYN_RECEIVED, FA, 1, 1, 0, REASON_NONE, FIN_WAIT_1 },
	{ SYN_RECEIVED, R, 1, 0, 0, REASON_NONE, CLOSED },
	/* In ESTABLISHED una is 1, nxt 101, rcv.nxt 1. */
	{ ESTABLISHED, A, 101, 1, 0, REASON_NONE, ESTABLISHED },
	{ ESTABLISHED, PA, 101, 1, 9, REASON_NONE, ESTABLISHED },
	{ ESTABLISHED, P, 101, 0, 9, REASON_LIE_NO_ACK, ESTABLISHED },
	{ ESTABLISHED, F, 101, 0, 0, REASON_LIE_NO_ACK, ESTABLISHED },
	{ ESTABLISHED, S, 101, 0, 0, REASON_LIE_SYN, ESTABLISHED },
	{ ESTABLISHED, SA, 0, 1, 0, REASON_LIE_SYN, ESTABLISHED },
	{ ESTABLISHED, A, 101, 2, 0, REASON_LIE_ACK_AHEAD, ESTABLISHED },
	{ ESTABLISHED, A, 101, 0, 0, REASON_LIE_ACK_BACK, ESTABLISHED },
	{ ESTABLISHED, A, 102, 1, 0, REASON_LIE_GAP, ESTABLISHED },
	{ ESTABLISHED, PA, 105, 1, 9, REASON_LIE_GAP, ESTABLISHED },
	{ ESTABLISHED, PA, 1, 1, 100, REASON_NONE, ESTABLISHED },   /* again */
	{ ESTABLISHED, PA, 31, 1, 20, REASON_NONE, ESTABLISHED },   /* part of it again */
	{ ESTABLISHED, PA, 91, 1, 20, REASON_LIE_OVERLAP, ESTABLISHED },
	{ ESTABLISHED, PA, -9, 1, 10, REASON_LIE_ACKED, ESTABLISHED },
	{ ESTABLISHED, A, 50, 1, 0, REASON_LIE_BARE_SEQ, ESTABLISHED },
	{ ESTABLISHED, A, 100, 1, 0, REASON_NONE, ESTABLISHED },    /* keep-alive */
	{ ESTABLISHED, A, 100, 1, 1, REASON_NONE, ESTABLISHED },
	{ ESTABLISHED, A, 0, 1, 0, REASON_NONE, ESTABLISHED },      /* Linux's probe of a closed window */
	{ ESTABLISHED, FA, 100, 1, 0, REASON_LIE_FIN_MOVED, ESTABLISHED },
	{ ESTABLISHED, PA, 101, 1, KIT_WINDOW - 100, REASON_NONE, ESTABLISHED },
	{ ESTABLISHED, PA, 101, 1, KIT_WINDOW - 99, REASON_LIE_WINDOW, ESTABLISHED },
	{ ESTABLISHED, FA, 101, 1, KIT_WINDOW - 100, REASON_LIE_WINDOW, ESTABLISHED }, /* the FIN takes room, too */
	{ ESTABLISHED, FA, 101, 1, 0, REASON_NONE, FIN_WAIT_1 },
	{ ESTABLISHED, FA, 101, 1, 9, REASON_NONE, FIN_WAIT_1 },
	{ ESTABLISHED, R, 101, 0, 0, REASON_NONE, CLOSED },
	{ ESTABLISHED, R, 100, 0, 0, REASON_LIE_RST_SEQ, ESTABLISHED },
	{ ESTABLISHED, R, 102, 0, 0, REASON_LIE_RST_SEQ, ESTABLISHED },
	/* The FIN was 101; only what was sent before can come again. */
	{ FIN_WAIT_1, FA, 101, 1, 0, REASON_NONE, FIN_WAIT_1 },
	{ FIN_WAIT_1, FA, 1, 1, 100, REASON_NONE, FIN_WAIT_1 },
	{ FIN_WAIT_1, FA, 51, 1, 10, REASON_LIE_FIN_MOVED, FIN_WAIT_1 },
	{ FIN_WAIT_1, PA, 51, 1, 51, REASON_LIE_FIN_MOVED, FIN_WAIT_1 },
	{ FIN_WAIT_1, FA, 102, 1, 0, REASON_LIE_AFTER_FIN, FIN_WAIT_1 },
	{ FIN_WAIT_1, PA, 102, 1, 5, REASON_LIE_AFTER_FIN, FIN_WAIT_1 },
	{ FIN_WAIT_1, PA, 101, 1, 5, REASON_LIE_AFTER_FIN, FIN_WAIT_1 },
	{ FIN_WAIT_1, R, 102, 0, 0, REASON_NONE, CLOSED },
	{ FIN_WAIT_2, A, 102, 1, 0, REASON_NONE, FIN_WAIT_2 },
	{ FIN_WAIT_2, PA, 102, 1, 5, REASON_LIE_AFTER_FIN, FIN_WAIT_2 },
	{ FIN_WAIT_2, FA, 101, 1, 0, REASON_LIE_ACKED, FIN_WAIT_2 },
	{ CLOSE_WAIT, PA, 101, 2, 50, REASON_NONE, CLOSE_WAIT },
	{ CLOSE_WAIT, FA, 101, 2, 0, REASON_NONE, LAST_ACK },
	{ CLOSE_WAIT, A, 101, 1, 0, REASON_LIE_ACK_BACK, CLOSE_WAIT },
	{ CLOSE_WAIT, R, 101, 0, 0, REASON_NONE, CLOSED },
	{ CLOSING, FA, 101, 2, 0, REASON_NONE, CLOSING },
	{ CLOSING, R, 102, 0, 0, REASON_LIE_RST_UNTOLD, CLOSING },
	{ LAST_ACK, FA, 101, 2, 0, REASON_NONE, LAST_ACK },
	{ LAST_ACK, R, 102, 0, 0, REASON_LIE_RST_UNTOLD, LAST_ACK },
	{ TIME_WAIT, A, 102, 2, 0, REASON_NONE, TIME_WAIT },
	{ TIME_WAIT, S, 500, 0, 0, REASON_LIE_SYN, TIME_WAIT },
	{ TIME_WAIT, R, 102, 0, 0, REASON_LIE_RST_UNTOLD, TIME_WAIT },
};

static void
try_sent(const struct sent *row, const uint32_t iss[2])
{
	struct play p = play_with(iss[0], iss[1], STACK_RFC);
	struct endpoint before;
	bool may;

	alice_in(&p, row->state, false);
	memcpy(&before, end_of(&p, END_ALICE), sizeof(before));
	may = sends(&p, END_ALICE, row->flags, p.a + (uint32_t)row->seq, p.b + (uint32_t)row->ack, row->size);
	if (may != (row->reason == REASON_NONE) || end_of(&p, END_ALICE)->state != row->next) {
		fail_msg("%s, flags %x seq %d size %u: %s, %s", tcp_state_name(row->state), row->flags, row->seq, row->size,
		    tcp_state_name((enum tcp_state)end_of(&p, END_ALICE)->state),
		    may ? "may" : reason_text((enum reason)p.out.record[0].reason));
	}
	if (may)
		return;
	assert_int_equal(p.out.count, 1);
	assert_ignored(&p, row->reason);
	assert_memory_equal(&before, end_of(&p, END_ALICE), sizeof(before)); /* it moves nothing at all */
}

static void
test_what_may_be_sent(void **state)
{
	(void)state;
	for (size_t r = 0; r < sizeof(sent) / sizeof(sent[0]); r++) {
		for (size_t i = 0; i < KIT_ISS_COUNT; i++)
			try_sent(&sent[r], kit_iss[i]);
	}
}

/* ---- what is owed, and struck off ---- */

static void
test_a_refusal_is_owed_before_all_else(void **state)
{
	struct play p = play_with(10, 20, STACK_RFC);

	(void)state;
	call(&p, END_ALICE, CALL_OPEN);
	hears(&p, END_ALICE, A, 500, 600, 0); /* before she has sent her SYN */
	assert_owes(&p, END_ALICE, R, 600, 0);
	assert_int_equal(end_of(&p, END_ALICE)->owed[1].flags, S);
	assert_false(sends(&p, END_ALICE, R, 601, 0, 0));
	assert_true(sends(&p, END_ALICE, R, 600, 0, 0));
	assert_int_equal(end_of(&p, END_ALICE)->state, SYN_SENT);
	assert_owes(&p, END_ALICE, S, 10, 0);
	assert_true(sends(&p, END_ALICE, S, 10, 0, 0));
	assert_owes_nothing(&p, END_ALICE);
}

/* A refusal that is owed does not stand in the way of ABORT. */
static void
test_abort_while_a_refusal_is_owed(void **state)
{
	struct play p = play_with(10, 20, STACK_RFC);
	struct seg seg = { 0 };

	(void)state;
	alice_in(&p, SYN_RECEIVED, true);
	hears(&p, END_ALICE, A, 21, 600, 0);
	assert_owes(&p, END_ALICE, R, 600, 0);
	conn_next_segment(&p.conn, END_ALICE, R, &seg);
	assert_int_equal(seg.tcp.seq, 600);
	assert_true(sends(&p, END_ALICE, R, 11, 0, 0));
	assert_int_equal(end_of(&p, END_ALICE)->state, CLOSED);
	assert_owes_nothing(&p, END_ALICE);
}

/* The number of OPEN is a proposal; the SYN that is sent decides. */
static void
test_the_syn_that_is_sent_decides_the_iss(void **state)
{
	struct play p = play_with(10, 20, STACK_RFC);

	(void)state;
	call(&p, END_ALICE, CALL_OPEN);
	assert_true(sends(&p, END_ALICE, S, 777, 0, 0));
	assert_int_equal(end_of(&p, END_ALICE)->iss, 777);
	assert_owes_nothing(&p, END_ALICE);
	hears(&p, END_ALICE, SA, 20, 778, 0);
	assert_int_equal(end_of(&p, END_ALICE)->state, ESTABLISHED);
	assert_owes(&p, END_ALICE, A, 778, 21);
}

static void
test_an_ack_rides_on_data_and_fin(void **state)
{
	struct play p = play_with(10, 20, STACK_RFC);

	(void)state;
	handshake(&p);
	over(&p, END_BOB, PA, 21, 11, 5);
	assert_true(sends(&p, END_ALICE, PA, 11, 26, 4));
	assert_owes_nothing(&p, END_ALICE);
	over(&p, END_BOB, PA, 26, 11, 5);
	assert_true(sends(&p, END_ALICE, FA, 15, 31, 0));
	assert_owes_nothing(&p, END_ALICE);
}

/* CLOSE while an ACK is owed: the FIN carries it; and what comes meanwhile is acknowledged by it, too. */
static void
test_a_fin_that_is_owed_takes_the_ack_along(void **state)
{
	struct play p = play_with(10, 20, STACK_RFC);

	(void)state;
	handshake(&p);
	over(&p, END_BOB, PA, 21, 11, 5);
	call(&p, END_ALICE, CALL_CLOSE);
	assert_owes(&p, END_ALICE, FA, 11, 26);
	over(&p, END_BOB, PA, 26, 11, 5);
	assert_owes(&p, END_ALICE, FA, 11, 31);
	assert_true(sends(&p, END_ALICE, PA, 11, 31, 7)); /* what was queued before CLOSE goes first */
	assert_owes(&p, END_ALICE, FA, 18, 31);
	over(&p, END_ALICE, FA, 18, 31, 0);
	assert_owes_nothing(&p, END_ALICE);
	assert_int_equal(end_of(&p, END_ALICE)->state, FIN_WAIT_1);
}

static void
test_replies(void **state)
{
	static const struct {
		struct reply reply;
		uint16_t flags;
		uint32_t seq, ack, size;
		bool met;
	} table[] = {
		{ { .flags = SA, .seq = 5, .ack = 9 }, SA, 5, 9, 0, true },
		{ { .flags = SA, .seq = 5, .ack = 9 }, SA, 5, 8, 0, false },
		{ { .flags = SA, .seq = 5, .ack = 9 }, SA, 6, 9, 0, false },
		{ { .flags = SA, .any_seq = true, .ack = 9 }, SA, 6, 9, 0, true },
		{ { .flags = SA, .seq = 5, .ack = 9 }, A, 5, 9, 0, false },
		{ { .flags = SA, .seq = 5, .ack = 9 }, RA, 5, 9, 0, false },
		{ { .flags = S, .seq = 5 }, S, 5, 0, 0, true },
		{ { .flags = S, .seq = 5 }, SA, 5, 9, 0, false },
		{ { .flags = A, .seq = 5, .ack = 9 }, A, 5, 9, 0, true },
		{ { .flags = A, .seq = 5, .ack = 9 }, A, 5, 8, 0, false },
		{ { .flags = A, .seq = 5, .ack = 9 }, A, 5, 10, 0, true },   /* merged with a later one */
		{ { .flags = A, .seq = 5, .ack = 9 }, PA, 5, 9, 100, true }, /* on data */
		{ { .flags = A, .seq = 5, .ack = 9 }, FA, 5, 9, 0, true },   /* on FIN */
		{ { .flags = A, .seq = 5, .ack = 9 }, PA, 2, 9, 3, true },   /* on a retransmission */
		{ { .flags = A, .seq = 5, .ack = 9 }, A, 4, 9, 0, false },
		{ { .flags = A, .seq = 5, .ack = 9 }, RA, 5, 9, 0, false },
		{ { .flags = A, .seq = 5, .ack = 9 }, SA, 5, 9, 0, false },
		{ { .flags = A, .seq = 5, .ack = 0xfffffff0u }, A, 5, 3, 0, true }, /* more, across the wrap */
		{ { .flags = A, .seq = 5, .ack = 3 }, A, 5, 0xfffffff0u, 0, false },
		{ { .flags = R, .seq = 5 }, R, 5, 0, 0, true },
		{ { .flags = R, .seq = 5 }, RA, 5, 9, 0, true },
		{ { .flags = R, .seq = 5 }, R, 6, 0, 0, false },
		{ { .flags = R, .seq = 5 }, FA, 5, 0, 0, false },
		{ { .flags = RA, .seq = 0, .ack = 9 }, RA, 0, 9, 0, true },
		{ { .flags = RA, .seq = 0, .ack = 9 }, RA, 0, 8, 0, false },
		{ { .flags = RA, .seq = 0, .ack = 9 }, R, 0, 9, 0, false },
		{ { .flags = FA, .seq = 5, .ack = 9 }, FA, 5, 9, 0, true },
		{ { .flags = FA, .seq = 5, .ack = 9 }, FA, 5, 9, 20, true }, /* after data */
		{ { .flags = FA, .seq = 5, .ack = 9 }, A, 5, 9, 0, false },
		{ { .flags = 0 }, A, 5, 9, 0, false },
	};
	struct play p = play_with(0, 0, STACK_RFC);

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct seg seg = segment(&p, table[i].flags, table[i].seq, table[i].ack, table[i].size);

		if (reply_met(&table[i].reply, &seg) != table[i].met)
			fail_msg("row %zu", i);
	}
}

/* ---- the next segment ---- */

static void
test_next_segments_are_such_as_may_be_sent(void **state)
{
	static const struct {
		enum tcp_state state;
		uint16_t flags;
		int seq, ack; /* from a and b; ack -1: the field is zero */
	} table[] = {
		{ SYN_SENT, S, 0, -1 },
		{ SYN_RECEIVED, SA, 0, 1 },
		{ SYN_RECEIVED, R, 1, -1 },
		{ ESTABLISHED, A, 101, 1 },
		{ ESTABLISHED, FA, 101, 1 },
		{ ESTABLISHED, R, 101, -1 },
		{ FIN_WAIT_1, FA, 101, 1 }, /* again, under the number that it has */
		{ FIN_WAIT_1, A, 102, 1 },
		{ CLOSE_WAIT, FA, 101, 2 },
		{ LAST_ACK, FA, 101, 2 },
		{ TIME_WAIT, A, 102, 2 },
	};

	(void)state;
	for (size_t t = 0; t < sizeof(table) / sizeof(table[0]); t++) {
		for (size_t i = 0; i < KIT_ISS_COUNT; i++) {
			struct play p = play_with(kit_iss[i][0], kit_iss[i][1], STACK_RFC);
			struct seg seg = { 0 };

			p.conn.port[END_ALICE] = 40001;
			p.conn.port[END_BOB] = 80;
			alice_in(&p, table[t].state, false);
			conn_next_segment(&p.conn, END_ALICE, table[t].flags, &seg);
			assert_int_equal(seg.tcp.seq, p.a + (uint32_t)table[t].seq);
			assert_int_equal(seg.tcp.ack, table[t].ack < 0 ? 0 : p.b + (uint32_t)table[t].ack);
			assert_int_equal(seg.tcp.flags, table[t].flags);
			assert_int_equal(seg.tcp.window, KIT_WINDOW);
			assert_int_equal(seg.tcp.sport, 40001);
			assert_int_equal(seg.tcp.dport, 80);
			assert_true(seg_has(&seg, LAYER_TCP));
			assert_true(conn_sends(&p.conn, END_ALICE, &seg, p.now_ns, &p.out));
		}
	}
}

static void
test_the_next_rst_is_the_one_that_is_owed(void **state)
{
	struct play p = play_with(10, 20, STACK_RFC);
	struct seg seg = { 0 };

	(void)state;
	hears(&p, END_ALICE, S, 500, 0, 0);
	conn_next_segment(&p.conn, END_ALICE, RA, &seg);
	assert_int_equal(seg.tcp.seq, 0);
	assert_int_equal(seg.tcp.ack, 501);
	assert_true(conn_sends(&p.conn, END_ALICE, &seg, p.now_ns, &p.out));
	assert_owes_nothing(&p, END_ALICE);
}

/* ---- an observed stack ---- */

static struct play
with_linux(void)
{
	struct play p = play_with(1000, 0xfffffff0u, STACK_LINUX);

	call(&p, END_BOB, CALL_LISTEN);
	over(&p, END_ALICE, S, p.a, 0, 0);
	return p;
}

static void
test_an_observed_stack_chooses_its_iss(void **state)
{
	struct play p = with_linux();

	(void)state;
	assert_int_equal(end_of(&p, END_BOB)->owed[0].flags, SA);
	assert_true(end_of(&p, END_BOB)->owed[0].any_seq);
	hears(&p, END_BOB, A, p.a + 1, 12345, 0); /* blind: nobody can say whether it is right */
	assert_ignored(&p, REASON_ISS_UNSEEN);
	over(&p, END_BOB, SA, p.b, p.a + 1, 0);
	assert_owes_nothing(&p, END_BOB);
	over(&p, END_ALICE, A, p.a + 1, p.b + 1, 0);
	assert_states(&p, ESTABLISHED, ESTABLISHED);
}

/* What was lost before we saw it had been sent all the same. */
static void
test_an_observed_stack_is_believed_over_gaps(void **state)
{
	struct play p = with_linux();

	(void)state;
	over(&p, END_BOB, SA, p.b, p.a + 1, 0);
	over(&p, END_ALICE, A, p.a + 1, p.b + 1, 0);
	assert_true(sends(&p, END_BOB, PA, p.b + 101, p.a + 1, 50));
	assert_int_equal(end_of(&p, END_BOB)->snd.nxt, p.b + 151);
	assert_true(sends(&p, END_BOB, FA, p.b + 1, p.a + 1, 150)); /* merged when sent again */
	assert_int_equal(end_of(&p, END_BOB)->state, FIN_WAIT_1);
	hears(&p, END_BOB, A, p.a + 1, p.b + 152, 0);
	assert_int_equal(end_of(&p, END_BOB)->state, FIN_WAIT_2);
	assert_false(sends(&p, END_BOB, A, p.b + 152, p.a + 2, 0)); /* but not in what it says of the peer */
	assert_ignored(&p, REASON_LIE_ACK_AHEAD);
	assert_true(sends(&p, END_BOB, RA, p.b + 152, p.a + 1, 0));
	assert_int_equal(end_of(&p, END_BOB)->state, CLOSED);
	assert_int_equal(record_of(&p, TRACE_MOVE)->reason, REASON_GIVEN_UP);
}

/* Behind a slow link his FIN is seen after he has heard hers, though he sent it before. */
static void
test_crossed_fins_are_recognized_late(void **state)
{
	struct play p = with_linux();

	(void)state;
	over(&p, END_BOB, SA, p.b, p.a + 1, 0);
	over(&p, END_ALICE, A, p.a + 1, p.b + 1, 0);
	over(&p, END_ALICE, FA, p.a + 1, p.b + 1, 0);
	assert_states(&p, FIN_WAIT_1, CLOSE_WAIT);
	over(&p, END_BOB, FA, p.b + 1, p.a + 1, 0);
	assert_states(&p, CLOSING, CLOSING);
	assert_int_equal(end_of(&p, END_BOB)->owed[0].flags, A); /* her FIN is still to be acknowledged */
	over(&p, END_BOB, A, p.b + 2, p.a + 2, 0);
	over(&p, END_ALICE, A, p.a + 2, p.b + 2, 0);
	assert_states(&p, TIME_WAIT, TIME_WAIT);
	assert_true(end_of(&p, END_BOB)->time_wait_until_ns == p.now_ns + 60 * NS_PER_S); /* Linux's minute */
}

/* Likewise his SYN in a simultaneous open. */
static void
test_a_crossed_syn_is_seen_late(void **state)
{
	struct play p = play_with(1000, 0xfffffff0u, STACK_LINUX);

	(void)state;
	call(&p, END_BOB, CALL_OPEN);
	hears(&p, END_BOB, SA, p.a, 7, 0);
	assert_ignored(&p, REASON_ISS_UNSEEN);
	over(&p, END_ALICE, S, p.a, 0, 0);
	assert_states(&p, SYN_SENT, SYN_RECEIVED);
	assert_true(end_of(&p, END_BOB)->owed[0].any_seq);
	over(&p, END_BOB, S, p.b, 0, 0);
	assert_states(&p, SYN_RECEIVED, SYN_RECEIVED);
	assert_false(end_of(&p, END_BOB)->owed[0].any_seq);
	assert_owes(&p, END_BOB, SA, p.b, p.a + 1);
	assert_owes(&p, END_ALICE, SA, p.a, p.b + 1);
	assert_int_equal(end_of(&p, END_BOB)->owed[0].flags, SA);
	over(&p, END_BOB, SA, p.b, p.a + 1, 0);
	assert_states(&p, ESTABLISHED, SYN_RECEIVED);
	over(&p, END_ALICE, A, p.a + 1, p.b + 1, 0);
	assert_states(&p, ESTABLISHED, ESTABLISHED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_may_be_sent),
		cmocka_unit_test(test_a_refusal_is_owed_before_all_else),
		cmocka_unit_test(test_abort_while_a_refusal_is_owed),
		cmocka_unit_test(test_the_syn_that_is_sent_decides_the_iss),
		cmocka_unit_test(test_an_ack_rides_on_data_and_fin),
		cmocka_unit_test(test_a_fin_that_is_owed_takes_the_ack_along),
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_next_segments_are_such_as_may_be_sent),
		cmocka_unit_test(test_the_next_rst_is_the_one_that_is_owed),
		cmocka_unit_test(test_an_observed_stack_chooses_its_iss),
		cmocka_unit_test(test_an_observed_stack_is_believed_over_gaps),
		cmocka_unit_test(test_crossed_fins_are_recognized_late),
		cmocka_unit_test(test_a_crossed_syn_is_seen_late),
	};

	return cmocka_run_group_tests_name("conn_sends", tests, NULL, NULL);
}
