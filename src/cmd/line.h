/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From text to words.  Commands end at a newline or at ';' outside quotes; '#' starts a comment; double quotes take C escapes;
 * $NAME, $1 and ${1:-default} are replaced; $here is the folder of the script that is run.
 */
#ifndef CMD_LINE_H
#define CMD_LINE_H

#include "base/err.h"
#include "cmd/command.h"

#define LINE_MAX_BYTES (1u << 20)

/*
 * Reads the next command of text[*at..size) into *words (emptied first; no words: an empty command) and moves *at behind it.
 * -1 with *err; *at is then behind the command all the same.
 */
int line_next(struct dojo *dojo, const char *text, size_t size, size_t *at, struct words *words, struct err *err);

/* As a line that reads as these words, without variables; the caller's to free. */
char *words_line(const struct words *words);

void words_clear(struct words *words);

/* Variables: name is borrowed, value copied. */
#define VARIABLE_NAME_MAX 63
bool variable_named(const char *name); /* whether it may be a name: letters, digits and _, the first no digit */
void variable_set(struct dojo *dojo, const char *name, const char *value);
const char *variable_get(const struct dojo *dojo, const char *name); /* NULL: not set */
void variables_clear(struct dojo *dojo);

#endif
