/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/text.h"
#include "cmd/command.h"
#include "cmd/near.h"

#define NEAR_MAX 6

static const struct command *const commands[] = {
	&cmd_syn, &cmd_synack, &cmd_ack, &cmd_data, &cmd_fin, &cmd_rst, &cmd_tcp,
	&cmd_state, &cmd_ladder, &cmd_log, &cmd_show, &cmd_why, &cmd_stream, &cmd_journal,
	&cmd_listen, &cmd_conn,
	&cmd_connect, &cmd_close, &cmd_auto, &cmd_next,
	&cmd_wait, &cmd_expect,
	&cmd_bob, &cmd_link, &cmd_lab,
	&cmd_set, &cmd_let,
	&cmd_save, &cmd_run, &cmd_help, &cmd_quit,
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

const struct command *const *
command_table(size_t *count)
{
	*count = COMMANDS;
	return commands;
}

const struct command *
command_find(const char *name, struct err *err)
{
	char list[256];
	struct text t = text_in(list, sizeof(list));
	unsigned listed = 0;

	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	for (size_t i = 0; i < COMMANDS && listed < NEAR_MAX; i++) {
		if (is_near(name, commands[i]->name))
			text_add(&t, "%s%s", listed++ > 0 ? ", " : "", commands[i]->name);
	}
	if (listed > 0)
		err_set(err, ERR_INPUT, "there is no command \"%s\"; near it are: %s", QUOTED(name), list);
	else
		err_set(err, ERR_INPUT, "there is no command \"%s\"; `help` lists them", QUOTED(name));
	return NULL;
}

/* `of` is "bob " for its subcommands, else "". */
static int
run_row(struct dojo *dojo, const struct command *row, const char *of, const struct words *words, size_t behind, struct err *err)
{
	size_t count = words->count - behind;
	const char *blank = row->usage[0] != '\0' ? " " : "";

	if (count < row->least)
		return err_set(err, ERR_INPUT, "a word is missing; usage: %s%s%s%s", of, row->name, blank, row->usage);
	if (count > row->most)
		return err_set(err, ERR_INPUT, "\"%s\" is one word too many; usage: %s%s%s%s",
		    QUOTED(words->word[behind + row->most].text), of, row->name, blank, row->usage);
	return row->run(dojo, words, err);
}

int
command_run(struct dojo *dojo, const struct command *command, const struct words *words, struct err *err)
{
	return run_row(dojo, command, "", words, 1, err);
}

int
command_usage(const char *name, struct err *err)
{
	struct err ignored;
	const struct command *command = command_find(name, &ignored);

	return err_set(err, ERR_INPUT, "usage: %s %s", name, command != NULL ? command->usage : "");
}

int
subcommand_run(struct dojo *dojo, const struct command *table, size_t count, const struct words *words, struct err *err)
{
	const char *of = words->word[0].text, *name = words->word[1].text;
	char list[512], prefix[32];
	struct text t = text_in(list, sizeof(list)), p = text_in(prefix, sizeof(prefix));

	text_add(&p, "%s ", of);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(table[i].name, name) == 0)
			return run_row(dojo, &table[i], prefix, words, 2, err);
		text_add(&t, "%s%s", i > 0 ? ", " : "", table[i].name);
	}
	return err_set(err, ERR_INPUT, "`%s` knows %s; not \"%s\"", of, list, QUOTED(name));
}

const struct command *
subcommand_table(const struct command *command, size_t *count)
{
	static const struct subcommands *const all[] = { &bob_subcommands, &link_subcommands };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i]->of != command)
			continue;
		*count = all[i]->count;
		return all[i]->row;
	}
	*count = 0;
	return NULL;
}

unsigned
words_texts(const struct words *words, size_t from, char **texts, unsigned most)
{
	unsigned count = 0;

	for (size_t i = from; i < words->count && count < most; i++)
		texts[count++] = words->word[i].text;
	return count;
}
