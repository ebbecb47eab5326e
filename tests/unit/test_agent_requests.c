/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Bob's agent does with requests that make no sense. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "with_agent.h"

static void
throw_at(const void *message, size_t size)
{
	assert_int_equal(send(control, message, size, MSG_NOSIGNAL), size);
	take_reply();
}

static void
test_requests_that_make_no_sense(void **state)
{
	static uint8_t huge[sizeof(struct agent_request) + AGENT_DATA_MAX + 1000];
	struct agent_request request = { .op = AGENT_PING, .size = 10 };

	(void)state;
	throw_at("", 0);
	assert_failed(EBADMSG, "0 bytes");
	throw_at(&request, 7);
	assert_failed(EBADMSG, "7 bytes");
	throw_at(&request, sizeof(request));
	assert_failed(EBADMSG, "0 bytes of data, said to be 10");
	request.size = UINT32_MAX;
	throw_at(&request, sizeof(request));
	assert_failed(EMSGSIZE, "at most 65536");
	throw_at(huge, sizeof(huge));
	assert_failed(EMSGSIZE, "at most 65536");
	request.size = AGENT_DATA_MAX;
	memcpy(huge, &request, sizeof(request));
	throw_at(huge, sizeof(huge));
	assert_failed(EMSGSIZE, "at most 65536");
	throw_at(huge, sizeof(request) + AGENT_DATA_MAX);
	assert_done();
	ask(.op = AGENT_PING + 1);
	assert_failed(EBADMSG, "operation 13");
	ask(.op = 255);
	assert_failed(EBADMSG, "operation 255");
	ask(.op = AGENT_PING);
	assert_done();
}

static void
test_descriptors_nobody_asked_for_are_closed(void **state)
{
	const int fds[3] = { 0, 1, 2 };
	unsigned before = agent_fds();

	(void)state;
	for (unsigned i = 0; i < 20; i++)
		ask_with((struct agent_request){ .op = AGENT_PING }, NULL, 0, fds);
	assert_done();
	assert_int_equal(agent_fds(), before);
}

static void
test_random_requests_are_all_answered(void **state)
{
	struct rng rng = rng_seeded((uint64_t)clock_ns());
	uint8_t message[256];
	unsigned before = agent_fds();

	(void)state;
	print_message("# seed %llu\n", (unsigned long long)rng.state);
	for (unsigned round = 0; round < 5000; round++) {
		size_t size = rng_below(&rng, sizeof(message) + 1);
		struct agent_request request;

		for (size_t i = 0; i < size; i++)
			message[i] = (uint8_t)rng_u64(&rng);
		/* Half of them pass the first checks, so that the operations are reached. */
		if (size >= sizeof(request) && rng_below(&rng, 2) == 0) {
			memcpy(&request, message, sizeof(request));
			request.op %= AGENT_PING + 1;
			request.family = rng_below(&rng, 2) == 0 ? 4 : 6;
			request.socket = (int32_t)rng_below(&rng, 20);
			request.number %= 70000;
			request.size = (uint32_t)(size - sizeof(request));
			memcpy(message, &request, sizeof(request));
		}
		throw_at(message, size);
	}
	ask(.op = AGENT_LIST);
	assert_done();
	assert_true(agent_fds() < before + 5000);
}

static void
test_main_may_ask_much_and_read_late(void **state)
{
	struct agent_request request = { .op = AGENT_LIST };
	unsigned asked = 0;

	(void)state;
	while (asked < 100000 && send(control, &request, sizeof(request), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
		asked++;
	assert_in_range(asked, 10, 99999);
	for (unsigned i = 0; i < asked; i++) {
		take_reply();
		assert_done();
	}
	ask(.op = AGENT_PING);
	assert_done();
}

int
main(void)
{
#define with_agent(test) cmocka_unit_test_setup_teardown(test, agent_begin, agent_end)
	const struct CMUnitTest tests[] = {
		with_agent(test_requests_that_make_no_sense),
		with_agent(test_descriptors_nobody_asked_for_are_closed),
		with_agent(test_random_requests_are_all_answered),
		with_agent(test_main_may_ask_much_and_read_late),
	};
	const char *why;

	if (!ground_make(&why)) {
		printf("1..0 # SKIP %s\n", why);
		return 0;
	}
	return cmocka_run_group_tests_name("agent's requests", tests, NULL, NULL);
}
