/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole messages, with descriptors beside them, over SOCK_SEQPACKET sockets: how main, init, the wire and the agent
 * talk. */
#ifndef LAB_CHANNEL_H
#define LAB_CHANNEL_H

#include <sys/types.h>
#include <sys/uio.h>

#define CHANNEL_FDS_MAX 16

/* Both ends are close-on-exec.  0, or -1 with errno. */
int channel_pair(int ends[2]);

/* Sends one message; never raises SIGPIPE, goes on after signals.  0, or -1 with errno. */
int channel_send(int fd, const struct iovec *parts, unsigned count, const int *fds, unsigned fd_count);

/*
 * Receives one message; its size, 0 when the other end is closed, -1 with errno.  Up to *fd_count descriptors go to
 * `fds` (close-on-exec, the caller's now) and their number to *fd_count; more of them are closed.  Both may be NULL.
 */
ssize_t channel_receive(int fd, const struct iovec *parts, unsigned count, int *fds, unsigned *fd_count);

/* Closes a descriptor unless it is -1, and makes it -1. */
void channel_close(int *fd);

#endif
