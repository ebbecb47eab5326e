/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options as they are typed. */
#include <string.h>

#include "base/bytes.h"
#include "base/number.h"
#include "seg/option.h"

static int
append(struct option_bytes *b, const uint8_t *bytes, size_t size, struct err *err)
{
	if (size > OPTIONS_MAX - b->size)
		return err_set(err, ERR_INPUT,
		    "the option takes %zu bytes and %zu of 40 are left: a TCP header has no room for more options",
		    size, OPTIONS_MAX - b->size);
	memcpy(b->data + b->size, bytes, size);
	b->size += size;
	return 0;
}

int
option_put(struct option_bytes *b, uint8_t kind, const uint8_t *data, size_t data_size, struct err *err)
{
	uint8_t bytes[2 + OPTIONS_MAX] = { kind, (uint8_t)(2 + data_size) };

	if (kind == OPTION_EOL || kind == OPTION_NOP)
		return append(b, bytes, 1, err);
	if (data_size <= OPTIONS_MAX && data_size > 0)
		memcpy(bytes + 2, data, data_size);
	return append(b, bytes, 2 + data_size, err);
}

void
option_pad(struct option_bytes *b)
{
	while (b->size % 4 != 0)
		b->data[b->size++] = OPTION_EOL;
}

/* A crafted option: what to put, how to say what was expected. */
struct craft {
	struct option_bytes *b;
	const char *name, *value; /* value is never NULL */
	uint32_t sack_base;
	struct err *err;
};

static int
refuse(const struct craft *craft, const char *expected)
{
	if (craft->value[0] == '\0')
		return err_set(craft->err, ERR_INPUT, "option %s needs a value: %s", craft->name, expected);
	return err_set(craft->err, ERR_INPUT, "%s=%s: expected %s", craft->name, craft->value, expected);
}

/* Reads a number of up to `most` from *text up to `stop` or the end; steps over both. */
static bool
number_until(const char **text, char stop, uint64_t most, uint64_t *value)
{
	const char *end = strchr(*text, stop);
	size_t length = end != NULL ? (size_t)(end - *text) : strlen(*text);

	if (!number_read(*text, length, value) || *value > most)
		return false;
	*text += length;
	if (**text != '\0')
		(*text)++;
	return true;
}

static int
craft_mss(const struct craft *craft)
{
	const char *at = craft->value;
	uint8_t data[2];
	uint64_t mss;

	if (!number_until(&at, '\0', UINT16_MAX, &mss))
		return refuse(craft, "a number of bytes from 0 to 65535, as in mss=1460");
	bits_put(data, 0, 16, mss);
	return option_put(craft->b, OPTION_MSS, data, sizeof(data), craft->err);
}

static int
craft_wscale(const struct craft *craft)
{
	const char *at = craft->value;
	uint8_t data;
	uint64_t shift;

	if (!number_until(&at, '\0', UINT8_MAX, &shift))
		return refuse(craft, "a shift from 0 to 255 (above 14 is illegal), as in wscale=7");
	data = (uint8_t)shift;
	return option_put(craft->b, OPTION_WSCALE, &data, 1, craft->err);
}

static int
craft_ts(const struct craft *craft)
{
	const char *at = craft->value;
	uint64_t value, echo = 0;
	uint8_t data[8];

	if (!number_until(&at, ':', UINT32_MAX, &value) || (*at != '\0' && !number_until(&at, '\0', UINT32_MAX, &echo)))
		return refuse(craft, "value and echo reply, each of 32 bits, as in ts=1:0");
	bits_put(data, 0, 32, value);
	bits_put(data, 32, 32, echo);
	return option_put(craft->b, OPTION_TS, data, sizeof(data), craft->err);
}

static int
craft_sack(const struct craft *craft)
{
	const char *at = craft->value;
	uint8_t data[32];
	size_t size = 0;

	do {
		uint64_t left, right;

		if (size == sizeof(data) || !number_until(&at, '-', UINT32_MAX, &left) ||
		    !number_until(&at, ',', UINT32_MAX, &right))
			return refuse(craft, "one to four blocks FIRST-PAST, as in sack=1449-2897,4345-5793");
		bits_put(data + size, 0, 32, (uint32_t)(left + craft->sack_base));
		bits_put(data + size + 4, 0, 32, (uint32_t)(right + craft->sack_base));
		size += 8;
	} while (*at != '\0');
	return option_put(craft->b, OPTION_SACK, data, size, craft->err);
}

static int
craft_hex(const struct craft *craft, uint8_t kind, const char *expected)
{
	uint8_t data[OPTIONS_MAX];
	long size = hex_read(craft->value, strlen(craft->value), data, sizeof(data));

	if (size < 0)
		return refuse(craft, expected);
	return option_put(craft->b, kind, data, (size_t)size, craft->err);
}

static int
craft_tfo(const struct craft *craft)
{
	return craft_hex(craft, OPTION_FAST_OPEN, "a cookie in hexadecimal, or no value to ask for one");
}

static int
craft_md5(const struct craft *craft)
{
	if (craft->value[0] == '\0')
		return refuse(craft, "the digest in hexadecimal");
	return craft_hex(craft, OPTION_MD5, "the digest in hexadecimal");
}

/* RFC 5482 2: 15 bits of seconds, or with the highest bit of minutes. */
static int
craft_uto(const struct craft *craft)
{
	const char *at = craft->value;
	uint8_t data[2];
	uint64_t seconds;

	if (!number_until(&at, '\0', UINT64_C(0x7fff) * 60, &seconds) || (seconds > 0x7fff && seconds % 60 != 0))
		return refuse(craft, "seconds up to 32767, or whole minutes up to 1966020 s, as in uto=300");
	bits_put(data, 0, 16, seconds <= 0x7fff ? seconds : 0x8000 | seconds / 60);
	return option_put(craft->b, OPTION_USER_TIMEOUT, data, sizeof(data), craft->err);
}

static int
craft_ao(const struct craft *craft)
{
	static const char expected[] =
	    "KEYID:RNEXTKEYID:MAC, the MAC in hexadecimal, as in ao=1:2:00112233445566778899aabb";
	const char *at = craft->value;
	uint8_t data[OPTIONS_MAX];
	uint64_t key, next;
	long size;

	if (!number_until(&at, ':', UINT8_MAX, &key) || !number_until(&at, ':', UINT8_MAX, &next) ||
	    (size = hex_read(at, strlen(at), data + 2, sizeof(data) - 2)) < 0)
		return refuse(craft, expected);
	data[0] = (uint8_t)key;
	data[1] = (uint8_t)next;
	return option_put(craft->b, OPTION_AO, data, 2 + (size_t)size, craft->err);
}

static int
craft_opt(const struct craft *craft)
{
	static const char expected[] = "KIND:HEX or KIND/LENGTH:HEX, as in opt=254:f989 or opt=2/40:05b4";
	const char *at = craft->value, *slash = strchr(at, '/'), *colon = strchr(at, ':');
	bool lies = slash != NULL && (colon == NULL || slash < colon);
	uint8_t bytes[2 + OPTIONS_MAX];
	uint64_t kind, length = 0;
	long size;

	if (!number_until(&at, lies ? '/' : ':', UINT8_MAX, &kind) ||
	    (lies && !number_until(&at, ':', UINT8_MAX, &length)) ||
	    (size = hex_read(at, strlen(at), bytes + 2, sizeof(bytes) - 2)) < 0)
		return refuse(craft, expected);
	bytes[0] = (uint8_t)kind;
	bytes[1] = lies ? (uint8_t)length : (uint8_t)(2 + size);
	/* EOL and NOP have neither length nor data, unless one is forced upon them. */
	if (kind <= OPTION_NOP && !lies && size == 0)
		return append(craft->b, bytes, 1, craft->err);
	return append(craft->b, bytes, 2 + (size_t)size, craft->err);
}

static int
craft_bare(const struct craft *craft, uint8_t kind)
{
	if (craft->value[0] != '\0')
		return err_set(
		    craft->err, ERR_INPUT, "%s=%s: %s takes no value", craft->name, craft->value, craft->name);
	return option_put(craft->b, kind, NULL, 0, craft->err);
}

static int
craft_nop(const struct craft *craft)
{
	return craft_bare(craft, OPTION_NOP);
}

static int
craft_eol(const struct craft *craft)
{
	return craft_bare(craft, OPTION_EOL);
}

static int
craft_sackok(const struct craft *craft)
{
	return craft_bare(craft, OPTION_SACK_PERMITTED);
}

static const struct {
	const char *name, *form;
	int (*craft)(const struct craft *craft);
} known[] = {
	{ "mss", "the most bytes that a segment may carry: mss=1460 (RFC 9293 3.7.1)", craft_mss },
	{ "wscale", "the window counts in units of 2 to this power: wscale=7 (RFC 7323)", craft_wscale },
	{ "sackok", "selective acknowledgements are welcome (RFC 2018)", craft_sackok },
	{ "sackOK", NULL, craft_sackok },
	{ "ts", "timestamps: ts=VAL:ECR (RFC 7323)", craft_ts },
	{ "nop", "one byte of padding", craft_nop },
	{ "eol", "the end of the options", craft_eol },
	{ "sack", "what came beyond a gap: sack=1-1449 (RFC 2018)", craft_sack },
	{ "tfo", "fast open: tfo, or tfo=HEX (RFC 7413)", craft_tfo },
	{ "uto", "user timeout: uto=SECONDS (RFC 5482)", craft_uto },
	{ "md5", "a signature: md5=HEX (RFC 2385)", craft_md5 },
	{ "ao", "authentication: ao=KEY:NEXT:HEX (RFC 5925)", craft_ao },
	{ "opt", "any option: opt=KIND:HEX", craft_opt },
};

#define KNOWN (sizeof(known) / sizeof(known[0]))

const char *
option_name(unsigned at, const char **form)
{
	if (at >= KNOWN)
		return NULL;
	*form = known[at].form;
	return known[at].name;
}

int
option_craft(struct option_bytes *b, const char *name, const char *value, uint32_t sack_base, struct err *err)
{
	struct craft craft = { b, name, value != NULL ? value : "", sack_base, err };

	for (size_t i = 0; i < KNOWN; i++) {
		if (strcmp(name, known[i].name) == 0)
			return known[i].craft(&craft) == 0 ? 1 : -1;
	}
	return 0;
}
