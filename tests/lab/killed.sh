#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The whole program killed at 20 random moments, with data of Bob's unacknowledged and programs of his that left their
# parents: no process stays, and where there is room for one lab only, the next one comes up within a second.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/lab/people.sh"

seed=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
diag "SEED=$seed"

cat >"$tmp/busy.dojo" <<'EOF'
bob run sh -c "setsid sleep 1000 & setsid sh -c 'sleep 1000 & sleep 1000' & exit 0"
connect 19
expect .* length>0 eventually
connect
data "GET /big HTTP/1.1\r\nHost: bob\r\n\r\n"
expect .* length>1000 eventually
wait 100s
EOF

# 20 moments up to 0.3 s (awks differ in their rand), and the one when Bob's data has come.
moments=$(awk -v x="$seed" 'BEGIN { for (i = 0; i < 20; i++) { x = (x * 69069 + 1) % 4294967296; printf "%.3f ", x / 4294967296 * 0.3 } }')

# again PROGRAM SCRIPT FOLDER MOMENTS: in a user namespace of its own, where three network namespaces are all there is.
# A line for each moment: when it was killed, with what status, how long the next lab took from there, in ms, and how many
# of the two expectations of data had held.
cat >"$tmp/again.sh" <<'EOF'
now_ms()
{
	echo $(($(date +%s%N) / 1000000))
}
echo 3 >/proc/sys/user/max_net_namespaces || exit 99
for moment in $4; do
	"$1" run "$2" >"$3/said" 2>&1 &
	if [ "$moment" = data ]; then
		until grep -q 'held: expect .* length>1000 eventually' "$3/said"; do sleep 0.01; done
	else
		sleep "$moment"
	fi
	kill -9 $!
	killed=$(now_ms)
	wait $! 2>/dev/null
	status=$?
	until "$1" -c 'syn; expect S.' >"$3/second" 2>&1; do
		[ $(($(now_ms) - killed)) -lt 20000 ] || break
	done
	grep -q 'held: expect S\.' "$3/second" || cat "$3/second"
	echo "$moment $status $(($(now_ms) - killed)) $(grep -c 'held: expect \.\* length' "$3/said")"
done
EOF
chmod a+r "$tmp/busy.dojo" "$tmp/again.sh"

# marked MARK: processes that inherited it, whoever their parent is by now.
marked()
{
	for place in $(grep -lzxs "LAB_MARK=$1" /proc/[0-9]*/environ); do
		place=${place%/environ}
		printf '%s %s\n' "${place#/proc/}" "$(tr '\0' ' ' <"$place/cmdline" 2>/dev/null)"
	done
}

none_left()
{
	for try in $(seq 250); do
		[ -n "$(marked "$1")" ] || return 0
		sleep 0.02
	done
	return 1
}

# That they would be seen: alive, there are main, init, wire, agent and three that sleep.
mark=alive-$$
LAB_MARK=$mark "$TCPDOJO" run "$tmp/busy.dojo" >"$tmp/alive" 2>&1 &
for try in $(seq 500); do
	grep -q 'held: expect .* length>1000 eventually' "$tmp/alive" && break
	sleep 0.02
done
[ "$(marked $mark | wc -l)" -ge 7 ]
ok $? 'a busy lab has its processes, three strays among them' "$(marked $mark; cat "$tmp/alive")"
kill -9 $!
wait $! 2>/dev/null
none_left $mark
ok $? 'after kill -9 none of them is left' "$(marked $mark)"

for person in $people; do
	mkdir -m 1777 "$tmp/tmp/$person"
	as "$person" env LAB_MARK="killed-$$-$person" unshare --user --map-root-user sh "$tmp/again.sh" "$tmp/tcpdojo" \
	    "$tmp/busy.dojo" "$tmp/tmp/$person" "$moments data" >"$tmp/$person" 2>"$tmp/$person.errors" &
done
wait
for person in $people; do
	what="as $person, with room for one lab only"
	[ "$(awk '$2 == 137' "$tmp/$person" | wc -l)" -eq 21 ]
	ok $? "$what: killed 21 times" "$(cat "$tmp/$person" "$tmp/$person.errors")"
	awk '{ print "# killed after " $1 " s: the next lab came up after " $3 " ms" }' "$tmp/$person"
	is "$(awk '$3 > 1000' "$tmp/$person")" '' "$what: the next one is up within a second each time"
	is "$(awk '$1 == "data" { print $4 }' "$tmp/$person")" 2 "$what: once with data unacknowledged"
	none_left "killed-$$-$person"
	ok $? "$what: no process is left" "$(marked "killed-$$-$person")"
done
done_testing
