/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/session.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/when.h"
#include "lab/address.h"
#include "session/connection.h"
#include "session/memory.h"
#include "session/record.h"

#define FIRST_PORT 40001

static int64_t
clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t
clock_monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

int64_t
session_now(const struct session *session)
{
	return session->origin_ns != 0 ? clock_monotonic_ns() - session->origin_ns : 0;
}

int64_t
session_at(struct session *session, int64_t monotonic_ns)
{
	if (session->origin_ns == 0)
		session->origin_ns = monotonic_ns;
	/* What was on its way before the session began came when it began. */
	return monotonic_ns > session->origin_ns ? monotonic_ns - session->origin_ns : 0;
}

/* Opens Alice's handle while the wire opens its own: each costs the kernel a grace period. */
static int
open_drivers(struct session *session, struct err *err)
{
	int fds[2];
	unsigned count;

	session->live = live_open(ALICE_IF, err);
	session->build = session->live != NULL ? build_new(err) : NULL;
	if (session->build == NULL)
		return -1;
	count = live_sockets(session->live, fds);
	return lab_keep(session->lab, fds, count, err) != 0 || lab_drop_privileges(session->lab, err) != 0 ? -1 : 0;
}

static struct checkpoint
at_the_start(const struct session *session)
{
	struct checkpoint start = { .next_port = FIRST_PORT, .autopilot.arp = true, .rng = rng_seeded(session->seed) };

	settings_init(&start.settings);
	address_parse(BOB_IP4, &start.peer);
	return start;
}

static struct checkpoint
as_it_is(const struct session *session)
{
	struct checkpoint now = {
		.settings = session->settings,
		.autopilot = session->autopilot,
		.peer = session->peer,
		.listeners = session->listeners,
		.next_port = session->next_port,
		.kernel_alice = session->kernel_alice,
		.rng = session->rng,
		.broken = session->broken,
		.origin_ns = session->origin_ns,
		.logged = session->log.count,
		.traces = session->traces,
		.commands = session->journal.count,
	};

	memcpy(now.listener, session->listener, sizeof(now.listener));
	return now;
}

/* What main knows is as it was at the checkpoint. */
static void
go_back(struct session *session)
{
	const struct checkpoint *then = &session->checkpoint;

	session->settings = then->settings;
	session->autopilot = then->autopilot;
	session->peer = then->peer;
	memcpy(session->listener, then->listener, sizeof(then->listener));
	session->listeners = then->listeners;
	session->next_port = then->next_port;
	session->rng = then->rng;
	session->broken = then->broken;
	session->origin_ns = then->origin_ns;
	log_cut(&session->log, then->logged);
	session->traces = then->traces;
}

size_t
session_settled(const struct session *session)
{
	return session->checkpoint.commands;
}

struct session *
session_begin(uint64_t seed, const struct lab_faults *faults, struct view *view, struct err *err)
{
	struct session *session = memory_new(sizeof(*session));

	session->view = view;
	session->seed = seed;
	session->next_due_ns = WHEN_NEVER;
	session->wall_ns = clock_ns(CLOCK_REALTIME) - clock_monotonic_ns();
	log_init(&session->log);
	session->checkpoint = at_the_start(session);
	go_back(session);
	session->lab = lab_start(seed, faults, err);
	if (session->lab == NULL || open_drivers(session, err) != 0) {
		session_close(session);
		return NULL;
	}
	return session;
}

int
session_ready(struct session *session, struct err *err)
{
	if (lab_ready(session->lab, err) != 0 || lab_counters(session->lab, &session->counters, err) != 0)
		return -1;
	session->counters_at_start = session->counters;
	return 0;
}

struct session *
session_open(uint64_t seed, const struct lab_faults *faults, struct view *view, struct err *err)
{
	struct session *session = session_begin(seed, faults, view, err);

	if (session != NULL && session_ready(session, err) != 0) {
		session_close(session);
		return NULL;
	}
	return session;
}

void
session_close(struct session *session)
{
	if (session == NULL)
		return;
	live_close(session->live);
	lab_stop(session->lab);
	build_free(session->build);
	session_forget_connections(session);
	free(session->connection);
	free(session->stale);
	free(session->due_ns);
	free(session->trace);
	free(session->deferred);
	free(session->flying);
	free(session->lost);
	free(session->held);
	log_clear(&session->log);
	journal_clear(&session->journal);
	free(session);
}

static void
let_go(void *arg, const uint8_t *frame, size_t size, int64_t at_ns)
{
	(void)arg;
	(void)frame;
	(void)size;
	(void)at_ns;
}

/* A new Bob, of whom nothing is known; what the old one had under way is lost. */
static int
new_bob(struct session *session, struct err *err)
{
	struct err ignored;

	if (lab_restart(session->lab, err) != 0)
		return -1;
	while (!session->deaf && live_receive(session->live, let_go, NULL, &ignored) > 0)
		;
	session_forget_connections(session);
	session->flyings = session->losts = session->helds = session->deferreds = 0;
	session->sent = session->bob_sent = session->alice_heard = session->events = 0;
	session->lost_said = 0;
	session->lost_before = live_lost(session->live);
	session->events_missed = session->wire_gone = session->kernel_spoke = false;
	memset(session->link, 0, sizeof(session->link));
	if (lab_ready(session->lab, err) != 0 || lab_counters(session->lab, &session->counters, err) != 0)
		return -1;
	session->counters_at_start = session->counters;
	return 0;
}

int
session_restart(struct session *session, struct err *err)
{
	session_show_deferred(session);
	if (new_bob(session, err) != 0)
		return -1;
	/* The log keeps what was; who spoke in it is gone, and what was under way is lost. */
	for (size_t i = 0; i < session->log.count; i++) {
		session->log.entry[i].conn = 0;
		session->log.entry[i].dropped = session->log.entry[i].bob_ns == WHEN_NEVER;
	}
	for (size_t i = 0; i < session->traces; i++)
		session->trace[i].conn = session->trace[i].frame = 0;
	session->checkpoint = as_it_is(session);
	return session->autopilot.arp ? 0 : lab_neighbour(session->lab, false, err);
}

int
session_rewind(struct session *session, bool whole, struct err *err)
{
	if (new_bob(session, err) != 0)
		return -1;
	if (whole)
		session->checkpoint = at_the_start(session);
	go_back(session);
	session->all_heard = (uint32_t)session->log.count;
	session->ahead_ns = 0;
	if (session->kernel_alice != session->checkpoint.kernel_alice &&
	    session_kernel_alice(session, session->checkpoint.kernel_alice, err) != 0)
		return -1;
	return session->autopilot.arp ? 0 : lab_neighbour(session->lab, false, err);
}

int
session_kernel_alice(struct session *session, bool on, struct err *err)
{
	if (lab_kernel_alice(session->lab, on, err) != 0)
		return -1;
	session->kernel_alice = on;
	return 0;
}
