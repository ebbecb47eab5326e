/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bob's servers: what they say, and when they close. */
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "with_agent.h"

#define MS 1000000

static int families[] = { AF_INET, AF_INET6 };

static unsigned
families_here(void)
{
	return ground_has_ipv6() ? 2 : 1;
}

static void
say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

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
			if ((ready.revents & POLLOUT) != 0 && (n = send(fd, sent + at, sizeof(sent) - at, MSG_DONTWAIT)) > 0)
				at += (size_t)n;
			if ((ready.revents & POLLIN) != 0 && (n = recv(fd, got + back, sizeof(got) - back, MSG_DONTWAIT)) > 0)
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
	static const char first[] =
	    " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefg\r\n"
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

/* ---- HTTP -------------------------------------------------------------------------------------------------------- */

static char page[120000];

/* One response: header and, by its Content-Length unless it answers HEAD, body.  Returns the body. */
static const char *
read_response(int fd, bool body)
{
	size_t got = 0;
	char *end = NULL, *length;
	ssize_t n;

	while (end == NULL && (n = recv(fd, page + got, sizeof(page) - 1 - got, 0)) > 0) {
		got += (size_t)n;
		page[got] = '\0';
		end = strstr(page, "\r\n\r\n");
	}
	assert_non_null(end);
	length = strcasestr(page, "Content-Length: ");
	assert_true(length != NULL && length < end);
	end += 4;
	if (body) {
		size_t wanted = (size_t)(end - page) + strtoul(length + 16, NULL, 10);

		assert_true(got <= wanted && wanted < sizeof(page));
		got += read_fully(fd, page + got, wanted - got);
		assert_int_equal(got, wanted);
		page[got] = '\0';
	}
	return end;
}

static void
test_http_keeps_the_connection(void **state)
{
	char there[40];

	(void)state;
	for (unsigned f = 0; f < families_here(); f++) {
		int fd = client_of(families[f], SOCK_STREAM, 80);
		struct sockaddr_in6 mine;
		socklen_t size = sizeof(mine);
		struct tcp_info info;
		const char *body;

		getsockname(fd, (struct sockaddr *)&mine, &size);
		snprintf(there, sizeof(there), "You are %s:%u and", families[f] == AF_INET ? "127.0.0.1" : "[::1]",
		    ntohs(mine.sin6_port));
		say(fd, "GET / HTTP/1.1\r\nHost: bob\r\n\r\n");
		body = read_response(fd, true);
		assert_true(strncmp(page, "HTTP/1.1 200 ", 13) == 0);
		assert_non_null(strstr(body, there));
		assert_non_null(strstr(body, "received from you          29 bytes of data (segments: 1)\n"));
		assert_non_null(strstr(body, "I keep the connection"));
		/* Header and page were one segment, that any MSS above 1400 takes. */
		assert_in_range(strlen(page), 500, 1399);
		size = sizeof(info);
		assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
		assert_int_equal(info.tcpi_data_segs_in, 1);
		say(fd, "GET /nothing%0d%1b HTTP/1.1\r\nHost: bob\r\n\r\n");
		body = read_response(fd, true);
		assert_true(strncmp(page, "HTTP/1.1 404 ", 13) == 0);
		assert_non_null(strstr(body, "no page \"/nothing\\r\\x1b\".  He has / "));
		say(fd, "HEAD / HTTP/1.1\r\nHost: bob\r\n\r\n");
		read_response(fd, false);
		assert_true(strncmp(page, "HTTP/1.1 200 ", 13) == 0);
		say(fd, "POST / HTTP/1.1\r\nHost: bob\r\nContent-Length: 5\r\n\r\nhello");
		body = read_response(fd, true);
		assert_true(strncmp(page, "HTTP/1.1 405 ", 13) == 0);
		assert_non_null(strstr(body, "not \"POST\""));
		assert_non_null(strstr(page, "Allow: GET, HEAD\r\n"));
		assert_int_equal(send(fd, "", 0, 0), 0);
		close(fd);
	}
}

/* A learner's header may come in pieces, a byte each. */
static void
test_http_waits_for_the_whole_request(void **state)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: bob\r\n\r\n";
	struct pollfd answer = { .fd = client_of(AF_INET, SOCK_STREAM, 80), .events = POLLIN };

	(void)state;
	setsockopt(answer.fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	for (unsigned i = 0; i < sizeof(request) - 1; i++) {
		assert_int_equal(poll(&answer, 1, 2), 0);
		assert_int_equal(send(answer.fd, request + i, 1, 0), 1);
	}
	assert_non_null(strstr(read_response(answer.fd, true), "29 bytes of data (segments: 29)"));
	close(answer.fd);
}

static void
test_http_big_page_tells_its_offsets(void **state)
{
	int fd = client_of(AF_INET, SOCK_STREAM, 80);
	const char *body;
	unsigned offset;

	(void)state;
	say(fd, "GET /big HTTP/1.1\r\nHost: bob\r\n\r\n");
	body = read_response(fd, true);
	assert_int_equal(strlen(body), 102400);
	for (unsigned at = 0; at < 102400; at += 64) {
		assert_int_equal(sscanf(body + at, "byte %u of 102400", &offset), 1);
		assert_int_equal(offset, at);
		assert_int_equal(body[at + 63], '\n');
	}
	close(fd);
}

static void
test_http_refuses_what_is_no_request(void **state)
{
	static const char *const requests[] = { "\x16\x03\x01\x02nonsense\r\n\r\n", "GET\r\n\r\n",
		"GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n\r\n" /* no Host */ };
	char got[4096];

	(void)state;
	for (unsigned i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		int fd = client_of(AF_INET, SOCK_STREAM, 80);
		ssize_t n;

		say(fd, requests[i]);
		n = recv(fd, got, sizeof(got) - 1, 0);
		got[n > 0 ? n : 0] = '\0';
		assert_true(n == 0 || strncmp(got, "HTTP/1.1 ", 9) == 0 || strncmp(got, "HTTP/1.0 ", 9) == 0);
		close(fd);
	}
	ask(.op = AGENT_PING);
	assert_done();
}

/* Until no server has a connection any more; the test's own time limit ends a wait that is in vain. */
static void
wait_for_quiet(void)
{
	unsigned connections;

	do {
		ask(.op = AGENT_LIST);
		connections = 0;
		for (const char *at = said; (at = strstr(at, ", connections ")) != NULL; at += 14)
			connections += (unsigned)strtoul(at + 14, NULL, 10);
	} while (connections > 0);
}

/* ---- when they close --------------------------------------------------------------------------------------------- */

/* How long after `begin_ns` the end of file comes. */
static int64_t
time_to_end_ns(int fd, int64_t begin_ns)
{
	char got[256];

	assert_int_equal(recv(fd, got, sizeof(got), 0), 0);
	close(fd);
	return clock_ns() - begin_ns;
}

/* Clocks are read before the server can know, so that none of these is ever less than the pause. */
static int64_t
time_of_close_ns(uint16_t port)
{
	int fd = client_of(AF_INET, SOCK_STREAM, port);
	int64_t begin_ns = clock_ns();

	shutdown(fd, SHUT_WR);
	return time_to_end_ns(fd, begin_ns);
}

/* The same behind a request that makes the server close first. */
static int64_t
time_of_http_close_ns(const char *request)
{
	int fd = client_of(AF_INET, SOCK_STREAM, 80);
	int64_t begin_ns = clock_ns();

	say(fd, request);
	read_response(fd, true);
	return time_to_end_ns(fd, begin_ns);
}

static const char *const closing[] = { "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: bob\r\nConnection: close\r\n\r\n" };

static void
test_servers_pause_before_they_close(void **state)
{
	static const uint16_t ports[] = { 7, 9, 80 };

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		assert_in_range(time_of_close_ns(ports[i]), 150 * MS, 1000 * MS);
	for (unsigned i = 0; i < 2; i++)
		assert_in_range(time_of_http_close_ns(closing[i]), 150 * MS, 1000 * MS);
	set_to("pause=400ms");
	for (unsigned i = 0; i < 3; i++)
		assert_in_range(time_of_close_ns(ports[i]), 400 * MS, 2000 * MS);
	assert_in_range(time_of_http_close_ns(closing[0]), 400 * MS, 2000 * MS);
}

/* The best of ten: a busy machine may be late, but never early. */
static void
test_servers_close_at_once_when_told(void **state)
{
	static const uint16_t ports[] = { 7, 9, 80 };

	(void)state;
	set_to("pause=0ms");
	for (unsigned i = 0; i < 5; i++) {
		int64_t best = INT64_MAX;

		for (unsigned try = 0; try < 10; try++) {
			int64_t time = i < 3 ? time_of_close_ns(ports[i]) : time_of_http_close_ns(closing[i - 3]);

			best = time < best ? time : best;
		}
		assert_in_range(best, 0, 50 * MS);
	}
}

static void
test_a_shorter_pause_overtakes_a_longer(void **state)
{
	int slow, fast;
	struct pollfd end = { .events = POLLIN };
	int64_t begin_ns;

	(void)state;
	set_to("pause=3s");
	slow = client_of(AF_INET, SOCK_STREAM, 7);
	say(slow, "x");
	shutdown(slow, SHUT_WR);
	assert_int_equal(recv(slow, page, 1, 0), 1);
	ask(.op = AGENT_PING); /* the loop is fair: by its answer, our FIN has been read */
	set_to("pause=100ms");
	fast = client_of(AF_INET, SOCK_STREAM, 7);
	begin_ns = clock_ns();
	shutdown(fast, SHUT_WR);
	assert_in_range(time_to_end_ns(fast, begin_ns), 100 * MS, 2000 * MS);
	end.fd = slow;
	assert_int_equal(poll(&end, 1, 0), 0);
	close(slow);
}

/* Request and FIN in one segment: both are there when the server reads for the first time. */
static void
test_http_sees_a_fin_that_came_with_the_request(void **state)
{
	static const char *const requests[] = { "GET / HTTP/1.1\r\nHost: bob\r\n\r\n",
		"GET /big HTTP/1.1\r\nHost: bob\r\n\r\nGET / HTTP/1.1\r\nHost: bob\r\n\r\n", "GET / HT" };

	(void)state;
	set_to("pause=10ms");
	for (unsigned i = 0; i < 30; i++) {
		int fd = client_of(AF_INET, SOCK_STREAM, 80);

		setsockopt(fd, IPPROTO_TCP, TCP_CORK, &(int){ 1 }, sizeof(int));
		say(fd, requests[i % 3]);
		shutdown(fd, SHUT_WR);
		assert_in_range(read_fully(fd, page, sizeof(page)), i % 3 == 2 ? 0 : 500, sizeof(page) - 1);
		assert_int_equal(recv(fd, page, 1, 0), 0);
		close(fd);
	}
	wait_for_quiet();
}

/* What a client still sends behind its last request must not turn Bob's FIN into a reset. */
static void
test_http_closes_with_a_fin_when_more_came(void **state)
{
	int fd = client_of(AF_INET, SOCK_STREAM, 80);

	(void)state;
	say(fd, closing[0]);
	read_response(fd, true);
	say(fd, "and another thing");
	assert_int_equal(recv(fd, page, sizeof(page), 0), 0);
	close(fd);
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
	assert_non_null(strstr(said, "server http tcp port 80 LISTEN, serves a page about the connection it came over, "
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
	unsigned fds = agent_fds();
	long memory_kb;

	(void)state;
	set_to("pause=1ms");
	come_and_go(500);
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
		with_agent(test_http_keeps_the_connection),
		with_agent(test_http_waits_for_the_whole_request),
		with_agent(test_http_big_page_tells_its_offsets),
		with_agent(test_http_refuses_what_is_no_request),
		with_agent(test_servers_pause_before_they_close),
		with_agent(test_servers_close_at_once_when_told),
		with_agent(test_a_shorter_pause_overtakes_a_longer),
		with_agent(test_http_sees_a_fin_that_came_with_the_request),
		with_agent(test_http_closes_with_a_fin_when_more_came),
		with_agent(test_a_closed_port_can_be_the_learners),
		with_agent(test_three_hundred_at_once),
		with_agent(test_those_who_never_read_stop_nobody),
		with_agent(test_connections_come_and_go_without_trace),
	};
	const char *why;

	if (!ground_make(&why)) {
		printf("1..0 # SKIP %s\n", why);
		return 0;
	}
	return cmocka_run_group_tests_name("agent's servers", tests, NULL, NULL);
}
