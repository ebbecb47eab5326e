/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The exchange drawn, the states drawn, and why what happened did. */
#include "view/ladder.h"

#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/when.h"
#include "cmd/looking.h"
#include "session/connection.h"
#include "session/events.h"
#include "session/memory.h"
#include "session/record.h"
#include "session/show.h"

/* What is collected for the ladder. */
struct collection {
	struct session *session;
	struct connection *connection;
	const struct filter *filter;
	struct ladder_entry *entry;
	size_t entries, room;
};

static struct ladder_entry *
collect(struct collection *c, const struct seg *seg, bool incoming)
{
	struct line_style style = session_style(c->session, c->connection, incoming);
	struct ladder_entry *entry;

	if (c->entries == c->room)
		c->entry = memory_grow(c->entry, &c->room, sizeof(c->entry[0]));
	entry = &c->entry[c->entries++];
	*entry = (struct ladder_entry){
		.from_alice = !incoming,
		.alice_ns = WHEN_NEVER,
		.bob_ns = WHEN_NEVER,
		.flags = seg->tcp.flags,
		.seq = seg->tcp.seq - style.seq_base,
		.ack = seg->tcp.ack - style.ack_base,
		.bytes = (uint32_t)seg->payload_size,
	};
	return entry;
}

static void
collect_log(struct collection *c)
{
	const struct log *log = &c->session->log;

	for (size_t i = 0; i < log->count; i++) {
		const struct log_entry *logged = &log->entry[i];
		struct ladder_entry *entry;
		uint8_t frame[FRAME_MAX];
		struct seg seg;
		size_t size;

		if (logged->conn != c->connection->number)
			continue;
		size = log_frame(log, logged, frame, &seg);
		if (c->filter != NULL && !filter_match(c->filter, frame, size, size))
			continue;
		entry = collect(c, &seg, logged->incoming);
		entry->number = (uint32_t)i + 1;
		entry->alice_ns = logged->at_ns;
		entry->bob_ns = logged->bob_ns;
		entry->repeat = logged->repeat;
		if (logged->dropped)
			entry->fate = LADDER_LOST;
		else if (session_under_way(c->session, entry->number))
			entry->fate = LADDER_UNDER_WAY;
	}
}

/* Bob's, of which Alice does not know. */
static void
collect_flying(struct collection *c, const struct flying *flying, size_t count, enum ladder_fate fate)
{
	for (size_t i = 0; i < count; i++, flying++) {
		struct ladder_entry *entry;
		struct seg seg;

		session_parse_snapshot(&seg, flying->snapshot, flying->snapshot_size, flying->size);
		if (session_find(c->session, &seg, true) != c->connection ||
		    (c->filter != NULL && !filter_match(c->filter, flying->snapshot, flying->snapshot_size, flying->size)))
			continue;
		entry = collect(c, &seg, true);
		entry->bob_ns = flying->left_ns;
		entry->fate = fate;
	}
}

static int64_t
left_ns(const struct ladder_entry *entry)
{
	return entry->from_alice || entry->bob_ns == WHEN_NEVER ? entry->alice_ns : entry->bob_ns;
}

static int
by_departure(const void *a, const void *b)
{
	const struct ladder_entry *x = a, *y = b;
	int64_t left_x = left_ns(x), left_y = left_ns(y);

	return left_x != left_y ? (left_x > left_y) - (left_x < left_y) : (x->number > y->number) - (x->number < y->number);
}

/* The records of this connection, the caller's to free. */
static struct trace_record *
records_of(const struct session *session, uint16_t conn, size_t *count)
{
	struct trace_record *record = memory_new((session->traces + 1) * sizeof(*record));

	*count = 0;
	for (size_t i = 0; i < session->traces; i++) {
		if (session->trace[i].conn == conn)
			record[(*count)++] = session->trace[i];
	}
	return record;
}

static int
draw_ladder(struct dojo *dojo, struct collection *c, struct err *err)
{
	const struct endpoint *end = c->connection->shadow.end;
	struct ladder ladder = {
		.entry = c->entry,
		.entries = c->entries,
		.state = { (enum tcp_state)end[END_ALICE].state, (enum tcp_state)end[END_BOB].state },
	};
	struct trace_record *record;
	struct drawing_page page;
	int result = drawing_begin(&page, dojo->view, err);

	if (result != 0)
		return -1;
	record = records_of(c->session, c->connection->number, &ladder.records);
	ladder.record = record;
	if (ladder_draw(page.out, &page.canvas, &ladder) != 0)
		result = err_set(err, ERR_SYSTEM, "no memory for a ladder of %zu segments", c->entries);
	drawing_end(&page, dojo);
	free(record);
	return result;
}

static int
run_ladder(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct session *session = dojo->session;
	struct collection c = { .session = session, .connection = session_selected(session) };
	struct filter *filter;
	int result = 0;

	if (words_filter(words, 1, &filter, err) != 0)
		return -1;
	c.filter = filter;
	if (c.connection == NULL) {
		view_note(dojo->view, session_now(session), "no connection yet: `syn` opens one");
	} else {
		collect_log(&c);
		collect_flying(&c, session->flying, session->flyings, LADDER_UNDER_WAY);
		collect_flying(&c, session->lost, session->losts, LADDER_LOST);
		if (c.entries > 0)
			qsort(c.entry, c.entries, sizeof(c.entry[0]), by_departure);
		result = draw_ladder(dojo, &c, err);
	}
	free(c.entry);
	filter_free(filter);
	return result;
}

int
diagram_show(struct dojo *dojo, struct err *err)
{
	const struct connection *connection = session_selected(dojo->session);
	enum tcp_state state[2] = { TCP_STATE_CLOSED, TCP_STATE_CLOSED };
	bool over[2] = { false, false };
	struct drawing_page page;

	if (drawing_begin(&page, dojo->view, err) != 0)
		return -1;
	for (enum end end = END_ALICE; end <= END_BOB && connection != NULL; end++)
		state[end] = (enum tcp_state)connection->shadow.end[end].state;
	for (size_t i = 0; i < dojo->session->traces && connection != NULL; i++) {
		const struct trace_record *record = &dojo->session->trace[i];

		if (record->conn == connection->number && record->kind == TRACE_MOVE && record->move.to == TCP_STATE_CLOSED)
			over[record->end] = true;
	}
	diagram_draw(page.out, &page.canvas, state, over);
	drawing_end(&page, dojo);
	return 0;
}

static int
run_why(struct dojo *dojo, const struct words *words, struct err *err)
{
	struct session *session = dojo->session;
	uint64_t number = session->log.count;
	const struct log_entry *entry = NULL;
	size_t told = 0;

	if ((words->count == 1 || number_parse(words->word[1].text, &number)) && number <= UINT32_MAX)
		entry = log_entry(&session->log, (uint32_t)number);
	if (entry == NULL && words->count == 1)
		return err_set(err, ERR_INPUT, "there is no segment yet; `syn` sends one");
	if (entry == NULL)
		return err_set(err, ERR_INPUT, "there is no segment \"%s\"; the log has %zu", QUOTED(words->word[1].text),
		    session->log.count);
	session_show_line(session, (uint32_t)number);
	for (size_t i = 0; i < session->traces; i++) {
		const struct trace_record *record = &session->trace[i];
		struct view_context context;

		if (record->segment != number && !(entry->incoming && entry->serial != 0 && record->frame == entry->serial))
			continue;
		context = session_context(session, record);
		session->view->ops->why(session->view, record, &context);
		told++;
	}
	if (told == 0)
		view_note(dojo->view, session_now(session), "nothing moved, and nothing was owed or predicted");
	return 0;
}

const struct command cmd_ladder = {
	.name = "ladder",
	.group = "looking",
	.usage = "[PCAP-FILTER]",
	.summary = "the exchange of the selected connection, drawn as a sequence diagram",
	.detail = "Alice's line and times stand at the left, Bob's at the right, the states beside them where they move.  "
		  "A line that ends in x was lost, one that ends in dots is under way; one that goes down by steps took its time.",
	.effects = EFFECT_LOOKS,
	.most = ANY_WORDS,
	.run = run_ladder,
};

const struct command cmd_why = {
	.name = "why",
	.group = "looking",
	.usage = "[N]",
	.summary = "what segment N (without N, the last) brought about, each with its reason and section",
	.effects = EFFECT_LOOKS,
	.most = 1,
	.run = run_why,
};
