/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/goal.h"

#include <stdlib.h>
#include <string.h>

#include "session/connection.h"
#include "session/log.h"
#include "session/memory.h"
#include "session/session.h"

void
since_now(struct session *session, struct since *since)
{
	struct err ignored;

	since->log = (uint32_t)session->log.count;
	if (lab_counters(session->lab, &since->counters, &ignored) != 0)
		since->counters.count = 0;
	for (unsigned i = 0; i < since->counters.count; i++)
		since->counters.value[i] -= session->counters_at_start.value[i];
}

/* A lesson's numbers are relative also where the learner has `set raw on`.  Returns what is to be put back. */
static bool
speak_relative(struct session *session)
{
	bool raw = session->settings.raw;

	session->settings.raw = false;
	return raw;
}

/* Whether one of Bob's segments since then fits. */
static bool
frame_came(const struct session *session, const struct connection *connection, const struct frame_pattern *pattern,
    const struct since *since)
{
	for (size_t i = since->log; i < session->log.count; i++) {
		const struct log_entry *entry = &session->log.entry[i];

		if (entry->incoming && connection != NULL && entry->conn == connection->number &&
		    (pattern == NULL || condition_fits(session, connection, pattern, entry, NULL)))
			return true;
	}
	return false;
}

static bool
holds(struct session *session, struct connection *connection, const struct condition *condition, const struct since *since,
    struct text *actual)
{
	bool came, settled;

	if (condition->kind != CONDITION_FRAME && condition->kind != CONDITION_NOTHING)
		return condition_holds(session, connection, condition, since, actual, &settled);
	came = frame_came(session, connection, condition->kind == CONDITION_FRAME ? &condition->pattern : NULL, since);
	text_add(actual, condition->kind == CONDITION_FRAME ? "no such segment has come" : "something has come");
	return came == (condition->kind == CONDITION_FRAME);
}

static bool
all_hold(struct session *session, struct connection *connection, const struct condition *condition, size_t conditions,
    const struct since *since)
{
	for (size_t i = 0; i < conditions; i++) {
		char room[GOAL_LINE];
		struct text actual = text_in(room, sizeof(room));

		if (!holds(session, connection, &condition[i], since, &actual))
			return false;
	}
	return true;
}

/* "it is SYN-RECEIVED", "there are 0", "it moved by 0" */
static const char *
introduce(enum condition_kind kind)
{
	switch (kind) {
	case CONDITION_STATE:
	case CONDITION_BOB_STATE:
	case CONDITION_KERNEL_STATE:
		return "now it is ";
	case CONDITION_SEGMENTS:
		return "so far there are ";
	case CONDITION_COUNTER:
		return "so far it moved by ";
	case CONDITION_FRAME:
	case CONDITION_NOTHING:
	case CONDITION_LISTENING:
	case CONDITION_JOB_ENDED:
	case CONDITION_JOB_STATUS:
		return "";
	}
	return "";
}

static void
tell(struct session *session, const struct condition *condition, size_t conditions, const struct since *since, bool all,
    struct text *lines)
{
	bool raw = speak_relative(session);

	for (size_t i = 0; i < conditions; i++) {
		char room[GOAL_LINE / 2 - 64];
		struct text actual = text_in(room, sizeof(room));
		bool so = holds(session, session_selected(session), &condition[i], since, &actual);

		if (!so)
			text_add(lines, "  %s%s - %s%s\n", all ? "[ ] " : "", condition[i].text, introduce(condition[i].kind), room);
		else if (all)
			text_add(lines, "  [x] %s\n", condition[i].text);
	}
	session->settings.raw = raw;
}

void
goal_tell(struct session *session, const struct condition *condition, size_t conditions, const struct since *since,
    struct text *lines)
{
	tell(session, condition, conditions, since, true, lines);
}

/* By number: whether the connection had traffic since then. */
static bool *
find_traffic(const struct session *session, const struct since *since, bool *any)
{
	bool *had = memory_new((session->connections + 1) * sizeof(*had));

	*any = false;
	for (size_t i = since->log; i < session->log.count; i++) {
		uint16_t conn = session->log.entry[i].conn;

		if (conn != 0 && conn <= session->connections)
			had[conn] = *any = true;
	}
	return had;
}

static bool
one_holds(struct session *session, const struct condition *condition, size_t conditions, const struct since *since)
{
	struct connection *selected = session_selected(session);
	bool any, *had = find_traffic(session, since, &any), raw = speak_relative(session);
	bool found = (!any || (selected != NULL && had[selected->number])) &&
	    all_hold(session, selected, condition, conditions, since);

	for (size_t i = 1; i <= session->connections && !found; i++)
		found = had[i] && all_hold(session, session_connection(session, (uint16_t)i), condition, conditions, since);
	session->settings.raw = raw;
	free(had);
	return found;
}

bool
goal_holds(struct session *session, const struct condition *condition, size_t conditions, const struct since *since,
    struct text *why)
{
	bool so = one_holds(session, condition, conditions, since);

	if (!so && why != NULL)
		tell(session, condition, conditions, since, false, why);
	return so;
}

/* The segments since then that the question is about: how many, and the first one's number. */
static unsigned
find_segments(struct session *session, const struct question *question, const struct since *since, uint32_t *first)
{
	bool raw = speak_relative(session);
	unsigned count = 0;

	*first = 0;
	for (size_t i = since->log; i < session->log.count; i++) {
		const struct log_entry *entry = &session->log.entry[i];

		if (entry->incoming != (question->from == END_BOB) || entry->conn == 0 ||
		    !condition_fits(session, session_connection(session, entry->conn), &question->pattern, entry, NULL))
			continue;
		if (count++ == 0)
			*first = (uint32_t)i + 1;
	}
	session->settings.raw = raw;
	return count;
}

uint32_t
question_segment(struct session *session, const struct question *question, const struct since *since)
{
	uint32_t first;

	find_segments(session, question, since, &first);
	return first;
}

static void
add_number(struct text *actual, const struct connection *connection, const struct field *field, const struct seg *seg,
    bool incoming)
{
	const struct endpoint *end = connection->shadow.end;
	bool of_sender = field->offset != offsetof(struct seg, tcp.ack);

	text_add(actual, "%u", (uint32_t)field_get(seg, field) - end[incoming == of_sender ? END_BOB : END_ALICE].iss);
}

static bool
add_field(struct session *session, const struct question *question, uint32_t number, struct text *actual)
{
	const struct log_entry *entry = log_entry(&session->log, number);
	const struct connection *connection;
	const struct field *field;
	uint8_t frame[FRAME_MAX];
	char flags[12];
	struct seg seg;

	if (entry == NULL)
		return false;
	connection = session_connection(session, entry->conn);
	log_frame(&session->log, entry, frame, &seg);
	/* `ttl` is IPv4's in one segment and IPv6's in another. */
	field = question->field != NULL ? field_find(question->field->name, &seg) : NULL;
	if (question->field == NULL)
		text_add(actual, "%zu", seg.payload_size);
	else if (field == NULL)
		return false;
	else if (field->show == SHOW_FLAGS)
		text_add(actual, "[%s]", flags_text((uint16_t)field_get(&seg, field), flags));
	else if (field->show == SHOW_SEQ && connection != NULL)
		add_number(actual, connection, field, &seg, entry->incoming);
	else
		field_show(actual, &seg, field);
	return true;
}

/* The connection that the step is about: the selected one if it had traffic, else the last one that had. */
static struct connection *
connection_of_step(struct session *session, const struct since *since)
{
	struct connection *selected = session_selected(session), *found = selected;
	bool any, *had = find_traffic(session, since, &any);

	if (any && (selected == NULL || !had[selected->number])) {
		for (size_t i = 1; i <= session->connections; i++) {
			if (had[i])
				found = session_connection(session, (uint16_t)i);
		}
	}
	free(had);
	return found;
}

static void
add_state(struct session *session, const struct question *question, const struct since *since, struct text *actual)
{
	struct connection *connection = connection_of_step(session, since);
	enum tcp_state state = TCP_STATE_CLOSED;
	struct kernel_view view;
	struct err ignored;

	if (connection != NULL) {
		switch (question->whom) {
		case WHOM_ALICE:
			state = connection->shadow.end[END_ALICE].state;
			break;
		case WHOM_BOB:
			state = connection->shadow.end[END_BOB].state;
			break;
		case WHOM_KERNEL:
			session_kernel(session, connection, &view, &ignored);
			state = connection->kernel_state;
			break;
		}
	}
	text_add(actual, "%s", tcp_state_name(state));
}

bool
question_actual(struct session *session, const struct question *question, const struct since *since, bool reached,
    struct text *actual)
{
	uint32_t first;

	switch (question->kind) {
	case QUESTION_FIELD:
		return add_field(session, question, question_segment(session, question, since), actual);
	case QUESTION_STATE:
		if (reached)
			add_state(session, question, since, actual);
		return reached;
	case QUESTION_COUNT:
		if (reached)
			text_add(actual, "%u", find_segments(session, question, since, &first));
		return reached;
	case QUESTION_NUMBER:
	case QUESTION_CHOICE:
		if (reached)
			text_add(actual, "%s", question->answer);
		return reached;
	}
	return false;
}
