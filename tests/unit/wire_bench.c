/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/when.h"

int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

void
start_wire(struct bench *bench, const char *first, const char *second)
{
	int pair[2];
	struct wire_start start = { .interface = { first, second }, .ports = 2, .seed = 1 };

	*bench = (struct bench){ 0 };
	bench->shared = mmap(NULL, sizeof(*bench->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(bench->shared, MAP_FAILED);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	bench->control = pair[0];
	bench->notify = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	bench->pid = fork();
	assert_true(bench->pid >= 0);
	if (bench->pid == 0) {
		close(pair[0]);
		start.control = pair[1];
		start.notify = bench->notify;
		start.shared = bench->shared;
		_exit(wire_run(&start));
	}
	close(pair[1]);
}

int
end_wire(struct bench *bench)
{
	int status;

	live_close(bench->a);
	live_close(bench->b);
	close(bench->control);
	assert_int_equal(waitpid(bench->pid, &status, 0), bench->pid);
	close(bench->notify);
	munmap(bench->shared, sizeof(*bench->shared));
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

struct bench *
ready_wire(void)
{
	static struct bench bench;
	int64_t end_ns = now_ns() + PATIENCE;
	struct err err;

	start_wire(&bench, "w0", "w1");
	bench.a = live_open("a0", &err);
	bench.b = live_open("b0", &err);
	if (bench.a == NULL || bench.b == NULL)
		fail_msg("%s", err.text);
	while (!bench.shared->ready && !bench.shared->failed && now_ns() < end_ns)
		usleep(100);
	if (!bench.shared->ready)
		fail_msg("the wire is not ready: %s", bench.shared->failure);
	return &bench;
}

void
ask_only(struct bench *bench, enum wire_op op, enum wire_port port, uint32_t index, struct link_settings settings)
{
	struct wire_request request;

	memset(&request, 0, sizeof(request)); /* padding too: it goes over a socket */
	request.op = (uint8_t)op;
	request.port = (uint8_t)port;
	request.index = index;
	request.settings.rate_bps = settings.rate_bps;
	request.settings.delay_ns = settings.delay_ns;
	request.settings.limit_bytes = settings.limit_bytes;
	request.settings.hold = settings.hold;
	assert_int_equal(send(bench->control, &request, sizeof(request), 0), sizeof(request));
}

struct wire_reply
take_reply(struct bench *bench)
{
	struct wire_reply reply;

	assert_int_equal(recv(bench->control, &reply, sizeof(reply), 0), sizeof(reply));
	return reply;
}

struct wire_reply
ask(struct bench *bench, enum wire_op op, enum wire_port port, uint32_t index, struct link_settings settings)
{
	ask_only(bench, op, port, index, settings);
	return take_reply(bench);
}

void
set(struct bench *bench, enum wire_port port, struct link_settings settings)
{
	assert_true(ask(bench, WIRE_SET, port, 0, settings).done);
}

static void
see(void *arg, const uint8_t *frame, size_t size, int64_t at_ns)
{
	struct seen *seen = arg;
	uint32_t number;

	(void)at_ns;
	assert_true(size >= 18);
	memcpy(&number, frame + 14, sizeof(number));
	seen->in_order += seen->count == 0 || number > seen->last;
	seen->last = number;
	seen->count++;
}

int
try_send(struct live *live, uint32_t number, size_t size)
{
	static uint8_t frame[65549] = { 2, 0, 0, 0, 0, 0x0b, 2, 0, 0, 0, 0, 0x0a, 0x88, 0xb5 };
	struct err err;

	memcpy(frame + 14, &number, sizeof(number));
	return live_send(live, frame, size, &err);
}

void
send_numbered(struct live *live, uint32_t number)
{
	assert_int_equal(try_send(live, number, SIZE), 0);
}

void
receive(struct bench *bench)
{
	struct err err;
	int taken;

	do {
		taken = live_receive(bench->a, see, &bench->at_a, &err);
		assert_true(taken >= 0);
	} while (taken > 0);
	do {
		taken = live_receive(bench->b, see, &bench->at_b, &err);
		assert_true(taken >= 0);
	} while (taken > 0);
}

void
wait_for(const _Atomic uint64_t *counter, uint64_t value)
{
	int64_t end_ns = now_ns() + PATIENCE;

	while (*counter < value && now_ns() < end_ns)
		usleep(50);
	assert_int_equal(*counter, value);
}

struct wire_event
next_event(struct bench *bench)
{
	int64_t end_ns = now_ns() + PATIENCE;
	struct wire_event event = { 0 };

	while (!wire_event_read(bench->shared, bench->read, &event)) {
		assert_true(now_ns() < end_ns);
		usleep(20);
	}
	bench->read++;
	return event;
}

struct wire_event
expect_event(struct bench *bench, enum wire_event_kind kind, enum wire_port port, uint64_t frame)
{
	struct wire_event event = next_event(bench);

	assert_int_equal(event.kind, kind);
	assert_int_equal(event.port, port);
	assert_int_equal(event.frame, frame);
	return event;
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

void
print_us(const char *what, int64_t *values_ns, unsigned count)
{
	qsort(values_ns, count, sizeof(*values_ns), by_value);
	print_message("# %s: median %.1f us, p99 %.1f us, worst %.1f us of %u\n", what, values_ns[count / 2] / 1e3,
	    values_ns[count * 99 / 100] / 1e3, values_ns[count - 1] / 1e3, count);
}
