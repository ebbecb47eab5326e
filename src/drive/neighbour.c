/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drive/neighbour.h"

#include <string.h>

#include "base/bytes.h"

#define ND_SOLICITED 0x40000000u /* RFC 4861 4.4 */
#define ND_OVERRIDE 0x20000000u
#define TARGET_LINK_ADDRESS 2 /* RFC 4861 4.6.1 */

static const struct address *
find(const struct address *own, unsigned count, const struct address *wanted)
{
	for (unsigned i = 0; i < count; i++) {
		if (address_equal(&own[i], wanted))
			return &own[i];
	}
	return NULL;
}

static bool
answer_arp(const struct seg *asked, const struct address *own, unsigned count, uint64_t mac, struct seg *answer)
{
	if (asked->arp.op != 1 || asked->arp.htype != 1 || asked->arp.ptype != 0x0800 || asked->arp.sha == mac ||
	    find(own, count, &asked->arp.tpa) == NULL)
		return false;
	answer->layers = 1 << LAYER_ETH | 1 << LAYER_ARP;
	answer->eth.dst = asked->arp.sha;
	answer->arp.op = 2;
	answer->arp.sha = mac;
	answer->arp.spa = asked->arp.tpa;
	answer->arp.tha = asked->arp.sha;
	answer->arp.tpa = asked->arp.spa;
	return true;
}

/* ff02::1:ffXX:XXXX, the group in which the owner of `a` listens (RFC 4291 2.7.1). */
static bool
is_solicited_node(const struct address *group, const struct address *a)
{
	static const uint8_t prefix[13] = { 0xff, 2, [11] = 1, [12] = 0xff };

	return memcmp(group->octet, prefix, sizeof(prefix)) == 0 && memcmp(group->octet + 13, a->octet + 13, 3) == 0;
}

/* The checks of RFC 4861 7.1.1; a checksum is for those to judge who have the bytes. */
static bool
solicitation_counts(const struct seg *asked, bool unspecified)
{
	struct bytes options = bytes_of(asked->payload, asked->payload_size);

	if (asked->icmp.type != 135 || asked->icmp.code != 0 || asked->ip6.hlim != 255 ||
	    asked->icmp.target.octet[0] == 0xff)
		return false;
	while (bytes_left(&options) > 0) {
		uint8_t kind = bytes_u8(&options), words = bytes_u8(&options);

		if (options.short_ || words == 0 || bytes_take(&options, words * 8u - 2) == NULL)
			return false;
		if (unspecified && kind == 1) /* a source without address has no link address either */
			return false;
	}
	return !unspecified || is_solicited_node(&asked->ip6.dst, &asked->icmp.target);
}

static bool
answer_solicitation(const struct seg *asked, const struct address *own, unsigned count, uint64_t mac,
    struct seg *answer, uint8_t room[static 8])
{
	static const struct address none = { .family = 6 };
	static const struct address all_nodes = { .family = 6, .octet = { 0xff, 2, [15] = 1 } };
	bool unspecified = address_equal(&asked->ip6.src, &none);

	if (asked->eth.src == mac || find(own, count, &asked->icmp.target) == NULL ||
	    !solicitation_counts(asked, unspecified))
		return false;
	answer->layers = 1 << LAYER_ETH | 1 << LAYER_IP6 | 1 << LAYER_ICMP6 | 1 << LAYER_ND;
	/* RFC 4861 7.2.4: nobody can be answered who has no address; then all are told, and none has asked. */
	answer->eth.dst = unspecified ? UINT64_C(0x333300000001) : asked->eth.src;
	answer->ip6.src = asked->icmp.target;
	answer->ip6.dst = unspecified ? all_nodes : asked->ip6.src;
	answer->ip6.hlim = 255;
	answer->icmp.type = 136;
	answer->icmp.rest = unspecified ? ND_OVERRIDE : ND_SOLICITED | ND_OVERRIDE;
	answer->icmp.target = asked->icmp.target;
	room[0] = TARGET_LINK_ADDRESS;
	room[1] = 1; /* in units of 8 bytes */
	bits_put(room, 16, 48, mac);
	answer->payload = room;
	answer->payload_size = 8;
	return true;
}

bool
neighbour_answer(const struct seg *asked, const struct address *own, unsigned count, uint64_t mac, struct seg *answer,
    uint8_t room[static 8])
{
	memset(answer, 0, sizeof(*answer));
	answer->eth.src = mac;
	if (seg_has(asked, LAYER_ARP))
		return answer_arp(asked, own, count, mac, answer);
	if (seg_has(asked, LAYER_ND))
		return answer_solicitation(asked, own, count, mac, answer, room);
	return false;
}
