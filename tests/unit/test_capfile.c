/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capture files, read back byte by byte as the pcap format (draft-ietf-opsawg-pcap 4 and 5) has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "drive/capfile.h"

static char path[] = "/tmp/test_capfile.XXXXXX";

static int
make_path(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int
remove_path(void **state)
{
	(void)state;
	return unlink(path);
}

static size_t
read_back(void *data, size_t size)
{
	FILE *stream = fopen(path, "rb");
	size_t got;

	assert_non_null(stream);
	got = fread(data, 1, size, stream);
	fclose(stream);
	return got;
}

static void
test_file_is_what_the_format_says(void **state)
{
	static const uint8_t frame[60] = { 0x02, [59] = 0x5a };
	struct err err;
	struct capfile *file = capfile_create(path, &err);
	uint32_t word[6 + 4 + 15 + 4 + 1];

	(void)state;
	assert_non_null(file);
	assert_int_equal(capfile_write(file, frame, 60, INT64_C(1767225600123456789), &err), 0);
	assert_int_equal(capfile_write(file, frame, 3, INT64_C(1767225601000000000), &err), 0);
	assert_int_equal(capfile_close(file, &err), 0);

	assert_int_equal(read_back(word, sizeof(word)), 24 + 16 + 60 + 16 + 3);
	assert_int_equal(word[0], 0xa1b23c4d);  /* nanoseconds */
	assert_int_equal(word[1], 2 | 4 << 16); /* version 2.4, on a little-endian machine */
	assert_true(word[4] >= 65549);          /* the longest frame there is */
	assert_int_equal(word[5], 1);           /* Ethernet */
	assert_int_equal(word[6], 1767225600);
	assert_int_equal(word[7], 123456789);
	assert_int_equal(word[8], 60);
	assert_int_equal(word[9], 60);
	assert_memory_equal(&word[10], frame, 60);
	assert_int_equal(word[25], 1767225601);
	assert_int_equal(word[26], 0);
	assert_int_equal(word[27], 3);
	assert_int_equal(word[28], 3);
}

static void
test_longest_frame_fits(void **state)
{
	static uint8_t frame[65549], data[24 + 16 + sizeof(frame)];
	struct err err;
	struct capfile *file = capfile_create(path, &err);

	(void)state;
	memset(frame, 0xa5, sizeof(frame));
	assert_non_null(file);
	assert_int_equal(capfile_write(file, frame, sizeof(frame), 0, &err), 0);
	assert_int_equal(capfile_close(file, &err), 0);
	assert_int_equal(read_back(data, sizeof(data)), sizeof(data));
	assert_memory_equal(data + 40, frame, sizeof(frame));
}

static void
test_path_that_cannot_be_written_is_named(void **state)
{
	struct err err;

	(void)state;
	assert_null(capfile_create("/nowhere/a.pcap", &err));
	assert_int_equal(err.code, ERR_SYSTEM);
	assert_string_equal(err.text, "cannot write \"/nowhere/a.pcap\": No such file or directory");
	assert_null(capfile_create("/tmp", &err));
	assert_string_equal(err.text, "cannot write \"/tmp\": Is a directory");
	assert_int_equal(capfile_close(NULL, &err), 0);
}

static void
test_full_disk_shows_at_close(void **state)
{
	struct err err;
	struct capfile *file = capfile_create("/dev/full", &err);

	(void)state;
	assert_non_null(file);
	assert_int_equal(capfile_write(file, (const uint8_t *)"abc", 3, 0, &err), 0);
	assert_int_equal(capfile_close(file, &err), -1);
	assert_int_equal(err.code, ERR_SYSTEM);
	assert_string_equal(err.text, "cannot write \"/dev/full\": No space left on device");
}

static void
test_full_disk_shows_while_writing(void **state)
{
	static const uint8_t frame[1500];
	struct err err;
	struct capfile *file = capfile_create("/dev/full", &err);
	int written = 0;

	(void)state;
	assert_non_null(file);
	while (written < 1000 && capfile_write(file, frame, sizeof(frame), 0, &err) == 0)
		written++;
	assert_in_range(written, 0, 999);
	assert_string_equal(err.text, "cannot write \"/dev/full\": No space left on device");
	err.text[0] = '\0';
	assert_int_equal(capfile_write(file, frame, sizeof(frame), 0, &err), -1);
	assert_string_equal(err.text, "cannot write \"/dev/full\": No space left on device");
	assert_int_equal(capfile_close(file, &err), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file_is_what_the_format_says),
		cmocka_unit_test(test_longest_frame_fits),
		cmocka_unit_test(test_path_that_cannot_be_written_is_named),
		cmocka_unit_test(test_full_disk_shows_at_close),
		cmocka_unit_test(test_full_disk_shows_while_writing),
	};

	return cmocka_run_group_tests_name("capfile", tests, make_path, remove_path);
}
