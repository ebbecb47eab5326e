/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `next`: outside of a lesson, what a stack would send now, why, and the command for it. */
#include "base/when.h"
#include "cmd/command.h"
#include "cmd/honest.h"
#include "cmd/lesson.h"
#include "session/connection.h"
#include "session/record.h"

#define RTO_NS NS_PER_S    /* before a round trip has been measured (RFC 6298 2.1) */
#define QUOTED_PAYLOAD 40  /* bytes of data that are spelled out again */
#define OTHERS_MAX 4

/* What Alice owes, from the trace's own reason. */
static void
say_owed(struct text *t, const struct session *session, const struct connection *connection)
{
	const struct reply *owed = &connection->shadow.end[END_ALICE].owed[0];
	const struct trace_record record = { .kind = TRACE_OWED, .end = END_ALICE, .conn = connection->number };
	const struct view_context context = session_context(session, &record);

	text_add(t, "a stack sends ");
	view_reply(t, owed, &context);
	text_add(t, owed->urgency == URGENCY_DELAYED ? " within half a second, or with what else it sends" : " now");
	text_add(t, ", because %s (%s): `%s`", reason_text((enum reason)owed->reason), reason_rfc((enum reason)owed->reason),
	    honest_command(owed->flags));
}

/* The first time that Alice sent what begins at SND.UNA; NULL: what she sent does not begin there. */
static const struct log_entry *
first_unacked(const struct session *session, const struct connection *connection)
{
	const struct endpoint *alice = &connection->shadow.end[END_ALICE];
	uint32_t una = alice->state == TCP_STATE_SYN_SENT ? alice->iss : alice->snd.una;

	for (size_t i = 0; i < session->log.count; i++) {
		const struct log_entry *entry = &session->log.entry[i];

		if (entry->conn == connection->number && !entry->incoming && entry->seq_bytes > 0 && entry->seq == una)
			return entry;
	}
	return NULL;
}

/* The command that sends it again. */
static void
add_again(struct text *t, const struct session *session, const struct connection *connection, const struct log_entry *entry)
{
	uint8_t frame[FRAME_MAX];
	struct seg seg;

	if (entry->payload_size == 0) {
		text_add(t, "`%s`", honest_command(entry->flags));
		return;
	}
	log_frame(&session->log, entry, frame, &seg);
	text_add(t, "`data ");
	if (seg.payload_size <= QUOTED_PAYLOAD) {
		text_add(t, "\"");
		text_add_escaped(t, seg.payload, seg.payload_size);
		text_add(t, "\"");
	} else {
		text_add(t, "TEXT");
	}
	text_add(t, " seq=%u`", entry->seq - connection->shadow.end[END_ALICE].iss);
}

/* What is under way or lost is not known to a stack: it waits, and then sends it again (RFC 9293 3.8.1). */
static void
say_unacked(struct text *t, const struct session *session, const struct connection *connection)
{
	const struct log_entry *entry = first_unacked(session, connection);
	int64_t ago_ns = entry != NULL ? session_now(session) - entry->at_ns : 0;
	uint32_t number = entry != NULL ? (uint32_t)(entry - session->log.entry) + 1 : 0;

	if (entry == NULL) {
		text_add(t, "nothing is due: a stack waits for bob's ACK (RFC 9293 3.8.1)");
		return;
	}
	text_add(t, "bob has not acknowledged segment %u, sent %lld.%lld s ago: a stack ", number, (long long)(ago_ns / NS_PER_S),
	    (long long)(ago_ns % NS_PER_S / (NS_PER_S / 10)));
	if (ago_ns < RTO_NS)
		text_add(t, "waits a second before it sends it again (RFC 6298 2.1): then ");
	else
		text_add(t, "has sent it again by now (RFC 9293 3.8.1): ");
	add_again(t, session, connection, entry);
	if (session->helds > 0)
		text_add(t, "; but a frame is held on the wire, and `link release` lets it go on");
}

/* She owes nothing, and nothing of hers is unacknowledged. */
static void
say_state(struct text *t, const struct session *session, const struct endpoint *alice)
{
	int64_t left_ns = alice->time_wait_until_ns - session_now(session);

	switch ((enum tcp_state)alice->state) {
	case TCP_STATE_ESTABLISHED:
		if (alice->snd.wnd == 0)
			text_add(t, "bob's window is closed: a stack keeps its data, and probes with one octet now and then "
			    "(RFC 9293 3.8.6.1): `data \"x\"`");
		else
			text_add(t, "nothing is due: `data TEXT` sends (RFC 9293 3.10.2), `fin` closes (RFC 9293 3.10.4)");
		return;
	case TCP_STATE_FIN_WAIT_1:
	case TCP_STATE_FIN_WAIT_2:
		text_add(t, "nothing is due: her direction is closed, and a stack waits for bob's FIN (RFC 9293 3.6): "
		    "`wait for segments from bob F.* >= 1`, and `bob close` where his program keeps it open");
		return;
	case TCP_STATE_CLOSE_WAIT:
		text_add(t, "bob has closed, and waits for her FIN: `fin` (RFC 9293 3.10.4); until then `data TEXT` may still follow "
		    "(RFC 9293 3.6)");
		return;
	case TCP_STATE_TIME_WAIT:
		text_add(t, "nothing is due: only time leads on, another %lld s (RFC 9293 3.10.8); `syn` opens a new connection meanwhile",
		    (long long)((left_ns > 0 ? left_ns : 0) / NS_PER_S + 1));
		return;
	case TCP_STATE_CLOSED:
	case TCP_STATE_LISTEN:
	case TCP_STATE_SYN_SENT:
	case TCP_STATE_SYN_RECEIVED:
	case TCP_STATE_CLOSING:
	case TCP_STATE_LAST_ACK:
	case TCP_STATE_COUNT:
		break;
	}
	text_add(t, "nothing is due: a stack waits for bob (RFC 9293 3.10.7)");
}

/* CLOSED or LISTEN: what begins a connection. */
static void
say_beginning(struct text *t, const struct session *session)
{
	if (session->listeners > 0)
		text_add(t, "nothing is due: a listener waits for a SYN (RFC 9293 3.10.7.2): `bob connect %u` has him send one",
		    session->listener[0]);
	else
		text_add(t, "nothing is due without a connection: `syn` opens one (RFC 9293 3.10.1), `listen PORT` waits for one");
}

/* Other connections may owe as well. */
static void
add_others(struct text *t, const struct session *session)
{
	unsigned said = 0;

	for (size_t i = 0; i < session->connections && said < OTHERS_MAX; i++) {
		const struct connection *other = session->connection[i];
		uint16_t owed = other->shadow.end[END_ALICE].owed[0].flags;

		if (other->number == session->selected || owed == 0)
			continue;
		text_add(t, "\nconnection %u owes a segment too: `conn %u`, then `%s`", other->number, other->number, honest_command(owed));
		said++;
	}
}

static int
run_next(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct session *session = dojo->session;
	const struct connection *connection = session_selected(session);
	const struct endpoint *alice = connection != NULL ? &connection->shadow.end[END_ALICE] : NULL;
	char advice[1024];
	struct text t = text_in(advice, sizeof(advice));

	(void)words;
	if (dojo->play != NULL)
		return lesson_next(dojo, err);
	if (alice != NULL && alice->owed[0].flags != 0)
		say_owed(&t, session, connection);
	else if (alice == NULL || alice->state == TCP_STATE_CLOSED || alice->state == TCP_STATE_LISTEN)
		say_beginning(&t, session);
	else if (alice->snd.una != alice->snd.nxt)
		say_unacked(&t, session, connection);
	else
		say_state(&t, session, alice);
	add_others(&t, session);
	view_note(dojo->view, session_now(session), "%s", advice);
	return 0;
}

const struct command cmd_next = {
	.name = "next",
	.group = "lessons",
	.usage = "",
	.summary = "in a lesson, go on to the next step; else what a stack would send now, why, and the command for it",
	.effects = EFFECT_GUIDES,
	.run = run_next,
};
