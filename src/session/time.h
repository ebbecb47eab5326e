/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens because time passes, and how long things may take. */
#ifndef SESSION_TIME_H
#define SESSION_TIME_H

#include <stdint.h>

#include "tcp/conn.h"

struct connection;
struct session;

/* Round trip of the link as set, and the time within which an answer that is due now must have come. */
int64_t session_round_trip_ns(const struct session *session);
int64_t session_answer_ns(const struct session *session, enum urgency urgency);

/* What was due at now_ns, by when all events had been read, happens: predictions are judged, TIME-WAITs end. */
void session_timeouts(struct session *session, int64_t now_ns);

/* To be called after each step of a shadow and each new deadline of a prediction: something may be due earlier now. */
void session_due(struct session *session, const struct connection *connection);

#endif
