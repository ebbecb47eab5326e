/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bob's servers but HTTP: what they say, to how many, and to those who do not listen. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "with_agent.h"

/* ---- echo, discard, chargen -------------------------------------------------------------------------------------- */

static void
test_echo_says_everything_back(void **state)
{
	static char sent[300000], got[sizeof(sent)];

	(void)state;
	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = (char)(i * i >> 3);
	for (unsigned f = 0; f < families_here(); f++) {
		int fd = client_of(families[f], SOCK_STREAM, 7);
		size_t at = 0, back = 0;

		/* Both ways at once, so that neither side's buffers are asked to hold it all. */
		while (back < sizeof(sent)) {
			struct pollfd ready = { .fd = fd, .events = at < sizeof(sent) ? POLLIN | POLLOUT : POLLIN };
			ssize_t n;

			assert_int_equal(poll(&ready, 1, 10000), 1);
			if ((ready.revents & POLLOUT) != 0 &&
			    (n = send(fd, sent + at, sizeof(sent) - at, MSG_DONTWAIT)) > 0)
				at += (size_t)n;
			if ((ready.revents & POLLIN) != 0 &&
			    (n = recv(fd, got + back, sizeof(got) - back, MSG_DONTWAIT)) > 0)
				back += (size_t)n;
		}
		assert_memory_equal(sent, got, sizeof(sent));
		close(fd);
	}
}

static void
test_echo_finishes_before_it_closes(void **state)
{
	static char block[100000], got[sizeof(block)];
	int fd = client_of(AF_INET, SOCK_STREAM, 7);
	size_t sent = 0, back = 0, n;
	ssize_t took;

	(void)state;
	/* More than fits: what is stuck in the middle must come out behind our FIN. */
	while ((took = send(fd, block, sizeof(block), MSG_DONTWAIT)) > 0 || sent < 2000000)
		sent += took > 0 ? (size_t)took : 0;
	shutdown(fd, SHUT_WR);
	while ((n = read_fully(fd, got, sizeof(got))) > 0)
		back += n;
	assert_int_equal(back, sent);
	close(fd);
}

static void
test_discard_says_nothing(void **state)
{
	char got[10];

	(void)state;
	for (unsigned f = 0; f < families_here(); f++) {
		int fd = client_of(families[f], SOCK_STREAM, 9);

		say(fd, "is anybody there?");
		shutdown(fd, SHUT_WR);
		assert_int_equal(recv(fd, got, sizeof(got), 0), 0);
		close(fd);
	}
}

/* RFC 864: 72 characters of the ring of 95 a line, each line one further on, CR LF. */
static void
test_chargen_is_rfc_864(void **state)
{
	static const char first[] = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefg\r\n"
				    "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefgh\r\n";
	static char got[74 * 1000];

	(void)state;
	for (unsigned f = 0; f < families_here(); f++) {
		int fd = client_of(families[f], SOCK_STREAM, 19);

		assert_int_equal(read_fully(fd, got, sizeof(got)), sizeof(got));
		assert_memory_equal(got, first, sizeof(first) - 1);
		for (unsigned line = 0; line < 1000; line++) {
			const char *at = got + 74 * line;

			for (unsigned i = 0; i < 72; i++)
				assert_int_equal(at[i], 32 + (line + i) % 95);
			assert_memory_equal(at + 72, "\r\n", 2);
		}
		close(fd);
	}
}

static void
test_datagrams_are_echoed_and_discarded(void **state)
{
	static char sent[9000], got[sizeof(sent) + 1];

	(void)state;
	memset(sent, 'd', sizeof(sent));
	for (unsigned f = 0; f < families_here(); f++) {
		int echo = client_of(families[f], SOCK_DGRAM, 7), discard = client_of(families[f], SOCK_DGRAM, 9);
		struct pollfd answer = { .fd = discard, .events = POLLIN };

		for (size_t size = 0; size <= sizeof(sent); size += 1500) {
			assert_int_equal(send(echo, sent, size, 0), size);
			assert_int_equal(recv(echo, got, sizeof(got), 0), size);
			assert_memory_equal(got, sent, size);
		}
		assert_int_equal(send(discard, sent, 100, 0), 100);
		say(echo, "by now discard has had its turn");
		assert_int_equal(recv(echo, got, sizeof(got), 0), 31);
		assert_int_equal(poll(&answer, 1, 0), 0);
		close(echo);
		close(discard);
	}
}

static void
test_a_closed_port_can_be_the_learners(void **state)
{
	int fd, udp;
	char got[10];

	(void)state;
	ask(.op = AGENT_CLOSE, .port = 80);
	assert_done();
	ask(.op = AGENT_CLOSE, .port = 80);
	assert_failed(EINVAL, "nothing of Bob's agent listens at port 80");
	ask(.op = AGENT_LISTEN, .port = 80, .number = 1);
	assert_done();
	fd = client_of(AF_INET, SOCK_STREAM, 80);
	ask_until((struct agent_request){ .op = AGENT_ACCEPT, .port = 80 });
	assert_done();
	close(fd);
	ask(.op = AGENT_CLOSE, .port = 7);
	assert_done();
	ask(.op = AGENT_LIST);
	assert_non_null(strstr(said, "server echo tcp port 7 closed"));
	udp = client_of(AF_INET, SOCK_DGRAM, 7);
	say(udp, "x");
	assert_int_equal(recv(udp, got, sizeof(got), 0), -1);
	assert_int_equal(errno, ECONNREFUSED);
	close(udp);
}

/* ---- many, and slow ---------------------------------------------------------------------------------------------- */

static void
test_three_hundred_at_once(void **state)
{
	enum { MANY = 300 };
	static int fd[MANY];
	static const uint16_t ports[] = { 7, 80, 19 };
	char got[16];

	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		fd[i] = client_of(AF_INET, SOCK_STREAM, ports[i % 3]);
	for (unsigned i = 0; i < MANY; i++)
		say(fd[i], i % 3 == 1 ? "GET / HTTP/1.1\r\nHost: bob\r\n\r\n" : "0123456789abcdef");
	for (unsigned i = 0; i < MANY; i++) {
		if (i % 3 == 1) {
			read_response(fd[i], true);
		} else {
			assert_int_equal(read_fully(fd[i], got, 16), 16);
			assert_memory_equal(got, i % 3 == 0 ? "0123456789abcdef" : " !\"#$%&'()*+,-./", 16);
		}
	}
	ask(.op = AGENT_LIST);
	assert_non_null(strstr(said,
	    "server http tcp port 80 LISTEN, serves a page about the connection it came over, "
	    "connections 100\n"));
	for (unsigned i = 0; i < MANY; i++)
		close(fd[i]);
	wait_for_quiet();
}

static void
test_those_who_never_read_stop_nobody(void **state)
{
	static char block[100000];
	int echo = client_of(AF_INET, SOCK_STREAM, 7), chargen = client_of(AF_INET, SOCK_STREAM, 19);
	int http = client_of(AF_INET, SOCK_STREAM, 80), other;
	const struct timespec second = { .tv_sec = 1 };
	struct pollfd full = { .fd = echo, .events = POLLOUT };
	long ticks;

	(void)state;
	while (poll(&full, 1, 200) == 1 && send(echo, block, sizeof(block), MSG_DONTWAIT) > 0)
		;
	for (unsigned i = 0; i < 100; i++)
		say(http, "GET /big HTTP/1.1\r\nHost: bob\r\n\r\n");
	other = client_of(AF_INET, SOCK_STREAM, 7);
	say(other, "still here?");
	assert_int_equal(read_fully(other, block, 11), 11);
	ask(.op = AGENT_PING);
	assert_done();
	/* And waiting for them costs nothing. */
	ticks = agent_cpu_ticks();
	nanosleep(&second, NULL);
	assert_in_range(agent_cpu_ticks() - ticks, 0, sysconf(_SC_CLK_TCK) / 10);
	close(echo);
	close(chargen);
	close(http);
	close(other);
}

/* Whether the end of the stream has come; waits so long for it. */
static bool
has_ended(int fd, int within_ms)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	char byte;

	return poll(&readable, 1, within_ms) == 1 && recv(fd, &byte, 1, 0) == 0;
}

/* Echo is done with a connection when its peer has said FIN. */
static void
test_held_servers_close_when_told_one_by_one(void **state)
{
	int first = client_of(AF_INET, SOCK_STREAM, 7), second = client_of(AF_INET, SOCK_STREAM, 7);

	(void)state;
	set_to("pause=1ms");
	ask(.op = AGENT_PACE, .number = PACE_HELD);
	assert_done();
	ask(.op = AGENT_PACE, .number = PACE_NEXT);
	assert_int_equal(reply.number, 0);
	shutdown(first, SHUT_WR);
	assert_false(has_ended(first, 100));
	shutdown(second, SHUT_WR);
	assert_false(has_ended(second, 100));
	ask(.op = AGENT_PACE, .number = PACE_NEXT);
	assert_int_equal(reply.number, 1);
	assert_true(has_ended(first, 5000));
	assert_false(has_ended(second, 100));
	ask(.op = AGENT_PACE, .number = PACE_OWN);
	assert_done();
	assert_true(has_ended(second, 5000));
	ask(.op = AGENT_PACE, .number = PACE_NEXT + 1);
	assert_failed(EINVAL, "pace 3");
	close(first);
	close(second);
}

/* Memory checkers keep what was freed. */
static bool
memory_is_watched(void)
{
	const char *preloaded = getenv("LD_PRELOAD");

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
	return true;
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
	return true;
#endif
	return preloaded != NULL && strstr(preloaded, "valgrind") != NULL;
}

/* `rounds` connections that end in all the ways they can. */
static void
come_and_go(unsigned rounds)
{
	const struct linger reset = { .l_onoff = 1 };
	static const uint16_t ports[] = { 7, 80, 19, 9 };

	for (unsigned i = 0; i < rounds; i++) {
		int fd = client_of(AF_INET, SOCK_STREAM, ports[i % 4]);

		say(fd, i % 8 < 4 ? "GET / HTTP/1.1\r\nHost: bob\r\n\r\n" : "GET ");
		if (i % 3 == 0)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
	}
	wait_for_quiet();
}

static void
test_connections_come_and_go_without_trace(void **state)
{
	unsigned fds;
	long memory_kb;

	(void)state;
	set_to("pause=1ms");
	come_and_go(500); /* the first of them bring the web server's library with them */
	fds = agent_fds();
	memory_kb = agent_memory_kb();
	come_and_go(2000);
	assert_int_equal(agent_fds(), fds);
	if (!memory_is_watched())
		assert_in_range(agent_memory_kb(), 0, memory_kb + 1000);
}

int
main(void)
{
#define with_agent(test) cmocka_unit_test_setup_teardown(test, agent_begin, agent_end)
	const struct CMUnitTest tests[] = {
		with_agent(test_echo_says_everything_back),
		with_agent(test_echo_finishes_before_it_closes),
		with_agent(test_discard_says_nothing),
		with_agent(test_chargen_is_rfc_864),
		with_agent(test_datagrams_are_echoed_and_discarded),
		with_agent(test_a_closed_port_can_be_the_learners),
		with_agent(test_three_hundred_at_once),
		with_agent(test_those_who_never_read_stop_nobody),
		with_agent(test_held_servers_close_when_told_one_by_one),
		with_agent(test_connections_come_and_go_without_trace),
	};
	const char *why;

	if (!ground_make(&why)) {
		printf("1..0 # SKIP %s\n", why);
		return 0;
	}
	return cmocka_run_group_tests_name("agent's servers", tests, NULL, NULL);
}
