/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "link/link.h"

#include <assert.h>
#include <stddef.h>

#include "base/when.h"

static struct link_packet *
slot_at(const struct link *link, unsigned index)
{
	unsigned at = link->first + index;

	return &link->slot[at < link->capacity ? at : at - link->capacity];
}

/* How many are on their way: the held ones stand behind them in the ring. */
static unsigned
moving(const struct link *link)
{
	return link->flight + link->serving + link->queue_packets;
}

static int64_t
later(int64_t at_ns, uint64_t ns)
{
	return ns < (uint64_t)(WHEN_NEVER - at_ns) ? at_ns + (int64_t)ns : WHEN_NEVER;
}

/* The first behind those that are moving joins the queue. */
static void
start_waiting(struct link *link, int64_t now_ns)
{
	struct link_packet *packet = slot_at(link, moving(link));

	packet->queued_ns = now_ns;
	link->queue_packets++;
	link->queue_bytes += packet->ip_bytes;
}

/* The bottleneck takes up the packet that waited longest: here a queue discipline would choose, drop or mark. */
static void
start_service(struct link *link)
{
	const struct link_packet *packet = slot_at(link, link->flight);

	link->queue_packets--;
	link->queue_bytes -= packet->ip_bytes;
	link->serving = 1;
	if (packet->queued_ns > link->busy_until_ns) {
		link->busy_until_ns = packet->queued_ns;
		link->busy_rest = 0;
	}
	if (link->settings.rate_bps == 0) {
		link->busy_rest = 0;
	} else {
		uint64_t work = (uint64_t)packet->ip_bytes * 8 * (uint64_t)NS_PER_S + link->busy_rest;

		link->busy_until_ns = later(link->busy_until_ns, work / link->settings.rate_bps);
		link->busy_rest = work % link->settings.rate_bps;
	}
}

static void
end_service(struct link *link)
{
	slot_at(link, link->flight)->due_ns = later(link->busy_until_ns, (uint64_t)link->settings.delay_ns);
	link->serving = 0;
	link->flight++;
}

/* Nothing is taken up before now_ns; the packet in service goes back to the head of the queue. */
static void
restart_bottleneck(struct link *link, int64_t now_ns)
{
	link->busy_until_ns = now_ns;
	link->busy_rest = 0;
	if (link->serving > 0) {
		link->serving = 0;
		link->queue_packets++;
		link->queue_bytes += slot_at(link, link->flight)->ip_bytes;
	}
}

/* The bottleneck works on until now_ns. */
static void
advance(struct link *link, int64_t now_ns)
{
	for (;;) {
		if (link->serving > 0) {
			if (link->busy_until_ns > now_ns)
				return;
			end_service(link);
		}
		if (link->queue_packets == 0)
			return;
		start_service(link);
	}
}

static void
tell(struct link_event *event, const struct link_packet *packet, enum link_fate fate, int64_t at_ns)
{
	*event = (struct link_event){ .packet = *packet, .fate = fate, .at_ns = at_ns };
}

bool
link_settings_possible(const struct link_settings *settings)
{
	return settings->delay_ns >= 0 && settings->rate_bps <= LINK_RATE_MAX;
}

void
link_init(struct link *link, struct link_packet *slots, unsigned capacity, const struct link_settings *settings,
    uint64_t seed)
{
	assert(capacity > 0 && link_settings_possible(settings));
	*link = (struct link){
		.settings = *settings,
		.rng = rng_seeded(seed),
		.slot = slots,
		.capacity = capacity,
	};
}

bool
link_change(struct link *link, const struct link_settings *settings, int64_t now_ns)
{
	struct link_settings old = link->settings;

	if (!link_settings_possible(settings))
		return false;
	link->settings = *settings;
	if (settings->hold && !old.hold) {
		restart_bottleneck(link, now_ns);
		link->held = link_inside(link);
		link->flight = link->queue_packets = link->queue_bytes = 0;
		return true;
	}
	for (unsigned i = 0; i < link->flight; i++) {
		struct link_packet *packet = slot_at(link, i);
		int64_t latest_ns = later(now_ns, (uint64_t)settings->delay_ns);

		if (packet->due_ns > latest_ns)
			packet->due_ns = latest_ns;
	}
	if (settings->rate_bps != old.rate_bps || link->serving == 0)
		restart_bottleneck(link, now_ns);
	for (; !settings->hold && link->held > 0; link->held--)
		start_waiting(link, now_ns);
	advance(link, now_ns);
	return true;
}

bool
link_submit(struct link *link, const struct link_packet *packet, int64_t now_ns, struct link_event *event)
{
	const struct link_settings *settings = &link->settings;
	bool waits = !settings->hold && link->serving > 0;
	uint64_t queue_bytes = (uint64_t)link->queue_bytes + packet->ip_bytes;
	enum link_fate fate = LINK_DELIVERED;

	assert(packet->ip_bytes <= LINK_BYTES_MAX);
	assert(link_deadline(link) > now_ns);
	link->packets.in++;
	if (link_inside(link) == link->capacity)
		fate = LINK_DROPPED_ROOM;
	else if (waits && settings->limit_bytes != 0 && queue_bytes > settings->limit_bytes)
		fate = LINK_DROPPED_LIMIT;
	if (fate != LINK_DELIVERED) {
		link->packets.dropped++;
		tell(event, packet, fate, now_ns);
		event->packet.arrived_ns = now_ns;
		return false;
	}
	*slot_at(link, link_inside(link)) = *packet;
	slot_at(link, link_inside(link))->arrived_ns = now_ns;
	if (settings->hold) {
		link->held++;
	} else {
		start_waiting(link, now_ns);
		advance(link, now_ns);
	}
	return true;
}

bool
link_step(struct link *link, int64_t now_ns, struct link_event *event)
{
	const struct link_packet *packet = slot_at(link, 0);

	advance(link, now_ns);
	if (link->flight == 0 || packet->due_ns > now_ns)
		return false;
	tell(event, packet, LINK_DELIVERED, packet->due_ns);
	link->packets.delivered++;
	link->flight--;
	link->first++;
	/* An empty ring starts anew, so that a quiet link touches little memory. */
	if (link->first == link->capacity || link_inside(link) == 0)
		link->first = 0;
	return true;
}

int64_t
link_deadline(const struct link *link)
{
	int64_t deadline_ns = link->flight > 0 ? slot_at(link, 0)->due_ns : WHEN_NEVER;

	if (link->serving > 0 && link->busy_until_ns < deadline_ns)
		deadline_ns = link->busy_until_ns;
	return deadline_ns;
}

unsigned
link_inside(const struct link *link)
{
	return moving(link) + link->held;
}

unsigned
link_held(const struct link *link)
{
	return link->held;
}

const struct link_packet *
link_held_packet(const struct link *link, unsigned index)
{
	return index < link->held ? slot_at(link, moving(link) + index) : NULL;
}

bool
link_release(struct link *link, unsigned index, int64_t now_ns)
{
	unsigned ahead = moving(link);
	struct link_packet packet;

	if (index >= link->held)
		return false;
	packet = *slot_at(link, ahead + index);
	for (unsigned i = ahead + index; i > ahead; i--)
		*slot_at(link, i) = *slot_at(link, i - 1);
	*slot_at(link, ahead) = packet;
	link->held--;
	start_waiting(link, now_ns);
	advance(link, now_ns);
	return true;
}

bool
link_drop(struct link *link, unsigned index, int64_t now_ns, struct link_event *event)
{
	if (index >= link->held)
		return false;
	tell(event, link_held_packet(link, index), LINK_DROPPED_HAND, now_ns);
	link->held--;
	link->packets.dropped++;
	for (unsigned i = moving(link) + index; i < link_inside(link); i++)
		*slot_at(link, i) = *slot_at(link, i + 1);
	return true;
}
