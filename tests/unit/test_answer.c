/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers in any sensible form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "lesson/goal.h"

static struct question
asks_field(const char *name)
{
	struct question question = { .kind = QUESTION_FIELD };

	if (strcmp(name, "length") == 0)
		return question;
	question.field = field_find(name, NULL);
	assert_non_null(question.field);
	return question;
}

/* Every word of `said`, separated by '|', has that fit. */
static void
assert_fit(const struct question *question, const char *said, const char *actual, int fits)
{
	char copy[1024], *rest = copy;

	snprintf(copy, sizeof(copy), "%s", said);
	for (char *one; (one = strtok_r(rest, "|", &rest)) != NULL; ) {
		struct err err = { 0 };
		int got = answer_fits(question, one, actual, &err);

		if (got != fits)
			fail_msg("\"%s\" for \"%s\": %d, not %d", one, actual != NULL ? actual : "", got, fits);
		if (fits >= 0)
			assert_int_equal(answer_fits(question, one, NULL, &err), 0);
		else
			assert_true(err.code == ERR_INPUT && strstr(err.text, "is no answer") != NULL);
	}
}

static void
test_numbers_of_the_sequence_space(void **state)
{
	struct question ack = asks_field("ack"), seq = asks_field("seq");

	(void)state;
	assert_fit(&ack, "1|0x1|iss+1|ISS + 1|irs+1|ISN+1|+1| 1 |ack 1|ack=1|ACK = 0x1|\"1\"|`1`|01", "1", 1);
	assert_fit(&ack, "0|2|0x10|iss|irs|iss+2|11|ack 0", "1", 0);
	assert_fit(&seq, "0|iss|irs|ISN|iss+0|seq=iss", "0", 1);
	assert_fit(&seq, "4294967295|0xffffffff", "4294967295", 1);
	assert_fit(&ack, "one|-|iss-|iss+x|isst|1.0|1,0|18446744073709551616|ack|state 1|+", "1", -1);
}

static void
test_plain_numbers(void **state)
{
	struct question win = asks_field("window"), length = asks_field("length");
	struct question count = { .kind = QUESTION_COUNT };
	struct question number = { .kind = QUESTION_NUMBER, .unit = (char *)(uintptr_t)"round trips", .answer = (char *)(uintptr_t)"2" };

	(void)state;
	assert_fit(&win, "64240|0xfaf0|win 64240|window=64240|64240 bytes", "64240", 1);
	assert_fit(&win, "iss|iss+1|big", "64240", -1);
	assert_fit(&length, "18|18 octets|length 18|len=18|0x12 bytes", "18", 1);
	assert_fit(&count, "4|4 segments|0x4|4 Segments", "4", 1);
	assert_fit(&count, "3|3 segments", "4", 0);
	assert_fit(&number, "2|2 round trips|2 Round Trips|0x2", "2", 1);
	assert_fit(&number, "3 round trips", "2", 0);
	assert_fit(&number, "2 camels|two", "2", -1);
	assert_fit(&(struct question){ .kind = QUESTION_FIELD, .field = field_find("checksum", NULL) }, "0xbeef|48879", "0xbeef", 1);
}

static void
test_flags(void **state)
{
	struct question flags = asks_field("flags");

	(void)state;
	assert_fit(&flags, "S.|.S|[S.]|[.S]|SYN-ACK|syn-ack|SYN,ACK|syn,ack|SYN ACK|ack, syn|SYN+ACK|SYN/ACK|Syn,Ack| SA|AS|flags S.|flags=[S.]",
	    "[S.]", 1);
	assert_fit(&flags, "S|[S]|.|ack|SYN|none|R.|F.|syn,ack,fin", "[S.]", 0);
	assert_fit(&flags, ".|[.]|ACK|ack|A", "[.]", 1);
	assert_fit(&flags, "none|NONE|no flags", "[none]", 1);
	assert_fit(&flags, "FP.|PSH,ACK,FIN|fin psh ack|F.P", "[FP.]", 1);
	assert_fit(&flags, "hello|1|synack|S..x|SYN-ACKS|-|,", "[S.]", -1);
}

static void
test_states(void **state)
{
	struct question question = { .kind = QUESTION_STATE };

	(void)state;
	assert_fit(&question, "SYN-RECEIVED|syn-received|syn_received|SYN RECEIVED|SynReceived|SYN-RECV|syn rcvd|SYN_RCVD", "SYN-RECEIVED", 1);
	assert_fit(&question, "ESTABLISHED|established|ESTAB|estab", "ESTABLISHED", 1);
	assert_fit(&question, "FIN-WAIT-1|fin wait 1|FIN_WAIT1|FIN-WAIT1|finwait1", "FIN-WAIT-1", 1);
	assert_fit(&question, "FIN-WAIT-2|time-wait|closed|LISTEN", "FIN-WAIT-1", 0);
	assert_fit(&question, "open|S.|1|FIN-WAIT|-", "FIN-WAIT-1", -1);
}

static void
test_choices_and_addresses(void **state)
{
	struct question choice = { .kind = QUESTION_CHOICE, .choices = 3, .answer = (char *)(uintptr_t)"b" };
	struct question address = asks_field("dst");

	(void)state;
	choice.choice[0] = (char *)(uintptr_t)"Alice";
	choice.choice[1] = (char *)(uintptr_t)"his  kernel";
	choice.choice[2] = (char *)(uintptr_t)"a";
	assert_fit(&choice, "b|B|b)|(b)|b.|his kernel|His Kernel| HIS  KERNEL ", "b", 1);
	assert_fit(&choice, "a|c|Alice|alice", "b", 0);
	assert_fit(&choice, "a|c", "c", 1); /* a text goes before a letter */
	assert_fit(&choice, "d|ab|his|1", "b", -1);
	assert_fit(&address, "198.51.100.2|dst 198.51.100.2", "198.51.100.2", 1);
	assert_fit(&address, "198.51.100.1|2001:db8::b", "198.51.100.2", 0);
	assert_fit(&address, "bob|198.51.100|1", "198.51.100.2", -1);
}

/* Whatever is typed gets an answer or a message, and the same text is itself. */
static void
test_any_bytes(void **state)
{
	static const char letters[] = "S.AFRPUEW[]-_,+ \t=()\"`x019abcissIRSynACKestab\x1b\x80\xff\n";
	struct question questions[] = { asks_field("ack"), asks_field("flags"), asks_field("length"), asks_field("src"),
		{ .kind = QUESTION_STATE }, { .kind = QUESTION_COUNT }, { .kind = QUESTION_CHOICE, .choices = 1 } };
	struct rng rng = rng_seeded(7);

	(void)state;
	questions[6].choice[0] = (char *)(uintptr_t)"S.";
	for (unsigned i = 0; i < 200000; i++) {
		const struct question *question = &questions[rng_below(&rng, 7)];
		char said[320];
		size_t length = rng_below(&rng, i % 50 == 0 ? 319 : 12);
		struct err err = { 0 };
		int fits;

		for (size_t c = 0; c < length; c++)
			said[c] = letters[rng_below(&rng, sizeof(letters) - 1)];
		said[length] = '\0';
		fits = answer_fits(question, said, NULL, &err);
		if (fits > 0 || (fits < 0 && err.text[0] == '\0') ||
		    (fits == 0 && strpbrk(said, " =\t\n") == NULL && answer_fits(question, said, said, &err) != 1))
			fail_msg("seed 7, number %u: \"%s\" gives %d", i, said, fits);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_of_the_sequence_space),
		cmocka_unit_test(test_plain_numbers),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_choices_and_addresses),
		cmocka_unit_test(test_any_bytes),
	};

	return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
