/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time inside tcpdojo: int64_t nanoseconds of a monotonic clock that the caller passes in; names end in _ns. */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include <stdint.h>

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

/* Later than anything that happens: "no deadline". */
#define WHEN_NEVER INT64_MAX

#endif
