/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an end owes: the segments that a stack would have sent by itself, until they are sent. */
#include <string.h>

#include "tcp/step.h"

/* What the connection itself needs; a RST that answers a stray segment stands before it. */
static struct reply *
own(struct endpoint *e)
{
	return &e->owed[e->owed[0].flags & TCP_RST ? 1 : 0];
}

static struct reply
reply_now(const struct step *s, uint16_t flags, enum reason reason)
{
	return (struct reply){
		.flags = flags,
		.any_seq = s->e->iss_known == ISS_UNSEEN,
		.seq = flags & TCP_SYN ? s->e->iss : s->e->snd.nxt,
		.ack = flags & TCP_ACK ? s->e->rcv.nxt : 0,
		.urgency = URGENCY_NOW,
		.reason = reason,
	};
}

void
owe_ack(struct step *s, enum urgency urgency, enum reason reason)
{
	struct reply *mine = own(s->e);
	struct reply ack = reply_now(s, TCP_ACK, reason);

	ack.urgency = urgency;
	if (mine->flags == TCP_ACK && mine->urgency == URGENCY_NOW)
		ack.urgency = URGENCY_NOW;
	step_owe(s, &ack);
	if (mine->flags & (TCP_SYN | TCP_FIN))
		mine->ack = mine->flags & TCP_ACK ? ack.ack : 0;
	else
		*mine = ack;
}

void
owe_syn(struct step *s, enum reason reason)
{
	uint16_t flags = s->e->state == TCP_STATE_SYN_RECEIVED ? TCP_SYN | TCP_ACK : TCP_SYN;

	*own(s->e) = reply_now(s, flags, reason);
	step_owe(s, own(s->e));
}

void
owe_fin(struct step *s, enum reason reason)
{
	struct reply *mine = own(s->e);
	struct reply fin = reply_now(s, TCP_FIN | TCP_ACK, reason);

	step_owe(s, &fin);
	if ((mine->flags & TCP_SYN) == 0) /* a SYN,ACK goes first; owed_strike brings the FIN up afterwards */
		*mine = fin;
}

static void
owe_rst(struct step *s, const struct reply *rst)
{
	step_owe(s, rst);
	s->e->owed[1] = *own(s->e);
	s->e->owed[0] = *rst;
}

void
owe_abort(struct step *s)
{
	struct reply rst = reply_now(s, TCP_RST, REASON_ABORT);

	memset(s->e->owed, 0, sizeof(s->e->owed));
	owe_rst(s, &rst);
}

void
owe_refusal(struct step *s, enum reason reason)
{
	struct reply rst = { .flags = TCP_RST, .urgency = URGENCY_NOW, .reason = reason };

	if (s->seg->tcp.flags & TCP_ACK) {
		rst.seq = s->seg->tcp.ack;
	} else {
		rst.flags |= TCP_ACK;
		rst.ack = s->seg->tcp.seq + seg_len(s->seg);
	}
	owe_rst(s, &rst);
}

void
owed_strike(struct step *s)
{
	struct endpoint *e = s->e;

	if (reply_met(own(e), s->seg))
		memset(own(e), 0, sizeof(*own(e)));
	if (e->owed[0].flags & TCP_RST && reply_met(&e->owed[0], s->seg)) {
		e->owed[0] = e->owed[1];
		memset(&e->owed[1], 0, sizeof(e->owed[1]));
	}
	owed_settle(s);
}

/* A SYN,ACK is needless once its SYN is acknowledged; a FIN that had to wait for it comes up. */
void
owed_settle(struct step *s)
{
	struct endpoint *e = s->e;
	bool fin_due = e->state == TCP_STATE_FIN_WAIT_1 && !e->fin_sent && e->iss_known == ISS_SENT;

	if (own(e)->flags & TCP_SYN && e->snd.una != e->iss)
		memset(own(e), 0, sizeof(*own(e)));
	if (own(e)->flags & TCP_SYN) {
		own(e)->seq = e->iss;
		own(e)->any_seq = e->iss_known == ISS_UNSEEN;
	}
	if (fin_due && (own(e)->flags & (TCP_SYN | TCP_FIN)) == 0)
		*own(e) = reply_now(s, TCP_FIN | TCP_ACK, REASON_CLOSE);
	if (own(e)->flags == (TCP_FIN | TCP_ACK))
		own(e)->seq = e->snd.nxt;
}

/* SYN and FIN are met only by themselves; an ACK by anything of the connection that acknowledges as much. */
bool
reply_met(const struct reply *reply, const struct seg *seg)
{
	uint16_t flags = seg->tcp.flags;
	uint32_t end = seg->tcp.seq + (uint32_t)seg->payload_size;

	if (reply->flags == 0 || (flags & (TCP_SYN | TCP_RST)) != (reply->flags & (TCP_SYN | TCP_RST)))
		return false;
	if (reply->flags & TCP_ACK && (flags & TCP_ACK) == 0)
		return false;
	if (reply->flags & TCP_RST)
		return seg->tcp.seq == reply->seq && ((reply->flags & TCP_ACK) == 0 || seg->tcp.ack == reply->ack);
	if (reply->flags & TCP_SYN) {
		return (flags & TCP_ACK) == (reply->flags & TCP_ACK) &&
		    ((reply->flags & TCP_ACK) == 0 || seg->tcp.ack == reply->ack) &&
		    (reply->any_seq || seg->tcp.seq == reply->seq);
	}
	if (seq_lt(seg->tcp.ack, reply->ack))
		return false;
	if (reply->flags & TCP_FIN)
		return flags & TCP_FIN && (reply->any_seq || !seq_lt(end, reply->seq));
	return reply->any_seq || seg_len(seg) != 0 || !seq_lt(seg->tcp.seq, reply->seq);
}
