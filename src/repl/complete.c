/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

#include "repl/candidates.h"
#include "session/memory.h"

#define MEANINGS_MAX 18 /* so many lines leave room on a screen of 24; more are shown as columns of names */

/* Readline's functions take no argument of ours. */
static const struct session *at_hand;
static struct candidates offered;

/* Readline asks again and again, from state 0, and frees what it gets; NULL ends. */
static char *
next_offered(const char *text, int state)
{
	static size_t next;

	(void)text;
	if (state == 0)
		next = 0;
	while (next < offered.count) {
		const struct candidate *candidate = &offered.candidate[next++];

		if (candidate->kind != CANDIDATE_HINT)
			return memory_text(candidate->text);
	}
	return NULL;
}

/* Where the word begins is ours to say: behind an '=', too. */
static char *
break_word(void)
{
	static char at_blanks[] = " \t\n;\"", also_at_equals[] = " \t\n;\"=";
	struct candidates found;
	bool behind_equals;

	candidates_find(&found, rl_line_buffer, (size_t)rl_point, at_hand);
	behind_equals = found.from > 0 && rl_line_buffer[found.from - 1] == '=';
	candidates_clear(&found);
	return behind_equals ? also_at_equals : at_blanks;
}

static char **
complete(const char *text, int start, int end)
{
	char **matches;

	(void)start;
	candidates_find(&offered, rl_line_buffer, (size_t)end, at_hand);
	rl_attempted_completion_over = !offered.files;
	matches = rl_completion_matches(text, next_offered);
	/* Behind "dst=" comes more. */
	if (matches != NULL && matches[1] == NULL && matches[0][0] != '\0' && strchr("=:.", matches[0][strlen(matches[0]) - 1]) != NULL)
		rl_completion_suppress_append = offered.count == 1 && offered.candidate[0].kind == CANDIDATE_BEGUN;
	candidates_clear(&offered);
	return matches;
}

static void
show_columns(const struct candidates *found, int columns)
{
	size_t width = 2, per_line;

	for (size_t i = 0; i < found->count; i++) {
		size_t length = strlen(found->candidate[i].text) + 2;

		width = length > width ? length : width;
	}
	per_line = columns > 2 ? (size_t)(columns - 2) / width : 1;
	for (size_t i = 0; i < found->count; i++) {
		bool last = i + 1 == found->count || (per_line > 0 ? (i + 1) % per_line == 0 : true);

		fprintf(rl_outstream, "%s%-*s%s", per_line == 0 || i % per_line == 0 ? "  " : "", last ? 0 : (int)width,
		    found->candidate[i].text, last ? "\n" : "");
	}
}

/* One a line, cut where the screen ends. */
static void
show_meanings(const struct candidates *found, int columns)
{
	int width = 0;

	for (size_t i = 0; i < found->count; i++) {
		int length = (int)strlen(found->candidate[i].text);

		width = length > width ? length : width;
	}
	for (size_t i = 0; i < found->count; i++) {
		int room = columns - width - 5;

		fprintf(rl_outstream, "  %-*s  %.*s\n", width, found->candidate[i].text, room > 0 ? room : 0,
		    found->candidate[i].meaning);
	}
}

static void
show(const struct candidates *found)
{
	const struct command *command = found->command;
	int rows, columns;

	rl_get_screen_size(&rows, &columns);
	if (command != NULL)
		fprintf(rl_outstream, "%s%s%s %s\n", found->of != NULL ? found->of->name : "", found->of != NULL ? " " : "", command->name,
		    command->usage);
	if (found->count > MEANINGS_MAX)
		show_columns(found, columns);
	else if (found->count > 0)
		show_meanings(found, columns);
	else
		fprintf(rl_outstream, "  nothing more can stand here\n");
}

/* '?' in quotes is text; elsewhere it shows what can stand there, and the line stays. */
static int
explain(int count, int key)
{
	struct candidates found;

	candidates_find(&found, rl_line_buffer, (size_t)rl_point, at_hand);
	if (found.text) {
		candidates_clear(&found);
		return rl_insert(count, key);
	}
	rl_crlf();
	show(&found);
	fflush(rl_outstream);
	candidates_clear(&found);
	rl_on_new_line();
	rl_forced_update_display();
	return 0;
}

void
complete_open(const struct session *session)
{
	at_hand = session;
	rl_attempted_completion_function = complete;
	rl_completion_word_break_hook = break_word;
	rl_completer_quote_characters = "\"";
	rl_filename_quote_characters = " \t;#";
	rl_completion_query_items = 0; /* its question would be asked while nobody listens to the lab */
	rl_bind_key_in_map('?', explain, rl_get_keymap_by_name("emacs-standard"));
	rl_bind_key_in_map('?', explain, rl_get_keymap_by_name("vi-insert"));
}
