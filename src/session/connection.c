/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/connection.h"

#include <stdlib.h>
#include <string.h>

#include "base/when.h"
#include "lab/address.h"
#include "session/memory.h"
#include "session/record.h"
#include "session/session.h"
#include "session/show.h"
#include "session/time.h"

#define FIRST_PORT_AGAIN 1024 /* when those from 40001 on are used up */

struct connection *
session_connection(const struct session *session, uint16_t number)
{
	return number >= 1 && number <= session->connections ? session->connection[number - 1] : NULL;
}

struct connection *
session_selected(const struct session *session)
{
	return session_connection(session, session->selected);
}

bool
session_listens(const struct session *session, uint16_t port)
{
	for (unsigned i = 0; i < session->listeners; i++) {
		if (session->listener[i] == port)
			return true;
	}
	return false;
}

void
session_call(struct session *session, struct connection *connection, enum user_call call)
{
	struct out out = { 0 };

	conn_call(&connection->shadow, END_ALICE, call, (uint32_t)rng_u64(&session->rng), session_now(session), &out);
	session_due(session, connection);
	session_record_out(session, connection, &out, 0);
}

void
session_unlisten(struct session *session, uint16_t port)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < session->listeners; i++) {
		if (session->listener[i] != port)
			session->listener[kept++] = session->listener[i];
	}
	session->listeners = kept;
	for (size_t i = 0; i < session->connections; i++) {
		const struct conn *shadow = &session->connection[i]->shadow;

		if (shadow->port[END_ALICE] == port && shadow->end[END_ALICE].state == TCP_STATE_LISTEN)
			session_call(session, session->connection[i], CALL_CLOSE);
	}
}

void
session_forget_connections(struct session *session)
{
	for (size_t i = 0; i < session->connections; i++)
		free(session->connection[i]);
	session->connections = session->stales = 0;
	session->selected = 0;
	session->next_due_ns = WHEN_NEVER;
	memset(session->by_port, 0, sizeof(session->by_port));
}

static struct connection **
bucket(struct session *session, uint16_t alice_port)
{
	return &session->by_port[alice_port % PORT_BUCKETS];
}

/* NULL when their numbers are used up. */
static struct connection *
add(struct session *session, const struct address *alice, uint16_t alice_port, const struct address *bob, uint16_t bob_port)
{
	struct connection *connection;

	if (session->connections == UINT16_MAX)
		return NULL;
	connection = memory_new(sizeof(*connection));
	if (session->connections == session->connection_room)
		session->connection = memory_grow(session->connection, &session->connection_room, sizeof(session->connection[0]));
	if (session->connections == session->due_room)
		session->due_ns = memory_grow(session->due_ns, &session->due_room, sizeof(session->due_ns[0]));
	session->due_ns[session->connections] = WHEN_NEVER;
	session->connection[session->connections++] = connection;
	connection->number = (uint16_t)session->connections;
	conn_init(&connection->shadow, STACK_RFC, STACK_LINUX);
	connection->shadow.address[END_ALICE] = *alice;
	connection->shadow.address[END_BOB] = *bob;
	connection->shadow.port[END_ALICE] = alice_port;
	connection->shadow.port[END_BOB] = bob_port;
	connection->older = *bucket(session, alice_port);
	*bucket(session, alice_port) = connection;
	connection->cursor = (uint32_t)session->log.count;
	return connection;
}

void
session_own_address(const struct address *bob, struct address *alice)
{
	address_parse(bob->family == 6 ? ALICE_IP6 : ALICE_IP4, alice);
}

void
session_ask_listener(struct session *session, struct connection *connection)
{
	enum tcp_state state = (enum tcp_state)connection->shadow.end[END_BOB].state;
	bool begun = connection->begun, asked, listens;
	struct kernel_view view;
	struct err ignored;
	struct out out = { 0 };

	if (state != TCP_STATE_CLOSED && state != TCP_STATE_LISTEN)
		return;
	/* Here the listener is what is asked for. */
	connection->begun = false;
	asked = session_kernel(session, connection, &view, &ignored) == 0;
	connection->begun = begun;
	if (!asked)
		return;
	listens = view.found && view.state == TCP_STATE_LISTEN;
	if (listens != (state == TCP_STATE_LISTEN))
		conn_call(&connection->shadow, END_BOB, listens ? CALL_LISTEN : CALL_CLOSE, (uint32_t)rng_u64(&session->rng),
		    session_now(session), &out);
}

static bool
port_taken(struct session *session, uint16_t port)
{
	const struct connection *connection = *bucket(session, port);

	while (connection != NULL && connection->shadow.port[END_ALICE] != port)
		connection = connection->older;
	return connection != NULL;
}

/* The newest, since a port may have been used before. */
static struct connection *
find(struct session *session, const struct address *alice, uint16_t alice_port, const struct address *bob,
    uint16_t bob_port)
{
	struct connection *connection = *bucket(session, alice_port);

	for (; connection != NULL; connection = connection->older) {
		const struct conn *shadow = &connection->shadow;

		if (shadow->port[END_ALICE] == alice_port && shadow->port[END_BOB] == bob_port &&
		    address_equal(&shadow->address[END_BOB], bob) && address_equal(&shadow->address[END_ALICE], alice))
			break;
	}
	return connection;
}

struct connection *
session_between(struct session *session, uint16_t alice_port, const struct address *bob, uint16_t bob_port)
{
	struct address alice;

	session_own_address(bob, &alice);
	return find(session, &alice, alice_port, bob, bob_port);
}

/* Bob may have begun already: his SYN made the connection that hers now meets (RFC 9293 3.5, simultaneous open). */
static struct connection *
begun_by_bob(struct session *session, const struct address *alice, uint16_t sport, const struct address *bob, uint16_t dport)
{
	struct connection *connection = find(session, alice, sport, bob, dport);
	const struct conn *shadow = connection != NULL ? &connection->shadow : NULL;

	if (shadow == NULL || shadow->end[END_BOB].state != TCP_STATE_SYN_SENT ||
	    (shadow->end[END_ALICE].state != TCP_STATE_CLOSED && shadow->end[END_ALICE].state != TCP_STATE_LISTEN))
		return NULL;
	return connection;
}

/* Where she listens, the caller was the listener (RFC 9293 3.10.1). */
static void
choose_iss(struct session *session, struct connection *connection)
{
	struct out out = { 0 };

	if (session_listens(session, connection->shadow.port[END_ALICE]))
		conn_call(&connection->shadow, END_ALICE, CALL_LISTEN, 0, session_now(session), &out);
	connection->shadow.end[END_ALICE].iss = (uint32_t)rng_u64(&session->rng);
	connection->shadow.end[END_ALICE].iss_known = ISS_CHOSEN;
}

/* The next one that no connection has had; 0: all were used. */
static uint16_t
free_port(struct session *session)
{
	for (unsigned tried = 0; tried < UINT16_MAX; tried++) {
		uint16_t port = session->next_port++;

		if (session->next_port == 0)
			session->next_port = FIRST_PORT_AGAIN;
		if (!port_taken(session, port))
			return port;
	}
	return 0;
}

void
session_take_back(struct session *session, uint16_t selected)
{
	struct connection *last = session->connection[--session->connections];
	uint16_t port = last->shadow.port[END_ALICE];

	*bucket(session, port) = last->older;
	if (session->next_port == port + 1)
		session->next_port = port;
	session->selected = selected;
	free(last);
}

/* Only Bob is there to be spoken to. */
static bool
is_bob(const struct address *address)
{
	const char *host = session_host(address);

	return host != NULL && strcmp(host, "bob") == 0;
}

int
session_has_family(const struct session *session, unsigned family, struct err *err)
{
	if (family != 6 || lab_has_ipv6(session->lab))
		return 0;
	return err_set(err, ERR_SYSTEM, "this system has no IPv6, and Bob speaks IPv4 only: leave `bob6` and `alice6` away");
}

struct connection *
session_connect(struct session *session, const struct address *bob, uint16_t sport, uint16_t dport, struct err *err)
{
	struct connection *connection = NULL;
	struct address alice;
	char text[ADDRESS_TEXT];

	if (!is_bob(bob)) {
		err_set(err, ERR_INPUT, "nobody in the lab answers to %s; write bob or bob6", address_text(bob, text, sizeof(text)));
		return NULL;
	}
	if (session_has_family(session, bob->family, err) != 0)
		return NULL;
	session_own_address(bob, &alice);
	if (sport == 0)
		sport = free_port(session);
	if (sport != 0)
		connection = begun_by_bob(session, &alice, sport, bob, dport);
	if (sport != 0 && connection == NULL) {
		connection = add(session, &alice, sport, bob, dport);
		if (connection != NULL)
			session_ask_listener(session, connection);
	}
	if (connection == NULL) {
		err_set(err, ERR_INPUT, "all ports and numbers of connections are used up; `lab restart` begins anew");
		return NULL;
	}
	choose_iss(session, connection);
	connection->begun = true;
	session->selected = connection->number;
	return connection;
}

struct connection *
session_find(struct session *session, const struct seg *seg, bool incoming)
{
	struct address src, dst;

	if (!seg_has(seg, LAYER_TCP) || !seg_addresses(seg, &src, &dst))
		return NULL;
	if (incoming)
		return find(session, &dst, seg->tcp.dport, &src, seg->tcp.sport);
	return find(session, &src, seg->tcp.sport, &dst, seg->tcp.dport);
}

/* Bob knocks at Alice: a connection of which she has heard nothing yet. */
struct connection *
session_accept(struct session *session, const struct seg *syn)
{
	struct journal_entry *command = journal_last(&session->journal);
	struct connection *connection;
	struct address src, dst;
	struct out out = { 0 };

	if (!seg_has(syn, LAYER_TCP) || (syn->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN ||
	    !seg_addresses(syn, &src, &dst))
		return NULL;
	connection = add(session, &dst, syn->tcp.dport, &src, syn->tcp.sport);
	if (command != NULL && command->bob_port == 0) {
		command->bob_port = syn->tcp.sport;
		command->bob_isn = syn->tcp.seq;
	}
	if (connection != NULL && session_listens(session, syn->tcp.dport))
		conn_call(&connection->shadow, END_ALICE, CALL_LISTEN, (uint32_t)rng_u64(&session->rng), session_now(session), &out);
	return connection;
}

int
session_kernel(struct session *session, struct connection *connection, struct kernel_view *view, struct err *err)
{
	const struct conn *shadow = &connection->shadow;
	struct four_tuple tuple = {
		.bob = shadow->address[END_BOB],
		.alice = shadow->address[END_ALICE],
		.bob_port = shadow->port[END_BOB],
		.alice_port = shadow->port[END_ALICE],
	};

	if (lab_kernel(session->lab, &tuple, view, err) != 0)
		return -1;
	/* Where the connection is gone, the kernel finds the listener that it came from. */
	if (view->found && view->state == TCP_STATE_LISTEN && connection->shadow.end[END_BOB].state != TCP_STATE_LISTEN &&
	    connection->begun)
		*view = (struct kernel_view){ 0 };
	connection->kernel_state = view->found ? view->state : TCP_STATE_CLOSED;
	return 0;
}

/* Those that speak of something; of the others every segment moves some. */
static bool
worth_telling(const char *counter)
{
	static const char *const of_tcp[] = { "TcpInErrs", "TcpInCsumErrors", "TcpOutRsts", "TcpEstabResets", "TcpAttemptFails",
		"TcpRetransSegs" };

	for (size_t i = 0; i < sizeof(of_tcp) / sizeof(of_tcp[0]); i++) {
		if (strcmp(of_tcp[i], counter) == 0)
			return true;
	}
	return strncmp(counter, "TcpExt", 6) == 0;
}

/* The counters that moved since the last look, the first few of them. */
static void
note_counters(struct session *session, struct trace_record *record)
{
	struct counters now;
	struct err ignored;
	unsigned said = 0;

	if (lab_counters(session->lab, &now, &ignored) != 0)
		return;
	for (unsigned i = 0; i < now.count && said < TRACE_COUNTERS; i++) {
		uint64_t moved = now.value[i] - session->counters.value[i];

		if (moved == 0 || !worth_telling(lab_counter_name(session->lab, i)))
			continue;
		record->kernel.counters[said].counter = (uint16_t)i;
		record->kernel.counters[said++].moved = moved < UINT16_MAX ? (uint16_t)moved : UINT16_MAX;
	}
	session->counters = now;
}

void
session_stale(struct session *session, struct connection *connection, uint64_t gate)
{
	connection->stale_gate = gate;
	if (connection->kernel_stale)
		return;
	connection->kernel_stale = true;
	if (session->stales == session->stale_room)
		session->stale = memory_grow(session->stale, &session->stale_room, sizeof(session->stale[0]));
	session->stale[session->stales++] = connection;
}

void
session_ask_kernel(struct session *session)
{
	for (size_t i = 0; i < session->stales; i++) {
		struct connection *connection = session->stale[i];
		struct trace_record record = { .kind = TRACE_KERNEL, .end = END_BOB, .conn = connection->number };
		struct kernel_view view;
		struct err ignored;

		connection->kernel_stale = false;
		if (session_kernel(session, connection, &view, &ignored) != 0)
			continue;
		record.at_ns = session_now(session);
		record.segment = connection->heard;
		record.kernel.state = connection->kernel_state;
		note_counters(session, &record);
		session_defer(session, &record, connection->stale_gate);
	}
	session->stales = 0;
}
