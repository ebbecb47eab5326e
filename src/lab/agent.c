/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/when.h"
#include "lab/agent_parts.h"

#define EVENTS_A_TURN 64
#define FILES_WANTED 16384
#define FDS_TAKEN 16 /* of one message; the kernel throws away what is beyond */

int64_t
agent_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* ---- the loop's descriptors -------------------------------------------------------------------------------------- */

int
watch_want(struct agent *agent, struct watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	if (watch->fd < 0 || (watch->added && watch->events == events))
		return 0;
	if (epoll_ctl(agent->epoll, watch->added ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, watch->fd, &event) < 0)
		return -1;
	watch->added = true;
	watch->events = events;
	return 0;
}

/* Taken out by name: a duplicate of the descriptor elsewhere would keep it in. */
void
watch_close(struct agent *agent, struct watch *watch)
{
	if (watch->added)
		epoll_ctl(agent->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
	if (watch->fd >= 0)
		close(watch->fd);
	watch->fd = -1;
	watch->added = false;
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

void
answer_failed(struct answer *answer, int error, const char *format, ...)
{
	struct text t = text_in((char *)answer->data, sizeof(answer->data));
	va_list ap;

	va_start(ap, format);
	text_vadd(&t, format, ap);
	va_end(ap);
	answer->head.done = false;
	answer->head.error = error;
	answer->head.size = (uint32_t)t.length;
}

static void
set(struct agent *agent, struct incoming *request, struct answer *answer)
{
	struct err err;

	if (memchr(request->data, '\0', request->head.size) != NULL) {
		answer_failed(answer, EINVAL, "a setting with a NUL byte in it: text such as pause=150ms was expected");
	} else if (agent_settings_parse(&agent->settings, (const char *)request->data, &err) < 0) {
		answer_failed(answer, EINVAL, "%s", err.text);
	} else {
		sockets_apply_settings(agent);
		servers_apply_settings(agent);
	}
}

static void
list(struct agent *agent, struct incoming *request, struct answer *answer)
{
	struct text t = text_in((char *)answer->data, sizeof(answer->data));

	(void)request;
	servers_list(agent, &t);
	sockets_list_listeners(agent, &t);
	jobs_list(agent, &t);
	sockets_list(agent, &t);
	answer->head.size = (uint32_t)t.length;
}

static void
pace(struct agent *agent, struct incoming *request, struct answer *answer)
{
	if (request->head.number > PACE_NEXT)
		answer_failed(answer, EINVAL, "pace %u: there are 0 to %d", request->head.number, PACE_NEXT);
	else
		answer->head.number = servers_pace(agent, (enum agent_pace)request->head.number);
}

static void
ping(struct agent *agent, struct incoming *request, struct answer *answer)
{
	(void)agent;
	(void)request;
	(void)answer;
}

static void (*const operations[])(struct agent *agent, struct incoming *request, struct answer *answer) = {
	[AGENT_LISTEN] = socket_listen,
	[AGENT_ACCEPT] = socket_accept,
	[AGENT_CONNECT] = socket_connect,
	[AGENT_READ] = socket_read,
	[AGENT_WRITE] = socket_write,
	[AGENT_SHUTDOWN] = socket_shutdown,
	[AGENT_CLOSE] = socket_close,
	[AGENT_SET] = set,
	[AGENT_RUN] = job_run,
	[AGENT_JOB] = job_tell,
	[AGENT_LIST] = list,
	[AGENT_PACE] = pace,
	[AGENT_PING] = ping,
};

/* ---- control ----------------------------------------------------------------------------------------------------- */

/* Keeps the first three descriptors that came along. */
static void
take_fds(struct incoming *request, struct msghdr *message)
{
	unsigned kept = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
		const unsigned char *at = CMSG_DATA(c);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int); n > 0; n--, at += sizeof(int)) {
			int fd;

			memcpy(&fd, at, sizeof(fd));
			if (kept < 3)
				request->fds[kept++] = fd;
			else
				close(fd);
		}
	}
}

/* One message; its size, beyond the buffer too, or -1: nothing there, or control has closed, and then agent->over. */
static ssize_t
receive_request(struct agent *agent)
{
	struct incoming *request = &agent->request;
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(FDS_TAKEN * sizeof(int))];
	} ancillary;
	struct iovec parts[] = { { &request->head, sizeof(request->head) }, { request->data, AGENT_DATA_MAX } };
	struct msghdr message = {
		.msg_iov = parts, .msg_iovlen = 2, .msg_control = &ancillary, .msg_controllen = sizeof(ancillary)
	};
	struct pollfd peer = { .fd = agent->control.fd, .events = POLLRDHUP };
	ssize_t n = recvmsg(agent->control.fd, &message, MSG_DONTWAIT | MSG_TRUNC | MSG_CMSG_CLOEXEC);

	if (n < 0) {
		agent->over = errno != EAGAIN && errno != EINTR;
		return -1;
	}
	take_fds(request, &message);
	/* End of file and an empty message look the same; only behind the first has the peer gone. */
	if (n == 0 && poll(&peer, 1, 0) > 0) {
		agent->over = true;
		return -1;
	}
	return n;
}

static void
answer_request(struct agent *agent, size_t size)
{
	struct incoming *request = &agent->request;
	struct answer *answer = &agent->answer;
	const size_t head_size = sizeof(request->head);

	memset(&answer->head, 0, sizeof(answer->head));
	answer->head.done = true;
	if (size < head_size) {
		answer_failed(answer, EBADMSG, "a request of %zu bytes: at least %zu were expected", size, head_size);
	} else if (request->head.size > AGENT_DATA_MAX || size > head_size + AGENT_DATA_MAX) {
		answer_failed(answer, EMSGSIZE, "a request with %zu bytes of data, said to be %u: at most %d go in one",
		    size - head_size, request->head.size, AGENT_DATA_MAX);
	} else if (size != head_size + request->head.size) {
		answer_failed(answer, EBADMSG, "a request with %zu bytes of data, said to be %u", size - head_size,
		    request->head.size);
	} else if (request->head.op >= sizeof(operations) / sizeof(*operations)) {
		answer_failed(answer, EBADMSG, "a request for operation %u, which there is none of", request->head.op);
	} else {
		request->data[request->head.size] = '\0';
		operations[request->head.op](agent, request, answer);
	}
	agent->replying = true;
}

/* A main that takes no answers is asked for nothing more, and stops nobody else. */
static void
send_answer(struct agent *agent)
{
	struct iovec parts[] = { { &agent->answer.head, sizeof(agent->answer.head) },
		{ agent->answer.data, agent->answer.head.size } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };

	if (sendmsg(agent->control.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		agent->replying = false;
	else if (errno != EAGAIN && errno != EINTR)
		agent->over = true;
	watch_want(agent, &agent->control, agent->replying ? EPOLLOUT : EPOLLIN);
}

static void
control_ready(struct agent *agent, struct watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
	if (!agent->replying) {
		struct incoming *request = &agent->request;
		ssize_t size;

		for (unsigned i = 0; i < 3; i++)
			request->fds[i] = -1;
		size = receive_request(agent);
		if (size >= 0)
			answer_request(agent, (size_t)size);
		for (unsigned i = 0; i < 3; i++)
			if (request->fds[i] >= 0)
				close(request->fds[i]);
	}
	if (agent->replying)
		send_answer(agent);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static int
loop(struct agent *agent)
{
	struct epoll_event events[EVENTS_A_TURN];

	while (!agent->over) {
		int n = epoll_wait(agent->epoll, events, EVENTS_A_TURN, servers_turn(agent));

		if (n < 0 && errno != EINTR)
			return EXIT_FAILURE;
		for (int i = 0; i < n; i++) {
			struct watch *watch = events[i].data.ptr;

			watch->ready(agent, watch, events[i].events);
		}
	}
	return EXIT_SUCCESS;
}

static int
begin(struct agent *agent)
{
	struct rlimit more;

	agent->jobs.ended_children.fd = -1;
	agent->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (agent->epoll < 0 || getrlimit(RLIMIT_NOFILE, &agent->files) < 0)
		return -1;
	more = agent->files;
	if (more.rlim_cur < FILES_WANTED) {
		more.rlim_cur = more.rlim_max < FILES_WANTED ? more.rlim_max : FILES_WANTED;
		setrlimit(RLIMIT_NOFILE, &more);
	}
	fcntl(agent->control.fd, F_SETFD, FD_CLOEXEC);
	agent->control.ready = control_ready;
	agent->settings = agent_settings_default();
	if (watch_want(agent, &agent->control, EPOLLIN) < 0 || jobs_start(agent) < 0)
		return -1;
	return servers_start(agent);
}

int
agent_run(const struct agent_start *start)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct agent *agent = calloc(1, sizeof(*agent));
	int status = EXIT_FAILURE;

	if (agent == NULL)
		return status;
	sigaction(SIGPIPE, &ignore, NULL);
	agent->control.fd = start->control;
	if (begin(agent) == 0)
		status = loop(agent);
	jobs_stop(agent);
	sockets_close_all(agent);
	if (agent->servers != NULL)
		servers_stop(agent);
	watch_close(agent, &agent->control);
	if (agent->epoll >= 0)
		close(agent->epoll);
	free(agent);
	return status;
}
