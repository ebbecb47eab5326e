/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words that flow into lines no wider than the terminal: a line ends at a blank, never within a word. */
#ifndef VIEW_FLOW_H
#define VIEW_FLOW_H

#include <stdbool.h>
#include <stdio.h>

/* As wide as COLUMNS says, or else the window of the terminal `fd`; 0: not known. */
unsigned terminal_columns(int fd);

struct flow {
	FILE *out;
	unsigned columns; /* 0: lines are as long as they are */
	unsigned column;  /* where the next letter goes */
	unsigned hang;    /* where lines begin that continue one */
	bool at_commas;   /* rather behind a comma than behind any word */
};

/* A word that no line has room for stands as it is. */
void flow_words(struct flow *flow, const char *words);

/* Moves on to that column, by one blank at least. */
void flow_to(struct flow *flow, unsigned column);

/* Lines, each of which goes on below where its last column begins, or a little further in than itself. */
void flow_lines(FILE *out, unsigned columns, const char *text);

/* How many columns a text of one line takes. */
unsigned text_columns(const char *text);

#endif
