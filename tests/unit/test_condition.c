/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/when.h"
#include "session/condition.h"

/* Splits at spaces and parses. */
static int
parse(struct condition *condition, const char *text, struct err *err)
{
	char copy[256], *word[32], *rest = copy;
	unsigned count = 0;

	strcpy(copy, text);
	for (char *w; (w = strtok_r(rest, " ", &rest)) != NULL; )
		word[count++] = w;
	return condition_parse(condition, word, count, err);
}

static void
assert_parses(struct condition *condition, const char *text)
{
	struct err err = { 0 };

	if (parse(condition, text, &err) != 0)
		fail_msg("\"%s\": %s", text, err.text);
	assert_string_equal(condition->text, text);
}

static void
test_frames(void **state)
{
	struct condition c;

	(void)state;
	assert_parses(&c, "S. ack=1");
	assert_int_equal(c.kind, CONDITION_FRAME);
	assert_int_equal(c.pattern.flags, TCP_SYN | TCP_ACK);
	assert_int_equal(c.pattern.tests, 1);
	assert_int_equal(c.pattern.test[0].value, 1);
	assert_false(c.pattern.more_flags);
	assert_int_equal(c.within_ns, -1);
	assert_parses(&c, "[F.]");
	assert_int_equal(c.pattern.flags, TCP_FIN | TCP_ACK);
	assert_parses(&c, "F.* win >= 0x10 length=0 eventually within 2s");
	assert_true(c.pattern.more_flags);
	assert_true(c.eventually);
	assert_int_equal(c.pattern.tests, 2);
	assert_int_equal(c.pattern.test[0].op, OPERATOR_GE);
	assert_int_equal(c.pattern.test[0].value, 16);
	assert_null(c.pattern.test[1].field);
	assert_int_equal(c.within_ns, 2 * NS_PER_S);
	assert_parses(&c, "none");
	assert_int_equal(c.pattern.flags, 0);
	assert_false(c.pattern.any_flags);
	assert_parses(&c, "seq_raw!=7");
	assert_true(c.pattern.any_flags);
	assert_true(c.pattern.test[0].raw);
	assert_int_equal(c.pattern.test[0].op, OPERATOR_NE);
	assert_parses(&c, "S. after 900ms within 1200ms");
	assert_int_equal(c.after_ns, 900 * NS_PER_MS);
}

static void
test_states_and_counts(void **state)
{
	struct condition c;

	(void)state;
	assert_parses(&c, "state FIN-WAIT-1");
	assert_int_equal(c.kind, CONDITION_STATE);
	assert_int_equal(c.state, TCP_STATE_FIN_WAIT_1);
	assert_parses(&c, "bob state listen");
	assert_int_equal(c.kind, CONDITION_BOB_STATE);
	assert_parses(&c, "kernel state ESTAB within 1s");
	assert_int_equal(c.kind, CONDITION_KERNEL_STATE);
	assert_int_equal(c.state, TCP_STATE_ESTABLISHED);
	assert_parses(&c, "nothing within 500ms strictly");
	assert_int_equal(c.kind, CONDITION_NOTHING);
	assert_true(c.strictly);
	assert_parses(&c, "segments from bob F.* >= 1");
	assert_int_equal(c.kind, CONDITION_SEGMENTS);
	assert_int_equal(c.from, END_BOB);
	assert_int_equal(c.op, OPERATOR_GE);
	assert_int_equal(c.number, 1);
	assert_parses(&c, "segments from alice P. length>0 = 2");
	assert_int_equal(c.number, 2);
	assert_int_equal(c.pattern.tests, 1);
	assert_parses(&c, "counter TCPChallengeACK > 0");
	assert_int_equal(c.kind, CONDITION_COUNTER);
	assert_string_equal(c.counter, "TCPChallengeACK");
	assert_parses(&c, "bob listening 8080");
	assert_int_equal(c.number, 8080);
}

static void
test_jobs(void **state)
{
	struct condition c;

	(void)state;
	assert_parses(&c, "bob job 2 ended within 3s");
	assert_int_equal(c.kind, CONDITION_JOB_ENDED);
	assert_int_equal(c.job, 2);
	assert_int_equal(c.within_ns, 3 * NS_PER_S);
	assert_parses(&c, "bob job 1 status != 137");
	assert_int_equal(c.kind, CONDITION_JOB_STATUS);
	assert_int_equal(c.job, 1);
	assert_int_equal(c.op, OPERATOR_NE);
	assert_int_equal(c.number, 137);
}

static void
test_what_is_wrong_is_quoted(void **state)
{
	static const struct {
		const char *text, *part;
	} bad[] = {
		{ "", "a condition is missing" },
		{ "Q.", "\"Q.\"" },
		{ "state OPEN", "\"OPEN\"" },
		{ "state", "no state" },
		{ "kernel ESTABLISHED", "\"ESTABLISHED\"" },
		{ "S. foo=1", "\"foo\"" },
		{ "S. ack=x", "x" },
		{ "S. win=70000", "70000" },
		{ "S. within", "duration" },
		{ "S. within 5", "\"5\"" },
		{ "S. soon", "\"soon\"" },
		{ "segments from carol S > 0", "alice" },
		{ "segments from bob S", "comparison" },
		{ "counter TCPX > many", "\">\"" },
		{ "bob listening 70000", "\"70000\"" },
		{ "length=abc", "\"abc\"" },
		{ "bob job", "its number" },
		{ "bob job 0 ended", "\"0\"" },
		{ "bob job 99999999999 ended", "\"99999999999\"" },
		{ "bob job 1 gone", "\"gone\"" },
		{ "bob job 1 status 0", "comparison" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct condition c;
		struct err err = { 0 };

		if (parse(&c, bad[i].text, &err) != -1)
			fail_msg("\"%s\" was taken", bad[i].text);
		assert_int_equal(err.code, ERR_INPUT);
		if (strstr(err.text, bad[i].part) == NULL)
			fail_msg("\"%s\": \"%s\" does not say %s", bad[i].text, err.text, bad[i].part);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_states_and_counts),
		cmocka_unit_test(test_jobs),
		cmocka_unit_test(test_what_is_wrong_is_quoted),
	};

	return cmocka_run_group_tests_name("condition", tests, NULL, NULL);
}
