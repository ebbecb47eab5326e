/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Alice does by herself when she was told to (interface.md, "autopilot"). */
#ifndef SESSION_AUTOPILOT_H
#define SESSION_AUTOPILOT_H

#include <stdbool.h>

#include "seg/seg.h"

struct session;
struct connection;

struct autopilot {
	bool ack, arp, close;
};

/* Sends what `heard`, which has stepped her shadow already, calls for. */
void session_autopilot(struct session *session, struct connection *connection, const struct seg *heard);

/* Tells whoever asks who has Alice's address. */
void session_autopilot_neighbour(struct session *session, const struct seg *asked);
bool session_asks_for_alice(const struct seg *asked);

#endif
