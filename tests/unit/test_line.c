/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cmd/line.h"

/* Reads text and compares the commands with `expected`: words between '|', commands between newlines. */
static void
assert_reads(struct dojo *dojo, const char *text, const char *expected)
{
	char got[1024];
	struct text t = text_in(got, sizeof(got));
	struct words words = { 0 };
	struct err err;
	size_t at = 0;

	while (at < strlen(text)) {
		assert_int_equal(line_next(dojo, text, strlen(text), &at, &words, &err), 0);
		for (size_t i = 0; i < words.count; i++)
			text_add(&t, "%s%s", i > 0 ? "|" : "", words.word[i].text);
		if (words.count > 0)
			text_add(&t, "\n");
	}
	words_clear(&words);
	assert_string_equal(got, expected);
}

static void
assert_refused(const char *text, const char *part)
{
	struct dojo dojo = { 0 };
	struct words words = { 0 };
	struct err err = { 0 };
	size_t at = 0;

	assert_int_equal(line_next(&dojo, text, strlen(text), &at, &words, &err), -1);
	assert_int_equal(err.code, ERR_INPUT);
	assert_non_null(strstr(err.text, part));
	assert_int_equal(words.count, 0);
	assert_int_equal(at, strlen(text));
}

static void
test_words_and_commands(void **state)
{
	struct dojo dojo = { 0 };

	(void)state;
	assert_reads(&dojo, "syn; expect S. ack=1\nack", "syn\nexpect|S.|ack=1\nack\n");
	assert_reads(&dojo, "  \t;;\n# only a remark; and more\nquit # bye", "quit\n");
	assert_reads(&dojo, "data \"a;b # c\" x", "data|a;b # c|x\n");
	assert_reads(&dojo, "data \"\"", "data|\n");
	assert_reads(&dojo, "tcp payload=\"GET /\\r\\n\\x41\"", "tcp|payload=GET /\r\nA\n");
	assert_reads(&dojo, "a#b", "a#b\n");
}

static void
test_quoted_text_holds_any_byte(void **state)
{
	struct dojo dojo = { 0 };
	struct words words = { 0 };
	struct err err;
	size_t at = 0;
	const char *text = "data \"a\\0b\"";

	(void)state;
	assert_int_equal(line_next(&dojo, text, strlen(text), &at, &words, &err), 0);
	assert_int_equal(words.word[1].size, 3);
	assert_memory_equal(words.word[1].text, "a\0b", 4);
	assert_true(words.word[1].quoted);
	assert_false(words.word[0].quoted);
	words_clear(&words);
}

static void
test_variables(void **state)
{
	char *args[] = { (char[]){ "bob6" } };
	struct dojo dojo = { .args = args, .arg_count = 1 };

	(void)state;
	variable_set(&dojo, "port", "80");
	variable_set(&dojo, "port", "8080");
	assert_reads(&dojo, "syn dport=$port dst=$1", "syn|dport=8080|dst=bob6\n");
	assert_reads(&dojo, "set dst ${1:-bob} ${2:-x y}", "set|dst|bob6|x y\n");
	assert_reads(&dojo, "a ${2:-} b", "a|b\n");
	assert_reads(&dojo, "run $here/a", "run|./a\n");
	dojo.folder = "/some/folder";
	assert_reads(&dojo, "run $here/a b", "run|/some/folder/a|b\n");
	assert_reads(&dojo, "data \"$port \\$port\"", "data|$port $port\n");
	variables_clear(&dojo);
}

static void
test_what_cannot_be_read_is_said(void **state)
{
	(void)state;
	assert_refused("data \"abc", "never closed");
	assert_refused("data \"\\q\"", "\\q");
	assert_refused("data \"\\x4\"", "two hex digits");
	assert_refused("syn dport=$nothing", "$nothing");
	assert_refused("syn $", "name or a number");
	assert_refused("syn ${a", "closing brace");
	assert_refused("$2", "$2");
}

/* After a mistake the next line can be read. */
static void
test_goes_on_behind_a_mistake(void **state)
{
	const char *text = "data \"\\q\"; syn\nack";
	struct dojo dojo = { 0 };
	struct words words = { 0 };
	struct err err;
	size_t at = 0;

	(void)state;
	assert_int_equal(line_next(&dojo, text, strlen(text), &at, &words, &err), -1);
	assert_string_equal(text + at, "ack");
}

static void
test_near_commands_are_named(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_non_null(command_find("syn", &err));
	assert_null(command_find("sny", &err));
	assert_non_null(strstr(err.text, "\"sny\""));
	assert_non_null(strstr(err.text, "syn"));
	assert_null(command_find("sy", &err));
	assert_non_null(strstr(err.text, "syn, synack"));
	assert_null(command_find("xyzzy", &err));
	assert_non_null(strstr(err.text, "`help`"));
}

/* What the tables promise: a row for a name, a summary, a group whose rows stand together. */
static void
test_every_command_says_what_it_is(void **state)
{
	size_t count;
	const struct command *const *commands = command_table(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_non_null(commands[i]->run);
		assert_true(strlen(commands[i]->summary) > 10);
		assert_true(strlen(commands[i]->group) > 2);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(commands[i]->name, commands[j]->name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_and_commands),
		cmocka_unit_test(test_quoted_text_holds_any_byte),
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_what_cannot_be_read_is_said),
		cmocka_unit_test(test_goes_on_behind_a_mistake),
		cmocka_unit_test(test_near_commands_are_named),
		cmocka_unit_test(test_every_command_says_what_it_is),
	};

	return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
