/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/time.h"

#include "base/when.h"
#include "session/connection.h"
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

int64_t
session_deadline(const struct session *session)
{
	int64_t next_ns = WHEN_NEVER;

	for (size_t c = 0; c < session->connections; c++) {
		const struct connection *connection = session->connection[c];
		int64_t due_ns = conn_deadline(&connection->shadow);

		if (due_ns < next_ns)
			next_ns = due_ns;
		for (unsigned i = 0; i < PENDING_MAX; i++) {
			const struct pending *pending = &connection->pending[i];

			if (pending->segment != 0 && pending->verdict == VERDICT_PENDING && pending->deadline_ns < next_ns)
				next_ns = pending->deadline_ns;
		}
	}
	return next_ns;
}

void
session_timeouts(struct session *session)
{
	int64_t now_ns = session_now(session);

	for (size_t c = 0; c < session->connections; c++) {
		struct connection *connection = session->connection[c];

		if (conn_deadline(&connection->shadow) > now_ns)
			continue;
		for (int end = END_ALICE; end <= END_BOB; end++) {
			struct out out = { 0 };

			conn_timeout(&connection->shadow, (enum end)end, now_ns, &out);
			session_defer_out(session, connection, &out, 0, 0);
		}
	}
}
