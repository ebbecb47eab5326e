/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Captures written, scripts run. */
#include <string.h>

#include "cmd/command.h"
#include "cmd/script.h"
#include "drive/capfile.h"

static int
write_log(struct session *session, struct capfile *file, struct err *err)
{
	for (size_t i = 0; i < session->log.count; i++) {
		const struct log_entry *entry = &session->log.entry[i];
		uint8_t frame[FRAME_MAX];
		struct seg seg;
		size_t size = log_frame(&session->log, entry, frame, &seg);

		if (capfile_write(file, frame, size, session->wall_ns + session->origin_ns + entry->at_ns, err) != 0)
			return -1;
	}
	return 0;
}

static int
run_save(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct session *session = dojo->session;
	struct capfile *file;
	struct err close_err;
	int result;

	if (words->count != 2)
		return command_usage("save", err);
	file = capfile_create(words->word[1].text, err);
	if (file == NULL)
		return -1;
	result = write_log(session, file, err);
	if (capfile_close(file, &close_err) != 0 && result == 0) {
		*err = close_err;
		result = -1;
	}
	if (result == 0)
		view_note(dojo->view, session_now(session), "%zu frames saved in %s", session->log.count, words->word[1].text);
	return result;
}

static int
run_run(struct dojo *dojo, const struct words *words, struct err *err)
{
	char *args[32];
	unsigned count = words_texts(words, 2, args, 32);
	enum err_code status;

	if (words->count < 2)
		return command_usage("run", err);
	status = script_run_file(dojo, words->word[1].text, args, count);
	return status == ERR_NONE ? 0 : err_set(err, status, "%s ended with an error", words->word[1].text);
}

const struct command cmd_save = {
	.name = "save",
	.group = "files",
	.usage = "FILE.pcap",
	.summary = "write every frame so far to a capture file",
	.effects = EFFECT_WRITES_FILES | EFFECT_NOT_REPLAYABLE,
	.run = run_save,
};

const struct command cmd_run = {
	.name = "run",
	.group = "files",
	.usage = "FILE [ARGUMENT]...",
	.summary = "run a script; $1.. are its arguments",
	.effects = EFFECT_READS_FILES | EFFECT_NOT_REPLAYABLE,
	.run = run_run,
};
