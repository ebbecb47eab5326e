/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this room share: one step of one end, and the few ways in which a step may change it. */
#ifndef TCP_STEP_H
#define TCP_STEP_H

#include "base/seq.h"
#include "base/when.h"
#include "seg/option.h"
#include "tcp/conn.h"

struct step {
	struct conn *conn;
	struct endpoint *e;
	const struct stack_traits *stack;
	const struct seg *seg; /* NULL in calls and timeouts */
	struct options options; /* of seg */
	int64_t now_ns;
	struct out *out;
	enum end who;
	bool syn_again; /* the SYN bit is the one already heard */
};

/* Empties *out and, where TIME-WAIT has passed unnoticed, ends it. */
struct step step_begin(
    struct conn *conn, enum end who, const struct seg *seg, int64_t now_ns, struct out *out);

/* Every change of state goes through here.  CLOSED owes nothing; TIME-WAIT starts its timer. */
void step_move(struct step *s, enum tcp_state to, enum reason reason);
void step_ignore(struct step *s, enum reason reason);
/* One TRACE_OWED a step for an ACK, one for a RST: a later one takes the place of the earlier. */
void step_owe(struct step *s, const struct reply *reply);
void step_deliver(struct step *s, uint32_t bytes);

/* A fresh control block in place of the old one: CLOSED, of the same stack. */
void endpoint_renew(struct endpoint *e);
/* `iss` for the next SYN, unless the stack chooses for itself. */
void endpoint_choose_iss(struct endpoint *e, uint32_t iss);
/* TIME-WAIT starts, or starts anew. */
void step_start_time_wait(struct step *s);
void step_end_time_wait(struct step *s);

/* ---- segment_arrives.c, segment_checks.c ---- */

/* SYN-RECEIVED gives up, and listens as it did before the SYN came. */
void step_back_to_listen(struct step *s, enum reason reason);
/* TIME-WAIT to SYN-RECEIVED, by the SYN in s->seg. */
void step_reopen(struct step *s);
/* The eight checks of 3.10.7.4, and the last three of them alone. */
void step_check(struct step *s);
void step_check_text(struct step *s);

/* ---- user_calls.c: the calls that a sent segment may stand for ---- */

/* CLOSED or LISTEN to SYN-SENT. */
void step_open(struct step *s, uint32_t iss);
/* False: in this state CLOSE sends no FIN. */
bool step_close(struct step *s);
/* ABORT sends a RST in this state. */
bool abort_is_told(enum tcp_state state);

/* ---- agree.c: what two SYNs agree on ---- */

void agree_heard(struct step *s);
void agree_sent(struct step *s);

static inline bool
fin_acked(const struct endpoint *e)
{
	return e->fin_sent && e->snd.una == e->snd.nxt;
}

/* ---- owed.c: what an end owes ---- */

void owe_ack(struct step *s, enum urgency urgency, enum reason reason);
void owe_syn(struct step *s, enum reason reason); /* SYN, or SYN,ACK in SYN-RECEIVED */
void owe_fin(struct step *s, enum reason reason);
void owe_abort(struct step *s);
/* The RST that answers s->seg (RFC 9293 3.5.2). */
void owe_refusal(struct step *s, enum reason reason);
/* s->seg went out: strikes off what it covers. */
void owed_strike(struct step *s);
/* The ISS was settled, or snd.una or snd.nxt moved: what is owed of SYN and FIN follows. */
void owed_settle(struct step *s);

/* ---- held.c: out-of-order data ---- */

/* Keeps [left, right), which begins at or after rcv.nxt and ends within the window; false when there is no room. */
bool held_keep(struct endpoint *e, uint32_t left, uint32_t right);
/* Moves rcv.nxt over what now follows in order. */
void held_take(struct endpoint *e);

#endif
