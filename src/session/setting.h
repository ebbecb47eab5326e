/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The learner's settings: one row each (name, kind, default, what it does), read by `set`, help and the manual. */
#ifndef SESSION_SETTING_H
#define SESSION_SETTING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

struct settings {
	bool raw;       /* show sequence numbers as on the wire */
	bool strict;    /* a broken prediction ends a script with status 1 */
	bool predictions; /* show them under each segment sent */
	uint32_t port;  /* where `syn` knocks */
	uint32_t window; /* the window that Alice announces, in bytes, before scaling */
	uint32_t mss;    /* that she announces in a SYN */
	uint32_t wscale; /* that she announces in a SYN; 15: none */
	bool sack, timestamps; /* whether her SYN offers them */
};

struct setting {
	const char *name, *summary;
	bool boolean;
	uint32_t low, high;   /* of numbers */
	uint32_t initial;
	size_t offset;        /* in struct settings */
};

const struct setting *setting_table(size_t *count);
void settings_init(struct settings *settings);
int setting_set(struct settings *settings, const char *name, const char *value, struct err *err);
void setting_show(struct text *t, const struct settings *settings, const struct setting *setting);

#endif
