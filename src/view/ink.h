/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What drawings are made of: lines and arrows in Unicode or ASCII, and colours that a light and a dark window both bear. */
#ifndef VIEW_INK_H
#define VIEW_INK_H

#include <stdio.h>

struct canvas;

/* Two directions: where the line comes from, and where it goes on. */
enum ink_glyph {
	GLYPH_NONE, /* a blank */
	GLYPH_ACROSS,
	GLYPH_DOWN,
	GLYPH_RIGHT, /* heads of arrows */
	GLYPH_LEFT,
	GLYPH_RIGHT_DOWN,
	GLYPH_LEFT_DOWN,
	GLYPH_DOWN_RIGHT,
	GLYPH_DOWN_LEFT,
	GLYPH_CROSS,
};

enum ink_colour { INK_PLAIN, INK_ALICE, INK_BOB, INK_ALARM };

void ink_glyph(FILE *out, const struct canvas *canvas, enum ink_glyph glyph);

/* From here on; nothing where there is no colour. */
void ink_colour(FILE *out, const struct canvas *canvas, enum ink_colour colour);

#endif
