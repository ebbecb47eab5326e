/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Bob heard and sent steps his shadow, settles predictions, and lends every frame of the log its time on the other side. */
#include "session/events.h"

#include <string.h>

#include "base/when.h"
#include "lab/wire_ring.h"
#include "seg/defect.h"
#include "session/connection.h"
#include "session/memory.h"
#include "session/record.h"
#include "session/session.h"
#include "session/show.h"
#include "session/time.h"

void
session_verdict(struct session *session, const struct connection *connection, const struct pending *pending, uint64_t gate)
{
	struct trace_record record = {
		.at_ns = session_now(session),
		.segment = pending->segment,
		.conn = connection->number,
		.kind = TRACE_PREDICTION,
		.end = END_BOB,
		.reason = (uint16_t)pending->prediction.must.reason,
		.prediction = {
			.must = pending->prediction.must,
			.verdict = pending->verdict,
			.deadline_ns = pending->deadline_ns,
		},
	};

	if (pending->verdict == VERDICT_BROKEN)
		session->broken++;
	session_defer(session, &record, gate);
}

static struct log_entry *
entry_of_serial(struct session *session, uint64_t serial)
{
	for (size_t i = session->log.count; i-- > 0;) {
		struct log_entry *entry = &session->log.entry[i];

		if (!entry->incoming && entry->serial == serial)
			return entry;
		if (!entry->incoming && entry->serial < serial)
			break;
	}
	return NULL;
}

/* The prediction was made when the segment left; on a slow wire Bob may have moved on before he heard it. */
static void
mark_delivered(struct session *session, struct connection *connection, uint32_t number, const struct seg *seg, int64_t at_ns)
{
	for (unsigned i = 0; i < PENDING_MAX; i++) {
		struct pending *pending = &connection->pending[i];

		if (pending->segment != number)
			continue;
		conn_predict(&connection->shadow, END_BOB, seg, at_ns, &pending->prediction);
		pending->deadline_ns = at_ns + session_answer_ns(session, pending->prediction.must.urgency);
	}
}

/* Bob heard Alice's frame `serial` at at_ns. */
static void
bob_heard(struct session *session, uint64_t serial, int64_t at_ns)
{
	uint8_t frame[FRAME_MAX];
	struct log_entry *entry = entry_of_serial(session, serial);
	struct connection *connection;
	struct out out = { 0 };
	uint32_t number;
	struct seg seg;
	size_t size;

	if (entry == NULL)
		return;
	entry->bob_ns = at_ns;
	number = (uint32_t)(entry - session->log.entry) + 1;
	connection = session_connection(session, entry->conn);
	if (connection == NULL)
		return;
	size = log_frame(&session->log, entry, frame, &seg);
	seg.defects = seg_defects(&seg, frame, size);
	mark_delivered(session, connection, number, &seg, at_ns);
	conn_hears(&connection->shadow, END_BOB, &seg, at_ns, &out);
	session_due(session, connection);
	session_defer_out(session, connection, &out, number, session->bob_sent + 1);
	connection->heard = number;
	session_stale(session, connection, session->bob_sent + 1);
}

/* The event's snapshot may end before the payload does; what counts for the shadow is how long it was. */
static void
parse_snapshot(struct seg *seg, const struct wire_event *event)
{
	size_t headers, whole = event->size;

	seg_parse(seg, event->snapshot, event->snapshot_size);
	if (seg->payload == NULL)
		return;
	headers = (size_t)(seg->payload - event->snapshot);
	if (event->snapshot_size < event->size && whole > headers)
		seg->payload_size = whole - headers;
	seg->defects = 0; /* of the snapshot, not of the frame */
}

/* Does this segment of Bob's settle a prediction?  The oldest open one first. */
static void
settle(struct session *session, struct connection *connection, const struct seg *seg, uint64_t serial)
{
	for (unsigned i = 0; i < PENDING_MAX; i++) {
		struct pending *pending = &connection->pending[i];
		const struct reply *must = &pending->prediction.must;

		if (pending->segment == 0 || pending->verdict != VERDICT_PENDING || pending->deadline_ns == WHEN_NEVER)
			continue;
		if (must->flags != 0 && reply_met(must, seg))
			pending->verdict = VERDICT_HELD;
		else if ((seg->tcp.flags ^ must->flags) & (TCP_RST | TCP_SYN))
			pending->verdict = VERDICT_BROKEN; /* no program can say a SYN or RST in its place */
		else
			continue;
		pending->answer_serial = serial;
		session_verdict(session, connection, pending, serial);
	}
}

static void
remember_flying(struct session *session, const struct wire_event *event, int64_t at_ns)
{
	struct flying *flying;

	if (session->flyings == session->flying_room)
		session->flying = memory_grow(session->flying, &session->flying_room, sizeof(session->flying[0]));
	flying = &session->flying[session->flyings++];
	*flying = (struct flying){
		.serial = event->frame,
		.left_ns = at_ns,
		.size = event->size,
		.snapshot_size = event->snapshot_size,
	};
	memcpy(flying->snapshot, event->snapshot, event->snapshot_size);
}

/* His frame left him. */
static void
bob_sent(struct session *session, const struct wire_event *event, int64_t at_ns)
{
	struct connection *connection;
	struct out out = { 0 };
	struct seg seg;

	session->bob_sent = event->frame;
	remember_flying(session, event, at_ns);
	parse_snapshot(&seg, event);
	if (!seg_has(&seg, LAYER_TCP))
		return;
	connection = session_find(session, &seg, true);
	if (connection == NULL)
		connection = session_accept(session, &seg);
	if (connection == NULL)
		return;
	settle(session, connection, &seg, event->frame);
	conn_sends(&connection->shadow, END_BOB, &seg, at_ns, &out);
	session_due(session, connection);
	session_defer_out(session, connection, &out, 0, event->frame);
	if (out.count > 0 && !connection->kernel_stale)
		session_stale(session, connection, event->frame);
}

static void
forget_flying(struct session *session, uint64_t serial)
{
	size_t kept = 0;

	for (size_t i = 0; i < session->flyings; i++) {
		if (session->flying[i].serial != serial)
			session->flying[kept++] = session->flying[i];
	}
	session->flyings = kept;
}

static void
add_held(struct session *session, const struct wire_event *event)
{
	struct held_frame *held;
	struct line_style style;
	struct text t;
	struct seg seg;

	if (session->helds == session->held_room)
		session->held = memory_grow(session->held, &session->held_room, sizeof(session->held[0]));
	held = &session->held[session->helds++];
	*held = (struct held_frame){
		.serial = event->frame,
		.port = event->port,
	};
	parse_snapshot(&seg, event);
	style = session_style(session, session_find(session, &seg, event->port == PORT_BOB), event->port == PORT_BOB);
	t = text_in(held->line, sizeof(held->line));
	seg_line(&t, &seg, &style);
}

static void
forget_held(struct session *session, const struct wire_event *event)
{
	size_t kept = 0;

	for (size_t i = 0; i < session->helds; i++) {
		if (session->held[i].serial != event->frame || session->held[i].port != event->port)
			session->held[kept++] = session->held[i];
	}
	session->helds = kept;
}

static void
take_event(struct session *session, const struct wire_event *event)
{
	int64_t at_ns = session_at(session, event->at_ns);

	switch ((enum wire_event_kind)event->kind) {
	case WIRE_ARRIVED:
		if (event->port == PORT_BOB)
			bob_sent(session, event, at_ns);
		break;
	case WIRE_HANDED:
		forget_held(session, event);
		if (event->port == PORT_ALICE)
			bob_heard(session, event->frame, at_ns);
		break;
	case WIRE_DROPPED:
		forget_held(session, event);
		if (event->port == PORT_BOB)
			forget_flying(session, event->frame);
		break;
	case WIRE_HELD:
		add_held(session, event);
		break;
	}
}

bool
session_take_events(struct session *session)
{
	const struct wire_shared *shared = lab_wire(session->lab);
	uint64_t written = atomic_load_explicit(&shared->written, memory_order_acquire), first = session->events;
	struct wire_event event;

	while (session->events < written) {
		if (wire_event_read(shared, session->events, &event)) {
			session->events++;
			take_event(session, &event);
			continue;
		}
		view_note(session->view, session_now(session),
		    "warning: more than %d events passed on the wire before they could be read; times at Bob's are unknown for them",
		    WIRE_EVENTS);
		session->events = written;
	}
	return session->events != first;
}

int
session_wire_ask(struct session *session, const struct wire_request *request, struct wire_reply *reply, struct err *err)
{
	if (lab_wire_ask(session->lab, request, reply, err) != 0)
		return -1;
	session_take_events(session);
	return 0;
}

int
session_wire_settle(struct session *session, struct err *err)
{
	const struct wire_request request = { .op = WIRE_SET, .port = PORT_BOB, .settings = session->link[PORT_BOB] };
	struct wire_reply ignored;

	return session_wire_ask(session, &request, &ignored, err);
}
