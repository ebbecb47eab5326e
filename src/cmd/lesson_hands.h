/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a lesson may do, and how. */
#ifndef CMD_LESSON_HANDS_H
#define CMD_LESSON_HANDS_H

#include "cmd/command.h"
#include "lesson/play.h"

/*
 * The hands of a lesson that runs in this dojo (lesson/play.h).  A lesson's lines send, look and wait; what starts programs,
 * touches files, leaves the lab, cannot be done again, or is for the learner to say is refused by name, and so are variables.
 */
struct play_hands lesson_hands(struct dojo *dojo);

#endif
