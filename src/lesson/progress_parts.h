/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Within progress.h: its JSON, which is the file's and, without the journal, the report's. */
#ifndef LESSON_PROGRESS_PARTS_H
#define LESSON_PROGRESS_PARTS_H

#include <jansson.h>

#include "lesson/progress.h"

json_t *progress_to_json(const struct progress *progress, bool with_journal);

/* -1 with *err: a sentence about what is wrong with it; *progress is then empty. */
int progress_from_json(const json_t *root, struct progress *progress, struct err *err);

/* Members are read one by one, and the first that is not what it should be is noted. */
struct reading {
	const char *bad; /* its key; NULL: all was well so far */
};

json_int_t json_number(struct reading *r, const json_t *object, const char *key, json_int_t least, json_int_t most);
bool json_yes(struct reading *r, const json_t *object, const char *key);
const json_t *json_list(struct reading *r, const json_t *object, const char *key);

/* Lines that come back as they were, whatever their bytes. */
char *json_line(struct reading *r, const json_t *object, const char *key);
void json_put_line(json_t *object, const char *key, const char *line);

/* The journal: an object with its entries and its frames. */
json_t *json_of_journal(const struct journal *journal);
void journal_of_json(struct reading *r, const json_t *root, struct journal *journal);

#endif
