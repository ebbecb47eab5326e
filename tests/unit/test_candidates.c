/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "base/text.h"
#include "repl/candidates.h"
#include "repl/usage.h"
#include "session/condition.h"

/* What can be typed at the '_' of the line (at its end without one), between blanks; hints stand in <>. */
static void
assert_offers(const char *line, const char *expected)
{
	const char *mark = strchr(line, '_');
	char got[2048];
	struct text t = text_in(got, sizeof(got));
	struct candidates found;

	candidates_find(&found, line, mark != NULL ? (size_t)(mark - line) : strlen(line), NULL);
	for (size_t i = 0; i < found.count; i++) {
		bool hint = found.candidate[i].kind == CANDIDATE_HINT;

		text_add(&t, "%s%s%s%s", i > 0 ? " " : "", hint ? "<" : "", found.candidate[i].text, hint ? ">" : "");
	}
	candidates_clear(&found);
	assert_string_equal(got, expected);
}

static bool
offers(const char *line, const char *word)
{
	struct candidates found;
	bool offered = false;

	candidates_find(&found, line, strlen(line), NULL);
	for (size_t i = 0; i < found.count; i++)
		offered = offered || strcmp(found.candidate[i].text, word) == 0;
	candidates_clear(&found);
	return offered;
}

static void
test_commands(void **state)
{
	size_t count;
	const struct command *const *rows = command_table(&count);
	struct candidates found;

	(void)state;
	candidates_find(&found, "", 0, NULL);
	assert_int_equal(found.count, count);
	candidates_clear(&found);
	for (size_t i = 0; i < count; i++)
		assert_true(offers("syn; ", rows[i]->name));
	assert_offers("syna", "synack");
	assert_offers("  jo", "journal");
	assert_offers("data \"a;b\"; jo", "journal");
	assert_offers("xyz", "");
	assert_offers("xyz a", "");
	assert_offers("jo_urnal; state", "journal");
	assert_offers("help jour", "journal");
}

static void
test_subcommands(void **state)
{
	(void)state;
	assert_offers("bob ", "listen accept connect read write shutdown close set run sockets");
	assert_offers("bob s", "shutdown set sockets");
	assert_offers("bob listen ", "7 9 19 80 <PORT>");
	assert_offers("bob listen 80 ", "backlog");
	assert_offers("bob lis 80 ", "backlog");
	assert_offers("bob listen 80 backlog ", "<N>");
	assert_offers("bob listen 80 backlog 5 ", "");
	assert_offers("bob connect 80 ", "from alice6");
	assert_offers("bob connect 80 alice6 ", "from");
	assert_offers("bob connect 80 from 8", "80");
	assert_offers("bob close ", "<SOCKET> port");
	assert_offers("bob set p", "pause= patient");
	assert_offers("bob set pause=", "");
	assert_offers("link ", "rate delay limit reverse both hold release drop");
	assert_offers("link delay ", "<T>");
	assert_offers("link delay 20ms r", "rate reverse");
	assert_offers("link hold ", "");
	assert_offers("link release ", "<N>");
	assert_offers("auto ", "ack arp close");
	assert_offers("auto arp ", "on off");
}

static void
test_fields_and_options(void **state)
{
	(void)state;
	assert_true(offers("syn ", "window="));
	assert_true(offers("syn ", "ttl="));
	assert_true(offers("syn ", "mss="));
	assert_true(offers("syn ", "sackok"));
	assert_true(offers("syn mss=1460 ", "wscale="));
	assert_false(offers("syn ", "opcode="));
	assert_offers("ack wi", "window=");
	assert_offers("tcp flags=F", "F. FP.");
	assert_offers("syn dst=b", "bob bob6");
	assert_offers("connect dst=b", "bob bob6");
	assert_offers("connect 8", "80");
	assert_offers("ack checksum=", "bad <N>");
	assert_offers("ack ack=", "<N, +N or -N>");
	assert_offers("data zero:9 s", "sport= seq= sackok sack= src= split");
	assert_offers("data ", "<TEXT> hex: zero:");
}

static void
test_settings(void **state)
{
	(void)state;
	assert_offers("set w", "window wscale");
	assert_offers("set strict ", "on off");
	assert_offers("set dst bob", "bob bob6");
	assert_offers("set window ", "<N>");
	assert_offers("set window 7 ", "");
}

static void
test_conditions(void **state)
{
	(void)state;
	assert_offers("expect state L", "LISTEN LAST-ACK");
	assert_offers("expect kernel ", "state");
	assert_offers("expect kernel state SYN-", "SYN-SENT SYN-RECEIVED");
	assert_offers("wait for kernel state SYN-R", "SYN-RECEIVED");
	assert_offers("expect bob ", "state listening job");
	assert_offers("expect bob job 1 ", "ended status");
	assert_offers("expect bob job 1 status ", "= != < <= > >=");
	assert_offers("expect segments from ", "alice bob");
	assert_offers("expect S. within ", "<T>");
	assert_offers("expect S. e", "ecn= eventually");
	assert_offers("expect nothing ", "within after eventually strictly");
	assert_offers("expect nothing within 1s ", "after eventually strictly");
	assert_true(offers("expect ", "S."));
	assert_true(offers("expect ", "nothing"));
	assert_true(offers("expect S. ", "ack="));
}

static void
test_files(void **state)
{
	static const char *const at_file[] = { "save ", "save a", "run ", "run sc", "save \"a b", "syn; run " };
	static const char *const elsewhere[] = { "sav", "save a ", "syn ", "state ", "data \"a" };
	struct candidates found;

	(void)state;
	for (size_t i = 0; i < sizeof(at_file) / sizeof(at_file[0]); i++) {
		candidates_find(&found, at_file[i], strlen(at_file[i]), NULL);
		assert_true(found.files);
		candidates_clear(&found);
	}
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
		candidates_find(&found, elsewhere[i], strlen(elsewhere[i]), NULL);
		assert_false(found.files);
		candidates_clear(&found);
	}
}

static bool
is_text(const char *line)
{
	struct candidates found;
	bool text;

	candidates_find(&found, line, strlen(line), NULL);
	text = found.text;
	candidates_clear(&found);
	return text;
}

static void
test_quotes_and_comments_are_text(void **state)
{
	(void)state;
	assert_true(is_text("data \""));
	assert_true(is_text("data \"how; are \\\" you"));
	assert_true(is_text("syn # what"));
	assert_true(is_text("# what; syn "));
	assert_true(is_text("data payload=\"a"));
	assert_false(is_text("data \"how\" "));
	assert_false(is_text("data \"\\\\\" "));
	assert_false(is_text("data a#b "));
	assert_offers("data \"s", "");
}

static void
assert_full(const char *line, const char *expected)
{
	struct err err = { 0 };
	char *full = commands_in_full(line, &err);

	assert_non_null(full);
	assert_string_equal(full, expected);
	free(full);
}

static void
test_shortened_commands(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_full("", "");
	assert_full("syn", "syn");
	assert_full("syna win=1", "synack win=1");
	assert_full("  exp S. ; j  # s", "  expect S. ; journal  # s");
	assert_full("bob lis 80;bob so", "bob listen 80;bob sockets");
	assert_full("lin rel", "link release");
	assert_full("link rate 1mbit", "link rate 1mbit");
	assert_full("data \"s; s\"", "data \"s; s\"");
	assert_full("nonsense; bob nonsense", "nonsense; bob nonsense");
	assert_full("$s", "$s");
	assert_null(commands_in_full("syn; sy", &err));
	assert_string_equal(err.text, "\"sy\" can be syn, synack");
	assert_int_equal(err.code, ERR_INPUT);
	assert_null(commands_in_full("bob s", &err));
	assert_string_equal(err.text, "\"s\" can be shutdown, set, sockets");
}

/* Every usage is of the grammar: else Tab would be silent there. */
static void
test_all_usages_can_be_read(void **state)
{
	size_t count, subs;
	const struct command *const *rows = command_table(&count);
	struct usage usage;

	(void)state;
	assert_true(usage_read(&usage, condition_usage));
	for (size_t i = 0; i < count; i++) {
		const struct command *sub = subcommand_table(rows[i], &subs);

		assert_true(usage_read(&usage, rows[i]->usage));
		for (size_t j = 0; j < subs; j++)
			assert_true(usage_read(&usage, sub[j].usage));
	}
	assert_false(usage_read(&usage, "[a"));
	assert_false(usage_read(&usage, "a]"));
	assert_false(usage_read(&usage, "a|"));
	assert_false(usage_read(&usage, "[[[[[[[[[[a]]]]]]]]]]"));
}

/* Whatever condition the usage lets one write is one that condition_parse reads. */
static void
test_conditions_are_those_that_are_read(void **state)
{
	static const char *const written[] = {
		"S.", "S. ack=1 within 1s", "win=1", "nothing within 1s", "state CLOSED", "kernel state CLOSED", "bob state CLOSED",
		"bob listening 80", "bob job 1 ended", "bob job 1 status = 0", "segments from bob F.* >= 1", "counter A > 0",
		"S. after 1ms within 2s eventually strictly",
	};
	struct usage usage;

	(void)state;
	assert_true(usage_read(&usage, condition_usage));
	for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
		char copy[128], *words[16], *rest = copy;
		uint64_t standing = usage.first;
		struct condition condition;
		struct err err = { 0 };
		unsigned count = 0;

		strcpy(copy, written[i]);
		while ((words[count] = strsep(&rest, " ")) != NULL) {
			uint64_t matched = usage_match(&usage, standing, words[count], strlen(words[count]));

			assert_true(matched != 0);
			standing = usage_follow(&usage, matched);
			count++;
		}
		assert_int_equal(condition_parse(&condition, words, count, &err), 0);
	}
}

/* Any bytes: nothing is read beyond the position, and what is offered begins with what stands there. */
static void
test_any_line(void **state)
{
	static const char letters[] = "syn bob set expect;\"\\#=|[]. \t\x80?";
	struct rng rng = rng_seeded(7);

	(void)state;
	print_message("# seed 7\n");
	for (unsigned run = 0; run < 20000; run++) {
		size_t length = rng_below(&rng, 40);
		char *line = malloc(length + 1);
		struct candidates found;
		struct err err;

		for (size_t i = 0; i < length; i++)
			line[i] = letters[rng_below(&rng, sizeof(letters) - 1)];
		line[length] = '\0';
		candidates_find(&found, line, length, NULL);
		assert_true(found.from <= length);
		for (size_t i = 0; i < found.count; i++)
			assert_true(found.candidate[i].kind == CANDIDATE_HINT ||
			    strncmp(found.candidate[i].text, line + found.from, length - found.from) == 0);
		candidates_clear(&found);
		free(commands_in_full(line, &err));
		free(line);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_subcommands),
		cmocka_unit_test(test_fields_and_options),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_quotes_and_comments_are_text),
		cmocka_unit_test(test_shortened_commands),
		cmocka_unit_test(test_all_usages_can_be_read),
		cmocka_unit_test(test_conditions_are_those_that_are_read),
		cmocka_unit_test(test_any_line),
	};

	return cmocka_run_group_tests_name("candidates", tests, NULL, NULL);
}
