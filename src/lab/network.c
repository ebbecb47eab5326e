/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lab/address.h"
#include "lab/channel.h"

static struct address
address_of(const char *text)
{
	struct address address = { .family = strchr(text, ':') != NULL ? 6 : 4 };

	inet_pton(address.family == 6 ? AF_INET6 : AF_INET, text, address.octet);
	return address;
}

static int
open_own_namespace(struct err *err)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		err_set(err, ERR_SYSTEM, "/proc/self/ns/net cannot be opened: %s", strerror(errno));
	return fd;
}

/* Bob's hash of connections is his own and small where the kernel can (Linux 6.1): a dump of it is quick. */
static int
make_bob_namespace(struct network *network, struct err *err)
{
	sysctl_write(network->faults, "ipv4/tcp_child_ehash_entries", "512");
	if (identity_new_network(network->faults, network->limits, err) < 0)
		return -1;
	network->bob_ns = open_own_namespace(err);
	return network->bob_ns < 0 ? -1 : netlink_open(&network->bob, err);
}

int
network_begin(struct network *network, struct err *err)
{
	struct veth_end ends[2] = { { .name = ALICE_IF, .mac = ALICE_MAC }, { .name = WIRE_ALICE_IF } };
	network->alice_ns = open_own_namespace(err);
	if (network->alice_ns < 0 || netlink_open(&network->alice, err) < 0)
		return -1;
	settings_no_ip6(network->faults);
	if (identity_new_network(network->faults, network->limits, err) < 0)
		return -1;
	network->wire_ns = open_own_namespace(err);
	if (network->wire_ns < 0 || netlink_open(&network->wire, err) < 0)
		return -1;
	settings_no_ip6(network->faults);
	if (make_bob_namespace(network, err) < 0)
		return -1;
	ends[0].netns = network->alice_ns;
	ends[1].netns = network->wire_ns;
	if (netlink_veth(&network->alice, ends, err) < 0 || netlink_offloads_off(&network->alice, ALICE_IF, err) < 0 ||
	    netlink_offloads_off(&network->wire, WIRE_ALICE_IF, err) < 0 ||
	    netlink_link_up(&network->wire, WIRE_ALICE_IF, err) < 0 ||
	    netlink_link_up(&network->alice, ALICE_IF, err) < 0)
		return -1;
	return 0;
}

static int
set_routes(struct network *network, struct err *err)
{
	const struct address ip4 = address_of(BOB_IP4), ip6 = address_of(BOB_IP6);
	uint32_t rto_min_ms = network->patient ? PATIENT_RTO_MIN_MS : 0;

	if (netlink_route(&network->bob, BOB_IF, &ip4, LAB_PREFIX_IP4, rto_min_ms, err) < 0)
		return -1;
	return network->ip6 ? netlink_route(&network->bob, BOB_IF, &ip6, LAB_PREFIX_IP6, rto_min_ms, err) : 0;
}

int
network_neighbour(struct network *network, bool permanent, struct err *err)
{
	const struct address ip4 = address_of(ALICE_IP4), ip6 = address_of(ALICE_IP6);

	if (netlink_neighbour(&network->bob, BOB_IF, &ip4, ALICE_MAC, permanent, err) < 0)
		return -1;
	return network->ip6 ? netlink_neighbour(&network->bob, BOB_IF, &ip6, ALICE_MAC, permanent, err) : 0;
}

/* Of Alice's namespace, which this process is in for as long as that takes. */
static int
set_ip6_of_alice(struct network *network, bool on, struct err *err)
{
	static const char *const settings_of_a_quiet_one[][2] = {
		{ "router_solicitations", "0" }, { "accept_ra", "0" }, { "addr_gen_mode", "1" }, { "dad_transmits", "0" },
		{ "accept_dad", "0" },
	};
	char name[80];
	int error;

	if (setns(network->alice_ns, CLONE_NEWNET) < 0)
		return err_set(err, ERR_SYSTEM, "Alice's namespace cannot be entered: %s", strerror(errno));
	for (size_t i = 0; i < sizeof(settings_of_a_quiet_one) / sizeof(settings_of_a_quiet_one[0]); i++) {
		snprintf(name, sizeof(name), "ipv6/conf/" ALICE_IF "/%s", settings_of_a_quiet_one[i][0]);
		sysctl_write(network->faults, name, settings_of_a_quiet_one[i][1]);
	}
	error = sysctl_write(network->faults, "ipv6/conf/" ALICE_IF "/disable_ipv6", on ? "0" : "1");
	if (setns(network->bob_ns, CLONE_NEWNET) < 0)
		return err_set(err, ERR_SYSTEM, "Bob's namespace cannot be entered: %s", strerror(errno));
	return error == 0 ? 0 : err_set(err, ERR_SYSTEM, "IPv6 cannot be switched on " ALICE_IF ": %s", strerror(error));
}

static int
give_alice(struct network *network, const char *own, const char *bobs, unsigned prefix, struct err *err)
{
	const struct address alice = address_of(own), bob = address_of(bobs);

	if (netlink_address(&network->alice, ALICE_IF, &alice, prefix, err) < 0 ||
	    netlink_route(&network->alice, ALICE_IF, &alice, prefix, 0, err) < 0)
		return -1;
	return netlink_neighbour(&network->alice, ALICE_IF, &bob, BOB_MAC, true, err);
}

/* Switching IPv6 off takes what belongs to it along. */
static int
take_from_alice(struct network *network, struct err *err)
{
	const struct address alice = address_of(ALICE_IP4), bob = address_of(BOB_IP4);

	if (netlink_neighbour(&network->alice, ALICE_IF, &bob, BOB_MAC, false, err) < 0 ||
	    netlink_address_gone(&network->alice, ALICE_IF, &alice, LAB_PREFIX_IP4, err) < 0)
		return -1;
	return network->ip6 ? set_ip6_of_alice(network, false, err) : 0;
}

/* It answers no question for neighbours (tcpdojo does, while `auto arp` is on), and joins no groups that it would report. */
int
network_kernel_alice(struct network *network, bool on, struct err *err)
{
	if (!on)
		return take_from_alice(network, err);
	if (netlink_link_noarp(&network->alice, ALICE_IF, err) < 0 || netlink_link_up(&network->alice, "lo", err) < 0 ||
	    give_alice(network, ALICE_IP4, BOB_IP4, LAB_PREFIX_IP4, err) < 0)
		return -1;
	if (!network->ip6)
		return 0;
	if (set_ip6_of_alice(network, true, err) < 0)
		return -1;
	return give_alice(network, ALICE_IP6, BOB_IP6, LAB_PREFIX_IP6, err);
}

/*
 * When his link comes up the kernel reports Bob's multicast group, which no setting keeps it from.  In MLD version 1 it
 * does so at once, and settling the link brings on the second one: both are gone before the wire opens its captures.
 */
int
network_link_bob(struct network *network, struct err *err)
{
	const struct veth_end ends[2] = {
		{ .name = WIRE_BOB_IF, .netns = network->wire_ns },
		{ .name = BOB_IF, .mac = BOB_MAC, .netns = network->bob_ns },
	};
	const struct address ip4 = address_of(BOB_IP4), ip6 = address_of(BOB_IP6);

	network->ip6 =
	    access("/proc/sys/net/ipv6/conf/default", F_OK) == 0 && fault_errno(network->faults, "ipv6") == 0;
	network->patient = true;
	network->lacking = (struct settings_lacking){ 0 };
	settings_apply(network->faults, SETTING_QUIET, network->ip6, &network->lacking);
	if (!network->ip6)
		settings_no_ip6(network->faults);
	if (netlink_veth(&network->wire, ends, err) < 0 || netlink_offloads_off(&network->wire, WIRE_BOB_IF, err) < 0 ||
	    netlink_offloads_off(&network->bob, BOB_IF, err) < 0 ||
	    netlink_address(&network->bob, BOB_IF, &ip4, LAB_PREFIX_IP4, err) < 0)
		return -1;
	if (network->ip6 && netlink_address(&network->bob, BOB_IF, &ip6, LAB_PREFIX_IP6, err) < 0)
		network->ip6 = false;
	if (netlink_link_up(&network->bob, "lo", err) < 0 || netlink_link_up(&network->wire, WIRE_BOB_IF, err) < 0 ||
	    netlink_link_up(&network->bob, BOB_IF, err) < 0)
		return -1;
	return netlink_link_settle(&network->bob, BOB_IF, err);
}

int
network_furnish_bob(struct network *network, struct err *err)
{
	settings_apply(network->faults, SETTING_FIXED, network->ip6, &network->lacking);
	settings_apply(network->faults, SETTING_PATIENT, network->ip6, &network->lacking);
	if (set_routes(network, err) < 0)
		return -1;
	return network_neighbour(network, true, err);
}

int
network_new_bob(struct network *network, struct err *err)
{
	if (netlink_link_delete(&network->wire, WIRE_BOB_IF, err) < 0)
		return -1;
	netlink_close(&network->bob);
	channel_close(&network->bob_ns);
	/* This also takes the process itself out of it. */
	if (setns(network->wire_ns, CLONE_NEWNET) < 0)
		return err_set(err, ERR_SYSTEM, "the wire's namespace cannot be entered: %s", strerror(errno));
	return make_bob_namespace(network, err);
}

int
network_set_patience(struct network *network, bool patient, struct err *err)
{
	network->patient = patient;
	if (patient)
		settings_apply(network->faults, SETTING_PATIENT, network->ip6, &network->lacking);
	else
		settings_apply_ordinary(network->faults, &network->lacking);
	return set_routes(network, err);
}
