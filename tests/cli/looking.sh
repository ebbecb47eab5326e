#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Looking back at real exchanges: ladder, state diagram, why, filters in pcap's language, and the words that help explains.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/cli/dojo.sh"

unset COLUMNS NO_COLOR
LC_ALL=C
export LC_ALL

# rows: of the ladder in $out, the arrows and states alone: no times, no blanks, no lines drawn with.
rows()
{
	printf '%s\n' "$out" | sed -n '/^ *alice  *bob$/,$p' | sed 's/[0-9]*\.[0-9]\{6\}//g' | tr -s ' -' | sed 's/^ *//; s/ *$//'
}

# level: the same of an exchange without delay, where only a busy machine makes an arrow slant.
level()
{
	rows | sed -z "s/-\\. |\\n| \`->|/->|/g; s/| \\.-\\([^\\n]*\\)\\n\\([A-Z0-9-]* *\\)|<-' |/\\2|<-\\1/g"
}

# ---- the handshake, and four segments to close
run -c 'syn; expect S.; ack; expect kernel state ESTABLISHED; fin; expect .; expect F.; ack; expect bob state CLOSED; ladder'
is "$status: $err" '0: ' 'a whole connection is drawn'
is "$(level)" 'alice bob
CLOSED | | LISTEN
SYN-SENT |-1 [S] seq 0 len 0->| SYN-RECEIVED
ESTABLISHED |<-2 [S.] seq 0 ack 1 len 0-|
|-3 [.] seq 1 ack 1 len 0->| ESTABLISHED
FIN-WAIT-1 |-4 [F.] seq 1 ack 1 len 0->| CLOSE-WAIT
FIN-WAIT-2 |<-5 [.] seq 1 ack 2 len 0-|
TIME-WAIT |<-6 [F.] seq 1 ack 2 len 0-| LAST-ACK
|-7 [.] seq 2 ack 2 len 0->| CLOSED' 'each segment an arrow, each move beside the segment that did it'
is "$(awk 'length > 80' "$tmp/out" | grep -v Flags | grep -v ' bob ')" '' 'in 80 columns'
is "$(printf '%s\n' "$out" | sed -n '/^ *alice  *bob$/,$p' | awk '{
	n = 0
	for (i = 1; i <= NF; i++)
		if ($i ~ /^[0-9]+\.[0-9]+$/) time[++n] = $i
	if (n == 2 && (/>/ ? time[1] > time[2] : time[2] > time[1])) print
}')" '' 'and no arrow comes before it left'

# ---- a long way
run -c 'link delay 20ms; syn; expect S.; ladder'
is "$(rows | tr -d '.`'"'" | tr -s ' -')" 'alice bob
CLOSED | | LISTEN
SYN-SENT |-1 [S] seq 0 len 0- |
| ->| SYN-RECEIVED
| -2 [S] seq 0 ack 1 len 0-|
ESTABLISHED |<- |' 'with a delay arrows leave in one row and come in another'

# ---- held, dropped, lost; Bob's SYN,ACK again
run -c 'connect 7; link hold; data one; link drop 1; data two; ladder; link release; expect . eventually; ladder tcp[tcpflags] == tcp-push|tcp-ack'
is "$status: $err" '0: ' 'under a frozen wire the ladder is drawn'
has "$(rows)" '|-4 [P.] seq 1 ack 1 len 3-x |
|-5 [P.] seq 4 ack 1 len 3-... |' 'what was dropped ends in x, what is held in dots'
has "$(level)" '|-5 [P.] seq 4 ack 1 len 3->|' 'and what was released comes'

run -c 'link hold; syn; link release 1; wait for bob state SYN-RECEIVED; wait 5ms; ladder; link drop 1; ladder'
has "$(rows)" '| ...-[S.] seq 0 ack 1 len 0-|' 'so is what Bob has sent and Alice does not know yet'
has "$(rows)" '| x-[S.] seq 0 ack 1 len 0-|' 'and what she will never know'

run -c 'syn; expect S.; wait 3500ms; ladder'
has "$(rows)" 'again at 1.' 'repeats of the SYN,ACK are one row'
is "$(rows | grep -c 'seq 0 ack 1')" 1 'and have no arrows of their own'

# ---- forms
run --ascii -c 'connect; ladder; state diagram'
is "$(LC_ALL=C tr -d '\n -~' <"$tmp/out")" '' '--ascii draws with ASCII'
LC_ALL=C.UTF-8 run -c 'connect; ladder; state diagram'
has "$out" '─►│ SYN-RECEIVED' 'a locale of UTF-8 has lines of its own'
has "$out" '│ [alice] [bob]│' 'in the state diagram too'
LC_ALL=C.UTF-8 run --ascii -c 'connect; ladder'
is "$(LC_ALL=C tr -d '\n -~' <"$tmp/out")" '' 'unless --ascii is said'
is "$(grep -c "$(printf '\033')" "$tmp/out")" 0 'no colour into a pipe'
COLUMNS=120 run -c 'connect; ladder'
is "$(printf '%s\n' "$out" | sed -n '/^ *alice  *bob$/,$p' | awk '{ if (length > w) w = length } END { print w }')" 120 \
	'more columns are used where there are any'
if command -v python3 >/dev/null; then
	for way in 'TERM=xterm:1' 'TERM=dumb:0' 'TERM=xterm NO_COLOR=1:0' 'TERM=xterm NO_COLOR=:1'; do
		# shellcheck disable=SC2086 # several settings
		printf 'connect\nladder\nquit\n' | env ${way%:*} python3 "$top_srcdir/tests/cli/at_prompt.py" "$dojo" >"$tmp/screen" 2>&1
		grep -q "$(printf '\033')\[0;3" "$tmp/screen"
		is $((1 - $?)) "${way##*:}" "${way%:*} on a terminal: colour is ${way##*:}"
	done
else
	skip 'colour on a terminal' 'python3 is missing'
fi

# ---- state diagram
run -c 'state diagram'
is "$(printf '%s\n' "$out" | grep -c '\[alice\] \[bob\]')" 1 'before any connection both are CLOSED'
run -c 'syn; expect S.; state diagram'
printf '%s\n' "$out" | grep -A 1 'SYN-RECEIVED' | grep -q '^ *| \[bob\]  '
ok $? 'Bob in the box of his state' "$out"
printf '%s\n' "$out" | grep -A 1 'ESTABLISHED' | grep -q '| \[alice\]  '
ok $? 'Alice in the box of hers' "$out"
refused 'state nonsense' "\`state\` lists, \`state diagram\` draws; not \"nonsense\""

# ---- why
run -c 'syn; expect S.; ack; wait for kernel state ESTABLISHED; why 1; why 2; why'
has "$out" 'alice moved from CLOSED to SYN-SENT, because an active OPEN sends a SYN (RFC 9293 3.10.1)' 'why Alice moved'
has "$out" 'predicted: bob answers SYN,ACK with ack 1, because a SYN that reaches a listener' 'what was predicted'
has "$out" 'bob moved from LISTEN to SYN-RECEIVED, because' 'why Bob moved'
has "$out" 'the prediction for segment 1 held: bob answered SYN,ACK with ack 1' 'the verdict'
has "$out" "bob's kernel said SYN-RECEIVED" 'what the kernel said'
has "$out" 'alice owed ACK with ack 1, because the peer' 'what is owed'
has "$out" 'bob moved from SYN-RECEIVED to ESTABLISHED, because its SYN is acknowledged (RFC 9293 3.10.7.4)' 'without a number, the last'
run -c 'connect; syn seq=+5; wait 5ms; why 4'
has "$out" "no stack would send this from alice's state, because a connection has one SYN" 'why a segment moved nothing'
run -c 'connect; fin; expect F.* eventually; why'
has "$out" 'bob moved from CLOSE-WAIT to LAST-ACK, because CLOSE answers' 'what Bob did with a segment of his own'
run --json -c 'syn; expect S.; why 1'
has "$out" '"type":"why"' 'in JSON, records of their own type'
has "$out" '"kind":"state","n":1,"conn":1,"end":"alice","from":"CLOSED","to":"SYN-SENT","why":"an active OPEN sends a SYN","rfc":"RFC 9293 3.10.1"' \
	'which say the same'
refused why "there is no segment yet; \`syn\` sends one"
refused 'why 7' 'there is no segment "7"; the log has 0'
refused 'why x' 'there is no segment "x"; the log has 0'
refused 'why 1 2' '"2" is one word too many; usage: why [N]'

# ---- filters
run -c 'connect; log tcp[tcpflags] & tcp-syn != 0'
is "$(grep -c '^  1 ' "$tmp/out"),$(grep -c '^  2 ' "$tmp/out"),$(grep -c '^  3 ' "$tmp/out")" 2,2,1 'log takes a filter'
run -c 'connect; log src host bob'
is "$(grep -c '^  1 ' "$tmp/out"),$(grep -c '^  2 ' "$tmp/out"),$(grep -c '^  3 ' "$tmp/out")" 1,2,1 'who is in the lab goes by name'
run -c 'connect dst=bob6; log ip6 and src host bob6'
is "$(grep -c '^  1 ' "$tmp/out"),$(grep -c '^  2 ' "$tmp/out"),$(grep -c '^  3 ' "$tmp/out")" 1,2,1 'by either family'
run -c 'log tcp['
has "$status: $err" '2: -c:1: "tcp[" is no pcap filter: ' "what cannot be compiled is answered"
has "$err" 'syntax error' "in libpcap's words"
run -c 'ladder port 70000'
has "$status: $err" '2: -c:1: "port 70000" is no pcap filter: ' 'for the ladder as well'

# ---- words
run -c 'help slow start; help TIME-WAIT; help fin; help terms'
has "$out" 'slow start: cwnd doubles' 'two words are one name'
has "$out" 'Linux waits 60 seconds' 'a state is explained'
has "$out" 'say that no more will be sent, as CLOSE does
FIN: The flag says' 'a command that is a flag too is told as both'
has "$out" 'bufferbloat' 'help terms lists them'
run -c 'help nonsense word'
has "$status: $err" '2: -c:1: no command, field or term is called "nonsense word"' 'what nobody knows is said to be so'

# Every example can be typed: none is refused.
sed -n 's/^TERM(.*, "\([^"]*\)")$/\1/p' "$top_srcdir/src/cmd/term.list" | sort -u >"$tmp/examples"
[ "$(wc -l <"$tmp/examples")" -gt 30 ]
ok $? 'there are examples'
while read -r example; do
	"$dojo" -c "set strict off
		$example" >"$tmp/out" 2>"$tmp/err" </dev/null
	case $?:$(cat "$tmp/err") in
	2:*'no connection'* | 2:*'no socket'* | 2:*'does not exist'*) "$dojo" -c "bob listen 9000; connect 9000; bob accept; $example" >"$tmp/out" 2>"$tmp/err" </dev/null ;;
	*) false ;;
	esac
	[ ! -s "$tmp/err" ] || grep -q ': expected ' "$tmp/err" || echo "$example: $(cat "$tmp/err")"
done <"$tmp/examples" >"$tmp/refused"
is "$(cat "$tmp/refused")" '' 'and each of them is understood'
done_testing
