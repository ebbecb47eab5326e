/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Bob's agent does at the learner's word: socket calls, settings, programs. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/quantity.h"
#include "base/when.h"
#include "cmd/command.h"
#include "session/connection.h"
#include "session/events.h"
#include "session/memory.h"
#include "session/pump.h"
#include "session/time.h"

#define SETTING_MAX 1024
#define BLOCK_NS (2 * NS_PER_S)  /* how long accept, read and write are tried before they are said to block */
#define RETRY_NS (2 * NS_PER_MS) /* between two tries; and in which what a call put on the wire arrives */
#define ARRIVE_NS (500 * NS_PER_MS) /* the same where the machine is busy */

static int
ask_once(struct dojo *dojo, const struct agent_request *request, const void *data, const int *fds, struct agent_reply *reply,
    char *answer, struct err *err)
{
	if (lab_agent_ask(dojo->session->lab, request, data, fds, reply, answer, err) != 0)
		return -1;
	answer[reply->size] = '\0';
	return 0;
}

static int
refused(const struct words *words, const struct agent_reply *reply, const char *answer, struct err *err)
{
	return err_set(err, ERR_INPUT, "bob %s: %s", words->word[1].text, reply->size > 0 ? answer : strerror(reply->error));
}

/* Asks; a call that would block is asked again while the session goes on, for a while.  answer has AGENT_DATA_MAX + 1 bytes. */
static int
ask(struct dojo *dojo, const struct words *words, const struct agent_request *request, const void *data,
    struct agent_reply *reply, char *answer, struct err *err)
{
	int64_t until_ns = clock_monotonic_ns() + BLOCK_NS + session_round_trip_ns(dojo->session);

	for (;;) {
		if (ask_once(dojo, request, data, NULL, reply, answer, err) != 0)
			return -1;
		if (reply->done)
			break;
		if (reply->error != EAGAIN || clock_monotonic_ns() > until_ns || session_interrupted(dojo->session))
			return refused(words, reply, answer, err);
		if (session_pass(dojo->session, RETRY_NS, err) != 0)
			return -1;
	}
	return 0;
}

static bool
arrived(void *arg)
{
	const struct session *session = arg;

	return session_knows(session, session->bob_sent) || session_holds(session, PORT_BOB, session->bob_sent);
}

/* What the call made Bob send is on the wire before the next command; on a link without delay, it is at Alice's. */
static int
let_it_arrive(struct dojo *dojo, struct err *err)
{
	struct session *session = dojo->session;

	if (session_wire_settle(session, err) != 0)
		return -1;
	err->code = ERR_NONE;
	if (session_round_trip_ns(session) == 0)
		session_wait(session, arrived, session, clock_monotonic_ns() + ARRIVE_NS, err);
	return err->code != ERR_NONE ? -1 : session_pass(session, RETRY_NS, err);
}

static int
ask_and_tell(struct dojo *dojo, const struct words *words, const struct agent_request *request, const void *data,
    const char *what, struct err *err)
{
	char *answer = memory_new(AGENT_DATA_MAX + 1);
	struct agent_reply reply;
	int result = ask(dojo, words, request, data, &reply, answer, err);

	if (result == 0) {
		if (reply.socket > 0)
			view_note(dojo->view, session_now(dojo->session), "bob %s: socket %d", what, reply.socket);
		else if (what != NULL)
			view_note(dojo->view, session_now(dojo->session), "bob %s", what);
		result = let_it_arrive(dojo, err);
	}
	free(answer);
	return result;
}

/* words[at] as a number up to `most`; the default where the word is missing. */
static int
optional_number(const struct words *words, size_t at, uint32_t most, uint32_t otherwise, uint32_t *number, struct err *err)
{
	uint64_t value = otherwise;

	*number = otherwise;
	if (at < words->count && (!number_parse(words->word[at].text, &value) || value > most))
		return err_set(err, ERR_INPUT, "\"%s\" is no number from 0 to %u", QUOTED(words->word[at].text), most);
	*number = (uint32_t)value;
	return 0;
}

static int
run_listen(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct agent_request request = { .op = AGENT_LISTEN };

	if (words->count > 3 && (words->count != 5 || strcmp(words->word[3].text, "backlog") != 0))
		return err_set(err, ERR_INPUT, "usage: bob listen PORT [backlog N]");
	if (port_parse(words->word[2].text, 1, &request.port, err) != 0 ||
	    optional_number(words, 4, 65535, 128, &request.number, err) != 0)
		return -1;
	return ask_and_tell(dojo, words, &request, NULL, "listens", err);
}

static int
run_accept(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct agent_request request = { .op = AGENT_ACCEPT };

	if (words->count > 2 && port_parse(words->word[2].text, 1, &request.port, err) != 0)
		return -1;
	return ask_and_tell(dojo, words, &request, NULL, "accepted", err);
}

static int
run_connect(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct agent_request request = { .op = AGENT_CONNECT, .family = dojo->session->peer.family };
	size_t at = 3;

	if (port_parse(words->word[2].text, 1, &request.port, err) != 0)
		return -1;
	while (at < words->count) {
		if (strcmp(words->word[at].text, "alice6") == 0) {
			request.family = 6;
			at++;
		} else if (strcmp(words->word[at].text, "from") == 0 && at + 1 < words->count) {
			if (port_parse(words->word[at + 1].text, 1, &request.from, err) != 0)
				return -1;
			at += 2;
		} else {
			return err_set(err, ERR_INPUT, "behind the port stands `from PORT` or `alice6`, not \"%s\"",
			    QUOTED(words->word[at].text));
		}
	}
	if (session_has_family(dojo->session, request.family, err) != 0)
		return -1;
	if (dojo->again != NULL && dojo->again->bob_port != 0) {
		request.from = dojo->again->bob_port;
		request.number = dojo->again->bob_isn;
	}
	return ask_and_tell(dojo, words, &request, NULL, "connects", err);
}

static int
run_read(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct agent_request request = { .op = AGENT_READ };
	uint32_t socket;
	char *answer, *shown;
	struct agent_reply reply;
	struct text t;
	int result;

	if (optional_number(words, 2, INT32_MAX, 0, &socket, err) != 0 ||
	    optional_number(words, 3, AGENT_DATA_MAX, 0, &request.number, err) != 0)
		return -1;
	request.socket = (int32_t)socket;
	answer = memory_new(AGENT_DATA_MAX + 1);
	result = ask(dojo, words, &request, NULL, &reply, answer, err);
	if (result == 0) {
		shown = memory_new(4 * (size_t)reply.size + 64);
		t = text_in(shown, 4 * (size_t)reply.size + 64);
		if (reply.size == 0)
			text_add(&t, "bob read the end: alice has said FIN");
		else
			text_add(&t, "bob read %u bytes: \"", reply.size);
		text_add_escaped(&t, answer, reply.size);
		if (reply.size > 0)
			text_add(&t, "\"");
		view_note(dojo->view, session_now(dojo->session), "%s", shown);
		free(shown);
		result = let_it_arrive(dojo, err);
	}
	free(answer);
	return result;
}

static int
run_write(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct agent_request request = { .op = AGENT_WRITE };
	char *answer;
	struct agent_reply reply;
	uint32_t socket;
	int result;

	if (optional_number(words, 3, INT32_MAX, 0, &socket, err) != 0)
		return -1;
	if (words->word[2].size > AGENT_DATA_MAX)
		return err_set(err, ERR_INPUT, "these are %zu bytes, and bob writes at most %d at once", words->word[2].size,
		    AGENT_DATA_MAX);
	request.socket = (int32_t)socket;
	request.size = (uint32_t)words->word[2].size;
	answer = memory_new(AGENT_DATA_MAX + 1);
	result = ask(dojo, words, &request, words->word[2].text, &reply, answer, err);
	free(answer);
	if (result != 0)
		return -1;
	/* His kernel may take less, when its buffer is full. */
	view_note(dojo->view, session_now(dojo->session), "bob wrote %u of %u bytes", reply.number, request.size);
	return let_it_arrive(dojo, err);
}

static int
run_on_socket(struct dojo *dojo, const struct words *words, enum agent_op op, const char *what, struct err *err)
{
	struct agent_request request = { .op = (uint8_t)op };
	uint32_t socket;

	if (optional_number(words, 2, INT32_MAX, 0, &socket, err) != 0)
		return -1;
	request.socket = (int32_t)socket;
	return ask_and_tell(dojo, words, &request, NULL, what, err);
}

static int
run_shutdown(struct dojo *dojo, const struct words *words, struct err *err)
{
	return run_on_socket(dojo, words, AGENT_SHUTDOWN, "writes no more", err);
}

static int
run_close(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct agent_request request = { .op = AGENT_CLOSE };

	if (words->count < 3 || strcmp(words->word[2].text, "port") != 0) {
		if (words->count > 3)
			return err_set(err, ERR_INPUT, "usage: bob close [SOCKET | port PORT]");
		return run_on_socket(dojo, words, AGENT_CLOSE, "closed", err);
	}
	if (port_parse(words->count > 3 ? words->word[3].text : "", 1, &request.port, err) != 0)
		return -1;
	return ask_and_tell(dojo, words, &request, NULL, "closed", err);
}

static int
set_patience(struct dojo *dojo, bool patient, struct err *err)
{
	journal_time(&dojo->session->journal, patient ? TIME_PATIENT : TIME_ORDINARY);
	return lab_patience(dojo->session->lab, patient, err);
}

static bool
sets_timer(const char *name)
{
	static const char *const parts[] = { "timeout", "retries", "keepalive", "rto", "retrans", "_tw_", "delack" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strstr(name, parts[i]) != NULL)
			return true;
	}
	return false;
}

/* "net.ipv4.tcp_timestamps=0" is his kernel's; a bare word sets him as a whole; the rest is the agent's. */
static int
run_set(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct agent_request request = { .op = AGENT_SET };
	char name[128];
	const char *text = words->word[2].text, *equals = strchr(text, '=');
	size_t length = equals != NULL ? (size_t)(equals - text) : 0;

	if (strcmp(text, "defaults") == 0 || strcmp(text, "patient") == 0)
		return set_patience(dojo, text[0] == 'p', err);
	if (strncmp(text, "net.", 4) == 0 && equals != NULL && length < sizeof(name)) {
		memcpy(name, text + 4, length - 4);
		name[length - 4] = '\0';
		for (char *dot = name; (dot = strchr(dot, '.')) != NULL; )
			*dot = '/';
		if (sets_timer(name))
			journal_time(&dojo->session->journal, TIME_QUICK);
		return lab_sysctl(dojo->session->lab, name, equals + 1, err);
	}
	if (words->word[2].size > SETTING_MAX)
		return err_set(err, ERR_INPUT, "\"%s\" is longer than any setting of Bob's", QUOTED(text));
	request.size = (uint32_t)words->word[2].size;
	return ask_and_tell(dojo, words, &request, text, NULL, err);
}

/* The words from the third on, joined by NUL; -1 with *err when they cannot be. */
static int
join_arguments(const struct words *words, char *argv, uint32_t *size, struct err *err)
{
	size_t used = 0;

	for (size_t i = 2; i < words->count; i++) {
		if (words->word[i].size >= AGENT_DATA_MAX - used)
			return err_set(err, ERR_INPUT, "a program of Bob's takes at most %d bytes of arguments", AGENT_DATA_MAX);
		if (strlen(words->word[i].text) != words->word[i].size)
			return err_set(err, ERR_INPUT, "an argument of a program cannot hold a NUL byte: \"%s\"",
			    QUOTED(words->word[i].text));
		memcpy(argv + used, words->word[i].text, words->word[i].size + 1);
		used += words->word[i].size + 1;
	}
	*size = (uint32_t)used - 1;
	return 0;
}

static int
run_run(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct agent_request request = { .op = AGENT_RUN };
	char *argv = memory_new(AGENT_DATA_MAX), *answer = memory_new(AGENT_DATA_MAX + 1);
	int out = dojo->view->ops == &view_json ? STDERR_FILENO : STDOUT_FILENO, result;
	int fds[3] = { open("/dev/null", O_RDONLY | O_CLOEXEC), out, STDERR_FILENO };
	struct agent_reply reply;

	view_flush(dojo->view);
	result = join_arguments(words, argv, &request.size, err);
	if (result == 0)
		result = ask_once(dojo, &request, argv, fds, &reply, answer, err);
	if (result == 0 && !reply.done)
		result = refused(words, &reply, answer, err);
	if (result == 0)
		view_note(dojo->view, session_now(dojo->session), "bob runs %s (job %d)", QUOTED(words->word[2].text),
		    reply.socket);
	close(fds[0]);
	free(argv);
	free(answer);
	return result;
}

/* What the agent holds, and what Bob's kernel says of each connection. */
static int
run_sockets(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct session *session = dojo->session;
	struct agent_request request = { .op = AGENT_LIST };
	char *answer = memory_new(AGENT_DATA_MAX + 1);
	struct agent_reply reply;
	int result = ask(dojo, words, &request, NULL, &reply, answer, err);

	if (result == 0)
		view_note(dojo->view, session_now(session), "%s", answer);
	free(answer);
	for (size_t i = 0; result == 0 && i < session->connections; i++) {
		struct connection *connection = session->connection[i];
		struct kernel_view view;

		result = session_kernel(session, connection, &view, err);
		if (result == 0)
			view_note(dojo->view, session_now(session), "kernel: connection %u, bob.%u <- alice.%u  %s, %u unread, %u unacknowledged%s",
			    connection->number, connection->shadow.port[END_BOB], connection->shadow.port[END_ALICE],
			    tcp_state_name(connection->kernel_state), view.rqueue, view.wqueue,
			    view.timer == 1 ? ", retransmission timer runs" : view.timer == 3 ? ", TIME-WAIT timer runs" : "");
	}
	return result;
}

static const struct command subcommands[] = {
	{ "listen", "Bob", "PORT [backlog N]", "a listening socket of his", NULL, EFFECTS_NONE, 1, 3, run_listen },
	{ "accept", "Bob", "[PORT]", "take the next connection that waits there", NULL, EFFECTS_NONE, 0, 1, run_accept },
	{ "connect", "Bob", "PORT [from PORT] [alice6]", "knock at Alice's", NULL, EFFECTS_NONE, 1, 4, run_connect },
	{ "read", "Bob", "[SOCKET [BYTES]]", "what has come for his program", NULL, EFFECTS_NONE, 0, 2, run_read },
	{ "write", "Bob", "TEXT [SOCKET]", "his program sends", NULL, EFFECTS_NONE, 1, 2, run_write },
	{ "shutdown", "Bob", "[SOCKET]", "his program will send no more: FIN", NULL, EFFECTS_NONE, 0, 1, run_shutdown },
	{ "close", "Bob", "[SOCKET | port PORT]", "close a socket, or whatever listens there", NULL, EFFECTS_NONE, 0, 2, run_close },
	{ "set", "Bob", "NAME=VALUE | defaults | patient", "pause=150ms and the like; net.ipv4.NAME=VALUE is his kernel's", NULL,
	    EFFECTS_NONE, 1, 1, run_set },
	{ "run", "Bob", "PROGRAM [ARGUMENT]...", "any program, in his network", NULL, EFFECT_SPAWNS | EFFECT_NOT_REPLAYABLE,
	    1, ANY_WORDS, run_run },
	{ "sockets", "Bob", "", "what he holds, and what his kernel says", NULL, EFFECT_LOOKS, 0, 0, run_sockets },
};

static int
run_bob(struct dojo *dojo, const struct words *words, struct err *err)
{
	return subcommand_run(dojo, subcommands, sizeof(subcommands) / sizeof(subcommands[0]), words, err);
}

const struct command cmd_bob = {
	.name = "bob",
	.group = "Bob",
	.usage = "listen|accept|connect|read|write|shutdown|close|set|run|sockets ...",
	.summary = "what Bob's program does",
	.detail = "bob listen PORT [backlog N]; bob accept [PORT]; bob connect PORT [from PORT] [alice6];\n"
		  "bob read [SOCKET [BYTES]]; bob write TEXT [SOCKET]; bob shutdown [SOCKET]; bob close [SOCKET | port PORT];\n"
		  "bob set pause=150ms | defaults | patient | net.ipv4.NAME=VALUE; bob run COMMAND...; bob sockets",
	.effects = EFFECT_SPAWNS | EFFECT_NOT_REPLAYABLE,
	.least = 1,
	.most = ANY_WORDS,
	.run = run_bob,
};

const struct subcommands bob_subcommands = { &cmd_bob, subcommands, sizeof(subcommands) / sizeof(subcommands[0]) };
