/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For the tests of the shadow: segments in a line, both ends stepped by them, an end brought into any state. */
#ifndef TEST_CONN_KIT_H
#define TEST_CONN_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/when.h"
#include "seg/option.h"
#include "tcp/conn.h"

#define S TCP_SYN
#define A TCP_ACK
#define F TCP_FIN
#define R TCP_RST
#define P TCP_PSH
#define SA (TCP_SYN | TCP_ACK)
#define FA (TCP_FIN | TCP_ACK)
#define PA (TCP_PSH | TCP_ACK)
#define RA (TCP_RST | TCP_ACK)

#define CLOSED TCP_STATE_CLOSED
#define LISTEN TCP_STATE_LISTEN
#define SYN_SENT TCP_STATE_SYN_SENT
#define SYN_RECEIVED TCP_STATE_SYN_RECEIVED
#define ESTABLISHED TCP_STATE_ESTABLISHED
#define FIN_WAIT_1 TCP_STATE_FIN_WAIT_1
#define FIN_WAIT_2 TCP_STATE_FIN_WAIT_2
#define CLOSE_WAIT TCP_STATE_CLOSE_WAIT
#define CLOSING TCP_STATE_CLOSING
#define LAST_ACK TCP_STATE_LAST_ACK
#define TIME_WAIT TCP_STATE_TIME_WAIT

#define KIT_WINDOW 10000

struct play {
	struct conn conn;
	struct out out; /* of the last step */
	int64_t now_ns;
	uint32_t a, b; /* the initial sequence numbers of Alice and Bob */
	uint16_t window; /* field of the segments to come */
	const struct option_bytes *options;
};

/* Initial sequence numbers at which arithmetic that is not modular goes wrong, and one where all is plain. */
static const uint32_t kit_iss[][2] = {
	{ 1000, 50000 },
	{ 0xffffffffu, 0xfffffffeu },
	{ 0xfffffffeu, 0xffffffffu },
	{ 0xffffffb0u, 0xfffffff8u },
	{ 0x7fffffffu, 0x80000000u },
	{ 0x7ffffff0u, 0xffffff00u },
};
#define KIT_ISS_COUNT (sizeof(kit_iss) / sizeof(kit_iss[0]))

static inline struct play
play_with(uint32_t a, uint32_t b, enum stack bob)
{
	struct play p = { .a = a, .b = b, .window = KIT_WINDOW, .now_ns = NS_PER_S };

	conn_init(&p.conn, STACK_RFC, bob);
	return p;
}

static inline struct seg
segment(const struct play *p, uint16_t flags, uint32_t seq, uint32_t ack, uint32_t size)
{
	static const uint8_t text[70000];
	struct seg seg = { .layers = 1 << LAYER_TCP };

	seg.tcp.flags = flags;
	seg.tcp.seq = seq;
	seg.tcp.ack = flags & A ? ack : 0;
	seg.tcp.window = p->window;
	seg.payload = size != 0 ? text : NULL;
	seg.payload_size = size;
	if (p->options != NULL) {
		seg.options = p->options->data;
		seg.options_size = p->options->size;
	}
	return seg;
}

static inline struct endpoint *
end_of(struct play *p, enum end who)
{
	return &p->conn.end[who];
}

static inline enum end
other(enum end who)
{
	return who == END_ALICE ? END_BOB : END_ALICE;
}

static inline void
call(struct play *p, enum end who, enum user_call user_call)
{
	conn_call(&p->conn, who, user_call, who == END_ALICE ? p->a : p->b, p->now_ns, &p->out);
}

static inline bool
sends(struct play *p, enum end who, uint16_t flags, uint32_t seq, uint32_t ack, uint32_t size)
{
	struct seg seg = segment(p, flags, seq, ack, size);

	return conn_sends(&p->conn, who, &seg, p->now_ns, &p->out);
}

static inline void
hears(struct play *p, enum end who, uint16_t flags, uint32_t seq, uint32_t ack, uint32_t size)
{
	struct seg seg = segment(p, flags, seq, ack, size);

	conn_hears(&p->conn, who, &seg, p->now_ns, &p->out);
}

/* Sent by `who`, who may send it, and heard by the other. */
#define over(p, who, flags, seq, ack, size) \
	do { \
		assert_true(sends(p, who, flags, seq, ack, size)); \
		hears(p, other(who), flags, seq, ack, size); \
	} while (0)

#define assert_states(p, alice, bob) \
	do { \
		assert_string_equal(tcp_state_name(end_of(p, END_ALICE)->state), tcp_state_name(alice)); \
		assert_string_equal(tcp_state_name(end_of(p, END_BOB)->state), tcp_state_name(bob)); \
	} while (0)

#define assert_owes(p, who, f, s, a) \
	do { \
		assert_int_equal(end_of(p, who)->owed[0].flags, f); \
		assert_int_equal(end_of(p, who)->owed[0].seq, (uint32_t)(s)); \
		assert_int_equal(end_of(p, who)->owed[0].ack, (uint32_t)(a)); \
	} while (0)

#define assert_owes_nothing(p, who) assert_int_equal(end_of(p, who)->owed[0].flags, 0)

/* The one record of this kind, or NULL. */
static inline const struct trace_record *
record_of(const struct play *p, enum trace_kind kind)
{
	for (unsigned i = 0; i < p->out.count; i++) {
		if (p->out.record[i].kind == kind)
			return &p->out.record[i];
	}
	return NULL;
}

#define assert_ignored(p, why) \
	do { \
		assert_non_null(record_of(p, TRACE_IGNORED)); \
		assert_int_equal(record_of(p, TRACE_IGNORED)->reason, why); \
	} while (0)

/* Both ends ESTABLISHED; Alice called. */
static inline void
handshake(struct play *p)
{
	call(p, END_BOB, CALL_LISTEN);
	call(p, END_ALICE, CALL_OPEN);
	over(p, END_ALICE, S, p->a, 0, 0);
	over(p, END_BOB, SA, p->b, p->a + 1, 0);
	over(p, END_ALICE, A, p->a + 1, p->b + 1, 0);
	assert_states(p, ESTABLISHED, ESTABLISHED);
}

/*
 * Alice alone in `state`, with 100 octets in flight from ESTABLISHED on (acknowledged in FIN-WAIT-2 and TIME-WAIT).  So her
 * una, nxt and rcv.nxt are, from a and b: SYN-RECEIVED 0 1 1, ESTABLISHED 1 101 1, FIN-WAIT-1 1 102 1, FIN-WAIT-2 102 102 1,
 * CLOSE-WAIT 1 101 2, CLOSING and LAST-ACK 1 102 2, TIME-WAIT 102 102 2.
 */
static inline void
alice_in(struct play *p, enum tcp_state state, bool passive)
{
	uint32_t a = p->a, b = p->b;

	if (state == CLOSED)
		return;
	call(p, END_ALICE, state == LISTEN || passive ? CALL_LISTEN : CALL_OPEN);
	if (state == LISTEN)
		return;
	if (passive) {
		hears(p, END_ALICE, S, b, 0, 0);
	} else {
		assert_true(sends(p, END_ALICE, S, a, 0, 0));
		if (state == SYN_RECEIVED)
			hears(p, END_ALICE, S, b, 0, 0);
	}
	if (state == SYN_RECEIVED || passive)
		assert_true(sends(p, END_ALICE, SA, a, b + 1, 0));
	if (state == SYN_SENT || state == SYN_RECEIVED)
		return;
	if (passive) {
		hears(p, END_ALICE, A, b + 1, a + 1, 0);
	} else {
		hears(p, END_ALICE, SA, b, a + 1, 0);
		assert_true(sends(p, END_ALICE, A, a + 1, b + 1, 0));
	}
	assert_true(sends(p, END_ALICE, PA, a + 1, b + 1, 100));
	if (state == CLOSE_WAIT || state == LAST_ACK) {
		hears(p, END_ALICE, FA, b + 1, a + 1, 0);
		assert_true(sends(p, END_ALICE, A, a + 101, b + 2, 0));
	}
	if (state == FIN_WAIT_1 || state == FIN_WAIT_2 || state == CLOSING || state == TIME_WAIT)
		assert_true(sends(p, END_ALICE, FA, a + 101, b + 1, 0));
	if (state == LAST_ACK)
		assert_true(sends(p, END_ALICE, FA, a + 101, b + 2, 0));
	if (state == FIN_WAIT_2 || state == TIME_WAIT)
		hears(p, END_ALICE, A, b + 1, a + 102, 0);
	if (state == CLOSING)
		hears(p, END_ALICE, FA, b + 1, a + 1, 0);
	if (state == TIME_WAIT)
		hears(p, END_ALICE, FA, b + 1, a + 102, 0);
	if (state == CLOSING || state == TIME_WAIT)
		assert_true(sends(p, END_ALICE, A, a + 102, b + 2, 0));
	assert_string_equal(tcp_state_name(end_of(p, END_ALICE)->state), tcp_state_name(state));
	assert_owes_nothing(p, END_ALICE);
}

#endif
