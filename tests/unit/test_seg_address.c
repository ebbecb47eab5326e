/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "seg/seg.h"

/* The examples of RFC 5952 4 and 5. */
static void
test_text_follows_rfc5952(void **state)
{
	static const struct {
		const char *typed, *shown;
	} rows[] = {
		{ "2001:0db8::0001", "2001:db8::1" },
		{ "2001:db8:0:0:0:0:2:1", "2001:db8::2:1" },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
		{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:DB8::A", "2001:db8::a" },
		{ "0:0:0:0:0:0:0:0", "::" },
		{ "0:0:0:0:0:0:0:1", "::1" },
		{ "1:0:0:0:0:0:0:0", "1::" },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
		{ "::ffff:c000:201", "::ffff:192.0.2.1" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct address a;
		char room[ADDRESS_TEXT];

		assert_true(address_parse(rows[i].typed, &a));
		assert_string_equal(address_text(&a, room, sizeof(room)), rows[i].shown);
	}
}

static void
test_what_is_no_address_is_refused(void **state)
{
	static const char *const bad[] = { "", ".", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ",
		" 1.2.3.4", "1..2.3", "a.b.c.d", ":", ":::", "::1::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7:8::", "12345::", "::g", "1:", ":1:2:3:4:5:6:7", "::1.2.3", "::1.2.3.4.5",
		"1:2:3:4:5:6:7:1.2.3.4", "fe80::1%eth0", "::/0", "1:2:3:4::5:6:7:8" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct address a = { .family = 9 };

		assert_false(address_parse(bad[i], &a));
		assert_int_equal(a.family, 9);
	}
}

/* The C library as the judge, over addresses with many zeros. */
static void
test_text_agrees_with_inet_ntop(void **state)
{
	struct rng rng = rng_seeded(12);

	(void)state;
	print_message("# seed 12\n");
	for (int round = 0; round < 20000; round++) {
		struct address a = { .family = rng_below(&rng, 4) == 0 ? 4 : 6 }, back;
		int family = a.family == 4 ? AF_INET : AF_INET6;
		char ours[ADDRESS_TEXT], theirs[INET6_ADDRSTRLEN];

		for (int i = 0; i < (a.family == 4 ? 4 : 16); i += 2) {
			a.octet[i] = rng_below(&rng, 2) ? (uint8_t)rng_u64(&rng) : 0;
			a.octet[i + 1] = rng_below(&rng, 2) ? (uint8_t)rng_u64(&rng) : 0;
		}
		a.octet[0] |= 0x20; /* glibc shows ::/96 in the dotted form, which RFC 5952 leaves to known prefixes */
		assert_non_null(inet_ntop(family, a.octet, theirs, sizeof(theirs)));
		assert_string_equal(address_text(&a, ours, sizeof(ours)), theirs);
		assert_true(address_parse(ours, &back));
		assert_true(address_equal(&a, &back));
	}
}

/* Any short text over the letters of addresses: read the same, or refused by both. */
static void
test_reading_agrees_with_inet_pton(void **state)
{
	static const char letters[] = "::::..0012f";
	struct rng rng = rng_seeded(13);
	int valid = 0;

	(void)state;
	print_message("# seed 13\n");
	for (int round = 0; round < 300000; round++) {
		char text[20];
		unsigned size = 2 + rng_below(&rng, 16);
		struct address a;
		uint8_t theirs[16];
		bool six, ok;

		for (unsigned i = 0; i < size; i++)
			text[i] = letters[rng_below(&rng, sizeof(letters) - 1)];
		text[size] = '\0';
		six = strchr(text, ':') != NULL;
		ok = inet_pton(six ? AF_INET6 : AF_INET, text, theirs) == 1;
		if (address_parse(text, &a) != ok)
			fail_msg("\"%s\": inet_pton says %d", text, ok);
		if (ok)
			assert_memory_equal(a.octet, theirs, six ? 16 : 4);
		valid += ok;
	}
	assert_true(valid > 1000);
}

static void
test_addresses_compare_by_their_family(void **state)
{
	struct address a = address_ip4(0xc6336401), b, six = { .family = 6, .octet = { 198, 51, 100, 1 } };

	(void)state;
	assert_true(address_parse("198.51.100.1", &b));
	assert_true(address_equal(&a, &b));
	assert_false(address_equal(&a, &six));
	b.octet[12] = 1; /* beyond an IPv4 address */
	assert_true(address_equal(&a, &b));
	six.family = 0;
	assert_string_equal(address_text(&six, (char[ADDRESS_TEXT]){ "x" }, ADDRESS_TEXT), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_follows_rfc5952),
		cmocka_unit_test(test_what_is_no_address_is_refused),
		cmocka_unit_test(test_text_agrees_with_inet_ntop),
		cmocka_unit_test(test_reading_agrees_with_inet_pton),
		cmocka_unit_test(test_addresses_compare_by_their_family),
	};

	return cmocka_run_group_tests_name("seg/address", tests, NULL, NULL);
}
