/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace/state.h"

#include <stddef.h>

static const struct {
	const char *name, *kernel; /* the RFC's name, and ss's where it differs */
} names[TCP_STATE_COUNT] = {
	[TCP_STATE_CLOSED] = { "CLOSED", "CLOSE" },
	[TCP_STATE_LISTEN] = { "LISTEN", NULL },
	[TCP_STATE_SYN_SENT] = { "SYN-SENT", NULL },
	[TCP_STATE_SYN_RECEIVED] = { "SYN-RECEIVED", "SYN-RECV" },
	[TCP_STATE_ESTABLISHED] = { "ESTABLISHED", "ESTAB" },
	[TCP_STATE_FIN_WAIT_1] = { "FIN-WAIT-1", "FIN-WAIT1" },
	[TCP_STATE_FIN_WAIT_2] = { "FIN-WAIT-2", "FIN-WAIT2" },
	[TCP_STATE_CLOSE_WAIT] = { "CLOSE-WAIT", NULL },
	[TCP_STATE_CLOSING] = { "CLOSING", NULL },
	[TCP_STATE_LAST_ACK] = { "LAST-ACK", NULL },
	[TCP_STATE_TIME_WAIT] = { "TIME-WAIT", NULL },
};

/* ASCII only: a locale must not decide what a state is called. */
static char
plain(char c)
{
	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	return c == '_' ? '-' : c;
}

static bool
same(const char *a, const char *b)
{
	while (*a != '\0' && plain(*a) == plain(*b)) {
		a++;
		b++;
	}
	return plain(*a) == plain(*b);
}

const char *
tcp_state_name(enum tcp_state state)
{
	return names[state].name;
}

bool
tcp_state_named(const char *name, enum tcp_state *state)
{
	for (unsigned i = 0; i < TCP_STATE_COUNT; i++) {
		if (same(names[i].name, name) || (names[i].kernel != NULL && same(names[i].kernel, name))) {
			*state = (enum tcp_state)i;
			return true;
		}
	}
	return false;
}
