/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/predictions.h"

#include "base/when.h"
#include "seg/defect.h"
#include "session/connection.h"
#include "session/events.h"
#include "session/record.h"
#include "session/session.h"
#include "session/time.h"

static bool
is_open(const struct pending *pending)
{
	return pending->segment != 0 && pending->verdict == VERDICT_PENDING;
}

static struct pending *
pending_of(struct connection *connection, uint32_t number)
{
	for (unsigned i = 0; i < PENDING_MAX; i++) {
		if (connection->pending[i].segment == number)
			return &connection->pending[i];
	}
	return NULL;
}

/* The slot that is free, or was decided longest ago; an open prediction gives way last. */
static struct pending *
free_slot(struct connection *connection)
{
	struct pending *slot = &connection->pending[0];

	for (unsigned i = 1; i < PENDING_MAX; i++) {
		struct pending *other = &connection->pending[i];

		if (is_open(other) < is_open(slot) || (is_open(other) == is_open(slot) && other->segment < slot->segment))
			slot = other;
	}
	return slot;
}

/* Both ends as they will be once Bob has heard all that is under way to him before this segment. */
static const struct conn *
by_then(struct session *session, struct connection *connection, uint32_t number)
{
	uint32_t from = connection->ahead_until + 1;

	if (connection->ahead_until == 0) {
		connection->ahead = connection->shadow;
		while (session->all_heard < session->log.count && !session_under_way(session, session->all_heard + 1))
			session->all_heard++;
		from = session->all_heard + 1;
	}
	for (uint32_t n = from; n < number; n++) {
		uint8_t frame[FRAME_MAX];
		struct out ignored;
		struct seg seg;
		size_t size;

		if (log_entry(&session->log, n)->conn != connection->number || !session_under_way(session, n))
			continue;
		size = log_frame(&session->log, log_entry(&session->log, n), frame, &seg);
		seg.defects = seg_defects(&seg, frame, size);
		conn_hears(&connection->ahead, END_BOB, &seg, log_entry(&session->log, n)->at_ns, &ignored);
	}
	connection->ahead_until = number - 1;
	return &connection->ahead;
}

void
session_predict(struct session *session, struct connection *connection, const struct seg *seg, uint32_t number)
{
	struct pending *slot = free_slot(connection);
	struct trace_record record = {
		.at_ns = session->log.entry[number - 1].at_ns,
		.kind = TRACE_PREDICTION,
		.end = END_BOB,
		.conn = connection->number,
		.segment = number,
	};

	*slot = (struct pending){ .segment = number, .deadline_ns = WHEN_NEVER };
	conn_predict(by_then(session, connection, number), END_BOB, seg, record.at_ns, &slot->prediction);
	if (!slot->prediction.known) {
		slot->segment = 0;
		return;
	}
	record.reason = (uint16_t)slot->prediction.must.reason;
	record.prediction.must = slot->prediction.must;
	record.prediction.verdict = VERDICT_PENDING;
	record.prediction.deadline_ns = record.at_ns + session_answer_ns(session, slot->prediction.must.urgency);
	session_record(session, &record);
}

void
session_predict_heard(struct session *session, struct connection *connection, const struct seg *seg, uint32_t number,
    int64_t at_ns)
{
	struct pending *pending = pending_of(connection, number);

	if (pending == NULL)
		return;
	conn_predict(&connection->shadow, END_BOB, seg, at_ns, &pending->prediction);
	pending->deadline_ns = at_ns + session_answer_ns(session, pending->prediction.must.urgency);
	if (!pending->prediction.known)
		pending->segment = 0;
}

void
session_predict_never(struct connection *connection, uint32_t number)
{
	struct pending *pending = pending_of(connection, number);

	if (pending != NULL)
		pending->segment = 0;
}

static void
decide(struct session *session, const struct connection *connection, struct pending *pending, enum verdict verdict,
    uint64_t serial)
{
	struct trace_record record = {
		.at_ns = session_now(session),
		.segment = pending->segment,
		.frame = serial,
		.conn = connection->number,
		.kind = TRACE_PREDICTION,
		.end = END_BOB,
		.reason = (uint16_t)pending->prediction.must.reason,
		.prediction = {
			.must = pending->prediction.must,
			.verdict = verdict,
			.deadline_ns = pending->deadline_ns,
		},
	};

	pending->verdict = verdict;
	pending->answer_serial = serial;
	if (verdict == VERDICT_BROKEN)
		session->broken++;
	session_defer(session, &record, serial);
}

/* A program that closes with bytes unread, or means to, has its TCP say RST (RFC 2525 2.17, RFC 9293 3.10.5). */
static bool
program_may_reset(const struct connection *connection)
{
	switch ((enum tcp_state)connection->shadow.end[END_BOB].state) {
	case TCP_STATE_ESTABLISHED:
	case TCP_STATE_FIN_WAIT_1:
	case TCP_STATE_FIN_WAIT_2:
	case TCP_STATE_CLOSE_WAIT:
		return true;
	case TCP_STATE_CLOSED:
	case TCP_STATE_LISTEN:
	case TCP_STATE_SYN_SENT:
	case TCP_STATE_SYN_RECEIVED:
	case TCP_STATE_CLOSING:
	case TCP_STATE_LAST_ACK:
	case TCP_STATE_TIME_WAIT:
	case TCP_STATE_COUNT:
		break;
	}
	return false;
}

/* Whether Bob repeats his SYN or SYN,ACK from time to time. */
static bool
timer_may_repeat(const struct connection *connection)
{
	uint8_t state = connection->shadow.end[END_BOB].state;

	return state == TCP_STATE_SYN_SENT || state == TCP_STATE_SYN_RECEIVED;
}

/* This segment is no prediction's answer.  A RST leaves no other to come, a SYN excludes a refusal or silence. */
static void
contradict(struct session *session, struct connection *connection, struct pending *pending, const struct seg *seg,
    uint64_t serial)
{
	const struct reply *must = &pending->prediction.must;
	bool rst = seg->tcp.flags & TCP_RST, syn = seg->tcp.flags & TCP_SYN;

	if (rst && program_may_reset(connection) && (must->flags == 0 || must->urgency == URGENCY_DELAYED))
		pending->segment = 0; /* it came first, and TCP owes nothing any more */
	else if (rst && (must->flags & TCP_RST) == 0)
		decide(session, connection, pending, VERDICT_BROKEN, serial);
	else if (syn && (must->flags & TCP_RST || must->flags == 0) && !timer_may_repeat(connection))
		decide(session, connection, pending, VERDICT_BROKEN, serial);
}

void
session_settle(struct session *session, struct connection *connection, const struct seg *seg, uint64_t serial, int64_t at_ns)
{
	bool awaited = false;

	for (unsigned i = 0; i < PENDING_MAX; i++) {
		struct pending *pending = &connection->pending[i];

		if (!is_open(pending) || pending->deadline_ns == WHEN_NEVER || at_ns > pending->deadline_ns ||
		    pending->prediction.must.flags == 0 || !reply_met(&pending->prediction.must, seg))
			continue;
		awaited = true;
		decide(session, connection, pending, VERDICT_HELD, serial);
	}
	for (unsigned i = 0; i < PENDING_MAX && !awaited; i++) {
		struct pending *pending = &connection->pending[i];

		if (is_open(pending) && pending->deadline_ns != WHEN_NEVER && at_ns <= pending->deadline_ns)
			contradict(session, connection, pending, seg, serial);
	}
}

void
session_predict_silence(struct session *session)
{
	for (size_t c = 0; c < session->connections; c++) {
		for (unsigned i = 0; i < PENDING_MAX; i++) {
			struct pending *pending = &session->connection[c]->pending[i];

			if (is_open(pending) && pending->prediction.must.flags != 0)
				pending->segment = 0;
		}
	}
}

void
session_judge(struct session *session, struct connection *connection, int64_t now_ns)
{
	for (unsigned i = 0; i < PENDING_MAX; i++) {
		struct pending *pending = &connection->pending[i];

		if (is_open(pending) && pending->deadline_ns <= now_ns)
			decide(session, connection, pending, pending->prediction.must.flags == 0 ? VERDICT_HELD : VERDICT_BROKEN,
			    session->alice_heard);
	}
}
