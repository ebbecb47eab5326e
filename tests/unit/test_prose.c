/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Markdown as lines: what CommonMark 0.31 makes of it, set by hand into so many columns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lesson/prose.h"

static void
assert_prose(const char *markdown, unsigned columns, bool colour, bool ascii, const char *expected)
{
	char *lines = prose_lines(markdown, columns, colour, ascii);

	assert_string_equal(lines, expected);
	free(lines);
}

/* In 24 columns, without colour, in ASCII. */
static void
assert_plain(const char *markdown, const char *expected)
{
	assert_prose(markdown, 24, false, true, expected);
}

static void
test_words_are_wrapped(void **state)
{
	(void)state;
	assert_plain("", "");
	assert_plain("\n \n", "");
	assert_plain("One two\nthree   four\tfive six seven", "One two three four five\nsix seven\n");
	/* 24 columns exactly, and one more */
	assert_plain("abcdefghij klmnopqrstuvwx", "abcdefghij\nklmnopqrstuvwx\n");
	assert_plain("abcdefghij klmnopqrstuvw", "abcdefghij klmnopqrstuvw\n");
	assert_plain("a bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb c", "a\nbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\nc\n");
	assert_plain("First.\n\n\nSecond.", "First.\n\nSecond.\n");
	assert_plain("hard\\\nbreak  \nagain", "hard\nbreak\nagain\n");
}

/* A letter of two bytes takes one column, an East Asian one two, a combining one none. */
static void
test_columns_are_those_of_the_terminal(void **state)
{
	(void)state;
	assert_plain("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 abcdefghijk",
	    "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 abcdefghijk\n");
	assert_plain("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e abcdefghijklmnopq", "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e abcdefghijklmnopq\n");
	assert_plain("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e abcdefghijklmnopqr", "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\nabcdefghijklmnopqr\n");
	assert_plain("e\xcc\x81" "e\xcc\x81 abcdefghijklmnopqrstu", "e\xcc\x81" "e\xcc\x81 abcdefghijklmnopqrstu\n");
}

static void
test_lists(void **state)
{
	(void)state;
	assert_plain("- one\n- two two two two two two\n", "- one\n- two two two two two\n  two\n");
	assert_plain("a\n\n* one\n\n* two\n\n  more\n\nb", "a\n\n- one\n\n- two\n\n  more\n\nb\n");
	assert_plain("9. nine\n10. ten\n    - inner\n    - inner\n11. eleven",
	    "9. nine\n10. ten\n    - inner\n    - inner\n11. eleven\n");
	assert_plain("3) three", "3) three\n");
	assert_plain("- - deep", "- - deep\n");
	assert_prose("- one", 24, false, false, "\xe2\x80\xa2 one\n");
}

static void
test_quotes(void **state)
{
	(void)state;
	assert_plain("> one two three four five six\n>\n> seven", "> one two three four\n> five six\n>\n> seven\n");
	assert_plain("a\n\n> b\n> > c\n\nd", "a\n\n> b\n>\n> > c\n\nd\n");
	assert_plain("- > a\n  > b", "- > a b\n");
}

static void
test_code_stays_as_it_is(void **state)
{
	(void)state;
	assert_plain("a\n```c\nint  x;\n\n  if (a < b && c > d) y = 0;\n```\nb",
	    "a\n\n    int  x;\n\n      if (a < b && c > d) y = 0;\n\nb\n");
	assert_plain("    indented &amp; *raw*", "    indented &amp; *raw*\n");
	assert_plain("- a\n\n  ```\n  code\n  ```", "- a\n\n      code\n");
	assert_plain("```\na\tb\n```", "    a   b\n");
}

static void
test_emphasis(void **state)
{
	(void)state;
	assert_plain("*a* **b** `c  d` ``x`y``", "a b `c d` `x`y`\n");
	assert_prose("*a* **b** `c`", 24, true, true, "\033[4ma\033[24m \033[1mb\033[22m \033[36mc\033[39m\n");
	/* nothing is on at the end of a line */
	assert_prose("**aaaaaaaaaaaa bbbbbbbbbbbb**", 24, true, true, "\033[1maaaaaaaaaaaa\033[22m\n\033[1mbbbbbbbbbbbb\033[22m\n");
	assert_prose("### Head\n\ntext", 24, true, true, "\033[1mHead\033[22m\n\ntext\n");
	assert_plain("### Head\ntext", "Head\n\ntext\n");
}

static void
test_links(void **state)
{
	(void)state;
	assert_prose("[RFC 9293](https://www.rfc-editor.org/rfc/rfc9293?a&amp;b 'title')", 80, false, true,
	    "RFC 9293 (https://www.rfc-editor.org/rfc/rfc9293?a&b)\n");
	assert_prose("<http://a.example/> <me@a.example>", 80, false, true, "http://a.example/ me@a.example\n");
	assert_prose("[r] and ![picture](p.png)\n\n[r]: /where\n", 80, false, true, "r (/where) and picture (p.png)\n");
	assert_plain("[a]()", "a\n");
}

static void
test_references_and_rules(void **state)
{
	(void)state;
	assert_plain("&lt; &rarr; &#65; &#x42; &nosuch; \\*", "< \xe2\x86\x92 A B &nosuch; *\n");
	assert_plain("a\n\n---\n\nb", "a\n\n------------------------\n\nb\n");
	assert_plain("a <!-- unseen --> b\n\n<!-- unseen\n\n-->\n\nc", "a b\n\nc\n");
}

/* Not by themselves, not in code, not by reference. */
static void
test_nothing_commands_the_terminal(void **state)
{
	(void)state;
	assert_plain("a\033[31mb", "a\\x1b[31mb\n");
	assert_plain("`\a`\n\n    \033]0;x\a\n", "`\\x07`\n\n    \\x1b]0;x\\x07\n");
	assert_plain("&#27;[2J &#0;", "\\x1b[2J \xef\xbf\xbd\n");
	assert_plain("[a](<\033[m>)", "a (\\x1b[m)\n");
	assert_plain("\xc2\x9b" "1m \xe2\x80\xae" "x", "\\xc2\\x9b1m \\xe2\\x80\\xaex\n");
	assert_plain("bad \xff\xc3", "bad \\xff\\xc3\n");
}

/* What is nested too deep for the page stays in its right half, however deep: a small text makes no large page. */
static void
test_deep_nesting(void **state)
{
	char markdown[4096 + 2 * 2000 + 1], *end = markdown, *lines;

	(void)state;
	assert_plain("> > > > > > > > a", "> > > > > > a\n");
	for (unsigned i = 0; i < 4096; i++)
		*end++ = '>';
	for (unsigned i = 0; i < 2000; i++)
		end = stpcpy(end, "a\n");
	lines = prose_lines(markdown, 80, false, true);
	assert_true(strlen(lines) < 2 * sizeof(markdown));
	for (const char *line = lines; *line != '\0'; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 80);
	free(lines);
}

static void
test_narrow_windows(void **state)
{
	(void)state;
	for (unsigned columns = 0; columns <= 20; columns++)
		assert_prose("aaaa bbbb cccc dddd eeee", columns, false, true, "aaaa bbbb cccc dddd\neeee\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_are_wrapped),
		cmocka_unit_test(test_columns_are_those_of_the_terminal),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_code_stays_as_it_is),
		cmocka_unit_test(test_emphasis),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_references_and_rules),
		cmocka_unit_test(test_nothing_commands_the_terminal),
		cmocka_unit_test(test_deep_nesting),
		cmocka_unit_test(test_narrow_windows),
	};

	return cmocka_run_group_tests_name("prose", tests, NULL, NULL);
}
