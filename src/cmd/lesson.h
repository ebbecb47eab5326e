/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lessons: what the rest of the program knows of them. */
#ifndef CMD_LESSON_H
#define CMD_LESSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cmd/command.h"

/* Begins the lesson of that name, or of that file, or goes on with it; `again`: from its start, and what was kept is forgotten. */
int lesson_start(struct dojo *dojo, const char *name, bool again, struct err *err);

/* The one that is gone through ends, its progress kept; settings are as before, the lab stays as it is. */
void lesson_stop(struct dojo *dojo);

/* To be called after each command, and when something came meanwhile: goals, answers, typical mistakes. */
void lesson_look(struct dojo *dojo);

/* Whether a question waits for its answer. */
bool lesson_asks(const struct dojo *dojo);

/*
 * While one does, a line whose first word is no command is its answer: how many bytes of the text, which begins where a command
 * may, are that, with the ';' or newline behind it; 0: they are a command.
 */
size_t lesson_answers(const struct dojo *dojo, const char *text, size_t size);
int lesson_take_answer(struct dojo *dojo, const char *text, size_t size, struct err *err);

/* A command was refused: if the line could be the answer that is waited for ("syn received"), *err says how to give it. */
void lesson_mention_answer(const struct dojo *dojo, const char *text, size_t size, struct err *err);

/* `next` within a lesson. */
int lesson_next(struct dojo *dojo, struct err *err);

/* Every lesson with its title and how far the learner is; broken ones are named.  Needs no lab. */
void lesson_list(struct view *view, int64_t at_ns);

/*
 * Tries lessons, by name or file, each in labs of its own, and says what is wrong with them.  -1 with *err of ERR_EXPECT (and no
 * text) when something was found, of ERR_INPUT when one is no lesson; the others are tried all the same.
 */
int lesson_test(struct dojo *dojo, char *const *names, size_t count, struct err *err);

/* Writes a lesson to begin with to NAME.md, which must not be there yet.  Needs no lab. */
int lesson_new(struct view *view, int64_t at_ns, const char *name, struct err *err);

#endif
