/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/rng.h"
#include "base/seq.h"
#include "base/text.h"

static void
test_sequence_numbers_wrap(void **state)
{
	(void)state;
	assert_true(seq_lt(0xffffffffu, 0));
	assert_false(seq_lt(0, 0xffffffffu));
	assert_true(seq_lt(1, 2));
	assert_true(seq_leq(7, 7));
	assert_true(seq_in_window(2, 0xfffffffeu, 8));
	assert_false(seq_in_window(6, 0xfffffffeu, 8));
	assert_false(seq_in_window(5, 5, 0));
}

static void
test_reader_never_runs_past_the_end(void **state)
{
	static const uint8_t data[] = { 0x12, 0x34, 0x56 };
	struct bytes b = bytes_of(data, sizeof(data));

	(void)state;
	assert_int_equal(bytes_u16(&b), 0x1234);
	assert_int_equal(bytes_u16(&b), 0);
	assert_true(b.short_);
	assert_int_equal(bytes_u8(&b), 0);
	assert_int_equal(bytes_left(&b), 1);
}

static void
test_bits_are_counted_from_the_most_significant(void **state)
{
	uint8_t data[3] = { 0x5a, 0x0f, 0xff };

	(void)state;
	assert_int_equal(bits_get(data, 4, 8), 0xa0);
	bits_put(data, 4, 8, 0x31);
	assert_int_equal(data[0], 0x53);
	assert_int_equal(data[1], 0x1f);
	assert_int_equal(data[2], 0xff);
}

static void
test_text_is_cut_not_overrun(void **state)
{
	char room[6];
	struct text t = text_in(room, sizeof(room));

	(void)state;
	text_add(&t, "%s", "abc");
	assert_false(t.cut);
	text_add(&t, "%s", "defg");
	assert_true(t.cut);
	assert_string_equal(room, "abcde");
}

static void
test_bytes_for_a_terminal_are_escaped(void **state)
{
	char room[64];
	struct text t = text_in(room, sizeof(room));

	(void)state;
	text_add_escaped(&t, "a\r\n\"\\\0\033[m", 9);
	assert_string_equal(room, "a\\r\\n\\\"\\\\\\x00\\x1b[m");
	t = text_in(room, 6);
	text_add_escaped(&t, "a\001\002", 3);
	assert_true(t.cut);
	assert_string_equal(room, "a\\x01");
}

static void
test_error_keeps_its_context(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(err_set(&err, ERR_INPUT, "no such field \"%s\"", "foo"), -1);
	err_prefix(&err, "a.dojo:%d", 3);
	assert_string_equal(err.text, "a.dojo:3: no such field \"foo\"");
	assert_int_equal(err.code, ERR_INPUT);
	memset(err.text, 'x', sizeof(err.text) - 1);
	err.text[sizeof(err.text) - 1] = '\0';
	err_prefix(&err, "ctx");
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

/* First outputs of SplitMix64 for seed 0, as published with the reference implementation. */
static void
test_random_numbers_are_splitmix64(void **state)
{
	struct rng rng = rng_seeded(0);

	(void)state;
	assert_true(rng_u64(&rng) == UINT64_C(0xe220a8397b1dcdaf));
	assert_true(rng_u64(&rng) == UINT64_C(0x6e789e6aa1b965f4));
	assert_true(rng_u64(&rng) == UINT64_C(0x06c45d188009454f));
	for (int i = 0; i < 1000; i++)
		assert_in_range(rng_below(&rng, 7), 0, 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sequence_numbers_wrap),
		cmocka_unit_test(test_reader_never_runs_past_the_end),
		cmocka_unit_test(test_bits_are_counted_from_the_most_significant),
		cmocka_unit_test(test_text_is_cut_not_overrun),
		cmocka_unit_test(test_bytes_for_a_terminal_are_escaped),
		cmocka_unit_test(test_error_keeps_its_context),
		cmocka_unit_test(test_random_numbers_are_splitmix64),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
