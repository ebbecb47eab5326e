/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options, wiring, exit status. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/quantity.h"
#include "cmd/line.h"
#include "cmd/script.h"

struct arguments {
	const char *commands; /* -c */
	const char *script;   /* run FILE */
	char *const *args;
	unsigned arg_count;
	bool json;
	uint64_t seed;
};

static volatile int interrupted;

static void
on_interrupt(int signal_number)
{
	(void)signal_number;
	interrupted = 1;
}

static void
usage(FILE *out)
{
	fputs("usage: tcpdojo [-c COMMANDS] [--json] [--seed N] [--no-colour] [--ascii]\n"
	      "       tcpdojo run FILE [ARGUMENT]...\n"
	      "Without -c and FILE, commands are read from standard input.  `tcpdojo -c help` lists them.\n",
	    out);
}

static uint64_t
random_seed(void)
{
	uint64_t seed = 0;

	/* Short numbers are easier to type again. */
	return getrandom(&seed, sizeof(seed), 0) == sizeof(seed) ? seed >> 32 : 1;
}

/* Returns -1 to go on, else the exit status. */
static int
read_options(int argc, char *argv[], struct arguments *arguments)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "seed", required_argument, NULL, 's' },
		{ "no-colour", no_argument, NULL, 'n' },
		{ "ascii", no_argument, NULL, 'a' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	arguments->seed = random_seed();
	while ((option = getopt_long(argc, argv, "+c:h", long_options, NULL)) != -1) {
		switch (option) {
		case 'c':
			arguments->commands = optarg;
			break;
		case 'j':
			arguments->json = true;
			break;
		case 's':
			if (!number_parse(optarg, &arguments->seed)) {
				fprintf(stderr, "tcpdojo: --seed takes a number, not \"%s\"\n", optarg);
				return ERR_INPUT;
			}
			break;
		case 'n': /* what is shown so far needs neither colour nor more than ASCII */
		case 'a':
			break;
		case 'v':
			puts("tcpdojo " VERSION);
			return ERR_NONE;
		case 'h':
			usage(stdout);
			return ERR_NONE;
		default:
			usage(stderr);
			return ERR_INPUT;
		}
	}
	if (optind == argc)
		return -1;
	if (strcmp(argv[optind], "run") != 0 || optind + 1 == argc || arguments->commands != NULL) {
		fprintf(stderr, "tcpdojo: \"%s\" is not understood here\n", argv[optind]);
		usage(stderr);
		return ERR_INPUT;
	}
	arguments->script = argv[optind + 1];
	arguments->args = argv + optind + 2;
	arguments->arg_count = (unsigned)(argc - optind - 2);
	return -1;
}

static enum err_code
run(struct dojo *dojo, const struct arguments *arguments)
{
	if (arguments->commands != NULL)
		return script_run_text(dojo, "-c", arguments->commands, strlen(arguments->commands));
	if (arguments->script != NULL)
		return script_run_file(dojo, arguments->script, arguments->args, arguments->arg_count);
	dojo->file = "standard input";
	dojo->interactive = isatty(STDIN_FILENO) && !arguments->json;
	if (dojo->interactive)
		puts("You are Alice, 198.51.100.1. Bob, 198.51.100.2, is a real Linux TCP: http 80, echo 7, discard 9, chargen 19.\n"
		     "Type `syn` to knock, `help` for the rest.\n");
	return script_run_stream(dojo, STDIN_FILENO);
}

int
main(int argc, char *argv[])
{
	struct arguments arguments = { 0 };
	struct sigaction on_int = { .sa_handler = on_interrupt };
	struct dojo dojo = { 0 };
	struct view view;
	struct err err = { 0 };
	int status = read_options(argc, argv, &arguments);

	if (status >= 0)
		return status;
	view = view_new(arguments.json ? &view_json : &view_plain, stdout, stderr);
	dojo.session = session_open(arguments.seed, NULL, &view, &err);
	if (dojo.session == NULL) {
		fprintf(stderr, "tcpdojo: %s\n", err.text);
		return err.code;
	}
	sigaction(SIGINT, &on_int, NULL);
	signal(SIGPIPE, SIG_IGN);
	dojo.session->interrupted = &interrupted;
	dojo.view = &view;
	status = run(&dojo, &arguments);
	view_flush(&view);
	session_close(dojo.session);
	variables_clear(&dojo);
	return status;
}
