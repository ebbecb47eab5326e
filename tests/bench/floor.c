/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The least that libnet and libpcap can take: a bare loop that builds a SYN, sends it and waits for the captured
 *SYN-ACK. What `syn` takes in the program is held against this.  To be run where Alice is: it speaks as her to Bob, who
 *knows her hardware address.  A RST after each answer keeps his backlog empty.
 *
 *	floor INTERFACE [PORT [COUNT]]
 */
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libnet.h>
#include <pcap/pcap.h>

#include "lab/address.h"

#define FIRST_PORT 20000
#define COUNT_MAX 40000

struct floor {
	libnet_t *libnet;
	pcap_t *pcap;
	uint32_t alice, bob;
	uint16_t port;
	libnet_ptag_t tcp, ip, ethernet;
	uint16_t awaited; /* Alice's port of the SYN that is out */
	bool answered;
};

static int
fail(const char *what, const char *why)
{
	fprintf(stderr, "floor: %s: %s\n", what, why);
	return -1;
}

static void
mac_of(uint64_t number, uint8_t mac[static 6])
{
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)(number >> (40 - 8 * i));
}

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int
open_floor(struct floor *floor, const char *interface)
{
	char reason[LIBNET_ERRBUF_SIZE > PCAP_ERRBUF_SIZE ? LIBNET_ERRBUF_SIZE : PCAP_ERRBUF_SIZE] = "";

	floor->libnet = libnet_init(LIBNET_LINK, interface, reason);
	if (floor->libnet == NULL)
		return fail(interface, reason);
	floor->pcap = pcap_create(interface, reason);
	if (floor->pcap == NULL)
		return fail(interface, reason);
	pcap_set_snaplen(floor->pcap, 256);
	pcap_set_immediate_mode(floor->pcap, 1);
	if (pcap_activate(floor->pcap) < 0)
		return fail(interface, pcap_geterr(floor->pcap));
	if (pcap_setdirection(floor->pcap, PCAP_D_IN) < 0 || pcap_setnonblock(floor->pcap, 1, reason) < 0)
		return fail(interface, pcap_geterr(floor->pcap));
	floor->alice = libnet_name2addr4(floor->libnet, (char *)(uintptr_t)ALICE_IP4, LIBNET_DONT_RESOLVE);
	floor->bob = libnet_name2addr4(floor->libnet, (char *)(uintptr_t)BOB_IP4, LIBNET_DONT_RESOLVE);
	return 0;
}

static int
send_segment(struct floor *floor, uint16_t from, uint32_t seq, uint8_t flags)
{
	uint8_t alice[6], bob[6];

	mac_of(ALICE_MAC, alice);
	mac_of(BOB_MAC, bob);
	floor->tcp = libnet_build_tcp(
	    from, floor->port, seq, 0, flags, 65535, 0, 0, LIBNET_TCP_H, NULL, 0, floor->libnet, floor->tcp);
	floor->ip = libnet_build_ipv4(LIBNET_IPV4_H + LIBNET_TCP_H, 0, 1, 0, 64, IPPROTO_TCP, 0, floor->alice,
	    floor->bob, NULL, 0, floor->libnet, floor->ip);
	floor->ethernet = libnet_build_ethernet(bob, alice, ETHERTYPE_IP, NULL, 0, floor->libnet, floor->ethernet);
	if (floor->tcp < 0 || floor->ip < 0 || floor->ethernet < 0 || libnet_write(floor->libnet) < 0)
		return fail("cannot send", libnet_geterror(floor->libnet));
	return 0;
}

static void
look(u_char *arg, const struct pcap_pkthdr *head, const u_char *frame)
{
	struct floor *floor = (struct floor *)arg;
	const u_char *tcp = frame + LIBNET_ETH_H + LIBNET_IPV4_H;

	if (head->caplen < LIBNET_ETH_H + LIBNET_IPV4_H + LIBNET_TCP_H || frame[23] != IPPROTO_TCP)
		return;
	if ((tcp[13] & 0x3f) == (TH_SYN | TH_ACK) && (tcp[2] << 8 | tcp[3]) == floor->awaited)
		floor->answered = true;
}

/* One SYN and its answer: nanoseconds, or -1. */
static int64_t
ask(struct floor *floor, uint16_t from)
{
	struct pollfd fd = { .fd = pcap_get_selectable_fd(floor->pcap), .events = POLLIN };
	uint32_t seq = (uint32_t)from << 16;
	int64_t start_ns = now_ns(), took_ns;

	floor->awaited = from;
	floor->answered = false;
	if (send_segment(floor, from, seq, TH_SYN) < 0)
		return -1;
	while (!floor->answered) {
		if (poll(&fd, 1, 1000) <= 0)
			return fail("no SYN-ACK within a second", "is Bob listening there?");
		if (pcap_dispatch(floor->pcap, -1, look, (u_char *)floor) < 0)
			return fail("capture", pcap_geterr(floor->pcap));
	}
	took_ns = now_ns() - start_ns;
	return send_segment(floor, from, seq + 1, TH_RST) < 0 ? -1 : took_ns;
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	static int64_t took_ns[COUNT_MAX];
	struct floor floor = { .port = argc > 2 ? (uint16_t)atoi(argv[2]) : 80 };
	int count = argc > 3 ? atoi(argv[3]) : 1000;

	if (argc < 2 || argc > 4 || count < 1 || count > COUNT_MAX) {
		fprintf(stderr, "usage: floor INTERFACE [PORT [COUNT up to %d]]\n", COUNT_MAX);
		return 2;
	}
	if (open_floor(&floor, argv[1]) < 0)
		return 3;
	for (int i = 0; i < count; i++) {
		took_ns[i] = ask(&floor, (uint16_t)(FIRST_PORT + i));
		if (took_ns[i] < 0)
			return 3;
	}
	qsort(took_ns, (size_t)count, sizeof(took_ns[0]), by_value);
	printf("median %.1f us, p99 %.1f us of %d\n", (double)took_ns[count / 2] / 1e3,
	    (double)took_ns[(count * 99 - 1) / 100] / 1e3, count);
	pcap_close(floor.pcap);
	libnet_destroy(floor.libnet);
	return 0;
}
