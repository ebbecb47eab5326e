/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/segment.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/when.h"
#include "lab/address.h"
#include "session/connection.h"
#include "session/session.h"

void
session_segment(const struct session *session, const struct connection *connection, uint16_t flags, struct seg *seg)
{
	const struct conn *shadow = &connection->shadow;

	*seg = (struct seg){ .layers = 1 << LAYER_ETH | 1 << LAYER_TCP };
	seg->eth.src = ALICE_MAC;
	seg->eth.dst = BOB_MAC;
	if (shadow->address[END_BOB].family == 6) {
		seg->layers |= 1 << LAYER_IP6;
		seg->ip6.hlim = 64;
		seg->ip6.src = shadow->address[END_ALICE];
		seg->ip6.dst = shadow->address[END_BOB];
	} else {
		seg->layers |= 1 << LAYER_IP4;
		seg->ip4.ttl = 64;
		seg->ip4.df = 1;
		seg->ip4.src = shadow->address[END_ALICE];
		seg->ip4.dst = shadow->address[END_BOB];
	}
	seg->tcp.sport = shadow->port[END_ALICE];
	seg->tcp.dport = shadow->port[END_BOB];
	conn_next_segment(shadow, END_ALICE, flags, seg);
	if (flags & TCP_SYN)
		seg->tcp.window = session->settings.window > UINT16_MAX ? UINT16_MAX : (uint16_t)session->settings.window;
}

/* "TS val" counts milliseconds from 1 on, as a stack's timestamp clock does (RFC 7323 5.4). */
static uint32_t
timestamp(const struct session *session)
{
	return (uint32_t)((session_now(session) + session->ahead_ns) / NS_PER_MS) + 1;
}

static void
add_word(struct option_words *words, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void
add_word(struct option_words *words, const char *name, const char *format, ...)
{
	va_list ap;

	snprintf(words->word[words->count].name, sizeof(words->word[0].name), "%s", name);
	va_start(ap, format);
	vsnprintf(words->word[words->count++].value, sizeof(words->word[0].value), format, ap);
	va_end(ap);
}

/* A SYN offers; a SYN,ACK agrees to what was offered; later segments bear timestamps where both did (RFC 7323 3.2). */
void
session_option_words(const struct session *session, const struct connection *connection, uint16_t flags,
    struct option_words *words)
{
	const struct settings *settings = &session->settings;
	const struct endpoint *alice = &connection->shadow.end[END_ALICE];
	bool answers = alice->state == TCP_STATE_SYN_RECEIVED, syn = flags & TCP_SYN, rst = flags & TCP_RST;
	unsigned welcome = answers ? alice->offered_by_peer : OFFER_SACK | OFFER_TS | OFFER_WSCALE;

	words->count = 0;
	if (syn)
		add_word(words, "mss", "%u", settings->mss);
	if (syn && settings->sack && welcome & OFFER_SACK)
		add_word(words, "sackok", "%s", "");
	if (!rst && (syn ? settings->timestamps && welcome & OFFER_TS : alice->ts_ok)) {
		if (!syn) {
			add_word(words, "nop", "%s", "");
			add_word(words, "nop", "%s", "");
		}
		add_word(words, "ts", "%u:%u", timestamp(session), flags & TCP_ACK ? alice->ts_recent : 0);
	}
	if (syn && settings->wscale <= 14 && welcome & OFFER_WSCALE) {
		add_word(words, "nop", "%s", "");
		add_word(words, "wscale", "%u", settings->wscale);
	}
}

int
session_options(const struct option_words *words, const struct connection *connection, struct option_bytes *options,
    struct err *err)
{
	options->size = 0;
	for (unsigned i = 0; i < words->count; i++) {
		const char *value = words->word[i].value;

		if (option_craft(options, words->word[i].name, value[0] != '\0' ? value : NULL, connection->shadow.end[END_BOB].iss,
		    err) < 0)
			return -1;
	}
	option_pad(options);
	return 0;
}

size_t
session_piece_bytes(const struct connection *connection)
{
	const struct endpoint *alice = &connection->shadow.end[END_ALICE];
	size_t options = alice->ts_ok ? 12 : 0, mss = alice->mss != 0 ? alice->mss : 536;

	return mss > options ? mss - options : 1;
}

long
session_build(struct session *session, const struct seg *seg, uint8_t *frame, struct err *err)
{
	return build_frame(session->build, seg, frame, FRAME_MAX, err);
}
