/* SPDX-License-Identifier: GPL-3.0-or-later */
/* User calls: RFC 9293 3.10.1 (OPEN), 3.10.4 (CLOSE), 3.10.5 (ABORT).  SEND and RECEIVE are seen only by what they
 * send. */
#include "tcp/step.h"

static void
call_listen(struct step *s, uint32_t iss)
{
	if (s->e->state != TCP_STATE_CLOSED) {
		step_ignore(s, REASON_ALREADY_OPEN);
		return;
	}
	endpoint_renew(s->e);
	endpoint_choose_iss(s->e, iss);
	s->e->passive = true;
	step_move(s, TCP_STATE_LISTEN, REASON_OPEN_PASSIVE);
}

static void
call_open(struct step *s, uint32_t iss)
{
	if (s->e->state != TCP_STATE_CLOSED && s->e->state != TCP_STATE_LISTEN) {
		step_ignore(s, REASON_ALREADY_OPEN);
		return;
	}
	step_open(s, iss);
	owe_syn(s, REASON_OPEN_ACTIVE);
}

void
step_open(struct step *s, uint32_t iss)
{
	uint8_t from = s->e->state;

	endpoint_renew(s->e);
	endpoint_choose_iss(s->e, iss);
	s->e->state = from;
	step_move(s, TCP_STATE_SYN_SENT, from == TCP_STATE_LISTEN ? REASON_OPEN_LISTENING : REASON_OPEN_ACTIVE);
}

bool
step_close(struct step *s)
{
	switch ((enum tcp_state)s->e->state) {
	case TCP_STATE_SYN_RECEIVED:
	case TCP_STATE_ESTABLISHED:
		step_move(s, TCP_STATE_FIN_WAIT_1, REASON_CLOSE);
		return true;
	case TCP_STATE_CLOSE_WAIT:
		step_move(s, TCP_STATE_LAST_ACK, REASON_CLOSE_TOO);
		return true;
	case TCP_STATE_CLOSED:
	case TCP_STATE_LISTEN:
	case TCP_STATE_SYN_SENT:
	case TCP_STATE_FIN_WAIT_1:
	case TCP_STATE_FIN_WAIT_2:
	case TCP_STATE_CLOSING:
	case TCP_STATE_LAST_ACK:
	case TCP_STATE_TIME_WAIT:
	case TCP_STATE_COUNT:
		break;
	}
	return false;
}

static void
call_close(struct step *s)
{
	if (s->e->state == TCP_STATE_CLOSED)
		step_ignore(s, REASON_NOT_OPEN);
	else if (s->e->state == TCP_STATE_LISTEN || s->e->state == TCP_STATE_SYN_SENT)
		step_move(s, TCP_STATE_CLOSED, REASON_CLOSE_UNOPENED);
	else if (step_close(s))
		owe_fin(s, s->e->state == TCP_STATE_LAST_ACK ? REASON_CLOSE_TOO : REASON_CLOSE);
	else
		step_ignore(s, REASON_ALREADY_CLOSING);
}

bool
abort_is_told(enum tcp_state state)
{
	switch (state) {
	case TCP_STATE_SYN_RECEIVED:
	case TCP_STATE_ESTABLISHED:
	case TCP_STATE_FIN_WAIT_1:
	case TCP_STATE_FIN_WAIT_2:
	case TCP_STATE_CLOSE_WAIT:
		return true;
	case TCP_STATE_CLOSED:
	case TCP_STATE_LISTEN:
	case TCP_STATE_SYN_SENT:
	case TCP_STATE_CLOSING:
	case TCP_STATE_LAST_ACK:
	case TCP_STATE_TIME_WAIT:
	case TCP_STATE_COUNT:
		break;
	}
	return false;
}

static void
call_abort(struct step *s)
{
	bool told = abort_is_told((enum tcp_state)s->e->state);

	if (s->e->state == TCP_STATE_CLOSED) {
		step_ignore(s, REASON_NOT_OPEN);
		return;
	}
	step_move(s, TCP_STATE_CLOSED, told ? REASON_ABORT : REASON_ABORT_UNTOLD);
	if (told)
		owe_abort(s);
}

void
conn_call(struct conn *conn, enum end who, enum user_call call, uint32_t iss, int64_t now_ns, struct out *out)
{
	struct step s = step_begin(conn, who, NULL, now_ns, out);

	switch (call) {
	case CALL_LISTEN:
		call_listen(&s, iss);
		break;
	case CALL_OPEN:
		call_open(&s, iss);
		break;
	case CALL_CLOSE:
		call_close(&s);
		break;
	case CALL_ABORT:
		call_abort(&s);
		break;
	}
}
