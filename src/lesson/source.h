/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lesson's file as text: whole, clean, and with a line number for each place in it. */
#ifndef LESSON_SOURCE_H
#define LESSON_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct source {
	const char *path;
	char *text; /* UTF-8 without NUL or BOM; lines end in '\n', the last one too; NUL-terminated */
	size_t size;
	size_t counted; /* a place ... */
	unsigned line;  /* ... and its line: where counting goes on */
};

/* The file's bytes, *size of them, to be freed; NULL with *err.  Waits for nothing: only a file is read. */
char *source_load(const char *path, size_t *size, struct err *err);

/* Checks and copies; source_clear frees that.  The path is borrowed. */
int source_read(struct source *source, const char *path, const char *text, size_t size, struct err *err);
void source_clear(struct source *source);

/* Line of text[at], from 1. */
unsigned source_line(struct source *source, size_t at);

/* Where the line after that of text[at] begins; `size` after the last. */
size_t source_next(const struct source *source, size_t at);

/* Where the line of text[at] begins. */
size_t source_begin(const struct source *source, size_t at);

/* FILE:LINE: and the rest; returns -1. */
int source_error(const struct source *source, unsigned line, struct err *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Puts FILE:LINE: in front of what is there; returns -1. */
int source_prefix(const struct source *source, unsigned line, struct err *err);

/* Text of the file, trimmed of blanks at both ends; to be freed. */
char *source_trimmed(const char *text, size_t size);

/* One of names[0..count) that the word may have been meant for; NULL for none. */
const char *source_near(const char *word, const char *const *names, size_t count);

#endif
