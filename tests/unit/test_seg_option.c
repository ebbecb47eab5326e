/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/number.h"
#include "base/rng.h"
#include "seg/option.h"

static uint8_t bytes[64];

static struct seg
seg_of(const char *hex)
{
	long size = hex_read(hex, strlen(hex), bytes, sizeof(bytes));

	assert_true(size >= 0);
	return (struct seg){ .layers = 1 << LAYER_TCP, .options = bytes, .options_size = (size_t)size };
}

static void
assert_text(const struct seg *seg, uint32_t base, const char *expected)
{
	char room[256];
	struct text t = text_in(room, sizeof(room));

	option_text(&t, seg, base);
	assert_string_equal(room, expected);
}

/* The same bytes as fixtures for tcpdump gave these words. */
static void
test_text_of_each_option(void **state)
{
	static const struct {
		const char *hex, *text;
	} rows[] = {
		{ "020405b40402080a000000010000000001030307", "[mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7]" },
		{ "01010101", "[nop,nop,nop,nop]" },
		{ "03030700", "[wscale 7,eol]" },
		{ "050a00000001000000020000", "[sack 1 {1:2},eol]" },
		{ "0101051200000001000000020000000300000004", "[nop,nop,sack 2 {1:2}{3:4}]" },
		{ "1d1001020304aabbccddeeff00112233", "[tcp-ao keyid 1 rnextkeyid 2 mac 0x0304aabbccddeeff00112233]" },
		{ "22020000", "[tfo  cookiereq,eol]" },
		{ "2206010203040000", "[tfo  cookie 01020304,eol]" },
		{ "4d05010203000000", "[unknown-77 0x010203,eol]" },
		{ "0006aabbccdd0000", "[eol]" },
		{ "", "[]" },
		/* RFC 5482 2: 0x8001 is one minute */
		{ "1c048001", "[uto 0x8001 60]" },
		{ "1c04012c", "[uto 0x12c 300]" },
		{ "131200112233445566778899aabbccddeeff0000", "[md5 00112233445566778899aabbccddeeff,eol]" },
		/* lengths that are not those of the kind, and such as cannot be */
		{ "02030501", "[mss[len 3] 0x05,nop]" },
		{ "01010402ff", "[nop,nop,sackOK,[bad opt]]" },
		{ "020005b4", "[[bad opt]]" },
		{ "020105b4", "[[bad opt]]" },
		{ "020805b4", "[[bad opt]]" },
		{ "01010102", "[nop,nop,nop,[bad opt]]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seg seg = seg_of(rows[i].hex);

		assert_text(&seg, 0, rows[i].text);
	}
}

static void
test_sack_is_shown_relative(void **state)
{
	struct seg seg = seg_of("0101050afffffff600000592");

	(void)state;
	assert_text(&seg, 0xffffffe1u, "[nop,nop,sack 1 {21:1457}]");
}

static void
test_options_are_read_by_meaning(void **state)
{
	struct seg seg = seg_of("020405b40402080a000000010000000201030307");
	struct options options;

	(void)state;
	options_read(&seg, &options);
	assert_true(options.has_mss && options.has_sack_permitted && options.has_ts && options.has_wscale);
	assert_int_equal(options.mss, 1460);
	assert_int_equal(options.wscale, 7);
	assert_int_equal(options.ts_value, 1);
	assert_int_equal(options.ts_echo, 2);
	assert_int_equal(options.sack_count, 0);

	seg = seg_of("0522000000010000000200000003000000040000000500000006000000070000000801010000");
	options_read(&seg, &options);
	assert_int_equal(options.sack_count, 4);
	assert_int_equal(options.sack[3].left, 7);
	assert_int_equal(options.sack[3].right, 8);
}

static void
test_ill_formed_counts_as_absent_and_the_first_of_a_kind_counts(void **state)
{
	struct seg seg = seg_of("020305010204022802040400");
	struct options options;

	(void)state;
	options_read(&seg, &options);
	assert_true(options.has_mss);
	assert_int_equal(options.mss, 0x228);
	seg = seg_of("0000020405b4"); /* behind the end of the list */
	options_read(&seg, &options);
	assert_false(options.has_mss);
	seg = seg_of("080a0000000100"); /* cut */
	options_read(&seg, &options);
	assert_false(options.has_ts);
	seg = seg_of(
	    "052a0000000100000002000000030000000400000005000000060000000700000008000000090000000a"); /* five blocks */
	options_read(&seg, &options);
	assert_int_equal(options.sack_count, 0);
}

static void
test_stepping_ends_on_any_bytes(void **state)
{
	struct rng rng = rng_seeded(15);

	(void)state;
	print_message("# seed 15\n");
	for (int round = 0; round < 100000; round++) {
		uint8_t data[OPTIONS_MAX];
		struct seg seg = { .options = data, .options_size = rng_below(&rng, OPTIONS_MAX + 1) };
		struct tcp_option option;
		size_t steps = 0;

		for (size_t i = 0; i < sizeof(data); i++)
			data[i] = (uint8_t)rng_below(&rng, rng_below(&rng, 2) ? 12 : 256);
		for (size_t at = 0; option_next(&seg, &at, &option); steps++) {
			assert_true(at <= seg.options_size);
			if (option.data_size > 0)
				assert_true(
				    option.data >= data && option.data + option.data_size <= data + seg.options_size);
			if (!option.broken && option.length > 0)
				assert_int_equal(option.data_size, option.length - 2);
		}
		assert_true(steps <= seg.options_size);
	}
}

static void
test_crafting(void **state)
{
	static const struct {
		const char *name, *value, *hex;
	} rows[] = {
		{ "mss", "1460", "020405b4" },
		{ "wscale", "7", "030307" },
		{ "wscale", "255", "0303ff" },
		{ "sackok", NULL, "0402" },
		{ "sackOK", "", "0402" },
		{ "ts", "1:0", "080a0000000100000000" },
		{ "ts", "0xffffffff:2", "080affffffff00000002" },
		{ "ts", "3", "080a0000000300000000" },
		{ "nop", NULL, "01" },
		{ "eol", NULL, "00" },
		{ "sack", "1-1449", "050afffffff100000599" },
		{ "sack", "1-2,3-4", "0512fffffff1fffffff2fffffff3fffffff4" },
		{ "tfo", NULL, "2202" },
		{ "tfo", "01020304", "220601020304" },
		{ "uto", "300", "1c04012c" },
		{ "uto", "60000", "1c0483e8" },
		{ "md5", "00112233445566778899aabbccddeeff", "131200112233445566778899aabbccddeeff" },
		{ "ao", "1:2:aabb", "1d060102aabb" },
		{ "opt", "254:f989", "fe04f989" },
		{ "opt", "5:", "0502" },
		{ "opt", "2/40:05b4", "022805b4" },
		{ "opt", "2/1:", "0201" },
		{ "opt", "1:", "01" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct option_bytes b = { .size = 0 };
		struct err err;
		uint8_t expected[OPTIONS_MAX];
		long size = hex_read(rows[i].hex, strlen(rows[i].hex), expected, sizeof(expected));

		assert_int_equal(option_craft(&b, rows[i].name, rows[i].value, 0xfffffff0u, &err), 1);
		assert_int_equal(b.size, size);
		assert_memory_equal(b.data, expected, b.size);
	}
}

static void
test_bad_crafting_is_quoted(void **state)
{
	static const struct {
		const char *name, *value, *quoted;
	} rows[] = {
		{ "mss", "65536", "mss=65536" },
		{ "mss", NULL, "mss=1460" },
		{ "mss", "x", "0 to 65535" },
		{ "wscale", "256", "0 to 255" },
		{ "ts", "1:2:3", "ts=1:0" },
		{ "ts", ":", "ts=1:0" },
		{ "ts", "4294967296:0", "32 bits" },
		{ "sack", "1", "FIRST-PAST" },
		{ "sack", "1-2,3", "sack=1-2,3" },
		{ "sack", "1-2,3-4,5-6,7-8,9-10", "one to four" },
		{ "sackok", "1", "takes no value" },
		{ "nop", "2", "takes no value" },
		{ "tfo", "123", "hexadecimal" },
		{ "md5", NULL, "needs a value" },
		{ "uto", "32768", "minutes" },
		{ "ao", "1", "ao=1:2" },
		{ "opt", "256:00", "KIND:HEX" },
		{ "opt", "x:00", "opt=x:00" },
		{ "opt", "2:0g", "KIND:HEX" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct option_bytes b = { .size = 4 };
		struct err err = { 0 };

		assert_int_equal(option_craft(&b, rows[i].name, rows[i].value, 0, &err), -1);
		assert_int_equal(err.code, ERR_INPUT);
		if (strstr(err.text, rows[i].quoted) == NULL)
			fail_msg("%s=%s: \"%s\"", rows[i].name, rows[i].value != NULL ? rows[i].value : "", err.text);
		assert_int_equal(b.size, 4);
	}
	assert_int_equal(option_craft(&(struct option_bytes){ .size = 0 }, "window", "1", 0, &(struct err){ 0 }), 0);
}

static void
test_forty_bytes_are_the_limit(void **state)
{
	struct option_bytes b = { .size = 0 };
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(option_craft(&b, "ts", "1:2", 0, &err), 1);
	assert_int_equal(b.size, 40);
	assert_int_equal(option_craft(&b, "nop", NULL, 0, &err), -1);
	assert_non_null(strstr(err.text, "0 of 40"));
	assert_int_equal(b.size, 40);
	b.size = 0;
	assert_int_equal(option_put(&b, 254, bytes, 39, &err), -1);
	assert_int_equal(option_put(&b, 254, bytes, 38, &err), 0);
	assert_int_equal(b.data[1], 40);
}

static void
test_padding_is_zero(void **state)
{
	struct option_bytes b = { .data = { 3, 3, 7, 0xff, 0xff }, .size = 3 };

	(void)state;
	option_pad(&b);
	assert_int_equal(b.size, 4);
	assert_int_equal(b.data[3], 0);
	option_pad(&b);
	assert_int_equal(b.size, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_of_each_option),
		cmocka_unit_test(test_sack_is_shown_relative),
		cmocka_unit_test(test_options_are_read_by_meaning),
		cmocka_unit_test(test_ill_formed_counts_as_absent_and_the_first_of_a_kind_counts),
		cmocka_unit_test(test_stepping_ends_on_any_bytes),
		cmocka_unit_test(test_crafting),
		cmocka_unit_test(test_bad_crafting_is_quoted),
		cmocka_unit_test(test_forty_bytes_are_the_limit),
		cmocka_unit_test(test_padding_is_zero),
	};

	return cmocka_run_group_tests_name("seg/option", tests, NULL, NULL);
}
