/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prediction: the segment is heard on a copy, and what is owed for it is what must come. */
#include "tcp/step.h"

/*
 * Where a real Linux is known to answer otherwise than RFC 9293, or its program decides: closed for good or only shut
 * down for writing (FIN-WAIT), whether a window that is nearly full still takes something.
 */
static bool
linux_is_sure(const struct endpoint *e, const struct seg *seg)
{
	uint16_t flags = seg->tcp.flags;
	uint32_t size = seg_len(seg);
	bool text = seg->payload_size != 0, beyond;

	if (e->state == TCP_STATE_CLOSED)
		return true;
	if (e->state <= TCP_STATE_SYN_SENT)
		return (flags & TCP_SYN) == 0 || ((flags & TCP_FIN) == 0 && !text);
	if (flags & TCP_RST)
		return e->state != TCP_STATE_TIME_WAIT || seg->tcp.seq == e->rcv.nxt;
	if (flags & TCP_SYN)
		return e->state != TCP_STATE_SYN_RECEIVED || seg->tcp.seq == e->irs;
	if (flags & TCP_ACK &&
	    (e->iss_known == ISS_UNSEEN || (e->state != TCP_STATE_SYN_RECEIVED && seq_lt(e->snd.nxt, seg->tcp.ack))))
		return false;
	if (text && e->state != TCP_STATE_SYN_RECEIVED && e->state != TCP_STATE_ESTABLISHED)
		return false;
	beyond = seq_lt(e->rcv.nxt + e->rcv.wnd, seg->tcp.seq + size);
	return size == 0 || !beyond || (e->rcv.wnd == 0 && (flags & TCP_FIN) == 0);
}

void
conn_predict(
    const struct conn *conn, enum end who, const struct seg *seg, int64_t now_ns, struct prediction *prediction)
{
	struct conn copy = *conn;
	struct out out;

	conn_hears(&copy, who, seg, now_ns, &out);
	*prediction = (struct prediction){
		.known = copy.end[who].stack != STACK_LINUX || linux_is_sure(&conn->end[who], seg),
		.next = (enum tcp_state)copy.end[who].state,
	};
	for (unsigned i = 0; i < out.count; i++) {
		if (out.record[i].kind == TRACE_OWED)
			prediction->must = out.record[i].owed;
	}
}
