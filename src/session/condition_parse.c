/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "seg/option.h"
#include "session/condition.h"

const char condition_usage[] =
	"([FLAGS] [FIELD=VALUE]... | nothing | state STATE | kernel state STATE | bob state STATE | bob listening PORT | "
	"bob job N ended | bob job N status OP S | segments from alice|bob [FLAGS] [FIELD=VALUE]... OP N | counter COUNTER OP N) "
	"[within T] [after T] [eventually] [strictly]";

static const char *const operators[] = {
	[OPERATOR_EQ] = "=",
	[OPERATOR_NE] = "!=",
	[OPERATOR_LT] = "<",
	[OPERATOR_LE] = "<=",
	[OPERATOR_GT] = ">",
	[OPERATOR_GE] = ">=",
};

const char *
operator_text(enum operator op)
{
	return operators[op];
}

/* The operator at the beginning of the text, the longest that fits; returns its length, 0 for none. */
static size_t
operator_at(const char *text, enum operator *op)
{
	size_t longest = 0;

	for (unsigned i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		size_t length = strlen(operators[i]);

		if (length > longest && strncmp(text, operators[i], length) == 0) {
			longest = length;
			*op = (enum operator)i;
		}
	}
	return longest;
}

/* The words that are still to be read. */
struct reader {
	char *const *word;
	unsigned left;
};

static const char *
peek(const struct reader *r)
{
	return r->left > 0 ? r->word[0] : "";
}

static const char *
take(struct reader *r)
{
	r->left--;
	return *r->word++;
}

static bool
accept(struct reader *r, const char *word)
{
	if (r->left == 0 || strcmp(r->word[0], word) != 0)
		return false;
	take(r);
	return true;
}

static int
read_state(struct reader *r, enum tcp_state *state, struct err *err)
{
	if (r->left == 0 || !tcp_state_named(peek(r), state))
		return err_set(err, ERR_INPUT, "\"%s\" is no state; RFC 9293 has CLOSED, LISTEN, SYN-SENT, SYN-RECEIVED, "
		    "ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2, CLOSE-WAIT, CLOSING, LAST-ACK and TIME-WAIT", QUOTED(peek(r)));
	take(r);
	return 0;
}

/* "field=value", or "field", "=", "value".  Returns 1 when a test was read, 0 when the next word begins none. */
static int
read_test(struct reader *r, struct frame_pattern *pattern, struct err *err)
{
	struct field_test *test = &pattern->test[pattern->tests];
	size_t name_length = strcspn(peek(r), "=!<>"), raw;
	const char *value;
	struct seg scratch = { 0 };
	char name[48];

	if (r->left == 0 || name_length == 0 || name_length >= sizeof(name))
		return 0;
	memcpy(name, peek(r), name_length);
	name[name_length] = '\0';
	if (peek(r)[name_length] != '\0') {
		value = peek(r) + name_length;
		value += operator_at(value, &test->op);
		take(r);
	} else if (r->left >= 3 && operator_at(r->word[1], &test->op) == strlen(r->word[1]) && r->word[1][0] != '\0') {
		value = r->word[2];
		r->word += 3;
		r->left -= 3;
	} else {
		return 0;
	}
	if (pattern->tests == FIELD_TESTS_MAX - 1)
		return err_set(err, ERR_INPUT, "at most %d fields can be tested at once", FIELD_TESTS_MAX - 1);
	pattern->tests++;
	test->raw = false;
	if (strcmp(name, "length") == 0 || strcmp(name, "len") == 0) {
		test->field = NULL;
		if (!number_parse(value, &test->value))
			return err_set(err, ERR_INPUT, "length is a number of bytes, not \"%s\"", QUOTED(value));
		return 1;
	}
	raw = strlen(name);
	if (raw > 4 && strcmp(name + raw - 4, "_raw") == 0) {
		name[raw - 4] = '\0';
		test->raw = true;
	}
	test->field = field_find(name, NULL);
	if (test->field == NULL)
		return err_set(err, ERR_INPUT, "there is no field \"%s\"; `help fields` lists them", QUOTED(name));
	if (field_read_text(&scratch, test->field, value, err) != 0)
		return -1;
	test->value = field_get(&scratch, test->field);
	if (test->field->show == SHOW_ADDRESS)
		test->address = *field_address(&scratch, test->field);
	return 1;
}

static int
read_pattern(struct reader *r, struct frame_pattern *pattern, struct err *err)
{
	char flags[32];
	size_t length = strlen(peek(r));
	int more;

	pattern->any_flags = true;
	if (length > 0 && length < sizeof(flags)) {
		memcpy(flags, peek(r), length + 1);
		if (flags[length - 1] == '*') {
			flags[length - 1] = '\0';
			pattern->more_flags = true;
		}
		if (strpbrk(flags, "=<>!") == NULL && (flags_read(flags, &pattern->flags) || flags[0] == '\0')) {
			pattern->any_flags = false;
			take(r);
		}
	}
	while ((more = read_test(r, pattern, err)) > 0)
		continue;
	if (more < 0)
		return -1;
	if (pattern->any_flags && pattern->tests == 0)
		return err_set(err, ERR_INPUT, "\"%s\" names neither flags (S. F. FP. none) nor a field=value; "
		    "`help expect` shows what can be expected", QUOTED(peek(r)));
	return 0;
}

static int
read_count(struct reader *r, struct condition *condition, struct err *err)
{
	if (r->left < 2 || operator_at(peek(r), &condition->op) != strlen(peek(r)) || peek(r)[0] == '\0' ||
	    !number_parse(r->word[1], &condition->number))
		return err_set(err, ERR_INPUT, "here stands a comparison with a number, like >= 1, not \"%s\"", QUOTED(peek(r)));
	r->word += 2;
	r->left -= 2;
	return 0;
}

static int
read_segments(struct reader *r, struct condition *condition, struct err *err)
{
	condition->kind = CONDITION_SEGMENTS;
	if (!accept(r, "from") || (strcmp(peek(r), "alice") != 0 && strcmp(peek(r), "bob") != 0))
		return err_set(err, ERR_INPUT, "write `segments from alice` or `segments from bob`, then flags and how many");
	condition->from = strcmp(take(r), "alice") == 0 ? END_ALICE : END_BOB;
	if (read_pattern(r, &condition->pattern, err) != 0)
		return -1;
	return read_count(r, condition, err);
}

static int
read_job(struct reader *r, struct condition *condition, struct err *err)
{
	uint64_t job;

	if (!number_parse(peek(r), &job) || job == 0 || job > INT32_MAX)
		return err_set(err, ERR_INPUT, "after `bob job` stands its number, which `bob run` said, not \"%s\"", QUOTED(peek(r)));
	take(r);
	condition->job = (int)job;
	condition->kind = CONDITION_JOB_ENDED;
	if (accept(r, "ended"))
		return 0;
	condition->kind = CONDITION_JOB_STATUS;
	if (!accept(r, "status"))
		return err_set(err, ERR_INPUT, "after `bob job %d` stands `ended` or `status = 0`, not \"%s\"", condition->job, QUOTED(peek(r)));
	return read_count(r, condition, err);
}

static int
read_bob(struct reader *r, struct condition *condition, struct err *err)
{
	uint16_t port;

	if (accept(r, "state")) {
		condition->kind = CONDITION_BOB_STATE;
		return read_state(r, &condition->state, err);
	}
	if (accept(r, "job"))
		return read_job(r, condition, err);
	if (!accept(r, "listening"))
		return err_set(err, ERR_INPUT, "after `bob` stands `state STATE`, `listening PORT` or `job N ended`, not \"%s\"", QUOTED(peek(r)));
	condition->kind = CONDITION_LISTENING;
	if (port_parse(peek(r), 1, &port, err) != 0)
		return -1;
	condition->number = port;
	take(r);
	return 0;
}

static int
read_kind(struct reader *r, struct condition *condition, struct err *err)
{
	if (accept(r, "nothing")) {
		condition->kind = CONDITION_NOTHING;
		return 0;
	}
	if (accept(r, "state")) {
		condition->kind = CONDITION_STATE;
		return read_state(r, &condition->state, err);
	}
	if (accept(r, "bob"))
		return read_bob(r, condition, err);
	if (accept(r, "kernel")) {
		condition->kind = CONDITION_KERNEL_STATE;
		if (!accept(r, "state"))
			return err_set(err, ERR_INPUT, "after `kernel` stands `state STATE`, not \"%s\"", QUOTED(peek(r)));
		return read_state(r, &condition->state, err);
	}
	if (accept(r, "segments"))
		return read_segments(r, condition, err);
	if (accept(r, "counter")) {
		condition->kind = CONDITION_COUNTER;
		if (r->left == 0 || strlen(peek(r)) >= sizeof(condition->counter))
			return err_set(err, ERR_INPUT, "after `counter` stands a name like TCPChallengeACK");
		strcpy(condition->counter, take(r));
		return read_count(r, condition, err);
	}
	condition->kind = CONDITION_FRAME;
	return read_pattern(r, &condition->pattern, err);
}

static int
read_manner(struct reader *r, struct condition *condition, struct err *err)
{
	while (r->left > 0) {
		int64_t *duration = NULL;

		if (accept(r, "eventually"))
			condition->eventually = true;
		else if (accept(r, "strictly"))
			condition->strictly = true;
		else if (accept(r, "within"))
			duration = &condition->within_ns;
		else if (accept(r, "after"))
			duration = &condition->after_ns;
		else
			return err_set(err, ERR_INPUT,
			    "\"%s\" is not understood here; there could stand a field=value, within T, after T, eventually or strictly",
			    QUOTED(peek(r)));
		if (duration == NULL)
			continue;
		if (r->left == 0)
			return err_set(err, ERR_INPUT, "a duration is missing at the end, like 200ms");
		if (duration_parse(take(r), duration, err) != 0)
			return -1;
	}
	return 0;
}

int
condition_parse(struct condition *condition, char *const *words, unsigned count, struct err *err)
{
	struct reader r = { .word = words, .left = count };
	struct text t;

	*condition = (struct condition){ .within_ns = -1, .after_ns = -1 };
	t = text_in(condition->text, sizeof(condition->text));
	for (unsigned i = 0; i < count; i++)
		text_add(&t, "%s%s", i > 0 ? " " : "", words[i]);
	if (count == 0)
		return err_set(err, ERR_INPUT, "a condition is missing, like S. ack=1, state ESTABLISHED or nothing within 1s");
	if (read_kind(&r, condition, err) != 0)
		return -1;
	return read_manner(&r, condition, err);
}
