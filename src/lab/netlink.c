/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>

#define REQUEST_BYTES 1024

int
netlink_open(struct netlink *nl, struct err *err)
{
	*nl = (struct netlink){ .inet = -1 };
	nl->route = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (nl->route == NULL || mnl_socket_bind(nl->route, 0, MNL_SOCKET_AUTOPID) < 0) {
		err_set(
		    err, ERR_SYSTEM, "no rtnetlink socket, with which the lab sets up its links: %s", strerror(errno));
		goto out;
	}
	nl->inet = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (nl->inet < 0) {
		err_set(err, ERR_SYSTEM, "no IPv4 socket: %s; the lab needs a kernel with IPv4", strerror(errno));
		goto out;
	}
	return 0;
out:
	netlink_close(nl);
	return -1;
}

void
netlink_close(struct netlink *nl)
{
	if (nl->route != NULL)
		mnl_socket_close(nl->route);
	if (nl->inet >= 0)
		close(nl->inet);
	*nl = (struct netlink){ .inet = -1 };
}

static unsigned char
family_of(const struct address *address)
{
	return address->family == 6 ? AF_INET6 : AF_INET;
}

static size_t
octets_of(const struct address *address)
{
	return address->family == 6 ? 16 : 4;
}

static struct nlmsghdr *
begin(void *buffer, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	return message;
}

/* Sends the request and waits for its acknowledgement; what the kernel said against it is left in nl->error. */
static int
ask(struct netlink *nl, struct nlmsghdr *message)
{
	char answer[4096];
	ssize_t size;

	message->nlmsg_seq = ++nl->sequence;
	nl->error = 0;
	if (mnl_socket_sendto(nl->route, message, message->nlmsg_len) < 0)
		goto failed;
	for (;;) {
		int result;

		size = mnl_socket_recvfrom(nl->route, answer, sizeof(answer));
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			goto failed;
		result = mnl_cb_run(answer, (size_t)size, nl->sequence, mnl_socket_get_portid(nl->route), NULL, NULL);
		if (result < 0)
			goto failed;
		if (result == MNL_CB_STOP)
			return 0;
	}
failed:
	nl->error = errno;
	return -1;
}

static int
interface_index(struct netlink *nl, const char *name, struct err *err)
{
	struct ifreq request = { .ifr_ifindex = 0 };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(nl->inet, SIOCGIFINDEX, &request) < 0) {
		nl->error = errno;
		return err_set(err, ERR_SYSTEM, "the lab's interface %s is not there: %s", name, strerror(errno));
	}
	return request.ifr_ifindex;
}

static void
put_mac(struct nlmsghdr *message, uint16_t type, uint64_t mac)
{
	uint8_t octets[6];

	for (int i = 0; i < 6; i++)
		octets[i] = (uint8_t)(mac >> (40 - 8 * i));
	mnl_attr_put(message, type, sizeof(octets), octets);
}

/* One queue: with more, frames of one flow could overtake each other. */
static void
put_veth_end(struct nlmsghdr *message, const struct veth_end *end)
{
	mnl_attr_put_strz(message, IFLA_IFNAME, end->name);
	if (end->mac != 0)
		put_mac(message, IFLA_ADDRESS, end->mac);
	mnl_attr_put_u32(message, IFLA_NET_NS_FD, (uint32_t)end->netns);
	mnl_attr_put_u32(message, IFLA_NUM_TX_QUEUES, 1);
	mnl_attr_put_u32(message, IFLA_NUM_RX_QUEUES, 1);
}

int
netlink_veth(struct netlink *nl, const struct veth_end ends[2], struct err *err)
{
	char buffer[REQUEST_BYTES] = { 0 };
	struct nlmsghdr *message = begin(buffer, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *info, *data, *peer;

	mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	put_veth_end(message, &ends[0]);
	info = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(message, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	put_veth_end(message, &ends[1]);
	mnl_attr_nest_end(message, peer);
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, info);
	if (ask(nl, message) == 0)
		return 0;
	if (nl->error == EOPNOTSUPP)
		return err_set(err, ERR_SYSTEM,
		    "this kernel makes no veth links, of which the lab's wire consists: load the module "
		    "(`sudo modprobe veth`), or use a kernel with CONFIG_VETH");
	return err_set(err, ERR_SYSTEM, "the veth pair %s = %s could not be made: %s", ends[0].name, ends[1].name,
	    strerror(nl->error));
}

static int
set_flag(struct netlink *nl, const char *name, unsigned flag)
{
	char buffer[REQUEST_BYTES] = { 0 };
	struct nlmsghdr *message = begin(buffer, RTM_NEWLINK, 0);
	struct ifinfomsg *link = mnl_nlmsg_put_extra_header(message, sizeof(*link));

	link->ifi_flags = link->ifi_change = flag;
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	return ask(nl, message);
}

int
netlink_link_up(struct netlink *nl, const char *name, struct err *err)
{
	if (set_flag(nl, name, IFF_UP) < 0)
		return err_set(err, ERR_SYSTEM, "%s could not be brought up: %s", name, strerror(nl->error));
	return 0;
}

int
netlink_link_noarp(struct netlink *nl, const char *name, struct err *err)
{
	if (set_flag(nl, name, IFF_NOARP) < 0)
		return err_set(err, ERR_SYSTEM, "%s could not be kept from asking for neighbours: %s", name, strerror(nl->error));
	return 0;
}

/* Asking for the carrier makes the kernel look at its pending link events first. */
int
netlink_link_settle(struct netlink *nl, const char *name, struct err *err)
{
	struct ethtool_value value = { .cmd = ETHTOOL_GLINK };
	struct ifreq request = { .ifr_data = (void *)&value };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	nl->error = ioctl(nl->inet, SIOCETHTOOL, &request) < 0 ? errno : 0;
	if (nl->error != 0 || value.data == 0)
		return err_set(err, ERR_SYSTEM, "%s has no carrier: %s", name,
		    nl->error != 0 ? strerror(nl->error) : "its peer is down");
	return 0;
}

int
netlink_link_delete(struct netlink *nl, const char *name, struct err *err)
{
	char buffer[REQUEST_BYTES] = { 0 };
	struct nlmsghdr *message = begin(buffer, RTM_DELLINK, 0);

	mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	if (ask(nl, message) < 0 && nl->error != ENODEV)
		return err_set(err, ERR_SYSTEM, "%s could not be removed: %s", name, strerror(nl->error));
	return 0;
}

static void
put_address(struct nlmsghdr *message, int index, const struct address *address, unsigned prefix)
{
	struct ifaddrmsg *header = mnl_nlmsg_put_extra_header(message, sizeof(*header));

	header->ifa_family = family_of(address);
	header->ifa_prefixlen = (unsigned char)prefix;
	header->ifa_index = (unsigned)index;
	mnl_attr_put(message, IFA_LOCAL, octets_of(address), address->octet);
}

int
netlink_address_gone(
    struct netlink *nl, const char *name, const struct address *address, unsigned prefix, struct err *err)
{
	char buffer[REQUEST_BYTES] = { 0 }, text[INET6_ADDRSTRLEN];
	struct nlmsghdr *message = begin(buffer, RTM_DELADDR, 0);
	int index = interface_index(nl, name, err);

	if (index < 0)
		return -1;
	put_address(message, index, address, prefix);
	if (ask(nl, message) < 0 && nl->error != EADDRNOTAVAIL)
		return err_set(err, ERR_SYSTEM, "%s would not give up the address %s: %s", name,
		    inet_ntop(family_of(address), address->octet, text, sizeof(text)), strerror(nl->error));
	return 0;
}

int
netlink_address(struct netlink *nl, const char *name, const struct address *address, unsigned prefix, struct err *err)
{
	char buffer[REQUEST_BYTES] = { 0 }, text[INET6_ADDRSTRLEN];
	struct nlmsghdr *message = begin(buffer, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
	int index = interface_index(nl, name, err);

	if (index < 0)
		return -1;
	put_address(message, index, address, prefix);
	mnl_attr_put(message, IFA_ADDRESS, octets_of(address), address->octet);
	mnl_attr_put_u32(message, IFA_FLAGS, IFA_F_NODAD | IFA_F_NOPREFIXROUTE | IFA_F_PERMANENT);
	if (ask(nl, message) < 0)
		return err_set(err, ERR_SYSTEM, "%s would not take the address %s: %s", name,
		    inet_ntop(family_of(address), address->octet, text, sizeof(text)), strerror(nl->error));
	return 0;
}

static struct address
network_of(const struct address *source, unsigned prefix)
{
	struct address network = *source;

	for (unsigned bit = prefix; bit < 8 * octets_of(source); bit++)
		network.octet[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	return network;
}

int
netlink_route(struct netlink *nl, const char *name, const struct address *source, unsigned prefix, uint32_t rto_min_ms,
    struct err *err)
{
	char buffer[REQUEST_BYTES] = { 0 };
	struct nlmsghdr *message = begin(buffer, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(message, sizeof(*route));
	struct address network = network_of(source, prefix);
	int index = interface_index(nl, name, err);

	if (index < 0)
		return -1;
	route->rtm_family = family_of(source);
	route->rtm_dst_len = (unsigned char)prefix;
	route->rtm_table = RT_TABLE_MAIN;
	route->rtm_protocol = RTPROT_STATIC;
	route->rtm_scope = RT_SCOPE_LINK;
	route->rtm_type = RTN_UNICAST;
	mnl_attr_put(message, RTA_DST, octets_of(source), network.octet);
	mnl_attr_put(message, RTA_PREFSRC, octets_of(source), source->octet);
	mnl_attr_put_u32(message, RTA_OIF, (uint32_t)index);
	if (source->family == 6)
		mnl_attr_put_u32(message, RTA_PRIORITY, 256);
	if (rto_min_ms > 0) {
		struct nlattr *metrics = mnl_attr_nest_start(message, RTA_METRICS);

		mnl_attr_put_u32(message, RTAX_LOCK, UINT32_C(1) << RTAX_RTO_MIN);
		mnl_attr_put_u32(message, RTAX_RTO_MIN, rto_min_ms);
		mnl_attr_nest_end(message, metrics);
	}
	if (ask(nl, message) < 0)
		return err_set(err, ERR_SYSTEM, "the route over %s could not be set: %s", name, strerror(nl->error));
	return 0;
}

int
netlink_neighbour(
    struct netlink *nl, const char *name, const struct address *address, uint64_t mac, bool there, struct err *err)
{
	char buffer[REQUEST_BYTES] = { 0 }, text[INET6_ADDRSTRLEN];
	struct nlmsghdr *message =
	    begin(buffer, there ? RTM_NEWNEIGH : RTM_DELNEIGH, there ? NLM_F_CREATE | NLM_F_REPLACE : 0);
	struct ndmsg *header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	int index = interface_index(nl, name, err);

	if (index < 0)
		return -1;
	header->ndm_family = family_of(address);
	header->ndm_ifindex = index;
	header->ndm_state = NUD_PERMANENT;
	mnl_attr_put(message, NDA_DST, octets_of(address), address->octet);
	if (there)
		put_mac(message, NDA_LLADDR, mac);
	if (ask(nl, message) < 0 && (there || nl->error != ENOENT))
		return err_set(err, ERR_SYSTEM, "the neighbour entry for %s on %s could not be %s: %s",
		    inet_ntop(family_of(address), address->octet, text, sizeof(text)), name, there ? "set" : "removed",
		    strerror(nl->error));
	return 0;
}

int
netlink_offloads_off(struct netlink *nl, const char *name, struct err *err)
{
	static const uint32_t commands[] = { ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO, ETHTOOL_SSG, ETHTOOL_STXCSUM };

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct ethtool_value value = { .cmd = commands[i], .data = 0 };
		struct ifreq request = { .ifr_data = (void *)&value };

		snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
		if (ioctl(nl->inet, SIOCETHTOOL, &request) < 0) {
			nl->error = errno;
			return err_set(err, ERR_SYSTEM,
			    "an offload of %s could not be switched off (ethtool command %u): %s", name,
			    (unsigned)commands[i], strerror(errno));
		}
	}
	return 0;
}
