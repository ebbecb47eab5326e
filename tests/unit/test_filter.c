/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames written by hand, and what pcap-filter(7) says of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "drive/filter.h"

/* Ethernet, IPv4 198.51.100.1 > 198.51.100.2, TCP 40001 > 80, SYN (RFC 791 3.1, RFC 9293 3.1). */
static const uint8_t syn[] = {
	2, 0, 0, 0, 0, 0x0b, 2, 0, 0, 0, 0, 0x0a, 0x08, 0x00,
	0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0, 198, 51, 100, 1, 198, 51, 100, 2,
	0x9c, 0x41, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0xfa, 0xf0, 0, 0, 0, 0,
};

static void
what_passes(void **state)
{
	static const struct {
		const char *expression;
		bool passes;
	} cases[] = {
		{ "tcp", true },
		{ "udp", false },
		{ "tcp[tcpflags] & tcp-syn != 0", true },
		{ "tcp[tcpflags] & tcp-ack != 0", false },
		{ "dst port 80", true },
		{ "src port 80", false },
		{ "host 198.51.100.2", true },
		{ "host 198.51.100.3", false },
		{ "ether src 02:00:00:00:00:0a", true },
		{ "greater 55", false },
		{ "", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = { 0 };
		struct filter *filter = filter_compile(cases[i].expression, &err);

		assert_non_null(filter);
		assert_int_equal(filter_match(filter, syn, sizeof(syn), sizeof(syn)), cases[i].passes);
		filter_free(filter);
	}
}

/* What is not there passes nothing, and the length is that of the whole frame. */
static void
a_frame_that_is_cut(void **state)
{
	struct err err;
	struct filter *filter = filter_compile("dst port 80", &err);

	(void)state;
	assert_false(filter_match(filter, syn, 34, sizeof(syn)));
	filter_free(filter);
	filter = filter_compile("greater 54", &err);
	assert_true(filter_match(filter, syn, 34, sizeof(syn)));
	filter_free(filter);
	filter_free(NULL);
}

static void
what_cannot_be_compiled(void **state)
{
	struct err err;

	(void)state;
	assert_null(filter_compile("tcp[", &err));
	assert_int_equal(err.code, ERR_INPUT);
	assert_non_null(strstr(err.text, "\"tcp[\" is no pcap filter: "));
	assert_non_null(strstr(err.text, "syntax error"));
	assert_null(filter_compile("port 70000", &err));
	assert_non_null(strstr(err.text, "70000"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_passes),
		cmocka_unit_test(a_frame_that_is_cut),
		cmocka_unit_test(what_cannot_be_compiled),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
