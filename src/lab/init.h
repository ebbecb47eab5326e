/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lab init: process 1 of the lab's own PID namespace, parent of the wire and of Bob's agent.  It keeps the privileges,
 * does what main asks, and ends everything once main is gone: the pipe `life`, whose other end only main holds, then
 * reads end of file.
 */
#ifndef LAB_INIT_H
#define LAB_INIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "lab/identity.h"
#include "lab/sysctl.h"
#include "lab/wire.h"

struct init_start {
	const struct faults *faults;
	const struct namespace_limits *limits;
	uint64_t seed;
	int life;     /* pipe from main */
	int requests; /* SOCK_SEQPACKET to main */
	int watch;    /* SOCK_SEQPACKET to main: struct init_news */
	int notify;   /* the wire's eventfd */
	struct wire_shared *shared;
};

/*
 * Unasked, init sends two replies: Alice's interface is up; and Bob is there, with the descriptors of enum init_fd.
 * From then on one reply to each request.
 */
enum init_op {
	INIT_RESTART,      /* answered with the descriptors of enum init_fd, of the new Bob */
	INIT_SYSCTL,       /* name, value */
	INIT_SYSCTL_READ,  /* name; reply.value */
	INIT_PATIENCE,     /* on */
	INIT_NEIGHBOUR,    /* on */
	INIT_KERNEL_ALICE, /* on */
	INIT_KEEP,         /* descriptors sent along are held until the end */
};

enum init_fd { INIT_FD_WIRE, INIT_FD_AGENT, INIT_FD_DIAG, INIT_FD_NETSTAT, INIT_FD_SNMP, INIT_FDS };

#define INIT_VALUE 256

struct init_request {
	uint8_t op; /* enum init_op */
	bool on;
	char name[128];
	char value[INIT_VALUE];
};

/* What Bob is like now. */
struct init_about {
	bool ip6, patient;
	int no_destroy; /* errno of SOCK_DESTROY, 0 where the kernel has it */
	struct settings_lacking lacking;
	uint32_t generation; /* counts wires and agents: 1 for the first */
};

struct init_reply {
	bool done; /* false: err says why */
	struct init_about about;
	char value[INIT_VALUE];
	struct err err;
};

/* A child of that generation has ended by itself, or was ended from outside. */
enum init_child { INIT_WIRE, INIT_AGENT, INIT_CHILDREN };

struct init_news {
	uint32_t generation;
	uint8_t who;    /* enum init_child */
	int32_t status; /* as by waitpid */
};

/* Runs lab init in this process, the first of its PID namespace, which is in Alice's network namespace. */
_Noreturn void init_run(const struct init_start *start);

#endif
