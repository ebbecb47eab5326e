/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A segment in one line, as a tcpdump user reads it. */
#ifndef SEG_LINE_H
#define SEG_LINE_H

#include "base/text.h"
#include "seg/seg.h"

/* Where a line would be too long, TCP's options are the first to go. */
enum line_options { LINE_OPTIONS_ALL, LINE_OPTIONS_FOLDED, LINE_OPTIONS_LEFT_OUT };

/* How numbers and addresses are to be shown. */
struct line_style {
	uint32_t seq_base, ack_base;                 /* subtracted from seq and ack; the ISNs, or 0 for raw numbers */
	const char *(*host)(const struct address *); /* "alice"; NULL, or a NULL result: the address itself */
	enum line_options options; /* folded they are "options [...]" */
};

/* "alice.40001 > bob.80: Flags [S], seq 0, win 64240, options [mss 1460], length 0"; ARP, ICMP and UDP likewise. */
void seg_line(struct text *t, const struct seg *seg, const struct line_style *style);

#endif
