/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "seg/defect.h"

#include "base/bytes.h"
#include "seg/option.h"

static const struct {
	const char *code, *rfc, *text;
} table[DEFECT_COUNT] = {
#define DEFECT(name, code_, rfc_, text_) [DEFECT_##name] = { code_, rfc_, text_ },
#include "seg/defect.list"
#undef DEFECT
};

const char *
defect_code(enum defect defect)
{
	return table[defect].code;
}

const char *
defect_text(enum defect defect)
{
	return table[defect].text;
}

const char *
defect_rfc(enum defect defect)
{
	return table[defect].rfc;
}

static uint32_t
when(bool is_so, enum defect defect)
{
	return is_so ? 1u << defect : 0;
}

/* Multicast, and for IPv4 the limited broadcast, are never a source (RFC 1122 3.2.1.3, RFC 4291 2.7). */
static bool
impossible_source(const struct address *a)
{
	static const uint8_t broadcast[4] = { 255, 255, 255, 255 };
	struct address all = { .family = 4 };

	for (int i = 0; i < 4; i++)
		all.octet[i] = broadcast[i];
	return a->family == 4 ? a->octet[0] >> 4 == 0xe || address_equal(a, &all) : a->octet[0] == 0xff;
}

static uint32_t
network_defects(const struct seg *seg, const uint8_t *frame, size_t size)
{
	uint32_t defects = 0;

	if (seg_has(seg, LAYER_ARP))
		defects |=
		    when(seg->arp.htype != 1 || seg->arp.ptype != 0x0800 || seg->arp.hlen != 6 || seg->arp.plen != 4,
			DEFECT_BAD_ARP);
	if (seg_has(seg, LAYER_IP4)) {
		defects |= when(seg->ip4.version != 4, DEFECT_BAD_IP_VERSION);
		defects |= when(seg->ip4.rf, DEFECT_IP_RESERVED);
		defects |= when(seg->ip4.df && (seg->ip4.mf || seg->ip4.frag != 0), DEFECT_DF_MF);
		defects |= when(seg->ip4.ttl == 0, DEFECT_TTL_ZERO);
		defects |= when(impossible_source(&seg->ip4.src), DEFECT_BAD_SOURCE);
		defects |= when(seg_ip4_checksum(seg, frame, size) != seg->ip4.checksum, DEFECT_BAD_IP_CHECKSUM);
	}
	if (seg_has(seg, LAYER_IP6)) {
		defects |= when(seg->ip6.version != 6, DEFECT_BAD_IP_VERSION);
		defects |= when(seg->ip6.hlim == 0, DEFECT_TTL_ZERO);
		defects |= when(impossible_source(&seg->ip6.src), DEFECT_BAD_SOURCE);
		defects |= when(seg_has(seg, LAYER_ND) && seg->ip6.hlim != 255, DEFECT_ND_HOP_LIMIT);
	}
	return defects;
}

static uint32_t
checksum_defects(const struct seg *seg, const uint8_t *frame, size_t size)
{
	uint16_t right = seg_transport_checksum(seg, frame, size), there;

	if (seg->defects & 1u << DEFECT_FRAGMENT)
		return 0;
	if (seg_has(seg, LAYER_TCP)) {
		there = seg->tcp.checksum;
	} else if (seg_has(seg, LAYER_UDP)) {
		there = seg->udp.checksum;
		if (there == 0)
			return when(seg_has(seg, LAYER_IP6), DEFECT_NO_CHECKSUM);
	} else if (seg_has(seg, LAYER_ICMP4) || seg_has(seg, LAYER_ICMP6)) {
		there = seg->icmp.checksum;
	} else {
		return 0;
	}
	return when(there != right, DEFECT_BAD_CHECKSUM);
}

static uint32_t
flag_defects(const struct seg *seg)
{
	uint16_t flags = seg->tcp.flags;
	bool syn = flags & TCP_SYN, ack = flags & TCP_ACK;
	uint32_t defects = 0;

	defects |= when(flags == 0, DEFECT_NO_FLAGS);
	defects |= when(flags != 0 && (flags & (TCP_SYN | TCP_RST | TCP_ACK)) == 0, DEFECT_NO_ACK);
	defects |= when(syn && flags & TCP_FIN, DEFECT_SYN_FIN);
	defects |= when(syn && flags & TCP_RST, DEFECT_SYN_RST);
	defects |= when(!ack && seg->tcp.ack != 0, DEFECT_ACK_UNFLAGGED);
	defects |= when(!(flags & TCP_URG) && seg->tcp.urgent != 0, DEFECT_URGENT_UNFLAGGED);
	defects |= when(seg->tcp.reserved != 0, DEFECT_RESERVED_BITS);
	defects |= when(seg->tcp.sport == 0 || seg->tcp.dport == 0, DEFECT_PORT_ZERO);
	return defects;
}

/* What one whole option does wrong on a segment with these flags. */
static uint32_t
option_defects(const struct tcp_option *option, uint16_t flags)
{
	struct bytes data = bytes_of(option->data, option->data_size);
	bool syn = flags & TCP_SYN;

	if (!option_size_fits(option))
		return 1u << DEFECT_OPTION_SIZE;
	switch (option->kind) {
	case OPTION_MSS:
	case OPTION_SACK_PERMITTED:
		return when(!syn, DEFECT_OPTION_NOT_SYN);
	case OPTION_WSCALE:
		return when(!syn, DEFECT_OPTION_NOT_SYN) | when(bytes_u8(&data) > 14, DEFECT_WSCALE_BIG);
	case OPTION_SACK:
		return when(syn, DEFECT_OPTION_ON_SYN);
	case OPTION_TS:
		bytes_u32(&data);
		return when(!(flags & TCP_ACK) && bytes_u32(&data) != 0, DEFECT_TS_ECHO);
	}
	return 0;
}

static uint32_t
options_defects(const struct seg *seg)
{
	uint32_t defects = 0;
	struct tcp_option option;

	for (size_t at = 0; option_next(seg, &at, &option);) {
		defects |= option.broken ? 1u << DEFECT_OPTION_LENGTH : option_defects(&option, seg->tcp.flags);
	}
	return defects;
}

uint32_t
seg_defects(const struct seg *seg, const uint8_t *frame, size_t size)
{
	uint32_t defects = seg->defects | network_defects(seg, frame, size) | checksum_defects(seg, frame, size);

	if (seg_has(seg, LAYER_UDP))
		defects |= when(seg->udp.dport == 0, DEFECT_PORT_ZERO); /* a source port of 0 means: none (RFC 768) */
	if (seg_has(seg, LAYER_TCP))
		defects |= flag_defects(seg) | options_defects(seg);
	return defects;
}
