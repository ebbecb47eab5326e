/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wire between Alice and Bob, in tc-netem's words. */
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/when.h"
#include "cmd/command.h"

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

static bool
never(void *arg)
{
	(void)arg;
	return false;
}

static int
settle(struct dojo *dojo, struct err *err)
{
	session_wait(dojo->session, never, NULL, clock_monotonic_ns() + 5 * NS_PER_MS, err);
	session_show_deferred(dojo->session);
	return err->code != ERR_NONE ? -1 : 0;
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
	return on ? 0 : settle(dojo, err);
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
		return err_set(err, ERR_INPUT, "there is no held frame %s; `link` lists the %zu that wait", which, session->helds);
	request.port = session->held[number - 1].port;
	for (size_t i = 0; i < number - 1; i++)
		request.index += session->held[i].port == request.port;
	if (ask(dojo, &request, &reply, err) != 0)
		return -1;
	if (!reply.done)
		return err_set(err, ERR_INPUT, "frame %s is not held any more", which);
	return settle(dojo, err);
}

/* "rate 10mbit delay 20ms limit 100kb" with reverse or both. */
static int
set(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct link_settings forward = dojo->session->link[PORT_ALICE], backward = dojo->session->link[PORT_BOB], wanted = { 0 };
	bool reverse = false, both = false, rate = false, delay = false, limit = false;

	for (size_t i = 1; i < words->count; i++) {
		const char *name = words->word[i].text;
		const char *value = i + 1 < words->count ? words->word[i + 1].text : NULL;
		uint64_t bytes;

		if (strcmp(name, "reverse") == 0) {
			reverse = true;
			continue;
		}
		if (strcmp(name, "both") == 0) {
			both = true;
			continue;
		}
		if (strcmp(name, "rate") != 0 && strcmp(name, "delay") != 0 && strcmp(name, "limit") != 0)
			return err_set(err, ERR_INPUT, "`link` knows rate R, delay T, limit BYTES, reverse, both, hold, release [N] and drop N; not \"%s\"", name);
		if (value == NULL)
			return err_set(err, ERR_INPUT, "%s needs a value, like rate 10mbit, delay 20ms or limit 100kb", name);
		i++;
		if (name[0] == 'r') {
			rate = true;
			if (rate_parse(value, &wanted.rate_bps, err) != 0)
				return -1;
		} else if (name[0] == 'd') {
			delay = true;
			if (duration_parse(value, &wanted.delay_ns, err) != 0)
				return -1;
		} else {
			limit = true;
			if (size_parse(value, &bytes, err) != 0)
				return -1;
			if (bytes > UINT32_MAX)
				return err_set(err, ERR_INPUT, "a limit is at most %u bytes", UINT32_MAX);
			wanted.limit_bytes = (uint32_t)bytes;
		}
	}
	/* Delay holds for each direction; rate and limit from Alice to Bob unless said otherwise (interface.md). */
	if (delay && !reverse)
		forward.delay_ns = wanted.delay_ns;
	if (delay)
		backward.delay_ns = wanted.delay_ns;
	if (rate && (!reverse || both))
		forward.rate_bps = wanted.rate_bps;
	if (rate && (reverse || both))
		backward.rate_bps = wanted.rate_bps;
	if (limit && (!reverse || both))
		forward.limit_bytes = wanted.limit_bytes;
	if (limit && (reverse || both))
		backward.limit_bytes = wanted.limit_bytes;
	if (change(dojo, PORT_ALICE, &forward, err) != 0)
		return -1;
	return change(dojo, PORT_BOB, &backward, err);
}

static int
run_link(struct dojo *dojo, const struct words *words, struct err *err)
{
	const char *what = words->count > 1 ? words->word[1].text : "";
	const char *which = words->count > 2 ? words->word[2].text : NULL;

	if (words->count == 1)
		return show(dojo);
	if (strcmp(what, "hold") == 0 && which == NULL)
		return hold(dojo, true, err);
	if (strcmp(what, "release") == 0)
		return which == NULL ? hold(dojo, false, err) : one_held(dojo, WIRE_RELEASE, which, err);
	if (strcmp(what, "drop") == 0 && which != NULL)
		return one_held(dojo, WIRE_DROP, which, err);
	return set(dojo, words, err);
}

const struct command cmd_link = {
	.name = "link",
	.group = "the wire",
	.usage = "[rate R] [delay T] [limit BYTES] [reverse|both] | hold | release [N] | drop N",
	.summary = "the wire between Alice and Bob: set it, show it, freeze it",
	.detail = "delay is one way and holds for each direction; rate and limit act from Alice to Bob unless reverse or both\n"
		  "is said.  hold freezes the wire; release N and drop N take the held frames one by one, release lets all go.",
	.effects = EFFECTS_NONE,
	.run = run_link,
};
