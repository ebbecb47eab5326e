/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/pairs.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "lesson/block.h"
#include "session/memory.h"

static int
unknown_key(struct source *source, unsigned line, const char *key, const char *const *names, size_t count, struct err *err)
{
	const char *near = source_near(key, names, count);
	char list[128];
	struct text t = text_in(list, sizeof(list));

	if (near != NULL)
		return source_error(source, line, err, "there is no key \"%s\"; near it is: %s", QUOTED(key), near);
	for (size_t i = 0; i < count; i++)
		text_add(&t, "%s%s", i > 0 ? ", " : "", names[i]);
	return source_error(source, line, err, "there is no key \"%s\"; known are %s", QUOTED(key), list);
}

/* The pair that the line begins, its first value in it; NULL with *err. */
static struct pair *
begin_pair(struct source *source, size_t at, size_t size, const char *const *names, size_t count, struct pair *pair,
    struct err *err)
{
	const char *text = source->text + at, *colon = memchr(text, ':', size);
	unsigned line = source_line(source, at);
	char *key = source_trimmed(text, colon != NULL ? (size_t)(colon - text) : size);
	size_t i = 0;

	if (colon == NULL) {
		source_error(source, line, err, "here stands a line `key: value`, not \"%s\"", QUOTED(key));
		free(key);
		return NULL;
	}
	while (i < count && strcmp(names[i], key) != 0)
		i++;
	if (i == count)
		unknown_key(source, line, key, names, count, err);
	else if (pair[i].given)
		source_error(source, line, err, "`%s` stands there for the second time", key);
	free(key);
	if (i == count || pair[i].given)
		return NULL;
	pair[i].given = true;
	pair[i].line = line;
	passage_add(&pair[i].value, colon + 1, size - (size_t)(colon + 1 - text), line);
	return &pair[i];
}

int
pairs_read(struct source *source, size_t from, size_t to, size_t indent, const char *const *names, size_t count,
    struct pair *pair, struct err *err)
{
	struct pair *open = NULL;

	for (size_t i = 0; i < count; i++)
		pair[i] = (struct pair){ 0 };
	for (size_t at = from, next; at < to; at = next) {
		size_t blanks = strspn(source->text + at, " ");
		size_t begin = at + (blanks < indent ? blanks : indent);
		bool inner = source->text[begin] == '\t' || strncmp(source->text + begin, "  ", 2) == 0;

		next = source_next(source, at);
		if (source->text[begin + strspn(source->text + begin, " \t")] == '\n')
			continue;
		if (inner && open == NULL)
			return source_error(source, source_line(source, at), err, "an indented line goes on with a `key: value` before it");
		if (inner)
			passage_add(&open->value, source->text + begin, next - begin, source_line(source, at));
		else if ((open = begin_pair(source, begin, next - begin, names, count, pair, err)) == NULL)
			return -1;
	}
	return 0;
}

void
pairs_clear(struct pair *pair, size_t count)
{
	for (size_t i = 0; i < count; i++)
		passages_clear(&pair[i].value);
}

char *
pair_joined(const struct pair *pair)
{
	size_t size = 1;
	char *joined, *end;

	for (size_t i = 0; i < pair->value.count; i++)
		size += strlen(pair->value.passage[i].text) + 1;
	joined = end = memory_new(size);
	for (size_t i = 0; i < pair->value.count; i++) {
		if (i > 0)
			*end++ = ' ';
		end = stpcpy(end, pair->value.passage[i].text);
	}
	return joined;
}

int
words_split(const char *text, char **copy, char ***words, unsigned *count, struct err *err)
{
	size_t room = 0;
	const char *at = text;
	char *out = *copy = memory_new(strlen(text) + 1);

	*words = NULL;
	*count = 0;
	while (*(at += strspn(at, " \t\n")) != '\0') {
		bool quoted = false;

		if (*count == room)
			*words = memory_grow(*words, &room, sizeof(**words));
		(*words)[(*count)++] = out;
		for (; *at != '\0' && (quoted || strchr(" \t\n", *at) == NULL); at++) {
			if (*at == '"')
				quoted = !quoted;
			else
				*out++ = *at;
		}
		if (quoted)
			return err_set(err, ERR_INPUT, "a quote is opened and not closed");
		if (*at != '\0')
			at++;
		*out++ = '\0';
	}
	return 0;
}
