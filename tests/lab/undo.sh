#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# `undo`: what it leaves is what a run that never did the command has; what cannot be undone is refused, and changes nothing.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/cli/dojo.sh"

# ---- two runs ------------------------------------------------------------------------------------------------------------

python3 "$top_srcdir/tests/lab/undo.py" "$dojo" >"$tmp/runs" 2>&1
status=$?
cat "$tmp/runs"
tap_count=$(grep -c '^\(not \)\{0,1\}ok ' "$tmp/runs")
is $status 0 'all pairs of runs were made'

# notes COMMANDS: what was said that is no segment, record or state.
notes()
{
	run --seed 7 --json -c "$1"
	out=$(printf '%s\n' "$out" | sed -n 's/^{"type":"note",.*"text":"\(.*\)"}$/\1/p')
}

# unchanged COMMANDS MESSAGE: the last command is refused so, and the journal and the log are as if it had not been.
unchanged()
{
	run -c "$1"
	is "$status: $(printf '%s\n' "$err" | sed 's/^-c:1: //')" "2: $2" "$1"
}

# ---- how many ------------------------------------------------------------------------------------------------------------

unchanged 'undo' 'there is nothing to undo'
unchanged 'state; help; wait 1ms; undo' 'there is nothing to undo'
unchanged 'set mss 5; undo 0' '`undo` takes how many commands, 1 or more, not "0"'
unchanged 'set mss 5; undo x' '`undo` takes how many commands, 1 or more, not "x"'
unchanged 'set mss 5; undo -1' '`undo` takes how many commands, 1 or more, not "-1"'
unchanged 'set mss 5; undo 99' 'there is only 1 command to undo'
unchanged 'set mss 5; set mss 6; undo 18446744073709551616' '`undo` takes how many commands, 1 or more, not "18446744073709551616"'
unchanged 'set mss 5; undo 1 2' '"2" is one word too many; usage: undo [N]'
unchanged 'syn; lab restart; undo' 'there is nothing to undo since `lab restart`, whose Bob before it is gone'

# On a terminal, where the session goes on after a mistake: the same segments are there as before.
printf 'connect\ndata "a"\nundo 99\nundo x\nundo 0\nlog\nexpect kernel state ESTABLISHED\nquit\n' >"$tmp/lines"
NO_COLOR=1 LC_ALL=C TERM=dumb python3 "$top_srcdir/tests/cli/at_prompt.py" "$dojo" --seed 7 <"$tmp/lines" >"$tmp/screen" 2>&1
out=$(tr -d '\r' <"$tmp/screen")
is "$(printf '%s\n' "$out" | grep -c 'there are only 2 commands to undo')" 1 'at the prompt a refused undo is told'
is "$(printf '%s\n' "$out" | grep -c 'length 1$')" 2 'and leaves the log as it was'
has "$out" 'held: expect kernel state ESTABLISHED' 'and the connection'

# ---- what it says --------------------------------------------------------------------------------------------------------

notes 'connect; data "a"; expect . eventually; state; undo'
has "$out" 'undone: `data \"a\"` (1 command done again with a new Bob in ' 'the command is named, and how many were done again'
notes 'connect; set mss 5; set mss 6; set mss 7; undo 2; journal'
has "$out" 'undone: `set mss 6` and what came after it (2 commands done again' 'of several the first is named'
is "$(printf '%s\n' "$out" | sed 1d | tr '\n' ' ' | sed 's/ *#[^s]*sent//; s/ *#.*set/ set/')" 'connect set mss 5 ' 'the journal is the shorter one'
notes 'syn; expect S.; ack; data "x" ack_raw=5; set mss 5; undo; journal'
has "$out" '1 of them rebased: raw numbers moved to the new ISN' 'numbers of the wire are moved'
has "$out" '(rebased: the numbers typed were those of an earlier Bob)' 'and marked in the journal'

# Numbers typed as on the wire that were right stay right, also when undone twice: Bob takes the data.
cat >"$tmp/raw.py" <<'TEXT'
import json, subprocess, sys
dojo = subprocess.Popen([sys.argv[1], "--json", "--seed", "7"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
def say(line):
    dojo.stdin.write(line + "\n")
    dojo.stdin.flush()
def hear(wanted):
    for line in dojo.stdout:
        record = json.loads(line)
        if wanted(record):
            return record
    sys.exit("the program ended")
say("syn dport=7")
isn = hear(lambda r: r["type"] == "segment" and r["from"] == "bob")["fields"]["seq_raw"]
say("expect S.")
say(f"ack ack_raw={(isn + 1) % 2**32}")
say("set mss 5")
say("set mss 6")
for again in range(2):
    say("undo")
    print(hear(lambda r: r.get("text", "").startswith("undone"))["text"])
say("expect kernel state ESTABLISHED")
print(hear(lambda r: r["type"] in ("expect", "error")).get("held"))
dojo.stdin.close()
TEXT
out=$(python3 "$tmp/raw.py" "$dojo" 2>&1)
is "$(printf '%s\n' "$out" | sed 's/in [0-9]* ms/in T ms/')" 'undone: `set mss 6` (3 commands done again with a new Bob in T ms, 1 of them rebased: raw numbers moved to the new ISN)
undone: `set mss 5` (2 commands done again with a new Bob in T ms, 1 of them rebased: raw numbers moved to the new ISN)
True' 'an ack_raw that was right is right with every new Bob'

# Bob knocks again from the same port, with the same ISN.
run --seed 7 -c 'set raw on; listen 8080; bob connect 8080; bob connect 8080 alice6; set mss 5; undo; log'
is "$(printf '%s\n' "$out" | grep -o 'bob.*Flags \[S\], seq [0-9]*' | sort | uniq -c | sed 's/^ *\([0-9]*\).*/\1/' | tr '\n' ' ')" '2 2 ' \
    'bob knocks from the same port with the same ISN'

# ---- within scripts ------------------------------------------------------------------------------------------------------

printf 'syn dport=$1\nexpect S.\nlet text "a b;\\x01$$"\n' | sed 's/\$\$/\\$/' >"$tmp/inner.dojo"
printf 'data $1\nexpect . eventually\nundo\n' >"$tmp/undoes.dojo"
notes "run $tmp/inner.dojo 7; ack; data \$text; undo; undo 2; journal"
is "$(printf '%s\n' "$out" | grep -c undone)" 2 'a script that was run counts as one command'
has "$out" "undone: \`run $tmp/inner.dojo 7\`" 'and is undone as a whole'
notes "run $tmp/inner.dojo 7; ack; data \$text; expect P.* eventually; set mss 5; undo; stream"
has "$out" 'a b;' 'its arguments and what it set are the same again'
notes "connect 7; run $tmp/undoes.dojo hello; stream alice"
has "$out" 'no data yet' 'undo within a script undoes its command'
printf 'undo\n' >"$tmp/first.dojo"
unchanged "connect; run $tmp/first.dojo" "$tmp/first.dojo:1: there is nothing to undo"
run -c 'let a one; let a two; undo; data $a'
has "$err" 'there is no connection' 'a variable has its value of before'
run --seed 7 -c 'connect 7; let a one; let a two; undo; data $a; expect P.* eventually; stream'
has "$out" 'one' 'which is used'

# ---- what cannot be done again -------------------------------------------------------------------------------------------

unchanged 'syn; bob run true; ack; undo' \
    '`bob run true` cannot be done again with a new Bob: it ran a program, and what that did is not known; `lab restart` begins anew'
notes 'connect; bob run true; undo'
has "$out" 'undone: `bob run true`' 'a program itself can be undone'
unchanged 'bob set defaults; connect 7; data "x"; wait for segments from bob P.* >= 2 within 5s; ack; undo' \
    '`wait for segments from bob P.* >= 2 within 5s` cannot be done again with a new Bob: bob repeated something then, or soon after it, since his retransmission timer ran out; `lab restart` begins anew'
run -c 'connect 7; data "x"; ack; bob set net.ipv4.tcp_fin_timeout=1; wait 1200ms; ack; undo'
has "$err" 'what his timers did since then took its time' 'nor what a timer may have done that was made quick'

# SYN,ACK repeats change nothing: thinking over a handshake is no hindrance.
notes 'syn; expect S.; expect S. after 900ms within 3s; ack; undo; state'
has "$out" 'undone: `ack` (1 command' 'a repeated SYN,ACK is no hindrance'

# ---- a Bob that was killed, an undo that is interrupted --------------------------------------------------------------------

"$dojo" --json --seed 7 -c 'connect; set mss 5; link delay 1s; data "a"; data "b"; data "c"; undo' >"$tmp/out" 2>"$tmp/err" &
pid=$!
tries=0
until grep -q 'takes up to' "$tmp/out" || [ $tries -ge 200 ]; do
	sleep 0.05
	tries=$((tries + 1))
done
kill -INT $pid
wait $pid
has "$(cat "$tmp/err" "$tmp/out")" 'interrupted: only ' 'Ctrl-C in a long undo is told, with what was done'

# ---- in time ---------------------------------------------------------------------------------------------------------------

# Within one run: ten commands and what Bob said to them against the new Bob alone, which `lab restart` is.  At most three
# times 40 ms of delayed acknowledgements come on top; the bound is generous, since other programs run here too.
cat >"$tmp/time.py" <<'TEXT'
import json, statistics, subprocess, sys, time
dojo = subprocess.Popen([sys.argv[1], "--json", "--seed", "7"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
def say(*lines):
    dojo.stdin.write("\n".join(lines) + "\n")
    dojo.stdin.flush()
def until(text):
    for line in dojo.stdout:
        if json.loads(line).get("text", "").startswith(text):
            return
    sys.exit("the program ended")
restarts, undos = [], []
for turn in range(10):
    began = time.monotonic()
    say("lab restart")
    until("a new bob")
    restarts.append(time.monotonic() - began)
    say("set mss 1400", "syn", "expect S.", "ack", 'data "a"', "expect . eventually", "data zero:100", "expect . eventually",
        'data "c"', "expect . eventually", "set mss 1300", "set window 5000", "ack", "set mss 1200", "set mss 1100")
    for again in range(2):
        began = time.monotonic()
        say("undo")
        until("undone")
        undos.append(time.monotonic() - began)
restart, undo = statistics.median(restarts), statistics.median(undos)
print(f"# lab restart {1000 * restart:.0f} ms, undo after ten commands {1000 * undo:.0f} ms (medians of 10 and 20)")
print("good" if undo < 3 * restart + 0.15 else "bad")
dojo.stdin.close()
TEXT
out=$(python3 "$tmp/time.py" "$dojo" 2>&1)
printf '%s\n' "$out" | sed '/^#/!s/^/# /'
has "$out" good 'undo after ten commands takes not much longer than a new Bob'
done_testing
