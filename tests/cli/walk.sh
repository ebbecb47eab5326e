#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# At the prompt: every command of `help` with no, with too many and with absurd words.  Each line gets one message at most,
# nothing crashes, and the connection that was open before still answers afterwards.  And what Ctrl-C ends.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/cli/dojo.sh"

command -v python3 >/dev/null || skip_all 'python3, which lends a terminal, is missing'
cd "$tmp" || exit 99

"$dojo" -c "help commands" | sed -n 's/^  \([a-z]*\) .*/\1/p' >"$tmp/commands"
[ "$(wc -l <"$tmp/commands")" -gt 20 ]
ok $? 'help names the commands'

absurd='4294967296 -1 "" ==== "\x00" ;;; state=\ "\x1b[2J" 99999999999999999999 [ ] { } / .. * ? ~ % ! @ ^ & ( ) < > |'
{
	# The first is what must not be lost, the second is there to be spoilt.
	echo 'connect'
	echo 'connect'
	# `wait` alone takes no time, and `quit` is asked last.
	grep -vx quit "$tmp/commands" | while read -r command; do
		echo "$command"
		echo "$command one two three four five six seven"
		printf '%s %s\n' "$command" "$absurd"
		printf '%s ""\n' "$command"
		printf '%s =\n' "$command"
		printf '%s %0400d\n' "$command" 0
		echo "$command \$nothing"
		printf '%s "open\n' "$command"
	done
	for sub in listen accept connect read write shutdown close set run sockets; do
		echo "bob $sub -1 -1 -1 -1 -1 -1"
		printf 'bob %s %s\n' "$sub" "$absurd"
	done
	for sub in hold release drop rate delay limit reverse both; do
		echo "link $sub -1 -1 -1 -1 -1 -1"
		printf 'link %s %s\n' "$sub" "$absurd"
	done
	# `lab` by itself changes nothing, and nothing here was told to restart it.
	echo 'link release'
	echo 'conn 1'
	echo 'state'
	echo 'data "still here"'
	echo 'expect . ack=11 eventually'
	echo 'quit now'
	echo 'quit'
} >"$tmp/lines"
NO_COLOR=1 LC_ALL=C TERM=dumb python3 "$top_srcdir/tests/cli/at_prompt.py" "$dojo" <"$tmp/lines" >"$tmp/screen" 2>&1
is $? 0 'the session ended with quit'
messages=$(grep -c 'tcpdojo: ' "$tmp/screen")
[ "$messages" -le "$(wc -l <"$tmp/lines")" ]
ok $? 'one message a line at most' "$messages"
[ "$messages" -gt 150 ]
ok $? 'and a message for most of these lines'
grep -q 'held: expect . ack=11 eventually' "$tmp/screen"
ok $? 'the connection still answers' "$(tail -n 20 "$tmp/screen")"
is "$(grep -c 'Sanitizer\|runtime error' "$tmp/screen")" 0 'no sanitizer spoke'
is "$(tr -d '\n\040-\176' <"$tmp/screen" | od -An -c)" '' 'no control byte came out'

# ---- Ctrl-C
# It is sent until it has had its effect: the first may come before the wait begins.
interrupt_until()
{
	tries=0
	while [ "$tries" -lt 80 ] && kill -0 "$1" 2>/dev/null && ! grep -q "$2" "$tmp/out"; do
		kill -INT "$1" 2>/dev/null
		sleep 0.05
		tries=$((tries + 1))
	done
}

# The wait begins when the segment before it has been shown.
started()
{
	tries=0
	until grep -q "$1" "$tmp/out" || [ "$tries" -gt 200 ]; do
		sleep 0.05
		tries=$((tries + 1))
	done
}

: >"$tmp/out"
"$dojo" -c 'syn; wait 60s; state; ack; wait 20ms; expect kernel state ESTABLISHED; help quit' >"$tmp/out" 2>"$tmp/err" &
pid=$!
started 'as predicted'
interrupt_until $pid '^state'
wait $pid
is "$?: $(cat "$tmp/err")" '0: ' 'Ctrl-C ends the wait and not the script'
grep -q '^quit' "$tmp/out"
ok $? 'which goes on to its end, waits included' "$(cat "$tmp/out")"

: >"$tmp/out"
"$dojo" -c 'syn; expect R eventually within 60s; nonsense' >"$tmp/out" 2>"$tmp/err" &
pid=$!
started 'as predicted'
interrupt_until $pid FAILED
wait $pid
is "$?: $(head -n 1 "$tmp/err")" '1: -c:1: expected R eventually within 60s' 'Ctrl-C during expect: it did not hold'

mkfifo "$tmp/fifo"
: >"$tmp/out"
"$dojo" <"$tmp/fifo" >"$tmp/out" 2>"$tmp/err" &
pid=$!
exec 3>"$tmp/fifo"
echo 'syn' >&3
started 'as predicted'
interrupt_until $pid 'never written'
wait $pid
is "$?: $(cat "$tmp/err")" '3: standard input:2: interrupted' 'Ctrl-C while a script on standard input is waited for ends it'
exec 3>&-
done_testing
