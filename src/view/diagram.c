/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The drawing below is in ASCII; the Unicode form is made of it, each corner from the lines that meet there.  '!' is the head
 * of an arrow that points down.  Under a state's name its box has an empty line, which takes those who are there.
 */
#include "view/ladder.h"

#include <string.h>

#include "view/ink.h"

static const char *const drawing[] = {
	"                               +--------------+",
	"                               |    CLOSED    |<----------------------+",
	"                               |              |---------+             |",
	"                               +--------------+         |             |",
	"                   passive OPEN  |          ^           | active OPEN | CLOSE",
	"                                 !          | CLOSE     | snd SYN     |",
	"                               +--------------+         |             |",
	"                   +-----------|    LISTEN    |------+  |             |",
	"           rcv SYN |   +------>|              | SEND |  |             |",
	"       snd SYN,ACK |   |       +--------------+ snd  |  |             |",
	"                   |   | rcv RST (1)            SYN  |  |             |",
	"                   !   |                             !  !             |",
	"               +--------------+                   +--------------+    |",
	"               | SYN-RECEIVED |<------------------|   SYN-SENT   |----+",
	"               |              | rcv SYN           |              |",
	"               +--------------+ snd SYN,ACK       +--------------+",
	"                 |          |                            | rcv SYN,ACK",
	"                 |          | rcv ACK of SYN             | snd ACK",
	"                 |          |  +--------------+          |",
	"           CLOSE |          +->| ESTABLISHED  |<---------+",
	"         snd FIN |             |              |",
	"                 |             +--------------+",
	"                 |                |        |",
	"                 |          CLOSE |        | rcv FIN",
	"                 !        snd FIN |        | snd ACK",
	"               +--------------+   |        |      +--------------+",
	"               |  FIN-WAIT-1  |<--+        +----->|  CLOSE-WAIT  |",
	"               |              |----------+        |              |",
	"               +--------------+          |        +--------------+",
	"                 |                       | rcv FIN       |",
	"  rcv ACK of FIN |                       | snd ACK       | CLOSE",
	"                 !                       !               ! snd FIN",
	"               +--------------+  +--------------+ +--------------+",
	"               |  FIN-WAIT-2  |  |   CLOSING    | |   LAST-ACK   |",
	"               |              |  |              | |              |",
	"               +--------------+  +--------------+ +--------------+",
	"                 |                  |                    |",
	"         rcv FIN |                  | rcv ACK of FIN     | rcv ACK of FIN",
	"         snd ACK !                  !                    !",
	"               +--------------------------+       +--------------+",
	"               |        TIME-WAIT         |------>|    CLOSED    |",
	"               |                          | 2 MSL |              |",
	"               +--------------------------+       +--------------+",
	"",
	"(1) where the OPEN was passive.  In FIN-WAIT-1, a FIN that also acknowledges",
	"ours leads to TIME-WAIT at once.  ABORT, and the peer's RST, lead to CLOSED.",
};

#define LINES (sizeof(drawing) / sizeof(drawing[0]))

static char
at(size_t line, size_t column)
{
	return line < LINES && column < strlen(drawing[line]) ? drawing[line][column] : ' ';
}

/* Hyphens of names are none. */
static bool
is_across(size_t line, size_t column)
{
	return strchr("-+<>", at(line, column)) != NULL && (strchr("-+<>|", at(line, column + 1)) != NULL ||
	    (column > 0 && strchr("-+<>|", at(line, column - 1)) != NULL));
}

static bool
is_down(size_t line, size_t column)
{
	return strchr("|+!^", at(line, column)) != NULL;
}

static const char *
corner(size_t line, size_t column)
{
	static const char *const corners[16] = {
		" ", "│", "│", "│", "─", "┘", "┐", "┤", "─", "└", "┌", "├", "─", "┴", "┬", "┼",
	};
	unsigned up = line > 0 && is_down(line - 1, column) && at(line - 1, column) != '!';
	unsigned down = is_down(line + 1, column) && at(line + 1, column) != '^';
	unsigned left = column > 0 && is_across(line, column - 1), right = is_across(line, column + 1);

	return corners[up | down << 1 | left << 2 | right << 3];
}

static void
put_unicode(FILE *out, size_t line, size_t column)
{
	char c = at(line, column);

	if (c == '+')
		fputs(corner(line, column), out);
	else if (c == '-' && is_across(line, column))
		fputs("─", out);
	else if (c == '|')
		fputs("│", out);
	else if (c == '!')
		fputs("▼", out);
	else if (c == '^')
		fputs("▲", out);
	else if (c == '<')
		fputs("◄", out);
	else if (c == '>')
		fputs("►", out);
	else
		fputc(c, out);
}

/* Where the box of this end's state begins: the line under its name, the second column behind its side. */
static void
find_place(enum tcp_state state, bool last, size_t *line, size_t *column)
{
	for (size_t i = 0; i < LINES; i++) {
		const char *name = strstr(drawing[i], tcp_state_name(state));

		while (name != NULL && name > drawing[i] && *name != '|')
			name--;
		/* The remark at the end names states too, without a box. */
		if (name == NULL || *name != '|')
			continue;
		*line = i + 1;
		*column = (size_t)(name - drawing[i]) + 2;
		if (!last)
			return;
	}
}

void
diagram_draw(FILE *out, const struct canvas *canvas, const enum tcp_state state[2], const bool over[2])
{
	static const char *const marks[2] = { "[alice]", "[bob]" };
	size_t line[2] = { 0 }, column[2] = { 0 };

	for (enum end end = END_ALICE; end <= END_BOB; end++)
		find_place(state[end], state[end] == TCP_STATE_CLOSED && over[end], &line[end], &column[end]);
	if (line[END_ALICE] == line[END_BOB] && column[END_ALICE] == column[END_BOB])
		column[END_BOB] += strlen(marks[END_ALICE]) + 1;
	for (size_t l = 0; l < LINES; l++) {
		for (size_t c = 0; c < strlen(drawing[l]);) {
			enum end end = l == line[END_ALICE] && c == column[END_ALICE] ? END_ALICE : END_BOB;

			if (l == line[end] && c == column[end]) {
				ink_colour(out, canvas, end == END_ALICE ? INK_ALICE : INK_BOB);
				fputs(marks[end], out);
				ink_colour(out, canvas, INK_PLAIN);
				c += strlen(marks[end]);
				continue;
			}
			if (!canvas->ascii)
				put_unicode(out, l, c);
			else
				fputc(at(l, c) == '!' ? 'v' : at(l, c), out);
			c++;
		}
		fputc('\n', out);
	}
}
