#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A learner's way through a lesson, by standard input: predictions, right and wrong; hints, solution, goal; from step to step and
# back; what is kept, and what of it is handed in; what a lesson may not do.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/cli/dojo.sh"

TCPDOJO_LESSON_PATH=$tmp/lessons
export TCPDOJO_LESSON_PATH
mkdir "$tmp/lessons"
cp "$top_srcdir/tests/lessons/short.md" "$top_srcdir/tests/lessons/refused.md" "$tmp/lessons"
printf -- '---\ntitle: Broken\nformat: 1\n---\n\n## A\n\nProse.\n\n```nonsense-goal\n```\n\n```goal\nstate NOWHERE\n```\n' >"$tmp/lessons/broken.md"
kept=$XDG_STATE_HOME/tcpdojo/lessons/short.json

# learn LINE...: typed into the lesson `short`.
learn()
{
	printf '%s\n' "$@" | "$dojo" --seed 1 lesson short >"$tmp/out" 2>"$tmp/err"
	status=$?
	out=$(cat "$tmp/out")
	err=$(cat "$tmp/err")
}

anew()
{
	rm -rf "${XDG_STATE_HOME:?}"
}

hasnt()
{
	case $1 in
	*"$2"*) ok 1 "$3" "\"$2\" is in:
$1" ;;
	*) ok 0 "$3" ;;
	esac
}

# ---- which there are
run lesson list
is "$status: $err" '0: ' 'lesson list needs no lab and no terminal'
has "$out" 'A short one' 'a lesson with its title'
has "$out" '3 min; 4 steps' 'how long it takes'
has "$out" "broken          cannot be used: $tmp/lessons/broken.md:" 'a broken one is named, with file and line'
run lesson
has "$out" 'A short one' 'lesson alone lists them too'
run lesson no-such
is "$status" 2 'a lesson that there is not'
run lesson list more
is "$status: $(echo "$err" | head -n 1)" '2: tcpdojo: "more" is not understood behind `lesson list`' 'a word too many'
run -c 'hint'
is "$status: $err" '2: -c:1: `hint` is for lessons, and none has begun; `lesson` lists them' 'outside of a lesson'

# ---- predictions
learn S syn
is "$status" 0 'a lesson by standard input'
has "$out" 'What a test goes through.' 'the introduction'
has "$out" 'Step 1 of 4: Knock' 'the step'
has "$out" "Question: Which flags will Bob's answer have?" 'its question'
has "$out" "You said S; Bob answered [S.], because he hears and talks (RFC 9293 3.5)." 'a wrong prediction is spoken to'
has "$out" 'He said SYN-ACK.' 'what explains it is said when the goal is reached'
has "$out" '`next` goes on to step 2 of 4: Answer' 'and how to go on'
anew
learn 'SYN ack' syn
has "$out" 'Right: Bob answered [S.], because' 'a right one, in another form'
has "$out" 'bob should answer SYN,ACK with ack 1' "with the question answered, the shadow predicts"
anew
learn syn next 'iss' 'open' 'SYN received' ack
is "$status: $err" '2: standard input:4: "open" is no answer to this: it wants a state, like LISTEN or listen' 'no answer at all'
hasnt "$out" 'bob should answer' 'while a question is open nothing is predicted'
has "$out" 'Not predicted: Bob answered [S.]' 'what was not predicted is said all the same'
anew
learn syn next 0 'SYN received' ack
has "$out" 'You said ack 0; you sent ack 1, because SYN counts as one (RFC 9293 3.4).' 'a field of her own'
has "$out" "You said SYN received; Bob's kernel says ESTABLISHED, because he has heard you." 'a state'

# ---- help, and the goal by any way
anew
learn S. hint hint hint 'syn dport=81' 'syn dport=82' goal solution next
is "$status" 1 'next before the goal is reached'
is "$(echo "$out" | grep -c 'hint\.$')" 2 'hints, one by one'
has "$out" 'There are no more hints' 'to the last'
is "$(echo "$out" | grep -c 'Nobody listens there.')" 1 'a typical mistake is spoken to once'
has "$out" '[ ] segments from bob S. >= 1 - so far there are 0' 'goal says what is, and what is not'
has "$out" 'nothing of it was run:
  syn' 'solution says it and does nothing'
has "$out" 'Not yet: of this step'"'"'s goal there is still to come
  segments from bob S. >= 1' 'next says what is still to come'
anew
learn S. 'syn dport=81' 'tcp dport=80 flags=S seq_raw=77 sport=45000'
has "$out" 'the goal of this step is reached' 'a route of her own, after a mistake'
anew
run -c 'lesson short; S.; syn; next; 1; ESTAB; ack; next'
has "$status $out" '0 ' 'with -c, answers between the commands'
has "$out" 'Step 3 of 4' 'to the third step'

# ---- what comes later
anew
learn . syn next 1 ESTAB ack next b 1 'data "GET / HTTP/1.0\r\n\r\n"' 'wait 1s' next
has "$out" 'Right: it is b) Bob, because so it is in HTTP/1.0.' 'a choice'
has "$out" 'Right: there was 1, because one is enough.' 'a count'
has "$out" 'Step 4 of 4: In a new lab' 'the goal was reached while she waited'
hasnt "$out" 'bob listens' "the setup is not seen"

# ---- from step to step
anew
learn skip skip
has "$out" 'Step 3 of 4' 'skip goes on as if the solution had been typed'
anew
learn skip skip state skip 4 'data hello' next
has "$out" 'alice           bob' 'after skip the lab stands where the step begins'
has "$out" 'You said 4; it is 5 octets, because it is an echo.' 'a number of the lesson'
has "$out" 'That was "A short one": 1 of 4 steps reached; what you skipped' 'the end says what was reached'
run lesson list
has "$out" '1 of 4 steps reached, 3 skipped' 'and so does the list'
learn S.
has "$out" 'You have been through this lesson; it begins from the start.' 'one can go through it again'
anew
learn . syn next 1 ESTAB ack 'data junk' redo 1 ESTAB ack back journal
is "$status" 0 'redo and back'
is "$(echo "$out" | grep -c 'Step 2 of 4')" 2 'redo shows the step again'
is "$(echo "$out" | grep -c "Right: Bob's kernel says ESTABLISHED")" 2 'and it can be done again'
is "$(echo "$out" | grep -c 'Step 1 of 4')" 2 'and back shows the one before'
is "$(echo "$out" | tail -n 1 | cut -c 1-36)" 'Type flags, like FP. or FIN-PSH-ACK,' 'in a new lab, with nothing in the journal'
anew
learn syn next 1 'syn received'
has "$err" 'if it was your answer: `answer syn received`' 'an answer that begins like a command'
anew
learn . syn next undo
has "$err" 'there is nothing to undo since this step began' 'undo keeps within the step'
anew
learn back
is "$status: $err" '2: standard input:1: this is the first step; `redo` begins it again' 'nothing before the first'

# ---- kept, and gone on with
anew
learn S. syn hint solution next 1
learn ESTAB
has "$out" 'You are back at step 2 of 4' 'a lesson is gone on with'
has "$out" 'Question 1 of 2' 'at the start of its step'
learn 1 ESTAB state ack
has "$out" 'SYN-RECEIVED' 'with what led to it done again'
has "$out" 'Right: you sent ack 1' 'and it goes on from there'
run lesson report --json
is "$status: $err" '0: ' 'lesson report needs no lab'
python3 - "$tmp/out" >"$tmp/report" <<'TEXT'
import json, sys
report = json.load(open(sys.argv[1]))
(lesson,) = report['lessons']
first, second = lesson['steps'][:2]
print(lesson['lesson'], first['end'], first['tries'], first['hints'], first['solution'], second['end'], second['tries'])
print([(a['answer'], a['actual'], a['right']) for a in first['answers']])
print([(a['answer'], a['actual'], a['right']) for a in second['answers'][-2:]])
TEXT
is "$(cat "$tmp/report")" "short reached 1 1 True reached 1
[('S.', '[S.]', True)]
[('1', '1', True), ('ESTAB', 'ESTABLISHED', True)]" 'and has steps, answers, tries and hints'
run lesson report
has "$out" 'tries 1, hints 1, redos 0, solution seen' 'for people too'
learn 'lesson short again' 'S.'
has "$out" 'Step 1 of 4: Knock' 'again begins anew'
printf 'nonsense' >"$kept"
learn S.
has "$out" 'the lesson begins anew: what was kept of it cannot be used' 'a damaged progress is said'
is "$(cat "$kept.damaged")" 'nonsense' 'and kept aside'
has "$out" 'Step 1 of 4' 'and the lesson begins'
sed 's/^ack$/ack win=5000/' "$top_srcdir/tests/lessons/short.md" >"$tmp/lessons/short.md"
learn S.
has "$out" '.json.old' 'a lesson that has changed begins anew'
XDG_STATE_HOME=/proc/nowhere learn S. syn hint
is "$status: $(echo "$out" | grep -c 'is not kept')" '0: 1' 'where nothing can be kept, that is said once and hinders nothing'
printf 'S.\nlesson leave\nset\n' | "$dojo" --seed 1 lesson short >"$tmp/out" 2>&1
has "$(cat "$tmp/out")" 'an ordinary prompt in a new lab' 'lesson leave ends it'
printf 'set window 5000\nset predictions on\nlesson short\nskip\nskip\nskip\nset mss 900\nlesson leave\nset\n' | "$dojo" >"$tmp/out" 2>&1
is "$(grep -E '^(window|mss|predictions) ' "$tmp/out" | awk '{ print $1, $2 }' | tr '\n' ' ')" \
    'mss 1460 predictions on window 5000 ' 'settings are afterwards as they were before'

# ---- what a lesson may not do
cd "$tmp" || exit 99
run lesson refused
is "$status: $err" "2: tcpdojo: $tmp/lessons/refused.md:16: \`bob run\` may not stand in a lesson: it starts programs" \
    'a lesson that starts programs is refused by name'
hasnt "$out" 'Step 1' 'before anything of it runs'
[ ! -e touch ] && [ ! -e here ]
ok $? 'and nothing of it has run'
for line in 'save x.pcap:writes files' 'run x.dojo:reads files' 'quit:leaves the lab' 'undo:cannot be done' 'hint:for the learner' \
    'lab restart:a step with a setup' 'syn; save x.pcap:writes files' 'data $HOME:HOME'; do
	sed "s/^bob run.*/${line%%:*}/" "$top_srcdir/tests/lessons/refused.md" >"$tmp/lessons/refused.md"
	run lesson refused
	is "$status $(echo "$err" | grep -c "${line#*:}")" '2 1' "${line%%:*} is refused as well"
done

# ---- escape sequences, JSON
escape=$(printf '\033')
anew
learn "answer ${escape}[31mred" 
hasnt "$out$err" "$escape" 'an answer with an escape sequence is not shown raw'
printf 'S.\nsyn\n' | "$dojo" --json lesson short >"$tmp/out" 2>"$tmp/err"
python3 -c '
import json, sys
notes = [json.loads(line) for line in open(sys.argv[1])]
print(any(n["type"] == "note" and n["text"].startswith("Right: Bob answered") for n in notes))' "$tmp/out" >"$tmp/json"
is "$(cat "$tmp/json")" 'True' 'in JSON what is said is a note'
done_testing
