/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The link under a virtual clock: every expected time is worked out by hand beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/when.h"
#include "link/link.h"

#define SLOTS 64
#define START (5 * NS_PER_S)
#define MBIT UINT64_C(1000000)

struct bench {
	struct link link;
	struct link_packet slot[SLOTS];
	struct link_event event;
	uint64_t sent;
};

static struct bench *
bench_of(struct link_settings settings)
{
	static struct bench bench;

	bench = (struct bench){ 0 };
	link_init(&bench.link, bench.slot, SLOTS, &settings, 1);
	return &bench;
}

static bool
submit(struct bench *bench, uint32_t ip_bytes, int64_t at_ns)
{
	struct link_packet packet = { .handle = ++bench->sent, .ip_bytes = ip_bytes };

	return link_submit(&bench->link, &packet, START + at_ns, &bench->event);
}

static void
set(struct bench *bench, struct link_settings settings, int64_t at_ns)
{
	assert_true(link_change(&bench->link, &settings, START + at_ns));
}

/* Goes from deadline to deadline, as the wire does, until a packet leaves: it must be `handle`, at `at_ns`. */
static void
expect(struct bench *bench, uint64_t handle, int64_t at_ns)
{
	int64_t deadline_ns;

	do {
		deadline_ns = link_deadline(&bench->link);
		assert_true(deadline_ns <= START + at_ns);
	} while (!link_step(&bench->link, deadline_ns, &bench->event));
	assert_int_equal(bench->event.fate, LINK_DELIVERED);
	assert_int_equal(bench->event.packet.handle, handle);
	assert_int_equal(bench->event.at_ns - START, at_ns);
}

/* Lets the time pass to at_ns, in which nothing leaves. */
static void
pass(struct bench *bench, int64_t at_ns)
{
	assert_false(link_step(&bench->link, START + at_ns, &bench->event));
}

static void
expect_nothing(struct bench *bench)
{
	assert_true(link_deadline(&bench->link) == WHEN_NEVER);
	assert_false(link_step(&bench->link, WHEN_NEVER - 1, &bench->event));
}

static void
test_plain_link_passes_at_once(void **state)
{
	struct bench *bench = bench_of((struct link_settings){ 0 });

	(void)state;
	assert_true(submit(bench, 1500, 7));
	expect(bench, 1, 7);
	assert_int_equal(bench->event.packet.arrived_ns, START + 7);
	assert_true(submit(bench, 40, 7));
	expect(bench, 2, 7);
	expect_nothing(bench);
}

/* 1500 bytes are 12000 bits: 1.2 ms at 10 Mbit/s.  40 bytes are 320 bits: 32 us. */
static void
test_rate_spaces_packets(void **state)
{
	struct bench *bench = bench_of((struct link_settings){ .rate_bps = 10 * MBIT });

	(void)state;
	assert_true(submit(bench, 1500, 0));
	assert_true(submit(bench, 1500, 0));
	assert_true(submit(bench, 40, 0));
	assert_int_equal(bench->link.queue_packets, 2);
	assert_int_equal(bench->link.queue_bytes, 1540);
	expect(bench, 1, 1200000);
	expect(bench, 2, 2400000);
	expect(bench, 3, 2432000);
	assert_true(submit(bench, 1500, 10 * NS_PER_MS));
	expect(bench, 4, 11200000);
	expect_nothing(bench);
}

/* The delay comes after the bottleneck, which meanwhile takes up the next packet. */
static void
test_delay_adds_to_serialisation(void **state)
{
	struct bench *bench = bench_of((struct link_settings){ .rate_bps = 10 * MBIT, .delay_ns = 20 * NS_PER_MS });

	(void)state;
	assert_true(submit(bench, 1500, 0));
	assert_true(submit(bench, 1500, 0));
	expect(bench, 1, 21200000);
	assert_int_equal(bench->link.queue_packets, 0);
	expect(bench, 2, 22400000);
	expect_nothing(bench);
}

/* 100 bytes at 7 Mbit/s take 114285 + 5/7 ns; seven of them 0.8 ms exactly, 7000 of them 0.8 s. */
static void
test_long_queue_does_not_drift(void **state)
{
	struct bench *bench = bench_of((struct link_settings){ .rate_bps = 7 * MBIT });

	(void)state;
	assert_true(submit(bench, 100, 0));
	assert_true(submit(bench, 100, 0));
	for (uint64_t i = 1; i < 7000; i++) {
		expect(bench, i, (int64_t)i * 800000 / 7);
		assert_true(submit(bench, 100, (int64_t)i * 800000 / 7));
	}
	expect(bench, 7000, 800 * NS_PER_MS);
}

/* 3000 bytes may wait, and one is in service: of five packets of 1500 bytes at once the fourth and fifth are too many.
 */
static void
test_limit_drops_the_tail(void **state)
{
	struct bench *bench = bench_of((struct link_settings){ .rate_bps = 10 * MBIT, .limit_bytes = 3000 });

	(void)state;
	assert_true(submit(bench, 1500, 0));
	assert_true(submit(bench, 1500, 0));
	assert_true(submit(bench, 1500, 0));
	assert_false(submit(bench, 1500, 0));
	assert_int_equal(bench->event.fate, LINK_DROPPED_LIMIT);
	assert_int_equal(bench->event.packet.handle, 4);
	assert_int_equal(bench->event.at_ns, START);
	assert_false(submit(bench, 1, 0));
	expect(bench, 1, 1200000);
	assert_true(submit(bench, 1500, 1200000));
	expect(bench, 2, 2400000);
	expect(bench, 3, 3600000);
	expect(bench, 6, 4800000);
	assert_int_equal(bench->link.packets.dropped, 2);
}

/* A packet bigger than the limit still passes when nothing is in its way: it does not wait. */
static void
test_limit_spares_the_packet_in_service(void **state)
{
	struct bench *bench = bench_of((struct link_settings){ .rate_bps = 10 * MBIT, .limit_bytes = 1 });

	(void)state;
	assert_true(submit(bench, 1500, 0));
	expect(bench, 1, 1200000);
}

static void
test_slots_bound_what_is_inside(void **state)
{
	struct bench *bench = bench_of((struct link_settings){ .delay_ns = NS_PER_S });

	(void)state;
	for (int i = 0; i < SLOTS; i++)
		assert_true(submit(bench, 40, i));
	assert_false(submit(bench, 40, SLOTS));
	assert_int_equal(bench->event.fate, LINK_DROPPED_ROOM);
	for (int i = 0; i < SLOTS; i++)
		expect(bench, (uint64_t)i + 1, NS_PER_S + i);
	expect_nothing(bench);
}

/*
 * At 1 ms the rate doubles: the packet in service starts anew and takes 0.6 ms from there, those that wait follow; at
 * 1.8 ms the rate goes: everything leaves.
 */
static void
test_rate_changes_for_those_that_wait(void **state)
{
	struct bench *bench = bench_of((struct link_settings){ .rate_bps = 10 * MBIT });

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_true(submit(bench, 1500, 0));
	pass(bench, 1000000);
	set(bench, (struct link_settings){ .rate_bps = 20 * MBIT }, 1000000);
	assert_int_equal(bench->link.queue_packets, 3);
	expect(bench, 1, 1600000);
	set(bench, (struct link_settings){ .rate_bps = 0 }, 1800000);
	expect(bench, 2, 1800000);
	expect(bench, 3, 1800000);
	expect(bench, 4, 1800000);
	expect_nothing(bench);
}

static void
test_longer_delay_counts_for_later_packets(void **state)
{
	struct bench *bench = bench_of((struct link_settings){ .delay_ns = 10 * NS_PER_MS });

	(void)state;
	assert_true(submit(bench, 40, 0));
	set(bench, (struct link_settings){ .delay_ns = 30 * NS_PER_MS }, NS_PER_MS);
	assert_true(submit(bench, 40, 2 * NS_PER_MS));
	expect(bench, 1, 10 * NS_PER_MS);
	expect(bench, 2, 32 * NS_PER_MS);
}

/* A delay of an hour typed by mistake is undone by a shorter one; nobody is overtaken. */
static void
test_shorter_delay_brings_in_what_is_in_flight(void **state)
{
	struct bench *bench = bench_of((struct link_settings){ .delay_ns = 3600 * NS_PER_S });

	(void)state;
	assert_true(submit(bench, 40, 0));
	assert_true(submit(bench, 40, 1));
	set(bench, (struct link_settings){ .delay_ns = 5 * NS_PER_MS }, 100);
	assert_true(submit(bench, 40, 100));
	expect(bench, 1, 100 + 5 * NS_PER_MS);
	expect(bench, 2, 100 + 5 * NS_PER_MS);
	expect(bench, 3, 100 + 5 * NS_PER_MS);
}

static void
test_impossible_settings_change_nothing(void **state)
{
	struct bench *bench = bench_of((struct link_settings){ .delay_ns = 7 });
	struct link_settings negative = { .delay_ns = -1 }, fast = { .rate_bps = LINK_RATE_MAX + 1 };

	(void)state;
	assert_false(link_change(&bench->link, &negative, START));
	assert_false(link_change(&bench->link, &fast, START));
	assert_int_equal(bench->link.settings.delay_ns, 7);
	assert_int_equal(bench->link.settings.rate_bps, 0);
}

static void
test_held_packets_leave_one_by_one(void **state)
{
	struct bench *bench = bench_of((struct link_settings){ .delay_ns = 10, .limit_bytes = 1, .hold = true });

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_true(submit(bench, 100, i));
	assert_int_equal(link_held(&bench->link), 4);
	expect_nothing(bench);
	assert_true(link_release(&bench->link, 2, START + 100));
	expect(bench, 3, 110);
	assert_true(link_drop(&bench->link, 1, START + 200, &bench->event));
	assert_int_equal(bench->event.fate, LINK_DROPPED_HAND);
	assert_int_equal(bench->event.packet.handle, 2);
	assert_int_equal(bench->event.at_ns, START + 200);
	assert_int_equal(link_held_packet(&bench->link, 0)->handle, 1);
	assert_int_equal(link_held_packet(&bench->link, 1)->handle, 4);
	assert_null(link_held_packet(&bench->link, 2));
	assert_false(link_release(&bench->link, 2, START + 300));
	assert_false(link_drop(&bench->link, 2, START + 300, &bench->event));
	assert_true(link_release(&bench->link, 0, START + 300));
	expect(bench, 1, 310);
	assert_int_equal(link_held(&bench->link), 1);
	expect_nothing(bench);
}

/* Hold freezes one in flight, one in service and one that waits; off again they go on in order, as if they came now. */
static void
test_hold_freezes_what_is_inside(void **state)
{
	struct link_settings settings = { .rate_bps = 10 * MBIT, .delay_ns = 20 * NS_PER_MS, .limit_bytes = 1500 };
	struct link_settings frozen = settings;
	struct bench *bench = bench_of(settings);

	(void)state;
	frozen.hold = true;
	assert_true(submit(bench, 1500, 0));
	assert_true(submit(bench, 1500, 0));
	pass(bench, 1200000);
	assert_true(submit(bench, 1500, 1200000));
	set(bench, frozen, 2 * NS_PER_MS);
	assert_int_equal(link_held(&bench->link), 3);
	assert_int_equal(bench->link.queue_packets, 0);
	assert_int_equal(bench->link.queue_bytes, 0);
	expect_nothing(bench);
	assert_true(submit(bench, 1500, 3 * NS_PER_MS));
	set(bench, settings, 100 * NS_PER_MS);
	assert_int_equal(bench->link.queue_packets, 3);
	expect(bench, 1, 121200000);
	expect(bench, 2, 122400000);
	expect(bench, 3, 123600000);
	expect(bench, 4, 124800000);
	expect_nothing(bench);
}

/* Capture stamps may lie a little before the clock that a step saw. */
static void
test_late_stamp_does_not_overtake(void **state)
{
	struct bench *bench = bench_of((struct link_settings){ .delay_ns = 10 });

	(void)state;
	assert_true(submit(bench, 40, 100));
	assert_true(submit(bench, 40, 95));
	expect(bench, 1, 110);
	expect(bench, 2, 110);
	/* Nor after a shorter delay has brought in what was in flight. */
	assert_true(submit(bench, 40, 200));
	set(bench, (struct link_settings){ .delay_ns = 5 }, 204);
	assert_true(submit(bench, 40, 201));
	expect(bench, 3, 209);
	expect(bench, 4, 209);
}

/* What random streams are checked against. */
struct tally {
	uint64_t in, delivered, dropped;
	uint64_t newest; /* handle that left last; held ones are only let go in order here */
};

static void
tally(struct tally *tally, const struct link_event *event)
{
	if (event->fate == LINK_DELIVERED) {
		assert_true(event->packet.handle > tally->newest);
		tally->newest = event->packet.handle;
		tally->delivered++;
	} else {
		tally->dropped++;
	}
}

static void
drain(struct bench *bench, struct tally *seen, int64_t until_ns)
{
	int64_t deadline_ns;

	while ((deadline_ns = link_deadline(&bench->link)) <= until_ns) {
		if (rng_below(&bench->link.rng, 4) == 0 && deadline_ns > START)
			assert_false(link_step(&bench->link, deadline_ns - 1, &bench->event));
		if (link_step(&bench->link, deadline_ns, &bench->event)) {
			assert_true(bench->event.at_ns == deadline_ns);
			tally(seen, &bench->event);
		} else {
			assert_true(link_deadline(&bench->link) > deadline_ns);
		}
	}
}

static struct link_settings
random_settings(struct rng *rng)
{
	return (struct link_settings){
		.rate_bps = rng_below(rng, 3) == 0 ? 0 : 1 + rng_below(rng, 100000000),
		.delay_ns = rng_below(rng, 3) == 0 ? 0 : rng_below(rng, 20000000),
		.limit_bytes = rng_below(rng, 2) == 0 ? 0 : rng_below(rng, 20000),
		.hold = rng_below(rng, 4) == 0,
	};
}

static void
random_step(struct bench *bench, struct rng *rng, struct tally *seen, int64_t now_ns)
{
	struct link_packet packet = { .handle = seen->in + 1, .ip_bytes = rng_below(rng, 1501) };
	struct link_settings settings;

	switch (rng_below(rng, 40)) {
	case 0:
		settings = random_settings(rng);
		assert_true(link_change(&bench->link, &settings, now_ns));
		break;
	case 1:
		link_release(&bench->link, 0, now_ns);
		break;
	case 2:
		if (link_drop(&bench->link, rng_below(rng, 8), now_ns, &bench->event))
			tally(seen, &bench->event);
		break;
	default:
		seen->in++;
		if (!link_submit(&bench->link, &packet, now_ns, &bench->event))
			tally(seen, &bench->event);
	}
}

/* Nothing is lost or made, nothing overtakes, deadlines are neither early nor late, the queue's figures are its
 * content's. */
static void
test_random_streams_keep_the_books(void **state)
{
	const char *given = getenv("TEST_SEED");
	uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : 20260101;

	(void)state;
	print_message("# TEST_SEED=%llu\n", (unsigned long long)seed);
	for (int stream = 0; stream < 200; stream++) {
		struct rng rng = rng_seeded(seed + (uint64_t)stream);
		struct bench *bench = bench_of(random_settings(&rng));
		const struct link *link = &bench->link;
		struct tally seen = { 0 };
		int64_t now_ns = START;

		for (int i = 0; i < 500; i++) {
			uint32_t queue_bytes = 0;

			now_ns += rng_below(&rng, 3) == 0 ? 0 : rng_below(&rng, 400000);
			drain(bench, &seen, now_ns);
			random_step(bench, &rng, &seen, now_ns);
			assert_int_equal(link->packets.in, seen.in);
			assert_int_equal(link->packets.delivered, seen.delivered);
			assert_int_equal(link->packets.dropped, seen.dropped);
			assert_int_equal(seen.in, seen.delivered + seen.dropped + link_inside(link));
			for (unsigned at = 0; at < link->queue_packets; at++)
				queue_bytes +=
				    link->slot[(link->first + link->flight + link->serving + at) % SLOTS].ip_bytes;
			assert_int_equal(link->queue_bytes, queue_bytes);
		}
		set(bench, (struct link_settings){ 0 }, now_ns - START);
		drain(bench, &seen, WHEN_NEVER - 1);
		assert_int_equal(link_inside(link), 0);
		assert_int_equal(seen.in, seen.delivered + seen.dropped);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_link_passes_at_once),
		cmocka_unit_test(test_rate_spaces_packets),
		cmocka_unit_test(test_delay_adds_to_serialisation),
		cmocka_unit_test(test_long_queue_does_not_drift),
		cmocka_unit_test(test_limit_drops_the_tail),
		cmocka_unit_test(test_limit_spares_the_packet_in_service),
		cmocka_unit_test(test_slots_bound_what_is_inside),
		cmocka_unit_test(test_rate_changes_for_those_that_wait),
		cmocka_unit_test(test_longer_delay_counts_for_later_packets),
		cmocka_unit_test(test_shorter_delay_brings_in_what_is_in_flight),
		cmocka_unit_test(test_impossible_settings_change_nothing),
		cmocka_unit_test(test_held_packets_leave_one_by_one),
		cmocka_unit_test(test_hold_freezes_what_is_inside),
		cmocka_unit_test(test_late_stamp_does_not_overtake),
		cmocka_unit_test(test_random_streams_keep_the_books),
	};

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
