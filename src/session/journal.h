/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal: what was done, by meaning.  A sent segment is kept as the command that sends it again in another run: sequence
 * numbers relative to the ISNs, which differ from run to run.  With what passed Alice meanwhile it says all that cmd/replay.h
 * needs to do it again.
 */
#ifndef SESSION_JOURNAL_H
#define SESSION_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the time that passed at Bob's mattered, during a command or after it: what cannot be done again in less time. */
enum journal_time {
	TIME_REPEATED = 1 << 0,   /* his timer ran out, and he said something again (SYN and SYN,ACK apart, which change nothing) */
	TIME_PROBED = 1 << 1,     /* he asked whether a window of 0 bytes is open again, or whether anybody is there */
	TIME_WAIT_ENDED = 1 << 2, /* an end's TIME-WAIT was over */
	TIME_ORDINARY = 1 << 3,   /* `bob set defaults`: from here on his timers are an ordinary kernel's ... */
	TIME_QUICK = 1 << 4,      /* ... or one was set that may be quicker than that ... */
	TIME_PATIENT = 1 << 5,    /* ... until here */
};

/* What numbers as they are on the wire, and times, were counted from. */
struct journal_base {
	bool known;              /* Bob's ISN, by then */
	uint16_t conn;           /* the selected one; 0: none */
	uint32_t alice, bob;     /* its ISNs */
	uint32_t bob_ts;         /* the first TS value that Bob said there; 0: none */
	int64_t clock_ns;        /* Alice's clock of timestamps */
};

struct journal_entry {
	int64_t at_ns;
	uint16_t conn;       /* 0: none */
	uint16_t bob_port;   /* from which Bob knocked during the command; 0: he did not */
	uint32_t bob_isn;    /* his ISN with that */
	uint32_t segment;    /* log number of what was sent; 0: nothing */
	unsigned effects;    /* of the command (cmd/command.h) */
	unsigned depth;      /* 0: typed; n: run by the command of depth n - 1 before it */
	unsigned time;       /* enum journal_time */
	bool failed, refused; /* it did not do what it should; and changed nothing */
	bool rebased;        /* done again, numbers of the wire being moved */
	size_t frames;       /* journal.frames when it began */
	size_t matched;      /* so many frames lay before `expect`'s cursor when it ended; 0: it was not moved */
	struct journal_base base;
	char *line;          /* as typed */
	char *replaced;      /* the same with its variables replaced; NULL: there are none */
	char *meaning;       /* of a sent segment, in relative numbers; NULL */
};

/* A segment that passed Alice, in relative numbers; what Bob merely repeated is left out. */
struct journal_frame {
	uint32_t number; /* in the log */
	uint32_t seq, ack;
	uint32_t length; /* of the payload */
	uint16_t conn, flags;
	bool incoming, by_kernel; /* from Bob; else Alice's kernel sent it and not she */
};

struct journal {
	struct journal_entry *entry;
	size_t count, room;
	struct journal_frame *frame; /* in the order of the log */
	size_t frames, frame_room;
	size_t heard; /* of the frames: those that are not Alice's own */
};

void journal_clear(struct journal *journal);

/* A new entry; of *entry all is taken as it is, the texts are copied.  The pointer holds until the next call. */
struct journal_entry *journal_add(struct journal *journal, const struct journal_entry *entry);

/* The first `count` entries of `from`, and the frames until then, behind those of `journal`, which is empty. */
void journal_copy(struct journal *journal, const struct journal *from, size_t count);

/* The last entry; NULL: there is none. */
struct journal_entry *journal_last(struct journal *journal);

/* The segment that the last entry's command sent; a command that sends several keeps them all, one a line. */
void journal_sent(struct journal *journal, uint16_t conn, uint32_t segment, const char *meaning);

void journal_passed(struct journal *journal, const struct journal_frame *frame);

/* The last entry's command put the cursor behind that entry of the log. */
void journal_matched(struct journal *journal, uint32_t number);

/* In the last entry. */
void journal_time(struct journal *journal, enum journal_time how);

#endif
