/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/rng.h"
#include "seg/field.h"

static struct seg
seg_with(uint16_t layers)
{
	return (struct seg){ .layers = layers };
}

static const uint16_t tcp4 = 1 << LAYER_ETH | 1 << LAYER_IP4 | 1 << LAYER_TCP;
static const uint16_t tcp6 = 1 << LAYER_ETH | 1 << LAYER_IP6 | 1 << LAYER_TCP;

static void
test_rows_cover_each_header_without_gap(void **state)
{
	(void)state;
	for (int layer = 0; layer < LAYER_COUNT; layer++) {
		size_t count;
		const struct field *field = layer_fields((enum layer)layer, &count);
		unsigned bit = 0;

		assert_true(count > 0);
		for (; count-- > 0; field++) {
			assert_int_equal(field->layer, layer);
			assert_int_equal(field->bit, bit);
			assert_true(field->size == 0 || field->width <= 8 * field->size);
			bit += field->width;
		}
		assert_int_equal(bit, 8 * layer_bytes((enum layer)layer));
	}
}

/* Each name and alias leads back to its row, so no two rows of a layer share one. */
static void
test_every_name_finds_its_row(void **state)
{
	size_t count;
	const struct field *table = field_table(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		char names[256], full[300];

		snprintf(names, sizeof(names), "%s %s", table[i].name, table[i].aliases);
		for (char *word = strtok(names, " "); word != NULL; word = strtok(NULL, " ")) {
			snprintf(full, sizeof(full), "%s.%s", layer_name(table[i].layer), word);
			assert_ptr_equal(field_find(full, NULL), &table[i]);
		}
		assert_true(strlen(table[i].meaning) > 0 && strlen(table[i].rfc) > 0);
	}
}

static void
test_names_are_looked_up_in_the_highest_layer(void **state)
{
	struct seg v4 = seg_with(tcp4), v6 = seg_with(tcp6), link = seg_with(1 << LAYER_ETH);
	struct seg udp = seg_with(1 << LAYER_ETH | 1 << LAYER_IP4 | 1 << LAYER_UDP);

	(void)state;
	assert_ptr_equal(field_find("checksum", NULL), field_row(FIELD_TCP_CHECKSUM));
	assert_ptr_equal(field_find("sum", &udp), field_row(FIELD_UDP_CHECKSUM));
	assert_ptr_equal(field_find("ip.sum", &udp), field_row(FIELD_IP4_CHECKSUM));
	assert_ptr_equal(field_find("src", &v4), field_row(FIELD_IP4_SRC));
	assert_ptr_equal(field_find("src", &v6), field_row(FIELD_IP6_SRC));
	assert_ptr_equal(field_find("src", &link), field_row(FIELD_ETH_SRC));
	assert_ptr_equal(field_find("eth.src", &v4), field_row(FIELD_ETH_SRC));
	assert_ptr_equal(field_find("ttl", &v4), field_row(FIELD_IP4_TTL));
	assert_ptr_equal(field_find("ttl", &v6), field_row(FIELD_IP6_HLIM));
	assert_ptr_equal(field_find("win", &v4), field_row(FIELD_TCP_WINDOW));
	assert_ptr_equal(field_find("urg", NULL), field_row(FIELD_TCP_URGENT));
	assert_ptr_equal(field_find("flags.df", &v4), field_row(FIELD_IP4_DF));
	assert_ptr_equal(field_find("ip6.hlim", NULL), field_row(FIELD_IP6_HLIM));
	assert_null(field_find("df", &v6));
	assert_null(field_find("window", &udp));
	assert_null(field_find("ip.ttl", &v6));
	assert_null(field_find("nonsense", NULL));
	assert_null(field_find("", NULL));
	assert_null(field_find("tcp.", NULL));
}

/* The unrolled reader and the row by row one must agree on any bytes. */
static void
test_layer_read_is_field_read_of_all_rows(void **state)
{
	struct rng rng = rng_seeded(11);

	(void)state;
	print_message("# seed 11\n");
	for (int round = 0; round < 2000; round++) {
		struct seg fast = { 0 }, slow = { 0 };
		uint8_t frame[64], back[64];
		enum layer layer = (enum layer)rng_below(&rng, LAYER_COUNT);
		size_t count;
		const struct field *field = layer_fields(layer, &count);

		for (size_t i = 0; i < sizeof(frame); i++)
			frame[i] = back[i] = (uint8_t)rng_u64(&rng);
		fast.start[layer] = slow.start[layer] = (uint16_t)rng_below(&rng, 20);
		layer_read(&fast, layer, frame);
		for (size_t i = 0; i < count; i++)
			field_read(&slow, &field[i], frame);
		assert_memory_equal(&fast, &slow, sizeof(fast));
		memset(back + fast.start[layer], (uint8_t)rng_u64(&rng), layer_bytes(layer));
		for (size_t i = 0; i < count; i++)
			field_write(&fast, &field[i], back);
		assert_memory_equal(frame, back, sizeof(frame));
	}
}

/* A TCP header as RFC 9293 3.1 draws it, each field with bits of its own. */
static void
test_tcp_header_is_read_as_drawn(void **state)
{
	static const uint8_t header[20] = { 0x9c, 0x41, 0x00, 0x50, 0x01, 0x02, 0x03, 0x04, 0xa1, 0xa2, 0xa3, 0xa4,
		0x5b, 0x12, 0xfa, 0xf0, 0xbe, 0xef, 0x00, 0x07 };
	struct seg seg = { 0 };

	(void)state;
	layer_read(&seg, LAYER_TCP, header);
	assert_int_equal(seg.tcp.sport, 40001);
	assert_int_equal(seg.tcp.dport, 80);
	assert_int_equal(seg.tcp.seq, 0x01020304);
	assert_int_equal(seg.tcp.ack, 0xa1a2a3a4);
	assert_int_equal(seg.tcp.dataofs, 5);
	assert_int_equal(seg.tcp.reserved, 5);
	assert_int_equal(seg.tcp.flags, TCP_AE | TCP_SYN | TCP_ACK);
	assert_int_equal(seg.tcp.window, 64240);
	assert_int_equal(seg.tcp.checksum, 0xbeef);
	assert_int_equal(seg.tcp.urgent, 7);
}

static void
test_text_is_read_and_shown(void **state)
{
	static const struct {
		const char *name, *typed, *shown;
	} rows[] = {
		{ "win", "64240", "64240" },
		{ "win", "0xffff", "65535" },
		{ "ip.id", "4660", "0x1234" },
		{ "seq", "4294967295", "4294967295" },
		{ "flags", "SYN-ACK", "S." },
		{ "flags", "0x1ff", "FSRP.UEWe" },
		{ "flags", "none", "none" },
		{ "ip.src", "198.51.100.1", "198.51.100.1" },
		{ "ip6.dst", "2001:DB8:0:0::b", "2001:db8::b" },
		{ "eth.dst", "02:00:00:00:00:0B", "02:00:00:00:00:0b" },
		{ "df", "1", "1" },
		{ "dscp", "63", "63" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct field *field = field_find(rows[i].name, NULL);
		struct seg seg = { 0 };
		struct err err;
		char room[64];
		struct text t = text_in(room, sizeof(room));

		assert_non_null(field);
		assert_int_equal(field_read_text(&seg, field, rows[i].typed, &err), 0);
		field_show(&t, &seg, field);
		assert_string_equal(room, rows[i].shown);
	}
}

static void
test_bad_values_are_quoted_with_their_range(void **state)
{
	static const struct {
		const char *name, *typed, *quoted;
	} rows[] = {
		{ "window", "65536", "from 0 to 65535" },
		{ "window", "-1", "window=-1" },
		{ "window", "", "from 0 to 65535" },
		{ "window", "12x", "window=12x" },
		{ "window", "0x", "window=0x" },
		{ "seq", "4294967296", "from 0 to 4294967295" },
		{ "seq", "99999999999999999999999", "from 0 to 4294967295" },
		{ "dataofs", "16", "from 0 to 15" },
		{ "df", "2", "from 0 to 1" },
		{ "flags", "SQ", "flags=SQ" },
		{ "flags", "512", "from 0 to 511" },
		{ "flags", "", "or none" },
		{ "ip.src", "198.51.100", "IPv4" },
		{ "ip.src", "2001:db8::b", "198.51.100.2" },
		{ "ip6.src", "198.51.100.1", "2001:db8::b" },
		{ "eth.src", "02:00:00:00:00", "02:00:00:00:00:0b" },
		{ "eth.src", "02:00:00:00:00:0g", "eth.src" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct field *field = field_find(rows[i].name, NULL);
		struct seg seg = { .tcp.window = 7 }, before = seg;
		struct err err = { 0 };

		assert_int_equal(field_read_text(&seg, field, rows[i].typed, &err), -1);
		assert_int_equal(err.code, ERR_INPUT);
		assert_non_null(strstr(err.text, rows[i].quoted));
		assert_memory_equal(&seg, &before, sizeof(seg));
	}
}

static void
test_flags_are_read_as_people_write_them(void **state)
{
	static const struct {
		const char *typed;
		uint16_t flags;
	} rows[] = {
		{ "S", TCP_SYN },
		{ "S.", TCP_SYN | TCP_ACK },
		{ ".S", TCP_SYN | TCP_ACK },
		{ "[S.]", TCP_SYN | TCP_ACK },
		{ "SA", TCP_SYN | TCP_ACK },
		{ "SYN-ACK", TCP_SYN | TCP_ACK },
		{ "SYN,ACK", TCP_SYN | TCP_ACK },
		{ "FP.", TCP_FIN | TCP_PSH | TCP_ACK },
		{ "FIN+PSH|ACK", TCP_FIN | TCP_PSH | TCP_ACK },
		{ ".", TCP_ACK },
		{ "SEW", TCP_SYN | TCP_ECE | TCP_CWR },
		{ "SEC", TCP_SYN | TCP_ECE | TCP_CWR },
		{ "Se", TCP_SYN | TCP_AE },
		{ "AE", TCP_AE },
		{ "SYN,AE", TCP_SYN | TCP_AE },
		{ "none", 0 },
		{ "RST", TCP_RST },
		{ "URG", TCP_URG },
	};
	static const char *const bad[] = { "", "[]", "S,", ",S", "syn", "NONE", "S ", "X", "SYNACK?", "[S", "S-" };
	uint16_t flags;
	char room[12];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(flags_read(rows[i].typed, &flags));
		assert_int_equal(flags, rows[i].flags);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(flags_read(bad[i], &flags));
	for (uint16_t all = 0; all < 512; all++) {
		assert_true(flags_read(flags_text(all, room), &flags));
		assert_int_equal(flags, all);
	}
	assert_string_equal(flags_text(TCP_SYN | TCP_ACK, room), "S.");
	assert_string_equal(flags_text(TCP_FIN | TCP_PSH | TCP_ACK, room), "FP.");
}

static void
test_given_fields_are_remembered_one_by_one(void **state)
{
	struct seg seg = { 0 };

	(void)state;
	seg_give(&seg, field_row(FIELD_TCP_CHECKSUM));
	seg_give(&seg, field_row(FIELD_ETH_DST));
	for (int id = 0; id < FIELD_COUNT; id++)
		assert_int_equal(
		    seg_given(&seg, field_row((enum field_id)id)), id == FIELD_TCP_CHECKSUM || id == FIELD_ETH_DST);
}

static void
test_a_set_value_keeps_its_width(void **state)
{
	struct seg seg = { 0 };

	(void)state;
	field_set(&seg, field_row(FIELD_TCP_DATAOFS), 0x13);
	assert_int_equal(seg.tcp.dataofs, 3);
	field_set(&seg, field_row(FIELD_ETH_DST), UINT64_MAX);
	assert_true(seg.eth.dst == UINT64_C(0xffffffffffff));
	assert_true(field_get(&seg, field_row(FIELD_ETH_DST)) == UINT64_C(0xffffffffffff));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_cover_each_header_without_gap),
		cmocka_unit_test(test_every_name_finds_its_row),
		cmocka_unit_test(test_names_are_looked_up_in_the_highest_layer),
		cmocka_unit_test(test_layer_read_is_field_read_of_all_rows),
		cmocka_unit_test(test_tcp_header_is_read_as_drawn),
		cmocka_unit_test(test_text_is_read_and_shown),
		cmocka_unit_test(test_bad_values_are_quoted_with_their_range),
		cmocka_unit_test(test_flags_are_read_as_people_write_them),
		cmocka_unit_test(test_given_fields_are_remembered_one_by_one),
		cmocka_unit_test(test_a_set_value_keeps_its_width),
	};

	return cmocka_run_group_tests_name("seg/field", tests, NULL, NULL);
}
