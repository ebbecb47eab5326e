/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log: every frame that passed Alice, with its times on both sides of the wire.
 * Headers stay in memory.  Payloads do up to a bound; beyond it they go to an unlinked file, and where the disk is full they
 * stay in memory after all.
 */
#ifndef SESSION_LOG_H
#define SESSION_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seg/seg.h"

struct log_entry {
	int64_t at_ns;     /* when it passed Alice, since the session began */
	int64_t bob_ns;    /* when Bob heard or sent it; WHEN_NEVER: not (yet) */
	uint64_t serial;   /* running number on its port of the wire */
	uint16_t conn;     /* 0: belongs to none */
	bool incoming;
	bool dropped;      /* the wire did not carry it */
	uint16_t flags;          /* of TCP */
	uint32_t seq, seq_bytes; /* likewise: where it begins, and how much of the sequence space it takes */
	bool by_kernel;    /* Alice's kernel sent it, and not she */
	bool repeat;       /* the same octets as an earlier segment of this connection and direction: a retransmission */
	uint32_t again;    /* it is this segment once more, with nothing of Alice's since the last of them; 0: it is not */
	uint16_t head_size;    /* bytes of the frame before the payload */
	uint32_t payload_size;
	uint8_t *head;         /* the log's */
	uint8_t *payload;      /* the log's; NULL when it went to the file */
	int64_t payload_at;    /* its place in the file */
};

struct log {
	struct log_entry *entry;
	size_t count, room;
	size_t payload_bytes; /* held in memory */
	int spill;            /* the unlinked file; -1: none yet */
	int64_t spilled;
	bool spill_failed;    /* said once by the session */
};

#define LOG_PAYLOAD_BOUND (8u << 20)

void log_init(struct log *log);
void log_clear(struct log *log);

/* Forgets all but the first `count` entries. */
void log_cut(struct log *log, size_t count);

/* Copies the frame; the entry's number is its index + 1.  The pointer holds until the next call. */
struct log_entry *log_add(struct log *log, const uint8_t *frame, size_t size, const struct seg *seg);

/* The entry of that number; NULL when there is none. */
struct log_entry *log_entry(const struct log *log, uint32_t number);

/* Writes the whole frame to `frame` (room for FRAME_MAX) and parses it; returns its size. */
size_t log_frame(const struct log *log, const struct log_entry *entry, uint8_t *frame, struct seg *seg);

#endif
