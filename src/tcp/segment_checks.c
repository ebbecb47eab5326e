/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RFC 9293 3.10.7.4: a segment arrives in SYN-RECEIVED or later.  It goes through the RFC's eight numbered checks in
 * their order; each is a function of its own and says whether to go on.  The third, of security and compartment, has
 * nothing to check. RFC 5961 says how to answer what may be forged.
 */
#include "tcp/step.h"

enum progress { CONTINUE, DONE };

#define TS_RECENT_LIFE_NS (24 * 86400 * NS_PER_S) /* RFC 7323 5.5 */

static bool
may_still_hear(const struct endpoint *e)
{
	return e->state == TCP_STATE_ESTABLISHED || e->state == TCP_STATE_FIN_WAIT_1 ||
	    e->state == TCP_STATE_FIN_WAIT_2;
}

static void
challenge(struct step *s, enum reason reason)
{
	step_ignore(s, reason);
	owe_ack(s, URGENCY_NOW, REASON_CHALLENGE);
}

/* ---- first: the sequence number ---- */

/* Table 6: some octet of the segment, or its number when it has none, is one that is waited for. */
static bool
acceptable(const struct endpoint *e, uint32_t seq, uint32_t size)
{
	if (e->rcv.wnd == 0)
		return size == 0 && seq == e->rcv.nxt;
	return seq_in_window(seq, e->rcv.nxt, e->rcv.wnd) ||
	    (size != 0 && seq_in_window(seq + size - 1, e->rcv.nxt, e->rcv.wnd));
}

/* RFC 6191 2: the timestamp is newer; where it is the same, or there is none, the sequence number is. */
static bool
reopens(const struct step *s)
{
	const struct endpoint *e = s->e;
	bool stamped = e->ts_ok && s->options.has_ts;

	if (e->state != TCP_STATE_TIME_WAIT || !e->passive || (s->seg->tcp.flags & TCP_SYN) == 0 ||
	    s->seg->tcp.flags & (TCP_ACK | TCP_RST | TCP_FIN))
		return false;
	if (stamped && s->options.ts_value != e->ts_recent)
		return seq_lt(e->ts_recent, s->options.ts_value);
	return seq_lt(e->rcv.nxt, s->seg->tcp.seq);
}

/* RFC 7323 5.3, R1; RST is exempt. */
static bool
is_old_duplicate(const struct step *s)
{
	const struct endpoint *e = s->e;

	return e->ts_ok && s->options.has_ts && seq_lt(s->options.ts_value, e->ts_recent) &&
	    s->now_ns - e->ts_recent_at_ns < TS_RECENT_LIFE_NS;
}

/* RFC 7323 4.3. */
static void
remember_timestamp(struct step *s)
{
	if (!s->e->ts_ok || !s->options.has_ts || seq_lt(s->e->last_ack_sent, s->seg->tcp.seq) || is_old_duplicate(s))
		return;
	s->e->ts_recent = s->options.ts_value;
	s->e->ts_recent_at_ns = s->now_ns;
}

/* Why it was sent all the same, as far as its numbers tell. */
static enum reason
why_unacceptable(const struct step *s)
{
	const struct endpoint *e = s->e;
	uint32_t seq = s->seg->tcp.seq, size = seg_len(s->seg);

	if (s->seg->tcp.flags & TCP_SYN)
		return seq == e->irs ? REASON_SYN_REPEATED : REASON_SYN_CHALLENGED;
	if (seq == e->rcv.nxt - 1 && size <= 1 && (s->seg->tcp.flags & TCP_FIN) == 0)
		return REASON_KEEP_ALIVE;
	return size != 0 && seq_leq(seq + size, e->rcv.nxt) ? REASON_DUPLICATE : REASON_OUTSIDE_WINDOW;
}

static enum progress
refuse(struct step *s)
{
	const struct endpoint *e = s->e;
	const struct seg *seg = s->seg;
	uint32_t size = seg_len(seg);

	if (e->rcv.wnd == 0 && seg->tcp.seq == e->rcv.nxt && (seg->tcp.flags & TCP_SYN) == 0) {
		owe_ack(s, URGENCY_NOW, REASON_ZERO_WINDOW);
		return CONTINUE;
	}
	if (e->state == TCP_STATE_TIME_WAIT && seg->tcp.flags & TCP_FIN && seg->tcp.seq + size == e->rcv.nxt) {
		step_start_time_wait(s);
		owe_ack(s, URGENCY_NOW, REASON_FIN_AGAIN);
		return DONE;
	}
	step_ignore(s, why_unacceptable(s));
	/* Before its own SYN,ACK went out an end has nothing to acknowledge with: that is what it still owes. */
	if (e->iss_known == ISS_SENT)
		owe_ack(s, URGENCY_NOW, REASON_UNACCEPTABLE);
	return DONE;
}

static enum progress
check_sequence(struct step *s)
{
	const struct endpoint *e = s->e;
	const struct seg *seg = s->seg;
	bool half_open = e->state == TCP_STATE_SYN_RECEIVED;
	bool syn_again = half_open && seg->tcp.flags & TCP_SYN && seg->tcp.seq == e->irs;

	if (seg->tcp.flags & TCP_RST) {
		if (seg->tcp.seq == e->rcv.nxt || seq_in_window(seg->tcp.seq, e->rcv.nxt, e->rcv.wnd))
			return CONTINUE;
		step_ignore(s, REASON_RST_OUTSIDE);
		return DONE;
	}
	if (reopens(s)) {
		step_reopen(s);
		return DONE;
	}
	if (is_old_duplicate(s)) {
		step_ignore(s, REASON_PAWS);
		owe_ack(s, URGENCY_NOW, REASON_UNACCEPTABLE);
		return DONE;
	}
	if (e->ts_ok && !s->options.has_ts && s->stack->needs_timestamps) {
		step_ignore(s, REASON_NO_TIMESTAMP);
		return DONE;
	}
	if (syn_again && e->passive && s->stack->repeats_syn_ack && (seg->tcp.flags & TCP_ACK) == 0) {
		owe_syn(s, REASON_SYN_AGAIN);
		return DONE;
	}
	/* Figure 7: the SYN,ACK of a simultaneous open repeats the SYN, which Table 6 alone would turn away. */
	s->syn_again = syn_again && !e->passive && seg->tcp.flags & TCP_ACK;
	if (!s->syn_again && !acceptable(e, seg->tcp.seq, seg_len(seg)))
		return refuse(s);
	remember_timestamp(s);
	return CONTINUE;
}

/* ---- second: RST ---- */

static enum progress
check_rst(struct step *s)
{
	if ((s->seg->tcp.flags & TCP_RST) == 0)
		return CONTINUE;
	if (s->seg->tcp.seq != s->e->rcv.nxt)
		challenge(s, REASON_RST_INEXACT);
	else if (s->e->state == TCP_STATE_SYN_RECEIVED && s->e->passive)
		step_back_to_listen(s, REASON_BACK_TO_LISTEN);
	else
		step_move(s, TCP_STATE_CLOSED, REASON_RESET);
	return DONE;
}

/* ---- fourth: SYN ---- */

static enum progress
check_syn(struct step *s)
{
	if ((s->seg->tcp.flags & TCP_SYN) == 0 || s->syn_again)
		return CONTINUE;
	if (s->e->state == TCP_STATE_SYN_RECEIVED && s->e->passive)
		step_back_to_listen(s, REASON_BACK_TO_LISTEN);
	else
		challenge(s, REASON_SYN_CHALLENGED);
	return DONE;
}

/* ---- fifth: ACK ---- */

static void
update_window(struct step *s)
{
	struct endpoint *e = s->e;
	const struct seg *seg = s->seg;

	if (!seq_lt(e->snd.wl1, seg->tcp.seq) && !(e->snd.wl1 == seg->tcp.seq && seq_leq(e->snd.wl2, seg->tcp.ack)))
		return;
	e->snd.wnd = (uint32_t)seg->tcp.window << (e->scaled && (seg->tcp.flags & TCP_SYN) == 0 ? e->snd_shift : 0);
	e->snd.wl1 = seg->tcp.seq;
	e->snd.wl2 = seg->tcp.ack;
	if (e->snd.wnd > e->snd.max_wnd)
		e->snd.max_wnd = e->snd.wnd;
}

static enum progress
check_ack_of_syn(struct step *s)
{
	struct endpoint *e = s->e;
	uint32_t ack = s->seg->tcp.ack;

	if (!seq_lt(e->snd.una, ack) || seq_lt(e->snd.nxt, ack)) {
		owe_refusal(s, REASON_SYN_RECEIVED_BAD_ACK);
		return DONE;
	}
	e->snd.una = ack;
	owed_settle(s);
	update_window(s);
	step_move(s, TCP_STATE_ESTABLISHED, REASON_ESTABLISHED);
	if (s->syn_again)
		owe_ack(s, URGENCY_NOW, REASON_SYN_HEARD);
	return CONTINUE;
}

/* RFC 5961 5.2: what lies too far back, or ahead of all that was sent, is answered and dropped. */
static enum progress
take_ack(struct step *s)
{
	struct endpoint *e = s->e;
	uint32_t ack = s->seg->tcp.ack;

	if (seq_lt(e->snd.nxt, ack) || seq_lt(ack, e->snd.una - e->snd.max_wnd)) {
		step_ignore(s, seq_lt(e->snd.nxt, ack) ? REASON_ACK_AHEAD : REASON_ACK_TOO_OLD);
		owe_ack(s, URGENCY_NOW, REASON_UNACCEPTABLE);
		return DONE;
	}
	if (seq_lt(e->snd.una, ack)) {
		e->snd.una = ack;
		owed_settle(s);
	}
	if (seq_leq(e->snd.una, ack))
		update_window(s);
	return CONTINUE;
}

static enum progress
take_ack_in_time_wait(struct step *s)
{
	if (s->stack->silent_time_wait && seg_len(s->seg) == 0) {
		step_start_time_wait(s);
		return DONE;
	}
	owe_ack(s, URGENCY_NOW, REASON_TIME_WAIT_ACK);
	return CONTINUE;
}

static enum progress
check_ack(struct step *s)
{
	struct endpoint *e = s->e;

	if ((s->seg->tcp.flags & TCP_ACK) == 0) {
		step_ignore(s, REASON_NO_ACK);
		return DONE;
	}
	if (e->iss_known == ISS_UNSEEN) {
		step_ignore(s, REASON_ISS_UNSEEN);
		return DONE;
	}
	if (e->state == TCP_STATE_SYN_RECEIVED)
		return check_ack_of_syn(s);
	if (take_ack(s) == DONE)
		return DONE;
	switch ((enum tcp_state)e->state) {
	case TCP_STATE_ESTABLISHED:
	case TCP_STATE_FIN_WAIT_2:
	case TCP_STATE_CLOSE_WAIT:
		break;
	case TCP_STATE_FIN_WAIT_1:
		if (fin_acked(e))
			step_move(s, TCP_STATE_FIN_WAIT_2, REASON_FIN_ACKED);
		break;
	case TCP_STATE_CLOSING:
	case TCP_STATE_LAST_ACK:
		if (!fin_acked(e)) {
			step_ignore(s, REASON_FIN_UNACKED);
			return DONE;
		}
		step_move(s, e->state == TCP_STATE_CLOSING ? TCP_STATE_TIME_WAIT : TCP_STATE_CLOSED, REASON_FIN_ACKED);
		return DONE;
	case TCP_STATE_TIME_WAIT:
		return take_ack_in_time_wait(s);
	case TCP_STATE_CLOSED:
	case TCP_STATE_LISTEN:
	case TCP_STATE_SYN_SENT:
	case TCP_STATE_SYN_RECEIVED:
	case TCP_STATE_COUNT:
		break;
	}
	return CONTINUE;
}

/* ---- sixth: URG ---- */

static enum progress
check_urg(struct step *s)
{
	uint32_t up = s->seg->tcp.seq + s->seg->tcp.urgent;

	if (s->seg->tcp.flags & TCP_URG && may_still_hear(s->e) && seq_lt(s->e->rcv.up, up))
		s->e->rcv.up = up;
	return CONTINUE;
}

/* ---- seventh: the text ---- */

/* RFC 9293 3.8.6.3: at the latest with the second full segment; RFC 5681 4.2: at once where there was a gap. */
static void
owe_ack_of_data(struct step *s, bool was_gap)
{
	uint32_t full = s->e->ts_ok && s->e->rcv_mss > 12 ? s->e->rcv_mss - 12u : s->e->rcv_mss;
	bool second = s->e->rcv.nxt - s->e->last_ack_sent >= 2 * full;

	if (was_gap)
		owe_ack(s, URGENCY_NOW, REASON_GAP_FILLED);
	else
		owe_ack(s, second ? URGENCY_NOW : URGENCY_DELAYED, REASON_DATA);
}

static void
advance(struct endpoint *e, uint32_t to)
{
	uint32_t by = to - e->rcv.nxt;

	e->rcv.nxt = to;
	held_take(e);
	by += e->rcv.nxt - to;
	e->rcv.wnd = e->rcv.wnd > by ? e->rcv.wnd - by : 0;
}

static enum progress
take_text(struct step *s)
{
	struct endpoint *e = s->e;
	uint32_t before = e->rcv.nxt, edge = e->rcv.nxt + e->rcv.wnd;
	uint32_t left = s->seg->tcp.seq + (s->seg->tcp.flags & TCP_SYN ? 1 : 0);
	uint32_t right = left + (uint32_t)s->seg->payload_size;
	bool was_gap = e->held_count != 0, in_order, kept;

	if (!may_still_hear(e)) {
		if (s->seg->payload_size != 0)
			step_ignore(s, REASON_TEXT_AFTER_FIN);
		return CONTINUE;
	}
	if (seq_lt(left, e->rcv.nxt))
		left = e->rcv.nxt;
	if (seq_lt(edge, right))
		right = edge;
	if (!seq_lt(left, right))
		right = left = e->rcv.nxt;
	in_order = left == e->rcv.nxt;
	kept = in_order || held_keep(e, left, right);
	advance(e, in_order ? right : e->rcv.nxt);
	if (e->rcv.nxt != before) {
		step_deliver(s, e->rcv.nxt - before);
		owe_ack_of_data(s, was_gap);
	} else if (!in_order) {
		if (!kept)
			step_ignore(s, REASON_NO_ROOM);
		owe_ack(s, URGENCY_NOW, kept ? REASON_OUT_OF_ORDER : REASON_NO_ROOM);
	}
	return CONTINUE;
}

static void
take_fin(struct step *s)
{
	struct endpoint *e = s->e;

	e->rcv.nxt++;
	e->rcv.wnd = e->rcv.wnd != 0 ? e->rcv.wnd - 1 : 0;
	e->fin_heard = true;
	e->fin_held = false;
	e->held_count = 0; /* behind a FIN there can be nothing */
	if (e->state == TCP_STATE_FIN_WAIT_1)
		step_move(s, TCP_STATE_CLOSING, REASON_FIN_BOTH);
	else
		step_move(
		    s, e->state == TCP_STATE_FIN_WAIT_2 ? TCP_STATE_TIME_WAIT : TCP_STATE_CLOSE_WAIT, REASON_FIN_HEARD);
	owe_ack(s, URGENCY_DELAYED, REASON_FIN_HEARD);
}

static enum progress
check_fin(struct step *s)
{
	struct endpoint *e = s->e;
	uint32_t at = s->seg->tcp.seq + seg_len(s->seg) - 1;
	bool fin = s->seg->tcp.flags & TCP_FIN;

	if (!may_still_hear(e)) {
		if (fin && e->state == TCP_STATE_TIME_WAIT)
			step_start_time_wait(s);
		else if (fin)
			step_ignore(s, REASON_SECOND_FIN);
		return DONE;
	}
	if (fin && seq_in_window(at, e->rcv.nxt, e->rcv.wnd)) {
		e->fin_held = true;
		e->fin_at = at;
		if (at != e->rcv.nxt && s->seg->payload_size == 0)
			owe_ack(s, URGENCY_NOW, REASON_OUT_OF_ORDER);
	}
	if (e->fin_held && e->fin_at == e->rcv.nxt)
		take_fin(s);
	return DONE;
}

void
step_check(struct step *s)
{
	static enum progress (*const checks[])(struct step *) = {
		check_sequence, /* third: nothing */
		check_rst,
		check_syn,
		check_ack,
		check_urg,
		take_text,
		check_fin,
	};

	for (unsigned i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if (checks[i](s) == DONE)
			break;
	}
}

void
step_check_text(struct step *s)
{
	check_urg(s);
	take_text(s);
	check_fin(s);
}
