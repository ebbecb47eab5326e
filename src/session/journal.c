/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/journal.h"

#include <stdio.h>
#include <stdlib.h>

#include "session/memory.h"

void
journal_clear(struct journal *journal)
{
	for (size_t i = 0; i < journal->count; i++) {
		free(journal->entry[i].line);
		free(journal->entry[i].meaning);
	}
	free(journal->entry);
	*journal = (struct journal){ 0 };
}

void
journal_add(struct journal *journal, int64_t at_ns, uint16_t conn, unsigned effects, const char *line)
{
	if (journal->count == journal->room)
		journal->entry = memory_grow(journal->entry, &journal->room, sizeof(journal->entry[0]));
	journal->entry[journal->count++] = (struct journal_entry){
		.at_ns = at_ns,
		.conn = conn,
		.effects = effects,
		.line = memory_text(line),
	};
}

void
journal_sent(struct journal *journal, uint16_t conn, uint32_t segment, const char *meaning)
{
	struct journal_entry *last;
	char *both;

	if (journal->count == 0)
		return;
	last = &journal->entry[journal->count - 1];
	last->conn = conn;
	last->segment = segment;
	if (last->meaning == NULL) {
		last->meaning = memory_text(meaning);
	} else if (asprintf(&both, "%s\n%s", last->meaning, meaning) >= 0) {
		free(last->meaning);
		last->meaning = both;
	}
}
