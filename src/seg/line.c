/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcpdump's words: what is printed here is held against `tcpdump -n` in the tests. */
#include "seg/line.h"

#include "base/bytes.h"
#include "seg/field.h"
#include "seg/option.h"

static void
add_address(struct text *t, const struct address *a, const struct line_style *style)
{
	const char *name = style->host != NULL ? style->host(a) : NULL;
	char buffer[ADDRESS_TEXT];

	text_add(t, "%s", name != NULL ? name : address_text(a, buffer, sizeof(buffer)));
}

/* "alice.40001 > bob.80: ", or without ports where the protocol has none. */
static void
add_ends(struct text *t, const struct seg *seg, const struct line_style *style)
{
	struct address src, dst;
	bool udp = seg_has(seg, LAYER_UDP), ports = udp || seg_has(seg, LAYER_TCP);

	seg_addresses(seg, &src, &dst);
	add_address(t, &src, style);
	if (ports)
		text_add(t, ".%u", udp ? seg->udp.sport : seg->tcp.sport);
	text_add(t, " > ");
	add_address(t, &dst, style);
	if (ports)
		text_add(t, ".%u", udp ? seg->udp.dport : seg->tcp.dport);
	text_add(t, ": ");
}

static void
add_tcp(struct text *t, const struct seg *seg, const struct line_style *style)
{
	uint32_t seq = seg->tcp.seq - style->seq_base;
	unsigned header = seg->tcp.dataofs * 4u;
	size_t there = layer_bytes(LAYER_TCP) + seg->options_size + seg->payload_size;
	char flags[12];

	text_add(t, "Flags [%s]", flags_text(seg->tcp.flags, flags));
	if (header < layer_bytes(LAYER_TCP))
		text_add(t, " [bad hdr length %u - too short, < 20]", header);
	else if (header > there)
		text_add(t, " [bad hdr length %u - too long, > %zu]", header, there);
	if (seg->payload_size > 0)
		text_add(t, ", seq %u:%u", seq, seq + (uint32_t)seg->payload_size);
	else if (seg->tcp.flags & (TCP_SYN | TCP_FIN | TCP_RST))
		text_add(t, ", seq %u", seq);
	if (seg->tcp.flags & TCP_ACK)
		text_add(t, ", ack %u", seg->tcp.ack - style->ack_base);
	text_add(t, ", win %u", seg->tcp.window);
	if (seg->tcp.flags & TCP_URG)
		text_add(t, ", urg %u", seg->tcp.urgent);
	if (seg->options_size > 0 && style->options == LINE_OPTIONS_FOLDED) {
		text_add(t, ", options [...]");
	} else if (seg->options_size > 0 && style->options == LINE_OPTIONS_ALL) {
		text_add(t, ", options ");
		option_text(t, seg, style->ack_base);
	}
	text_add(t, ", length %zu", seg->payload_size);
}

static void
add_arp(struct text *t, const struct seg *seg, const struct line_style *style)
{
	const struct field *sha = field_row(FIELD_ARP_SHA), *tha = field_row(FIELD_ARP_THA);

	text_add(t, "ARP, ");
	if (seg->arp.op == 1) {
		text_add(t, "Request who-has ");
		add_address(t, &seg->arp.tpa, style);
		if (seg->arp.tha != 0) {
			text_add(t, " (");
			field_show(t, seg, tha);
			text_add(t, ")");
		}
		text_add(t, " tell ");
		add_address(t, &seg->arp.spa, style);
	} else if (seg->arp.op == 2) {
		text_add(t, "Reply ");
		add_address(t, &seg->arp.spa, style);
		text_add(t, " is-at ");
		field_show(t, seg, sha);
	} else {
		text_add(t, "Unknown (%u)", seg->arp.op);
	}
	text_add(t, ", length %zu", layer_bytes(LAYER_ARP));
}

/* The packet that an ICMP error brings back, cut after its first bytes, and the ports at the beginning of those. */
struct quoted {
	struct seg seg;
	struct address dst;
	int protocol;
	unsigned dport;
};

static bool
read_quoted(const struct seg *seg, struct quoted *quoted)
{
	struct address src;
	struct bytes left;

	if (seg->payload_size == 0)
		return false;
	seg_parse_packet(&quoted->seg, seg->payload, seg->payload_size);
	if (!seg_addresses(&quoted->seg, &src, &quoted->dst))
		return false;
	quoted->protocol = seg_protocol(&quoted->seg);
	if (seg_has(&quoted->seg, LAYER_TCP)) {
		quoted->dport = quoted->seg.tcp.dport;
	} else if (seg_has(&quoted->seg, LAYER_UDP)) {
		quoted->dport = quoted->seg.udp.dport;
	} else {
		left = bytes_of(quoted->seg.payload, quoted->seg.payload_size);
		bytes_u16(&left);
		quoted->dport = bytes_u16(&left);
	}
	return true;
}

/* "198.51.100.2 tcp port 80", between the words of either family. */
static void
add_quoted_port(struct text *t, const struct quoted *quoted, const struct line_style *style)
{
	add_address(t, &quoted->dst, style);
	if (quoted->protocol == 6 || quoted->protocol == 17)
		text_add(t, " %s port %u", quoted->protocol == 6 ? "tcp" : "udp", quoted->dport);
	else
		text_add(t, " protocol %d port %u", quoted->protocol, quoted->dport);
}

static void
add_unreachable4(struct text *t, const struct seg *seg, const struct line_style *style)
{
	struct quoted quoted;

	if (!read_quoted(seg, &quoted)) {
		text_add(t, "unreachable");
		return;
	}
	switch (seg->icmp.code) {
	case 0:
	case 1:
		text_add(t, seg->icmp.code == 0 ? "net " : "host ");
		add_address(t, &quoted.dst, style);
		text_add(t, " unreachable");
		break;
	case 2:
		add_address(t, &quoted.dst, style);
		text_add(t, " protocol %d unreachable", quoted.protocol);
		break;
	case 3:
		add_quoted_port(t, &quoted, style);
		text_add(t, " unreachable");
		break;
	case 4:
		add_address(t, &quoted.dst, style);
		text_add(t, " unreachable - need to frag (mtu %u)", seg->icmp.rest & 0xffff); /* RFC 1191 4 */
		break;
	case 13:
		text_add(t, "host ");
		add_address(t, &quoted.dst, style);
		text_add(t, " unreachable - admin prohibited filter");
		break;
	default:
		add_address(t, &quoted.dst, style);
		text_add(t, " unreachable - code %u", seg->icmp.code);
		break;
	}
}

static void
add_icmp4(struct text *t, const struct seg *seg, const struct line_style *style)
{
	text_add(t, "ICMP ");
	if (seg->icmp.type == 8 || seg->icmp.type == 0)
		text_add(t, "echo %s, id %u, seq %u", seg->icmp.type == 8 ? "request" : "reply", seg->icmp.rest >> 16,
		    seg->icmp.rest & 0xffff);
	else if (seg->icmp.type == 3)
		add_unreachable4(t, seg, style);
	else if (seg->icmp.type == 11)
		text_add(t, seg->icmp.code == 0 ? "time exceeded in-transit" : "ip reassembly time exceeded");
	else
		text_add(t, "type-#%u", seg->icmp.type);
	text_add(t, ", length %zu", layer_bytes(LAYER_ICMP4) + seg->payload_size);
}

static void
add_unreachable6(struct text *t, const struct seg *seg, const struct line_style *style)
{
	static const char *const codes[] = { "route", "prohibited", "beyond scope", "address", "port" };
	struct quoted quoted;

	text_add(t, "destination unreachable");
	if (seg->icmp.code >= sizeof(codes) / sizeof(codes[0]) || !read_quoted(seg, &quoted)) {
		text_add(t, ", code %u", seg->icmp.code);
		return;
	}
	text_add(t, ", unreachable %s", codes[seg->icmp.code]);
	if (seg->icmp.code == 4) {
		text_add(t, ", ");
		add_quoted_port(t, &quoted, style);
	} else {
		text_add(t, " ");
		add_address(t, &quoted.dst, style);
	}
}

static void
add_icmp6(struct text *t, const struct seg *seg, const struct line_style *style)
{
	struct quoted quoted;

	text_add(t, "ICMP6, ");
	if (seg->icmp.type == 128 || seg->icmp.type == 129) {
		text_add(t, "echo %s, id %u, seq %u", seg->icmp.type == 128 ? "request" : "reply", seg->icmp.rest >> 16,
		    seg->icmp.rest & 0xffff);
	} else if (seg_has(seg, LAYER_ND)) {
		text_add(
		    t, seg->icmp.type == 135 ? "neighbor solicitation, who has " : "neighbor advertisement, tgt is ");
		add_address(t, &seg->icmp.target, style);
	} else if (seg->icmp.type == 1) {
		add_unreachable6(t, seg, style);
	} else if (seg->icmp.type == 2) {
		text_add(t, "packet too big, mtu %u", seg->icmp.rest);
	} else if (seg->icmp.type == 3 && seg->icmp.code == 0 && read_quoted(seg, &quoted)) {
		text_add(t, "time exceeded in-transit for ");
		add_address(t, &quoted.dst, style);
	} else if (seg->icmp.type == 133 || seg->icmp.type == 134) {
		text_add(t, "router %s", seg->icmp.type == 133 ? "solicitation" : "advertisement");
	} else {
		text_add(t, "unknown icmp6 type (%u)", seg->icmp.type);
	}
	text_add(t, ", length %zu",
	    layer_bytes(LAYER_ICMP6) + (seg_has(seg, LAYER_ND) ? layer_bytes(LAYER_ND) : 0) + seg->payload_size);
}

static void
add_link(struct text *t, const struct seg *seg)
{
	if (!seg_has(seg, LAYER_ETH)) {
		text_add(t, "[cut short], length %zu", seg->payload_size);
		return;
	}
	field_show(t, seg, field_row(FIELD_ETH_SRC));
	text_add(t, " > ");
	field_show(t, seg, field_row(FIELD_ETH_DST));
	text_add(t, ", ethertype 0x%04x, length %zu", seg->eth.type, layer_bytes(LAYER_ETH) + seg->payload_size);
}

void
seg_line(struct text *t, const struct seg *seg, const struct line_style *style)
{
	if (seg_has(seg, LAYER_ARP)) {
		add_arp(t, seg, style);
		return;
	}
	if (!seg_has(seg, LAYER_IP4) && !seg_has(seg, LAYER_IP6)) {
		add_link(t, seg);
		return;
	}
	add_ends(t, seg, style);
	if (seg_has(seg, LAYER_TCP))
		add_tcp(t, seg, style);
	else if (seg_has(seg, LAYER_UDP))
		text_add(t, "UDP, length %zu", seg->payload_size);
	else if (seg_has(seg, LAYER_ICMP4))
		add_icmp4(t, seg, style);
	else if (seg_has(seg, LAYER_ICMP6))
		add_icmp6(t, seg, style);
	else
		text_add(t, "ip-proto-%d, length %zu", seg_protocol(seg), seg->payload_size);
}
