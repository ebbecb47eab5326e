/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/line.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "session/memory.h"

struct reader {
	struct dojo *dojo;
	const char *text;
	size_t size, at;
	struct words *words;
	struct word word; /* under construction */
	size_t word_room;
	bool in_word;
	struct err *err;
};

void
words_clear(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->word[i].text);
	free(words->word);
	*words = (struct words){ 0 };
}

void
variable_set(struct dojo *dojo, const char *name, const char *value)
{
	struct variable *variable = NULL;

	for (size_t i = 0; i < dojo->variables; i++) {
		if (strcmp(dojo->variable[i].name, name) == 0)
			variable = &dojo->variable[i];
	}
	if (variable == NULL) {
		if (dojo->variables == dojo->variable_room)
			dojo->variable = memory_grow(dojo->variable, &dojo->variable_room, sizeof(dojo->variable[0]));
		variable = &dojo->variable[dojo->variables++];
		variable->name = memory_text(name);
	}
	free(variable->value);
	variable->value = memory_text(value);
}

const char *
variable_get(const struct dojo *dojo, const char *name)
{
	uint64_t number;

	if (number_read(name, strlen(name), &number))
		return number >= 1 && number <= dojo->arg_count ? dojo->args[number - 1] : NULL;
	for (size_t i = 0; i < dojo->variables; i++) {
		if (strcmp(dojo->variable[i].name, name) == 0)
			return dojo->variable[i].value;
	}
	if (strcmp(name, "here") == 0)
		return dojo->folder != NULL ? dojo->folder : ".";
	return NULL;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
put(struct reader *r, char c)
{
	if (r->word.size + 1 >= r->word_room)
		r->word.text = memory_grow(r->word.text, &r->word_room, 1);
	r->word.text[r->word.size++] = c;
	r->word.text[r->word.size] = '\0';
	r->in_word = true;
}

static void
end_word(struct reader *r)
{
	if (!r->in_word)
		return;
	if (r->word.text == NULL)
		r->word.text = memory_text("");
	if (r->words->count == r->words->room)
		r->words->word = memory_grow(r->words->word, &r->words->room, sizeof(r->words->word[0]));
	r->words->word[r->words->count++] = r->word;
	r->word = (struct word){ 0 };
	r->word_room = 0;
	r->in_word = false;
}

static int
read_escape(struct reader *r)
{
	static const char from[] = "abefnrtv0\\\"'$", to[] = "\a\b\033\f\n\r\t\v\0\\\"'$";
	const char *known;
	char c;

	if (r->at >= r->size)
		return err_set(r->err, ERR_INPUT, "the text in quotes ends with a backslash");
	c = r->text[r->at++];
	if (c == 'x') {
		int high = r->at < r->size ? hex_digit(r->text[r->at]) : -1;
		int low = r->at + 1 < r->size ? hex_digit(r->text[r->at + 1]) : -1;

		if (high < 0 || low < 0)
			return err_set(r->err, ERR_INPUT, "after \\x stand two hex digits, like \\x0d");
		put(r, (char)(high << 4 | low));
		r->at += 2;
		return 0;
	}
	known = c != '\0' ? strchr(from, c) : NULL;
	if (known == NULL)
		return err_set(r->err, ERR_INPUT, "\"\\%s\" is no C escape; there are \\n \\r \\t \\0 \\xNN \\\\ and \\\"",
		    QUOTED(((const char[]){ c, '\0' })));
	put(r, to[known - from]);
	return 0;
}

static int
read_quoted(struct reader *r)
{
	r->in_word = r->word.quoted = true;
	for (r->at++; r->at < r->size && r->text[r->at] != '\n'; ) {
		char c = r->text[r->at++];

		if (c == '"')
			return 0;
		if (c != '\\')
			put(r, c);
		else if (read_escape(r) != 0)
			return -1;
	}
	return err_set(r->err, ERR_INPUT, "a quote is opened and never closed on its line; \\n in it is a line end");
}

static bool
names(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool
variable_named(const char *name)
{
	size_t length = 0;

	while (names(name[length]))
		length++;
	return length > 0 && length <= VARIABLE_NAME_MAX && name[length] == '\0' && !is_digit(name[0]);
}

static size_t
name_length(const struct reader *r)
{
	const char *at = r->text + r->at, *end = r->text + r->size;
	bool number = at < end && is_digit(*at);
	size_t length = 0;

	while (at + length < end && (number ? is_digit(at[length]) : names(at[length])))
		length++;
	return length;
}

/* Behind ${NAME: what stands up to the brace, which is nothing or ":-" and a default. */
static int
read_fallback(struct reader *r, const char *name, const char **fallback, size_t *size)
{
	const char *at = r->text + r->at, *line_end = memchr(at, '\n', r->size - r->at);
	const char *end = memchr(at, '}', line_end != NULL ? (size_t)(line_end - at) : r->size - r->at);

	if (end == NULL)
		return err_set(r->err, ERR_INPUT, "${%s has no closing brace on its line", name);
	r->at = (size_t)(end - r->text) + 1;
	if (end == at)
		return 0;
	if (end - at < 2 || at[0] != ':' || at[1] != '-')
		return err_set(r->err, ERR_INPUT, "in ${%s...} stands a name, or a name and its default, as in ${%s:-VALUE}", name, name);
	*fallback = at + 2;
	*size = (size_t)(end - *fallback);
	return 0;
}

/* $NAME, $1, ${NAME}, ${NAME:-default} */
static int
read_variable(struct reader *r)
{
	char name[VARIABLE_NAME_MAX + 1];
	const char *value, *fallback = NULL;
	bool braces = r->at + 1 < r->size && r->text[r->at + 1] == '{';
	size_t length, fallback_size = 0;

	r->at += braces ? 2 : 1;
	length = name_length(r);
	if (length == 0)
		return err_set(r->err, ERR_INPUT, "a $ stands before a name or a number, like $port or $1; \"\\$\" in quotes is a dollar");
	if (length > VARIABLE_NAME_MAX)
		return err_set(r->err, ERR_INPUT, "$%.20s... is no name: it has more than %d letters", r->text + r->at, VARIABLE_NAME_MAX);
	memcpy(name, r->text + r->at, length);
	name[length] = '\0';
	r->at += length;
	if (braces && read_fallback(r, name, &fallback, &fallback_size) != 0)
		return -1;
	value = variable_get(r->dojo, name);
	if (value == NULL && fallback == NULL && is_digit(name[0]))
		return err_set(r->err, ERR_INPUT, "$%s has no value: the script was given %u arguments; ${%s:-VALUE} gives a default",
		    name, r->dojo->arg_count, name);
	if (value == NULL && fallback == NULL)
		return err_set(r->err, ERR_INPUT, "$%s has no value; `let %s VALUE` gives it one, ${%s:-VALUE} a default", name, name, name);
	if (value != NULL)
		fallback_size = strlen(fallback = value);
	/* As in a shell: nothing at all, outside quotes, is no word. */
	for (size_t i = 0; i < fallback_size; i++)
		put(r, fallback[i]);
	return 0;
}

/* After a mistake: behind the end of this command, so that the next one can be read. */
static void
skip_command(struct reader *r)
{
	while (r->at < r->size && r->text[r->at] != '\n')
		r->at++;
	if (r->at < r->size)
		r->at++;
}

static int
read_words(struct reader *r)
{
	while (r->at < r->size) {
		char c = r->text[r->at];
		int failed = 0;

		if (c == '\n' || c == ';') {
			r->at++;
			break;
		}
		if (c == '#' && !r->in_word) {
			skip_command(r);
			break;
		}
		if (c == ' ' || c == '\t' || c == '\r') {
			end_word(r);
			r->at++;
		} else if (c == '"') {
			failed = read_quoted(r);
		} else if (c == '$') {
			failed = read_variable(r);
		} else if (c == '\0') {
			failed = err_set(r->err, ERR_INPUT, "a command cannot hold a NUL byte; inside quotes write \\0");
		} else {
			put(r, c);
			r->at++;
		}
		if (failed != 0)
			return -1;
	}
	end_word(r);
	return 0;
}

int
line_next(struct dojo *dojo, const char *text, size_t size, size_t *at, struct words *words, struct err *err)
{
	struct reader r = { .dojo = dojo, .text = text, .size = size, .at = *at, .words = words, .err = err };
	int result;

	words_clear(words);
	result = read_words(&r);
	if (result != 0) {
		skip_command(&r);
		free(r.word.text);
		words_clear(words);
	}
	*at = r.at;
	return result;
}

static bool
reads_as_it_is(const struct word *word)
{
	return !word->quoted && word->size > 0 && strlen(word->text) == word->size && strpbrk(word->text, " \t\r\n;\"$#") == NULL;
}

char *
words_line(const struct words *words)
{
	size_t room = 1;
	char *line;
	struct text t;

	for (size_t i = 0; i < words->count; i++)
		room += 4 * words->word[i].size + 3;
	line = memory_new(room);
	t = text_in(line, room);
	for (size_t i = 0; i < words->count; i++) {
		const struct word *word = &words->word[i];

		text_add(&t, "%s", i > 0 ? " " : "");
		if (reads_as_it_is(word)) {
			text_add(&t, "%s", word->text);
			continue;
		}
		text_add(&t, "\"");
		for (size_t b = 0; b < word->size; b++) {
			unsigned char c = (unsigned char)word->text[b];

			if (c == '"' || c == '\\' || c == '$')
				text_add(&t, "\\%c", c);
			else if (c < ' ' || c > '~')
				text_add(&t, "\\x%02x", c);
			else
				text_add(&t, "%c", c);
		}
		text_add(&t, "\"");
	}
	return line;
}

void
variables_clear(struct dojo *dojo)
{
	for (size_t i = 0; i < dojo->variables; i++) {
		free(dojo->variable[i].name);
		free(dojo->variable[i].value);
	}
	free(dojo->variable);
	dojo->variable = NULL;
	dojo->variables = dojo->variable_room = 0;
}
