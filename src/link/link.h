/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one direction of a wire does to packets: rate, delay, hold.  Pure: it sees a description of each packet and says
 * when, or whether, the packet leaves; the caller keeps the packets.  The same code runs in the wire and under a
 * virtual clock.
 *
 *   submit ──► waiting ──► in service ──► in flight ──► step
 *      │         (limit)     (rate)         (delay)
 *      └──► held ──► released by hand, or all of them when hold is switched off: on to waiting
 *
 * Packets never overtake each other, except that a held one may be released before others.
 */
#ifndef LINK_LINK_H
#define LINK_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"

#define LINK_RATE_MAX UINT64_C(1000000000000) /* bits a second */
#define LINK_BYTES_MAX (UINT32_C(1) << 24)    /* of one packet */

/* tc-netem's words. */
struct link_settings {
	uint64_t rate_bps;    /* bits a second, counted on IP packets; 0: unlimited */
	int64_t delay_ns;     /* one way */
	uint32_t limit_bytes; /* queue bound in bytes of IP packets, excluding the packet in service; 0: unbounded */
	bool hold;            /* nothing leaves until released one by one */
};

/* A packet as the link sees it. */
struct link_packet {
	uint64_t handle;        /* the caller's name for it */
	uint32_t ip_bytes;      /* of the IP packet; of a frame that is not IP, its payload; at most LINK_BYTES_MAX */
	uint32_t flow_hash;     /* the same for all packets of a flow */
	uint32_t payload_bytes; /* of TCP or UDP */
	uint8_t ecn;            /* the two bits of RFC 3168 5 */
	int64_t arrived_ns;     /* filled in by link_submit */
	int64_t queued_ns, due_ns; /* the link's own: when it began to wait, when it leaves */
};

/* What became of a packet. */
enum link_fate {
	LINK_DELIVERED,
	LINK_DROPPED_LIMIT, /* the queue was full */
	LINK_DROPPED_ROOM,  /* no slot was free */
	LINK_DROPPED_HAND,  /* `link drop` */
};

struct link_event {
	struct link_packet packet;
	enum link_fate fate;
	int64_t at_ns; /* when it left, or was dropped */
};

struct link {
	struct link_settings settings;
	struct rng rng;
	struct link_packet *slot; /* ring, in order of leaving: in flight, in service, waiting, held */
	unsigned capacity, first;
	unsigned flight, serving, held;      /* how many; in service 0 or 1 */
	uint32_t queue_packets, queue_bytes; /* waiting, without the one in service; as of the last call */
	int64_t busy_until_ns;               /* when the bottleneck has sent the last bit of what it took up */
	uint64_t busy_rest;                  /* rate_bps-ths of a nanosecond on top: a long queue must not drift */
	struct {
		uint64_t in, delivered, dropped; /* in = delivered + dropped + link_inside() */
	} packets;
};

/* No negative delay, no rate beyond LINK_RATE_MAX. */
bool link_settings_possible(const struct link_settings *settings);

/*
 * The caller gives and keeps the storage: `slots` bounds what can be queued, in flight and held together; at least one.
 * The settings are possible ones.
 */
void link_init(struct link *link, struct link_packet *slots, unsigned capacity, const struct link_settings *settings,
    uint64_t seed);

/*
 * Time.  All calls take the moment, never negative, at which they happen.  Before telling the link that something
 * happened at now_ns (submit, change, release, drop), the caller takes what was due by then: link_step until it is
 * false.  A time that lies a little before that of an earlier call (capture stamps do) is fine.
 */

/*
 * New settings.  The rate counts from now on, also for those that wait, and the packet in service starts anew; the
 * delay counts for what leaves the bottleneck from now on, but nothing in flight stays away longer than a new delay;
 * the limit counts for new arrivals.  Switching hold on freezes everything inside; switching it off lets everything
 * held wait for the bottleneck, whatever the limit.  Returns false, and changes nothing, where settings are impossible.
 */
bool link_change(struct link *link, const struct link_settings *settings, int64_t now_ns);

/* A packet arrives.  True: the link keeps it, and link_step will tell its fate.  False: dropped, *event says why. */
bool link_submit(struct link *link, const struct link_packet *packet, int64_t now_ns, struct link_event *event);

/* The next thing that has become due by now_ns; false when there is none. */
bool link_step(struct link *link, int64_t now_ns, struct link_event *event);

/* When a packet leaves or the queue moves next (at the latter link_step may have nothing to tell); WHEN_NEVER. */
int64_t link_deadline(const struct link *link);

/* Packets that came in and have neither left nor been dropped. */
unsigned link_inside(const struct link *link);

/* Under hold: how many are held (the limit does not count for them); the index-th of them, 0 the oldest, or NULL. */
unsigned link_held(const struct link *link);
const struct link_packet *link_held_packet(const struct link *link, unsigned index);

/* The index-th held packet is sent on its way as if it came now, or dropped with *event.  False: no such packet. */
bool link_release(struct link *link, unsigned index, int64_t now_ns);
bool link_drop(struct link *link, unsigned index, int64_t now_ns, struct link_event *event);

#endif
