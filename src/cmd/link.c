/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wire between Alice and Bob, in tc-netem's words. */
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/when.h"
#include "cmd/command.h"
#include "session/events.h"
#include "session/pump.h"

#define SETTLE_NS (5 * NS_PER_MS) /* in which released frames, and what answers them, arrive */

static int
ask(struct dojo *dojo, const struct wire_request *request, struct wire_reply *reply, struct err *err)
{
	if (session_wire_ask(dojo->session, request, reply, err) != 0)
		return -1;
	dojo->session->link[request->port] = reply->settings;
	return 0;
}

static int
change(struct dojo *dojo, enum wire_port port, const struct link_settings *settings, struct err *err)
{
	struct wire_request request = { .op = WIRE_SET, .port = port, .settings = *settings };
	struct wire_reply reply;

	if (ask(dojo, &request, &reply, err) != 0)
		return -1;
	if (!reply.done)
		return err_set(err, ERR_INPUT, "the wire refused these settings");
	return 0;
}

static void
show_direction(struct dojo *dojo, enum wire_port port)
{
	const struct link_settings *settings = &dojo->session->link[port];
	const struct wire_shared *shared = lab_wire(dojo->session->lab);
	char line[512];
	struct text t = text_in(line, sizeof(line));

	text_add(&t, "%s: rate ", port == PORT_ALICE ? "alice -> bob" : "bob -> alice");
	rate_text(&t, settings->rate_bps);
	text_add(&t, " delay ");
	duration_text(&t, settings->delay_ns);
	if (settings->limit_bytes != 0) {
		text_add(&t, " limit ");
		size_text(&t, settings->limit_bytes);
	}
	text_add(&t, "%s; queue %u packets, %u bytes; %llu in, %llu handed over, %llu dropped, %llu lost by the capture",
	    settings->hold ? " hold" : "", atomic_load(&shared->port[port].queue_packets),
	    atomic_load(&shared->port[port].queue_bytes), (unsigned long long)atomic_load(&shared->port[port].in),
	    (unsigned long long)atomic_load(&shared->port[port].handed),
	    (unsigned long long)atomic_load(&shared->port[port].dropped),
	    (unsigned long long)atomic_load(&shared->port[port].lost));
	view_note(dojo->view, session_now(dojo->session), "%s", line);
}

static int
show(struct dojo *dojo)
{
	const struct session *session = dojo->session;

	show_direction(dojo, PORT_ALICE);
	show_direction(dojo, PORT_BOB);
	for (size_t i = 0; i < session->helds; i++)
		view_note(dojo->view, session_now(session), "held %zu: %s", i + 1, session->held[i].line);
	return 0;
}

static int
hold(struct dojo *dojo, bool on, struct err *err)
{
	for (enum wire_port port = PORT_ALICE; port <= PORT_BOB; port++) {
		struct link_settings settings = dojo->session->link[port];

		settings.hold = on;
		if (change(dojo, port, &settings, err) != 0)
			return -1;
	}
	return on ? 0 : session_pass(dojo->session, SETTLE_NS, err);
}

/* One held frame, by its number in the listing of `link`, goes on or is dropped. */
static int
one_held(struct dojo *dojo, enum wire_op op, const char *which, struct err *err)
{
	struct session *session = dojo->session;
	struct wire_request request = { .op = op };
	struct wire_reply reply;
	uint64_t number;

	if (!number_parse(which, &number) || number < 1 || number > session->helds)
		return err_set(err, ERR_INPUT, "there is no held frame \"%s\"; `link` lists the %zu that wait", QUOTED(which),
		    session->helds);
	request.port = session->held[number - 1].port;
	for (size_t i = 0; i < number - 1; i++)
		request.index += session->held[i].port == request.port;
	if (ask(dojo, &request, &reply, err) != 0)
		return -1;
	if (!reply.done)
		return err_set(err, ERR_INPUT, "frame %s is not held any more", QUOTED(which));
	return session_pass(dojo->session, SETTLE_NS, err);
}

/* What was asked to be different. */
struct wish {
	struct link_settings wanted;
	bool rate, delay, limit;
	bool reverse, both;
};

static int
read_rate(struct wish *wish, const char *value, struct err *err)
{
	wish->rate = true;
	return rate_parse(value, &wish->wanted.rate_bps, err);
}

static int
read_delay(struct wish *wish, const char *value, struct err *err)
{
	wish->delay = true;
	return duration_parse(value, &wish->wanted.delay_ns, err);
}

static int
read_limit(struct wish *wish, const char *value, struct err *err)
{
	uint64_t bytes;

	wish->limit = true;
	if (size_parse(value, &bytes, err) != 0)
		return -1;
	if (bytes > UINT32_MAX)
		return err_set(err, ERR_INPUT, "a limit is at most %ub, not \"%s\"", UINT32_MAX, QUOTED(value));
	wish->wanted.limit_bytes = (uint32_t)bytes;
	return 0;
}

static const struct {
	const char *name, *example;
	int (*read)(struct wish *wish, const char *value, struct err *err);
} settings[] = {
	{ "rate", "10mbit", read_rate },
	{ "delay", "20ms", read_delay },
	{ "limit", "100kb", read_limit },
};

/* Reads one setting or direction at words[at]; returns how many words that were, -1 with *err. */
static int
read_wish(struct wish *wish, const struct words *words, size_t at, struct err *err)
{
	const char *name = words->word[at].text;

	if (strcmp(name, "reverse") == 0 || strcmp(name, "both") == 0) {
		*(name[0] == 'r' ? &wish->reverse : &wish->both) = true;
		return 1;
	}
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		if (strcmp(name, settings[i].name) != 0)
			continue;
		if (at + 1 == words->count)
			return err_set(err, ERR_INPUT, "%s needs a value, like %s %s", name, name, settings[i].example);
		return settings[i].read(wish, words->word[at + 1].text, err) == 0 ? 2 : -1;
	}
	return err_set(err, ERR_INPUT,
	    "`link` knows rate R, delay T, limit BYTES, reverse, both, hold, release [N] and drop N; not \"%s\"", QUOTED(name));
}

/* Delay holds for each direction unless reverse is said; rate and limit from Alice to Bob (interface.md). */
static void
apply(const struct wish *wish, enum wire_port port, struct link_settings *link)
{
	bool meant = port == PORT_ALICE ? !wish->reverse || wish->both : wish->reverse || wish->both;

	if (wish->delay && (meant || port == PORT_BOB))
		link->delay_ns = wish->wanted.delay_ns;
	if (wish->rate && meant)
		link->rate_bps = wish->wanted.rate_bps;
	if (wish->limit && meant)
		link->limit_bytes = wish->wanted.limit_bytes;
}

/* "rate 10mbit delay 20ms limit 100kb" with reverse or both. */
static int
set(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct wish wish = { 0 };

	for (size_t at = 1; at < words->count; ) {
		int read = read_wish(&wish, words, at, err);

		if (read < 0)
			return -1;
		at += (size_t)read;
	}
	if (!wish.rate && !wish.delay && !wish.limit)
		return err_set(err, ERR_INPUT, "say what to set: rate R, delay T or limit BYTES, like link rate 10mbit both");
	for (enum wire_port port = PORT_ALICE; port <= PORT_BOB; port++) {
		struct link_settings link = dojo->session->link[port];

		apply(&wish, port, &link);
		if (change(dojo, port, &link, err) != 0)
			return -1;
	}
	return 0;
}

static int
run_hold(struct dojo *dojo, const struct words *words, struct err *err)
{
	(void)words;
	return hold(dojo, true, err);
}

static int
run_release(struct dojo *dojo, const struct words *words, struct err *err)
{
	return words->count == 2 ? hold(dojo, false, err) : one_held(dojo, WIRE_RELEASE, words->word[2].text, err);
}

static int
run_drop(struct dojo *dojo, const struct words *words, struct err *err)
{
	return one_held(dojo, WIRE_DROP, words->word[2].text, err);
}

static const struct command by_hand[] = {
	{ "hold", "the wire", "", "freeze it", NULL, EFFECTS_NONE, 0, 0, run_hold },
	{ "release", "the wire", "[N]", "let one held frame go on, or all", NULL, EFFECTS_NONE, 0, 1, run_release },
	{ "drop", "the wire", "N", "lose a held frame", NULL, EFFECTS_NONE, 1, 1, run_drop },
};

#define BY_HAND (sizeof(by_hand) / sizeof(by_hand[0]))

static int
run_link(struct dojo *dojo, const struct words *words, struct err *err)
{
	if (words->count == 1)
		return show(dojo);
	for (size_t i = 0; i < BY_HAND; i++) {
		if (strcmp(words->word[1].text, by_hand[i].name) == 0)
			return subcommand_run(dojo, by_hand, BY_HAND, words, err);
	}
	return set(dojo, words, err);
}

const struct command cmd_link = {
	.name = "link",
	.group = "the wire",
	.usage = "[rate R] [delay T] [limit BYTES] [reverse|both] | hold | release [N] | drop N",
	.summary = "the wire between Alice and Bob: set it, show it, freeze it",
	.detail = "delay is one way and holds for each direction; rate and limit act from Alice to Bob unless reverse or both\n"
		  "is said.  hold freezes the wire; release N and drop N take the held frames one by one, release lets all go.",
	.effects = EFFECT_LOOKS_ALONE,
	.most = ANY_WORDS,
	.run = run_link,
};

const struct subcommands link_subcommands = { &cmd_link, by_hand, BY_HAND };
