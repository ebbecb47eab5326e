/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one direction of a wire does to packets: rate, delay, hold.  Pure: it sees a description of each packet and says
 * when, or whether, the packet leaves; the caller keeps the packets.  The same code runs in the wire and under a virtual clock.
 */
#ifndef LINK_LINK_H
#define LINK_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"

/* tc-netem's words. */
struct link_settings {
	uint64_t rate_bps;   /* bits a second, counted on IP packets; 0: unlimited */
	int64_t delay_ns;    /* one way */
	uint32_t limit_bytes; /* queue bound in bytes of IP packets, excluding the packet in service; 0: unbounded */
	bool hold;           /* nothing leaves until released one by one */
};

/* A packet as the link sees it. */
struct link_packet {
	uint64_t handle;    /* the caller's name for it */
	uint32_t ip_bytes;  /* length of the IP packet; of a frame that is not IP, its payload */
	uint32_t flow_hash; /* the same for all packets of a flow */
	uint32_t payload_bytes; /* of TCP or UDP */
	uint8_t ecn;            /* the two bits of RFC 3168 5 */
	int64_t arrived_ns;     /* filled in by link_submit */
	int64_t due_ns;         /* the link's own */
};

/* What became of a packet. */
enum link_fate {
	LINK_DELIVERED,
	LINK_DROPPED_LIMIT, /* the queue was full */
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
	struct link_packet *slot; /* ring, in order of leaving: first in flight, then queued, or all held */
	unsigned capacity, first, count;
	int64_t busy_until_ns; /* when the bottleneck has sent the last bit of all that it accepted */
	uint32_t queue_bytes, queue_packets; /* waiting, without the one in service; as of the last call */
	struct {
		uint64_t in, delivered, dropped;
	} packets;
};

/* The caller gives and keeps the storage: `slots` bounds what can be queued, in flight and held together. */
void link_init(struct link *link, struct link_packet *slots, unsigned capacity, const struct link_settings *settings,
    uint64_t seed);

/*
 * New settings hold for packets that arrive from now on; switching hold off lets everything held go on at now_ns.
 * Returns false, and changes nothing, where settings are impossible (negative delay).
 */
bool link_change(struct link *link, const struct link_settings *settings, int64_t now_ns);

/* A packet arrives.  True: the link keeps it and link_step will tell its fate.  False: dropped at once, *event says why. */
bool link_submit(struct link *link, const struct link_packet *packet, int64_t now_ns, struct link_event *event);

/* The next thing that has become due by now_ns; false when there is none. */
bool link_step(struct link *link, int64_t now_ns, struct link_event *event);

/* When link_step will next have something; WHEN_NEVER. */
int64_t link_deadline(const struct link *link);

/* Under hold: the index-th held packet (0 is the oldest) is sent on its way, or dropped.  False: no such packet. */
bool link_release(struct link *link, unsigned index, int64_t now_ns);
bool link_drop(struct link *link, unsigned index, int64_t now_ns);
unsigned link_held(const struct link *link);

#endif
