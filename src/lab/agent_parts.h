/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of Bob's agent share: its loop, its settings, and the answer that is being written. */
#ifndef LAB_AGENT_PARTS_H
#define LAB_AGENT_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

#include "lab/agent.h"
#include "lab/agent_setting.h"
#include "lab/agent_socket.h"
#include "lab/job.h"
#include "lab/server.h"
#include "lab/watch.h"

/* The reply to the request at hand; begins as done, without data. */
struct answer {
	struct agent_reply head;
	uint8_t data[AGENT_DATA_MAX];
};

/* Not done, for the reason `error` (an errno), with a sentence. */
void answer_failed(struct answer *answer, int error, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A request as it came, found whole; data[size] is NUL. */
struct incoming {
	struct agent_request head;
	uint8_t data[AGENT_DATA_MAX + 1];
	int fds[3]; /* sent along; -1: none.  A handler that keeps one puts -1 here */
};

struct agent {
	int epoll;
	struct watch control;
	bool over;     /* control has closed */
	bool replying; /* `answer` is not sent yet: no request is read */
	struct incoming request;
	struct answer answer;
	struct rlimit files; /* as it was: what jobs get */
	struct agent_settings settings;
	struct sockets sockets;
	struct servers *servers;
	struct jobs jobs;
	uint8_t scratch[65536]; /* for one handler's one turn; holds any datagram */
};

int64_t agent_now_ns(void); /* CLOCK_MONOTONIC */

#endif
