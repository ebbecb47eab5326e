/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Main's talk with the running lab: who lives, the wire, the agent, Bob's kernel, and what there is to say about it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "base/when.h"
#include "lab/address.h"
#include "lab/channel.h"
#include "lab/lab_private.h"

/* Far beyond what any answer takes, also under valgrind: only a stopped process lets it pass. */
#define ANSWER_TIMEOUT_MS 10000

/* ---- who lives ------------------------------------------------------------------------------------------------- */

static bool
readable(int fd)
{
	struct pollfd polled = { .fd = fd, .events = POLLIN };

	return poll(&polled, 1, 0) == 1;
}

/* The descriptor that main polls keeps its number, and falls silent: there is nothing more to hear. */
static void
silence_watch(struct lab *lab)
{
	int silent = eventfd(0, EFD_CLOEXEC);

	if (silent < 0)
		return;
	dup3(silent, lab->watch, O_CLOEXEC);
	close(silent);
}

static void
hear_news(struct lab *lab)
{
	while (!lab->gone && readable(lab->watch)) {
		struct init_news news;
		const struct iovec part = { .iov_base = &news, .iov_len = sizeof(news) };
		struct err ignored;

		if (channel_receive(lab->watch, &part, 1, NULL, NULL) != sizeof(news)) {
			silence_watch(lab);
			lab_init_gone(lab, &ignored);
		} else if (news.generation == lab->about.generation && news.who < INIT_CHILDREN) {
			lab->ended[news.who] = true;
			lab->status[news.who] = news.status;
		}
	}
}

static void
add_end(struct text *t, const char *who, int status)
{
	if (t->length > 0)
		text_add(t, "; ");
	if (WIFSIGNALED(status))
		text_add(t, "%s was killed by signal %d (%s)", who, WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		text_add(t, "%s has ended with status %d", who, WEXITSTATUS(status));
}

bool
lab_alive(struct lab *lab, char *buffer, unsigned size)
{
	static const char *const names[INIT_CHILDREN] = { [INIT_WIRE] = "the wire", [INIT_AGENT] = "Bob's agent" };
	struct text t = text_in(buffer, size);
	struct err err;

	hear_news(lab);
	if (lab->gone) {
		lab_init_gone(lab, &err);
		text_add(&t, "%s", err.text);
		return false;
	}
	for (unsigned who = 0; who < INIT_CHILDREN; who++) {
		if (lab->ended[who])
			add_end(&t, names[who], lab->status[who]);
	}
	if (t.length > 0)
		text_add(&t, ": `lab restart` brings a new one");
	return t.length == 0;
}

bool
lab_carries(const struct lab *lab)
{
	return !lab->gone && !lab->ended[INIT_WIRE];
}

int
lab_watch_fd(const struct lab *lab)
{
	return lab->watch;
}

static int64_t
clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* The agent answers once his servers listen. */
static int
agent_ready(struct lab *lab, struct err *err)
{
	const struct agent_request ping = { .op = AGENT_PING };
	struct agent_reply reply;
	char data[AGENT_DATA_MAX];

	return lab_agent_ask(lab, &ping, NULL, NULL, &reply, data, err);
}

int
lab_ready(struct lab *lab, struct err *err)
{
	int64_t deadline_ns = clock_ns() + ANSWER_TIMEOUT_MS * NS_PER_MS;
	char text[256];

	if (lab_finish(lab, err) < 0)
		return -1;
	while (atomic_load(&lab->shared->ready) == 0) {
		struct pollfd polled[] = { { .fd = lab->watch, .events = POLLIN }, { .fd = lab->notify, .events = POLLIN } };
		eventfd_t pokes;

		poll(polled, 2, 1000);
		/* An old poke, or that of a wire which has moved no frame yet: none that anybody will miss. */
		eventfd_read(lab->notify, &pokes);
		if (!lab_alive(lab, text, sizeof(text)))
			return err_set(err, ERR_SYSTEM, "the lab did not come up: %s", text);
		if (clock_ns() > deadline_ns)
			return err_set(err, ERR_SYSTEM, "the wire has not opened its captures for %d s: is it stopped?",
			    ANSWER_TIMEOUT_MS / 1000);
	}
	return agent_ready(lab, err);
}

/* ---- the wire and the agent ------------------------------------------------------------------------------------ */

/* A question with its data; the answer's header goes to `reply`, what follows it to `data`. */
struct talk {
	enum init_fd with;
	const char *name;
	const struct iovec *question;
	unsigned question_parts;
	const int *fds;
	unsigned fd_count;
	const struct iovec *answer;
	unsigned answer_parts;
};

static int
not_there(struct lab *lab, const struct talk *talk, struct err *err)
{
	const struct timespec moment = { .tv_nsec = 200 * NS_PER_MS };
	struct pollfd polled = { .fd = lab->watch, .events = POLLIN };
	char text[256];

	/* The closed socket may be seen before init has told of the end of its child. */
	if (lab_alive(lab, text, sizeof(text))) {
		ppoll(&polled, 1, &moment, NULL);
		lab_alive(lab, text, sizeof(text));
	}
	if (text[0] == '\0')
		return err_set(
		    err, ERR_SYSTEM, "%s does not talk any more: `lab restart` brings a new one", talk->name);
	return err_set(err, ERR_SYSTEM, "%s", text);
}

/* The size of the answer, or -1. */
static ssize_t
ask(struct lab *lab, const struct talk *talk, struct err *err)
{
	struct pollfd polled = { .events = POLLIN };
	ssize_t size;

	/* Init's children outlive it by a moment, and would still answer. */
	hear_news(lab);
	if (lab_finish(lab, err) < 0)
		return -1;
	polled.fd = lab->fd[talk->with];
	if (polled.fd < 0)
		return not_there(lab, talk, err);
	if (channel_send(polled.fd, talk->question, talk->question_parts, talk->fds, talk->fd_count) < 0) {
		if (errno == EPIPE || errno == ECONNRESET)
			return not_there(lab, talk, err);
		return err_set(err, ERR_SYSTEM, "%s could not be asked: %s", talk->name, strerror(errno));
	}
	while (poll(&polled, 1, ANSWER_TIMEOUT_MS) <= 0) {
		if (errno == EINTR)
			continue;
		/* Its late answer would be taken for that to the next question. */
		channel_close(&lab->fd[talk->with]);
		return err_set(err, ERR_SYSTEM, "%s has not answered for %d s: `lab restart` brings a new one",
		    talk->name, ANSWER_TIMEOUT_MS / 1000);
	}
	size = channel_receive(polled.fd, talk->answer, talk->answer_parts, NULL, NULL);
	if (size < (ssize_t)talk->answer[0].iov_len)
		return not_there(lab, talk, err);
	return size;
}

const struct wire_shared *
lab_wire(const struct lab *lab)
{
	return lab->shared;
}

int
lab_wire_fd(const struct lab *lab)
{
	return lab->notify;
}

int
lab_wire_ask(struct lab *lab, const struct wire_request *request, struct wire_reply *reply, struct err *err)
{
	const struct iovec question = { .iov_base = (void *)request, .iov_len = sizeof(*request) };
	const struct iovec answer = { .iov_base = reply, .iov_len = sizeof(*reply) };
	const struct talk talk = {
		.with = INIT_FD_WIRE,
		.name = "the wire",
		.question = &question,
		.question_parts = 1,
		.answer = &answer,
		.answer_parts = 1,
	};

	return ask(lab, &talk, err) < 0 ? -1 : 0;
}

int
lab_agent_ask(struct lab *lab, const struct agent_request *request, const void *request_data, const int *fds,
    struct agent_reply *reply, void *data, struct err *err)
{
	const struct iovec question[] = {
		{ .iov_base = (void *)request, .iov_len = sizeof(*request) },
		{ .iov_base = (void *)request_data, .iov_len = request->size },
	};
	const struct iovec answer[] = {
		{ .iov_base = reply, .iov_len = sizeof(*reply) },
		{ .iov_base = data, .iov_len = AGENT_DATA_MAX },
	};
	const struct talk talk = {
		.with = INIT_FD_AGENT,
		.name = "Bob's agent",
		.question = question,
		.question_parts = request->size > 0 ? 2 : 1,
		.fds = fds,
		.fd_count = fds != NULL ? 3 : 0,
		.answer = answer,
		.answer_parts = 2,
	};
	ssize_t size = ask(lab, &talk, err);

	if (size < 0)
		return -1;
	if ((size_t)size - sizeof(*reply) < reply->size)
		reply->size = (uint32_t)((size_t)size - sizeof(*reply));
	return 0;
}

/* ---- Bob's kernel ---------------------------------------------------------------------------------------------- */

int
lab_kernel(struct lab *lab, const struct four_tuple *tuple, struct kernel_view *view, struct err *err)
{
	if (lab_finish(lab, err) < 0)
		return -1;
	if (lab->diag == NULL)
		return err_set(err, ERR_SYSTEM, "there is no Bob to look at: `lab restart` brings a new one");
	return diag_find(lab->diag, ++lab->sequence, tuple, view, err);
}

int
lab_counters(struct lab *lab, struct counters *counters, struct err *err)
{
	if (lab_finish(lab, err) < 0)
		return -1;
	return diag_counters(lab->fd[INIT_FD_NETSTAT], lab->fd[INIT_FD_SNMP], &lab->names, counters, err);
}

const char *
lab_counter_name(const struct lab *lab, unsigned index)
{
	return index < lab->names.count ? lab->names.name[index] : "";
}

/* ---- what there is to say -------------------------------------------------------------------------------------- */

bool
lab_has_ipv6(const struct lab *lab)
{
	return lab->about.ip6;
}

static void
add_lacking(struct text *t, uint64_t rows, const char *verdict)
{
	for (unsigned row = 0; row < settings_count; row++) {
		if (rows >> row & 1)
			text_add(t, "%s %s: %s\n", verdict, settings[row].name, settings[row].why);
	}
}

void
lab_describe(struct lab *lab, char *buffer, unsigned size)
{
	struct text t = text_in(buffer, size);
	const struct init_about *about = &lab->about;
	char dead[256];
	struct err err;

	if (lab_finish(lab, &err) < 0) {
		text_add(&t, "%s\n", err.text);
		return;
	}
	text_add(&t, "Alice  %s  %s  on %s: you; the kernel has no address there\n", ALICE_IP4, ALICE_IP6, ALICE_IF);
	text_add(&t, "Bob    %s  %s  on %s: Linux, %s\n", BOB_IP4, about->ip6 ? BOB_IP6 : "(no IPv6)", BOB_IF,
	    about->patient ? "patient" : "as impatient as ordinary");
	if (!lab_alive(lab, dead, sizeof(dead)))
		text_add(&t, "%s\n", dead);
	if (!about->ip6)
		text_add(&t, "this system has no IPv6: Bob speaks IPv4 only\n");
	add_lacking(&t, about->lacking.missing, "this kernel lacks");
	add_lacking(&t, about->lacking.refused, "this system refuses");
	if (about->no_destroy != 0)
		text_add(&t,
		    "this kernel lacks SOCK_DESTROY (CONFIG_INET_DIAG_DESTROY): Bob's half-closed connections keep his "
		    "namespace for some time after the end\n");
}
