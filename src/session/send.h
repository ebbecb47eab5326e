/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending: a segment is built, logged, shown, predicted and put on the wire.  -1 with *err: nothing was sent. */
#ifndef SESSION_SEND_H
#define SESSION_SEND_H

#include "base/err.h"
#include "seg/seg.h"

struct session;
struct connection;

/* Returns at once.  Without a connection (NULL) nothing is predicted. */
int session_transmit(struct session *session, struct connection *connection, const struct seg *seg, struct err *err);

/*
 * Also puts the connection's cursor behind it, and waits until the part of Bob's answer that is due now has come, its time
 * is up, or the frame is held or lost.
 */
int session_send(struct session *session, struct connection *connection, const struct seg *seg, struct err *err);

#endif
