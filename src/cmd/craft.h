/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Crafting: what `field=value` words make of a segment that a stack could have sent. */
#ifndef CMD_CRAFT_H
#define CMD_CRAFT_H

#include "base/err.h"
#include "cmd/command.h"
#include "seg/option.h"
#include "session/segment.h"

/* A segment under construction, with the storage that it borrows. */
struct craft {
	struct connection *connection;
	struct seg seg;
	struct option_bytes options;
	struct option_words option_words;
	uint8_t *payload; /* freed by craft_clear */
	bool bad_sum;     /* sum=bad: one bit off, whatever is right */
};

/*
 * Starts from what a stack would send on `connection` with these flags, then applies words[from..].
 * -1 with *err; craft_clear afterwards in any case.
 */
int craft_segment(struct dojo *dojo, struct craft *craft, struct connection *connection, uint16_t flags,
    const struct words *words, size_t from, struct err *err);
void craft_clear(struct craft *craft);

/* Finishes (options, a wrong checksum that was asked for) and sends. */
int craft_send(struct dojo *dojo, struct craft *craft, struct err *err);

/* "dst=bob6" among the words, or where new connections go by default; likewise dport= and sport= (0: not said). */
int craft_destination(const struct dojo *dojo, const struct words *words, size_t from, struct address *dst, uint16_t *sport,
    uint16_t *dport, struct err *err);

/* "bob", "bob6", or an address. */
int craft_host(const char *text, struct address *address, struct err *err);

/* A payload as it is spelled: text, hex:..., zero:N; in quotes (as_it_is) always text.  *payload is the caller's to free. */
int payload_read(const char *value, size_t value_size, bool as_it_is, uint8_t **payload, size_t *size, struct err *err);

#endif
