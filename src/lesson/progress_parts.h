/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Within progress.h: its JSON, which is the file's and, without the journal, the report's. */
#ifndef LESSON_PROGRESS_PARTS_H
#define LESSON_PROGRESS_PARTS_H

#include <jansson.h>

#include "lesson/progress.h"

/* NULL when memory is out. */
json_t *progress_to_json(const struct progress *progress, bool with_journal);

/* -1 with *err: a sentence about what is wrong with it; *progress is then empty. */
int progress_from_json(const json_t *root, struct progress *progress, struct err *err);

#endif
