/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drive/build.h"
#include "session/log.h"

#define PAYLOAD 1448

/* An Ethernet frame with an IPv4 TCP segment, byte n of whose payload is (seed + n) % 251. */
static size_t
frame_of(uint8_t *frame, unsigned seed)
{
	static const uint8_t headers[54] = {
		2, 0, 0, 0, 0, 11, 2, 0, 0, 0, 0, 10, 8, 0,
		0x45, 0, 5, 208, 0, 0, 0x40, 0, 64, 6, 0, 0, 198, 51, 100, 1, 198, 51, 100, 2,
		0x9c, 0x41, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 0x10, 1, 246, 0, 0, 0, 0,
	};

	memcpy(frame, headers, sizeof(headers));
	for (unsigned n = 0; n < PAYLOAD; n++)
		frame[sizeof(headers) + n] = (uint8_t)((seed + n) % 251);
	return sizeof(headers) + PAYLOAD;
}

static void
fill_and_check(struct log *log, unsigned count)
{
	uint8_t frame[FRAME_MAX], back[FRAME_MAX];
	struct seg seg;

	for (unsigned i = 0; i < count; i++) {
		size_t size = frame_of(frame, i);

		seg_parse(&seg, frame, size);
		log_add(log, frame, size, &seg)->conn = (uint16_t)(i % 7);
	}
	for (unsigned i = 0; i < count; i++) {
		size_t size = frame_of(frame, i);

		assert_int_equal(log_frame(log, log_entry(log, i + 1), back, &seg), size);
		assert_memory_equal(back, frame, size);
		assert_int_equal(seg.payload_size, PAYLOAD);
		assert_int_equal(log_entry(log, i + 1)->conn, i % 7);
	}
	assert_null(log_entry(log, 0));
	assert_null(log_entry(log, count + 1));
}

/* 10,000 segments are 14 MB of payload: more than the bound, so the rest lies in the file and comes back whole. */
static void
test_payload_beyond_the_bound_is_spilled(void **state)
{
	struct log log;

	(void)state;
	log_init(&log);
	fill_and_check(&log, 10000);
	assert_true(log.payload_bytes <= LOG_PAYLOAD_BOUND);
	assert_int_equal(log.payload_bytes + (uint64_t)log.spilled, 10000ull * PAYLOAD);
	assert_false(log.spill_failed);
	log_clear(&log);
}

/* Nowhere to spill to: nothing is lost, and the log says so. */
static void
test_without_disk_nothing_is_lost(void **state)
{
	struct log log;

	(void)state;
	setenv("TMPDIR", "/nonexistent", 1);
	log_init(&log);
	fill_and_check(&log, 7000);
	assert_true(log.spill_failed);
	assert_int_equal(log.payload_bytes, 7000ull * PAYLOAD);
	log_clear(&log);
	unsetenv("TMPDIR");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_payload_beyond_the_bound_is_spilled),
		cmocka_unit_test(test_without_disk_nothing_is_lost),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
