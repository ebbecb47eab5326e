/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tcp/stack.h"

#include "base/when.h"

static const struct stack_traits traits[STACK_COUNT] = {
	[STACK_RFC] = {
		.name = "RFC 9293",
		.time_wait_ns = 240 * NS_PER_S, /* RFC 9293 3.4.2: a segment lives two minutes; MUST-13: twice that */
		.needs_timestamps = true,
	},
	[STACK_LINUX] = {
		.name = "Linux",
		.time_wait_ns = 60 * NS_PER_S, /* TCP_TIMEWAIT_LEN */
		.observed = true,
		.repeats_syn_ack = true,
		.silent_time_wait = true,
	},
};

const struct stack_traits *
stack_traits(enum stack stack)
{
	return &traits[stack];
}
