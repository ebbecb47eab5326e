#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A whole session typed by hand on a terminal of 80x24, with mistakes, edits, another size, what comes in while a word is typed,
# Ctrl-C in a wait, Ctrl-Z and fg.  The screens are those in tests/cli/golden/.
LC_ALL=C.UTF-8
export LC_ALL
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/cli/dojo.sh"
. "$top_srcdir/tests/cli/terminal.sh"

# comes LINE: quietly.
comes()
{
	waited=0
	until [ "$(screen | tail -n 1)" = "$1" ] || [ "$waited" -ge 200 ]; do
		sleep 0.02
		waited=$((waited + 1))
	done
}

# Bob repeats his SYN,ACK after a second; where the machine is so slow that this comes between, the session is begun anew.
for _ in 1 2 3 4 5 6; do
	start "cd $tmp; PS1='shell: ' exec sh -i"
	comes 'shell:'
	keys "clear; $dojo --seed 1" Enter
	comes 'CLOSED>'
	keys 'sny' Enter
	comes 'CLOSED>'
	keys 'sym' BSpace 'n' Enter
	comes 'ESTABLISHED, owes ack>'
	tmux -S "$socket" capture-pane -p >"$tmp/knock"
	keys 'ak' Left 'c' Enter
	comes 'ESTABLISHED>'
	screen | grep -q 'again at' || break
done
golden session-knock "$tmp/knock"
stands 'ESTABLISHED>' 'the answer, a letter put in'
keys 'data "GET / HTTP/1.1\r\nHsot: bob\r\n\r\n"'
keys M-b M-b M-b M-b M-b M-b Right Right Right Right Right BSpace BSpace BSpace 'ost' C-e
sees 'nHost: bob.*"$' 'a request, edited'
keys Enter
stands 'ESTABLISHED, owes ack>' 'and answered'
golden session-request

keys 'next' Enter
sees 'a stack sends ACK' 'what comes next'
keys 'ack' Enter
stands 'ESTABLISHED>' 'is done'
keys 'stream bob' Enter
sees 'HTTP/1.1 200 OK' 'the page'
keys 'fin' Enter
sees 'FIN-WAIT-1' 'a FIN'
keys 'lad'
stands 'TIME-WAIT, owes ack> lad' 'his comes while a word is typed'
golden session-fin
keys C-u 'ack' Enter
stands 'TIME-WAIT>' 'the last ACK'
keys 'lad' Enter
sees '^ *alice  *bob$' 'the ladder'
stands 'TIME-WAIT>' 'whole'
if screen | grep -q '[╭╮╰╯]'; then
	skip 'the screen is session-ladder' 'a frame was so slow that its arrow slopes'
else
	golden session-ladder
fi

keys C-l 'why 2' Enter
sees 'because' 'why'
keys 'state diagram' Enter
sees 'TIME-WAIT.*' 'the diagram'
stands 'TIME-WAIT>' 'whole too'
golden session-diagram

keys 'data "half a wo'
resize 60 20
sees '^TIME-WAIT> data "half a wo$' 'a smaller terminal'
keys C-u C-l 'log tcp[tcpflags] & tcp-syn != 0' Enter
sees 'bob.80 > alice' 'lines keep to it'
stands 'TIME-WAIT>' 'all of them'
golden session-narrow
resize 132 24
keys C-l 'log tcp[tcpflags] & tcp-syn != 0' Enter
sees 'win 64240, options \[mss 1460,.*length 0$' 'a wide one has room for the options'
golden session-wide
resize 80 24

keys C-l 'wait 600s' Enter
sees 'wait 600s$' 'a wait'
tries=0
until [ "$(screen | tail -n 1)" = 'TIME-WAIT>' ] || [ "$tries" -ge 100 ]; do
	keys C-c
	sleep 0.05
	tries=$((tries + 1))
done
stands 'TIME-WAIT>' 'is ended by Ctrl-C'
keys C-u 'save wa'
keys C-z
stands 'shell:' 'Ctrl-Z'
keys 'fg' Enter
stands 'TIME-WAIT> save wa' 'and fg'
keys 've.pcap' Enter
stands 'TIME-WAIT>' 'the line goes on where it was'
[ -s "$tmp/wave.pcap" ]
ok $? 'and does what it says'
keys C-d
stands 'shell:' 'Ctrl-D leaves'
done_testing
