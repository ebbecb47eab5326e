/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/letter.h"
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

/* Table 3-7 of the Unicode standard says which bytes are well-formed UTF-8. */
static void
test_words_are_shown_without_what_a_terminal_obeys(void **state)
{
	static const struct {
		const char *words, *shown;
	} rows[] = {
		{ "plain \"words\" \\ too", "plain \"words\" \\ too" },
		{ "\033[31m\r\n\t\177", "\\x1b[31m\\r\\n\\t\\x7f" },
		{ "\303\274bung \342\202\254 \360\237\220\247", "\303\274bung \342\202\254 \360\237\220\247" },
		{ "\374bung", "\\xfcbung" },                     /* Latin-1 */
		{ "\302\233" "31m", "\\xc2\\x9b31m" },          /* U+009B, a CSI in one letter */
		{ "\342\200\256" "abc", "\\xe2\\x80\\xaeabc" }, /* U+202E turns the line round */
		{ "\300\257", "\\xc0\\xaf" },                   /* an overlong '/' */
		{ "\340\200\200", "\\xe0\\x80\\x80" },         /* overlong */
		{ "\355\240\200", "\\xed\\xa0\\x80" },         /* a surrogate */
		{ "\364\220\200\200", "\\xf4\\x90\\x80\\x80" }, /* beyond U+10FFFF */
		{ "\342\202", "\\xe2\\x82" },                   /* cut short */
		{ "\303(", "\\xc3(" },
	};
	char room[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text t = text_in(room, sizeof(room));

		text_add_shown(&t, rows[i].words, strlen(rows[i].words));
		assert_string_equal(room, rows[i].shown);
		assert_string_equal(QUOTED(rows[i].words), rows[i].shown);
	}
}

static void
test_long_words_are_quoted_in_part(void **state)
{
	char words[1000];
	const char *quote;

	(void)state;
	memset(words, 'x', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	quote = QUOTED(words);
	assert_int_equal(strlen(quote), QUOTE_SHOWN);
	assert_string_equal(quote + QUOTE_SHOWN - 4, "x...");
	memset(words, '\1', sizeof(words) - 1);
	quote = QUOTED(words);
	assert_true(strlen(quote) <= sizeof(struct quote) - 1);
	assert_string_equal(quote + strlen(quote) - 7, "\\x01...");
	words[QUOTE_SHOWN / 8] = '\0';
	assert_null(strstr(QUOTED(words), "..."));
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

/* RFC 3629 3 and 10: the bounds of each length, and what is none; UAX #11 and the combining marks of ISO 10646. */
static void
test_letters(void **state)
{
	static const struct {
		const char *text;
		size_t bytes;
		uint32_t letter;
		unsigned columns;
		bool shown;
	} letters[] = {
		{ "A", 1, 'A', 1, true },
		{ "\x1b", 1, 0x1b, 1, false },
		{ "\x7f", 1, 0x7f, 1, false },
		{ "\xc3\xa4", 2, 0xe4, 1, true },                /* a with diaeresis */
		{ "\xc2\x9b", 2, 0x9b, 1, false },               /* CSI of ISO 6429 */
		{ "\xcc\x88", 2, 0x308, 0, true },               /* a diaeresis over what stands before */
		{ "\xe2\x89\xa2", 3, 0x2262, 1, true },          /* RFC 3629 7 */
		{ "\xe6\x97\xa5", 3, 0x65e5, 2, true },          /* likewise */
		{ "\xe2\x80\xae", 3, 0x202e, 1, false },         /* right-to-left override */
		{ "\xf0\xa3\x8e\xb4", 4, 0x233b4, 2, true },     /* RFC 3629 7 */
		{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff, 1, true },
	};
	static const char *const none[] = { "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3", "\xc3(", "\xe2\x89", "\xe2\x89(", "\xf0\xa3\x8e" };
	uint32_t letter;

	(void)state;
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		assert_int_equal(letter_read(letters[i].text, strlen(letters[i].text), &letter), letters[i].bytes);
		assert_int_equal(letter, letters[i].letter);
		assert_int_equal(letter_columns(letter), letters[i].columns);
		assert_int_equal(letter_shown(letter), letters[i].shown);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(letter_read(none[i], strlen(none[i]), &letter), 0);
	/* "a" with a diaeresis over it, two ideographs, and two bytes of no letter. */
	assert_int_equal(letters_columns("a\xcc\x88\xe6\x97\xa5\xe6\x9c\xac\xff\xc3", 11), 1 + 2 + 2 + 1 + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_letters),
		cmocka_unit_test(test_sequence_numbers_wrap),
		cmocka_unit_test(test_reader_never_runs_past_the_end),
		cmocka_unit_test(test_bits_are_counted_from_the_most_significant),
		cmocka_unit_test(test_text_is_cut_not_overrun),
		cmocka_unit_test(test_bytes_for_a_terminal_are_escaped),
		cmocka_unit_test(test_words_are_shown_without_what_a_terminal_obeys),
		cmocka_unit_test(test_long_words_are_quoted_in_part),
		cmocka_unit_test(test_error_keeps_its_context),
		cmocka_unit_test(test_random_numbers_are_splitmix64),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
