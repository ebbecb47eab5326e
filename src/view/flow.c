/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/flow.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/letter.h"
#include "base/quantity.h"
#include "view/ladder.h"

#define LINE_ROOM 2048 /* bytes; longer lines are left to the terminal */
#define HANG_MAX  48

unsigned
terminal_columns(int fd)
{
	const char *said = getenv("COLUMNS");
	struct winsize window;
	uint64_t number;

	if (said != NULL && number_parse(said, &number) && number > 0 && number <= CANVAS_COLUMNS_MAX)
		return (unsigned)number;
	return ioctl(fd, TIOCGWINSZ, &window) == 0 ? window.ws_col : 0;
}

unsigned
text_columns(const char *text)
{
	return letters_columns(text, strlen(text));
}

/* Up to the next blank behind which a line may end: behind a comma, unless no line has room for so much. */
static size_t
piece_size(const struct flow *flow, const char *words)
{
	size_t word = strcspn(words, " "), size = word;

	if (!flow->at_commas)
		return word;
	while (words[size] == ' ' && size > 0 && words[size - 1] != ',')
		size += 1 + strcspn(words + size + 1, " ");
	return flow->hang + letters_columns(words, size) <= flow->columns ? size : word;
}

static void
end_line(struct flow *flow)
{
	fprintf(flow->out, "\n%*s", (int)flow->hang, "");
	flow->column = flow->hang;
}

void
flow_words(struct flow *flow, const char *words)
{
	if (flow->columns == 0) {
		fputs(words, flow->out);
		flow->column += text_columns(words);
		return;
	}
	while (*words != '\0') {
		size_t blanks = strspn(words, " "), size = piece_size(flow, words + blanks);
		unsigned columns = (unsigned)blanks + letters_columns(words + blanks, size);

		if (blanks > 0 && size > 0 && flow->column + columns > flow->columns && flow->column > flow->hang) {
			end_line(flow);
			words += blanks;
			columns -= (unsigned)blanks;
			blanks = 0;
		}
		fwrite(words, 1, blanks + size, flow->out);
		flow->column += columns;
		words += blanks + size;
	}
}

void
flow_to(struct flow *flow, unsigned column)
{
	unsigned blanks = flow->column < column ? column - flow->column : 1;

	fprintf(flow->out, "%*s", (int)blanks, "");
	flow->column += blanks;
}

/* Where a line of a listing goes on: below its last column, which stands behind two blanks. */
static unsigned
hang_of(const char *line)
{
	size_t at = strspn(line, " "), last = at;

	for (; line[at] != '\0'; at++) {
		if (at >= 2 && line[at] != ' ' && line[at - 1] == ' ' && line[at - 2] == ' ' && at <= HANG_MAX &&
		    (at < 3 || line[at - 3] != '.'))
			last = at;
	}
	return (unsigned)(last > 0 && last <= HANG_MAX ? last : strspn(line, " "));
}

void
flow_lines(FILE *out, unsigned columns, const char *text)
{
	char line[LINE_ROOM];

	for (size_t length; text[0] != '\0'; text += length + (text[length] == '\n')) {
		struct flow flow = { .out = out, .columns = columns };

		length = strcspn(text, "\n");
		if (columns == 0 || length >= sizeof(line)) {
			fprintf(out, "%.*s\n", (int)length, text);
			continue;
		}
		memcpy(line, text, length);
		line[length] = '\0';
		flow.hang = hang_of(line);
		flow_words(&flow, line);
		fputc('\n', out);
	}
}
