/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bob's servers: one row each in server.c.
 *
 * A server that is done with a connection says so by served_end; the agent then closes it after the settable pause, so
 * that the acknowledgement of the peer's FIN and Bob's own FIN are two segments.
 */
#ifndef LAB_SERVER_H
#define LAB_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "lab/agent.h"

struct agent;
struct served;
struct servers;

struct server {
	const char *name;
	const char *says; /* what who asks it gets */
	uint16_t port;
	int type;                                                 /* SOCK_STREAM: begin; SOCK_DGRAM: answer */
	int (*begin)(struct agent *agent, struct served *served); /* a connection is there; -1: it cannot be served */
	void (*answer)(struct agent *agent, int fd);              /* a datagram may be there */
};

/* All rows. */
const struct server *server_table(unsigned *count);

/*
 * Starts all; one whose port cannot be had is listed with the reason, the others run.  -1 with errno only when there is
 * no memory.
 */
int servers_start(struct agent *agent);
void servers_stop(struct agent *agent);

/* What is due now, in each turn of the loop.  Returns how many milliseconds the loop may sleep, -1 for ever. */
int servers_turn(struct agent *agent);

/* The server that holds this port, for streams or datagrams; NULL. */
const char *servers_name_at(const struct agent *agent, uint16_t port, int type);

/* Nobody serves this port any more; connections that are there stay.  False: nobody did. */
bool servers_close_port(struct agent *agent, uint16_t port);

/* For AGENT_PACE; returns how many connections it closed. */
unsigned servers_pace(struct agent *agent, enum agent_pace pace);

void servers_apply_settings(struct agent *agent); /* to the listeners */
void servers_list(const struct agent *agent, struct text *t);

#endif
