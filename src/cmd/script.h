/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running commands: a text, a file, or a stream line by line. */
#ifndef CMD_SCRIPT_H
#define CMD_SCRIPT_H

#include <stddef.h>

#include "base/err.h"
#include "cmd/command.h"

/* Runs every command; the first error ends it.  The error is shown, with file and line; returns the exit status. */
enum err_code script_run_text(struct dojo *dojo, const char *name, const char *text, size_t size);
enum err_code script_run_file(struct dojo *dojo, const char *path, char *const *args, unsigned arg_count);

/* Reads commands as they come, line by line. */
enum err_code script_run_stream(struct dojo *dojo, int fd);

/* The commands of one line, which has the number dojo->line.  The first error ends them, shown. */
enum err_code script_run_line(struct dojo *dojo, const char *text, size_t size);

/* Says *err, with the file and the line where it happened; returns its code. */
enum err_code script_show_error(struct dojo *dojo, const struct err *err);

/* One command, journalled. */
int script_run_words(struct dojo *dojo, const struct words *words, const char *line, size_t line_size, struct err *err);

#endif
