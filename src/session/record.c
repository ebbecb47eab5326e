/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/record.h"

#include <string.h>

#include "seg/option.h"
#include "session/connection.h"
#include "session/events.h"
#include "session/memory.h"
#include "session/session.h"

static const char *
counter_name(const void *lab, unsigned counter)
{
	return lab_counter_name(lab, counter);
}

struct view_context
session_context(const struct session *session, const struct trace_record *record)
{
	const struct connection *connection = session_connection(session, record->conn);
	struct view_context context = { .counter_name = counter_name, .arg = session->lab };
	/* A prediction is about what Bob sends; what is owed, about what its end sends. */
	enum end sender = record->kind == TRACE_PREDICTION ? END_BOB : (enum end)record->end;

	if (connection != NULL && !session->settings.raw) {
		context.seq_base = connection->shadow.end[sender].iss;
		context.ack_base = connection->shadow.end[sender == END_ALICE ? END_BOB : END_ALICE].iss;
	}
	return context;
}

static void
show(struct session *session, const struct trace_record *record)
{
	struct view_context context = session_context(session, record);

	if (record->kind == TRACE_PREDICTION && (!session->settings.predictions || session->predictions_hidden) &&
	    record->prediction.verdict != VERDICT_BROKEN)
		return;
	session->view->ops->record(session->view, record, &context);
}

void
session_journal_frame(struct session *session, uint32_t number, const struct seg *seg)
{
	const struct log_entry *entry = log_entry(&session->log, number);
	struct connection *connection = session_connection(session, entry->conn);
	struct journal_frame frame = {
		.number = number,
		.length = entry->payload_size,
		.conn = entry->conn,
		.flags = entry->flags,
		.incoming = entry->incoming,
		.by_kernel = entry->by_kernel,
	};
	struct options options;

	if (connection == NULL || entry->repeat)
		return;
	frame.seq = seg->tcp.seq - connection->shadow.end[entry->incoming ? END_BOB : END_ALICE].iss;
	if (seg->tcp.flags & TCP_ACK)
		frame.ack = seg->tcp.ack - connection->shadow.end[entry->incoming ? END_ALICE : END_BOB].iss;
	journal_passed(&session->journal, &frame);
	if (!entry->incoming || connection->bob_ts != 0)
		return;
	options_read(seg, &options);
	connection->bob_ts = options.has_ts ? options.ts_value : 0;
}

static void
keep(struct session *session, const struct trace_record *record)
{
	if (session->traces == session->trace_room)
		session->trace = memory_grow(session->trace, &session->trace_room, sizeof(session->trace[0]));
	session->trace[session->traces++] = *record;
}

void
session_record(struct session *session, const struct trace_record *record)
{
	keep(session, record);
	show(session, record);
}

void
session_defer(struct session *session, const struct trace_record *record, uint64_t gate)
{
	keep(session, record);
	if (session->deferreds == session->deferred_room)
		session->deferred = memory_grow(session->deferred, &session->deferred_room, sizeof(session->deferred[0]));
	session->deferred[session->deferreds++] = (struct deferred){ .record = *record, .gate = gate };
}

void
session_record_out(struct session *session, const struct connection *connection, struct out *out, uint32_t segment)
{
	for (unsigned i = 0; i < out->count; i++) {
		out->record[i].conn = connection->number;
		out->record[i].segment = segment;
		session_record(session, &out->record[i]);
	}
}

void
session_defer_out(struct session *session, const struct connection *connection, struct out *out, uint32_t segment,
    uint64_t gate)
{
	for (unsigned i = 0; i < out->count; i++) {
		out->record[i].conn = connection->number;
		out->record[i].segment = segment;
		out->record[i].frame = segment == 0 ? gate : 0;
		session_defer(session, &out->record[i], gate);
	}
}

/*
 * Bob's things in his order: behind one that is not shown yet, nothing is.  Those that hang on a frame which he has not
 * sent yet, and perhaps never will, are shown unless `known_only`.
 */
static void
show_in_order(struct session *session, bool known_only)
{
	size_t shown = 0;

	while (shown < session->deferreds) {
		const struct deferred *deferred = &session->deferred[shown];
		bool to_come = deferred->gate > session->bob_sent;

		if (to_come ? known_only : !session_knows(session, deferred->gate))
			break;
		show(session, &deferred->record);
		shown++;
	}
	session->deferreds -= shown;
	if (shown > 0)
		memmove(session->deferred, session->deferred + shown, session->deferreds * sizeof(session->deferred[0]));
}

void
session_show_known(struct session *session)
{
	show_in_order(session, true);
}

void
session_show_deferred(struct session *session)
{
	show_in_order(session, false);
	view_flush(session->view);
}
