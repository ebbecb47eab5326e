#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# However main ends, nothing stays: no process, and no namespace that Bob's half-dead sockets would pin.
. "$top_srcdir/tests/lab/hand.sh"

seed=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
echo "# SEED=$seed"

"$hand" start ready agent:unacked agent:stray packet:alice0 >/dev/null
until_true 5 none_left
ok "an ordinary end leaves no process"

mkfifo "$tmp/hold"
"$hand" start ready agent:unacked agent:stray wait <"$tmp/hold" >"$tmp/out" &
main=$!
exec 9>"$tmp/hold"
until_true 5 grep -q 'done' "$tmp/out"
until_true 5 sh -c "[ \"\$(grep -c done '$tmp/out')\" = 2 ]"
ok "a lab with unacknowledged data and a stray grandchild is up"
[ "$(marked | wc -l)" -ge 5 ]
ok "main, init, wire, agent and the stray are seen by their marker"
kill -9 $main
wait $main 2>/dev/null
until_true 5 none_left
ok "after kill -9 none of them is left"
exec 9>&-

# One user namespace has room for one lab only: each of these must find what the one before gave back.
cat >"$tmp/again.sh" <<'EOF'
echo 3 >/proc/sys/user/max_net_namespaces
awk -v seed="$2" 'BEGIN { srand(seed); for (i = 0; i < 20; i++) print int(rand() * 60000) }' >"$3/moments"
while read -r moment; do
	"$1" "die:$moment" start ready agent:unacked agent:orphan agent:stray sleep:5 >/dev/null 2>"$3/said"
	[ $? = 137 ] || { echo "# not killed after $moment us: $(cat "$3/said")"; exit 1; }
done <"$3/moments"
for kind in unacked orphan; do
	"$1" start ready "agent:$kind" die:1 sleep:5 >/dev/null 2>&1
	"$1" start ready ping >"$3/second" || { echo "# after $kind"; exit 1; }
	sed "s/^/# after $kind: /" "$3/second"
done
EOF
unshare -Ur sh "$tmp/again.sh" "$hand" "$seed" "$tmp" 2>"$tmp/errors"
ok "killed at 20 random moments, and with unacknowledged data: with room for one lab only, the next one starts each time"
grep -v Killed "$tmp/errors" | sed 's/^/# /'
until_true 5 none_left
ok "and no process is left of any of them"
finish
