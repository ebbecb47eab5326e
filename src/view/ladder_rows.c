/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/ladder_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/when.h"
#include "seg/field.h"

int64_t
ladder_left_ns(const struct ladder_entry *entry)
{
	int64_t at_ns = entry->from_alice ? entry->alice_ns : entry->bob_ns;

	return at_ns != WHEN_NEVER ? at_ns : entry->alice_ns;
}

int64_t
ladder_came_ns(const struct ladder_entry *entry)
{
	return entry->from_alice ? entry->bob_ns : entry->alice_ns;
}

static bool
is_slanted(const struct ladder_entry *entry)
{
	return entry->fate == LADDER_ARRIVED && ladder_came_ns(entry) != WHEN_NEVER &&
	    ladder_came_ns(entry) - ladder_left_ns(entry) > SLANT_NS;
}

void
ladder_label(const struct ladder_entry *entry, unsigned lane, struct label *label)
{
	char words[5][32], flags[12];
	unsigned count = 0, whole = 0, most;

	*label = (struct label){ .lines = 1 };
	if (entry->number != 0)
		snprintf(words[count++], sizeof(words[0]), "%u [%s]", entry->number, flags_text(entry->flags, flags));
	else
		snprintf(words[count++], sizeof(words[0]), "[%s]", flags_text(entry->flags, flags));
	snprintf(words[count++], sizeof(words[0]), "seq %u", entry->seq);
	if (entry->flags & TCP_ACK)
		snprintf(words[count++], sizeof(words[0]), "ack %u", entry->ack);
	snprintf(words[count++], sizeof(words[0]), "len %u", entry->bytes);
	if (entry->repeat)
		snprintf(words[count++], sizeof(words[0]), "again");
	for (unsigned i = 0; i < count; i++)
		whole += (unsigned)strlen(words[i]) + (i > 0);
	/* A level arrow needs a column at its tail and two at its head; others more. */
	most = entry->fate == LADDER_ARRIVED && !is_slanted(entry) ? lane - 3 : lane - SHORT_OF - 2;
	label->above = whole > most;
	for (unsigned i = 0; i < count; i++) {
		char *line = label->line[label->lines - 1];
		size_t used = strlen(line);

		if (used > 0 && used + 1 + strlen(words[i]) > lane - 2 && label->lines < LABEL_LINES) {
			line = label->line[label->lines++];
			used = 0;
		}
		snprintf(line + used, sizeof(label->line[0]) - used, "%s%s", used > 0 ? " " : "", words[i]);
	}
}

static bool
is_same(const struct ladder_entry *a, const struct ladder_entry *b)
{
	return a->from_alice == b->from_alice && a->flags == b->flags && a->seq == b->seq && a->ack == b->ack &&
	    a->bytes == b->bytes && a->fate == b->fate && (a->bytes > 0 || a->flags & (TCP_SYN | TCP_FIN));
}

/* Runs of the same segment, with none of another kind between, become one. */
static void
fold(struct drawing *d)
{
	size_t kept = 0;

	for (size_t i = 1; i < d->ladder->entries; i++) {
		if (is_same(&d->ladder->entry[i], &d->ladder->entry[kept])) {
			d->span[i].folded = true;
			d->span[kept].again++;
		} else {
			kept = i;
		}
	}
}

static struct row *
add_row(struct drawing *d, int64_t at_ns, enum row_kind kind, size_t entry)
{
	struct row *row = &d->row[d->rows];

	*row = (struct row){ .at_ns = at_ns, .kind = kind, .entry = entry, .order = d->rows };
	d->rows++;
	return row;
}

static void
add_entry(struct drawing *d, size_t i)
{
	const struct ladder_entry *entry = &d->ladder->entry[i];
	struct label label;

	ladder_label(entry, d->lane, &label);
	for (unsigned line = 0; label.above && line < label.lines; line++)
		add_row(d, ladder_left_ns(entry), ROW_LABEL, i)->piece = (uint8_t)line;
	add_row(d, ladder_left_ns(entry), is_slanted(entry) ? ROW_LEAVES : ROW_LEVEL, i);
	if (is_slanted(entry))
		add_row(d, ladder_came_ns(entry), ROW_COMES, i);
	if (d->span[i].again > 0)
		add_row(d, is_slanted(entry) ? ladder_came_ns(entry) : ladder_left_ns(entry), ROW_AGAIN, i);
}

static int
by_time(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->at_ns != y->at_ns)
		return (x->at_ns > y->at_ns) - (x->at_ns < y->at_ns);
	return (x->order > y->order) - (x->order < y->order);
}

/* Whether what this end did or heard in this row caused the move. */
static bool
caused(const struct drawing *d, const struct row *row, const struct trace_record *record)
{
	const struct ladder_entry *entry = &d->ladder->entry[row->entry];
	bool sender = (record->end == END_ALICE) == entry->from_alice;

	if (row->kind != ROW_LEVEL && row->kind != (sender ? ROW_LEAVES : ROW_COMES))
		return false;
	if (entry->fate != LADDER_ARRIVED && !sender)
		return false;
	if (record->segment != 0 && entry->number != 0)
		return record->segment == entry->number;
	return record->at_ns == (sender ? ladder_left_ns(entry) : ladder_came_ns(entry));
}

/* Beside the row of the segment that did it; a second move by the same one, and one that time alone did, have their own. */
static void
add_move(struct drawing *d, const struct trace_record *record)
{
	struct row *row;

	for (size_t i = 0; i < d->rows; i++) {
		row = &d->row[i];
		if (row->kind == ROW_MOVE || row->moved >> record->end & 1 || !caused(d, row, record))
			continue;
		row->moved |= (uint8_t)(1 << record->end);
		row->state[record->end] = record->move.to;
		return;
	}
	row = add_row(d, record->at_ns, ROW_MOVE, 0);
	row->end = (enum end)record->end;
	row->moved = (uint8_t)(1 << record->end);
	row->state[record->end] = record->move.to;
}

/* Entries in the log number thousands, and moves a dozen: each looks for its row. */
int
ladder_rows(struct drawing *d)
{
	const struct ladder *ladder = d->ladder;
	size_t most = ladder->entries * (3 + LABEL_LINES) + ladder->records;

	d->row = calloc(most + 1, sizeof(d->row[0]));
	d->span = calloc(ladder->entries + 1, sizeof(d->span[0]));
	if (d->row == NULL || d->span == NULL)
		return -1;
	fold(d);
	for (size_t i = 0; i < ladder->entries; i++) {
		if (!d->span[i].folded)
			add_entry(d, i);
	}
	for (size_t i = 0; i < ladder->records; i++) {
		if (ladder->record[i].kind == TRACE_MOVE)
			add_move(d, &ladder->record[i]);
	}
	qsort(d->row, d->rows, sizeof(d->row[0]), by_time);
	for (size_t r = 0; r < d->rows; r++) {
		if (d->row[r].kind == ROW_LEVEL || d->row[r].kind == ROW_LEAVES)
			d->span[d->row[r].entry].first = d->span[d->row[r].entry].last = r;
		else if (d->row[r].kind == ROW_COMES)
			d->span[d->row[r].entry].last = r;
	}
	return 0;
}
