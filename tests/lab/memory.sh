#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What all processes of a run hold in memory after ten thousand segments: the sum of their shares, as the kernel counts.
. "${top_srcdir:?}/tests/tap.sh"

most_kib=61440
segments=10000
mark=memory-$$-$(od -An -N6 -tx1 /dev/urandom | tr -d ' ')

cd "${tmp:?}" || exit 99
lab=$("${TCPDOJO:?}" -c lab 2>&1) || [ $? -ne 3 ] || skip_all "no lab here: $lab"
[ -r /proc/self/smaps_rollup ] || skip_all 'this kernel has no smaps_rollup'
! grep -q '^SANITIZE_CFLAGS = .' "${top_builddir:?}/Makefile" ||
	skip_all 'the sanitizers take more memory than the program'

# The number of the last segment shown, once all that was typed is done.
segments_after()
{
	: >told
	cat >&9
	echo 'expect kernel state ESTABLISHED' >&9
	tries=1200
	until grep -q '^[a-zA-Z]*: expect kernel state ESTABLISHED$' told || [ $((tries -= 1)) -eq 0 ]; do
		sleep 0.1
	done
	awk '/^ *[0-9]+ [0-9]+\.[0-9]+ / { last = $1 } END { print last + 0 }' told
}

# data N: so many segments of 1400 bytes, and time for Bob to acknowledge the last one.
data()
{
	awk -v n="$1" 'BEGIN { while (n-- > 0) print "data zero:1400"; print "wait 300ms" }'
}

# Each process of the run: its name, and the kibibytes that are its own or its share of what several have.
shares()
{
	for environ in $(grep -lzxs "LAB_MARK=$mark" /proc/[0-9]*/environ); do
		process=${environ%/environ}
		awk -v name="$(cat "$process/comm")" '$1 == "Pss:" { print name, $2 }' "$process/smaps_rollup"
	done
}

mkfifo commands
: >told
LAB_MARK=$mark "$TCPDOJO" <commands >>told 2>&1 &
main=$!
exec 9>commands
trap 'kill $main 2>/dev/null; rm -rf "$tmp"' EXIT

shown=$(printf 'syn dport=9\nexpect S.\nack\n' | segments_after)
is "$shown" 3 'a connection to the discard server'
shares | sort >shares_before
shown=$(data $((segments / 2)) | segments_after)
[ "$shown" -ge $((segments / 2)) ]
ok $? "$((segments / 2)) segments of data" "$(tail -n 3 told)"
# Bob acknowledges each of them or every second one, as he likes.
while [ "$shown" -lt $segments ] && [ "$shown" -gt 3 ]; do
	shown=$(data $((segments - shown)) | segments_after)
done
[ "$shown" -ge $segments ]
ok $? "$shown segments in all" "$(tail -n 3 told)"

shares | sort >shares_after
diag "KiB when the connection was new:
$(cat shares_before)
KiB after $shown segments:
$(cat shares_after)"
is "$(awk '{ print $1 }' shares_after | tr '\n' ' ')" 'tcpdojo tcpdojo-bob tcpdojo-init tcpdojo-wire ' \
	'all of its processes are seen'
sum=$(awk '{ sum += $2 } END { print sum + 0 }' shares_after)
[ "$sum" -gt 1000 ] && [ "$sum" -lt $most_kib ]
ok $? "together they hold $sum KiB, less than $most_kib"
exec 9>&-
wait $main
ok $? 'and it ends well'
done_testing
