/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Captures written, scripts run. */
#include <stdlib.h>

#include "cmd/command.h"
#include "cmd/script.h"
#include "drive/capfile.h"
#include "session/memory.h"

/* The log is in the order in which Alice knew; on the wire a frame of Bob's may have been there before hers. */
static int
by_time(const void *a, const void *b)
{
	const struct log_entry *x = *(const struct log_entry *const *)a, *y = *(const struct log_entry *const *)b;

	return x->at_ns != y->at_ns ? (x->at_ns > y->at_ns) - (x->at_ns < y->at_ns) : (x > y) - (x < y);
}

static int
write_log(struct session *session, struct capfile *file, struct err *err)
{
	size_t count = session->log.count;
	const struct log_entry **entry = memory_new((count + 1) * sizeof(const struct log_entry *));
	int result = 0;

	for (size_t i = 0; i < count; i++)
		entry[i] = &session->log.entry[i];
	qsort(entry, count, sizeof(const struct log_entry *), by_time);
	for (size_t i = 0; i < count && result == 0; i++) {
		uint8_t frame[FRAME_MAX];
		struct seg seg;
		size_t size = log_frame(&session->log, entry[i], frame, &seg);

		result = capfile_write(file, frame, size, session->wall_ns + session->origin_ns + entry[i]->at_ns, err);
	}
	free(entry);
	return result;
}

static int
run_save(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct session *session = dojo->session;
	struct capfile *file;
	struct err close_err;
	int result;

	file = capfile_create(words->word[1].text, err);
	if (file == NULL)
		return -1;
	result = write_log(session, file, err);
	if (capfile_close(file, &close_err) != 0 && result == 0) {
		*err = close_err;
		result = -1;
	}
	if (result == 0)
		view_note(dojo->view, session_now(session), "%zu frames saved in %s", session->log.count,
		    QUOTED(words->word[1].text));
	return result;
}

static int
run_run(struct dojo *dojo, const struct words *words, struct err *err)
{
	char **args = memory_new(words->count * sizeof(*args));
	unsigned count = words_texts(words, 2, args, (unsigned)words->count);
	enum err_code status;

	dojo->nested++;
	status = script_run_file(dojo, words->word[1].text, args, count);
	dojo->nested--;
	free(args);
	/* It has told what went wrong, and where. */
	return status == ERR_NONE ? 0 : err_set(err, status, "%s", "");
}

const struct command cmd_save = {
	.name = "save",
	.group = "files",
	.usage = "FILE.pcap",
	.summary = "write every frame so far to a capture file",
	.effects = EFFECT_LOOKS | EFFECT_WRITES_FILES | EFFECT_NOT_REPLAYABLE,
	.least = 1,
	.most = 1,
	.run = run_save,
};

const struct command cmd_run = {
	.name = "run",
	.group = "files",
	.usage = "FILE [ARGUMENT]...",
	.summary = "run a script; $1.. are its arguments",
	.effects = EFFECT_READS_FILES | EFFECT_NOT_REPLAYABLE,
	.least = 1,
	.most = ANY_WORDS,
	.run = run_run,
};
