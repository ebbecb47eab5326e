/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "seg/seg.h"

bool
address_equal(const struct address *a, const struct address *b)
{
	return a->family == b->family && memcmp(a->octet, b->octet, a->family == 4 ? 4 : 16) == 0;
}

struct address
address_ip4(uint32_t host_order)
{
	return (struct address){ .family = 4,
		.octet = { (uint8_t)(host_order >> 24), (uint8_t)(host_order >> 16), (uint8_t)(host_order >> 8),
		    (uint8_t)host_order } };
}

static void
add_dotted(struct text *t, const uint8_t *octet)
{
	text_add(t, "%u.%u.%u.%u", octet[0], octet[1], octet[2], octet[3]);
}

/* RFC 5952 4: lower case, no leading zeros, the first longest run of two or more zero groups as "::". */
static void
add_groups(struct text *t, const uint8_t *octet, int count)
{
	int best = count, best_length = 1;

	for (int i = 0, run = 0; i < count; i++) {
		run = octet[2 * i] == 0 && octet[2 * i + 1] == 0 ? run + 1 : 0;
		if (run > best_length) {
			best_length = run;
			best = i + 1 - run;
		}
	}
	for (int i = 0; i < count; i++) {
		if (i == best) {
			text_add(t, "::");
			i += best_length - 1;
			continue;
		}
		text_add(t, "%s%x", i == 0 || i == best + best_length ? "" : ":", octet[2 * i] << 8 | octet[2 * i + 1]);
	}
}

const char *
address_text(const struct address *a, char *buffer, size_t size)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct text t = text_in(buffer, size);

	if (a->family == 4) {
		add_dotted(&t, a->octet);
	} else if (a->family == 6 && memcmp(a->octet, mapped, sizeof(mapped)) == 0) { /* RFC 5952 5 */
		text_add(&t, "::ffff:");
		add_dotted(&t, a->octet + 12);
	} else if (a->family == 6) {
		add_groups(&t, a->octet, 8);
	}
	return buffer;
}

static bool
read_dotted(const char *text, uint8_t octet[static 4])
{
	for (int i = 0; i < 4; i++) {
		size_t n = strspn(text, "0123456789");
		uint64_t value;

		/* A leading zero once meant octal; nobody can tell what is meant. */
		if (n == 0 || n > 3 || (n > 1 && text[0] == '0') || !number_read(text, n, &value) || value > 255)
			return false;
		octet[i] = (uint8_t)value;
		text += n;
		if (*text++ != (i < 3 ? '.' : '\0'))
			return false;
	}
	return true;
}

static bool
read_group(const char *text, size_t length, uint8_t octet[static 2])
{
	unsigned value = 0;

	if (length == 0 || length > 4)
		return false;
	for (size_t i = 0; i < length; i++)
		value = value << 4 | (unsigned)hex_digit(text[i]);
	octet[0] = (uint8_t)(value >> 8);
	octet[1] = (uint8_t)value;
	return true;
}

/* RFC 4291 2.2: groups, at most one "::", and perhaps a dotted tail. */
static bool
read_groups(const char *text, uint8_t octet[static 16])
{
	int size = 0, gap = -1;

	memset(octet, 0, 16);
	if (text[0] == ':' && text[1] == ':') {
		gap = 0;
		text += 2;
	}
	while (*text != '\0') {
		size_t n = strspn(text, "0123456789abcdefABCDEF");

		if (text[n] == '.') {
			if (size > 12 || !read_dotted(text, octet + size))
				return false;
			size += 4;
			break;
		}
		if (size > 14 || !read_group(text, n, octet + size))
			return false;
		size += 2;
		text += n;
		if (*text == '\0')
			break;
		if (*text++ != ':' || *text == '\0')
			return false;
		if (*text == ':') {
			if (gap >= 0)
				return false;
			gap = size;
			text++;
		}
	}
	if (gap < 0)
		return size == 16;
	if (size == 16)
		return false;
	memmove(octet + 16 - (size - gap), octet + gap, (size_t)(size - gap));
	memset(octet + gap, 0, (size_t)(16 - size));
	return true;
}

bool
address_parse(const char *text, struct address *a)
{
	struct address read = { 0 };

	if (strchr(text, ':') != NULL) {
		read.family = 6;
		if (!read_groups(text, read.octet))
			return false;
	} else {
		read.family = 4;
		if (!read_dotted(text, read.octet))
			return false;
	}
	*a = read;
	return true;
}
