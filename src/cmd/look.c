/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking: what is, and what was. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/seq.h"
#include "cmd/command.h"
#include "cmd/looking.h"
#include "seg/defect.h"
#include "seg/field.h"
#include "seg/option.h"
#include "session/connection.h"
#include "session/memory.h"
#include "session/show.h"

/* One row for both ends: SND.UNA, SND.NXT or RCV.NXT, which exist from a SYN on (RFC 9293 3.3.2). */
static void
add_numbers(struct text *t, const char *name, const struct endpoint *end, size_t at, bool of_peer)
{
	text_add(t, "\n%-14s", name);
	for (int e = END_ALICE; e <= END_BOB; e++) {
		uint32_t number;
		bool known = end[e].state != TCP_STATE_CLOSED && end[e].state != TCP_STATE_LISTEN &&
		    !(of_peer && end[e].state == TCP_STATE_SYN_SENT);

		memcpy(&number, (const char *)&end[e] + at, sizeof(number));
		number -= of_peer ? end[e].irs : end[e].iss;
		if (known)
			text_add(t, e == END_ALICE ? "%-16u" : "%u", number);
		else
			text_add(t, e == END_ALICE ? "%-16s" : "%s", "-");
	}
}

/* What a stack would have sent by now.  Bob's kernel sends by itself: of him nothing is said. */
static void
add_owed(struct text *t, const struct endpoint *end)
{
	char flags[12];

	if (end[END_ALICE].owed[0].flags != 0)
		text_add(t, "\n%-14s[%s]", "owes", flags_text(end[END_ALICE].owed[0].flags, flags));
}

static int
run_state(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct session *session = dojo->session;
	struct connection *connection = session_selected(session);
	const struct endpoint *end;
	struct kernel_view view;
	char table[512];
	struct text t = text_in(table, sizeof(table));

	if (words->count == 2 && strcmp(words->word[1].text, "diagram") != 0)
		return err_set(err, ERR_INPUT, "`state` lists, `state diagram` draws; not \"%s\"", QUOTED(words->word[1].text));
	if (words->count == 2)
		return diagram_show(dojo, err);
	if (connection == NULL) {
		if (session->listeners > 0)
			view_note(dojo->view, session_now(session), "alice LISTEN at port %u%s; no connection yet", session->listener[0],
			    session->listeners > 1 ? " and others" : "");
		else
			view_note(dojo->view, session_now(session), "alice CLOSED; no connection yet: `syn` opens one");
		return 0;
	}
	if (session_kernel(session, connection, &view, err) != 0)
		return -1;
	end = connection->shadow.end;
	text_add(&t, "%-14s%-16s%-16s%s\n", "", "alice", "bob", "bob's kernel");
	text_add(&t, "%-14s%-16s%-16s%s", "state", tcp_state_name((enum tcp_state)end[END_ALICE].state),
	    tcp_state_name((enum tcp_state)end[END_BOB].state), tcp_state_name(connection->kernel_state));
	add_numbers(&t, "snd.una", end, offsetof(struct endpoint, snd.una), false);
	add_numbers(&t, "snd.nxt", end, offsetof(struct endpoint, snd.nxt), false);
	add_numbers(&t, "rcv.nxt", end, offsetof(struct endpoint, rcv.nxt), true);
	add_owed(&t, end);
	view_note(dojo->view, session_now(session), "%s", table);
	return 0;
}

static int
run_log(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct session *session = dojo->session;
	struct filter *filter;

	if (words_filter(words, 1, &filter, err) != 0)
		return -1;
	for (uint32_t n = 1; n <= session->log.count; n++) {
		uint8_t frame[FRAME_MAX];
		struct seg seg;
		size_t size = filter != NULL ? log_frame(&session->log, log_entry(&session->log, n), frame, &seg) : 0;

		if (filter == NULL || filter_match(filter, frame, size, size))
			session_show_line(session, n);
	}
	filter_free(filter);
	return 0;
}

/* One header, a field a line, with its bits and what they mean. */
static void
show_layer(struct text *t, const struct seg *seg, enum layer layer)
{
	size_t count;
	const struct field *table = field_table(&count);
	char value[64];

	text_add(t, "%s\n", layer_name(layer));
	for (size_t i = 0; i < count; i++) {
		struct text v = text_in(value, sizeof(value));

		if (table[i].layer != layer)
			continue;
		field_show(&v, seg, &table[i]);
		text_add(t, "  %-16s %-18s %2u bits  %s\n", table[i].name, value, table[i].width, table[i].meaning);
	}
}

static int
run_show(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct session *session = dojo->session;
	const struct log_entry *entry = NULL;
	uint8_t frame[FRAME_MAX];
	static const size_t room = 65536;
	uint64_t number;
	struct text t;
	struct seg seg;
	char *text;
	size_t size;
	uint32_t defects;

	if (number_parse(words->word[1].text, &number) && number <= UINT32_MAX)
		entry = log_entry(&session->log, (uint32_t)number);
	if (entry == NULL)
		return err_set(err, ERR_INPUT, "there is no segment \"%s\"; the log has %zu", QUOTED(words->word[1].text),
		    session->log.count);
	session_show_line(session, (uint32_t)number);
	size = log_frame(&session->log, entry, frame, &seg);
	text = memory_new(room);
	t = text_in(text, room);
	for (enum layer layer = LAYER_ETH; layer < LAYER_COUNT; layer++) {
		if (seg_has(&seg, layer))
			show_layer(&t, &seg, layer);
	}
	if (seg.options_size > 0) {
		text_add(&t, "  %-16s ", "options");
		option_text(&t, &seg, 0);
		text_add(&t, "\n");
	}
	if (seg.payload_size > 0) {
		text_add(&t, "payload, %zu bytes\n  \"", seg.payload_size);
		text_add_escaped(&t, seg.payload, seg.payload_size);
		text_add(&t, "\"\n");
	}
	defects = seg_defects(&seg, frame, size);
	for (unsigned i = 0; i < DEFECT_COUNT; i++) {
		if (defects >> i & 1)
			text_add(&t, "defect: %s (%s)\n", defect_text((enum defect)i), defect_rfc((enum defect)i));
	}
	view_note(dojo->view, session_now(session), "%s", text);
	free(text);
	return 0;
}

/* A piece of the stream: where its bytes begin, counted from the first after the SYN, and which entry holds them. */
struct piece {
	uint32_t from;
	const struct log_entry *entry;
};

static int
by_place(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

static size_t
collect_pieces(const struct session *session, const struct connection *connection, bool incoming, struct piece *piece)
{
	uint32_t base = connection->shadow.end[incoming ? END_BOB : END_ALICE].iss + 1;
	size_t pieces = 0;

	for (size_t i = 0; i < session->log.count; i++) {
		const struct log_entry *entry = &session->log.entry[i];
		uint8_t frame[FRAME_MAX];
		struct seg seg;

		if (entry->conn != connection->number || entry->incoming != incoming || entry->payload_size == 0)
			continue;
		log_frame(&session->log, entry, frame, &seg);
		if (seg_has(&seg, LAYER_TCP) && seg.payload_size > 0)
			piece[pieces++] = (struct piece){ seg.tcp.seq + (seg.tcp.flags & TCP_SYN ? 1 : 0) - base, entry };
	}
	return pieces;
}

/* The bytes in order, as Wireshark's Follow shows them: overlaps once, up to the first gap. */
static void
write_stream(struct dojo *dojo, const struct piece *piece, size_t pieces)
{
	const struct log *log = &dojo->session->log;
	size_t room = 0, used = 0;
	uint32_t at = 0;
	char *bytes;
	struct text t;

	for (size_t i = 0; i < pieces; i++)
		room += 4 * piece[i].entry->payload_size;
	bytes = memory_new(room + 1);
	t = text_in(bytes, room + 1);
	for (size_t i = 0; i < pieces && piece[i].from <= at; i++) {
		uint8_t frame[FRAME_MAX];
		uint32_t skip = at - piece[i].from;
		struct seg seg;

		log_frame(log, piece[i].entry, frame, &seg);
		if (skip >= seg.payload_size)
			continue;
		for (size_t b = skip; b < seg.payload_size; b++) {
			/* Line ends as they are; anything else a terminal might obey is escaped. */
			if (seg.payload[b] == '\n')
				text_add(&t, "\n");
			else if (seg.payload[b] != '\r' && seg.payload[b] != '"' && seg.payload[b] != '\\')
				text_add_escaped(&t, seg.payload + b, 1);
			else if (seg.payload[b] != '\r')
				text_add(&t, "%c", seg.payload[b]);
		}
		at = piece[i].from + (uint32_t)seg.payload_size;
		used++;
	}
	if (used == 0)
		view_note(dojo->view, session_now(dojo->session), "no data yet");
	else
		view_drawn(dojo->view, session_now(dojo->session), bytes);
	free(bytes);
}

static int
run_stream(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct session *session = dojo->session;
	struct connection *connection = session_selected(session);
	bool incoming = words->count < 2 || strcmp(words->word[1].text, "alice") != 0;
	struct piece *piece;
	size_t pieces;

	if (words->count == 2 && incoming && strcmp(words->word[1].text, "bob") != 0)
		return err_set(err, ERR_INPUT, "`stream` shows what alice or bob has sent, not \"%s\"", QUOTED(words->word[1].text));
	if (connection == NULL)
		return err_set(err, ERR_INPUT, "there is no connection whose bytes could be shown; `syn` opens one");
	piece = memory_new((session->log.count + 1) * sizeof(*piece));
	pieces = collect_pieces(session, connection, incoming, piece);
	qsort(piece, pieces, sizeof(*piece), by_place);
	write_stream(dojo, piece, pieces);
	free(piece);
	return 0;
}

static int
run_journal(struct dojo *dojo, const struct words *words, struct err *err)
{
	const struct journal *journal = &dojo->session->journal;

	(void)words;
	(void)err;
	/* The last entry is this command itself. */
	for (size_t i = 0; i + 1 < journal->count; i++) {
		const struct journal_entry *entry = &journal->entry[i];

		if (entry->meaning != NULL)
			view_note(dojo->view, entry->at_ns, "%-40s # %u: %s%s", entry->line, entry->segment, entry->meaning,
			    entry->rebased ? " (rebased: the numbers typed were those of an earlier Bob)" : "");
		else
			view_note(dojo->view, entry->at_ns, "%s", entry->line);
	}
	return 0;
}

const struct command cmd_state = {
	.name = "state",
	.group = "looking",
	.usage = "[diagram]",
	.summary = "both ends as their shadows know them, and what Bob's kernel says; or drawn, with their places",
	.effects = EFFECT_LOOKS,
	.most = 1,
	.run = run_state,
};

const struct command cmd_log = {
	.name = "log",
	.group = "looking",
	.usage = "[PCAP-FILTER]",
	.summary = "every segment so far, a line each; or those that pass a filter in pcap's language",
	.detail = "log tcp[tcpflags] & tcp-syn != 0",
	.effects = EFFECT_LOOKS,
	.most = ANY_WORDS,
	.run = run_log,
};

const struct command cmd_show = {
	.name = "show",
	.group = "looking",
	.usage = "N",
	.summary = "segment N, field by field",
	.effects = EFFECT_LOOKS,
	.least = 1,
	.most = 1,
	.run = run_show,
};

const struct command cmd_stream = {
	.name = "stream",
	.group = "looking",
	.usage = "[alice|bob]",
	.summary = "the bytes that this end has sent, in order",
	.effects = EFFECT_LOOKS,
	.most = 1,
	.run = run_stream,
};

const struct command cmd_journal = {
	.name = "journal",
	.group = "looking",
	.usage = "",
	.summary = "what was typed, and what it sent in relative numbers",
	.effects = EFFECT_LOOKS,
	.run = run_journal,
};
