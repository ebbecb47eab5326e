/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/agent_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lab/address.h"
#include "lab/agent_parts.h"

/* What to add to the errno's own words. */
static const char *
advice(int error)
{
	switch (error) {
	case ECONNRESET:
		return ": an RST came";
	case ECONNREFUSED:
		return ": his SYN was answered by RST";
	case ENOTCONN:
		return ": there is no connection (any more)";
	case EPIPE:
		return ": this side's sending is shut down, or the connection is gone";
	case ETIMEDOUT:
		return ": Bob gave up repeating himself";
	case EADDRINUSE:
		return ": another socket or program of Bob's has it; `bob sockets` shows which";
	case EADDRNOTAVAIL:
		return ": this pair of addresses and ports is still in use, as in TIME-WAIT; take another port";
	case ENETUNREACH:
	case EHOSTUNREACH:
	case EAFNOSUPPORT:
		return ": Bob has no way there; does this lab have IPv6? (`lab` tells)";
	default:
		return "";
	}
}

static struct learner_listener *
find_listener(struct sockets *sockets, uint16_t port)
{
	if (port == 0 && sockets->listeners > 0)
		return &sockets->listener[sockets->listeners - 1];
	for (unsigned i = 0; i < sockets->listeners; i++)
		if (sockets->listener[i].port == port)
			return &sockets->listener[i];
	return NULL;
}

static struct learner_socket *
find_socket(struct sockets *sockets, int32_t number, struct answer *answer)
{
	int32_t wanted = number != 0 ? number : sockets->last;

	for (struct learner_socket *s = sockets->newest; s != NULL; s = s->next)
		if (s->number == wanted)
			return s;
	if (sockets->last == 0)
		answer_failed(answer, EBADF, "Bob holds no socket yet: `bob accept` or `bob connect PORT` makes one");
	else if (wanted > 0 && wanted <= sockets->last)
		answer_failed(answer, EBADF, "socket %d is closed; `bob sockets` lists those that Bob holds", wanted);
	else
		answer_failed(answer, EBADF, "Bob has no socket %d; the one made last is %d", wanted, sockets->last);
	return NULL;
}

/* Takes over fd and answers with its number. */
static void
hold_socket(struct sockets *sockets, int fd, const struct sockaddr_storage *peer, struct answer *answer)
{
	struct learner_socket *s;
	struct text t;

	if (sockets->count >= LEARNER_SOCKETS_MAX || (s = calloc(1, sizeof(*s))) == NULL) {
		close(fd);
		answer_failed(answer, EMFILE, "Bob holds %u sockets already, which is all he can: `bob close N` some",
		    sockets->count);
		return;
	}
	t = text_in(s->peer, sizeof(s->peer));
	endpoint_text(&t, (const struct sockaddr *)peer);
	s->fd = fd;
	s->number = ++sockets->last;
	s->next = sockets->newest;
	sockets->newest = s;
	sockets->count++;
	answer->head.socket = s->number;
}

void
socket_listen(struct agent *agent, struct incoming *request, struct answer *answer)
{
	struct sockets *sockets = &agent->sockets;
	struct learner_listener *l = &sockets->listener[sockets->listeners];
	const uint16_t port = request->head.port;
	const char *name = servers_name_at(agent, port, SOCK_STREAM);

	if (port == 0) {
		answer_failed(answer, EINVAL, "port 0 cannot be listened at: name one from 1 to 65535");
	} else if (request->head.number > UINT16_MAX) {
		answer_failed(answer, EINVAL, "a backlog of %u is beyond what listen() takes: say 0 to 65535",
		    request->head.number);
	} else if (find_listener(sockets, port) != NULL) {
		answer_failed(
		    answer, EADDRINUSE, "Bob listens at port %u already; `bob close port %u` ends that", port, port);
	} else if (name != NULL) {
		answer_failed(answer, EADDRINUSE,
		    "port %u belongs to Bob's %s server; `bob close port %u` ends that, then listen", port, name, port);
	} else if (sockets->listeners == LEARNER_LISTENERS_MAX) {
		answer_failed(answer, EMFILE,
		    "Bob listens at %d ports already, which is all he can: `bob close port N` some",
		    LEARNER_LISTENERS_MAX);
	} else if (endpoint_open(&l->at, SOCK_STREAM, port, (int)request->head.number, &agent->settings) < 0) {
		answer_failed(
		    answer, errno, "Bob cannot listen at port %u: %s%s", port, strerror(errno), advice(errno));
	} else {
		l->port = port;
		l->backlog = request->head.number;
		sockets->listeners++;
	}
}

void
socket_accept(struct agent *agent, struct incoming *request, struct answer *answer)
{
	const uint16_t port = request->head.port;
	struct learner_listener *l = find_listener(&agent->sockets, port);
	const char *name = port == 0 ? NULL : servers_name_at(agent, port, SOCK_STREAM);
	struct sockaddr_storage peer = { 0 };
	int fd = -1, error = EAGAIN;

	if (l == NULL && name != NULL) {
		answer_failed(answer, EBUSY,
		    "connections to port %u are accepted by Bob's %s server; to accept them yourself: "
		    "`bob close port %u`, `bob listen %u`",
		    port, name, port, port);
		return;
	}
	if (l == NULL) {
		answer_failed(
		    answer, EINVAL, "Bob listens at no %s: `bob listen PORT` first", port == 0 ? "port" : "such port");
		return;
	}
	for (unsigned i = 0; fd < 0 && i < ENDPOINT_FDS; i++) {
		socklen_t size = sizeof(peer);

		if (l->at.fd[i] < 0)
			continue;
		fd = accept4(l->at.fd[i], (struct sockaddr *)&peer, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 && errno != EAGAIN)
			error = errno;
	}
	if (fd < 0 && error == EAGAIN) {
		answer_failed(answer, EAGAIN, "no connection waits at port %u yet", l->port);
	} else if (fd < 0) {
		answer_failed(answer, error, "accept at port %u: %s", l->port, strerror(error));
	} else {
		(void)agent_settings_apply(&agent->settings, fd);
		hold_socket(&agent->sockets, fd, &peer, answer);
	}
}

/* Alice's address in either family, with this port; 0: no such family. */
static socklen_t
alice_at(uint8_t family, uint16_t port, struct sockaddr_storage *alice)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	if (family == 4) {
		inet_pton(AF_INET, ALICE_IP4, &in.sin_addr);
		memcpy(alice, &in, sizeof(in));
		return sizeof(in);
	}
	if (family == 6) {
		inet_pton(AF_INET6, ALICE_IP6, &in6.sin6_addr);
		memcpy(alice, &in6, sizeof(in6));
		return sizeof(in6);
	}
	return 0;
}

/* What was made to restore connections lets a new one begin at a sequence number of ours (tcp(7) has nothing of it). */
static int
choose_isn(int fd, uint32_t isn)
{
	const int on = TCP_REPAIR_ON, off = TCP_REPAIR_OFF_NO_WP, queue = TCP_SEND_QUEUE;

	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue)) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &isn, sizeof(isn)) < 0)
		return -1;
	return setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &off, sizeof(off));
}

void
socket_connect(struct agent *agent, struct incoming *request, struct answer *answer)
{
	const uint16_t port = request->head.port, from = request->head.from;
	struct sockaddr_storage alice = { 0 };
	socklen_t size = alice_at(request->head.family, port, &alice);
	int fd;

	if (size == 0) {
		answer_failed(
		    answer, EAFNOSUPPORT, "family %u was asked for: 4 and 6 are the ones", request->head.family);
		return;
	}
	if (port == 0) {
		answer_failed(answer, EINVAL, "port 0 cannot be connected to: name one from 1 to 65535");
		return;
	}
	fd = socket(alice.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		answer_failed(answer, errno, "Bob gets no socket: %s%s", strerror(errno), advice(errno));
		return;
	}
	(void)agent_settings_apply(&agent->settings, fd);
	if (from != 0 && endpoint_bind(fd, alice.ss_family, from) < 0) {
		answer_failed(
		    answer, errno, "Bob cannot use port %u of his own: %s%s", from, strerror(errno), advice(errno));
	} else if (request->head.number != 0 && choose_isn(fd, request->head.number) < 0) {
		answer_failed(answer, errno, "Bob cannot begin at %u: %s", request->head.number, strerror(errno));
	} else if (connect(fd, (const struct sockaddr *)&alice, size) < 0 && errno != EINPROGRESS) {
		answer_failed(answer, errno, "connect to Alice's port %u: %s%s", port, strerror(errno), advice(errno));
	} else {
		hold_socket(&agent->sockets, fd, &alice, answer);
		return;
	}
	close(fd);
}

void
socket_read(struct agent *agent, struct incoming *request, struct answer *answer)
{
	struct learner_socket *s = find_socket(&agent->sockets, request->head.socket, answer);
	size_t most = request->head.number;
	ssize_t n;

	if (s == NULL)
		return;
	if (most == 0 || most > AGENT_DATA_MAX)
		most = AGENT_DATA_MAX;
	answer->head.socket = s->number;
	n = recv(s->fd, answer->data, most, MSG_DONTWAIT);
	if (n >= 0)
		answer->head.size = (uint32_t)n;
	else if (errno == EAGAIN)
		answer_failed(answer, EAGAIN, "nothing to read on socket %d yet", s->number);
	else
		answer_failed(answer, errno, "read on socket %d: %s%s", s->number, strerror(errno), advice(errno));
}

void
socket_write(struct agent *agent, struct incoming *request, struct answer *answer)
{
	struct learner_socket *s = find_socket(&agent->sockets, request->head.socket, answer);
	ssize_t n;

	if (s == NULL)
		return;
	answer->head.socket = s->number;
	n = send(s->fd, request->data, request->head.size, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n >= 0)
		answer->head.number = (uint32_t)n;
	else if (errno == EAGAIN)
		answer_failed(answer, EAGAIN,
		    "socket %d takes nothing now: its send buffer is full, or its handshake not done", s->number);
	else
		answer_failed(answer, errno, "write on socket %d: %s%s", s->number, strerror(errno), advice(errno));
}

void
socket_shutdown(struct agent *agent, struct incoming *request, struct answer *answer)
{
	struct learner_socket *s = find_socket(&agent->sockets, request->head.socket, answer);

	if (s == NULL)
		return;
	answer->head.socket = s->number;
	if (shutdown(s->fd, SHUT_WR) < 0)
		answer_failed(answer, errno, "shutdown of socket %d: %s%s", s->number, strerror(errno), advice(errno));
}

static void
close_port(struct agent *agent, uint16_t port, struct answer *answer)
{
	struct sockets *sockets = &agent->sockets;
	struct learner_listener *l = find_listener(sockets, port);

	if (l != NULL) {
		unsigned index = (unsigned)(l - sockets->listener);

		endpoint_close(&l->at);
		sockets->listeners--;
		memmove(l, l + 1, (sockets->listeners - index) * sizeof(*l));
	}
	if (!servers_close_port(agent, port) && l == NULL)
		answer_failed(
		    answer, EINVAL, "nothing of Bob's agent listens at port %u; `bob sockets` lists what does", port);
}

void
socket_close(struct agent *agent, struct incoming *request, struct answer *answer)
{
	struct learner_socket *s;

	if (request->head.port != 0) {
		close_port(agent, request->head.port, answer);
		return;
	}
	s = find_socket(&agent->sockets, request->head.socket, answer);
	if (s == NULL)
		return;
	for (struct learner_socket **at = &agent->sockets.newest; *at != NULL; at = &(*at)->next) {
		if (*at == s) {
			*at = s->next;
			break;
		}
	}
	agent->sockets.count--;
	answer->head.socket = s->number;
	close(s->fd);
	free(s);
}

void
sockets_apply_settings(struct agent *agent)
{
	for (unsigned i = 0; i < agent->sockets.listeners; i++)
		for (unsigned f = 0; f < ENDPOINT_FDS; f++)
			if (agent->sockets.listener[i].at.fd[f] >= 0)
				(void)agent_settings_apply(&agent->settings, agent->sockets.listener[i].at.fd[f]);
}

void
sockets_list_listeners(const struct agent *agent, struct text *t)
{
	for (unsigned i = 0; i < agent->sockets.listeners; i++) {
		const struct learner_listener *l = &agent->sockets.listener[i];

		text_add(
		    t, "port %u LISTEN backlog %u%s\n", l->port, l->backlog, l->at.fd[1] < 0 ? " (IPv4 only)" : "");
	}
}

static void
list_one(const struct learner_socket *s, struct text *t)
{
	struct sockaddr_storage local = { 0 };
	socklen_t size = sizeof(local);
	int unread = 0;

	getsockname(s->fd, (struct sockaddr *)&local, &size);
	ioctl(s->fd, FIONREAD, &unread);
	text_add(t, "socket %d ", s->number);
	endpoint_text(t, (const struct sockaddr *)&local);
	text_add(t, " %s %s unread %d\n", s->peer, endpoint_state(s->fd), unread);
}

void
sockets_list(const struct agent *agent, struct text *t)
{
	unsigned listed = 0;

	for (const struct learner_socket *s = agent->sockets.newest; s != NULL; s = s->next, listed++) {
		if (t->size - t->length < 256) {
			text_add(t, "and %u older sockets\n", agent->sockets.count - listed);
			return;
		}
		list_one(s, t);
	}
}

void
sockets_close_all(struct agent *agent)
{
	struct sockets *sockets = &agent->sockets;

	for (unsigned i = 0; i < sockets->listeners; i++)
		endpoint_close(&sockets->listener[i].at);
	sockets->listeners = 0;
	while (sockets->newest != NULL) {
		struct learner_socket *s = sockets->newest;

		sockets->newest = s->next;
		close(s->fd);
		free(s);
	}
	sockets->count = 0;
}
