/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Refusals that tests inject: what a lesser kernel, or a stricter system, would have said. */
#ifndef LAB_FAULT_H
#define LAB_FAULT_H

#include <stdbool.h>

#include "lab/lab.h"

/* A copy of struct lab_faults that lives as long as the lab, in main and in init. */
struct faults {
	char missing[256];
	char refuse[256];
};

/* `given` may be NULL; words beyond the room are cut off. */
void fault_copy(struct faults *faults, const struct lab_faults *given);

/*
 * The errno with which `what` is to be refused, 0 for not at all.  Known: unshare (the user namespace), setgroups,
 * uid_map, gid_map, net (a network namespace), clone, ipv6, sock_destroy.  A word without "=ERRNO" means EOPNOTSUPP.
 */
int fault_errno(const struct faults *faults, const char *what);

/* Whether the sysctl "ipv4/tcp_ecn" is to be missing. */
bool fault_missing(const struct faults *faults, const char *name);

/* "EPERM" for the handful of errors that systems refuse the lab with, "error 95" for others; in static storage or
 * `buffer`. */
const char *fault_errno_name(int number, char *buffer, unsigned size);

#endif
