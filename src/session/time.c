/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/time.h"

#include "base/when.h"
#include "session/connection.h"
#include "session/predictions.h"
#include "session/record.h"
#include "session/session.h"

int64_t
session_round_trip_ns(const struct session *session)
{
	return session->link[PORT_ALICE].delay_ns + session->link[PORT_BOB].delay_ns;
}

/* RFC 9293 3.8.6.3 allows an ACK to be delayed by less than 500 ms. */
int64_t
session_answer_ns(const struct session *session, enum urgency urgency)
{
	int64_t patience_ns = urgency == URGENCY_DELAYED ? 500 * NS_PER_MS : 200 * NS_PER_MS;

	return session_round_trip_ns(session) + patience_ns;
}

static bool
is_open(const struct pending *pending)
{
	return pending->segment != 0 && pending->verdict == VERDICT_PENDING;
}

static int64_t
due_of(const struct connection *connection)
{
	int64_t due_ns = conn_deadline(&connection->shadow);

	for (unsigned i = 0; i < PENDING_MAX; i++) {
		const struct pending *pending = &connection->pending[i];

		if (is_open(pending) && pending->deadline_ns < due_ns)
			due_ns = pending->deadline_ns;
	}
	return due_ns;
}

void
session_due(struct session *session, const struct connection *connection)
{
	int64_t due_ns = due_of(connection);

	session->due_ns[connection->number - 1] = due_ns;
	if (due_ns < session->next_due_ns)
		session->next_due_ns = due_ns;
}

static void
end_time_wait(struct session *session, struct connection *connection, int64_t now_ns)
{
	if (conn_deadline(&connection->shadow) > now_ns)
		return;
	journal_time(&session->journal, TIME_WAIT_ENDED);
	for (int end = END_ALICE; end <= END_BOB; end++) {
		struct out out = { 0 };

		conn_timeout(&connection->shadow, (enum end)end, now_ns, &out);
		session_defer_out(session, connection, &out, 0, 0);
	}
}

void
session_timeouts(struct session *session, int64_t now_ns)
{
	if (session->next_due_ns > now_ns)
		return;
	session->next_due_ns = WHEN_NEVER;
	for (size_t c = 0; c < session->connections; c++) {
		if (session->due_ns[c] <= now_ns) {
			session_judge(session, session->connection[c], now_ns);
			end_time_wait(session, session->connection[c], now_ns);
			session_due(session, session->connection[c]);
		} else if (session->due_ns[c] < session->next_due_ns) {
			session->next_due_ns = session->due_ns[c];
		}
	}
}
