/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wire process between two veth pairs in a namespace of the test's own: a0 = w0, wire, w1 = b0. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/when.h"
#include "veth.h"
#include "wire_bench.h"

static void
test_frames_cross_both_ways_and_are_told(void **state)
{
	struct bench *bench = ready_wire();
	struct wire_event event;
	int64_t before_ns = now_ns(), arrived_ns;

	(void)state;
	send_numbered(bench->a, 1);
	event = expect_event(bench, WIRE_ARRIVED, PORT_ALICE, 1);
	assert_int_equal(event.size, SIZE);
	assert_int_equal(event.snapshot_size, SIZE);
	assert_int_equal(event.snapshot[14], 1);
	assert_true(event.at_ns > before_ns - NS_PER_MS && event.at_ns < now_ns() + NS_PER_MS);
	arrived_ns = event.at_ns;
	event = expect_event(bench, WIRE_HANDED, PORT_ALICE, 1);
	assert_true(event.at_ns >= arrived_ns);
	/* Handed over means that it is there: no waiting. */
	receive(bench);
	assert_int_equal(bench->at_b.count, 1);
	send_numbered(bench->b, 2);
	expect_event(bench, WIRE_ARRIVED, PORT_BOB, 1);
	expect_event(bench, WIRE_HANDED, PORT_BOB, 1);
	receive(bench);
	assert_int_equal(bench->at_a.count, 1);
	assert_int_equal(bench->at_b.count, 1);
	assert_int_equal(bench->shared->written, 4);
	assert_int_equal(end_wire(bench), 0);
}

static void
test_main_is_poked(void **state)
{
	struct bench *bench = ready_wire();
	struct pollfd poked = { .fd = bench->notify, .events = POLLIN };

	eventfd_t pokes;

	(void)state;
	assert_int_equal(poll(&poked, 1, (int)(PATIENCE / NS_PER_MS)), 1);
	assert_int_equal(eventfd_read(bench->notify, &pokes), 0);
	assert_int_equal(poll(&poked, 1, 0), 0);
	send_numbered(bench->a, 1);
	assert_int_equal(poll(&poked, 1, (int)(PATIENCE / NS_PER_MS)), 1);
	assert_true(bench->shared->written >= 1);
	assert_int_equal(end_wire(bench), 0);
}

/* The lower bound is exact; how late a frame may be is the machine's business, and only printed. */
static void
test_delay_is_never_short(void **state)
{
	enum { FRAMES = 300 };
	static int64_t late_ns[FRAMES];
	struct bench *bench = ready_wire();

	(void)state;
	set(bench, PORT_ALICE, (struct link_settings){ .delay_ns = 3 * NS_PER_MS });
	for (unsigned i = 0; i < FRAMES; i++) {
		int64_t arrived_ns;

		send_numbered(bench->a, i);
		arrived_ns = expect_event(bench, WIRE_ARRIVED, PORT_ALICE, i + 1).at_ns;
		late_ns[i] = expect_event(bench, WIRE_HANDED, PORT_ALICE, i + 1).at_ns - arrived_ns - 3 * NS_PER_MS;
		assert_true(late_ns[i] >= 0);
	}
	print_us("lateness after a delay of 3 ms", late_ns, FRAMES);
	assert_int_equal(end_wire(bench), 0);
}

/* 100 bytes at 1 Mbit/s take 0.8 ms: the n-th frame of a burst is handed over no earlier than n * 0.8 ms after the
 * first came. */
static void
test_rate_is_never_exceeded(void **state)
{
	enum { FRAMES = 200 };
	static int64_t late_ns[FRAMES];
	struct bench *bench = ready_wire();
	int64_t first_ns = 0;
	unsigned handed = 0;

	(void)state;
	set(bench, PORT_ALICE, (struct link_settings){ .rate_bps = 1000000 });
	for (unsigned i = 0; i < FRAMES; i++)
		send_numbered(bench->a, i);
	while (handed < FRAMES) {
		struct wire_event event = next_event(bench);

		if (event.kind == WIRE_ARRIVED && event.frame == 1)
			first_ns = event.at_ns;
		if (event.kind != WIRE_HANDED)
			continue;
		late_ns[handed] = event.at_ns - first_ns - (int64_t)event.frame * 800 * NS_PER_US;
		assert_true(late_ns[handed] >= 0);
		assert_int_equal(event.frame, ++handed);
	}
	print_us("lateness at 1 Mbit/s", late_ns, FRAMES);
	receive(bench);
	assert_int_equal(bench->at_b.count, FRAMES);
	assert_int_equal(bench->at_b.in_order, FRAMES);
	assert_int_equal(end_wire(bench), 0);
}

static void
test_full_queue_drops_and_says_so(void **state)
{
	struct bench *bench = ready_wire();
	unsigned handed = 0, dropped = 0;

	(void)state;
	/* Four frames of 100 bytes wait, one is in service: with 100 kbit/s each takes 8 ms, longer than the burst. */
	set(bench, PORT_ALICE, (struct link_settings){ .rate_bps = 100000, .limit_bytes = 400 });
	for (unsigned i = 0; i < 20; i++)
		send_numbered(bench->a, i);
	while (handed + dropped < 20) {
		struct wire_event event = next_event(bench);

		handed += event.kind == WIRE_HANDED;
		dropped += event.kind == WIRE_DROPPED;
		if (event.kind == WIRE_DROPPED)
			assert_int_equal(event.reason, WIRE_LIMIT);
	}
	assert_true(handed >= 5 && dropped > 0);
	assert_int_equal(bench->shared->port[PORT_ALICE].dropped, dropped);
	assert_int_equal(bench->shared->port[PORT_ALICE].handed, handed);
	assert_int_equal(end_wire(bench), 0);
}

static void
test_hold_release_and_drop(void **state)
{
	struct bench *bench = ready_wire();
	struct wire_reply reply;

	(void)state;
	set(bench, PORT_ALICE, (struct link_settings){ .hold = true });
	for (unsigned i = 1; i <= 5; i++)
		send_numbered(bench->a, i);
	/* What was sent before a request is held before it is answered. */
	reply = ask(bench, WIRE_RELEASE, PORT_ALICE, 2, (struct link_settings){ 0 });
	assert_true(reply.done && reply.settings.hold);
	assert_int_equal(reply.held, 4);
	assert_int_equal(bench->shared->port[PORT_ALICE].held, 4);
	/* And what it let go is there when it is answered. */
	receive(bench);
	assert_int_equal(bench->at_b.count, 1);
	assert_int_equal(bench->at_b.last, 3);
	assert_true(ask(bench, WIRE_DROP, PORT_ALICE, 0, (struct link_settings){ 0 }).done);
	assert_false(ask(bench, WIRE_DROP, PORT_ALICE, 3, (struct link_settings){ 0 }).done);
	/* The other direction goes on meanwhile. */
	send_numbered(bench->b, 1);
	wait_for(&bench->shared->port[PORT_BOB].handed, 1);
	bench->at_b = (struct seen){ 0 };
	set(bench, PORT_ALICE, (struct link_settings){ 0 });
	receive(bench);
	assert_int_equal(bench->at_b.count, 3);
	assert_int_equal(bench->at_b.in_order, 3);
	assert_int_equal(bench->at_b.last, 5);
	assert_int_equal(bench->shared->port[PORT_ALICE].in, 5);
	assert_int_equal(bench->shared->port[PORT_ALICE].handed, 4);
	assert_int_equal(bench->shared->port[PORT_ALICE].dropped, 1);
	assert_int_equal(end_wire(bench), 0);
}

/* However many frames wait in the ring when a request comes: they came first. */
static void
test_request_does_not_overtake_frames(void **state)
{
	enum { FRAMES = 500 };
	struct bench *bench = ready_wire();
	struct wire_reply reply;

	(void)state;
	assert_int_equal(kill(bench->pid, SIGSTOP), 0);
	for (uint32_t i = 1; i <= FRAMES; i++)
		send_numbered(bench->a, i);
	ask_only(bench, WIRE_SET, PORT_ALICE, 0, (struct link_settings){ .hold = true });
	send_numbered(bench->b, 1);
	assert_int_equal(kill(bench->pid, SIGCONT), 0);
	reply = take_reply(bench);
	assert_true(reply.done && reply.settings.hold);
	assert_int_equal(reply.held, 0);
	assert_int_equal(bench->shared->port[PORT_ALICE].handed, FRAMES);
	send_numbered(bench->a, FRAMES + 1);
	assert_int_equal(ask(bench, WIRE_DROP, PORT_ALICE, 1, (struct link_settings){ 0 }).held, 1);
	assert_int_equal(end_wire(bench), 0);
}

/*
 * A burst as fast as the wire takes it, never more than 2000 frames ahead of it, which its ring can hold even while a
 * busy machine lets it wait: every frame is accounted for, in order, and none is lost.
 */
static void
test_burst_of_20000_passes(void **state)
{
	enum { FRAMES = 20000, AHEAD = 2000 };
	struct bench *bench = ready_wire();
	const _Atomic uint64_t *in = &bench->shared->port[PORT_ALICE].in;
	const _Atomic uint64_t *handed = &bench->shared->port[PORT_ALICE].handed;
	int64_t start_ns = now_ns(), end_ns = start_ns + PATIENCE;

	(void)state;
	for (uint32_t i = 1; i <= FRAMES; i++) {
		send_numbered(bench->a, i);
		if (i % 32 == 0)
			receive(bench);
		while (*in + AHEAD < i && now_ns() < end_ns)
			receive(bench);
	}
	while (*handed < FRAMES && now_ns() < end_ns)
		receive(bench);
	print_message("# 20000 frames sent and handed over in %.1f ms\n", (double)(now_ns() - start_ns) / 1e6);
	receive(bench);
	assert_int_equal(bench->shared->port[PORT_ALICE].lost, 0);
	assert_int_equal(*in, FRAMES);
	assert_int_equal(*handed, FRAMES);
	assert_int_equal(bench->at_b.count + live_lost(bench->b), FRAMES);
	assert_int_equal(bench->at_b.in_order, bench->at_b.count);
	assert_int_equal(bench->shared->written, 2 * FRAMES);
	assert_int_equal(end_wire(bench), 0);
}

/* With the wire stopped its ring overflows: what is missing is counted. */
static void
test_lost_frames_are_counted(void **state)
{
	enum { FRAMES = 20000 };
	struct bench *bench = ready_wire();
	int64_t end_ns = now_ns() + PATIENCE;
	uint64_t in, lost;

	(void)state;
	assert_int_equal(kill(bench->pid, SIGSTOP), 0);
	for (uint32_t i = 1; i <= FRAMES; i++)
		send_numbered(bench->a, i);
	assert_int_equal(kill(bench->pid, SIGCONT), 0);
	do {
		usleep(1000);
		in = bench->shared->port[PORT_ALICE].in;
		lost = bench->shared->port[PORT_ALICE].lost;
	} while (in + lost < FRAMES && now_ns() < end_ns);
	assert_true(lost > 0 && in > 1000);
	assert_int_equal(in + lost, FRAMES);
	assert_int_equal(end_wire(bench), 0);
}

/* The longest frames there can be, on interfaces that can carry them. */
static void
test_longest_frames_cross(void **state)
{
	static struct bench bench;
	int64_t end_ns = now_ns() + PATIENCE;
	struct wire_event event;
	struct err err;

	(void)state;
	assert_int_equal(veth_pair("big0", "big1"), 0);
	assert_int_equal(veth_mtu("big0", 65535), 0);
	assert_int_equal(veth_mtu("big1", 65535), 0);
	start_wire(&bench, "big1", "w1");
	bench.a = live_open("big0", &err);
	bench.b = live_open("b0", &err);
	assert_true(bench.a != NULL && bench.b != NULL);
	while (!bench.shared->ready && now_ns() < end_ns)
		usleep(100);
	assert_true(bench.shared->ready);
	assert_int_equal(try_send(bench.a, 1, 65549), 0);
	event = expect_event(&bench, WIRE_ARRIVED, PORT_ALICE, 1);
	assert_int_equal(event.size, 65549);
	assert_int_equal(event.snapshot_size, WIRE_SNAPSHOT);
	/* The other side takes 1500 bytes. */
	event = expect_event(&bench, WIRE_DROPPED, PORT_ALICE, 1);
	assert_int_equal(event.reason, WIRE_REFUSED);
	/* Where both sides are big, it goes through. */
	assert_int_equal(veth_mtu("w1", 65535), 0);
	assert_int_equal(veth_mtu("b0", 65535), 0);
	assert_int_equal(try_send(bench.a, 2, 65549), 0);
	expect_event(&bench, WIRE_ARRIVED, PORT_ALICE, 2);
	expect_event(&bench, WIRE_HANDED, PORT_ALICE, 2);
	/* What comes back was captured into slots for 1500 bytes: cut, and said so. */
	assert_int_equal(try_send(bench.b, 3, 65549), 0);
	expect_event(&bench, WIRE_ARRIVED, PORT_BOB, 1);
	event = expect_event(&bench, WIRE_DROPPED, PORT_BOB, 1);
	assert_int_equal(event.reason, WIRE_CUT);
	assert_int_equal(end_wire(&bench), 0);
	assert_int_equal(veth_mtu("w1", 1500), 0);
	assert_int_equal(veth_mtu("b0", 1500), 0);
	assert_int_equal(veth_remove("big0"), 0);
}

static void
test_port_that_cannot_be_opened_is_named(void **state)
{
	static struct bench bench;
	int64_t end_ns = now_ns() + PATIENCE;

	(void)state;
	start_wire(&bench, "w0", "nope0");
	while (!bench.shared->failed && now_ns() < end_ns)
		usleep(100);
	assert_int_equal(bench.shared->ready, 0);
	assert_non_null(strstr(bench.shared->failure, "the wire cannot open \"nope0\": "));
	assert_int_equal(end_wire(&bench), 1);
}

static void
test_port_that_goes_away_is_named(void **state)
{
	static struct bench bench;
	int64_t end_ns = now_ns() + PATIENCE;

	(void)state;
	assert_int_equal(veth_pair("x0", "x1"), 0);
	start_wire(&bench, "w0", "x1");
	while (!bench.shared->ready && now_ns() < end_ns)
		usleep(100);
	assert_int_equal(veth_remove("x0"), 0);
	while (!bench.shared->failed && now_ns() < end_ns)
		usleep(100);
	assert_non_null(strstr(bench.shared->failure, "the wire lost its port \"x1\": "));
	assert_int_equal(end_wire(&bench), 1);
}

/* How long a frame takes to pass: from the kernel's stamp at one side to the moment after the send at the other. */
static void
test_passing_takes_this_long(void **state)
{
	enum { FRAMES = 2000 };
	static int64_t took_ns[FRAMES];
	struct bench *bench = ready_wire();

	(void)state;
	for (unsigned i = 0; i < FRAMES; i++) {
		struct wire_event event;
		int64_t arrived_ns = 0;

		send_numbered(bench->a, i);
		do {
			event = next_event(bench);
			assert_int_equal(event.frame, i + 1);
			if (event.kind == WIRE_ARRIVED)
				arrived_ns = event.at_ns;
		} while (event.kind != WIRE_HANDED);
		took_ns[i] = event.at_ns - arrived_ns;
		assert_true(took_ns[i] >= 0);
	}
	print_us("passing", took_ns, FRAMES);
	assert_int_equal(end_wire(bench), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames_cross_both_ways_and_are_told),
		cmocka_unit_test(test_main_is_poked),
		cmocka_unit_test(test_delay_is_never_short),
		cmocka_unit_test(test_rate_is_never_exceeded),
		cmocka_unit_test(test_full_queue_drops_and_says_so),
		cmocka_unit_test(test_hold_release_and_drop),
		cmocka_unit_test(test_request_does_not_overtake_frames),
		cmocka_unit_test(test_burst_of_20000_passes),
		cmocka_unit_test(test_lost_frames_are_counted),
		cmocka_unit_test(test_longest_frames_cross),
		cmocka_unit_test(test_port_that_cannot_be_opened_is_named),
		cmocka_unit_test(test_port_that_goes_away_is_named),
		cmocka_unit_test(test_passing_takes_this_long),
	};

	if (!veth_namespace()) {
		puts("1..0 # SKIP no network namespaces here");
		return 0;
	}
	if (veth_pair("a0", "w0") < 0 || veth_pair("w1", "b0") < 0) {
		perror("veth pairs a0 = w0, w1 = b0");
		return 1;
	}
	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
