/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time passes: RFC 9293 3.10.8.  A retransmission timeout changes no state and is not followed. */
#include "tcp/step.h"

void
step_start_time_wait(struct step *s)
{
	s->e->time_wait_until_ns = s->now_ns + s->stack->time_wait_ns;
}

void
step_end_time_wait(struct step *s)
{
	if (s->e->state == TCP_STATE_TIME_WAIT && s->now_ns >= s->e->time_wait_until_ns)
		step_move(s, TCP_STATE_CLOSED, REASON_TIME_WAIT_OVER);
}

void
conn_timeout(struct conn *conn, enum end who, int64_t now_ns, struct out *out)
{
	step_begin(conn, who, NULL, now_ns, out);
}

int64_t
conn_deadline(const struct conn *conn)
{
	int64_t alice = conn->end[END_ALICE].time_wait_until_ns, bob = conn->end[END_BOB].time_wait_until_ns;

	return alice < bob ? alice : bob;
}

void
conn_user_timeout(struct conn *conn, enum end who, int64_t now_ns, struct out *out)
{
	struct step s = step_begin(conn, who, NULL, now_ns, out);

	if (s.e->state != TCP_STATE_CLOSED)
		step_move(&s, TCP_STATE_CLOSED, REASON_USER_TIMEOUT);
}
