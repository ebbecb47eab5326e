/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "frames.h"
#include "seg/defect.h"
#include "seg/field.h"
#include "seg/option.h"

static uint8_t frame[256];

static struct seg
parsed(const char *hex, size_t *size)
{
	struct seg seg;

	*size = frame_of(hex, frame, sizeof(frame));
	seg_parse(&seg, frame, *size);
	return seg;
}

static bool
has_defect(const struct seg *seg, enum defect defect)
{
	return seg->defects >> defect & 1;
}

static void
test_syn_over_ip4(void **state)
{
	size_t size;
	struct seg seg = parsed(FRAME_SYN4, &size);
	struct address src = address_ip4(0xc6336401);

	(void)state;
	assert_int_equal(seg.layers, 1 << LAYER_ETH | 1 << LAYER_IP4 | 1 << LAYER_TCP);
	assert_true(seg.eth.dst == UINT64_C(0x02000000000b) && seg.eth.src == UINT64_C(0x02000000000a));
	assert_int_equal(seg.eth.type, 0x0800);
	assert_int_equal(seg.start[LAYER_IP4], 14);
	assert_int_equal(seg.ip4.version, 4);
	assert_int_equal(seg.ip4.ihl, 5);
	assert_int_equal(seg.ip4.dscp, 4);
	assert_int_equal(seg.ip4.ecn, 2);
	assert_int_equal(seg.ip4.length, 60);
	assert_int_equal(seg.ip4.id, 0x1234);
	assert_true(seg.ip4.df && !seg.ip4.mf && !seg.ip4.rf);
	assert_int_equal(seg.ip4.ttl, 63);
	assert_int_equal(seg.ip4.proto, 6);
	assert_true(address_equal(&seg.ip4.src, &src));
	assert_int_equal(seg.start[LAYER_TCP], 34);
	assert_int_equal(seg.tcp.sport, 40001);
	assert_int_equal(seg.tcp.dport, 80);
	assert_int_equal(seg.tcp.seq, 0xfffffffe);
	assert_int_equal(seg.tcp.flags, TCP_SYN | TCP_ECE | TCP_CWR);
	assert_int_equal(seg.tcp.window, 64240);
	assert_int_equal(seg.options_size, 20);
	assert_ptr_equal(seg.options, frame + 54);
	assert_null(seg.payload);
	assert_int_equal(seg_len(&seg), 1);
	assert_int_equal(seg.defects, 0);
}

static void
test_padding_belongs_to_nothing(void **state)
{
	size_t size;
	struct seg seg = parsed(FRAME_DATA4, &size);

	(void)state;
	assert_int_equal(seg.payload_size, 2);
	assert_memory_equal(seg.payload, "hi", 2);
	assert_int_equal(seg_len(&seg), 2);
	assert_int_equal(seg_ip_end(&seg, size), size - 4);
	assert_null(seg.options);
}

static void
test_ip6_and_its_extension_headers(void **state)
{
	size_t size;
	struct seg seg = parsed(FRAME_SYN6, &size);

	(void)state;
	assert_int_equal(seg.layers, 1 << LAYER_ETH | 1 << LAYER_IP6 | 1 << LAYER_TCP);
	assert_int_equal(seg.ip6.version, 6);
	assert_int_equal(seg.ip6.dscp, 0xb9 >> 2);
	assert_int_equal(seg.ip6.ecn, 1);
	assert_int_equal(seg.ip6.flow, 0xabcde);
	assert_int_equal(seg.ip6.length, 20);
	assert_int_equal(seg.ip6.next, 6);
	assert_int_equal(seg.ip6.hlim, 64);
	assert_int_equal(seg.ip6.dst.octet[15], 0x0b);
	assert_null(seg.ip_options);

	seg = parsed(FRAME_EXT6, &size);
	assert_true(seg_has(&seg, LAYER_TCP));
	assert_int_equal(seg.ip6.next, 0);
	assert_int_equal(seg_protocol(&seg), 6);
	assert_int_equal(seg.ip_options_size, 24);
	assert_ptr_equal(seg.ip_options, frame + 54);
	assert_int_equal(seg.tcp.seq, 7);
	assert_memory_equal(seg.payload, "abc", 3);
	assert_int_equal(seg_len(&seg), 4);
}

static void
test_udp_icmp_arp(void **state)
{
	size_t size;
	struct seg seg = parsed(FRAME_UDP4, &size);

	(void)state;
	assert_int_equal(seg.udp.sport, 40000);
	assert_int_equal(seg.udp.dport, 53);
	assert_int_equal(seg.udp.length, 13);
	assert_memory_equal(seg.payload, "hello", 5);
	assert_int_equal(seg_len(&seg), 0);

	seg = parsed(FRAME_ECHO4, &size);
	assert_true(seg_has(&seg, LAYER_ICMP4));
	assert_int_equal(seg.icmp.type, 8);
	assert_int_equal(seg.icmp.rest, 0x00070009);
	assert_int_equal(seg.payload_size, 5);

	seg = parsed(FRAME_NS, &size);
	assert_int_equal(seg.layers, 1 << LAYER_ETH | 1 << LAYER_IP6 | 1 << LAYER_ICMP6 | 1 << LAYER_ND);
	assert_int_equal(seg.icmp.type, 135);
	assert_int_equal(seg.icmp.target.octet[15], 0x0b);
	assert_int_equal(seg.payload_size, 8);

	seg = parsed(FRAME_ARP, &size);
	assert_int_equal(seg.layers, 1 << LAYER_ETH | 1 << LAYER_ARP);
	assert_int_equal(seg.arp.op, 1);
	assert_true(seg.arp.sha == UINT64_C(0x02000000000a) && seg.arp.tha == 0);
	assert_int_equal(seg.arp.tpa.octet[3], 2);
	assert_null(seg.payload);
}

static void
test_ip4_options_are_stepped_over(void **state)
{
	size_t size;
	struct seg seg = parsed(FRAME_IPOPT4, &size);

	(void)state;
	assert_int_equal(seg.ip_options_size, 8);
	assert_ptr_equal(seg.ip_options, frame + 34);
	assert_int_equal(seg.tcp.sport, 40001);
	assert_memory_equal(seg.payload, "x", 1);
}

/* Where does each header of this frame end?  Cut anywhere inside, it is left out and its bytes are the payload. */
static void
test_a_header_cut_short_becomes_payload(void **state)
{
	size_t whole;

	(void)state;
	parsed(FRAME_SYN4, &whole);
	for (size_t size = 0; size < whole; size++) {
		uint8_t *exact = malloc(size + 1); /* so that a sanitizer sees the first byte read too many */
		struct seg seg;

		memcpy(exact, frame, size);
		exact = realloc(exact, size > 0 ? size : 1);
		seg_parse(&seg, exact, size);
		if (size < 54)
			assert_true(has_defect(&seg, DEFECT_CUT_SHORT));
		assert_int_equal(seg_has(&seg, LAYER_ETH), size >= 14);
		assert_int_equal(seg_has(&seg, LAYER_IP4), size >= 34);
		assert_int_equal(seg_has(&seg, LAYER_TCP), size >= 54);
		if (size > 34 && size < 54) {
			assert_int_equal(seg.payload_size, size - 34);
			assert_ptr_equal(seg.payload, exact + 34);
		}
		if (size >= 54) {
			assert_int_equal(seg.options_size, size - 54);
			assert_true(has_defect(&seg, DEFECT_DATA_OFFSET_LONG));
		}
		free(exact);
	}
}

static void
test_impossible_lengths_are_not_believed(void **state)
{
	size_t size;
	struct seg seg;

	(void)state;
	parsed(FRAME_DATA4, &size);
	frame[16] = 0;
	frame[17] = 19; /* below the header */
	seg_parse(&seg, frame, size);
	assert_true(has_defect(&seg, DEFECT_BAD_IP_LENGTH));
	assert_int_equal(seg.payload_size, 6);
	frame[16] = 0xff; /* beyond the frame */
	seg_parse(&seg, frame, size);
	assert_true(has_defect(&seg, DEFECT_BAD_IP_LENGTH));
	assert_int_equal(seg.payload_size, 6);
	frame[16] = 0;
	frame[17] = 30; /* inside the TCP header */
	seg_parse(&seg, frame, size);
	assert_false(has_defect(&seg, DEFECT_BAD_IP_LENGTH));
	assert_false(seg_has(&seg, LAYER_TCP));
	assert_int_equal(seg.payload_size, 10);
}

static void
test_header_lengths_below_five_words_count_as_five(void **state)
{
	size_t size;
	struct seg seg;

	(void)state;
	parsed(FRAME_DATA4, &size);
	frame[14] = 0x43;
	frame[46] = 0x40;
	seg_parse(&seg, frame, size);
	assert_int_equal(seg.ip4.ihl, 3);
	assert_int_equal(seg.tcp.dataofs, 4);
	assert_int_equal(seg.tcp.sport, 80);
	assert_memory_equal(seg.payload, "hi", 2);
	assert_true(has_defect(&seg, DEFECT_BAD_IHL) && has_defect(&seg, DEFECT_DATA_OFFSET_SHORT));
	frame[46] = 0x60; /* four bytes of options, and there are two */
	seg_parse(&seg, frame, size);
	assert_true(has_defect(&seg, DEFECT_DATA_OFFSET_LONG));
	assert_int_equal(seg.options_size, 2);
	assert_null(seg.payload);
}

static void
test_only_the_first_fragment_has_a_transport_header(void **state)
{
	/* next header TCP, offset 1 (8 bytes) and M */
	static const uint8_t fragment[8] = { 6, 0, 0, 9, 0, 0, 0, 1 };
	size_t size;
	struct seg seg;

	(void)state;
	parsed(FRAME_DATA4, &size);
	frame[20] = 0x20; /* MF */
	seg_parse(&seg, frame, size);
	assert_true(seg_has(&seg, LAYER_TCP) && has_defect(&seg, DEFECT_FRAGMENT));
	frame[21] = 1;
	seg_parse(&seg, frame, size);
	assert_false(seg_has(&seg, LAYER_TCP));
	assert_int_equal(seg.payload_size, 22);

	parsed(FRAME_EXT6, &size);
	frame[54 + 8] = 44; /* hop-by-hop says: a fragment header follows */
	frame[54] = 44;
	memcpy(frame + 62, fragment, 8);
	seg_parse(&seg, frame, size);
	assert_true(has_defect(&seg, DEFECT_FRAGMENT));
	assert_false(seg_has(&seg, LAYER_TCP));
	assert_int_equal(seg.ip_options_size, 16);
	assert_int_equal(seg_protocol(&seg), 6);
	frame[65] = 1; /* M alone: the first one */
	seg_parse(&seg, frame, size);
	assert_true(has_defect(&seg, DEFECT_FRAGMENT));
	assert_true(seg_has(&seg, LAYER_TCP));
}

static void
test_a_packet_without_frame(void **state)
{
	size_t size;
	struct seg framed = parsed(FRAME_SYN6, &size), bare;

	(void)state;
	seg_parse_packet(&bare, frame + 14, size - 14);
	assert_int_equal(bare.layers, framed.layers & ~(1 << LAYER_ETH));
	assert_int_equal(bare.start[LAYER_TCP], 40);
	assert_memory_equal(&bare.tcp, &framed.tcp, sizeof(bare.tcp));
	parsed(FRAME_UDP4, &size);
	seg_parse_packet(&bare, frame + 14, size - 14);
	assert_int_equal(bare.udp.dport, 53);
	seg_parse_packet(&bare, frame, 0);
	assert_int_equal(bare.layers, 0);
}

/* RFC 1071 3: the bytes 00 01 f2 03 f4 f5 f6 f7 sum to ddf2. */
static void
test_checksum_of_rfc1071(void **state)
{
	static const uint8_t example[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
	struct rng rng = rng_seeded(14);

	(void)state;
	print_message("# seed 14\n");
	assert_int_equal(checksum_of(example, sizeof(example)), 0xffff - 0xddf2);
	assert_int_equal(checksum_of(example, 0), 0xffff);
	/* By the letter of the RFC, two bytes at a time, with the odd byte padded by a zero. */
	for (int round = 0; round < 2000; round++) {
		uint8_t data[200];
		size_t size = rng_below(&rng, sizeof(data));
		uint32_t sum = 0;

		for (size_t i = 0; i < size; i++) {
			data[i] = (uint8_t)rng_u64(&rng);
			sum += i % 2 == 0 ? (uint32_t)data[i] << 8 : data[i];
		}
		while (sum > 0xffff)
			sum = (sum & 0xffff) + (sum >> 16);
		assert_int_equal(checksum_of(data, size), 0xffff - sum);
	}
}

/* scapy filled in these checksums; ours must be the same, and must not depend on what stands in the field. */
static void
test_checksums_are_those_of_scapy(void **state)
{
	static const struct {
		const char *hex;
		enum field_id field;
	} rows[] = {
		{ FRAME_SYN4, FIELD_TCP_CHECKSUM },
		{ FRAME_DATA4, FIELD_TCP_CHECKSUM },
		{ FRAME_SYN6, FIELD_TCP_CHECKSUM },
		{ FRAME_EXT6, FIELD_TCP_CHECKSUM },
		{ FRAME_IPOPT4, FIELD_TCP_CHECKSUM },
		{ FRAME_UDP4, FIELD_UDP_CHECKSUM },
		{ FRAME_UDP6, FIELD_UDP_CHECKSUM },
		{ FRAME_ECHO4, FIELD_ICMP4_CHECKSUM },
		{ FRAME_ECHO6, FIELD_ICMP6_CHECKSUM },
		{ FRAME_NS, FIELD_ICMP6_CHECKSUM },
		{ FRAME_NA, FIELD_ICMP6_CHECKSUM },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct field *field = field_row(rows[i].field);
		size_t size;
		struct seg seg = parsed(rows[i].hex, &size);
		uint16_t there = (uint16_t)field_get(&seg, field);

		frame[seg.start[field->layer] + field->bit / 8] ^= 0xff;
		assert_int_equal(seg_transport_checksum(&seg, frame, size), there);
		if (seg_has(&seg, LAYER_IP4)) {
			frame[24] ^= 0xff;
			assert_int_equal(seg_ip4_checksum(&seg, frame, size), seg.ip4.checksum);
		}
	}
}

/* RFC 768: a checksum that comes out as 0 is sent as all ones, since 0 says that there is none. */
static void
test_udp_checksum_of_zero_is_sent_as_ones(void **state)
{
	size_t size;
	struct seg seg = parsed(FRAME_UDP4, &size);
	uint16_t rest;

	(void)state;
	frame[42] = frame[43] = 0;
	rest = seg_transport_checksum(&seg, frame, size);
	frame[42] = (uint8_t)(rest >> 8); /* what was missing to a sum of all ones */
	frame[43] = (uint8_t)rest;
	assert_int_equal(seg_transport_checksum(&seg, frame, size), 0xffff);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_syn_over_ip4),
		cmocka_unit_test(test_padding_belongs_to_nothing),
		cmocka_unit_test(test_ip6_and_its_extension_headers),
		cmocka_unit_test(test_udp_icmp_arp),
		cmocka_unit_test(test_ip4_options_are_stepped_over),
		cmocka_unit_test(test_a_header_cut_short_becomes_payload),
		cmocka_unit_test(test_impossible_lengths_are_not_believed),
		cmocka_unit_test(test_header_lengths_below_five_words_count_as_five),
		cmocka_unit_test(test_only_the_first_fragment_has_a_transport_header),
		cmocka_unit_test(test_a_packet_without_frame),
		cmocka_unit_test(test_checksum_of_rfc1071),
		cmocka_unit_test(test_checksums_are_those_of_scapy),
		cmocka_unit_test(test_udp_checksum_of_zero_is_sent_as_ones),
	};

	return cmocka_run_group_tests_name("seg/parse", tests, NULL, NULL);
}
