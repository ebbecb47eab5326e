/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/when.h"
#include "cmd/lesson.h"
#include "cmd/line.h"
#include "session/connection.h"
#include "session/memory.h"
#include "session/pump.h"
#include "session/record.h"

#define RUN_DEPTH_MAX 16

/* What a number as it is on the wire is counted from at this moment. */
static struct journal_base
base_now(const struct session *session)
{
	const struct connection *connection = session_selected(session);
	struct journal_base base = { .clock_ns = session_now(session) + session->ahead_ns };

	if (connection == NULL)
		return base;
	base.conn = connection->number;
	base.known = connection->shadow.end[END_BOB].iss_known != ISS_UNSEEN;
	base.alice = connection->shadow.end[END_ALICE].iss;
	base.bob = connection->shadow.end[END_BOB].iss;
	base.bob_ts = connection->bob_ts;
	return base;
}

static void
journal_line(struct dojo *dojo, const struct command *command, const struct words *words, const char *line, size_t size)
{
	struct session *session = dojo->session;
	char *copy = memory_new(size + 1);
	struct journal_entry entry = {
		.at_ns = session_now(session),
		.conn = session->selected,
		.effects = command_effects(command, words),
		.depth = dojo->nested,
		.frames = session->journal.frames,
		.base = base_now(session),
	};

	memcpy(copy, line, size);
	while (size > 0 && strchr(" \t\r\n;", copy[size - 1]) != NULL)
		copy[--size] = '\0';
	entry.line = copy + strspn(copy, " \t");
	if (strchr(copy, '$') != NULL)
		entry.replaced = words_line(words);
	journal_add(&session->journal, &entry);
	free(entry.replaced);
	free(copy);
}

/* The command of that entry failed; `undo` may have taken the entry away. */
static void
journal_failed(struct journal *journal, size_t index, const struct err *err)
{
	struct journal_entry *entry = index < journal->count ? &journal->entry[index] : NULL;

	if (entry == NULL)
		return;
	entry->failed = true;
	entry->refused = entry->segment == 0 && (err->code == ERR_INPUT || entry->effects & EFFECT_WAITS);
}

int
script_run_words(struct dojo *dojo, const struct words *words, const char *line, size_t line_size, struct err *err)
{
	const struct command *command = command_find(words->word[0].text, err);
	size_t index = dojo->session->journal.count;
	unsigned broken = dojo->session->broken;
	bool journalled;
	int result;

	if (command == NULL)
		return -1;
	journalled = (command->effects & EFFECT_GUIDES) == 0;
	if (journalled)
		journal_line(dojo, command, words, line, line_size);
	if (dojo->session->interrupted != NULL)
		*dojo->session->interrupted = 0;
	result = command_run(dojo, command, words, err);
	if (result != 0 && journalled)
		journal_failed(&dojo->session->journal, index, err);
	lesson_look(dojo);
	view_flush(dojo->view);
	if (result == 0 && dojo->session->settings.strict && dojo->session->broken > broken)
		return err_set(err, ERR_EXPECT, "a prediction was broken, and `set strict on` makes that an end");
	return result;
}

enum err_code
script_show_error(struct dojo *dojo, const struct err *err)
{
	char where[QUOTE_SHOWN + 32];
	struct text t = text_in(where, sizeof(where));

	if (dojo->file != NULL)
		text_add(&t, "%s:%u", QUOTED(dojo->file), dojo->line);
	else
		text_add(&t, "tcpdojo");
	if (err->text[0] != '\0')
		view_error(dojo->view, session_now(dojo->session), where, err);
	return err->code;
}

/* When nobody can read what comes of it, the script ends; a reader who has left (`| head`) knows why. */
static enum err_code
output_state(struct dojo *dojo)
{
	struct err err;

	if (dojo->view->broken == 0)
		return ERR_NONE;
	err_set(&err, ERR_SYSTEM, "standard output cannot be written: %s", strerror(dojo->view->broken));
	return dojo->view->broken == EPIPE ? err.code : script_show_error(dojo, &err);
}

static unsigned
count_lines(const char *text, size_t from, size_t to)
{
	unsigned count = 0;

	for (size_t i = from; i < to; i++)
		count += text[i] == '\n';
	return count;
}

/* The command that begins at *at, or the answer to what a lesson asks. */
static int
run_next(struct dojo *dojo, const char *text, size_t size, size_t *at, struct words *words, struct err *err)
{
	size_t from = *at, answer = lesson_answers(dojo, text + from, size - from);

	if (answer > 0) {
		*at += answer;
		return lesson_take_answer(dojo, text + from, answer, err);
	}
	if (line_next(dojo, text, size, at, words, err) != 0)
		return -1;
	if (words->count == 0)
		return 0;
	if (script_run_words(dojo, words, text + from, *at - from, err) == 0)
		return 0;
	lesson_mention_answer(dojo, text + from, *at - from, err);
	return -1;
}

/* Every command of the text, from line dojo->line on. */
static enum err_code
run_all(struct dojo *dojo, const char *text, size_t size)
{
	struct words words = { 0 };
	enum err_code status = ERR_NONE;
	struct err err = { 0 };
	size_t at = 0;

	while (at < size && status == ERR_NONE && !dojo->quit) {
		size_t from = at;

		if (run_next(dojo, text, size, &at, &words, &err) != 0)
			status = script_show_error(dojo, &err);
		if (status == ERR_NONE)
			status = output_state(dojo);
		dojo->line += count_lines(text, from, at);
	}
	words_clear(&words);
	return status;
}

enum err_code
script_run_text(struct dojo *dojo, const char *name, const char *text, size_t size)
{
	const char *outer_file = dojo->file;
	unsigned outer_line = dojo->line;
	enum err_code status;

	dojo->file = name;
	dojo->line = 1;
	status = run_all(dojo, text, size);
	dojo->file = outer_file;
	dojo->line = outer_line;
	return status;
}

static char *
read_whole(const char *path, size_t *size, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *text = NULL;
	ssize_t n = 0;

	if (fd < 0) {
		err_set(err, ERR_INPUT, "cannot read \"%s\": %s", QUOTED(path), strerror(errno));
		return NULL;
	}
	if (fstat(fd, &st) != 0 || S_ISDIR(st.st_mode)) {
		err_set(err, ERR_INPUT, "cannot read \"%s\": it is a directory", QUOTED(path));
		goto out;
	}
	text = memory_new(LINE_MAX_BYTES + 2);
	*size = 0;
	while (*size <= LINE_MAX_BYTES && (n = read(fd, text + *size, LINE_MAX_BYTES + 1 - *size)) > 0)
		*size += (size_t)n;
	if (n < 0)
		err_set(err, ERR_INPUT, "cannot read \"%s\": %s", QUOTED(path), strerror(errno));
	else if (*size > LINE_MAX_BYTES)
		err_set(err, ERR_INPUT, "\"%s\" is longer than %u bytes: no script", QUOTED(path), LINE_MAX_BYTES);
	else
		goto out;
	free(text);
	text = NULL;
out:
	close(fd);
	return text;
}

static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash == path ? 1 : slash != NULL ? (size_t)(slash - path) : 0;
	char *folder;

	if (slash == NULL)
		return memory_text(".");
	folder = memory_copy(path, length + 1);
	folder[length] = '\0';
	return folder;
}

enum err_code
script_run_file(struct dojo *dojo, const char *path, char *const *args, unsigned arg_count)
{
	char *const *outer_args = dojo->args;
	unsigned outer_count = dojo->arg_count;
	const char *outer_folder = dojo->folder;
	enum err_code status;
	struct err err = { 0 };
	size_t size;
	char *text, *folder;

	if (dojo->depth >= RUN_DEPTH_MAX) {
		err_set(&err, ERR_INPUT, "`run` within `run` goes %d deep at most; does \"%s\" run itself?", RUN_DEPTH_MAX, QUOTED(path));
		return script_show_error(dojo, &err);
	}
	text = read_whole(path, &size, &err);
	if (text == NULL)
		return script_show_error(dojo, &err);
	folder = folder_of(path);
	dojo->folder = folder;
	dojo->args = args;
	dojo->arg_count = arg_count;
	dojo->depth++;
	status = script_run_text(dojo, path, text, size);
	dojo->depth--;
	dojo->args = outer_args;
	dojo->arg_count = outer_count;
	dojo->folder = outer_folder;
	free(folder);
	free(text);
	return status;
}

/* What has been read of a stream and not yet run. */
struct inlet {
	int fd;
	char *text;
	size_t size, room;
	bool ended;
};

/* Reads on, with the session alive meanwhile, until a whole line is there or the stream ends. */
static int
read_line(struct dojo *dojo, struct inlet *inlet, size_t *line_size, struct err *err)
{
	char *newline;

	while ((newline = memchr(inlet->text, '\n', inlet->size)) == NULL && !inlet->ended) {
		int ready = session_pump(dojo->session, WHEN_NEVER, inlet->fd, err);
		ssize_t n;

		if (ready < 0)
			return -1;
		session_show_deferred(dojo->session);
		lesson_look(dojo);
		if (session_interrupted(dojo->session))
			return err_set(err, ERR_SYSTEM, "interrupted");
		if (ready == 0)
			continue;
		if (inlet->size + 4096 > inlet->room)
			inlet->text = memory_grow(inlet->text, &inlet->room, 1);
		n = read(inlet->fd, inlet->text + inlet->size, inlet->room - inlet->size);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return err_set(err, ERR_INPUT, "standard input cannot be read: %s", strerror(errno));
		if (n > 0)
			inlet->size += (size_t)n;
		inlet->ended = n == 0;
		if (inlet->size > LINE_MAX_BYTES)
			return err_set(err, ERR_INPUT, "a line is longer than %u bytes", LINE_MAX_BYTES);
	}
	*line_size = newline != NULL ? (size_t)(newline - inlet->text) + 1 : inlet->size;
	return 0;
}

enum err_code
script_run_line(struct dojo *dojo, const char *text, size_t size)
{
	unsigned line = dojo->line;
	enum err_code status = run_all(dojo, text, size);

	dojo->line = line; /* also when a mistake left the rest of it unread */
	return status;
}

enum err_code
script_run_stream(struct dojo *dojo, int fd)
{
	struct inlet inlet = { .fd = fd, .room = 65536, .text = memory_new(65536) };
	enum err_code status = ERR_NONE;
	struct err err = { 0 };

	dojo->line = 1;
	while (!dojo->quit && status == ERR_NONE) {
		size_t line_size = 0;

		if (read_line(dojo, &inlet, &line_size, &err) != 0) {
			status = script_show_error(dojo, &err);
			break;
		}
		if (line_size == 0 && inlet.ended)
			break;
		status = script_run_line(dojo, inlet.text, line_size);
		dojo->line++;
		inlet.size -= line_size;
		memmove(inlet.text, inlet.text + line_size, inlet.size);
	}
	free(inlet.text);
	return status;
}
