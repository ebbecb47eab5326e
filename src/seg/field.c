/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "seg/field.h"

#include <string.h>

#include "base/bytes.h"
#include "base/number.h"

static const struct field table[FIELD_COUNT] = {
#define LAYER(...)
#define FIELD(layer_, id_, member_, name_, aliases_, bit_, width_, show_, made_, meaning_, rfc_)                       \
	[FIELD_##layer_##_##id_] = {                                                                                   \
		.name = name_,                                                                                         \
		.aliases = aliases_,                                                                                   \
		.layer = LAYER_##layer_,                                                                               \
		.bit = bit_,                                                                                           \
		.width = width_,                                                                                       \
		.offset = offsetof(struct seg, member_),                                                               \
		.size = SHOW_##show_ == SHOW_ADDRESS ? 0 : sizeof(((const struct seg *)0)->member_),                   \
		.show = SHOW_##show_,                                                                                  \
		.made = made_,                                                                                         \
		.meaning = meaning_,                                                                                   \
		.rfc = rfc_,                                                                                           \
	},
#include "seg/field.list"
#undef FIELD
#undef LAYER
};

static const struct {
	const char *name;
	uint8_t bytes;
	uint8_t first; /* row */
} layers[LAYER_COUNT + 1] = {
#define LAYER(layer, name_, bytes_) [LAYER_##layer] = { name_, bytes_, FIELD_FIRST_##layer },
#define FIELD(...)
#include "seg/field.list"
#undef FIELD
#undef LAYER
	[LAYER_COUNT] = { NULL, 0, FIELD_COUNT },
};

const struct field *
field_table(size_t *count)
{
	*count = FIELD_COUNT;
	return table;
}

const struct field *
field_row(enum field_id id)
{
	return &table[id];
}

const char *
layer_name(enum layer layer)
{
	return layers[layer].name;
}

size_t
layer_bytes(enum layer layer)
{
	return layers[layer].bytes;
}

const struct field *
layer_fields(enum layer layer, size_t *count)
{
	*count = (size_t)(layers[layer + 1].first - layers[layer].first);
	return &table[layers[layer].first];
}

static bool
word_is(const char *word, size_t length, const char *name)
{
	return strlen(name) == length && memcmp(word, name, length) == 0;
}

static bool
is_called(const struct field *field, const char *name)
{
	size_t length = strlen(name);

	if (strcmp(field->name, name) == 0)
		return true;
	for (const char *word = field->aliases; *word != '\0'; word += strspn(word, " ")) {
		size_t n = strcspn(word, " ");

		if (n == length && memcmp(word, name, n) == 0)
			return true;
		word += n;
	}
	return false;
}

/* The layer that word[0..length) names; LAYER_COUNT: none. */
static enum layer
layer_called(const char *word, size_t length)
{
	static const struct {
		const char *name;
		enum layer layer;
	} others[] = { { "ip4", LAYER_IP4 }, { "ip6", LAYER_IP6 }, { "icmp6", LAYER_ICMP6 } };

	for (int layer = 0; layer < LAYER_COUNT; layer++) {
		if (word_is(word, length, layers[layer].name))
			return (enum layer)layer;
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (word_is(word, length, others[i].name))
			return others[i].layer;
	}
	return LAYER_COUNT;
}

const struct field *
field_find(const char *name, const struct seg *seg)
{
	const char *dot = strchr(name, '.');
	enum layer only = dot != NULL ? layer_called(name, (size_t)(dot - name)) : LAYER_COUNT;

	if (only != LAYER_COUNT)
		name = dot + 1;
	for (int layer = LAYER_COUNT - 1; layer >= 0; layer--) {
		size_t count;
		const struct field *field = layer_fields((enum layer)layer, &count);

		if ((only != LAYER_COUNT && only != (enum layer)layer) ||
		    (seg != NULL && !seg_has(seg, (enum layer)layer)))
			continue;
		for (; count-- > 0; field++) {
			if (is_called(field, name))
				return field;
		}
	}
	return NULL;
}

uint64_t
field_get(const struct seg *seg, const struct field *field)
{
	const uint8_t *member = (const uint8_t *)seg + field->offset;
	uint64_t value64;
	uint32_t value32;
	uint16_t value16;

	switch (field->size) {
	case 1:
		return *member;
	case 2:
		memcpy(&value16, member, 2);
		return value16;
	case 4:
		memcpy(&value32, member, 4);
		return value32;
	case 8:
		memcpy(&value64, member, 8);
		return value64;
	}
	return 0;
}

static void
member_set(struct seg *seg, const struct field *field, uint64_t value)
{
	uint8_t *member = (uint8_t *)seg + field->offset;
	uint32_t value32 = (uint32_t)value;
	uint16_t value16 = (uint16_t)value;

	switch (field->size) {
	case 1:
		*member = (uint8_t)value;
		break;
	case 2:
		memcpy(member, &value16, 2);
		break;
	case 4:
		memcpy(member, &value32, 4);
		break;
	case 8:
		memcpy(member, &value, 8);
		break;
	}
}

void
field_set(struct seg *seg, const struct field *field, uint64_t value)
{
	member_set(seg, field, field->width < 64 ? value & ((UINT64_C(1) << field->width) - 1) : value);
}

struct address *
field_address(struct seg *seg, const struct field *field)
{
	return field->size == 0 ? (struct address *)((uint8_t *)seg + field->offset) : NULL;
}

void
seg_give(struct seg *seg, const struct field *field)
{
	size_t row = (size_t)(field - table);

	seg->given[row / 64] |= UINT64_C(1) << row % 64;
}

bool
seg_given(const struct seg *seg, const struct field *field)
{
	size_t row = (size_t)(field - table);

	return seg->given[row / 64] >> row % 64 & 1;
}

void
field_read(struct seg *seg, const struct field *field, const uint8_t *frame)
{
	const uint8_t *header = frame + seg->start[field->layer];
	struct address *address = field_address(seg, field);

	if (address == NULL) {
		member_set(seg, field, bits_get(header, field->bit, field->width));
		return;
	}
	*address = (struct address){ .family = field->width == 32 ? 4 : 6 };
	memcpy(address->octet, header + field->bit / 8, field->width / 8);
}

void
field_write(const struct seg *seg, const struct field *field, uint8_t *frame)
{
	uint8_t *header = frame + seg->start[field->layer];

	if (field->size == 0)
		memcpy(header + field->bit / 8, ((const struct address *)((const uint8_t *)seg + field->offset))->octet,
		    field->width / 8);
	else
		bits_put(header, field->bit, field->width, field_get(seg, field));
}

#define READ_NUMBER(member, bit, width) seg->member = (__typeof__(seg->member))bits_get(header, bit, width)
#define READ_DEC READ_NUMBER
#define READ_HEX READ_NUMBER
#define READ_BOOL READ_NUMBER
#define READ_MAC READ_NUMBER
#define READ_FLAGS READ_NUMBER
#define READ_SEQ READ_NUMBER
#define READ_ADDRESS(member, bit, width)                                                                               \
	seg->member.family = (width) == 32 ? 4 : 6;                                                                    \
	memcpy(seg->member.octet, header + (bit) / 8, (width) / 8)

/* The list itself is the body of the switch: constants fold, and a header is read three times as fast as row by row. */
void
layer_read(struct seg *seg, enum layer layer, const uint8_t *frame)
{
	const uint8_t *header = frame + seg->start[layer];

	switch (layer) {
	case LAYER_COUNT:
#define LAYER(layer_, ...)                                                                                             \
	break;                                                                                                         \
	case LAYER_##layer_:
#define FIELD(layer_, id_, member_, name_, aliases_, bit_, width_, show_, ...) READ_##show_(member_, bit_, width_);
#include "seg/field.list"
#undef FIELD
#undef LAYER
	}
}

static int
read_number(struct seg *seg, const struct field *field, const char *value, struct err *err)
{
	uint64_t number, most = (UINT64_C(1) << field->width) - 1;

	if (!number_read(value, strlen(value), &number) || number > most)
		return err_set(err, ERR_INPUT, "%s=%s: %s takes a number from 0 to %llu, decimal or 0x hexadecimal",
		    field->name, value, field->name, (unsigned long long)most);
	field_set(seg, field, number);
	return 0;
}

static int
read_address(struct seg *seg, const struct field *field, const char *value, struct err *err)
{
	struct address address;
	bool four = field->width == 32;

	if (!address_parse(value, &address) || (address.family == 4) != four)
		return err_set(err, ERR_INPUT, "%s=%s: %s.%s takes an %s address such as %s", field->name, value,
		    layer_name(field->layer), field->name, four ? "IPv4" : "IPv6",
		    four ? "198.51.100.2" : "2001:db8::b");
	*field_address(seg, field) = address;
	return 0;
}

static int
read_mac(struct seg *seg, const struct field *field, const char *value, struct err *err)
{
	uint8_t mac[6];

	if (strlen(value) != 17 || hex_read(value, 17, mac, sizeof(mac)) != sizeof(mac))
		return err_set(err, ERR_INPUT, "%s=%s: %s.%s takes a link address such as 02:00:00:00:00:0b",
		    field->name, value, layer_name(field->layer), field->name);
	field_set(seg, field, bits_get(mac, 0, 48));
	return 0;
}

static int
read_flags(struct seg *seg, const struct field *field, const char *value, struct err *err)
{
	uint16_t flags;

	if (!flags_read(value, &flags)) {
		if (value[0] >= '0' && value[0] <= '9')
			return read_number(seg, field, value, err);
		return err_set(err, ERR_INPUT,
		    "%s=%s: flags are letters of F S R P . U E W e (AE), names such as SYN,ACK, a number, or none",
		    field->name, value);
	}
	field_set(seg, field, flags);
	return 0;
}

int
field_read_text(struct seg *seg, const struct field *field, const char *value, struct err *err)
{
	switch (field->show) {
	case SHOW_DEC:
	case SHOW_HEX:
	case SHOW_BOOL:
	case SHOW_SEQ:
		return read_number(seg, field, value, err);
	case SHOW_MAC:
		return read_mac(seg, field, value, err);
	case SHOW_ADDRESS:
		return read_address(seg, field, value, err);
	case SHOW_FLAGS:
		return read_flags(seg, field, value, err);
	}
	return -1;
}

void
field_show(struct text *t, const struct seg *seg, const struct field *field)
{
	unsigned long long value = field_get(seg, field);
	char buffer[ADDRESS_TEXT];

	switch (field->show) {
	case SHOW_DEC:
	case SHOW_BOOL:
	case SHOW_SEQ:
		text_add(t, "%llu", value);
		break;
	case SHOW_HEX:
		text_add(t, "0x%0*llx", field->width / 4, value);
		break;
	case SHOW_MAC:
		for (int shift = 40; shift >= 0; shift -= 8)
			text_add(t, "%02x%s", (unsigned)(value >> shift & 0xff), shift > 0 ? ":" : "");
		break;
	case SHOW_ADDRESS:
		text_add(t, "%s",
		    address_text(
			(const struct address *)((const uint8_t *)seg + field->offset), buffer, sizeof(buffer)));
		break;
	case SHOW_FLAGS:
		text_add(t, "%s", flags_text((uint16_t)value, buffer));
		break;
	}
}
