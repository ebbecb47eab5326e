/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a learner tried before does not make a step unsolvable: `debris SEQUENCES SEED LESSON...` runs, from the beginning of
 * each step, sequences of ten random commands and then the model solution; where that does not reach the goal, the step is begun
 * again (`redo`), and then it must.  Prints TAP, and the commands of a sequence that failed.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/rng.h"
#include "cmd/lesson_hands.h"
#include "lesson/load.h"
#include "lesson/trial.h"
#include "session/session.h"

#define COMMANDS  10
#define LINE_ROOM 160
#define SHORTLY_NS 500000000 /* after debris: the goal comes by then, or `redo` is due */

struct run {
	struct trial trial;
	struct rng rng;
	char line[COMMANDS][LINE_ROOM];
	unsigned sequences, redone;
};

static const char *
one_of(struct rng *rng, const char *const *texts, size_t count)
{
	return texts[rng_below(rng, (uint32_t)count)];
}

#define ONE_OF(rng, texts) one_of(rng, texts, sizeof(texts) / sizeof((texts)[0]))

/* A field as a learner might write it, or one that is nonsense. */
static void
add_field(struct rng *rng, struct text *t)
{
	static const char *const numbers[] = { "seq", "ack", "seq_raw", "ack_raw", "win", "urg" };
	static const char *const others[] = { "sum=bad", "flags=S.", "flags=none", "flags=FP.", "flags=R", "dport=81", "dport=8080", "sport=40001",
		"ttl=1", "options=none", "ts=1:0", "payload=hi" };

	if (rng_below(rng, 3) == 0)
		text_add(t, " %s", ONE_OF(rng, others));
	else
		text_add(t, " %s=%s%u", ONE_OF(rng, numbers), rng_below(rng, 3) == 0 ? "+" : "", rng_below(rng, 4) == 0 ?
		    (unsigned)rng_u64(rng) % 65536 : rng_below(rng, 12));
}

static void
write_command(struct rng *rng, char line[static LINE_ROOM])
{
	static const char *const sending[] = { "syn", "synack", "ack", "data hello", "data \"GET / HTTP/1.1\\r\\nHost: bob\\r\\n\\r\\n\"", "fin",
		"rst" };
	static const char *const others[] = { "link hold", "link release", "link release 1", "link drop 1", "link delay 3ms", "link delay 0ms",
		"set port 81", "set port 8080", "set window 100", "set timestamps off", "set sack off", "set raw on", "set wscale 15",
		"set dst bob6", "auto ack on", "auto close on", "auto arp off", "bob listen 8080", "bob listen 8080 backlog 1",
		"bob accept 8080", "bob connect 8000", "bob read", "bob write hello", "bob shutdown", "bob close", "bob set pause=0ms",
		"bob set defaults", "bob set net.ipv4.tcp_timestamps=0", "conn 1", "conn 2", "listen 8000", "connect", "connect 8080", "close",
		"wait 20ms", "state" };
	struct text t = text_in(line, LINE_ROOM);

	if (rng_below(rng, 3) == 0) {
		text_add(&t, "%s", ONE_OF(rng, others));
		return;
	}
	text_add(&t, "%s", ONE_OF(rng, sending));
	for (uint32_t fields = rng_below(rng, 3); fields > 0; fields--)
		add_field(rng, &t);
}

/* What fails in the doing of it is part of the debris; only a broken lab ends the test. */
static bool
type(struct run *run, const char *line)
{
	const struct play_hands *hands = run->trial.hands;
	struct err err = { 0 };

	return hands->run(hands->arg, line, false, &err) == 0 || err.code != ERR_SYSTEM;
}

static bool
solve(struct run *run, int64_t within_ns)
{
	const struct step *step = run->trial.step;
	struct err err = { 0 };

	for (size_t i = 0; i < step->solution.count; i++) {
		if (!type(run, step->solution.passage[i].text))
			return false;
	}
	return trial_holds(&run->trial, step->goal, step->goals, within_ns, &err);
}

static bool
begin(struct run *run, size_t at)
{
	struct err err = { 0 };

	if (trial_begin(&run->trial, at, &err) == 0)
		return true;
	trial_say(&run->trial, "# %s", err.text);
	return false;
}

static bool
try_sequence(struct run *run, size_t at)
{
	run->sequences++;
	for (int i = 0; i < COMMANDS; i++)
		write_command(&run->rng, run->line[i]);
	if (!begin(run, at))
		return false;
	for (int i = 0; i < COMMANDS; i++) {
		if (!type(run, run->line[i]))
			return false;
	}
	if (solve(run, SHORTLY_NS))
		return true;
	run->redone++;
	return begin(run, at) && solve(run, TRIAL_PATIENCE_NS);
}

/* Each step in every sequence is drawn anew from the seed, so that one can be tried alone. */
static bool
try_step(struct run *run, size_t at, unsigned sequences, uint64_t seed)
{
	for (unsigned i = 0; i < sequences; i++) {
		run->rng = rng_seeded(seed + 1000 * at + i);
		if (try_sequence(run, at))
			continue;
		trial_say(&run->trial, "# after sequence %u, `redo` and the solution do not reach the goal:", i);
		for (int j = 0; j < COMMANDS; j++)
			trial_say(&run->trial, "#   %s", run->line[j]);
		return false;
	}
	return true;
}

static unsigned
try_lesson(struct dojo *dojo, const struct lesson *lesson, unsigned sequences, uint64_t seed, unsigned *count)
{
	struct play_hands hands = lesson_hands(dojo);
	struct run run = { .redone = 0 };
	unsigned failed = 0;

	trial_start(&run.trial, lesson, dojo->session, &hands);
	for (size_t i = 0; i < lesson->steps; i++) {
		bool good = try_step(&run, i, sequences, seed);

		failed += !good;
		trial_say(&run.trial, "%s %u - %s, step %zu, is solvable after anything", good ? "ok" : "not ok", ++*count, lesson->name, i + 1);
	}
	trial_say(&run.trial, "# %s: %u sequences, %u needed `redo`", lesson->name, run.sequences, run.redone);
	trial_end(&run.trial);
	return failed;
}

int
main(int argc, char *argv[])
{
	struct view view = view_new(&view_plain, stdout, stderr);
	struct dojo dojo = { .view = &view, .file = "debris" };
	uint64_t sequences, seed;
	unsigned failed = 0, count = 0;
	struct err err = { 0 };

	if (argc < 4 || !number_parse(argv[1], &sequences) || !number_parse(argv[2], &seed))
		return ERR_INPUT;
	signal(SIGPIPE, SIG_IGN);
	dojo.session = session_open(seed, NULL, &view, &err);
	if (dojo.session == NULL) {
		printf("1..0 # SKIP no lab here: %s\n", err.text);
		return 0;
	}
	printf("# seed %llu\n", (unsigned long long)seed);
	for (int i = 3; i < argc; i++) {
		struct lesson *lesson = lesson_load(argv[i], &err);

		if (lesson == NULL) {
			printf("not ok %u - %s\n", ++count, err.text);
			failed++;
			continue;
		}
		failed += try_lesson(&dojo, lesson, (unsigned)sequences, seed, &count);
		lesson_free(lesson);
	}
	session_close(dojo.session);
	printf("1..%u\n", count);
	return failed > 0;
}
