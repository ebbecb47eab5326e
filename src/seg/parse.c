/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A frame from the outside in: each header is read by the rows of the field table, then says what follows it.
 * `at` is always where the next header begins, `end` where the bytes that count do.
 */
#include <string.h>

#include "base/bytes.h"
#include "seg/defect.h"
#include "seg/field.h"
#include "seg/seg.h"

#define ETHERTYPE_IP4 0x0800
#define ETHERTYPE_ARP 0x0806
#define ETHERTYPE_IP6 0x86dd

enum protocol {
	HOP_BY_HOP = 0,
	ICMP4 = 1,
	TCP = 6,
	UDP = 17,
	ROUTING = 43,
	FRAGMENT = 44,
	AUTHENTICATION = 51,
	ICMP6 = 58,
	DESTINATION_OPTIONS = 60,
	MOBILITY = 135,
};

static void
found(struct seg *seg, enum defect defect)
{
	seg->defects |= 1u << defect;
}

static void
rest_is_payload(struct seg *seg, const uint8_t *frame, size_t at, size_t end)
{
	seg->payload = at < end ? frame + at : NULL;
	seg->payload_size = at < end ? end - at : 0;
}

/* Reads the fixed header of a layer; false, its bytes then being payload, where it is not wholly there. */
static bool
take_header(struct seg *seg, enum layer layer, const uint8_t *frame, size_t at, size_t end)
{
	if (at > end || end - at < layer_bytes(layer) || at > UINT16_MAX) {
		found(seg, DEFECT_CUT_SHORT);
		rest_is_payload(seg, frame, at, end);
		return false;
	}
	seg->start[layer] = (uint16_t)at;
	seg->layers |= (uint16_t)(1u << layer);
	layer_read(seg, layer, frame);
	return true;
}

/* The bytes of options that a header length of `words` calls for, of those that are there. */
static size_t
options_bytes(struct seg *seg, unsigned words, size_t available, enum defect below, enum defect beyond)
{
	size_t stated;

	if (words < 5) {
		found(seg, below);
		return 0;
	}
	stated = (words - 5) * 4;
	if (stated > available) {
		found(seg, beyond);
		return available;
	}
	return stated;
}

static void
parse_tcp(struct seg *seg, const uint8_t *frame, size_t at, size_t end)
{
	if (!take_header(seg, LAYER_TCP, frame, at, end))
		return;
	at += layer_bytes(LAYER_TCP);
	seg->options_size =
	    options_bytes(seg, seg->tcp.dataofs, end - at, DEFECT_DATA_OFFSET_SHORT, DEFECT_DATA_OFFSET_LONG);
	seg->options = seg->options_size > 0 ? frame + at : NULL;
	rest_is_payload(seg, frame, at + seg->options_size, end);
}

static void
parse_udp(struct seg *seg, const uint8_t *frame, size_t at, size_t end)
{
	if (!take_header(seg, LAYER_UDP, frame, at, end))
		return;
	if (seg->udp.length < layer_bytes(LAYER_UDP) || seg->udp.length > end - at)
		found(seg, DEFECT_BAD_UDP_LENGTH);
	else
		end = at + seg->udp.length;
	rest_is_payload(seg, frame, at + layer_bytes(LAYER_UDP), end);
}

static void
parse_icmp(struct seg *seg, enum layer layer, const uint8_t *frame, size_t at, size_t end)
{
	if (!take_header(seg, layer, frame, at, end))
		return;
	at += layer_bytes(layer);
	if (layer == LAYER_ICMP6 && (seg->icmp.type == 135 || seg->icmp.type == 136)) {
		if (!take_header(seg, LAYER_ND, frame, at, end))
			return;
		at += layer_bytes(LAYER_ND);
	}
	rest_is_payload(seg, frame, at, end);
}

static void
parse_transport(struct seg *seg, unsigned protocol, const uint8_t *frame, size_t at, size_t end)
{
	if (protocol == TCP)
		parse_tcp(seg, frame, at, end);
	else if (protocol == UDP)
		parse_udp(seg, frame, at, end);
	else if (protocol == ICMP4 && seg_has(seg, LAYER_IP4))
		parse_icmp(seg, LAYER_ICMP4, frame, at, end);
	else if (protocol == ICMP6 && seg_has(seg, LAYER_IP6))
		parse_icmp(seg, LAYER_ICMP6, frame, at, end);
	else
		rest_is_payload(seg, frame, at, end);
}

static void
parse_ip4(struct seg *seg, const uint8_t *frame, size_t at, size_t size)
{
	size_t start = at, end;

	if (!take_header(seg, LAYER_IP4, frame, at, size))
		return;
	at += layer_bytes(LAYER_IP4);
	seg->ip_options_size = options_bytes(seg, seg->ip4.ihl, size - at, DEFECT_BAD_IHL, DEFECT_BAD_IHL);
	seg->ip_options = seg->ip_options_size > 0 ? frame + at : NULL;
	at += seg->ip_options_size;
	end = seg_ip_end(seg, size);
	if (seg->ip4.length < at - start || seg->ip4.length > size - start)
		found(seg, DEFECT_BAD_IP_LENGTH);
	if (seg->ip4.mf || seg->ip4.frag != 0)
		found(seg, DEFECT_FRAGMENT);
	if (seg->ip4.frag != 0)
		rest_is_payload(seg, frame, at, end);
	else
		parse_transport(seg, seg->ip4.proto, frame, at, end);
}

static bool
is_extension(unsigned next)
{
	return next == HOP_BY_HOP || next == ROUTING || next == FRAGMENT || next == AUTHENTICATION ||
	    next == DESTINATION_OPTIONS || next == MOBILITY;
}

/* The length of the extension header at bytes[0..size) (RFC 8200 4, RFC 4302 2.2); 0: it is not wholly there. */
static size_t
extension_bytes(unsigned next, const uint8_t *bytes, size_t size)
{
	size_t length = 8;

	if (size < length)
		return 0;
	if (next == AUTHENTICATION)
		length = (bytes[1] + 2u) * 4;
	else if (next != FRAGMENT)
		length = (bytes[1] + 1u) * 8;
	return length <= size ? length : 0;
}

/* RFC 8200 4.5: the offset is the upper 13 bits of bytes 2 and 3, M the lowest. */
static bool
later_fragment(struct seg *seg, const uint8_t *header)
{
	if ((header[2] | (header[3] & 0xf9)) == 0)
		return false;
	found(seg, DEFECT_FRAGMENT);
	return (header[2] | (header[3] & 0xf8)) != 0;
}

static void
parse_ip6(struct seg *seg, const uint8_t *frame, size_t at, size_t size)
{
	size_t first, end;
	unsigned next;
	bool later = false;

	if (!take_header(seg, LAYER_IP6, frame, at, size))
		return;
	first = at += layer_bytes(LAYER_IP6);
	end = seg_ip_end(seg, size);
	next = seg->ip6.next;
	if (seg->ip6.length > size - at || (seg->ip6.length == 0 && next != 59))
		found(seg, DEFECT_BAD_IP_LENGTH);
	while (!later && is_extension(next)) {
		size_t length = extension_bytes(next, frame + at, end - at);

		if (length == 0) {
			found(seg, DEFECT_CUT_SHORT);
			break;
		}
		if (next == FRAGMENT)
			later = later_fragment(seg, frame + at);
		next = frame[at];
		at += length;
	}
	seg->ip_options_size = at - first;
	seg->ip_options = at > first ? frame + first : NULL;
	if (later)
		rest_is_payload(seg, frame, at, end);
	else
		parse_transport(seg, next, frame, at, end);
}

void
seg_parse(struct seg *seg, const uint8_t *frame, size_t size)
{
	size_t at = layer_bytes(LAYER_ETH);

	memset(seg, 0, sizeof(*seg));
	if (!take_header(seg, LAYER_ETH, frame, 0, size))
		return;
	if (seg->eth.type == ETHERTYPE_IP4)
		parse_ip4(seg, frame, at, size);
	else if (seg->eth.type == ETHERTYPE_IP6)
		parse_ip6(seg, frame, at, size);
	else if (seg->eth.type == ETHERTYPE_ARP)
		take_header(seg, LAYER_ARP, frame, at, size);
	else
		rest_is_payload(seg, frame, at, size);
}

void
seg_parse_packet(struct seg *seg, const uint8_t *packet, size_t size)
{
	memset(seg, 0, sizeof(*seg));
	if (size > 0 && packet[0] >> 4 == 6)
		parse_ip6(seg, packet, 0, size);
	else
		parse_ip4(seg, packet, 0, size);
}

int
seg_protocol(const struct seg *seg)
{
	unsigned next = seg->ip6.next;
	size_t at = 0;

	if (seg_has(seg, LAYER_IP4))
		return seg->ip4.proto;
	if (!seg_has(seg, LAYER_IP6))
		return -1;
	while (at < seg->ip_options_size && is_extension(next)) {
		size_t length = extension_bytes(next, seg->ip_options + at, seg->ip_options_size - at);

		if (length == 0)
			break;
		next = seg->ip_options[at];
		at += length;
	}
	return (int)next;
}

uint32_t
seg_len(const struct seg *seg)
{
	if (!seg_has(seg, LAYER_TCP))
		return 0;
	return (uint32_t)seg->payload_size + ((seg->tcp.flags & TCP_SYN) != 0) + ((seg->tcp.flags & TCP_FIN) != 0);
}

bool
seg_addresses(const struct seg *seg, struct address *src, struct address *dst)
{
	if (seg_has(seg, LAYER_IP4)) {
		*src = seg->ip4.src;
		*dst = seg->ip4.dst;
		return true;
	}
	if (seg_has(seg, LAYER_IP6)) {
		*src = seg->ip6.src;
		*dst = seg->ip6.dst;
		return true;
	}
	return false;
}
