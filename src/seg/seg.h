/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a frame is: every header field as it is on the wire, legal or not.  What is wrong with it is judged
 * separately (seg/defect.h); which bits make which field is said by one table (seg/field.h).
 *
 * Ownership: options and payload are borrowed from the bytes that were parsed, or from the crafter.
 */
#ifndef SEG_SEG_H
#define SEG_SEG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum layer {
	LAYER_ETH,
	LAYER_ARP,
	LAYER_IP4,
	LAYER_IP6,
	LAYER_ICMP4,
	LAYER_ICMP6,
	LAYER_ND, /* the target address of a neighbour solicitation or advertisement, behind ICMPv6's own eight bytes */
	LAYER_UDP,
	LAYER_TCP,
	LAYER_COUNT,
};

/* TCP flags as they stand in the header, lowest bit first (RFC 9293 3.1, RFC 9768 for AE). */
enum tcp_flag {
	TCP_FIN = 0x001,
	TCP_SYN = 0x002,
	TCP_RST = 0x004,
	TCP_PSH = 0x008,
	TCP_ACK = 0x010,
	TCP_URG = 0x020,
	TCP_ECE = 0x040,
	TCP_CWR = 0x080,
	TCP_AE = 0x100,
};

/* An IP address of either family, in network order; four octets are stored first. */
struct address {
	uint8_t family; /* 4 or 6; 0: none */
	uint8_t octet[16];
};

struct seg {
	uint16_t layers;             /* 1 << LAYER_... for each header that is there */
	uint16_t start[LAYER_COUNT]; /* where each header begins in the frame, in bytes */
	uint64_t given[2];           /* 1 << row: fields set by the crafter, sent as given (seg_give) */

	struct {
		uint64_t dst, src; /* 48 bits */
		uint16_t type;
	} eth;
	struct {
		uint16_t htype, ptype;
		uint8_t hlen, plen;
		uint16_t op;
		uint64_t sha, tha; /* 48 bits */
		struct address spa, tpa;
	} arp;
	struct {
		uint8_t version, ihl, dscp, ecn;
		uint16_t length, id; /* length: bytes, header and all */
		uint8_t rf, df, mf;
		uint16_t frag; /* units of 8 bytes */
		uint8_t ttl, proto;
		uint16_t checksum;
		struct address src, dst;
	} ip4;
	struct {
		uint8_t version, dscp, ecn;
		uint32_t flow;
		uint16_t length; /* bytes after the fixed header */
		uint8_t next, hlim;
		struct address src, dst;
	} ip6;
	struct {
		uint8_t type, code;
		uint16_t checksum;
		uint32_t
		    rest; /* the four bytes whose meaning depends on the type; echo: identifier and sequence number */
		struct address target; /* with LAYER_ND only */
	} icmp;                        /* ICMPv4 or ICMPv6, as `layers` says */
	struct {
		uint16_t sport, dport, length, checksum;
	} udp;
	struct {
		uint16_t sport, dport;
		uint32_t seq, ack; /* raw, as on the wire */
		uint8_t dataofs;   /* units of 4 bytes */
		uint8_t reserved;  /* 3 bits */
		uint16_t flags;    /* enum tcp_flag */
		uint16_t window, checksum, urgent;
	} tcp;

	const uint8_t *ip_options; /* IPv4 options, or IPv6 extension headers */
	size_t ip_options_size;
	const uint8_t *options; /* TCP options, padding and all; NULL when there are none */
	size_t options_size;
	const uint8_t *payload; /* what follows the last header; NULL when there is none */
	size_t payload_size;

	uint32_t defects; /* 1 << DEFECT_...: found while parsing (seg/defect.h) */
};

static inline bool
seg_has(const struct seg *seg, enum layer layer)
{
	return seg->layers >> layer & 1;
}

/*
 * Parses an Ethernet frame as far as it makes sense; never fails, never reads past `size`.
 * A header that is cut short is left out of `layers` and named in `defects`; its bytes become the payload.
 * Bytes beyond the length that IP states (Ethernet padding) belong to nothing; a length that cannot be is not believed.
 * An IHL or data offset below 5 is taken for 5, one beyond the end makes options of all that is there.
 */
void seg_parse(struct seg *seg, const uint8_t *frame, size_t size);

/* The same for an IP packet without a frame around it; its version says which. */
void seg_parse_packet(struct seg *seg, const uint8_t *packet, size_t size);

/* SEG.LEN: the sequence space that the segment takes: payload, SYN and FIN (RFC 9293 3.4). */
uint32_t seg_len(const struct seg *seg);

/* The protocol number of what IP carries, IPv6 extension headers stepped over; -1 without IP. */
int seg_protocol(const struct seg *seg);

/* Where the IP packet ends, in bytes from the beginning of the frame: by the length that IP states where that can be,
 * else `size`. */
size_t seg_ip_end(const struct seg *seg, size_t size);

/*
 * What the checksum fields of the frame should hold, whatever they hold now: the internet checksum (RFC 1071) of the
 * IPv4 header; and of transport header and payload, with the pseudo-header of RFC 9293 3.1 / RFC 8200 8.1 where the
 * protocol has one. 0 without such a header.
 */
uint16_t seg_transport_checksum(const struct seg *seg, const uint8_t *frame, size_t size);
uint16_t seg_ip4_checksum(const struct seg *seg, const uint8_t *frame, size_t size);

/* The internet checksum of some bytes. */
uint16_t checksum_of(const uint8_t *data, size_t size);

/* The addresses of whichever IP header is there; false when there is none. */
bool seg_addresses(const struct seg *seg, struct address *src, struct address *dst);

bool address_equal(const struct address *a, const struct address *b);
struct address address_ip4(uint32_t host_order);
/* "198.51.100.1", "2001:db8::a" (RFC 5952), "" for none; size at least ADDRESS_TEXT; returns buffer. */
#define ADDRESS_TEXT 46
const char *address_text(const struct address *a, char *buffer, size_t size);
/* Either family (RFC 4291 2.2), no zone, no prefix; false, *a untouched, when it is none. */
bool address_parse(const char *text, struct address *a);

#endif
