/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libnet and libpcap over a veth pair in a namespace of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include <cmocka.h>

#include "base/when.h"
#include "drive/live.h"
#include "veth.h"

#define SIZE 100

struct seen {
	unsigned count, in_order;
	size_t size;
	int64_t at_ns;
	uint8_t frame[2048];
};

static void
see(void *arg, const uint8_t *frame, size_t size, int64_t at_ns)
{
	struct seen *seen = arg;
	uint32_t number;

	assert_in_range(size, 18, sizeof(seen->frame));
	memcpy(&number, frame + 14, sizeof(number));
	seen->in_order += number == seen->count;
	seen->count++;
	seen->size = size;
	seen->at_ns = at_ns;
	memcpy(seen->frame, frame, size);
}

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* A frame of a local experimental EtherType that carries its number. */
static const uint8_t *
numbered(uint32_t number)
{
	static uint8_t frame[SIZE] = { 2, 0, 0, 0, 0, 0x0b, 2, 0, 0, 0, 0, 0x0a, 0x88, 0xb5 };

	memcpy(frame + 14, &number, sizeof(number));
	return frame;
}

static void
receive_until(struct live *live, struct seen *seen, unsigned count)
{
	int64_t end_ns = now_ns() + 10 * NS_PER_S;
	struct err err;

	while (seen->count < count && now_ns() < end_ns) {
		struct pollfd poll_fd = { .fd = live_fd(live), .events = POLLIN };

		assert_true(poll(&poll_fd, 1, 1000) >= 0);
		assert_true(live_receive(live, see, seen, &err) >= 0);
	}
	assert_int_equal(seen->count, count);
}

static struct live *
opened(const char *interface)
{
	struct err err = { 0 };
	struct live *live = live_open(interface, &err);

	if (live == NULL)
		fail_msg("%s", err.text);
	return live;
}

static void
test_frame_crosses_with_its_time(void **state)
{
	struct live *a = opened("a0"), *b = opened("b0");
	struct seen seen = { 0 }, own = { 0 };
	int64_t before_ns = now_ns(), after_ns;
	struct err err;

	(void)state;
	assert_int_equal(live_send(a, numbered(0), SIZE, &err), 0);
	after_ns = now_ns();
	receive_until(b, &seen, 1);
	assert_int_equal(seen.size, SIZE);
	assert_memory_equal(seen.frame, numbered(0), SIZE);
	/* The wall clock may be adjusted meanwhile, by a few parts in ten thousand. */
	assert_true(seen.at_ns >= before_ns - NS_PER_MS && seen.at_ns <= after_ns + NS_PER_MS);
	assert_int_equal(live_receive(b, see, &seen, &err), 0);
	assert_int_equal(live_receive(a, see, &own, &err), 0);
	assert_int_equal(live_lost(b), 0);
	live_close(a);
	live_close(b);
}

static void
test_burst_comes_in_order(void **state)
{
	struct live *a = opened("a0"), *b = opened("b0");
	struct seen seen = { 0 };
	struct err err;

	(void)state;
	for (uint32_t i = 0; i < 500; i++)
		assert_int_equal(live_send(a, numbered(i), SIZE, &err), 0);
	receive_until(b, &seen, 500);
	assert_int_equal(seen.in_order, 500);
	assert_int_equal(live_lost(b), 0);
	live_close(a);
	live_close(b);
}

/* What the ring cannot hold is counted: nothing vanishes unseen. */
static void
test_lost_frames_are_counted(void **state)
{
	struct live *a = opened("a0"), *b = opened("b0");
	struct seen seen = { 0 };
	struct err err;

	(void)state;
	for (uint32_t i = 0; i < 10000; i++)
		assert_int_equal(live_send(a, numbered(i), SIZE, &err), 0);
	while (live_receive(b, see, &seen, &err) > 0)
		;
	assert_in_range(seen.count, 500, 9999);
	assert_int_equal(seen.count + live_lost(b), 10000);
	live_close(a);
	live_close(b);
}

static void
test_sockets_are_two_and_private(void **state)
{
	struct live *a = opened("a0"), *b = opened("b0");
	int fds[2], waiting = 0;
	struct err err;

	(void)state;
	assert_int_equal(live_sockets(b, fds), 2);
	assert_int_not_equal(fds[0], fds[1]);
	for (int i = 0; i < 2; i++) {
		int domain = 0;
		socklen_t size = sizeof(domain);

		assert_int_equal(getsockopt(fds[i], SOL_SOCKET, SO_DOMAIN, &domain, &size), 0);
		assert_int_equal(domain, AF_PACKET);
		assert_true(fcntl(fds[i], F_GETFD) & FD_CLOEXEC);
	}
	/* Nothing piles up on libnet's socket. */
	assert_int_equal(live_send(a, numbered(0), SIZE, &err), 0);
	assert_int_equal(ioctl(fds[1], FIONREAD, &waiting), 0);
	assert_int_equal(waiting, 0);
	live_close(a);
	live_close(b);
}

static void
test_errors_name_the_interface(void **state)
{
	static const uint8_t long_frame[1515] = { 2 };
	struct live *a = opened("a0");
	struct err err;

	(void)state;
	assert_null(live_open("nope0", &err));
	assert_int_equal(err.code, ERR_SYSTEM);
	assert_non_null(strstr(err.text, "\"nope0\""));
	assert_int_equal(live_send(a, long_frame, sizeof(long_frame), &err), -1);
	assert_string_equal(err.text, "cannot send a frame of 1515 bytes on \"a0\": Message too long");
	live_close(a);
	live_close(NULL);
}

static void
test_interface_that_goes_away_is_an_error(void **state)
{
	struct live *a;
	struct seen seen = { 0 };
	int64_t end_ns = now_ns() + 10 * NS_PER_S;
	int got;
	struct err err;

	(void)state;
	assert_int_equal(veth_pair("c0", "d0"), 0);
	a = opened("c0");
	assert_int_equal(veth_remove("c0"), 0);
	do {
		got = live_receive(a, see, &seen, &err);
	} while (got == 0 && now_ns() < end_ns);
	assert_int_equal(got, -1);
	assert_non_null(strstr(err.text, "\"c0\""));
	assert_int_equal(live_send(a, numbered(0), SIZE, &err), -1);
	live_close(a);
}

static void
test_interface_that_was_down_works_again(void **state)
{
	struct live *a = opened("a0"), *b = opened("b0");
	struct seen seen = { 0 };
	int64_t end_ns = now_ns() + 10 * NS_PER_S;
	struct err err;

	(void)state;
	assert_int_equal(veth_up("b0", false), 0);
	assert_int_equal(live_receive(b, see, &seen, &err), 0);
	assert_int_equal(veth_up("b0", true), 0);
	/* The kernel looks at carriers in its own time. */
	while (seen.count == 0 && now_ns() < end_ns) {
		live_send(a, numbered(0), SIZE, &err);
		assert_true(live_receive(b, see, &seen, &err) >= 0);
	}
	assert_int_not_equal(seen.count, 0);
	live_close(a);
	live_close(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frame_crosses_with_its_time),
		cmocka_unit_test(test_burst_comes_in_order),
		cmocka_unit_test(test_lost_frames_are_counted),
		cmocka_unit_test(test_sockets_are_two_and_private),
		cmocka_unit_test(test_errors_name_the_interface),
		cmocka_unit_test(test_interface_that_goes_away_is_an_error),
		cmocka_unit_test(test_interface_that_was_down_works_again),
	};

	if (!veth_namespace()) {
		puts("1..0 # SKIP no network namespaces here");
		return 0;
	}
	if (veth_pair("a0", "b0") < 0) {
		perror("veth pair a0 = b0");
		return 1;
	}
	return cmocka_run_group_tests_name("live", tests, NULL, NULL);
}
