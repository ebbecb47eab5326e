#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What other programs may rely on: the records of --json, exit statuses, and saved captures.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/lab/people.sh"

command -v python3 >/dev/null || skip_all 'no python3 here'

# holds FILE NAME [CHECK]: the records are as the contract has them.
holds()
{
	is "$(python3 "$top_srcdir/tests/lab/records.py" "${3:-exchange}" <"$1" 2>&1)" '' "$2"
}

# ---- records -------------------------------------------------------------------------------------------------------------

for script in http-get bob-first three-segments simultaneous-close simultaneous-open; do
	as self tcpdojo --json run "$scripts/$script.dojo" >"$tmp/$script.json" 2>"$tmp/errors"
	is $? 0 "$script: status 0"
	is "$(cat "$tmp/errors")" '' "$script: nothing on standard error"
	holds "$tmp/$script.json" "$script: every record keeps the contract"
done
holds "$tmp/http-get.json" 'http-get: the first three segments are a handshake' handshake

# kernel_states FILE: how the kernel saw it, each state once.
kernel_states()
{
	python3 -c '
import json, sys
states = [r["state"] for r in map(json.loads, sys.stdin) if r["type"] == "kernel"]
print(*[s for i, s in enumerate(states) if i == 0 or s != states[i - 1]])' <"$1"
}
is "$(kernel_states "$tmp/http-get.json")" 'SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED' \
    'http-get: the states of his kernel'
for kind in segment state prediction kernel expect; do
	grep -q "^{\"type\":\"$kind\",\"t_us\":" "$tmp/http-get.json"
	ok $? "http-get: there are records of type $kind"
done

as self tcpdojo --json -c 'connect; data "\xff\0\"\\\n"; stream alice; bob sockets; state; link; lab; help
    bob run echo not-a-record; wait for bob job 1 ended within 20s' >"$tmp/odd.json" 2>"$tmp/errors"
ok $? 'bytes that are no UTF-8, a program that prints, and whatever else is shown' "$(cat "$tmp/errors")"
holds "$tmp/odd.json" 'they are records too'
is "$(cat "$tmp/errors")" 'not-a-record' 'what the program prints is on standard error'

# The same seed draws the same numbers.
raw()
{
	as self tcpdojo --json --seed "$1" -c syn | sed -n '1s/.*"seq_raw":\([0-9]*\).*/\1/p'
}
first=$(raw 7)
is "$(raw 7)" "$first" 'a seed repeats its sequence numbers'
[ "$(raw 8)" != "$first" ]
ok $? 'another seed has others'

# What the checker must see.
sed 's/"n":2,/"n":"2",/' "$tmp/http-get.json" >"$tmp/planted"
has "$(python3 "$top_srcdir/tests/lab/records.py" exchange <"$tmp/planted")" "n is '2'" 'a number that is text is seen'
grep -v '"to":"ESTABLISHED"' "$tmp/http-get.json" >"$tmp/planted"
has "$(python3 "$top_srcdir/tests/lab/records.py" exchange <"$tmp/planted")" 'and left ESTABLISHED' 'a lost move is seen'

# ---- exit statuses -------------------------------------------------------------------------------------------------------

# status EXPECTED NAME ARGUMENT...; what was said is in $tmp/out and $tmp/errors.
status()
{
	wanted=$1 name=$2
	shift 2
	as self "$@" >"$tmp/out" 2>"$tmp/errors" </dev/null
	is $? "$wanted" "$name: status $wanted"
}

status 0 'all well' tcpdojo -c 'syn; expect S.'
status 0 'an empty script' tcpdojo -c ''
status 1 'an expect that does not hold' tcpdojo -c 'syn; expect S. ack=2 win<10; data "never"'
is "$(cat "$tmp/errors")" '-c:1: expected S. ack=2 win<10
  segment 2 came
  ack: expected =2, actual 1
  window: expected <10, actual 65160' 'expected and actual, line by line'
is "$(grep -c 'length 5' "$tmp/out")" 0 'nothing runs behind it'
status 1 'a state that does not come' tcpdojo -c 'syn; expect kernel state TIME-WAIT within 10ms'
has "$(cat "$tmp/errors")" 'actual: SYN-RECEIVED' 'the actual state'
status 1 'silence that is broken' tcpdojo -c 'syn; expect nothing within 1s'
has "$(cat "$tmp/errors")" 'segment 2 came' 'by which segment'
status 1 'the same in JSON' tcpdojo --json -c 'syn; expect S. ack=2'
holds "$tmp/out" 'its records keep the contract'
has "$(tail -n 1 "$tmp/out")" '"where":"-c:1","what":"expected S. ack=2' 'the last is the error'
has "$(tail -n 1 "$tmp/out")" '"expected":"S. ack=2"' 'with what was expected'
status 2 'an unknown command' tcpdojo -c 'sny'
has "$(cat "$tmp/errors")" 'sny' 'it is quoted'
status 2 'a field out of range' tcpdojo -c 'syn win=70000'
status 2 'a file that is not there' tcpdojo run "$tmp/no-such.dojo"
status 2 'an unknown option' tcpdojo --frobnicate
printf '# one\nset dst bob\n\nset dst carol\n' >"$tmp/bad.dojo"
status 2 'a bad line in a file' tcpdojo --json run "$tmp/bad.dojo"
holds "$tmp/out" 'a bad line is a record too'
has "$(tail -n 1 "$tmp/out")" "\"where\":\"$tmp/bad.dojo:4\"" 'with its file and line'

# Refused by the system, for real.
cat >"$tmp/no-namespaces" <<'EOF'
echo 0 >/proc/sys/user/max_user_namespaces
exec tcpdojo --json -c syn
EOF
as nested sh "$tmp/no-namespaces" >"$tmp/out" 2>"$tmp/errors"
is $? 3 'no user namespaces left: status 3'
has "$(cat "$tmp/errors")" 'max_user_namespaces' 'the reason and the way out are on standard error'
is "$(cat "$tmp/out")" '' 'and nothing among the records'
mkdir "$tmp/root"
cat >"$tmp/chroot" <<'EOF'
mount --rbind / "$1/root" && exec chroot "$1/root" tcpdojo -c syn
EOF
TMPDIR=$tmp/tmp PATH="$tmp:$PATH" unshare --user --map-root-user --mount sh "$tmp/chroot" "$tmp" >"$tmp/out" 2>"$tmp/errors"
is $? 3 'a chroot: status 3'
has "$(cat "$tmp/errors")" 'chroot' 'which is named'

# ---- captures ------------------------------------------------------------------------------------------------------------

# An exchange, and one where Bob sends while Alice does: chargen.
cat >"$tmp/save.dojo" <<'EOF'
run $1
save $2
EOF
as self tcpdojo --json run "$tmp/save.dojo" "$scripts/http-get.dojo" "$tmp/http.pcap" >"$tmp/http.json"
ok $? 'an exchange is saved' "$(tail -n 1 "$tmp/http.json")"
{ echo 'connect 19'; yes ack | head -n 20; } >"$tmp/chargen.dojo"
as self tcpdojo --json run "$tmp/save.dojo" "$tmp/chargen.dojo" "$tmp/chargen.pcap" >"$tmp/chargen.json"
ok $? 'a stream is saved' "$(tail -n 1 "$tmp/chargen.json")"

# same_times JSON PCAP: prints those that differ by more than the two roundings.
same_times()
{
	python3 "$top_srcdir/tests/lab/records.py" seconds <"$1" >"$tmp/told"
	tshark -r "$2" -T fields -e frame.time_relative 2>/dev/null |
	    paste "$tmp/told" - | awk '{ d = $1 - $2 } d > 0.000002 || d < -0.000002'
}

for capture in http chargen; do
	count=$(grep -c '^{"type":"segment"' "$tmp/$capture.json")
	if command -v tcpdump >/dev/null; then
		tcpdump -n -v -r "$tmp/$capture.pcap" >"$tmp/out" 2>"$tmp/errors"
		ok $? "$capture: tcpdump reads it"
		is "$(grep -v '^reading from file' "$tmp/errors")" '' "$capture: tcpdump has nothing to say"
		is "$(grep -c 'Flags \[' "$tmp/out")" "$count" "$capture: tcpdump sees every frame"
		is "$(grep 'incorrect\|\[bad \|\[|\|truncated\|invalid' "$tmp/out")" '' "$capture: each of them sound"
	fi
	if command -v tshark >/dev/null; then
		tshark -r "$tmp/$capture.pcap" -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -T fields \
		    -e frame.number -e frame.time_delta -e tcp.checksum.status >"$tmp/out" 2>"$tmp/errors"
		ok $? "$capture: tshark reads it" "$(cat "$tmp/errors")"
		is "$(wc -l <"$tmp/out")" "$count" "$capture: tshark sees every frame"
		is "$(awk '$2 < 0 || $3 != 1' "$tmp/out")" '' "$capture: times never run backwards, checksums are right"
		is "$(same_times "$tmp/$capture.json" "$tmp/$capture.pcap")" '' "$capture: its times are those of the records"
		is "$(tshark -r "$tmp/$capture.pcap" -Y _ws.malformed 2>/dev/null)" '' "$capture: nothing is malformed"
	fi
done
done_testing
