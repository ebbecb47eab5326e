/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever happens to a shadow, in whatever order: it is a function of that alone, and some things always hold. */
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "base/seq.h"
#include "seg/defect.h"
#include "test_conn_kit.h"

#define STREAMS 3000
#define DIGEST_START UINT64_C(0xcbf29ce484222325)
#define EVENTS 40

/* RFC 9293 figure 5 and its notes; RST, ABORT and timeouts lead to CLOSED from everywhere. */
static const bool edge[TCP_STATE_COUNT][TCP_STATE_COUNT] = {
	[CLOSED] = { [LISTEN] = true, [SYN_SENT] = true },
	[LISTEN] = { [CLOSED] = true, [SYN_SENT] = true, [SYN_RECEIVED] = true },
	[SYN_SENT] = { [CLOSED] = true, [SYN_RECEIVED] = true, [ESTABLISHED] = true },
	[SYN_RECEIVED] = { [CLOSED] = true, [LISTEN] = true, [ESTABLISHED] = true, [FIN_WAIT_1] = true },
	[ESTABLISHED] = { [CLOSED] = true, [FIN_WAIT_1] = true, [CLOSE_WAIT] = true },
	[FIN_WAIT_1] = { [CLOSED] = true, [FIN_WAIT_2] = true, [CLOSING] = true },
	[FIN_WAIT_2] = { [CLOSED] = true, [TIME_WAIT] = true },
	[CLOSE_WAIT] = { [CLOSED] = true, [LAST_ACK] = true },
	[CLOSING] = { [CLOSED] = true, [TIME_WAIT] = true },
	[LAST_ACK] = { [CLOSED] = true },
	[TIME_WAIT] = { [CLOSED] = true, [SYN_RECEIVED] = true /* 3.6.1: reopened */ },
};

static bool
edge_of(const struct trace_record *record)
{
	if (record->reason == REASON_FINS_CROSSED) /* a view set right: FIN-WAIT-1 was passed unseen */
		return record->move.from == CLOSE_WAIT && record->move.to == CLOSING;
	return edge[record->move.from][record->move.to];
}

static uint32_t
near(struct rng *rng, uint32_t n)
{
	static const int32_t off[] = { 1, -1, 2, 10, -10, 99, 5000, -5000, 70000, 0x40000000, -0x7fffffff };

	if (rng_below(rng, 6) != 0)
		return n;
	return n + (uint32_t)off[rng_below(rng, sizeof(off) / sizeof(off[0]))];
}

/* A segment from `who` whose numbers are mostly about right. */
static struct seg
some_segment(struct rng *rng, const struct play *p, enum end who, struct option_bytes *bytes)
{
	static const uint16_t flags[] = { S, S, SA, SA, A, A, A, A, PA, PA, PA, FA, FA, FA, R, F, 0, S | F,
		PA | TCP_URG, SA | F };
	static const uint32_t sizes[] = { 0, 0, 0, 1, 10, 100, 536, 2000, 65000 };
	uint8_t data[8];
	struct err err;
	struct seg seg = segment(p, flags[rng_below(rng, sizeof(flags) / sizeof(flags[0]))], 0, 0,
	    rng_below(rng, 2) ? 0 : sizes[rng_below(rng, sizeof(sizes) / sizeof(sizes[0]))]);
	struct seg next = seg;

	if (p->conn.end[who].owed[0].flags != 0 && rng_below(rng, 3) == 0)
		seg.tcp.flags = p->conn.end[who].owed[0].flags;
	conn_next_segment(&p->conn, who, seg.tcp.flags, &next);
	seg.tcp.seq = near(rng, next.tcp.seq);
	seg.tcp.ack = near(rng, next.tcp.ack);
	seg.tcp.window = rng_below(rng, 5) ? next.tcp.window : (uint16_t)rng_u64(rng);
	seg.tcp.urgent = (uint16_t)rng_u64(rng);
	bytes->size = 0;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(rng_u64(rng) & 0x0f);
	if (rng_below(rng, 4) == 0)
		assert_int_equal(option_put(bytes, OPTION_TS, data, 8, &err), 0);
	if (rng_below(rng, 4) == 0)
		assert_int_equal(option_put(bytes, OPTION_WSCALE, data, 1, &err), 0);
	option_pad(bytes);
	seg.options = bytes->data;
	seg.options_size = bytes->size;
	if (rng_below(rng, 50) == 0)
		seg.defects = 1u << DEFECT_BAD_CHECKSUM;
	return seg;
}

struct stream {
	struct rng rng;
	struct play p;
	uint8_t state[2]; /* as the records tell */
	unsigned moves[TCP_STATE_COUNT]; /* into each */
	unsigned reasons[REASON_COUNT];
	int poison; /* what lay in memory before, which must not show */
	uint64_t digest; /* of all records and of what they left */
};

/* FNV-1a */
static void
digest(struct stream *s, const void *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		s->digest = (s->digest ^ ((const uint8_t *)data)[i]) * UINT64_C(0x100000001b3);
}

static void
assert_held_in_order(const struct endpoint *e)
{
	uint32_t last = e->rcv.nxt;

	assert_in_range(e->held_count, 0, HELD_MAX);
	for (unsigned i = 0; i < e->held_count; i++) {
		/* Text that a SYN brought waits, in order, for the ACK of its own SYN. */
		assert_true(seq_lt(last, e->held[i].left) || (e->snd.una == e->iss && last == e->held[i].left));
		assert_true(seq_lt(e->held[i].left, e->held[i].right));
		last = e->held[i].right;
	}
}

static void
assert_end_is_sound(const struct endpoint *e)
{
	assert_in_range(e->state, 0, TCP_STATE_COUNT - 1);
	assert_true(seq_leq(e->snd.una, e->snd.nxt));
	assert_true((e->state == TIME_WAIT) == (e->time_wait_until_ns != WHEN_NEVER));
	assert_true(e->owed[0].flags != 0 || e->owed[1].flags == 0);
	assert_true((e->owed[1].flags & R) == 0);
	assert_true(e->state != CLOSED || e->owed[0].flags == 0 || e->owed[0].flags & R);
	assert_true(!(e->owed[0].flags & S) || e->state == SYN_SENT || e->state == SYN_RECEIVED || e->state == FIN_WAIT_1 ||
	    e->state == CLOSING);
	assert_held_in_order(e);
}

static void
assert_records_are_sound(struct stream *s)
{
	const struct play *p = &s->p;

	assert_in_range(p->out.count, 0, OUT_RECORDS);
	for (unsigned i = 0; i < p->out.count; i++) {
		const struct trace_record *record = &p->out.record[i];

		assert_in_range(record->reason, 1, REASON_COUNT - 1);
		assert_memory_equal(reason_rfc((enum reason)record->reason), "RFC ", 4);
		assert_true(record->at_ns == p->now_ns);
		s->reasons[record->reason]++;
		if (record->kind != TRACE_MOVE)
			continue;
		/* No state changes but by a move along an edge. */
		assert_int_equal(record->move.from, s->state[record->end]);
		if (!edge_of(record)) {
			fail_msg("%s -> %s because %s", tcp_state_name(record->move.from), tcp_state_name(record->move.to),
			    reason_text((enum reason)record->reason));
		}
		s->state[record->end] = (uint8_t)record->move.to;
		s->moves[record->move.to]++;
	}
	assert_int_equal(s->state[0], p->conn.end[0].state);
	assert_int_equal(s->state[1], p->conn.end[1].state);
}

static void
after_step(struct stream *s)
{
	assert_end_is_sound(&s->p.conn.end[0]);
	assert_end_is_sound(&s->p.conn.end[1]);
	assert_records_are_sound(s);
	digest(s, s->p.out.record, s->p.out.count * sizeof(s->p.out.record[0]));
	digest(s, &s->p.conn, sizeof(s->p.conn));
}

static void
heard(struct stream *s, enum end who, const struct seg *seg)
{
	struct play *p = &s->p;
	struct prediction prediction;

	conn_predict(&p->conn, who, seg, p->now_ns, &prediction);
	conn_hears(&p->conn, who, seg, p->now_ns, &p->out);
	after_step(s);
	assert_int_equal(prediction.next, end_of(p, who)->state);
}

static void
some_event(struct stream *s)
{
	static const enum user_call calls[] = { CALL_LISTEN, CALL_LISTEN, CALL_OPEN, CALL_OPEN, CALL_CLOSE, CALL_CLOSE,
		CALL_CLOSE, CALL_ABORT };
	struct play *p = &s->p;
	enum end who = rng_below(&s->rng, 2) ? END_ALICE : END_BOB;
	struct option_bytes bytes;
	struct seg seg = some_segment(&s->rng, p, who, &bytes);
	uint32_t kind = rng_below(&s->rng, 100);

	p->now_ns += (int64_t)(rng_u64(&s->rng) % (uint64_t)(rng_below(&s->rng, 20) ? NS_PER_S : 100 * NS_PER_S));
	if (kind < 85) { /* sent and heard, sent and lost, or heard from nowhere */
		if (kind < 55) {
			conn_sends(&p->conn, who, &seg, p->now_ns, &p->out);
			after_step(s);
		}
		if (kind < 35 || kind >= 55)
			heard(s, other(who), &seg);
		return;
	}
	if (kind < 97)
		conn_call(&p->conn, who, calls[rng_below(&s->rng, 8)], (uint32_t)rng_u64(&s->rng), p->now_ns, &p->out);
	else if (kind < 99)
		conn_timeout(&p->conn, who, p->now_ns, &p->out);
	else
		conn_user_timeout(&p->conn, who, p->now_ns, &p->out);
	after_step(s);
}

static void
play_stream(struct stream *s, uint64_t seed)
{
	s->rng = rng_seeded(seed);
	s->digest = DIGEST_START;
	s->p = play_with((uint32_t)seed * 0x9e3779b9u, 0 - (uint32_t)seed, seed % 2 ? STACK_LINUX : STACK_RFC);
	memset(&s->p.out, s->poison, sizeof(s->p.out));
	memset(&s->p.conn, s->poison, sizeof(s->p.conn));
	conn_init(&s->p.conn, STACK_RFC, seed % 2 ? STACK_LINUX : STACK_RFC);
	if (seed % 5 == 1)
		call(&s->p, END_BOB, CALL_LISTEN);
	if (seed % 5 > 1)
		handshake(&s->p);
	s->state[0] = s->p.conn.end[0].state;
	s->state[1] = s->p.conn.end[1].state;
	for (int i = 0; i < EVENTS; i++)
		some_event(s);
}

static void
test_invariants_hold_under_any_stream(void **state)
{
	const char *given = getenv("SEED");
	uint64_t base = given != NULL ? strtoull(given, NULL, 0) : 20240817;
	struct stream s = { 0 };

	(void)state;
	printf("# SEED=%llu\n", (unsigned long long)base);
	for (uint64_t i = 0; i < STREAMS; i++)
		play_stream(&s, base + i);
	for (int i = 0; i < TCP_STATE_COUNT; i++) { /* the streams get everywhere, or they prove little */
		if (s.moves[i] < 50)
			fail_msg("%s was entered %u times", tcp_state_name((enum tcp_state)i), s.moves[i]);
	}
	/* A reason that is never given is none.  Three want more luck than this, and have tests of their own. */
	for (int i = REASON_NONE + 1; given == NULL && i < REASON_COUNT; i++) {
		if (s.reasons[i] == 0 && i != REASON_FINS_CROSSED && i != REASON_NO_ROOM && i != REASON_REOPENED)
			fail_msg("never: %s", reason_text((enum reason)i));
	}
}

static void
test_the_same_stream_gives_the_same_records(void **state)
{
	struct stream one = { .poison = 0xaa }, two = { .poison = 0x55 };

	(void)state;
	for (uint64_t seed = 0; seed < 50; seed++) {
		play_stream(&one, seed);
		play_stream(&two, seed);
		assert_true(one.digest == two.digest);
		assert_memory_equal(&one.p.conn, &two.p.conn, sizeof(one.p.conn));
		play_stream(&two, seed + 1);
		assert_false(one.digest == two.digest);
	}
}

/* Two ends that only do what they owe, over a wire that loses and repeats, always get to CLOSED. */
static void
step_honestly(struct rng *rng, struct play *p, enum end who, uint16_t flags, uint32_t size)
{
	struct seg seg = segment(p, flags, 0, 0, size);

	conn_next_segment(&p->conn, who, flags, &seg);
	assert_true(conn_sends(&p->conn, who, &seg, p->now_ns, &p->out));
	for (uint32_t copies = rng_below(rng, 3); copies > 0; copies--)
		conn_hears(&p->conn, other(who), &seg, p->now_ns, &p->out);
}

static bool
over_with(const struct play *p)
{
	for (int i = 0; i < 2; i++) {
		if (p->conn.end[i].state != CLOSED && p->conn.end[i].state != TIME_WAIT)
			return false;
	}
	return true;
}

static void
send_what_a_stack_would(struct rng *rng, struct play *p, enum end who)
{
	const struct endpoint *e = end_of(p, who);

	if (e->owed[0].flags != 0)
		step_honestly(rng, p, who, e->owed[0].flags, 0);
	else if (e->state == SYN_SENT) /* retransmission timeouts */
		step_honestly(rng, p, who, S, 0);
	else if (e->state == SYN_RECEIVED)
		step_honestly(rng, p, who, SA, 0);
	else if (e->fin_sent && e->snd.una != e->snd.nxt && e->state != CLOSED)
		step_honestly(rng, p, who, FA, 0);
	else if ((e->state == ESTABLISHED || e->state == CLOSE_WAIT) && rng_below(rng, 4) == 0)
		call(p, who, CALL_CLOSE);
	else if (e->state == CLOSE_WAIT || e->state == ESTABLISHED)
		step_honestly(rng, p, who, A, 0);
}

static void
test_honest_ends_always_part(void **state)
{
	unsigned both_waited = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 2000; seed++) {
		struct rng rng = rng_seeded(seed);
		struct play p = play_with((uint32_t)rng_u64(&rng), (uint32_t)rng_u64(&rng), STACK_RFC);
		int steps = 0;

		call(&p, END_ALICE, CALL_OPEN);
		call(&p, END_BOB, seed % 3 ? CALL_LISTEN : CALL_OPEN);
		while (!over_with(&p) && steps++ < 500)
			send_what_a_stack_would(&rng, &p, rng_below(&rng, 2) ? END_ALICE : END_BOB);
		if (!over_with(&p)) {
			fail_msg("seed %llu: %s, %s", (unsigned long long)seed,
			    tcp_state_name((enum tcp_state)p.conn.end[0].state),
			    tcp_state_name((enum tcp_state)p.conn.end[1].state));
		}
		both_waited += p.conn.end[0].state == TIME_WAIT && p.conn.end[1].state == TIME_WAIT;
	}
	assert_true(both_waited > 10); /* some closed at the same time */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_invariants_hold_under_any_stream),
		cmocka_unit_test(test_the_same_stream_gives_the_same_records),
		cmocka_unit_test(test_honest_ends_always_part),
	};

	return cmocka_run_group_tests_name("conn_random", tests, NULL, NULL);
}
