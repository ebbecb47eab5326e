/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions: asked before anything is sent, held against what came. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/play_parts.h"
#include "session/log.h"
#include "session/memory.h"

#define ACTUAL_ROOM 512

struct question *
question_open(const struct play *play, size_t *index)
{
	struct step *step = step_of(play);

	for (size_t i = 0; i < step->questions && !play->over; i++) {
		if (play->asked[i].said == NULL && !play->asked[i].closed) {
			if (index != NULL)
				*index = i;
			return &step->question[i];
		}
	}
	return NULL;
}

bool
play_asks(const struct play *play)
{
	return question_open(play, NULL) != NULL;
}

bool
play_is_answer(const struct play *play, const char *text)
{
	const struct question *question = question_open(play, NULL);
	struct err ignored;

	return question != NULL && answer_fits(question, text, NULL, &ignored) >= 0;
}

void
play_ask(struct play *play)
{
	const struct step *step = step_of(play);
	size_t index;
	const struct question *question = question_open(play, &index);

	play->session->predictions_hidden = question != NULL;
	if (question == NULL)
		return;
	tell_gap(play);
	if (step->questions > 1)
		tell_note(play, "Question %zu of %zu: %s", index + 1, step->questions, question->ask);
	else
		tell_note(play, "Question: %s", question->ask);
	for (unsigned i = 0; i < question->choices; i++)
		tell_note(play, "  %c) %s", 'a' + i, question->choice[i]);
	tell_note(play, "Type %s, before you send anything%s.", answer_form(question),
	    question->kind == QUESTION_FIELD && question->field != NULL && question->field->show == SHOW_FLAGS
	        ? " (`answer ...` where the word is a command as well)" : "");
}

static void
give_answer(struct play *play, size_t index, const char *said)
{
	struct asked *asked = &play->asked[index];

	asked->record = step_progress_of(play)->saids;
	progress_said(step_progress_of(play), step_of(play)->question[index].ask, said);
	if (said[0] != '\0')
		asked->said = memory_text(said);
}

int
play_answer(struct play *play, const char *text, struct err *err)
{
	size_t index;
	const struct question *question = question_open(play, &index);
	char *said;
	size_t length;

	if (question == NULL)
		return err_set(err, ERR_INPUT, step_of(play)->questions > 0 ? "no question is open now; `redo` begins the step again" :
		    "this step asks nothing; `lesson` shows it again");
	if (answer_fits(question, text, NULL, err) < 0)
		return -1;
	said = memory_text(text + strspn(text, " \t\r\n"));
	for (length = strlen(said); length > 0 && strchr(" \t\r\n", said[length - 1]) != NULL; )
		said[--length] = '\0';
	give_answer(play, index, said);
	free(said);
	question = question_open(play, NULL);
	tell_note(play, question != NULL ? "Noted." : "Noted: we shall see. Now make it happen.");
	play_ask(play);
	play_keep(play);
	return 0;
}

/* "Bob answered", "Bob sent", "you sent": the subject of what was seen in a segment. */
static const char *
who_said(const struct play *play, const struct question *question)
{
	uint32_t number = question_segment(play->session, question, &play->since);

	if (question->from == END_ALICE)
		return "you sent";
	for (uint32_t n = play->since.log + 1; n < number; n++) {
		if (!log_entry(&play->session->log, n)->incoming)
			return "Bob answered";
	}
	return "Bob sent";
}

/* The field's name in front of its value; flags and lengths speak for themselves. */
static void
add_value(struct text *t, const struct question *question, const char *value)
{
	if (question->kind == QUESTION_FIELD && question->field != NULL && question->field->show != SHOW_FLAGS)
		text_add(t, "%s %s", question->field->name, value);
	else if (question->kind == QUESTION_FIELD && question->field == NULL)
		text_add(t, "%s bytes", value);
	else if (question->kind == QUESTION_NUMBER && question->unit != NULL && question->unit[0] != '\0')
		text_add(t, "%s %s", value, question->unit);
	else
		text_add(t, "%s", value);
}

static void
add_subject(struct text *t, const struct play *play, const struct question *question, const char *actual)
{
	static const char *const whom[] = {
		[WHOM_ALICE] = "Alice is in",
		[WHOM_BOB] = "Bob is in",
		[WHOM_KERNEL] = "Bob's kernel says",
	};

	switch (question->kind) {
	case QUESTION_FIELD:
		text_add(t, "%s ", who_said(play, question));
		break;
	case QUESTION_STATE:
		text_add(t, "%s ", whom[question->whom]);
		break;
	case QUESTION_COUNT:
		text_add(t, strcmp(actual, "1") == 0 ? "there was " : "there were ");
		break;
	case QUESTION_NUMBER:
	case QUESTION_CHOICE:
		text_add(t, "it is ");
		break;
	}
}

/* A choice's letter, whoever named it: with its text. */
static void
spell_choice(const struct question *question, const char *said, char *value, size_t size)
{
	struct err ignored;

	snprintf(value, size, "%s", said);
	for (unsigned i = 0; i < question->choices; i++) {
		if (answer_fits(question, said, question->choice[i], &ignored) == 1)
			snprintf(value, size, "%c) %s", 'a' + i, question->choice[i]);
	}
}

/* "you said ack 0; Bob answered ack 1, because SYN counts as one (RFC 9293 3.4)" */
static void
tell_answer(struct play *play, const struct question *question, const char *said, const char *actual, bool right)
{
	char line[2 * ACTUAL_ROOM + 1024], you[ACTUAL_ROOM], is[ACTUAL_ROOM];
	struct text t = text_in(line, sizeof(line));

	spell_choice(question, said != NULL ? said : "", you, sizeof(you));
	spell_choice(question, actual, is, sizeof(is));
	if (said == NULL) {
		text_add(&t, "Not predicted: ");
	} else if (right) {
		text_add(&t, "Right: ");
	} else {
		/* "ack 0" was perhaps said with its name. */
		bool named = question->kind == QUESTION_FIELD && strpbrk(said, " =") != NULL;

		text_add(&t, "You said ");
		if (named || question->kind == QUESTION_NUMBER || (question->kind == QUESTION_FIELD && question->field == NULL))
			text_add(&t, "%s", you);
		else
			add_value(&t, question, you);
		text_add(&t, "; ");
	}
	add_subject(&t, play, question, actual);
	add_value(&t, question, is);
	if (question->why != NULL && question->why[0] != '\0')
		text_add(&t, ", because %s", question->why);
	tell_note(play, "%s%s", line, line[strlen(line) - 1] == '.' ? "" : ".");
}

static void
hold_answer(struct play *play, size_t index)
{
	const struct question *question = &step_of(play)->question[index];
	struct asked *asked = &play->asked[index];
	char room[ACTUAL_ROOM];
	struct text actual = text_in(room, sizeof(room));
	struct said *record;
	struct err ignored;

	if (asked->closed || !question_actual(play->session, question, &play->since, play->reached, &actual))
		return;
	asked->closed = true;
	if (asked->said == NULL)
		give_answer(play, index, "");
	record = &step_progress_of(play)->said[asked->record];
	record->right = asked->said != NULL && answer_fits(question, asked->said, room, &ignored) == 1;
	free(record->actual);
	record->actual = memory_text(room);
	if (!play->answered)
		tell_gap(play);
	play->answered = true;
	tell_answer(play, question, asked->said, room, record->right);
}

void
play_hold_answers(struct play *play)
{
	play->answered = false;
	for (size_t i = 0; i < step_of(play)->questions; i++)
		hold_answer(play, i);
}
