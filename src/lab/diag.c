/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#define ANSWER_BYTES 8192
#define DESTROY_BATCH 512

int
diag_open(struct err *err)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		err_set(err, ERR_SYSTEM,
		    "no view of Bob's sockets: sock_diag says %s; the kernel needs CONFIG_INET_DIAG "
		    "(`sudo modprobe inet_diag tcp_diag`)",
		    strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

enum tcp_state
diag_state(uint8_t kernel_state)
{
	static const enum tcp_state states[] = {
		[TCP_ESTABLISHED] = TCP_STATE_ESTABLISHED,
		[TCP_SYN_SENT] = TCP_STATE_SYN_SENT,
		[TCP_SYN_RECV] = TCP_STATE_SYN_RECEIVED,
		[TCP_FIN_WAIT1] = TCP_STATE_FIN_WAIT_1,
		[TCP_FIN_WAIT2] = TCP_STATE_FIN_WAIT_2,
		[TCP_TIME_WAIT] = TCP_STATE_TIME_WAIT,
		[TCP_CLOSE] = TCP_STATE_CLOSED,
		[TCP_CLOSE_WAIT] = TCP_STATE_CLOSE_WAIT,
		[TCP_LAST_ACK] = TCP_STATE_LAST_ACK,
		[TCP_LISTEN] = TCP_STATE_LISTEN,
		[TCP_CLOSING] = TCP_STATE_CLOSING,
	};

	return kernel_state < sizeof(states) / sizeof(states[0]) ? states[kernel_state] : TCP_STATE_CLOSED;
}

static int
keep_view(const struct nlmsghdr *message, void *data)
{
	struct kernel_view *view = data;
	const struct inet_diag_msg *answer = mnl_nlmsg_get_payload(message);

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*answer))
		return MNL_CB_STOP;
	*view = (struct kernel_view){
		.found = true,
		.state = diag_state(answer->idiag_state),
		.rqueue = answer->idiag_rqueue,
		.wqueue = answer->idiag_wqueue,
		.timer = answer->idiag_timer,
		.timer_ms = answer->idiag_expires,
		.retransmits = answer->idiag_retrans,
	};
	return MNL_CB_STOP;
}

static struct nlmsghdr *
begin(void *buffer, uint16_t type, uint16_t flags, unsigned sequence, uint8_t family, struct inet_diag_req_v2 **request)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	message->nlmsg_seq = sequence;
	*request = mnl_nlmsg_put_extra_header(message, sizeof(**request));
	(*request)->sdiag_family = family;
	(*request)->sdiag_protocol = IPPROTO_TCP;
	(*request)->idiag_states = UINT32_MAX;
	return message;
}

int
diag_find(struct mnl_socket *socket, unsigned sequence, const struct four_tuple *tuple, struct kernel_view *view,
    struct err *err)
{
	char buffer[ANSWER_BYTES];
	struct inet_diag_req_v2 *request;
	struct nlmsghdr *message =
	    begin(buffer, SOCK_DIAG_BY_FAMILY, 0, sequence, tuple->bob.family == 6 ? AF_INET6 : AF_INET, &request);
	ssize_t size;
	int result;

	*view = (struct kernel_view){ .state = TCP_STATE_CLOSED };
	memcpy(request->id.idiag_src, tuple->bob.octet, sizeof(tuple->bob.octet));
	memcpy(request->id.idiag_dst, tuple->alice.octet, sizeof(tuple->alice.octet));
	request->id.idiag_sport = htons(tuple->bob_port);
	request->id.idiag_dport = htons(tuple->alice_port);
	request->id.idiag_cookie[0] = request->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		goto failed;
	do {
		do {
			size = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
		} while (size < 0 && errno == EINTR);
		if (size < 0)
			goto failed;
		result = mnl_cb_run(buffer, (size_t)size, sequence, 0, keep_view, view);
	} while (result < 0 && errno == EPROTO); /* the late answer to a question that a signal cut short */
	if (result >= 0 || errno == ENOENT)
		return 0;
failed:
	return err_set(err, ERR_SYSTEM, "Bob's kernel would not show his socket: sock_diag says %s", strerror(errno));
}

/* ---- the end of all sockets ------------------------------------------------------------------------------------ */

struct victims {
	unsigned count;
	bool orphans;
	struct {
		uint8_t family;
		struct inet_diag_sockid id;
	} socket[DESTROY_BATCH];
};

static int
keep_victim(const struct nlmsghdr *message, void *data)
{
	struct victims *victims = data;
	const struct inet_diag_msg *answer = mnl_nlmsg_get_payload(message);

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*answer) || victims->count == DESTROY_BATCH)
		return MNL_CB_OK;
	/* Half-open and TIME-WAIT ones have no inode either, and are taken down like others. */
	if (!victims->orphans && answer->idiag_inode == 0 && answer->idiag_state != TCP_SYN_RECV &&
	    answer->idiag_timer != 3)
		return MNL_CB_OK;
	victims->socket[victims->count].family = answer->idiag_family;
	victims->socket[victims->count].id = answer->id;
	victims->count++;
	return MNL_CB_OK;
}

/* Reads what answers `sequence`, up to its end; 0 or an errno. */
static int
drain(struct mnl_socket *socket, unsigned sequence, mnl_cb_t keep, void *data)
{
	char buffer[ANSWER_BYTES * 4];

	for (;;) {
		ssize_t size = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
		int result;

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return errno;
		result = mnl_cb_run(buffer, (size_t)size, sequence, 0, keep, data);
		if (result < 0)
			return errno;
		if (result == MNL_CB_STOP)
			return 0;
	}
}

static int
destroy(struct mnl_socket *socket, unsigned sequence, uint8_t family, const struct inet_diag_sockid *id)
{
	char buffer[256] = { 0 };
	struct inet_diag_req_v2 *request;
	struct nlmsghdr *message = begin(buffer, SOCK_DESTROY, NLM_F_ACK, sequence, family, &request);

	request->id = *id;
	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return errno;
	return drain(socket, sequence, NULL, NULL);
}

static int
dump(struct mnl_socket *socket, unsigned sequence, uint8_t family, struct victims *victims)
{
	char buffer[256] = { 0 };
	struct inet_diag_req_v2 *request;
	struct nlmsghdr *message = begin(buffer, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, sequence, family, &request);

	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return errno;
	return drain(socket, sequence, keep_victim, victims);
}

/* libmnl's handle on a duplicate, so that closing it leaves the caller's descriptor open. */
static struct mnl_socket *
borrow(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	struct mnl_socket *socket = copy < 0 ? NULL : mnl_socket_fdopen(copy);

	if (copy >= 0 && socket == NULL)
		close(copy);
	return socket;
}

int
diag_destroy_all(const struct faults *faults, int fd, bool orphans)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct mnl_socket *socket = borrow(fd);
	struct victims *victims = malloc(sizeof(*victims));
	unsigned sequence = 1;
	int error = fault_errno(faults, "sock_destroy");

	for (unsigned f = 0; socket != NULL && victims != NULL && error == 0 && f < sizeof(families); f++) {
		unsigned gone;

		do {
			*victims = (struct victims){ .orphans = orphans };
			gone = 0;
			if (dump(socket, sequence++, families[f], victims) != 0)
				break;
			for (unsigned i = 0; i < victims->count && error != EOPNOTSUPP; i++) {
				error = destroy(socket, sequence++, victims->socket[i].family, &victims->socket[i].id);
				gone += error == 0;
			}
			if (error != EOPNOTSUPP)
				error = 0;
		} while (victims->count == DESTROY_BATCH && gone > 0);
	}
	free(victims);
	if (socket != NULL)
		mnl_socket_close(socket);
	return error;
}

int
diag_can_destroy(const struct faults *faults, int fd)
{
	const struct inet_diag_sockid nobody = { .idiag_sport = 0 };
	struct mnl_socket *socket = borrow(fd);
	int error = fault_errno(faults, "sock_destroy");

	if (socket == NULL)
		return errno;
	if (error == 0)
		error = destroy(socket, 1, AF_INET, &nobody);
	mnl_socket_close(socket);
	return error == ENOENT ? 0 : error;
}

bool
diag_destroys_orphans(void)
{
	struct utsname name;
	unsigned major = 0, minor = 0;

	return uname(&name) == 0 && sscanf(name.release, "%u.%u", &major, &minor) == 2 &&
	    (major > 6 || (major == 6 && minor >= 11));
}
