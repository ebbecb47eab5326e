/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capture files: classic pcap written through libpcap, Ethernet, nanosecond stamps. */
#ifndef DRIVE_CAPFILE_H
#define DRIVE_CAPFILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct capfile;

/* A file that is there is replaced.  NULL with *err (ERR_SYSTEM): the path and the system's reason. */
struct capfile *capfile_create(const char *path, struct err *err);

/* wall_ns: since 1970.  Bytes are buffered, so a full disk may show here or at capfile_close; -1 with *err then. */
int capfile_write(struct capfile *file, const uint8_t *frame, size_t size, int64_t wall_ns, struct err *err);

/* Frees `file` in any case; NULL is fine.  -1 with *err when not every frame was written. */
int capfile_close(struct capfile *file, struct err *err);

#endif
