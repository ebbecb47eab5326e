/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two ends of a connection, and the one way in which a state changes. */
#include "tcp/conn.h"

#include <assert.h>
#include <string.h>

#include "tcp/step.h"

static void
endpoint_init(struct endpoint *e, enum stack stack)
{
	memset(e, 0, sizeof(*e));
	e->state = TCP_STATE_CLOSED;
	e->stack = (uint8_t)stack;
	e->iss_known = ISS_UNSEEN;
	e->rcv.wnd = e->rcv.space = WINDOW_DEFAULT;
	e->time_wait_until_ns = WHEN_NEVER;
}

void
conn_init(struct conn *conn, enum stack alice, enum stack bob)
{
	memset(conn, 0, sizeof(*conn));
	endpoint_init(&conn->end[END_ALICE], alice);
	endpoint_init(&conn->end[END_BOB], bob);
}

void
endpoint_renew(struct endpoint *e)
{
	endpoint_init(e, (enum stack)e->stack);
}

void
endpoint_choose_iss(struct endpoint *e, uint32_t iss)
{
	e->iss_known = stack_traits((enum stack)e->stack)->observed ? ISS_UNSEEN : ISS_CHOSEN;
	e->iss = e->snd.una = e->snd.nxt = e->iss_known == ISS_UNSEEN ? 0 : iss;
}

struct step
step_begin(struct conn *conn, enum end who, const struct seg *seg, int64_t now_ns, struct out *out)
{
	struct step s = {
		.conn = conn,
		.e = &conn->end[who],
		.stack = stack_traits((enum stack)conn->end[who].stack),
		.seg = seg,
		.now_ns = now_ns,
		.out = out,
		.who = who,
	};

	if (seg != NULL && seg->options_size != 0)
		options_read(seg, &s.options);
	out->count = 0;
	step_end_time_wait(&s);
	return s;
}

static struct trace_record *
record_add(struct step *s, enum trace_kind kind, enum reason reason)
{
	struct trace_record *record;

	assert(s->out->count < OUT_RECORDS);
	record = &s->out->record[s->out->count++];
	memset(record, 0, sizeof(*record));
	record->at_ns = s->now_ns;
	record->kind = (uint8_t)kind;
	record->end = (uint8_t)s->who;
	record->reason = (uint16_t)reason;
	return record;
}

void
step_move(struct step *s, enum tcp_state to, enum reason reason)
{
	struct trace_record *record = record_add(s, TRACE_MOVE, reason);

	record->move.from = (enum tcp_state)s->e->state;
	record->move.to = to;
	s->e->state = (uint8_t)to;
	s->e->time_wait_until_ns = WHEN_NEVER;
	if (to == TCP_STATE_CLOSED)
		memset(s->e->owed, 0, sizeof(s->e->owed));
	if (to == TCP_STATE_TIME_WAIT)
		step_start_time_wait(s);
}

void
step_ignore(struct step *s, enum reason reason)
{
	record_add(s, TRACE_IGNORED, reason);
}

void
step_deliver(struct step *s, uint32_t bytes)
{
	s->e->delivered_bytes += bytes;
	record_add(s, TRACE_DELIVERED, REASON_DATA)->delivered_bytes = bytes;
}

void
step_owe(struct step *s, const struct reply *reply)
{
	struct trace_record *record = NULL;

	for (unsigned i = 0; i < s->out->count; i++) {
		if (s->out->record[i].kind == TRACE_OWED && s->out->record[i].owed.flags == reply->flags)
			record = &s->out->record[i];
	}
	if (record == NULL)
		record = record_add(s, TRACE_OWED, reply->reason);
	record->reason = (uint16_t)reply->reason;
	record->owed.flags = reply->flags;
	record->owed.any_seq = reply->any_seq;
	record->owed.seq = reply->seq;
	record->owed.ack = reply->ack;
	record->owed.urgency = reply->urgency;
	record->owed.reason = reply->reason;
}

/* A window field is rounded up, or the offer would crumble away with each segment. */
static uint16_t
window_field(const struct endpoint *e, uint16_t flags)
{
	unsigned shift = e->scaled && (flags & TCP_SYN) == 0 ? e->rcv_shift : 0;
	uint32_t field = (e->rcv.space + (1u << shift) - 1) >> shift;

	return field > UINT16_MAX ? UINT16_MAX : (uint16_t)field;
}

void
conn_next_segment(const struct conn *conn, enum end who, uint16_t flags, struct seg *seg)
{
	const struct endpoint *e = &conn->end[who];
	bool irs_known = e->state >= TCP_STATE_SYN_RECEIVED;

	seg->layers |= 1 << LAYER_TCP;
	seg->tcp.sport = conn->port[who];
	seg->tcp.dport = conn->port[who == END_ALICE ? END_BOB : END_ALICE];
	seg->tcp.flags = flags;
	seg->tcp.window = window_field(e, flags);
	seg->tcp.seq = e->snd.nxt;
	seg->tcp.ack = irs_known && flags & TCP_ACK ? e->rcv.nxt : 0;
	if (flags & TCP_RST && e->owed[0].flags & TCP_RST) {
		seg->tcp.seq = e->owed[0].seq;
		seg->tcp.ack = flags & TCP_ACK ? e->owed[0].ack : 0;
	} else if (flags & TCP_SYN) {
		seg->tcp.seq = e->iss;
	} else if (flags & TCP_FIN && e->fin_sent && !fin_acked(e)) {
		seg->tcp.seq = e->snd.nxt - 1;
	}
}
