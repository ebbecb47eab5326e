/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The RFC's tables cell by cell: user calls (RFC 9293 3.10.1, 3.10.4, 3.10.5), segments reaching CLOSED, LISTEN and SYN-SENT
 * (3.10.7.1-3.10.7.3), and the later states (3.10.7.4 with RFC 5961).  What is expected was read in the RFCs.
 */
#include <stdio.h>

#include "test_conn_kit.h"

/* ---- user calls ---- */

struct call_cell {
	enum tcp_state state;
	enum user_call call;
	enum tcp_state next;
	uint16_t owes; /* 0: nothing */
	bool error;
};

static const struct call_cell call_cells[] = {
	{ CLOSED, CALL_LISTEN, LISTEN, 0, false },
	{ CLOSED, CALL_OPEN, SYN_SENT, S, false },
	{ CLOSED, CALL_CLOSE, CLOSED, 0, true },
	{ CLOSED, CALL_ABORT, CLOSED, 0, true },
	{ LISTEN, CALL_OPEN, SYN_SENT, S, false },
	{ LISTEN, CALL_CLOSE, CLOSED, 0, false },
	{ LISTEN, CALL_ABORT, CLOSED, 0, false },
	{ SYN_SENT, CALL_OPEN, SYN_SENT, 0, true },
	{ SYN_SENT, CALL_CLOSE, CLOSED, 0, false },
	{ SYN_SENT, CALL_ABORT, CLOSED, 0, false },
	{ SYN_RECEIVED, CALL_OPEN, SYN_RECEIVED, 0, true },
	{ SYN_RECEIVED, CALL_CLOSE, FIN_WAIT_1, FA, false },
	{ SYN_RECEIVED, CALL_ABORT, CLOSED, R, false },
	{ ESTABLISHED, CALL_OPEN, ESTABLISHED, 0, true },
	{ ESTABLISHED, CALL_LISTEN, ESTABLISHED, 0, true },
	{ ESTABLISHED, CALL_CLOSE, FIN_WAIT_1, FA, false },
	{ ESTABLISHED, CALL_ABORT, CLOSED, R, false },
	{ FIN_WAIT_1, CALL_OPEN, FIN_WAIT_1, 0, true },
	{ FIN_WAIT_1, CALL_CLOSE, FIN_WAIT_1, 0, true },
	{ FIN_WAIT_1, CALL_ABORT, CLOSED, R, false },
	{ FIN_WAIT_2, CALL_OPEN, FIN_WAIT_2, 0, true },
	{ FIN_WAIT_2, CALL_CLOSE, FIN_WAIT_2, 0, true },
	{ FIN_WAIT_2, CALL_ABORT, CLOSED, R, false },
	{ CLOSE_WAIT, CALL_OPEN, CLOSE_WAIT, 0, true },
	{ CLOSE_WAIT, CALL_CLOSE, LAST_ACK, FA, false },
	{ CLOSE_WAIT, CALL_ABORT, CLOSED, R, false },
	{ CLOSING, CALL_OPEN, CLOSING, 0, true },
	{ CLOSING, CALL_CLOSE, CLOSING, 0, true },
	{ CLOSING, CALL_ABORT, CLOSED, 0, false },
	{ LAST_ACK, CALL_OPEN, LAST_ACK, 0, true },
	{ LAST_ACK, CALL_CLOSE, LAST_ACK, 0, true },
	{ LAST_ACK, CALL_ABORT, CLOSED, 0, false },
	{ TIME_WAIT, CALL_OPEN, TIME_WAIT, 0, true },
	{ TIME_WAIT, CALL_CLOSE, TIME_WAIT, 0, true },
	{ TIME_WAIT, CALL_ABORT, CLOSED, 0, false },
};

/* Her numbers in a state, as alice_in left them: una and nxt from a, rcv.nxt from b. */
struct numbers {
	uint32_t una, nxt, rcv_nxt;
};

static const struct numbers numbers[TCP_STATE_COUNT] = {
	[SYN_SENT] = { 0, 1, 0 },
	[SYN_RECEIVED] = { 0, 1, 1 },
	[ESTABLISHED] = { 1, 101, 1 },
	[FIN_WAIT_1] = { 1, 102, 1 },
	[FIN_WAIT_2] = { 102, 102, 1 },
	[CLOSE_WAIT] = { 1, 101, 2 },
	[CLOSING] = { 1, 102, 2 },
	[LAST_ACK] = { 1, 102, 2 },
	[TIME_WAIT] = { 102, 102, 2 },
};

static void
try_call(const struct call_cell *cell, const uint32_t iss[2])
{
	struct play p = play_with(iss[0], iss[1], STACK_RFC);
	const struct endpoint *alice = end_of(&p, END_ALICE);
	const struct numbers *n = &numbers[cell->state];

	alice_in(&p, cell->state, false);
	call(&p, END_ALICE, cell->call);
	if (alice->state != cell->next || alice->owed[0].flags != cell->owes) {
		fail_msg("call %d in %s: %s, owes %x", (int)cell->call, tcp_state_name(cell->state),
		    tcp_state_name((enum tcp_state)alice->state), alice->owed[0].flags);
	}
	assert_true(cell->error == (record_of(&p, TRACE_IGNORED) != NULL));
	assert_true((cell->state != cell->next) == (record_of(&p, TRACE_MOVE) != NULL));
	if (cell->owes == S)
		assert_owes(&p, END_ALICE, S, p.a, 0);
	if (cell->owes == FA)
		assert_owes(&p, END_ALICE, FA, p.a + n->nxt, p.b + n->rcv_nxt);
	if (cell->owes == R)
		assert_owes(&p, END_ALICE, R, p.a + n->nxt, 0);
}

static void
test_user_calls(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(call_cells) / sizeof(call_cells[0]); c++) {
		for (size_t i = 0; i < KIT_ISS_COUNT; i++)
			try_call(&call_cells[c], kit_iss[i]);
	}
}

/* ---- a segment reaches CLOSED, LISTEN, SYN-SENT ---- */

/* Numbers of the segment are from b (seq) and a (ack); those of the reply from a (seq) and b (ack). */
struct early_cell {
	enum tcp_state state;
	uint16_t flags;
	int seq, ack, size;
	enum tcp_state next;
	uint16_t owes;
	int owes_seq, owes_ack;
	bool owes_zero_seq; /* RFC 9293 3.5.2: RST,ACK has SEQ=0 */
};

static const struct early_cell early_cells[] = {
	/* CLOSED */
	{ CLOSED, R, 0, 0, 0, CLOSED, 0, 0, 0, false },
	{ CLOSED, RA, 0, 7, 0, CLOSED, 0, 0, 0, false },
	{ CLOSED, S, 0, 0, 0, CLOSED, RA, 0, 1, true },
	{ CLOSED, S | F, 0, 0, 0, CLOSED, RA, 0, 2, true },
	{ CLOSED, 0, 0, 0, 0, CLOSED, RA, 0, 0, true },
	{ CLOSED, F, 0, 0, 0, CLOSED, RA, 0, 1, true },
	{ CLOSED, P, 0, 0, 10, CLOSED, RA, 0, 10, true },
	{ CLOSED, A, 0, 7, 0, CLOSED, R, 7, 0, false },
	{ CLOSED, SA, 0, 7, 0, CLOSED, R, 7, 0, false },
	{ CLOSED, FA, 0, 7, 0, CLOSED, R, 7, 0, false },
	/* LISTEN */
	{ LISTEN, R, 0, 0, 0, LISTEN, 0, 0, 0, false },
	{ LISTEN, RA, 0, 7, 0, LISTEN, 0, 0, 0, false },
	{ LISTEN, S | R, 0, 0, 0, LISTEN, 0, 0, 0, false },
	{ LISTEN, A, 0, 7, 0, LISTEN, R, 7, 0, false },
	{ LISTEN, SA, 0, 7, 0, LISTEN, R, 7, 0, false },
	{ LISTEN, FA, 0, 7, 0, LISTEN, R, 7, 0, false },
	{ LISTEN, S, 0, 0, 0, SYN_RECEIVED, SA, 0, 1, false },
	{ LISTEN, S, 0, 0, 10, SYN_RECEIVED, SA, 0, 1, false },
	{ LISTEN, 0, 0, 0, 0, LISTEN, 0, 0, 0, false },
	{ LISTEN, F, 0, 0, 0, LISTEN, 0, 0, 0, false },
	{ LISTEN, P | TCP_URG, 0, 0, 5, LISTEN, 0, 0, 0, false },
	/* SYN-SENT: ISS is a, SND.NXT a+1 */
	{ SYN_SENT, A, 0, 0, 0, SYN_SENT, R, 0, 0, false },
	{ SYN_SENT, A, 0, 2, 0, SYN_SENT, R, 2, 0, false },
	{ SYN_SENT, SA, 0, 0, 0, SYN_SENT, R, 0, 0, false },
	{ SYN_SENT, SA, 0, 2, 0, SYN_SENT, R, 2, 0, false },
	{ SYN_SENT, RA, 0, 0, 0, SYN_SENT, 0, 0, 0, false },
	{ SYN_SENT, RA, 0, 2, 0, SYN_SENT, 0, 0, 0, false },
	{ SYN_SENT, RA, 0, 1, 0, CLOSED, 0, 0, 0, false },
	{ SYN_SENT, R, 0, 0, 0, SYN_SENT, 0, 0, 0, false },
	{ SYN_SENT, SA, 0, 1, 0, ESTABLISHED, A, 1, 1, false },
	{ SYN_SENT, SA, 0, 1, 10, ESTABLISHED, A, 1, 11, false },
	{ SYN_SENT, SA | F, 0, 1, 0, CLOSE_WAIT, A, 1, 2, false },
	{ SYN_SENT, S, 0, 0, 0, SYN_RECEIVED, SA, 0, 1, false },
	{ SYN_SENT, A, 0, 1, 0, SYN_SENT, 0, 0, 0, false },
	{ SYN_SENT, FA, 0, 1, 0, SYN_SENT, 0, 0, 0, false },
	{ SYN_SENT, P, 0, 0, 3, SYN_SENT, 0, 0, 0, false },
};

static void
try_early(const struct early_cell *cell, const uint32_t iss[2])
{
	struct play p = play_with(iss[0], iss[1], STACK_RFC);
	const struct endpoint *alice = end_of(&p, END_ALICE);
	uint32_t seq = cell->owes_zero_seq ? 0 : p.a + (uint32_t)cell->owes_seq;
	uint32_t ack = cell->owes & A ? p.b + (uint32_t)cell->owes_ack : 0;

	alice_in(&p, cell->state, false);
	hears(&p, END_ALICE, cell->flags, p.b + (uint32_t)cell->seq, p.a + (uint32_t)cell->ack, (uint32_t)cell->size);
	if (alice->state != cell->next || alice->owed[0].flags != cell->owes) {
		fail_msg("flags %x in %s: %s, owes %x", cell->flags, tcp_state_name(cell->state),
		    tcp_state_name((enum tcp_state)alice->state), alice->owed[0].flags);
	}
	if (cell->owes != 0)
		assert_owes(&p, END_ALICE, cell->owes, seq, ack);
	/* What changes nothing and draws nothing says why. */
	assert_true((cell->state == cell->next && cell->owes == 0) == (record_of(&p, TRACE_IGNORED) != NULL));
}

static void
test_segments_reach_closed_listen_and_syn_sent(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(early_cells) / sizeof(early_cells[0]); c++) {
		for (size_t i = 0; i < KIT_ISS_COUNT; i++)
			try_early(&early_cells[c], kit_iss[i]);
	}
}

/* ---- a segment reaches SYN-RECEIVED or later ---- */

enum column {
	RST_EXACT,
	RST_IN_WINDOW,
	RST_LEFT,
	RST_RIGHT,
	SYN_IN_WINDOW,
	SYN_OUTSIDE,
	BAD_SEQ,
	BAD_SEQ_LEFT,
	NO_ACK,
	ACK_AHEAD,
	ACK_TOO_OLD,
	ACK_OLD,
	ACK_NEW,
	ACK_ALL,
	TEXT,
	FIN_ONLY,
	FIN_AND_ACK,
	COLUMNS,
};

static const char *const column_names[COLUMNS] = {
	"RST exact", "RST in window", "RST left", "RST right", "SYN in window", "SYN outside", "bad SEQ",
	"bad SEQ left", "no ACK bit", "ACK ahead", "ACK too old", "ACK <= UNA", "ACK new", "ACK of all",
	"text in order", "FIN", "FIN and ACK of all" };

/* Reply: '-' none, 'A' SEQ=SND.NXT ACK=RCV.NXT (an acknowledgement or a challenge), 'R' RST SEQ=SEG.ACK; ' ' no such cell. */
struct cell {
	char reply;
	enum tcp_state next;
};

struct row {
	enum tcp_state state;
	bool passive;
	struct cell cell[COLUMNS];
};

#define SAME(c) { c, TCP_STATE_COUNT }
#define TO(c, state) { c, state }
#define NO_CELL { ' ', TCP_STATE_COUNT }

static const struct row rows[] = {
	{ SYN_RECEIVED, true,
	    { TO('-', LISTEN), SAME('A'), SAME('-'), SAME('-'), TO('-', LISTEN), SAME('A'), SAME('A'), SAME('A'), SAME('-'),
		SAME('R'), SAME('R'), SAME('R'), NO_CELL, TO('-', ESTABLISHED), NO_CELL, NO_CELL, TO('A', CLOSE_WAIT) } },
	{ SYN_RECEIVED, false,
	    { TO('-', CLOSED), SAME('A'), SAME('-'), SAME('-'), SAME('A'), SAME('A'), SAME('A'), SAME('A'), SAME('-'),
		SAME('R'), SAME('R'), SAME('R'), NO_CELL, TO('-', ESTABLISHED), NO_CELL, NO_CELL, TO('A', CLOSE_WAIT) } },
	{ ESTABLISHED, false,
	    { TO('-', CLOSED), SAME('A'), SAME('-'), SAME('-'), SAME('A'), SAME('A'), SAME('A'), SAME('A'), SAME('-'),
		SAME('A'), SAME('A'), SAME('-'), SAME('-'), SAME('-'), SAME('A'), TO('A', CLOSE_WAIT),
		TO('A', CLOSE_WAIT) } },
	{ FIN_WAIT_1, false,
	    { TO('-', CLOSED), SAME('A'), SAME('-'), SAME('-'), SAME('A'), SAME('A'), SAME('A'), SAME('A'), SAME('-'),
		SAME('A'), SAME('A'), SAME('-'), SAME('-'), TO('-', FIN_WAIT_2), SAME('A'), TO('A', CLOSING),
		TO('A', TIME_WAIT) } },
	{ FIN_WAIT_2, false,
	    { TO('-', CLOSED), SAME('A'), SAME('-'), SAME('-'), SAME('A'), SAME('A'), SAME('A'), SAME('A'), SAME('-'),
		SAME('A'), SAME('A'), SAME('-'), NO_CELL, SAME('-'), SAME('A'), TO('A', TIME_WAIT),
		TO('A', TIME_WAIT) } },
	{ CLOSE_WAIT, false,
	    { TO('-', CLOSED), SAME('A'), SAME('-'), SAME('-'), SAME('A'), SAME('A'), SAME('A'), SAME('A'), SAME('-'),
		SAME('A'), SAME('A'), SAME('-'), SAME('-'), SAME('-'), SAME('-'), SAME('-'), SAME('-') } },
	{ CLOSING, false,
	    { TO('-', CLOSED), SAME('A'), SAME('-'), SAME('-'), SAME('A'), SAME('A'), SAME('A'), SAME('A'), SAME('-'),
		SAME('A'), SAME('A'), SAME('-'), SAME('-'), TO('-', TIME_WAIT), SAME('-'), SAME('-'),
		TO('-', TIME_WAIT) } },
	{ LAST_ACK, false,
	    { TO('-', CLOSED), SAME('A'), SAME('-'), SAME('-'), SAME('A'), SAME('A'), SAME('A'), SAME('A'), SAME('-'),
		SAME('A'), SAME('A'), SAME('-'), SAME('-'), TO('-', CLOSED), SAME('-'), SAME('-'), TO('-', CLOSED) } },
	{ TIME_WAIT, false,
	    { TO('-', CLOSED), SAME('A'), SAME('-'), SAME('-'), SAME('A'), SAME('A'), SAME('A'), SAME('A'), SAME('-'),
		SAME('A'), SAME('A'), SAME('A'), NO_CELL, SAME('A'), SAME('A'), SAME('A'), SAME('A') } },
};

static struct seg
segment_of_column(const struct play *p, enum tcp_state state, enum column column)
{
	const struct numbers *n = &numbers[state];
	uint32_t seq = p->b + n->rcv_nxt, ack = p->a + n->una, nxt = p->a + n->nxt;
	/* The window that she announced last, less the FIN that has come since where she has not spoken of it again. */
	uint32_t wnd = p->conn.end[END_ALICE].rcv.wnd;

	switch (column) {
	case RST_EXACT:
		return segment(p, R, seq, 0, 0);
	case RST_IN_WINDOW:
		return segment(p, R, seq + 1, 0, 0);
	case RST_LEFT:
		return segment(p, R, seq - 1, 0, 0);
	case RST_RIGHT:
		return segment(p, R, seq + wnd, 0, 0);
	case SYN_IN_WINDOW:
		return segment(p, S, seq + 5, 0, 0);
	case SYN_OUTSIDE:
		return segment(p, S, seq - 1000, 0, 0);
	case BAD_SEQ:
		return segment(p, A, seq + wnd, ack, 10);
	case BAD_SEQ_LEFT:
		return segment(p, A, seq - 10, ack, 10);
	case NO_ACK:
		return segment(p, P, seq, 0, 10);
	case ACK_AHEAD:
		return segment(p, A, seq, nxt + 1, 0);
	case ACK_TOO_OLD:
		return segment(p, A, seq, ack - KIT_WINDOW - 1, 0);
	case ACK_OLD:
		return segment(p, A, seq, ack, 0);
	case ACK_NEW:
		return segment(p, A, seq, ack + 50, 0);
	case ACK_ALL:
		return segment(p, A, seq, nxt, 0);
	case TEXT:
		return segment(p, PA, seq, ack, 10);
	case FIN_ONLY:
		return segment(p, FA, seq, ack, 0);
	case FIN_AND_ACK:
		return segment(p, FA, seq, nxt, 0);
	case COLUMNS:
		break;
	}
	return segment(p, 0, 0, 0, 0);
}

static void
try_cell(const struct row *row, enum column column, const uint32_t iss[2])
{
	struct play p = play_with(iss[0], iss[1], STACK_RFC);
	const struct endpoint *alice = end_of(&p, END_ALICE);
	const struct cell *cell = &row->cell[column];
	enum tcp_state next = cell->next == TCP_STATE_COUNT ? row->state : cell->next;
	uint32_t taken = column == TEXT && row->state <= FIN_WAIT_2 ? 10 : 0;
	char context[120];
	struct seg seg;

	alice_in(&p, row->state, row->passive);
	seg = segment_of_column(&p, row->state, column);
	if (next == CLOSE_WAIT && row->state != CLOSE_WAIT)
		taken = 1;
	if ((next == CLOSING || next == TIME_WAIT) && row->state < CLOSE_WAIT)
		taken = 1;
	conn_hears(&p.conn, END_ALICE, &seg, p.now_ns, &p.out);
	snprintf(context, sizeof(context), "%s, %s: now %s, owes %x seq a%+d ack b%+d", tcp_state_name(row->state),
	    column_names[column], tcp_state_name((enum tcp_state)alice->state), alice->owed[0].flags,
	    (int)(alice->owed[0].seq - p.a), (int)(alice->owed[0].ack - p.b));
	if (alice->state != next)
		fail_msg("%s", context);
	if (cell->reply == '-' && alice->owed[0].flags != 0)
		fail_msg("%s", context);
	if (cell->reply == 'A' && (alice->owed[0].flags != A || alice->owed[0].seq != p.a + numbers[row->state].nxt ||
	    alice->owed[0].ack != p.b + numbers[row->state].rcv_nxt + taken))
		fail_msg("%s", context);
	if (cell->reply == 'R' && (alice->owed[0].flags != R || alice->owed[0].seq != seg.tcp.ack))
		fail_msg("%s", context);
}

static void
test_segments_reach_the_later_states(void **state)
{
	(void)state;
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		for (int c = 0; c < COLUMNS; c++) {
			for (size_t i = 0; rows[r].cell[c].reply != ' ' && i < KIT_ISS_COUNT; i++)
				try_cell(&rows[r], (enum column)c, kit_iss[i]);
		}
	}
}

/* Table 6 of RFC 9293: SEQ and LEN against RCV.NXT = n and the window; acceptable or not. */
static void
test_acceptability(void **state)
{
	static const struct {
		uint16_t window;
		int seq;
		uint32_t size;
		bool acceptable;
	} table[] = {
		{ 0, 0, 0, true }, { 0, 1, 0, false }, { 0, -1, 0, false },
		{ 100, 0, 0, true }, { 100, 99, 0, true }, { 100, 100, 0, false }, { 100, -1, 0, false },
		{ 0, -1, 1, false }, { 0, 1, 1, false },
		{ 100, 0, 1, true }, { 100, 99, 1, true }, { 100, 100, 1, false }, { 100, -1, 1, false },
		{ 100, -1, 2, true }, { 100, -10, 10, false }, { 100, -10, 11, true }, { 100, 99, 50, true },
		{ 100, -10, 20, true },
	};

	(void)state;
	for (size_t t = 0; t < sizeof(table) / sizeof(table[0]); t++) {
		for (size_t i = 0; i < KIT_ISS_COUNT; i++) {
			struct play p = play_with(kit_iss[i][0], kit_iss[i][1], STACK_RFC);
			const struct trace_record *ignored;

			alice_in(&p, ESTABLISHED, false);
			p.window = table[t].window;
			assert_true(sends(&p, END_ALICE, A, p.a + 101, p.b + 1, 0));
			hears(&p, END_ALICE, A, p.b + 1 + (uint32_t)table[t].seq, p.a + 1, table[t].size);
			ignored = record_of(&p, TRACE_IGNORED);
			if (table[t].acceptable == (ignored != NULL))
				fail_msg("window %u, seq n%+d, size %u", table[t].window, table[t].seq, table[t].size);
			assert_true(ignored == NULL || end_of(&p, END_ALICE)->owed[0].flags == A);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_user_calls),
		cmocka_unit_test(test_segments_reach_closed_listen_and_syn_sent),
		cmocka_unit_test(test_segments_reach_the_later_states),
		cmocka_unit_test(test_acceptability),
	};

	return cmocka_run_group_tests_name("conn_tables", tests, NULL, NULL);
}
