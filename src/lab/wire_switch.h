/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the wire does with frames between taking them in and putting them out: no device, no clock. */
#ifndef LAB_WIRE_SWITCH_H
#define LAB_WIRE_SWITCH_H

#include <stddef.h>
#include <stdint.h>

#include "lab/wire.h"

/* Puts a frame out at a port; returns the moment after that, or -1 if the port did not take it. */
typedef int64_t wire_put(void *arg, unsigned port, const uint8_t *bytes, uint32_t size);

struct wire_switch;

/* All ports pass frames on at once.  NULL: out of memory.  `shared` is borrowed; freeing forgets the frames inside. */
struct wire_switch *wire_switch_new(
    unsigned ports, struct wire_shared *shared, uint64_t seed, wire_put *put, void *arg);
void wire_switch_free(struct wire_switch *wire);

/*
 * A frame of `size` bytes came in at at_ns, of which `captured` are there; what is due by now_ns (not before at_ns)
 * goes out at once.
 */
void wire_switch_take(struct wire_switch *wire, unsigned port, const uint8_t *bytes, uint32_t captured, uint32_t size,
    int64_t at_ns, int64_t now_ns);

/* Lets out what is due by now_ns; when something is due next. */
void wire_switch_run(struct wire_switch *wire, int64_t now_ns);
int64_t wire_switch_deadline(const struct wire_switch *wire);

/* Does what is asked. */
void wire_switch_ask(
    struct wire_switch *wire, const struct wire_request *request, struct wire_reply *reply, int64_t now_ns);

/* Brings the queue's figures in shared memory up to date. */
void wire_switch_publish(struct wire_switch *wire);

#endif
