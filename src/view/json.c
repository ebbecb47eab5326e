/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For programs: one JSON object a line, keys ending in their unit. */
#include "view/view.h"

#include <string.h>

#include <jansson.h>

#include "base/when.h"
#include "seg/defect.h"
#include "seg/field.h"

static void
json_line(struct view *view, json_t *object)
{
	json_dumpf(object, view->out, JSON_COMPACT | JSON_PRESERVE_ORDER);
	fputc('\n', view->out);
	json_decref(object);
}

static json_t *
json_begin(const char *type, int64_t at_ns)
{
	return json_pack("{s:s, s:I}", "type", type, "t_us", (json_int_t)(at_ns / NS_PER_US));
}

/* Every field of the layers that are there.  A name that a lower layer has too goes by "layer.name" there. */
static json_t *
json_fields(const struct view_segment *segment)
{
	json_t *fields = json_object();
	size_t count;
	const struct field *table = field_table(&count);
	char room[64];

	for (size_t i = 0; i < count; i++) {
		const struct field *field = &table[i];
		struct text t = text_in(room, sizeof(room));
		const char *name = field->name;
		char key[48];

		if (!seg_has(segment->seg, field->layer))
			continue;
		if (field_find(name, segment->seg) != field) {
			snprintf(key, sizeof(key), "%s.%s", layer_name(field->layer), name);
			name = key;
		}
		field_show(&t, segment->seg, field);
		switch (field->show) {
		case SHOW_DEC:
		case SHOW_HEX:
		case SHOW_BOOL:
			json_object_set_new(fields, name, json_integer((json_int_t)field_get(segment->seg, field)));
			break;
		case SHOW_SEQ: {
			uint32_t raw = (uint32_t)field_get(segment->seg, field);
			bool is_ack = field->offset == offsetof(struct seg, tcp.ack);
			char raw_name[56];

			snprintf(raw_name, sizeof(raw_name), "%s_raw", name);
			json_object_set_new(fields, name,
			    json_integer(raw - (is_ack ? segment->style.ack_base : segment->style.seq_base)));
			json_object_set_new(fields, raw_name, json_integer(raw));
			break;
		}
		case SHOW_MAC:
		case SHOW_ADDRESS:
		case SHOW_FLAGS:
			json_object_set_new(fields, name, json_string(room));
			break;
		}
	}
	if (segment->seg->payload_size > 0 || seg_has(segment->seg, LAYER_TCP))
		json_object_set_new(fields, "payload_bytes", json_integer((json_int_t)segment->seg->payload_size));
	return fields;
}

static void
json_segment(struct view *view, const struct view_segment *segment)
{
	char line[2048];
	struct text t = text_in(line, sizeof(line));
	json_t *object = json_begin("segment", segment->at_ns), *defects = json_array();

	seg_line(&t, segment->seg, &segment->style);
	for (unsigned i = 0; i < DEFECT_COUNT; i++) {
		if (segment->defects >> i & 1)
			json_array_append_new(defects, json_string(defect_code((enum defect)i)));
	}
	json_object_set_new(object, "n", json_integer(segment->number));
	json_object_set_new(object, "conn", json_integer(segment->conn));
	json_object_set_new(object, "dir", json_string(segment->incoming ? "in" : "out"));
	json_object_set_new(object, "from", json_string(segment->from));
	json_object_set_new(object, "text", json_string(line));
	json_object_set_new(object, "fields", json_fields(segment));
	json_object_set_new(object, "defects", defects);
	json_line(view, object);
}

static json_t *
json_reply(const struct reply *reply, const struct view_context *context)
{
	char words[64], flags[12];
	struct text t = text_in(words, sizeof(words));

	text_add(&t, "[%s]", flags_text(reply->flags, flags));
	if (reply->flags & TCP_ACK)
		text_add(&t, " ack %u", reply->ack - context->ack_base);
	else if (!reply->any_seq)
		text_add(&t, " seq %u", reply->seq - context->seq_base);
	return json_string(words);
}

static const char *const record_types[] = {
	[TRACE_MOVE] = "state",
	[TRACE_IGNORED] = "ignored",
	[TRACE_OWED] = "owed",
	[TRACE_DELIVERED] = "delivered",
	[TRACE_PREDICTION] = "prediction",
	[TRACE_KERNEL] = "kernel",
};

/* What the record says, put into the object. */
static void
fill_record(json_t *object, const struct trace_record *record, const struct view_context *context)
{
	json_t *counters, *expected;

	if (record->segment != 0)
		json_object_set_new(object, "n", json_integer(record->segment));
	json_object_set_new(object, "conn", json_integer(record->conn));
	switch ((enum trace_kind)record->kind) {
	case TRACE_MOVE:
		json_object_set_new(object, "end", json_string(end_name((enum end)record->end)));
		json_object_set_new(object, "from", json_string(tcp_state_name(record->move.from)));
		json_object_set_new(object, "to", json_string(tcp_state_name(record->move.to)));
		break;
	case TRACE_IGNORED:
		json_object_set_new(object, "end", json_string(end_name((enum end)record->end)));
		json_object_set_new(object, "sent", json_boolean(record->ignored.sent));
		break;
	case TRACE_OWED:
		json_object_set_new(object, "end", json_string(end_name((enum end)record->end)));
		json_object_set_new(object, "owed", json_reply(&record->owed, context));
		break;
	case TRACE_DELIVERED:
		json_object_set_new(object, "end", json_string(end_name((enum end)record->end)));
		json_object_set_new(object, "delivered_bytes", json_integer(record->delivered_bytes));
		break;
	case TRACE_PREDICTION:
		expected = json_array();
		if (record->prediction.must.flags != 0)
			json_array_append_new(expected, json_reply(&record->prediction.must, context));
		json_object_set_new(object, "expected", expected);
		json_object_set_new(object, "deadline_us", json_integer((json_int_t)(record->prediction.deadline_ns / NS_PER_US)));
		json_object_set_new(object, "verdict", json_string(verdict_name((enum verdict)record->prediction.verdict)));
		break;
	case TRACE_KERNEL:
		counters = json_object();
		for (unsigned i = 0; i < TRACE_COUNTERS && record->kernel.counters[i].moved != 0; i++)
			json_object_set_new(counters, context->counter_name(context->arg, record->kernel.counters[i].counter),
			    json_integer(record->kernel.counters[i].moved));
		json_object_set_new(object, "host", json_string("bob"));
		json_object_set_new(object, "state", json_string(tcp_state_name(record->kernel.state)));
		json_object_set_new(object, "counters", counters);
		break;
	}
	if (record->reason != REASON_NONE) {
		json_object_set_new(object, "why", json_string(reason_text((enum reason)record->reason)));
		json_object_set_new(object, "rfc", json_string(reason_rfc((enum reason)record->reason)));
	}
}

static void
json_record(struct view *view, const struct trace_record *record, const struct view_context *context)
{
	json_t *object = json_begin(record_types[record->kind], record->at_ns);

	fill_record(object, record, context);
	json_line(view, object);
}

static void
json_why(struct view *view, const struct trace_record *record, const struct view_context *context)
{
	json_t *object = json_begin("why", record->at_ns);
	char sentence[512];
	struct text t = text_in(sentence, sizeof(sentence));

	view_why_text(&t, record, context);
	json_object_set_new(object, "kind", json_string(record_types[record->kind]));
	fill_record(object, record, context);
	json_object_set_new(object, "text", json_string(sentence));
	json_line(view, object);
}

static void
json_expect(struct view *view, int64_t at_ns, const char *text, bool held)
{
	json_t *object = json_begin("expect", at_ns);

	json_object_set_new(object, "text", json_string(text));
	json_object_set_new(object, "held", json_boolean(held));
	json_line(view, object);
}

static void
json_note(struct view *view, int64_t at_ns, const char *text)
{
	json_t *object = json_begin("note", at_ns);

	json_object_set_new(object, "text", json_string(text));
	json_line(view, object);
}

static void
json_error(struct view *view, int64_t at_ns, const char *where, const char *what, const char *expected,
    enum err_code status)
{
	json_t *object = json_begin("error", at_ns);

	json_object_set_new(object, "where", json_string(where));
	json_object_set_new(object, "what", json_string(what));
	json_object_set_new(object, "expected", json_string(expected));
	json_object_set_new(object, "status", json_integer(status));
	json_line(view, object);
	view_put_out(view);
	fprintf(view->errors, "%s: %s\n", where, what);
}

static void
json_flush(struct view *view)
{
	view_put_out(view);
}

const struct view_ops view_json = {
	.segment = json_segment,
	.record = json_record,
	.why = json_why,
	.expect = json_expect,
	.note = json_note,
	.drawn = json_note,
	.error = json_error,
	.flush = json_flush,
};
