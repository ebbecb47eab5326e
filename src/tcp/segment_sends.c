/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An end's own sending: could a correct stack in its state have sent this segment, and what then has happened there?
 *
 * First why_not judges, changing nothing; then follow does what the segment says: a SYN is an OPEN, a FIN a CLOSE, a
 * RST an ABORT.  An observed stack is believed where only our own view of it may be incomplete.
 */
#include "seg/defect.h"
#include "tcp/step.h"

#define FARTHEST (1u << 30) /* bytes that may be in flight: the widest window that there is (RFC 7323 2.3) */

/* ---- RST ---- */

static enum reason
why_not_rst(const struct step *s)
{
	const struct endpoint *e = s->e;
	enum tcp_state state = (enum tcp_state)e->state;

	if (e->owed[0].flags & TCP_RST && reply_met(&e->owed[0], s->seg))
		return REASON_NONE;
	if (state == TCP_STATE_CLOSED)
		return REASON_LIE_CLOSED;
	if (state == TCP_STATE_LISTEN)
		return REASON_LIE_LISTEN;
	if (s->stack->observed)
		return REASON_NONE;
	if (!abort_is_told(state))
		return REASON_LIE_RST_UNTOLD;
	return s->seg->tcp.seq == e->snd.nxt ? REASON_NONE : REASON_LIE_RST_SEQ;
}

/* ---- SYN ---- */

static bool
is_own_syn(const struct endpoint *e, const struct seg *seg)
{
	return (seg->tcp.flags & TCP_SYN) != 0 && (seg->tcp.flags & TCP_FIN) == 0 &&
	    (e->iss_known != ISS_SENT || seg->tcp.seq == e->iss);
}

static enum reason
why_not_syn(const struct step *s)
{
	const struct endpoint *e = s->e;
	const struct seg *seg = s->seg;
	bool own = is_own_syn(e, seg), ack = seg->tcp.flags & TCP_ACK;

	switch ((enum tcp_state)e->state) {
	case TCP_STATE_CLOSED:
		return seg->tcp.flags & (TCP_FIN | TCP_ACK) ? REASON_LIE_CLOSED : REASON_NONE;
	case TCP_STATE_LISTEN:
		return seg->tcp.flags & (TCP_FIN | TCP_ACK) ? REASON_LIE_LISTEN : REASON_NONE;
	case TCP_STATE_SYN_SENT:
		return own && !ack ? REASON_NONE : REASON_LIE_SYN_SENT;
	case TCP_STATE_SYN_RECEIVED:
		if (own && ack && seg->tcp.ack == e->rcv.nxt)
			return REASON_NONE;
		/* An observed caller's SYN may be seen only after it has heard the peer's. */
		return own && !ack && !e->passive && s->stack->observed ? REASON_NONE : REASON_LIE_SYN_RECEIVED;
	case TCP_STATE_ESTABLISHED:
	case TCP_STATE_FIN_WAIT_1:
	case TCP_STATE_FIN_WAIT_2:
	case TCP_STATE_CLOSE_WAIT:
	case TCP_STATE_CLOSING:
	case TCP_STATE_LAST_ACK:
	case TCP_STATE_TIME_WAIT:
	case TCP_STATE_COUNT:
		break;
	}
	if (own && ack && e->snd.una == e->iss && seg->tcp.ack == e->rcv.nxt)
		return REASON_NONE; /* CLOSE came while its SYN,ACK was still to be sent, or unanswered */
	/* Likewise its SYN,ACK, repeated just before the ACK of it came. */
	return own && s->stack->observed ? REASON_NONE : REASON_LIE_SYN;
}

/* ---- everything else ---- */

static enum reason
why_not_ack(const struct endpoint *e, const struct seg *seg)
{
	if ((seg->tcp.flags & TCP_ACK) == 0)
		return REASON_LIE_NO_ACK;
	if (seq_lt(e->rcv.nxt, seg->tcp.ack))
		return REASON_LIE_ACK_AHEAD;
	return seq_lt(seg->tcp.ack, e->last_ack_sent) ? REASON_LIE_ACK_BACK : REASON_NONE;
}

/* What begins at SND.NXT. */
static enum reason
why_not_new(const struct step *s)
{
	const struct endpoint *e = s->e;
	uint32_t size = seg_len(s->seg), in_flight = e->snd.nxt - e->snd.una;

	if (size == 0)
		return REASON_NONE;
	if (e->state == TCP_STATE_SYN_RECEIVED && s->seg->payload_size != 0)
		return REASON_LIE_EARLY;
	if (e->snd.wnd == 0 && in_flight == 0 && size == 1)
		return REASON_NONE; /* RFC 9293 3.8.6.1: the probe of a closed window */
	if (in_flight > e->snd.wnd || size > e->snd.wnd - in_flight)
		return s->stack->observed ? REASON_NONE : REASON_LIE_WINDOW;
	return REASON_NONE;
}

/* What begins before SND.NXT. */
static enum reason
why_not_again(const struct step *s)
{
	const struct endpoint *e = s->e;
	uint32_t seq = s->seg->tcp.seq, size = seg_len(s->seg), end = seq + size;
	bool fin = s->seg->tcp.flags & TCP_FIN;

	if (!fin && size <= 1 && (seq == e->snd.nxt - 1 || seq == e->snd.una - 1))
		return REASON_NONE; /* RFC 9293 3.8.4: a keep-alive; also Linux's probe of a closed window */
	if (s->stack->observed)
		return REASON_NONE;
	if (size == 0)
		return REASON_LIE_BARE_SEQ;
	if (seq_lt(e->snd.nxt, end))
		return REASON_LIE_OVERLAP;
	if (seq_lt(seq, e->snd.una))
		return REASON_LIE_ACKED;
	return fin == (e->fin_sent && end == e->snd.nxt) ? REASON_NONE : REASON_LIE_FIN_MOVED;
}

static enum reason
why_not_other(const struct step *s)
{
	const struct endpoint *e = s->e;
	uint32_t size = seg_len(s->seg);
	enum reason reason;

	if (e->state == TCP_STATE_CLOSED)
		return REASON_LIE_CLOSED;
	if (e->state == TCP_STATE_LISTEN)
		return REASON_LIE_LISTEN;
	if (e->state == TCP_STATE_SYN_SENT)
		return REASON_LIE_SYN_SENT;
	if (e->iss_known != ISS_SENT)
		return s->stack->observed ? REASON_ISS_UNSEEN : REASON_LIE_SYN_RECEIVED;
	reason = why_not_ack(e, s->seg);
	if (reason != REASON_NONE)
		return reason;
	if (e->fin_sent && size != 0 && seq_lt(e->snd.nxt, s->seg->tcp.seq + size))
		return REASON_LIE_AFTER_FIN;
	if (s->seg->tcp.seq + size - e->snd.una > FARTHEST && e->snd.una - s->seg->tcp.seq > FARTHEST)
		return REASON_LIE_WINDOW;
	if (s->seg->tcp.seq == e->snd.nxt)
		return why_not_new(s);
	if (seq_lt(s->seg->tcp.seq, e->snd.nxt))
		return why_not_again(s);
	return s->stack->observed ? REASON_NONE : REASON_LIE_GAP;
}

/* ---- what follows from a segment that may be ---- */

static void
follow_rst(struct step *s)
{
	if (s->e->owed[0].flags & TCP_RST && reply_met(&s->e->owed[0], s->seg))
		owed_strike(s);
	else
		step_move(s, TCP_STATE_CLOSED, s->stack->observed ? REASON_GIVEN_UP : REASON_ABORT);
}

static void
follow_syn(struct step *s)
{
	struct endpoint *e = s->e;

	if (e->state == TCP_STATE_CLOSED || e->state == TCP_STATE_LISTEN)
		step_open(s, s->seg->tcp.seq);
	if (e->iss_known != ISS_SENT) {
		e->iss_known = ISS_SENT;
		e->iss = e->snd.una = s->seg->tcp.seq;
		e->snd.nxt = e->iss + seg_len(s->seg);
		owed_settle(s);
	}
	agree_sent(s);
}

static void
follow_fin(struct step *s)
{
	/* CLOSE-WAIT, and its FIN does not know of the peer's: in truth it went through FIN-WAIT-1 */
	bool crossed = s->e->state == TCP_STATE_CLOSE_WAIT && seq_lt(s->seg->tcp.ack, s->e->rcv.nxt);

	s->e->fin_sent = true;
	if (crossed && s->stack->observed)
		step_move(s, TCP_STATE_CLOSING, REASON_FINS_CROSSED);
	else
		step_close(s);
}

static void
follow_text(struct step *s)
{
	uint32_t end = s->seg->tcp.seq + seg_len(s->seg);
	bool first_fin = s->seg->tcp.flags & TCP_FIN && !s->e->fin_sent;

	if (seq_lt(s->e->snd.nxt, end))
		s->e->snd.nxt = end;
	if (first_fin)
		follow_fin(s);
}

/* The window is the space behind the acknowledged octet, of which what has come since is used up. */
static void
announce(struct step *s)
{
	struct endpoint *e = s->e;
	const struct seg *seg = s->seg;
	unsigned shift = e->scaled && (seg->tcp.flags & TCP_SYN) == 0 ? e->rcv_shift : 0;
	uint32_t window = (uint32_t)seg->tcp.window << shift, used = 0;

	if (seg->tcp.flags & TCP_ACK) {
		if (seq_lt(seg->tcp.ack, e->last_ack_sent))
			return;
		used = e->rcv.nxt - seg->tcp.ack;
		e->last_ack_sent = seg->tcp.ack;
	}
	e->rcv.wnd = window > used ? window - used : 0;
	if (window > e->rcv.space || (seg->tcp.flags & TCP_SYN && window != 0))
		e->rcv.space = window;
}

bool
conn_sends(struct conn *conn, enum end who, const struct seg *seg, int64_t now_ns, struct out *out)
{
	struct step s = step_begin(conn, who, seg, now_ns, out);
	bool rst = seg->tcp.flags & TCP_RST, syn = seg->tcp.flags & TCP_SYN;
	enum reason reason = seg->defects & DEFECTS_DISCARDED ? REASON_LIE_DAMAGED :
	    rst ? why_not_rst(&s) : syn ? why_not_syn(&s) : why_not_other(&s);

	if (reason != REASON_NONE) {
		step_ignore(&s, reason);
		out->record[out->count - 1].ignored.sent = true;
		return false;
	}
	if (rst) {
		follow_rst(&s);
		return true;
	}
	if (syn)
		follow_syn(&s);
	else
		follow_text(&s);
	announce(&s);
	owed_strike(&s);
	return true;
}
