/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "drive/build.h"
#include "drive/neighbour.h"
#include "frames.h"

#define ALICE UINT64_C(0x02000000000a)
#define BOB UINT64_C(0x02000000000b)

static struct address own[2]; /* Bob's: he answers here, since the frames ask for him */

static int
set_up(void **state)
{
	(void)state;
	return address_parse("198.51.100.2", &own[0]) && address_parse("2001:db8::b", &own[1]) ? 0 : -1;
}

static struct seg
asked(const char *hex, uint8_t *frame, size_t *size)
{
	struct seg seg;

	*size = frame_of(hex, frame, 256);
	seg_parse(&seg, frame, *size);
	return seg;
}

static void
assert_builds(const struct seg *answer, const char *expected)
{
	static uint8_t built[FRAME_MAX];
	uint8_t frame[256];
	size_t size = frame_of(expected, frame, sizeof(frame));
	struct err err;
	struct build *build = build_new(&err);

	assert_non_null(build);
	assert_int_equal(build_frame(build, answer, built, sizeof(built), &err), size);
	assert_memory_equal(built, frame, size);
	build_free(build);
}

static void
test_arp_is_answered(void **state)
{
	uint8_t frame[256], room[8];
	size_t size;
	struct seg question = asked(FRAME_ARP, frame, &size), answer;

	(void)state;
	assert_true(neighbour_answer(&question, own, 2, BOB, &answer, room));
	/* RFC 826: to the asker, his own addresses given back as the target */
	assert_builds(&answer,
	    "02000000000a02000000000b08060001080006040002"
	    "02000000000bc633640202000000000ac6336401");
}

/* RFC 5227 1.1: a probe comes from 0.0.0.0, and is answered like any question. */
static void
test_arp_probe_is_answered(void **state)
{
	uint8_t frame[256], room[8];
	size_t size;
	struct seg question = asked(FRAME_ARP, frame, &size), answer;

	(void)state;
	question.arp.spa = address_ip4(0);
	assert_true(neighbour_answer(&question, own, 2, BOB, &answer, room));
	assert_true(address_equal(&answer.arp.spa, &own[0]));
	assert_true(answer.eth.dst == ALICE);
}

static void
test_arp_that_asks_nothing_of_us(void **state)
{
	uint8_t frame[256], room[8];
	size_t size;
	struct seg question = asked(FRAME_ARP, frame, &size), answer;

	(void)state;
	assert_false(neighbour_answer(&question, own + 1, 1, BOB, &answer, room));
	assert_false(neighbour_answer(&question, own, 0, BOB, &answer, room));
	question.arp.op = 2;
	assert_false(neighbour_answer(&question, own, 2, BOB, &answer, room));
	question.arp.op = 1;
	question.arp.sha = BOB; /* our own announcement */
	assert_false(neighbour_answer(&question, own, 2, BOB, &answer, room));
}

/* scapy's advertisement: solicited and override, the target's link address, hop limit 255. */
static void
test_solicitation_is_answered(void **state)
{
	uint8_t frame[256], room[8];
	size_t size;
	struct seg question = asked(FRAME_NS, frame, &size), answer;

	(void)state;
	assert_true(neighbour_answer(&question, own, 2, BOB, &answer, room));
	assert_builds(&answer, FRAME_NA);
	/* unreachability detection asks the one host (RFC 4861 7.3.1) */
	question.eth.dst = BOB;
	question.ip6.dst = own[1];
	assert_true(neighbour_answer(&question, own, 2, BOB, &answer, room));
	assert_builds(&answer, FRAME_NA);
}

/* RFC 4861 7.2.4: from the unspecified address, the answer goes to all nodes, and is not solicited. */
static void
test_duplicate_address_detection_is_answered(void **state)
{
	uint8_t frame[256], room[8];
	size_t size;
	struct seg question = asked(FRAME_NS, frame, &size), answer;

	(void)state;
	memset(question.ip6.src.octet, 0, 16);
	assert_false(neighbour_answer(&question, own, 2, BOB, &answer, room)); /* it has a source link address: 7.1.1 */
	question.payload_size = 0;
	assert_true(neighbour_answer(&question, own, 2, BOB, &answer, room));
	assert_builds(&answer, FRAME_NA_ALL);
	question.ip6.dst = own[1]; /* 7.1.1: must be the solicited-node address */
	assert_false(neighbour_answer(&question, own, 2, BOB, &answer, room));
}

/* RFC 4861 7.1.1: what must be discarded in silence. */
static void
test_invalid_solicitations_are_ignored(void **state)
{
	uint8_t frame[256], room[8];
	size_t size;
	struct seg good = asked(FRAME_NS, frame, &size), bad, answer;

	(void)state;
	bad = good;
	bad.ip6.hlim = 254;
	assert_false(neighbour_answer(&bad, own, 2, BOB, &answer, room));
	bad = good;
	bad.icmp.code = 1;
	assert_false(neighbour_answer(&bad, own, 2, BOB, &answer, room));
	bad = good;
	bad.icmp.type = 136;
	assert_false(neighbour_answer(&bad, own, 2, BOB, &answer, room));
	bad = good;
	bad.eth.src = BOB;
	assert_false(neighbour_answer(&bad, own, 2, BOB, &answer, room));
	frame[size - 7] = 0; /* an option of length 0 */
	assert_false(neighbour_answer(&good, own, 2, BOB, &answer, room));
	frame[size - 7] = 2; /* one that is longer than what is there */
	assert_false(neighbour_answer(&good, own, 2, BOB, &answer, room));
	good.layers = 1 << LAYER_ETH;
	assert_false(neighbour_answer(&good, own, 2, BOB, &answer, room));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arp_is_answered),
		cmocka_unit_test(test_arp_probe_is_answered),
		cmocka_unit_test(test_arp_that_asks_nothing_of_us),
		cmocka_unit_test(test_solicitation_is_answered),
		cmocka_unit_test(test_duplicate_address_detection_is_answered),
		cmocka_unit_test(test_invalid_solicitations_are_ignored),
	};

	return cmocka_run_group_tests_name("drive/neighbour", tests, set_up, NULL);
}
