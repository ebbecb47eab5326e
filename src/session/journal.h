/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal: what was done, by meaning.  A sent segment is kept as the command that sends it again in another run: sequence
 * numbers relative to the ISNs, which differ from run to run.
 */
#ifndef SESSION_JOURNAL_H
#define SESSION_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

struct journal_entry {
	int64_t at_ns;
	uint16_t conn;    /* 0: none */
	uint32_t segment; /* log number of what was sent; 0: nothing */
	unsigned effects; /* of the command (cmd/command.h) */
	char *line;       /* as typed */
	char *meaning;    /* of a sent segment, in relative numbers; NULL */
};

struct journal {
	struct journal_entry *entry;
	size_t count, room;
};

void journal_clear(struct journal *journal);
void journal_add(struct journal *journal, int64_t at_ns, uint16_t conn, unsigned effects, const char *line);
/* The segment that the last entry's command sent; a command that sends several keeps them all, one a line. */
void journal_sent(struct journal *journal, uint16_t conn, uint32_t segment, const char *meaning);

#endif
