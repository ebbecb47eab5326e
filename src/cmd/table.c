/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/text.h"
#include "cmd/command.h"

#define NEAR_MAX 6

#define WORD_MAX 32

/* How many letters must change, or change places, to make one word the other; words here are short. */
static unsigned
distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	unsigned d[WORD_MAX][WORD_MAX] = { 0 };

	if (la >= WORD_MAX || lb >= WORD_MAX)
		return WORD_MAX;
	for (unsigned i = 0; i <= la; i++)
		d[i][0] = i;
	for (unsigned j = 0; j <= lb; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= la; i++) {
		for (size_t j = 1; j <= lb; j++) {
			unsigned best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			if (d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	}
	return d[la][lb];
}

static bool
near(const char *typed, const char *name)
{
	return strncmp(name, typed, strlen(typed)) == 0 || distance(typed, name) <= (strlen(typed) > 3 ? 2 : 1);
}

static const struct command *const commands[] = {
	&cmd_syn, &cmd_synack, &cmd_ack, &cmd_data, &cmd_fin, &cmd_rst, &cmd_tcp,
	&cmd_state, &cmd_log, &cmd_show, &cmd_stream, &cmd_journal,
	&cmd_listen, &cmd_conn, &cmd_connect, &cmd_close,
	&cmd_wait, &cmd_expect,
	&cmd_bob, &cmd_link, &cmd_lab, &cmd_auto, &cmd_set,
	&cmd_save, &cmd_run, &cmd_let, &cmd_help, &cmd_quit,
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
		if (near(name, commands[i]->name))
			text_add(&t, "%s%s", listed++ > 0 ? ", " : "", commands[i]->name);
	}
	if (listed > 0)
		err_set(err, ERR_INPUT, "there is no command \"%s\"; near it are: %s", name, list);
	else
		err_set(err, ERR_INPUT, "there is no command \"%s\"; `help` lists them", name);
	return NULL;
}

const struct command *
subcommand_find(const struct command *table, size_t count, const char *of, const char *name, struct err *err)
{
	char list[512];
	struct text t = text_in(list, sizeof(list));

	for (size_t i = 0; i < count; i++) {
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
		text_add(&t, "%s%s", i > 0 ? ", " : "", table[i].name);
	}
	err_set(err, ERR_INPUT, "`%s` knows %s; not \"%s\"", of, list, name);
	return NULL;
}

int
command_usage(const char *name, struct err *err)
{
	struct err ignored;
	const struct command *command = command_find(name, &ignored);

	return err_set(err, ERR_INPUT, "usage: %s %s", name, command != NULL ? command->usage : "");
}

unsigned
words_texts(const struct words *words, size_t from, char **texts, unsigned most)
{
	unsigned count = 0;

	for (size_t i = from; i < words->count && count < most; i++)
		texts[count++] = words->word[i].text;
	return count;
}
