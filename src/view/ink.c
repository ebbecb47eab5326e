/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/ink.h"

#include "view/ladder.h"

void
ink_glyph(FILE *out, const struct canvas *canvas, enum ink_glyph glyph)
{
	static const struct {
		const char *ascii, *unicode;
	} glyphs[] = {
		[GLYPH_NONE] = { " ", " " },
		[GLYPH_ACROSS] = { "-", "─" },
		[GLYPH_DOWN] = { "|", "│" },
		[GLYPH_RIGHT] = { ">", "►" },
		[GLYPH_LEFT] = { "<", "◄" },
		[GLYPH_RIGHT_DOWN] = { ".", "╮" },
		[GLYPH_LEFT_DOWN] = { ".", "╭" },
		[GLYPH_DOWN_RIGHT] = { "`", "╰" },
		[GLYPH_DOWN_LEFT] = { "'", "╯" },
		[GLYPH_CROSS] = { "+", "┼" },
	};

	fputs(canvas->ascii ? glyphs[glyph].ascii : glyphs[glyph].unicode, out);
}

void
ink_colour(FILE *out, const struct canvas *canvas, enum ink_colour colour)
{
	/* Readable on black and on white: cyan, yellow and green are not on the one, blue not on the other. */
	static const char *const colours[] = {
		[INK_PLAIN] = "\033[0m",
		[INK_ALICE] = "\033[0;1m",
		[INK_BOB] = "\033[0;35m",
		[INK_ALARM] = "\033[1;31m",
	};

	if (canvas->colour)
		fputs(colours[colour], out);
}
