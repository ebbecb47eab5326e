/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bob's web server, and when all his servers close. */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "with_agent.h"

#define MS 1000000

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
	/* The receiving kernel may have taken several of them as one. */
	assert_non_null(strstr(read_response(answer.fd, true), "29 bytes of data (segments: "));
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

static const char *const closing[] = { "GET / HTTP/1.0\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: bob\r\nConnection: close\r\n\r\n" };

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

int
main(void)
{
#define with_agent(test) cmocka_unit_test_setup_teardown(test, agent_begin, agent_end)
	const struct CMUnitTest tests[] = {
		with_agent(test_http_keeps_the_connection),
		with_agent(test_http_waits_for_the_whole_request),
		with_agent(test_http_big_page_tells_its_offsets),
		with_agent(test_http_refuses_what_is_no_request),
		with_agent(test_servers_pause_before_they_close),
		with_agent(test_servers_close_at_once_when_told),
		with_agent(test_a_shorter_pause_overtakes_a_longer),
		with_agent(test_http_sees_a_fin_that_came_with_the_request),
		with_agent(test_http_closes_with_a_fin_when_more_came),
	};
	const char *why;

	if (!ground_make(&why)) {
		printf("1..0 # SKIP %s\n", why);
		return 0;
	}
	return cmocka_run_group_tests_name("agent's web server", tests, NULL, NULL);
}
