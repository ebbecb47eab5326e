/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exchanges made by hand, and the screens that a person has looked at and found to say just that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/when.h"
#include "seg/seg.h"
#include "view/ladder.h"
#include "view/view.h"

#define ALICE(number, flags, seq, ack, bytes, left_us, came_us) \
	{ number, true, LADDER_ARRIVED, (left_us) * NS_PER_US, (came_us) * NS_PER_US, flags, seq, ack, bytes, false }
#define BOB(number, flags, seq, ack, bytes, left_us, came_us) \
	{ number, false, LADDER_ARRIVED, (came_us) * NS_PER_US, (left_us) * NS_PER_US, flags, seq, ack, bytes, false }
#define MOVE(who, number, at_us, before, after) \
	{ .at_ns = (at_us) * NS_PER_US, .segment = number, .conn = 1, .kind = TRACE_MOVE, .end = who, \
		.move = { TCP_STATE_##before, TCP_STATE_##after } }

static const struct canvas ascii = { .ascii = true, .columns = 80 }, unicode = { .columns = 80 };

static void
assert_screen(const struct canvas *canvas, const struct ladder *ladder, const char *expected)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(ladder_draw(out, canvas, ladder), 0);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

/* Columns on the screen: octets that do not continue a letter of UTF-8. */
static void
assert_fits(const struct canvas *canvas, const struct ladder *ladder, unsigned columns)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	unsigned column = 0, widest = 0;

	assert_int_equal(ladder_draw(out, canvas, ladder), 0);
	fclose(out);
	for (size_t i = 0; i < size; i++) {
		column = text[i] == '\n' ? 0 : column + ((text[i] & 0xc0) != 0x80);
		widest = column > widest ? column : widest;
	}
	free(text);
	if (widest > columns)
		print_error("%u columns\n", widest);
	assert_true(widest <= columns);
}

static const struct ladder_entry handshake[] = {
	ALICE(1, TCP_SYN, 0, 0, 0, 0, 40),
	BOB(2, TCP_SYN | TCP_ACK, 0, 1, 0, 62, 84),
	ALICE(3, TCP_ACK, 1, 1, 0, 4210377, 4210401),
};

static const struct trace_record handshake_moves[] = {
	MOVE(END_ALICE, 1, 0, CLOSED, SYN_SENT),
	MOVE(END_BOB, 1, 40, LISTEN, SYN_RECEIVED),
	MOVE(END_ALICE, 2, 84, SYN_SENT, ESTABLISHED),
	MOVE(END_BOB, 3, 4210401, SYN_RECEIVED, ESTABLISHED),
};

#define LADDER(entries_, records_) \
	{ .entry = entries_, .entries = sizeof(entries_) / sizeof(entries_[0]), .record = records_, \
		.records = sizeof(records_) / sizeof(records_[0]) }

static void
a_handshake(void **state)
{
	const struct ladder ladder = LADDER(handshake, handshake_moves);

	(void)state;
	assert_screen(&ascii, &ladder,
	    "                  alice                                   bob\n"
	    "                CLOSED |                                | LISTEN\n"
	    " 0.000000     SYN-SENT |-1 [S] seq 0 len 0------------->| SYN-RECEIVED  0.000040\n"
	    " 0.000084  ESTABLISHED |<------2 [S.] seq 0 ack 1 len 0-|               0.000062\n"
	    " 4.210377              |-3 [.] seq 1 ack 1 len 0------->| ESTABLISHED   4.210401\n");
	assert_screen(&unicode, &ladder,
	    "                  alice                                   bob\n"
	    "                CLOSED │                                │ LISTEN\n"
	    " 0.000000     SYN-SENT │─1 [S] seq 0 len 0─────────────►│ SYN-RECEIVED  0.000040\n"
	    " 0.000084  ESTABLISHED │◄──────2 [S.] seq 0 ack 1 len 0─│               0.000062\n"
	    " 4.210377              │─3 [.] seq 1 ack 1 len 0───────►│ ESTABLISHED   4.210401\n");
}

/* 20 ms each way; two segments of Alice's are under way at once, and Bob's answer to the first crosses the second. */
static void
a_long_way(void **state)
{
	static const struct ladder_entry entries[] = {
		ALICE(1, TCP_PSH | TCP_ACK, 1, 1, 5, 0, 20000),
		BOB(3, TCP_ACK, 1, 6, 0, 20100, 40100),
		ALICE(2, TCP_PSH | TCP_ACK, 6, 1, 5, 30000, 50000),
	};
	static const struct trace_record none[1];
	struct ladder ladder = LADDER(entries, none);

	(void)state;
	ladder.records = 0;
	ladder.state[END_ALICE] = ladder.state[END_BOB] = TCP_STATE_ESTABLISHED;
	assert_screen(&ascii, &ladder,
	    "                  alice                                   bob\n"
	    "           ESTABLISHED |                                | ESTABLISHED\n"
	    " 0.000000              |-1 [P.] seq 1 ack 1 len 5-.     |\n"
	    "                       |                          `---->|               0.020000\n"
	    "                       |      .-3 [.] seq 1 ack 6 len 0-|               0.020100\n"
	    " 0.030000              |-2 [P.] seq 6 ack 1 len 5-.     |\n"
	    " 0.040100              |<---'                     `-.   |\n"
	    "                       |                            `-->|               0.050000\n");
	assert_screen(&unicode, &ladder,
	    "                  alice                                   bob\n"
	    "           ESTABLISHED │                                │ ESTABLISHED\n"
	    " 0.000000              │─1 [P.] seq 1 ack 1 len 5─╮     │\n"
	    "                       │                          ╰────►│               0.020000\n"
	    "                       │      ╭─3 [.] seq 1 ack 6 len 0─│               0.020100\n"
	    " 0.030000              │─2 [P.] seq 6 ack 1 len 5─╮     │\n"
	    " 0.040100              │◄───╯                     ╰─╮   │\n"
	    "                       │                            ╰──►│               0.050000\n");
}

/* Bob's SYN,ACK three times, the ACK lost, his next repeat lost too, and one that is still held. */
static void
repeats_and_losses(void **state)
{
	struct ladder_entry entries[] = {
		ALICE(1, TCP_SYN, 0, 0, 0, 0, 40),
		BOB(2, TCP_SYN | TCP_ACK, 0, 1, 0, 62, 84),
		BOB(3, TCP_SYN | TCP_ACK, 0, 1, 0, 1000062, 1000084),
		BOB(4, TCP_SYN | TCP_ACK, 0, 1, 0, 3000062, 3000084),
		ALICE(5, TCP_ACK, 1, 1, 0, 3500000, 0),
		BOB(0, TCP_SYN | TCP_ACK, 0, 1, 0, 7100000, 0),
		ALICE(6, TCP_ACK, 1, 1, 0, 8000000, 0),
	};
	const struct ladder ladder = LADDER(entries, handshake_moves);

	(void)state;
	entries[2].repeat = entries[3].repeat = entries[5].repeat = true;
	entries[4].fate = entries[5].fate = LADDER_LOST;
	entries[4].bob_ns = entries[5].alice_ns = entries[6].bob_ns = WHEN_NEVER;
	entries[6].fate = LADDER_UNDER_WAY;
	assert_screen(&ascii, &ladder,
	    "                  alice                                   bob\n"
	    "                CLOSED |                                | LISTEN\n"
	    " 0.000000     SYN-SENT |-1 [S] seq 0 len 0------------->| SYN-RECEIVED  0.000040\n"
	    " 0.000084  ESTABLISHED |<------2 [S.] seq 0 ack 1 len 0-|               0.000062\n"
	    "                       |            again at 1.0, 3.0 s |\n"
	    " 3.500000              |-5 [.] seq 1 ack 1 len 0----x   |\n"
	    "                       |                                | ESTABLISHED   4.210401\n"
	    "                       |   [S.] seq 0 ack 1 len 0 again |\n"
	    "                       |   x----------------------------|               7.100000\n"
	    " 8.000000              |-6 [.] seq 1 ack 1 len 0----... |\n");
}

/* What does not fit beside an arrow stands above it, and with more columns it fits again; time alone moves a state, too. */
static void
labels_too_long(void **state)
{
	static const struct ladder_entry entries[] = {
		ALICE(12345, TCP_PSH | TCP_ACK, 4000000000, 4000000000, 1460, 0, 40),
		BOB(12346, TCP_FIN | TCP_ACK, 4000000000, 4000001460, 0, 100, 140),
	};
	static const struct trace_record moves[] = {
		MOVE(END_ALICE, 12346, 140, FIN_WAIT_1, FIN_WAIT_2),
		MOVE(END_ALICE, 12346, 140, FIN_WAIT_2, TIME_WAIT),
		MOVE(END_ALICE, 0, 60000140, TIME_WAIT, CLOSED),
	};
	const struct ladder ladder = LADDER(entries, moves);
	const struct canvas wide = { .ascii = true, .columns = 110 };

	(void)state;
	assert_screen(&ascii, &ladder,
	    "                  alice                                   bob\n"
	    "            FIN-WAIT-1 |                                | CLOSED\n"
	    "                       | 12345 [P.] seq 4000000000      |\n"
	    "                       | ack 4000000000 len 1460        |\n"
	    " 0.000000              |------------------------------->|               0.000040\n"
	    "                       |      12346 [F.] seq 4000000000 |\n"
	    "                       |           ack 4000001460 len 0 |\n"
	    " 0.000140   FIN-WAIT-2 |<-------------------------------|               0.000100\n"
	    " 0.000140    TIME-WAIT |                                |\n"
	    "60.000140       CLOSED |                                |\n");
	assert_screen(&wide, &ladder,
	    "                  alice                                                                 bob\n"
	    "            FIN-WAIT-1 |                                                              | CLOSED\n"
	    " 0.000000              |-12345 [P.] seq 4000000000 ack 4000000000 len 1460----------->|               0.000040\n"
	    " 0.000140   FIN-WAIT-2 |<--------------12346 [F.] seq 4000000000 ack 4000001460 len 0-|               0.000100\n"
	    " 0.000140    TIME-WAIT |                                                              |\n"
	    "60.000140       CLOSED |                                                              |\n");
	assert_fits(&unicode, &ladder, 80);
	assert_fits(&(const struct canvas){ .columns = 20 }, &ladder, 80);
	assert_fits(&(const struct canvas){ .columns = 60000 }, &ladder, CANVAS_COLUMNS_MAX);
}

/* Colour adds only what a terminal takes for colour. */
static void
colour_says_nothing_more(void **state)
{
	const struct ladder ladder = LADDER(handshake, handshake_moves);
	const struct canvas coloured = { .ascii = true, .colour = true, .columns = 80 };
	char *text, *plain;
	size_t size, kept = 0, escapes = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	ladder_draw(out, &coloured, &ladder);
	fclose(out);
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\033') {
			i += strcspn(text + i, "m");
			escapes++;
		} else {
			text[kept++] = text[i];
		}
	}
	text[kept] = '\0';
	assert_true(escapes > 0);
	out = open_memstream(&plain, &size);
	ladder_draw(out, &ascii, &ladder);
	fclose(out);
	assert_string_equal(text, plain);
	free(text);
	free(plain);
}

static char *
diagram(const struct canvas *canvas, enum tcp_state alice, enum tcp_state bob, bool over)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	diagram_draw(out, canvas, (const enum tcp_state[]){ alice, bob }, (const bool[]){ over, over });
	fclose(out);
	return text;
}

/* RFC 9293 Figure 5: the eleven states, CLOSED twice; a mark stands under the name of its state, in whichever box. */
static void
the_diagram(void **state)
{
	(void)state;
	for (enum tcp_state place = TCP_STATE_CLOSED; place < TCP_STATE_COUNT; place++) {
		for (unsigned over = 0; over <= 1; over++) {
			char *text = diagram(&ascii, place, place, over), *line = strtok(text, "\n"), *before = line;

			for (; line != NULL; before = line, line = strtok(NULL, "\n")) {
				assert_true(strlen(line) <= 80);
				if (strstr(line, "[alice] [bob]") != NULL)
					break;
			}
			assert_non_null(line);
			assert_non_null(strstr(before, tcp_state_name(place)));
			free(text);
		}
	}
}

static void
the_diagram_as_looked_at(void **state)
{
	char *text = diagram(&unicode, TCP_STATE_FIN_WAIT_1, TCP_STATE_CLOSED, true);

	(void)state;
	assert_string_equal(text,
	    "                               ┌──────────────┐\n"
	    "                               │    CLOSED    │◄──────────────────────┐\n"
	    "                               │              │─────────┐             │\n"
	    "                               └──────────────┘         │             │\n"
	    "                   passive OPEN  │          ▲           │ active OPEN │ CLOSE\n"
	    "                                 ▼          │ CLOSE     │ snd SYN     │\n"
	    "                               ┌──────────────┐         │             │\n"
	    "                   ┌───────────│    LISTEN    │──────┐  │             │\n"
	    "           rcv SYN │   ┌──────►│              │ SEND │  │             │\n"
	    "       snd SYN,ACK │   │       └──────────────┘ snd  │  │             │\n"
	    "                   │   │ rcv RST (1)            SYN  │  │             │\n"
	    "                   ▼   │                             ▼  ▼             │\n"
	    "               ┌──────────────┐                   ┌──────────────┐    │\n"
	    "               │ SYN-RECEIVED │◄──────────────────│   SYN-SENT   │────┘\n"
	    "               │              │ rcv SYN           │              │\n"
	    "               └──────────────┘ snd SYN,ACK       └──────────────┘\n"
	    "                 │          │                            │ rcv SYN,ACK\n"
	    "                 │          │ rcv ACK of SYN             │ snd ACK\n"
	    "                 │          │  ┌──────────────┐          │\n"
	    "           CLOSE │          └─►│ ESTABLISHED  │◄─────────┘\n"
	    "         snd FIN │             │              │\n"
	    "                 │             └──────────────┘\n"
	    "                 │                │        │\n"
	    "                 │          CLOSE │        │ rcv FIN\n"
	    "                 ▼        snd FIN │        │ snd ACK\n"
	    "               ┌──────────────┐   │        │      ┌──────────────┐\n"
	    "               │  FIN-WAIT-1  │◄──┘        └─────►│  CLOSE-WAIT  │\n"
	    "               │ [alice]      │──────────┐        │              │\n"
	    "               └──────────────┘          │        └──────────────┘\n"
	    "                 │                       │ rcv FIN       │\n"
	    "  rcv ACK of FIN │                       │ snd ACK       │ CLOSE\n"
	    "                 ▼                       ▼               ▼ snd FIN\n"
	    "               ┌──────────────┐  ┌──────────────┐ ┌──────────────┐\n"
	    "               │  FIN-WAIT-2  │  │   CLOSING    │ │   LAST-ACK   │\n"
	    "               │              │  │              │ │              │\n"
	    "               └──────────────┘  └──────────────┘ └──────────────┘\n"
	    "                 │                  │                    │\n"
	    "         rcv FIN │                  │ rcv ACK of FIN     │ rcv ACK of FIN\n"
	    "         snd ACK ▼                  ▼                    ▼\n"
	    "               ┌──────────────────────────┐       ┌──────────────┐\n"
	    "               │        TIME-WAIT         │──────►│    CLOSED    │\n"
	    "               │                          │ 2 MSL │ [bob]        │\n"
	    "               └──────────────────────────┘       └──────────────┘\n"
	    "\n"
	    "(1) where the OPEN was passive.  In FIN-WAIT-1, a FIN that also acknowledges\n"
	    "ours leads to TIME-WAIT at once.  ABORT, and the peer's RST, lead to CLOSED.\n");
	free(text);
}

static const char *
no_counter(const void *arg, unsigned counter)
{
	(void)arg;
	return counter == 7 ? "TcpExtTCPChallengeACK" : "";
}

/* Each kind of record is a sentence, with the reason and section of its row in trace/reason.list. */
static void
reasons_in_sentences(void **state)
{
	static const struct {
		struct trace_record record;
		const char *sentence;
	} cases[] = {
		{ { .kind = TRACE_MOVE, .end = END_ALICE, .reason = REASON_OPEN_ACTIVE, .move = { TCP_STATE_CLOSED, TCP_STATE_SYN_SENT } },
			"alice moved from CLOSED to SYN-SENT, because an active OPEN sends a SYN (RFC 9293 3.10.1)" },
		{ { .kind = TRACE_IGNORED, .end = END_BOB, .reason = REASON_RST_OUTSIDE },
			"it moved nothing at bob's, because a RST outside the window may be old or forged (RFC 9293 3.10.7.4)" },
		{ { .kind = TRACE_IGNORED, .end = END_ALICE, .reason = REASON_LIE_SYN, .ignored = { true } },
			"no stack would send this from alice's state, because a connection has one SYN in each direction, at its "
			"beginning (RFC 9293 3.4.1)" },
		{ { .kind = TRACE_OWED, .end = END_ALICE, .owed = { .flags = TCP_ACK, .ack = 107 } }, "alice owed ACK with ack 7" },
		{ { .kind = TRACE_DELIVERED, .end = END_BOB, .delivered_bytes = 18 }, "18 bytes went to bob's program" },
		{ { .kind = TRACE_PREDICTION, .segment = 4, .prediction = { .verdict = VERDICT_BROKEN } },
			"the prediction for segment 4 is BROKEN: silence was due" },
		{ { .kind = TRACE_PREDICTION, .segment = 4, .prediction = { .must = { .flags = TCP_RST, .seq = 12 } } },
			"predicted: bob answers RST with seq 2" },
		{ { .kind = TRACE_KERNEL, .kernel = { .state = TCP_STATE_ESTABLISHED, .counters = { { 7, 2 } } } },
			"bob's kernel said ESTABLISHED and counted TcpExtTCPChallengeACK +2" },
	};
	const struct view_context context = { .seq_base = 10, .ack_base = 100, .counter_name = no_counter };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char sentence[512];
		struct text t = text_in(sentence, sizeof(sentence));

		view_why_text(&t, &cases[i].record, &context);
		assert_string_equal(sentence, cases[i].sentence);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_handshake),
		cmocka_unit_test(a_long_way),
		cmocka_unit_test(repeats_and_losses),
		cmocka_unit_test(labels_too_long),
		cmocka_unit_test(colour_says_nothing_more),
		cmocka_unit_test(the_diagram),
		cmocka_unit_test(the_diagram_as_looked_at),
		cmocka_unit_test(reasons_in_sentences),
	};

	return cmocka_run_group_tests_name("ladder", tests, NULL, NULL);
}
