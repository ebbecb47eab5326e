/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/send.h"

#include <stdlib.h>

#include "base/when.h"
#include "seg/defect.h"
#include "seg/field.h"
#include "session/connection.h"
#include "session/events.h"
#include "session/memory.h"
#include "session/predictions.h"
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
	size_t room = 4 * seg->payload_size + 128;
	char flags[12], *meaning = memory_new(room);
	struct text t = text_in(meaning, room);

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
	free(meaning);
}

/* What follows from Alice's having sent this: her shadow moves, or not, and Bob will answer. */
static void
step(struct session *session, struct connection *connection, const struct seg *seg, uint32_t number)
{
	const struct conn *shadow = &connection->shadow;
	bool listened = shadow->end[END_ALICE].state == TCP_STATE_LISTEN;
	struct out out = { 0 };

	conn_sends(&connection->shadow, END_ALICE, seg, session->log.entry[number - 1].at_ns, &out);
	session_due(session, connection);
	session->log.entry[number - 1].conn = connection->number;
	session_journal_frame(session, number, seg);
	session_show_line(session, number);
	session_record_out(session, connection, &out, number);
	if (listened && shadow->end[END_ALICE].state == TCP_STATE_SYN_SENT)
		session_unlisten(session, shadow->port[END_ALICE]);
	session_predict(session, connection, seg, number);
}

/* Whose it is by its own addresses and ports, whatever it was made from; NULL: nobody's, since it does not name Alice. */
static struct connection *
owner(struct session *session, struct connection *made_from, const struct seg *sent)
{
	const struct conn *shadow = &made_from->shadow;
	struct connection *connection;
	struct address src, dst, own;
	struct err ignored;

	if (!seg_has(sent, LAYER_TCP) || !seg_addresses(sent, &src, &dst))
		return made_from;
	if (sent->tcp.sport == shadow->port[END_ALICE] && sent->tcp.dport == shadow->port[END_BOB] &&
	    address_equal(&src, &shadow->address[END_ALICE]) && address_equal(&dst, &shadow->address[END_BOB]))
		return made_from;
	connection = session_find(session, sent, false);
	session_own_address(&dst, &own);
	if (connection != NULL || !address_equal(&src, &own))
		return connection;
	return session_connect(session, &dst, sent->tcp.sport, sent->tcp.dport, &ignored);
}

int
session_transmit(struct session *session, struct connection *connection, const struct seg *seg, struct err *err)
{
	uint8_t frame[FRAME_MAX];
	struct log_entry *entry;
	struct seg sent;
	char gone[256];
	long size = session_build(session, seg, frame, err);
	uint32_t number;
	int64_t now_ns;

	if (size < 0)
		return -1;
	if (size > ETH_HEADER + MTU)
		return err_set(err, ERR_INPUT, "this makes an IP packet of %ld bytes, and the wire carries %d; send less, or `data ... split`",
		    size - ETH_HEADER, MTU);
	if (session->wire_gone && !lab_alive(session->lab, gone, sizeof(gone)))
		return err_set(err, ERR_SYSTEM, "%s", gone);
	seg_parse(&sent, frame, (size_t)size);
	sent.defects = seg_defects(&sent, frame, (size_t)size);
	if (connection != NULL)
		connection = owner(session, connection, &sent);
	if (connection != NULL && sent.tcp.flags & TCP_SYN)
		session_ask_listener(session, connection);
	now_ns = clock_monotonic_ns();
	if (live_send(session->live, frame, (size_t)size, err) != 0)
		return -1;
	entry = log_add(&session->log, frame, (size_t)size, &sent);
	entry->at_ns = session_at(session, now_ns);
	entry->serial = ++session->sent;
	number = (uint32_t)session->log.count;
	if (connection == NULL) {
		session_show_line(session, number);
		return 0;
	}
	step(session, connection, &sent, number);
	journal_segment(session, connection, &sent, number);
	return 0;
}

struct answered {
	const struct session *session;
	const struct connection *connection;
	uint32_t number;
	bool now; /* the prediction was for at once, and how it ended is known */
};

/* Bob heard it, and what he must say at once has come or never will; or it is held, or lost. */
static bool
answered(void *arg)
{
	struct answered *wanted = arg;
	const struct session *session = wanted->session;

	if (session->wire_gone || session_holds(session, PORT_ALICE, log_entry(&session->log, wanted->number)->serial))
		return true;
	if (session_under_way(session, wanted->number))
		return false;
	for (unsigned i = 0; wanted->connection != NULL && i < PENDING_MAX; i++) {
		const struct pending *pending = &wanted->connection->pending[i];

		if (pending->segment != wanted->number)
			continue;
		wanted->now = pending->prediction.must.flags != 0 && pending->prediction.must.urgency == URGENCY_NOW;
		return !wanted->now ||
		    (pending->verdict != VERDICT_PENDING && session_knows(session, pending->answer_serial));
	}
	return true;
}

/* What Bob said without having to is told by the wire, and taken in, before the command ends: no matter who is quicker. */
static int
take_the_rest(struct session *session, const struct answered *wanted, struct err *err)
{
	if (wanted->now || session->wire_gone || log_entry(&session->log, wanted->number)->bob_ns == WHEN_NEVER)
		return 0;
	if (session_wire_settle(session, err) != 0)
		return -1;
	return session_pump(session, 0, -1, err) < 0 ? -1 : 0;
}

int
session_send(struct session *session, struct connection *connection, const struct seg *seg, struct err *err)
{
	struct answered wanted = { .session = session };
	int64_t until_ns;

	if (session_transmit(session, connection, seg, err) != 0)
		return -1;
	wanted.number = (uint32_t)session->log.count;
	connection = session_connection(session, log_entry(&session->log, wanted.number)->conn);
	if (connection != NULL)
		connection->cursor = wanted.number;
	wanted.connection = connection;
	until_ns = clock_monotonic_ns() + SEND_PATIENCE_NS;
	if (session_wait(session, answered, &wanted, until_ns, err))
		take_the_rest(session, &wanted, err);
	else if (err->code == ERR_NONE && clock_monotonic_ns() >= until_ns && session_under_way(session, wanted.number))
		view_note(session->view, session_now(session),
		    "bob has not heard segment %u for %d s: a slow link, or a wire that is stopped?", wanted.number,
		    (int)(SEND_PATIENCE_NS / NS_PER_S));
	session_show_deferred(session);
	if (session_holds(session, PORT_ALICE, log_entry(&session->log, wanted.number)->serial))
		view_note(session->view, session_now(session), "held on the wire: `link release` lets it go on");
	return err->code != ERR_NONE ? -1 : 0;
}
