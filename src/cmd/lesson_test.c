/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `lesson test` and `lesson new`. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/lesson.h"
#include "cmd/lesson_hands.h"
#include "cmd/script.h"
#include "lesson/check.h"
#include "lesson/find.h"
#include "lesson/load.h"
#include "session/memory.h"
#include "session/pump.h"

static enum err_code
test_one(struct dojo *dojo, const char *name)
{
	struct play_hands hands = lesson_hands(dojo);
	struct err err = { 0 };
	char *path = lesson_find(name, &err);
	struct lesson *lesson = path != NULL ? lesson_load(path, &err) : NULL;
	int findings;

	free(path);
	if (lesson == NULL)
		return script_show_error(dojo, &err);
	findings = lesson_check(lesson, dojo->session, &hands, &err);
	if (findings == 0)
		view_note(dojo->view, session_now(dojo->session), "%s: %zu step%s, all well", lesson->path, lesson->steps, lesson->steps == 1 ? "" : "s");
	lesson_free(lesson);
	if (findings < 0)
		return script_show_error(dojo, &err);
	return findings > 0 ? ERR_EXPECT : ERR_NONE;
}

int
lesson_test(struct dojo *dojo, char *const *names, size_t count, struct err *err)
{
	enum err_code worst = ERR_NONE;

	if (dojo->play != NULL)
		return err_set(err, ERR_INPUT, "`lesson test` needs the lab for itself: `lesson leave` first");
	for (size_t i = 0; i < count && worst != ERR_SYSTEM && !session_interrupted(dojo->session); i++) {
		enum err_code code = test_one(dojo, names[i]);

		if (code > worst)
			worst = code;
	}
	view_flush(dojo->view);
	if (worst == ERR_NONE)
		return 0;
	/* What there is to say was said. */
	return err_set(err, worst, "%s", "");
}

int
lesson_new(struct view *view, int64_t at_ns, const char *name, struct err *err)
{
	size_t length = strlen(name);
	bool whole = length > 3 && strcmp(name + length - 3, ".md") == 0;
	char *path = memory_new(length + sizeof(".md"));
	const char *stub = lesson_stub();
	int fd, result = 0;

	strcpy(stpcpy(path, name), whole ? "" : ".md");
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0 || write(fd, stub, strlen(stub)) != (ssize_t)strlen(stub))
		result = err_set(err, ERR_INPUT, "\"%s\" cannot be written: %s", QUOTED(path), strerror(errno));
	if (fd >= 0 && close(fd) != 0 && result == 0)
		result = err_set(err, ERR_INPUT, "\"%s\" cannot be written: %s", QUOTED(path), strerror(errno));
	if (result == 0)
		view_note(view, at_ns, "A lesson to begin with is in %s; `lesson test %s` tries it, tcpdojo-lesson(5) says what may stand in it.",
		    path, path);
	free(path);
	return result;
}
