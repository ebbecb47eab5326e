/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of header fields: where each lies on the wire, where in struct seg, how it is called, shown and read.
 * Parsing, building, crafting, JSON, `expect` and completion all walk it; a new field is one row of field.list.
 */
#ifndef SEG_FIELD_H
#define SEG_FIELD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "seg/seg.h"

enum field_show {
	SHOW_DEC,
	SHOW_HEX,
	SHOW_BOOL,
	SHOW_MAC,
	SHOW_ADDRESS,
	SHOW_FLAGS,
	SHOW_SEQ, /* relative to a base where one is known */
};

struct field {
	const char *name;     /* Wireshark's, after the dot: "window" */
	const char *aliases;  /* space-separated short spellings: "win"; "" for none */
	enum layer layer;
	uint16_t bit;         /* where it begins in its header */
	uint16_t width;       /* in bits */
	uint16_t offset;      /* of the member of struct seg */
	uint16_t size;        /* of that member in bytes; 0: a struct address */
	enum field_show show;
	const char *meaning;  /* one sentence */
	const char *rfc;      /* "RFC 9293 3.1" */
};

/* All rows in header order; *count of them.  A row's index is its bit in seg.given. */
const struct field *field_table(size_t *count);

/* The field called `name` or by an alias; where several layers have it, the highest of seg's layers (NULL: TCP first) wins; "ip.ttl" names the layer. */
const struct field *field_find(const char *name, const struct seg *seg);

uint64_t field_get(const struct seg *seg, const struct field *field); /* SHOW_ADDRESS: 0 */
void field_set(struct seg *seg, const struct field *field, uint64_t value);
struct address *field_address(struct seg *seg, const struct field *field);

/* Marks the field as given by the crafter: build sends it as it is, however wrong. */
void seg_give(struct seg *seg, const struct field *field);
bool seg_given(const struct seg *seg, const struct field *field);

/* Bits of the frame <-> member of struct seg.  The header lies at seg->start[field->layer] and is wholly there. */
void field_read(struct seg *seg, const struct field *field, const uint8_t *frame);
void field_write(const struct seg *seg, const struct field *field, uint8_t *frame);

/*
 * Sets the field from text: decimal, 0x hex, flags ("S.", "SYN,ACK", "none"), address, MAC.  For SHOW_SEQ the number is taken
 * as it is; relative numbers are the caller's to add.  -1 with *err quoting field, value and range.
 */
int field_read_text(struct seg *seg, const struct field *field, const char *value, struct err *err);
void field_show(struct text *t, const struct seg *seg, const struct field *field);

/* Flags: "S.", "FP.", "none" both ways; tcpdump's letters S F P R . U E W e; "SYN-ACK" and "SYN,ACK" are read too. */
bool flags_read(const char *text, uint16_t *flags);
const char *flags_text(uint16_t flags, char buffer[static 12]);

#endif
