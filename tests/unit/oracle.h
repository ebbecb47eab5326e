/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other people's programs as judges: frames into a capture file written by hand, a program over it, its lines back. */
#ifndef TESTS_ORACLE_H
#define TESTS_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct oracle;

bool oracle_has(const char *program); /* is it on the PATH? */

struct oracle *oracle_new(void);
void oracle_add(struct oracle *oracle, const uint8_t *frame, size_t size);

/* Runs `command` with the file's name in place of %s; its standard output is read by oracle_line. */
void oracle_run(struct oracle *oracle, const char *command);
/* The next line without its newline, good until the next call; NULL at the end. */
const char *oracle_line(struct oracle *oracle);
void oracle_free(struct oracle *oracle);

#endif
