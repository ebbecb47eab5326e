/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "lesson/find.h"
#include "lesson/goal.h"
#include "lesson/trial.h"
#include "session/memory.h"
#include "session/session.h"

struct check {
	struct trial trial;
	int findings;
	bool lost;    /* a step did not reach its goal: those that go on from it cannot be tried */
	bool *needed; /* of the step's goal, line by line: something is refused by it alone */
};

static void found(struct check *check, unsigned line, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void
found(struct check *check, unsigned line, const char *format, ...)
{
	char room[2048];
	struct text t = text_in(room, sizeof(room));
	va_list ap;

	va_start(ap, format);
	text_vadd(&t, format, ap);
	va_end(ap);
	trial_say(&check->trial, "%s:%u: %s", check->trial.lesson->path, line, room);
	check->findings++;
}

/* ---- what can be seen without a lab ------------------------------------------------------------------------------------ */

/* Whether the hint has the command between `...`. */
static bool
quotes(const char *hint, const char *command)
{
	size_t size = strlen(command);

	for (const char *at = strchr(hint, '`'); at != NULL; at = strchr(at + 1, '`')) {
		if (strncmp(at + 1, command, size) == 0 && at[1 + size] == '`')
			return true;
	}
	return false;
}

static bool
quotes_all(const char *hint, const struct passages *commands)
{
	for (size_t i = 0; i < commands->count; i++) {
		if (!quotes(hint, commands->passage[i].text))
			return false;
	}
	return true;
}

static void
check_hints(struct check *check, const struct step *step)
{
	const struct passage *last;

	if (step->hint.count < 2) {
		found(check, step->line, "the step \"%s\" has fewer than two hints", step->title);
		return;
	}
	last = &step->hint.passage[step->hint.count - 1];
	for (size_t i = 0; i < step->solution.count; i++) {
		if (!quotes(last->text, step->solution.passage[i].text))
			found(check, last->line, "the last hint does not say `%s`, which the solution does", step->solution.passage[i].text);
	}
	for (const struct passage *hint = step->hint.passage; hint < last; hint++) {
		if (quotes_all(hint->text, &step->solution))
			found(check, hint->line, "this hint says the whole solution, and it is not the last");
	}
}

static void
check_parts(struct check *check, const struct step *step)
{
	check_hints(check, step);
	if (step->wrongs == 0)
		found(check, step->line, "the step \"%s\" has no `wrong`", step->title);
	if (step->explain.text == NULL)
		found(check, step->line, "the step \"%s\" has no `explain`", step->title);
}

/* In the lesson's own folder, or where lessons are. */
static bool
lesson_there(const struct lesson *lesson, const char *name)
{
	const char *slash = strrchr(lesson->path, '/');
	size_t folder = slash != NULL ? (size_t)(slash - lesson->path) + 1 : 0, room = folder + strlen(name) + sizeof(".md");
	char *path = memory_new(room);
	struct text t = text_in(path, room);
	struct err ignored;
	bool there;

	text_add(&t, "%.*s%s.md", (int)folder, lesson->path, name);
	there = access(path, R_OK) == 0;
	free(path);
	if (there)
		return true;
	path = lesson_find(name, &ignored);
	free(path);
	return path != NULL;
}

static void
check_needs(struct check *check, const struct lesson *lesson)
{
	char *needs = memory_text(lesson->needs), *rest = NULL;

	for (char *name = strtok_r(needs, " \t", &rest); name != NULL; name = strtok_r(NULL, " \t", &rest)) {
		if (strcmp(name, lesson->name) == 0)
			found(check, 1, "the lesson needs itself");
		else if (!lesson_there(lesson, name))
			found(check, 1, "the lesson needs \"%s\", and there is none of that name", QUOTED(name));
	}
	free(needs);
}

static bool
vet_all(struct check *check, const struct passages *commands)
{
	const struct play_hands *hands = check->trial.hands;
	int before = check->findings;
	struct err err;

	for (size_t i = 0; i < commands->count; i++) {
		if (hands->vet(hands->arg, commands->passage[i].text, &err) != 0)
			found(check, commands->passage[i].line, "%s", err.text);
	}
	return check->findings == before;
}

static bool
vet_step(struct check *check, const struct step *step)
{
	bool good = vet_all(check, &step->setup);

	good = vet_all(check, &step->solution) && good;
	for (size_t i = 0; i < step->wrongs; i++)
		good = vet_all(check, &step->wrong[i].tries) && good;
	return good;
}

/* ---- what the lab says ------------------------------------------------------------------------------------------------- */

static bool
holds_now(struct check *check, const struct condition *condition, size_t conditions)
{
	return goal_holds(check->trial.session, condition, conditions, &check->trial.since, NULL);
}

/* The goal does not hold: by which of its lines alone? */
static void
note_needed(struct check *check, const struct step *step)
{
	struct condition *others = memory_new(step->goals * sizeof(*others));

	for (size_t i = 0; i < step->goals; i++) {
		memcpy(others, step->goal, i * sizeof(*others));
		memcpy(others + i, step->goal + i + 1, (step->goals - i - 1) * sizeof(*others));
		if (step->goals == 1 || holds_now(check, others, step->goals - 1))
			check->needed[i] = true;
	}
	free(others);
}

static void
check_needed(struct check *check, const struct step *step)
{
	for (size_t i = 0; i < step->goals; i++) {
		if (!check->needed[i])
			found(check, step->goal_line[i], "without the line `%s` the goal would refuse the same: no `wrong` fails at it alone",
			    step->goal[i].text);
	}
}

/* From the step's beginning.  Returns 0, 1 when that was never reached, -1 with *err when the lab broke. */
static int
begin(struct check *check, size_t at, struct err *err)
{
	if (trial_begin(&check->trial, at, err) == 0)
		return 0;
	return err->code == ERR_SYSTEM ? -1 : 1;
}

static int
check_untouched(struct check *check, const struct step *step, struct err *err)
{
	if (trial_holds(&check->trial, step->goal, step->goals, TRIAL_WATCH_NS, err))
		found(check, step->goal_line[0], "the goal holds when nothing has been done");
	else if (err->code == ERR_NONE)
		note_needed(check, step);
	return err->code != ERR_NONE ? -1 : 0;
}

static int
check_wrong(struct check *check, size_t at, const struct wrong *wrong, struct err *err)
{
	const struct step *step = &check->trial.lesson->step[at];
	int result = begin(check, at, err);

	if (result != 0)
		return result < 0 ? -1 : 0;
	if (trial_run(&check->trial, &wrong->tries, err) != 0) {
		if (err->code == ERR_SYSTEM)
			return -1;
		found(check, wrong->line, "the wrong attempt cannot be made: %s", err->text);
		return 0;
	}
	if (!trial_holds(&check->trial, wrong->when, wrong->whens, TRIAL_PATIENCE_NS, err)) {
		if (err->code != ERR_NONE)
			return -1;
		found(check, wrong->line, "after this attempt its `when` does not hold");
	}
	if (trial_holds(&check->trial, step->goal, step->goals, TRIAL_WATCH_NS, err))
		found(check, wrong->line, "the goal holds after this wrong attempt");
	else if (err->code == ERR_NONE)
		note_needed(check, step);
	return err->code != ERR_NONE ? -1 : 0;
}

/* The right way is not to be taken for a wrong one. */
static void
check_whens(struct check *check, const struct step *step, const char *after)
{
	for (size_t i = 0; i < step->wrongs; i++) {
		if (holds_now(check, step->wrong[i].when, step->wrong[i].whens))
			found(check, step->wrong[i].line, "its `when` holds after `%s` of the solution, too", after);
	}
}

static void
check_question(struct check *check, const struct question *question)
{
	char room[256];
	struct text actual = text_in(room, sizeof(room));
	struct err err = { 0 };

	if (!question_actual(check->trial.session, question, &check->trial.since, true, &actual))
		found(check, question->line, "what is asked for was not seen");
	else if (answer_fits(question, question->answer, room, &err) != 1)
		found(check, question->line, "the answer is \"%s\", and what was seen is %s", question->answer, room);
}

/* Whether the line fits, in which "..." of the pattern stands for anything. */
static bool
line_fits(const char *pattern, const char *line, size_t size)
{
	const char *gap = strstr(pattern, "..."), *end = line + size, *at;
	size_t length = gap != NULL ? (size_t)(gap - pattern) : strlen(pattern);

	if (length > size || memcmp(pattern, line, length) != 0)
		return false;
	line += length;
	while (gap != NULL) {
		pattern = gap + 3;
		gap = strstr(pattern, "...");
		length = gap != NULL ? (size_t)(gap - pattern) : strlen(pattern);
		if (gap == NULL)
			return length <= (size_t)(end - line) && memcmp(end - length, pattern, length) == 0;
		at = memmem(line, (size_t)(end - line), pattern, length);
		if (at == NULL)
			return false;
		line = at + length;
	}
	return line == end;
}

/* The first line of the screen from *at on that fits; *at goes behind it. */
static bool
find_line(const char *pattern, const char **at)
{
	for (const char *line = *at; *line != '\0'; ) {
		size_t size = strcspn(line, "\n"), indent = strspn(line, " "), trimmed = size;

		while (trimmed > indent && line[trimmed - 1] == ' ')
			trimmed--;
		indent = indent < trimmed ? indent : trimmed;
		if (line_fits(pattern, line + indent, trimmed - indent)) {
			*at = line + size + (line[size] == '\n');
			return true;
		}
		line += size + (line[size] == '\n');
	}
	return false;
}

static void
check_output(struct check *check, const struct step *step)
{
	const char *at = trial_screen(&check->trial);

	for (size_t i = 0; i < step->output.count; i++) {
		if (!find_line(step->output.passage[i].text, &at))
			found(check, step->output.passage[i].line, "the screen did not show \"%s\"", step->output.passage[i].text);
	}
}

static int
check_solution(struct check *check, const struct step *step, struct err *err)
{
	const char *line = "";

	for (size_t i = 0; i < step->solution.count; i++) {
		line = step->solution.passage[i].text;
		if (trial_type(&check->trial, line, err) != 0) {
			if (err->code == ERR_SYSTEM)
				return -1;
			found(check, step->solution.passage[i].line, "`%s` of the solution failed", line);
			check->lost = true;
			return 0;
		}
		if (i + 1 < step->solution.count)
			check_whens(check, step, line);
	}
	if (!trial_holds(&check->trial, step->goal, step->goals, TRIAL_PATIENCE_NS, err)) {
		char room[2048];
		struct text why = text_in(room, sizeof(room));

		if (err->code != ERR_NONE)
			return -1;
		goal_holds(check->trial.session, step->goal, step->goals, &check->trial.since, &why);
		for (char *end = room; (end = strchr(end, '\n')) != NULL; end++)
			*end = end[1] != '\0' ? ';' : '\0';
		found(check, step->goal_line[0], "the goal does not hold after the solution:%s", room);
		check->lost = true;
		return 0;
	}
	for (size_t i = 0; i < step->questions; i++)
		check_question(check, &step->question[i]);
	check_whens(check, step, line);
	check_output(check, step);
	return 0;
}

/* ---- steps ------------------------------------------------------------------------------------------------------------- */

static int
try_step(struct check *check, size_t at, struct err *err)
{
	const struct step *step = &check->trial.lesson->step[at];
	int result = begin(check, at, err);

	if (result != 0) {
		if (result > 0)
			found(check, step->line, "the step cannot be begun: %s", err->text);
		check->lost = true;
		return result < 0 ? -1 : 0;
	}
	if (check_untouched(check, step, err) != 0 || check_solution(check, step, err) != 0)
		return -1;
	for (size_t i = 0; i < step->wrongs; i++) {
		if (check_wrong(check, at, &step->wrong[i], err) != 0)
			return -1;
	}
	check_needed(check, step);
	return 0;
}

static int
check_step(struct check *check, size_t at, struct err *err)
{
	const struct step *step = &check->trial.lesson->step[at];
	int result;

	check_parts(check, step);
	if (step->fresh)
		check->lost = false;
	if (check->lost) {
		found(check, step->line, "the step \"%s\" was not tried: one that leads to it does not reach its goal", step->title);
		return 0;
	}
	check->needed = memory_new(step->goals * sizeof(*check->needed));
	result = try_step(check, at, err);
	free(check->needed);
	return result;
}

int
lesson_check(const struct lesson *lesson, struct session *session, const struct play_hands *hands, struct err *err)
{
	struct check check = { .findings = 0 };
	bool vetted = true;
	int result = 0;

	trial_start(&check.trial, lesson, session, hands);
	check_needs(&check, lesson);
	for (size_t i = 0; i < lesson->steps; i++)
		vetted = vet_step(&check, &lesson->step[i]) && vetted;
	for (size_t i = 0; i < lesson->steps && vetted && result == 0; i++)
		result = check_step(&check, i, err);
	trial_end(&check.trial);
	return result == 0 ? check.findings : -1;
}
