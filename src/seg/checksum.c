/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/bytes.h"
#include "seg/field.h"
#include "seg/seg.h"

/*
 * RFC 1071 2: the one's-complement sum may be taken in wider words and in whatever order the machine has; folded at the
 * end, its two bytes come out in network order.  Each piece but the last must be of even length.
 */
static uint64_t
add_bytes(uint64_t sum, const uint8_t *data, size_t size)
{
	uint32_t word;
	uint16_t half;

	for (; size >= 4; size -= 4, data += 4) {
		memcpy(&word, data, 4);
		sum += word;
	}
	if (size >= 2) {
		memcpy(&half, data, 2);
		sum += half;
		data += 2;
		size -= 2;
	}
	if (size == 1) {
		half = 0;
		memcpy(&half, data, 1);
		sum += half;
	}
	return sum;
}

static uint16_t
fold(uint64_t sum)
{
	uint8_t bytes[2];
	uint16_t folded;

	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	folded = (uint16_t)~sum;
	memcpy(bytes, &folded, 2);
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

uint16_t
checksum_of(const uint8_t *data, size_t size)
{
	return fold(add_bytes(0, data, size));
}

size_t
seg_ip_end(const struct seg *seg, size_t size)
{
	size_t header, stated;

	if (seg_has(seg, LAYER_IP4)) {
		header = seg->start[LAYER_IP4] + layer_bytes(LAYER_IP4) + seg->ip_options_size;
		stated = seg->start[LAYER_IP4] + (size_t)seg->ip4.length;
	} else if (seg_has(seg, LAYER_IP6)) {
		header = seg->start[LAYER_IP6] + layer_bytes(LAYER_IP6);
		stated = header + seg->ip6.length;
		/* A length of 0 belongs to packets longer than it can say (RFC 2675), or to those that carry nothing.
		 */
		if (seg->ip6.length == 0 && seg->ip6.next != 59)
			return size;
	} else {
		return size;
	}
	return stated < header || stated > size ? size : stated;
}

uint16_t
seg_ip4_checksum(const struct seg *seg, const uint8_t *frame, size_t size)
{
	size_t header = layer_bytes(LAYER_IP4) + seg->ip_options_size;
	const uint8_t *at = frame + seg->start[LAYER_IP4];
	size_t field = field_row(FIELD_IP4_CHECKSUM)->bit / 8;

	if (!seg_has(seg, LAYER_IP4) || seg->start[LAYER_IP4] + header > size)
		return 0;
	return fold(add_bytes(add_bytes(0, at, field), at + field + 2, header - field - 2));
}

/* The row of the transport checksum and the protocol number that the pseudo-header has; NULL: none there. */
static const struct field *
transport(const struct seg *seg, uint8_t *protocol)
{
	static const struct {
		enum layer layer;
		enum field_id id;
		uint8_t protocol;
	} known[] = {
		{ LAYER_TCP, FIELD_TCP_CHECKSUM, 6 },
		{ LAYER_UDP, FIELD_UDP_CHECKSUM, 17 },
		{ LAYER_ICMP6, FIELD_ICMP6_CHECKSUM, 58 },
		{ LAYER_ICMP4, FIELD_ICMP4_CHECKSUM, 0 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (seg_has(seg, known[i].layer)) {
			*protocol = known[i].protocol;
			return field_row(known[i].id);
		}
	}
	return NULL;
}

static uint64_t
add_pseudo_header(const struct seg *seg, uint8_t protocol, size_t length)
{
	struct address src, dst;
	uint8_t tail[8] = { 0 };
	uint64_t sum;

	if (protocol == 0 || !seg_addresses(seg, &src, &dst))
		return 0;
	sum = add_bytes(0, src.octet, src.family == 4 ? 4 : 16);
	sum = add_bytes(sum, dst.octet, dst.family == 4 ? 4 : 16);
	bits_put(tail, 0, 32, length);
	tail[7] = protocol;
	return add_bytes(sum, tail, sizeof(tail));
}

uint16_t
seg_transport_checksum(const struct seg *seg, const uint8_t *frame, size_t size)
{
	uint8_t protocol = 0;
	const struct field *field = transport(seg, &protocol);
	size_t start, end, at;
	uint64_t sum;
	uint16_t checksum;

	if (field == NULL)
		return 0;
	start = seg->start[field->layer];
	end = seg_ip_end(seg, size);
	if (field->layer == LAYER_UDP && seg->udp.length >= layer_bytes(LAYER_UDP) && start + seg->udp.length < end)
		end = start + seg->udp.length;
	if (start + layer_bytes(field->layer) > end)
		return 0;
	at = start + field->bit / 8;
	sum = add_pseudo_header(seg, protocol, end - start);
	sum = add_bytes(sum, frame + start, at - start);
	sum = add_bytes(sum, frame + at + 2, end - at - 2);
	checksum = fold(sum);
	/* RFC 768: a checksum that comes out as 0 is sent as its other spelling, since 0 means that there is none. */
	return checksum == 0 && field->layer == LAYER_UDP ? 0xffff : checksum;
}
