/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/rng.h"
#include "drive/build.h"
#include "frames.h"
#include "oracle.h"
#include "seg/defect.h"
#include "seg/field.h"
#include "seg/option.h"

static struct build *build;
static uint8_t built[FRAME_MAX];

static int
set_up(void **state)
{
	struct err err;

	(void)state;
	build = build_new(&err);
	return build != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	build_free(build);
	return 0;
}

static void
give_all(struct seg *seg)
{
	size_t count;
	const struct field *table = field_table(&count);

	for (size_t i = 0; i < count; i++)
		seg_give(seg, &table[i]);
}

static long
built_size(const struct seg *seg)
{
	struct err err = { 0 };
	long size = build_frame(build, seg, built, sizeof(built), &err);

	if (size < 0)
		fail_msg("%s", err.text);
	return size;
}

/* scapy's frames, taken apart and built again with nothing given: every length, type and checksum must come out as
 * scapy's. */
static void
test_what_is_not_given_is_made_as_scapy_does(void **state)
{
	static const char *const frames[] = { FRAME_SYN4, FRAME_SYN6, FRAME_EXT6, FRAME_UDP4, FRAME_UDP6, FRAME_ECHO4,
		FRAME_ECHO6, FRAME_NS, FRAME_NA, FRAME_NA_ALL, FRAME_ARP, FRAME_IPOPT4 };

	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		uint8_t frame[256];
		size_t size = frame_of(frames[i], frame, sizeof(frame)), count;
		const struct field *table = field_table(&count);
		struct seg seg;

		seg_parse(&seg, frame, size);
		for (size_t row = 0; row < count; row++) {
			bool next_of_extensions = &table[row] == field_row(FIELD_IP6_NEXT) && seg.ip_options_size > 0;

			if (table[row].made && !next_of_extensions)
				field_set(&seg, &table[row], 0x5555);
		}
		assert_int_equal(built_size(&seg), size);
		assert_memory_equal(built, frame, size);
	}
}

/* A frame of random bytes that begins some chain of headers; their other fields are anything. */
static size_t
random_frame(struct rng *rng, uint8_t *frame)
{
	static const uint16_t types[] = { 0x0800, 0x0800, 0x86dd, 0x86dd, 0x0806, 0x1234 };
	static const uint8_t protocols[] = { 6, 6, 6, 17, 1, 58, 253 };
	static const uint8_t extensions[] = { 0, 43, 44, 51, 60, 135 };
	uint16_t type = types[rng_below(rng, 6)];
	uint8_t protocol = protocols[rng_below(rng, 7)];
	size_t size = 14 + rng_below(rng, 180), at = 54;

	for (size_t i = 0; i < size; i++)
		frame[i] = (uint8_t)rng_u64(rng);
	frame[12] = (uint8_t)(type >> 8);
	frame[13] = (uint8_t)type;
	if (type == 0x0800 && size > 34) {
		frame[23] = protocol;
		if (rng_below(rng, 2))
			frame[14] = 0x45;
		if (rng_below(rng, 4)) {
			frame[16] = 0;
			frame[17] = (uint8_t)(size - 14);
			frame[20] = frame[21] = 0;
		}
	}
	if (type == 0x86dd && size > 54) {
		frame[20] = protocol;
		frame[18] = rng_below(rng, 4) ? 0 : frame[18];
		frame[19] = (uint8_t)(size - 54);
		for (size_t before = 20; rng_below(rng, 3) == 0 && at + 40 < size;
		     before = at, at += 8 * (frame[at + 1] + 1u)) {
			frame[before] = extensions[rng_below(rng, 6)];
			frame[at] = protocol;
			frame[at + 1] = (uint8_t)rng_below(rng, 3);
		}
	}
	return size;
}

/* Where the bytes end that IP and UDP claim, said independently of the parser: by the length fields, if they can be. */
static size_t
claimed_end(const struct seg *seg, const uint8_t *frame, size_t size)
{
	size_t end = size;

	if (seg_has(seg, LAYER_ARP))
		return 42;
	if (seg_has(seg, LAYER_IP4)) {
		size_t words = frame[14] & 15u, header = words < 5 ? 20 : words * 4,
		       length = (size_t)frame[16] << 8 | frame[17];

		header = header > size - 14 ? size - 14 : header;
		end = length < header || 14 + length > size ? size : 14 + length;
	} else if (seg_has(seg, LAYER_IP6)) {
		size_t length = (size_t)frame[18] << 8 | frame[19];

		end = (length == 0 && frame[20] != 59) || 54 + length > size ? size : 54 + length;
	}
	if (seg_has(seg, LAYER_UDP)) {
		size_t at = seg->start[LAYER_UDP], length = (size_t)frame[at + 4] << 8 | frame[at + 5];

		if (length >= 8 && at + length <= end)
			end = at + length;
	}
	return end;
}

static void
test_bytes_to_segment_to_bytes(void **state)
{
	struct rng rng = rng_seeded(18);
	unsigned layers[LAYER_COUNT] = { 0 }, illegal = 0;

	(void)state;
	print_message("# seed 18\n");
	for (int round = 0; round < 50000; round++) {
		uint8_t frame[256];
		size_t size = random_frame(&rng, frame), end;
		struct seg seg;

		seg_parse(&seg, frame, size);
		end = claimed_end(&seg, frame, size);
		give_all(&seg);
		assert_int_equal(built_size(&seg), end);
		assert_memory_equal(built, frame, end);
		for (int layer = 0; layer < LAYER_COUNT; layer++)
			layers[layer] += seg_has(&seg, (enum layer)layer);
		illegal += seg_defects(&seg, frame, size) != 0;
	}
	for (int layer = 0; layer < LAYER_COUNT; layer++)
		assert_true(layers[layer] > (layer == LAYER_ND ? 5 : 500));
	assert_true(illegal > 25000);
}

/* A segment that no stack would find fault with: any field that has a choice is random. */
static void
random_legal(struct rng *rng, struct seg *seg, struct option_bytes *options, const uint8_t *payload)
{
	struct err err;
	uint8_t ts[8] = { 0 };

	*seg =
	    (struct seg){ .layers = 1 << LAYER_ETH, .eth = { .dst = rng_u64(rng) >> 16, .src = rng_u64(rng) >> 16 } };
	if (rng_below(rng, 2)) {
		seg->layers |= 1 << LAYER_IP4;
		seg->ip4.dscp = (uint8_t)rng_below(rng, 64);
		seg->ip4.ecn = (uint8_t)rng_below(rng, 4);
		seg->ip4.id = (uint16_t)rng_u64(rng);
		seg->ip4.df = (uint8_t)rng_below(rng, 2);
		seg->ip4.ttl = (uint8_t)(1 + rng_below(rng, 255));
		seg->ip4.src = address_ip4(0xc6336400 | rng_below(rng, 256));
		seg->ip4.dst = address_ip4(0xcb007100 | rng_below(rng, 256));
	} else {
		seg->layers |= 1 << LAYER_IP6;
		seg->ip6.dscp = (uint8_t)rng_below(rng, 64);
		seg->ip6.ecn = (uint8_t)rng_below(rng, 4);
		seg->ip6.flow = rng_below(rng, 1 << 20);
		seg->ip6.hlim = (uint8_t)(1 + rng_below(rng, 255));
		assert_true(address_parse("2001:db8::a", &seg->ip6.src) && address_parse("2001:db8::b", &seg->ip6.dst));
		bits_put(seg->ip6.src.octet, 64, 64, rng_u64(rng));
	}
	options->size = 0;
	seg->payload = payload;
	seg->payload_size = rng_below(rng, 2) ? rng_below(rng, 1400) : 0;
	switch (rng_below(rng, 4)) {
	case 0:
		seg->layers |= 1 << LAYER_UDP;
		seg->udp.sport = (uint16_t)(50000 + rng_below(rng, 1000));
		seg->udp.dport = (uint16_t)(50000 + rng_below(rng, 1000));
		return;
	case 1:
		seg->layers |= seg_has(seg, LAYER_IP4) ? 1 << LAYER_ICMP4 : 1 << LAYER_ICMP6;
		seg->icmp.type = seg_has(seg, LAYER_IP4) ? 8 : 128;
		seg->icmp.rest = (uint32_t)rng_u64(rng);
		return;
	}
	seg->layers |= 1 << LAYER_TCP;
	seg->tcp.sport = (uint16_t)(50000 + rng_below(rng, 1000));
	seg->tcp.dport = (uint16_t)(50000 + rng_below(rng, 1000));
	seg->tcp.seq = (uint32_t)rng_u64(rng);
	seg->tcp.ack = (uint32_t)rng_u64(rng);
	seg->tcp.flags = (uint16_t)(TCP_ACK | (rng_u64(rng) & (TCP_PSH | TCP_ECE | TCP_CWR | TCP_FIN | TCP_AE)));
	seg->tcp.window = (uint16_t)rng_u64(rng);
	bits_put(ts, 0, 64, rng_u64(rng));
	if (rng_below(rng, 2))
		assert_int_equal(option_put(options, OPTION_TS, ts, 8, &err), 0); /* 10 bytes: build must pad */
	seg->options = options->data;
	seg->options_size = options->size;
}

static void
assert_same_fields(const struct seg *a, const struct seg *b)
{
	size_t count;
	const struct field *table = field_table(&count);

	for (size_t i = 0; i < count; i++) {
		struct seg left = *a, right = *b;

		if (table[i].made || !seg_has(a, table[i].layer))
			continue;
		if (field_get(a, &table[i]) != field_get(b, &table[i]))
			fail_msg("%s.%s differs", layer_name(table[i].layer), table[i].name);
		if (table[i].size == 0)
			assert_true(address_equal(field_address(&left, &table[i]), field_address(&right, &table[i])));
	}
}

/* tshark's verdict on each checksum it met: 1 good, 0 bad, 2 not checked. */
#define CHECKSUMS                                                                                                      \
	"tshark -n -r %s -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE -T fields "   \
	"-e ip.checksum.status -e tcp.checksum.status -e udp.checksum.status -e icmp.checksum.status "                 \
	"-e icmpv6.checksum.status"

static void
test_segment_to_bytes_to_segment(void **state)
{
	enum { SEGMENTS = 2000 };
	static uint8_t payload[1400];
	struct rng rng = rng_seeded(19);
	struct oracle *oracle = oracle_new();
	bool judge = oracle_has("tshark");

	(void)state;
	print_message("# seed 19\n");
	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)rng_u64(&rng);
	for (int i = 0; i < SEGMENTS; i++) {
		struct option_bytes options;
		struct seg seg, back;
		long size;

		random_legal(&rng, &seg, &options, payload);
		size = built_size(&seg);
		seg_parse(&back, built, (size_t)size);
		assert_int_equal(back.layers, seg.layers);
		assert_same_fields(&seg, &back);
		assert_int_equal(back.payload_size, seg.payload_size);
		if (seg.payload_size > 0)
			assert_memory_equal(back.payload, payload, seg.payload_size);
		assert_int_equal(back.options_size, (options.size + 3) / 4 * 4);
		if (options.size > 0)
			assert_memory_equal(back.options, options.data, options.size);
		assert_int_equal(seg_defects(&back, built, (size_t)size), 0);
		oracle_add(oracle, built, (size_t)size);
	}
	if (!judge)
		print_message("# tshark is absent: its verdict on the checksums is not asked\n");
	else
		oracle_run(oracle, CHECKSUMS);
	for (int i = 0; judge && i < SEGMENTS; i++) {
		const char *verdict = oracle_line(oracle);

		assert_non_null(verdict);
		assert_null(strpbrk(verdict, "02"));
		assert_non_null(strchr(verdict, '1'));
	}
	oracle_free(oracle);
}

static struct seg
syn(void)
{
	return (struct seg){ .layers = 1 << LAYER_ETH | 1 << LAYER_IP4 | 1 << LAYER_TCP,
		.eth = { .dst = 0x02000000000b, .src = 0x02000000000a },
		.ip4 = { .ttl = 64, .df = 1, .src = address_ip4(0xc6336401), .dst = address_ip4(0xc6336402) },
		.tcp = { .sport = 40001, .dport = 80, .seq = 7, .flags = TCP_SYN, .window = 64240 } };
}

/* Each thing that libnet 1.1.6 cannot say. */
static void
test_what_libnet_cannot_say(void **state)
{
	static const struct {
		const char *name;
		uint64_t value;
	} rows[] = { { "flags", TCP_AE | TCP_SYN }, { "reserved", 5 }, { "dataofs", 3 }, { "dataofs", 15 },
		{ "version", 9 }, { "ihl", 2 }, { "ihl", 15 }, { "ip.len", 3 }, { "ip.len", 65535 }, { "proto", 99 },
		{ "eth.type", 0x1234 }, { "sum", 0 }, { "ip.sum", 0xabcd }, { "rb", 1 }, { "frag", 8191 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seg seg = syn(), back = { .start = { [LAYER_IP4] = 14, [LAYER_TCP] = 34 } };
		const struct field *field = field_find(rows[i].name, &seg);

		field_set(&seg, field, rows[i].value);
		seg_give(&seg, field);
		assert_int_equal(built_size(&seg), 54);
		field_read(&back, field, built);
		assert_true(field_get(&back, field) == rows[i].value);
	}
}

static void
test_flow_labels_survive(void **state)
{
	struct seg seg = syn(), back;

	(void)state;
	seg.layers ^= 1 << LAYER_IP4 | 1 << LAYER_IP6;
	for (uint32_t flow = 1; flow < 1 << 20; flow <<= 1) {
		seg.ip6.flow = flow;
		seg.ip6.dscp = 0x2a;
		seg_parse(&back, built, (size_t)built_size(&seg));
		assert_int_equal(back.ip6.flow, flow);
		assert_int_equal(back.ip6.dscp, 0x2a);
	}
}

/* Padded to whole words when the data offset is ours to choose, byte for byte when it was given. */
static void
test_options_that_are_no_whole_words(void **state)
{
	static const uint8_t wscale[3] = { 3, 3, 7 };
	struct seg seg = syn(), back;

	(void)state;
	seg.options = wscale;
	seg.options_size = 3;
	assert_int_equal(built_size(&seg), 58);
	assert_memory_equal(built + 54, "\3\3\7\0", 4);
	seg_parse(&back, built, 58);
	assert_int_equal(back.tcp.dataofs, 6);

	seg.tcp.dataofs = 9;
	seg_give(&seg, field_row(FIELD_TCP_DATAOFS));
	assert_int_equal(built_size(&seg), 57);
	seg_parse(&back, built, 57);
	assert_int_equal(back.tcp.dataofs, 9);
	assert_int_equal(back.options_size, 3);
	assert_int_equal(seg_defects(&back, built, 57), 1u << DEFECT_DATA_OFFSET_LONG);
}

static void
test_the_longest_packets(void **state)
{
	static uint8_t payload[65536];
	struct seg seg = syn(), back;
	struct err err = { 0 };

	(void)state;
	memset(payload, 'x', sizeof(payload));
	seg.payload = payload;
	seg.payload_size = 65535 - 40;
	assert_int_equal(built_size(&seg), 14 + 65535);
	seg_parse(&back, built, 14 + 65535);
	assert_int_equal(back.payload_size, 65535 - 40);
	assert_int_equal(seg_defects(&back, built, 14 + 65535), 0);
	seg.payload_size++;
	assert_int_equal(build_frame(build, &seg, built, sizeof(built), &err), -1);
	assert_int_equal(err.code, ERR_INPUT);
	assert_non_null(strstr(err.text, "65536"));

	seg.layers ^= 1 << LAYER_IP4 | 1 << LAYER_IP6;
	seg.ip6.hlim = 64;
	seg.payload_size = 65535 - 20;
	assert_int_equal(built_size(&seg), FRAME_MAX);
	seg_parse(&back, built, FRAME_MAX);
	assert_int_equal(back.payload_size, 65535 - 20);
	assert_int_equal(seg_defects(&back, built, FRAME_MAX), 0);
	seg.payload_size++;
	assert_int_equal(build_frame(build, &seg, built, sizeof(built), &err), -1);
}

static void
test_what_cannot_be_said_is_refused(void **state)
{
	static const uint16_t layers[] = { 0, 1 << LAYER_TCP, 1 << LAYER_ETH | 1 << LAYER_TCP,
		1 << LAYER_IP4 | 1 << LAYER_TCP, 1 << LAYER_ETH | 1 << LAYER_IP4 | 1 << LAYER_IP6 | 1 << LAYER_TCP,
		1 << LAYER_ETH | 1 << LAYER_IP4 | 1 << LAYER_UDP | 1 << LAYER_TCP,
		1 << LAYER_ETH | 1 << LAYER_ARP | 1 << LAYER_IP4, 1 << LAYER_ETH | 1 << LAYER_IP4 | 1 << LAYER_ICMP6,
		1 << LAYER_ETH | 1 << LAYER_IP6 | 1 << LAYER_ICMP4, 1 << LAYER_ETH | 1 << LAYER_IP6 | 1 << LAYER_ND };
	static const uint8_t options[44];
	struct seg seg = syn();
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
		seg.layers = layers[i];
		assert_int_equal(build_frame(build, &seg, built, sizeof(built), &err), -1);
		assert_non_null(strstr(err.text, "headers"));
	}
	seg = syn();
	assert_int_equal(build_frame(build, &seg, built, 53, &err), -1);
	assert_non_null(strstr(err.text, "54"));
	seg.options = options;
	seg.options_size = 41;
	assert_int_equal(build_frame(build, &seg, built, sizeof(built), &err), -1);
	assert_non_null(strstr(err.text, "41"));
	assert_int_equal(err.code, ERR_INPUT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_not_given_is_made_as_scapy_does),
		cmocka_unit_test(test_bytes_to_segment_to_bytes),
		cmocka_unit_test(test_segment_to_bytes_to_segment),
		cmocka_unit_test(test_what_libnet_cannot_say),
		cmocka_unit_test(test_flow_labels_survive),
		cmocka_unit_test(test_options_that_are_no_whole_words),
		cmocka_unit_test(test_the_longest_packets),
		cmocka_unit_test(test_what_cannot_be_said_is_refused),
	};

	return cmocka_run_group_tests_name("drive/build", tests, set_up, tear_down);
}
