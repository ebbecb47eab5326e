/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests of Bob's agent: a network namespace of the test's own, where an agent runs and the test is all the others.
 */
#ifndef WITH_AGENT_H
#define WITH_AGENT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <cmocka.h>

#include "lab/agent.h"

/* What came back from the last ask. */
extern struct agent_reply reply;
extern char said[AGENT_DATA_MAX + 1]; /* the reply's data and a NUL */
extern int control;                   /* to the agent */
extern pid_t agent_pid;

/* Unshares, brings loopback up, gives it Alice's addresses.  False: this system does not let us; *why says so. */
bool ground_make(const char **why);
extern const int families[2]; /* AF_INET, AF_INET6: */
unsigned families_here(void); /* so many of them there are here */

/* cmocka's setup and teardown: an agent that answers; teardown fails when it did not end well. */
int agent_begin(void **state);
int agent_end(void **state);

/* Asks and takes the reply; `data` may be NULL, fds too. */
void ask_with(struct agent_request request, const void *data, size_t size, const int *fds);
#define ask(...) ask_with((struct agent_request){ __VA_ARGS__ }, NULL, 0, NULL)

/* Asks again while the agent says EAGAIN, ten seconds long. */
void ask_until(struct agent_request request);
void set_to(const char *text); /* AGENT_SET */
void take_reply(void);

#define assert_done() assert_true_said(reply.done)
#define assert_failed(e, has) assert_true_said(!reply.done && reply.error == (e) && strstr(said, has) != NULL)
#define assert_true_said(what)                                                                                         \
	do {                                                                                                           \
		if (!(what))                                                                                           \
			print_error("done %d error %d: %.500s\n", reply.done, reply.error, said);                      \
		assert_true(what);                                                                                     \
	} while (0)

/* A client of the loopback address in this family (AF_INET, AF_INET6); its calls give up after ten seconds. */
int client_of(int family, int type, uint16_t port);
/* A listener of the test's at all addresses. */
int listener_at(int family, uint16_t port, int backlog);

/* Reads until `size` bytes, end of file, or an error; returns what was read. */
size_t read_fully(int fd, void *data, size_t size);
void say(int fd, const char *text); /* sends it all */

/*
 * One HTTP response into page: header and, by its Content-Length, unless it answers HEAD, body.  Returns where the body
 * begins.
 */
#define PAGE_ROOM 120000
extern char page[PAGE_ROOM];
const char *read_response(int fd, bool body);

/* Until no server has a connection any more; the test's own time limit ends a wait that is in vain. */
void wait_for_quiet(void);

int64_t clock_ns(void);
unsigned agent_fds(void);   /* how many the agent has open */
long agent_memory_kb(void); /* resident */
long agent_cpu_ticks(void); /* used so far */

#endif
