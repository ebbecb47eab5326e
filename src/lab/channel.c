/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/channel.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
	char bytes[CMSG_SPACE(CHANNEL_FDS_MAX * sizeof(int))];
	struct cmsghdr align;
};

int
channel_pair(int ends[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

int
channel_send(int fd, const struct iovec *parts, unsigned count, const int *fds, unsigned fd_count)
{
	union control control = { .bytes = { 0 } };
	struct msghdr message = { .msg_iov = (struct iovec *)parts, .msg_iovlen = count };
	ssize_t sent;

	assert(fd_count <= CHANNEL_FDS_MAX);
	if (fd_count > 0) {
		struct cmsghdr *header;

		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
		memcpy(CMSG_DATA(header), fds, fd_count * sizeof(int));
	}
	do {
		sent = sendmsg(fd, &message, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	return sent < 0 ? -1 : 0;
}

/* Hands out the descriptors of a received message, and closes those that nobody has room for. */
static unsigned
take_fds(struct msghdr *message, int *fds, unsigned room)
{
	unsigned taken = 0;

	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL; header = CMSG_NXTHDR(message, header)) {
		size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
			if (taken < room)
				fds[taken++] = fd;
			else
				close(fd);
		}
	}
	return taken;
}

ssize_t
channel_receive(int fd, const struct iovec *parts, unsigned count, int *fds, unsigned *fd_count)
{
	union control control;
	struct msghdr message = {
		.msg_iov = (struct iovec *)parts,
		.msg_iovlen = count,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	ssize_t size;
	unsigned taken;

	do {
		size = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	} while (size < 0 && errno == EINTR);
	if (size < 0)
		return -1;
	taken = take_fds(&message, fds, fd_count != NULL ? *fd_count : 0);
	if (fd_count != NULL)
		*fd_count = taken;
	return size;
}

void
channel_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}
