/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/pump.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/seq.h"
#include "base/when.h"
#include "seg/defect.h"
#include "session/connection.h"
#include "session/events.h"
#include "session/predictions.h"
#include "session/record.h"
#include "session/session.h"
#include "session/show.h"
#include "session/time.h"

#define NEWS_PATIENCE_MS 200
#define GUIDE_NS         NS_PER_MS

/* The same octets again: a repeat that `expect` skips and views fold.  What lies beyond all that came before is new. */
static void
note_repeat(const struct session *session, struct connection *connection, struct log_entry *entry)
{
	uint32_t end = entry->seq + entry->seq_bytes;
	bool asked_for = false;

	if (entry->seq_bytes == 0)
		return;
	if (!connection->bob_spoke || seq_lt(connection->bob_said, end)) {
		connection->bob_spoke = true;
		connection->bob_said = end;
		return;
	}
	for (size_t i = (size_t)(entry - session->log.entry); i-- > 0 && !entry->repeat;) {
		const struct log_entry *earlier = &session->log.entry[i];

		if (earlier->conn != entry->conn)
			continue;
		asked_for = asked_for || !earlier->incoming;
		entry->repeat = earlier->incoming && earlier->seq == entry->seq && earlier->seq_bytes == entry->seq_bytes &&
		    earlier->flags == entry->flags;
		if (entry->repeat && !asked_for)
			entry->again = earlier->again != 0 ? earlier->again : (uint32_t)i + 1;
	}
}

/* CLOSED or LISTEN: there is no connection yet, or no more. */
static bool
is_apart(const struct connection *connection)
{
	enum tcp_state state = (enum tcp_state)connection->shadow.end[END_ALICE].state;

	return state == TCP_STATE_CLOSED || state == TCP_STATE_LISTEN;
}

/* Bob knocked: which connection this is, and what a stack would answer. */
static void
tell_knock(struct session *session, const struct connection *connection)
{
	uint16_t port = connection->shadow.port[END_ALICE];
	bool listens = connection->shadow.end[END_ALICE].state == TCP_STATE_SYN_RECEIVED;
	const char *answer = listens ? "`synack` answers" : "`rst` sends it";
	char select[48] = "";

	if (session->selected != connection->number)
		snprintf(select, sizeof(select), "`conn %u` selects it, then ", connection->number);
	if (listens)
		view_note(session->view, session_now(session), "bob knocks at alice's port %u, connection %u: %s%s", port,
		    connection->number, select, answer);
	else
		view_note(session->view, session_now(session),
		    "nobody listens at alice's port %u, connection %u, and a stack would answer RST: %s%s", port, connection->number,
		    select, answer);
}

static void
alice_hears(struct session *session, struct connection *connection, const struct seg *seg, uint32_t number)
{
	const struct connection *selected = session_selected(session);
	const struct log_entry *entry = &session->log.entry[number - 1];
	bool syn = (seg->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
	bool knock = syn && is_apart(connection) && !entry->repeat;
	struct out out = { 0 };

	/* Whoever knocks while nothing else goes on has Alice's attention. */
	if (selected == NULL || (syn && is_apart(selected)))
		session->selected = connection->number;
	conn_hears(&connection->shadow, END_ALICE, seg, entry->at_ns, &out);
	session_due(session, connection);
	session_record_out(session, connection, &out, number);
	if (knock)
		tell_knock(session, connection);
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

	serial = session_land(session, frame, size, &left_ns);
	at_ns = session_at(session, at_ns);
	seg_parse(&seg, frame, size);
	seg.defects = seg_defects(&seg, frame, size);
	if (serial == 0 && session->events_missed && seg_has(&seg, LAYER_TCP))
		session_bob_says(session, &seg, 0, at_ns);
	connection = session_find(session, &seg, true);
	entry = log_add(&session->log, frame, size, &seg);
	number = (uint32_t)session->log.count;
	entry->at_ns = at_ns;
	entry->bob_ns = left_ns;
	entry->serial = serial;
	entry->incoming = true;
	entry->conn = connection != NULL ? connection->number : 0;
	if (connection != NULL)
		note_repeat(session, connection, entry);
	session_journal_frame(session, number, &seg);
	if (serial > session->alice_heard)
		session->alice_heard = serial;
	session_ask_kernel(session);
	session_show_heard(session, number);
	session_show_known(session);
	if (connection != NULL)
		alice_hears(session, connection, &seg, number);
	else
		session_autopilot_neighbour(session, &seg);
}

/* Lost frames are told once each, never silent. */
static void
tell_losses(struct session *session)
{
	const struct wire_shared *shared = lab_wire(session->lab);
	uint64_t lost = live_lost(session->live) - session->lost_before + atomic_load(&shared->port[PORT_ALICE].lost) +
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

/* Whoever has died is told, once each; false: nobody has. */
static bool
tell_deaths(struct session *session)
{
	char who[256];
	bool alive = lab_alive(session->lab, who, sizeof(who));

	if (!alive)
		view_note(session->view, session_now(session), "warning: %s; the log is kept", who);
	session->wire_gone = session->deaf || !lab_carries(session->lab);
	return !alive;
}

/* Alice's interface is gone, most likely since lab init is, of which the news may come a moment later. */
static void
go_deaf(struct session *session, struct err *err)
{
	struct pollfd news = { .fd = lab_watch_fd(session->lab), .events = POLLIN };
	bool told = session->wire_gone;

	session->deaf = session->wire_gone = true;
	if (!told)
		poll(&news, 1, NEWS_PATIENCE_MS);
	if (!told && !tell_deaths(session))
		view_note(session->view, session_now(session), "warning: %s: quit, and start tcpdojo again; the log is kept",
		    err->text);
	err->code = ERR_NONE;
}

static int
take_all(struct session *session, struct err *err)
{
	int64_t now_ns;
	uint64_t count;

	if (read(lab_wire_fd(session->lab), &count, sizeof(count)) < 0 && errno != EAGAIN)
		return err_set(err, ERR_SYSTEM, "the wire's events cannot be read: %s", strerror(errno));
	now_ns = session_now(session);
	session_take_events(session);
	session_ask_kernel(session);
	if (!session->deaf && live_receive(session->live, take_frame, session, err) < 0)
		go_deaf(session, err);
	if (session->kernel_alice) {
		session->all_landed = true;
		session_take_events(session);
		session->all_landed = false;
	}
	session_timeouts(session, now_ns);
	tell_losses(session);
	return 0;
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
		{ .fd = session->deaf ? -1 : live_fd(session->live), .events = POLLIN },
		{ .fd = lab_wire_fd(session->lab), .events = POLLIN },
		{ .fd = lab_watch_fd(session->lab), .events = POLLIN },
		{ .fd = extra_fd, .events = POLLIN },
	};
	struct timespec timeout;

	if (session->next_due_ns != WHEN_NEVER && session->next_due_ns + session->origin_ns < until_ns)
		until_ns = session->next_due_ns + session->origin_ns;
	if (session->guide != NULL && until_ns > clock_monotonic_ns() + GUIDE_NS)
		until_ns = clock_monotonic_ns() + GUIDE_NS;
	view_put_out(session->view);
	timeout = time_left(until_ns);
	if (ppoll(fds, 4, until_ns == WHEN_NEVER ? NULL : &timeout, NULL) < 0 && errno != EINTR)
		return err_set(err, ERR_SYSTEM, "ppoll: %s", strerror(errno));
	if (fds[2].revents != 0)
		tell_deaths(session);
	if (take_all(session, err) != 0)
		return -1;
	if (session->guide != NULL)
		session->guide(session->guide_arg);
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
