/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/repl.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <readline/readline.h>

#include "base/when.h"
#include "cmd/honest.h"
#include "cmd/lesson.h"
#include "cmd/script.h"
#include "repl/candidates.h"
#include "repl/complete.h"
#include "repl/history.h"
#include "session/connection.h"
#include "session/memory.h"
#include "session/pump.h"
#include "session/record.h"

#define GATHER_NS (10 * NS_PER_MS) /* what comes in so short a time is printed at once */

/* Readline hands over the line without an argument of ours. */
static struct {
	char *line;
	bool done, end;
} typed;

struct repl {
	struct dojo *dojo;
	struct history history;
	sigset_t at_prompt; /* signals that are read while a line is typed, and act as ever while a command runs */
	int signals, both;  /* a signalfd; an epoll of it and the terminal */
	FILE *above;        /* into `text`: what the session says while a line is typed */
	char *text;
	size_t text_size;
	int64_t show_ns;    /* of CLOCK_MONOTONIC: when that is printed; WHEN_NEVER: there is nothing */
	char prompt[96];
};

static void
on_line(char *line)
{
	rl_callback_handler_remove();
	typed.line = line;
	typed.done = true;
	typed.end = line == NULL;
}

static void
prompt_write(const struct dojo *dojo, char *prompt, size_t size)
{
	const struct session *session = dojo->session;
	const struct connection *connection = session_selected(session);
	const struct endpoint *alice = connection != NULL ? &connection->shadow.end[END_ALICE] : NULL;
	enum tcp_state state = alice != NULL ? (enum tcp_state)alice->state : TCP_STATE_CLOSED;
	struct text t = text_in(prompt, size);

	if (lesson_asks(dojo)) {
		text_add(&t, "answer> ");
		return;
	}
	/* What is CLOSED is no connection; what there is instead, perhaps, is a listener. */
	if (state == TCP_STATE_CLOSED && session->listeners > 0 && (alice == NULL || alice->owed[0].flags == 0))
		state = TCP_STATE_LISTEN;
	if (connection != NULL && session->connections > 1)
		text_add(&t, "%u: ", connection->number);
	text_add(&t, "%s", tcp_state_name(state));
	if (alice != NULL && alice->owed[0].flags != 0)
		text_add(&t, ", owes %s", honest_command(alice->owed[0].flags));
	text_add(&t, "> ");
}

/* What has come is written above the line, which is drawn anew below, perhaps with another prompt. */
static void
show_above(struct repl *repl)
{
	char prompt[sizeof(repl->prompt)];
	/* While the history is searched, the prompt is not ours. */
	bool searching = RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH) != 0;

	fflush(repl->above);
	prompt_write(repl->dojo, prompt, sizeof(prompt));
	if (repl->text_size == 0 && (searching || strcmp(prompt, repl->prompt) == 0))
		return;
	rl_clear_visible_line();
	fwrite(repl->text, 1, repl->text_size, stdout);
	fflush(stdout);
	rewind(repl->above);
	fflush(repl->above);
	if (!searching) {
		strcpy(repl->prompt, prompt);
		rl_set_prompt(repl->prompt);
	}
	rl_forced_update_display();
}

static void
begin_line(struct repl *repl)
{
	prompt_write(repl->dojo, repl->prompt, sizeof(repl->prompt));
	rl_reset_screen_size();
	rl_callback_handler_install(repl->prompt, on_line);
}

/* Ctrl-C: a new line, with nothing in it. */
static void
drop_line(struct repl *repl)
{
	rl_callback_sigcleanup();
	rl_callback_handler_remove();
	fputs("^C\n", rl_outstream);
	begin_line(repl);
}

/* Stops, or ends, as the signal does by itself, the terminal being as it was found. */
static void
act_as_ever(struct repl *repl, int number)
{
	sigset_t only;

	rl_clear_visible_line();
	fflush(rl_outstream);
	rl_deprep_terminal();
	raise(number);
	sigemptyset(&only);
	sigaddset(&only, number);
	sigprocmask(SIG_UNBLOCK, &only, NULL);
	sigprocmask(SIG_BLOCK, &repl->at_prompt, NULL);
}

/* Back in the foreground: who had the terminal meanwhile left it as he liked. */
static void
come_back(void)
{
	rl_deprep_terminal();
	rl_prep_terminal(1);
	rl_reset_screen_size();
	rl_forced_update_display();
}

static void
take_signal(struct repl *repl)
{
	struct signalfd_siginfo info;

	while (!typed.done && read(repl->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGINT)
			drop_line(repl);
		else if (info.ssi_signo == SIGWINCH)
			rl_resize_terminal();
		else if (info.ssi_signo == SIGCONT)
			come_back();
		else
			act_as_ever(repl, (int)info.ssi_signo);
	}
}

static bool
key_waits(void)
{
	struct pollfd terminal = { .fd = STDIN_FILENO, .events = POLLIN };

	return poll(&terminal, 1, 0) > 0;
}

/* Until a line is there.  -1 with *err when the lab broke. */
static int
read_line(struct repl *repl, struct err *err)
{
	struct session *session = repl->dojo->session;

	while (!typed.done) {
		int ready = session_pump(session, repl->show_ns, repl->both, err);

		if (ready < 0)
			return -1;
		fflush(repl->above);
		if (repl->show_ns == WHEN_NEVER && (repl->text_size > 0 || session->deferreds > 0 || view_waits(session->view)))
			repl->show_ns = clock_monotonic_ns() + GATHER_NS;
		take_signal(repl);
		if (ready > 0 && key_waits())
			rl_callback_read_char();
		if (typed.done)
			break;
		if (clock_monotonic_ns() >= repl->show_ns) {
			session_show_deferred(session);
			lesson_look(repl->dojo);
			repl->show_ns = WHEN_NEVER;
			show_above(repl);
		} else if (repl->show_ns == WHEN_NEVER) {
			show_above(repl);
		}
	}
	return 0;
}

/* What was said while the line was ended comes before what it does. */
static void
end_line(struct repl *repl)
{
	session_show_deferred(repl->dojo->session);
	fflush(repl->above);
	fwrite(repl->text, 1, repl->text_size, stdout);
	rewind(repl->above);
	fflush(repl->above);
	repl->show_ns = WHEN_NEVER;
}

static int
prompt_for_line(struct repl *repl, struct err *err)
{
	struct view *view = repl->dojo->view;
	FILE *out = view->out;
	int result;

	typed.line = NULL;
	typed.done = typed.end = false;
	sigprocmask(SIG_BLOCK, &repl->at_prompt, NULL);
	view->out = repl->above;
	begin_line(repl);
	result = read_line(repl, err);
	rl_callback_handler_remove();
	end_line(repl);
	view->out = out;
	sigprocmask(SIG_UNBLOCK, &repl->at_prompt, NULL);
	return result;
}

static enum err_code
run_line(struct repl *repl)
{
	struct dojo *dojo = repl->dojo;
	struct err err = { 0 };
	enum err_code status;
	char *full;

	if (history_note(&repl->history, typed.line, &err) != 0)
		view_note(dojo->view, session_now(dojo->session), "%s", err.text);
	if (lesson_answers(dojo, typed.line, strlen(typed.line)) > 0)
		full = memory_text(typed.line);
	else
		full = commands_in_full(typed.line, &err);
	status = full != NULL ? script_run_line(dojo, full, strlen(full)) : script_show_error(dojo, &err);
	free(full);
	if (session_interrupted(dojo->session))
		fputc('\n', dojo->view->out); /* behind the ^C that the terminal shows */
	return status;
}

static int
watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

void
repl_prepare(const struct session *session)
{
	rl_readline_name = "tcpdojo";
	rl_instream = stdin;
	rl_outstream = isatty(STDOUT_FILENO) ? stdout : stderr;
	rl_catch_signals = rl_catch_sigwinch = 0;
	rl_change_environment = 0;
	complete_open(session);
	rl_variable_bind("show-all-if-ambiguous", "on");
	rl_initialize();
	/* Lines that are pasted run one by one, as if typed. */
	rl_variable_bind("enable-bracketed-paste", "off");
	rl_variable_bind("enable-meta-key", "off");
}

static int
repl_open(struct repl *repl, struct err *err)
{
	static const int signals[] = { SIGINT, SIGTSTP, SIGCONT, SIGWINCH, SIGTERM, SIGHUP, SIGQUIT };

	sigemptyset(&repl->at_prompt);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&repl->at_prompt, signals[i]);
	repl->signals = signalfd(-1, &repl->at_prompt, SFD_CLOEXEC | SFD_NONBLOCK);
	repl->both = epoll_create1(EPOLL_CLOEXEC);
	repl->above = open_memstream(&repl->text, &repl->text_size);
	if (repl->signals < 0 || repl->both < 0 || repl->above == NULL || watch(repl->both, repl->signals) != 0 ||
	    watch(repl->both, STDIN_FILENO) != 0)
		return err_set(err, ERR_SYSTEM, "the terminal cannot be read: %s", strerror(errno));
	fflush(repl->above);
	repl->show_ns = WHEN_NEVER;
	return 0;
}

static void
repl_close(struct repl *repl)
{
	history_close(&repl->history);
	if (repl->above != NULL)
		fclose(repl->above);
	free(repl->text);
	if (repl->signals >= 0)
		close(repl->signals);
	if (repl->both >= 0)
		close(repl->both);
}

static void
read_history_kept(struct repl *repl)
{
	struct dojo *dojo = repl->dojo;
	struct err err;

	if (history_open(&repl->history, &err) != 0)
		view_note(dojo->view, session_now(dojo->session), "%s", err.text);
}

enum err_code
repl_run(struct dojo *dojo)
{
	struct repl repl = { .dojo = dojo, .signals = -1, .both = -1 };
	enum err_code status = ERR_NONE;
	struct err err;

	if (repl_open(&repl, &err) != 0) {
		repl_close(&repl);
		return script_show_error(dojo, &err);
	}
	read_history_kept(&repl);
	dojo->line = 1;
	while (!dojo->quit && dojo->view->broken == 0) {
		if (prompt_for_line(&repl, &err) != 0) {
			status = script_show_error(dojo, &err);
			break;
		}
		if (typed.end) {
			fputc('\n', dojo->view->out);
			break;
		}
		status = run_line(&repl);
		free(typed.line);
		dojo->line++;
	}
	repl_close(&repl);
	return status == ERR_SYSTEM ? status : ERR_NONE;
}
