/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a segment that Alice means to the wire: build, log, show, step her shadow, predict, send; then wait for what is due now. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/when.h"
#include "lab/address.h"
#include "seg/defect.h"
#include "seg/field.h"
#include "seg/option.h"
#include "session/session.h"

/* However slow the link, a script goes on after this. */
#define SEND_PATIENCE_NS (10 * NS_PER_S)

#define ETH_HEADER 14
#define MTU        1500

struct line_style
session_style(const struct session *session, const struct connection *connection, bool incoming)
{
	struct line_style style = { .host = session_host };

	if (connection != NULL && !session->settings.raw) {
		style.seq_base = connection->shadow.end[incoming ? END_BOB : END_ALICE].iss;
		style.ack_base = connection->shadow.end[incoming ? END_ALICE : END_BOB].iss;
	}
	return style;
}

void
session_show_line(struct session *session, uint32_t number)
{
	uint8_t frame[FRAME_MAX];
	const struct log_entry *entry = log_entry(&session->log, number);
	struct view_segment shown;
	struct seg seg;
	size_t size = log_frame(&session->log, entry, frame, &seg);
	const char *name = NULL;
	char text[ADDRESS_TEXT];
	struct address src, dst;

	if (seg_addresses(&seg, &src, &dst)) {
		name = session_host(&src);
		if (name == NULL)
			name = address_text(&src, text, sizeof(text));
	}
	shown = (struct view_segment){
		.number = number,
		.at_ns = entry->at_ns,
		.conn = entry->conn,
		.incoming = entry->incoming,
		.from = name != NULL ? name : entry->incoming ? "bob" : "alice",
		.seg = &seg,
		.style = session_style(session, session_connection(session, entry->conn), entry->incoming),
		.defects = seg_defects(&seg, frame, size),
	};
	session->view->ops->segment(session->view, &shown);
}

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
	return (uint32_t)(session_now(session) / NS_PER_MS) + 1;
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
	bool answers = alice->state == TCP_STATE_SYN_RECEIVED;
	bool syn = flags & TCP_SYN, rst = flags & TCP_RST;

	words->count = 0;
	if (syn)
		add_word(words, "mss", "%u", settings->mss);
	if (syn && settings->sack && (!answers || alice->sack_ok))
		add_word(words, "sackok", "%s", "");
	if (!rst && (syn && !answers ? settings->timestamps : alice->ts_ok)) {
		if (!syn) {
			add_word(words, "nop", "%s", "");
			add_word(words, "nop", "%s", "");
		}
		add_word(words, "ts", "%u:%u", timestamp(session), alice->ts_recent);
	}
	if (syn && settings->wscale <= 14 && (!answers || alice->scaled)) {
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

/* How the journal tells of a segment: what would have to be typed, in relative numbers. */
static void
journal_segment(struct session *session, const struct connection *connection, const struct seg *seg, uint32_t number)
{
	struct line_style style = { 0 };
	char meaning[512], flags[12];
	struct text t = text_in(meaning, sizeof(meaning));

	if (connection != NULL) {
		style.seq_base = connection->shadow.end[END_ALICE].iss;
		style.ack_base = connection->shadow.end[END_BOB].iss;
	}
	text_add(&t, "tcp flags=%s seq=%u", flags_text(seg->tcp.flags, flags), seg->tcp.seq - style.seq_base);
	if (seg->tcp.flags & TCP_ACK)
		text_add(&t, " ack=%u", seg->tcp.ack - style.ack_base);
	text_add(&t, " win=%u", seg->tcp.window);
	if (seg->payload_size > 0) {
		text_add(&t, " payload=\"");
		text_add_escaped(&t, seg->payload, seg->payload_size);
		text_add(&t, "\"");
	}
	journal_sent(&session->journal, connection != NULL ? connection->number : 0, number, meaning);
}

static void
predict(struct session *session, struct connection *connection, const struct seg *seg, uint32_t number)
{
	struct pending *slot = &connection->pending[0];
	struct trace_record record = { .kind = TRACE_PREDICTION, .end = END_BOB, .conn = connection->number, .segment = number };

	/* The slot that is free, or was decided longest ago; an open prediction gives way last. */
	for (unsigned i = 0; i < PENDING_MAX; i++) {
		struct pending *other = &connection->pending[i];
		bool other_open = other->segment != 0 && other->verdict == VERDICT_PENDING;
		bool slot_open = slot->segment != 0 && slot->verdict == VERDICT_PENDING;

		if (other_open < slot_open || (other_open == slot_open && other->segment < slot->segment))
			slot = other;
	}
	*slot = (struct pending){ .segment = number, .deadline_ns = WHEN_NEVER };
	conn_predict(&connection->shadow, END_BOB, seg, session->log.entry[number - 1].at_ns, &slot->prediction);
	if (!slot->prediction.known) {
		slot->segment = 0;
		return;
	}
	record.at_ns = session->log.entry[number - 1].at_ns;
	record.reason = (uint16_t)slot->prediction.must.reason;
	record.prediction.must = slot->prediction.must;
	record.prediction.verdict = VERDICT_PENDING;
	record.prediction.deadline_ns = record.at_ns + session_answer_ns(session, slot->prediction.must.urgency);
	session_record(session, &record);
}

/* What follows from Alice's having sent this: her shadow moves, or not, and Bob will answer. */
static void
step(struct session *session, struct connection *connection, const struct seg *seg, uint32_t number)
{
	struct out out = { 0 };

	conn_sends(&connection->shadow, END_ALICE, seg, session->log.entry[number - 1].at_ns, &out);
	session_due(session, connection);
	session->log.entry[number - 1].conn = connection->number;
	session_show_line(session, number);
	for (unsigned i = 0; i < out.count; i++) {
		out.record[i].conn = connection->number;
		out.record[i].segment = number;
		session_record(session, &out.record[i]);
	}
	predict(session, connection, seg, number);
}

int
session_transmit(struct session *session, struct connection *connection, const struct seg *seg, struct err *err)
{
	uint8_t frame[FRAME_MAX];
	struct log_entry *entry;
	struct seg sent;
	long size = session_build(session, seg, frame, err);
	uint32_t number;
	int64_t now_ns;

	if (size < 0)
		return -1;
	if (size > ETH_HEADER + MTU)
		return err_set(err, ERR_INPUT, "this makes an IP packet of %ld bytes, and the wire carries %d; send less, or `data ... split`",
		    size - ETH_HEADER, MTU);
	now_ns = clock_monotonic_ns();
	if (live_send(session->live, frame, (size_t)size, err) != 0)
		return -1;
	if (session->origin_ns == 0)
		session->origin_ns = now_ns;
	seg_parse(&sent, frame, (size_t)size);
	entry = log_add(&session->log, frame, (size_t)size, &sent);
	entry->at_ns = now_ns - session->origin_ns;
	entry->serial = ++session->sent;
	number = (uint32_t)session->log.count;
	if (connection == NULL) {
		session_show_line(session, number);
		return 0;
	}
	connection->cursor = number;
	step(session, connection, &sent, number);
	journal_segment(session, connection, &sent, number);
	return 0;
}

struct answered {
	const struct session *session;
	const struct connection *connection;
	uint32_t number;
	uint64_t serial;
};

static bool
is_held(const struct session *session, uint64_t serial)
{
	for (size_t i = 0; i < session->helds; i++) {
		if (session->held[i].port == PORT_ALICE && session->held[i].serial == serial)
			return true;
	}
	return false;
}

/* Bob heard it, and what he must say at once has come; or it is held. */
static bool
answered(void *arg)
{
	const struct answered *wanted = arg;
	const struct session *session = wanted->session;

	if (is_held(session, wanted->serial))
		return true;
	if (session->log.entry[wanted->number - 1].bob_ns == WHEN_NEVER)
		return false;
	for (unsigned i = 0; i < PENDING_MAX; i++) {
		const struct pending *pending = &wanted->connection->pending[i];

		if (pending->segment != wanted->number)
			continue;
		if (pending->prediction.must.flags == 0 || pending->prediction.must.urgency == URGENCY_DELAYED)
			return true;
		return pending->verdict != VERDICT_PENDING && pending->answer_serial <= session->alice_heard;
	}
	return true;
}

int
session_send(struct session *session, struct connection *connection, const struct seg *seg, struct err *err)
{
	struct answered wanted = { .session = session, .connection = connection };

	if (session_transmit(session, connection, seg, err) != 0)
		return -1;
	wanted.number = (uint32_t)session->log.count;
	wanted.serial = session->sent;
	session_wait(session, answered, &wanted, clock_monotonic_ns() + SEND_PATIENCE_NS, err);
	session_show_deferred(session);
	return err->code != ERR_NONE ? -1 : 0;
}
