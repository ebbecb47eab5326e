#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Real programs at Bob's, each by its shipped script: nginx, python, iperf3 and curl.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/lab/people.sh"

# serves PERSON SCRIPT ARGUMENT LINE...: it ends well and shows the lines, each alone on a line.
serves()
{
	person=$1 script=$2 argument=$3
	shift 3
	as "$person" tcpdojo run "$scripts/$script.dojo" ${argument:+"$argument"} >"$tmp/out" 2>&1
	ok $? "$script${argument:+ $argument} as $person" "$(cat "$tmp/out")"
	for line; do
		grep -qxF "$line" "$tmp/out"
		ok $? "$script${argument:+ $argument} as $person: \"$line\"" "$(cat "$tmp/out")"
	done
}

# for_all serves SCRIPT ARGUMENT-FOR-IPV6 LINE...
for_all()
{
	command=$1 of=$2 six=$3
	shift 3
	for anybody in $people; do
		"$command" "$anybody" "$of" '' "$@"
		"$command" "$anybody" "$of" "$six" "$@"
	done
}

# installed PROGRAM
installed()
{
	(PATH=$PATH:/usr/sbin:/sbin && command -v "$1" >/dev/null) && return
	skip "$1" 'it is not installed'
	return 1
}

if installed nginx; then
for_all serves nginx bob6 'This is nginx, a real one. You asked for /first from port 40001.' \
    'This is nginx, a real one. You asked for /second from port 40001.'
fi
if installed python3; then
for_all serves python-http bob6 'stream bob'
fi
if installed iperf3; then
# One byte, which only iperf3 itself can have said; what it prints it keeps back until it ends.
for_all serves iperf3 bob6 'held: expect P.* length=1 eventually within 5s' 'held: expect kernel state LAST-ACK'
fi
if installed curl; then
for_all serves curl alice6 'Hello, curl. Alice typed this.'

# With --json the program's output stands apart: it is what Alice sent, and all that she sent.
as self tcpdojo --json run "$scripts/curl.dojo" >"$tmp/records" 2>"$tmp/printed"
ok $? 'curl, in JSON' "$(cat "$tmp/records")"
is "$(cat "$tmp/printed")" 'Hello, curl. Alice typed this.' 'curl prints the page, and nothing else'
fi

is "$(ls -A "$tmp/tmp")" '' 'no program left a file behind'
done_testing
