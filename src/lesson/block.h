/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands between a block's fences, into the step. */
#ifndef LESSON_BLOCK_H
#define LESSON_BLOCK_H

#include "base/err.h"
#include "lesson/lesson.h"
#include "lesson/outline.h"
#include "lesson/source.h"

/* -1 with *err.  *conditions counts those of the whole lesson. */
int block_read(struct source *source, const struct mark *mark, struct step *step, size_t *conditions, struct err *err);

/* Adds text[0..size), trimmed. */
void passage_add(struct passages *passages, const char *text, size_t size, unsigned line);

#endif
