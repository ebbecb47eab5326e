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
		free(journal->entry[i].replaced);
		free(journal->entry[i].meaning);
	}
	free(journal->entry);
	free(journal->frame);
	*journal = (struct journal){ 0 };
}

static char *
copy_text(const char *text)
{
	return text != NULL ? memory_text(text) : NULL;
}

struct journal_entry *
journal_add(struct journal *journal, const struct journal_entry *entry)
{
	struct journal_entry *added;

	if (journal->count == journal->room)
		journal->entry = memory_grow(journal->entry, &journal->room, sizeof(journal->entry[0]));
	added = &journal->entry[journal->count++];
	*added = *entry;
	added->line = memory_text(entry->line);
	added->replaced = copy_text(entry->replaced);
	added->meaning = copy_text(entry->meaning);
	return added;
}

struct journal_entry *
journal_last(struct journal *journal)
{
	return journal->count > 0 ? &journal->entry[journal->count - 1] : NULL;
}

void
journal_copy(struct journal *journal, const struct journal *from, size_t count)
{
	size_t frames = count < from->count ? from->entry[count].frames : from->frames;

	for (size_t i = 0; i < count; i++)
		journal_add(journal, &from->entry[i]);
	for (size_t i = 0; i < frames; i++)
		journal_passed(journal, &from->frame[i]);
}

void
journal_sent(struct journal *journal, uint16_t conn, uint32_t segment, const char *meaning)
{
	struct journal_entry *last = journal_last(journal);
	char *both;

	if (last == NULL)
		return;
	last->conn = conn;
	last->segment = segment;
	if (last->meaning == NULL) {
		last->meaning = memory_text(meaning);
	} else if (asprintf(&both, "%s\n%s", last->meaning, meaning) >= 0) {
		free(last->meaning);
		last->meaning = both;
	}
}

void
journal_passed(struct journal *journal, const struct journal_frame *frame)
{
	if (journal->frames == journal->frame_room)
		journal->frame = memory_grow(journal->frame, &journal->frame_room, sizeof(journal->frame[0]));
	journal->frame[journal->frames++] = *frame;
	journal->heard += frame->incoming || frame->by_kernel;
}

void
journal_matched(struct journal *journal, uint32_t number)
{
	struct journal_entry *last = journal_last(journal);
	size_t frames = journal->frames;

	while (frames > 0 && journal->frame[frames - 1].number > number)
		frames--;
	if (last != NULL)
		last->matched = frames;
}

void
journal_time(struct journal *journal, enum journal_time how)
{
	if (journal->count > 0)
		journal->entry[journal->count - 1].time |= how;
}
