/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a file to a lesson.  Whatever is wrong gives one message, which begins with FILE:LINE, or FILE alone if it is no text. */
#ifndef LESSON_LOAD_H
#define LESSON_LOAD_H

#include "base/err.h"
#include "lesson/lesson.h"

/*
 * The lesson is the caller's, to be given to lesson_free.  NULL with *err (ERR_INPUT): no UTF-8, too large, a fence without
 * end, an unknown key or block, a newer format, a goal that cannot be parsed, a step without `do` or goal, ...
 */
struct lesson *lesson_load(const char *path, struct err *err);

/* The same of text[0..size) as if it were the file `path`; reads no file. */
struct lesson *lesson_parse(const char *path, const char *text, size_t size, struct err *err);

#endif
