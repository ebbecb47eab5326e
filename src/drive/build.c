/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libnet 1.1.6 cannot say everything: AE, reserved bits, data offset, IP version, IHL, options that are no multiple of
 * 4 bytes and some flow labels come out wrong or not at all, and behind IPv6 extension headers it leaves checksums at
 * 0.  So it lays out the packet, and then every row of the field table is written over its headers.
 */
#include "drive/build.h"

#include <libnet.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "seg/field.h"
#include "seg/option.h"

#define CHECKSUM_LATER 1 /* any sum but 0 keeps libnet from computing one */
#define IP4_MOST 65535u
#define IP6_MOST 65575u /* 65535 bytes behind the fixed header */

#define BLOCKS_MOST 6 /* payload, options, transport, IP options, IP, Ethernet */

struct build {
	libnet_t *libnet;
	libnet_ptag_t tags[BLOCKS_MOST];
	unsigned tag_count;
};

/* What is being built: the segment with all that build makes right, and its variable parts as they go on the wire. */
struct work {
	struct seg seg;
	uint8_t ip_options[OPTIONS_MAX], options[OPTIONS_MAX]; /* padded; extension headers stay the caller's */
	size_t size;
};

struct build *
build_new(struct err *err)
{
	struct build *build = calloc(1, sizeof(*build));
	char reason[LIBNET_ERRBUF_SIZE] = "out of memory";

	if (build == NULL || (build->libnet = libnet_init(LIBNET_NONE, NULL, reason)) == NULL) {
		free(build);
		err_set(err, ERR_SYSTEM, "libnet cannot build packets here: %s", reason);
		return NULL;
	}
	return build;
}

void
build_free(struct build *build)
{
	if (build == NULL)
		return;
	libnet_destroy(build->libnet);
	free(build);
}

static bool
given(const struct seg *seg, enum field_id id)
{
	return seg_given(seg, field_row(id));
}

/* Gives a field that build makes right its value, unless the crafter has given one. */
static void
make(struct seg *seg, enum field_id id, uint64_t value)
{
	if (!given(seg, id))
		field_set(seg, field_row(id), value);
}

static enum layer
top_layer(const struct seg *seg)
{
	static const enum layer tops[] = { LAYER_TCP, LAYER_UDP, LAYER_ND, LAYER_ICMP6, LAYER_ICMP4, LAYER_IP6,
		LAYER_IP4, LAYER_ARP };

	for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]); i++) {
		if (seg_has(seg, tops[i]))
			return tops[i];
	}
	return LAYER_ETH;
}

/* The layers that must be there, and no others, when this is the highest: either family where both will do. */
static bool
layers_fit(const struct seg *seg)
{
	static const uint16_t eth = 1 << LAYER_ETH, ip4 = 1 << LAYER_IP4, ip6 = 1 << LAYER_IP6;
	enum layer top = top_layer(seg);
	uint16_t below = seg->layers & (uint16_t) ~(1u << top);

	switch (top) {
	case LAYER_ETH:
		return seg->layers == eth;
	case LAYER_ARP:
	case LAYER_IP4:
	case LAYER_IP6:
		return below == eth;
	case LAYER_ICMP4:
		return below == (eth | ip4);
	case LAYER_ICMP6:
		return below == (eth | ip6);
	case LAYER_ND:
		return below == (eth | ip6 | 1 << LAYER_ICMP6);
	case LAYER_UDP:
	case LAYER_TCP:
		return below == (eth | ip4) || below == (eth | ip6);
	case LAYER_COUNT:
		break;
	}
	return false;
}

/*
 * Options are padded to whole words, unless their length field was given: then they stand exactly as they are.  *at and
 * *size, the segment's view of them, are turned to the padded copy.
 */
static int
pad(uint8_t copy[static OPTIONS_MAX], const uint8_t **at, size_t *size, bool exact, const char *what, struct err *err)
{
	if (*size > OPTIONS_MAX)
		return err_set(
		    err, ERR_INPUT, "%zu bytes of %s options: a header has room for %d", *size, what, OPTIONS_MAX);
	if (exact || *size % 4 == 0)
		return 0;
	memset(copy, 0, OPTIONS_MAX);
	memcpy(copy, *at, *size);
	*at = copy;
	*size = (*size + 3) / 4 * 4;
	return 0;
}

/* Where every header begins, and how long the frame will be. */
static int
lay_out(struct work *work, struct err *err)
{
	struct seg *seg = &work->seg;
	size_t at = 0, most = seg_has(seg, LAYER_IP6) ? IP6_MOST : IP4_MOST;

	if (seg_has(seg, LAYER_IP4) &&
	    pad(work->ip_options, &seg->ip_options, &seg->ip_options_size, given(seg, FIELD_IP4_IHL), "IP", err) < 0)
		return -1;
	if (seg_has(seg, LAYER_TCP) &&
	    pad(work->options, &seg->options, &seg->options_size, given(seg, FIELD_TCP_DATAOFS), "TCP", err) < 0)
		return -1;
	for (int layer = 0; layer < LAYER_COUNT; layer++) {
		if (!seg_has(seg, (enum layer)layer))
			continue;
		if (at > UINT16_MAX)
			return err_set(
			    err, ERR_INPUT, "%zu bytes of extension headers: too many", seg->ip_options_size);
		seg->start[layer] = (uint16_t)at;
		at += layer_bytes((enum layer)layer);
		if (layer == LAYER_IP4 || layer == LAYER_IP6)
			at += seg->ip_options_size;
		if (layer == LAYER_TCP)
			at += seg->options_size;
	}
	work->size = at + seg->payload_size;
	if (work->size - layer_bytes(LAYER_ETH) > most)
		return err_set(err, ERR_INPUT,
		    "the packet would take %zu bytes with %zu of payload: IP can say at most %zu",
		    work->size - layer_bytes(LAYER_ETH), seg->payload_size, most);
	return 0;
}

static unsigned
protocol_above_ip(const struct seg *seg)
{
	if (seg_has(seg, LAYER_TCP))
		return 6;
	if (seg_has(seg, LAYER_UDP))
		return 17;
	if (seg_has(seg, LAYER_ICMP4))
		return 1;
	if (seg_has(seg, LAYER_ICMP6))
		return 58;
	return seg_has(seg, LAYER_IP4) ? seg->ip4.proto : seg->ip6.next;
}

/* Lengths, types and versions.  Checksums come last, when the bytes are there. */
static void
make_right(struct work *work)
{
	struct seg *seg = &work->seg;
	size_t packet = work->size - layer_bytes(LAYER_ETH);

	if (seg_has(seg, LAYER_ARP)) {
		make(seg, FIELD_ETH_TYPE, 0x0806);
		make(seg, FIELD_ARP_HTYPE, 1);
		make(seg, FIELD_ARP_PTYPE, 0x0800);
		make(seg, FIELD_ARP_HLEN, 6);
		make(seg, FIELD_ARP_PLEN, 4);
	}
	if (seg_has(seg, LAYER_IP4)) {
		make(seg, FIELD_ETH_TYPE, 0x0800);
		make(seg, FIELD_IP4_VERSION, 4);
		make(seg, FIELD_IP4_IHL, 5 + (seg->ip_options_size + 3) / 4);
		make(seg, FIELD_IP4_LENGTH, packet);
		make(seg, FIELD_IP4_PROTO, protocol_above_ip(seg));
	}
	if (seg_has(seg, LAYER_IP6)) {
		make(seg, FIELD_ETH_TYPE, 0x86dd);
		make(seg, FIELD_IP6_VERSION, 6);
		make(seg, FIELD_IP6_LENGTH, packet - layer_bytes(LAYER_IP6));
		if (seg->ip_options_size == 0) /* else only the caller knows what the first extension header is */
			make(seg, FIELD_IP6_NEXT, protocol_above_ip(seg));
	}
	if (seg_has(seg, LAYER_UDP))
		make(seg, FIELD_UDP_LENGTH, layer_bytes(LAYER_UDP) + seg->payload_size);
	if (seg_has(seg, LAYER_TCP))
		make(seg, FIELD_TCP_DATAOFS, 5 + (seg->options_size + 3) / 4);
}

static uint32_t
libnet_ip4(const struct address *a)
{
	uint32_t value;

	memcpy(&value, a->octet, sizeof(value));
	return value;
}

static struct libnet_in6_addr
libnet_ip6(const struct address *a)
{
	struct libnet_in6_addr value;

	memcpy(&value, a->octet, sizeof(value));
	return value;
}

/* A block that libnet was asked for: kept by its tag, so that its bytes can be fetched; false where libnet refused. */
static bool
added(struct build *build, libnet_ptag_t tag)
{
	if (tag < 0)
		return false;
	build->tags[build->tag_count++] = tag;
	return true;
}

static bool
add_bytes(struct build *build, const uint8_t *bytes, size_t size)
{
	return size == 0 || added(build, libnet_build_data(bytes, (uint32_t)size, build->libnet, 0));
}

static bool
add_tcp(struct build *build, const struct seg *seg)
{
	size_t length = layer_bytes(LAYER_TCP) + seg->options_size + seg->payload_size;
	libnet_t *l = build->libnet;

	if (seg->options_size % 4 != 0 || seg->options_size == 0) { /* libnet would make them a multiple of 4 */
		if (!add_bytes(build, seg->options, seg->options_size))
			return false;
	} else if (!added(build, libnet_build_tcp_options(seg->options, (uint32_t)seg->options_size, l, 0))) {
		return false;
	}
	return added(build,
	    libnet_build_tcp(seg->tcp.sport, seg->tcp.dport, seg->tcp.seq, seg->tcp.ack, (uint8_t)seg->tcp.flags,
		seg->tcp.window, CHECKSUM_LATER, seg->tcp.urgent, (uint16_t)length, NULL, 0, l, 0));
}

static bool
add_icmp(struct build *build, const struct seg *seg)
{
	uint8_t type = seg->icmp.type, code = seg->icmp.code;
	uint16_t id = (uint16_t)(seg->icmp.rest >> 16), number = (uint16_t)seg->icmp.rest;
	struct libnet_in6_addr target = libnet_ip6(&seg->icmp.target);
	libnet_t *l = build->libnet;

	if (seg_has(seg, LAYER_ICMP4))
		return added(build, libnet_build_icmpv4_echo(type, code, CHECKSUM_LATER, id, number, NULL, 0, l, 0));
	if (!seg_has(seg, LAYER_ND))
		return added(build, libnet_build_icmpv6_echo(type, code, CHECKSUM_LATER, id, number, NULL, 0, l, 0));
	if (type == ND_NEIGHBOR_SOLICIT)
		return added(build, libnet_build_icmpv6_ndp_nsol(type, code, CHECKSUM_LATER, target, NULL, 0, l, 0));
	return added(
	    build, libnet_build_icmpv6_ndp_nadv(type, code, CHECKSUM_LATER, seg->icmp.rest, target, NULL, 0, l, 0));
}

static bool
add_transport(struct build *build, const struct seg *seg)
{
	switch (top_layer(seg)) {
	case LAYER_TCP:
		return add_tcp(build, seg);
	case LAYER_UDP:
		return added(build,
		    libnet_build_udp(
			seg->udp.sport, seg->udp.dport, seg->udp.length, CHECKSUM_LATER, NULL, 0, build->libnet, 0));
	case LAYER_ND:
	case LAYER_ICMP6:
	case LAYER_ICMP4:
		return add_icmp(build, seg);
	case LAYER_ETH:
	case LAYER_ARP:
	case LAYER_IP4:
	case LAYER_IP6:
	case LAYER_COUNT:
		break;
	}
	return true;
}

static bool
add_ip4(struct build *build, const struct seg *seg)
{
	libnet_t *l = build->libnet;

	if (seg->ip_options_size % 4 != 0 || seg->ip_options_size == 0) {
		if (!add_bytes(build, seg->ip_options, seg->ip_options_size))
			return false;
	} else if (!added(build, libnet_build_ipv4_options(seg->ip_options, (uint32_t)seg->ip_options_size, l, 0))) {
		return false;
	}
	return added(build,
	    libnet_build_ipv4(seg->ip4.length, (uint8_t)(seg->ip4.dscp << 2 | seg->ip4.ecn), seg->ip4.id,
		(uint16_t)(seg->ip4.rf << 15 | seg->ip4.df << 14 | seg->ip4.mf << 13 | seg->ip4.frag), seg->ip4.ttl,
		seg->ip4.proto, CHECKSUM_LATER, libnet_ip4(&seg->ip4.src), libnet_ip4(&seg->ip4.dst), NULL, 0, l, 0));
}

static bool
add_ip6(struct build *build, const struct seg *seg)
{
	return add_bytes(build, seg->ip_options, seg->ip_options_size) &&
	    added(build,
		libnet_build_ipv6((uint8_t)(seg->ip6.dscp << 2 | seg->ip6.ecn), seg->ip6.flow, seg->ip6.length,
		    seg->ip6.next, seg->ip6.hlim, libnet_ip6(&seg->ip6.src), libnet_ip6(&seg->ip6.dst), NULL, 0,
		    build->libnet, 0));
}

static bool
add_arp(struct build *build, const struct seg *seg)
{
	uint8_t sha[6], tha[6];

	bits_put(sha, 0, 48, seg->arp.sha);
	bits_put(tha, 0, 48, seg->arp.tha);
	return added(build,
	    libnet_build_arp(ARPHRD_ETHER, ETHERTYPE_IP, sizeof(sha), 4, seg->arp.op, sha, seg->arp.spa.octet, tha,
		seg->arp.tpa.octet, NULL, 0, build->libnet, 0));
}

static bool
add_eth(struct build *build, const struct seg *seg)
{
	uint8_t dst[6], src[6];

	bits_put(dst, 0, 48, seg->eth.dst);
	bits_put(src, 0, 48, seg->eth.src);
	return added(build, libnet_build_ethernet(dst, src, seg->eth.type, NULL, 0, build->libnet, 0));
}

/* libnet wants the packet from its end to its beginning. */
static bool
add_all(struct build *build, const struct seg *seg)
{
	return add_bytes(build, seg->payload, seg->payload_size) && add_transport(build, seg) &&
	    (!seg_has(seg, LAYER_IP4) || add_ip4(build, seg)) && (!seg_has(seg, LAYER_IP6) || add_ip6(build, seg)) &&
	    (!seg_has(seg, LAYER_ARP) || add_arp(build, seg)) && add_eth(build, seg);
}

/*
 * Fetches libnet's blocks one by one, the first one being the packet's end.  (libnet_adv_cull_packet would do, but
 * works on LIBNET_LINK_ADV alone, which needs a device and privilege.)
 */
static int
fetch(struct build *build, const struct work *work, uint8_t *frame, struct err *err)
{
	size_t left = work->size;

	for (unsigned i = 0; i < build->tag_count; i++) {
		size_t size = libnet_getpbuf_size(build->libnet, build->tags[i]);

		if (size > left)
			return err_set(
			    err, ERR_SYSTEM, "libnet built more than the %zu bytes that were asked for", work->size);
		left -= size;
		memcpy(frame + left, libnet_getpbuf(build->libnet, build->tags[i]), size);
	}
	if (left != 0)
		return err_set(err, ERR_SYSTEM, "libnet built %zu of %zu bytes", work->size - left, work->size);
	return 0;
}

static int
libnet_frame(struct build *build, const struct work *work, uint8_t *frame, struct err *err)
{
	libnet_clear_packet(build->libnet);
	build->tag_count = 0;
	if (!add_all(build, &work->seg))
		return err_set(err, ERR_INPUT, "libnet cannot build this packet: %s", libnet_geterror(build->libnet));
	return fetch(build, work, frame, err);
}

static void
write_fields(const struct seg *seg, uint8_t *frame)
{
	for (int layer = 0; layer < LAYER_COUNT; layer++) {
		size_t count;
		const struct field *field = layer_fields((enum layer)layer, &count);

		for (; seg_has(seg, (enum layer)layer) && count-- > 0; field++)
			field_write(seg, field, frame);
	}
}

static void
make_checksums(struct seg *seg, uint8_t *frame, size_t size)
{
	static const enum field_id transports[] = { FIELD_TCP_CHECKSUM, FIELD_UDP_CHECKSUM, FIELD_ICMP6_CHECKSUM,
		FIELD_ICMP4_CHECKSUM };

	for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++) {
		const struct field *field = field_row(transports[i]);

		if (seg_has(seg, field->layer) && !seg_given(seg, field)) {
			field_set(seg, field, seg_transport_checksum(seg, frame, size));
			field_write(seg, field, frame);
		}
	}
	if (seg_has(seg, LAYER_IP4) && !given(seg, FIELD_IP4_CHECKSUM)) {
		field_set(seg, field_row(FIELD_IP4_CHECKSUM), seg_ip4_checksum(seg, frame, size));
		field_write(seg, field_row(FIELD_IP4_CHECKSUM), frame);
	}
}

long
build_frame(struct build *build, const struct seg *seg, uint8_t *frame, size_t size, struct err *err)
{
	struct work work = { .seg = *seg };

	if (!layers_fit(seg))
		return err_set(err, ERR_INPUT,
		    "these headers do not stand upon each other: Ethernet, then ARP or IP, then TCP, UDP or the ICMP "
		    "of that IP");
	if (lay_out(&work, err) < 0)
		return -1;
	if (work.size > size)
		return err_set(err, ERR_INPUT, "the frame takes %zu bytes, and there is room for %zu", work.size, size);
	make_right(&work);
	if (libnet_frame(build, &work, frame, err) < 0)
		return -1;
	write_fields(&work.seg, frame);
	make_checksums(&work.seg, frame, work.size);
	return (long)work.size;
}
