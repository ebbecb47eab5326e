/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>

#include "base/text.h"
#include "session/state_file.h"

#define KEPT_BYTES_MAX (8 << 20) /* more than the lines kept can be by hand */

/* Lines of text are what was kept; anything else came there by an accident. */
static bool
is_damaged(FILE *file)
{
	long size = 0;
	int c;

	while ((c = getc(file)) != EOF) {
		if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f || ++size > KEPT_BYTES_MAX)
			return true;
	}
	return ferror(file) != 0;
}

static int
set_aside(const char *path, struct err *err)
{
	char *aside = state_set_aside(path, "damaged");

	if (aside == NULL)
		return err_set(err, ERR_SYSTEM, "the history is not kept: \"%s\" is damaged, and cannot be set aside: %s", QUOTED(path),
		    strerror(errno));
	err_set(err, ERR_INPUT, "the history was damaged, and begins anew; what was there is in \"%s\"", QUOTED(aside));
	free(aside);
	return 0;
}

/* Opens it for what will be written, so that it is known now whether that can be. */
static int
open_file(const char *path)
{
	int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	return fd;
}

static int
keep_none(struct history *history)
{
	free(history->path);
	history->path = NULL;
	return -1;
}

int
history_open(struct history *history, struct err *err)
{
	FILE *file;
	int fd;
	bool damaged;

	using_history();
	stifle_history(HISTORY_LINES);
	history->path = state_path("history", "the history is not kept", err);
	if (history->path == NULL)
		return -1;
	fd = state_folders(history->path) == 0 ? open_file(history->path) : -1;
	file = fd >= 0 ? fdopen(fd, "r") : NULL;
	if (file == NULL) {
		err_set(err, ERR_SYSTEM, "the history is not kept: \"%s\": %s", QUOTED(history->path),
		    errno == EINVAL ? "this is no ordinary file" : strerror(errno));
		return keep_none(history);
	}
	damaged = is_damaged(file);
	fclose(file);
	if (damaged)
		return set_aside(history->path, err) != 0 ? keep_none(history) : -1;
	read_history(history->path);
	/* Twice as many before it is cut, so that not every start writes it anew. */
	if (history_base + history_length > 2 * HISTORY_LINES)
		history_truncate_file(history->path, HISTORY_LINES);
	return 0;
}

void
history_close(struct history *history)
{
	free(history->path);
	history->path = NULL;
	clear_history();
}

static bool
is_worth_keeping(const char *line)
{
	const HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;

	if (line[strspn(line, " \t")] == '\0' || (last != NULL && strcmp(last->line, line) == 0))
		return false;
	for (; *line != '\0'; line++) {
		if (((unsigned char)*line < ' ' && *line != '\t') || *line == 0x7f)
			return false;
	}
	return true;
}

int
history_note(struct history *history, const char *line, struct err *err)
{
	int fd, failed;

	if (!is_worth_keeping(line))
		return 0;
	add_history(line);
	if (history->path == NULL)
		return 0;
	fd = open_file(history->path);
	failed = fd >= 0 ? append_history(1, history->path) : errno;
	if (fd >= 0)
		close(fd);
	if (failed == 0)
		return 0;
	err_set(err, ERR_SYSTEM, "the history is not kept any more: \"%s\": %s", QUOTED(history->path), strerror(failed));
	return keep_none(history);
}
