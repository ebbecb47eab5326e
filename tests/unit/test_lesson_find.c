/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lessons in folders that were made for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lesson/find.h"

static char top[] = "/tmp/tcpdojo-test-XXXXXX";

static void
write_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void
make_folder(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static void
make_link(const char *target, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	assert_int_equal(symlink(target, path), 0);
}

/* TCPDOJO_LESSON_PATH: folders of `top`, by their names; "" for none of them but the program's. */
static void
set_path(const char *first, const char *second)
{
	char path[256];

	snprintf(path, sizeof(path), "%s%s%s:%s/%s", first[0] != '\0' ? top : "", first[0] != '\0' ? "/" : "", first, top, second);
	assert_int_equal(setenv("TCPDOJO_LESSON_PATH", path, 1), 0);
}

static int
make_folders(void **state)
{
	(void)state;
	if (mkdtemp(top) == NULL)
		return -1;
	make_folder("a");
	make_folder("b");
	make_folder("b/folder.md");
	write_file("a/wave.md", "");
	write_file("a/handshake.md", "");
	write_file("a/zero.md", "");
	write_file("a/congestion.md", "");
	write_file("a/.hidden.md", "");
	write_file("a/notes.txt", "");
	write_file("a/ORDER", "handshake\nwave\r\n\nnone-such\n../b/only\n");
	write_file("b/wave.md", "");
	write_file("b/only.md", "");
	make_link("loop.md", "b/loop.md");
	make_link("../a/zero.md", "b/linked.md");
	return 0;
}

static int
remove_folders(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r '%s'", top);
	return system(command);
}

static void
assert_paths(const struct lesson_names *names, size_t count, const char *const *expected)
{
	assert_int_equal(names->count, count);
	for (size_t i = 0; i < count; i++) {
		assert_memory_equal(names->path[i], top, strlen(top));
		assert_string_equal(names->path[i] + strlen(top), expected[i]);
	}
}

static void
test_order(void **state)
{
	struct lesson_names names;

	(void)state;
	set_path("a", "b");
	lesson_names(&names);
	assert_paths(&names, 6,
	    (const char *const[]){ "/a/handshake.md", "/a/wave.md", "/a/congestion.md", "/a/zero.md", "/b/linked.md", "/b/only.md" });
	assert_int_equal(names.unreads, 0);
	lesson_names_clear(&names);
	set_path("b", "a");
	lesson_names(&names);
	assert_paths(&names, 6, (const char *const[]){ "/b/linked.md", "/b/only.md", "/b/wave.md", "/a/handshake.md",
	    "/a/congestion.md", "/a/zero.md" });
	lesson_names_clear(&names);
}

static void
test_folders_that_cannot_be_read_are_named(void **state)
{
	struct lesson_names names;
	char expected[128];

	(void)state;
	set_path("none", "b/only.md");
	lesson_names(&names);
	assert_int_equal(names.count, 0);
	assert_int_equal(names.unreads, 2);
	snprintf(expected, sizeof(expected), "%s/none: No such file or directory", top);
	assert_string_equal(names.unread[0], expected);
	snprintf(expected, sizeof(expected), "%s/b/only.md: Not a directory", top);
	assert_string_equal(names.unread[1], expected);
	lesson_names_clear(&names);
}

static void
assert_not_found(const char *name, const char *message)
{
	struct err err = { 0 };

	assert_null(lesson_find(name, &err));
	assert_int_equal(err.code, ERR_INPUT);
	assert_string_equal(err.text, message);
}

static void
test_by_name(void **state)
{
	struct err err = { 0 };
	char expected[128], *path;

	(void)state;
	set_path("b", "a");
	snprintf(expected, sizeof(expected), "%s/b/wave.md", top);
	path = lesson_find("wave", &err);
	assert_string_equal(path, expected);
	free(path);
	assert_not_found("hanshake", "there is no lesson \"hanshake\"; near it are: handshake");
	assert_not_found("hand", "there is no lesson \"hand\"; near it are: handshake");
	assert_not_found("x\033", "there is no lesson \"x\\x1b\"; there are: linked, only, wave, handshake, congestion, zero");
	path = lesson_find("mine.md", &err);
	assert_string_equal(path, "mine.md");
	free(path);
	path = lesson_find("./mine", &err);
	assert_string_equal(path, "./mine");
	free(path);
}

static void
test_no_lessons_at_all(void **state)
{
	struct err err = { 0 };

	(void)state;
	make_folder("empty");
	set_path("empty", "empty");
	assert_not_found("wave", "there is no lesson \"wave\", and no other");
	set_path("none", "empty");
	assert_null(lesson_find("wave", &err));
	assert_non_null(strstr(err.text, "/none: No such file"));
}

/* An empty folder in the path, and no path: the program's own, which lies beside it. */
static void
test_the_program_s_own_folder(void **state)
{
	char program[256], *slash, expected[512], given[512];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	struct err err = { 0 };

	(void)state;
	assert_true(length > 0);
	program[length] = '\0';
	slash = strrchr(program, '/');
	*slash = '\0';
	snprintf(given, sizeof(given), "%s/a", top);
	snprintf(expected, sizeof(expected), "%s/lessons", program);
	if (symlink(given, expected) != 0)
		skip();
	snprintf(expected, sizeof(expected), "%s/lessons/wave.md", program);
	for (unsigned i = 0; i < 3; i++) {
		char *path;

		if (i == 0)
			unsetenv("TCPDOJO_LESSON_PATH");
		else
			set_path(i == 1 ? "" : "none", i == 1 ? "b" : "none:");
		path = lesson_find("wave", &err);
		assert_string_equal(path, expected);
		free(path);
	}
	snprintf(expected, sizeof(expected), "%s/lessons", program);
	assert_int_equal(unlink(expected), 0);
}

static void
test_names(void **state)
{
	static const char *const paths[][2] = { { "a/b.md", "b" }, { "b.md", "b" }, { "b", "b" }, { "a.md/.md", ".md" },
		{ "a.md.md", "a.md" }, { "/", "" } };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char *name = lesson_name(paths[i][0]);

		assert_string_equal(name, paths[i][1]);
		free(name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_folders_that_cannot_be_read_are_named),
		cmocka_unit_test(test_by_name),
		cmocka_unit_test(test_no_lessons_at_all),
		cmocka_unit_test(test_the_program_s_own_folder),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("lesson_find", tests, make_folders, remove_folders);
}
