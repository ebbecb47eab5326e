/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wire: a process of its own that moves frames between its ports through link/, and tells what it did in shared
 * memory.
 *
 * A frame that comes in at one port passes that port's link and leaves at all others; with three ports or more, at the
 * one where its destination was heard from, if it was.  Without rate, delay or hold it leaves within the turn of the
 * loop in which it came in.
 */
#ifndef LAB_WIRE_H
#define LAB_WIRE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "link/link.h"

#define WIRE_PORTS_MAX 4
#define WIRE_EVENTS 4096  /* a power of two */
#define WIRE_SNAPSHOT 192 /* bytes of each frame: every header, and a little payload */

/* What can be inside the wire at once, for all its ports and for each. */
#define WIRE_STORE_BYTES (16u << 20)
#define WIRE_SLOTS 16384

enum wire_port { PORT_ALICE, PORT_BOB };

/* One thing that happened to one frame.  Written once, read by sequence number; times are CLOCK_MONOTONIC. */
enum wire_event_kind {
	WIRE_ARRIVED, /* the frame came in from `port`; at_ns is the kernel's receive stamp */
	WIRE_HANDED,  /* the frame of `port` left the other side; the receiving kernel has run when this is seen */
	WIRE_DROPPED, /* it will not leave; `reason` says why */
	WIRE_HELD,    /* it waits under `link hold` */
};

/* Why a frame was dropped. */
enum wire_reason {
	WIRE_NO_REASON,
	WIRE_LIMIT,   /* the link's queue was full */
	WIRE_HAND,    /* `link drop` */
	WIRE_ROOM,    /* WIRE_STORE_BYTES or WIRE_SLOTS were used up */
	WIRE_CUT,     /* longer than the capture could take: offloads are on */
	WIRE_REFUSED, /* no port took it: longer than the MTU, interface down */
};

struct wire_event {
	uint64_t frame; /* running number of the frame on its ingress port, from 1 */
	int64_t at_ns;
	uint32_t size; /* of the whole frame */
	uint16_t snapshot_size;
	uint8_t kind, port;              /* enum wire_event_kind; enum wire_port it came in from */
	uint8_t reason;                  /* enum wire_reason */
	uint8_t snapshot[WIRE_SNAPSHOT]; /* of WIRE_ARRIVED and WIRE_HELD only */
};

/* The memory that main and the wire share, zeroed at first; only the wire writes. */
struct wire_shared {
	_Atomic uint64_t written; /* events so far; read them with wire_event_read */
	_Atomic uint32_t ready;   /* handles are open, frames flow */
	_Atomic uint32_t failed;  /* wire_run gave up, and `failure` says why */
	char failure[512];
	struct {
		_Atomic uint64_t in, handed, dropped; /* frames that came in here; of those, handed over and dropped */
		_Atomic uint64_t lost; /* by the capture (pcap's ps_drop): never silent, up to 20 ms late */
		_Atomic uint32_t queue_bytes, queue_packets, held;
	} port[WIRE_PORTS_MAX];
	struct wire_event event[WIRE_EVENTS]; /* event n (from 0) lies at n % WIRE_EVENTS */
};

/*
 * Copies event n.  False: not there yet (n >= written), or overwritten already (then the reader has lost WIRE_EVENTS or
 * more, and goes on from a later n).
 */
bool wire_event_read(const struct wire_shared *shared, uint64_t n, struct wire_event *event);

/* What main asks over a SOCK_SEQPACKET socket; answered by one struct wire_reply. */
enum wire_op { WIRE_SET, WIRE_RELEASE, WIRE_DROP };

struct wire_request {
	uint8_t op;                    /* enum wire_op */
	uint8_t port;                  /* the direction: frames that come in from this port */
	uint32_t index;                /* WIRE_RELEASE, WIRE_DROP: which held frame, 0 the oldest */
	struct link_settings settings; /* WIRE_SET */
};

/*
 * When the reply is there, everything that came in before the request has been treated under the old settings, and what
 * the request let go without delay has been handed over, with its events written.
 */
struct wire_reply {
	bool done;                     /* false: impossible settings, no such held frame, no such port */
	struct link_settings settings; /* in force now */
	uint32_t held;
};

/* What the wire process is born with. */
struct wire_start {
	const char *interface[WIRE_PORTS_MAX]; /* up, without offloads */
	unsigned ports;
	int control; /* SOCK_SEQPACKET to main */
	int notify;  /* eventfd, non-blocking: written to when frames flow, and after each batch of events */
	struct wire_shared *shared;
	uint64_t seed;
};

/*
 * Runs the wire in this process, in the network namespace of its interfaces: returns 0 when control closes, or 1 with
 * shared->failure when a port cannot be opened or is gone.  The process dies with its parent.
 */
int wire_run(const struct wire_start *start);

#endif
