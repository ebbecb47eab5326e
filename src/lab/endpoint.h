/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A port of Bob's in both families, and how addresses and states are written in his agent's texts. */
#ifndef LAB_ENDPOINT_H
#define LAB_ENDPOINT_H

#include <stdint.h>
#include <sys/socket.h>

#include "base/text.h"
#include "lab/agent_setting.h"

#define ENDPOINT_FDS 2 /* IPv4, IPv6: two sockets, so that what comes over IPv4 is an ordinary AF_INET socket */

struct endpoint {
	int fd[ENDPOINT_FDS]; /* -1: none, as the second where this kernel has no IPv6 */
};

/*
 * Binds the port, and listens when `type` is SOCK_STREAM.  Non-blocking, close-on-exec.  -1 with errno, and nothing
 * held.
 *
 * The settings are applied, since a listener hands them down to what it accepts.
 */
int endpoint_open(
    struct endpoint *endpoint, int type, uint16_t port, int backlog, const struct agent_settings *settings);
void endpoint_close(struct endpoint *endpoint);

/* Binds one socket to the port at any address of its family; ports in TIME-WAIT are no hindrance.  -1 with errno. */
int endpoint_bind(int fd, int family, uint16_t port);

/* "198.51.100.1:40001", "[2001:db8::a]:40001", "-" when `address` is no internet address. */
void endpoint_text(struct text *t, const struct sockaddr *address);

/* The state that TCP_INFO tells, by RFC 9293's name. */
const char *endpoint_state(int fd);

#endif
