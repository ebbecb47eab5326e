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
#include "view/ink.h"
#include "view/ladder.h"

#define INDENT "             "
#define MOVE_WIDTH 34
#define LINE_MAX_TEXT 2048

/* From here on; INK_PLAIN ends it. */
static void
colour(struct view *view, enum ink_colour ink)
{
	ink_colour(view->out, &(const struct canvas){ .colour = view->colour }, ink);
}

/* Ends the line that waits. */
static void
end_line(struct view *view)
{
	struct view_pending *p = &view->pending;
	const char *parts[] = { p->predicted, p->verdict, p->kernel, p->owes, p->said };
	const char *between = "";
	int width = (int)strlen(p->move);

	if (!p->any)
		return;
	fprintf(view->out, INDENT "%s", p->move);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i][0] == '\0')
			continue;
		if (between[0] == '\0' && width > 0)
			fprintf(view->out, "%*s", width < MOVE_WIDTH ? MOVE_WIDTH - width : 1, "");
		fputs(between, view->out);
		if (parts[i] == p->verdict && p->broken)
			colour(view, INK_ALARM);
		fputs(parts[i], view->out);
		if (parts[i] == p->verdict && p->broken)
			colour(view, INK_PLAIN);
		between = "; ";
	}
	fputc('\n', view->out);
	*p = (struct view_pending){ 0 };
}

static void
plain_segment(struct view *view, const struct view_segment *segment)
{
	char line[LINE_MAX_TEXT];
	struct text t = text_in(line, sizeof(line));

	end_line(view);
	seg_line(&t, segment->seg, &segment->style);
	colour(view, segment->incoming ? INK_BOB : INK_ALICE);
	fprintf(view->out, "%3u %lld.%06lld %s%s", segment->number, (long long)(segment->at_ns / NS_PER_S),
	    (long long)(segment->at_ns % NS_PER_S / NS_PER_US), line, segment->by_kernel ? ", sent by alice's kernel" : "");
	colour(view, INK_PLAIN);
	fputc('\n', view->out);
	for (unsigned i = 0; i < DEFECT_COUNT; i++) {
		if ((segment->defects >> i & 1) == 0)
			continue;
		fputs(INDENT, view->out);
		colour(view, INK_ALARM);
		fprintf(view->out, "defect: %s (%s)", defect_text((enum defect)i), defect_rfc((enum defect)i));
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

	if (record->ignored.sent)
		fprintf(view->out, INDENT "no stack would send this from %s's state: %s (%s)\n", who, text, rfc);
	else
		fprintf(view->out, INDENT "%s moves nothing: %s (%s)\n", who, text, rfc);
}

static void
plain_record(struct view *view, const struct trace_record *record, const struct view_context *context)
{
	struct view_pending *p = &view->pending;
	enum end end = (enum end)record->end;
	char words[96];
	struct text t = text_in(words, sizeof(words));

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

	end_line(view);
	view_why_text(&t, record, context);
	fprintf(view->out, INDENT "%s\n", sentence);
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
plain_note(struct view *view, int64_t at_ns, const char *text)
{
	(void)at_ns;
	end_line(view);
	fputs(text, view->out);
	if (text[0] != '\0' && text[strlen(text) - 1] != '\n')
		fputc('\n', view->out);
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
	(void)at_ns;
	(void)expected;
	(void)status;
	plain_flush(view);
	fprintf(view->errors, "%s: %s\n", where, what);
	fflush(view->errors);
}

const struct view_ops view_plain = {
	.segment = plain_segment,
	.record = plain_record,
	.why = plain_why,
	.expect = plain_expect,
	.note = plain_note,
	.error = plain_error,
	.flush = plain_flush,
};
