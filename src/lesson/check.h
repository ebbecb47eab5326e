/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `lesson test`: whether a lesson does what it says, on a real lab.  Of every step: its goal does not hold when it begins, nor
 * after any `wrong`, whose `when` does then hold; it does after `do`, on whose way no `when` held; every question's answer is
 * what was seen, and every line of `output` was on the screen.  Each line of a goal refuses something; hints rise up to the
 * solution; there are a `wrong` and an `explain`; needs name lessons that exist.
 */
#ifndef LESSON_CHECK_H
#define LESSON_CHECK_H

#include "base/err.h"
#include "lesson/lesson.h"
#include "lesson/play.h"

/* A line of each finding to the view, "FILE:LINE: what"; returns how many; -1 with *err when the lab broke. */
int lesson_check(const struct lesson *lesson, struct session *session, const struct play_hands *hands, struct err *err);

/* `lesson new`: a lesson that passes, as a text to begin with. */
const char *lesson_stub(void);

#endif
