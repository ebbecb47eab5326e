/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an honest stack would do where Alice is. */
#ifndef CMD_HONEST_H
#define CMD_HONEST_H

#include <stdint.h>

/* The command that sends a segment with these flags, which is owed: "synack". */
const char *honest_command(uint16_t flags);

#endif
