/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/view.h"

#include <stdlib.h>

struct view
view_new(const struct view_ops *ops, FILE *out, FILE *errors)
{
	return (struct view){ .ops = ops, .out = out, .errors = errors };
}

void
view_note(struct view *view, int64_t at_ns, const char *format, ...)
{
	char *text;
	va_list ap;
	int length;

	va_start(ap, format);
	length = vasprintf(&text, format, ap);
	va_end(ap);
	if (length < 0)
		return;
	view->ops->note(view, at_ns, text);
	free(text);
}

void
view_flags(struct text *t, uint16_t flags)
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
	view_flags(t, reply->flags);
	if (reply->flags & TCP_ACK)
		text_add(t, " with ack %u", reply->ack - context->ack_base);
	else if (!reply->any_seq)
		text_add(t, " with seq %u", reply->seq - context->seq_base);
}
