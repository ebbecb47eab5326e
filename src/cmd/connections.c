/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections: listening, choosing one, and letting an honest stack open or close it. */
#include <string.h>

#include "base/quantity.h"
#include "base/when.h"
#include "cmd/command.h"
#include "cmd/craft.h"
#include "session/connection.h"
#include "session/pump.h"
#include "session/show.h"
#include "session/time.h"

#define PATIENCE_NS (2 * NS_PER_S)

static int
run_listen(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct session *session = dojo->session;
	uint16_t port;

	if (port_parse(words->word[1].text, 1, &port, err) != 0)
		return -1;
	if (session_listens(session, port))
		return err_set(err, ERR_INPUT, "alice listens at port %u already", port);
	if (session->listeners == LISTENERS_MAX)
		return err_set(err, ERR_INPUT, "alice listens at %d ports already, and no more are kept", LISTENERS_MAX);
	session->listener[session->listeners++] = port;
	view_note(dojo->view, session_now(session), "alice listens at port %u: a SYN that comes there is hers to answer with `synack`",
	    port);
	return 0;
}

static int
run_conn(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct session *session = dojo->session;
	uint64_t number;

	if (words->count == 2) {
		if (!number_parse(words->word[1].text, &number) || number < 1 || number > session->connections)
			return err_set(err, ERR_INPUT, "there is no connection \"%s\"; there are %zu", QUOTED(words->word[1].text),
			    session->connections);
		session->selected = (uint16_t)number;
		return 0;
	}
	for (size_t i = 0; i < session->connections; i++) {
		const struct connection *connection = session->connection[i];
		const struct conn *shadow = &connection->shadow;
		char address[ADDRESS_TEXT];
		const char *bob = session_host(&shadow->address[END_BOB]);

		view_note(dojo->view, session_now(session), "%c %u  alice.%u <-> %s.%u  alice %s, bob %s",
		    connection->number == session->selected ? '*' : ' ', connection->number, shadow->port[END_ALICE],
		    bob != NULL ? bob : address_text(&shadow->address[END_BOB], address, sizeof(address)), shadow->port[END_BOB],
		    tcp_state_name((enum tcp_state)shadow->end[END_ALICE].state),
		    tcp_state_name((enum tcp_state)shadow->end[END_BOB].state));
	}
	if (session->connections == 0)
		view_note(dojo->view, session_now(session), "no connection yet: `syn` opens one");
	return 0;
}

static int
send_stack(struct dojo *dojo, struct connection *connection, uint16_t flags, struct err *err)
{
	const struct words none = { 0 };
	struct craft craft;
	int result = craft_segment(dojo, &craft, connection, flags, &none, 0, err);

	if (result == 0)
		result = craft_send(dojo, &craft, err);
	craft_clear(&craft);
	return result;
}

static bool
owes_or_closed(void *arg)
{
	const struct connection *connection = arg;
	const struct endpoint *alice = &connection->shadow.end[END_ALICE];

	return alice->owed[0].flags != 0 || alice->state == TCP_STATE_CLOSED;
}

/* Waits until Alice owes something and sends it; 1 when nothing came. */
static int
send_next_owed(struct dojo *dojo, struct connection *connection, struct err *err)
{
	const struct endpoint *alice = &connection->shadow.end[END_ALICE];
	int64_t until_ns = clock_monotonic_ns() + PATIENCE_NS + session_round_trip_ns(dojo->session);

	if (!session_wait(dojo->session, owes_or_closed, connection, until_ns, err))
		return err->code != ERR_NONE ? -1 : 1;
	if (alice->owed[0].flags == 0)
		return 1;
	return send_stack(dojo, connection, alice->owed[0].flags, err);
}

/* Alone or by name: where to knock, and from where. */
static int
read_connect(const struct dojo *dojo, const struct words *words, struct address *dst, uint16_t *sport, uint16_t *dport,
    struct err *err)
{
	if (craft_destination(dojo, words, 1, dst, sport, dport, err) != 0)
		return -1;
	for (size_t i = 1; i < words->count; i++) {
		const char *text = words->word[i].text;

		if (strncmp(text, "dst=", 4) == 0 || strncmp(text, "dport=", 6) == 0 || strncmp(text, "sport=", 6) == 0)
			continue;
		if (strchr(text, '=') != NULL)
			return err_set(err, ERR_INPUT, "`connect` takes PORT, dst=HOST and sport=N, not \"%s\"", QUOTED(text));
		if (port_parse(text, 1, dport, err) != 0)
			return -1;
	}
	return 0;
}

static int
run_connect(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct session *session = dojo->session;
	struct connection *connection;
	const struct endpoint *alice;
	uint16_t sport, dport;
	struct address dst;
	int result;

	if (read_connect(dojo, words, &dst, &sport, &dport, err) != 0)
		return -1;
	connection = session_connect(session, &dst, sport, dport, err);
	if (connection == NULL)
		return -1;
	alice = &connection->shadow.end[END_ALICE];
	result = send_stack(dojo, connection, TCP_SYN, err);
	if (result == 0)
		result = send_next_owed(dojo, connection, err);
	if (result < 0)
		return -1;
	if (alice->state != TCP_STATE_ESTABLISHED)
		return err_set(err, ERR_EXPECT, "the connection was not opened: alice is in %s; does bob listen at port %u?",
		    tcp_state_name((enum tcp_state)alice->state), dport);
	return 0;
}

static int
run_close(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct connection *connection = session_selected(dojo->session);
	const struct endpoint *alice;

	(void)words;
	if (connection == NULL)
		return err_set(err, ERR_INPUT, "there is no connection to close");
	alice = &connection->shadow.end[END_ALICE];
	if (alice->state != TCP_STATE_ESTABLISHED && alice->state != TCP_STATE_CLOSE_WAIT && alice->state != TCP_STATE_FIN_WAIT_1 &&
	    alice->state != TCP_STATE_FIN_WAIT_2)
		return err_set(err, ERR_INPUT, "from %s there is nothing to close; `rst` resets", tcp_state_name((enum tcp_state)alice->state));
	if (!alice->fin_sent && send_stack(dojo, connection, TCP_FIN | TCP_ACK, err) != 0)
		return -1;
	/* Bob's program may still have something to say before its FIN. */
	while (alice->state != TCP_STATE_TIME_WAIT && alice->state != TCP_STATE_CLOSED) {
		int result = send_next_owed(dojo, connection, err);

		if (result < 0)
			return -1;
		if (result > 0)
			break;
	}
	if (alice->owed[0].flags == TCP_ACK && send_stack(dojo, connection, TCP_ACK, err) != 0)
		return -1;
	if (alice->state != TCP_STATE_TIME_WAIT && alice->state != TCP_STATE_CLOSED)
		view_note(dojo->view, session_now(dojo->session), "bob has not said FIN yet: alice stays in %s",
		    tcp_state_name((enum tcp_state)alice->state));
	return 0;
}

const struct command cmd_listen = {
	.name = "listen",
	.group = "connections",
	.usage = "PORT",
	.summary = "be a server: the passive OPEN",
	.effects = EFFECTS_NONE,
	.least = 1,
	.most = 1,
	.run = run_listen,
};

const struct command cmd_conn = {
	.name = "conn",
	.group = "connections",
	.usage = "[N]",
	.summary = "list the connections, or select one",
	.effects = EFFECT_LOOKS_ALONE,
	.most = 1,
	.run = run_conn,
};

const struct command cmd_connect = {
	.name = "connect",
	.group = "autopilot",
	.usage = "[PORT] [dst=bob6] [sport=N]",
	.summary = "open a connection as an honest stack would: SYN, and ACK to the answer",
	.effects = EFFECTS_NONE,
	.most = ANY_WORDS,
	.run = run_connect,
};

const struct command cmd_close = {
	.name = "close",
	.group = "autopilot",
	.usage = "",
	.summary = "close the connection as an honest stack would",
	.effects = EFFECTS_NONE,
	.run = run_close,
};
