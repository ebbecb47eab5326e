/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Durations, rates, sizes and plain numbers, read from text and written back, in tc's spellings and integers only. */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

/* "500us" "20ms" "1.5s" "2m"; a bare number is refused, as the unit is where mistakes are made. */
int duration_parse(const char *text, int64_t *ns, struct err *err);

/* "10mbit" "1gbit" "64kbit" "9600bit", in bits a second (1000s); "unlimited" is 0. */
int rate_parse(const char *text, uint64_t *bps, struct err *err);

/* "100kb" "1mb" "1500b" in bytes (1024s, as in tc). */
int size_parse(const char *text, uint64_t *bytes, struct err *err);

/* Decimal or 0x hex, nothing behind it; false when it is none or does not fit 64 bits. */
bool number_parse(const char *text, uint64_t *value);

/* A port from `least` (0 or 1) to 65535. */
int port_parse(const char *text, uint16_t least, uint16_t *port, struct err *err);

void duration_text(struct text *t, int64_t ns);
void rate_text(struct text *t, uint64_t bps);
void size_text(struct text *t, uint64_t bytes);

#endif
