/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs that the learner runs at Bob. */
#ifndef LAB_JOB_H
#define LAB_JOB_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/text.h"
#include "lab/watch.h"

struct agent;
struct answer;
struct incoming;

#define JOBS_MAX 64 /* that run, or have ended lately */

struct job {
	int number;
	pid_t pid;
	bool ended;
	int status;       /* as waitpid tells it, when ended */
	char command[64]; /* as much as a line shows, escaped */
};

struct jobs {
	struct watch ended_children; /* a signalfd of SIGCHLD */
	struct job job[JOBS_MAX];    /* oldest first */
	unsigned count;
	int last; /* number given last */
};

int jobs_start(struct agent *agent); /* -1 with errno */
void job_run(struct agent *agent, struct incoming *request, struct answer *answer);
void job_tell(struct agent *agent, struct incoming *request, struct answer *answer);
void jobs_list(const struct agent *agent, struct text *t);
void jobs_stop(struct agent *agent); /* they run on */

#endif
