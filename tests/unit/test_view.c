/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records made by hand, and the lines and objects that the page about the interface promises for them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/when.h"
#include "seg/defect.h"
#include "view/view.h"

#define ALICE_ISS 0x11223344u
#define BOB_ISS   0xdeadbeefu /* 3735928559 */

/* What a view wrote. */
struct written {
	char *out, *errors;
	size_t out_size, errors_size;
	struct view view;
};

static void
begin(struct written *w, const struct view_ops *ops)
{
	*w = (struct written){ 0 };
	w->view = view_new(ops, open_memstream(&w->out, &w->out_size), open_memstream(&w->errors, &w->errors_size));
}

static void
end(struct written *w)
{
	view_flush(&w->view);
	fclose(w->view.out);
	fclose(w->view.errors);
}

static void
discard(struct written *w)
{
	free(w->out);
	free(w->errors);
}

static const char *
host(const struct address *address)
{
	return address->octet[3] == 1 ? "alice" : address->octet[3] == 2 ? "bob" : NULL;
}

static const char *
counter(const void *arg, unsigned index)
{
	(void)arg;
	return index == 7 ? "TcpExtTCPChallengeACK" : index == 8 ? "TcpExtTCPPureAcks" : "";
}

static const struct view_context of_bob = { .seq_base = BOB_ISS, .ack_base = ALICE_ISS, .counter_name = counter };
static const struct view_context of_alice = { .seq_base = ALICE_ISS, .ack_base = BOB_ISS, .counter_name = counter };

/* MSS 1460, SACK permitted, TS val 1 ecr 0, NOP, window scale 7: the bytes of RFC 9293 3.2, 2018 2, 7323 2.2 and 3.2. */
static const uint8_t syn_options[] = { 2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7 };

static struct seg
segment(bool from_alice, uint16_t flags, uint32_t seq, uint32_t ack, uint16_t window)
{
	struct seg seg = { .layers = 1 << LAYER_ETH | 1 << LAYER_IP4 | 1 << LAYER_TCP };

	seg.ip4.src = address_ip4(from_alice ? 0xc6336401 : 0xc6336402); /* 198.51.100.1 and .2 */
	seg.ip4.dst = address_ip4(from_alice ? 0xc6336402 : 0xc6336401);
	seg.tcp.sport = from_alice ? 40001 : 80;
	seg.tcp.dport = from_alice ? 80 : 40001;
	seg.tcp.flags = flags;
	seg.tcp.seq = seq;
	seg.tcp.ack = ack;
	seg.tcp.window = window;
	seg.tcp.dataofs = 5;
	return seg;
}

static void
show(struct view *view, uint32_t number, int64_t at_us, bool incoming, const struct seg *seg, uint32_t defects)
{
	const struct view_segment shown = {
		.number = number,
		.at_ns = at_us * NS_PER_US,
		.conn = 1,
		.incoming = incoming,
		.from = incoming ? "bob" : "alice",
		.seg = seg,
		.style = { .seq_base = incoming ? BOB_ISS : ALICE_ISS, .ack_base = incoming ? ALICE_ISS : BOB_ISS, .host = host },
		.defects = defects,
	};

	view->ops->segment(view, &shown);
}

static void
moved(struct view *view, int64_t at_us, enum end who, enum tcp_state from, enum tcp_state to)
{
	const struct trace_record record = { .at_ns = at_us * NS_PER_US, .conn = 1, .kind = TRACE_MOVE, .end = who, .segment = 1,
		.reason = REASON_DISCARDED, .move = { from, to } };

	view->ops->record(view, &record, who == END_BOB ? &of_bob : &of_alice);
}

static void
predicted(struct view *view, int64_t at_us, enum verdict verdict)
{
	const struct trace_record record = {
		.at_ns = at_us * NS_PER_US,
		.conn = 1,
		.kind = TRACE_PREDICTION,
		.end = END_BOB,
		.segment = 1,
		.prediction = {
			.must = { .flags = TCP_SYN | TCP_ACK, .any_seq = true, .ack = ALICE_ISS + 1 },
			.verdict = verdict,
			.deadline_ns = 200 * NS_PER_MS,
		},
	};

	view->ops->record(view, &record, &of_bob);
}

/* A counter that moves all the time, and one that speaks of something. */
static void
kernel_said(struct view *view, int64_t at_us, enum tcp_state state, uint16_t challenges)
{
	const struct trace_record record = { .at_ns = at_us * NS_PER_US, .conn = 1, .kind = TRACE_KERNEL, .end = END_BOB,
		.kernel = { .state = state, .counters = { { 8, 3 }, { 7, challenges } } } };

	view->ops->record(view, &record, &of_bob);
}

static void
owes_ack(struct view *view, int64_t at_us)
{
	const struct trace_record record = { .at_ns = at_us * NS_PER_US, .conn = 1, .kind = TRACE_OWED, .end = END_ALICE,
		.owed = { .flags = TCP_ACK, .seq = ALICE_ISS + 1, .ack = BOB_ISS + 1 } };

	view->ops->record(view, &record, &of_alice);
}

/* The handshake of the sample session. */
static void
handshake(struct view *view)
{
	struct seg syn = segment(true, TCP_SYN, ALICE_ISS, 0, 64240);
	struct seg synack = segment(false, TCP_SYN | TCP_ACK, BOB_ISS, ALICE_ISS + 1, 65160);
	struct seg ack = segment(true, TCP_ACK, ALICE_ISS + 1, BOB_ISS + 1, 502);

	syn.options = synack.options = syn_options;
	syn.options_size = synack.options_size = sizeof(syn_options);
	syn.tcp.dataofs = synack.tcp.dataofs = 10;
	show(view, 1, 0, false, &syn, 0);
	moved(view, 0, END_ALICE, TCP_STATE_CLOSED, TCP_STATE_SYN_SENT);
	predicted(view, 0, VERDICT_PENDING);
	show(view, 2, 84, true, &synack, 0);
	moved(view, 84, END_BOB, TCP_STATE_LISTEN, TCP_STATE_SYN_RECEIVED);
	predicted(view, 84, VERDICT_HELD);
	kernel_said(view, 90, TCP_STATE_SYN_RECEIVED, 0);
	moved(view, 84, END_ALICE, TCP_STATE_SYN_SENT, TCP_STATE_ESTABLISHED);
	owes_ack(view, 84);
	show(view, 3, 4210377, false, &ack, 0);
	moved(view, 4210400, END_BOB, TCP_STATE_SYN_RECEIVED, TCP_STATE_ESTABLISHED);
	kernel_said(view, 4210400, TCP_STATE_ESTABLISHED, 0);
}

static void
test_plain_lines_are_those_of_the_sample_session(void **state)
{
	struct written w;

	(void)state;
	begin(&w, &view_plain);
	handshake(&w.view);
	end(&w);
	assert_string_equal(w.out,
	    "  1 0.000000 alice.40001 > bob.80: Flags [S], seq 0, win 64240,"
	    " options [mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7], length 0\n"
	    "             alice CLOSED -> SYN-SENT          bob should answer SYN,ACK with ack 1\n"
	    "  2 0.000084 bob.80 > alice.40001: Flags [S.], seq 0, ack 1, win 65160,"
	    " options [mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7], length 0\n"
	    "             bob LISTEN -> SYN-RECEIVED        as predicted; bob's kernel says SYN-RECEIVED\n"
	    "             alice SYN-SENT -> ESTABLISHED     she owes an ACK\n"
	    "  3 4.210377 alice.40001 > bob.80: Flags [.], ack 1, win 502, length 0\n"
	    "             bob SYN-RECEIVED -> ESTABLISHED   bob's kernel says ESTABLISHED\n");
	assert_string_equal(w.errors, "");
	discard(&w);
}

/* On a terminal of 80 columns nothing is wider, no word is cut, and what is told is the same. */
static void
test_plain_keeps_to_the_terminal(void **state)
{
	struct seg data = segment(true, TCP_PSH | TCP_ACK, ALICE_ISS + 1, BOB_ISS + 1, 502);
	struct written w;
	char *line, *rest;

	(void)state;
	data.options = syn_options;
	data.options_size = sizeof(syn_options);
	data.tcp.dataofs = 10;
	setenv("COLUMNS", "80", 1);
	begin(&w, &view_plain);
	w.view.terminal = 0;
	handshake(&w.view);
	show(&w.view, 4, 5 * NS_PER_S / NS_PER_US, false, &data, 0);
	view_note(&w.view, 0, "  name     %s", "a meaning that is so long that it does not fit into one line, and has to go on in the next one");
	view_drawn(&w.view, 0, "-------------------------------- what is drawn stays as it is, however wide it may be --------------------------------");
	end(&w);
	unsetenv("COLUMNS");
	assert_string_equal(w.out,
	    "  1 0.000000 alice.40001 > bob.80: Flags [S], seq 0, win 64240,\n"
	    "      options [mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7], length 0\n"
	    "    alice CLOSED -> SYN-SENT        bob should answer SYN,ACK with ack 1\n"
	    "  2 0.000084 bob.80 > alice.40001: Flags [S.], seq 0, ack 1, win 65160,\n"
	    "      options [mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7], length 0\n"
	    "    bob LISTEN -> SYN-RECEIVED      as predicted; bob's kernel says SYN-RECEIVED\n"
	    "    alice SYN-SENT -> ESTABLISHED   she owes an ACK\n"
	    "  3 4.210377 alice.40001 > bob.80: Flags [.], ack 1, win 502, length 0\n"
	    "    bob SYN-RECEIVED -> ESTABLISHED bob's kernel says ESTABLISHED\n"
	    "  4 5.000000 alice.40001 > bob.80: Flags [P.], ack 1, win 502, length 0\n"
	    "  name     a meaning that is so long that it does not fit into one line, and has\n"
	    "           to go on in the next one\n"
	    "-------------------------------- what is drawn stays as it is, however wide it may be --------------------------------\n");
	for (line = strtok_r(w.out, "\n", &rest); line != NULL && line[0] != '-'; line = strtok_r(NULL, "\n", &rest))
		assert_true(strlen(line) <= 80);
	discard(&w);
}

/* Repeats that nothing called for are one line, until something else is to be told: that is told in full. */
static void
test_plain_folds_repeats(void **state)
{
	struct seg synack = segment(false, TCP_SYN | TCP_ACK, BOB_ISS, ALICE_ISS + 1, 65160);
	struct view_segment again = { .conn = 1, .incoming = true, .from = "bob", .seg = &synack, .again = 2,
		.style = { .seq_base = BOB_ISS, .ack_base = ALICE_ISS, .host = host } };
	static const int64_t at_ms[] = { 1031, 3079, 7111 };
	struct written w;

	(void)state;
	begin(&w, &view_plain);
	show(&w.view, 2, 84, true, &synack, 0);
	kernel_said(&w.view, 90, TCP_STATE_SYN_RECEIVED, 0);
	for (uint32_t i = 0; i < 3; i++) {
		again.number = 3 + i;
		again.at_ns = at_ms[i] * NS_PER_MS;
		w.view.ops->segment(&w.view, &again);
		owes_ack(&w.view, at_ms[i] * 1000);
		kernel_said(&w.view, at_ms[i] * 1000, TCP_STATE_SYN_RECEIVED, 1);
		assert_true(view_waits(&w.view));
	}
	kernel_said(&w.view, 8000000, TCP_STATE_CLOSED, 0);
	again.number = 6;
	again.at_ns = 15 * NS_PER_S;
	w.view.ops->segment(&w.view, &again);
	end(&w);
	assert_string_equal(w.out,
	    "  2 0.000084 bob.80 > alice.40001: Flags [S.], seq 0, ack 1, win 65160, length 0\n"
	    "             bob's kernel says SYN-RECEIVED\n"
	    "  3-5 again at 1.0, 3.0, 7.1 s: segment 2, [S.] from bob\n"
	    "             bob's kernel says CLOSED\n"
	    "  6 again at 15.0 s: segment 2, [S.] from bob\n");
	discard(&w);
}

static void
test_plain_says_what_is_wrong(void **state)
{
	struct seg syn = segment(true, TCP_SYN, ALICE_ISS, 0, 64240);
	const struct trace_record ignored = { .conn = 1, .kind = TRACE_IGNORED, .end = END_ALICE, .reason = REASON_LIE_ACK_AHEAD,
		.ignored = { .sent = true } };
	struct written w;

	(void)state;
	begin(&w, &view_plain);
	show(&w.view, 1, 0, false, &syn, 1u << DEFECT_BAD_CHECKSUM);
	w.view.ops->record(&w.view, &ignored, &of_alice);
	predicted(&w.view, 200000, VERDICT_BROKEN);
	moved(&w.view, 200001, END_BOB, TCP_STATE_SYN_RECEIVED, TCP_STATE_ESTABLISHED);
	kernel_said(&w.view, 200001, TCP_STATE_LISTEN, 2);
	end(&w);
	assert_string_equal(w.out,
	    "  1 0.000000 alice.40001 > bob.80: Flags [S], seq 0, win 64240, length 0\n"
	    "             defect: the checksum does not fit the bytes (RFC 9293 3.1)\n"
	    "             no stack would send this from alice's state: it acknowledges what has not arrived (RFC 9293 3.4)\n"
	    "             NOT AS PREDICTED for segment 1: SYN,ACK with ack 1 was due\n"
	    "             bob SYN-RECEIVED -> ESTABLISHED   bob's kernel says LISTEN, TcpExtTCPChallengeACK +2\n");
	discard(&w);
}

/* The nth line of the output as an object. */
static json_t *
object(const char *lines, unsigned n)
{
	json_error_t error;
	json_t *parsed;

	for (; n > 0; n--) {
		lines = strchr(lines, '\n');
		assert_non_null(lines++);
	}
	parsed = json_loads(lines, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &error);
	if (parsed == NULL)
		fail_msg("%s: %s", error.text, lines);
	assert_true(json_is_object(parsed));
	return parsed;
}

static void
assert_member(const json_t *parsed, const char *key, const char *text)
{
	assert_non_null(json_object_get(parsed, key));
	assert_string_equal(json_string_value(json_object_get(parsed, key)), text);
}

static void
assert_number(const json_t *parsed, const char *key, json_int_t number)
{
	assert_true(json_is_integer(json_object_get(parsed, key)));
	assert_int_equal(json_integer_value(json_object_get(parsed, key)), number);
}

static void
assert_segment(const char *lines)
{
	json_t *parsed = object(lines, 3), *fields = json_object_get(parsed, "fields");

	assert_member(parsed, "type", "segment");
	assert_number(parsed, "n", 2);
	assert_number(parsed, "t_us", 84);
	assert_member(parsed, "dir", "in");
	assert_member(parsed, "from", "bob");
	assert_member(parsed, "text",
	    "bob.80 > alice.40001: Flags [S.], seq 0, ack 1, win 65160,"
	    " options [mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7], length 0");
	assert_number(fields, "seq", 0);
	assert_number(fields, "seq_raw", 3735928559);
	assert_number(fields, "ack", 1);
	assert_number(fields, "ack_raw", ALICE_ISS + 1);
	assert_number(fields, "sport", 80);
	assert_number(fields, "window", 65160);
	assert_member(fields, "flags", "S.");
	assert_member(fields, "src", "198.51.100.2");
	assert_int_equal(json_array_size(json_object_get(parsed, "defects")), 0);
	json_decref(parsed);
}

static void
test_json_objects_have_the_promised_keys(void **state)
{
	struct written w;
	json_t *parsed;

	(void)state;
	begin(&w, &view_json);
	handshake(&w.view);
	end(&w);
	assert_segment(w.out);
	parsed = object(w.out, 4);
	assert_member(parsed, "type", "state");
	assert_number(parsed, "t_us", 84);
	assert_member(parsed, "end", "bob");
	assert_member(parsed, "from", "LISTEN");
	assert_member(parsed, "to", "SYN-RECEIVED");
	assert_member(parsed, "why", reason_text(REASON_DISCARDED));
	assert_member(parsed, "rfc", "RFC 9293 3.1");
	json_decref(parsed);
	parsed = object(w.out, 2);
	assert_member(parsed, "type", "prediction");
	assert_number(parsed, "t_us", 0);
	assert_number(parsed, "n", 1);
	assert_int_equal(json_array_size(json_object_get(parsed, "expected")), 1);
	assert_string_equal(json_string_value(json_array_get(json_object_get(parsed, "expected"), 0)), "[S.] ack 1");
	assert_number(parsed, "deadline_us", 200000);
	assert_member(parsed, "verdict", "pending");
	json_decref(parsed);
	parsed = object(w.out, 5);
	assert_member(parsed, "verdict", "held");
	json_decref(parsed);
	parsed = object(w.out, 6);
	assert_member(parsed, "type", "kernel");
	assert_number(parsed, "t_us", 90);
	assert_member(parsed, "host", "bob");
	assert_member(parsed, "state", "SYN-RECEIVED");
	assert_number(json_object_get(parsed, "counters"), "TcpExtTCPPureAcks", 3);
	json_decref(parsed);
	discard(&w);
}

static void
test_json_of_expectations_errors_and_defects(void **state)
{
	struct seg syn = segment(true, TCP_SYN, ALICE_ISS, 0, 64240);
	const struct err err = { .code = ERR_INPUT, .text = "there is no command \"sny\"" };
	struct written w;
	json_t *parsed;

	(void)state;
	begin(&w, &view_json);
	view_expect(&w.view, 95 * NS_PER_US, "S. ack=1", true);
	view_error(&w.view, 96 * NS_PER_US, "script.dojo:3", &err);
	show(&w.view, 1, 97, false, &syn, 1u << DEFECT_BAD_CHECKSUM | 1u << DEFECT_NO_FLAGS);
	end(&w);
	assert_string_equal(w.errors, "script.dojo:3: there is no command \"sny\"\n");
	parsed = object(w.out, 0);
	assert_member(parsed, "type", "expect");
	assert_number(parsed, "t_us", 95);
	assert_member(parsed, "text", "S. ack=1");
	assert_true(json_is_true(json_object_get(parsed, "held")));
	json_decref(parsed);
	parsed = object(w.out, 1);
	assert_member(parsed, "type", "error");
	assert_number(parsed, "t_us", 96);
	assert_member(parsed, "where", "script.dojo:3");
	assert_member(parsed, "what", "there is no command \"sny\"");
	json_decref(parsed);
	parsed = object(w.out, 2);
	assert_member(parsed, "dir", "out");
	assert_int_equal(json_array_size(json_object_get(parsed, "defects")), 2);
	assert_string_equal(json_string_value(json_array_get(json_object_get(parsed, "defects"), 0)), "bad-checksum");
	json_decref(parsed);
	discard(&w);
}

/* Whoever wrote them: escape sequences and bytes that are no UTF-8 reach neither stream, and line ends do. */
static void
test_words_of_others_are_escaped(void **state)
{
	static const struct view_ops *const formats[] = { &view_plain, &view_json };
	struct err err = { .code = ERR_INPUT };
	struct written w;

	(void)state;
	strcpy(err.text, "\"\033[2J\"\n  \377");
	for (unsigned f = 0; f < 2; f++) {
		begin(&w, formats[f]);
		view_note(&w.view, 0, "one \033]0;x\007\ntwo %s", "\302\233\r");
		view_expect(&w.view, 0, "\033[1m", false);
		view_error(&w.view, 0, "\033:1", &err);
		end(&w);
		for (size_t i = 0; i < w.out_size + w.errors_size; i++) {
			char c = i < w.out_size ? w.out[i] : w.errors[i - w.out_size];

			assert_true(c == '\n' || (c >= ' ' && c <= '~'));
		}
		assert_string_equal(w.errors, "\\x1b:1: \"\\x1b[2J\"\n  \\xff\n");
		discard(&w);
	}
	begin(&w, &view_plain);
	view_note(&w.view, 0, "one\ntwo %s", "\302\233\r");
	end(&w);
	assert_string_equal(w.out, "one\ntwo \\xc2\\x9b\\r\n");
	discard(&w);
}

static void
test_a_write_that_fails_is_remembered(void **state)
{
	FILE *full = fopen("/dev/full", "w");
	struct view view = view_new(&view_plain, full, stderr);

	(void)state;
	if (full == NULL)
		skip();
	view_note(&view, 0, "lost");
	view_flush(&view);
	assert_int_equal(view.broken, ENOSPC);
	fclose(full);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_lines_are_those_of_the_sample_session),
		cmocka_unit_test(test_plain_keeps_to_the_terminal),
		cmocka_unit_test(test_plain_folds_repeats),
		cmocka_unit_test(test_plain_says_what_is_wrong),
		cmocka_unit_test(test_json_objects_have_the_promised_keys),
		cmocka_unit_test(test_json_of_expectations_errors_and_defects),
		cmocka_unit_test(test_words_of_others_are_escaped),
		cmocka_unit_test(test_a_write_that_fails_is_remembered),
	};

	return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
