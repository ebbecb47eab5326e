#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Parts of the lab killed or stopped from outside, under a session at a terminal: it says so at once, keeps its log, has one
# clear message for what cannot be done, hangs for nobody, and `lab restart` brings a lab that works.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/lab/people.sh"

command -v python3 >/dev/null || skip_all 'python3, which lends a terminal, is missing'

# Each case is a session of its own, in a subshell and side by side with the others: its screen is $tmp/CASE.screen.

# begin CASE: a session that has a connection.
begin()
{
	case_name=$1
	screen=$tmp/$1.screen
	mkfifo "$tmp/$1.typed"
	python3 "$top_srcdir/tests/lab/on_terminal.py" "$TCPDOJO" <"$tmp/$1.typed" >"$screen" 2>&1 &
	terminal=$!
	exec 9>"$tmp/$1.typed"
	main=$(child $terminal tcpdojo)
	say 'connect'
	seen 'bob SYN-RECEIVED -> ESTABLISHED'
}

say()
{
	printf '%s\n' "$1" >&9
}

# end: types quit, and keeps the status.
end()
{
	say quit
	exec 9>&-
	wait "$terminal"
	echo $? >"$tmp/$case_name.status"
}

# seen WORDS [TIMES]: waits until the screen has them in so many lines.
seen()
{
	for try in $(seq 400); do
		[ "$(grep -c -- "$1" "$screen")" -lt "${2:-1}" ] || return 0
		sleep 0.1
	done
	echo "NEVER SEEN: $1" >>"$screen"
	return 1
}

# child PARENT NAME: its child of that name, when there is one.
child()
{
	for try in $(seq 200); do
		for process in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
			[ "$(cat "/proc/$process/comm" 2>/dev/null)" != "$2" ] || { echo "$process"; return; }
		done
		sleep 0.1
	done
}

# part NAME: the process of the lab with that name.
part()
{
	init=$(child "$main" tcpdojo-init)
	if [ "$1" = init ]; then
		echo "$init"
	else
		child "$init" "tcpdojo-$1"
	fi
}

# restarted: a new lab, which works, and the log of the old one.
restarted()
{
	say 'lab restart'
	seen 'a new bob; the log is kept'
	say 'connect'
	say 'expect kernel state ESTABLISHED'
	seen 'held: expect kernel state ESTABLISHED'
	say "save $tmp/$case_name.pcap"
	seen 'frames saved'
}

killed()
{
	begin "killed.$1"
	kill -9 "$(part "$1")"
	seen "warning: "
	say 'log'
	seen 'Flags \[S\]' 2
	say "$2"
	seen '^tcpdojo: '
	say "$2"
	seen '^tcpdojo: ' 2
	restarted
	end
}

killed_both()
{
	begin killed.both
	kill -9 "$(part wire)"
	seen 'warning: the wire'
	kill -9 "$(part bob)"
	seen "warning: .*Bob's agent"
	restarted
	end
}

killed_init()
{
	begin killed.init
	kill -9 "$(part init)"
	seen 'warning: lab init'
	say 'log'
	seen 'Flags \[S\]' 2
	say "save $tmp/killed.init.pcap"
	seen '3 frames saved'
	for command in syn 'bob sockets' link 'link hold' 'lab restart' lab state; do
		say "$command"
	done
	end
}

# While a command runs that waits for something.
killed_in_wait()
{
	begin killed.in_wait
	say 'wait 60s'
	sleep 0.2
	kill -9 "$(part wire)"
	seen 'warning: the wire'
	kill -INT "$main"
	restarted
	end
}

# A frame is on its way when the wire dies: the command that sent it does not wait for what cannot come.
killed_in_send()
{
	begin killed.in_send
	wire=$(part wire)
	kill -STOP "$wire"
	say 'data "lost"'
	seen 'length 4'
	kill -9 "$wire"
	seen 'warning: the wire'
	say 'state'
	seen 'snd.nxt'
	restarted
	end
}

stopped_wire()
{
	begin stopped.wire
	kill -STOP "$(part wire)"
	say 'data "late"'
	seen 'bob has not heard segment 4 for 10 s'
	kill -CONT "$(part wire)"
	say 'expect . ack=5'
	seen 'held: expect . ack=5'
	restarted
	end
}

asked_wire()
{
	begin asked.wire
	kill -STOP "$(part wire)"
	say 'link rate 1mbit'
	seen 'has not answered'
	restarted
	end
}

stopped_agent()
{
	begin stopped.agent
	kill -STOP "$(part bob)"
	say 'bob listen 5000'
	seen 'has not answered'
	say 'data "his kernel lives"'
	say 'expect . ack=17'
	seen 'held: expect . ack=17'
	restarted
	end
}

stopped_main()
{
	begin stopped.main
	kill -STOP "$main"
	kill -9 "$(part bob)"
	kill -CONT "$main"
	seen 'warning: '
	restarted
	end
}

for run in 'killed bob bob\ listen\ 5000' 'killed wire syn' killed_both killed_init killed_in_wait killed_in_send \
    stopped_wire asked_wire stopped_agent stopped_main; do
	(eval "$run") &
done
wait

# shows CASE WORDS TIMES NAME
shows()
{
	is "$(grep -c -- "$2" "$tmp/$1.screen")" "$3" "$4"
}

for name in killed.bob killed.wire killed.both killed.in_wait killed.in_send stopped.wire asked.wire stopped.agent stopped.main; do
	shows "$name" 'held: expect kernel state ESTABLISHED' 1 "$name: lab restart brings a lab that works"
	is "$(cat "$tmp/$name.status")" 0 "$name: and quit ends it well"
	! grep -q 'NEVER SEEN\|Sanitizer\|runtime error' "$tmp/$name.screen"
	ok $? "$name: all that was waited for came" "$(cat "$tmp/$name.screen")"
	[ "$(tcpdump -nr "$tmp/$name.pcap" 'tcp[tcpflags] = tcp-syn' 2>/dev/null | wc -l)" -eq 2 ]
	ok $? "$name: the log has the connections of both labs"
done
brings='`lab restart` brings a new one'
shows killed.bob "^.*warning: Bob's agent was killed by signal 9 (Killed): $brings; the log is kept" 1 \
    "a killed agent is told once, while standard input is waited for"
shows killed.bob "tcpdojo: Bob's agent was killed by signal 9 (Killed): $brings\$" 2 'and what needs it says the same'
shows killed.wire "warning: the wire was killed by signal 9 (Killed): $brings; the log is kept" 1 'a killed wire is told once'
shows killed.wire "tcpdojo: the wire was killed by signal 9 (Killed): $brings\$" 2 'and nothing is sent on it'
shows killed.both 'warning: ' 2 'both killed are told, one after the other'
shows killed.in_wait 'warning: the wire was killed' 1 'a wire killed while a command waits is told at once'
shows killed.in_send 'has not heard' 0 'a wire killed while a segment is on it is waited for no longer'
shows stopped.wire 'warning: ' 0 'a wire that is stopped is not dead'
shows asked.wire 'tcpdojo: the wire has not answered for 10 s: `lab restart` brings a new one' 1 'but not waited for for ever'
shows stopped.agent "tcpdojo: Bob's agent has not answered for 10 s: $brings" 1 "nor is Bob's agent"
shows stopped.main 'warning: ' 1 'what happened while the session was stopped is told'

shows killed.init 'warning: lab init, the process that holds the lab together, is gone: quit, and start tcpdojo again' 1 \
    'lab init killed: the way out is told'
shows killed.init 'tcpdojo: lab init, the process that holds the lab together, is gone' 5 \
    'and five commands that need the lab say so'
shows killed.init '3 frames saved' 1 'the log can still be saved'
is "$(cat "$tmp/killed.init.status")" 0 'and the session ends well'
! grep -q 'NEVER SEEN\|Sanitizer\|runtime error' "$tmp/killed.init.screen"
ok $? 'all that was waited for came' "$(cat "$tmp/killed.init.screen")"

# In a script such a message is an end, with status 3.
cat >"$tmp/kill.dojo" <<'EOF'
connect
bob run sh -c "sleep 0.3; kill -9 $PPID"
wait 1500ms
log
bob listen 5000
log
EOF
"$TCPDOJO" run "$tmp/kill.dojo" >"$tmp/out" 2>"$tmp/err"
is $? 3 'a script ends where the dead part is needed: status 3'
is "$(cat "$tmp/err")" "$tmp/kill.dojo:5: Bob's agent was killed by signal 9 (Killed): $brings" 'with one message'
done_testing
