/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Holds a lab for the shell tests: does what each argument says, in order, and prints one line of answer for each.
 * A lab that refuses: its sentence goes to standard error, and the exit status is its code.
 *
 *   missing=NAMES refuse=FAULTS          before start
 *   start ready drop restart stop        the calls of lab.h; start and ready print microseconds
 *   other                                the lab started before, from now on
 *   describe alive ipv6
 *   get:NAME set:NAME=VALUE              Bob's sysctls, asked of lab init
 *   patient impatient neighbour no-neighbour
 *   ping agent:ORDER                     the agent's double (double.h)
 *   kernel:BOBPORT,ALICEPORT             state, queues, timer
 *   counter:NAME                         its value
 *   die:N                                the process kills itself N us after its start, wherever it then is
 *   child                                runs `sh -c 'grep Cap /proc/self/status'`: what programs started by main may
 * do sleep:N                              N seconds of silence, to see that there is silence watch waits until
 * lab_watch_fd is readable seccomp                              forbids unshare(2), as a container's filter does wait
 * until a line arrives on standard input packet:NAME                          a packet socket on the interface NAME,
 * kept by init
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lab/address.h"
#include "lab/lab.h"

static struct lab *lab, *other;
static struct lab_faults faults;
static struct err err;
static char answer[AGENT_DATA_MAX + 1];

static int64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static int
do_start(const char *argument)
{
	int64_t from_us = now_us();

	(void)argument;
	other = lab;
	lab = lab_start(1, &faults, &err);
	if (lab == NULL)
		return -1;
	snprintf(answer, sizeof(answer), "start %lld us%s", (long long)(now_us() - from_us),
	    if_nametoindex(ALICE_IF) != 0 ? "" : ", but " ALICE_IF " is not there");
	return 0;
}

static int
do_ready(const char *argument)
{
	int64_t from_us = now_us();

	(void)argument;
	if (lab_ready(lab, &err) < 0)
		return -1;
	snprintf(answer, sizeof(answer), "ready %lld us", (long long)(now_us() - from_us));
	return 0;
}

static int
do_stop(const char *argument)
{
	(void)argument;
	lab_stop(lab);
	lab = NULL;
	return 0;
}

static int
do_other(const char *argument)
{
	struct lab *swap = lab;

	(void)argument;
	lab = other;
	other = swap;
	return 0;
}

static int
do_alive(const char *argument)
{
	(void)argument;
	if (lab_alive(lab, answer, sizeof(answer)))
		snprintf(answer, sizeof(answer), "alive");
	return 0;
}

static int
do_set(const char *argument)
{
	char name[256];
	const char *value = strchr(argument, '=');

	snprintf(name, sizeof(name), "%.*s", (int)(value - argument), argument);
	return lab_sysctl(lab, name, value + 1, &err);
}

static int
do_agent(const char *argument)
{
	struct agent_request request = { .op = argument == NULL ? AGENT_PING : AGENT_SET };
	struct agent_reply reply;

	request.size = argument == NULL ? 0 : (uint32_t)strlen(argument);
	if (lab_agent_ask(lab, &request, argument, NULL, &reply, answer, &err) < 0)
		return -1;
	answer[reply.size] = '\0';
	answer[strcspn(answer, "\n")] = '\0';
	return 0;
}

static int
do_kernel(const char *argument)
{
	struct four_tuple tuple = { .bob.family = 4, .alice.family = 4 };
	struct kernel_view view;
	unsigned bob, alice;

	sscanf(argument, "%u,%u", &bob, &alice);
	tuple.bob_port = (uint16_t)bob;
	tuple.alice_port = (uint16_t)alice;
	inet_pton(AF_INET, BOB_IP4, tuple.bob.octet);
	inet_pton(AF_INET, ALICE_IP4, tuple.alice.octet);
	if (lab_kernel(lab, &tuple, &view, &err) < 0)
		return -1;
	snprintf(answer, sizeof(answer), "%s %s r%u w%u timer %u", view.found ? "found" : "none",
	    tcp_state_name(view.state), view.rqueue, view.wqueue, view.timer);
	return 0;
}

static int
do_counter(const char *argument)
{
	struct counters counters;

	if (lab_counters(lab, &counters, &err) < 0)
		return -1;
	snprintf(answer, sizeof(answer), "no such counter among %u", counters.count);
	for (unsigned i = 0; i < counters.count; i++) {
		if (strcmp(lab_counter_name(lab, i), argument) == 0)
			snprintf(answer, sizeof(answer), "%llu", (unsigned long long)counters.value[i]);
	}
	return 0;
}

static int
do_die(const char *argument)
{
	const struct itimerspec in = { .it_value.tv_nsec = atol(argument) % 1000000 * 1000,
		.it_value.tv_sec = atol(argument) / 1000000 };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL };
	timer_t timer;

	return timer_create(CLOCK_MONOTONIC, &event, &timer) < 0 || timer_settime(timer, 0, &in, NULL) < 0
	    ? err_set(&err, ERR_SYSTEM, "timer: %s", strerror(errno))
	    : 0;
}

static int
do_child(const char *argument)
{
	FILE *child = popen("awk '/^CapEff/ { print $2 }' /proc/self/status", "r");

	(void)argument;
	if (child == NULL || fgets(answer, sizeof(answer), child) == NULL)
		return err_set(&err, ERR_SYSTEM, "no child");
	answer[strcspn(answer, "\n")] = '\0';
	pclose(child);
	return 0;
}

static int
do_watch(const char *argument)
{
	struct pollfd polled = { .fd = lab_watch_fd(lab), .events = POLLIN };

	(void)argument;
	return poll(&polled, 1, 10000) == 1 ? 0 : err_set(&err, ERR_SYSTEM, "nothing to watch for 10 s");
}

static int
do_sleep(const char *argument)
{
	sleep((unsigned)atoi(argument));
	return 0;
}

static int
do_wait(const char *argument)
{
	(void)argument;
	fflush(stdout);
	return fgets(answer, sizeof(answer), stdin) != NULL ? (answer[0] = '\0') : 0;
}

static int
do_seccomp(const char *argument)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { .len = sizeof(rules) / sizeof(rules[0]), .filter = rules };

	(void)argument;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return err_set(&err, ERR_SYSTEM, "no filter: %s", strerror(errno));
	return 0;
}

static int
do_packet(const char *argument)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET, .sll_protocol = htons(3), .sll_ifindex = (int)if_nametoindex(argument)
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || at.sll_ifindex == 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		return err_set(&err, ERR_SYSTEM, "no packet socket on %s: %s", argument, strerror(errno));
	return lab_keep(lab, &fd, 1, &err);
}

static int
do_missing(const char *argument)
{
	faults.missing_sysctls = argument;
	return 0;
}

static int
do_refuse(const char *argument)
{
	faults.refuse = argument;
	return 0;
}

static int
do_describe(const char *argument)
{
	(void)argument;
	lab_describe(lab, answer, sizeof(answer));
	return 0;
}

static int
do_simple(const char *argument)
{
	switch (argument[0]) {
	case 'd':
		return lab_drop_privileges(lab, &err);
	case 'r':
		return lab_restart(lab, &err);
	case 'p':
		return lab_patience(lab, true, &err);
	case 'i':
		return lab_patience(lab, false, &err);
	case 'n':
		return lab_neighbour(lab, argument[1] != 'o', &err);
	}
	return 0;
}

static int
do_get(const char *argument)
{
	return lab_sysctl_read(lab, argument, answer, sizeof(answer), &err);
}

static int
do_ipv6(const char *argument)
{
	(void)argument;
	snprintf(answer, sizeof(answer), "%s", lab_has_ipv6(lab) ? "yes" : "no");
	return 0;
}

static const struct {
	const char *word; /* ending in '=' or ':', it takes an argument */
	int (*run)(const char *argument);
	const char *argument;
} words[] = {
	{ "agent:", do_agent, NULL },
	{ "alive", do_alive, NULL },
	{ "child", do_child, NULL },
	{ "counter:", do_counter, NULL },
	{ "describe", do_describe, NULL },
	{ "die:", do_die, NULL },
	{ "drop", do_simple, "d" },
	{ "get:", do_get, NULL },
	{ "impatient", do_simple, "i" },
	{ "ipv6", do_ipv6, NULL },
	{ "kernel:", do_kernel, NULL },
	{ "missing=", do_missing, NULL },
	{ "neighbour", do_simple, "n" },
	{ "no-neighbour", do_simple, "no" },
	{ "other", do_other, NULL },
	{ "packet:", do_packet, NULL },
	{ "patient", do_simple, "p" },
	{ "ping", do_agent, NULL },
	{ "ready", do_ready, NULL },
	{ "refuse=", do_refuse, NULL },
	{ "restart", do_simple, "r" },
	{ "seccomp", do_seccomp, NULL },
	{ "set:", do_set, NULL },
	{ "sleep:", do_sleep, NULL },
	{ "start", do_start, NULL },
	{ "stop", do_stop, NULL },
	{ "wait", do_wait, NULL },
	{ "watch", do_watch, NULL },
};

static int
obey(const char *order)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t length = strlen(words[i].word);
		bool takes = strchr(":=", words[i].word[length - 1]) != NULL;

		if (strncmp(order, words[i].word, length) == 0 && (takes || order[length] == '\0'))
			return words[i].run(takes ? order + length : words[i].argument);
	}
	return err_set(&err, ERR_INPUT, "what is \"%s\"?", order);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		answer[0] = '\0';
		if (obey(argv[i]) < 0) {
			fprintf(stderr, "%s: %s\n", argv[i], err.text);
			return err.code;
		}
		if (answer[0] != '\0')
			printf("%s\n", answer);
	}
	lab_stop(lab);
	lab_stop(other);
	return 0;
}
