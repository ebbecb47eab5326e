/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commands: one row each.  Help, usage errors, completion and the manual's reference come from the rows; lessons, `record`,
 * `undo` and the sandbox read the effects.
 */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "session/session.h"

/* What a command may do besides sending segments in the lab. */
enum effect {
	EFFECTS_NONE = 0,
	EFFECT_READS_FILES = 1 << 0,
	EFFECT_WRITES_FILES = 1 << 1,
	EFFECT_SPAWNS = 1 << 2,
	EFFECT_LEAVES_LAB = 1 << 3,
	EFFECT_NOT_REPLAYABLE = 1 << 4,
	EFFECT_LOOKS = 1 << 5,       /* it changes nothing in the lab and the session ... */
	EFFECT_LOOKS_ALONE = 1 << 6, /* ... when no word stands behind it */
	EFFECT_WAITS = 1 << 7,       /* it waits, and changes nothing but where `expect` looks next */
	EFFECT_GUIDES = 1 << 8,      /* it is about a lesson, no part of what is done in the lab: not in the journal */
};

/* One word of a line; quoted text may hold any byte, NUL too. */
struct word {
	char *text; /* NUL-terminated */
	size_t size;
	bool quoted;
};

struct words {
	struct word *word;
	size_t count, room;
};

struct variable {
	char *name, *value;
};

/* While a command is done again (cmd/replay.h): what was so when it was typed. */
struct again {
	const struct journal_base *base; /* what its raw numbers were counted from */
	uint16_t bob_port; /* from which Bob knocked, and with which ISN; 0: he did not */
	uint32_t bob_isn;
	bool rebased; /* set when such a number was moved */
};

struct play;

/* A program run: the session and what scripts have set. */
struct dojo {
	struct session *session;
	struct view *view;
	struct variable *variable;
	size_t variables, variable_room;
	const char *file;  /* of the script being run; "-c", "standard input"; NULL: lines are typed */
	unsigned line;
	const char *folder; /* where that script stands: $here; NULL: the current one */
	char *const *args; /* $1.. of the script */
	unsigned arg_count;
	unsigned depth;    /* of `run` within `run` */
	unsigned nested;   /* likewise, but 0 in the script that the program was started with */
	struct again *again; /* NULL: what runs is typed, or stands in a script */
	struct play *play; /* the lesson that is gone through; NULL: none */
	bool quit;
};

struct command {
	const char *name;
	const char *group;   /* of interface.md's table */
	const char *usage;   /* behind the name */
	const char *summary; /* one line, lower case */
	const char *detail;  /* more lines, or NULL */
	unsigned effects;
	unsigned least, most; /* words behind the name; run is called with that many only */
	/* words[0] is the command's name (of a subcommand, words[1]).  -1 with *err; an empty text: it was told already. */
	int (*run)(struct dojo *dojo, const struct words *words, struct err *err);
};

#define ANY_WORDS UINT_MAX

/* All rows, by group, in the order of the manual. */
const struct command *const *command_table(size_t *count);

/* Whole words only; where none fits, *err names the near ones. */
const struct command *command_find(const char *name, struct err *err);

/* Runs what words[0] names; a wrong number of words is refused here. */
int command_run(struct dojo *dojo, const struct command *command, const struct words *words, struct err *err);

/* "usage: auto [ack|arp|close on|off]" as an error, for what no row can say. */
int command_usage(const char *name, struct err *err);

/* What these words may do: the effects of the command, or of the subcommand that they name. */
unsigned command_effects(const struct command *command, const struct words *words);

/* Subcommands, as those of `bob`, are rows too: runs what words[1] names. */
int subcommand_run(struct dojo *dojo, const struct command *table, size_t count, const struct words *words, struct err *err);

/* The rows behind a command that has subcommands. */
struct subcommands {
	const struct command *of, *row;
	size_t count;
};
extern const struct subcommands bob_subcommands, lab_subcommands, link_subcommands;

/* Those of this command; NULL: it has none. */
const struct command *subcommand_table(const struct command *command, size_t *count);

/* What words[from..] say, for condition_parse and the like; room for `most`; returns how many. */
unsigned words_texts(const struct words *words, size_t from, char **texts, unsigned most);

extern const struct command cmd_syn, cmd_synack, cmd_ack, cmd_data, cmd_fin, cmd_rst, cmd_tcp;
extern const struct command cmd_state, cmd_ladder, cmd_log, cmd_show, cmd_why, cmd_stream, cmd_journal;
extern const struct command cmd_listen, cmd_conn, cmd_connect, cmd_close;
extern const struct command cmd_lesson, cmd_answer, cmd_hint, cmd_solution, cmd_goal, cmd_redo, cmd_back, cmd_skip;
extern const struct command cmd_wait, cmd_expect;
extern const struct command cmd_bob, cmd_link, cmd_lab, cmd_undo, cmd_auto, cmd_set;
extern const struct command cmd_next;
extern const struct command cmd_save, cmd_run, cmd_let, cmd_help, cmd_quit;

#endif
