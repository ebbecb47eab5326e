/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trace/trace.h"

static void
test_every_reason_is_a_clause_with_a_section(void **state)
{
	(void)state;
	assert_string_equal(reason_text(REASON_NONE), "");
	for (int i = REASON_NONE + 1; i < REASON_COUNT; i++) {
		const char *text = reason_text((enum reason)i), *rfc = reason_rfc((enum reason)i);
		const char *section = strrchr(rfc, ' ');
		size_t length = strlen(text);

		if (length < 10 || length > 100 || text[length - 1] == '.' || strstr(text, "  ") != NULL)
			fail_msg("reason %d: \"%s\"", i, text);
		/* Lower case, but for names: CLOSE, RST, ABORT. */
		assert_true((text[0] >= 'a' && text[0] <= 'z') || (text[1] >= 'A' && text[1] <= 'Z') || text[1] == ' ');
		assert_memory_equal(rfc, "RFC ", 4);
		assert_true(section > rfc + 4 && section[1] >= '1' && section[1] <= '9');
	}
}

static void
test_no_two_reasons_read_the_same(void **state)
{
	(void)state;
	for (int i = 0; i < REASON_COUNT; i++) {
		for (int j = i + 1; j < REASON_COUNT; j++)
			assert_string_not_equal(reason_text((enum reason)i), reason_text((enum reason)j));
	}
}

static void
test_states_are_found_by_every_name(void **state)
{
	static const struct {
		const char *name;
		enum tcp_state state;
	} names[] = {
		{ "SYN-RECEIVED", TCP_STATE_SYN_RECEIVED }, { "syn_received", TCP_STATE_SYN_RECEIVED },
		{ "SYN-RECV", TCP_STATE_SYN_RECEIVED }, { "ESTAB", TCP_STATE_ESTABLISHED },
		{ "FIN-WAIT-1", TCP_STATE_FIN_WAIT_1 }, { "fin-wait1", TCP_STATE_FIN_WAIT_1 },
		{ "FIN-WAIT-2", TCP_STATE_FIN_WAIT_2 }, { "TIME-WAIT", TCP_STATE_TIME_WAIT },
		{ "close", TCP_STATE_CLOSED }, { "Closing", TCP_STATE_CLOSING },
	};
	enum tcp_state found;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_true(tcp_state_named(names[i].name, &found));
		assert_int_equal(found, names[i].state);
	}
	for (int i = 0; i < TCP_STATE_COUNT; i++) {
		assert_true(tcp_state_named(tcp_state_name((enum tcp_state)i), &found));
		assert_int_equal(found, i);
	}
	assert_false(tcp_state_named("", &found));
	assert_false(tcp_state_named("ESTABLISHE", &found));
	assert_false(tcp_state_named("ESTABLISHED ", &found));
}

static void
test_ends_and_verdicts_have_names(void **state)
{
	(void)state;
	assert_string_equal(end_name(END_ALICE), "alice");
	assert_string_equal(end_name(END_BOB), "bob");
	assert_string_equal(verdict_name(VERDICT_PENDING), "pending");
	assert_string_equal(verdict_name(VERDICT_HELD), "held");
	assert_string_equal(verdict_name(VERDICT_BROKEN), "broken");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_reason_is_a_clause_with_a_section),
		cmocka_unit_test(test_no_two_reasons_read_the_same),
		cmocka_unit_test(test_states_are_found_by_every_name),
		cmocka_unit_test(test_ends_and_verdicts_have_names),
	};

	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
