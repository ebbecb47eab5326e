/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/lesson_hands.h"

#include <string.h>

#include "cmd/line.h"
#include "cmd/replay.h"
#include "cmd/script.h"
#include "session/record.h"

/* Why a command with these effects may stand in no lesson; NULL: it may. */
static const char *
refusal(unsigned effects)
{
	static const struct {
		unsigned effects;
		const char *why;
	} refusals[] = {
		{ EFFECT_GUIDES, "that is for the learner to say" },
		{ EFFECT_SPAWNS, "it starts programs" },
		{ EFFECT_READS_FILES, "it reads files" },
		{ EFFECT_WRITES_FILES, "it writes files" },
		{ EFFECT_LEAVES_LAB, "it leaves the lab" },
		{ EFFECT_NOT_REPLAYABLE, "it cannot be done again" },
	};

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (effects & refusals[i].effects)
			return refusals[i].why;
	}
	return NULL;
}

static int
vet_words(const struct words *words, struct err *err)
{
	const struct command *command = command_find(words->word[0].text, err);
	const char *why;
	bool of;

	if (command == NULL)
		return -1;
	why = refusal(command_effects(command, words));
	/* What led to a step is one lab's. */
	if (command == &cmd_lab && words->count > 1 && strcmp(words->word[1].text, "restart") == 0)
		why = "a step with a setup block begins in a new lab by itself";
	if (why == NULL)
		return 0;
	of = words->count > 1 && subcommand_table(command, &(size_t){ 0 }) != NULL;
	return err_set(err, ERR_INPUT, "`%s%s%s` may not stand in a lesson: %s", command->name, of ? " " : "",
	    of ? QUOTED(words->word[1].text) : "", why);
}

static int
hand_vet(void *arg, const char *line, struct err *err)
{
	const struct dojo *dojo = arg;
	/* Without the learner's variables: what a lesson does is in the lesson. */
	struct dojo bare = { .session = dojo->session, .view = dojo->view };
	struct words words = { 0 };
	size_t at = 0, size = strlen(line);
	int result = 0;

	while (at < size && result == 0) {
		result = line_next(&bare, line, size, &at, &words, err);
		if (result == 0 && words.count > 0)
			result = vet_words(&words, err);
	}
	words_clear(&words);
	return result;
}

static int
run(struct dojo *dojo, const char *line, struct err *err)
{
	struct words words = { 0 };
	size_t at = 0, size = strlen(line);
	int result = 0;

	while (at < size && result == 0) {
		size_t from = at;

		result = line_next(dojo, line, size, &at, &words, err);
		if (result == 0 && words.count > 0)
			result = script_run_words(dojo, &words, line + from, at - from, err);
	}
	words_clear(&words);
	return result;
}

static int
hand_run(void *arg, const char *line, bool shown, struct err *err)
{
	struct dojo *dojo = arg;
	const struct view_ops *ops = dojo->view->ops;
	int result;

	view_flush(dojo->view);
	if (!shown)
		dojo->view->ops = &view_silent;
	result = run(dojo, line, err);
	session_show_deferred(dojo->session);
	dojo->view->ops = ops;
	return result;
}

static int
hand_fresh(void *arg, struct err *err)
{
	return replay_fresh(arg, err);
}

static int
hand_replay(void *arg, const struct journal *journal, size_t count, struct err *err)
{
	struct replayed replayed;

	return replay_journal(arg, journal, count, &replayed, err);
}

struct play_hands
lesson_hands(struct dojo *dojo)
{
	return (struct play_hands){
		.arg = dojo,
		.vet = hand_vet,
		.run = hand_run,
		.fresh = hand_fresh,
		.replay = hand_replay,
	};
}
