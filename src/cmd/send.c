/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The segments that Alice sends by hand: one row each, all through one crafting. */
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/craft.h"
#include "session/connection.h"
#include "session/segment.h"

static int
no_connection(const char *command, struct err *err)
{
	return err_set(err, ERR_INPUT, "there is no connection that `%s` could belong to; `syn` opens one, `listen PORT` waits for one",
	    command);
}

/* Sends flags with the fields that words[from..] say, on the selected connection. */
static int
send_flags(struct dojo *dojo, uint16_t flags, const struct words *words, size_t from, struct err *err)
{
	struct connection *connection = session_selected(dojo->session);
	struct craft craft;
	int result;

	if (connection == NULL)
		return no_connection(words->word[0].text, err);
	result = craft_segment(dojo, &craft, connection, flags, words, from, err);
	if (result == 0)
		result = craft_send(dojo, &craft, err);
	craft_clear(&craft);
	return result;
}

/* From CLOSED or TIME-WAIT, or from another port, a SYN opens a new connection (RFC 9293 3.10.1). */
static bool
opens_new(const struct connection *connection, uint16_t sport)
{
	if (connection == NULL)
		return true;
	switch ((enum tcp_state)connection->shadow.end[END_ALICE].state) {
	case TCP_STATE_CLOSED:
	case TCP_STATE_TIME_WAIT:
		return true;
	case TCP_STATE_LISTEN:
	case TCP_STATE_SYN_SENT:
	case TCP_STATE_SYN_RECEIVED:
	case TCP_STATE_ESTABLISHED:
	case TCP_STATE_FIN_WAIT_1:
	case TCP_STATE_FIN_WAIT_2:
	case TCP_STATE_CLOSE_WAIT:
	case TCP_STATE_CLOSING:
	case TCP_STATE_LAST_ACK:
	case TCP_STATE_COUNT:
		break;
	}
	return sport != 0 && connection->shadow.port[END_ALICE] != sport;
}

/* The connection that a segment with SYN, or a free one, belongs to: a new one where there is none that could take it. */
static struct connection *
connection_for(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct connection *connection = session_selected(dojo->session);
	uint16_t sport, dport;
	struct address dst;

	if (craft_destination(dojo, words, 1, &dst, &sport, &dport, err) != 0)
		return NULL;
	if (opens_new(connection, sport))
		connection = session_connect(dojo->session, &dst, sport, dport, err);
	return connection;
}

/* Sends on the connection for it; a new one of which nothing could be sent is none. */
static int
open_with(struct dojo *dojo, uint16_t flags, const struct words *words, struct err *err)
{
	struct session *session = dojo->session;
	uint16_t selected = session->selected;
	size_t connections = session->connections;
	struct rng rng = session->rng;
	int result;

	if (connection_for(dojo, words, err) == NULL)
		return -1;
	result = send_flags(dojo, flags, words, 1, err);
	if (result != 0 && err->code == ERR_INPUT && session->connections > connections) {
		session_take_back(session, selected);
		session->rng = rng;
	}
	return result;
}

static int
run_syn(struct dojo *dojo, const struct words *words, struct err *err)
{
	return open_with(dojo, TCP_SYN, words, err);
}

static int
run_synack(struct dojo *dojo, const struct words *words, struct err *err)
{
	return send_flags(dojo, TCP_SYN | TCP_ACK, words, 1, err);
}

static int
run_ack(struct dojo *dojo, const struct words *words, struct err *err)
{
	return send_flags(dojo, TCP_ACK, words, 1, err);
}

static int
run_fin(struct dojo *dojo, const struct words *words, struct err *err)
{
	return send_flags(dojo, TCP_FIN | TCP_ACK, words, 1, err);
}

static int
run_rst(struct dojo *dojo, const struct words *words, struct err *err)
{
	const struct connection *connection = session_selected(dojo->session);
	uint16_t owed = connection != NULL ? connection->shadow.end[END_ALICE].owed[0].flags : 0;

	/* One that refuses a segment without ACK bears an ACK of its own (RFC 9293 3.5.2). */
	return send_flags(dojo, owed & TCP_RST ? owed : TCP_RST, words, 1, err);
}

/* Anything at all goes on the connection that is selected, in whatever state; without one, on a new one. */
static int
run_tcp(struct dojo *dojo, const struct words *words, struct err *err)
{
	if (session_selected(dojo->session) == NULL)
		return open_with(dojo, 0, words, err);
	return send_flags(dojo, 0, words, 1, err);
}

/* One segment of data; larger ones than Bob asked for are sent all the same, with a word about it. */
static int
send_piece(struct dojo *dojo, struct connection *connection, const struct words *fields, const uint8_t *data, size_t size,
    struct err *err)
{
	uint16_t mss = connection->shadow.end[END_ALICE].mss;
	struct craft craft;
	int result = craft_segment(dojo, &craft, connection, TCP_PSH | TCP_ACK, fields, 2, err);

	if (result == 0) {
		craft.seg.payload = data;
		craft.seg.payload_size = size;
		result = craft_send(dojo, &craft, err);
		if (result == 0 && mss != 0 && size > mss)
			view_note(dojo->view, session_now(dojo->session), "defect: %zu bytes are more than bob's MSS of %u (RFC 9293 3.7.1)",
			    size, mss);
	}
	craft_clear(&craft);
	return result;
}

/* `data ... split` cuts into pieces of Bob's MSS, less what the options on each take. */
static int
run_data(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct connection *connection = session_selected(dojo->session);
	bool split = words->count > 2 && strcmp(words->word[words->count - 1].text, "split") == 0;
	struct words fields = { .word = words->word, .count = words->count - split };
	size_t size, piece, at = 0;
	uint8_t *data;
	int result = 0;

	if (connection == NULL)
		return no_connection("data", err);
	if (payload_read(words->word[1].text, words->word[1].size, words->word[1].quoted, &data, &size, err) != 0)
		return -1;
	piece = split ? session_piece_bytes(connection) : size;
	do {
		size_t now = size - at < piece ? size - at : piece;

		result = send_piece(dojo, connection, &fields, data + at, now, err);
		at += now;
	} while (result == 0 && at < size);
	free(data);
	return result;
}

#define FIELDS "[FIELD=VALUE]..."

const struct command cmd_syn = {
	.name = "syn",
	.group = "segments",
	.usage = FIELDS,
	.summary = "knock: send a SYN, as OPEN does",
	.detail = "From CLOSED or TIME-WAIT it opens a new connection from a new port.  dst=bob6 dport=80 say where to.\n"
	    "Options by name: mss=1460 wscale=7 sackok ts=VAL:ECR nop eol opt=KIND:HEX; options=none leaves all away.",
	.effects = EFFECTS_NONE,
	.most = ANY_WORDS,
	.run = run_syn,
};

const struct command cmd_synack = {
	.name = "synack",
	.group = "segments",
	.usage = FIELDS,
	.summary = "answer a SYN with SYN and ACK",
	.effects = EFFECTS_NONE,
	.most = ANY_WORDS,
	.run = run_synack,
};

const struct command cmd_ack = {
	.name = "ack",
	.group = "segments",
	.usage = FIELDS,
	.summary = "acknowledge what has come",
	.effects = EFFECTS_NONE,
	.most = ANY_WORDS,
	.run = run_ack,
};

const struct command cmd_data = {
	.name = "data",
	.group = "segments",
	.usage = "TEXT|hex:HEX|zero:N [FIELD=VALUE]... [split]",
	.summary = "send bytes, as SEND does: one segment, or with split as many as Bob's MSS makes of them",
	.effects = EFFECTS_NONE,
	.least = 1,
	.most = ANY_WORDS,
	.run = run_data,
};

const struct command cmd_fin = {
	.name = "fin",
	.group = "segments",
	.usage = FIELDS,
	.summary = "say that no more will be sent, as CLOSE does",
	.effects = EFFECTS_NONE,
	.most = ANY_WORDS,
	.run = run_fin,
};

const struct command cmd_rst = {
	.name = "rst",
	.group = "segments",
	.usage = FIELDS,
	.summary = "reset, as ABORT does",
	.effects = EFFECTS_NONE,
	.most = ANY_WORDS,
	.run = run_rst,
};

const struct command cmd_tcp = {
	.name = "tcp",
	.group = "segments",
	.usage = "FIELD=VALUE...",
	.summary = "send any TCP segment: flags=S. seq=0 ack=+1 win=100 sum=bad payload=\"...\"",
	.effects = EFFECTS_NONE,
	.least = 1,
	.most = ANY_WORDS,
	.run = run_tcp,
};
