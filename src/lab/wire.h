/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wire: a process of its own that moves frames between its ports through link/, and tells what it did in shared memory.
 */
#ifndef LAB_WIRE_H
#define LAB_WIRE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "link/link.h"

#define WIRE_PORTS_MAX 4
#define WIRE_EVENTS    4096 /* a power of two */
#define WIRE_SNAPSHOT  192  /* bytes of each frame: every header, and a little payload */

enum wire_port { PORT_ALICE, PORT_BOB };

/* One thing that happened to one frame.  Written once, read by sequence number; times are CLOCK_MONOTONIC. */
enum wire_event_kind {
	WIRE_ARRIVED,   /* the frame came in from `port`; at_ns is the kernel's receive stamp */
	WIRE_HANDED,    /* the frame of `port` left the other side; the receiving kernel has run when this is seen */
	WIRE_DROPPED,   /* the link dropped it */
	WIRE_HELD,      /* it waits under `link hold` */
};

struct wire_event {
	uint64_t frame; /* running number of the frame on its ingress port, from 1 */
	int64_t at_ns;
	uint8_t kind, port; /* enum wire_event_kind; enum wire_port it came in from */
	uint16_t size;      /* of the whole frame */
	uint16_t snapshot_size;
	uint8_t snapshot[WIRE_SNAPSHOT]; /* of WIRE_ARRIVED and WIRE_HELD only */
};

/* The page that main and the wire share; only the wire writes. */
struct wire_shared {
	_Atomic uint64_t written;           /* events so far; event n (from 0) lies at event[n % WIRE_EVENTS] */
	_Atomic uint32_t ready;             /* handles are open, frames flow */
	struct {
		_Atomic uint64_t in, handed, dropped; /* frames that came in here; of those, handed over and dropped by the link */
		_Atomic uint64_t lost;                /* frames that the capture lost (pcap's ps_drop): never silent */
		_Atomic uint32_t queue_bytes, queue_packets, held;
	} port[WIRE_PORTS_MAX];
	struct wire_event event[WIRE_EVENTS];
};

/* What main asks over a SOCK_SEQPACKET socket; answered by one struct wire_reply. */
enum wire_op { WIRE_SET, WIRE_RELEASE, WIRE_DROP };

struct wire_request {
	uint8_t op;    /* enum wire_op */
	uint8_t port;  /* the direction: frames that come in from this port */
	uint32_t index; /* WIRE_RELEASE, WIRE_DROP: which held frame, 0 the oldest */
	struct link_settings settings; /* WIRE_SET */
};

struct wire_reply {
	bool done; /* false: impossible settings, or no such held frame */
	struct link_settings settings; /* in force now */
	uint32_t held;
};

/* What the wire process is born with. */
struct wire_start {
	const char *interface[WIRE_PORTS_MAX];
	unsigned ports;
	int control;  /* SOCK_SEQPACKET to main */
	int notify;   /* eventfd: written to after each batch of events */
	struct wire_shared *shared;
	uint64_t seed;
};

/* Runs the wire in this process, in the network namespace of its interfaces; returns an exit status when control closes. */
int wire_run(const struct wire_start *start);

#endif
