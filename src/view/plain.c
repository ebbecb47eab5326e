/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For people: a segment's line as tcpdump writes it, and under it what it moved, what is due, and what Bob's kernel says.
 *
 *   2 0.000084 bob.80 > alice.40001: Flags [S.], seq 0, ack 1, ...
 *              bob LISTEN -> SYN-RECEIVED        as predicted; bob's kernel says SYN-RECEIVED
 *
 * The right side of such a line comes from several records, so the line waits until a new one begins.
 */
#include "view/view.h"

#include <string.h>

#include "base/when.h"
#include "seg/defect.h"
#include "seg/field.h"
#include "view/flow.h"
#include "view/ink.h"
#include "view/ladder.h"

#define WIDE_COLUMNS  100
#define LINE_MAX_TEXT 2048
#define TIME_ROOM     40 /* of ", 1.0" */

/* From here on; INK_PLAIN ends it. */
static void
colour(struct view *view, enum ink_colour ink)
{
	ink_colour(view->out, &(const struct canvas){ .colour = view->colour }, ink);
}

/* Narrow terminals get less room between the columns, so that most lines stay whole. */
static unsigned
indent(unsigned columns)
{
	return columns == 0 || columns >= WIDE_COLUMNS ? 13 : 4;
}

static unsigned
move_width(unsigned columns)
{
	return columns == 0 || columns >= WIDE_COLUMNS ? 34 : 32;
}

/* The terminal's; 0: there is none, or its width is not known, and every line is as long as it is. */
static unsigned
columns(const struct view *view)
{
	return view->terminal >= 0 ? terminal_columns(view->terminal) : 0;
}

/* Begins a line below a segment's; where it goes on, it does so a little further in. */
static struct flow
begin_below(struct view *view)
{
	struct flow flow = { .out = view->out, .columns = columns(view) };
	unsigned from = indent(flow.columns);

	fprintf(view->out, "%*s", (int)from, "");
	flow.column = from;
	flow.hang = from + 2;
	return flow;
}

/* The move, and beside it what is to be said of it. */
static void
end_pending(struct view *view)
{
	struct view_pending *p = &view->pending;
	const char *parts[] = { p->predicted, p->verdict, p->kernel, p->owes, p->said };
	const char *between = "";
	struct flow flow;

	if (!p->any)
		return;
	flow = begin_below(view);
	flow_words(&flow, p->move);
	if (p->move[0] != '\0')
		flow.hang = indent(flow.columns) + move_width(flow.columns);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i][0] == '\0')
			continue;
		if (between[0] == '\0' && p->move[0] != '\0')
			flow_to(&flow, flow.hang);
		flow_words(&flow, between);
		if (parts[i] == p->verdict && p->broken)
			colour(view, INK_ALARM);
		flow_words(&flow, parts[i]);
		if (parts[i] == p->verdict && p->broken)
			colour(view, INK_PLAIN);
		between = "; ";
	}
	fputc('\n', view->out);
	*p = (struct view_pending){ 0 };
}

static void
end_fold(struct view *view)
{
	struct view_fold *fold = &view->fold;
	struct flow flow = { .out = view->out, .columns = columns(view), .hang = 4 };
	char line[sizeof(fold->what) + sizeof(fold->times) + 64];

	if (fold->again == 0)
		return;
	if (fold->first == fold->last)
		snprintf(line, sizeof(line), "%3u again at %s s: segment %u, %s", fold->last, fold->times, fold->again, fold->what);
	else
		snprintf(line, sizeof(line), "%3u-%u again at %s s: segment %u, %s", fold->first, fold->last, fold->times, fold->again,
		    fold->what);
	colour(view, INK_BOB);
	flow_words(&flow, line);
	colour(view, INK_PLAIN);
	fputc('\n', view->out);
	*fold = (struct view_fold){ 0 };
}

/* Ends the line that waits. */
static void
end_line(struct view *view)
{
	end_pending(view);
	end_fold(view);
}

/* Those of one segment go on in one line until something else comes. */
static void
fold_segment(struct view *view, const struct view_segment *segment)
{
	struct view_fold *fold = &view->fold;
	size_t length = strlen(fold->times);

	end_pending(view);
	if (fold->again != segment->again || fold->last + 1 != segment->number || length + TIME_ROOM > sizeof(fold->times)) {
		char flags[12];

		end_fold(view);
		length = 0;
		fold->first = segment->number;
		snprintf(fold->what, sizeof(fold->what), "[%s] from %s", flags_text(segment->seg->tcp.flags, flags), segment->from);
	}
	fold->again = segment->again;
	fold->last = segment->number;
	fold->conn = segment->conn;
	snprintf(fold->times + length, TIME_ROOM, "%s%lld.%lld", length > 0 ? ", " : "", (long long)(segment->at_ns / NS_PER_S),
	    (long long)(segment->at_ns % NS_PER_S / (NS_PER_S / 10)));
}

/* What the terminal has no room for: first the options go, except a SYN's, which are what it is about. */
static void
write_segment(struct view *view, const struct view_segment *segment)
{
	struct flow flow = { .out = view->out, .columns = columns(view), .at_commas = true };
	struct line_style style = segment->style;
	bool syn = seg_has(segment->seg, LAYER_TCP) && segment->seg->tcp.flags & TCP_SYN;
	char line[LINE_MAX_TEXT];

	flow.hang = indent(flow.columns) + 2;
	for (;; style.options++) {
		struct text t = text_in(line, sizeof(line));

		text_add(&t, "%3u %lld.%06lld ", segment->number, (long long)(segment->at_ns / NS_PER_S),
		    (long long)(segment->at_ns % NS_PER_S / NS_PER_US));
		seg_line(&t, segment->seg, &style);
		text_add(&t, "%s", segment->by_kernel ? ", sent by alice's kernel" : "");
		if (flow.columns == 0 || syn || style.options == LINE_OPTIONS_LEFT_OUT || text_columns(line) <= flow.columns)
			break;
	}
	flow_words(&flow, line);
}

static void
plain_segment(struct view *view, const struct view_segment *segment)
{
	if (segment->again != 0) {
		fold_segment(view, segment);
		return;
	}
	end_line(view);
	colour(view, segment->incoming ? INK_BOB : INK_ALICE);
	write_segment(view, segment);
	colour(view, INK_PLAIN);
	fputc('\n', view->out);
	for (unsigned i = 0; i < DEFECT_COUNT; i++) {
		struct flow flow;
		char defect[256];

		if ((segment->defects >> i & 1) == 0)
			continue;
		flow = begin_below(view);
		snprintf(defect, sizeof(defect), "defect: %s (%s)", defect_text((enum defect)i), defect_rfc((enum defect)i));
		colour(view, INK_ALARM);
		flow_words(&flow, defect);
		colour(view, INK_PLAIN);
		fputc('\n', view->out);
	}
}

static void
plain_prediction(struct view_pending *p, const struct trace_record *record, const struct view_context *context)
{
	const struct reply *must = &record->prediction.must;
	char words[96];
	struct text t = text_in(words, sizeof(words));

	if (must->flags == 0)
		text_add(&t, "nothing");
	else
		view_reply(&t, must, context);
	switch ((enum verdict)record->prediction.verdict) {
	case VERDICT_PENDING:
		if (must->flags == 0)
			snprintf(p->predicted, sizeof(p->predicted), "bob owes no answer");
		else
			snprintf(p->predicted, sizeof(p->predicted), "bob should answer %s%s", words,
			    must->urgency == URGENCY_DELAYED ? ", perhaps delayed" : "");
		break;
	case VERDICT_HELD:
		if (must->flags != 0)
			snprintf(p->verdict, sizeof(p->verdict), "as predicted");
		break;
	case VERDICT_BROKEN:
		p->broken = true;
		snprintf(p->verdict, sizeof(p->verdict), "NOT AS PREDICTED for segment %u: %s was due", record->segment, words);
		break;
	}
}

/* What a connection that goes well moves all the time. */
static bool
is_dull(const char *counter)
{
	static const char *const dull[] = { "TcpExtTCPPureAcks", "TcpExtTCPHPHits", "TcpExtTCPHPAcks", "TcpExtTCPOrigDataSent",
		"TcpExtTCPDelivered", "TcpExtTCPAutoCorking", "TcpExtTW" };

	for (size_t i = 0; i < sizeof(dull) / sizeof(dull[0]); i++) {
		if (strcmp(dull[i], counter) == 0)
			return true;
	}
	return false;
}

static void
plain_kernel(struct view_pending *p, const struct trace_record *record, const struct view_context *context)
{
	struct text t = text_in(p->kernel, sizeof(p->kernel));

	text_add(&t, "bob's kernel says %s", tcp_state_name(record->kernel.state));
	for (unsigned i = 0; i < TRACE_COUNTERS && record->kernel.counters[i].moved != 0; i++) {
		const char *counter = context->counter_name(context->arg, record->kernel.counters[i].counter);

		if (!is_dull(counter))
			text_add(&t, ", %s +%u", counter, record->kernel.counters[i].moved);
	}
}

/* A line of its own: nothing moved. */
static void
plain_ignored(struct view *view, const struct trace_record *record)
{
	const char *who = end_name((enum end)record->end), *text = reason_text((enum reason)record->reason);
	const char *rfc = reason_rfc((enum reason)record->reason);

	struct flow flow = begin_below(view);
	char line[384];

	if (record->ignored.sent)
		snprintf(line, sizeof(line), "no stack would send this from %s's state: %s (%s)", who, text, rfc);
	else
		snprintf(line, sizeof(line), "%s moves nothing: %s (%s)", who, text, rfc);
	flow_words(&flow, line);
	fputc('\n', view->out);
}

/* Of a repeat nothing is told that was so before; `why` tells it. */
static bool
is_folded(const struct view *view, const struct trace_record *record)
{
	if (view->fold.again == 0 || view->fold.conn != record->conn)
		return false;
	switch ((enum trace_kind)record->kind) {
	case TRACE_IGNORED:
	case TRACE_OWED:
		return true;
	case TRACE_KERNEL:
		return view->kernel_conn == record->conn && view->kernel_state == record->kernel.state;
	case TRACE_MOVE:
	case TRACE_DELIVERED:
	case TRACE_PREDICTION:
		break;
	}
	return false;
}

static void
plain_record(struct view *view, const struct trace_record *record, const struct view_context *context)
{
	struct view_pending *p = &view->pending;
	enum end end = (enum end)record->end;
	char words[96];
	struct text t = text_in(words, sizeof(words));

	if (is_folded(view, record))
		return;
	end_fold(view);
	switch ((enum trace_kind)record->kind) {
	case TRACE_MOVE:
		end_line(view);
		snprintf(p->move, sizeof(p->move), "%s %s -> %s", end_name(end), tcp_state_name(record->move.from),
		    tcp_state_name(record->move.to));
		break;
	case TRACE_IGNORED:
		end_line(view);
		plain_ignored(view, record);
		return;
	case TRACE_OWED:
		if (end == END_BOB)
			return;
		view_reply(&t, &record->owed, context);
		if (record->owed.flags == TCP_ACK)
			snprintf(p->owes, sizeof(p->owes), "she owes an ACK");
		else
			snprintf(p->owes, sizeof(p->owes), "she owes %s", words);
		break;
	case TRACE_DELIVERED:
		end_line(view);
		snprintf(p->said, sizeof(p->said), "%u bytes delivered to %s's program", record->delivered_bytes, end_name(end));
		break;
	case TRACE_PREDICTION:
		plain_prediction(p, record, context);
		break;
	case TRACE_KERNEL:
		plain_kernel(p, record, context);
		view->kernel_conn = record->conn;
		view->kernel_state = record->kernel.state;
		break;
	}
	p->any = p->move[0] != '\0' || p->predicted[0] != '\0' || p->verdict[0] != '\0' || p->kernel[0] != '\0' ||
	    p->owes[0] != '\0' || p->said[0] != '\0';
}

static void
plain_why(struct view *view, const struct trace_record *record, const struct view_context *context)
{
	char sentence[512];
	struct text t = text_in(sentence, sizeof(sentence));
	struct flow flow;

	end_line(view);
	view_why_text(&t, record, context);
	flow = begin_below(view);
	flow_words(&flow, sentence);
	fputc('\n', view->out);
}

static void
plain_expect(struct view *view, int64_t at_ns, const char *text, bool held)
{
	(void)at_ns;
	end_line(view);
	if (!held)
		colour(view, INK_ALARM);
	fputs(held ? "held" : "FAILED", view->out);
	if (!held)
		colour(view, INK_PLAIN);
	fprintf(view->out, ": expect %s\n", text);
}

static void
plain_drawn(struct view *view, int64_t at_ns, const char *lines)
{
	(void)at_ns;
	end_line(view);
	fputs(lines, view->out);
	if (lines[0] != '\0' && lines[strlen(lines) - 1] != '\n')
		fputc('\n', view->out);
}

static void
plain_note(struct view *view, int64_t at_ns, const char *text)
{
	(void)at_ns;
	end_line(view);
	flow_lines(view->out, columns(view), text);
}

static void
plain_flush(struct view *view)
{
	end_line(view);
	view_put_out(view);
}

static void
plain_error(struct view *view, int64_t at_ns, const char *where, const char *what, const char *expected,
    enum err_code status)
{
	char line[LINE_MAX_TEXT];

	(void)at_ns;
	(void)expected;
	(void)status;
	plain_flush(view);
	if (columns(view) == 0 || (size_t)snprintf(line, sizeof(line), "%s: %s", where, what) >= sizeof(line))
		fprintf(view->errors, "%s: %s\n", where, what);
	else
		flow_lines(view->errors, columns(view), line);
	fflush(view->errors);
}

const struct view_ops view_plain = {
	.segment = plain_segment,
	.record = plain_record,
	.why = plain_why,
	.expect = plain_expect,
	.note = plain_note,
	.drawn = plain_drawn,
	.error = plain_error,
	.flush = plain_flush,
};
