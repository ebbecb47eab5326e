/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the journal keeps for doing it again, and what forbids that.  No lab is needed: nothing is done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "base/when.h"
#include "cmd/line.h"
#include "cmd/replay.h"

static struct session session; /* of which no segment has been sent: it is the time 0 */
static struct dojo dojo = { .session = &session };

/* Four commands, one a second from 1 s on; the second one is as given. */
static void
four(struct journal *journal, unsigned effects, unsigned how)
{
	journal_clear(journal);
	for (int i = 0; i < 4; i++) {
		char line[] = "command 0";
		struct journal_entry entry = { .at_ns = (i + 1) * NS_PER_S, .line = line };

		line[8] = (char)('1' + i);
		entry.effects = i == 1 ? effects : EFFECTS_NONE;
		entry.time = i == 1 ? how : 0;
		journal_add(journal, &entry);
	}
}

/* Whether those from `from` on are allowed up to `count`; else *err must name the second and say `why`. */
static void
assert_allowed_from(const struct journal *journal, size_t from, size_t count, const char *why)
{
	struct err err = { 0 };
	int result = replay_allowed(&dojo, journal, from, count, &err);

	assert_int_equal(result, why == NULL ? 0 : -1);
	if (why == NULL)
		return;
	assert_int_equal(err.code, ERR_INPUT);
	assert_non_null(strstr(err.text, "`command 2` cannot be done again with a new Bob: "));
	assert_non_null(strstr(err.text, why));
}

static void
assert_allowed(const struct journal *journal, size_t count, const char *why)
{
	assert_allowed_from(journal, 0, count, why);
}

static void
test_what_cannot_be_done_again(void **state)
{
	static const struct {
		unsigned effects, how;
		const char *why;
	} reasons[] = {
		{ EFFECT_SPAWNS | EFFECT_NOT_REPLAYABLE, 0, "it ran a program" },
		{ 0, TIME_REPEATED, "his retransmission timer ran out" },
		{ 0, TIME_PROBED, "whether alice takes more" },
		{ 0, TIME_WAIT_ENDED, "a TIME-WAIT of 60 s was over" },
		{ 0, TIME_QUICK, "what his timers did since then" },
	};
	struct journal journal = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		four(&journal, reasons[i].effects, reasons[i].how);
		assert_allowed(&journal, 1, NULL); /* that one is itself undone */
		assert_allowed(&journal, 4, reasons[i].why);
	}
	journal_clear(&journal);
}

static void
test_what_can(void **state)
{
	static const unsigned effects[] = { EFFECT_LOOKS, EFFECT_WAITS, EFFECT_NOT_REPLAYABLE, EFFECT_WRITES_FILES,
		EFFECT_READS_FILES, EFFECT_LEAVES_LAB };
	struct journal journal = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]); i++) {
		four(&journal, effects[i], 0);
		assert_allowed(&journal, 4, NULL);
	}
	/* A program that could not be started did nothing. */
	four(&journal, EFFECT_SPAWNS, 0);
	journal.entry[1].refused = true;
	assert_allowed(&journal, 4, NULL);
	journal_clear(&journal);
}

/* An ordinary kernel's shortest timer that acts in silence is FIN-WAIT-2's, of 60 s (tcp(7), tcp_fin_timeout). */
static void
test_timers_of_an_ordinary_kernel(void **state)
{
	struct journal journal = { 0 };

	(void)state;
	four(&journal, 0, TIME_ORDINARY);
	assert_allowed(&journal, 3, NULL);
	journal.entry[3].at_ns = 61 * NS_PER_S;
	assert_allowed(&journal, 2, NULL);
	assert_allowed(&journal, 3, "what his timers did since then");
	/* Patient again before that. */
	journal.entry[2].time = TIME_PATIENT;
	assert_allowed(&journal, 3, NULL);
	journal_clear(&journal);
}

/* What comes before is not looked at; a `lab restart` of this session says nothing of another's journal. */
static void
test_what_is_settled(void **state)
{
	struct journal journal = { 0 };

	(void)state;
	four(&journal, EFFECT_SPAWNS, TIME_REPEATED);
	assert_allowed_from(&journal, 2, 4, NULL);
	assert_allowed_from(&journal, 1, 4, "it ran a program");
	session.checkpoint.commands = 2;
	assert_allowed(&journal, 4, "it ran a program");
	session.checkpoint.commands = 0;
	journal_clear(&journal);
}

static void
test_a_copy_ends_where_its_next_command_began(void **state)
{
	struct journal journal = { 0 }, copy = { 0 };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		char line[] = "command 0";
		struct journal_entry entry = { .frames = journal.frames, .line = line, .replaced = i == 1 ? line : NULL };
		struct journal_frame frame = { .number = i + 1, .incoming = i == 1 };

		journal_add(&journal, &entry);
		journal_sent(&journal, 1, 2 * i + 1, "tcp flags=S");
		journal_passed(&journal, &frame);
		frame.number = 100;
		journal_passed(&journal, &frame);
	}
	journal_matched(&journal, 50);
	assert_int_equal(journal_last(&journal)->matched, 5);
	journal_copy(&copy, &journal, 2);
	assert_int_equal(copy.count, 2);
	assert_int_equal(copy.frames, 4);
	assert_int_equal(copy.heard, 2);
	assert_string_equal(copy.entry[1].replaced, "command 0");
	assert_string_equal(copy.entry[1].meaning, "tcp flags=S");
	assert_ptr_not_equal(copy.entry[1].line, journal.entry[1].line);
	journal_clear(&copy);
	journal_copy(&copy, &journal, 3);
	assert_int_equal(copy.frames, 6);
	journal_clear(&copy);
	journal_clear(&journal);
}

/* The words of a line, written as a line, are the same words. */
static void
assert_reads_again(const struct words *words)
{
	struct words again = { 0 };
	char *line = words_line(words);
	struct err err = { 0 };
	size_t at = 0;

	assert_int_equal(line_next(&dojo, line, strlen(line), &at, &again, &err), 0);
	assert_int_equal(at, strlen(line));
	assert_int_equal(again.count, words->count);
	for (size_t i = 0; i < words->count; i++) {
		assert_int_equal(again.word[i].size, words->word[i].size);
		assert_memory_equal(again.word[i].text, words->word[i].text, words->word[i].size);
		assert_true(again.word[i].quoted || !words->word[i].quoted);
	}
	words_clear(&again);
	free(line);
}

static void
test_words_as_a_line(void **state)
{
	const uint64_t seed = 20240229;
	struct rng rng = rng_seeded(seed);

	(void)state;
	print_message("# seed %llu\n", (unsigned long long)seed);
	for (unsigned turn = 0; turn < 2000; turn++) {
		char room[4][20];
		struct word word[4] = { 0 };
		struct words words = { .word = word, .count = 1 + rng_below(&rng, 4) };

		for (size_t i = 0; i < words.count; i++) {
			word[i].text = room[i];
			word[i].size = rng_below(&rng, 16);
			word[i].quoted = rng_below(&rng, 2);
			for (size_t b = 0; b < word[i].size; b++)
				room[i][b] = rng_below(&rng, 3) > 0 ? "a1=\"\\$#; \n\t:"[rng_below(&rng, 12)] : (char)rng_below(&rng, 256);
			room[i][word[i].size] = '\0';
		}
		assert_reads_again(&words);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_cannot_be_done_again),
		cmocka_unit_test(test_what_can),
		cmocka_unit_test(test_timers_of_an_ordinary_kernel),
		cmocka_unit_test(test_what_is_settled),
		cmocka_unit_test(test_a_copy_ends_where_its_next_command_began),
		cmocka_unit_test(test_words_as_a_line),
	};

	return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}
