/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capture files: classic pcap written through libpcap, Ethernet, nanosecond stamps. */
#ifndef DRIVE_CAPFILE_H
#define DRIVE_CAPFILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct capfile;

/* NULL with *err: the path and the system's reason. */
struct capfile *capfile_create(const char *path, struct err *err);
int capfile_write(struct capfile *file, const uint8_t *frame, size_t size, int64_t wall_ns, struct err *err);
/* Closes; -1 with *err when not everything reached the disk. */
int capfile_close(struct capfile *file, struct err *err);

#endif
