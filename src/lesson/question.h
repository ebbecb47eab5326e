/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A `predict` block's lines as a question. */
#ifndef LESSON_QUESTION_H
#define LESSON_QUESTION_H

#include "base/err.h"
#include "lesson/lesson.h"
#include "lesson/outline.h"
#include "lesson/source.h"

/* -1 with *err; what is in *question by then is lesson_free's to free. */
int question_read(struct source *source, const struct mark *mark, struct question *question, struct err *err);

#endif
