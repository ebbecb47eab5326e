/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP options: read one by one from raw bytes, or written one by one into them. */
#ifndef SEG_OPTION_H
#define SEG_OPTION_H

#include "base/err.h"
#include "base/text.h"
#include "seg/seg.h"

#define OPTIONS_MAX 40 /* RFC 9293 3.1: data offset is four bits */

enum option_kind {
	OPTION_EOL = 0,
	OPTION_NOP = 1,
	OPTION_MSS = 2,
	OPTION_WSCALE = 3,
	OPTION_SACK_PERMITTED = 4,
	OPTION_SACK = 5,
	OPTION_TS = 8,
	OPTION_MD5 = 19,
	OPTION_USER_TIMEOUT = 28,
	OPTION_AO = 29,
	OPTION_FAST_OPEN = 34,
};

/* One option as it stands; data are the bytes after kind and length, borrowed. */
struct tcp_option {
	uint8_t kind;
	uint8_t length; /* as the option states it; 0 for EOL and NOP, which have none */
	const uint8_t *data;
	size_t data_size; /* what is really there, which a lying length may exceed */
	bool broken;      /* length below 2, or beyond the end */
};

/* Steps through seg's options: start with at = 0; false at the end.  EOL is given, and ends. */
bool option_next(const struct seg *seg, size_t *at, struct tcp_option *option);

/* Has the option the length that its kind has?  True for kinds that are not known. */
bool option_size_fits(const struct tcp_option *option);

/* What the well-known options say; the first of each kind counts, ill-formed ones count as absent. */
struct options {
	bool has_mss, has_wscale, has_sack_permitted, has_ts;
	uint16_t mss;
	uint8_t wscale;
	uint32_t ts_value, ts_echo;
	unsigned sack_count; /* 0..4 */
	struct {
		uint32_t left, right; /* raw; right is one past the last octet */
	} sack[4];
};

void options_read(const struct seg *seg, struct options *options);

/* Raw option bytes under construction. */
struct option_bytes {
	uint8_t data[OPTIONS_MAX];
	size_t size;
};

/* Appends one option, e.g. option_put(&b, OPTION_MSS, data, 2); -1 with *err when it does not fit 40 bytes. */
int option_put(struct option_bytes *b, uint8_t kind, const uint8_t *data, size_t data_size, struct err *err);
/* Fills up with EOL to a multiple of 4. */
void option_pad(struct option_bytes *b);

/*
 * Appends the option that `name` stands for, with `value` where it takes one (else NULL or ""): mss=1460 wscale=7
 * sackok ts=VAL:ECR nop eol sack=1-1449,2897-4345 (relative to sack_base) tfo tfo=HEX uto=SECONDS md5=HEX
 * ao=KEY:NEXT:HEX, and opt=KIND:HEX or opt=KIND/LENGTH:HEX, whose length may be a lie.  Returns 1 when done, 0 when
 * `name` is no option, -1 with *err; then *b is as it was.
 */
int option_craft(struct option_bytes *b, const char *name, const char *value, uint32_t sack_base, struct err *err);

/* The names that option_craft knows, by at = 0, 1, ...; NULL at the end.  *form says what it is and takes; NULL: another
 * spelling of the one before. */
const char *option_name(unsigned at, const char **form);

/* "[mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7]" as tcpdump shows them, SACK blocks relative to sack_base; "[]" for
 * none. */
void option_text(struct text *t, const struct seg *seg, uint32_t sack_base);

#endif
