/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/when.h"
#include "lab/server_parts.h"

static const struct server table[] = {
	{ "echo", "says everything back", 7, SOCK_STREAM, echo_begin, NULL },
	{ "discard", "reads everything and says nothing", 9, SOCK_STREAM, discard_begin, NULL },
	{ "chargen", "never stops sending lines of characters", 19, SOCK_STREAM, chargen_begin, NULL },
	{ "http", "serves a page about the connection it came over", 80, SOCK_STREAM, http_begin, NULL },
	{ "echo", "says each datagram back", 7, SOCK_DGRAM, NULL, echo_answer },
	{ "discard", "reads each datagram and says nothing", 9, SOCK_DGRAM, NULL, discard_answer },
};

#define SERVERS (sizeof(table) / sizeof(*table))

const struct server *
server_table(unsigned *count)
{
	*count = SERVERS;
	return table;
}

#define SERVED_MAX 4096
#define FDS_FOR_OTHERS 128 /* of the agent's descriptors */
#define FDS_A_CONNECTION 2
#define BACKLOG 128
#define ACCEPTS_A_TURN 64
#define RETRY_NS (100 * NS_PER_MS) /* accept found no descriptor or memory free */
#define DRAIN_MAX (1 << 20)

/* One listening or datagram socket of a service. */
struct door {
	struct watch watch;
	struct service *service;
};

struct service {
	const struct server *server;
	struct door door[ENDPOINT_FDS];
	unsigned connections;
	int error; /* why it does not run; 0: it runs, or was closed */
};

struct servers {
	struct service service[SERVERS];
	struct http *http;
	struct served *open;                       /* newest first */
	struct served *ending_first, *ending_last; /* by close_at_ns */
	unsigned count, limit;
	bool held;        /* those that are ending are closed by PACE_NEXT only */
	bool shut;        /* no connection is accepted: there are `limit`, or the system is short of something */
	int64_t retry_ns; /* when shut: look again then */
};

struct served *
servers_open(struct agent *agent)
{
	return agent->servers->open;
}

struct http *
servers_http(struct agent *agent)
{
	return agent->servers->http;
}

/* Opens or shuts the doors of all stream servers. */
static void
let_in(struct agent *agent, bool open)
{
	struct servers *servers = agent->servers;

	servers->shut = !open;
	servers->retry_ns = open ? WHEN_NEVER : agent_now_ns() + RETRY_NS;
	for (unsigned i = 0; i < SERVERS; i++)
		for (unsigned d = 0; d < ENDPOINT_FDS; d++)
			if (servers->service[i].server->type == SOCK_STREAM)
				watch_want(agent, &servers->service[i].door[d].watch, open ? EPOLLIN : 0);
}

static void
unlink_served(struct servers *servers, struct served *served)
{
	struct served **first = served->close_at_ns != 0 ? &servers->ending_first : &servers->open;

	if (served->before != NULL)
		served->before->after = served->after;
	else
		*first = served->after;
	if (served->after != NULL)
		served->after->before = served->before;
	else if (served->close_at_ns != 0)
		servers->ending_last = served->before;
}

/* Unread bytes would turn the close into a reset: what a peer sent behind its last request is thrown away. */
static void
drain(struct agent *agent, int fd)
{
	ssize_t n = 1;

	for (size_t total = 0; n > 0 && total < DRAIN_MAX; total += (size_t)n)
		n = recv(fd, agent->scratch, sizeof(agent->scratch), MSG_DONTWAIT);
}

static void
free_served(struct agent *agent, struct served *served)
{
	struct servers *servers = agent->servers;

	unlink_served(servers, served);
	watch_close(agent, &served->watch);
	served->service->connections--;
	servers->count--;
	free(served->stuck);
	free(served);
	if (servers->shut)
		let_in(agent, true);
}

void
served_break(struct agent *agent, struct served *served)
{
	free_served(agent, served);
}

static void
ending_ready(struct agent *agent, struct watch *watch, uint32_t events)
{
	(void)events; /* only EPOLLERR and EPOLLHUP come unasked: it was reset */
	free_served(agent, (struct served *)watch);
}

void
served_end(struct agent *agent, struct served *served)
{
	struct servers *servers = agent->servers;
	struct served *before = servers->ending_last;

	if (agent->settings.pause_ns == 0) {
		drain(agent, served->watch.fd);
		free_served(agent, served);
		return;
	}
	unlink_served(servers, served);
	served->close_at_ns = agent_now_ns() + agent->settings.pause_ns;
	while (before != NULL && before->close_at_ns > served->close_at_ns)
		before = before->before;
	served->before = before;
	served->after = before != NULL ? before->after : servers->ending_first;
	*(before != NULL ? &before->after : &servers->ending_first) = served;
	*(served->after != NULL ? &served->after->before : &servers->ending_last) = served;
	served->watch.ready = ending_ready;
	watch_want(agent, &served->watch, 0);
}

/* Where its library is not there, the server is no more from its first connection on. */
static bool
http_runs(struct agent *agent, struct service *service)
{
	struct servers *servers = agent->servers;

	if (servers->http == NULL)
		servers->http = http_start(agent);
	if (servers->http != NULL)
		return true;
	service->error = errno;
	for (unsigned d = 0; d < ENDPOINT_FDS; d++)
		watch_close(agent, &service->door[d].watch);
	return false;
}

static void
begin(struct agent *agent, struct service *service, int fd)
{
	struct servers *servers = agent->servers;
	struct served *served = calloc(1, sizeof(*served));

	if (served == NULL || (service->server->begin == http_begin && !http_runs(agent, service))) {
		free(served);
		close(fd);
		return;
	}
	(void)agent_settings_apply(&agent->settings, fd);
	served->watch.fd = fd;
	served->library_fd = -1;
	served->service = service;
	served->after = servers->open;
	if (servers->open != NULL)
		servers->open->before = served;
	servers->open = served;
	service->connections++;
	servers->count++;
	if (service->server->begin(agent, served) < 0)
		free_served(agent, served);
}

static void
stream_door_ready(struct agent *agent, struct watch *watch, uint32_t events)
{
	struct door *door = (struct door *)watch;
	struct servers *servers = agent->servers;

	(void)events;
	for (unsigned i = 0; i < ACCEPTS_A_TURN; i++) {
		int fd;

		if (servers->count >= servers->limit) {
			let_in(agent, false);
			return;
		}
		fd = accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0)
			begin(agent, door->service, fd);
		else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
			let_in(agent, false);
		if (fd < 0)
			return;
	}
}

static void
datagram_door_ready(struct agent *agent, struct watch *watch, uint32_t events)
{
	struct door *door = (struct door *)watch;

	(void)events;
	door->service->server->answer(agent, watch->fd);
}

static void
start_service(struct agent *agent, struct service *service, const struct server *server)
{
	struct endpoint endpoint;
	int result;

	service->server = server;
	for (unsigned d = 0; d < ENDPOINT_FDS; d++)
		service->door[d].watch.fd = -1;
	result = endpoint_open(&endpoint, server->type, server->port, BACKLOG, &agent->settings);
	for (unsigned d = 0; result == 0 && d < ENDPOINT_FDS; d++) {
		struct door *door = &service->door[d];

		door->service = service;
		door->watch.fd = endpoint.fd[d];
		door->watch.ready = server->type == SOCK_STREAM ? stream_door_ready : datagram_door_ready;
		if (door->watch.fd >= 0 && watch_want(agent, &door->watch, EPOLLIN) < 0)
			result = -1;
	}
	service->error = result < 0 ? errno : 0;
}

int
servers_start(struct agent *agent)
{
	struct servers *servers = calloc(1, sizeof(*servers));
	struct rlimit files;

	if (servers == NULL)
		return -1;
	agent->servers = servers;
	servers->limit = 64;
	servers->retry_ns = WHEN_NEVER;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 &&
	    files.rlim_cur > FDS_FOR_OTHERS + FDS_A_CONNECTION * servers->limit) {
		rlim_t room = (files.rlim_cur - FDS_FOR_OTHERS) / FDS_A_CONNECTION;

		servers->limit = room < SERVED_MAX ? (unsigned)room : SERVED_MAX;
	}
	for (unsigned i = 0; i < SERVERS; i++)
		start_service(agent, &servers->service[i], &table[i]);
	return 0;
}

void
servers_stop(struct agent *agent)
{
	struct servers *servers = agent->servers;

	agent->settings.pause_ns = 0;
	if (servers->http != NULL)
		http_stop(agent, servers->http);
	while (servers->open != NULL)
		free_served(agent, servers->open);
	while (servers->ending_first != NULL)
		free_served(agent, servers->ending_first);
	for (unsigned i = 0; i < SERVERS; i++)
		for (unsigned d = 0; d < ENDPOINT_FDS; d++)
			watch_close(agent, &servers->service[i].door[d].watch);
	free(servers);
	agent->servers = NULL;
}

static void
close_first(struct agent *agent)
{
	drain(agent, agent->servers->ending_first->watch.fd);
	free_served(agent, agent->servers->ending_first);
}

unsigned
servers_pace(struct agent *agent, enum agent_pace pace)
{
	struct servers *servers = agent->servers;

	servers->held = pace != PACE_OWN;
	if (pace != PACE_NEXT || servers->ending_first == NULL)
		return 0;
	close_first(agent);
	return 1;
}

int
servers_turn(struct agent *agent)
{
	struct servers *servers = agent->servers;
	int sleep_ms = servers->http != NULL ? http_turn(agent, servers->http) : -1;
	int64_t next_ns, now_ns = agent_now_ns(), wait_ms;

	while (!servers->held && servers->ending_first != NULL && servers->ending_first->close_at_ns <= now_ns)
		close_first(agent);
	if (servers->retry_ns <= now_ns)
		let_in(agent, true);
	next_ns = servers->retry_ns;
	if (!servers->held && servers->ending_first != NULL && servers->ending_first->close_at_ns < next_ns)
		next_ns = servers->ending_first->close_at_ns;
	if (next_ns == WHEN_NEVER)
		return sleep_ms;
	wait_ms = (next_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS; /* never early */
	return sleep_ms >= 0 && sleep_ms < wait_ms ? sleep_ms : (int)wait_ms;
}

static bool
has_door(const struct service *service)
{
	return service->door[0].watch.fd >= 0 || service->door[1].watch.fd >= 0;
}

const char *
servers_name_at(const struct agent *agent, uint16_t port, int type)
{
	for (unsigned i = 0; i < SERVERS; i++) {
		const struct service *service = &agent->servers->service[i];

		if (service->server->port == port && service->server->type == type && has_door(service))
			return service->server->name;
	}
	return NULL;
}

bool
servers_close_port(struct agent *agent, uint16_t port)
{
	bool closed = false;

	for (unsigned i = 0; i < SERVERS; i++) {
		struct service *service = &agent->servers->service[i];

		if (service->server->port != port || !has_door(service))
			continue;
		for (unsigned d = 0; d < ENDPOINT_FDS; d++)
			watch_close(agent, &service->door[d].watch);
		closed = true;
	}
	return closed;
}

void
servers_apply_settings(struct agent *agent)
{
	for (unsigned i = 0; i < SERVERS; i++) {
		const struct service *service = &agent->servers->service[i];

		for (unsigned d = 0; d < ENDPOINT_FDS; d++)
			if (service->server->type == SOCK_STREAM && service->door[d].watch.fd >= 0)
				(void)agent_settings_apply(&agent->settings, service->door[d].watch.fd);
	}
}

void
servers_list(const struct agent *agent, struct text *t)
{
	for (unsigned i = 0; i < SERVERS; i++) {
		const struct service *service = &agent->servers->service[i];
		const struct server *server = service->server;
		bool stream = server->type == SOCK_STREAM;

		text_add(t, "server %s %s port %u ", server->name, stream ? "tcp" : "udp", server->port);
		if (service->error != 0)
			text_add(t, "does not run: %s\n", strerror(service->error));
		else if (!has_door(service))
			text_add(t, "closed");
		else
			text_add(t, "%s, %s", stream ? "LISTEN" : "open", server->says);
		if (service->error == 0 && stream)
			text_add(t, ", connections %u", service->connections);
		if (service->error == 0)
			text_add(t, "\n");
	}
}
