/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The manual's reference of commands, in mdoc, as the rows of src/cmd/ have it. */
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"

/* Text as an argument of a macro: in quotes, with what roff would read escaped. */
static void
put_argument(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			fputs("\\(dq", stdout);
		else if (*text == '\\')
			fputs("\\e", stdout);
		else
			putchar(*text);
	}
	putchar('"');
}

#define COLUMNS 78

/* One word, with what roff would read escaped. */
static void
put_word(const char *word, size_t length, bool begins_line)
{
	if (begins_line && (word[0] == '.' || word[0] == '\''))
		fputs("\\&", stdout);
	for (size_t i = 0; i < length; i++) {
		if (word[i] == '\\')
			fputs("\\e", stdout);
		else
			putchar(word[i]);
	}
}

/* Filled lines, a new one for each sentence, as mdoc wants them. */
static void
put_text(const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t length = strcspn(text, " \n");
		bool sentence = length > 1 && text[length - 1] == '.' && (text[length] == ' ' || text[length] == '\n');

		if (column > 0 && column + 1 + length > COLUMNS) {
			putchar('\n');
			column = 0;
		}
		if (column > 0)
			putchar(' ');
		put_word(text, length, column == 0);
		column += length + 1;
		if (sentence) {
			putchar('\n');
			column = 0;
		}
		text += length;
		text += strspn(text, " \n");
	}
	if (column > 0)
		putchar('\n');
}

static void
put_group(const char *name)
{
	printf(".Ss ");
	put_argument(name);
	printf("\n.Bl -tag -width Ds\n");
}

int
main(void)
{
	size_t count;
	const struct command *const *commands = command_table(&count);

	for (size_t i = 0; i < count; i++) {
		if (i == 0 || strcmp(commands[i]->group, commands[i - 1]->group) != 0) {
			if (i > 0)
				puts(".El");
			put_group(commands[i]->group);
		}
		printf(".It Ic %s", commands[i]->name);
		if (commands[i]->usage[0] != '\0') {
			printf(" Ar ");
			put_argument(commands[i]->usage);
		}
		putchar('\n');
		put_text(commands[i]->summary);
		if (commands[i]->detail != NULL) {
			puts(".Pp");
			put_text(commands[i]->detail);
		}
	}
	puts(".El");
	return 0;
}
