/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/lab.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/channel.h"
#include "lab/lab_private.h"

/* ---- asking init ----------------------------------------------------------------------------------------------- */

int
lab_init_gone(struct lab *lab, struct err *err)
{
	int status;

	lab->gone = true;
	if (lab->init > 0 && waitpid(lab->init, &status, WNOHANG) == lab->init)
		lab->init = 0;
	return err_set(err, ERR_SYSTEM,
	    "lab init, the process that holds the lab together, is gone: quit, and start tcpdojo again");
}

static int
receive_reply(struct lab *lab, struct init_reply *reply, struct err *err)
{
	const struct iovec part = { .iov_base = reply, .iov_len = sizeof(*reply) };
	int fds[INIT_FDS];
	unsigned count = INIT_FDS;

	if (channel_receive(lab->requests, &part, 1, fds, &count) != sizeof(*reply))
		return lab_init_gone(lab, err);
	lab->about = reply->about;
	if (count == INIT_FDS)
		memcpy(lab->fd, fds, sizeof(fds));
	if (!reply->done) {
		*err = reply->err;
		return -1;
	}
	return 0;
}

/* Takes what came with a new Bob into use. */
static int
take_bob(struct lab *lab, struct err *err)
{
	memset(lab->ended, 0, sizeof(lab->ended));
	lab->diag = mnl_socket_fdopen(lab->fd[INIT_FD_DIAG]);
	if (lab->diag == NULL)
		return err_set(err, ERR_SYSTEM, "no view of Bob's sockets: %s", strerror(errno));
	return diag_counter_names(lab->fd[INIT_FD_NETSTAT], lab->fd[INIT_FD_SNMP], &lab->names, err);
}

/* All of them hold Bob's namespace, which must go before there can be another. */
static void
let_go_of_bob(struct lab *lab)
{
	if (lab->diag != NULL) {
		mnl_socket_close(lab->diag);
		lab->fd[INIT_FD_DIAG] = -1;
	}
	lab->diag = NULL;
	for (unsigned i = 0; i < INIT_FDS; i++)
		channel_close(&lab->fd[i]);
}

/* Bob was still being made when lab_start returned; his first descriptors are fetched here. */
int
lab_finish(struct lab *lab, struct err *err)
{
	struct init_reply reply;

	if (lab->finished)
		return lab->gone ? lab_init_gone(lab, err) : 0;
	if (receive_reply(lab, &reply, err) < 0 || take_bob(lab, err) < 0)
		return -1;
	lab->finished = true;
	return 0;
}

int
lab_init_ask(struct lab *lab, const struct init_request *request, const int *fds, unsigned count,
    struct init_reply *reply, struct err *err)
{
	const struct iovec part = { .iov_base = (void *)request, .iov_len = sizeof(*request) };

	if (lab_finish(lab, err) < 0)
		return -1;
	if (channel_send(lab->requests, &part, 1, fds, count) < 0)
		return lab_init_gone(lab, err);
	return receive_reply(lab, reply, err);
}

/* ---- start and stop -------------------------------------------------------------------------------------------- */

static int
make_shared(struct lab *lab, struct err *err)
{
	int fd = memfd_create("tcpdojo-wire", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, sizeof(*lab->shared)) < 0)
		goto failed;
	lab->shared = mmap(NULL, sizeof(*lab->shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (lab->shared == MAP_FAILED) {
		lab->shared = NULL;
		goto failed;
	}
	close(fd);
	return 0;
failed:
	err_set(err, ERR_SYSTEM, "no memory to share with the wire: %s", strerror(errno));
	channel_close(&fd);
	return -1;
}

/*
 * A fork that makes the child process 1 of a new PID namespace.  Not by glibc's clone(), which wants another stack:
 * AddressSanitizer takes that for an overflow.  Nor by clone3, which valgrind 3.19 does not know.
 */
static pid_t
fork_init(void)
{
	const unsigned long flags = CLONE_NEWPID | SIGCHLD;

#ifdef __s390__
	return (pid_t)syscall(SYS_clone, NULL, flags, NULL, NULL, NULL);
#else
	return (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
#endif
}

static int
clone_init(struct lab *lab, const struct init_start *start, struct err *err)
{
	int error = fault_errno(&lab->faults, "clone");

	if (error == 0) {
		lab->init = fork_init();
		if (lab->init == 0)
			init_run(start);
		error = lab->init < 0 ? errno : 0;
	}
	return error == 0 ? 0 : refusal_of_process_namespace(error, err);
}

static int
start_init(struct lab *lab, uint64_t seed, struct err *err)
{
	int life[2] = { -1, -1 }, requests[2] = { -1, -1 }, watch[2] = { -1, -1 }, result = -1;
	struct init_start start = {
		.faults = &lab->faults, .limits = &lab->limits, .seed = seed, .shared = lab->shared
	};

	lab->notify = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (lab->notify < 0 || pipe2(life, O_CLOEXEC) < 0 || channel_pair(requests) < 0 || channel_pair(watch) < 0) {
		err_set(err, ERR_SYSTEM, "no descriptors for the lab: %s", strerror(errno));
		goto out;
	}
	start.life = life[0];
	start.requests = requests[1];
	start.watch = watch[1];
	start.notify = lab->notify;
	result = clone_init(lab, &start, err);
	lab->life = life[1];
	lab->requests = requests[0];
	lab->watch = watch[0];
out:
	channel_close(&life[0]);
	channel_close(&requests[1]);
	channel_close(&watch[1]);
	if (lab->life < 0) {
		channel_close(&life[1]);
		channel_close(&requests[0]);
	}
	return result;
}

struct lab *
lab_start(uint64_t seed, const struct lab_faults *faults, struct err *err)
{
	struct lab *lab = calloc(1, sizeof(*lab));
	struct init_reply reply;

	if (lab == NULL) {
		err_set(err, ERR_SYSTEM, "no memory for the lab");
		return NULL;
	}
	lab->life = lab->requests = lab->watch = lab->notify = -1;
	for (unsigned i = 0; i < INIT_FDS; i++)
		lab->fd[i] = -1;
	fault_copy(&lab->faults, faults);
	identity_limits(&lab->limits);
	if (identity_enter(&lab->faults, &lab->limits, err) < 0 ||
	    identity_new_network(&lab->faults, &lab->limits, err) < 0 || make_shared(lab, err) < 0 ||
	    start_init(lab, seed, err) < 0 || receive_reply(lab, &reply, err) < 0) {
		lab_stop(lab);
		return NULL;
	}
	return lab;
}

void
lab_stop(struct lab *lab)
{
	if (lab == NULL)
		return;
	channel_close(&lab->life);
	let_go_of_bob(lab);
	channel_close(&lab->requests);
	channel_close(&lab->watch);
	channel_close(&lab->notify);
	if (lab->shared != NULL)
		munmap(lab->shared, sizeof(*lab->shared));
	if (lab->init > 0)
		waitpid(lab->init, NULL, WNOHANG);
	free(lab);
}

int
lab_restart(struct lab *lab, struct err *err)
{
	const struct init_request request = { .op = INIT_RESTART };
	struct init_reply reply;

	if (lab_finish(lab, err) < 0)
		return -1;
	let_go_of_bob(lab);
	if (lab_init_ask(lab, &request, NULL, 0, &reply, err) < 0)
		return -1;
	return take_bob(lab, err);
}

int
lab_drop_privileges(struct lab *lab, struct err *err)
{
	(void)lab;
	return identity_drop(err);
}

/* ---- what init does for us ------------------------------------------------------------------------------------- */

int
lab_keep(struct lab *lab, const int *fds, unsigned count, struct err *err)
{
	const struct init_request request = { .op = INIT_KEEP };
	struct init_reply reply;

	assert(count <= CHANNEL_FDS_MAX);
	return lab_init_ask(lab, &request, fds, count, &reply, err);
}

static int
put_word(char *room, size_t size, const char *word, struct err *err)
{
	if ((size_t)snprintf(room, size, "%s", word) >= size)
		return err_set(err, ERR_INPUT, "\"%.40s...\" is too long for a kernel setting: %zu characters at most",
		    word, size - 1);
	return 0;
}

int
lab_sysctl(struct lab *lab, const char *name, const char *value, struct err *err)
{
	struct init_request request = { .op = INIT_SYSCTL };
	struct init_reply reply;

	if (put_word(request.name, sizeof(request.name), name, err) < 0 ||
	    put_word(request.value, sizeof(request.value), value, err) < 0)
		return -1;
	return lab_init_ask(lab, &request, NULL, 0, &reply, err);
}

int
lab_sysctl_read(struct lab *lab, const char *name, char *value, unsigned size, struct err *err)
{
	struct init_request request = { .op = INIT_SYSCTL_READ };
	struct init_reply reply;

	if (put_word(request.name, sizeof(request.name), name, err) < 0 ||
	    lab_init_ask(lab, &request, NULL, 0, &reply, err) < 0)
		return -1;
	snprintf(value, size, "%s", reply.value);
	return 0;
}

int
lab_patience(struct lab *lab, bool patient, struct err *err)
{
	const struct init_request request = { .op = INIT_PATIENCE, .on = patient };
	struct init_reply reply;

	return lab_init_ask(lab, &request, NULL, 0, &reply, err);
}

int
lab_kernel_alice(struct lab *lab, bool on, struct err *err)
{
	const struct init_request request = { .op = INIT_KERNEL_ALICE, .on = on };
	struct init_reply reply;

	return lab_init_ask(lab, &request, NULL, 0, &reply, err);
}

int
lab_neighbour(struct lab *lab, bool permanent, struct err *err)
{
	const struct init_request request = { .op = INIT_NEIGHBOUR, .on = permanent };
	struct init_reply reply;

	return lab_init_ask(lab, &request, NULL, 0, &reply, err);
}
