/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a script: taken apart into words, and every command line given to all that reads words (fields, options,
 * payloads, conditions, settings, quantities), on an IPv4 and an IPv6 connection of a session that has no lab.
 * Whatever is refused must say why; whatever is crafted must be a frame that can be taken apart again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "cmd/craft.h"
#include "cmd/line.h"
#include "fuzz.h"
#include "lab/address.h"
#include "seg/field.h"
#include "session/condition.h"
#include "session/connection.h"
#include "session/memory.h"
#include "session/session.h"

#define WORDS_MAX 40

static struct session session;
static struct log_entry *heard; /* a segment of Bob's on the first connection */

static void
must(bool so)
{
	if (!so)
		abort();
}

/* A refusal has one message for people, and a status. */
static void
must_say(const struct err *err)
{
	must(err->code == ERR_INPUT);
	must(err->text[0] != '\0' && memchr(err->text, '\0', sizeof(err->text)) != NULL);
}

static struct connection *
add_connection(const char *alice, const char *bob, uint16_t port)
{
	struct connection *connection = memory_new(sizeof(*connection));
	struct endpoint *end = connection->shadow.end;

	conn_init(&connection->shadow, STACK_RFC, STACK_LINUX);
	must(address_parse(alice, &connection->shadow.address[END_ALICE]));
	must(address_parse(bob, &connection->shadow.address[END_BOB]));
	connection->shadow.port[END_ALICE] = port;
	connection->shadow.port[END_BOB] = 80;
	end[END_ALICE].iss = 0xfffffff0;
	end[END_BOB].iss = 7;
	end[END_ALICE].ts_ok = end[END_ALICE].sack_ok = true;
	if (session.connections == session.connection_room)
		session.connection = memory_grow(session.connection, &session.connection_room, sizeof(session.connection[0]));
	session.connection[session.connections++] = connection;
	connection->number = (uint16_t)session.connections;
	return connection;
}

static void
open_session(void)
{
	struct seg seg, built;
	struct err err;
	uint8_t frame[FRAME_MAX];
	long size;

	session.build = build_new(&err);
	must(session.build != NULL);
	log_init(&session.log);
	must(address_parse(BOB_IP4, &session.peer));
	session_segment(&session, add_connection(ALICE_IP4, BOB_IP4, 40001), TCP_SYN | TCP_ACK, &seg);
	add_connection(ALICE_IP6, BOB_IP6, 40002);
	size = session_build(&session, &seg, frame, &err);
	must(size > 0);
	seg_parse(&built, frame, (size_t)size);
	heard = log_add(&session.log, frame, (size_t)size, &built);
	heard->conn = 1;
	heard->incoming = true;
}

static void
craft(struct dojo *dojo, struct connection *connection, uint16_t flags, const struct words *words, size_t from)
{
	static uint8_t frame[FRAME_MAX];
	struct craft made;
	struct err err = { 0 };
	struct seg seg;
	long size;

	if (craft_segment(dojo, &made, connection, flags, words, from, &err) != 0) {
		must_say(&err);
	} else if (session_options(&made.option_words, connection, &made.options, &err) != 0) {
		must_say(&err);
	} else {
		must(made.options.size <= OPTIONS_MAX && made.options.size % 4 == 0);
		made.seg.options = made.options.size > 0 ? made.options.data : NULL;
		made.seg.options_size = made.options.size;
		size = session_build(&session, &made.seg, frame, &err);
		if (size < 0)
			must_say(&err);
		else
			seg_parse(&seg, frame, (size_t)size);
	}
	craft_clear(&made);
}

static void
expect(const struct words *words, size_t from)
{
	char *texts[WORDS_MAX], why[512];
	struct text t = text_in(why, sizeof(why));
	struct condition condition;
	struct err err = { 0 };

	if (condition_parse(&condition, texts, words_texts(words, from, texts, WORDS_MAX), &err) != 0) {
		must_say(&err);
		return;
	}
	must(memchr(condition.text, '\0', sizeof(condition.text)) != NULL);
	if (condition.kind == CONDITION_FRAME || condition.kind == CONDITION_SEGMENTS) {
		bool fits = condition_fits(&session, session.connection[0], &condition.pattern, heard, &t);

		must(fits == (t.length == 0));
	}
}

/* Each reader of one word. */
static void
read_word(const struct word *word)
{
	uint8_t *payload;
	size_t size;
	struct address address;
	uint64_t number;
	int64_t ns;
	uint16_t port;
	struct err err = { 0 };

	must(word->text[word->size] == '\0');
	must(strlen(QUOTED(word->text)) < sizeof(struct quote));
	if (duration_parse(word->text, &ns, &err) != 0)
		must_say(&err);
	else
		must(ns >= 0);
	if (rate_parse(word->text, &number, &err) != 0)
		must_say(&err);
	if (size_parse(word->text, &number, &err) != 0)
		must_say(&err);
	if (port_parse(word->text, 1, &port, &err) != 0)
		must_say(&err);
	else
		must(port >= 1);
	if (craft_host(word->text, &address, &err) != 0)
		must_say(&err);
	if (payload_read(word->text, word->size, word->quoted, &payload, &size, &err) != 0) {
		must_say(&err);
	} else {
		must(size <= word->size || strncmp(word->text, "zero:", 5) == 0);
		free(payload);
	}
	if (command_find(word->text, &err) == NULL)
		must_say(&err);
}

static void
run(struct dojo *dojo, const struct words *words)
{
	struct err err = { 0 };

	for (size_t i = 0; i < words->count; i++)
		read_word(&words->word[i]);
	if (words->count == 3 && strcmp(words->word[0].text, "let") == 0 && variable_named(words->word[1].text))
		variable_set(dojo, words->word[1].text, words->word[2].text);
	if (words->count == 3 && setting_set(&session.settings, words->word[1].text, words->word[2].text, &err) != 0)
		must_say(&err);
	expect(words, 0);
	expect(words, 1);
	craft(dojo, session.connection[0], TCP_SYN, words, 1);
	craft(dojo, session.connection[1], TCP_PSH | TCP_ACK, words, 1);
	craft(dojo, session.connection[0], 0, words, 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char first[] = "bob6", second[] = "";
	char *const args[] = { first, second };
	struct dojo dojo = { .session = &session, .args = args, .arg_count = 2 };
	struct words words = { 0 };
	size_t at = 0;

	if (session.build == NULL)
		open_session();
	settings_init(&session.settings);
	while (at < size) {
		struct err err = { 0 };
		size_t from = at;
		int result = line_next(&dojo, (const char *)data, size, &at, &words, &err);

		must(at > from && at <= size);
		if (result != 0) {
			must_say(&err);
			must(words.count == 0);
		} else if (words.count > 0) {
			run(&dojo, &words);
		}
	}
	words_clear(&words);
	variables_clear(&dojo);
	return 0;
}
