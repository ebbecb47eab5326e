/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options, wiring, exit status. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/quantity.h"
#include "cmd/lesson.h"
#include "cmd/line.h"
#include "cmd/script.h"
#include "lesson/progress.h"
#include "repl/repl.h"

struct arguments {
	const char *commands; /* -c */
	const char *script;   /* run FILE */
	char *const *args;
	unsigned arg_count;
	const char *lesson; /* lesson NAME, list, report, test or new; the files of the last two are in args */
	bool again;         /* lesson NAME again */
	bool json, no_colour, ascii;
	uint64_t seed;
};

static volatile sig_atomic_t interrupted;

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
	      "       tcpdojo lesson [list | NAME [again] | report [--json] | test FILE... | new FILE]\n"
	      "Without -c and FILE, commands are read from standard input.  `tcpdojo -c help` lists them.\n",
	    out);
}

static int misused(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int
misused(const char *format, ...)
{
	va_list ap;

	fputs("tcpdojo: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	usage(stderr);
	return ERR_INPUT;
}

static uint64_t
random_seed(void)
{
	uint64_t seed = 0;

	/* Short numbers are easier to type again. */
	return getrandom(&seed, sizeof(seed), 0) == sizeof(seed) ? seed >> 32 : 1;
}

/* Beyond the short ones, so that optopt tells them apart. */
enum long_option { OPTION_JSON = 256, OPTION_SEED, OPTION_NO_COLOUR, OPTION_ASCII, OPTION_VERSION };

static int
option_misused(char *const argv[], int result)
{
	const char *word = optopt > 0 && optopt < OPTION_JSON ? (char[]){ '-', (char)optopt, '\0' } : argv[optind - 1];

	if (result == ':')
		return misused("%s needs a value", QUOTED(word));
	if (optopt >= OPTION_JSON)
		return misused("\"%s\": this option takes no value", QUOTED(word));
	return misused("there is no option \"%s\"", QUOTED(word));
}

/* What is written and nothing else: 0, or 3 when it could not be written. */
static int
written(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return ERR_NONE;
	fprintf(stderr, "tcpdojo: standard output cannot be written: %s\n", strerror(errno));
	return ERR_SYSTEM;
}

/* "run FILE [ARGUMENT]..." */
static int
read_run(int argc, char *argv[], struct arguments *arguments)
{
	if (arguments->commands != NULL)
		return misused("-c and `run` are two ways to say what to do: use one");
	if (optind + 1 == argc)
		return misused("`run` needs the name of a script");
	arguments->script = argv[optind + 1];
	arguments->args = argv + optind + 2;
	arguments->arg_count = (unsigned)(argc - optind - 2);
	return -1;
}

/* "lesson test FILE...", "lesson new FILE" */
static int
read_authors(int argc, char *argv[], struct arguments *arguments)
{
	bool many = strcmp(arguments->lesson, "test") == 0;

	arguments->args = argv + optind + 2;
	arguments->arg_count = optind + 2 < argc ? (unsigned)(argc - optind - 2) : 0;
	if (arguments->arg_count == 0)
		return misused("`lesson %s` needs the name of a file", arguments->lesson);
	if (!many && arguments->arg_count > 1)
		return misused("\"%s\" is one word too many", QUOTED(arguments->args[1]));
	return -1;
}

static bool
is_authors(const char *lesson)
{
	return lesson != NULL && (strcmp(lesson, "test") == 0 || strcmp(lesson, "new") == 0);
}

/* "lesson [list | NAME [again] | report [--json] | test FILE... | new FILE]" */
static int
read_lesson(int argc, char *argv[], struct arguments *arguments)
{
	const char *behind = optind + 2 < argc ? argv[optind + 2] : NULL;
	bool report;

	arguments->lesson = optind + 1 < argc ? argv[optind + 1] : "list";
	if (is_authors(arguments->lesson))
		return read_authors(argc, argv, arguments);
	report = strcmp(arguments->lesson, "report") == 0;
	if (behind != NULL && report && strcmp(behind, "--json") == 0)
		arguments->json = true;
	else if (behind != NULL && !report && strcmp(arguments->lesson, "list") != 0 && strcmp(behind, "again") == 0)
		arguments->again = true;
	else if (behind != NULL)
		return misused("\"%s\" is not understood behind `lesson %s`", QUOTED(behind), QUOTED(arguments->lesson));
	if (optind + 3 < argc)
		return misused("\"%s\" is one word too many", QUOTED(argv[optind + 3]));
	return -1;
}

/* What stands behind the options. */
static int
read_operands(int argc, char *argv[], struct arguments *arguments)
{
	if (optind == argc)
		return -1;
	if (strcmp(argv[optind], "run") == 0)
		return read_run(argc, argv, arguments);
	if (strcmp(argv[optind], "lesson") == 0)
		return read_lesson(argc, argv, arguments);
	return misused("\"%s\" is not understood here", QUOTED(argv[optind]));
}

/* Returns -1 to go on, else the exit status. */
static int
read_options(int argc, char *argv[], struct arguments *arguments)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "seed", required_argument, NULL, OPTION_SEED },
		{ "no-colour", no_argument, NULL, OPTION_NO_COLOUR },
		{ "ascii", no_argument, NULL, OPTION_ASCII },
		{ "version", no_argument, NULL, OPTION_VERSION },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	arguments->seed = random_seed();
	opterr = 0;
	while ((option = getopt_long(argc, argv, "+:c:h", long_options, NULL)) != -1) {
		switch (option) {
		case 'c':
			arguments->commands = optarg;
			break;
		case OPTION_JSON:
			arguments->json = true;
			break;
		case OPTION_SEED:
			if (!number_parse(optarg, &arguments->seed))
				return misused("--seed takes a number, not \"%s\"", QUOTED(optarg));
			break;
		case OPTION_NO_COLOUR:
			arguments->no_colour = true;
			break;
		case OPTION_ASCII:
			arguments->ascii = true;
			break;
		case OPTION_VERSION:
			puts("tcpdojo " VERSION);
			return written();
		case 'h':
			usage(stdout);
			return written();
		default:
			return option_misused(argv, option);
		}
	}
	return read_operands(argc, argv, arguments);
}

/* A descriptor that the caller closed would become a socket of the lab's; in its place stands one that refuses. */
static void
keep_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
	}
}

/* Whether the locale writes UTF-8; asked without setting it, since nothing else here is to depend on it. */
static bool
knows_unicode(void)
{
	locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool knows = locale != (locale_t)0 && strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;

	if (locale != (locale_t)0)
		freelocale(locale);
	return knows;
}

static bool
wants_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0') && term != NULL && strcmp(term, "dumb") != 0;
}

/* What needs no lab: the status; -1: it is something else. */
static int
without_lab(const struct arguments *arguments, struct view *view)
{
	struct err err;
	int result;

	if (arguments->lesson != NULL && strcmp(arguments->lesson, "list") == 0) {
		lesson_list(view, 0);
		return written();
	}
	if (arguments->lesson != NULL && strcmp(arguments->lesson, "new") == 0)
		result = lesson_new(view, 0, arguments->args[0], &err);
	else if (arguments->lesson != NULL && strcmp(arguments->lesson, "report") == 0)
		result = progress_report(stdout, arguments->json, &err);
	else
		return -1;
	view_flush(view);
	if (result != 0)
		view_error(view, 0, "tcpdojo", &err);
	return result != 0 ? (int)err.code : written();
}

static bool
is_typed(const struct arguments *arguments)
{
	return arguments->commands == NULL && arguments->script == NULL && !arguments->json && isatty(STDIN_FILENO);
}

static enum err_code
run(struct dojo *dojo, const struct arguments *arguments)
{
	struct err err = { 0 };

	if (is_authors(arguments->lesson))
		return lesson_test(dojo, arguments->args, arguments->arg_count, &err) == 0 ? ERR_NONE : err.code;
	if (arguments->lesson != NULL && lesson_start(dojo, arguments->lesson, arguments->again, &err) != 0)
		return script_show_error(dojo, &err);
	if (arguments->commands != NULL)
		return script_run_text(dojo, "-c", arguments->commands, strlen(arguments->commands));
	if (arguments->script != NULL)
		return script_run_file(dojo, arguments->script, arguments->args, arguments->arg_count);
	if (!is_typed(arguments)) {
		dojo->file = "standard input";
		return script_run_stream(dojo, STDIN_FILENO);
	}
	if (arguments->lesson == NULL)
		view_note(dojo->view, 0, "You are Alice, 198.51.100.1. Bob, 198.51.100.2, is a real Linux TCP: http 80, echo 7, discard 9, chargen 19.\n"
		    "Type `syn` to knock, `lesson` to be guided, `help` for the rest.\n\n");
	return repl_run(dojo);
}

int
main(int argc, char *argv[])
{
	struct arguments arguments = { 0 };
	struct sigaction on_int = { .sa_handler = on_interrupt };
	struct dojo dojo = { 0 };
	struct view view;
	struct err err = { 0 };
	int status;

	keep_standard_descriptors();
	status = read_options(argc, argv, &arguments);
	if (status >= 0)
		return status;
	view = view_new(arguments.json ? &view_json : &view_plain, stdout, stderr);
	view.colour = !arguments.json && !arguments.no_colour && wants_colour();
	view.terminal = !arguments.json && isatty(STDOUT_FILENO) ? STDOUT_FILENO : -1;
	view.ascii = arguments.ascii || !knows_unicode();
	status = without_lab(&arguments, &view);
	if (status >= 0)
		return status;
	dojo.session = session_begin(arguments.seed, NULL, &view, &err);
	if (dojo.session != NULL && is_typed(&arguments))
		repl_prepare(dojo.session);
	if (dojo.session == NULL || session_ready(dojo.session, &err) != 0) {
		view_error(&view, 0, "tcpdojo", &err);
		session_close(dojo.session);
		return err.code;
	}
	sigaction(SIGINT, &on_int, NULL);
	signal(SIGPIPE, SIG_IGN);
	dojo.session->interrupted = &interrupted;
	dojo.view = &view;
	status = run(&dojo, &arguments);
	lesson_stop(&dojo);
	session_close(dojo.session);
	variables_clear(&dojo);
	return status;
}
