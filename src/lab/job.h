/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs that the learner runs at Bob. */
#ifndef LAB_JOB_H
#define LAB_JOB_H

#include "base/text.h"
#include "lab/watch.h"

struct agent;
struct answer;
struct incoming;
struct job;

struct jobs {
	struct watch ended_children; /* a signalfd of SIGCHLD */
	struct job *newest;
	unsigned running, ended; /* of the ended the last few are kept, for their exit status */
	int last;                /* number given last */
};

int jobs_start(struct agent *agent); /* -1 with errno */
void job_run(struct agent *agent, struct incoming *request, struct answer *answer);
void jobs_list(const struct agent *agent, struct text *t);
void jobs_stop(struct agent *agent); /* forgets them; they run on */

#endif
