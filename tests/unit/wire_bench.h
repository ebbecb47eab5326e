/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A running wire for tests, with Alice's end at a0 and Bob's at b0, where numbered frames go in and are seen coming out.
 * Whatever fails, fails the test.
 */
#ifndef TESTS_UNIT_WIRE_BENCH_H
#define TESTS_UNIT_WIRE_BENCH_H

#include <stdint.h>
#include <sys/types.h>

#include "drive/live.h"
#include "lab/wire.h"

#define SIZE     114 /* of a test frame: Ethernet and 100 bytes */
#define PATIENCE (20 * NS_PER_S)

struct seen {
	unsigned count, in_order;
	uint32_t last;
};

struct bench {
	pid_t pid;
	int control, notify;
	struct wire_shared *shared;
	struct live *a, *b;
	struct seen at_a, at_b;
	uint64_t read; /* events */
};

int64_t now_ns(void);

/* A wire between two interfaces, perhaps not ready yet; one between w0 and w1 that is, with a and b open. */
void start_wire(struct bench *bench, const char *first, const char *second);
struct bench *ready_wire(void);

/* Closes everything, waits for the process and returns its exit status. */
int end_wire(struct bench *bench);

/* Requests: sent, answered, both. */
void ask_only(struct bench *bench, enum wire_op op, enum wire_port port, uint32_t index, struct link_settings settings);
struct wire_reply take_reply(struct bench *bench);
struct wire_reply ask(
    struct bench *bench, enum wire_op op, enum wire_port port, uint32_t index, struct link_settings settings);
void set(struct bench *bench, enum wire_port port, struct link_settings settings);

/* A frame that carries its number, up to 65549 bytes long. */
int try_send(struct live *live, uint32_t number, size_t size);
void send_numbered(struct live *live, uint32_t number);

/* Looks what has come out at either end. */
void receive(struct bench *bench);

/* Waits until the counter has reached exactly this. */
void wait_for(const _Atomic uint64_t *counter, uint64_t value);

/* The next event, waited for; the next event, which must be this one. */
struct wire_event next_event(struct bench *bench);
struct wire_event expect_event(struct bench *bench, enum wire_event_kind kind, enum wire_port port, uint64_t frame);

/* Prints median, 99th percentile and worst; sorts the values. */
void print_us(const char *what, int64_t *values_ns, unsigned count);

#endif
