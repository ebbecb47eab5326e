/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/progress_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "session/memory.h"

static const char *const ends[] = { [STEP_OPEN] = "open", [STEP_REACHED] = "reached", [STEP_SKIPPED] = "skipped" };

/* Words of a learner or a lesson: what is no UTF-8 is escaped. */
static json_t *
words(const char *text)
{
	json_t *string = json_string(text);
	size_t room = 4 * strlen(text) + 1;
	char *copy;
	struct text t;

	if (string != NULL)
		return string;
	copy = memory_new(room);
	t = text_in(copy, room);
	text_add_shown(&t, text, strlen(text));
	string = json_string(copy);
	free(copy);
	return string;
}

void
json_put_line(json_t *object, const char *key, const char *line)
{
	static const char digits[] = "0123456789abcdef";
	json_t *string = json_string(line);
	size_t size = strlen(line);
	char *hex;

	if (string == NULL) {
		hex = memory_new(2 * size + 1);
		for (size_t i = 0; i < size; i++) {
			hex[2 * i] = digits[(unsigned char)line[i] >> 4];
			hex[2 * i + 1] = digits[line[i] & 15];
		}
		string = json_pack("{s:s}", "hex", hex);
		free(hex);
	}
	json_object_set_new(object, key, string);
}

static json_t *
step_to_json(const struct step_progress *step)
{
	json_t *object = json_object(), *said = json_array();

	json_object_set_new(object, "title", words(step->title));
	json_object_set_new(object, "end", json_string(ends[step->end]));
	json_object_set_new(object, "tries", json_integer(step->tries));
	json_object_set_new(object, "hints", json_integer(step->hints));
	json_object_set_new(object, "redos", json_integer(step->redos));
	json_object_set_new(object, "solution", json_boolean(step->solution));
	json_object_set_new(object, "spent_s", json_integer(step->spent_s));
	json_object_set_new(object, "reached_at_s", json_integer(step->reached_at));
	for (size_t i = 0; i < step->saids; i++) {
		json_t *one = json_object();

		json_object_set_new(one, "ask", words(step->said[i].ask));
		json_object_set_new(one, "answer", words(step->said[i].answer));
		json_object_set_new(one, "actual", words(step->said[i].actual));
		json_object_set_new(one, "right", json_boolean(step->said[i].right));
		json_array_append_new(said, one);
	}
	json_object_set_new(object, "answers", said);
	return object;
}

json_t *
progress_to_json(const struct progress *progress, bool with_journal)
{
	json_t *object = json_object(), *steps = json_array();

	json_object_set_new(object, "version", json_integer(PROGRESS_VERSION));
	json_object_set_new(object, "lesson", words(progress->lesson));
	json_object_set_new(object, "title", words(progress->title));
	json_object_set_new(object, "began_at_s", json_integer(progress->began_at));
	json_object_set_new(object, "at", json_integer((json_int_t)progress->at));
	for (size_t i = 0; i < progress->steps; i++)
		json_array_append_new(steps, step_to_json(&progress->step[i]));
	json_object_set_new(object, "steps", steps);
	if (with_journal) {
		json_object_set_new(object, "checksum", json_integer((json_int_t)progress->checksum));
		json_object_set_new(object, "before", json_integer(progress->before));
		json_object_set_new(object, "journal", json_of_journal(&progress->journal));
	}
	return object;
}

json_int_t
json_number(struct reading *r, const json_t *object, const char *key, json_int_t least, json_int_t most)
{
	const json_t *value = json_object_get(object, key);

	if (json_is_integer(value) && json_integer_value(value) >= least && json_integer_value(value) <= most)
		return json_integer_value(value);
	if (r->bad == NULL)
		r->bad = key;
	return least;
}

bool
json_yes(struct reading *r, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_boolean(value) && r->bad == NULL)
		r->bad = key;
	return json_is_true(value);
}

static char *
text(struct reading *r, const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	if (value == NULL && r->bad == NULL)
		r->bad = key;
	return memory_text(value != NULL ? value : "");
}

char *
json_line(struct reading *r, const json_t *object, const char *key)
{
	const char *hex = json_string_value(json_object_get(json_object_get(object, key), "hex"));
	size_t room;
	uint8_t *bytes;
	long size;

	if (hex == NULL)
		return text(r, object, key);
	room = strlen(hex) / 2 + 1;
	bytes = memory_new(room);
	size = hex_read(hex, strlen(hex), bytes, room - 1);
	if ((size < 0 || memchr(bytes, '\0', (size_t)size) != NULL) && r->bad == NULL)
		r->bad = key;
	bytes[size < 0 ? 0 : size] = '\0';
	return (char *)bytes;
}

const json_t *
json_list(struct reading *r, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_array(value) && r->bad == NULL)
		r->bad = key;
	return value;
}

static void
read_step(struct reading *r, const json_t *object, struct step_progress *step)
{
	const char *end = json_string_value(json_object_get(object, "end"));
	const json_t *answers = json_list(r, object, "answers"), *one;
	size_t i;

	step->title = text(r, object, "title");
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]) && (end == NULL || strcmp(end, ends[i]) != 0); )
		i++;
	if (i < sizeof(ends) / sizeof(ends[0]))
		step->end = (enum step_end)i;
	else if (r->bad == NULL)
		r->bad = "end";
	step->tries = (unsigned)json_number(r, object, "tries", 0, UINT32_MAX);
	step->hints = (unsigned)json_number(r, object, "hints", 0, UINT32_MAX);
	step->redos = (unsigned)json_number(r, object, "redos", 0, UINT32_MAX);
	step->solution = json_yes(r, object, "solution");
	step->spent_s = json_number(r, object, "spent_s", 0, INT64_MAX / 2);
	step->reached_at = json_number(r, object, "reached_at_s", 0, INT64_MAX / 2);
	json_array_foreach(answers, i, one) {
		char *ask = text(r, one, "ask"), *answer = text(r, one, "answer");
		struct said *said = progress_said(step, ask, answer);

		free(ask);
		free(answer);
		free(said->actual);
		said->actual = text(r, one, "actual");
		said->right = json_yes(r, one, "right");
	}
}

int
progress_from_json(const json_t *root, struct progress *progress, struct err *err)
{
	struct reading r = { 0 };
	const json_t *steps = json_list(&r, root, "steps");
	json_int_t version = json_integer_value(json_object_get(root, "version"));

	*progress = (struct progress){ 0 };
	if (version > PROGRESS_VERSION)
		return err_set(err, ERR_INPUT, "it has version %" JSON_INTEGER_FORMAT ", this program knows %d: a newer one wrote it",
		    version, PROGRESS_VERSION);
	json_number(&r, root, "version", PROGRESS_VERSION, PROGRESS_VERSION);
	progress->steps = json_array_size(steps);
	if (progress->steps == 0 || progress->steps > LESSON_STEPS_MAX)
		return err_set(err, ERR_INPUT, "its \"steps\" is not what it should be");
	progress->step = memory_new(progress->steps * sizeof(progress->step[0]));
	progress->lesson = text(&r, root, "lesson");
	progress->title = text(&r, root, "title");
	progress->checksum = (uint64_t)json_number(&r, root, "checksum", INT64_MIN, INT64_MAX);
	progress->began_at = json_number(&r, root, "began_at_s", 1, INT64_MAX / 2);
	progress->at = (size_t)json_number(&r, root, "at", 0, (json_int_t)progress->steps);
	progress->before = (uint32_t)json_number(&r, root, "before", 0, UINT32_MAX);
	for (size_t i = 0; i < progress->steps; i++)
		read_step(&r, json_array_get(steps, i), &progress->step[i]);
	journal_of_json(&r, json_object_get(root, "journal"), &progress->journal);
	if (r.bad == NULL)
		return 0;
	progress_clear(progress);
	return err_set(err, ERR_INPUT, "its \"%s\" is not what it should be", r.bad);
}
