/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands that look have in common: a filter, a canvas. */
#ifndef CMD_LOOKING_H
#define CMD_LOOKING_H

#include <stdio.h>

#include "cmd/command.h"
#include "drive/filter.h"
#include "view/ladder.h"

/*
 * The pcap filter that words[from..] make, in which alice, bob, alice6 and bob6 stand for their addresses.  *filter is NULL
 * where there are no words; else it is the caller's.  -1 with *err.
 */
int words_filter(const struct words *words, size_t from, struct filter **filter, struct err *err);

/* What is drawn into `out`, which is in memory, comes out at drawing_end.  -1 with *err when there is no memory. */
struct drawing_page {
	FILE *out;
	char *text;
	size_t size;
	struct canvas canvas; /* as wide as the window is now */
};
int drawing_begin(struct drawing_page *page, const struct view *view, struct err *err);
void drawing_end(struct drawing_page *page, struct dojo *dojo);

/* The states of the selected connection, drawn. */
int diagram_show(struct dojo *dojo, struct err *err);

#endif
