/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The private network: Alice's, the wire's and Bob's network namespaces inside a user namespace of our own, made
 * without privilege, gone when the process that made them ends, however it ends.
 */
#ifndef LAB_LAB_H
#define LAB_LAB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "lab/agent.h"
#include "lab/wire.h"
#include "seg/seg.h"
#include "trace/state.h"

/* For tests: what a lesser kernel or system would say (the words are listed in lab/fault.h). */
struct lab_faults {
	const char *missing_sysctls; /* space-separated names under /proc/sys/net/, "ipv4/tcp_ecn"; NULL */
	const char *refuse;          /* "unshare=EPERM uid_map=EACCES ipv6 sock_destroy"; NULL */
};

struct lab;

/*
 * Brings the lab up; returns as soon as Alice's interface is there and up, while the rest is still being made, so that
 * the caller can open its handle side by side with the wire's.  Afterwards this process, which must be single-threaded,
 * is in Alice's namespace, with every capability over it until lab_drop_privileges; nothing takes it back out, not even
 * a failure. NULL with *err (ERR_SYSTEM): one sentence of what refused, then the ways out, one a line.
 */
struct lab *lab_start(uint64_t seed, const struct lab_faults *faults, struct err *err);

/*
 * Ends the lab without waiting for it: closing the captures takes the kernel tens of ms, and is not main's business.
 * Its process 1 stays a child of this process, reaped here only if it has ended already.  NULL is fine.
 */
void lab_stop(struct lab *lab);

/* Blocks until Bob is there, his servers listen, and the wire's handles are open (main opens its own meanwhile). */
int lab_ready(struct lab *lab, struct err *err);

/* Gives init duplicates of up to 16 packet sockets, so that this process's exit does not wait for the kernel to take
 * them down. */
int lab_keep(struct lab *lab, const int *fds, unsigned count, struct err *err);

/* Gives up every capability that this process, and any program it starts, has or could get; init keeps what restart
 * needs. */
int lab_drop_privileges(struct lab *lab, struct err *err);

/*
 * A new Bob, wire and agent; Alice's interface stays.  Works also after the agent or the wire was killed, and without
 * privileges.  Events and counters of struct wire_shared start from 0 again: call lab_ready afterwards.  What fails can
 * be tried again, unless lab init is gone.
 */
int lab_restart(struct lab *lab, struct err *err);

/*
 * Whether init, wire and agent live; else text says who is gone and what to do.  lab_watch_fd, whose number never
 * changes, is readable when there is news; lab_alive hears it.
 */
bool lab_alive(struct lab *lab, char *text, unsigned size);
int lab_watch_fd(const struct lab *lab);

/* Whether frames can still cross: init and the wire live, as far as lab_alive has heard. */
bool lab_carries(const struct lab *lab);

/* Who is where, Bob's loss of IPv6, missing sysctls and the like, one a line: what `lab` prints. */
void lab_describe(struct lab *lab, char *text, unsigned size);
bool lab_has_ipv6(const struct lab *lab); /* known from lab_ready on */

/* The wire. Both stay the same through a restart. */
const struct wire_shared *lab_wire(const struct lab *lab);
int lab_wire_fd(const struct lab *lab); /* eventfd: readable after events */
int lab_wire_ask(struct lab *lab, const struct wire_request *request, struct wire_reply *reply, struct err *err);

/* The agent.  `data` has room for AGENT_DATA_MAX bytes; fds (three, or NULL) go along with AGENT_RUN. */
int lab_agent_ask(struct lab *lab, const struct agent_request *request, const void *request_data, const int *fds,
    struct agent_reply *reply, void *data, struct err *err);

/* Sets Bob's sysctl, e.g. "ipv4/tcp_timestamps" "0"; for `bob set`. */
int lab_sysctl(struct lab *lab, const char *name, const char *value, struct err *err);
int lab_sysctl_read(struct lab *lab, const char *name, char *value, unsigned size, struct err *err);

/* `bob set defaults`: an ordinary, impatient kernel; or patient again. */
int lab_patience(struct lab *lab, bool patient, struct err *err);

/* The permanent neighbour entry for Alice at Bob. */
int lab_neighbour(struct lab *lab, bool permanent, struct err *err);

/* Alice's addresses for her own kernel, which then answers what comes for them; or, as at the start, none. */
int lab_kernel_alice(struct lab *lab, bool on, struct err *err);

/* Bob's kernel's view of one socket (INET_DIAG by exact 4-tuple). */
struct kernel_view {
	bool found; /* false: no socket, which is CLOSED */
	enum tcp_state state;
	uint32_t rqueue, wqueue; /* bytes unread / not acknowledged; of a listener: waiting connections / backlog */
	uint8_t timer;           /* 0 none, 1 retransmit, 2 keep-alive, 3 TIME-WAIT, 4 zero-window probe */
	uint32_t timer_ms;
	uint32_t retransmits;
};

struct four_tuple {
	struct address bob, alice;
	uint16_t bob_port, alice_port;
};

int lab_kernel(struct lab *lab, const struct four_tuple *tuple, struct kernel_view *view, struct err *err);

/* Bob's TcpExt counters (and Tcp's): names in a fixed order, values by it; read with one pread each. */
#define COUNTERS_MAX 256
struct counters {
	unsigned count;
	uint64_t value[COUNTERS_MAX];
};
int lab_counters(struct lab *lab, struct counters *counters, struct err *err);
const char *lab_counter_name(const struct lab *lab, unsigned index); /* "TcpExtTCPChallengeACK" */

#endif
