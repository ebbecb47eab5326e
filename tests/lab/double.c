/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "double.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

#include "lab/address.h"
#include "lab/agent.h"
#include "lab/wire.h"

int
wire_run(const struct wire_start *start)
{
	struct wire_request request;

	for (unsigned i = 0; i < start->ports; i++) {
		if (if_nametoindex(start->interface[i]) == 0)
			return 1;
	}
	atomic_store(&start->shared->ready, 1);
	eventfd_write(start->notify, 1);
	while (recv(start->control, &request, sizeof(request), 0) == sizeof(request)) {
		struct wire_reply reply = { .done = true, .settings = request.settings };

		if (send(start->control, &reply, sizeof(reply), MSG_NOSIGNAL) < 0)
			return 1;
	}
	return 0;
}

static void
read_path(const char *path, char *answer, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t length = fd < 0 ? -1 : read(fd, answer, size - 1);

	if (length < 0)
		length = snprintf(answer, size, "%s", strerror(errno));
	answer[length] = '\0';
	if (fd >= 0)
		close(fd);
}

struct metric {
	unsigned index;
	bool found;
	uint32_t lock, rto_min;
};

static int
on_route(const struct nlmsghdr *message, void *data)
{
	struct metric *metric = data;
	const struct rtmsg *route = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute, *inner, *metrics = NULL;
	uint32_t index = 0;

	mnl_attr_for_each(attribute, message, sizeof(*route))
	{
		if (mnl_attr_get_type(attribute) == RTA_OIF)
			index = mnl_attr_get_u32(attribute);
		if (mnl_attr_get_type(attribute) == RTA_METRICS)
			metrics = attribute;
	}
	if (index != metric->index || route->rtm_table != RT_TABLE_MAIN || metrics == NULL)
		return MNL_CB_OK;
	mnl_attr_for_each_nested(inner, metrics)
	{
		if (mnl_attr_get_type(inner) == RTAX_LOCK)
			metric->lock = mnl_attr_get_u32(inner);
		if (mnl_attr_get_type(inner) == RTAX_RTO_MIN)
			metric->rto_min = mnl_attr_get_u32(inner);
	}
	metric->found = true;
	return MNL_CB_OK;
}

static void
read_rto_min(const char *family, char *answer, size_t size)
{
	char buffer[16384];
	struct metric metric = { .index = if_nametoindex(BOB_IF) };
	struct mnl_socket *socket = mnl_socket_open(NETLINK_ROUTE);
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(message, sizeof(*route));
	ssize_t got;

	message->nlmsg_type = RTM_GETROUTE;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	route->rtm_family = *family == '6' ? AF_INET6 : AF_INET;
	mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID);
	mnl_socket_sendto(socket, message, message->nlmsg_len);
	while ((got = mnl_socket_recvfrom(socket, buffer, sizeof(buffer))) > 0) {
		if (mnl_cb_run(buffer, (size_t)got, 0, 0, on_route, &metric) <= 0)
			break;
	}
	mnl_socket_close(socket);
	if (!metric.found)
		snprintf(answer, size, "none");
	else
		snprintf(answer, size, "%u%s", metric.rto_min, metric.lock >> RTAX_RTO_MIN & 1 ? " locked" : "");
}

/* TCP_REPAIR makes an ESTABLISHED socket without a peer; what it then sends is never acknowledged. */
static void
make_unacked(bool orphan, char *answer, size_t size)
{
	static const char data[100];
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_port = htons(DOUBLE_PORT) };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(7) };
	struct tcp_repair_window window;
	socklen_t length = sizeof(window);
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1, off = 0;

	inet_pton(AF_INET, BOB_IP4, &from.sin_addr);
	inet_pton(AF_INET, ALICE_IP4, &to.sin_addr);
	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&from, sizeof(from)) < 0 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ||
	    getsockopt(fd, IPPROTO_TCP, TCP_REPAIR_WINDOW, &window, &length) < 0)
		goto failed;
	window.snd_wnd = window.max_window = 65535;
	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_WINDOW, &window, sizeof(window)) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &off, sizeof(off)) < 0 || send(fd, data, sizeof(data), 0) < 0)
		goto failed;
	snprintf(answer, size, "done");
	if (orphan)
		close(fd);
	return;
failed:
	snprintf(answer, size, "failed: %s", strerror(errno));
	close(fd);
}

static void
make_listener(const char *port, char *answer, size_t size)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)atoi(port)) };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 5) < 0)
		snprintf(answer, size, "failed: %s", strerror(errno));
	else
		snprintf(answer, size, "done");
}

static void
read_ambient(char *answer, size_t size)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];

	answer[0] = '\0';
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, "CapAmb:", 7) == 0)
			snprintf(answer, size, "%s", line + 8);
	}
	fclose(file);
}

/* What Bob's kernel has put on his wire: the tenth number of his line in /proc/net/dev. */
static void
count_sent(char *answer, size_t size)
{
	FILE *file = fopen("/proc/self/net/dev", "r");
	char line[512];
	unsigned long sent = 0;

	while (fgets(line, sizeof(line), file) != NULL)
		sscanf(line, " " BOB_IF ": %*u %*u %*u %*u %*u %*u %*u %*u %*u %lu", &sent);
	fclose(file);
	snprintf(answer, size, "%lu", sent);
}

static void
make_stray(char *answer, size_t size)
{
	if (fork() == 0) {
		setsid();
		if (fork() == 0) {
			for (;;)
				pause();
		}
		_exit(0);
	}
	snprintf(answer, size, "done");
}

static void
obey(const char *order, char *answer, size_t size)
{
	if (strncmp(order, "read ", 5) == 0)
		read_path(order + 5, answer, size);
	else if (strncmp(order, "rto_min ", 8) == 0)
		read_rto_min(order + 8, answer, size);
	else if (strncmp(order, "listen ", 7) == 0)
		make_listener(order + 7, answer, size);
	else if (strcmp(order, "unacked") == 0 || strcmp(order, "orphan") == 0)
		make_unacked(order[0] == 'o', answer, size);
	else if (strcmp(order, "ambient") == 0)
		read_ambient(answer, size);
	else if (strcmp(order, "sent") == 0)
		count_sent(answer, size);
	else if (strcmp(order, "stray") == 0)
		make_stray(answer, size);
	else
		snprintf(answer, size, "the agent's double does not know \"%s\"", order);
}

int
agent_run(const struct agent_start *start)
{
	for (;;) {
		struct agent_request request;
		char order[256] = "", answer[8192] = "";
		struct iovec in[] = { { &request, sizeof(request) }, { order, sizeof(order) - 1 } };
		struct agent_reply reply = { .done = true };
		struct iovec out[] = { { &reply, sizeof(reply) }, { answer, 0 } };
		ssize_t size = readv(start->control, in, 2);

		if (size <= 0)
			return 0;
		if (request.op == AGENT_PING)
			snprintf(answer, sizeof(answer), "pong");
		else
			obey(order, answer, sizeof(answer));
		reply.size = (uint32_t)strlen(answer);
		out[1].iov_len = reply.size;
		if (writev(start->control, out, 2) < 0)
			return 1;
	}
}
