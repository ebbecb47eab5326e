/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "lab/diag.h"
#include "trace/state.h"

int
endpoint_bind(int fd, int family, uint16_t port)
{
	const struct sockaddr_in any4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	const struct sockaddr_in6 any6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	const int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -1;
	if (family == AF_INET)
		return bind(fd, (const struct sockaddr *)&any4, sizeof(any4));
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
		return -1;
	return bind(fd, (const struct sockaddr *)&any6, sizeof(any6));
}

static int
open_one(int family, int type, uint16_t port, int backlog, const struct agent_settings *settings)
{
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (type == SOCK_STREAM)
		(void)agent_settings_apply(settings, fd); /* parse has tried them: what fails now is not worth a port */
	if (endpoint_bind(fd, family, port) < 0 || (type == SOCK_STREAM && listen(fd, backlog) < 0)) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

int
endpoint_open(struct endpoint *endpoint, int type, uint16_t port, int backlog, const struct agent_settings *settings)
{
	endpoint->fd[0] = open_one(AF_INET, type, port, backlog, settings);
	endpoint->fd[1] = -1;
	if (endpoint->fd[0] < 0)
		return -1;
	endpoint->fd[1] = open_one(AF_INET6, type, port, backlog, settings);
	if (endpoint->fd[1] < 0 && errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL) {
		int error = errno;

		endpoint_close(endpoint);
		errno = error;
		return -1;
	}
	return 0;
}

void
endpoint_close(struct endpoint *endpoint)
{
	for (unsigned i = 0; i < ENDPOINT_FDS; i++) {
		if (endpoint->fd[i] >= 0)
			close(endpoint->fd[i]);
		endpoint->fd[i] = -1;
	}
}

void
endpoint_text(struct text *t, const struct sockaddr *address)
{
	char name[INET6_ADDRSTRLEN];

	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)address;

		text_add(t, "%s:%u", inet_ntop(AF_INET, &in->sin_addr, name, sizeof(name)), ntohs(in->sin_port));
	} else if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)(const void *)address;

		text_add(t, "[%s]:%u", inet_ntop(AF_INET6, &in->sin6_addr, name, sizeof(name)), ntohs(in->sin6_port));
	} else {
		text_add(t, "-");
	}
}

const char *
endpoint_state(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
		return "?";
	return tcp_state_name(diag_state(info.tcpi_state));
}
