/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/wire_packet.h"

#include "base/bytes.h"
#include "base/rng.h"

enum { ETHERTYPE_IP4 = 0x0800, ETHERTYPE_IP6 = 0x86dd };
enum { HOP_BY_HOP = 0, TCP = 6, UDP = 17, ROUTING = 43, FRAGMENT = 44, DESTINATION = 60 };

/* Takes `more` into the flow's hash. */
static void
hash(struct link_packet *packet, uint64_t more)
{
	struct rng rng = rng_seeded(packet->flow_hash ^ more);

	packet->flow_hash = (uint32_t)rng_u64(&rng);
}

static void
describe_transport(struct link_packet *packet, struct bytes *b, uint8_t protocol)
{
	size_t size = bytes_left(b), header;

	hash(packet, protocol);
	if (protocol == UDP && size >= 8) {
		hash(packet, bytes_u32(b));
		packet->payload_bytes = (uint32_t)size - 8;
	} else if (protocol == TCP && size >= 20) {
		hash(packet, bytes_u32(b));
		bytes_take(b, 8);
		header = (size_t)(bytes_u8(b) >> 4) * 4;
		if (header >= 20 && header <= size)
			packet->payload_bytes = (uint32_t)(size - header);
	}
}

static void
describe_ip4(struct link_packet *packet, struct bytes b)
{
	const uint8_t *start = b.data + b.at;
	size_t size = bytes_left(&b), header, length;
	uint16_t fragment;
	uint8_t protocol;

	header = (size_t)(bytes_u8(&b) & 0x0f) * 4;
	packet->ecn = bytes_u8(&b) & 0x03;
	length = bytes_u16(&b);
	bytes_u16(&b);
	fragment = bytes_u16(&b) & 0x1fff;
	bytes_u8(&b);
	protocol = bytes_u8(&b);
	bytes_u16(&b);
	hash(packet, bytes_u32(&b));
	hash(packet, bytes_u32(&b));
	if (b.short_ || header < 20 || length < header || length > size)
		return;
	packet->ip_bytes = (uint32_t)length;
	b = bytes_of(start, length);
	bytes_take(&b, header);
	if (fragment == 0)
		describe_transport(packet, &b, protocol);
}

/* Goes over the extension headers (RFC 8200 4); false when the transport header is not in this packet. */
static bool
skip_extensions(struct bytes *b, uint8_t *next)
{
	while (*next == HOP_BY_HOP || *next == ROUTING || *next == DESTINATION || *next == FRAGMENT) {
		bool is_fragment = *next == FRAGMENT;
		size_t more;

		*next = bytes_u8(b);
		more = (size_t)bytes_u8(b) * 8;
		if (is_fragment) {
			if (bytes_u16(b) >> 3 != 0)
				return false;
			bytes_u32(b);
		} else {
			bytes_take(b, more + 6);
		}
		if (b->short_)
			return false;
	}
	return true;
}

static void
describe_ip6(struct link_packet *packet, struct bytes b)
{
	const uint8_t *start = b.data + b.at;
	size_t size = bytes_left(&b), length;
	uint8_t next;

	packet->ecn = bytes_u32(&b) >> 20 & 0x03;
	length = 40u + bytes_u16(&b);
	next = bytes_u8(&b);
	bytes_u8(&b);
	for (int i = 0; i < 8; i++)
		hash(packet, bytes_u32(&b));
	if (b.short_ || length > size)
		return;
	packet->ip_bytes = (uint32_t)length;
	b = bytes_of(start, length);
	bytes_take(&b, 40);
	if (skip_extensions(&b, &next))
		describe_transport(packet, &b, next);
}

void
wire_packet(struct link_packet *packet, const uint8_t *frame, size_t size)
{
	struct bytes b = bytes_of(frame, size);
	uint16_t type;
	unsigned version;

	*packet = (struct link_packet){ 0 };
	bytes_take(&b, 12);
	type = bytes_u16(&b);
	if (b.short_ || bytes_left(&b) == 0)
		return;
	packet->ip_bytes = (uint32_t)bytes_left(&b);
	version = b.data[b.at] >> 4;
	if (type == ETHERTYPE_IP4 && version == 4)
		describe_ip4(packet, b);
	else if (type == ETHERTYPE_IP6 && version == 6)
		describe_ip6(packet, b);
}
