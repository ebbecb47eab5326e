/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Help, all of it from the tables; and leaving. */
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "seg/field.h"
#include "session/memory.h"

#define HELP_ROOM 16384

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
	text_add(t, "`help COMMAND` tells more; `help fields` lists what can be set in a segment\n");
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

static int
help_on(struct text *t, const char *word, struct err *err)
{
	struct err no_command;
	const struct command *command = command_find(word, &no_command);
	const struct field *field = field_find(word, NULL);

	if (command != NULL) {
		text_add(t, "%s %s\n%s\n", command->name, command->usage, command->summary);
		if (command->detail != NULL)
			text_add(t, "%s\n", command->detail);
	}
	if (field != NULL)
		text_add(t, "%s.%s (%s): %s, %u bits (%s)\n", layer_name(field->layer), field->name, field->aliases, field->meaning,
		    field->width, field->rfc);
	if (command == NULL && field == NULL)
		return err_set(err, ERR_INPUT, "neither a command nor a field is called \"%s\"; `help` and `help fields` list them",
		    QUOTED(word));
	return 0;
}

static int
run_help(struct dojo *dojo, const struct words *words, struct err *err)
{
	char *room = memory_new(HELP_ROOM);
	struct text t = text_in(room, HELP_ROOM);
	int result = 0;

	if (words->count == 1)
		list_commands(&t);
	else if (strcmp(words->word[1].text, "fields") == 0)
		list_fields(&t);
	else
		result = help_on(&t, words->word[1].text, err);
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
	.usage = "[COMMAND | FIELD | fields]",
	.summary = "the commands, or more about one, or about a header field",
	.effects = EFFECTS_NONE,
	.most = 1,
	.run = run_help,
};

const struct command cmd_quit = {
	.name = "quit",
	.group = "help",
	.usage = "",
	.summary = "leave; the lab ends with the program",
	.effects = EFFECTS_NONE,
	.run = run_quit,
};
