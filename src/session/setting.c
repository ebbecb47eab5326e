/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/setting.h"

#include <stddef.h>
#include <string.h>

#include "base/quantity.h"

#define BOOLEAN(member, start, text) \
	{ .name = #member, .summary = text, .boolean = true, .initial = start, .offset = offsetof(struct settings, member) }
#define NUMBER(member, least, most, start, text) \
	{ .name = #member, .summary = text, .low = least, .high = most, .initial = start, .offset = offsetof(struct settings, member) }

static const struct setting settings_rows[] = {
	NUMBER(mss, 1, 65535, 1460, "the MSS that Alice's SYN announces, in bytes"),
	NUMBER(port, 1, 65535, 80, "the port of Bob's that `syn` and `connect` knock at"),
	BOOLEAN(predictions, 1, "show what Bob should answer under each segment sent"),
	BOOLEAN(raw, 0, "show sequence numbers as they are on the wire, not relative to the initial ones"),
	BOOLEAN(sack, 1, "Alice's SYN offers selective acknowledgements (RFC 2018)"),
	BOOLEAN(strict, 0, "a broken prediction ends a script with status 1"),
	BOOLEAN(timestamps, 1, "Alice's SYN offers timestamps (RFC 7323)"),
	NUMBER(window, 0, 1073725440, 64240, "the receive window that Alice announces, in bytes"),
	NUMBER(wscale, 0, 15, 7, "the window scale that Alice's SYN announces; 15 offers none (RFC 7323)"),
};

#define ROWS (sizeof(settings_rows) / sizeof(settings_rows[0]))

const struct setting *
setting_table(size_t *count)
{
	*count = ROWS;
	return settings_rows;
}

static void
store(struct settings *settings, const struct setting *row, uint32_t value)
{
	char *member = (char *)settings + row->offset;

	if (row->boolean)
		*(bool *)(void *)member = value != 0;
	else
		*(uint32_t *)(void *)member = value;
}

void
settings_init(struct settings *settings)
{
	for (size_t i = 0; i < ROWS; i++)
		store(settings, &settings_rows[i], settings_rows[i].initial);
}

static int
no_such_setting(const char *name, struct err *err)
{
	char list[512];
	struct text t = text_in(list, sizeof(list));

	for (size_t i = 0; i < ROWS; i++)
		text_add(&t, "%s%s", i > 0 ? ", " : "", settings_rows[i].name);
	return err_set(err, ERR_INPUT, "there is no setting \"%s\"; there are %s", QUOTED(name), list);
}

int
setting_set(struct settings *settings, const char *name, const char *value, struct err *err)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct setting *row = &settings_rows[i];
		uint64_t number;

		if (strcmp(row->name, name) != 0)
			continue;
		if (row->boolean) {
			bool on = strcmp(value, "on") == 0;

			if (!on && strcmp(value, "off") != 0)
				return err_set(err, ERR_INPUT, "%s is on or off, not \"%s\"", name, QUOTED(value));
			store(settings, row, on);
			return 0;
		}
		if (!number_parse(value, &number) || number < row->low || number > row->high)
			return err_set(err, ERR_INPUT, "%s is a number from %u to %u, not \"%s\"", name, row->low, row->high, QUOTED(value));
		store(settings, row, (uint32_t)number);
		return 0;
	}
	return no_such_setting(name, err);
}

void
setting_show(struct text *t, const struct settings *settings, const struct setting *setting)
{
	const char *member = (const char *)settings + setting->offset;

	if (setting->boolean)
		text_add(t, "%s", *(const bool *)(const void *)member ? "on" : "off");
	else
		text_add(t, "%u", *(const uint32_t *)(const void *)member);
}
