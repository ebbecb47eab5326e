/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/address.h"
#include "lab/agent.h"
#include "lab/channel.h"
#include "lab/diag.h"
#include "lab/network.h"

#define KEPT_MAX 64

/* Exit status of a child that could not be set up. */
#define EXIT_UNFIT 3

struct init {
	struct init_start start;
	struct network network;
	int signals; /* signalfd of SIGCHLD */
	pid_t child[INIT_CHILDREN];
	uint32_t generation;
	int no_destroy;
	int kept[KEPT_MAX];
	unsigned kept_count;
};

/* ---- children -------------------------------------------------------------------------------------------------- */

/* Closes every descriptor from 3 on that is not in the list, which it sorts. */
static void
close_all_but(int *fds, unsigned count)
{
	int from = 3;

	for (unsigned i = 1; i < count; i++) {
		for (unsigned j = i; j > 0 && fds[j - 1] > fds[j]; j--) {
			int swap = fds[j];

			fds[j] = fds[j - 1];
			fds[j - 1] = swap;
		}
	}
	for (unsigned i = 0; i < count; from = fds[i++] + 1) {
		if (fds[i] > from)
			close_range((unsigned)from, (unsigned)fds[i] - 1, 0);
	}
	close_range((unsigned)from, ~0U, 0);
}

static void
forget_signals(void)
{
	struct sigaction action;
	sigset_t none;

	for (int number = 1; number < NSIG; number++) {
		if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
			signal(number, SIG_DFL);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void
be_wire(struct init *init, int control)
{
	const struct wire_start start = {
		.interface = { [PORT_ALICE] = WIRE_ALICE_IF, [PORT_BOB] = WIRE_BOB_IF },
		.ports = 2,
		.control = control,
		.notify = init->start.notify,
		.shared = init->start.shared,
		.seed = init->start.seed,
	};
	struct err err;

	prctl(PR_SET_NAME, "tcpdojo-wire");
	if (setns(init->network.wire_ns, CLONE_NEWNET) < 0 || identity_keep_network(&err) < 0)
		_exit(EXIT_UNFIT);
	close_all_but((int[]){ control, start.notify }, 2);
	_exit(wire_run(&start));
}

static _Noreturn void
be_agent(int control)
{
	const struct agent_start start = { .control = control };
	struct err err;

	prctl(PR_SET_NAME, "tcpdojo-bob");
	if (identity_for_programs(&err) < 0)
		_exit(EXIT_UNFIT);
	close_all_but((int[]){ control }, 1);
	_exit(agent_run(&start));
}

/* The child's other end of its control socket; -1 with *err. */
static int
spawn(struct init *init, enum init_child who, struct err *err)
{
	int pair[2];
	pid_t pid;

	if (channel_pair(pair) < 0)
		return err_set(err, ERR_SYSTEM, "no socket for the lab's processes: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		setsid();
		forget_signals();
		if (who == INIT_WIRE)
			be_wire(init, pair[1]);
		be_agent(pair[1]);
	}
	close(pair[1]);
	if (pid < 0) {
		err_set(err, ERR_SYSTEM, "the lab's processes could not be started: %s", strerror(errno));
		close(pair[0]);
		return -1;
	}
	init->child[who] = pid;
	return pair[0];
}

static void
reap(struct init *init)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(init->signals, &info, sizeof(info)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (unsigned who = 0; who < INIT_CHILDREN; who++) {
			struct init_news news = {
				.generation = init->generation, .who = (uint8_t)who, .status = status
			};
			const struct iovec part = { .iov_base = &news, .iov_len = sizeof(news) };

			if (init->child[who] != pid)
				continue;
			init->child[who] = 0;
			channel_send(init->start.watch, &part, 1, NULL, 0);
		}
	}
}

/*
 * Ends every process of the lab but this one, and every socket of Bob's.  Sockets first while programs still hold them:
 * orphans are out of reach of older kernels' SOCK_DESTROY.
 */
static void
end_all(struct init *init)
{
	bool orphans = diag_destroys_orphans();
	struct err err;
	int diag = diag_open(&err);

	memset(init->child, 0, sizeof(init->child));
	if (diag >= 0)
		diag_destroy_all(init->start.faults, diag, orphans);
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	if (diag >= 0)
		diag_destroy_all(init->start.faults, diag, orphans);
	channel_close(&diag);
}

/* ---- Bob ------------------------------------------------------------------------------------------------------- */

static int
open_views(struct init *init, int fds[INIT_FDS], struct err *err)
{
	fds[INIT_FD_DIAG] = diag_open(err);
	if (fds[INIT_FD_DIAG] < 0)
		return -1;
	init->no_destroy = diag_can_destroy(init->start.faults, fds[INIT_FD_DIAG]);
	fds[INIT_FD_NETSTAT] = open("/proc/self/net/netstat", O_RDONLY | O_CLOEXEC);
	fds[INIT_FD_SNMP] = open("/proc/self/net/snmp", O_RDONLY | O_CLOEXEC);
	if (fds[INIT_FD_NETSTAT] < 0 || fds[INIT_FD_SNMP] < 0)
		return err_set(err, ERR_SYSTEM, "Bob's counters (/proc/self/net/netstat, snmp) cannot be opened: %s",
		    strerror(errno));
	return 0;
}

/* In Bob's new namespace: everything that makes him Bob.  Descriptors for main are put into fds, -1 where there is
 * none. */
static int
start_bob(struct init *init, int fds[INIT_FDS], struct err *err)
{
	for (unsigned i = 0; i < INIT_FDS; i++)
		fds[i] = -1;
	init->generation++;
	if (network_link_bob(&init->network, err) < 0)
		return -1;
	fds[INIT_FD_WIRE] = spawn(init, INIT_WIRE, err);
	if (fds[INIT_FD_WIRE] < 0 || network_furnish_bob(&init->network, err) < 0)
		return -1;
	fds[INIT_FD_AGENT] = spawn(init, INIT_AGENT, err);
	return fds[INIT_FD_AGENT] < 0 ? -1 : open_views(init, fds, err);
}

static int
restart(struct init *init, int fds[INIT_FDS], struct err *err)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = (sizeof(struct wire_shared) + page - 1) / page * page;

	end_all(init);
	if (network_new_bob(&init->network, err) < 0)
		return -1;
	if (madvise(init->start.shared, size, MADV_REMOVE) < 0)
		return err_set(err, ERR_SYSTEM, "the wire's memory could not be cleared: %s", strerror(errno));
	return start_bob(init, fds, err);
}

/* ---- requests -------------------------------------------------------------------------------------------------- */

static int
keep(struct init *init, int *fds, unsigned count, struct err *err)
{
	if (init->kept_count + count > KEPT_MAX) {
		for (unsigned i = 0; i < count; i++)
			close(fds[i]);
		return err_set(err, ERR_SYSTEM, "lab init keeps %d descriptors at most", KEPT_MAX);
	}
	memcpy(init->kept + init->kept_count, fds, count * sizeof(int));
	init->kept_count += count;
	return 0;
}

static int
sysctl_failed(const struct init_request *request, int error, struct err *err)
{
	switch (error) {
	case 0:
		return 0;
	case ENOENT:
		return err_set(err, ERR_INPUT,
		    "Bob's kernel has no setting \"%s\" (they are the files below /proc/sys/net/)", request->name);
	case EINVAL:
	case ERANGE:
		return err_set(
		    err, ERR_INPUT, "Bob's kernel will not have \"%s\" for %s", request->value, request->name);
	default:
		return err_set(
		    err, ERR_SYSTEM, "%s of Bob's kernel is out of reach: %s", request->name, strerror(error));
	}
}

/* Answers; descriptors sent are closed here, since they are main's now. */
static void
reply(struct init *init, struct init_reply *reply, int result, int fds[INIT_FDS])
{
	const struct iovec part = { .iov_base = reply, .iov_len = sizeof(*reply) };
	bool all = result == 0 && fds[INIT_FD_SNMP] >= 0;

	reply->done = result == 0;
	reply->about = (struct init_about){
		.ip6 = init->network.ip6,
		.patient = init->network.patient,
		.no_destroy = init->no_destroy,
		.lacking = init->network.lacking,
		.generation = init->generation,
	};
	channel_send(init->start.requests, &part, 1, fds, all ? INIT_FDS : 0);
	for (unsigned i = 0; i < INIT_FDS; i++)
		channel_close(&fds[i]);
}

static void
serve(struct init *init)
{
	struct init_request request = { 0 };
	struct init_reply answer = { 0 };
	const struct iovec part = { .iov_base = &request, .iov_len = sizeof(request) };
	int received[CHANNEL_FDS_MAX], fds[INIT_FDS] = { -1, -1, -1, -1, -1 }, result = -1;
	unsigned count = CHANNEL_FDS_MAX;

	if (channel_receive(init->start.requests, &part, 1, received, &count) != sizeof(request)) {
		/* main is gone; the pipe will say so too */
		channel_close(&init->start.requests);
		return;
	}
	switch ((enum init_op)request.op) {
	case INIT_RESTART:
		result = restart(init, fds, &answer.err);
		break;
	case INIT_SYSCTL:
		result =
		    sysctl_failed(&request, sysctl_write(init->start.faults, request.name, request.value), &answer.err);
		break;
	case INIT_SYSCTL_READ:
		result = sysctl_failed(&request,
		    sysctl_read(init->start.faults, request.name, answer.value, sizeof(answer.value)), &answer.err);
		break;
	case INIT_PATIENCE:
		result = network_set_patience(&init->network, request.on, &answer.err);
		break;
	case INIT_NEIGHBOUR:
		result = network_neighbour(&init->network, request.on, &answer.err);
		break;
	case INIT_KERNEL_ALICE:
		result = network_kernel_alice(&init->network, request.on, &answer.err);
		break;
	case INIT_KEEP:
		result = keep(init, received, count, &answer.err);
		break;
	}
	reply(init, &answer, result, fds);
}

/* ---- life and death -------------------------------------------------------------------------------------------- */

/* Out of main's session, signals and descriptors; standard error stays, for what the sanitizers and libraries have to
 * say. */
static int
settle(struct init *init)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t child;

	setsid();
	prctl(PR_SET_NAME, "tcpdojo-init");
	forget_signals();
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
	}
	close_all_but((int[]){ init->start.life, init->start.requests, init->start.watch, init->start.notify }, 4);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	init->signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	return init->signals < 0 ? -1 : 0;
}

static void
live(struct init *init)
{
	enum { LIFE, REQUESTS, SIGNALS, POLLED };

	for (;;) {
		struct pollfd polled[POLLED] = {
			[LIFE] = { .fd = init->start.life, .events = POLLIN },
			[REQUESTS] = { .fd = init->start.requests, .events = POLLIN },
			[SIGNALS] = { .fd = init->signals, .events = POLLIN },
		};

		if (poll(polled, POLLED, -1) < 0)
			continue;
		if (polled[LIFE].revents != 0)
			return;
		if (polled[SIGNALS].revents != 0)
			reap(init);
		if (polled[REQUESTS].revents != 0)
			serve(init);
	}
}

_Noreturn void
init_run(const struct init_start *start)
{
	struct init init = {
		.start = *start,
		.network = { .alice.inet = -1, .wire.inet = -1, .bob.inet = -1, .alice_ns = -1, .wire_ns = -1, .bob_ns = -1 },
	};
	struct init_reply answer = { 0 };
	int fds[INIT_FDS] = { -1, -1, -1, -1, -1 }, result;

	init.network.faults = init.start.faults;
	init.network.limits = init.start.limits;
	if (settle(&init) < 0)
		_exit(EXIT_UNFIT);
	result = network_begin(&init.network, &answer.err);
	reply(&init, &answer, result, fds);
	if (result < 0)
		_exit(1);
	result = start_bob(&init, fds, &answer.err);
	reply(&init, &answer, result, fds);
	if (result == 0)
		live(&init);
	end_all(&init);
	_exit(result < 0);
}
