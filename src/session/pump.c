/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/pump.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/when.h"
#include "drive/neighbour.h"
#include "lab/address.h"
#include "seg/defect.h"
#include "session/connection.h"
#include "session/events.h"
#include "session/record.h"
#include "session/send.h"
#include "session/session.h"
#include "session/show.h"
#include "session/time.h"

/* A frame is at Alice's a moment before the wire has written that it handed it over. */
#define EVENT_PATIENCE_NS (20 * NS_PER_MS)

static bool
same_frame(const struct flying *flying, const uint8_t *frame, size_t size)
{
	return flying->size == size && memcmp(flying->snapshot, frame, flying->snapshot_size) == 0;
}

/* Which of Bob's frames this is.  0: none that the wire has told of (Bob's frames may not be the only ones). */
static uint64_t
land(struct session *session, const uint8_t *frame, size_t size, int64_t *left_ns)
{
	int64_t give_up_ns = clock_monotonic_ns() + EVENT_PATIENCE_NS;

	do {
		for (size_t i = 0; i < session->flyings; i++) {
			uint64_t serial = session->flying[i].serial;

			if (!same_frame(&session->flying[i], frame, size))
				continue;
			*left_ns = session->flying[i].left_ns;
			session->flyings--;
			memmove(&session->flying[i], &session->flying[i + 1], (session->flyings - i) * sizeof(session->flying[0]));
			return serial;
		}
	} while (session_take_events(session) || clock_monotonic_ns() < give_up_ns);
	return 0;
}

static void
answer_neighbour(struct session *session, const struct seg *asked)
{
	struct address own[2];
	struct seg answer;
	struct err ignored;
	uint8_t room[8];

	address_parse(ALICE_IP4, &own[0]);
	address_parse(ALICE_IP6, &own[1]);
	if (session->autopilot.arp && neighbour_answer(asked, own, 2, ALICE_MAC, &answer, room))
		session_transmit(session, NULL, &answer, &ignored);
}

/* The same sequence space again: a repeat that `expect` skips and views fold. */
static bool
is_repeat(struct connection *connection, const struct seg *seg)
{
	bool again = connection->last_text.any && connection->last_text.seq == seg->tcp.seq &&
	    connection->last_text.flags == seg->tcp.flags && connection->last_text.payload_size == seg->payload_size;

	if (seg_len(seg) == 0)
		return false;
	connection->last_text.any = true;
	connection->last_text.seq = seg->tcp.seq;
	connection->last_text.flags = seg->tcp.flags;
	connection->last_text.payload_size = seg->payload_size;
	return again;
}

static void
alice_hears(struct session *session, struct connection *connection, const struct seg *seg, uint32_t number)
{
	const struct connection *selected = session_selected(session);
	struct out out = { 0 };

	/* Whoever knocks while nothing else goes on has Alice's attention. */
	if (selected == NULL || selected->shadow.end[END_ALICE].state == TCP_STATE_CLOSED)
		session->selected = connection->number;
	conn_hears(&connection->shadow, END_ALICE, seg, session->log.entry[number - 1].at_ns, &out);
	session_due(session, connection);
	session_record_out(session, connection, &out, number);
	session_autopilot(session, connection, seg);
}

/* A frame of Bob's (or anybody's) came in at Alice's. */
static void
take_frame(void *arg, const uint8_t *frame, size_t size, int64_t at_ns)
{
	struct session *session = arg;
	struct connection *connection;
	struct log_entry *entry;
	struct seg seg;
	uint32_t number;
	uint64_t serial;
	int64_t left_ns = WHEN_NEVER;

	serial = land(session, frame, size, &left_ns);
	at_ns = session_at(session, at_ns);
	seg_parse(&seg, frame, size);
	seg.defects = seg_defects(&seg, frame, size);
	connection = session_find(session, &seg, true);
	entry = log_add(&session->log, frame, size, &seg);
	number = (uint32_t)session->log.count;
	entry->at_ns = at_ns;
	entry->bob_ns = left_ns;
	entry->serial = serial;
	entry->incoming = true;
	entry->conn = connection != NULL ? connection->number : 0;
	entry->repeat = connection != NULL && is_repeat(connection, &seg);
	if (serial != 0)
		session->alice_heard = serial;
	session_ask_kernel(session);
	session_show_line(session, number);
	session_show_known(session);
	if (connection != NULL)
		alice_hears(session, connection, &seg, number);
	else
		answer_neighbour(session, &seg);
}

/* Lost frames are told once each, never silent. */
static void
tell_losses(struct session *session)
{
	const struct wire_shared *shared = lab_wire(session->lab);
	uint64_t lost = live_lost(session->live) + atomic_load(&shared->port[PORT_ALICE].lost) +
	    atomic_load(&shared->port[PORT_BOB].lost);

	if (lost > session->lost_said)
		view_note(session->view, session_now(session), "warning: a capture lost %llu frames; what follows may have gaps",
		    (unsigned long long)(lost - session->lost_said));
	session->lost_said = lost;
	if (session->log.spill_failed && !session->spill_said) {
		session->spill_said = true;
		view_note(session->view, session_now(session),
		    "warning: no room on disk for the log's payloads; they stay in memory");
	}
}

static int
take_all(struct session *session, struct err *err)
{
	uint64_t count;

	if (read(lab_wire_fd(session->lab), &count, sizeof(count)) < 0 && errno != EAGAIN)
		return err_set(err, ERR_SYSTEM, "the wire's events cannot be read: %s", strerror(errno));
	session_take_events(session);
	session_ask_kernel(session);
	if (live_receive(session->live, take_frame, session, err) < 0)
		return -1;
	session_timeouts(session);
	tell_losses(session);
	return 0;
}

static void
tell_deaths(struct session *session)
{
	char who[256];

	if (session->broken_said || lab_alive(session->lab, who, sizeof(who)))
		return;
	session->broken_said = true;
	view_note(session->view, session_now(session), "warning: %s; the log is kept, `lab restart` brings a new one", who);
}

static struct timespec
time_left(int64_t until_ns)
{
	int64_t left = until_ns - clock_monotonic_ns();

	if (left < 0)
		left = 0;
	return (struct timespec){ .tv_sec = left / NS_PER_S, .tv_nsec = left % NS_PER_S };
}

int
session_pump(struct session *session, int64_t until_ns, int extra_fd, struct err *err)
{
	struct pollfd fds[] = {
		{ .fd = live_fd(session->live), .events = POLLIN },
		{ .fd = lab_wire_fd(session->lab), .events = POLLIN },
		{ .fd = session->broken_said ? -1 : lab_watch_fd(session->lab), .events = POLLIN },
		{ .fd = extra_fd, .events = POLLIN },
	};
	struct timespec timeout;

	if (session->next_due_ns != WHEN_NEVER && session->next_due_ns + session->origin_ns < until_ns)
		until_ns = session->next_due_ns + session->origin_ns;
	view_put_out(session->view);
	timeout = time_left(until_ns);
	if (ppoll(fds, 4, until_ns == WHEN_NEVER ? NULL : &timeout, NULL) < 0 && errno != EINTR)
		return err_set(err, ERR_SYSTEM, "ppoll: %s", strerror(errno));
	if (take_all(session, err) != 0)
		return -1;
	if (fds[2].revents != 0)
		tell_deaths(session);
	return extra_fd >= 0 && fds[3].revents != 0;
}

bool
session_wait(struct session *session, bool (*done)(void *arg), void *arg, int64_t until_ns, struct err *err)
{
	err->code = ERR_NONE;
	while (!done(arg)) {
		if (clock_monotonic_ns() >= until_ns || session_interrupted(session))
			return false;
		if (session_pump(session, until_ns, -1, err) < 0)
			return false;
	}
	return true;
}

bool
session_interrupted(const struct session *session)
{
	return session->interrupted != NULL && *session->interrupted;
}

static bool
never(void *arg)
{
	(void)arg;
	return false;
}

int
session_pass(struct session *session, int64_t ns, struct err *err)
{
	session_wait(session, never, NULL, clock_monotonic_ns() + ns, err);
	session_show_deferred(session);
	return err->code != ERR_NONE ? -1 : 0;
}
