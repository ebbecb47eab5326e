/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "frames.h"
#include "seg/defect.h"
#include "seg/field.h"

#define NONE 0u
#define BIT(defect) (1u << DEFECT_##defect)

/* Writes right checksums into the frame, as its other bytes now stand. */
static void
mend(uint8_t *frame, size_t size)
{
	static const enum field_id ids[] = { FIELD_TCP_CHECKSUM, FIELD_UDP_CHECKSUM, FIELD_ICMP6_CHECKSUM,
		FIELD_ICMP4_CHECKSUM };
	struct seg seg;

	seg_parse(&seg, frame, size);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if (seg_has(&seg, field_row(ids[i])->layer)) {
			field_set(&seg, field_row(ids[i]), seg_transport_checksum(&seg, frame, size));
			field_write(&seg, field_row(ids[i]), frame);
		}
	}
	if (seg_has(&seg, LAYER_IP4)) {
		seg.ip4.checksum = seg_ip4_checksum(&seg, frame, size);
		field_write(&seg, field_row(FIELD_IP4_CHECKSUM), frame);
	}
}

/* One change to a good frame: `field` (or, with at >= 0, the byte there) becomes `value`, checksums are mended, or not.
 */
struct change {
	const char *hex, *field;
	int at;
	uint64_t value;
	bool mended;
	uint32_t defects;
};

static uint32_t
defects_after(const struct change *change)
{
	uint8_t frame[256];
	size_t size = frame_of(change->hex, frame, sizeof(frame));
	struct seg seg;

	seg_parse(&seg, frame, size);
	if (change->field != NULL) {
		const struct field *field = field_find(change->field, &seg);

		assert_non_null(field);
		field_set(&seg, field, change->value);
		field_write(&seg, field, frame);
	} else if (change->at >= 0) {
		frame[change->at] = (uint8_t)change->value;
	}
	if (change->mended)
		mend(frame, size);
	seg_parse(&seg, frame, size);
	return seg_defects(&seg, frame, size);
}

static const struct change changes[] = {
	{ FRAME_SYN4, NULL, -1, 0, false, NONE }, { FRAME_DATA4, NULL, -1, 0, false, NONE },
	{ FRAME_SYN6, NULL, -1, 0, false, NONE }, { FRAME_EXT6, NULL, -1, 0, false, NONE },
	{ FRAME_IPOPT4, NULL, -1, 0, false, NONE }, { FRAME_UDP4, NULL, -1, 0, false, NONE },
	{ FRAME_UDP6, NULL, -1, 0, false, NONE }, { FRAME_ECHO4, NULL, -1, 0, false, NONE },
	{ FRAME_ECHO6, NULL, -1, 0, false, NONE }, { FRAME_NS, NULL, -1, 0, false, NONE },
	{ FRAME_ARP, NULL, -1, 0, false, NONE },

	{ FRAME_ARP, "hlen", 0, 8, false, BIT(BAD_ARP) }, { FRAME_ARP, "ptype", 0, 0x86dd, false, BIT(BAD_ARP) },
	{ FRAME_SYN4, "version", 0, 5, true, BIT(BAD_IP_VERSION) },
	{ FRAME_SYN6, "version", 0, 4, true, BIT(BAD_IP_VERSION) }, { FRAME_DATA4, "ihl", 0, 4, true, BIT(BAD_IHL) },
	{ FRAME_DATA4, "ihl", 0, 15, true, BIT(BAD_IHL) | BIT(BAD_IP_LENGTH) | BIT(CUT_SHORT) },
	{ FRAME_SYN4, "ip.len", 0, 61, true, BIT(BAD_IP_LENGTH) },
	{ FRAME_SYN4, "ip.len", 0, 19, true, BIT(BAD_IP_LENGTH) },
	{ FRAME_SYN6, "plen", 0, 21, true, BIT(BAD_IP_LENGTH) }, { FRAME_SYN6, "plen", 0, 0, true, BIT(BAD_IP_LENGTH) },
	{ FRAME_SYN4, "ip.sum", 0, 0x1234, false, BIT(BAD_IP_CHECKSUM) },
	{ FRAME_SYN4, "rb", 0, 1, true, BIT(IP_RESERVED) },
	{ FRAME_SYN4, "mf", 0, 1, true, BIT(DF_MF) | BIT(FRAGMENT) },
	{ FRAME_DATA4, "frag", 0, 1, true, BIT(FRAGMENT) }, { FRAME_SYN4, "ttl", 0, 0, true, BIT(TTL_ZERO) },
	{ FRAME_SYN6, "ttl", 0, 0, true, BIT(TTL_ZERO) }, { FRAME_SYN4, NULL, 26, 224, true, BIT(BAD_SOURCE) },
	{ FRAME_SYN6, NULL, 22, 0xff, true, BIT(BAD_SOURCE) }, { FRAME_NS, "hlim", 0, 254, true, BIT(ND_HOP_LIMIT) },
	{ FRAME_SYN4, "sum", 0, 0x1234, false, BIT(BAD_CHECKSUM) },
	{ FRAME_SYN6, "sum", 0, 0, false, BIT(BAD_CHECKSUM) }, { FRAME_UDP4, "sum", 0, 1, false, BIT(BAD_CHECKSUM) },
	{ FRAME_ECHO4, "sum", 0, 1, false, BIT(BAD_CHECKSUM) }, { FRAME_ECHO6, "sum", 0, 1, false, BIT(BAD_CHECKSUM) },
	{ FRAME_DATA4, NULL, 54, 'H', false, BIT(BAD_CHECKSUM) },
	{ FRAME_DATA4, NULL, 59, 'H', false, NONE }, /* padding */
	{ FRAME_UDP4, "sum", 0, 0, false, NONE },    /* RFC 768: none was computed */
	{ FRAME_UDP6, "sum", 0, 0, false, BIT(NO_CHECKSUM) }, { FRAME_UDP4, "length", 0, 7, true, BIT(BAD_UDP_LENGTH) },
	{ FRAME_UDP4, "length", 0, 14, true, BIT(BAD_UDP_LENGTH) }, { FRAME_UDP4, "length", 0, 12, true, NONE },
	{ FRAME_UDP4, "dport", 0, 0, true, BIT(PORT_ZERO) }, { FRAME_UDP4, "sport", 0, 0, true, NONE },
	{ FRAME_SYN4, "dataofs", 0, 4, true, BIT(DATA_OFFSET_SHORT) },
	{ FRAME_SYN4, "dataofs", 0, 11, true, BIT(DATA_OFFSET_LONG) },
	{ FRAME_SYN4, "sport", 0, 0, true, BIT(PORT_ZERO) }, { FRAME_SYN4, "reserved", 0, 4, true, BIT(RESERVED_BITS) },
	{ FRAME_SYN6, "flags", 0, 0, true, BIT(NO_FLAGS) },
	{ FRAME_SYN6, "flags", 0, TCP_SYN | TCP_FIN, true, BIT(SYN_FIN) },
	{ FRAME_SYN6, "flags", 0, TCP_SYN | TCP_RST, true, BIT(SYN_RST) },
	{ FRAME_SYN6, "flags", 0, TCP_FIN, true, BIT(NO_ACK) }, { FRAME_SYN6, "flags", 0, TCP_RST, true, NONE },
	{ FRAME_SYN6, "ack", 0, 1, true, BIT(ACK_UNFLAGGED) }, { FRAME_SYN6, "urg", 0, 1, true, BIT(URGENT_UNFLAGGED) },
	/* the options of FRAME_SYN4: mss at 54, sackOK at 58, ts at 60, nop at 70, wscale at 71 */
	{ FRAME_SYN4, NULL, 55, 1, true, BIT(OPTION_LENGTH) }, { FRAME_SYN4, NULL, 72, 4, true, BIT(OPTION_LENGTH) },
	{ FRAME_SYN4, NULL, 59, 0, true, BIT(OPTION_LENGTH) }, { FRAME_SYN4, NULL, 54, 8, true, BIT(OPTION_SIZE) },
	{ FRAME_SYN4, NULL, 73, 15, true, BIT(WSCALE_BIG) }, { FRAME_SYN4, NULL, 73, 14, true, NONE },
	{ FRAME_SYN4, NULL, 69, 1, true, BIT(TS_ECHO) }, { FRAME_SYN4, NULL, 60, 5, true, BIT(OPTION_ON_SYN) },
	{ FRAME_SYN4, "flags", 0, TCP_ACK, true, BIT(OPTION_NOT_SYN) },
	{ FRAME_SYN4, NULL, 60, 254, true, NONE }, /* an option nobody knows is no defect */
};

static void
test_each_change_shows_its_defect_and_no_other(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		uint32_t defects = defects_after(&changes[i]);

		if (defects != changes[i].defects)
			fail_msg("change %zu (%s at %d): defects %#x, expected %#x", i,
			    changes[i].field != NULL ? changes[i].field : "", changes[i].at, defects,
			    changes[i].defects);
	}
}

static void
test_a_frame_cut_short_says_so(void **state)
{
	uint8_t frame[256];
	size_t size = frame_of(FRAME_SYN6, frame, sizeof(frame));
	struct seg seg;

	(void)state;
	seg_parse(&seg, frame, size - 1);
	assert_int_equal(seg_defects(&seg, frame, size - 1), BIT(CUT_SHORT) | BIT(BAD_IP_LENGTH));
	seg_parse(&seg, frame, 13);
	assert_int_equal(seg_defects(&seg, frame, 13), BIT(CUT_SHORT));
	size = frame_of(FRAME_EXT6, frame, sizeof(frame));
	frame[55] = 20; /* a hop-by-hop header of 168 bytes */
	seg_parse(&seg, frame, size);
	assert_int_equal(seg_defects(&seg, frame, size), BIT(CUT_SHORT));
}

static void
test_every_row_has_a_code_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < DEFECT_COUNT; i++) {
		assert_true(strlen(defect_text((enum defect)i)) > 0);
		assert_true(strncmp(defect_rfc((enum defect)i), "RFC ", 4) == 0);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(defect_code((enum defect)i), defect_code((enum defect)j));
	}
	assert_string_equal(defect_code(DEFECT_BAD_CHECKSUM), "bad-checksum");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_change_shows_its_defect_and_no_other),
		cmocka_unit_test(test_a_frame_cut_short_says_so),
		cmocka_unit_test(test_every_row_has_a_code_of_its_own),
	};

	return cmocka_run_group_tests_name("seg/defect", tests, NULL, NULL);
}
