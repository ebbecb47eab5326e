/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/usage.h"

#include <string.h>

#define NESTED_MAX 8

struct reader {
	struct usage *usage;
	const char *at;
	unsigned depth;
	bool failed;
};

/* A piece of the grammar: whether it may be left out, and the words that it can begin and end with. */
struct part {
	bool empty, perhaps;
	uint64_t first, last;
};

static struct part read_ways(struct reader *r);

static void
link_words(struct usage *usage, uint64_t from, uint64_t to)
{
	for (unsigned i = 0; i < usage->count; i++) {
		if (from >> i & 1)
			usage->follow[i] |= to;
	}
}

static bool
is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
take_dots(struct reader *r)
{
	if (strncmp(r->at, "...", 3) != 0)
		return false;
	r->at += 3;
	return true;
}

static struct part
read_word(struct reader *r)
{
	struct usage *usage = r->usage;
	size_t length = strcspn(r->at, " []()|"), fixed = 0;
	uint64_t bit;

	if (length > 3 && strncmp(r->at + length - 3, "...", 3) == 0)
		length -= 3;
	if (length == 0 || usage->count == USAGE_WORDS) {
		r->failed = true;
		return (struct part){ 0 };
	}
	while (fixed < length && !is_capital(r->at[fixed]) && (fixed == 0 || r->at[fixed - 1] != '='))
		fixed++;
	if (r->at[0] == '.')
		fixed = 0;
	usage->word[usage->count].text = r->at;
	usage->word[usage->count].length = length;
	usage->word[usage->count].fixed = fixed;
	bit = UINT64_C(1) << usage->count++;
	r->at += length;
	return (struct part){ .first = bit, .last = bit };
}

static struct part
read_enclosed(struct reader *r, char end)
{
	struct part part = { 0 };

	r->at++;
	if (++r->depth > NESTED_MAX)
		r->failed = true;
	else
		part = read_ways(r);
	r->depth--;
	if (*r->at != end)
		r->failed = true;
	else
		r->at++;
	part.perhaps = end == ']';
	part.empty = part.empty || part.perhaps;
	return part;
}

static struct part
read_item(struct reader *r)
{
	struct part part = { 0 };

	if (*r->at == '[' || *r->at == '(') {
		part = read_enclosed(r, *r->at == '[' ? ']' : ')');
	} else {
		part = read_word(r);
		while (!r->failed && *r->at == '|') {
			struct part other;

			r->at++;
			other = read_word(r);
			part.first |= other.first;
			part.last |= other.last;
		}
	}
	if (take_dots(r))
		link_words(r->usage, part.last, part.first);
	return part;
}

static struct part
read_sequence(struct reader *r)
{
	struct part all = { .empty = true };
	uint64_t perhaps = 0; /* what the perhapses before this item begin with */

	for (;;) {
		struct part item;

		r->at += strspn(r->at, " ");
		if (r->failed || *r->at == '\0' || strchr("|])", *r->at) != NULL)
			return all;
		item = read_item(r);
		link_words(r->usage, all.last, item.first);
		if (item.perhaps)
			link_words(r->usage, item.last, perhaps);
		perhaps = item.perhaps ? perhaps | item.first : 0;
		all.first |= all.empty ? item.first : 0;
		all.last = item.empty ? all.last | item.last : item.last;
		all.empty = all.empty && item.empty;
	}
}

static struct part
read_ways(struct reader *r)
{
	struct part all = read_sequence(r);

	while (!r->failed && *r->at == '|') {
		struct part way;

		r->at++;
		way = read_sequence(r);
		all.first |= way.first;
		all.last |= way.last;
		all.empty = all.empty || way.empty;
	}
	return all;
}

bool
usage_read(struct usage *usage, const char *text)
{
	struct reader r = { .usage = usage, .at = text };

	*usage = (struct usage){ 0 };
	usage->first = read_ways(&r).first;
	return !r.failed && *r.at == '\0';
}

uint64_t
usage_match(const struct usage *usage, uint64_t standing, const char *typed, size_t length)
{
	uint64_t fixed = 0, free = 0;

	for (unsigned i = 0; i < usage->count; i++) {
		size_t same = usage->word[i].fixed;
		bool whole = same == usage->word[i].length;

		if ((standing >> i & 1) == 0 || (whole ? length != same : length < same) ||
		    strncmp(usage->word[i].text, typed, same) != 0)
			continue;
		*(same > 0 ? &fixed : &free) |= UINT64_C(1) << i;
	}
	return fixed != 0 ? fixed : free;
}

uint64_t
usage_follow(const struct usage *usage, uint64_t matched)
{
	uint64_t next = 0;

	for (unsigned i = 0; i < usage->count; i++) {
		if (matched >> i & 1)
			next |= usage->follow[i];
	}
	return next;
}
