#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Scripts: from a file, from -c, from standard input of every kind; arguments, variables, quotes; where and how they end.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/cli/dojo.sh"

script()
{
	cat >"$tmp/$1"
}

# ---- lines
run -c 'help syn; help ack # a remark; help fin'
is "$status: $(grep -c FIELD "$tmp/out")" '0: 2' "commands end at ';', and a remark at the line's end"
run -c 'let a "x ; # y"; help "$a"; help syn'
is "$err" "-c:1: no command, field or term is called \"\$a\"; \`help\`, \`help fields\` and \`help terms\` list them" \
	'in quotes neither ; nor # nor $ is special'
run -c 'help "sy\x6e"'
has "$out" 'syn [FIELD=VALUE]...' 'C escapes in quotes'
refused 'data "abc' "a quote is opened and never closed on its line; \\n in it is a line end"
refused 'data "\q"' "\"\\q\" is no C escape; there are \\n \\r \\t \\0 \\xNN \\\\ and \\\""
run -c 'data "a
help syn'
is "$status: $err" "2: -c:1: a quote is opened and never closed on its line; \\n in it is a line end" \
	'a quote does not swallow the next line'
refused 'help $' "a \$ stands before a name or a number, like \$port or \$1; \"\\\$\" in quotes is a dollar"
refused 'help $port' "\$port has no value; \`let port VALUE\` gives it one, \${port:-VALUE} a default"
refused 'help $1' "\$1 has no value: the script was given 0 arguments; \${1:-VALUE} gives a default"
refused 'help ${port' "\${port has no closing brace on its line"
refused 'help ${port x}' "in \${port...} stands a name, or a name and its default, as in \${port:-VALUE}"
refused 'let 1st x' '"1st" is no name: letters, digits and _, at most 63, the first no digit'
run -c 'let word syn; help $word; help ${word}; help ${none:-ack}; help ${none:-} '
is "$status: $(grep -c FIELD=VALUE "$tmp/out")" '0: 3' '$NAME, ${NAME} and ${NAME:-DEFAULT}'

# ---- where a script ends
script three <<'TEXT'
#!/usr/bin/env -S tcpdojo run
help syn

help $1; nonsense
help fin
TEXT
run run "$tmp/three" ack
is "$status: $err" "2: $tmp/three:4: there is no command \"nonsense\"; \`help\` lists them" 'an error names file and line'
has "$out" 'ack [FIELD=VALUE]...' 'what stood before it was done, with $1'
case $out in *fin\ *) ok 1 'what stands behind it is not' "$out" ;; *) ok 0 'what stands behind it is not' ;; esac
run -c "run $tmp/three"
is "$err" "$tmp/three:4: \$1 has no value: the script was given 0 arguments; \${1:-VALUE} gives a default" \
	'an error within run is told once, where it is'
run -c "run $tmp/three ack; help fin"
is "$status: $(grep -c FIELD=VALUE "$tmp/out")" '2: 2' 'and ends the outer script too'
script args <<'TEXT'
help $1; help $2; help ${3:-rst}
TEXT
run run "$tmp/args" syn ack
is "$status: $(grep -c '^[a-z]* \[FIELD' "$tmp/out")" '0: 3' 'tcpdojo run FILE ARGUMENTS'
run -c "let x syn; run $tmp/args \$x ack fin; help \${1:-data}"
is "$status: $(grep -c '^[a-z]* \[FIELD' "$tmp/out")$(grep -c '^data TEXT' "$tmp/out")" '0: 31' \
	"run within a script has arguments of its own"
echo "run $tmp/self" >"$tmp/self"
run run "$tmp/self"
is "$status: $err" "2: $tmp/self:1: \`run\` within \`run\` goes 16 deep at most; does \"$tmp/self\" run itself?" \
	'a script that runs itself'
run -c 'quit; nonsense'
is "$status: $err" '0: ' 'quit ends a script well'
run -c 'syn; expect R'
is "$status: $(sed 's/segment [0-9]*/segment N/' "$tmp/err")" '1: -c:1: expected R
  segment N came
  flags: expected [R], actual [S.]' 'a failed expect ends it with status 1, expected and actual line by line'
run -c 'syn; expect S. ack=2 win<5; nonsense'
is "$status: $(sed 's/actual [0-9]*$/actual .../; s/segment [0-9]*/segment N/' "$tmp/err")" '1: -c:1: expected S. ack=2 win<5
  segment N came
  ack: expected =2, actual ...
  window: expected <5, actual ...' 'with every field that does not fit'
run -c 'expect state ESTABLISHED within 10ms'
is "$status: $err" '1: -c:1: expected state ESTABLISHED within 10ms
  actual: CLOSED' 'a state that does not come'

# Bob's program stops listening while the SYN is on the wire: of that the shadow knows nothing, and predicts a SYN,ACK.
broken='link hold; syn; bob close port 80; link release; expect R.'
run -c "$broken"
is "$status: $(grep -c 'NOT AS PREDICTED for segment 1: SYN,ACK with ack 1 was due' "$tmp/out")" '0: 1' \
	'a broken prediction is told, and ends nothing'
run -c "set strict on; $broken"
is "$status: $err" "1: -c:1: a prediction was broken, and \`set strict on\` makes that an end" 'unless strict is on'
run -c 'set strict on; connect; data x; expect .'
is "$status: $err" '0: ' 'predictions that hold pass'

# Bob answers at once, and says FIN 150 ms later: a wait that the first frame ended would not see it.
run -c 'connect; data "GET / HTTP/1.0\r\n\r\n"; wait 1s; expect state CLOSE-WAIT within 0ms'
is "$status: $err" '0: ' 'frames that come do not end a wait'

run -c 'connect; lab restart; connect; expect kernel state ESTABLISHED; log; lab restart; connect; conn'
is "$status: $err" '0: ' 'a new Bob listens when lab restart returns'
is "$(grep -c '^[* ] [0-9]*  alice' "$tmp/out")" 1 'and knows of no earlier connection'

# ---- standard input
printf 'help syn\nhelp ack; nonsense\nhelp fin\n' >"$tmp/in"
run_with <"$tmp/in"
is "$status: $err" "2: standard input:2: there is no command \"nonsense\"; \`help\` lists them" 'a file as standard input'
printf 'help syn\nhelp ack' | { run_with; echo "$status: $(grep -c FIELD=VALUE "$tmp/out")"; } >"$tmp/said"
is "$(cat "$tmp/said")" '0: 2' 'a pipe, whose last line has no end'
run_with </dev/null
is "$status: $out$err" '0: ' '/dev/null'
run_with <&-
is "$status: $err" '2: standard input:1: standard input cannot be read: Bad file descriptor' 'closed'
run_with <"$tmp"
is "$status: $err" '2: standard input:1: standard input cannot be read: Is a directory' 'a folder'
head -c 10000000 /dev/zero | tr '\0' x | { run_with; printf '%s\n' "$status: $err"; } >"$tmp/said"
is "$(cat "$tmp/said")" '2: standard input:1: a line is longer than 1048576 bytes' 'a line of 10 MB'
head -c 1000000 /dev/zero | tr '\0' x | { run_with; printf '%s\n' "$status: $err"; } >"$tmp/said"
is "$(cat "$tmp/said")" "2: standard input:1: there is no command \"$(printf '%0197d' 0 | tr 0 x)...\"; \`help\` lists them" \
	'a word of 1 MB is quoted in part'
printf 'help syn\0\nhelp ack\n' | { run_with; printf '%s\n' "$status: $err"; } >"$tmp/said"
is "$(cat "$tmp/said")" "2: standard input:1: a command cannot hold a NUL byte; inside quotes write \\0" 'a NUL byte'
printf 'help s\377yn\n' | { run_with; printf '%s\n' "$status: $err"; } >"$tmp/said"
is "$(cat "$tmp/said")" \
	"2: standard input:1: no command, field or term is called \"s\\xffyn\"; \`help\`, \`help fields\` and \`help terms\` list them" \
	'bytes that are no UTF-8'
printf 'help b\303\274cher\r\n' | { run_with; printf '%s\n' "$status: $err"; } >"$tmp/said"
is "$(cat "$tmp/said")" \
	"2: standard input:1: no command, field or term is called \"bücher\"; \`help\`, \`help fields\` and \`help terms\` list them" \
	'letters of other tongues, and a line end of two bytes'
done_testing
