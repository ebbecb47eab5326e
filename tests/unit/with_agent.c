/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "with_agent.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lab/address.h"

struct agent_reply reply;
char said[AGENT_DATA_MAX + 1];
int control = -1;
pid_t agent_pid;

char page[PAGE_ROOM];

static bool has_ipv6;

static bool
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return done;
}

static void
add_ipv6(unsigned loopback)
{
	union {
		struct in6_ifreq in6;
		struct ifreq whole; /* as memory checkers take the argument to be */
	} address = { .whole = { .ifr_name = "" } };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	address.in6.ifr6_prefixlen = 128;
	address.in6.ifr6_ifindex = (int)loopback;
	inet_pton(AF_INET6, ALICE_IP6, &address.in6.ifr6_addr);
	has_ipv6 = fd >= 0 && ioctl(fd, SIOCSIFADDR, &address) == 0;
	if (fd >= 0)
		close(fd);
}

bool
ground_make(const char **why)
{
	struct ifreq up = { .ifr_name = "lo" }, alias = { .ifr_name = "lo:0" };
	struct sockaddr_in alice = { .sin_family = AF_INET };
	char map[64];
	uid_t uid = getuid();
	int fd;

	*why = "no user and network namespaces here";
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return false;
	snprintf(map, sizeof(map), "%u %u 1", uid, uid);
	*why = "the user map is refused";
	if (!write_file("/proc/self/uid_map", map))
		return false;
	*why = "loopback cannot be set up";
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &up) < 0)
		return false;
	up.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &up) < 0)
		return false;
	inet_pton(AF_INET, ALICE_IP4, &alice.sin_addr);
	memcpy(&alias.ifr_addr, &alice, sizeof(alice));
	if (ioctl(fd, SIOCSIFADDR, &alias) < 0)
		return false;
	close(fd);
	add_ipv6(if_nametoindex("lo"));
	return true;
}

const int families[2] = { AF_INET, AF_INET6 };

unsigned
families_here(void)
{
	return has_ipv6 ? 2 : 1;
}

int
agent_begin(void **state)
{
	int pair[2];

	(void)state;
	fflush(NULL);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	agent_pid = fork();
	if (agent_pid == 0) {
		struct agent_start start = { .control = pair[1] };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(pair[0]);
		exit(agent_run(&start));
	}
	close(pair[1]);
	control = pair[0];
	if (agent_pid < 0)
		return -1;
	ask(.op = AGENT_PING);
	return reply.done ? 0 : -1;
}

int
agent_end(void **state)
{
	int status = -1;

	(void)state;
	close(control);
	if (waitpid(agent_pid, &status, 0) != agent_pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		print_error("the agent ended with %#x\n", status);
		return -1;
	}
	return 0;
}

void
take_reply(void)
{
	struct timeval patience = { .tv_sec = 30 };
	struct iovec parts[] = { { &reply, sizeof(reply) }, { said, AGENT_DATA_MAX } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t n;

	setsockopt(control, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	n = recvmsg(control, &message, 0);
	assert_true(n >= (ssize_t)sizeof(reply));
	assert_int_equal(n, sizeof(reply) + reply.size);
	said[reply.size] = '\0';
}

void
ask_with(struct agent_request request, const void *data, size_t size, const int *fds)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(3 * sizeof(int))];
	} ancillary = { 0 };
	struct iovec parts[] = { { &request, sizeof(request) }, { (void *)(uintptr_t)data, size } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };

	if (fds != NULL) {
		struct cmsghdr *c = &ancillary.align;

		message.msg_control = &ancillary;
		message.msg_controllen = sizeof(ancillary);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(3 * sizeof(int));
		memcpy(CMSG_DATA(c), fds, 3 * sizeof(int));
	}
	request.size = (uint32_t)size;
	assert_true(sendmsg(control, &message, MSG_NOSIGNAL) >= 0);
	take_reply();
}

void
ask_until(struct agent_request request)
{
	const struct timespec nap = { .tv_nsec = 1000000 };
	int64_t end = clock_ns() + INT64_C(10000000000);

	do {
		ask_with(request, NULL, 0, NULL);
		if (reply.done || reply.error != EAGAIN)
			return;
		nanosleep(&nap, NULL);
	} while (clock_ns() < end);
}

void
set_to(const char *text)
{
	ask_with((struct agent_request){ .op = AGENT_SET }, text, strlen(text), NULL);
}

static socklen_t
address_of(int family, bool any, uint16_t port, struct sockaddr_storage *address)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(any ? INADDR_ANY : INADDR_LOOPBACK) };
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = any ? in6addr_any : in6addr_loopback
	};

	if (family == AF_INET) {
		memcpy(address, &in, sizeof(in));
		return sizeof(in);
	}
	memcpy(address, &in6, sizeof(in6));
	return sizeof(in6);
}

int
client_of(int family, int type, uint16_t port)
{
	const struct timeval patience = { .tv_sec = 10 };
	struct sockaddr_storage address;
	socklen_t size = address_of(family, false, port, &address);
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, size), 0);
	return fd;
}

int
listener_at(int family, uint16_t port, int backlog)
{
	const int on = 1;
	struct sockaddr_storage address;
	socklen_t size = address_of(family, true, port, &address);
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

size_t
read_fully(int fd, void *data, size_t size)
{
	size_t got = 0;
	ssize_t n;

	while (got < size && (n = recv(fd, (char *)data + got, size - got, 0)) > 0)
		got += (size_t)n;
	return got;
}

int64_t
clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

unsigned
agent_fds(void)
{
	char path[64];
	unsigned count = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)agent_pid);
	dir = opendir(path);
	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count - 2;
}

/* Field `n` (from 1, behind the name) of the agent's file of that name in /proc. */
static long
proc_field(const char *file, unsigned n)
{
	char path[64], text[1024], *at;
	ssize_t size;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)agent_pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	size = read(fd, text, sizeof(text) - 1);
	close(fd);
	assert_true(size > 0);
	text[size] = '\0';
	at = strrchr(text, ')');
	at = at != NULL ? at + 2 : text;
	while (--n > 0)
		at = strchr(at, ' ') + 1;
	return strtol(at, NULL, 10);
}

long
agent_memory_kb(void)
{
	return proc_field("statm", 2) * (sysconf(_SC_PAGESIZE) / 1024);
}

long
agent_cpu_ticks(void)
{
	return proc_field("stat", 12) + proc_field("stat", 13);
}

void
say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

const char *
read_response(int fd, bool body)
{
	size_t got = 0;
	char *end = NULL, *length;
	ssize_t n;

	while (end == NULL && (n = recv(fd, page + got, sizeof(page) - 1 - got, 0)) > 0) {
		got += (size_t)n;
		page[got] = '\0';
		end = strstr(page, "\r\n\r\n");
	}
	assert_non_null(end);
	length = strcasestr(page, "Content-Length: ");
	assert_true(length != NULL && length < end);
	end += 4;
	if (body) {
		size_t wanted = (size_t)(end - page) + strtoul(length + 16, NULL, 10);

		assert_true(got <= wanted && wanted < sizeof(page));
		got += read_fully(fd, page + got, wanted - got);
		assert_int_equal(got, wanted);
		page[got] = '\0';
	}
	return end;
}

void
wait_for_quiet(void)
{
	unsigned connections;

	do {
		ask(.op = AGENT_LIST);
		connections = 0;
		for (const char *at = said; (at = strstr(at, ", connections ")) != NULL; at += 14)
			connections += (unsigned)strtoul(at + 14, NULL, 10);
	} while (connections > 0);
}
