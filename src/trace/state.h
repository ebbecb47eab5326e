/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The eleven states of a connection, under RFC 9293's names (3.3.2). */
#ifndef TRACE_STATE_H
#define TRACE_STATE_H

#include <stdbool.h>

enum tcp_state {
	TCP_STATE_CLOSED,
	TCP_STATE_LISTEN,
	TCP_STATE_SYN_SENT,
	TCP_STATE_SYN_RECEIVED,
	TCP_STATE_ESTABLISHED,
	TCP_STATE_FIN_WAIT_1,
	TCP_STATE_FIN_WAIT_2,
	TCP_STATE_CLOSE_WAIT,
	TCP_STATE_CLOSING,
	TCP_STATE_LAST_ACK,
	TCP_STATE_TIME_WAIT,
	TCP_STATE_COUNT,
};

/* "SYN-RECEIVED"; never NULL. */
const char *tcp_state_name(enum tcp_state state);

/* The state called `name` (any case; '_' counts as '-'; ss's ESTAB, SYN-RECV and the like too); false when there is none. */
bool tcp_state_named(const char *name, enum tcp_state *state);

#endif
