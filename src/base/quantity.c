/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/quantity.h"

#include <string.h>

#include "base/number.h"
#include "base/when.h"

struct unit {
	const char *name;
	uint64_t scale;
};

static const struct unit durations[] = {
	{ "ns", 1 },
	{ "us", NS_PER_US },
	{ "ms", NS_PER_MS },
	{ "s", NS_PER_S },
	{ "m", 60 * NS_PER_S },
	{ NULL, 0 },
};

static const struct unit rates[] = {
	{ "bit", 1 },
	{ "kbit", 1000 },
	{ "mbit", 1000000 },
	{ "gbit", 1000000000 },
	{ NULL, 0 },
};

static const struct unit sizes[] = {
	{ "b", 1 },
	{ "kb", 1024 },
	{ "mb", 1048576 },
	{ NULL, 0 },
};

bool
number_parse(const char *text, uint64_t *value)
{
	return number_read(text, strlen(text), value);
}

int
port_parse(const char *text, uint16_t least, uint16_t *port, struct err *err)
{
	uint64_t number;

	if (!number_parse(text, &number) || number < least || number > UINT16_MAX)
		return err_set(err, ERR_INPUT, "a port is a number from %u to %u, not \"%s\"", least, UINT16_MAX, QUOTED(text));
	*port = (uint16_t)number;
	return 0;
}

/* A decimal number with a unit behind it, scaled and cut to a whole number. */
static bool
scaled_parse(const char *text, const struct unit *unit, uint64_t *value)
{
	uint64_t whole = 0, part = 0, part_scale = 1;
	const char *at = text;

	for (; *at >= '0' && *at <= '9'; at++) {
		if (whole > UINT64_MAX / 10 - 1)
			return false;
		whole = whole * 10 + (uint64_t)(*at - '0');
	}
	if (at == text)
		return false;
	if (*at == '.') {
		for (at++; *at >= '0' && *at <= '9' && part_scale < 1000000000; at++) {
			part = part * 10 + (uint64_t)(*at - '0');
			part_scale *= 10;
		}
	}
	for (; unit->name != NULL; unit++) {
		if (strcmp(unit->name, at) != 0)
			continue;
		if (__builtin_mul_overflow(whole, unit->scale, value))
			return false;
		/* Taken apart, since part * scale may be beyond 64 bits. */
		part = part * (unit->scale / part_scale) + part * (unit->scale % part_scale) / part_scale;
		return !__builtin_add_overflow(*value, part, value);
	}
	return false;
}

int
duration_parse(const char *text, int64_t *ns, struct err *err)
{
	uint64_t value;

	if (!scaled_parse(text, durations, &value) || value >= (uint64_t)INT64_MAX / 4)
		return err_set(err, ERR_INPUT, "\"%s\" is no duration; write a number with its unit, like 500us, 20ms or 2s",
		    QUOTED(text));
	*ns = (int64_t)value;
	return 0;
}

int
rate_parse(const char *text, uint64_t *bps, struct err *err)
{
	if (strcmp(text, "unlimited") == 0) {
		*bps = 0;
		return 0;
	}
	if (!scaled_parse(text, rates, bps) || *bps == 0)
		return err_set(err, ERR_INPUT, "\"%s\" is no rate; write a number above 0 with its unit, like 10mbit, or `unlimited`",
		    QUOTED(text));
	return 0;
}

int
size_parse(const char *text, uint64_t *bytes, struct err *err)
{
	if (!scaled_parse(text, sizes, bytes))
		return err_set(err, ERR_INPUT, "\"%s\" is no size; write a number with its unit, like 1500b, 100kb or 1mb",
		    QUOTED(text));
	return 0;
}

/* The largest unit that leaves a whole number. */
static void
unit_text(struct text *t, const struct unit *unit, uint64_t value)
{
	const struct unit *best = unit;

	for (; unit->name != NULL; unit++) {
		if (value >= unit->scale && value % unit->scale == 0)
			best = unit;
	}
	text_add(t, "%llu%s", (unsigned long long)(value / best->scale), best->name);
}

void
duration_text(struct text *t, int64_t ns)
{
	if (ns == 0)
		text_add(t, "0ms");
	else
		unit_text(t, durations, (uint64_t)ns);
}

void
rate_text(struct text *t, uint64_t bps)
{
	if (bps == 0)
		text_add(t, "unlimited");
	else
		unit_text(t, rates, bps);
}

void
size_text(struct text *t, uint64_t bytes)
{
	unit_text(t, sizes, bytes);
}
