/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/send.h"

#include "base/when.h"
#include "seg/defect.h"
#include "seg/field.h"
#include "session/connection.h"
#include "session/events.h"
#include "session/pump.h"
#include "session/record.h"
#include "session/segment.h"
#include "session/session.h"
#include "session/show.h"
#include "session/time.h"

/* However slow the link, a script goes on after this. */
#define SEND_PATIENCE_NS (10 * NS_PER_S)

#define ETH_HEADER 14
#define MTU        1500

/* How the journal tells of a segment: what would have to be typed, in relative numbers. */
static void
journal_segment(struct session *session, const struct connection *connection, const struct seg *seg, uint32_t number)
{
	struct line_style style = { 0 };
	char meaning[512], flags[12];
	struct text t = text_in(meaning, sizeof(meaning));

	if (connection != NULL) {
		style.seq_base = connection->shadow.end[END_ALICE].iss;
		style.ack_base = connection->shadow.end[END_BOB].iss;
	}
	text_add(&t, "tcp flags=%s seq=%u", flags_text(seg->tcp.flags, flags), seg->tcp.seq - style.seq_base);
	if (seg->tcp.flags & TCP_ACK)
		text_add(&t, " ack=%u", seg->tcp.ack - style.ack_base);
	text_add(&t, " win=%u", seg->tcp.window);
	if (seg->payload_size > 0) {
		text_add(&t, " payload=\"");
		text_add_escaped(&t, seg->payload, seg->payload_size);
		text_add(&t, "\"");
	}
	journal_sent(&session->journal, connection != NULL ? connection->number : 0, number, meaning);
}

static void
predict(struct session *session, struct connection *connection, const struct seg *seg, uint32_t number)
{
	struct pending *slot = &connection->pending[0];
	struct trace_record record = { .kind = TRACE_PREDICTION, .end = END_BOB, .conn = connection->number, .segment = number };

	/* The slot that is free, or was decided longest ago; an open prediction gives way last. */
	for (unsigned i = 0; i < PENDING_MAX; i++) {
		struct pending *other = &connection->pending[i];
		bool other_open = other->segment != 0 && other->verdict == VERDICT_PENDING;
		bool slot_open = slot->segment != 0 && slot->verdict == VERDICT_PENDING;

		if (other_open < slot_open || (other_open == slot_open && other->segment < slot->segment))
			slot = other;
	}
	*slot = (struct pending){ .segment = number, .deadline_ns = WHEN_NEVER };
	conn_predict(&connection->shadow, END_BOB, seg, session->log.entry[number - 1].at_ns, &slot->prediction);
	if (!slot->prediction.known) {
		slot->segment = 0;
		return;
	}
	record.at_ns = session->log.entry[number - 1].at_ns;
	record.reason = (uint16_t)slot->prediction.must.reason;
	record.prediction.must = slot->prediction.must;
	record.prediction.verdict = VERDICT_PENDING;
	record.prediction.deadline_ns = record.at_ns + session_answer_ns(session, slot->prediction.must.urgency);
	session_record(session, &record);
}

/* What follows from Alice's having sent this: her shadow moves, or not, and Bob will answer. */
static void
step(struct session *session, struct connection *connection, const struct seg *seg, uint32_t number)
{
	struct out out = { 0 };

	conn_sends(&connection->shadow, END_ALICE, seg, session->log.entry[number - 1].at_ns, &out);
	session_due(session, connection);
	session->log.entry[number - 1].conn = connection->number;
	session_show_line(session, number);
	session_record_out(session, connection, &out, number);
	predict(session, connection, seg, number);
}

int
session_transmit(struct session *session, struct connection *connection, const struct seg *seg, struct err *err)
{
	uint8_t frame[FRAME_MAX];
	struct log_entry *entry;
	struct seg sent;
	long size = session_build(session, seg, frame, err);
	uint32_t number;
	int64_t now_ns;

	if (size < 0)
		return -1;
	if (size > ETH_HEADER + MTU)
		return err_set(err, ERR_INPUT, "this makes an IP packet of %ld bytes, and the wire carries %d; send less, or `data ... split`",
		    size - ETH_HEADER, MTU);
	now_ns = clock_monotonic_ns();
	if (live_send(session->live, frame, (size_t)size, err) != 0)
		return -1;
	seg_parse(&sent, frame, (size_t)size);
	sent.defects = seg_defects(&sent, frame, (size_t)size);
	entry = log_add(&session->log, frame, (size_t)size, &sent);
	entry->at_ns = session_at(session, now_ns);
	entry->serial = ++session->sent;
	number = (uint32_t)session->log.count;
	if (connection == NULL) {
		session_show_line(session, number);
		return 0;
	}
	connection->cursor = number;
	step(session, connection, &sent, number);
	journal_segment(session, connection, &sent, number);
	return 0;
}

struct answered {
	const struct session *session;
	const struct connection *connection;
	uint32_t number;
	uint64_t serial;
};

static bool
is_held(const struct session *session, uint64_t serial)
{
	for (size_t i = 0; i < session->helds; i++) {
		if (session->held[i].port == PORT_ALICE && session->held[i].serial == serial)
			return true;
	}
	return false;
}

/* Bob heard it, and what he must say at once has come; or it is held. */
static bool
answered(void *arg)
{
	const struct answered *wanted = arg;
	const struct session *session = wanted->session;

	if (is_held(session, wanted->serial))
		return true;
	if (session->log.entry[wanted->number - 1].bob_ns == WHEN_NEVER)
		return false;
	for (unsigned i = 0; i < PENDING_MAX; i++) {
		const struct pending *pending = &wanted->connection->pending[i];

		if (pending->segment != wanted->number)
			continue;
		if (pending->prediction.must.flags == 0 || pending->prediction.must.urgency == URGENCY_DELAYED)
			return true;
		return pending->verdict != VERDICT_PENDING && pending->answer_serial <= session->alice_heard;
	}
	return true;
}

int
session_send(struct session *session, struct connection *connection, const struct seg *seg, struct err *err)
{
	struct answered wanted = { .session = session, .connection = connection };

	if (session_transmit(session, connection, seg, err) != 0)
		return -1;
	wanted.number = (uint32_t)session->log.count;
	wanted.serial = session->sent;
	session_wait(session, answered, &wanted, clock_monotonic_ns() + SEND_PATIENCE_NS, err);
	session_show_deferred(session);
	return err->code != ERR_NONE ? -1 : 0;
}
