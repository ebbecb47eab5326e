/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Bob's servers share among themselves: the connections they serve. */
#ifndef LAB_SERVER_PARTS_H
#define LAB_SERVER_PARTS_H

#include <stdint.h>

#include "lab/agent_parts.h"

struct service;

/* One connection of a server's. */
struct served {
	struct watch watch; /* the agent's descriptor; closing it sends Bob's FIN */
	struct served *before, *after;
	struct service *service;
	int64_t close_at_ns; /* 0: the server is not done with it */

	/* Streams: what the peer has no room for yet, and where in its pattern chargen is. */
	uint8_t *stuck;
	uint32_t stuck_size, stuck_at;
	uint32_t pattern_at;

	/* HTTP: the duplicate that the library reads and writes; -1: the library has closed it. */
	int library_fd;
	bool peer_done, library_woken; /* the peer's FIN has come; the library was made to look again after it */
};

/* Ended: closed after the pause.  Broken (reset, no memory): closed now; *served is gone. */
void served_end(struct agent *agent, struct served *served);
void served_break(struct agent *agent, struct served *served);

int echo_begin(struct agent *agent, struct served *served);
int discard_begin(struct agent *agent, struct served *served);
int chargen_begin(struct agent *agent, struct served *served);
int http_begin(struct agent *agent, struct served *served);
void echo_answer(struct agent *agent, int fd);
void discard_answer(struct agent *agent, int fd);

/* Loads the HTTP library and starts its daemon; NULL with errno. */
struct http *http_start(struct agent *agent);
void http_stop(struct agent *agent, struct http *http);
/* Returns in how many milliseconds it wants another turn; -1: when its descriptors say so. */
int http_turn(struct agent *agent, struct http *http);

/* Served connections that are not ended, newest first. */
struct served *servers_open(struct agent *agent);
struct http *servers_http(struct agent *agent);

#endif
