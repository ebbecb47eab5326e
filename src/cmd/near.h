/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What somebody may have meant by a word that names nothing. */
#ifndef CMD_NEAR_H
#define CMD_NEAR_H

#include <stdbool.h>

/* It begins so, or is a letter or two off, in whatever case. */
bool is_near(const char *typed, const char *name);

#endif
