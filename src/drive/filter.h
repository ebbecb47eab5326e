/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters in pcap's language (pcap-filter(7)), for Ethernet frames that are at hand: no device is opened. */
#ifndef DRIVE_FILTER_H
#define DRIVE_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct filter;

/* NULL with *err in libpcap's words when it cannot be compiled.  The caller's, for filter_free. */
struct filter *filter_compile(const char *expression, struct err *err);
void filter_free(struct filter *filter); /* NULL is fine */

/* Of a frame of `whole` bytes the first `size` are there. */
bool filter_match(const struct filter *filter, const uint8_t *frame, size_t size, size_t whole);

#endif
