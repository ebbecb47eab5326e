/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bob's agent: a process in his namespace that makes the socket calls the learner asks for and runs his servers.
 *
 * One message of the control socket is one struct agent_request and its data; each is answered by exactly one message,
 * a struct agent_reply and its data, in order.  A request that the agent cannot make sense of (cut, of an unknown op,
 * of a size that is not so) is answered too: not done, EBADMSG or EMSGSIZE.  No call ever blocks: what would is not
 * done, with EAGAIN, and the caller decides whether to wait and ask again.
 */
#ifndef LAB_AGENT_H
#define LAB_AGENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define AGENT_DATA_MAX 65536

enum agent_op {
	AGENT_LISTEN,   /* port, number = backlog (0..65535); IPv4, and IPv6 where this kernel has it */
	AGENT_ACCEPT,   /* port (0: the listener made last): the next connection waiting there; reply.socket */
	/*
	 * port at Alice, from = local port or 0, family, number = his ISN or 0: his own choice; reply.socket, before the
	 * handshake is done
	 */
	AGENT_CONNECT,
	AGENT_READ,     /* socket, number = most bytes (0: as many as go); reply.data; done and empty is end of file */
	AGENT_WRITE,    /* socket, data; reply.number is what the kernel took, which may be less than the data */
	AGENT_SHUTDOWN, /* socket: no more writing */
	AGENT_CLOSE,    /* socket, or port: whatever listens there, of the learner's or of his servers (TCP and UDP) */
	AGENT_SET,      /* data = "pause=150ms nodelay=on": all of them or, on error, none */
	/*
	 * data = argv with a NUL between each two; three descriptors sent along become its 0, 1 and 2; reply.socket is
	 * the job's number.  It has its own session; AGENT_LIST tells how it ended.
	 */
	AGENT_RUN,
	AGENT_JOB,  /* socket = a job's number, 0: the newest; reply.number is its exit status, EAGAIN: it runs */
	AGENT_LIST, /* servers, listeners, jobs and sockets, one a line, in reply.data */
	AGENT_PACE, /* number = enum agent_pace; reply.number: so many were closed by this */
	AGENT_PING,
};

/* When his servers close what they are done with. */
enum agent_pace {
	PACE_OWN,  /* after the pause that was set, at the start 150 ms */
	PACE_HELD, /* not before they are told; those that close without a pause do */
	PACE_NEXT, /* the one that has waited longest, now */
};

struct agent_request {
	uint8_t op;     /* enum agent_op */
	uint8_t family; /* 4 or 6 */
	uint16_t port, from;
	int32_t socket; /* the agent's number for a socket, from 1, never used again; 0: the one made last */
	uint32_t number;
	uint32_t size; /* of the data that follow in the same message */
};

struct agent_reply {
	bool done;
	int32_t error; /* errno when not done */
	int32_t socket;
	uint32_t number; /* AGENT_WRITE: bytes taken; AGENT_JOB: as a shell has it, 128 + the signal */
	uint32_t size;   /* of the data that follow: bytes read, or text, without NUL, of what failed and what to do */
};

struct agent_start {
	int control; /* SOCK_SEQPACKET to main */
};

/*
 * Runs the agent in this process, in Bob's network namespace, with a single thread; returns an exit status when control
 * closes.  Jobs may outlive it (lab init ends them).
 */
int agent_run(const struct agent_start *start);

#endif
