#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What other programs may rely on: the records of --json, exit statuses, and saved captures.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/lab/people.sh"

command -v python3 >/dev/null || skip_all 'no python3 here'

# wrong CHECK FILE...: where the records do not keep the contract.
wrong()
{
	python3 "$top_srcdir/tests/lab/records.py" "$@" 2>&1
}

# ---- records -------------------------------------------------------------------------------------------------------------

for script in http-get bob-first three-segments simultaneous-close simultaneous-open; do
	as self tcpdojo --json run "$scripts/$script.dojo" >"$tmp/$script.json" 2>"$tmp/errors"
	is $? 0 "$script: status 0"
	is "$(cat "$tmp/errors")" '' "$script: nothing on standard error"
done
as self tcpdojo --json -c 'connect; data "\xff\0\"\\\n"; stream alice; bob sockets; state; link; lab; help
    bob run echo not-a-record; wait for bob job 1 ended within 20s' >"$tmp/odd.json" 2>"$tmp/errors"
ok $? 'bytes that are no UTF-8, a program that prints, and whatever else is shown' "$(cat "$tmp/errors")"
is "$(cat "$tmp/errors")" 'not-a-record' 'what the program prints is on standard error'
as self tcpdojo --json -c 'syn; expect S. ack=2' >"$tmp/expect.json" 2>/dev/null
is $? 1 'an expect that does not hold, in JSON: status 1'
has "$(tail -n 1 "$tmp/expect.json")" '"where":"-c:1","what":"expected S. ack=2' 'the last record is the error'
has "$(tail -n 1 "$tmp/expect.json")" '"expected":"S. ack=2"' 'with what was expected'
printf '# one\nset dst bob\n\nset dst carol\n' >"$tmp/bad.dojo"
as self tcpdojo --json run "$tmp/bad.dojo" >"$tmp/bad.json" 2>/dev/null
is $? 2 'a bad line in a file: status 2'
has "$(tail -n 1 "$tmp/bad.json")" "\"where\":\"$tmp/bad.dojo:4\"" 'the error has its file and line'

is "$(wrong exchange "$tmp"/*.json)" '' 'every record of all of these keeps the contract'
is "$(wrong handshake "$tmp/http-get.json" "$tmp/three-segments.json")" '' 'their first three segments are a handshake'

is "$(sed -n 's/.*"type":"kernel".*"state":"\([^"]*\)".*/\1/p' "$tmp/http-get.json" | uniq | tr '\n' ' ')" \
    'SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED ' 'http-get: the states of his kernel'
for kind in segment state prediction kernel expect; do
	grep -q "^{\"type\":\"$kind\",\"t_us\":" "$tmp/http-get.json"
	ok $? "http-get: there are records of type $kind"
done

# What the checker must see.
sed 's/"n":2,/"n":"2",/' "$tmp/http-get.json" >"$tmp/planted-number"
grep -v '"to":"ESTABLISHED"' "$tmp/http-get.json" >"$tmp/planted-move"
sed '3s/}$//' "$tmp/http-get.json" >"$tmp/planted-cut"
planted=$(wrong exchange "$tmp"/planted-*)
has "$planted" "planted-number: line 4: n is '2'" 'a number that is text is seen'
has "$planted" 'planted-move: alice was SYN-SENT and left ESTABLISHED' 'a lost move is seen'
has "$planted" 'planted-cut: Expecting' 'a line that is no JSON is seen'

# The same seed draws the same numbers.
raw()
{
	as self tcpdojo --json --seed "$1" -c syn | sed -n '1s/.*"seq_raw":\([0-9]*\).*/\1/p'
}
first=$(raw 7)
is "$(raw 7)" "$first" 'a seed repeats its sequence numbers'
[ "$(raw 8)" != "$first" ]
ok $? 'another seed has others'

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
status 2 'an unknown command' tcpdojo -c 'sny'
has "$(cat "$tmp/errors")" 'sny' 'it is quoted'
status 2 'a field out of range' tcpdojo -c 'syn win=70000'
status 2 'a file that is not there' tcpdojo run "$tmp/no-such.dojo"
status 2 'an unknown option' tcpdojo --frobnicate

# Refused by the system, for real.
cat >"$tmp/no-namespaces" <<'EOF'
echo 0 >/proc/sys/user/max_user_namespaces
exec tcpdojo --json -c syn
EOF
as nested sh "$tmp/no-namespaces" >"$tmp/out" 2>"$tmp/errors"
is $? 3 'no user namespaces left: status 3'
has "$(cat "$tmp/errors")" 'max_user_namespaces' 'the reason and the way out are on standard error'
is "$(wc -l <"$tmp/out")" 1 'and they are a record, the only one'
has "$(cat "$tmp/out")" '{"type":"error",' 'of an error'
mkdir "$tmp/root"
cat >"$tmp/chroot" <<'EOF'
mount --rbind / "$1/root" && exec /usr/sbin/chroot "$1/root" tcpdojo -c syn
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
		tshark -r "$tmp/$capture.pcap" -o tcp.check_checksum:TRUE -T fields -e frame.time_relative -e frame.time_delta \
		    -e tcp.checksum.status -e _ws.malformed >"$tmp/out" 2>"$tmp/errors"
		ok $? "$capture: tshark reads it" "$(cat "$tmp/errors")"
		is "$(wc -l <"$tmp/out")" "$count" "$capture: tshark sees every frame"
		is "$(awk '$2 < 0' "$tmp/out")" '' "$capture: times never run backwards"
		is "$(awk '$3 != 1 || $4 != ""' "$tmp/out")" '' "$capture: checksums are right, nothing is malformed"
		# More than the two roundings would be another time.
		is "$(python3 "$top_srcdir/tests/lab/records.py" seconds "$tmp/$capture.json" | paste - "$tmp/out" |
		    awk '{ d = $1 - $2 } d > 0.000002 || d < -0.000002')" '' "$capture: times are those of the records"
	fi
done
done_testing
