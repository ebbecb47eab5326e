/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a system will not have the lab, and the ways out: each fills *err (ERR_SYSTEM) and returns -1. */
#ifndef LAB_REFUSAL_H
#define LAB_REFUSAL_H

#include "base/err.h"
#include "lab/identity.h"

int refusal_of_user_namespace(int error, const struct namespace_limits *limits, struct err *err);
int refusal_of_map(const char *file, int error, struct err *err);
int refusal_of_network(int error, const struct namespace_limits *limits, struct err *err);
int refusal_of_process_namespace(int error, struct err *err);

#endif
