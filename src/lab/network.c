/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
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
	int alice_ns = open_own_namespace(err), result = -1;

	if (alice_ns < 0 || netlink_open(&network->alice, err) < 0)
		goto out;
	settings_no_ip6(network->faults);
	if (identity_new_network(network->faults, network->limits, err) < 0)
		goto out;
	network->wire_ns = open_own_namespace(err);
	if (network->wire_ns < 0 || netlink_open(&network->wire, err) < 0)
		goto out;
	settings_no_ip6(network->faults);
	if (make_bob_namespace(network, err) < 0)
		goto out;
	ends[0].netns = alice_ns;
	ends[1].netns = network->wire_ns;
	if (netlink_veth(&network->alice, ends, err) < 0 || netlink_offloads_off(&network->alice, ALICE_IF, err) < 0 ||
	    netlink_offloads_off(&network->wire, WIRE_ALICE_IF, err) < 0 ||
	    netlink_link_up(&network->wire, WIRE_ALICE_IF, err) < 0 ||
	    netlink_link_up(&network->alice, ALICE_IF, err) < 0)
		goto out;
	result = 0;
out:
	channel_close(&alice_ns);
	return result;
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
