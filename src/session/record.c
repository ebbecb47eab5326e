/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/record.h"

#include "session/connection.h"
#include "session/events.h"
#include "session/memory.h"
#include "session/session.h"

static const char *
counter_name(const void *lab, unsigned counter)
{
	return lab_counter_name(lab, counter);
}

static void
show(struct session *session, const struct trace_record *record)
{
	const struct connection *connection = session_connection(session, record->conn);
	struct view_context context = { .counter_name = counter_name, .arg = session->lab };
	enum end sender = (enum end)record->end;

	/* A prediction is about what Bob sends; what is owed, about what its end sends. */
	if (record->kind == TRACE_PREDICTION) {
		sender = END_BOB;
		if (!session->settings.predict && record->prediction.verdict != VERDICT_BROKEN)
			return;
	}
	if (connection != NULL && !session->settings.raw) {
		context.seq_base = connection->shadow.end[sender].iss;
		context.ack_base = connection->shadow.end[sender == END_ALICE ? END_BOB : END_ALICE].iss;
	}
	session->view->ops->record(session->view, record, &context);
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
		session_defer(session, &out->record[i], gate);
	}
}

static bool
under_way(const struct session *session, uint64_t serial)
{
	for (size_t i = 0; i < session->flyings; i++) {
		if (session->flying[i].serial == serial)
			return true;
	}
	return false;
}

void
session_show_known(struct session *session)
{
	size_t kept = 0;

	for (size_t i = 0; i < session->deferreds; i++) {
		if (session->deferred[i].gate > session->alice_heard)
			session->deferred[kept++] = session->deferred[i];
		else
			show(session, &session->deferred[i].record);
	}
	session->deferreds = kept;
}

void
session_show_deferred(struct session *session)
{
	size_t kept = 0;

	for (size_t i = 0; i < session->deferreds; i++) {
		if (under_way(session, session->deferred[i].gate))
			session->deferred[kept++] = session->deferred[i];
		else
			show(session, &session->deferred[i].record);
	}
	session->deferreds = kept;
	view_flush(session->view);
}
