/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/wire_switch.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/when.h"
#include "lab/wire_packet.h"
#include "lab/wire_ring.h"

#define HOSTS 256 /* a power of two */

/* A frame inside a link; its packet's handle is its address. */
struct frame {
	uint64_t number;
	uint32_t size;
	uint8_t port;
	uint8_t bytes[];
};

struct direction {
	uint64_t frames; /* that came in */
	struct link link;
	struct link_packet slots[WIRE_SLOTS];
};

struct wire_switch {
	unsigned ports;
	struct wire_shared *shared;
	wire_put *put;
	void *arg;
	size_t stored_bytes;
	uint64_t host[HOSTS]; /* by hash: hardware address << 16 | port it was heard from */
	struct direction direction[];
};

static const struct link_settings plain = { 0 };

struct wire_switch *
wire_switch_new(unsigned ports, struct wire_shared *shared, uint64_t seed, wire_put *put, void *arg)
{
	struct wire_switch *wire = calloc(1, sizeof(*wire) + ports * sizeof(wire->direction[0]));

	if (wire == NULL)
		return NULL;
	wire->ports = ports;
	wire->shared = shared;
	wire->put = put;
	wire->arg = arg;
	for (unsigned i = 0; i < ports; i++)
		link_init(&wire->direction[i].link, wire->direction[i].slots, WIRE_SLOTS, &plain, seed + i);
	return wire;
}

void
wire_switch_free(struct wire_switch *wire)
{
	struct link_event event;

	for (unsigned i = 0; wire != NULL && i < wire->ports; i++) {
		struct link *link = &wire->direction[i].link;

		link_change(link, &plain, 0);
		while (link_step(link, WHEN_NEVER - 1, &event))
			free((struct frame *)(uintptr_t)event.packet.handle);
	}
	free(wire);
}

/* Says what became of a frame; the first `captured` of its bytes go along. */
static void
tell(struct wire_switch *wire, enum wire_event_kind kind, enum wire_reason reason, const struct frame *frame,
    const uint8_t *bytes, uint32_t captured, int64_t at_ns)
{
	struct wire_event *event = wire_event_begin(wire->shared);

	event->frame = frame->number;
	event->at_ns = at_ns;
	event->size = frame->size;
	event->kind = (uint8_t)kind;
	event->port = frame->port;
	event->reason = (uint8_t)reason;
	event->snapshot_size = (uint16_t)(captured < WIRE_SNAPSHOT ? captured : WIRE_SNAPSHOT);
	if (captured > 0)
		memcpy(event->snapshot, bytes, event->snapshot_size);
	wire_event_end(wire->shared);
}

static void
tell_held(struct wire_switch *wire, const struct frame *frame, int64_t at_ns)
{
	tell(wire, WIRE_HELD, WIRE_NO_REASON, frame, frame->bytes, frame->size, at_ns);
}

/* There is one writer, so a plain addition will do. */
static void
count(_Atomic uint64_t *counter)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + 1, memory_order_relaxed);
}

/* The event comes last: who sees it also sees the counter moved. */
static void
tell_dropped(struct wire_switch *wire, const struct frame *frame, int64_t at_ns, enum wire_reason reason)
{
	count(&wire->shared->port[frame->port].dropped);
	tell(wire, WIRE_DROPPED, reason, frame, NULL, 0, at_ns);
}

/* A copy that may stay; NULL when there is no room. */
static struct frame *
keep(struct wire_switch *wire, const struct frame *head, const uint8_t *bytes)
{
	size_t size = sizeof(*head) + head->size;
	struct frame *frame = NULL;

	if (wire->stored_bytes + size <= WIRE_STORE_BYTES)
		frame = malloc(size);
	if (frame == NULL)
		return NULL;
	wire->stored_bytes += size;
	*frame = *head;
	memcpy(frame->bytes, bytes, head->size);
	return frame;
}

static void
forget(struct wire_switch *wire, struct frame *frame)
{
	wire->stored_bytes -= sizeof(*frame) + frame->size;
	free(frame);
}

static uint64_t *
host_slot(struct wire_switch *wire, uint64_t mac)
{
	return &wire->host[(mac ^ mac >> 8 ^ mac >> 16) & (HOSTS - 1)];
}

/* Remembers behind which port the frame's source is.  A group address is nobody's. */
static void
learn(struct wire_switch *wire, const uint8_t *bytes, uint32_t size, unsigned port)
{
	uint64_t source = size >= 12 ? bits_get(bytes, 48, 48) : 0;

	if (size >= 12 && (bytes[6] & 1) == 0)
		*host_slot(wire, source) = source << 16 | port;
}

/* Whether a frame goes out at `port`: not back, and not where its destination is known not to be. */
static bool
goes_to(struct wire_switch *wire, const struct frame *frame, unsigned port)
{
	uint64_t destination, known;

	if (port == frame->port)
		return false;
	if (wire->ports <= 2 || frame->size < 12)
		return true;
	destination = bits_get(frame->bytes, 0, 48);
	known = *host_slot(wire, destination);
	return known >> 16 != destination || (known & 0xffff) == port;
}

/* The link has let the frame go. */
static void
hand_over(struct wire_switch *wire, struct frame *frame, int64_t at_ns)
{
	int64_t handed_ns = -1;

	for (unsigned i = 0; i < wire->ports; i++) {
		int64_t put_ns = goes_to(wire, frame, i) ? wire->put(wire->arg, i, frame->bytes, frame->size) : -1;

		if (put_ns > handed_ns)
			handed_ns = put_ns;
	}
	if (handed_ns >= 0) {
		count(&wire->shared->port[frame->port].handed);
		tell(wire, WIRE_HANDED, WIRE_NO_REASON, frame, NULL, 0, handed_ns);
	} else {
		tell_dropped(wire, frame, at_ns, WIRE_REFUSED);
	}
	forget(wire, frame);
}

static void
apply(struct wire_switch *wire, const struct link_event *event)
{
	static const enum wire_reason reasons[] = {
		[LINK_DROPPED_LIMIT] = WIRE_LIMIT,
		[LINK_DROPPED_ROOM] = WIRE_ROOM,
		[LINK_DROPPED_HAND] = WIRE_HAND,
	};
	struct frame *frame = (struct frame *)(uintptr_t)event->packet.handle;

	if (event->fate == LINK_DELIVERED) {
		hand_over(wire, frame, event->at_ns);
	} else {
		tell_dropped(wire, frame, event->at_ns, reasons[event->fate]);
		forget(wire, frame);
	}
}

static void
drain(struct wire_switch *wire, struct link *link, int64_t until_ns)
{
	struct link_event event;

	while (link_step(link, until_ns, &event))
		apply(wire, &event);
}

void
wire_switch_take(struct wire_switch *wire, unsigned port, const uint8_t *bytes, uint32_t captured, uint32_t size,
    int64_t at_ns, int64_t now_ns)
{
	struct direction *direction = &wire->direction[port];
	struct frame head = { .number = ++direction->frames, .size = size, .port = (uint8_t)port }, *frame;
	struct link_packet packet;
	struct link_event event;

	count(&wire->shared->port[port].in);
	tell(wire, WIRE_ARRIVED, WIRE_NO_REASON, &head, bytes, captured, at_ns);
	learn(wire, bytes, captured, port);
	drain(wire, &direction->link, at_ns);
	if (captured < size) {
		tell_dropped(wire, &head, at_ns, WIRE_CUT);
		return;
	}
	frame = keep(wire, &head, bytes);
	if (frame == NULL) {
		tell_dropped(wire, &head, at_ns, WIRE_ROOM);
		return;
	}
	wire_packet(&packet, bytes, size);
	packet.handle = (uintptr_t)frame;
	if (!link_submit(&direction->link, &packet, at_ns, &event))
		apply(wire, &event);
	else if (direction->link.settings.hold)
		tell_held(wire, frame, at_ns);
	drain(wire, &direction->link, now_ns);
}

void
wire_switch_run(struct wire_switch *wire, int64_t now_ns)
{
	for (unsigned i = 0; i < wire->ports; i++)
		drain(wire, &wire->direction[i].link, now_ns);
}

int64_t
wire_switch_deadline(const struct wire_switch *wire)
{
	int64_t deadline_ns = WHEN_NEVER;

	for (unsigned i = 0; i < wire->ports; i++) {
		int64_t due_ns = link_deadline(&wire->direction[i].link);

		if (due_ns < deadline_ns)
			deadline_ns = due_ns;
	}
	return deadline_ns;
}

static bool
change(struct wire_switch *wire, struct link *link, const struct link_settings *settings, int64_t now_ns)
{
	bool held_before = link->settings.hold;

	if (!link_change(link, settings, now_ns))
		return false;
	for (unsigned i = 0; !held_before && i < link_held(link); i++)
		tell_held(wire, (const struct frame *)(uintptr_t)link_held_packet(link, i)->handle, now_ns);
	return true;
}

void
wire_switch_ask(struct wire_switch *wire, const struct wire_request *request, struct wire_reply *reply, int64_t now_ns)
{
	struct link_event event;
	struct link *link;

	*reply = (struct wire_reply){ 0 };
	if (request->port >= wire->ports)
		return;
	link = &wire->direction[request->port].link;
	drain(wire, link, now_ns);
	switch ((enum wire_op)request->op) {
	case WIRE_SET:
		reply->done = change(wire, link, &request->settings, now_ns);
		break;
	case WIRE_RELEASE:
		reply->done = link_release(link, request->index, now_ns);
		break;
	case WIRE_DROP:
		reply->done = link_drop(link, request->index, now_ns, &event);
		if (reply->done)
			apply(wire, &event);
		break;
	}
	drain(wire, link, now_ns);
	reply->settings = link->settings;
	reply->held = link_held(link);
}

void
wire_switch_publish(struct wire_switch *wire)
{
	for (unsigned i = 0; i < wire->ports; i++) {
		const struct link *link = &wire->direction[i].link;

		atomic_store_explicit(&wire->shared->port[i].queue_bytes, link->queue_bytes, memory_order_relaxed);
		atomic_store_explicit(&wire->shared->port[i].queue_packets, link->queue_packets, memory_order_relaxed);
		atomic_store_explicit(&wire->shared->port[i].held, link_held(link), memory_order_relaxed);
	}
}
