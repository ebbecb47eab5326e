/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sockets that the learner made at Bob, and the calls on them. */
#ifndef LAB_AGENT_SOCKET_H
#define LAB_AGENT_SOCKET_H

#include <stdint.h>

#include "base/text.h"
#include "lab/endpoint.h"

struct agent;
struct answer;
struct incoming;

#define LEARNER_LISTENERS_MAX 64
#define LEARNER_SOCKETS_MAX 2048

struct learner_listener {
	uint16_t port;
	uint32_t backlog;
	struct endpoint at;
};

struct learner_socket {
	struct learner_socket *next;
	int32_t number;
	int fd;
	char peer[56]; /* as endpoint_text writes it; remembered, since getpeername knows none in SYN-SENT and CLOSED */
};

struct sockets {
	struct learner_listener listener[LEARNER_LISTENERS_MAX]; /* in the order they were made */
	unsigned listeners;
	struct learner_socket *newest;
	unsigned count;
	int32_t last; /* number given last */
};

/* Each writes one answer; agent.h says what each does. */
void socket_listen(struct agent *agent, struct incoming *request, struct answer *answer);
void socket_accept(struct agent *agent, struct incoming *request, struct answer *answer);
void socket_connect(struct agent *agent, struct incoming *request, struct answer *answer);
void socket_read(struct agent *agent, struct incoming *request, struct answer *answer);
void socket_write(struct agent *agent, struct incoming *request, struct answer *answer);
void socket_shutdown(struct agent *agent, struct incoming *request, struct answer *answer);
void socket_close(struct agent *agent, struct incoming *request, struct answer *answer);

void sockets_apply_settings(struct agent *agent); /* to the listeners */
void sockets_list_listeners(const struct agent *agent, struct text *t);
void sockets_list(const struct agent *agent, struct text *t); /* stops with a last line when room runs out */
void sockets_close_all(struct agent *agent);

#endif
