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
	const char *name;    /* Wireshark's, after the dot, or as it is commonly typed: "window" */
	const char *aliases; /* space-separated other spellings: "win window_size_value"; "" for none */
	enum layer layer;
	uint16_t bit;    /* where it begins in its header */
	uint16_t width;  /* in bits */
	uint16_t offset; /* of the member of struct seg */
	uint16_t size;   /* of that member in bytes; 0: a struct address */
	enum field_show show;
	bool made;           /* build makes it right unless it was given: lengths, types, checksums */
	const char *meaning; /* one sentence */
	const char *rfc;     /* "RFC 9293 3.1" */
};

/* The rows by name, FIELD_TCP_WINDOW; a row's number is its bit in seg.given. */
enum field_id {
#define LAYER(layer, ...) FIELD_FIRST_##layer, FIELD_BEFORE_##layer = FIELD_FIRST_##layer - 1,
#define FIELD(layer, id, ...) FIELD_##layer##_##id,
#include "seg/field.list"
#undef FIELD
#undef LAYER
	FIELD_COUNT,
};

_Static_assert(FIELD_COUNT <= 128, "seg.given is 128 bits");

/* All rows in header order; *count of them. */
const struct field *field_table(size_t *count);
const struct field *field_row(enum field_id id);

/* "tcp"; the bytes of its fixed header; its rows, *count of them. */
const char *layer_name(enum layer layer);
size_t layer_bytes(enum layer layer);
const struct field *layer_fields(enum layer layer, size_t *count);

/*
 * The field called `name` or by an alias; "ip.ttl" names the layer (also "ip4", "ip6", "icmp6").  Of several layers
 * that have it the highest wins, TCP being the top.  With seg only its layers count, so `ttl` is the hop limit of an
 * IPv6 segment.
 */
const struct field *field_find(const char *name, const struct seg *seg);

uint64_t field_get(const struct seg *seg, const struct field *field);       /* SHOW_ADDRESS: 0 */
void field_set(struct seg *seg, const struct field *field, uint64_t value); /* keeps the low `width` bits */
struct address *field_address(struct seg *seg, const struct field *field);  /* NULL where it is none */

/* Marks the field as given by the crafter: build sends it as it is, however wrong. */
void seg_give(struct seg *seg, const struct field *field);
bool seg_given(const struct seg *seg, const struct field *field);

/* Bits of the frame <-> member of struct seg.  The header lies at seg->start[field->layer] and is wholly there. */
void field_read(struct seg *seg, const struct field *field, const uint8_t *frame);
void field_write(const struct seg *seg, const struct field *field, uint8_t *frame);

/* field_read for every row of the layer, faster; the members must be zero before. */
void layer_read(struct seg *seg, enum layer layer, const uint8_t *frame);

/*
 * Sets the field from text: decimal, 0x hex, flags ("S.", "SYN,ACK", "none"), address, MAC.  For SHOW_SEQ the number is
 * taken as it is; relative numbers are the caller's to add.  -1 with *err quoting field, value and range, seg as it
 * was.
 */
int field_read_text(struct seg *seg, const struct field *field, const char *value, struct err *err);
/* What field_read_text would read back; numbers as on the wire. */
void field_show(struct text *t, const struct seg *seg, const struct field *field);

/*
 * Flags as tcpdump writes them, "S." "FP." "none", lowest bit first: F S R P . U E W, and e for AE.  Read are these
 * letters in any order, scapy's A and C for . and W, brackets around them, and names between signs: "SYN-ACK",
 * "SYN,ACK", "FIN+PSH".
 */
bool flags_read(const char *text, uint16_t *flags);
const char *flags_text(uint16_t flags, char buffer[static 12]);

#endif
