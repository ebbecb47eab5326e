#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What is killed from outside is told, and `lab restart` brings a working Bob, also after main gave up its privileges.
. "$top_srcdir/tests/lab/hand.sh"

killed() { # NAME; kills it in a lab that waits, then lets the lab go on with the words given
	name=$1
	shift
	mkfifo "$tmp/go.$count"
	"$hand" start ready drop ping wait "$@" <"$tmp/go.$count" >"$tmp/out" 2>&1 &
	main=$!
	exec 9>"$tmp/go.$count"
	until_true 5 grep -q pong "$tmp/out"
	kill -9 "$(pid_of "$name")"
	echo >&9
	exec 9>&-
	wait $main
	status=$?
	out=$(sed 1,3d "$tmp/out")
}

killed tcpdojo-bob watch alive ping
has "$out" "Bob's agent was killed by signal 9 (Killed): \`lab restart\` brings a new one" "a killed agent is told"
is $status 3 "and not talked to"
killed tcpdojo-bob watch restart alive ready ping agent:unacked kernel:7777,7 agent:"rto_min 4"
has "$out" "alive" "lab restart after the agent was killed"
has "$out" "found ESTABLISHED r0 w100" "and the new Bob works"
has "$out" "120000 locked" "and is patient"
killed tcpdojo-wire watch alive restart alive ready ping
has "$out" "the wire was killed by signal 9" "a killed wire is told"
is $status 0 "lab restart after the wire was killed"
has "$out" "ready" "and the new wire is ready"
killed tcpdojo-init watch alive restart
has "$out" "lab init, the process that holds the lab together, is gone: quit" "lab init killed: the way out is told"
is $status 3 "and restart says the same"
killed tcpdojo-init watch ping
has "$out" "lab init" "asking Bob's agent then says it too"

out=$("$hand" start ready set:ipv4/tcp_retries2=7 agent:unacked agent:"listen 80" restart kernel:7777,7 kernel:80,9 \
    get:ipv4/tcp_retries2 | sed 1,4d | tr '\n' ' ')
is "$out" "none CLOSED r0 w0 timer 0 none CLOSED r0 w0 timer 0 255 " "the new Bob knows nothing of the old one"
out=$(unshare -Ur sh -c 'echo 3 >/proc/sys/user/max_net_namespaces
    exec "$1" start ready agent:unacked restart agent:orphan restart ready ping 2>&1' sh "$hand" | sed -n '$p')
is "$out" pong "with room for three network namespaces only, the old Bob's is given back first"
is "$("$hand" start drop child ready | sed -n 2p)" 0000000000000000 "privileges given up do not come back by exec"
until_true 5 none_left
ok "no process is left"
finish
