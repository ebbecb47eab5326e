#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Bob waits for the learner: at every moment of an exchange PATIENCE_SECONDS of silence leave his kernel where it is and
# draw no frame of his but his SYN or SYN,ACK again.  `make check-slow` takes two minutes.  His TIME-WAIT is excepted: no
# kernel can be told to stay in it for longer than 60 s.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/lab/people.sh"

seconds=${PATIENCE_SECONDS:-5}
# From his last word on: what leads to the silence takes its time too, and after 120 s Linux repeats come what may.
silence="$((seconds * 1000 - 1000))ms"
moments=

# moment NAME STATE HOW: the lines on standard input lead there; HOW is `strictly` where not even a repeat may come.
moment()
{
	name=$1
	moments="$moments $name"
	{
		cat
		echo "expect kernel state $2"
		echo "wait 300ms" # for what is only delayed
		echo "ack sum=bad" # nobody hears it, and all that came is behind it
		echo "expect nothing $3 within $silence"
		echo "expect kernel state $2"
	} >"$tmp/$name.dojo"
	"$TCPDOJO" run "$tmp/$name.dojo" >"$tmp/$name.out" 2>&1 &
	eval "pid_$name=$!"
}

served='bob listen 5000
connect 5000
bob accept 5000'

moment syn_received SYN-RECEIVED '' <<EOF
syn
expect S.
EOF
moment established ESTABLISHED strictly <<EOF
connect
EOF
moment data_heard ESTABLISHED strictly <<EOF
$served
data "hello"
EOF
moment data_unacknowledged ESTABLISHED strictly <<EOF
connect
data "GET / HTTP/1.1\r\nHost: bob\r\n\r\n"
expect P.* length>0 eventually
EOF
moment data_unacknowledged_ip6 ESTABLISHED strictly <<EOF
set dst bob6
connect 19
expect .* length>0 eventually
EOF
moment page_read ESTABLISHED strictly <<EOF
connect
data "GET / HTTP/1.1\r\nHost: bob\r\n\r\n"
expect P.* length>0 eventually
ack
EOF
moment close_wait CLOSE-WAIT strictly <<EOF
$served
fin
EOF
moment last_ack LAST-ACK strictly <<EOF
$served
fin
expect .
bob close
expect F.
EOF
moment fin_wait_1 FIN-WAIT-1 strictly <<EOF
$served
bob close
expect F.
EOF
moment fin_wait_1_ip6 FIN-WAIT-1 strictly <<EOF
set dst bob6
$served
bob close
expect F.
EOF
moment fin_wait_2 FIN-WAIT-2 strictly <<EOF
$served
bob close
expect F.
ack
EOF
moment fin_wait_2_after_data FIN-WAIT-2 strictly <<EOF
connect
data "GET / HTTP/1.0\r\n\r\n"
expect F.* eventually
ack
EOF
moment closing CLOSING strictly <<EOF
$served
bob close
expect F.
fin ack=1
expect .
EOF
moment syn_sent SYN-SENT '' <<EOF
listen 6000
bob connect 6000
wait for segments from bob S >= 1 within 5s
EOF

for name in $moments; do
	eval "wait \$pid_$name"
	ok $? "$name: $seconds s of silence" "$(tail -n 25 "$tmp/$name.out")"
done
# Those that repeat do so, and are let through.
if [ "$seconds" -ge 2 ]; then
	for name in syn_received syn_sent; do
		[ "$(grep -c 'bob\.[0-9]* > alice\.[0-9]*: Flags \[S' "$tmp/$name.out")" -ge 2 ]
		ok $? "$name: and the repeats are seen"
	done
fi

# That a frame would be seen: an ordinary kernel repeats what nobody acknowledges.
"$TCPDOJO" -c 'bob set defaults; connect 19; expect .* length>0 eventually; wait 300ms; ack ack=1 sum=bad
    expect nothing strictly within 5s' >"$tmp/out" 2>&1
is $? 1 'an impatient Bob is seen to speak'
done_testing
