/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one loop, through which everything comes in: frames at Alice's, the wire's events, deadlines. */
#ifndef SESSION_PUMP_H
#define SESSION_PUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct session;

/*
 * Takes in what has come, then returns; or waits until something comes, `until_ns` (CLOCK_MONOTONIC) passes, or `extra_fd`
 * (-1: none) becomes readable.  Returns 1 when extra_fd is readable, 0 else, -1 with *err when the lab broke.
 */
int session_pump(struct session *session, int64_t until_ns, int extra_fd, struct err *err);

/* Pumps until `done(arg)`; false when until_ns passed first, the user interrupted, or (err->code is set) the lab broke. */
bool session_wait(struct session *session, bool (*done)(void *arg), void *arg, int64_t until_ns, struct err *err);

/* Lets time pass, then shows what has come; Ctrl-C ends it early.  -1 with *err when the lab broke. */
int session_pass(struct session *session, int64_t ns, struct err *err);

/* Whether Ctrl-C came since the command began. */
bool session_interrupted(const struct session *session);

#endif
