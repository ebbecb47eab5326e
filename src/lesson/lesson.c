/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/lesson.h"

#include <stdlib.h>

void
passages_clear(struct passages *passages)
{
	for (size_t i = 0; i < passages->count; i++)
		free(passages->passage[i].text);
	free(passages->passage);
	*passages = (struct passages){ 0 };
}

static void
clear_question(struct question *question)
{
	free(question->ask);
	for (unsigned i = 0; i < question->choices; i++)
		free(question->choice[i]);
	free(question->unit);
	free(question->answer);
	free(question->why);
}

static void
clear_step(struct step *step)
{
	free(step->title);
	free(step->prose.text);
	passages_clear(&step->setup);
	passages_clear(&step->solution);
	for (size_t i = 0; i < step->questions; i++)
		clear_question(&step->question[i]);
	free(step->question);
	free(step->goal);
	free(step->goal_line);
	passages_clear(&step->hint);
	free(step->explain.text);
	for (size_t i = 0; i < step->wrongs; i++) {
		passages_clear(&step->wrong[i].tries);
		free(step->wrong[i].when);
		free(step->wrong[i].say);
	}
	free(step->wrong);
	passages_clear(&step->output);
}

void
lesson_free(struct lesson *lesson)
{
	if (lesson == NULL)
		return;
	for (size_t i = 0; i < lesson->steps; i++)
		clear_step(&lesson->step[i]);
	free(lesson->step);
	free(lesson->name);
	free(lesson->path);
	free(lesson->title);
	free(lesson->needs);
	free(lesson->introduction.text);
	free(lesson);
}
