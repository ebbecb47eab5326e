/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "seg/option.h"

#include <string.h>

#include "base/bytes.h"

bool
option_next(const struct seg *seg, size_t *at, struct tcp_option *option)
{
	struct bytes b = bytes_of(seg->options, seg->options_size);

	if (*at >= seg->options_size)
		return false;
	b.at = *at;
	*option = (struct tcp_option){ .kind = bytes_u8(&b) };
	if (option->kind == OPTION_EOL || option->kind == OPTION_NOP) {
		*at = option->kind == OPTION_EOL ? seg->options_size : b.at;
		return true;
	}
	option->length = bytes_u8(&b);
	option->data = b.data + b.at;
	option->data_size = option->length >= 2 ? option->length - 2u : 0;
	if (b.short_ || option->length < 2 || option->data_size > bytes_left(&b)) {
		option->broken = true;
		option->data_size = bytes_left(&b);
		*at = seg->options_size; /* where the next one would begin, nobody can say */
		return true;
	}
	*at = b.at + option->data_size;
	return true;
}

bool
option_size_fits(const struct tcp_option *option)
{
	switch ((enum option_kind)option->kind) {
	case OPTION_EOL:
	case OPTION_NOP:
		return true;
	case OPTION_MSS:
	case OPTION_USER_TIMEOUT:
		return option->length == 4;
	case OPTION_WSCALE:
		return option->length == 3;
	case OPTION_SACK_PERMITTED:
		return option->length == 2;
	case OPTION_SACK: /* RFC 2018 3 */
		return option->length % 8 == 2 && option->length >= 10 && option->length <= 34;
	case OPTION_TS:
		return option->length == 10;
	case OPTION_MD5:
		return option->length == 18;
	case OPTION_AO: /* RFC 5925 2.2 */
		return option->length >= 4;
	case OPTION_FAST_OPEN: /* RFC 7413 4.1.1: a request, or a cookie of 4 to 16 bytes, even */
		return option->length == 2 || (option->length >= 6 && option->length <= 18 && option->length % 2 == 0);
	}
	return true;
}

static void
read_sack(struct options *options, struct bytes *data)
{
	if (options->sack_count > 0)
		return;
	while (bytes_left(data) >= 8) {
		options->sack[options->sack_count].left = bytes_u32(data);
		options->sack[options->sack_count].right = bytes_u32(data);
		options->sack_count++;
	}
}

static void
read_timestamps(struct options *options, struct bytes *data)
{
	if (options->has_ts)
		return;
	options->has_ts = true;
	options->ts_value = bytes_u32(data);
	options->ts_echo = bytes_u32(data);
}

void
options_read(const struct seg *seg, struct options *options)
{
	struct tcp_option option;

	memset(options, 0, sizeof(*options));
	for (size_t at = 0; option_next(seg, &at, &option);) {
		struct bytes data = bytes_of(option.data, option.data_size);

		if (option.broken || !option_size_fits(&option))
			continue;
		switch (option.kind) {
		case OPTION_MSS:
			if (!options->has_mss)
				options->mss = bytes_u16(&data);
			options->has_mss = true;
			break;
		case OPTION_WSCALE:
			if (!options->has_wscale)
				options->wscale = bytes_u8(&data);
			options->has_wscale = true;
			break;
		case OPTION_SACK_PERMITTED:
			options->has_sack_permitted = true;
			break;
		case OPTION_SACK:
			read_sack(options, &data);
			break;
		case OPTION_TS:
			read_timestamps(options, &data);
			break;
		}
	}
}

static void
add_hex(struct text *t, const struct bytes *data)
{
	for (size_t i = data->at; i < data->size; i++)
		text_add(t, "%02x", data->data[i]);
}

static const char *
kind_name(uint8_t kind)
{
	switch ((enum option_kind)kind) {
	case OPTION_EOL:
		return "eol";
	case OPTION_NOP:
		return "nop";
	case OPTION_MSS:
		return "mss";
	case OPTION_WSCALE:
		return "wscale";
	case OPTION_SACK_PERMITTED:
		return "sackOK";
	case OPTION_SACK:
		return "sack";
	case OPTION_TS:
		return "TS";
	case OPTION_MD5:
		return "md5";
	case OPTION_USER_TIMEOUT:
		return "uto";
	case OPTION_AO:
		return "tcp-ao";
	case OPTION_FAST_OPEN:
		return "tfo";
	}
	return NULL;
}

static void
add_sack(struct text *t, struct bytes *data, uint32_t base)
{
	text_add(t, " %zu ", bytes_left(data) / 8);
	while (bytes_left(data) > 0) {
		uint32_t left = bytes_u32(data) - base, right = bytes_u32(data) - base;

		text_add(t, "{%u:%u}", left, right);
	}
}

/* RFC 5482 2: the highest bit says minutes.  (tcpdump 4.99 takes the lowest; here the RFC is right.) */
static void
add_user_timeout(struct text *t, unsigned raw)
{
	text_add(t, " 0x%x %u", raw, raw & 0x8000 ? (raw & 0x7fff) * 60 : raw);
}

/* What follows the name of an option that has the length of its kind. */
static void
add_data(struct text *t, enum option_kind kind, struct bytes *data, uint32_t sack_base)
{
	uint32_t first, second;

	switch (kind) {
	case OPTION_EOL:
	case OPTION_NOP:
	case OPTION_SACK_PERMITTED:
		break;
	case OPTION_MSS:
		text_add(t, " %u", bytes_u16(data));
		break;
	case OPTION_WSCALE:
		text_add(t, " %u", bytes_u8(data));
		break;
	case OPTION_SACK:
		add_sack(t, data, sack_base);
		break;
	case OPTION_TS:
		first = bytes_u32(data);
		second = bytes_u32(data);
		text_add(t, " val %u ecr %u", first, second);
		break;
	case OPTION_MD5:
		text_add(t, " ");
		add_hex(t, data);
		break;
	case OPTION_USER_TIMEOUT:
		add_user_timeout(t, bytes_u16(data));
		break;
	case OPTION_AO:
		first = bytes_u8(data);
		second = bytes_u8(data);
		text_add(t, " keyid %u rnextkeyid %u%s", first, second, bytes_left(data) > 0 ? " mac 0x" : "");
		add_hex(t, data);
		break;
	case OPTION_FAST_OPEN:
		text_add(t, bytes_left(data) > 0 ? "  cookie " : "  cookiereq"); /* tcpdump has two blanks there */
		add_hex(t, data);
		break;
	}
}

void
option_text(struct text *t, const struct seg *seg, uint32_t sack_base)
{
	struct tcp_option option;
	const char *comma = "";

	text_add(t, "[");
	for (size_t at = 0; option_next(seg, &at, &option); comma = ",") {
		struct bytes data = bytes_of(option.data, option.data_size);
		const char *name = kind_name(option.kind);

		text_add(t, "%s", comma);
		if (option.broken) {
			text_add(t, "[bad opt]");
			continue;
		}
		if (name != NULL)
			text_add(t, "%s", name);
		else
			text_add(t, "unknown-%u", option.kind);
		if (name != NULL && option_size_fits(&option)) {
			add_data(t, (enum option_kind)option.kind, &data, sack_base);
			continue;
		}
		if (name != NULL)
			text_add(t, "[len %u]", option.length);
		if (option.data_size > 0) {
			text_add(t, " 0x");
			add_hex(t, &data);
		}
	}
	text_add(t, "]");
}
