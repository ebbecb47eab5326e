/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What RFC 9293 leaves open, or a stack does otherwise: one row of traits for each kind of stack that a shadow can follow. */
#ifndef TCP_STACK_H
#define TCP_STACK_H

#include <stdbool.h>
#include <stdint.h>

enum stack {
	STACK_RFC,   /* RFC 9293 to the letter, played by hand: a segment may be untrue, and is judged */
	STACK_LINUX, /* a real Linux, seen through a wire: what it sends is true, but some of it may not have been seen */
	STACK_COUNT,
};

struct stack_traits {
	const char *name;
	int64_t time_wait_ns;
	bool observed;         /* its segments are believed; its initial sequence number is unknown until one is seen */
	bool repeats_syn_ack;  /* SYN-RECEIVED: the same SYN again draws the SYN,ACK, not an ACK */
	bool silent_time_wait; /* TIME-WAIT: a bare ACK in order starts the wait anew and draws nothing */
	bool needs_timestamps; /* drops a segment without the timestamp that was agreed on (RFC 7323 3.2, a SHOULD) */
};

const struct stack_traits *stack_traits(enum stack stack);

#endif
