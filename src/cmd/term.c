/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/term.h"

#include <stdbool.h>
#include <string.h>

static const struct term terms[] = {
#define TERM(names, first, second, third, rfc, example) { names, { first, second, third }, rfc, example },
#include "cmd/term.list"
#undef TERM
};

const struct term *
term_table(size_t *count)
{
	*count = sizeof(terms) / sizeof(terms[0]);
	return terms;
}

/* Small, and one kind of blank. */
static char
plain(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '_' || c == ' ' ? '-' : c;
}

static bool
is_name(const char *spelling, size_t length, const char *name)
{
	if (strlen(name) != length)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (plain(spelling[i]) != plain(name[i]))
			return false;
	}
	return true;
}

const struct term *
term_find(const char *name)
{
	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
		for (const char *at = terms[i].names; *at != '\0';) {
			size_t length = strcspn(at, ",");

			if (is_name(at, length, name))
				return &terms[i];
			at += length;
			at += strspn(at, ", ");
		}
	}
	return NULL;
}
