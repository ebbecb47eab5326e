/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernel settings that make Bob the same on every host (fixed), silent unless spoken to (quiet) and slow to act by
 * himself (patient): one table.  All calls act on the network namespace that this process is in.
 */
#ifndef LAB_SYSCTL_H
#define LAB_SYSCTL_H

#include <stdbool.h>
#include <stdint.h>

#include "lab/fault.h"

enum setting_kind {
	SETTING_FIXED,   /* a namespace would inherit the host's, or the kernel version's, own value */
	SETTING_QUIET,   /* no frame that nobody asked for */
	SETTING_PATIENT, /* no retransmission, and no end of a connection, while a learner reads */
};

struct setting {
	const char *name;     /* below /proc/sys/net/ */
	const char *value;    /* Bob's */
	const char *ordinary; /* patient ones: what an ordinary kernel has */
	const char *why;      /* what is lost without it */
	enum setting_kind kind;
	bool ip6; /* only where IPv6 is */
};

#define SETTINGS_MAX 64
extern const struct setting settings[];
extern const unsigned settings_count;

/* Which rows could not be set, 1 << row. */
struct settings_lacking {
	uint64_t missing; /* this kernel has no such setting */
	uint64_t refused; /* it has, and would not take the value */
};

/* Least retransmission timeout of a patient Bob's route, in ms (RTAX_RTO_MIN, locked): the most that Linux waits at all. */
#define PATIENT_RTO_MIN_MS 120000

/* 0 or an errno: ENOENT where this kernel has no such setting, EINVAL for a name that leads elsewhere. */
int sysctl_write(const struct faults *faults, const char *name, const char *value);
/* The value without its newline, tabs as blanks. */
int sysctl_read(const struct faults *faults, const char *name, char *value, unsigned size);

/* Applies the rows of one kind, those for IPv6 only with ip6, and brings *lacking up to date. */
void settings_apply(const struct faults *faults, enum setting_kind kind, bool ip6, struct settings_lacking *lacking);
/* The patient rows' ordinary values. */
void settings_apply_ordinary(const struct faults *faults, struct settings_lacking *lacking);

/* Keeps IPv6 off interfaces made in this namespace from now on: Alice's and the wire's ends. */
void settings_no_ip6(const struct faults *faults);

#endif
