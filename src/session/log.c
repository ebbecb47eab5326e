/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/log.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/when.h"
#include "session/memory.h"

void
log_init(struct log *log)
{
	*log = (struct log){ .spill = -1 };
}

void
log_cut(struct log *log, size_t count)
{
	while (log->count > count) {
		struct log_entry *last = &log->entry[--log->count];

		if (last->payload != NULL)
			log->payload_bytes -= last->payload_size;
		free(last->head);
		free(last->payload);
	}
}

void
log_clear(struct log *log)
{
	log_cut(log, 0);
	free(log->entry);
	if (log->spill >= 0)
		close(log->spill);
	log_init(log);
}

static int
open_spill(void)
{
	const char *folder = getenv("TMPDIR");

	return open(folder != NULL && folder[0] != '\0' ? folder : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

/* Puts the payload into the file; false: it did not go there, or not whole. */
static bool
spill(struct log *log, struct log_entry *entry, const uint8_t *payload)
{
	size_t done = 0;

	if (log->spill < 0)
		log->spill = open_spill();
	if (log->spill < 0)
		return false;
	while (done < entry->payload_size) {
		ssize_t n = pwrite(log->spill, payload + done, entry->payload_size - done, log->spilled + (off_t)done);

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	entry->payload_at = log->spilled;
	log->spilled += entry->payload_size;
	return true;
}

static void
keep_payload(struct log *log, struct log_entry *entry, const uint8_t *payload)
{
	if (entry->payload_size == 0)
		return;
	if (log->payload_bytes + entry->payload_size > LOG_PAYLOAD_BOUND && !log->spill_failed) {
		if (spill(log, entry, payload))
			return;
		log->spill_failed = true;
	}
	entry->payload = memory_copy(payload, entry->payload_size);
	log->payload_bytes += entry->payload_size;
}

struct log_entry *
log_add(struct log *log, const uint8_t *frame, size_t size, const struct seg *seg)
{
	size_t head = seg->payload != NULL ? (size_t)(seg->payload - frame) : size;
	struct log_entry *entry;

	if (log->count == log->room)
		log->entry = memory_grow(log->entry, &log->room, sizeof(log->entry[0]));
	entry = &log->entry[log->count++];
	*entry = (struct log_entry){
		.bob_ns = WHEN_NEVER,
		.head_size = (uint16_t)head,
		.payload_size = (uint32_t)(size - head),
		.head = memory_copy(frame, head),
	};
	if (seg_has(seg, LAYER_TCP)) {
		entry->seq = seg->tcp.seq;
		entry->seq_bytes = seg_len(seg);
		entry->flags = seg->tcp.flags;
	}
	keep_payload(log, entry, frame + head);
	return entry;
}

struct log_entry *
log_entry(const struct log *log, uint32_t number)
{
	return number >= 1 && number <= log->count ? &log->entry[number - 1] : NULL;
}

size_t
log_frame(const struct log *log, const struct log_entry *entry, uint8_t *frame, struct seg *seg)
{
	size_t size = entry->head_size + (size_t)entry->payload_size;

	memcpy(frame, entry->head, entry->head_size);
	if (entry->payload != NULL)
		memcpy(frame + entry->head_size, entry->payload, entry->payload_size);
	else if (entry->payload_size > 0 &&
	    pread(log->spill, frame + entry->head_size, entry->payload_size, entry->payload_at) != (ssize_t)entry->payload_size)
		memset(frame + entry->head_size, 0, entry->payload_size);
	seg_parse(seg, frame, size);
	return size;
}
