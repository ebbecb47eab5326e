/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Bob heard and sent steps his shadow, settles predictions, and lends every frame of the log its time on the other side. */
#include "session/events.h"

#include <string.h>

#include "base/seq.h"
#include "base/when.h"
#include "seg/defect.h"
#include "session/connection.h"
#include "session/memory.h"
#include "session/predictions.h"
#include "session/record.h"
#include "session/session.h"
#include "session/show.h"
#include "session/time.h"

/* ---- what Bob does ---------------------------------------------------------------------------------------------------- */

static struct log_entry *
entry_of_serial(const struct session *session, uint64_t serial)
{
	for (size_t i = session->log.count; i-- > session->checkpoint.logged;) {
		struct log_entry *entry = &session->log.entry[i];

		if (!entry->incoming && entry->serial == serial)
			return entry;
		/* What her kernel said is logged when it is heard of. */
		if (!entry->incoming && entry->serial < serial && !session->kernel_spoke)
			break;
	}
	return NULL;
}

bool
session_under_way(const struct session *session, uint32_t number)
{
	const struct log_entry *entry = log_entry(&session->log, number);

	return !entry->incoming && !entry->dropped && entry->bob_ns == WHEN_NEVER;
}

static void
bob_hears(struct session *session, struct log_entry *entry, int64_t at_ns)
{
	uint32_t number = (uint32_t)(entry - session->log.entry) + 1;
	struct connection *connection = session_connection(session, entry->conn);
	uint8_t frame[FRAME_MAX];
	struct out out = { 0 };
	struct seg seg;
	size_t size;

	entry->bob_ns = at_ns;
	if (connection == NULL)
		return;
	size = log_frame(&session->log, entry, frame, &seg);
	seg.defects = seg_defects(&seg, frame, size);
	session_predict_heard(session, connection, &seg, number, at_ns);
	conn_hears(&connection->shadow, END_BOB, &seg, at_ns, &out);
	session_due(session, connection);
	session_defer_out(session, connection, &out, number, session->bob_sent + 1);
	connection->ahead_until = 0;
	connection->heard = number;
	session_stale(session, connection, session->bob_sent + 1);
}

/* A timer of his ran out, where that is to be seen: he says again what he has said, or a probe, which begins before it. */
static void
note_timers(struct session *session, const struct connection *connection, const struct seg *seg)
{
	const struct endpoint *bob = &connection->shadow.end[END_BOB];

	if (bob->iss_known == ISS_UNSEEN || seg->tcp.flags & (TCP_SYN | TCP_RST))
		return;
	if (seg_len(seg) > 0 && seq_lt(seg->tcp.seq, bob->snd.nxt))
		journal_time(&session->journal, TIME_REPEATED);
	else if (seg_len(seg) == 0 && seg->tcp.seq == bob->snd.una - 1)
		journal_time(&session->journal, TIME_PROBED);
}

void
session_bob_says(struct session *session, const struct seg *seg, uint64_t serial, int64_t at_ns)
{
	struct connection *connection = session_find(session, seg, true);
	struct out out = { 0 };

	if (connection == NULL)
		connection = session_accept(session, seg);
	if (connection == NULL)
		return;
	session_settle(session, connection, seg, serial, at_ns);
	note_timers(session, connection, seg);
	conn_sends(&connection->shadow, END_BOB, seg, at_ns, &out);
	session_due(session, connection);
	session_defer_out(session, connection, &out, 0, serial);
	connection->ahead_until = 0;
	if (out.count > 0 && !connection->kernel_stale)
		session_stale(session, connection, serial);
}

/* ---- his frames on their way to Alice --------------------------------------------------------------------------------- */

void
session_parse_snapshot(struct seg *seg, const uint8_t *snapshot, size_t snapshot_size, size_t whole)
{
	size_t headers;

	seg_parse(seg, snapshot, snapshot_size);
	seg->defects = 0; /* of the snapshot, not of the frame */
	if (seg->payload == NULL)
		return;
	headers = (size_t)(seg->payload - snapshot);
	if (snapshot_size < whole && whole > headers)
		seg->payload_size = whole - headers;
}

static void
bob_sends(struct session *session, const struct wire_event *event, int64_t at_ns)
{
	struct flying *flying;
	struct seg seg;

	session->bob_sent = event->frame;
	if (session->flyings == session->flying_room)
		session->flying = memory_grow(session->flying, &session->flying_room, sizeof(session->flying[0]));
	flying = &session->flying[session->flyings++];
	*flying = (struct flying){
		.serial = event->frame,
		.left_ns = at_ns,
		.size = (uint16_t)event->size,
		.snapshot_size = event->snapshot_size,
	};
	memcpy(flying->snapshot, event->snapshot, event->snapshot_size);
	session_parse_snapshot(&seg, event->snapshot, event->snapshot_size, event->size);
	if (session_asks_for_alice(&seg))
		session_predict_silence(session);
	session_bob_says(session, &seg, event->frame, at_ns);
}

/* The frame that the wire has as `serial` is the kernel's: hers from there on come one later. */
static void
make_room(struct session *session, uint64_t serial)
{
	for (size_t i = session->checkpoint.logged; i < session->log.count; i++) {
		struct log_entry *entry = &session->log.entry[i];

		if (!entry->incoming && entry->serial >= serial)
			entry->serial++;
	}
	session->sent++;
	session->kernel_spoke = true;
}

static bool
is_hers(const struct session *session, const struct wire_event *event)
{
	const struct log_entry *entry = entry_of_serial(session, event->frame);
	size_t common;

	if (entry == NULL || entry->head_size + entry->payload_size != event->size)
		return false;
	common = entry->head_size < event->snapshot_size ? entry->head_size : event->snapshot_size;
	return memcmp(entry->head, event->snapshot, common) == 0;
}

/* A frame came from Alice's side that she has not sent: her kernel did, and her shadow knows nothing of it. */
static void
alice_sends(struct session *session, const struct wire_event *event, int64_t at_ns)
{
	struct connection *connection;
	struct log_entry *entry;
	struct seg seg;

	if (is_hers(session, event))
		return;
	make_room(session, event->frame);
	seg_parse(&seg, event->snapshot, event->snapshot_size);
	connection = session_find(session, &seg, false);
	entry = log_add(&session->log, event->snapshot, event->snapshot_size, &seg);
	entry->at_ns = at_ns;
	entry->serial = event->frame;
	entry->by_kernel = true;
	entry->conn = connection != NULL ? connection->number : 0;
	session_journal_frame(session, (uint32_t)session->log.count, &seg);
	session_show_line(session, (uint32_t)session->log.count);
}

static const struct flying *
find_flying(const struct session *session, uint64_t serial)
{
	for (size_t i = 0; i < session->flyings; i++) {
		if (session->flying[i].serial == serial)
			return &session->flying[i];
	}
	return NULL;
}

bool
session_knows(const struct session *session, uint64_t serial)
{
	return serial <= session->bob_sent && find_flying(session, serial) == NULL;
}

bool
session_holds(const struct session *session, enum wire_port port, uint64_t serial)
{
	for (size_t i = 0; i < session->helds; i++) {
		if (session->held[i].port == port && session->held[i].serial == serial)
			return true;
	}
	return false;
}

/* This frame flies no more; nor do older ones that it cannot have overtaken: Alice's capture has lost them. */
static void
forget_flying(struct session *session, uint64_t serial, bool and_older)
{
	size_t kept = 0;

	for (size_t i = 0; i < session->flyings; i++) {
		uint64_t other = session->flying[i].serial;

		if (other == serial || (and_older && other < serial && !session_holds(session, PORT_BOB, other)))
			continue;
		if (kept != i)
			session->flying[kept] = session->flying[i];
		kept++;
	}
	session->flyings = kept;
}

uint64_t
session_land(struct session *session, const uint8_t *frame, size_t size, int64_t *left_ns)
{
	/* The wire tells of a frame before it hands it on. */
	session_take_events(session);
	for (size_t i = 0; i < session->flyings; i++) {
		const struct flying *flying = &session->flying[i];
		uint64_t serial = flying->serial;

		if (flying->size != size || memcmp(flying->snapshot, frame, flying->snapshot_size) != 0)
			continue;
		*left_ns = flying->left_ns;
		forget_flying(session, serial, true);
		return serial;
	}
	return 0;
}

/* ---- held, dropped, missed -------------------------------------------------------------------------------------------- */

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
	session_parse_snapshot(&seg, event->snapshot, event->snapshot_size, event->size);
	style = session_style(session, session_find(session, &seg, event->port == PORT_BOB), event->port == PORT_BOB);
	t = text_in(held->line, sizeof(held->line));
	seg_line(&t, &seg, &style);
}

static void
forget_held(struct session *session, const struct wire_event *event)
{
	size_t kept = 0;

	for (size_t i = 0; i < session->helds; i++) {
		if (session->held[i].serial == event->frame && session->held[i].port == event->port)
			continue;
		if (kept != i)
			session->held[kept] = session->held[i];
		kept++;
	}
	session->helds = kept;
}

static const char *
drop_reason(enum wire_reason reason)
{
	switch (reason) {
	case WIRE_LIMIT:
		return "its queue was full (`link limit`)";
	case WIRE_HAND:
		return "as told";
	case WIRE_ROOM:
		return "it has no room for more frames";
	case WIRE_CUT:
		return "it was too long to be captured whole";
	case WIRE_REFUSED:
		return "the other side would not take it";
	case WIRE_NO_REASON:
		break;
	}
	return "for no known reason";
}

static void
tell_dropped(struct session *session, const struct wire_event *event)
{
	const struct log_entry *entry = event->port == PORT_ALICE ? entry_of_serial(session, event->frame) : NULL;
	const struct flying *flying = event->port == PORT_BOB ? find_flying(session, event->frame) : NULL;
	char line[200] = "a frame";
	struct text t = text_in(line, sizeof(line));

	if (entry != NULL) {
		text_add(&t, "segment %u", (unsigned)(entry - session->log.entry) + 1);
	} else if (flying != NULL) {
		struct line_style style;
		struct seg seg;

		session_parse_snapshot(&seg, flying->snapshot, flying->snapshot_size, flying->size);
		style = session_style(session, session_find(session, &seg, true), true);
		seg_line(&t, &seg, &style);
	}
	view_note(session->view, session_now(session), "dropped on the wire, %s: %s",
	    drop_reason((enum wire_reason)event->reason), line);
}

/* For `ladder`, which shows how far it came. */
static void
keep_lost(struct session *session, uint64_t serial)
{
	const struct flying *flying = find_flying(session, serial);

	if (flying == NULL)
		return;
	if (session->losts == session->lost_room)
		session->lost = memory_grow(session->lost, &session->lost_room, sizeof(session->lost[0]));
	session->lost[session->losts++] = *flying;
}

static void
drop(struct session *session, const struct wire_event *event)
{
	struct log_entry *entry = event->port == PORT_ALICE ? entry_of_serial(session, event->frame) : NULL;
	struct connection *connection = entry != NULL ? session_connection(session, entry->conn) : NULL;

	tell_dropped(session, event);
	if (event->port == PORT_BOB) {
		keep_lost(session, event->frame);
		forget_flying(session, event->frame, false);
	}
	if (entry == NULL)
		return;
	entry->dropped = true;
	if (connection != NULL) {
		session_predict_never(connection, (uint32_t)(entry - session->log.entry) + 1);
		connection->ahead_until = 0;
	}
}

/*
 * Events were missed, and with them what became of frames of Alice's: those before `serial` have left the link, since only
 * held ones are overtaken.  That some of them were dropped instead, is not to be known any more.
 */
static void
hear_missed(struct session *session, uint64_t serial, int64_t at_ns)
{
	for (size_t i = session->all_heard; i < session->log.count; i++) {
		struct log_entry *entry = &session->log.entry[i];

		if (session_under_way(session, (uint32_t)i + 1) && entry->serial < serial &&
		    !session_holds(session, PORT_ALICE, entry->serial))
			bob_hears(session, entry, at_ns);
	}
}

/* Goes on with the newer half of what is left, so as not to be outrun again at once. */
static void
miss_events(struct session *session, uint64_t written)
{
	uint64_t next = written - WIRE_EVENTS / 2;

	view_note(session->view, session_now(session),
	    "warning: %llu events on the wire went by unread; when Bob heard or said what in them, is not known",
	    (unsigned long long)(next - session->events));
	session->events = next;
	session->events_missed = true;
}

/* ---- events ----------------------------------------------------------------------------------------------------------- */

static void
hand_over(struct session *session, const struct wire_event *event, int64_t at_ns)
{
	struct log_entry *entry;

	forget_held(session, event);
	if (event->port != PORT_ALICE)
		return;
	if (session->events_missed)
		hear_missed(session, event->frame, at_ns);
	entry = entry_of_serial(session, event->frame);
	if (entry != NULL)
		bob_hears(session, entry, at_ns);
}

/* Her kernel answered something that is in Alice's capture still, and goes before in the log. */
static bool
waits_for_alice(const struct session *session, const struct wire_event *event)
{
	return session->kernel_alice && !session->all_landed && event->kind == WIRE_ARRIVED && event->port == PORT_ALICE &&
	    session->flyings > 0 && !is_hers(session, event);
}

static void
take_event(struct session *session, const struct wire_event *event)
{
	int64_t at_ns = session_at(session, event->at_ns);

	switch ((enum wire_event_kind)event->kind) {
	case WIRE_ARRIVED:
		if (event->port == PORT_BOB)
			bob_sends(session, event, at_ns);
		else if (session->kernel_alice || session->kernel_spoke)
			alice_sends(session, event, at_ns);
		break;
	case WIRE_HANDED:
		hand_over(session, event, at_ns);
		break;
	case WIRE_DROPPED:
		forget_held(session, event);
		drop(session, event);
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
	uint64_t first = session->events;
	struct wire_event event;

	while (session->events < atomic_load_explicit(&shared->written, memory_order_acquire)) {
		if (wire_event_read(shared, session->events, &event)) {
			if (waits_for_alice(session, &event))
				break;
			session->events++;
			take_event(session, &event);
		} else {
			miss_events(session, atomic_load_explicit(&shared->written, memory_order_acquire));
		}
	}
	/* Where the last of Alice's frames has left, so have those of which no event was read. */
	if (session->events_missed && atomic_load(&shared->port[PORT_ALICE].handed) +
	    atomic_load(&shared->port[PORT_ALICE].dropped) == session->sent)
		hear_missed(session, session->sent + 1, session_now(session));
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
