/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calls that Bob's agent makes for the learner. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/agent_setting.h"
#include "with_agent.h"

#define PORT 5000
#define ALICE 6000 /* a port of hers */

/* Bob listens, a client comes in, Bob accepts; returns the client. */
static int
accepted_client(int family)
{
	int client;

	ask(.op = AGENT_LISTEN, .port = PORT, .number = 5);
	assert_done();
	client = client_of(family, SOCK_STREAM, PORT);
	ask_until((struct agent_request){ .op = AGENT_ACCEPT, .port = PORT });
	assert_done();
	return client;
}

static void
exchange(int family)
{
	char got[16];
	int client = accepted_client(family);

	assert_int_equal(reply.socket, 1);
	ask(.op = AGENT_READ, .socket = 1);
	assert_failed(EAGAIN, "nothing to read on socket 1");
	assert_int_equal(send(client, "hello, bob", 10, 0), 10);
	ask_until((struct agent_request){ .op = AGENT_READ, .socket = 1, .number = 5 });
	assert_done();
	assert_string_equal(said, "hello");
	ask(.op = AGENT_READ, .number = 0);
	assert_string_equal(said, ", bob");
	ask_with((struct agent_request){ .op = AGENT_WRITE, .socket = 1 }, "hello", 5, NULL);
	assert_done();
	assert_int_equal(reply.number, 5);
	ask(.op = AGENT_SHUTDOWN, .socket = 1);
	assert_done();
	assert_int_equal(read_fully(client, got, sizeof(got)), 5); /* and then end of file */
	assert_memory_equal(got, "hello", 5);
	ask_with((struct agent_request){ .op = AGENT_WRITE, .socket = 1 }, "x", 1, NULL);
	assert_failed(EPIPE, "shut down");
	close(client);
	ask_until((struct agent_request){ .op = AGENT_READ, .socket = 1 });
	assert_done();
	assert_int_equal(reply.size, 0);
	ask(.op = AGENT_CLOSE, .socket = 1);
	assert_done();
	ask(.op = AGENT_READ, .socket = 1);
	assert_failed(EBADF, "socket 1 is closed");
}

static void
test_a_connection_lives_and_ends(void **state)
{
	(void)state;
	exchange(AF_INET);
}

static void
test_a_connection_lives_and_ends_over_ipv6(void **state)
{
	(void)state;
	if (families_here() < 2)
		skip();
	exchange(AF_INET6);
}

static void
test_close_with_unread_data_resets(void **state)
{
	char got;
	int client = accepted_client(AF_INET);

	(void)state;
	assert_int_equal(send(client, "unread", 6, 0), 6);
	ask(.op = AGENT_CLOSE);
	assert_done();
	assert_int_equal(recv(client, &got, 1, 0), -1);
	assert_int_equal(errno, ECONNRESET);
	close(client);
}

static void
test_a_reset_is_told_in_words(void **state)
{
	const struct linger at_once = { .l_onoff = 1 };
	int client = accepted_client(AF_INET);

	(void)state;
	setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(client);
	ask_until((struct agent_request){ .op = AGENT_READ });
	assert_failed(ECONNRESET, "an RST came");
}

static void
test_ports_that_cannot_be_listened_at(void **state)
{
	int other = listener_at(AF_INET, PORT + 1, 1);

	(void)state;
	ask(.op = AGENT_LISTEN, .port = 0);
	assert_failed(EINVAL, "port 0");
	ask(.op = AGENT_LISTEN, .port = 80);
	assert_failed(EADDRINUSE, "http server; `bob close port 80`");
	ask(.op = AGENT_LISTEN, .port = PORT, .number = 65536);
	assert_failed(EINVAL, "backlog of 65536");
	ask(.op = AGENT_LISTEN, .port = PORT + 1, .number = 1);
	assert_failed(EADDRINUSE, "another socket or program");
	ask(.op = AGENT_LISTEN, .port = PORT);
	assert_done();
	ask(.op = AGENT_LISTEN, .port = PORT);
	assert_failed(EADDRINUSE, "`bob close port 5000`");
	close(other);
}

static void
test_accept_says_what_is_missing(void **state)
{
	(void)state;
	ask(.op = AGENT_ACCEPT);
	assert_failed(EINVAL, "`bob listen PORT` first");
	ask(.op = AGENT_ACCEPT, .port = PORT);
	assert_failed(EINVAL, "`bob listen PORT` first");
	ask(.op = AGENT_ACCEPT, .port = 7);
	assert_failed(EBUSY, "echo server");
	ask(.op = AGENT_LISTEN, .port = PORT, .number = 1);
	ask(.op = AGENT_ACCEPT, .port = PORT);
	assert_failed(EAGAIN, "no connection waits at port 5000");
	ask(.op = AGENT_READ);
	assert_failed(EBADF, "no socket yet");
	ask(.op = AGENT_READ, .socket = 3);
	assert_failed(EBADF, "no socket");
	ask(.op = AGENT_SHUTDOWN, .socket = -1);
	assert_failed(EBADF, "no socket");
}

static void
test_a_closed_port_is_free_again(void **state)
{
	int client;

	(void)state;
	ask(.op = AGENT_CLOSE, .port = PORT);
	assert_failed(EINVAL, "nothing of Bob's agent listens at port 5000");
	ask(.op = AGENT_LISTEN, .port = PORT);
	ask(.op = AGENT_LISTEN, .port = PORT + 1);
	ask(.op = AGENT_CLOSE, .port = PORT);
	assert_done();
	ask(.op = AGENT_LISTEN, .port = PORT);
	assert_done();
	client = client_of(AF_INET, SOCK_STREAM, PORT + 1);
	ask_until((struct agent_request){ .op = AGENT_ACCEPT, .port = PORT + 1 });
	assert_done();
	close(client);
}

static void
connect_both_ways(int family, uint8_t number)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);
	int listener = listener_at(family, ALICE, 1), fd;

	ask(.op = AGENT_CONNECT, .port = ALICE, .from = 4321, .family = number);
	assert_done();
	assert_int_equal(reply.socket, 1);
	fd = accept(listener, (struct sockaddr *)&peer, &size);
	assert_true(fd >= 0);
	/* The port lies at the same place in both families' addresses. */
	assert_int_equal(ntohs(((struct sockaddr_in *)&peer)->sin_port), 4321);
	ask(.op = AGENT_LIST);
	assert_non_null(strstr(said,
	    number == 4 ? "socket 1 198.51.100.1:4321 198.51.100.1:6000 ESTABLISHED unread 0\n"
			: "socket 1 [2001:db8::a]:4321 [2001:db8::a]:6000 ESTABLISHED unread 0\n"));
	close(fd);
	close(listener);
}

static void
test_connect_reaches_alice(void **state)
{
	(void)state;
	connect_both_ways(AF_INET, 4);
}

static void
test_connect_reaches_alice_over_ipv6(void **state)
{
	(void)state;
	if (families_here() < 2)
		skip();
	connect_both_ways(AF_INET6, 6);
}

/* What the accepting side expects next is what its peer began with, and 1 for the SYN (RFC 9293 3.4). */
static uint32_t
expected_next(int fd)
{
	const int on = TCP_REPAIR_ON, off = TCP_REPAIR_OFF, queue = TCP_RECV_QUEUE;
	uint32_t next = 0;
	socklen_t size = sizeof(next);

	assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)), 0);
	assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue)), 0);
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &next, &size), 0);
	assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &off, sizeof(off)), 0);
	return next;
}

static void
test_connect_begins_at_the_number_that_is_given(void **state)
{
	static const uint32_t isns[] = { 1, 0x12345678, 0x80000000, 0xffffffff };

	(void)state;
	for (unsigned f = 0; f < families_here(); f++) {
		int listener = listener_at(families[f], ALICE, 1);

		for (size_t i = 0; i < sizeof(isns) / sizeof(isns[0]); i++) {
			uint8_t number = families[f] == AF_INET ? 4 : 6;
			int fd;

			ask(.op = AGENT_CONNECT, .port = ALICE, .family = number, .number = isns[i]);
			assert_done();
			fd = accept(listener, NULL, NULL);
			assert_true(fd >= 0);
			assert_int_equal(expected_next(fd), (uint32_t)(isns[i] + 1));
			/* And goes on from there. */
			ask_with((struct agent_request){ .op = AGENT_WRITE }, "ab", 2, NULL);
			assert_done();
			assert_int_equal(recv(fd, (char[2]){ 0 }, 2, MSG_WAITALL), 2);
			/* He closes first: the TIME-WAIT is his, and not at this port. */
			ask(.op = AGENT_CLOSE);
			assert_done();
			assert_int_equal(recv(fd, (char[1]){ 0 }, 1, 0), 0);
			close(fd);
		}
		close(listener);
	}
}

/* A listener whose queue is full ignores SYNs: so Bob stays in SYN-SENT. */
static void
test_connect_returns_before_the_handshake(void **state)
{
	int listener = listener_at(AF_INET, ALICE, 0), first = client_of(AF_INET, SOCK_STREAM, ALICE);

	(void)state;
	ask(.op = AGENT_CONNECT, .port = ALICE, .family = 4);
	assert_done();
	ask(.op = AGENT_LIST);
	assert_non_null(strstr(said, " 198.51.100.1:6000 SYN-SENT unread 0\n"));
	ask(.op = AGENT_READ);
	assert_failed(EAGAIN, "nothing to read");
	ask_with((struct agent_request){ .op = AGENT_WRITE }, "x", 1, NULL);
	assert_failed(EAGAIN, "handshake not done");
	ask(.op = AGENT_CLOSE);
	assert_done();
	ask(.op = AGENT_CONNECT, .port = ALICE, .family = 4);
	ask(.op = AGENT_SHUTDOWN);
	assert_done();
	ask(.op = AGENT_READ);
	assert_false(reply.done);
	close(first);
	close(listener);
}

static void
test_connect_refuses_what_cannot_be(void **state)
{
	(void)state;
	ask(.op = AGENT_CONNECT, .port = ALICE, .family = 5);
	assert_failed(EAFNOSUPPORT, "family 5");
	ask(.op = AGENT_CONNECT, .port = 0, .family = 4);
	assert_failed(EINVAL, "port 0");
	ask(.op = AGENT_CONNECT, .port = ALICE, .from = 80, .family = 4);
	assert_failed(EADDRINUSE, "port 80 of his own");
	/* Nobody listens: loopback tells at once or a little later. */
	ask(.op = AGENT_CONNECT, .port = ALICE, .family = 4);
	if (reply.done)
		ask_until((struct agent_request){ .op = AGENT_READ });
	assert_failed(ECONNREFUSED, "answered by RST");
}

static void
test_a_full_buffer_takes_a_part_then_nothing(void **state)
{
	static char block[AGENT_DATA_MAX], got[AGENT_DATA_MAX];
	size_t taken = 0, read = 0;
	bool partly = false;
	int client = accepted_client(AF_INET);

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		ask_with((struct agent_request){ .op = AGENT_WRITE }, block, sizeof(block), NULL);
		if (!reply.done)
			break;
		taken += reply.number;
		partly = partly || reply.number < sizeof(block);
	}
	assert_failed(EAGAIN, "takes nothing now");
	assert_true(partly);
	ask(.op = AGENT_SHUTDOWN);
	assert_done();
	for (size_t n; (n = read_fully(client, got, sizeof(got))) > 0;)
		read += n;
	assert_int_equal(read, taken);
	close(client);
}

static void
test_settings_that_are_none(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "colour=red", "pause=150ms, nodelay=on, linger=0, congestion=reno, rcvbuf=4096" },
		{ "pause", "\"pause\" is not a setting" },
		{ "", "is not a setting" },
		{ "pause=fast", "pause=fast: a time" },
		{ "pause=10", "pause=10: a time" },
		{ "pause=99999999999999999999s", "a time of at most an hour" },
		{ "pause=3601s", "a time of at most an hour" },
		{ "pause=-1ms", "a time" },
		{ "nodelay=maybe", "on (no Nagle) or off" },
		{ "linger=-2", "whole seconds" },
		{ "linger=1x", "whole seconds" },
		{ "congestion=vegetable", "congestion=vegetable: Bob's kernel will not use that; it has " },
		{ "congestion=", "congestion=: Bob's kernel" },
		{ "congestion=a_name_that_is_too_long", "Bob's kernel" },
		{ "rcvbuf=0", "rcvbuf=0: auto" },
		{ "rcvbuf=9000000kb", "rcvbuf=9000000kb: auto" },
		{ "pa\033[2Juse=1ms", "\\x1b[2J" },
	};
	char words[200];

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		set_to(cases[i].text);
		assert_failed(EINVAL, cases[i].says);
	}
	memset(words, 'x', sizeof(words));
	ask_with((struct agent_request){ .op = AGENT_SET }, words, sizeof(words), NULL);
	assert_failed(EINVAL, "200 bytes");
	ask_with((struct agent_request){ .op = AGENT_SET }, "pause=1ms\0nodelay=on", 20, NULL);
	assert_failed(EINVAL, "NUL");
}

static void
test_settings_reach_sockets(void **state)
{
	struct agent_settings settings = agent_settings_default();
	struct err err;
	struct linger linger;
	char name[16] = "", fresh[16] = "";
	int fd = socket(AF_INET, SOCK_STREAM, 0), nodelay = 0, before, rcvbuf;
	socklen_t size = sizeof(before);

	(void)state;
	getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &before, &size);
	size = sizeof(fresh);
	getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, fresh, &size);
	assert_int_equal(settings.pause_ns, 150000000);
	assert_int_equal(
	    agent_settings_parse(&settings, " pause=2s  nodelay=on linger=3 congestion=reno rcvbuf=8kb", &err), 0);
	assert_true(settings.pause_ns == INT64_C(2000000000));
	assert_int_equal(agent_settings_apply(&settings, fd), 0);
	size = sizeof(nodelay);
	getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &nodelay, &size);
	assert_int_equal(nodelay, 1);
	size = sizeof(linger);
	getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size);
	assert_int_equal(linger.l_onoff, 1);
	assert_int_equal(linger.l_linger, 3);
	size = sizeof(name);
	getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &size);
	assert_string_equal(name, "reno");
	size = sizeof(rcvbuf);
	getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, &size);
	assert_int_equal(rcvbuf, 2 * 8192); /* socket(7): the kernel doubles it */
	assert_int_equal(
	    agent_settings_parse(&settings, "nodelay=off linger=off congestion=default rcvbuf=auto", &err), 0);
	assert_int_equal(agent_settings_apply(&settings, fd), 0);
	getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, &size);
	assert_int_equal(rcvbuf, before);
	size = sizeof(name);
	getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &size);
	assert_string_equal(name, fresh);
	/* One bad word, and nothing of the line holds. */
	assert_int_equal(agent_settings_parse(&settings, "nodelay=on pause=soon", &err), -1);
	assert_false(settings.nodelay);
	close(fd);
}

static void
test_linger_zero_resets(void **state)
{
	char got;
	int client;

	(void)state;
	set_to("linger=0");
	assert_done();
	client = accepted_client(AF_INET);
	ask(.op = AGENT_CLOSE);
	assert_int_equal(recv(client, &got, 1, 0), -1);
	assert_int_equal(errno, ECONNRESET);
	close(client);
}

/* Every listener that is there hands the new size down: a small window is seen from the handshake on. */
static void
test_rcvbuf_reaches_listeners_that_are_there(void **state)
{
	static char block[1 << 20];
	ssize_t n;
	int client;

	(void)state;
	ask(.op = AGENT_LISTEN, .port = PORT, .number = 1);
	set_to("rcvbuf=2048");
	assert_done();
	client = client_of(AF_INET, SOCK_STREAM, PORT);
	n = 4096;
	setsockopt(client, SOL_SOCKET, SO_SNDBUF, &(int){ 4096 }, sizeof(int));
	n = send(client, block, sizeof(block), MSG_DONTWAIT);
	assert_in_range(n, 1, 100000);
	close(client);
}

int
main(void)
{
#define with_agent(test) cmocka_unit_test_setup_teardown(test, agent_begin, agent_end)
	const struct CMUnitTest tests[] = {
		with_agent(test_a_connection_lives_and_ends),
		with_agent(test_a_connection_lives_and_ends_over_ipv6),
		with_agent(test_close_with_unread_data_resets),
		with_agent(test_a_reset_is_told_in_words),
		with_agent(test_ports_that_cannot_be_listened_at),
		with_agent(test_accept_says_what_is_missing),
		with_agent(test_a_closed_port_is_free_again),
		with_agent(test_connect_reaches_alice),
		with_agent(test_connect_reaches_alice_over_ipv6),
		with_agent(test_connect_begins_at_the_number_that_is_given),
		with_agent(test_connect_returns_before_the_handshake),
		with_agent(test_connect_refuses_what_cannot_be),
		with_agent(test_a_full_buffer_takes_a_part_then_nothing),
		with_agent(test_settings_that_are_none),
		with_agent(test_settings_reach_sockets),
		with_agent(test_linger_zero_resets),
		with_agent(test_rcvbuf_reaches_listeners_that_are_there),
	};
	const char *why;

	if (!ground_make(&why)) {
		printf("1..0 # SKIP %s\n", why);
		return 0;
	}
	return cmocka_run_group_tests_name("agent", tests, NULL, NULL);
}
