/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs that Bob's agent runs. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "with_agent.h"

/* Runs "a\0b\0c" (the last NUL is the literal's own) with its output into a pipe; returns that pipe's reading end. */
#define run(argv) run_with("" argv, sizeof(argv) - 1)

static int
run_with(const char *argv, size_t size)
{
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC), out[2];

	assert_true(in >= 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	ask_with((struct agent_request){ .op = AGENT_RUN }, argv, size, (const int[]){ in, out[1], out[1] });
	close(in);
	close(out[1]);
	return out[0];
}

/* Everything that the program says, until it and all who hold its output are gone. */
static const char *
output_of(int fd)
{
	static char text[4096];
	size_t got = 0;
	ssize_t n;

	while (got < sizeof(text) - 1 && (n = read(fd, text + got, sizeof(text) - 1 - got)) > 0)
		got += (size_t)n;
	text[got] = '\0';
	close(fd);
	return text;
}

/* Asks for the list until it has this line, ten seconds long. */
static bool
listed_in_time(const char *line)
{
	const struct timespec nap = { .tv_nsec = 1000000 };

	for (int64_t end = clock_ns() + INT64_C(10000000000); clock_ns() < end; nanosleep(&nap, NULL)) {
		ask(.op = AGENT_LIST);
		if (strstr(said, line) != NULL)
			return true;
	}
	return false;
}

static void
test_a_program_runs_and_its_end_is_told(void **state)
{
	int out = run("sh\0-c\0echo $0 $#; exit 3\0one\0\0three");

	(void)state;
	assert_done();
	assert_int_equal(reply.socket, 1);
	assert_string_equal(output_of(out), "one 2\n");
	assert_true(listed_in_time("sh -c echo $0 $#; exit 3 one  three: ended with status 3\n"));
	out = run("sh\0-c\0kill -9 $$");
	assert_int_equal(reply.socket, 2);
	output_of(out);
	assert_true(listed_in_time("ended by signal 9"));
}

static void
test_one_program_is_asked_after(void **state)
{
	(void)state;
	ask(.op = AGENT_JOB);
	assert_failed(ENOENT, "no job 0");
	close(run("sh\0-c\0exit 42"));
	ask_until((struct agent_request){ .op = AGENT_JOB, .socket = 1 });
	assert_done();
	assert_int_equal(reply.number, 42);
	close(run("sleep\0001000"));
	ask(.op = AGENT_JOB);
	assert_failed(EAGAIN, "runs");
	ask(.op = AGENT_JOB, .socket = 1);
	assert_int_equal(reply.number, 42);
	ask(.op = AGENT_JOB, .socket = 3);
	assert_failed(ENOENT, "no job 3");
	ask(.op = AGENT_JOB, .socket = -1);
	assert_failed(ENOENT, "no job -1");
	close(run("sh\0-c\0kill -9 $$"));
	ask_until((struct agent_request){ .op = AGENT_JOB });
	assert_int_equal(reply.number, 128 + SIGKILL);
}

static void
test_a_running_program_is_listed_and_hears_signals(void **state)
{
	int out = run("sh\0-c\0echo $$; read nothing; exec sleep 1000"), pid;

	(void)state;
	assert_done();
	assert_true(listed_in_time("sleep 1000: runs\n"));
	assert_int_equal(read(out, said, 20) > 0, 1);
	assert_int_equal(sscanf(said, "%d", &pid), 1);
	assert_int_equal(getsid(pid), pid);
	assert_int_equal(kill(pid, SIGPIPE), 0);
	assert_true(listed_in_time("ended by signal 13"));
	close(out);
}

static void
test_a_program_is_born_clean(void **state)
{
	static const char script[] = "sh\0-c\0"
				     "for fd in /proc/self/fd/*; do echo ${fd##*/}; done; "
				     "grep -E 'Sig(Blk|Ign)' /proc/self/status";
	const char *text = output_of(run_with(script, sizeof(script) - 1));

	(void)state;
	/* The shell's own glob may have a descriptor open, 3; nothing of the agent's, which has dozens. */
	assert_true(strncmp(text, "0\n1\n2\n", 6) == 0);
	assert_true(strstr(text, "\n4\n") == NULL);
	assert_non_null(strstr(text, "SigBlk:\t0000000000000000"));
	/* Signals 32 and 33 are the C library's own: some who start us ignore them, and nobody can do anything about
	 * it. */
	text = strstr(text, "SigIgn:\t");
	assert_non_null(text);
	assert_true((strtoull(text + 8, NULL, 16) & ~UINT64_C(0x180000000)) == 0);
}

static void
test_programs_that_do_not_run(void **state)
{
	unsigned before = agent_fds();

	(void)state;
	assert_string_equal(output_of(run("no-such-program\0-v")), "");
	assert_failed(ENOENT, "no-such-program -v does not run");
	output_of(run("/etc/passwd"));
	assert_failed(EACCES, "/etc/passwd does not run");
	output_of(run(""));
	assert_failed(EINVAL, "no program was named");
	output_of(run("\0x"));
	assert_failed(EINVAL, "no program was named");
	ask_with((struct agent_request){ .op = AGENT_RUN }, "true", 4, NULL);
	assert_failed(EBADF, "three descriptors");
	assert_int_equal(agent_fds(), before);
	ask(.op = AGENT_LIST);
	assert_null(strstr(said, "job"));
}

static void
test_too_many_arguments(void **state)
{
	char argv[4000];

	(void)state;
	memset(argv, 0, sizeof(argv));
	memcpy(argv, "true", 4);
	output_of(run_with(argv, sizeof(argv)));
	assert_failed(E2BIG, "1023 arguments");
}

static void
test_many_programs_leave_nothing_behind(void **state)
{
	unsigned before = agent_fds();

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		output_of(run("true"));
	assert_done();
	assert_int_equal(reply.socket, 100);
	assert_true(listed_in_time("job 100 "));
	while (strstr(said, ": runs") != NULL)
		ask(.op = AGENT_LIST);
	assert_int_equal(agent_fds(), before);
	assert_null(strstr(said, "job 1 ")); /* only the last ones are remembered */
	assert_non_null(strstr(said, "job 99 "));
}

int
main(void)
{
#define with_agent(test) cmocka_unit_test_setup_teardown(test, agent_begin, agent_end)
	const struct CMUnitTest tests[] = {
		with_agent(test_a_program_runs_and_its_end_is_told),
		with_agent(test_one_program_is_asked_after),
		with_agent(test_a_running_program_is_listed_and_hears_signals),
		with_agent(test_a_program_is_born_clean),
		with_agent(test_programs_that_do_not_run),
		with_agent(test_too_many_arguments),
		with_agent(test_many_programs_leave_nothing_behind),
	};
	const char *why;

	/* A directory that may not be searched turns "no such program" into "permission denied". */
	setenv("PATH", "/usr/bin:/bin", 1);
	if (!ground_make(&why)) {
		printf("1..0 # SKIP %s\n", why);
		return 0;
	}
	return cmocka_run_group_tests_name("agent's programs", tests, NULL, NULL);
}
