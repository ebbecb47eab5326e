/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Help, all of it from the tables; and leaving. */
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/term.h"
#include "seg/field.h"
#include "session/memory.h"

#define HELP_ROOM 16384

/* A group a line, so that a small screen has room for all. */
static void
list_groups(struct text *t)
{
	size_t count;
	const struct command *const *commands = command_table(&count);

	for (size_t i = 0; i < count; i++) {
		if (i == 0 || strcmp(commands[i]->group, commands[i - 1]->group) != 0)
			text_add(t, "%s%-12s ", i > 0 ? "\n" : "", commands[i]->group);
		text_add(t, " %s", commands[i]->name);
	}
	text_add(t, "\n`help commands` says what each of them does, `help COMMAND` tells more;\n"
	    "`help fields` lists what can be set in a segment, `help terms` the words of the trade.\n"
	    "At the prompt ? shows what can stand there, and Tab completes.\n");
}

static void
list_commands(struct text *t)
{
	size_t count;
	const struct command *const *commands = command_table(&count);

	for (size_t i = 0; i < count; i++) {
		if (i == 0 || strcmp(commands[i]->group, commands[i - 1]->group) != 0)
			text_add(t, "%s\n", commands[i]->group);
		text_add(t, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
	}
}

static void
list_fields(struct text *t)
{
	size_t count;
	const struct field *fields = field_table(&count);

	for (size_t i = 0; i < count; i++) {
		if (i == 0 || fields[i].layer != fields[i - 1].layer)
			text_add(t, "%s\n", layer_name(fields[i].layer));
		text_add(t, "  %-18s %-10s %s (%s)\n", fields[i].name, fields[i].aliases, fields[i].meaning, fields[i].rfc);
	}
}

/* As many names on a line as there is room for. */
static void
list_terms(struct text *t)
{
	size_t count, column = 0;
	const struct term *terms = term_table(&count);

	for (size_t i = 0; i < count; i++) {
		size_t length = strcspn(terms[i].names, ",");

		if (column > 0 && column + length + 2 > 76) {
			text_add(t, ",\n");
			column = 0;
		}
		text_add(t, "%s%.*s", column > 0 ? ", " : "", (int)length, terms[i].names);
		column += length + 2;
	}
	text_add(t, "\n`help WORD` explains one of them\n");
}

static void
explain(struct text *t, const struct term *term)
{
	text_add(t, "%.*s: %s %s %s (%s)\nFor example: %s\n", (int)strcspn(term->names, ","), term->names, term->text[0],
	    term->text[1], term->text[2], term->rfc, term->example);
}

static int
help_on(struct text *t, const char *word, struct err *err)
{
	struct err no_command;
	const struct command *command = command_find(word, &no_command);
	const struct field *field = field_find(word, NULL);
	const struct term *term = term_find(word);

	if (command != NULL) {
		text_add(t, "%s %s\n%s\n", command->name, command->usage, command->summary);
		if (command->detail != NULL)
			text_add(t, "%s\n", command->detail);
	}
	if (field != NULL)
		text_add(t, "%s.%s (%s): %s, %u bits (%s)\n", layer_name(field->layer), field->name, field->aliases, field->meaning,
		    field->width, field->rfc);
	if (term != NULL)
		explain(t, term);
	if (command == NULL && field == NULL && term == NULL)
		return err_set(err, ERR_INPUT,
		    "no command, field or term is called \"%s\"; `help`, `help fields` and `help terms` list them", QUOTED(word));
	return 0;
}

static int
run_help(struct dojo *dojo, const struct words *words, struct err *err)
{
	char *room = memory_new(HELP_ROOM), name[256];
	struct text n = text_in(name, sizeof(name));
	struct text t = text_in(room, HELP_ROOM);
	int result = 0;

	for (size_t i = 1; i < words->count; i++)
		text_add(&n, "%s%s", i > 1 ? " " : "", words->word[i].text);
	if (words->count == 1)
		list_groups(&t);
	else if (strcmp(name, "commands") == 0)
		list_commands(&t);
	else if (strcmp(name, "fields") == 0)
		list_fields(&t);
	else if (strcmp(name, "terms") == 0)
		list_terms(&t);
	else
		result = help_on(&t, name, err);
	if (result == 0)
		view_note(dojo->view, session_now(dojo->session), "%s", room);
	free(room);
	return result;
}

static int
run_quit(struct dojo *dojo, const struct words *words, struct err *err)
{
	(void)words;
	(void)err;
	dojo->quit = true;
	return 0;
}

const struct command cmd_help = {
	.name = "help",
	.group = "help",
	.usage = "[COMMAND | FIELD | STATE | FLAG | WORD | commands | fields | terms]",
	.summary = "the commands, or more about one, about a header field, or about a word of the trade",
	.effects = EFFECT_LOOKS,
	.most = 4,
	.run = run_help,
};

const struct command cmd_quit = {
	.name = "quit",
	.group = "help",
	.usage = "",
	.summary = "leave; the lab ends with the program",
	.effects = EFFECT_LEAVES_LAB,
	.run = run_quit,
};
