/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "veth.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>

bool
veth_namespace(void)
{
	int fd;

	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return false;
	/* Else the kernel's neighbour and router discovery stray into what a test counts; fails where there is no IPv6.
	 */
	fd = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (write(fd, "1", 1) < 0) {
			close(fd);
			return false;
		}
		close(fd);
	}
	return true;
}

/* Sends the request and waits for the kernel's verdict. */
static int
ask(struct nlmsghdr *request)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	char buffer[8192];
	ssize_t got = -1;
	int result = -1;

	if (socket == NULL)
		return -1;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) == 0 &&
	    mnl_socket_sendto(socket, request, request->nlmsg_len) > 0)
		got = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
	if (got > 0)
		result = mnl_cb_run(buffer, (size_t)got, 0, mnl_socket_get_portid(socket), NULL, NULL);
	mnl_socket_close(socket);
	return result < 0 ? -1 : 0;
}

static struct nlmsghdr *
link_request(void *buffer, uint16_t type, uint16_t flags, unsigned up, const char *name)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *info;

	request->nlmsg_type = type;
	request->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifi_flags = up;
	info->ifi_change = IFF_UP;
	mnl_attr_put_strz(request, IFLA_IFNAME, name);
	return request;
}

static int
offloads_off(const char *name)
{
	static const uint32_t commands[] = { ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), result = fd < 0 ? -1 : 0;

	for (size_t i = 0; result == 0 && i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct ethtool_value value = { .cmd = commands[i] };
		struct ifreq request = { .ifr_data = (void *)&value };

		strncpy(request.ifr_name, name, IFNAMSIZ - 1);
		if (ioctl(fd, SIOCETHTOOL, &request) < 0)
			result = -1;
	}
	if (fd >= 0)
		close(fd);
	return result;
}

int
veth_pair(const char *a, const char *b)
{
	char buffer[1024] = { 0 };
	struct nlmsghdr *request = link_request(buffer, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, a);
	struct nlattr *info = mnl_attr_nest_start(request, IFLA_LINKINFO), *data, *peer;

	mnl_attr_put_strz(request, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(request, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(request, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(request, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(request, IFLA_IFNAME, b);
	mnl_attr_nest_end(request, peer);
	mnl_attr_nest_end(request, data);
	mnl_attr_nest_end(request, info);
	if (ask(request) < 0 || veth_up(a, true) < 0 || veth_up(b, true) < 0)
		return -1;
	return offloads_off(a) < 0 || offloads_off(b) < 0 ? -1 : 0;
}

int
veth_up(const char *name, bool up)
{
	char buffer[256] = { 0 };

	return ask(link_request(buffer, RTM_NEWLINK, 0, up ? IFF_UP : 0, name));
}

int
veth_mtu(const char *name, uint32_t bytes)
{
	char buffer[256] = { 0 };
	struct nlmsghdr *request = link_request(buffer, RTM_NEWLINK, 0, IFF_UP, name);

	mnl_attr_put_u32(request, IFLA_MTU, bytes);
	return ask(request);
}

int
veth_remove(const char *name)
{
	char buffer[256] = { 0 };

	return ask(link_request(buffer, RTM_DELLINK, 0, 0, name));
}
