/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interfaces of their own for tests: a network namespace, and veth pairs in it, quiet and without offloads. */
#ifndef TESTS_UNIT_VETH_H
#define TESTS_UNIT_VETH_H

#include <stdbool.h>
#include <stdint.h>

/* Moves this process into a new network namespace, as root or not.  False: the system does not allow it. */
bool veth_namespace(void);

/* Makes the pair `a` = `b`, both up; -1 with errno. */
int veth_pair(const char *a, const char *b);

/* Sets an interface up or down, or its longest packet; takes one away, its peer with it; -1 with errno. */
int veth_up(const char *name, bool up);
int veth_mtu(const char *name, uint32_t bytes);
int veth_remove(const char *name);

#endif
