/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ladder's two halves: what stands in which row (ladder_rows.c), and how a row is drawn (ladder.c). */
#ifndef VIEW_LADDER_PARTS_H
#define VIEW_LADDER_PARTS_H

#include "base/when.h"
#include "view/ladder.h"

#define SIDE_COLUMNS 24 /* time, state, and the line */
#define LANE_MAX (CANVAS_COLUMNS_MAX - 2 * SIDE_COLUMNS)
#define SLANT_NS (5 * NS_PER_MS) /* what takes no longer is drawn level */
#define SHORT_OF 4      /* columns before the other side at which a lost one ends */

enum row_kind { ROW_LEVEL, ROW_LEAVES, ROW_COMES, ROW_LABEL, ROW_MOVE, ROW_AGAIN };

struct row {
	int64_t at_ns;
	enum row_kind kind;
	uint8_t piece;    /* of a label: which of its lines */
	size_t entry;     /* none for ROW_MOVE */
	size_t order;     /* among rows of the same time */
	uint8_t moved;    /* bit END_...: state[] is new here */
	enum tcp_state state[2];
	enum end end;     /* of ROW_MOVE */
};

/* Which rows an entry takes. */
struct span {
	size_t first, last;
	bool folded;       /* drawn as a repeat of an earlier one */
	size_t again;      /* how many were folded into it */
};

struct drawing {
	FILE *out;
	const struct canvas *canvas;
	const struct ladder *ladder;
	struct row *row;
	size_t rows;
	struct span *span;
	unsigned lane; /* columns between the two lines */
};

#define LABEL_LINES 3

struct label {
	bool above;     /* in rows of its own; else on the arrow, and of one line */
	unsigned lines;
	char line[LABEL_LINES][96];
};

/* "3 [P.] seq 1 ack 1 len 18": on one line, or on as many as the lane needs. */
void ladder_label(const struct ladder_entry *entry, unsigned lane, struct label *label);

/* When it left its sender, and came to the other side. */
int64_t ladder_left_ns(const struct ladder_entry *entry);
int64_t ladder_came_ns(const struct ladder_entry *entry);

/* Fills d->row and d->span, the caller's to free, also when it returns -1: no memory. */
int ladder_rows(struct drawing *d);

#endif
