/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How what happened is shown: one table of functions a format.  A view reads records and segments and writes to its stream;
 * it changes nothing else, and nobody but a view writes results.
 */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "seg/line.h"
#include "seg/seg.h"
#include "trace/trace.h"

struct view;

/* A segment as it passed Alice. */
struct view_segment {
	uint32_t number; /* in the log, from 1 */
	int64_t at_ns;   /* since the session began */
	uint16_t conn;   /* 0: belongs to none */
	bool incoming;
	bool by_kernel;   /* Alice's kernel sent it, and not she */
	const char *from; /* "alice", "alice's kernel", "bob", or an address */
	const struct seg *seg;
	struct line_style style;
	uint32_t defects; /* 1 << DEFECT_... */
	uint32_t again;   /* it is segment `again` once more, and nothing had called for it; 0: it is not */
};

/* What a record's numbers are relative to, and the names of the counters in it. */
struct view_context {
	uint32_t seq_base, ack_base;
	const char *(*counter_name)(const void *arg, unsigned counter);
	const void *arg;
};

/* `record` and `why` show the same: as it happens, and asked for afterwards, a sentence each. */
struct view_ops {
	void (*segment)(struct view *view, const struct view_segment *segment);
	void (*record)(struct view *view, const struct trace_record *record, const struct view_context *context);
	void (*why)(struct view *view, const struct trace_record *record, const struct view_context *context);
	void (*expect)(struct view *view, int64_t at_ns, const char *text, bool held);
	void (*note)(struct view *view, int64_t at_ns, const char *text);
	void (*drawn)(struct view *view, int64_t at_ns, const char *lines);
	void (*error)(struct view *view, int64_t at_ns, const char *where, const char *what,
	    const char *expected, enum err_code status);
	void (*flush)(struct view *view); /* what was waiting for more is written, and all of it put out */
};

/* What a line of text has collected so far (plain view only). */
struct view_pending {
	bool any, broken; /* something; a verdict that is BROKEN */
	char move[64], predicted[192], verdict[192], kernel[256], owes[128], said[256];
};

/* Repeats that make one line when something else comes (plain view only). */
struct view_fold {
	uint32_t again; /* of which segment; 0: there are none */
	uint32_t first, last;
	uint16_t conn;
	char what[40], times[160];
};

struct view {
	const struct view_ops *ops;
	FILE *out, *errors;
	bool colour, ascii; /* drawn with colour, and with ASCII alone; view_new says neither */
	int terminal; /* descriptor of the terminal where `out` ends, whose width lines keep to; -1, as view_new says: there is none */
	int broken; /* errno of the first write to `out` that failed; 0: none did */
	struct view_pending pending;
	struct view_fold fold;
	uint16_t kernel_conn; /* whose kernel's word was shown last, and what it said */
	enum tcp_state kernel_state;
};

extern const struct view_ops view_plain; /* for people: tcpdump's lines, what they did written under them */
extern const struct view_ops view_json;  /* for programs: one object a line (interface.md, "JSON") */

extern const struct view_ops view_silent; /* for nobody: what is done again unseen */

struct view view_new(const struct view_ops *ops, FILE *out, FILE *errors);

/*
 * Puts out the lines that are whole, and remembers when that failed: before each sleep, since the views themselves leave them
 * in the stream's buffer.
 */
void view_put_out(struct view *view);

/* For what is drawn or wrapped: as wide as the terminal, or 80 columns. */
unsigned view_columns(const struct view *view);

/* Something waits for more, and would come out with view_flush. */
static inline bool
view_waits(const struct view *view)
{
	return view->pending.any || view->fold.again != 0;
}

static inline void
view_flush(struct view *view)
{
	view->ops->flush(view);
}

/*
 * What people and files said comes out by these: of it only letters and line ends reach the stream as they are, the rest
 * is escaped (text_add_shown).  A note is a sentence, or lines of a listing; in JSON an object of type "note".
 */
void view_note(struct view *view, int64_t at_ns, const char *format, ...) __attribute__((format(printf, 3, 4)));
void view_vnote(struct view *view, int64_t at_ns, const char *format, va_list ap) __attribute__((format(printf, 3, 0)));
void view_expect(struct view *view, int64_t at_ns, const char *text, bool held);
void view_error(struct view *view, int64_t at_ns, const char *where, const struct err *err);

/*
 * Puts out what was drawn, lines that are fit to be shown as they are; in JSON an object of type "note".  Nothing waits in the
 * stream's buffer before them.
 */
void view_drawn(struct view *view, int64_t at_ns, const char *lines);

/* "alice moved from CLOSED to SYN-SENT, because an active OPEN sends a SYN (RFC 9293 3.10.1)": a record as a sentence. */
void view_why_text(struct text *t, const struct trace_record *record, const struct view_context *context);

/* "SYN,ACK with ack 1", "RST with seq 5": a reply in words, numbers relative. */
void view_reply(struct text *t, const struct reply *reply, const struct view_context *context);

#endif
