/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

static void *
or_end(void *memory)
{
	if (memory == NULL) {
		fputs("tcpdojo: out of memory\n", stderr);
		exit(ERR_SYSTEM);
	}
	return memory;
}

void *
memory_new(size_t size)
{
	return or_end(calloc(1, size));
}

void *
memory_copy(const void *data, size_t size)
{
	void *copy = or_end(malloc(size > 0 ? size : 1));

	if (size > 0)
		memcpy(copy, data, size);
	return copy;
}

char *
memory_text(const char *text)
{
	return memory_copy(text, strlen(text) + 1);
}

void *
memory_grow(void *array, size_t *room, size_t element_size)
{
	size_t old = *room, grown = old > 0 ? old * 2 : 16;

	array = or_end(reallocarray(array, grown, element_size));
	memset((char *)array + old * element_size, 0, (grown - old) * element_size);
	*room = grown;
	return array;
}
