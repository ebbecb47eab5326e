/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace/trace.h"

#include <stddef.h>

static const struct {
	const char *rfc, *text;
} reasons[] = {
#define REASON(name, rfc, text) [REASON_##name] = { rfc, text },
#include "trace/reason.list"
#undef REASON
};

const char *
end_name(enum end end)
{
	return end == END_ALICE ? "alice" : "bob";
}

const char *
reason_text(enum reason reason)
{
	return reasons[reason].text;
}

const char *
reason_rfc(enum reason reason)
{
	return reasons[reason].rfc;
}

const char *
verdict_name(enum verdict verdict)
{
	static const char *const names[] = { "pending", "held", "broken" };

	return names[verdict];
}
