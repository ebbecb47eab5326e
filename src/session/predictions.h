/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Bob must answer to each segment of Alice's: said when it leaves, said again when he hears it, and judged. */
#ifndef SESSION_PREDICTIONS_H
#define SESSION_PREDICTIONS_H

#include <stdint.h>

#include "seg/seg.h"

struct session;
struct connection;

/* Segment `number` of the log leaves; what he will have heard by then counts. */
void session_predict(struct session *session, struct connection *connection, const struct seg *seg, uint32_t number);

/* He hears it, and what he has said and heard by now counts; or he never will, and there is nothing to judge. */
void session_predict_heard(struct session *session, struct connection *connection, const struct seg *seg, uint32_t number,
    int64_t at_ns);
void session_predict_never(struct connection *connection, uint32_t number);

/* He says `seg`, his frame `serial` (0: not known which), which settles those that it answers, or contradicts. */
void session_settle(struct session *session, struct connection *connection, const struct seg *seg, uint64_t serial,
    int64_t at_ns);

/* He asks where Alice is, and until he is told, no answer of his can leave him: what he owes now is not judged. */
void session_predict_silence(struct session *session);

/* Those whose time was up at now_ns are decided. */
void session_judge(struct session *session, struct connection *connection, int64_t now_ns);

#endif
