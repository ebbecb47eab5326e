/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the link is told of a frame. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lab/wire_packet.h"

/* Ethernet, IPv4 with ECT(0), TCP with 12 bytes of options, "hello", one byte of padding. */
static const uint8_t tcp4[] = {
	0x02,
	0,
	0,
	0,
	0,
	0x0b,
	0x02,
	0,
	0,
	0,
	0,
	0x0a,
	0x08,
	0x00, /* Ethernet */
	0x45,
	0x02,
	0x00,
	57,
	0,
	1,
	0x40,
	0x00,
	64,
	6,
	0,
	0,
	198,
	51,
	100,
	1,
	198,
	51,
	100,
	2, /* IPv4: 20 + 32 + 5 */
	0x9c,
	0x40,
	0x00,
	80,
	0,
	0,
	0,
	1,
	0,
	0,
	0,
	2,
	0x80,
	0x18,
	0xff,
	0xff,
	0,
	0,
	0,
	0, /* TCP, data offset 8 */
	1,
	1,
	8,
	10,
	0,
	0,
	0,
	1,
	0,
	0,
	0,
	2,
	'h',
	'e',
	'l',
	'l',
	'o',
	0,
};

/* Ethernet, IPv6 with CE, a hop-by-hop header, UDP with 3 bytes. */
static const uint8_t udp6[] = {
	0x02, 0, 0, 0, 0, 0x0b, 0x02, 0, 0, 0, 0, 0x0a, 0x86, 0xdd,    /* Ethernet */
	0x60, 0x30, 0x00, 0x00, 0x00, 19, 0, 64,                       /* IPv6: 8 + 8 + 3 bytes, next header 0 */
	0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0a, /* source */
	0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b, /* destination */
	17, 0, 1, 4, 0, 0, 0, 0,                                       /* hop-by-hop: PadN */
	0x30, 0x39, 0x00, 9, 0, 11, 0, 0, 'a', 'b', 'c',               /* UDP */
};

static uint32_t
flow_of(const uint8_t *frame, size_t size)
{
	struct link_packet packet;

	wire_packet(&packet, frame, size);
	return packet.flow_hash;
}

static void
test_link_sees_an_ip4_packet(void **state)
{
	uint8_t other[sizeof(tcp4)];
	struct link_packet packet;

	(void)state;
	wire_packet(&packet, tcp4, sizeof(tcp4));
	assert_int_equal(packet.ip_bytes, 57);
	assert_int_equal(packet.payload_bytes, 5);
	assert_int_equal(packet.ecn, 2);
	/* The sequence number does not make another flow; the port does. */
	memcpy(other, tcp4, sizeof(other));
	other[41] = 99;
	assert_int_equal(flow_of(other, sizeof(other)), packet.flow_hash);
	/* A later fragment has no ports, whatever its bytes are. */
	other[21] = 1;
	wire_packet(&packet, other, sizeof(other));
	assert_int_equal(packet.ip_bytes, 57);
	assert_int_equal(packet.payload_bytes, 0);
	other[21] = 0;
	wire_packet(&packet, tcp4, sizeof(tcp4));
	other[35] = 0x41;
	assert_int_not_equal(flow_of(other, sizeof(other)), packet.flow_hash);
}

static void
test_link_sees_an_ip6_packet(void **state)
{
	uint8_t other[sizeof(udp6)];
	struct link_packet packet;

	(void)state;
	wire_packet(&packet, udp6, sizeof(udp6));
	assert_int_equal(packet.ip_bytes, 40 + 19);
	assert_int_equal(packet.payload_bytes, 3);
	assert_int_equal(packet.ecn, 3);
	memcpy(other, udp6, sizeof(other));
	other[64] = 7;
	assert_int_not_equal(flow_of(other, sizeof(other)), packet.flow_hash);
}

/* Every frame is a hostile one: cut anywhere, or with a header that lies, it still gets the length of what is there. */
static void
test_headers_that_make_no_sense_count_as_payload(void **state)
{
	uint8_t lies[sizeof(tcp4)];
	struct link_packet packet;

	(void)state;
	for (size_t size = 0; size < sizeof(tcp4) - 1; size++) {
		uint8_t *exact = malloc(size > 0 ? size : 1); /* a sanitizer sees one byte too many */

		assert_non_null(exact);
		memcpy(exact, tcp4, size);
		wire_packet(&packet, exact, size);
		assert_int_equal(packet.ip_bytes, size < 14 ? 0 : size - 14);
		assert_int_equal(packet.payload_bytes, 0);
		free(exact);
	}
	for (size_t size = 0; size < sizeof(udp6); size++) {
		wire_packet(&packet, udp6, size);
		assert_int_equal(packet.ip_bytes, size < 14 ? 0 : size - 14);
	}
	memcpy(lies, tcp4, sizeof(lies));
	lies[14] = 0x44; /* a header of 16 bytes */
	wire_packet(&packet, lies, sizeof(lies));
	assert_int_equal(packet.ip_bytes, 58);
	lies[14] = 0x65; /* version 6 in a frame that says IPv4 */
	wire_packet(&packet, lies, sizeof(lies));
	assert_int_equal(packet.ip_bytes, 58);
	assert_int_equal(packet.ecn, 0);
	lies[14] = 0x45;
	lies[46] = 0x40; /* data offset 4 */
	wire_packet(&packet, lies, sizeof(lies));
	assert_int_equal(packet.ip_bytes, 57);
	assert_int_equal(packet.payload_bytes, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_link_sees_an_ip4_packet),
		cmocka_unit_test(test_link_sees_an_ip6_packet),
		cmocka_unit_test(test_headers_that_make_no_sense_count_as_payload),
	};

	return cmocka_run_group_tests_name("wire_packet", tests, NULL, NULL);
}
