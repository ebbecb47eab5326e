/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A segment arrives: RFC 9293 3.10.7.  Here are CLOSED, LISTEN and SYN-SENT; the later states have their numbered
 * checks in segment_checks.c.
 */
#include "seg/defect.h"
#include "tcp/step.h"

#define REOPEN_ISS_STEP                                                                                                \
	65537 /* a new incarnation's numbers begin beyond the old one's (RFC 6191 2); Linux's distance */

/* ---- what several states have in common ---- */

static void
hear_syn(struct step *s)
{
	struct endpoint *e = s->e;
	const struct seg *seg = s->seg;

	e->irs = e->last_ack_sent = seg->tcp.seq;
	e->rcv.nxt = seg->tcp.seq + 1;
	e->rcv.up = e->rcv.nxt;
	e->snd.wnd = e->snd.max_wnd = seg->tcp.window; /* RFC 7323 2.2: never scaled in a SYN */
	e->snd.wl1 = seg->tcp.seq;
	e->snd.wl2 = seg->tcp.flags & TCP_ACK ? seg->tcp.ack : e->iss;
	agree_heard(s);
}

/* Text and FIN that a SYN brings are kept until the connection is established. */
static void
hold_text_of_syn(struct step *s)
{
	struct endpoint *e = s->e;
	uint32_t size = s->seg->payload_size > e->rcv.wnd ? e->rcv.wnd : (uint32_t)s->seg->payload_size;

	if (size != 0)
		held_keep(e, e->rcv.nxt, e->rcv.nxt + size);
	if (s->seg->tcp.flags & TCP_FIN && s->seg->payload_size == size) {
		e->fin_held = true;
		e->fin_at = e->rcv.nxt + size;
	}
}

/* Listens again with what it knew before the SYN came. */
void
step_back_to_listen(struct step *s, enum reason reason)
{
	uint32_t iss = s->e->iss;

	step_move(s, TCP_STATE_LISTEN, reason);
	endpoint_renew(s->e);
	endpoint_choose_iss(s->e, iss);
	s->e->passive = true;
	s->e->state = TCP_STATE_LISTEN;
}

void
step_reopen(struct step *s)
{
	uint32_t iss = s->e->snd.nxt + REOPEN_ISS_STEP;

	step_move(s, TCP_STATE_SYN_RECEIVED, REASON_REOPENED);
	endpoint_renew(s->e);
	s->e->state = TCP_STATE_SYN_RECEIVED;
	s->e->passive = true;
	s->e->iss_known = ISS_CHOSEN;
	s->e->iss = s->e->snd.una = s->e->snd.nxt = iss;
	hear_syn(s);
	hold_text_of_syn(s);
	owe_syn(s, REASON_LISTEN_SYN);
}

/* ---- 3.10.7.1 CLOSED ---- */

static void
closed_hears(struct step *s)
{
	if (s->seg->tcp.flags & TCP_RST)
		step_ignore(s, REASON_RST_UNANSWERED);
	else
		owe_refusal(s, REASON_NO_CONNECTION);
}

/* ---- 3.10.7.2 LISTEN ---- */

static void
listen_hears(struct step *s)
{
	uint16_t flags = s->seg->tcp.flags;

	if (flags & TCP_RST) {
		step_ignore(s, REASON_LISTEN_RST);
	} else if (flags & TCP_ACK) {
		owe_refusal(s, REASON_LISTEN_ACK);
	} else if (flags & TCP_SYN) {
		hear_syn(s);
		hold_text_of_syn(s);
		step_move(s, TCP_STATE_SYN_RECEIVED, REASON_LISTEN_SYN);
		owe_syn(s, REASON_LISTEN_SYN);
	} else {
		step_ignore(s, REASON_LISTEN_OTHER);
	}
}

/* ---- 3.10.7.3 SYN-SENT ---- */

static void
hear_answer_to_syn(struct step *s)
{
	struct endpoint *e = s->e;

	hear_syn(s);
	if ((s->seg->tcp.flags & TCP_ACK) == 0) {
		hold_text_of_syn(s);
		step_move(s, TCP_STATE_SYN_RECEIVED, REASON_SYNS_CROSSED);
		owe_syn(s, REASON_SYNS_CROSSED);
		return;
	}
	e->snd.una = s->seg->tcp.ack;
	owed_settle(s);
	step_move(s, TCP_STATE_ESTABLISHED, REASON_SYN_ANSWERED);
	owe_ack(s, URGENCY_NOW, REASON_SYN_HEARD);
	step_check_text(s);
}

static void
syn_sent_hears(struct step *s)
{
	const struct endpoint *e = s->e;
	uint16_t flags = s->seg->tcp.flags;

	if (flags & TCP_ACK && e->iss_known == ISS_UNSEEN) {
		step_ignore(s, REASON_ISS_UNSEEN);
	} else if (flags & TCP_ACK && (seq_leq(s->seg->tcp.ack, e->iss) || seq_lt(e->snd.nxt, s->seg->tcp.ack))) {
		if (flags & TCP_RST)
			step_ignore(s, REASON_SYN_SENT_BAD_RST);
		else
			owe_refusal(s, REASON_SYN_SENT_BAD_ACK);
	} else if (flags & TCP_RST) {
		if (flags & TCP_ACK)
			step_move(s, TCP_STATE_CLOSED, REASON_REFUSED);
		else
			step_ignore(s, REASON_SYN_SENT_BAD_RST);
	} else if (flags & TCP_SYN) {
		hear_answer_to_syn(s);
	} else {
		step_ignore(s, REASON_SYN_SENT_OTHER);
	}
}

void
conn_hears(struct conn *conn, enum end who, const struct seg *seg, int64_t now_ns, struct out *out)
{
	struct step s = step_begin(conn, who, seg, now_ns, out);

	if (seg->defects & DEFECTS_DISCARDED) {
		step_ignore(&s, REASON_DISCARDED);
		return;
	}
	switch ((enum tcp_state)s.e->state) {
	case TCP_STATE_CLOSED:
		closed_hears(&s);
		break;
	case TCP_STATE_LISTEN:
		listen_hears(&s);
		break;
	case TCP_STATE_SYN_SENT:
		syn_sent_hears(&s);
		break;
	case TCP_STATE_SYN_RECEIVED:
	case TCP_STATE_ESTABLISHED:
	case TCP_STATE_FIN_WAIT_1:
	case TCP_STATE_FIN_WAIT_2:
	case TCP_STATE_CLOSE_WAIT:
	case TCP_STATE_CLOSING:
	case TCP_STATE_LAST_ACK:
	case TCP_STATE_TIME_WAIT:
		step_check(&s);
		break;
	case TCP_STATE_COUNT:
		break;
	}
}
