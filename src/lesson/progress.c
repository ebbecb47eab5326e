/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "lesson/progress_parts.h"
#include "session/memory.h"
#include "session/state_file.h"

#define NOT_KEPT "the progress of the lesson is not kept"

/* FNV-1a, the end of each text counted too. */
static void
add_sum(uint64_t *sum, const char *text)
{
	if (text == NULL)
		text = "";
	do {
		*sum = (*sum ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	} while (*text++ != '\0');
}

static void
add_sums(uint64_t *sum, const struct passages *passages)
{
	for (size_t i = 0; i < passages->count; i++)
		add_sum(sum, passages->passage[i].text);
	add_sum(sum, "");
}

uint64_t
lesson_checksum(const struct lesson *lesson)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < lesson->steps; i++) {
		const struct step *step = &lesson->step[i];

		add_sum(&sum, step->title);
		add_sums(&sum, &step->setup);
		add_sums(&sum, &step->solution);
		for (size_t q = 0; q < step->questions; q++) {
			add_sum(&sum, step->question[q].ask);
			add_sum(&sum, step->question[q].answer);
		}
		for (size_t g = 0; g < step->goals; g++)
			add_sum(&sum, step->goal[g].text);
	}
	return sum;
}

void
progress_begin(struct progress *progress, const struct lesson *lesson)
{
	*progress = (struct progress){
		.lesson = memory_text(lesson->name),
		.title = memory_text(lesson->title),
		.checksum = lesson_checksum(lesson),
		.began_at = time(NULL),
		.step = memory_new((lesson->steps + 1) * sizeof(progress->step[0])),
		.steps = lesson->steps,
	};
	for (size_t i = 0; i < lesson->steps; i++)
		progress->step[i].title = memory_text(lesson->step[i].title);
}

void
progress_clear(struct progress *progress)
{
	for (size_t i = 0; i < progress->steps; i++) {
		struct step_progress *step = &progress->step[i];

		for (size_t s = 0; s < step->saids; s++) {
			free(step->said[s].ask);
			free(step->said[s].answer);
			free(step->said[s].actual);
		}
		free(step->said);
		free(step->title);
	}
	free(progress->step);
	free(progress->lesson);
	free(progress->title);
	journal_clear(&progress->journal);
	*progress = (struct progress){ 0 };
}

struct said *
progress_said(struct step_progress *step, const char *ask, const char *answer)
{
	if (step->saids == step->said_room)
		step->said = memory_grow(step->said, &step->said_room, sizeof(step->said[0]));
	step->said[step->saids] = (struct said){
		.ask = memory_text(ask),
		.answer = memory_text(answer),
		.actual = memory_text(""),
	};
	return &step->said[step->saids++];
}

void
progress_count(const struct progress *progress, size_t *reached, size_t *skipped)
{
	*reached = *skipped = 0;
	for (size_t i = 0; i < progress->steps; i++) {
		*reached += progress->step[i].end == STEP_REACHED;
		*skipped += progress->step[i].end == STEP_SKIPPED;
	}
}

static char *
path_of(const char *lesson, struct err *err)
{
	char *name, *path;

	if (asprintf(&name, "lessons/%s.json", lesson) < 0) {
		err_set(err, ERR_SYSTEM, NOT_KEPT ": %s", strerror(errno));
		return NULL;
	}
	path = state_path(name, NOT_KEPT, err);
	free(name);
	return path;
}

/* The file as JSON; NULL with *err, and *there says whether there is a file at all. */
static json_t *
load(const char *path, bool *there, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	json_error_t error;
	struct stat st;
	json_t *root = NULL;

	*there = fd >= 0 || (errno != ENOENT && errno != ENOTDIR);
	if (fd < 0)
		err_set(err, ERR_SYSTEM, "it cannot be opened: %s", strerror(errno));
	else if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > (off_t)PROGRESS_BYTES_MAX)
		err_set(err, ERR_INPUT, "it is no file of such a kind");
	else if ((root = json_loadfd(fd, JSON_REJECT_DUPLICATES, &error)) == NULL)
		err_set(err, ERR_INPUT, "it is no JSON: %s (line %d)", error.text, error.line);
	if (fd >= 0)
		close(fd);
	return root;
}

/* Returns 1 when something was read, 0 when there is nothing, -1 with *err. */
static int
take(const char *path, struct progress *progress, struct err *err)
{
	bool there;
	json_t *root = load(path, &there, err);
	int result;

	*progress = (struct progress){ 0 };
	if (root == NULL)
		return there ? -1 : 0;
	result = progress_from_json(root, progress, err);
	json_decref(root);
	return result == 0 ? 1 : -1;
}

int
progress_peek(const char *lesson, struct progress *progress, struct err *err)
{
	char *path = path_of(lesson, err);
	int result;

	*progress = (struct progress){ 0 };
	if (path == NULL)
		return 0; /* where nothing can be kept, nothing is */
	result = take(path, progress, err);
	if (result < 0)
		err_prefix(err, "\"%s\"", QUOTED(path));
	free(path);
	return result < 0 ? -1 : 0;
}

static int
set_aside(const char *path, const char *suffix, const char *why, struct err *err)
{
	char *aside = state_set_aside(path, suffix);

	if (aside == NULL)
		return err_set(err, ERR_SYSTEM, NOT_KEPT ": \"%s\" cannot be used, since %s, nor be set aside: %s", QUOTED(path), why,
		    strerror(errno));
	err_set(err, ERR_INPUT, "the lesson begins anew: what was kept of it cannot be used, since %s; it is in \"%s\" now", why,
	    QUOTED(aside));
	free(aside);
	return -1;
}

int
progress_read(const struct lesson *lesson, struct progress *progress, struct err *err)
{
	char *path = path_of(lesson->name, err);
	struct err why;
	int result;

	if (path == NULL) {
		progress_begin(progress, lesson);
		return -1;
	}
	result = take(path, progress, &why);
	if (result < 0) {
		set_aside(path, "damaged", why.text, err);
	} else if (result > 0 && (progress->checksum != lesson_checksum(lesson) || progress->steps != lesson->steps)) {
		progress_clear(progress);
		result = set_aside(path, "old", "the lesson has changed", err);
	}
	if (result <= 0)
		progress_begin(progress, lesson);
	free(path);
	return result < 0 ? -1 : 0;
}

static int
write_all(int fd, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, text, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		text += n;
		size -= (size_t)n;
	}
	return 0;
}

/* All of it is on the disk before it takes the old one's place: whoever reads finds the one or the other, whole. */
static int
replace(const char *path, const char *text, struct err *err)
{
	char *fresh;
	int fd, result;

	if (asprintf(&fresh, "%s.XXXXXX", path) < 0)
		return err_set(err, ERR_SYSTEM, NOT_KEPT ": %s", strerror(errno));
	fd = mkostemp(fresh, O_CLOEXEC);
	result = fd >= 0 && write_all(fd, text, strlen(text)) == 0 && fsync(fd) == 0 && rename(fresh, path) == 0 ? 0 : -1;
	if (result != 0) {
		err_set(err, ERR_SYSTEM, NOT_KEPT ": \"%s\": %s", QUOTED(path), strerror(errno));
		if (fd >= 0)
			unlink(fresh);
	}
	if (fd >= 0)
		close(fd);
	free(fresh);
	return result;
}

int
progress_write(const struct progress *progress, struct err *err)
{
	char *path = path_of(progress->lesson, err), *text = NULL;
	json_t *root;
	int result = -1;

	if (path == NULL)
		return -1;
	root = progress_to_json(progress, true);
	text = json_dumps(root, JSON_INDENT(1));
	json_decref(root);
	if (text == NULL)
		err_set(err, ERR_SYSTEM, NOT_KEPT ": no memory to write it in");
	else if (state_folders(path) != 0)
		err_set(err, ERR_SYSTEM, NOT_KEPT ": \"%s\": %s", QUOTED(path), strerror(errno));
	else
		result = replace(path, text, err);
	free(text);
	free(path);
	return result;
}

int
progress_forget(const char *lesson, struct err *err)
{
	char *path = path_of(lesson, err);
	int result = 0;

	if (path == NULL)
		return 0;
	if (unlink(path) != 0 && errno != ENOENT)
		result = err_set(err, ERR_SYSTEM, "\"%s\" cannot be removed: %s", QUOTED(path), strerror(errno));
	free(path);
	return result;
}
