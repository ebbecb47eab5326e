/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections: listening, listing them, choosing one. */
#include "base/quantity.h"
#include "cmd/command.h"
#include "session/connection.h"
#include "session/show.h"

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
	for (unsigned i = 0; i < session->listeners; i++)
		view_note(dojo->view, session_now(session), "alice listens at port %u", session->listener[i]);
	if (session->connections == 0)
		view_note(dojo->view, session_now(session), "no connection yet: `syn` opens one");
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
