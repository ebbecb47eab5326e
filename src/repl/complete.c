/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

#include "repl/candidates.h"
#include "session/memory.h"
#include "view/flow.h"

#define LINES_KEPT 6 /* of the screen: what stands above the list, and the line being typed */
#define ESCAPED "\"\\" /* of a name, in quotes */
#define MEANING_LEAST 12 /* columns; less of a meaning tells nothing */

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

static int
widest(const struct candidates *found)
{
	int width = 0;

	for (size_t i = 0; i < found->count; i++) {
		int length = (int)strlen(found->candidate[i].text);

		width = length > width ? length : width;
	}
	return width;
}

/* Whole words of it. */
static int
meaning_length(const char *meaning, int room)
{
	int length = (int)strlen(meaning);

	if (length <= room)
		return length;
	for (length = room; length > 0 && meaning[length] != ' '; length--)
		continue;
	return length;
}

/* Side by side, so that a screen has room for all; a meaning is cut where the next one stands, or left away where it is too short. */
static void
show_columns(const struct candidates *found, int rows, int columns)
{
	size_t room = rows > LINES_KEPT ? (size_t)(rows - LINES_KEPT) : 1, lines, across;
	int names = widest(found), width, most = columns / (names + 2);

	across = (found->count + room - 1) / room;
	across = across > (size_t)most && most > 0 ? (size_t)most : across > 0 ? across : 1;
	lines = (found->count + across - 1) / across;
	width = (columns - 1) / (int)across;
	for (size_t line = 0; line < lines; line++) {
		for (size_t i = line; i < found->count; i += lines) {
			const struct candidate *candidate = &found->candidate[i];
			int left = width - names - 5, length = meaning_length(candidate->meaning, left);
			bool last = i + lines >= found->count;

			fprintf(rl_outstream, "  %-*s", last && left < MEANING_LEAST ? 0 : names, candidate->text);
			if (left >= MEANING_LEAST)
				fprintf(rl_outstream, "  %-*.*s", last ? 0 : left + 1, length, candidate->meaning);
			else if (!last)
				fprintf(rl_outstream, "%*s", width - names - 2 > 0 ? width - names - 2 : 0, "");
		}
		fputc('\n', rl_outstream);
	}
	if (width - names - 5 < MEANING_LEAST && found->command != NULL)
		fputs("`help NAME` explains one of them\n", rl_outstream);
}

static void
show_usage(const struct candidates *found, int columns)
{
	struct flow flow = { .out = rl_outstream, .columns = (unsigned)columns, .hang = 2 };

	if (found->of != NULL) {
		flow_words(&flow, found->of->name);
		flow_words(&flow, " ");
	}
	flow_words(&flow, found->command->name);
	flow_words(&flow, " ");
	flow_words(&flow, found->command->usage);
	fputc('\n', rl_outstream);
}

static void
show(const struct candidates *found)
{
	int rows, columns;

	rl_get_screen_size(&rows, &columns);
	if (found->command != NULL)
		show_usage(found, columns);
	if (found->count > 0)
		show_columns(found, rows, columns);
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

/* As the line's reader takes it apart (cmd/line.h): in quotes, with a backslash before what it would not take as it is. */
static char *
quote_name(char *name, int match, char *quote)
{
	char *quoted = memory_new(2 * strlen(name) + 2), *at = quoted;

	(void)match;
	*quote = *at++ = '"'; /* the closing one is readline's */
	for (; *name != '\0'; name++) {
		if (strchr(ESCAPED, *name) != NULL)
			*at++ = '\\';
		*at++ = *name;
	}
	return quoted;
}

static char *
unquote_name(char *name, int quote)
{
	char *plain = memory_new(strlen(name) + 1), *at = plain;

	for (; *name != '\0'; name++) {
		if (quote != '\0' && *name == '\\' && name[1] != '\0' && strchr(ESCAPED, name[1]) != NULL)
			name++;
		*at++ = *name;
	}
	return plain;
}

static int
is_escaped(char *line, int at)
{
	int before = 0;

	while (at - before > 0 && line[at - before - 1] == '\\')
		before++;
	return before % 2;
}

void
complete_open(const struct session *session)
{
	at_hand = session;
	rl_attempted_completion_function = complete;
	rl_completion_word_break_hook = break_word;
	rl_completer_quote_characters = "\"";
	rl_filename_quote_characters = " \t;#$" ESCAPED;
	rl_filename_quoting_function = quote_name;
	rl_filename_dequoting_function = unquote_name;
	rl_char_is_quoted_p = is_escaped;
	rl_completion_query_items = 0; /* its question would be asked while nobody listens to the lab */
	rl_bind_key_in_map('?', explain, rl_get_keymap_by_name("emacs-standard"));
	rl_bind_key_in_map('?', explain, rl_get_keymap_by_name("vi-insert"));
}
