/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "view/flow.h"
#include "view/ladder.h"

struct view
view_new(const struct view_ops *ops, FILE *out, FILE *errors)
{
	return (struct view){ .ops = ops, .out = out, .errors = errors, .terminal = -1 };
}

void
view_put_out(struct view *view)
{
	if ((fflush(view->out) != 0 || ferror(view->out)) && view->broken == 0)
		view->broken = errno != 0 ? errno : EIO;
}

unsigned
view_columns(const struct view *view)
{
	unsigned known = terminal_columns(view->terminal);

	return known > 0 ? known : CANVAS_COLUMNS;
}

/* Every line as it may be shown; the lines stay lines.  NULL when memory is out. */
static char *
shown(const char *text)
{
	size_t room = 4 * strlen(text) + 1;
	char *copy = malloc(room);
	struct text t;

	if (copy == NULL)
		return NULL;
	t = text_in(copy, room);
	for (size_t length; ; text += length + 1) {
		length = strcspn(text, "\n");
		text_add_shown(&t, text, length);
		if (text[length] == '\0')
			return copy;
		text_add(&t, "\n");
	}
}

void
view_note(struct view *view, int64_t at_ns, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	view_vnote(view, at_ns, format, ap);
	va_end(ap);
}

void
view_vnote(struct view *view, int64_t at_ns, const char *format, va_list ap)
{
	char *text = NULL, *clean = NULL;

	if (vasprintf(&text, format, ap) < 0)
		text = NULL;
	if (text != NULL)
		clean = shown(text);
	if (clean != NULL)
		view->ops->note(view, at_ns, clean);
	free(clean);
	free(text);
}

void
view_drawn(struct view *view, int64_t at_ns, const char *lines)
{
	view->ops->drawn(view, at_ns, lines);
}

void
view_expect(struct view *view, int64_t at_ns, const char *text, bool held)
{
	char *clean = shown(text);

	if (clean != NULL)
		view->ops->expect(view, at_ns, clean, held);
	free(clean);
}

void
view_error(struct view *view, int64_t at_ns, const char *where, const struct err *err)
{
	char *clean_where = shown(where), *clean_what = shown(err->text), *clean_expected = shown(err->expected);

	if (clean_where != NULL && clean_what != NULL && clean_expected != NULL)
		view->ops->error(view, at_ns, clean_where, clean_what, clean_expected, err->code);
	free(clean_where);
	free(clean_what);
	free(clean_expected);
}

static void
silent_segment(struct view *view, const struct view_segment *segment)
{
	(void)view;
	(void)segment;
}

static void
silent_record(struct view *view, const struct trace_record *record, const struct view_context *context)
{
	(void)view;
	(void)record;
	(void)context;
}

static void
silent_expect(struct view *view, int64_t at_ns, const char *text, bool held)
{
	(void)view;
	(void)at_ns;
	(void)text;
	(void)held;
}

static void
silent_note(struct view *view, int64_t at_ns, const char *text)
{
	(void)view;
	(void)at_ns;
	(void)text;
}

static void
silent_error(struct view *view, int64_t at_ns, const char *where, const char *what, const char *expected,
    enum err_code status)
{
	(void)view;
	(void)at_ns;
	(void)where;
	(void)what;
	(void)expected;
	(void)status;
}

const struct view_ops view_silent = {
	.segment = silent_segment,
	.record = silent_record,
	.why = silent_record,
	.expect = silent_expect,
	.note = silent_note,
	.error = silent_error,
	.flush = view_put_out,
};

/* "SYN,ACK"; "no flags" */
static void
add_flags(struct text *t, uint16_t flags)
{
	static const struct {
		uint16_t flag;
		const char *name;
	} names[] = {
		{ TCP_SYN, "SYN" }, { TCP_FIN, "FIN" }, { TCP_RST, "RST" }, { TCP_PSH, "PSH" }, { TCP_ACK, "ACK" },
		{ TCP_URG, "URG" }, { TCP_ECE, "ECE" }, { TCP_CWR, "CWR" }, { TCP_AE, "AE" },
	};
	const char *comma = "";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((flags & names[i].flag) == 0)
			continue;
		text_add(t, "%s%s", comma, names[i].name);
		comma = ",";
	}
	if (flags == 0)
		text_add(t, "no flags");
}

void
view_reply(struct text *t, const struct reply *reply, const struct view_context *context)
{
	add_flags(t, reply->flags);
	if (reply->flags & TCP_ACK)
		text_add(t, " with ack %u", reply->ack - context->ack_base);
	else if (!reply->any_seq)
		text_add(t, " with seq %u", reply->seq - context->seq_base);
}
