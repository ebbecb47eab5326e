#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# `lab kernel-alice on`: her own kernel answers Bob's SYN,ACK with RST, which is shown as its own, and Bob's end falls back;
# off, and by `undo`, there is nobody but her again.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/cli/dojo.sh"

for bob in bob bob6; do
	run --seed 7 -c "set dst $bob; lab kernel-alice on; syn; expect kernel state LISTEN; expect bob state LISTEN; wait 20ms; log; state"
	[ "$bob/$status" != bob6/3 ] || { skip "$bob" 'this system has no IPv6'; continue; }
	is $status 0 "$bob: her kernel's RST takes his end back to LISTEN"
	# The RST bears the number that the SYN,ACK acknowledged, which is 1 (RFC 9293 3.5.2).
	has "$out" 'Flags [R], seq 1, win 0, length 0, sent by alice'"'"'s kernel' "$bob: the RST is shown as her kernel's"
	is "$(printf '%s\n' "$out" | sed -n 's/^ *\([1-9]\) [0-9.]* \(alice\|bob\).*Flags \[\([^]]*\)\].*/\1 \2 \3/p' | tr '\n' ' ')" \
	    '1 alice S 2 bob S. 3 alice R 1 alice S 2 bob S. 3 alice R ' "$bob: SYN, SYN,ACK, RST, and no other frame"
	has "$out" 'bob SYN-RECEIVED -> LISTEN' "$bob: his shadow moves by it"
	has "$out" 'state         ESTABLISHED     LISTEN          LISTEN' "$bob: hers does not: she has not sent it"
	run --json -c "set dst $bob; lab kernel-alice on; syn; expect kernel state LISTEN; wait 20ms"
	is "$(printf '%s\n' "$out" | grep '"type":"segment"' | sed 's/.*"dir":"\([a-z]*\)".*"from":"\([^"]*\)".*/\1 \2/' | tr '\n' ',')" \
	    "out alice,in bob,out alice's kernel," "$bob: JSON says who sent it"

	# Her own segments are still told apart, before and after one of the kernel's.
	run -c "set dst $bob; lab kernel-alice on; syn; expect bob state LISTEN; rst; tcp flags=none; fin; syn; expect bob state LISTEN; wait 20ms; log"
	is "$(printf '%s\n' "$out" | sed -n '/^ *1 [0-9.]* alice/,$p' | grep -c "sent by alice's kernel")" 4 "$bob: two RST of her kernel's, shown twice"
	is "$status: $err" '0: ' "$bob: and her own go on"

	run -c "set dst $bob; lab kernel-alice on; syn; expect bob state LISTEN; lab kernel-alice off; syn sport=41000; expect S.; wait 50ms; ack; expect kernel state ESTABLISHED"
	is "$status: $err" '0: ' "$bob: off again nobody resets"
	run -c "set dst $bob; lab kernel-alice on; undo; connect"
	is "$status: $err" '0: ' "$bob: undone likewise"
	run -c "set dst $bob; lab kernel-alice on; lab restart; syn; expect kernel state LISTEN; expect bob state LISTEN; ack; undo; log"
	is "$status: $err" '0: ' "$bob: it outlives lab restart and undo"
	has "$out" "sent by alice's kernel" "$bob: as the log shows"
done

run -c 'lab kernel-alice on; lab kernel-alice on; lab kernel-alice off; lab kernel-alice off; connect'
is "$status: $err" '0: ' 'on and off twice'
refused 'lab kernel-alice maybe' 'kernel-alice is on or off, not "maybe"'
refused 'lab kernel-alice' 'a word is missing; usage: lab kernel-alice on|off'

# Bob asks for neighbours no more than before: the kernel's addresses come without announcements and questions.
run -c 'lab kernel-alice on; wait 100ms; lab kernel-alice off; log; link'
is "$(printf '%s\n' "$out" | sed -n 's/.*; \([0-9]*\) in, .*/\1/p' | tr '\n' ' ')" '0 0 ' 'no frame that nobody asked for'
done_testing
