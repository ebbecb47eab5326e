#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The lessons that come with the program do what they say, and `lesson test` sees when one does not.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/cli/dojo.sh"

lessons=$top_srcdir/lessons
unset TCPDOJO_LESSON_PATH

for name in $(cat "$lessons/ORDER"); do
	run lesson test "$lessons/$name.md"
	is "$status" 0 "$name passes"
	is "$out" "$lessons/$name.md: $(grep -c '^## ' "$lessons/$name.md") steps, all well" "$name: nothing is found"
done
is "$(cd "$lessons" && printf '%s\n' *.md | sed 's/\.md$//' | sort)" "$(sort "$lessons/ORDER")" 'ORDER names each of them'

# The prose of each step, blocks left out: no more than fits beside a prompt.
long=$(awk '
	/^```(setup|predict|do|goal|hint|wrong|explain|output)$/ { block = 1; next }
	block && /^```$/ { block = 0; next }
	/^---$/ && FNR == 1 { step = 0; prose = 0 }
	/^## / { step = 1; prose = 0 }
	!block && step && NF { prose++ }
	prose > 15 || (length($0) > 80 && !/^try: /) { print FILENAME ":" FNR ": " $0 }' "$lessons"/*.md)
is "$long" '' 'no step has more than 15 lines of prose, nor wider ones than 80 columns'

# What a lesson sends its reader to is there.
grep -oh '`*help [A-Za-z-]*[`)]' "$lessons"/*.md | sed 's/`//g; s/)//; s/help WORD//' | sort -u | grep . >"$tmp/help"
run_with - <"$tmp/help"
"$dojo" <"$tmp/help" >"$tmp/out" 2>&1
ok $? "each word that \`help\` is to explain is known: $(tr '\n' ',' <"$tmp/help")" "$(cat "$tmp/out")"
[ "$(wc -l <"$tmp/help")" -ge 5 ]
ok $? 'there are such words'

# A lesson to begin with.
(cd "$tmp" && "$dojo" lesson new mine >"$tmp/out" 2>&1)
ok $? 'lesson new writes a file' "$(cat "$tmp/out")"
run lesson test "$tmp/mine.md"
is "$status" 0 'and it passes'
cp "$tmp/mine.md" "$tmp/kept"
run lesson new "$tmp/mine.md"
is "$status" 2 'lesson new writes over nothing'
has "$err" 'File exists' 'and says so'
cmp -s "$tmp/mine.md" "$tmp/kept"
ok $? 'the file is as it was'

# plant SED-SCRIPT: the lesson with something wrong in it.
plant()
{
	sed "$1" "$tmp/mine.md" >"$tmp/planted.md"
}

# finds MESSAGE NAME: status 1, and one line with file and line.
finds()
{
	run lesson test "$tmp/planted.md"
	is "$status" 1 "$2: status 1"
	case $out in
	"$tmp/planted.md:"[0-9]*": "*"$1"*) ok 0 "$2: said with file and line" ;;
	*) ok 1 "$2: said with file and line" "$out$err" ;;
	esac
}

plant 's/^answer: 1$/answer: 2/'
finds 'the answer is "2", and what was seen is 1' 'a wrong answer'
plant 's/^segments from bob S\. ack=1 >= 1$/segments from bob S. ack=1 >= 0/'
finds 'the goal holds when nothing has been done' 'a goal that holds at once'
plant 's/^segments from bob S\. ack=1 >= 1$/segments from bob S. ack=7 >= 1/'
finds 'the goal does not hold after the solution' 'a goal that is not reached'
plant 's/^try: .*/try: syn/'
finds 'the goal holds after this wrong attempt' 'a wrong attempt that is right'
plant 's/^when: .*/when: segments from alice S >= 1/'
finds 'holds after `syn` of the solution, too' 'a right way that is taken for wrong'
plant 's/^syn$/bob run true/'
finds '`bob run` may not stand in a lesson: it starts programs' 'a lesson that starts programs'
plant 's/^minutes: .*/needs: nowhere/'
finds 'needs "nowhere"' 'a lesson that is not there'
plant 's/^The command is .*/There is a command./'
finds 'the last hint does not say `syn`' 'hints that do not help'
printf '\n```output\n...Flags [S.], seq 0, ack 2...\n```\n' | cat "$tmp/mine.md" - >"$tmp/planted.md"
finds 'the screen did not show' 'output that was not seen'
printf '\n```output\n...Flags [S], seq 0...\n...Flags [S.], seq 0, ack 1...\n```\n' | cat "$tmp/mine.md" - >"$tmp/planted.md"
run lesson test "$tmp/planted.md"
is "$status" 0 'output that was seen' "$out"

# What is no lesson keeps no other from being tried.
printf 'no lesson\n' >"$tmp/broken.md"
run lesson test "$tmp/broken.md" "$tmp/mine.md"
is "$status" 2 'a file that is no lesson: status 2'
has "$err" "$tmp/broken.md:1: " 'said with file and line'
has "$out" "$tmp/mine.md: 1 step, all well" 'and the next is tried'
plant 's/^answer: 1$/answer: 2/'
run lesson test "$tmp/planted.md" "$tmp/broken.md"
is "$status" 2 'findings and no lesson: status 2'
run lesson test
is "$status" 2 'lesson test needs a file'

done_testing
