/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Echo (RFC 862), discard (RFC 863) and chargen (RFC 864) over TCP. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lab/server_parts.h"

#define PATTERN_CHARACTERS 95 /* printing ASCII, space to tilde */
#define PATTERN_LINE 72
#define PATTERN_SIZE (PATTERN_CHARACTERS * (PATTERN_LINE + 2)) /* bytes, after which it repeats */

#define STREAM_TURN 16384 /* bytes of one connection's turn, and what echo keeps at most of one that takes nothing */

/* What one read or write came to. */
enum turn { TURN_DONE, TURN_LATER, TURN_ENDED, TURN_BROKEN };

static enum turn
turn_of(ssize_t n)
{
	if (n > 0)
		return TURN_DONE;
	if (n == 0)
		return TURN_ENDED;
	return errno == EAGAIN || errno == EINTR ? TURN_LATER : TURN_BROKEN;
}

static enum turn
receive(struct agent *agent, struct served *served, size_t *size)
{
	ssize_t n = recv(served->watch.fd, agent->scratch, STREAM_TURN, MSG_DONTWAIT);

	*size = n > 0 ? (size_t)n : 0;
	return turn_of(n);
}

/* Sends what is stuck; TURN_LATER while some still is. */
static enum turn
send_stuck(struct served *served)
{
	size_t left = served->stuck_size - served->stuck_at;
	ssize_t n = send(served->watch.fd, served->stuck + served->stuck_at, left, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0)
		return turn_of(n);
	served->stuck_at += (uint32_t)n;
	if ((size_t)n < left)
		return TURN_LATER;
	free(served->stuck);
	served->stuck = NULL;
	return TURN_DONE;
}

/* Sends `size` bytes of scratch; what does not go is kept, and TURN_LATER. */
static enum turn
send_back(struct agent *agent, struct served *served, size_t size)
{
	ssize_t n = send(served->watch.fd, agent->scratch, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	size_t sent = n > 0 ? (size_t)n : 0;

	if (n < 0 && turn_of(n) != TURN_LATER)
		return TURN_BROKEN;
	if (sent == size)
		return TURN_DONE;
	served->stuck = malloc(size - sent);
	if (served->stuck == NULL)
		return TURN_BROKEN;
	memcpy(served->stuck, agent->scratch + sent, size - sent);
	served->stuck_size = (uint32_t)(size - sent);
	served->stuck_at = 0;
	return TURN_LATER;
}

/* Ends or breaks the connection as the turn says; true when it goes on. */
static bool
goes_on(struct agent *agent, struct served *served, enum turn turn)
{
	if (turn == TURN_ENDED)
		served_end(agent, served);
	else if (turn == TURN_BROKEN)
		served_break(agent, served);
	return turn == TURN_DONE || turn == TURN_LATER;
}

/* Nothing is read while the peer does not take what it has coming: that is TCP's flow control, handed on. */
static void
echo_ready(struct agent *agent, struct watch *watch, uint32_t events)
{
	struct served *served = (struct served *)watch;
	enum turn turn = TURN_DONE;
	size_t size = 0;

	(void)events;
	if (served->stuck != NULL)
		turn = send_stuck(served);
	if (turn == TURN_DONE) {
		turn = receive(agent, served, &size);
		if (turn == TURN_DONE)
			turn = send_back(agent, served, size);
	}
	if (goes_on(agent, served, turn))
		watch_want(agent, watch, served->stuck != NULL ? EPOLLOUT : EPOLLIN);
}

static void
discard_ready(struct agent *agent, struct watch *watch, uint32_t events)
{
	struct served *served = (struct served *)watch;
	size_t size;

	(void)events;
	goes_on(agent, served, receive(agent, served, &size));
}

/* RFC 864's pattern, from its byte `at` on: line n is the ring of printing characters from its n-th on. */
static void
write_pattern(uint8_t *text, size_t size, uint32_t at)
{
	for (size_t i = 0; i < size; i++, at++) {
		uint32_t line = at / (PATTERN_LINE + 2), column = at % (PATTERN_LINE + 2);

		if (column < PATTERN_LINE)
			text[i] = (uint8_t)(' ' + (line + column) % PATTERN_CHARACTERS);
		else
			text[i] = column == PATTERN_LINE ? '\r' : '\n';
	}
}

static void
chargen_ready(struct agent *agent, struct watch *watch, uint32_t events)
{
	struct served *served = (struct served *)watch;
	enum turn turn = TURN_LATER;
	size_t size;
	ssize_t n;

	if ((events & ~(uint32_t)EPOLLOUT) != 0)
		turn = receive(agent, served, &size);
	if (!goes_on(agent, served, turn) || (events & EPOLLOUT) == 0)
		return;
	write_pattern(agent->scratch, STREAM_TURN, served->pattern_at);
	n = send(watch->fd, agent->scratch, STREAM_TURN, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n > 0)
		served->pattern_at = (served->pattern_at + (uint32_t)n) % PATTERN_SIZE;
	else if (turn_of(n) != TURN_LATER)
		served_break(agent, served);
}

int
echo_begin(struct agent *agent, struct served *served)
{
	served->watch.ready = echo_ready;
	return watch_want(agent, &served->watch, EPOLLIN);
}

int
discard_begin(struct agent *agent, struct served *served)
{
	served->watch.ready = discard_ready;
	return watch_want(agent, &served->watch, EPOLLIN);
}

int
chargen_begin(struct agent *agent, struct served *served)
{
	served->watch.ready = chargen_ready;
	return watch_want(agent, &served->watch, EPOLLIN | EPOLLOUT);
}
