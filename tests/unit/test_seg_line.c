/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/rng.h"
#include "frames.h"
#include "oracle.h"
#include "seg/field.h"
#include "seg/line.h"
#include "seg/option.h"

static void
line_of(const uint8_t *frame, size_t size, const struct line_style *style, char *room, size_t room_size)
{
	struct text t = text_in(room, room_size);
	struct seg seg;

	seg_parse(&seg, frame, size);
	seg_line(&t, &seg, style);
	assert_false(t.cut);
}

static const char *
host_name(const struct address *a)
{
	return a->octet[a->family == 4 ? 3 : 15] == (a->family == 4 ? 1 : 0x0a) ? "alice" : "bob";
}

/* What interface.md shows. */
static void
test_the_lines_of_a_session(void **state)
{
	static const struct line_style first = { .seq_base = 0xfffffffe, .host = host_name };
	static const struct line_style data = { .host = host_name };
	uint8_t frame[256];
	char room[512];
	size_t size = frame_of(FRAME_SYN4, frame, sizeof(frame));

	(void)state;
	line_of(frame, size, &first, room, sizeof(room));
	assert_string_equal(room,
	    "alice.40001 > bob.80: Flags [SEW], seq 0, win 64240, options [mss 1460,sackOK,TS val 1 ecr 0,nop,wscale "
	    "7], length 0");
	size = frame_of(FRAME_DATA4, frame, sizeof(frame));
	line_of(frame, size, &data, room, sizeof(room));
	assert_string_equal(room, "bob.80 > alice.40001: Flags [P.], seq 1:3, ack 7, win 502, length 2");
	frame[46] |= 1; /* AE, which tcpdump 4.99 does not show */
	line_of(frame, size, &data, room, sizeof(room));
	assert_string_equal(room, "bob.80 > alice.40001: Flags [P.e], seq 1:3, ack 7, win 502, length 2");
}

/* Where tcpdump stops, the learner still wants to see what he sent. */
static void
test_bad_header_lengths_are_said(void **state)
{
	static const struct line_style style = { 0 };
	uint8_t frame[256];
	char room[512];
	size_t size = frame_of(FRAME_DATA4, frame, sizeof(frame));

	(void)state;
	frame[46] = 0x40;
	line_of(frame, size, &style, room, sizeof(room));
	assert_string_equal(room,
	    "198.51.100.2.80 > 198.51.100.1.40001: Flags [P.] [bad hdr length 16 - too short, < 20], "
	    "seq 1:3, ack 7, win 502, length 2");
	frame[46] = 0xf0;
	line_of(frame, size, &style, room, sizeof(room));
	assert_string_equal(room,
	    "198.51.100.2.80 > 198.51.100.1.40001: Flags [P.] [bad hdr length 60 - too long, > 22], "
	    "ack 7, win 502, options [[bad opt]], length 0");
}

/* Random but well-formed options. */
static void
random_options(struct rng *rng, struct option_bytes *b)
{
	static const struct {
		uint8_t kind, size;
	} kinds[] = { { OPTION_NOP, 0 }, { OPTION_MSS, 2 }, { OPTION_WSCALE, 1 }, { OPTION_SACK_PERMITTED, 0 },
		{ OPTION_SACK, 8 }, { OPTION_SACK, 16 }, { OPTION_SACK, 24 }, { OPTION_TS, 8 }, { OPTION_AO, 2 },
		{ OPTION_AO, 14 }, { OPTION_FAST_OPEN, 0 }, { OPTION_FAST_OPEN, 4 }, { OPTION_FAST_OPEN, 16 },
		{ 77, 0 }, { 78, 5 }, { OPTION_EOL, 0 } };
	struct err err;

	b->size = 0;
	for (unsigned count = rng_below(rng, 6); count > 0; count--) {
		uint8_t data[24];
		unsigned i = rng_below(rng, sizeof(kinds) / sizeof(kinds[0]));

		for (size_t at = 0; at < sizeof(data); at++)
			data[at] = (uint8_t)rng_u64(rng);
		if (option_put(b, kinds[i].kind, data, kinds[i].size, &err) < 0)
			break;
	}
	option_pad(b);
}

/* A frame written by the field table alone: headers of `seg` one behind the other, options and payload of `seg` behind
 * them. */
static size_t
write_frame(struct seg *seg, uint8_t *frame)
{
	size_t at = 0;

	for (int layer = 0; layer < LAYER_COUNT; layer++) {
		size_t count;
		const struct field *field = layer_fields((enum layer)layer, &count);

		if (!seg_has(seg, (enum layer)layer))
			continue;
		seg->start[layer] = (uint16_t)at;
		for (; count-- > 0; field++)
			field_write(seg, field, frame);
		at += layer_bytes((enum layer)layer);
	}
	if (seg->options_size > 0)
		memcpy(frame + at, seg->options, seg->options_size);
	at += seg->options_size;
	if (seg->payload_size > 0)
		memcpy(frame + at, seg->payload, seg->payload_size);
	return at + seg->payload_size;
}

/* Ethernet and IP of either family under `protocol`, for `size` bytes behind the IP header. */
static struct seg
ip_seg(struct rng *rng, uint8_t protocol4, uint8_t protocol6, size_t size)
{
	struct seg seg = { .layers = 1 << LAYER_ETH, .eth = { .dst = 0x02000000000b, .src = 0x02000000000a } };
	bool six = protocol4 == 0 || (protocol6 != 0 && rng_below(rng, 2));

	if (six) {
		seg.layers |= 1 << LAYER_IP6;
		seg.eth.type = 0x86dd;
		seg.ip6.version = 6;
		seg.ip6.next = protocol6;
		seg.ip6.hlim = 64;
		seg.ip6.length = (uint16_t)size;
		assert_true(address_parse("2001:db8::a", &seg.ip6.src) && address_parse("2001:db8::b", &seg.ip6.dst));
		for (int i = 0; i < 3; i++)
			seg.ip6.dst.octet[4 + rng_below(rng, 12)] = (uint8_t)rng_u64(rng);
	} else {
		seg.layers |= 1 << LAYER_IP4;
		seg.eth.type = 0x0800;
		seg.ip4.version = 4;
		seg.ip4.ihl = 5;
		seg.ip4.proto = protocol4;
		seg.ip4.ttl = 64;
		seg.ip4.length = (uint16_t)(20 + size);
		seg.ip4.src = address_ip4(0xc6336401);
		seg.ip4.dst = address_ip4(0xc6336400 | rng_below(rng, 256));
	}
	return seg;
}

static size_t
random_tcp(struct rng *rng, uint8_t *frame)
{
	static const uint8_t zeros[64];
	struct option_bytes options;
	size_t payload = rng_below(rng, 2) ? rng_below(rng, sizeof(zeros)) : 0;
	struct seg seg;

	random_options(rng, &options);
	seg = ip_seg(rng, 6, 6, 20 + options.size + payload);
	seg.layers |= 1 << LAYER_TCP;
	/* ports that tcpdump reads no further protocol into */
	seg.tcp.sport = (uint16_t)(50000 + rng_below(rng, 1000));
	seg.tcp.dport = (uint16_t)(50000 + rng_below(rng, 1000));
	seg.tcp.seq = (uint32_t)rng_u64(rng);
	seg.tcp.ack = (uint32_t)rng_u64(rng);
	seg.tcp.dataofs = (uint8_t)(5 + options.size / 4);
	seg.tcp.reserved = (uint8_t)rng_below(rng, 8);
	seg.tcp.flags = (uint16_t)rng_below(rng, 256);
	seg.tcp.window = (uint16_t)rng_u64(rng);
	seg.tcp.urgent = (uint16_t)rng_u64(rng);
	seg.options = options.data;
	seg.options_size = options.size;
	seg.payload = zeros;
	seg.payload_size = payload;
	return write_frame(&seg, frame);
}

/* The next line of tcpdump without the word before the addresses. */
static const char *
next_line(struct oracle *oracle)
{
	const char *line = oracle_line(oracle);

	assert_non_null(line);
	if (strncmp(line, "IP ", 3) == 0)
		return line + 3;
	return strncmp(line, "IP6 ", 4) == 0 ? line + 4 : line;
}

static void
test_tcp_lines_are_those_of_tcpdump(void **state)
{
	enum { FRAMES = 3000 };
	static uint8_t frames[FRAMES][256];
	static size_t sizes[FRAMES];
	static const struct line_style raw = { 0 };
	struct rng rng = rng_seeded(16);
	struct oracle *oracle;

	(void)state;
	if (!oracle_has("tcpdump"))
		skip();
	print_message("# seed 16\n");
	oracle = oracle_new();
	for (int i = 0; i < FRAMES; i++) {
		sizes[i] = random_tcp(&rng, frames[i]);
		oracle_add(oracle, frames[i], sizes[i]);
	}
	oracle_run(oracle, "tcpdump -n -t -S -r %s");
	for (int i = 0; i < FRAMES; i++) {
		char room[512];

		line_of(frames[i], sizes[i], &raw, room, sizeof(room));
		assert_string_equal(room, next_line(oracle));
	}
	assert_null(oracle_line(oracle));
	oracle_free(oracle);
}

/* An ICMP error of either family, with the packet that it brings back. */
static size_t
icmp_error(struct rng *rng, uint8_t *frame)
{
	static const uint8_t errors4[][2] = { { 3, 0 }, { 3, 1 }, { 3, 2 }, { 3, 3 }, { 3, 4 }, { 3, 13 }, { 11, 0 } };
	static const uint8_t errors6[][2] = { { 1, 0 }, { 1, 3 }, { 1, 4 }, { 2, 0 }, { 3, 0 } };
	uint8_t quoted[256];
	size_t size = random_tcp(rng, quoted) - 14;
	bool four = quoted[12] == 8;
	const uint8_t *error = four ? errors4[rng_below(rng, 7)] : errors6[rng_below(rng, 5)];
	struct seg seg;

	if (four && size > 28)
		size = 28; /* RFC 792: the header and 8 bytes */
	seg = ip_seg(rng, four ? 1 : 0, four ? 0 : 58, 8 + size);
	seg.layers |= four ? 1 << LAYER_ICMP4 : 1 << LAYER_ICMP6;
	seg.icmp.type = error[0];
	seg.icmp.code = error[1];
	seg.icmp.rest = rng_below(rng, 65536);
	seg.payload = quoted + 14;
	seg.payload_size = size;
	return write_frame(&seg, frame);
}

/* ARP, UDP, ICMP, neighbour discovery. */
static size_t
other_frame(struct rng *rng, unsigned which, uint8_t *frame)
{
	static const uint8_t zeros[16];
	struct seg seg = { 0 };

	switch (which) {
	case 0:
	case 1:
		seg = (struct seg){ .layers = 1 << LAYER_ETH | 1 << LAYER_ARP,
			.eth.type = 0x0806,
			.arp = { .htype = 1,
			    .ptype = 0x0800,
			    .hlen = 6,
			    .plen = 4,
			    .op = (uint16_t)(which + 1),
			    .sha = 0x02000000000a,
			    .spa = address_ip4(0xc6336401),
			    .tha = rng_below(rng, 2),
			    .tpa = address_ip4(0xc6336402) } };
		return write_frame(&seg, frame);
	case 2:
		seg = ip_seg(rng, 17, 17, 8 + 5);
		seg.layers |= 1 << LAYER_UDP;
		seg.udp.sport = 50001;
		seg.udp.dport = 50002;
		seg.udp.length = 13;
		seg.payload_size = 5;
		break;
	case 3:
		seg = ip_seg(rng, 1, 58, 8 + 5);
		seg.layers |= seg_has(&seg, LAYER_IP4) ? 1 << LAYER_ICMP4 : 1 << LAYER_ICMP6;
		seg.icmp.type =
		    seg_has(&seg, LAYER_IP4) ? (uint8_t)(8 * rng_below(rng, 2)) : (uint8_t)(128 + rng_below(rng, 2));
		seg.icmp.rest = (uint32_t)rng_u64(rng);
		seg.payload_size = 5;
		break;
	case 4:
		seg = ip_seg(rng, 0, 58, 24);
		seg.layers |= 1 << LAYER_ICMP6 | 1 << LAYER_ND;
		seg.icmp.type = (uint8_t)(135 + rng_below(rng, 2));
		seg.icmp.target = seg.ip6.dst;
		break;
	}
	seg.payload = zeros;
	return write_frame(&seg, frame);
}

static void
test_other_lines_are_those_of_tcpdump(void **state)
{
	enum { FRAMES = 1200 };
	static uint8_t frames[FRAMES][512];
	static size_t sizes[FRAMES];
	static const struct line_style raw = { 0 };
	struct rng rng = rng_seeded(17);
	struct oracle *oracle;

	(void)state;
	if (!oracle_has("tcpdump"))
		skip();
	print_message("# seed 17\n");
	oracle = oracle_new();
	for (unsigned i = 0; i < FRAMES; i++) {
		sizes[i] = i % 6 < 5 ? other_frame(&rng, i % 6, frames[i]) : icmp_error(&rng, frames[i]);
		oracle_add(oracle, frames[i], sizes[i]);
	}
	oracle_run(oracle, "tcpdump -n -t -r %s");
	for (int i = 0; i < FRAMES; i++) {
		char room[512];

		line_of(frames[i], sizes[i], &raw, room, sizeof(room));
		assert_string_equal(room, next_line(oracle));
	}
	oracle_free(oracle);
}

/* From its third segment on tcpdump counts a connection from its ISNs, as our style does from the first. */
static void
test_relative_numbers_are_those_of_tcpdump(void **state)
{
	enum { FRAMES = 6 };
	static const struct {
		bool back;
		uint16_t flags;
		uint32_t seq, ack;
		unsigned payload;
	} rows[FRAMES] = {
		{ false, TCP_SYN, 0, 0, 0 },
		{ true, TCP_SYN | TCP_ACK, 0, 1, 0 },
		{ false, TCP_ACK, 1, 1, 0 },
		{ false, TCP_PSH | TCP_ACK, 1, 1, 18 },
		{ true, TCP_ACK, 1, 19, 40 },
		{ true, TCP_FIN | TCP_ACK, 41, 19, 0 },
	};
	static const uint32_t isn[2] = { 0xfffffff0u, 0x7ffffff8u };
	static const uint8_t zeros[64];
	struct oracle *oracle;
	char ours[FRAMES][256];

	(void)state;
	if (!oracle_has("tcpdump"))
		skip();
	oracle = oracle_new();
	for (int i = 0; i < FRAMES; i++) {
		struct line_style style = { .seq_base = isn[rows[i].back], .ack_base = isn[!rows[i].back] };
		struct rng rng = rng_seeded(1);
		struct seg seg = ip_seg(&rng, 6, 0, 20 + rows[i].payload);
		uint8_t frame[256];
		size_t size;

		seg.layers |= 1 << LAYER_TCP;
		seg.ip4.src = address_ip4(rows[i].back ? 2 : 1);
		seg.ip4.dst = address_ip4(rows[i].back ? 1 : 2);
		seg.tcp.sport = rows[i].back ? 50080 : 50001;
		seg.tcp.dport = rows[i].back ? 50001 : 50080;
		seg.tcp.dataofs = 5;
		seg.tcp.flags = rows[i].flags;
		seg.tcp.seq = rows[i].seq + style.seq_base;
		seg.tcp.ack = rows[i].ack + style.ack_base;
		seg.payload = zeros;
		seg.payload_size = rows[i].payload;
		size = write_frame(&seg, frame);
		oracle_add(oracle, frame, size);
		line_of(frame, size, &style, ours[i], sizeof(ours[i]));
	}
	assert_string_equal(ours[3], "0.0.0.1.50001 > 0.0.0.2.50080: Flags [P.], seq 1:19, ack 1, win 0, length 18");
	oracle_run(oracle, "tcpdump -n -t -r %s");
	for (int i = 0; i < FRAMES; i++) {
		const char *theirs = next_line(oracle);

		if (i >= 2)
			assert_string_equal(ours[i], theirs);
	}
	oracle_free(oracle);
}

static void
test_what_is_not_ip(void **state)
{
	static const struct line_style raw = { 0 };
	uint8_t frame[256];
	char room[256];
	size_t size = frame_of(FRAME_ECHO4, frame, sizeof(frame));

	(void)state;
	frame[23] = 253;
	line_of(frame, size, &raw, room, sizeof(room));
	assert_string_equal(room, "198.51.100.1 > 198.51.100.2: ip-proto-253, length 13");
	frame[12] = 0x12;
	line_of(frame, size, &raw, room, sizeof(room));
	assert_string_equal(room, "02:00:00:00:00:0a > 02:00:00:00:00:0b, ethertype 0x1200, length 47");
	line_of(frame, 5, &raw, room, sizeof(room));
	assert_string_equal(room, "[cut short], length 5");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_lines_of_a_session),
		cmocka_unit_test(test_bad_header_lengths_are_said),
		cmocka_unit_test(test_tcp_lines_are_those_of_tcpdump),
		cmocka_unit_test(test_other_lines_are_those_of_tcpdump),
		cmocka_unit_test(test_relative_numbers_are_those_of_tcpdump),
		cmocka_unit_test(test_what_is_not_ip),
	};

	return cmocka_run_group_tests_name("seg/line", tests, NULL, NULL);
}
