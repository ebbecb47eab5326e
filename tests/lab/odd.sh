#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Long and odd sessions: many connections, many segments in flight, frames held, dropped, released out of order, segments
# from elsewhere, a Bob who has to ask for Alice or who resets.  Nothing hangs, no prediction is called broken that holds,
# and what Bob did is told in his order.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/lab/people.sh"

# goes NAME: the script on standard input holds, and no prediction is broken; its output is $out.
goes()
{
	cat >"$tmp/$1.dojo"
	timeout 60 "$TCPDOJO" run "$tmp/$1.dojo" >"$tmp/out" 2>&1
	status=$?
	out=$(cat "$tmp/out")
	ok $status "$1" "$(tail -n 40 "$tmp/out")"
	! grep -q 'NOT AS PREDICTED\|Sanitizer\|runtime error' "$tmp/out"
	ok $? "$1: no prediction is called broken" "$(grep -B3 -A3 'NOT AS PREDICTED\|Sanitizer\|runtime error' "$tmp/out")"
}

# flags: of the segments in their order, "A[S] B[S.] ...".
flags()
{
	sed -n 's/^ *[0-9]* [0-9.]* \(a\|b\)[a-z]*\.[0-9]* > .*: Flags \(\[[^]]*\]\).*/\1\2/p' "$tmp/out" | tr '\n' ' '
}

{
	echo 'bob set pause=0ms'
	for n in $(seq 200); do
		printf 'connect\nclose\n'
	done
	echo 'expect state TIME-WAIT'
	echo 'conn'
} >"$tmp/lines"
goes 'two hundred connections' <"$tmp/lines"
is "$(grep -c '<->.*alice TIME-WAIT' "$tmp/out")" 200 'two hundred connections: each came to its end'

{
	echo 'connect 9'
	for n in $(seq 2000); do
		echo 'data "0123456789"'
	done
	echo 'state'
} >"$tmp/lines"
goes 'two thousand segments' <"$tmp/lines"
has "$out" 'snd.una       20001' 'two thousand segments: all are acknowledged'

{
	echo 'connect 9'
	echo 'link hold'
	for n in $(seq 1000); do
		echo "data \"$n.\""
	done
	echo 'link release'
	echo 'wait for segments from bob . ack=3894 >= 1 within 20s'
	echo 'expect bob state ESTABLISHED'
	echo 'state'
} >"$tmp/lines"
goes 'a thousand frames held' <"$tmp/lines"
has "$out" 'snd.una       3894' 'a thousand frames held: all are acknowledged'

# Each answer is told before what Bob heard next: in his order, though all three left in one go.
goes 'three released at once' <<'EOF'
connect 9
link hold
data "one"
data "two"
data "three"
link release
expect . ack=4
expect . ack=12 eventually
EOF
is "$(sed -n '/^held 1/,$d; /bytes delivered/s/.*\([0-9]\) bytes delivered to bob.*/\1/p; s/.*bob\.9 > .*ack \([0-9]*\), win.*/ack \1/p' "$tmp/out" |
    sed '/^ack 1$/d' | head -n 3 | tr '\n' ' ')" 'ack 4 3 ack 7 ' 'three released at once: told in the order in which he did it'

# What is predicted for the third takes for heard what is under way.
is "$(sed -n 's/^ *bob should answer \(ACK with ack [0-9]*\).*/\1/p' "$tmp/out" | tr '\n' ';')" \
    'ACK with ack 4;ACK with ack 7;ACK with ack 12;' 'three released at once: predicted as if it had arrived'

goes 'a segment dropped by hand' <<'EOF'
connect 9
link hold
data "one"
data "two"
link drop 1
link release
expect . ack=1
data "one" seq=1
expect . ack=7
EOF
has "$out" 'dropped on the wire, as told: segment 4' 'a segment dropped by hand: it is told'

goes 'a queue that is full' <<'EOF'
link rate 100kbit limit 3kb reverse
connect 19
wait 400ms
expect bob state ESTABLISHED
EOF
has "$out" 'dropped on the wire, its queue was full (`link limit`): bob.19 > alice.40001: Flags [' 'a queue that is full: it is told'

goes 'released out of order' <<'EOF'
connect 9
link hold
data "one"
data "two"
link release 2
expect bob state ESTABLISHED
link release 1
link release
expect . ack=7 eventually
EOF

goes 'a slow link' <<'EOF'
connect 7
link delay 100ms
data "aaa"
data "bbb"
link hold
data "ccc"
data "ddd"
link release
wait for segments from bob .* ack=13 >= 1 within 5s
expect bob state ESTABLISHED
ack
fin
expect F.* eventually within 3s
EOF

goes 'a program that resets' <<'EOF'
bob listen 5000
connect 5000
bob accept
data "never read"
bob close
expect R.* eventually
expect state CLOSED
expect bob state CLOSED
expect kernel state CLOSED
EOF

goes 'a closed port, and open, and closed again' <<'EOF'
syn dport=5001
expect R. ack=1
expect bob state CLOSED
bob listen 5001
syn dport=5001
expect S.
rst
bob close port 5001
syn dport=5001
expect R.
EOF

goes 'a SYN again, when somebody listens at last' <<'EOF'
link hold
syn dport=5002 sport=7002
link drop 1
link release
bob listen 5002
syn dport=5002 sport=7002
expect S.
EOF

goes 'segments of other connections' <<'EOF'
connect 9
tcp sport=1234 flags=. seq=5 ack=7
expect R
tcp flags=. dport=4444 seq=5 ack=7
expect R
tcp src=198.51.100.77 flags=S
conn 1
data "a"
expect .
expect bob state ESTABLISHED
EOF

goes 'a Bob who must ask for Alice' <<'EOF'
connect 9
auto arp off
data "abc"
wait 1300ms
auto arp on
data "def"
expect .* ack=7 eventually within 3s
expect kernel state ESTABLISHED
EOF
has "$out" 'ARP, Request who-has alice tell bob' 'a Bob who must ask for Alice: he asks'

if command -v python3 >/dev/null; then
	goes 'datagrams' <<'EOF'
bob run python3 -c "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'hello', ('198.51.100.1', 5555))"
expect bob job 1 status = 0 within 10s
wait 100ms
connect 9
log
EOF
	has "$out" 'UDP, length 5' 'datagrams: they are shown'
fi

goes 'a restart while frames are held' <<'EOF'
connect 9
link hold
data "aaa"
data "bbb"
lab restart
link
connect 7
data "zzz"
expect .* ack=4
wait for segments from bob P. >= 1 within 3s
stream bob
EOF
has "$out" 'zzz' 'a restart while frames are held: the new Bob answers'

goes 'the autopilot moves no cursor' <<'EOF'
auto ack on
connect
data "GET / HTTP/1.1\r\nHost: bob\r\n\r\n"
expect P.* length>0 eventually
EOF

# Frames that come while standard input is waited for are no end of it.
{
	printf '%s\n' 'connect' 'data "GET / HTTP/1.0\r\n\r\n"'
	sleep 0.7
	printf '%s\n' 'expect state CLOSE-WAIT'
} | "$TCPDOJO" >"$tmp/out" 2>&1
is $? 0 'frames that come between lines' "$(cat "$tmp/out")"
has "$(cat "$tmp/out")" 'held: expect state CLOSE-WAIT' 'and the next line is read'
done_testing
