/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What libFuzzer calls and replay.c calls alike. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
