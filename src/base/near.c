/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/near.h"

#include <stddef.h>
#include <string.h>

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned
near_distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	unsigned cost[NEAR_LETTERS_MAX][NEAR_LETTERS_MAX];

	if (la >= NEAR_LETTERS_MAX || lb >= NEAR_LETTERS_MAX)
		return NEAR_LETTERS_MAX;
	for (unsigned i = 0; i <= la; i++)
		cost[i][0] = i;
	for (unsigned j = 0; j <= lb; j++)
		cost[0][j] = j;
	for (size_t i = 1; i <= la; i++) {
		for (size_t j = 1; j <= lb; j++) {
			cost[i][j] = least(least(cost[i - 1][j], cost[i][j - 1]) + 1, cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				cost[i][j] = least(cost[i][j], cost[i - 2][j - 2] + 1);
		}
	}
	return cost[la][lb];
}

/* Whatever the locale says. */
static char
lower(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

bool
near_word(const char *typed, const char *name)
{
	size_t length = strlen(typed);
	char a[NEAR_LETTERS_MAX + 1], b[NEAR_LETTERS_MAX + 1];

	if (length == 0 || length > NEAR_LETTERS_MAX || strlen(name) > NEAR_LETTERS_MAX)
		return false;
	for (size_t i = 0; i <= length; i++)
		a[i] = lower(typed[i]);
	for (size_t i = 0; i <= strlen(name); i++)
		b[i] = lower(name[i]);
	return strncmp(b, a, length) == 0 || near_distance(a, b) <= (length > 3 ? 2 : 1);
}
