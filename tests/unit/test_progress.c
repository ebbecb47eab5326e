/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept of a learner's way: it comes back as it was, whatever happened meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "lesson/load.h"
#include "lesson/progress.h"

static char folder[] = "/tmp/tcpdojo-progress.XXXXXX";
static char kept[128];

#define STEP "## S%s\n\nProse.\n\n```do\n%s\n```\n\n```goal\nstate ESTABLISHED\n```\n\n"

static struct lesson *
a_lesson(const char *solution)
{
	char text[1024];
	struct err err;
	struct lesson *lesson;

	snprintf(text, sizeof(text), "---\ntitle: T\nformat: 1\n---\n\n" STEP STEP, "1", "syn", "2", solution);
	lesson = lesson_parse("/somewhere/wave.md", text, strlen(text), &err);
	if (lesson == NULL)
		fail_msg("%s", err.text);
	return lesson;
}

static void
put(const char *text)
{
	FILE *file = fopen(kept, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void
write_or_fail(const struct progress *progress)
{
	struct err err;

	if (progress_write(progress, &err) != 0)
		fail_msg("%s", err.text);
}

/* Somebody on the second step, with whatever can be kept. */
static struct lesson *
somebody(struct progress *progress)
{
	struct lesson *lesson = a_lesson("ack");
	struct said *said;

	progress_begin(progress, lesson);
	progress->at = 1;
	progress->before = 7;
	progress->step[0].end = STEP_REACHED;
	progress->step[0].tries = 3;
	progress->step[0].hints = 2;
	progress->step[0].redos = 1;
	progress->step[0].solution = true;
	progress->step[0].spent_s = 61;
	progress->step[0].reached_at = 1700000000;
	said = progress_said(&progress->step[0], "Which \"ack\"?", "0 \x1b[31m");
	free(said->actual);
	said->actual = strdup("1");
	progress_said(&progress->step[0], "And?", "");
	journal_add(&progress->journal, &(struct journal_entry){ .at_ns = 1234567890123, .conn = 1, .segment = 1, .effects = 8,
	    .line = (char *)(uintptr_t)"data \"h\xff\x80\"", .meaning = (char *)(uintptr_t)"tcp flags=S seq=0",
	    .base = { .known = true, .alice = 0xfffffff0, .bob = 5, .clock_ns = -1 }, .failed = true });
	journal_passed(&progress->journal, &(struct journal_frame){ .number = 1, .seq = 4294967295, .flags = 18, .incoming = true });
	journal_add(&progress->journal, &(struct journal_entry){ .frames = 1, .line = (char *)(uintptr_t)"ack",
	    .replaced = (char *)(uintptr_t)"ack ack=1" });
	return lesson;
}

static void
test_it_comes_back_as_it_was(void **state)
{
	struct progress before, after;
	struct lesson *lesson = somebody(&before);
	const struct journal_entry *entry;
	struct err err = { 0 };
	struct stat st;

	(void)state;
	write_or_fail(&before);
	assert_int_equal(stat(kept, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(progress_read(lesson, &after, &err), 0);
	assert_string_equal(after.lesson, "wave");
	assert_string_equal(after.title, "T");
	assert_int_equal(after.at, 1);
	assert_int_equal(after.before, 7);
	assert_int_equal(after.began_at, before.began_at);
	assert_int_equal(after.steps, 2);
	assert_string_equal(after.step[1].title, "S2");
	assert_int_equal(after.step[0].end, STEP_REACHED);
	assert_int_equal(after.step[1].end, STEP_OPEN);
	assert_int_equal(after.step[0].tries, 3);
	assert_int_equal(after.step[0].hints, 2);
	assert_int_equal(after.step[0].redos, 1);
	assert_true(after.step[0].solution);
	assert_int_equal(after.step[0].spent_s, 61);
	assert_int_equal(after.step[0].reached_at, 1700000000);
	assert_int_equal(after.step[0].saids, 2);
	assert_string_equal(after.step[0].said[0].ask, "Which \"ack\"?");
	assert_string_equal(after.step[0].said[0].answer, "0 \x1b[31m");
	assert_string_equal(after.step[0].said[0].actual, "1");
	assert_false(after.step[0].said[0].right);
	assert_int_equal(after.journal.count, 2);
	entry = &after.journal.entry[0];
	assert_string_equal(entry->line, "data \"h\xff\x80\"");
	assert_string_equal(entry->meaning, "tcp flags=S seq=0");
	assert_null(entry->replaced);
	assert_int_equal(entry->at_ns, 1234567890123);
	assert_int_equal(entry->base.alice, 0xfffffff0);
	assert_int_equal(entry->base.clock_ns, -1);
	assert_true(entry->base.known && entry->failed && !entry->refused);
	assert_string_equal(after.journal.entry[1].replaced, "ack ack=1");
	assert_int_equal(after.journal.frames, 1);
	assert_int_equal(after.journal.heard, 1);
	assert_int_equal(after.journal.frame[0].seq, 4294967295);
	progress_clear(&before);
	progress_clear(&after);
	lesson_free(lesson);
}

/* Reads what is kept; it must be refused with these words, be set aside under `aside`, and begin anew. */
static void
assert_set_aside(const struct lesson *lesson, const char *words, const char *suffix)
{
	char aside[160];
	struct progress progress;
	struct err err = { 0 };

	assert_int_equal(progress_read(lesson, &progress, &err), -1);
	if (strstr(err.text, words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, err.text);
	assert_int_equal(progress.at, 0);
	assert_int_equal(progress.steps, lesson->steps);
	assert_int_equal(progress.journal.count, 0);
	snprintf(aside, sizeof(aside), "%s.%s", kept, suffix);
	assert_int_equal(access(kept, F_OK), -1);
	assert_int_equal(unlink(aside), 0);
	write_or_fail(&progress);
	progress_clear(&progress);
}

static char *
read_kept(size_t *size)
{
	char *text = NULL;
	FILE *file = fopen(kept, "r"), *copy;

	assert_non_null(file);
	copy = open_memstream(&text, size);
	for (int c; (c = getc(file)) != EOF; )
		putc(c, copy);
	fclose(file);
	fclose(copy);
	return text;
}

static void
test_damaged_newer_and_changed_ones_are_set_aside(void **state)
{
	struct progress progress;
	struct lesson *lesson = somebody(&progress), *changed = a_lesson("ack ack=1");
	char *text, *at;
	size_t size;

	(void)state;
	put("");
	assert_set_aside(lesson, "no JSON", "damaged");
	put("[1, 2]");
	assert_set_aside(lesson, "\"steps\"", "damaged");
	put("{\"version\": 2}");
	assert_set_aside(lesson, "a newer one wrote it", "damaged");
	write_or_fail(&progress);
	text = read_kept(&size);
	at = strstr(text, "\"reached\"");
	assert_non_null(at);
	at[1] = 'R';
	put(text);
	assert_set_aside(lesson, "its \"end\"", "damaged");
	/* Cut anywhere: the last byte is the outermost brace. */
	for (size_t cut = 1; cut < size; cut += 97) {
		free(text);
		write_or_fail(&progress);
		text = read_kept(&size);
		text[size - cut] = '\0';
		put(text);
		assert_set_aside(lesson, "begins anew", "damaged");
	}
	free(text);
	write_or_fail(&progress);
	assert_set_aside(changed, "the lesson has changed", "old");
	unlink(kept);
	mkdir(kept, 0700);
	assert_int_equal(progress_peek("wave", &(struct progress){ 0 }, &(struct err){ 0 }), -1);
	rmdir(kept);
	progress_clear(&progress);
	lesson_free(lesson);
	lesson_free(changed);
}

/* A member at a time is taken away or made something else: never more than a message. */
static void
test_any_member_may_be_wrong(void **state)
{
	static const char *const wrongs[] = { "null", "-1", "\"x\"", "[]", "{}", "9e99", "18446744073709551615", "true" };
	struct progress progress;
	struct lesson *lesson = somebody(&progress);
	char *text;
	size_t size;
	unsigned tried = 0;

	(void)state;
	write_or_fail(&progress);
	text = read_kept(&size);
	for (size_t i = 0; i < size; i++) {
		char *end;

		if (strncmp(text + i, "\": ", 3) != 0 || strchr("[{", text[i + 3]) != NULL)
			continue;
		end = text + i + 3 + strcspn(text + i + 3, ",\n");
		for (size_t w = 0; w < sizeof(wrongs) / sizeof(wrongs[0]); w++) {
			char *damaged;
			struct progress read;
			struct err err = { 0 };

			assert_true(asprintf(&damaged, "%.*s%s%s", (int)i + 3, text, wrongs[w], end) > 0);
			put(damaged);
			free(damaged);
			if (progress_read(lesson, &read, &err) != 0)
				assert_true(err.text[0] != '\0');
			assert_int_equal(read.steps, lesson->steps);
			assert_true(read.at <= read.steps);
			progress_clear(&read);
			tried++;
		}
	}
	assert_true(tried > 100);
	free(text);
	progress_clear(&progress);
	lesson_free(lesson);
}

/* However often the writer is killed, what is there is whole: the old one or the new one. */
static void
test_a_killed_writer_leaves_it_whole(void **state)
{
	struct progress progress;
	struct lesson *lesson = somebody(&progress);

	(void)state;
	write_or_fail(&progress);
	for (unsigned round = 0; round < 30; round++) {
		struct progress read;
		struct err err = { 0 };
		pid_t child = fork();

		if (child == 0) {
			for (unsigned i = 0; ; i++) {
				progress.step[0].tries = i;
				progress_write(&progress, &err);
			}
		}
		usleep(1000 + round * 331);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		if (progress_read(lesson, &read, &err) != 0)
			fail_msg("round %u: %s", round, err.text);
		assert_int_equal(read.at, 1);
		assert_int_equal(read.journal.count, 2);
		progress_clear(&read);
	}
	progress_clear(&progress);
	lesson_free(lesson);
}

static void
test_where_it_cannot_be_kept_that_is_said(void **state)
{
	struct progress progress;
	struct lesson *lesson = somebody(&progress);
	struct err err = { 0 };

	(void)state;
	setenv("XDG_STATE_HOME", "/proc/nowhere", 1);
	assert_int_equal(progress_write(&progress, &err), -1);
	assert_non_null(strstr(err.text, "is not kept"));
	unsetenv("XDG_STATE_HOME");
	unsetenv("HOME");
	assert_int_equal(progress_write(&progress, &err), -1);
	assert_non_null(strstr(err.text, "names a folder"));
	setenv("XDG_STATE_HOME", folder, 1);
	progress_clear(&progress);
	lesson_free(lesson);
}

static void
test_the_report_has_all_of_it(void **state)
{
	struct progress progress;
	struct lesson *lesson = somebody(&progress);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct err err = { 0 };
	const json_t *step;
	json_t *root;

	(void)state;
	write_or_fail(&progress);
	assert_int_equal(progress_report(out, true, &err), 0);
	fclose(out);
	root = json_loads(text, 0, NULL);
	assert_non_null(root);
	assert_int_equal(json_array_size(json_object_get(root, "lessons")), 1);
	step = json_array_get(json_object_get(json_array_get(json_object_get(root, "lessons"), 0), "steps"), 0);
	assert_string_equal(json_string_value(json_object_get(step, "end")), "reached");
	assert_int_equal(json_integer_value(json_object_get(step, "tries")), 3);
	assert_int_equal(json_array_size(json_object_get(step, "answers")), 2);
	assert_null(strstr(text, "journal"));
	json_decref(root);
	free(text);
	out = open_memstream(&text, &size);
	assert_int_equal(progress_report(out, false, &err), 0);
	fclose(out);
	assert_non_null(strstr(text, "tries 3, hints 2, redos 1, solution seen, time 1 min 1 s"));
	assert_non_null(strstr(text, "said 0 \\x1b[31m; it was 1"));
	assert_non_null(strstr(text, "not predicted; not seen"));
	free(text);
	progress_clear(&progress);
	lesson_free(lesson);
}

static int
open_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(kept, sizeof(kept), "%s/tcpdojo/lessons/wave.json", folder);
	return setenv("XDG_STATE_HOME", folder, 1);
}

/* The killed writers' half files too. */
static int
close_folder(void **state)
{
	char path[512];
	struct dirent *entry;
	DIR *dir;

	(void)state;
	snprintf(path, sizeof(path), "%s/tcpdojo/lessons", folder);
	dir = opendir(path);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "%s/tcpdojo/lessons/%s", folder, entry->d_name);
		unlink(path);
	}
	if (dir != NULL)
		closedir(dir);
	snprintf(path, sizeof(path), "%s/tcpdojo/lessons", folder);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/tcpdojo", folder);
	rmdir(path);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_comes_back_as_it_was),
		cmocka_unit_test(test_damaged_newer_and_changed_ones_are_set_aside),
		cmocka_unit_test(test_any_member_may_be_wrong),
		cmocka_unit_test(test_a_killed_writer_leaves_it_whole),
		cmocka_unit_test(test_where_it_cannot_be_kept_that_is_said),
		cmocka_unit_test(test_the_report_has_all_of_it),
	};

	return cmocka_run_group_tests_name("progress", tests, open_folder, close_folder);
}
