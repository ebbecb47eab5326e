/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A descriptor in the loop of Bob's agent. */
#ifndef LAB_WATCH_H
#define LAB_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

struct agent;

/* A handler may free its own watch, never another's, unless that has fd -1 and stays in place. */
struct watch {
	int fd; /* -1: nothing */
	bool added;
	uint32_t events;
	void (*ready)(struct agent *agent, struct watch *watch, uint32_t events);
};

/* Asks for these events from now on; EPOLLERR and EPOLLHUP come always.  -1 with errno; nothing to do when fd is -1. */
int watch_want(struct agent *agent, struct watch *watch, uint32_t events);
void watch_close(struct agent *agent, struct watch *watch); /* out of the loop, descriptor closed */

#endif
