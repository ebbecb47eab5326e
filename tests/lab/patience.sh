#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A patient Bob lets a learner think: at every moment of an exchange, silence changes nothing in his kernel and draws no frame
# but repeats of his SYN or SYN,ACK.  PATIENCE_SECONDS of it; `make check-slow` takes two minutes.  The moments run side by
# side, each in a lab of its own.  His TIME-WAIT is excepted: it ends by itself.
. "${top_srcdir:?}/tests/tap.sh"

seconds=${PATIENCE_SECONDS:-5}
told=$("${TCPDOJO:?}" -c quit 2>&1) || [ $? -ne 3 ] || skip_all "no lab here: $told"

get='data "GET / HTTP/1.1\r\nHost: bob\r\n\r\n"; expect P.* length>0 eventually'
own='bob listen 8080; connect 8080; bob accept 8080'

# moment NAME STATE MANNER COMMANDS: after them, STATE and nothing new for so long, and STATE still.
moment()
{
	name=$1 state=$2 manner=$3
	shift 3
	names="$names $name"
	"$TCPDOJO" -c "$*; expect kernel state $state; expect nothing within ${seconds}s $manner; expect kernel state $state" \
	    >"$tmp/$name" 2>&1 &
	eval "pid_$name=\$!"
}

# Identical repeats of a SYN or SYN,ACK count as nothing; after the handshake a repeat is a frame too many.
moment knocked SYN-RECEIVED '' 'syn; expect S.'
moment knocking SYN-SENT '' 'listen 5000; bob connect 5000; expect S'
moment open ESTABLISHED strictly 'connect'
moment told ESTABLISHED strictly 'connect 9; data "x"; expect . ack=2'
moment unacknowledged ESTABLISHED strictly "connect; $get"
moment half_closed CLOSE-WAIT strictly "$own; fin; expect ."
moment last_ack LAST-ACK strictly 'connect; fin; expect F.* eventually'
moment he_first FIN-WAIT-1 strictly "$own; bob close; expect F.*"
moment waited_for FIN-WAIT-2 strictly "$own; bob close; expect F.*; ack; expect bob state FIN-WAIT-2"
moment both_at_once CLOSING strictly "$own; link hold; bob close; fin; link release 1; link release 1; expect F.*; expect bob state CLOSING"

for name in $names; do
	eval "wait \$pid_$name"
	ok $? "$name: $seconds s of silence change nothing" "$(tail -n 6 "$tmp/$name")"
done
done_testing
