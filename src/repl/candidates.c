/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/candidates.h"

#include <stdlib.h>
#include <string.h>

#include "repl/choices.h"
#include "repl/usage.h"
#include "session/condition.h"
#include "session/memory.h"

#define WORDS_MAX 64

/* The words of the command that is typed before the position, and the one at it. */
struct typed {
	const char *word[WORDS_MAX];
	size_t length[WORDS_MAX];
	unsigned count; /* the last one is at the position, and may be empty */
	bool text;
};

/* Behind a quote that opens at `at`: where it is closed; `end` when it is not, and *open. */
static const char *
skip_quoted(const char *at, const char *end, bool *open)
{
	for (at++; at < end; at++) {
		if (*at == '"')
			return at + 1;
		if (*at == '\\')
			at++;
	}
	*open = true;
	return end;
}

static const char *
skip_word(const char *at, const char *end, bool *open)
{
	while (at < end && strchr(" \t;", *at) == NULL)
		at = *at == '"' ? skip_quoted(at, end, open) : at + 1;
	return at;
}

/* Reads on to the next command, or to the end. */
static const char *
read_command(const char *at, const char *end, struct typed *typed)
{
	*typed = (struct typed){ 0 };
	for (;;) {
		const char *word;

		while (at < end && (*at == ' ' || *at == '\t'))
			at++;
		if (at < end && *at == '#') {
			typed->text = true;
			at = end;
		}
		word = at;
		at = skip_word(at, end, &typed->text);
		if (typed->count < WORDS_MAX) {
			typed->word[typed->count] = word;
			typed->length[typed->count++] = (size_t)(at - word);
		}
		if (at == end || *at == ';')
			return at;
	}
}

static bool
is_word(const char *name, const char *typed, size_t length)
{
	return strlen(name) == length && strncmp(name, typed, length) == 0;
}

/* The row that the word names, in full or so that it can be no other; NULL. */
static const struct command *
row_meant(const struct command *const *rows, const struct command *table, size_t count, const char *word, size_t length)
{
	const struct command *meant = NULL;
	unsigned fitting = 0;

	for (size_t i = 0; i < count && length > 0; i++) {
		const struct command *row = rows != NULL ? rows[i] : &table[i];

		if (is_word(row->name, word, length))
			return row;
		if (strncmp(row->name, word, length) == 0) {
			meant = row;
			fitting++;
		}
	}
	return fitting == 1 ? meant : NULL;
}

static const struct command *
command_meant(const char *word, size_t length)
{
	size_t count;
	const struct command *const *rows = command_table(&count);

	return row_meant(rows, NULL, count, word, length);
}

static void
add_commands(struct choices *choices)
{
	size_t count;
	const struct command *const *rows = command_table(&count);

	for (size_t i = 0; i < count; i++)
		choices_add(choices, CANDIDATE_WORD, rows[i]->name, rows[i]->summary);
}

/* A word of the usage that is to be typed as it stands; a subcommand's meaning is in its row. */
static void
add_fixed(struct choices *choices, const struct command *of, const char *text, size_t length, size_t fixed)
{
	size_t count;
	const struct command *rows = subcommand_table(of, &count);
	const char *meaning = "";
	char name[48];

	if (fixed >= sizeof(name) || choices->value != NULL)
		return;
	memcpy(name, text, fixed);
	name[fixed] = '\0';
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].name, name) == 0)
			meaning = rows[i].summary;
	}
	choices_add(choices, fixed == length ? CANDIDATE_WORD : CANDIDATE_BEGUN, name, meaning);
}

static void
add_word(struct choices *choices, const struct usage *usage, unsigned at, const struct command *of)
{
	const char *text = usage->word[at].text;
	size_t length = usage->word[at].length, fixed = usage->word[at].fixed;

	if (is_word("COMMAND", text, length))
		add_commands(choices);
	else if (fixed == 0)
		choices_of(choices, text, length);
	else
		add_fixed(choices, of, text, length, fixed);
	/* Behind the '=' of "dst=bob6" stands what stands there in a field. */
	if (fixed > 0 && choices->value != NULL && text[fixed - 1] == '=')
		choices_of(choices, "FIELD=VALUE", strlen("FIELD=VALUE"));
}

/* What can stand at the last word, by this usage for the words from `from` on. */
static void
add_by_usage(struct choices *choices, const char *text, const struct typed *typed, unsigned from, const struct command *of)
{
	struct usage usage;
	uint64_t standing;

	if (!usage_read(&usage, text))
		return;
	standing = usage.first;
	for (unsigned i = from; ; i++) {
		bool last = i + 1 == typed->count;

		for (unsigned w = 0; w < usage.count; w++) {
			if ((standing >> w & 1) == 0)
				continue;
			if (is_word("CONDITION", usage.word[w].text, usage.word[w].length))
				add_by_usage(choices, condition_usage, typed, i, of);
			else if (last)
				add_word(choices, &usage, w, of);
		}
		if (last)
			return;
		standing = usage_follow(&usage, usage_match(&usage, standing, typed->word[i], typed->length[i]));
	}
}

static void
add_all(struct candidates *found, struct choices *choices, const struct typed *typed)
{
	const struct command *rows, *sub = NULL;
	size_t count;

	if (typed->count == 1) {
		add_commands(choices);
		return;
	}
	found->command = command_meant(typed->word[0], typed->length[0]);
	if (found->command == NULL)
		return;
	choices->before = typed->word[typed->count - 2];
	choices->before_length = typed->length[typed->count - 2];
	choices->of = found->command;
	rows = subcommand_table(found->command, &count);
	if (rows != NULL && typed->count > 2)
		sub = row_meant(NULL, rows, count, typed->word[1], typed->length[1]);
	if (sub != NULL) {
		found->of = found->command;
		found->command = sub;
		add_by_usage(choices, sub->usage, typed, 2, sub);
		return;
	}
	add_by_usage(choices, found->command == &cmd_expect ? condition_usage : found->command->usage, typed, 1, found->command);
}

void
candidates_find(struct candidates *found, const char *line, size_t position, const struct session *session)
{
	const char *at = line, *end = line + position, *word, *equals;
	struct choices choices = { .found = found, .session = session };
	struct typed typed;
	size_t length;

	*found = (struct candidates){ 0 };
	while ((at = read_command(at, end, &typed)) < end)
		at++;
	word = typed.word[typed.count - 1];
	length = typed.length[typed.count - 1];
	found->text = typed.text;
	if (length > 0 && *word == '"') {
		word++;
		length--;
	}
	equals = memchr(word, '=', length);
	if (equals != NULL && typed.count > 1) {
		choices.name = word;
		choices.name_length = (size_t)(equals - word);
		choices.value = equals + 1;
		length -= choices.name_length + 1;
		word = choices.value;
	}
	choices.typed = word;
	choices.typed_length = length;
	found->from = (size_t)(word - line);
	if (word + length == end)
		add_all(found, &choices, &typed);
	if (found->text)
		found->count = 0;
}

void
candidates_clear(struct candidates *found)
{
	free(found->candidate);
	*found = (struct candidates){ 0 };
}

/* The one candidate for the word of [from, to) of the line; 0: there is none, or it is in full; 1: *full; -1: several. */
static int
find_full(const char *line, size_t from, size_t to, char *full, size_t full_size, struct err *err)
{
	struct candidates found;
	char list[512];
	struct text t = text_in(list, sizeof(list));
	unsigned words = 0;
	bool in_full = false;

	candidates_find(&found, line, to, NULL);
	for (size_t i = 0; i < found.count; i++) {
		const struct candidate *candidate = &found.candidate[i];

		if (candidate->kind == CANDIDATE_HINT)
			continue;
		in_full = in_full || is_word(candidate->text, line + from, to - from);
		text_add(&t, "%s%s", words++ > 0 ? ", " : "", candidate->text);
		snprintf(full, full_size, "%s", candidate->text);
	}
	candidates_clear(&found);
	if (in_full || words == 0)
		return 0;
	if (words == 1)
		return 1;
	err_set(err, ERR_INPUT, "\"%.*s\" can be %s", (int)(to - from), line + from, list);
	return -1;
}

/* Copies the words that may be shortened, in full, and what stands between them; *done: the line up to there is copied. */
static int
copy_in_full(struct text *t, const char *line, const struct typed *typed, const char **done, struct err *err)
{
	const struct command *command = command_meant(typed->word[0], typed->length[0]);
	size_t rows;
	unsigned words = command != NULL && subcommand_table(command, &rows) != NULL ? 2 : 1;

	for (unsigned i = 0; i < words && i < typed->count; i++) {
		size_t from = (size_t)(typed->word[i] - line), to = from + typed->length[i];
		char full[64];
		int found = to > from ? find_full(line, from, to, full, sizeof(full), err) : 0;

		if (found < 0)
			return -1;
		if (found == 0)
			continue;
		text_add(t, "%.*s%s", (int)(line + from - *done), *done, full);
		*done = line + to;
	}
	return 0;
}

char *
commands_in_full(const char *line, struct err *err)
{
	const char *at = line, *end = line + strlen(line), *done = line;
	/* A letter and its ';' become a longest name at most. */
	size_t room = 32 * strlen(line) + 128;
	char *copy = memory_new(room);
	struct text t = text_in(copy, room);

	while (at < end) {
		struct typed typed;

		at = read_command(at, end, &typed);
		if (copy_in_full(&t, line, &typed, &done, err) != 0) {
			free(copy);
			return NULL;
		}
		at += at < end;
	}
	text_add(&t, "%s", done);
	return copy;
}
