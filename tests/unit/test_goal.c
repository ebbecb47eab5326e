/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is true since a step began, of a log made by hand: no lab is needed for segments and states. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lab/address.h"
#include "lesson/goal.h"
#include "session/connection.h"
#include "session/memory.h"
#include "session/segment.h"
#include "session/session.h"

#define ALICE_ISS 0xfffffff0u /* so that numbers pass 2^32 */
#define BOB_ISS   7u

static struct session session;

static struct connection *
add_connection(uint16_t port)
{
	struct connection *connection = memory_new(sizeof(*connection));

	conn_init(&connection->shadow, STACK_RFC, STACK_LINUX);
	assert_true(address_parse(ALICE_IP4, &connection->shadow.address[END_ALICE]));
	assert_true(address_parse(BOB_IP4, &connection->shadow.address[END_BOB]));
	connection->shadow.port[END_ALICE] = port;
	connection->shadow.port[END_BOB] = 80;
	connection->shadow.end[END_ALICE].iss = ALICE_ISS;
	connection->shadow.end[END_BOB].iss = BOB_ISS;
	if (session.connections == session.connection_room)
		session.connection = memory_grow(session.connection, &session.connection_room, sizeof(session.connection[0]));
	session.connection[session.connections++] = connection;
	connection->number = (uint16_t)session.connections;
	return connection;
}

/* One more of the log, numbers relative. */
static void
passes(const struct connection *connection, bool incoming, uint16_t flags, uint32_t seq, uint32_t ack, const char *payload)
{
	uint8_t frame[FRAME_MAX];
	struct log_entry *entry;
	struct seg seg, built;
	struct err err;
	long size;

	session_segment(&session, connection, flags, &seg);
	seg.tcp.seq = seq + (incoming ? BOB_ISS : ALICE_ISS);
	seg.tcp.ack = ack + (incoming ? ALICE_ISS : BOB_ISS);
	seg.payload = (const uint8_t *)payload;
	seg.payload_size = strlen(payload);
	size = session_build(&session, &seg, frame, &err);
	assert_true(size > 0);
	seg_parse(&built, frame, (size_t)size);
	entry = log_add(&session.log, frame, (size_t)size, &built);
	entry->conn = connection->number;
	entry->incoming = incoming;
}

static struct condition
condition(const char *text)
{
	char copy[256], *word[32], *rest = copy;
	struct condition parsed;
	struct err err;
	unsigned count = 0;

	strcpy(copy, text);
	for (char *w; (w = strtok_r(rest, " ", &rest)) != NULL; )
		word[count++] = w;
	if (condition_parse(&parsed, word, count, &err) != 0)
		fail_msg("%s", err.text);
	return parsed;
}

static bool
holds(const char *text, uint32_t since_log)
{
	struct condition parsed = condition(text);
	struct since since = { .log = since_log };

	return goal_holds(&session, &parsed, 1, &since, NULL);
}

static int
begin(void **state)
{
	struct err err;

	(void)state;
	session = (struct session){ .build = build_new(&err) };
	settings_init(&session.settings);
	log_init(&session.log);
	return session.build != NULL && address_parse(BOB_IP4, &session.peer) ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	session_forget_connections(&session);
	free(session.connection);
	free(session.stale);
	free(session.due_ns);
	log_clear(&session.log);
	build_free(session.build);
	return 0;
}

static void
test_what_came_before_does_not_count(void **state)
{
	const struct connection *c = add_connection(40001);

	(void)state;
	session.selected = 1;
	passes(c, false, TCP_SYN, 0, 0, "");
	passes(c, true, TCP_SYN | TCP_ACK, 0, 1, "");
	assert_true(holds("segments from bob S. >= 1", 0));
	assert_true(holds("segments from bob S. ack=1 = 1", 1));
	assert_false(holds("segments from bob S. >= 1", 2));
	assert_true(holds("S. ack=1", 1));
	assert_false(holds("S. ack=1", 2));
	assert_false(holds("S. ack=0", 0));
	assert_false(holds("nothing", 1));
	assert_true(holds("nothing", 2));
}

static void
test_any_connection_will_do_but_one_must_do_all(void **state)
{
	struct condition both[2] = { condition("segments from alice S >= 1"), condition("segments from bob R.* >= 1") };
	struct since since = { .log = 0 };
	const struct connection *first, *second;
	char room[4 * GOAL_LINE];
	struct text why = text_in(room, sizeof(room));

	(void)state;
	first = add_connection(40001);
	second = add_connection(40002);
	session.selected = 1;
	passes(first, false, TCP_SYN, 0, 0, "");
	passes(second, true, TCP_RST | TCP_ACK, 0, 1, "");
	assert_false(goal_holds(&session, both, 2, &since, &why));
	assert_string_equal(room, "  segments from bob R.* >= 1 - so far there are 0\n");
	passes(second, false, TCP_SYN, 0, 0, "");
	assert_true(goal_holds(&session, both, 2, &since, NULL));
	/* Not by what it was before the step began. */
	since.log = 2;
	assert_false(goal_holds(&session, both, 2, &since, NULL));
}

static void
test_states_of_connections_without_traffic_do_not_count(void **state)
{
	struct connection *old, *new;

	(void)state;
	old = add_connection(40001);
	new = add_connection(40002);
	old->shadow.end[END_ALICE].state = TCP_STATE_ESTABLISHED;
	new->shadow.end[END_ALICE].state = TCP_STATE_SYN_SENT;
	session.selected = 1;
	passes(old, false, TCP_SYN, 0, 0, "");
	passes(new, false, TCP_SYN, 0, 0, "");
	assert_true(holds("state ESTABLISHED", 0));
	assert_false(holds("state ESTABLISHED", 1));
	assert_true(holds("state SYN-SENT", 1));
	/* Where nothing happened since, it is the selected one that is looked at. */
	assert_true(holds("state ESTABLISHED", 2));
}

static void
assert_actual(const struct question *question, uint32_t since_log, bool reached, const char *expected)
{
	struct since since = { .log = since_log };
	char room[64];
	struct text actual = text_in(room, sizeof(room));
	bool known = question_actual(&session, question, &since, reached, &actual);

	if (expected == NULL)
		assert_false(known);
	else
		assert_string_equal(known ? room : "(not known)", expected);
}

static void
test_questions_are_about_the_first_that_fits(void **state)
{
	struct question ack = { .kind = QUESTION_FIELD, .field = field_find("ack", NULL), .from = END_BOB,
		.pattern = condition("S.* win>0").pattern };
	struct question flags = { .kind = QUESTION_FIELD, .field = field_find("flags", NULL), .from = END_BOB,
		.pattern = { .any_flags = true } };
	struct question seq = { .kind = QUESTION_FIELD, .field = field_find("seq", NULL), .from = END_ALICE,
		.pattern = condition("P.").pattern };
	struct question length = { .kind = QUESTION_FIELD, .from = END_ALICE, .pattern = { .any_flags = true } };
	struct question count = { .kind = QUESTION_COUNT, .from = END_ALICE, .pattern = { .any_flags = true } };
	struct question where = { .kind = QUESTION_STATE, .whom = WHOM_BOB };
	struct question number = { .kind = QUESTION_NUMBER, .answer = (char *)(uintptr_t)"3" };
	struct connection *c = add_connection(40001);

	(void)state;
	session.selected = 1;
	assert_actual(&ack, 0, true, NULL);
	passes(c, false, TCP_SYN, 0, 0, "");
	assert_actual(&ack, 0, false, NULL);
	passes(c, true, TCP_SYN | TCP_ACK, 0, 1, "");
	passes(c, true, TCP_SYN | TCP_ACK, 0, 2, "");
	assert_actual(&ack, 0, false, "1");
	assert_actual(&ack, 2, false, "2");
	assert_actual(&flags, 0, false, "[S.]");
	passes(c, false, TCP_PSH | TCP_ACK, 1, 1, "hello");
	assert_actual(&seq, 0, false, "1");
	assert_actual(&length, 0, false, "0");
	assert_actual(&length, 1, false, "5");
	/* Relative whatever the learner likes to see, and his wish stays. */
	session.settings.raw = true;
	assert_actual(&ack, 0, false, "1");
	assert_true(holds("segments from bob S. ack=1 >= 1", 0));
	assert_true(session.settings.raw);
	/* The others are settled with the goal. */
	assert_actual(&count, 0, false, NULL);
	assert_actual(&count, 0, true, "2");
	c->shadow.end[END_BOB].state = TCP_STATE_SYN_RECEIVED;
	assert_actual(&where, 0, false, NULL);
	assert_actual(&where, 0, true, "SYN-RECEIVED");
	assert_actual(&number, 0, false, NULL);
	assert_actual(&number, 0, true, "3");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_came_before_does_not_count, begin, end),
		cmocka_unit_test_setup_teardown(test_any_connection_will_do_but_one_must_do_all, begin, end),
		cmocka_unit_test_setup_teardown(test_states_of_connections_without_traffic_do_not_count, begin, end),
		cmocka_unit_test_setup_teardown(test_questions_are_about_the_first_that_fits, begin, end),
	};

	return cmocka_run_group_tests_name("goal", tests, NULL, NULL);
}
