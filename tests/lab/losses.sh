#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Frames that a capture loses are counted aloud, all of them; a full disk costs a warning and not a byte.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/lab/people.sh"

command -v python3 >/dev/null || skip_all 'python3, which sends the flood, is missing'

# seen FILE WORDS
seen()
{
	for try in $(seq 400); do
		! grep -q -- "$2" "$1" || return 0
		sleep 0.1
	done
	return 1
}

# ---- a flood, while the wire is stopped and then while the session is

cat >"$tmp/flood.py" <<'EOF'
import socket, sys, os, time
peer = socket.create_server(('198.51.100.2', 5000)).accept()[0]
while not os.path.exists(sys.argv[2]):
    time.sleep(0.02)
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for number in range(int(sys.argv[1])):
    while sys.argv[4] == 'paced' and number > 0 and number % 1000 == 0 and not os.path.exists('%s.%d' % (sys.argv[2], number)):
        time.sleep(0.002)
    sock.sendto(b'%032d' % number, ('198.51.100.1', 5555))
if sys.argv[3] == 'close':
    peer.close() # his FIN comes last, and is lost where the end of the flood is
open(sys.argv[2] + '.over', 'w').close()
if sys.argv[3] == 'keep':
    time.sleep(1000)
EOF

# carried: how many frames the wire has handed to Alice's interface.
carried()
{
	sed -n 's/^ *alice0: *[0-9]* *\([0-9]*\) .*/\1/p' "/proc/$main/net/dev"
}

# pace COUNT GO BEFORE: lets the flood go on by 1000 whenever the wire has carried all that came behind the first BEFORE, so
# that the wire itself loses nothing.
pace()
{
	before=$3
	burst=1000
	while [ "$burst" -le "$1" ]; do
		for try in $(seq 2000); do
			[ $(($(carried) - before)) -lt "$burst" ] || break
			sleep 0.01
		done
		: >"$2.$burst"
		burst=$((burst + 1000))
	done
}

# flood WHO COUNT TOLD HOW: WHO, main or the wire, sees none of it before it is over.
flood()
{
	mkfifo "$tmp/$1.typed"
	"$TCPDOJO" <"$tmp/$1.typed" >"$tmp/$1.out" 2>&1 &
	main=$!
	exec 9>"$tmp/$1.typed"
	printf '%s\n' "bob run python3 $tmp/flood.py $2 $tmp/$1.go close $4" 'wait for bob listening 5000 within 20s' 'connect 5000' >&9
	seen "$tmp/$1.out" 'bob SYN-RECEIVED -> ESTABLISHED'
	victim=$main
	if [ "$1" = wire ]; then
		init=$(tr -d ' ' <"/proc/$main/task/$main/children")
		for process in $(cat "/proc/$init/task/$init/children"); do
			[ "$(cat "/proc/$process/comm")" != tcpdojo-wire ] || victim=$process
		done
	fi
	kill -STOP "$victim"
	before=$(carried)
	[ "$4" = at_once ] || pace "$2" "$tmp/$1.go" "$before" &
	: >"$tmp/$1.go"
	for try in $(seq 400); do
		[ ! -e "$tmp/$1.go.over" ] || break
		sleep 0.1
	done
	wait $!
	kill -CONT "$victim"
	printf '%s\n' 'wait for bob job 1 ended within 20s' 'wait 300ms' 'connect 9' 'data "after"' 'expect . ack=6' 'link' >&9
	exec 9>&-
	wait $main
	status=$?
	ok $status "$1 stopped: the connection works after the flood" "$(tail -n 20 "$tmp/$1.out")"
	came=$(grep -c 'UDP, length 32' "$tmp/$1.out")
	lost=$(sed -n 's/^warning: a capture lost \([0-9]*\) frames.*/\1/p' "$tmp/$1.out" | awk '{ sum += $1 } END { print sum + 0 }')
	diag "$1 stopped: of $2 frames $came came, and $lost were counted as lost"
	[ "$lost" -gt 0 ]
	ok $? "$1 stopped: the loss is told"
	is $((came + lost)) $(($2 + 1)) "$1 stopped: whatever did not come was counted, his FIN too"
	is "$(grep -c 'bob ESTABLISHED -> FIN-WAIT-1' "$tmp/$1.out")" "$3" "$1 stopped: what Bob did is told, also where the frame that says so was lost"
	is "$(grep -c 'Flags \[F' "$tmp/$1.out")" 0 "$1 stopped: it was"
	grep -q 'NOT AS PREDICTED' "$tmp/$1.out"
	is $? 1 "$1 stopped: no prediction is called broken"
}

flood wire 12000 0 at_once # the wire itself has lost it: nobody knows
flood main 6000 1 paced

# ---- so many events on the wire that what Bob heard and said is among those that nobody read

mkfifo "$tmp/late.typed"
"$TCPDOJO" <"$tmp/late.typed" >"$tmp/late.out" 2>&1 &
main=$!
exec 9>"$tmp/late.typed"
printf '%s\n' "bob run python3 $tmp/flood.py 6000 $tmp/late.go keep paced" 'wait for bob listening 5000 within 20s' 'connect 5000' \
    'link delay 1500ms' 'data "hello"' 'wait for segments from bob . ack=6 >= 1 within 20s' 'wait 2s' 'link delay 0ms' \
    'data " again"' 'wait 200ms' 'state' >&9
seen "$tmp/late.out" 'length 5'
kill -STOP $main
before=$(carried)
pace 6000 "$tmp/late.go" "$before" &
: >"$tmp/late.go"
for try in $(seq 400); do
	[ ! -e "$tmp/late.go.over" ] || break
	sleep 0.1
done
wait $!
sleep 2 # until the last frame has crossed
kill -CONT $main
exec 9>&-
wait $main
ok $? 'the session goes on behind a gap in what the wire told' "$(tail -n 20 "$tmp/late.out")"
has "$(cat "$tmp/late.out")" 'events on the wire went by unread' 'the gap is told'
! grep 'NOT AS PREDICTED\|has not heard' "$tmp/late.out"
ok $? 'what Bob heard in it is concluded: nothing is waited for'
is "$(sed -n 's/^rcv.nxt *[0-9]* *\([0-9]*\) *$/\1/p' "$tmp/late.out")" 12 'and his shadow has read it all'

# ---- more of Bob's data than memory keeps, and no room on disk

lines=173000 # of 52 bytes: more than the 8 MiB that memory keeps
cat >"$tmp/serve.py" <<'EOF'
import socket, sys
listener = socket.create_server(('198.51.100.2', 5000))
line = b'%07d the quick brown fox jumps over the lazy dog\n'
data = b''.join(line % n for n in range(int(sys.argv[1])))
open(sys.argv[2], 'wb').write(data)
peer = listener.accept()[0]
peer.sendall(data)
peer.close()
EOF
cat >"$tmp/full.dojo" <<EOF
auto ack on
auto close on
bob run python3 $tmp/serve.py $lines $tmp/sent
wait for bob listening 5000 within 20s
connect 5000
wait for state CLOSED within 120s
expect state CLOSED
save $tmp/full.pcap
stream bob
EOF
cat >"$tmp/full.sh" <<'EOF'
mount -t tmpfs -o size=64k tmpfs "$2" || exit 99
TMPDIR=$2 "$1" run "$3"
echo "status $?"
cat /dev/zero >"$2/fill" 2>/dev/null
printf '%s\n' connect "save $2/no.pcap" 'expect kernel state ESTABLISHED' quit |
    python3 "$4/tests/lab/on_terminal.py" "$1"
echo "status $?"
EOF
mkdir "$tmp/small"
unshare --user --map-root-user --mount sh "$tmp/full.sh" "$TCPDOJO" "$tmp/small" "$tmp/full.dojo" "$top_srcdir" \
    >"$tmp/full.out" 2>"$tmp/full.err"
is "$(grep -c '^warning: no room on disk for the log' "$tmp/full.out")" 1 'a full disk is told, once'
has "$(cat "$tmp/full.out")" "tcpdojo: cannot write \"$tmp/small/no.pcap\": No space left on device" 'save says where there is none'
is "$(grep -o 'status [0-9]*$' "$tmp/full.out" | tr '\n' ' ')" 'status 0 status 0 ' 'and both sessions go on to their ends'
grep '^[0-9]\{7\} the quick' "$tmp/full.out" >"$tmp/got"
cmp "$tmp/sent" "$tmp/got" >"$tmp/differ" 2>&1
ok $? "the stream is what Bob's program sent, $lines lines" "$(cat "$tmp/differ"; tail -n 3 "$tmp/full.err")"
done_testing
