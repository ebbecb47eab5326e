/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trace: every record is kept, and shown when Alice can know of it. */
#ifndef SESSION_RECORD_H
#define SESSION_RECORD_H

#include <stdint.h>

#include "tcp/conn.h"
#include "trace/trace.h"
#include "view/view.h"

struct session;
struct connection;

/* A record that waits to be shown until Alice knows: with Bob's frame `gate`, or when no such frame is under way. */
struct deferred {
	struct trace_record record;
	uint64_t gate;
};

/* What the record's numbers are relative to: the ISNs, unless the setting `raw` is on. */
struct view_context session_context(const struct session *session, const struct trace_record *record);

/* Leaves a record in the trace, and shows it now, or defers it until Bob's frame `gate` is known to Alice. */
void session_record(struct session *session, const struct trace_record *record);
void session_defer(struct session *session, const struct trace_record *record, uint64_t gate);

/* The same with all that a step of the shadow put out; `segment` is the log number of what caused it, 0: nothing did. */
void session_record_out(struct session *session, const struct connection *connection, struct out *out, uint32_t segment);
void session_defer_out(struct session *session, const struct connection *connection, struct out *out, uint32_t segment,
    uint64_t gate);

/* A segment of the log in relative numbers into the journal, unless it is a mere repeat. */
void session_journal_frame(struct session *session, uint32_t number, const struct seg *seg);

/*
 * Shows what Bob did and was not yet shown, in his order: up to what hangs on a frame that is under way; or only what Alice
 * knows by now.
 */
void session_show_deferred(struct session *session);
void session_show_known(struct session *session);

#endif
