/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lab.c and talk.c share: main's side of the lab. */
#ifndef LAB_LAB_PRIVATE_H
#define LAB_LAB_PRIVATE_H

#include <libmnl/libmnl.h>

#include "lab/diag.h"
#include "lab/init.h"
#include "lab/lab.h"
#include "lab/refusal.h"

struct lab {
	struct faults faults;
	struct namespace_limits limits;
	pid_t init; /* 0 once it has been waited for */
	bool gone;  /* init is */
	int life;   /* its end is the lab's end */
	int requests, watch, notify;
	struct wire_shared *shared;
	bool finished; /* the first Bob's descriptors have arrived */
	struct init_about about;
	int fd[INIT_FDS];
	struct mnl_socket *diag; /* has fd[INIT_FD_DIAG] */
	unsigned sequence;
	struct counter_names names;
	bool ended[INIT_CHILDREN];
	int status[INIT_CHILDREN]; /* of those */
};

/* Sets *err and returns -1. */
int lab_init_gone(struct lab *lab, struct err *err);

/* Waits until Bob has been made. */
int lab_finish(struct lab *lab, struct err *err);

int lab_init_ask(struct lab *lab, const struct init_request *request, const int *fds, unsigned count,
    struct init_reply *reply, struct err *err);

#endif
