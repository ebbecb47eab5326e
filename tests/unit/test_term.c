/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form that every entry of cmd/term.list has, and that nothing which must be there is missing. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cmd/command.h"
#include "cmd/term.h"
#include "trace/state.h"

/* One sentence: a letter or digit first, one full stop that ends it, and nothing that another could begin after. */
static bool
is_sentence(const char *text)
{
	size_t length = strlen(text);

	if (length < 15 || length > 200 || !isalnum((unsigned char)text[0]) || text[length - 1] != '.')
		return false;
	return strstr(text, ". ") == NULL && strstr(text, "..") == NULL && strpbrk(text, "?!\n") == NULL && strstr(text, "  ") == NULL;
}

static bool
is_section(const char *rfc)
{
	unsigned number;
	int read = 0;

	return sscanf(rfc, "RFC %u %n", &number, &read) == 1 && read > 0 && number >= 700 && number < 10000 &&
	    isdigit((unsigned char)rfc[read]) && strspn(rfc + read, "0123456789.") == strlen(rfc + read);
}

static bool
begins_with_command(const char *example)
{
	char word[32];
	size_t length = strcspn(example, " ");
	struct err err;

	snprintf(word, sizeof(word), "%.*s", (int)length, example);
	return command_find(word, &err) != NULL;
}

static void
every_entry_has_its_form(void **state)
{
	size_t count;
	const struct term *terms = term_table(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		bool sound = is_section(terms[i].rfc) && begins_with_command(terms[i].example) && terms[i].names[0] != '\0';

		for (unsigned s = 0; s < 3; s++)
			sound = sound && is_sentence(terms[i].text[s]);
		if (!sound)
			print_error("%s\n", terms[i].names);
		assert_true(sound);
	}
}

static void
the_form_is_held(void **state)
{
	(void)state;
	assert_true(is_sentence("This is one sentence."));
	assert_false(is_sentence("This is one. And this another."));
	assert_false(is_sentence("This has no end, which is bad"));
	assert_true(is_section("RFC 9293 3.10.7"));
	assert_false(is_section("RFC 9293"));
	assert_false(is_section("R9293 3"));
	assert_false(begins_with_command("nonsense 1"));
}

/* Nobody is hidden behind another of the same name. */
static void
every_name_finds_its_own(void **state)
{
	size_t count;
	const struct term *terms = term_table(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		char names[200], *rest, *name;

		snprintf(names, sizeof(names), "%s", terms[i].names);
		for (name = strtok_r(names, ",", &rest); name != NULL; name = strtok_r(NULL, ",", &rest)) {
			name += strspn(name, " ");
			if (term_find(name) != &terms[i])
				print_error("%s\n", name);
			assert_ptr_equal(term_find(name), &terms[i]);
		}
	}
}

static void
nothing_is_missing(void **state)
{
	static const char *const words[] = {
		"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "AE",
		"segment", "port", "ISN", "MSS", "RTT", "window", "cwnd", "handshake", "socket", "backlog", "SYN cookie", "time_wait",
		"half-close", "delayed ACK", "Nagle", "retransmission", "RTO", "SACK", "timestamp", "PAWS", "window scale", "keep-alive",
		"challenge ACK", "reset", "urgent", "MTU", "fragment", "checksum", "ARP", "TTL", "bufferbloat", "slow start",
		"congestion control", "flow control", "BDP", "goodput", "duplicate ACK", "fast retransmit", "zero window",
	};

	(void)state;
	for (enum tcp_state place = TCP_STATE_CLOSED; place < TCP_STATE_COUNT; place++)
		assert_non_null(term_find(tcp_state_name(place)));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (term_find(words[i]) == NULL)
			print_error("%s\n", words[i]);
		assert_non_null(term_find(words[i]));
	}
	assert_null(term_find(""));
	assert_null(term_find("win"));
	assert_null(term_find("windows"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_entry_has_its_form),
		cmocka_unit_test(the_form_is_held),
		cmocka_unit_test(every_name_finds_its_own),
		cmocka_unit_test(nothing_is_missing),
	};

	return cmocka_run_group_tests_name("term", tests, NULL, NULL);
}
