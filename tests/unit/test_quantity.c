/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/quantity.h"
#include "base/when.h"

static void
test_durations(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
	} good[] = {
		{ "500us", 500000 },
		{ "20ms", 20000000 },
		{ "2s", 2 * NS_PER_S },
		{ "1.5s", 1500000000 },
		{ "0.25ms", 250000 },
		{ "2m", 120 * NS_PER_S },
		{ "0ms", 0 },
		{ "7ns", 7 },
		{ "1.000000001s", 1000000001 },
		{ "1.999999999m", INT64_C(119999999940) },
	};
	static const char *const bad[] = { "", "20", "ms", "-1ms", "1 s", "1e3s", "99999999999999s", "1.s.", "5mss", "0x10ms" };
	struct err err;
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(duration_parse(good[i].text, &ns, &err), 0);
		assert_int_equal(ns, good[i].ns);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(duration_parse(bad[i], &ns, &err), -1);
		assert_int_equal(err.code, ERR_INPUT);
		assert_non_null(strstr(err.text, bad[i]));
	}
}

/* tc(8): a rate counts in thousands of bits, a size in 1024s of bytes. */
static void
test_rates_and_sizes_are_tcs(void **state)
{
	struct err err;
	uint64_t value;

	(void)state;
	assert_int_equal(rate_parse("10mbit", &value, &err), 0);
	assert_int_equal(value, 10000000);
	assert_int_equal(rate_parse("1.5gbit", &value, &err), 0);
	assert_int_equal(value, 1500000000);
	assert_int_equal(rate_parse("unlimited", &value, &err), 0);
	assert_int_equal(value, 0);
	assert_int_equal(rate_parse("0mbit", &value, &err), -1);
	assert_int_equal(rate_parse("10mb", &value, &err), -1);
	assert_int_equal(rate_parse("99999999999gbit", &value, &err), -1);
	assert_int_equal(size_parse("100kb", &value, &err), 0);
	assert_int_equal(value, 102400);
	assert_int_equal(size_parse("1500b", &value, &err), 0);
	assert_int_equal(value, 1500);
	assert_int_equal(size_parse("1500", &value, &err), -1);
}

static void
test_numbers(void **state)
{
	uint64_t value;

	(void)state;
	assert_true(number_parse("0", &value) && value == 0);
	assert_true(number_parse("0x1F", &value) && value == 31);
	assert_true(number_parse("18446744073709551615", &value) && value == UINT64_MAX);
	assert_false(number_parse("18446744073709551616", &value));
	assert_false(number_parse("0x10000000000000000", &value));
	assert_false(number_parse("", &value));
	assert_false(number_parse("0x", &value));
	assert_false(number_parse("12a", &value));
	assert_false(number_parse("-1", &value));
}

static void
test_ports(void **state)
{
	uint16_t port = 7;
	struct err err;

	(void)state;
	assert_int_equal(port_parse("0", 0, &port, &err), 0);
	assert_int_equal(port, 0);
	assert_int_equal(port_parse("65535", 1, &port, &err), 0);
	assert_int_equal(port, 65535);
	assert_int_equal(port_parse("0", 1, &port, &err), -1);
	assert_int_equal(port_parse("65536", 1, &port, &err), -1);
	assert_string_equal(err.text, "a port is a number from 1 to 65535, not \"65536\"");
	assert_int_equal(port, 65535);
}

static void
test_written_back_in_the_largest_whole_unit(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} durations[] = { { 0, "0ms" }, { 20000000, "20ms" }, { 1500000000, "1500ms" }, { 2 * NS_PER_S, "2s" }, { 1500, "1500ns" } };
	char room[32];
	struct text t;

	(void)state;
	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		t = text_in(room, sizeof(room));
		duration_text(&t, durations[i].ns);
		assert_string_equal(room, durations[i].text);
	}
	t = text_in(room, sizeof(room));
	rate_text(&t, 10000000);
	text_add(&t, " ");
	rate_text(&t, 0);
	text_add(&t, " ");
	size_text(&t, 102400);
	assert_string_equal(room, "10mbit unlimited 100kb");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_rates_and_sizes_are_tcs),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_written_back_in_the_largest_whole_unit),
	};

	return cmocka_run_group_tests_name("quantity", tests, NULL, NULL);
}
