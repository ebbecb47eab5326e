#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Sixteen labs at once: all have a connection open at the same time, each fetches a page over its own and closes it, and none
# sees a segment of another's.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/lab/people.sh"

labs='01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16'

# $1 is the lab's number, $2 the folder where it says that it is open and where `go` appears.
cat >"$tmp/one.dojo" <<'EOF'
syn sport=410$1
expect S. ack=1 within 20s
ack
expect kernel state ESTABLISHED within 20s
bob run sh -c ": >\"$2/$1\"; until [ -e \"$2/go\" ]; do sleep 0.05; done" sh $1 $2
expect bob job 1 status = 0 within 60s
data "GET / HTTP/1.0\r\n\r\n"
expect F.* eventually within 20s
expect kernel state FIN-WAIT-1
ack
stream bob
fin
expect . within 20s
expect kernel state TIME-WAIT
conn
log
EOF
chmod a+r "$tmp/one.dojo"

wait_for_all()
{
	for try in $(seq 600); do
		[ "$(find "$1" -type f | wc -l)" -lt 16 ] || return 0
		sleep 0.1
	done
	return 1
}

# alone STATUS PERSON LAB: all went well, and every segment is of this lab's only connection.
alone()
{
	out=$tmp/$2.$3
	ok "$1" "lab $3 as $2: a handshake, a page and a close" "$(cat "$out")"
	is "$(grep -o 'alice\.[0-9]*' "$out" | sort -u)" "alice.410$3" "lab $3 as $2: one connection"
	is "$(grep -c '^You are 198\.51\.100\.1:410'"$3" "$out")" 1 "lab $3 as $2: Bob knows that one too"
	is "$(grep '^ *[0-9]* [0-9]*\.[0-9]\{6\} ' "$out" | grep -v "alice\.410$3[ :]")" '' "lab $3 as $2: no frame of anybody else"
}

# together PERSON
together()
{
	place=$tmp/tmp/$1
	mkdir -m 1777 "$place"
	pids=
	for lab in $labs; do
		as "$1" tcpdojo run "$tmp/one.dojo" "$lab" "$place" >"$tmp/$1.$lab" 2>&1 &
		pids="$pids $lab:$!"
	done
	wait_for_all "$place"
	ok $? "16 labs as $1: all are ESTABLISHED at once" "$(ls "$place")"
	: >"$place/go"
	for pair in $pids; do
		wait "${pair#*:}"
		alone $? "$1" "${pair%:*}"
	done
}

for person in $people nested; do
	together "$person"
done

# That a stranger's segment would be seen: two connections in one lab are not one.
as self tcpdojo -c 'connect sport=41001; connect sport=41002; log' >"$tmp/planted" 2>&1
is "$(grep -o 'alice\.[0-9]*' "$tmp/planted" | sort -u | tr '\n' ' ')" 'alice.41001 alice.41002 ' 'a second connection is seen'
done_testing
