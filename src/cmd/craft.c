/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/craft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/near.h"
#include "base/number.h"
#include "base/quantity.h"
#include "lab/address.h"
#include "seg/field.h"
#include "session/connection.h"
#include "session/memory.h"
#include "session/send.h"

#define PAYLOAD_MAX 65535
#define NEAR_MAX    6
#define FIELD_VALUE_MAX 256 /* no field, and no option of 40 bytes, is spelled longer */

/* "name=value" taken apart; value points behind the '=', or is NULL for a bare name. */
struct setting_word {
	char name[48];
	const char *value;
	size_t value_size;
	bool quoted;
};

static int
take_apart(const struct word *word, struct setting_word *s, struct err *err)
{
	const char *equals = memchr(word->text, '=', word->size);
	size_t length = equals != NULL ? (size_t)(equals - word->text) : word->size;

	if (length == 0 || length >= sizeof(s->name))
		return err_set(err, ERR_INPUT, "\"%s\" is no field=value", QUOTED(word->text));
	memcpy(s->name, word->text, length);
	s->name[length] = '\0';
	s->value = equals != NULL ? equals + 1 : NULL;
	s->value_size = equals != NULL ? word->size - length - 1 : 0;
	s->quoted = word->quoted;
	return 0;
}

int
craft_host(const char *text, struct address *address, struct err *err)
{
	static const struct {
		const char *name, *address;
	} hosts[] = { { "alice", ALICE_IP4 }, { "alice6", ALICE_IP6 }, { "bob", BOB_IP4 }, { "bob6", BOB_IP6 } };

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		if (strcmp(hosts[i].name, text) == 0)
			text = hosts[i].address;
	}
	if (!address_parse(text, address))
		return err_set(err, ERR_INPUT, "\"%s\" is no host; write bob, bob6 or an IP address", QUOTED(text));
	return 0;
}

int
craft_destination(const struct dojo *dojo, const struct words *words, size_t from, struct address *dst, uint16_t *sport,
    uint16_t *dport, struct err *err)
{
	*dst = dojo->session->peer;
	*sport = 0;
	*dport = (uint16_t)dojo->session->settings.port;
	for (size_t i = from; i < words->count; i++) {
		const char *text = words->word[i].text;
		int result = 0;

		if (strncmp(text, "dst=", 4) == 0)
			result = craft_host(text + 4, dst, err);
		else if (strncmp(text, "dport=", 6) == 0)
			result = port_parse(text + 6, 0, dport, err);
		else if (strncmp(text, "sport=", 6) == 0)
			result = port_parse(text + 6, 0, sport, err);
		if (result != 0)
			return -1;
	}
	return 0;
}

/* By how much a number of the wire, typed when the connection had other ISNs, has to be moved now; 0: not at all. */
static uint32_t
moved(const struct dojo *dojo, const struct connection *connection, bool bobs)
{
	const struct journal_base *base = dojo->again != NULL ? dojo->again->base : NULL;
	const struct endpoint *end = connection->shadow.end;
	uint32_t by;

	if (base == NULL || base->conn != connection->number || (bobs && !base->known))
		return 0;
	by = bobs ? end[END_BOB].iss - base->bob : end[END_ALICE].iss - base->alice;
	dojo->again->rebased |= by != 0;
	return by;
}

/* The echo in "ts=VAL:ECR" likewise, by what Bob's clock began with. */
static void
move_echo(const struct dojo *dojo, const struct connection *connection, char *value, size_t size)
{
	const struct journal_base *base = dojo->again != NULL ? dojo->again->base : NULL;
	const char *colon = strchr(value, ':');
	uint64_t echo;

	if (base == NULL || base->conn != connection->number || base->bob_ts == 0 || connection->bob_ts == 0 || colon == NULL ||
	    !number_parse(colon + 1, &echo) || echo == 0)
		return;
	dojo->again->rebased |= connection->bob_ts != base->bob_ts;
	snprintf(value + (colon + 1 - value), size - (size_t)(colon + 1 - value), "%u",
	    (uint32_t)echo + connection->bob_ts - base->bob_ts);
}

/* N is relative as displayed, +N and -N offset what would be correct; with _raw it is the number on the wire. */
static int
craft_sequence(const struct dojo *dojo, struct craft *craft, const struct field *field, const char *value, bool raw, struct err *err)
{
	const struct endpoint *end = craft->connection->shadow.end;
	bool is_ack = field->offset == offsetof(struct seg, tcp.ack), offset = value[0] == '+' || value[0] == '-';
	uint32_t base = is_ack ? end[END_BOB].iss : end[END_ALICE].iss;
	uint64_t number;

	if (!number_parse(value + offset, &number) || number > UINT32_MAX)
		return err_set(err, ERR_INPUT, "%s is a number from 0 to 4294967295, or +N or -N from what would be correct, not \"%s\"",
		    field->name, QUOTED(value));
	if (raw || (dojo->session->settings.raw && !offset))
		base = moved(dojo, craft->connection, is_ack);
	else if (offset)
		base = (uint32_t)field_get(&craft->seg, field);
	field_set(&craft->seg, field, value[0] == '-' ? base - (uint32_t)number : base + (uint32_t)number);
	seg_give(&craft->seg, field);
	return 0;
}

static int
hex_payload(const char *hex, size_t hex_size, uint8_t **payload, size_t *size, struct err *err)
{
	uint8_t *bytes = memory_new(hex_size / 2 + 1);
	long count = hex_read(hex, hex_size, bytes, hex_size / 2);

	if (count < 0) {
		free(bytes);
		return err_set(err, ERR_INPUT, "after hex: stand pairs of hex digits, like hex:0d0a, not \"%s\"", QUOTED(hex));
	}
	*payload = bytes;
	*size = (size_t)count;
	return 0;
}

int
payload_read(const char *value, size_t value_size, bool as_it_is, uint8_t **payload, size_t *size, struct err *err)
{
	uint64_t zeros;

	if (!as_it_is && strncmp(value, "hex:", 4) == 0)
		return hex_payload(value + 4, value_size - 4, payload, size, err);
	if (!as_it_is && strncmp(value, "zero:", 5) == 0) {
		if (!number_parse(value + 5, &zeros) || zeros > PAYLOAD_MAX)
			return err_set(err, ERR_INPUT, "zero:N takes a number of bytes from 0 to %d, not \"%s\"", PAYLOAD_MAX,
			    QUOTED(value + 5));
		*payload = memory_new((size_t)zeros + 1);
		*size = (size_t)zeros;
		return 0;
	}
	*payload = memory_copy(value, value_size);
	*size = value_size;
	return 0;
}

static int
craft_payload(struct craft *craft, const struct setting_word *s, struct err *err)
{
	craft_clear(craft); /* of two payloads the last one counts */
	if (payload_read(s->value, s->value_size, s->quoted, &craft->payload, &craft->seg.payload_size, err) != 0)
		return -1;
	craft->seg.payload = craft->payload;
	return 0;
}

/* These may stand in a header more than once. */
static bool
is_repeatable(const char *option)
{
	return strcmp(option, "nop") == 0 || strcmp(option, "eol") == 0 || strcmp(option, "opt") == 0;
}

/* An option takes the place of the one of its name, or comes behind. */
static int
craft_option(const struct dojo *dojo, struct craft *craft, const struct setting_word *s, struct err *err)
{
	struct option_bytes trial = { 0 };
	int known = option_craft(&trial, s->name, s->value, 0, err);
	struct option_words *words = &craft->option_words;
	unsigned at = 0;

	if (strcmp(s->name, "options") == 0 && s->value != NULL && strcmp(s->value, "none") == 0) {
		words->count = 0;
		return 1;
	}
	if (known <= 0)
		return known;
	while (at < words->count && (strcmp(words->word[at].name, s->name) != 0 || is_repeatable(s->name)))
		at++;
	if (at == OPTION_WORDS_MAX)
		return err_set(err, ERR_INPUT, "more than %d options do not fit the 40 bytes that a TCP header has for them", OPTION_WORDS_MAX);
	if (s->value_size >= sizeof(words->word[at].value))
		return err_set(err, ERR_INPUT, "\"%s\" is more than an option can hold", QUOTED(s->value));
	if (at == words->count)
		words->count++;
	strcpy(words->word[at].name, s->name);
	strcpy(words->word[at].value, s->value != NULL ? s->value : "");
	if (strcmp(s->name, "ts") == 0)
		move_echo(dojo, craft->connection, words->word[at].value, sizeof(words->word[at].value));
	return 1;
}

/* IPv4 and IPv6 do not mix within one header. */
static int
craft_address(const char *value, struct address *address, struct err *err)
{
	struct address wanted;

	if (craft_host(value, &wanted, err) != 0)
		return -1;
	if (wanted.family != address->family)
		return err_set(err, ERR_INPUT, "\"%s\" is an IPv%u address, and this is a segment of IPv%u; `syn dst=...` opens a connection",
		    QUOTED(value), wanted.family, address->family);
	*address = wanted;
	return 0;
}

/* Names that were perhaps meant. */
struct near {
	const char *typed;
	unsigned count;
	char list[256];
};

static void
add_near(struct near *near, const char *name, size_t length)
{
	size_t used = strlen(near->list);
	char word[48];

	snprintf(word, sizeof(word), "%.*s", (int)length, name);
	if (near->count == NEAR_MAX || !near_word(near->typed, word))
		return;
	snprintf(near->list + used, sizeof(near->list) - used, "%s%s", near->count > 0 ? ", " : "", word);
	near->count++;
}

/* The options, and the fields that this segment has, those of TCP first. */
static int
no_field(const struct craft *craft, const char *name, struct err *err)
{
	struct near near = { .typed = name };
	size_t count;
	const struct field *fields = field_table(&count);
	const char *option, *form;

	for (unsigned i = 0; (option = option_name(i, &form)) != NULL; i++) {
		if (form != NULL)
			add_near(&near, option, strlen(option));
	}
	for (size_t i = count; i-- > 0;) {
		const char *alias = fields[i].aliases;

		if (!seg_has(&craft->seg, fields[i].layer))
			continue;
		add_near(&near, fields[i].name, strlen(fields[i].name));
		for (size_t length; alias[0] != '\0'; alias += length + (alias[length] == ' ')) {
			length = strcspn(alias, " ");
			add_near(&near, alias, length);
		}
	}
	if (near.count == 0)
		return err_set(err, ERR_INPUT, "there is no field or option \"%s\"; `help fields` lists them", QUOTED(name));
	return err_set(err, ERR_INPUT, "there is no field or option \"%s\"; near it are: %s", QUOTED(name), near.list);
}

static int
craft_field(const struct dojo *dojo, struct craft *craft, struct setting_word *s, struct err *err)
{
	size_t length = strlen(s->name);
	bool raw = length > 4 && strcmp(s->name + length - 4, "_raw") == 0;
	const struct field *field;

	if (raw)
		s->name[length - 4] = '\0';
	field = field_find(s->name, &craft->seg);
	if (field == NULL)
		field = field_find(s->name, NULL);
	if (field == NULL)
		return no_field(craft, s->name, err);
	if (!seg_has(&craft->seg, field->layer))
		return err_set(err, ERR_INPUT, "\"%s\" is a field of %s, which this segment has not", field->name, layer_name(field->layer));
	if (s->value == NULL)
		return err_set(err, ERR_INPUT, "\"%s\" needs a value: %s=...", field->name, field->name);
	if (field->show == SHOW_SEQ)
		return craft_sequence(dojo, craft, field, s->value, raw, err);
	if (field->offset == offsetof(struct seg, tcp.checksum) && strcmp(s->value, "bad") == 0) {
		craft->bad_sum = true;
		return 0;
	}
	if (field->show == SHOW_ADDRESS) {
		if (craft_address(s->value, field_address(&craft->seg, field), err) != 0)
			return -1;
	} else if (field_read_text(&craft->seg, field, s->value, err) != 0) {
		return -1;
	}
	seg_give(&craft->seg, field);
	return 0;
}

static int
craft_word(const struct dojo *dojo, struct craft *craft, const struct word *word, struct err *err)
{
	struct setting_word s;
	int option;

	if (take_apart(word, &s, err) != 0)
		return -1;
	if (strcmp(s.name, "payload") == 0 && s.value != NULL)
		return craft_payload(craft, &s, err);
	if (s.value_size > FIELD_VALUE_MAX || strlen(word->text) != word->size)
		return err_set(err, ERR_INPUT, "\"%s\" is more than any field can hold", QUOTED(word->text));
	option = craft_option(dojo, craft, &s, err);
	if (option != 0)
		return option < 0 ? -1 : 0;
	return craft_field(dojo, craft, &s, err);
}

int
craft_segment(struct dojo *dojo, struct craft *craft, struct connection *connection, uint16_t flags,
    const struct words *words, size_t from, struct err *err)
{
	*craft = (struct craft){ .connection = connection };
	session_segment(dojo->session, connection, flags, &craft->seg);
	session_option_words(dojo->session, connection, flags, &craft->option_words);
	craft->seg.options_size = 0;
	for (size_t i = from; i < words->count; i++) {
		if (craft_word(dojo, craft, &words->word[i], err) != 0)
			return -1;
	}
	return 0;
}

void
craft_clear(struct craft *craft)
{
	free(craft->payload);
	craft->payload = NULL;
}

/* What would be right, with its lowest bit turned over. */
static int
spoil_checksum(struct dojo *dojo, struct craft *craft, struct err *err)
{
	uint8_t frame[FRAME_MAX];
	long size = session_build(dojo->session, &craft->seg, frame, err);
	struct seg built;

	if (size < 0)
		return -1;
	seg_parse(&built, frame, (size_t)size);
	craft->seg.tcp.checksum = built.tcp.checksum ^ 1;
	seg_give(&craft->seg, field_find("tcp.checksum", NULL));
	return 0;
}

int
craft_send(struct dojo *dojo, struct craft *craft, struct err *err)
{
	if (session_options(&craft->option_words, craft->connection, &craft->options, err) != 0)
		return -1;
	craft->seg.options = craft->options.size > 0 ? craft->options.data : NULL;
	craft->seg.options_size = craft->options.size;
	if (craft->bad_sum && spoil_checksum(dojo, craft, err) != 0)
		return -1;
	return session_send(dojo->session, craft->connection, &craft->seg, err);
}
