/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OPEN and CLOSE as an honest stack carries them out: it sends each segment that it owes, and waits for Bob's, until the
 * connection stands, or is over, or nothing more comes.
 */
#include "cmd/honest.h"

#include <string.h>

#include "base/quantity.h"
#include "base/when.h"
#include "cmd/command.h"
#include "cmd/craft.h"
#include "session/connection.h"
#include "session/pump.h"
#include "session/time.h"

#define PATIENCE_NS (2 * NS_PER_S)  /* with a Bob who says nothing */
#define ENDLESS_NS  (10 * NS_PER_S) /* with one who goes on talking */

#define RFC_OPEN  "RFC 9293 3.10.1"
#define RFC_CLOSE "RFC 9293 3.10.4"

const char *
honest_command(uint16_t flags)
{
	if (flags & TCP_RST)
		return "rst";
	if (flags & TCP_SYN)
		return flags & TCP_ACK ? "synack" : "syn";
	return flags & TCP_FIN ? "fin" : "ack";
}

static enum tcp_state
state_of(const struct connection *connection)
{
	return (enum tcp_state)connection->shadow.end[END_ALICE].state;
}

static bool
is_open(const struct connection *connection)
{
	return state_of(connection) >= TCP_STATE_ESTABLISHED;
}

/* Nothing comes by itself any more. */
static bool
is_stuck(const struct session *session)
{
	return session->helds > 0 || session->wire_gone;
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

/* What is waited for: something to send, or another state; or for the FIN, room in Bob's window. */
struct news {
	const struct session *session;
	const struct connection *connection;
	enum tcp_state state;
	bool for_room;
};

/* A FIN counts against the window; alone it may probe a closed one (RFC 9293 3.8.6.1). */
static bool
has_room(const struct connection *connection)
{
	const struct endpoint *alice = &connection->shadow.end[END_ALICE];
	uint32_t in_flight = alice->snd.nxt - alice->snd.una;

	return in_flight == 0 || in_flight < alice->snd.wnd;
}

static bool
has_come(void *arg)
{
	const struct news *news = arg;

	if (is_stuck(news->session) || state_of(news->connection) != news->state)
		return true;
	return news->for_room ? has_room(news->connection) : news->connection->shadow.end[END_ALICE].owed[0].flags != 0;
}

/* 1: it came; 0: nothing did, and nothing will; -1 with *err. */
static int
wait_for_news(struct dojo *dojo, const struct connection *connection, bool for_room, struct err *err)
{
	struct news news = { dojo->session, connection, state_of(connection), for_room };
	int64_t until_ns = clock_monotonic_ns() + PATIENCE_NS + session_round_trip_ns(dojo->session);

	if (!session_wait(dojo->session, has_come, &news, until_ns, err))
		return err->code != ERR_NONE ? -1 : 0;
	return state_of(connection) != news.state || !is_stuck(dojo->session);
}

/* Sends what she owes and waits for what makes her owe more, until she is in a state where `ends` says so. */
static int
follow(struct dojo *dojo, struct connection *connection, bool (*ends)(const struct connection *), struct err *err)
{
	const struct endpoint *alice = &connection->shadow.end[END_ALICE];
	int64_t until_ns = clock_monotonic_ns() + ENDLESS_NS + session_round_trip_ns(dojo->session);
	int result = 1;

	while (result > 0 && clock_monotonic_ns() < until_ns && !session_interrupted(dojo->session)) {
		if (alice->owed[0].flags != 0)
			result = send_stack(dojo, connection, alice->owed[0].flags, err) == 0 ? 1 : -1;
		else if (ends(connection))
			return 0;
		else
			result = wait_for_news(dojo, connection, false, err);
		if (ends(connection) && alice->owed[0].flags == 0)
			return result < 0 ? -1 : 0;
	}
	return result < 0 ? -1 : 0;
}

/* ---- OPEN -------------------------------------------------------------------------------------------------------------- */

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

/* OPEN takes a pair of sockets that no connection has, or that only waits. */
static int
check_free(struct session *session, const struct address *dst, uint16_t sport, uint16_t dport, struct err *err)
{
	const struct connection *other = sport != 0 ? session_between(session, sport, dst, dport) : NULL;

	if (other == NULL || state_of(other) == TCP_STATE_CLOSED || state_of(other) == TCP_STATE_LISTEN)
		return 0;
	return err_set(err, ERR_INPUT,
	    "connection already exists (" RFC_OPEN "): from port %u to this port of bob's there is connection %u, alice in %s; without sport= "
	    "a new port is taken", sport, other->number, tcp_state_name(state_of(other)));
}

static bool
is_settled(const struct connection *connection)
{
	return is_open(connection) || state_of(connection) == TCP_STATE_CLOSED;
}

static int
not_opened(struct dojo *dojo, const struct connection *connection, struct err *err)
{
	const char *state = tcp_state_name(state_of(connection));

	if (state_of(connection) == TCP_STATE_CLOSED)
		return err_set(err, ERR_EXPECT, "the connection was refused: alice is in CLOSED; does bob listen at port %u?",
		    connection->shadow.port[END_BOB]);
	if (dojo->session->helds > 0) {
		view_note(dojo->view, session_now(dojo->session),
		    "the connection is not open yet: alice is in %s, and a frame is held; `link release` lets it go on, `next` says what follows",
		    state);
		return 0;
	}
	return err_set(err, ERR_EXPECT, "the connection was not opened: alice is in %s, and bob does not answer", state);
}

static int
run_connect(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct session *session = dojo->session;
	struct connection *connection;
	uint16_t sport, dport;
	struct address dst;

	if (read_connect(dojo, words, &dst, &sport, &dport, err) != 0 || check_free(session, &dst, sport, dport, err) != 0)
		return -1;
	connection = session_connect(session, &dst, sport, dport, err);
	if (connection == NULL)
		return -1;
	if (send_stack(dojo, connection, TCP_SYN, err) != 0 || follow(dojo, connection, is_settled, err) != 0)
		return -1;
	return is_open(connection) ? 0 : not_opened(dojo, connection, err);
}

/* ---- CLOSE ------------------------------------------------------------------------------------------------------------- */

static int
stop_listening(struct dojo *dojo, uint16_t port, struct err *err)
{
	struct session *session = dojo->session;

	if (!session_listens(session, port))
		return err_set(err, ERR_INPUT, "alice does not listen at port %u; `conn` lists where she does", port);
	session_unlisten(session, port);
	view_note(dojo->view, session_now(session), "alice listens at port %u no more", port);
	return 0;
}

/* Without a connection the listener is what can be closed. */
static int
close_listener(struct dojo *dojo, struct err *err)
{
	const struct session *session = dojo->session;

	if (session->listeners == 0)
		return err_set(err, ERR_INPUT, "connection does not exist (" RFC_CLOSE "): alice is in CLOSED; `syn` or `connect` opens one");
	if (session->listeners > 1)
		return err_set(err, ERR_INPUT, "alice listens at %u ports: `close PORT` says at which one no more, and `conn` lists them",
		    session->listeners);
	return stop_listening(dojo, session->listener[0], err);
}

static bool
is_over(const struct connection *connection)
{
	return state_of(connection) == TCP_STATE_TIME_WAIT || state_of(connection) == TCP_STATE_CLOSED;
}

/* Why the end has not come yet, and how it can. */
static void
tell_unfinished(struct dojo *dojo, const struct connection *connection)
{
	const struct endpoint *alice = &connection->shadow.end[END_ALICE];
	const char *state = tcp_state_name(state_of(connection));
	const char *why = "bob has not said FIN yet", *then = "`close` goes on waiting for it";

	if (dojo->session->helds > 0) {
		why = "a frame is held on the wire";
		then = "`link release` lets it go on, and `close` then does the rest";
	} else if (alice->snd.una != alice->snd.nxt) {
		why = "bob has not acknowledged her FIN";
		then = "`fin` sends it again";
	}
	view_note(dojo->view, session_now(dojo->session), "%s: alice stays in %s; %s", why, state, then);
}

static int
finish(struct dojo *dojo, struct connection *connection, struct err *err)
{
	if (follow(dojo, connection, is_over, err) != 0)
		return -1;
	if (!is_over(connection))
		tell_unfinished(dojo, connection);
	return 0;
}

/* Her own SYN,ACK goes first where it is owed, and a FIN waits for room in Bob's window. */
static int
send_fin(struct dojo *dojo, struct connection *connection, struct err *err)
{
	const struct endpoint *alice = &connection->shadow.end[END_ALICE];

	if (alice->owed[0].flags & TCP_SYN && send_stack(dojo, connection, alice->owed[0].flags, err) != 0)
		return -1;
	if (!has_room(connection) && wait_for_news(dojo, connection, true, err) < 0)
		return -1;
	if (!has_room(connection)) {
		view_note(dojo->view, session_now(dojo->session),
		    "bob's window is full, so the FIN waits: alice stays in %s; `close` tries again, `fin` sends it all the same",
		    tcp_state_name(state_of(connection)));
		return 0;
	}
	if (is_over(connection))
		return 0;
	if (send_stack(dojo, connection, TCP_FIN | TCP_ACK, err) != 0)
		return -1;
	return finish(dojo, connection, err);
}

static int
already_closing(const struct connection *connection, struct err *err)
{
	bool waits = state_of(connection) == TCP_STATE_TIME_WAIT;

	return err_set(err, ERR_INPUT, "connection closing (" RFC_CLOSE "): alice is in %s, and only %s", tcp_state_name(state_of(connection)),
	    waits ? "time leads on from there" : "bob's ACK of her FIN leads on from there");
}

static int
close_connection(struct dojo *dojo, struct connection *connection, struct err *err)
{
	const struct endpoint *alice = &connection->shadow.end[END_ALICE];

	switch (state_of(connection)) {
	case TCP_STATE_CLOSED:
		return close_listener(dojo, err);
	case TCP_STATE_LISTEN:
		return stop_listening(dojo, connection->shadow.port[END_ALICE], err);
	case TCP_STATE_SYN_SENT:
		session_call(dojo->session, connection, CALL_CLOSE);
		return 0;
	case TCP_STATE_SYN_RECEIVED:
	case TCP_STATE_ESTABLISHED:
	case TCP_STATE_CLOSE_WAIT:
		return send_fin(dojo, connection, err);
	case TCP_STATE_FIN_WAIT_1:
	case TCP_STATE_FIN_WAIT_2:
		view_note(dojo->view, session_now(dojo->session),
		    "alice is closing already, so there is no second FIN (" RFC_CLOSE "): she does what is left");
		return finish(dojo, connection, err);
	case TCP_STATE_CLOSING:
	case TCP_STATE_LAST_ACK:
	case TCP_STATE_TIME_WAIT:
	case TCP_STATE_COUNT:
		break;
	}
	return alice->owed[0].flags != 0 ? finish(dojo, connection, err) : already_closing(connection, err);
}

static int
run_close(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct connection *connection = session_selected(dojo->session);
	uint16_t port;

	if (words->count == 2)
		return port_parse(words->word[1].text, 1, &port, err) == 0 ? stop_listening(dojo, port, err) : -1;
	return connection != NULL ? close_connection(dojo, connection, err) : close_listener(dojo, err);
}

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
	.usage = "[PORT]",
	.summary = "close the connection as an honest stack would; or listen at PORT no more",
	.detail = "FIN, an ACK of what comes, and so on to TIME-WAIT or CLOSED, or until Bob has nothing more to say.\n"
	    "From SYN-SENT nothing is sent; where the connection is closing already, no second FIN (RFC 9293 3.10.4).",
	.effects = EFFECTS_NONE,
	.most = 1,
	.run = run_close,
};
