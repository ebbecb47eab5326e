/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records as sentences. */
#include "view/view.h"

static void
add_prediction(struct text *t, const struct trace_record *record, const struct view_context *context)
{
	const struct reply *must = &record->prediction.must;
	char words[96];
	struct text w = text_in(words, sizeof(words));

	view_reply(&w, must, context);
	switch ((enum verdict)record->prediction.verdict) {
	case VERDICT_PENDING:
		if (must->flags == 0)
			text_add(t, "predicted: bob answers nothing");
		else
			text_add(t, "predicted: bob answers %s%s", words, must->urgency == URGENCY_DELAYED ? ", perhaps delayed" : "");
		break;
	case VERDICT_HELD:
		if (must->flags == 0)
			text_add(t, "the prediction for segment %u held: bob answered nothing", record->segment);
		else
			text_add(t, "the prediction for segment %u held: bob answered %s", record->segment, words);
		break;
	case VERDICT_BROKEN:
		text_add(t, "the prediction for segment %u is BROKEN: %s was due", record->segment, must->flags == 0 ? "silence" : words);
		break;
	}
}

static void
add_kernel(struct text *t, const struct trace_record *record, const struct view_context *context)
{
	text_add(t, "bob's kernel said %s", tcp_state_name(record->kernel.state));
	for (unsigned i = 0; i < TRACE_COUNTERS && record->kernel.counters[i].moved != 0; i++)
		text_add(t, "%s %s +%u", i == 0 ? " and counted" : ",",
		    context->counter_name(context->arg, record->kernel.counters[i].counter), record->kernel.counters[i].moved);
}

void
view_why_text(struct text *t, const struct trace_record *record, const struct view_context *context)
{
	const char *who = end_name((enum end)record->end);

	switch ((enum trace_kind)record->kind) {
	case TRACE_MOVE:
		text_add(t, "%s moved from %s to %s", who, tcp_state_name(record->move.from), tcp_state_name(record->move.to));
		break;
	case TRACE_IGNORED:
		if (record->ignored.sent)
			text_add(t, "no stack would send this from %s's state", who);
		else
			text_add(t, "it moved nothing at %s's", who);
		break;
	case TRACE_OWED:
		text_add(t, "%s owed ", who);
		view_reply(t, &record->owed, context);
		break;
	case TRACE_DELIVERED:
		text_add(t, "%u bytes went to %s's program", record->delivered_bytes, who);
		break;
	case TRACE_PREDICTION:
		add_prediction(t, record, context);
		break;
	case TRACE_KERNEL:
		add_kernel(t, record, context);
		break;
	}
	if (record->reason != REASON_NONE)
		text_add(t, ", because %s (%s)", reason_text((enum reason)record->reason), reason_rfc((enum reason)record->reason));
}
