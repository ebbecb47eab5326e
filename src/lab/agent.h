/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bob's agent: a process in his namespace that makes the socket calls the learner asks for and runs his servers.
 */
#ifndef LAB_AGENT_H
#define LAB_AGENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define AGENT_DATA_MAX 65536

enum agent_op {
	AGENT_LISTEN,   /* port, number = backlog */
	AGENT_ACCEPT,   /* port: the next connection waiting there; reply.socket */
	AGENT_CONNECT,  /* port at Alice, from = local port or 0, family; non-blocking; reply.socket */
	AGENT_READ,     /* socket, number = most bytes; reply.data; an empty reply with done is end of file */
	AGENT_WRITE,    /* socket, data */
	AGENT_SHUTDOWN, /* socket: no more writing */
	AGENT_CLOSE,    /* socket, or port: the listener there */
	AGENT_SET,      /* data = "pause=150ms" and the like */
	AGENT_RUN,      /* data = argv joined by NUL; reply.socket is the job's number; output goes to the descriptors sent along */
	AGENT_LIST,     /* sockets it holds, one a line, in reply.data */
	AGENT_PING,
};

struct agent_request {
	uint8_t op;     /* enum agent_op */
	uint8_t family; /* 4 or 6 */
	uint16_t port, from;
	int32_t socket;  /* the agent's number for a socket, from 1; 0: the one made last */
	uint32_t number;
	uint32_t size; /* of the data that follow in the same message */
};

struct agent_reply {
	bool done;
	int32_t error; /* errno when not done */
	int32_t socket;
	uint32_t size; /* of the data that follow: bytes read, or text that says what failed */
};

struct agent_start {
	int control; /* SOCK_SEQPACKET to main */
};

/* Runs the agent in this process, in Bob's network namespace; returns an exit status when control closes. */
int agent_run(const struct agent_start *start);

#endif
