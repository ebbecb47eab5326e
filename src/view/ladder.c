/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * First the entries and moves become rows in the order of time, then each row is drawn by itself.
 *
 * A segment that crosses at once takes one row.  One that is under way for long takes a row where it leaves and one where it
 * comes, and its line goes down by steps through the rows between.  A label that is too long for its arrow stands above it.
 */
#include "view/ladder_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/when.h"
#include "view/ink.h"

/* ---- the lane --------------------------------------------------------------------------------------------------------- */

struct cell {
	enum ink_glyph glyph;
	char letter; /* of a label; 0: the glyph */
	enum ink_colour colour;
};

/* Columns count from the sender's side: those of Bob's segments are turned round. */
static struct cell *
cell_at(const struct drawing *d, struct cell *lane, const struct ladder_entry *entry, unsigned column)
{
	return &lane[entry->from_alice ? column : d->lane - 1 - column];
}

static enum ink_colour
colour_of(const struct ladder_entry *entry)
{
	return entry->from_alice ? INK_ALICE : INK_BOB;
}

static void
put(const struct drawing *d, struct cell *lane, const struct ladder_entry *entry, unsigned column, enum ink_glyph glyph)
{
	struct cell *cell = cell_at(d, lane, entry, column);

	if (cell->letter != 0)
		return;
	if (cell->glyph != GLYPH_NONE && glyph != GLYPH_RIGHT && glyph != GLYPH_LEFT)
		glyph = GLYPH_CROSS;
	*cell = (struct cell){ .glyph = glyph, .colour = colour_of(entry) };
}

static void
put_line(const struct drawing *d, struct cell *lane, const struct ladder_entry *entry, unsigned from, unsigned to)
{
	for (unsigned column = from; column < to; column++)
		put(d, lane, entry, column, GLYPH_ACROSS);
}

/* Words stand in reading order, behind a short piece of the sender's line. */
static void
put_words(const struct drawing *d, struct cell *lane, const struct ladder_entry *entry, const char *words)
{
	unsigned length = (unsigned)strlen(words);
	unsigned start = entry->from_alice ? 1 : d->lane - 1 - length;

	for (unsigned i = 0; i < length && start + i < d->lane; i++)
		lane[start + i] = (struct cell){ .letter = words[i], .colour = colour_of(entry) };
}

/* Up to which column a slanted one has come at the end of row `step` of `steps` (0: the one where it leaves). */
static unsigned
reached(const struct drawing *d, unsigned label, size_t step, size_t steps)
{
	unsigned first = label + 3 < d->lane - 1 ? label + 3 : d->lane - 1;

	return first + (unsigned)((d->lane - 1 - first) * step / steps);
}

static void
put_slanted(const struct drawing *d, struct cell *lane, size_t i, size_t row)
{
	const struct ladder_entry *entry = &d->ladder->entry[i];
	size_t step = row - d->span[i].first, steps = d->span[i].last - d->span[i].first;
	bool alice = entry->from_alice;
	struct label label;
	unsigned length, from, to;

	ladder_label(entry, d->lane, &label);
	length = !label.above ? (unsigned)strlen(label.line[0]) : 0;
	from = step > 0 ? reached(d, length, step - 1, steps) - 1 : 0;
	to = step < steps ? reached(d, length, step, steps) - 1 : d->lane - 1;
	if (step == 0 && length > 0)
		put_words(d, lane, entry, label.line[0]);
	if (step > 0 && step < steps && from == to) {
		put(d, lane, entry, from, GLYPH_DOWN);
		return;
	}
	if (step > 0)
		put(d, lane, entry, from, alice ? GLYPH_DOWN_RIGHT : GLYPH_DOWN_LEFT);
	put_line(d, lane, entry, from + (step > 0), to);
	if (step < steps)
		put(d, lane, entry, to, alice ? GLYPH_RIGHT_DOWN : GLYPH_LEFT_DOWN);
	else
		put(d, lane, entry, to, alice ? GLYPH_RIGHT : GLYPH_LEFT);
}

static void
put_level(const struct drawing *d, struct cell *lane, size_t i)
{
	const struct ladder_entry *entry = &d->ladder->entry[i];
	unsigned end = entry->fate == LADDER_ARRIVED ? d->lane - 1 : d->lane - SHORT_OF;
	struct label label;

	ladder_label(entry, d->lane, &label);
	if (!label.above)
		put_words(d, lane, entry, label.line[0]);
	put_line(d, lane, entry, 0, end);
	switch (entry->fate) {
	case LADDER_ARRIVED:
		put(d, lane, entry, end, entry->from_alice ? GLYPH_RIGHT : GLYPH_LEFT);
		break;
	case LADDER_LOST:
		*cell_at(d, lane, entry, end) = (struct cell){ .letter = 'x', .colour = INK_ALARM };
		break;
	case LADDER_UNDER_WAY:
		for (unsigned dot = 0; dot < SHORT_OF - 1; dot++)
			*cell_at(d, lane, entry, end + dot) = (struct cell){ .letter = '.', .colour = colour_of(entry) };
		break;
	}
}

/* "again at 1.0, 3.0, 7.1 s", as many as there is room for. */
static void
put_again(const struct drawing *d, struct cell *lane, size_t first)
{
	char words[LANE_MAX] = "again at ", time[32];
	const char *comma = "";

	for (size_t i = first + 1; i < d->ladder->entries && d->span[i].folded; i++) {
		int64_t at_ns = ladder_left_ns(&d->ladder->entry[i]);
		size_t used = strlen(words);

		snprintf(time, sizeof(time), "%s%lld.%lld", comma, (long long)(at_ns / NS_PER_S),
		    (long long)(at_ns % NS_PER_S / (100 * NS_PER_MS)));
		if (used + strlen(time) + sizeof(", ... s") > d->lane) {
			snprintf(words + used, sizeof(words) - used, ", ...");
			break;
		}
		snprintf(words + used, sizeof(words) - used, "%s", time);
		comma = ", ";
	}
	strncat(words, " s", sizeof(words) - strlen(words) - 1);
	put_words(d, lane, &d->ladder->entry[first], words);
}

/* ---- a row ------------------------------------------------------------------------------------------------------------ */

static void
write_time(FILE *out, int64_t at_ns)
{
	if (at_ns != WHEN_NEVER)
		fprintf(out, "%2lld.%06lld", (long long)(at_ns / NS_PER_S), (long long)(at_ns % NS_PER_S / NS_PER_US));
	else
		fprintf(out, "%9s", "");
}

/* The times of a row: Alice's, and Bob's. */
static void
row_times(const struct drawing *d, const struct row *row, int64_t time[2])
{
	const struct ladder_entry *entry = &d->ladder->entry[row->entry];

	time[END_ALICE] = time[END_BOB] = WHEN_NEVER;
	switch (row->kind) {
	case ROW_LEVEL:
		time[END_ALICE] = entry->fate == LADDER_ARRIVED || entry->from_alice ? entry->alice_ns : WHEN_NEVER;
		time[END_BOB] = entry->fate == LADDER_ARRIVED || !entry->from_alice ? entry->bob_ns : WHEN_NEVER;
		break;
	case ROW_LEAVES:
		time[entry->from_alice ? END_ALICE : END_BOB] = ladder_left_ns(entry);
		break;
	case ROW_COMES:
		time[entry->from_alice ? END_BOB : END_ALICE] = ladder_came_ns(entry);
		break;
	case ROW_MOVE:
		time[row->end] = row->at_ns;
		break;
	case ROW_LABEL:
	case ROW_AGAIN:
		break;
	}
}

static void
write_row(const struct drawing *d, const struct cell *lane, const int64_t time[2], const char *const state[2])
{
	const struct canvas *canvas = d->canvas;
	FILE *out = d->out;
	enum ink_colour colour = INK_ALICE;

	write_time(out, time[END_ALICE]);
	fprintf(out, " %12s ", state[END_ALICE]);
	ink_colour(out, canvas, INK_ALICE);
	ink_glyph(out, canvas, GLYPH_DOWN);
	for (unsigned column = 0; column < d->lane; column++) {
		bool blank = lane[column].letter == 0 && lane[column].glyph == GLYPH_NONE;

		if (!blank && lane[column].colour != colour)
			ink_colour(out, canvas, colour = lane[column].colour);
		if (lane[column].letter != 0)
			fputc(lane[column].letter, out);
		else
			ink_glyph(out, canvas, lane[column].glyph);
	}
	ink_colour(out, canvas, INK_BOB);
	ink_glyph(out, canvas, GLYPH_DOWN);
	ink_colour(out, canvas, INK_PLAIN);
	if (time[END_BOB] != WHEN_NEVER) {
		fprintf(out, " %-12s ", state[END_BOB]);
		write_time(out, time[END_BOB]);
	} else if (state[END_BOB][0] != '\0') {
		fprintf(out, " %s", state[END_BOB]);
	}
	fputc('\n', out);
}

static void
draw_row(const struct drawing *d, size_t r, size_t from)
{
	const struct row *row = &d->row[r];
	struct cell lane[LANE_MAX] = { 0 };
	const char *state[2] = { "", "" };
	struct label label;
	int64_t time[2];

	if (row->kind == ROW_LABEL) {
		ladder_label(&d->ladder->entry[row->entry], d->lane, &label);
		put_words(d, lane, &d->ladder->entry[row->entry], label.line[row->piece]);
	} else if (row->kind == ROW_AGAIN) {
		put_again(d, lane, row->entry);
	} else if (row->kind == ROW_LEVEL) {
		put_level(d, lane, row->entry);
	} else if (row->kind == ROW_LEAVES) {
		put_slanted(d, lane, row->entry, r);
	}
	for (size_t i = from; i < d->ladder->entries && (d->span[i].folded || d->span[i].first <= r); i++) {
		bool own = row->kind == ROW_LEAVES && row->entry == i;

		if (!d->span[i].folded && !own && d->span[i].first < r && r <= d->span[i].last)
			put_slanted(d, lane, i, r);
	}
	for (enum end end = END_ALICE; end <= END_BOB; end++) {
		if (row->moved >> end & 1)
			state[end] = tcp_state_name(row->state[end]);
	}
	row_times(d, row, time);
	write_row(d, lane, time, state);
}

/* "alice" and "bob" above their lines, and the states before anything moved. */
static void
draw_head(const struct drawing *d)
{
	const struct ladder *ladder = d->ladder;
	const int64_t never[2] = { WHEN_NEVER, WHEN_NEVER };
	enum tcp_state state[2] = { ladder->state[END_ALICE], ladder->state[END_BOB] };
	struct cell lane[LANE_MAX] = { 0 };

	for (size_t i = ladder->records; i-- > 0;) {
		if (ladder->record[i].kind == TRACE_MOVE)
			state[ladder->record[i].end] = ladder->record[i].move.from;
	}
	fprintf(d->out, "%23s %*s\n", "alice", (int)d->lane + 5, "bob");
	write_row(d, lane, never, (const char *const[]){ tcp_state_name(state[END_ALICE]), tcp_state_name(state[END_BOB]) });
}

int
ladder_draw(FILE *out, const struct canvas *canvas, const struct ladder *ladder)
{
	unsigned columns = canvas->columns < CANVAS_COLUMNS ? CANVAS_COLUMNS : canvas->columns;
	struct drawing d = { .out = out, .canvas = canvas, .ladder = ladder };
	int result;

	d.lane = (columns < CANVAS_COLUMNS_MAX ? columns : CANVAS_COLUMNS_MAX) - 2 * SIDE_COLUMNS;
	result = ladder_rows(&d);
	if (result == 0) {
		draw_head(&d);
		for (size_t r = 0, from = 0; r < d.rows; r++) {
			/* Those before `from` are all drawn. */
			while (from < ladder->entries && (d.span[from].folded || d.span[from].last < r))
				from++;
			draw_row(&d, r, from);
		}
	}
	free(d.row);
	free(d.span);
	return result;
}
