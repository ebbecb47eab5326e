/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/job.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/agent_parts.h"

#define ARGUMENTS_MAX 1024

/* What a program expects of its birth: no signal blocked or ignored, its own session, its three descriptors. */
static _Noreturn void
become(const struct agent *agent, const int *fds, char **argv, int report)
{
	const struct sigaction plain = { .sa_handler = SIG_DFL };
	bool placed = true;
	sigset_t none;
	int error;

	for (int i = 1; i <= SIGRTMAX; i++)
		sigaction(i, &plain, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	setrlimit(RLIMIT_NOFILE, &agent->files);
	for (int i = 0; i < 3; i++)
		placed = placed && dup2(fds[i], i) >= 0;
	syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC); /* whatever else the agent was born with */
	if (placed)
		execvp(argv[0], argv);
	error = errno;
	(void)!write(report, &error, sizeof(error));
	_exit(127);
}

/* A copy out of the way of 0, 1 and 2, where the program's own will be. */
static int
move_up(int fd)
{
	int moved = fd < 0 || fd > 2 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (moved != fd)
		close(fd);
	return moved;
}

/* The new process, or -1 with errno when it could not be made or its program not run. */
static pid_t
spawn(const struct agent *agent, const int *fds, char **argv)
{
	int report[2], error = 0;
	ssize_t n;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) < 0)
		return -1;
	report[1] = move_up(report[1]);
	pid = report[1] < 0 ? -1 : fork();
	if (pid == 0)
		become(agent, fds, argv, report[1]);
	if (pid < 0)
		error = errno;
	if (report[1] >= 0)
		close(report[1]);
	while (pid > 0 && (n = read(report[0], &error, sizeof(error))) < 0 && errno == EINTR)
		;
	close(report[0]);
	if (error == 0)
		return pid;
	if (pid > 0)
		waitpid(pid, NULL, 0);
	errno = error;
	return -1;
}

/* One signal may stand for many: all that run are asked. */
static void
children_ended(struct agent *agent, struct watch *watch, uint32_t events)
{
	struct signalfd_siginfo signals[16];

	(void)events;
	if (read(watch->fd, signals, sizeof(signals)) < 0)
		return;
	for (unsigned i = 0; i < agent->jobs.count; i++) {
		struct job *job = &agent->jobs.job[i];

		if (!job->ended && waitpid(job->pid, &job->status, WNOHANG) == job->pid)
			job->ended = true;
	}
}

int
jobs_start(struct agent *agent)
{
	const struct sigaction plain = { .sa_handler = SIG_DFL }; /* ignored, it would leave no status to ask for */
	struct watch *watch = &agent->jobs.ended_children;
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigaction(SIGCHLD, &plain, NULL);
	sigprocmask(SIG_BLOCK, &child, NULL);
	watch->fd = signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC);
	watch->ready = children_ended;
	return watch->fd < 0 ? -1 : watch_want(agent, watch, EPOLLIN);
}

/* Room for one more at the end, if need be by forgetting the oldest that has ended; false: all run. */
static bool
make_room(struct jobs *jobs)
{
	unsigned oldest = 0;

	if (jobs->count < JOBS_MAX)
		return true;
	while (oldest < jobs->count && !jobs->job[oldest].ended)
		oldest++;
	if (oldest == jobs->count)
		return false;
	jobs->count--;
	memmove(&jobs->job[oldest], &jobs->job[oldest + 1], (jobs->count - oldest) * sizeof(*jobs->job));
	return true;
}

/* The job's number, or -1 with errno. */
static int
begin(struct agent *agent, const int *fds, char **argv, const char *command)
{
	struct jobs *jobs = &agent->jobs;
	struct job *job = &jobs->job[jobs->count];
	pid_t pid = spawn(agent, fds, argv);

	if (pid < 0)
		return -1;
	*job = (struct job){ .number = ++jobs->last, .pid = pid };
	memcpy(job->command, command, sizeof(job->command));
	jobs->count++;
	return job->number;
}

void
job_run(struct agent *agent, struct incoming *request, struct answer *answer)
{
	char *data = (char *)request->data, *end = data + request->head.size, command[sizeof(agent->jobs.job->command)];
	char *argv[ARGUMENTS_MAX + 1];
	unsigned arguments = 0;
	int number;
	struct text t = text_in(command, sizeof(command));

	for (char *at = data; at <= end && arguments < ARGUMENTS_MAX; at += strlen(at) + 1) {
		if (arguments > 0)
			text_add(&t, " ");
		text_add_escaped(&t, at, strlen(at));
		argv[arguments++] = at;
	}
	argv[arguments] = NULL;
	for (unsigned i = 0; i < 3; i++)
		request->fds[i] = move_up(request->fds[i]);
	if (*data == '\0')
		answer_failed(answer, EINVAL, "no program was named: `bob run CMD ARGUMENTS...`");
	else if (argv[arguments - 1] + strlen(argv[arguments - 1]) != end)
		answer_failed(answer, E2BIG, "a program takes at most %d arguments here", ARGUMENTS_MAX - 1);
	else if (request->fds[0] < 0 || request->fds[1] < 0 || request->fds[2] < 0)
		answer_failed(answer, EBADF,
		    "a program needs three descriptors, its input, output and errors, and they did not come");
	else if (!make_room(&agent->jobs))
		answer_failed(answer, EMFILE, "Bob runs %d programs already, which is all he can", JOBS_MAX);
	else if ((number = begin(agent, request->fds, argv, command)) < 0)
		answer_failed(answer, errno, "%s does not run: %s%s", command, strerror(errno),
		    errno == ENOENT ? "; is it installed, and in PATH?" : "");
	else
		answer->head.socket = number;
}

void
job_tell(struct agent *agent, struct incoming *request, struct answer *answer)
{
	const struct jobs *jobs = &agent->jobs;
	int number = request->head.socket != 0 ? request->head.socket : jobs->last;
	const struct job *job = jobs->job;

	while (job < jobs->job + jobs->count && job->number != number)
		job++;
	if (job == jobs->job + jobs->count)
		answer_failed(answer, ENOENT, "there is no job %d; `bob sockets` lists them", number);
	else if (!job->ended)
		answer_failed(answer, EAGAIN, "it runs");
	else if (WIFSIGNALED(job->status))
		answer->head.number = 128 + (uint32_t)WTERMSIG(job->status);
	else
		answer->head.number = (uint32_t)WEXITSTATUS(job->status);
}

void
jobs_list(const struct agent *agent, struct text *t)
{
	for (unsigned i = 0; i < agent->jobs.count; i++) {
		const struct job *job = &agent->jobs.job[i];

		text_add(t, "job %d pid %d %s: ", job->number, (int)job->pid, job->command);
		if (!job->ended)
			text_add(t, "runs\n");
		else if (WIFSIGNALED(job->status))
			text_add(
			    t, "ended by signal %d (%s)\n", WTERMSIG(job->status), strsignal(WTERMSIG(job->status)));
		else
			text_add(t, "ended with status %d\n", WEXITSTATUS(job->status));
	}
}

void
jobs_stop(struct agent *agent)
{
	watch_close(agent, &agent->jobs.ended_children);
}
