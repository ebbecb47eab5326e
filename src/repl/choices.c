/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/choices.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lab/agent_setting.h"
#include "lab/server.h"
#include "lesson/find.h"
#include "seg/field.h"
#include "seg/option.h"
#include "session/condition.h"
#include "session/memory.h"

void
choices_add(struct choices *choices, enum candidate_kind kind, const char *name, const char *meaning)
{
	struct candidates *found = choices->found;
	struct candidate *candidate;

	if (strlen(name) >= sizeof(candidate->text))
		return;
	if (kind == CANDIDATE_HINT ? choices->typed_length > 0 : strncmp(name, choices->typed, choices->typed_length) != 0)
		return;
	for (size_t i = 0; i < found->count; i++) {
		if (strcmp(found->candidate[i].text, name) == 0)
			return;
	}
	if (found->count == found->room)
		found->candidate = memory_grow(found->candidate, &found->room, sizeof(found->candidate[0]));
	candidate = &found->candidate[found->count++];
	strcpy(candidate->text, name);
	candidate->meaning = meaning != NULL ? meaning : "";
	candidate->kind = kind;
}

static void
add_begun(struct choices *choices, const char *name, const char *meaning)
{
	char text[64];

	snprintf(text, sizeof(text), "%s=", name);
	choices_add(choices, CANDIDATE_BEGUN, text, meaning);
}

static void
add_flags(struct choices *choices)
{
	static const struct {
		const char *flags, *meaning;
	} usual[] = {
		{ "S", "SYN" }, { "S.", "SYN and ACK" }, { ".", "ACK" }, { "P.", "data: PSH and ACK" }, { "F.", "FIN and ACK" },
		{ "FP.", "data and the end of it" }, { "R", "RST" }, { "R.", "RST and ACK" }, { "none", "no flag at all" },
	};

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		choices_add(choices, CANDIDATE_WORD, usual[i].flags, usual[i].meaning);
	if (choices->value == NULL)
		choices_add(choices, CANDIDATE_WORD, "F.*", "FIN and ACK, and perhaps more");
}

static void
add_hosts(struct choices *choices)
{
	choices_add(choices, CANDIDATE_WORD, "bob", "198.51.100.2");
	choices_add(choices, CANDIDATE_WORD, "bob6", "2001:db8::b");
	choices_add(choices, CANDIDATE_WORD, "alice", "198.51.100.1");
	choices_add(choices, CANDIDATE_WORD, "alice6", "2001:db8::a");
}

static void
add_ports(struct choices *choices)
{
	unsigned count;
	const struct server *servers = server_table(&count);

	for (unsigned i = 0; i < count; i++) {
		char port[8];

		snprintf(port, sizeof(port), "%u", servers[i].port);
		if (servers[i].type == SOCK_STREAM)
			choices_add(choices, CANDIDATE_WORD, port, servers[i].name);
	}
	choices_add(choices, CANDIDATE_HINT, "PORT", "a port");
}

static bool
is(const char *name, const char *text, size_t length)
{
	return text != NULL && strlen(name) == length && strncmp(name, text, length) == 0;
}

/* Behind "flags=" and the like. */
static void
add_field_values(struct choices *choices)
{
	const struct field *field;
	char name[48];

	if (choices->name_length >= sizeof(name))
		return;
	memcpy(name, choices->name, choices->name_length);
	name[choices->name_length] = '\0';
	field = field_find(name, NULL);
	if (strcmp(name, "payload") == 0) {
		choices_add(choices, CANDIDATE_BEGUN, "hex:", "pairs of hex digits");
		choices_add(choices, CANDIDATE_BEGUN, "zero:", "so many bytes of 0");
		choices_add(choices, CANDIDATE_HINT, "\"TEXT\"", "bytes, with the escapes of C");
	} else if (strcmp(name, "options") == 0) {
		choices_add(choices, CANDIDATE_WORD, "none", "no options");
	} else if (strcmp(name, "dport") == 0) {
		add_ports(choices);
	} else if (field != NULL && field->show == SHOW_FLAGS) {
		add_flags(choices);
	} else if (field != NULL && field->show == SHOW_ADDRESS) {
		add_hosts(choices);
	} else if (field != NULL) {
		if (strcmp(field->name, "checksum") == 0)
			choices_add(choices, CANDIDATE_WORD, "bad", "one bit off, whatever is right");
		choices_add(choices, CANDIDATE_HINT, field->show == SHOW_SEQ ? "N, +N or -N" : "N", field->meaning);
	}
}

static bool
is_of_segments(enum layer layer)
{
	return layer == LAYER_TCP || layer == LAYER_IP4 || layer == LAYER_IP6;
}

/* The names, those of TCP first. */
static void
add_fields(struct choices *choices)
{
	size_t count;
	const struct field *fields = field_table(&count);
	const char *name, *form;

	for (size_t i = 0; i < count; i++) {
		if (fields[i].layer == LAYER_TCP)
			add_begun(choices, fields[i].name, fields[i].meaning);
	}
	add_begun(choices, "payload", "the bytes that the segment carries");
	for (unsigned i = 0; choices->of != &cmd_expect && (name = option_name(i, &form)) != NULL; i++) {
		if (form != NULL && strchr(form, '=') == NULL)
			choices_add(choices, CANDIDATE_WORD, name, form);
		else if (form != NULL)
			add_begun(choices, name, form);
	}
	add_begun(choices, "options", "none leaves all options away");
	for (size_t i = 0; i < count; i++) {
		if (is_of_segments(fields[i].layer))
			add_begun(choices, fields[i].name, fields[i].meaning);
	}
}

static void
add_field_words(struct choices *choices)
{
	if (choices->value != NULL)
		add_field_values(choices);
	else
		add_fields(choices);
}

static void
add_field_names(struct choices *choices)
{
	size_t count;
	const struct field *fields = field_table(&count);

	for (size_t i = 0; i < count; i++)
		choices_add(choices, CANDIDATE_WORD, fields[i].name, fields[i].meaning);
}

static void
add_states(struct choices *choices)
{
	for (unsigned state = 0; state < TCP_STATE_COUNT; state++)
		choices_add(choices, CANDIDATE_WORD, tcp_state_name((enum tcp_state)state), "");
}

static void
add_settings(struct choices *choices)
{
	size_t count;
	const struct setting *rows = setting_table(&count);

	choices_add(choices, CANDIDATE_WORD, "dst", "the host that new connections go to");
	for (size_t i = 0; i < count; i++)
		choices_add(choices, CANDIDATE_WORD, rows[i].name, rows[i].summary);
}

/* Of the setting that the word before names. */
static void
add_setting_values(struct choices *choices)
{
	size_t count;
	const struct setting *rows = setting_table(&count);

	if (is("dst", choices->before, choices->before_length))
		add_hosts(choices);
	for (size_t i = 0; i < count; i++) {
		if (!is(rows[i].name, choices->before, choices->before_length))
			continue;
		if (!rows[i].boolean) {
			choices_add(choices, CANDIDATE_HINT, "N", rows[i].summary);
			return;
		}
		choices_add(choices, CANDIDATE_WORD, "on", rows[i].summary);
		choices_add(choices, CANDIDATE_WORD, "off", "");
		return;
	}
	choices_add(choices, CANDIDATE_HINT, "VALUE", "");
}

static void
add_bob_settings(struct choices *choices)
{
	const char *example;

	for (unsigned i = 0; choices->value == NULL && (example = agent_setting_example(i)) != NULL; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(example, "="), example);
		add_begun(choices, name, example);
	}
	if (choices->value == NULL)
		choices_add(choices, CANDIDATE_BEGUN, "net.ipv4.", "a setting of his kernel's, like net.ipv4.tcp_timestamps=0");
}

static void
add_numbers(struct choices *choices)
{
	for (size_t i = 0; choices->of == &cmd_conn && choices->session != NULL && i < choices->session->connections; i++) {
		char number[24];

		snprintf(number, sizeof(number), "%zu", i + 1);
		choices_add(choices, CANDIDATE_WORD, number, "");
	}
	choices_add(choices, CANDIDATE_HINT, "N", "a number");
}

static void
add_operators(struct choices *choices)
{
	for (unsigned op = OPERATOR_EQ; op <= OPERATOR_GE; op++)
		choices_add(choices, CANDIDATE_WORD, operator_text((enum operator)op), "");
}

static void
add_counters(struct choices *choices)
{
	const struct session *session = choices->session;

	for (unsigned i = 0; session != NULL && i < session->counters.count; i++) {
		const char *name = lab_counter_name(session->lab, i);

		choices_add(choices, CANDIDATE_WORD, strncmp(name, "TcpExt", 6) == 0 ? name + 6 : name, "");
	}
	choices_add(choices, CANDIDATE_HINT, "COUNTER", "a counter of Bob's kernel, like TCPChallengeACK");
}

static void
add_files(struct choices *choices)
{
	choices->found->files = true;
	choices_add(choices, CANDIDATE_HINT, "FILE", "the name of a file");
}

static void
add_lessons(struct choices *choices)
{
	struct lesson_names names;

	lesson_names(&names);
	for (size_t i = 0; i < names.count; i++) {
		char *name = lesson_name(names.path[i]);

		choices_add(choices, CANDIDATE_WORD, name, "a lesson");
		free(name);
	}
	lesson_names_clear(&names);
	choices_add(choices, CANDIDATE_HINT, "LESSON", "the name of a lesson, or its file");
}

static const struct {
	const char *word;
	void (*add)(struct choices *choices);
	const char *hint; /* where there is nothing to list */
} meanings[] = {
	{ "FIELD=VALUE", add_field_words, NULL },
	{ "NAME=VALUE", add_bob_settings, NULL },
	{ "FLAGS", add_flags, NULL },
	{ "STATE", add_states, NULL },
	{ "PORT", add_ports, NULL },
	{ "FILE", add_files, NULL },
	{ "FILE.pcap", add_files, NULL },
	{ "FIELD", add_field_names, NULL },
	{ "SETTING", add_settings, NULL },
	{ "VALUE", add_setting_values, NULL },
	{ "N", add_numbers, NULL },
	{ "OP", add_operators, NULL },
	{ "COUNTER", add_counters, NULL },
	{ "LESSON", add_lessons, NULL },
	{ "T", NULL, "a time, like 500us, 20ms or 2s" },
	{ "R", NULL, "a rate, like 10mbit" },
	{ "S", NULL, "an exit status" },
	{ "BYTES", NULL, "a number of bytes" },
	{ "TEXT", NULL, "bytes; in double quotes with the escapes of C" },
	{ "SOCKET", NULL, "a socket of Bob's, by its number" },
	{ "PROGRAM", NULL, "a program to be run in Bob's network" },
	{ "ARGUMENT", NULL, "an argument" },
	{ "NAME", NULL, "a name" },
};

void
choices_of(struct choices *choices, const char *word, size_t length)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (!is(meanings[i].word, word, length))
			continue;
		if (meanings[i].add != NULL)
			meanings[i].add(choices);
		else
			choices_add(choices, CANDIDATE_HINT, meanings[i].word, meanings[i].hint);
	}
}
