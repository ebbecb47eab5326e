/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bob's kernel's own view: one socket by exact 4-tuple, his counters, and the end of all his sockets. */
#ifndef LAB_DIAG_H
#define LAB_DIAG_H

#include <stdbool.h>

#include "base/err.h"
#include "lab/fault.h"
#include "lab/lab.h"

struct mnl_socket;

/* A NETLINK_SOCK_DIAG socket of the namespace that this process is in; it can be handed to another process. */
int diag_open(struct err *err);

/* Asks for one socket; `sequence` is any number that the last call did not have. */
int diag_find(struct mnl_socket *socket, unsigned sequence, const struct four_tuple *tuple, struct kernel_view *view,
    struct err *err);

/*
 * Takes down every TCP socket of the socket's namespace, IPv4 and IPv6, in every state; needs CAP_NET_ADMIN there.
 * 0, or an errno: EOPNOTSUPP where the kernel has no SOCK_DESTROY.  With `orphans` false those that no program holds
 * any more are left alone.
 */
int diag_destroy_all(const struct faults *faults, int fd, bool orphans);

/* RFC 9293's state of a kernel's number for it (include/net/tcp_states.h); one that it does not know is CLOSED. */
enum tcp_state diag_state(uint8_t kernel_state);

/* 0 when the kernel has SOCK_DESTROY, else the errno with which it says no. */
int diag_can_destroy(const struct faults *faults, int fd);

/*
 * Whether SOCK_DESTROY ends orphans too.  Before Linux 6.11 it empties an orphan's queue and leaves it without a timer,
 * so that it stays for ever: worse than leaving it alone.
 */
bool diag_destroys_orphans(void);

/* Counters: the names and values of /proc/net/netstat's TcpExt and /proc/net/snmp's Tcp, through open descriptors. */
struct counter_names {
	unsigned count;
	unsigned ext; /* so many of them are TcpExt's; they come first */
	char name[COUNTERS_MAX][48];
};
int diag_counter_names(int netstat, int snmp, struct counter_names *names, struct err *err);
int diag_counters(int netstat, int snmp, const struct counter_names *names, struct counters *counters, struct err *err);

#endif
