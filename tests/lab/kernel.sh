#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Bob's kernel's view of one socket and of his counters; who may do what; labs inside and beside each other.
. "$top_srcdir/tests/lab/hand.sh"

out=$("$hand" start ready agent:unacked kernel:7777,7 kernel:7777,8 "agent:listen 80" kernel:80,999 kernel:81,999 \
    counter:TcpExtTCPOrigDataSent counter:TcpCurrEstab counter:TcpExtListenOverflows counter:Nonsense | sed 1,3d)
is "$(echo "$out" | sed -n 1p | cut -d' ' -f1-4)" "found ESTABLISHED r0 w100" "a socket is found by its 4-tuple"
is "$(echo "$out" | sed -n 2p)" "none CLOSED r0 w0 timer 0" "another port is nobody's: CLOSED"
is "$(echo "$out" | sed -n 4p)" "found LISTEN r0 w5 timer 0" "only the listener matches: LISTEN, with its backlog"
is "$(echo "$out" | sed -n 5p)" "none CLOSED r0 w0 timer 0" "no listener, no socket"
is "$(echo "$out" | sed -n 6,8p | tr '\n' ' ')" "1 1 0 " "counters: one segment of data sent, one connection"
has "$out" "no such counter" "a counter that there is not"

caps=$("$hand" start ready "agent:read /proc/self/uid_map" | sed -n 3p | tr -s ' ')
if [ "$(id -u)" = 0 ]; then
	has "$caps" " 0 0 " "root stays root, and sees all whom he saw"
else
	is "$caps" " $(id -u) $(id -u) 1" "the user stays himself"
	has "$("$hand" start ready agent:ambient)" 3400 "programs on Bob have NET_BIND_SERVICE, NET_ADMIN and NET_RAW"
fi
is "$(unshare -Ur "$hand" start ready ping | sed -n 3p)" pong "a lab inside another user namespace"
is "$("$hand" start ready start ready ping other ping restart ping | sed 1,4d | tr '\n' ' ')" "pong pong pong " \
    "two labs of one process"

i=0
while [ $i -lt 16 ]; do
	mkfifo "$tmp/go$i"
	"$hand" start ready agent:unacked wait kernel:7777,7 0<>"$tmp/go$i" >"$tmp/lab$i" 2>&1 &
	i=$((i + 1))
done
i=0
while [ $i -lt 16 ]; do
	until_true 20 grep -q '^done' "$tmp/lab$i" && echo up
	i=$((i + 1))
done >"$tmp/up"
is "$(grep -c up "$tmp/up")" 16 "16 labs at once start"
i=0
while [ $i -lt 16 ]; do
	echo >"$tmp/go$i"
	i=$((i + 1))
done
wait
is "$(cat "$tmp"/lab* | grep -c 'found ESTABLISHED r0 w100')" 16 "each with a Bob of its own"
until_true 10 none_left
ok "and nothing is left of them"
finish
