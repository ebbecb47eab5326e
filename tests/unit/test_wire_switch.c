/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wire's inside without devices and clocks: the events, and who gets a frame. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/when.h"
#include "lab/wire_ring.h"
#include "lab/wire_switch.h"

/* ---- events ----------------------------------------------------------------------------------------------------- */

static struct wire_shared shared;

static void
write_events(uint64_t from, uint64_t to)
{
	for (uint64_t n = from; n < to; n++) {
		wire_event_begin(&shared)->frame = n;
		wire_event_end(&shared);
	}
}

static void
test_reader_gets_what_is_there_and_knows_what_is_not(void **state)
{
	struct wire_event event;

	(void)state;
	memset(&shared, 0, sizeof(shared));
	assert_false(wire_event_read(&shared, 0, &event));
	write_events(0, WIRE_EVENTS);
	assert_false(wire_event_read(&shared, WIRE_EVENTS, &event));
	/* The place of event 0 may already be under the writer's hand. */
	assert_false(wire_event_read(&shared, 0, &event));
	for (uint64_t n = 1; n < WIRE_EVENTS; n++) {
		assert_true(wire_event_read(&shared, n, &event));
		assert_int_equal(event.frame, n);
	}
	write_events(WIRE_EVENTS, 3 * WIRE_EVENTS + 5);
	assert_false(wire_event_read(&shared, 2 * WIRE_EVENTS + 5, &event));
	assert_true(wire_event_read(&shared, 2 * WIRE_EVENTS + 6, &event));
	assert_int_equal(event.frame, 2 * WIRE_EVENTS + 6);
}

/* ---- the switch ------------------------------------------------------------------------------------------------- */

#define PUTS 64

struct outside {
	struct wire_switch *wire;
	unsigned puts, refusing; /* refusing: bit per port */
	struct {
		unsigned port;
		uint32_t size;
		uint8_t last;
	} put[PUTS];
	int64_t now_ns;
	uint64_t read;
};

static int64_t
put(void *arg, unsigned port, const uint8_t *bytes, uint32_t size)
{
	struct outside *outside = arg;

	if (outside->refusing >> port & 1)
		return -1;
	if (outside->puts < PUTS) {
		outside->put[outside->puts].port = port;
		outside->put[outside->puts].size = size;
		outside->put[outside->puts].last = size > 0 ? bytes[size - 1] : 0;
	}
	outside->puts++;
	return outside->now_ns + 1;
}

static struct outside *
outside_of(unsigned ports)
{
	static struct outside outside;

	memset(&shared, 0, sizeof(shared));
	outside = (struct outside){ .now_ns = NS_PER_S };
	outside.wire = wire_switch_new(ports, &shared, 1, put, &outside);
	assert_non_null(outside.wire);
	return &outside;
}

/* A frame from host `from` to host `to` at `port`, now. */
static void
take(struct outside *outside, unsigned port, uint8_t from, uint8_t to, uint8_t last)
{
	uint8_t frame[60] = { 0x02, 0, 0, 0, 0, to, 0x02, 0, 0, 0, 0, from, 0x88, 0xb5, [59] = last };

	if (to == 0xff)
		memset(frame, 0xff, 6);
	wire_switch_take(outside->wire, port, frame, sizeof(frame), sizeof(frame), outside->now_ns, outside->now_ns);
}

static struct wire_reply
ask(struct outside *outside, enum wire_op op, uint8_t port, uint32_t index, const struct link_settings *settings)
{
	struct wire_request request = { .op = (uint8_t)op, .port = port, .index = index };
	struct wire_reply reply;

	if (settings != NULL)
		request.settings = *settings;
	wire_switch_ask(outside->wire, &request, &reply, outside->now_ns);
	return reply;
}

static struct wire_event
expect_event(struct outside *outside, enum wire_event_kind kind, uint64_t frame, enum wire_reason reason)
{
	struct wire_event event;

	assert_true(wire_event_read(&shared, outside->read, &event));
	outside->read++;
	assert_int_equal(event.kind, kind);
	assert_int_equal(event.frame, frame);
	assert_int_equal(event.reason, reason);
	return event;
}

static void
expect_put(struct outside *outside, unsigned index, unsigned port, uint8_t last)
{
	assert_true(index < outside->puts);
	assert_int_equal(outside->put[index].port, port);
	assert_int_equal(outside->put[index].last, last);
}

static void
test_frame_passes_at_once_and_is_told(void **state)
{
	struct outside *outside = outside_of(2);
	struct wire_event event;

	(void)state;
	take(outside, PORT_BOB, 2, 1, 7);
	assert_int_equal(outside->puts, 1);
	expect_put(outside, 0, PORT_ALICE, 7);
	event = expect_event(outside, WIRE_ARRIVED, 1, WIRE_NO_REASON);
	assert_int_equal(event.port, PORT_BOB);
	assert_int_equal(event.size, 60);
	assert_int_equal(event.snapshot_size, 60);
	assert_int_equal(event.snapshot[59], 7);
	assert_int_equal(event.at_ns, NS_PER_S);
	event = expect_event(outside, WIRE_HANDED, 1, WIRE_NO_REASON);
	assert_int_equal(event.snapshot_size, 0);
	assert_int_equal(event.at_ns, NS_PER_S + 1);
	assert_int_equal(shared.port[PORT_BOB].in, 1);
	assert_int_equal(shared.port[PORT_BOB].handed, 1);
	assert_int_equal(shared.port[PORT_ALICE].in, 0);
	wire_switch_free(outside->wire);
}

static void
test_three_ports_learn_who_is_where(void **state)
{
	static const uint8_t lie[60] = { 2, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x88, 0xb5 };
	struct outside *outside = outside_of(3);

	(void)state;
	take(outside, 0, 1, 2, 10); /* 2 is not known: to both others */
	assert_int_equal(outside->puts, 2);
	expect_put(outside, 0, 1, 10);
	expect_put(outside, 1, 2, 10);
	take(outside, 1, 2, 1, 11); /* 1 was heard at port 0 */
	assert_int_equal(outside->puts, 3);
	expect_put(outside, 2, 0, 11);
	take(outside, 2, 3, 2, 12); /* 2 was heard at port 1 */
	assert_int_equal(outside->puts, 4);
	expect_put(outside, 3, 1, 12);
	take(outside, 2, 3, 0xff, 13); /* broadcast */
	assert_int_equal(outside->puts, 6);
	take(outside, 2, 2, 1, 14); /* 2 has moved to port 2 */
	take(outside, 0, 1, 2, 15);
	expect_put(outside, 7, 2, 15);
	/* A group address is nobody's, even if a frame says that it comes from there. */
	wire_switch_take(outside->wire, 1, lie, sizeof(lie), sizeof(lie), outside->now_ns, outside->now_ns);
	outside->puts = 0;
	take(outside, 0, 1, 0xff, 16);
	assert_int_equal(outside->puts, 2);
	wire_switch_free(outside->wire);
}

static void
test_held_frames_are_told_and_let_go_by_hand(void **state)
{
	struct outside *outside = outside_of(2);
	struct link_settings hold = { .hold = true }, plain = { 0 };
	struct wire_reply reply;

	(void)state;
	assert_true(ask(outside, WIRE_SET, PORT_ALICE, 0, &hold).done);
	for (uint8_t i = 1; i <= 3; i++) {
		take(outside, PORT_ALICE, 1, 2, i);
		expect_event(outside, WIRE_ARRIVED, i, WIRE_NO_REASON);
		assert_int_equal(expect_event(outside, WIRE_HELD, i, WIRE_NO_REASON).snapshot[59], i);
	}
	assert_int_equal(outside->puts, 0);
	wire_switch_publish(outside->wire);
	assert_int_equal(shared.port[PORT_ALICE].held, 3);
	reply = ask(outside, WIRE_RELEASE, PORT_ALICE, 1, NULL);
	assert_true(reply.done && reply.settings.hold);
	assert_int_equal(reply.held, 2);
	expect_put(outside, 0, PORT_BOB, 2);
	expect_event(outside, WIRE_HANDED, 2, WIRE_NO_REASON);
	assert_true(ask(outside, WIRE_DROP, PORT_ALICE, 0, NULL).done);
	expect_event(outside, WIRE_DROPPED, 1, WIRE_HAND);
	assert_false(ask(outside, WIRE_RELEASE, PORT_ALICE, 1, NULL).done);
	assert_false(ask(outside, WIRE_DROP, PORT_ALICE, 1, NULL).done);
	assert_true(ask(outside, WIRE_SET, PORT_ALICE, 0, &plain).done);
	expect_event(outside, WIRE_HANDED, 3, WIRE_NO_REASON);
	assert_int_equal(outside->puts, 2);
	assert_int_equal(shared.port[PORT_ALICE].dropped, 1);
	wire_switch_free(outside->wire);
}

static void
test_hold_is_told_of_frames_under_way(void **state)
{
	struct outside *outside = outside_of(2);
	struct link_settings slow = { .delay_ns = NS_PER_S }, hold = { .delay_ns = NS_PER_S, .hold = true };

	(void)state;
	ask(outside, WIRE_SET, PORT_ALICE, 0, &slow);
	take(outside, PORT_ALICE, 1, 2, 9);
	assert_true(wire_switch_deadline(outside->wire) == 2 * NS_PER_S);
	expect_event(outside, WIRE_ARRIVED, 1, WIRE_NO_REASON);
	outside->now_ns += 5;
	assert_int_equal(ask(outside, WIRE_SET, PORT_ALICE, 0, &hold).held, 1);
	assert_int_equal(expect_event(outside, WIRE_HELD, 1, WIRE_NO_REASON).snapshot[59], 9);
	/* Other settings while holding tell nothing anew. */
	ask(outside, WIRE_SET, PORT_ALICE, 0, &hold);
	assert_int_equal(shared.written, outside->read);
	wire_switch_run(outside->wire, WHEN_NEVER - 1);
	assert_int_equal(outside->puts, 0);
	wire_switch_free(outside->wire);
}

static void
test_requests_that_make_no_sense_are_refused(void **state)
{
	struct outside *outside = outside_of(2);
	struct link_settings negative = { .delay_ns = -1 };

	(void)state;
	assert_false(ask(outside, WIRE_SET, PORT_ALICE, 0, &negative).done);
	assert_false(ask(outside, WIRE_SET, 2, 0, &(struct link_settings){ 0 }).done);
	assert_false(ask(outside, (enum wire_op)77, PORT_ALICE, 0, NULL).done);
	assert_false(ask(outside, WIRE_RELEASE, PORT_ALICE, 0, NULL).done);
	wire_switch_free(outside->wire);
}

static void
test_frames_that_cannot_leave_are_told(void **state)
{
	struct outside *outside = outside_of(2);
	uint8_t frame[100] = { 0 };

	(void)state;
	outside->refusing = 1u << PORT_BOB;
	take(outside, PORT_ALICE, 1, 2, 0);
	expect_event(outside, WIRE_ARRIVED, 1, WIRE_NO_REASON);
	expect_event(outside, WIRE_DROPPED, 1, WIRE_REFUSED);
	outside->refusing = 0;
	wire_switch_take(outside->wire, PORT_ALICE, frame, 100, 1600, outside->now_ns, outside->now_ns);
	assert_int_equal(expect_event(outside, WIRE_ARRIVED, 2, WIRE_NO_REASON).size, 1600);
	expect_event(outside, WIRE_DROPPED, 2, WIRE_CUT);
	wire_switch_take(outside->wire, PORT_ALICE, frame, 0, 0, outside->now_ns, outside->now_ns);
	assert_int_equal(outside->puts, 1);
	assert_int_equal(shared.port[PORT_ALICE].in, 3);
	assert_int_equal(shared.port[PORT_ALICE].dropped, 2);
	wire_switch_free(outside->wire);
}

/* Of frames of 65549 bytes at most 255 fit into 16 MiB; what has left makes room again. */
static void
test_store_is_bounded(void **state)
{
	static uint8_t frame[65549];
	struct outside *outside = outside_of(2);
	struct link_settings slow = { .delay_ns = NS_PER_S };

	(void)state;
	ask(outside, WIRE_SET, PORT_ALICE, 0, &slow);
	for (int i = 0; i < 300; i++)
		wire_switch_take(
		    outside->wire, PORT_ALICE, frame, sizeof(frame), sizeof(frame), outside->now_ns, outside->now_ns);
	assert_in_range(shared.port[PORT_ALICE].dropped, 300 - 255, 300 - 250);
	wire_switch_run(outside->wire, 2 * NS_PER_S);
	assert_int_equal(outside->puts + shared.port[PORT_ALICE].dropped, 300);
	for (int i = 0; i < 200; i++)
		wire_switch_take(
		    outside->wire, PORT_BOB, frame, sizeof(frame), sizeof(frame), outside->now_ns, outside->now_ns);
	assert_int_equal(shared.port[PORT_BOB].dropped, 0);
	wire_switch_free(outside->wire);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reader_gets_what_is_there_and_knows_what_is_not),
		cmocka_unit_test(test_frame_passes_at_once_and_is_told),
		cmocka_unit_test(test_three_ports_learn_who_is_where),
		cmocka_unit_test(test_held_frames_are_told_and_let_go_by_hand),
		cmocka_unit_test(test_hold_is_told_of_frames_under_way),
		cmocka_unit_test(test_requests_that_make_no_sense_are_refused),
		cmocka_unit_test(test_frames_that_cannot_leave_are_told),
		cmocka_unit_test(test_store_is_bounded),
	};

	return cmocka_run_group_tests_name("wire_switch", tests, NULL, NULL);
}
