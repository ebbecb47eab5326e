/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings of Alice's, variables of scripts, the autopilot, the lab. */
#include <string.h>

#include "cmd/command.h"
#include "cmd/craft.h"
#include "cmd/line.h"

static int
run_set(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct session *session = dojo->session;
	size_t count;
	const struct setting *rows = setting_table(&count);

	if (words->count == 3 && strcmp(words->word[1].text, "dst") == 0)
		return craft_host(words->word[2].text, &session->peer, err);
	if (words->count == 3)
		return setting_set(&session->settings, words->word[1].text, words->word[2].text, err);
	if (words->count != 1)
		return command_usage("set", err);
	for (size_t i = 0; i < count; i++) {
		char value[32];
		struct text t = text_in(value, sizeof(value));

		setting_show(&t, &session->settings, &rows[i]);
		view_note(dojo->view, session_now(session), "%-12s %-10s %s", rows[i].name, value, rows[i].summary);
	}
	return 0;
}

static int
run_let(struct dojo *dojo, const struct words *words, struct err *err)
{
	if (!variable_named(words->word[1].text))
		return err_set(err, ERR_INPUT, "\"%s\" is no name: letters, digits and _, at most %d, the first no digit",
		    QUOTED(words->word[1].text), VARIABLE_NAME_MAX);
	if (strlen(words->word[2].text) != words->word[2].size)
		return err_set(err, ERR_INPUT, "a variable cannot hold a NUL byte; give \\0 to the command that sends it");
	variable_set(dojo, words->word[1].text, words->word[2].text);
	return 0;
}

static int
run_auto(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct autopilot *autopilot = &dojo->session->autopilot;
	struct {
		const char *name, *does;
		bool *on;
	} pilots[] = {
		{ "ack", "acknowledges data, never a SYN or a FIN", &autopilot->ack },
		{ "arp", "answers who asks for her address", &autopilot->arp },
		{ "close", "answers FIN with FIN, and acknowledges it", &autopilot->close },
	};
	bool on;

	if (words->count == 1) {
		for (size_t i = 0; i < 3; i++)
			view_note(dojo->view, session_now(dojo->session), "auto %-6s %-4s %s", pilots[i].name, *pilots[i].on ? "on" : "off",
			    pilots[i].does);
		return 0;
	}
	if (words->count != 3)
		return command_usage("auto", err);
	if (strcmp(words->word[2].text, "on") != 0 && strcmp(words->word[2].text, "off") != 0)
		return err_set(err, ERR_INPUT, "the autopilot is on or off, not \"%s\"", QUOTED(words->word[2].text));
	on = strcmp(words->word[2].text, "on") == 0;
	for (size_t i = 0; i < 3; i++) {
		if (strcmp(pilots[i].name, words->word[1].text) != 0)
			continue;
		*pilots[i].on = on;
		/* Without her permanent entry Bob asks, and is answered or not. */
		return pilots[i].on == &autopilot->arp ? lab_neighbour(dojo->session->lab, on, err) : 0;
	}
	return err_set(err, ERR_INPUT, "the autopilot knows ack, arp and close, not \"%s\"", QUOTED(words->word[1].text));
}

static int
run_restart(struct dojo *dojo, const struct words *words, struct err *err)
{
	(void)words;
	if (session_restart(dojo->session, err) != 0)
		return -1;
	view_note(dojo->view, session_now(dojo->session), "a new bob; the log is kept");
	return 0;
}

static int
run_kernel_alice(struct dojo *dojo, const struct words *words, struct err *err)
{
	bool on = strcmp(words->word[2].text, "on") == 0;

	if (!on && strcmp(words->word[2].text, "off") != 0)
		return err_set(err, ERR_INPUT, "kernel-alice is on or off, not \"%s\"", QUOTED(words->word[2].text));
	if (session_kernel_alice(dojo->session, on, err) != 0)
		return -1;
	view_note(dojo->view, session_now(dojo->session), "%s",
	    on ? "alice's own kernel has her addresses now, and knows nothing of what you send.  Type `syn`: bob's SYN,ACK reaches it\n"
		 "too, it finds no socket for it and answers RST within microseconds, long before you can type `ack`.  That race is\n"
		 "lost by everybody who crafts segments on an ordinary machine; `lab kernel-alice off` ends it."
	       : "alice's kernel has no address any more: only you answer");
	return 0;
}

static const struct command subcommands[] = {
	{ "restart", "the lab", "", "begin with a new Bob; the log is kept", NULL, EFFECTS_NONE, 0, 0, run_restart },
	{ "kernel-alice", "the lab", "on|off", "let Alice's own kernel answer too, which resets what you open", NULL, EFFECTS_NONE,
	    1, 1, run_kernel_alice },
};

static int
run_lab(struct dojo *dojo, const struct words *words, struct err *err)
{
	char text[4096];

	if (words->count > 1)
		return subcommand_run(dojo, subcommands, sizeof(subcommands) / sizeof(subcommands[0]), words, err);
	lab_describe(dojo->session->lab, text, sizeof(text));
	view_note(dojo->view, session_now(dojo->session), "seed %llu\n%s", (unsigned long long)dojo->session->seed, text);
	return 0;
}

const struct command cmd_set = {
	.name = "set",
	.group = "settings",
	.usage = "[SETTING VALUE]",
	.summary = "change a setting of Alice's, or list them; `set dst bob6` is where new connections go",
	.effects = EFFECT_LOOKS_ALONE,
	.most = 2,
	.run = run_set,
};

const struct command cmd_let = {
	.name = "let",
	.group = "settings",
	.usage = "NAME VALUE",
	.summary = "give a variable its value, for $NAME in the lines that follow",
	.effects = EFFECTS_NONE,
	.least = 2,
	.most = 2,
	.run = run_let,
};

const struct command cmd_auto = {
	.name = "auto",
	.group = "autopilot",
	.usage = "[ack|arp|close on|off]",
	.summary = "what Alice does by herself: acknowledge data, answer ARP, answer FIN",
	.effects = EFFECT_LOOKS_ALONE,
	.most = 2,
	.run = run_auto,
};

const struct command cmd_lab = {
	.name = "lab",
	.group = "the lab",
	.usage = "[restart | kernel-alice on|off]",
	.summary = "who is where and what this kernel lacks; or begin with a new Bob",
	.detail = "kernel-alice on gives Alice's own kernel her addresses: it answers Bob's SYN,ACK with RST, since it knows of no\n"
		  "connection, and shows why programs that craft segments need a network of their own.",
	.effects = EFFECT_LOOKS_ALONE,
	.most = 2,
	.run = run_lab,
};

const struct subcommands lab_subcommands = { &cmd_lab, subcommands, sizeof(subcommands) / sizeof(subcommands[0]) };
