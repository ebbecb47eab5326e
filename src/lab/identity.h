/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who we are: the user namespace of our own, who is mapped into it, and which capabilities each process keeps. */
#ifndef LAB_IDENTITY_H
#define LAB_IDENTITY_H

#include "base/err.h"
#include "lab/fault.h"

/* What this user may have of namespaces, as seen outside of our own; -1: unknown. */
struct namespace_limits {
	long user, net;
};

void identity_limits(struct namespace_limits *limits);

/*
 * Puts this process, which must be single-threaded, into a new user namespace.  A user is mapped to himself; root,
 * where he has the privilege to map others, to everyone that he himself can see.  -1 with *err: the refusal and the
 * ways out.
 */
int identity_enter(const struct faults *faults, const struct namespace_limits *limits, struct err *err);

/*
 * A new network namespace for this process.  Namespaces of a lab that has just ended go away with a delay: where the
 * limit is what refuses, and would allow for a lab, waits up to a second for them.
 */
int identity_new_network(const struct faults *faults, const struct namespace_limits *limits, struct err *err);

/* Keeps raw and admin rights over the network only: the wire. */
int identity_keep_network(struct err *err);

/*
 * For Bob's agent: NET_RAW, NET_ADMIN and NET_BIND_SERVICE only, ambient, so that programs it starts have them too.
 * Root keeps all that he has: programs that he starts have it anyway.
 */
int identity_for_programs(struct err *err);

/* Gives up every capability, also that of getting any back by running a program. */
int identity_drop(struct err *err);

#endif
