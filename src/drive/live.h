/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A real interface: libnet puts frames on it, libpcap takes what comes in.  Non-blocking; the caller polls live_fd. */
#ifndef DRIVE_LIVE_H
#define DRIVE_LIVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct live;

/*
 * Opens `interface` of this process's network namespace, which needs CAP_NET_RAW over it now and not later.
 * NULL with *err (ERR_SYSTEM).  Frames that this machine sends there are not seen.
 */
struct live *live_open(const char *interface, struct err *err);
void live_close(struct live *live); /* NULL is fine */

int live_fd(const struct live *live); /* readable when frames came in */

/* The packet sockets underneath, both close-on-exec; returns how many. */
unsigned live_sockets(const struct live *live, int fds[static 2]);

/* Sends one frame; -1 with *err (ERR_SYSTEM), e.g. when it is longer than the interface takes. */
int live_send(struct live *live, const uint8_t *frame, size_t size, struct err *err);

/* Hands frames that have come in to `take`, which borrows the bytes for the call.  at_ns is CLOCK_MONOTONIC. */
typedef void live_take(void *arg, const uint8_t *frame, size_t size, int64_t at_ns);

/*
 * Returns how many it handed over, a few dozen at most, so that a flood cannot keep the caller here; 0: nothing there;
 * -1 with *err when the interface is gone.
 */
int live_receive(struct live *live, live_take *take, void *arg, struct err *err);

/* Frames that the capture lost since it was opened. */
uint64_t live_lost(struct live *live);

#endif
