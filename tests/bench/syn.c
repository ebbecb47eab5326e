/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the command `syn` takes in a running lab, from its text to the answer explained (into /dev/null), against the bare
 * loop of floor.c over a wire of the same kind.  Both have a lab of their own and take turns; the session is one for all
 * rounds, so what grows with its length shows in its last tenth.
 *
 *	syn [ROUNDS [COUNT]]
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd/script.h"
#include "lab/address.h"
#include "lab/identity.h"
#include "session/connection.h"
#include "session/session.h"

#define ROUNDS 40
#define COUNT 125
#define TOTAL_MAX 60000 /* a connection's number has 16 bits, and so have Alice's ports */

struct bench {
	int rounds, count;
	int turns;    /* a byte into it gives the floor a turn */
	FILE *floors; /* what it says of each */
	double *floor_us, *session_us; /* the floor's medians by round; each syn's time */
	double *ratio;
	struct dojo dojo;
	struct view view;
};

static int
fail(const char *what, const char *why)
{
	fprintf(stderr, "syn: %s: %s\n", what, why);
	return -1;
}

static double
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts. */
static double
median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof(values[0]), by_value);
	return values[count / 2];
}

/* ---- the floor ------------------------------------------------------------------------------------------------- */

static int
run_floor(const char *program, const char *count)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execl(program, program, ALICE_IF, "80", count, (char *)NULL);
		_exit(127);
	}
	return pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0 ? -1 : 0;
}

/* Holds a lab, and runs floor in it as Alice for each byte that comes. */
static int
hold_floor(const char *program, const char *count, int turns, int answers)
{
	struct err err = { 0 };
	struct lab *lab = lab_start(1, NULL, &err);
	char turn;

	if (lab == NULL || lab_ready(lab, &err) < 0 || identity_for_programs(&err) < 0)
		return fail("the floor has no lab", err.text);
	dup2(answers, STDOUT_FILENO);
	while (read(turns, &turn, 1) == 1) {
		if (run_floor(program, count) < 0)
			return fail(program, "has failed");
	}
	lab_stop(lab);
	return 0;
}

static int
start_floor(struct bench *bench, const char *own_path)
{
	const char *slash = strrchr(own_path, '/');
	char program[4096], count[16];
	int turns[2], answers[2];
	pid_t pid;

	snprintf(program, sizeof(program), "%.*sfloor", slash != NULL ? (int)(slash - own_path) + 1 : 0, own_path);
	snprintf(count, sizeof(count), "%d", bench->count);
	if (pipe(turns) < 0 || pipe(answers) < 0)
		return fail("pipe", strerror(errno));
	pid = fork();
	if (pid == 0) {
		close(turns[1]);
		close(answers[0]);
		_exit(hold_floor(program, count, turns[0], answers[1]) < 0);
	}
	close(turns[0]);
	close(answers[1]);
	bench->turns = turns[1];
	bench->floors = fdopen(answers[0], "r");
	return pid < 0 || bench->floors == NULL ? fail("fork", strerror(errno)) : 0;
}

static int
turn_of_floor(struct bench *bench, int round)
{
	char line[256];

	if (write(bench->turns, "", 1) != 1 || fgets(line, sizeof(line), bench->floors) == NULL ||
	    sscanf(line, "median %lf us", &bench->floor_us[round]) != 1)
		return fail("floor", "no answer");
	return 0;
}

/* ---- the session ----------------------------------------------------------------------------------------------- */

static int
start_session(struct bench *bench)
{
	FILE *null = fopen("/dev/null", "w");
	struct err err = { 0 };

	if (null == NULL)
		return fail("/dev/null", strerror(errno));
	bench->view = view_new(&view_plain, null, stderr);
	bench->dojo.view = &bench->view;
	bench->dojo.session = session_open(1, NULL, &bench->view, &err);
	return bench->dojo.session == NULL ? fail("the session has no lab", err.text) : 0;
}

static int
turn_of_session(struct bench *bench, int round)
{
	for (int i = 0; i < bench->count; i++) {
		double start_us = now_us();

		if (script_run_text(&bench->dojo, "syn", "syn", 3) != ERR_NONE)
			return -1;
		bench->session_us[round * bench->count + i] = now_us() - start_us;
		if (session_selected(bench->dojo.session)->shadow.end[END_ALICE].state != TCP_STATE_ESTABLISHED)
			return fail("syn", "returned before Bob's answer");
		if (script_run_text(&bench->dojo, "syn", "rst", 3) != ERR_NONE)
			return -1;
	}
	return 0;
}

/* The median of the rounds' ratios: what else the machine did in a round it did to both. */
static void
report(struct bench *bench)
{
	int total = bench->rounds * bench->count, tenth = total / 10 > 0 ? total / 10 : 1;
	double *session_us = bench->session_us, *ratio = bench->ratio, first_us, last_us, whole_us;

	first_us = median(session_us, tenth);
	last_us = median(session_us + total - tenth, tenth);
	for (int round = 0; round < bench->rounds; round++)
		ratio[round] = median(session_us + round * bench->count, bench->count) / bench->floor_us[round];
	whole_us = median(session_us, total);
	printf("floor   median %7.1f us of %d rounds of %d, a bare libnet/libpcap loop\n",
	    median(bench->floor_us, bench->rounds), bench->rounds, bench->count);
	printf("syn     median %7.1f us of %d, p99 %.1f us\n", whole_us, total, session_us[(total * 99 - 1) / 100]);
	printf("ratio   %.2f in the median round, %.2f in the best (aim: at most 3)\n", median(ratio, bench->rounds), ratio[0]);
	printf("growth  %.2f: the last %d took %.1f us, the first %d %.1f us (aim: 1)\n", last_us / first_us, tenth, last_us,
	    tenth, first_us);
}

int
main(int argc, char **argv)
{
	struct bench bench = {
		.rounds = argc > 1 ? atoi(argv[1]) : ROUNDS,
		.count = argc > 2 ? atoi(argv[2]) : COUNT,
	};

	if (argc > 3 || bench.rounds < 1 || bench.count < 1 || bench.rounds > TOTAL_MAX / bench.count) {
		fprintf(stderr, "usage: syn [ROUNDS [COUNT]], the product at most %d\n", TOTAL_MAX);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	bench.floor_us = calloc((size_t)bench.rounds, sizeof(double));
	bench.session_us = calloc((size_t)(bench.rounds * bench.count), sizeof(double));
	bench.ratio = calloc((size_t)bench.rounds, sizeof(double));
	if (bench.floor_us == NULL || bench.session_us == NULL || bench.ratio == NULL || start_floor(&bench, argv[0]) < 0 ||
	    start_session(&bench) < 0)
		return 3;
	for (int round = 0; round < bench.rounds; round++) {
		if (turn_of_floor(&bench, round) < 0 || turn_of_session(&bench, round) < 0)
			return 3;
	}
	report(&bench);
	session_close(bench.dojo.session);
	fclose(bench.view.out);
	fclose(bench.floors);
	free(bench.floor_us);
	free(bench.session_us);
	free(bench.ratio);
	return 0;
}
