/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of the trade, each in three sentences: what `help WORD` says. */
#ifndef CMD_TERM_H
#define CMD_TERM_H

#include <stddef.h>

struct term {
	const char *names;   /* spellings between commas, the first as it is shown: "TIME-WAIT, time_wait" */
	const char *text[3]; /* a sentence each */
	const char *rfc;     /* "RFC 9293 3.6.1" */
	const char *example; /* a line that can be typed */
};

const struct term *term_table(size_t *count);

/* In any case, and blanks, '-' and '_' are the same; NULL when there is none. */
const struct term *term_find(const char *name);

#endif
