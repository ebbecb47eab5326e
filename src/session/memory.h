/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory for the floors that may allocate; running out of it ends the program with status 3. */
#ifndef SESSION_MEMORY_H
#define SESSION_MEMORY_H

#include <stddef.h>

void *memory_new(size_t size);                   /* zeroed */
void *memory_copy(const void *data, size_t size); /* at least one byte, so never NULL */
char *memory_text(const char *text);

/* Doubles an array of *room elements (from 16); the new part is zeroed. */
void *memory_grow(void *array, size_t *room, size_t element_size);

#endif
