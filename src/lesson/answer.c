/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a learner says, in whatever form, held against what is.  ASCII letters only: a locale has no say in it. */
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "lesson/goal.h"

#define SAID_MAX 200 /* no answer is longer */
#define QUOTES   "\"`" /* around a word they say nothing */

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool
same(const char *a, const char *b)
{
	while (*a != '\0' && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

/* Copies the text with each run of `blanks` as one `between`, none at the ends; false: it is too long, or nothing is left. */
static bool
squeeze(const char *text, const char *blanks, char between, char copy[static SAID_MAX])
{
	size_t length = 0;

	for (text += strspn(text, blanks); *text != '\0'; text += strspn(text, blanks)) {
		size_t word = strcspn(text, blanks);

		if (length + word + 2 > SAID_MAX)
			return false;
		if (length > 0 && between != '\0')
			copy[length++] = between;
		memcpy(copy + length, text, word);
		length += word;
		text += word;
	}
	copy[length] = '\0';
	return length > 0;
}

/* Whether the first word of `names`, or another, is how `text` begins; what stands behind it and a blank or '='; NULL: no. */
static const char *
behind_name(const char *text, const char *names)
{
	while (*names != '\0') {
		size_t length = strcspn(names, " "), i = 0;

		while (i < length && lower(text[i]) == lower(names[i]))
			i++;
		if (length > 0 && i == length && (text[i] == ' ' || text[i] == '='))
			return text + i + 1 + strspn(text + i + 1, " =");
		names += length + strspn(names + length, " ");
	}
	return NULL;
}

/* "ack 1" and "ack=1" are 1. */
static const char *
without_name(const struct question *question, const char *said)
{
	const char *behind = NULL;

	if (question->kind == QUESTION_FIELD && question->field == NULL)
		behind = behind_name(said, "length len");
	else if (question->kind == QUESTION_FIELD)
		behind = behind_name(said, question->field->name);
	if (behind == NULL && question->kind == QUESTION_FIELD && question->field != NULL)
		behind = behind_name(said, question->field->aliases);
	return behind != NULL && *behind != '\0' ? behind : said;
}

/* "4 segments", "18 bytes", and the question's own unit. */
static void
drop_unit(const struct question *question, char *said)
{
	static const char *const units[] = { "segment", "segments", "byte", "bytes", "octet", "octets" };
	char *blank = strrchr(said, ' '), *first = strchr(said, ' ');

	for (size_t i = 0; blank != NULL && i < sizeof(units) / sizeof(units[0]); i++) {
		if (same(blank + 1, units[i])) {
			*blank = '\0';
			return;
		}
	}
	if (first != NULL && question->unit != NULL && same(first + 1, question->unit))
		*first = '\0';
}

/* A sequence number from the initial one on: "iss+1", "irs", "+1". */
static const char *
behind_initial(const char *said)
{
	static const char *const names[] = { "iss", "irs", "isn" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (lower(said[0]) != names[i][0] || lower(said[1]) != names[i][1] || lower(said[2]) != names[i][2])
			continue;
		said += 3;
		break;
	}
	return said;
}

/* A number, by itself or (relative) from the initial sequence number on. */
static bool
read_number(const char *said, bool relative, uint64_t *value)
{
	char plain[SAID_MAX];
	const char *at = plain;

	if (!squeeze(said, " ", '\0', plain))
		return false;
	if (relative) {
		at = behind_initial(plain);
		*value = 0;
		if (*at == '\0')
			return true;
		if (at > plain && *at != '+')
			return false;
		at += *at == '+';
	}
	return number_read(at, strlen(at), value);
}

/* As tcpdump prints them, or names between any signs, in any order. */
static bool
read_flags(const char *said, uint16_t *flags)
{
	char words[SAID_MAX], plain[SAID_MAX];

	if (flags_read(said, flags))
		return true;
	if (!squeeze(said, " ,+|/-&[]", ',', words))
		return false;
	if (same(words, "none") || same(words, "no,flags")) {
		*flags = 0;
		return true;
	}
	if (flags_read(words, flags))
		return true;
	for (size_t i = 0; i <= strlen(words); i++)
		plain[i] = upper(words[i]);
	return flags_read(plain, flags);
}

static bool
read_state(const char *said, enum tcp_state *state)
{
	char words[SAID_MAX], joined[SAID_MAX];

	if (!squeeze(said, " -_", '-', words))
		return false;
	if (tcp_state_named(words, state))
		return true;
	squeeze(words, "-", '\0', joined);
	if (same(joined, "synrcvd")) {
		*state = TCP_STATE_SYN_RECEIVED;
		return true;
	}
	for (unsigned i = 0; i < TCP_STATE_COUNT; i++) {
		char name[SAID_MAX];

		squeeze(tcp_state_name((enum tcp_state)i), "-", '\0', name);
		if (same(name, joined)) {
			*state = (enum tcp_state)i;
			return true;
		}
	}
	return false;
}

/* By its text, or by its letter: "a", "A)", "(a)".  -1: it is none of them. */
static int
read_choice(const struct question *question, const char *said)
{
	char words[SAID_MAX], text[SAID_MAX];

	if (!squeeze(said, " ", ' ', words))
		return -1;
	for (unsigned i = 0; i < question->choices; i++) {
		if (squeeze(question->choice[i], QUOTES " \t", ' ', text) && same(words, text))
			return (int)i;
	}
	if (!squeeze(words, " ().", '\0', text) || text[1] != '\0')
		return -1;
	for (unsigned i = 0; i < question->choices; i++) {
		if (lower(text[0]) == (char)('a' + i))
			return (int)i;
	}
	return -1;
}

static bool
is_sequence(const struct question *question)
{
	return question->kind == QUESTION_FIELD && question->field != NULL && question->field->show == SHOW_SEQ;
}

const char *
answer_form(const struct question *question)
{
	switch (question->kind) {
	case QUESTION_STATE:
		return "a state, like LISTEN or listen";
	case QUESTION_CHOICE:
		return "one of the letters";
	case QUESTION_COUNT:
	case QUESTION_NUMBER:
		return "a number, like 77 or 0x4d";
	case QUESTION_FIELD:
		break;
	}
	if (question->field != NULL && question->field->show == SHOW_FLAGS)
		return "flags, like FP. or FIN-PSH-ACK";
	if (question->field != NULL && question->field->show == SHOW_ADDRESS)
		return "an address, like 198.51.100.1";
	if (is_sequence(question))
		return "a number, like 77, 0x4d or iss+77";
	return "a number, like 77 or 0x4d";
}

/* Of either family, or MACs; as compare. */
static int
compare_addresses(const struct field *field, const char *said, const char *actual)
{
	struct address a, b;
	struct seg x = { 0 }, y = { 0 };
	struct err ignored;

	if (field->show == SHOW_ADDRESS) {
		if (!address_parse(said, &a))
			return -1;
		return actual != NULL && address_parse(actual, &b) && address_equal(&a, &b);
	}
	if (field_read_text(&x, field, said, &ignored) != 0)
		return -1;
	return actual != NULL && field_read_text(&y, field, actual, &ignored) == 0 && field_get(&x, field) == field_get(&y, field);
}

/* Whether `said` and `actual` (NULL: not asked) mean the same; -1: `said` means nothing here. */
static int
compare(const struct question *question, const char *said, const char *actual)
{
	uint64_t number, is_number = 0;
	uint16_t flags, is_flags = 0;
	enum tcp_state state, is_state = TCP_STATE_CLOSED;
	int choice;

	if (question->kind == QUESTION_STATE) {
		if (!read_state(said, &state))
			return -1;
		return actual != NULL && read_state(actual, &is_state) && state == is_state;
	}
	if (question->kind == QUESTION_CHOICE) {
		choice = read_choice(question, said);
		return choice < 0 ? -1 : actual != NULL && read_choice(question, actual) == choice;
	}
	if (question->kind == QUESTION_FIELD && question->field != NULL && question->field->show == SHOW_FLAGS) {
		if (!read_flags(said, &flags))
			return -1;
		return actual != NULL && read_flags(actual, &is_flags) && flags == is_flags;
	}
	if (question->kind == QUESTION_FIELD && question->field != NULL &&
	    (question->field->show == SHOW_ADDRESS || question->field->show == SHOW_MAC))
		return compare_addresses(question->field, said, actual);
	if (!read_number(said, is_sequence(question), &number))
		return -1;
	return actual != NULL && read_number(actual, is_sequence(question), &is_number) && number == is_number;
}

int
answer_fits(const struct question *question, const char *said, const char *actual, struct err *err)
{
	char plain[SAID_MAX], is[SAID_MAX], list[256];
	struct text t = text_in(list, sizeof(list));
	int fits = -1;

	if (squeeze(said, QUOTES " \t\r\n", ' ', plain)) {
		char *value = (char *)(uintptr_t)without_name(question, plain);

		if (question->kind != QUESTION_CHOICE)
			drop_unit(question, value);
		if (actual != NULL && !squeeze(actual, QUOTES " \t\r\n", ' ', is))
			actual = NULL;
		fits = compare(question, value, actual != NULL ? is : NULL);
	}
	if (fits >= 0)
		return fits;
	for (unsigned i = 0; question->kind == QUESTION_CHOICE && i < question->choices; i++)
		text_add(&t, "%s%c", i == 0 ? ": " : i + 1 == question->choices ? " or " : ", ", 'a' + i);
	return err_set(err, ERR_INPUT, "\"%s\" is no answer to this: it wants %s%s", QUOTED(said), answer_form(question), list);
}
