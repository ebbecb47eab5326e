#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What an honest stack would do in every state: `connect`, `close`, `auto`, and `next`, which says it (RFC 9293 3.10.1, 3.10.4).
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/cli/dojo.sh"

# goes NAME COMMANDS: they all hold.
goes()
{
	run -c "$2"
	is "$status: $err" '0: ' "$1"
	! grep -q 'NOT AS PREDICTED\|no stack would' "$tmp/out"
	ok $? "$1: as a stack would" "$out"
}

# flags: of the segments in their order, "a[S] b[S.] ..."
flags()
{
	sed -n 's/^ *[0-9]* [0-9.]* \(a\|b\)[a-z]*\.[0-9]* > .*: Flags \(\[[^]]*\]\).*/\1\2/p' "$tmp/out" | tr '\n' ' '
}

# Both ends are still on their way to CLOSING.
crossed='bob listen 8080; connect 8080; bob accept; link hold; bob close; fin; link release 1; link release 1;
	expect state CLOSING; link release'

# ---- connect
goes 'connect' 'connect 7; expect state ESTABLISHED; expect kernel state ESTABLISHED'
is "$(flags)" 'a[S] b[S.] a[.] ' 'connect: three segments'
goes 'connect, elsewhere' 'connect 7; connect 9; connect 7; conn'
is "$(grep -c 'alice ESTABLISHED, bob ESTABLISHED' "$tmp/out")" 3 'connect, elsewhere: each is another connection'
goes 'connect over a slow link' 'link delay 300ms; connect 7; expect state ESTABLISHED'
goes 'connect from a port where she listens' 'listen 5000; connect 7 sport=5000; expect state ESTABLISHED; conn'
has "$out" 'alice LISTEN -> SYN-SENT' 'the listener becomes the caller (RFC 9293 3.10.1)'
is "$(grep -c 'alice listens at port 5000$' "$tmp/out")" 0 'and listens no more'
goes 'connect where Bob has knocked already' 'link hold; bob connect 5000 from 6000; connect 6000 sport=5000; link release;
	expect S. eventually; ack; expect state ESTABLISHED; expect kernel state ESTABLISHED'
goes 'connect where Bob knocks at a listener' 'listen 5000; link hold; bob connect 5000 from 6000; connect 6000 sport=5000; conn;
	link release; expect S. eventually; ack; expect state ESTABLISHED; expect kernel state ESTABLISHED'
is "$(grep -c 'alice.5000 <-> bob.6000' "$tmp/out")" 1 'connect where Bob knocks at a listener: it is one connection'
goes 'connect under link hold' 'link hold; connect 7; expect state SYN-SENT; link release; expect S.; ack; expect state ESTABLISHED'
has "$out" 'alice is in SYN-SENT, and a frame is held; `link release` lets it go on' 'connect under link hold: it says why it ends'
refused 'connect 7 sport=5000; connect 7 sport=5000' \
	'connection already exists (RFC 9293 3.10.1): from port 5000 to this port of bob'"'"'s there is connection 1, alice in ESTABLISHED; without sport= a new port is taken'
run -c 'connect 81'
is "$status: $(echo "$err" | head -n 1)" '1: -c:1: the connection was refused: alice is in CLOSED; does bob listen at port 81?' \
	'connect to a closed port'

# ---- close, state by state
refused 'close' 'connection does not exist (RFC 9293 3.10.4): alice is in CLOSED; `syn` or `connect` opens one'
goes 'close in LISTEN' 'listen 80; close; bob connect 80; wait 100ms'
has "$out" "nobody listens at alice's port 80" 'close in LISTEN: the listener goes'
goes 'close PORT' 'listen 80; listen 81; close 80; conn'
is "$(grep 'listens at port ..$' "$tmp/out")" 'alice listens at port 81' 'close PORT: the other stays'
refused 'listen 80; listen 81; close' 'alice listens at 2 ports: `close PORT` says at which one no more, and `conn` lists them'
refused 'close 80' 'alice does not listen at port 80; `conn` lists where she does'
goes 'close in LISTEN, a SYN under way' 'listen 80; link hold; bob connect 80; conn 1; expect state LISTEN; close; expect state CLOSED;
	link release; wait 50ms; rst; expect bob state CLOSED'
goes 'close in SYN-SENT' 'link hold; syn; close; expect state CLOSED; link release; expect S.; rst; expect bob state LISTEN'
is "$(flags)" 'a[S] b[S.] a[R] ' 'close in SYN-SENT: nothing is sent, and the late answer is refused'
has "$out" 'alice SYN-SENT -> CLOSED' 'close in SYN-SENT: the record is deleted'
goes 'close in SYN-RECEIVED' 'listen 80; bob connect 80; wait 100ms; expect state SYN-RECEIVED; close'
is "$(flags | cut -c1-15)" 'b[S] a[S.] b[.]' 'close in SYN-RECEIVED: what is owed goes first'
has "$out" 'alice ESTABLISHED -> FIN-WAIT-1' 'close in SYN-RECEIVED: then the FIN'
goes 'close in SYN-RECEIVED, unanswered' 'listen 80; bob connect 80; wait 100ms; link hold; synack; expect state SYN-RECEIVED; close;
	expect state FIN-WAIT-1; link release; expect state FIN-WAIT-2; expect kernel state CLOSE-WAIT'
has "$out" 'alice SYN-RECEIVED -> FIN-WAIT-1' 'close in SYN-RECEIVED, unanswered: it goes to FIN-WAIT-1'
goes 'close in ESTABLISHED' 'connect 7; close; expect state TIME-WAIT; expect kernel state CLOSED'
is "$(flags)" 'a[S] b[S.] a[.] a[F.] b[.] b[F.] a[.] ' 'close in ESTABLISHED: four segments'
goes 'close with data of Bob'"'"'s unacknowledged' 'connect 7; data "abc"; expect P.* eventually; close; expect state TIME-WAIT; expect kernel state CLOSED'
goes 'close with data of hers under way' 'connect 9; link delay 100ms; data "abc"; close; expect state TIME-WAIT'
goes 'close while Bob sends' 'connect 19; close; expect state TIME-WAIT; expect kernel state CLOSED'
goes 'close over a slow link' 'link delay 300ms; connect 7; close; expect state TIME-WAIT; expect kernel state CLOSED'
goes 'close under link hold' 'connect 7; link hold; close; expect state FIN-WAIT-1; link release; close; expect state TIME-WAIT'
has "$out" 'a frame is held on the wire: alice stays in FIN-WAIT-1' 'close under link hold: it says why it ends'
is "$(flags | grep -o 'a\[F\.\]' | wc -l)" 1 'close under link hold: there is one FIN'
goes 'close in FIN-WAIT-1' 'connect 7; link hold; fin; expect state FIN-WAIT-1; link release; close; expect state TIME-WAIT'
has "$out" 'closing already, so there is no second FIN (RFC 9293 3.10.4)' 'close in FIN-WAIT-1: it says so'
goes 'close in FIN-WAIT-2' 'bob set pause=600ms; connect 7; fin; expect state FIN-WAIT-2; close; expect state TIME-WAIT; expect kernel state CLOSED'
is "$(flags | grep -o 'a\[F\.\]' | wc -l)" 1 'close in FIN-WAIT-2: there is one FIN'
goes 'close before Bob does' 'bob listen 8080; connect 8080; bob accept; close; expect state FIN-WAIT-2; bob close; close; expect state TIME-WAIT'
has "$out" 'bob has not said FIN yet: alice stays in FIN-WAIT-2' 'close before Bob does: it says so'
goes 'close in CLOSE-WAIT' 'bob listen 8080; connect 8080; bob accept; bob close; expect state CLOSE-WAIT; close; expect state CLOSED;
	expect bob state TIME-WAIT'
is "$(flags)" 'a[S] b[S.] a[.] b[F.] a[F.] b[.] ' 'close in CLOSE-WAIT: the FIN carries the ACK that was owed'
goes 'both close' "$crossed; close; expect state TIME-WAIT; expect kernel state TIME-WAIT"
run -c "$crossed; ack; expect state TIME-WAIT; close"
is "$status: $err" '2: -c:2: connection closing (RFC 9293 3.10.4): alice is in TIME-WAIT, and only time leads on from there' \
	'close in TIME-WAIT'
run -c 'bob listen 8080; connect 8080; bob accept; bob close; expect state CLOSE-WAIT; link hold; fin; expect state LAST-ACK; close'
is "$status: $err" \
	"2: -c:1: connection closing (RFC 9293 3.10.4): alice is in LAST-ACK, and only bob's ACK of her FIN leads on from there" \
	'close in LAST-ACK'
goes 'close in TIME-WAIT, an ACK owed' 'connect 7; fin; expect state TIME-WAIT; close; expect kernel state CLOSED'

# ---- auto
goes 'auto ack' 'auto ack on; connect 7; data "abc"; expect P.* eventually; wait 50ms; expect state ESTABLISHED'
is "$(flags | sed 's/ b\[\.\]//')" 'a[S] b[S.] a[.] a[P.] b[P.] a[.] ' 'auto ack: data is acknowledged'
goes 'auto ack, a SYN' 'auto ack on; syn; expect S.; wait 50ms; expect kernel state SYN-RECEIVED'
goes 'auto ack, a FIN' 'auto ack on; connect 7; fin; expect state TIME-WAIT; wait 50ms; expect kernel state LAST-ACK'
goes 'auto close' 'auto close on; bob listen 8080; connect 8080; bob accept; bob close; expect state CLOSED; expect kernel state TIME-WAIT'
goes 'auto close, hers first' 'auto close on; connect 7; fin; expect state TIME-WAIT; expect kernel state CLOSED'
goes 'auto close, both at once' 'auto close on; bob listen 8080; connect 8080; bob accept; link hold; bob close; fin; link release;
	expect state TIME-WAIT; expect kernel state TIME-WAIT'
run -c 'auto'
is "$(echo "$out" | cut -c1-15)" 'auto ack    off
auto arp    on 
auto close  off' 'auto lists'

# ---- a knock
goes 'a knock where she listens' 'listen 8080; bob connect 8080; wait 100ms; expect state SYN-RECEIVED; synack; expect state ESTABLISHED;
	expect kernel state ESTABLISHED'
has "$out" "bob knocks at alice's port 8080, connection 1: \`synack\` answers" 'a knock where she listens: it says what to type'
goes 'a knock where nobody listens' 'bob connect 8080; wait 100ms; expect state CLOSED; rst; expect bob state CLOSED; expect kernel state CLOSED'
is "$(flags)" 'b[S] a[R.] ' 'a knock where nobody listens: rst sends the one that a stack would'
goes 'two knocks at once' 'listen 80; listen 81; connect 7; link hold; bob connect 80; bob connect 81; link release; wait 100ms;
	expect state ESTABLISHED; conn 2; synack; conn 3; synack; conn'
has "$out" 'connection 3: `conn 3` selects it, then `synack` answers' 'two knocks at once: each says how to reach it'
is "$(grep -c 'alice ESTABLISHED, bob ESTABLISHED' "$tmp/out")" 3 'two knocks at once: both are answered'
goes 'a knock that is repeated' 'listen 80; bob connect 80; wait 1200ms; synack; expect state ESTABLISHED'
is "$(grep -c 'knocks' "$tmp/out")" 1 'a knock that is repeated: it is one knock'
run -c 'listen 80; bob connect 80; wait 50ms; link hold; synack; bob close; link release; expect R; expect state LISTEN;
	bob connect 80; wait 50ms; conn'
has "$out" '* 2  alice.80 ' 'a knock after one that was taken back: it is selected'

# ---- next
# says COMMANDS PATTERN: `next` after them says it.
says()
{
	run -c "$1; next"
	printf '%s\n' "$out" | tail -n 3 | grep -q -e "$2"
	ok $? "next after $1" "not $2: $(printf '%s\n' "$out" | tail -n 3) $err"
}

says 'state' '`syn` opens one (RFC 9293 3.10.1)'
says 'listen 80' 'a listener waits for a SYN (RFC 9293 3.10.7.2): `bob connect 80`'
says 'link hold; syn' 'a second before it sends it again (RFC 6298 2.1): then `syn`; but a frame is held on the wire'
says 'link hold; syn; wait 1100ms' 'sent 1\.[1-9] s ago: a stack has sent it again by now (RFC 9293 3.8.1): `syn`'
says 'syn' 'sends ACK with ack 1 now, because .* (RFC 9293 3.10.7.3): `ack`'
says 'listen 80; bob connect 80; wait 100ms' 'sends SYN,ACK with ack 1 now, because .* (RFC 9293 3.10.7.2): `synack`'
says 'bob connect 80; wait 100ms' 'sends RST,ACK with ack 1 now, because .* (RFC 9293 3.10.7.1): `rst`'
says 'listen 80; bob connect 80; wait 100ms; link hold; synack' 'then `synack`'
says 'connect 7' 'nothing is due: `data TEXT` sends (RFC 9293 3.10.2), `fin` closes (RFC 9293 3.10.4)'
says 'connect 7; data "abc"; expect P.* eventually' 'sends ACK with ack 4 within half a second.*: `ack`'
says 'connect 7; link hold; data "a\"b"; link drop 1; wait 1s' 'by now (RFC 9293 3.8.1): `data "a\\"b" seq=1`'
says 'connect 7; link hold; fin' 'then `fin`; but a frame is held'
says 'bob listen 8080; connect 8080; bob accept; fin; expect state FIN-WAIT-2' "waits for bob's FIN (RFC 9293 3.6)"
says 'bob listen 8080; connect 8080; bob accept; bob close; expect F.; ack' 'waits for her FIN: `fin` (RFC 9293 3.10.4)'
says 'connect 7; close' 'only time leads on, another [0-9]* s (RFC 9293 3.10.8); `syn`'
says 'listen 80; connect 7; bob connect 80; wait 100ms' 'connection 2 owes a segment too: `conn 2`, then `synack`'
run -c 'connect 7; link hold; data "abc"; link drop 1; next'
again=$(printf '%s\n' "$out" | sed -n 's/.*then `\(.*\)`; but.*/\1/p; s/.*then `\(data[^`]*\)`$/\1/p')
goes 'what next says can be typed' "connect 7; link hold; data \"abc\"; link drop 1; link release; $again; expect .* ack=4"
done_testing
