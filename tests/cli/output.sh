#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What comes out: nothing that a terminal would obey, whoever said it; and no write that is lost without a word.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/cli/dojo.sh"

esc=$(printf '\033')
red="${esc}[31m"

# raw FILE...: control bytes in what was written, line ends and tabs aside.
raw()
{
	tr -d '\n\t\040-\176' <"$1" | tr -d '\200-\377' | od -An -c | tr -d ' '
}

# clean NAME: the last run has written no control byte.
clean()
{
	is "$(raw "$tmp/out")$(raw "$tmp/err")" '' "$1"
}

# ---- control sequences
for way in '' --json; do
	run $way -c "$red"
	clean "in a command's name $way"
	has "$err" '"\x1b[31m"' "which is quoted escaped $way"
	run $way -c "syn win=$red"
	clean "in a field's value $way"
	run $way -c "syn $red=1"
	clean "in a field's name $way"
	run $way -c "expect $red"
	clean "in a condition $way"
	run $way -c "syn; expect R $red"
	clean "behind a condition $way"
	run $way -c "expect state CLOSED; expect counter $red = 1 within 1ms"
	clean "in a condition that is told again $way"
	run $way -c "set $red on"
	clean "in a setting $way"
	run $way -c "let $red on"
	clean "in a variable's name $way"
	run $way -c "let x $red; help \$x"
	clean "in a variable's value $way"
	run $way -c "bob run $red"
	clean "in a program's name $way"
	run $way -c "bob set $red=1"
	clean "in a setting of Bob's $way"
	run $way -c "bob set net.ipv4.$red=1"
	clean "in a setting of his kernel's $way"
	run $way -c "bob $red"
	clean "in a subcommand $way"
	run $way -c "run $tmp/$red"
	clean "in a file's name $way"
	run $way -c "syn; save $tmp/none/$red"
	clean "in the name of a capture $way"
	echo nonsense >"$tmp/$red"
	run $way run "$tmp/$red"
	clean "in the name of a script that fails $way"
	run $way -c "syn; save $tmp/$red.pcap"
	is "$status" 0 "a capture with such a name is written $way"
	clean "and told of $way"
	run $way -c "connect 7; data \"\\x1b[31m\\x07\\x9b2J\\xc2\\x9b\"; expect P.* eventually; stream; stream alice; show 4; journal; log"
	is "$status" 0 "in a payload $way"
	clean "sent, answered, streamed, shown and journalled $way"
	# JSON escapes a backslash once more.
	has "$(sed 's/\\\\/\\/g' "$tmp/out")" '\x1b[31m\x07\x9b2J\xc2\x9b' "where it reads escaped $way"
	run $way -c "journal; help \"$red\""
	clean "in the journal $way"
done
run "$red"
clean 'in an operand'
run "--$red"
clean 'in an option'
run --seed "$red"
clean 'in the value of an option'
run -c 'connect 7; data "a\r\nb\0\xff"; journal'
has "$out" 'payload="a\r\nb\x00\xff"' 'the journal says what was sent so that it can be typed'
printf 'journal "\033"\n' | { run_with; raw "$tmp/err"; } >"$tmp/said"
is "$(cat "$tmp/said")" '' 'on standard input'

# ---- JSON
run --json -c 'syn; nonsense'
is "$(tail -n 1 <"$tmp/out" | sed 's/"t_us":[0-9]*/"t_us":0/')" \
	"{\"type\":\"error\",\"t_us\":0,\"where\":\"-c:1\",\"what\":\"there is no command \\\"nonsense\\\"; \`help\` lists them\",\"expected\":\"\",\"status\":2}" \
	'an error is an object too'
is "$err" "-c:1: there is no command \"nonsense\"; \`help\` lists them" 'and stands on standard error as ever'
run --json -c 'syn; expect S.; expect R within 1ms'
is "$(grep '"expect"' <"$tmp/out" | sed 's/"t_us":[0-9]*,//')" '{"type":"expect","text":"S.","held":true}
{"type":"expect","text":"R within 1ms","held":false}' 'an expect that held, and one that did not'
is "$(grep -vc '^{"type":"[a-z]*","t_us":[0-9]*,.*}$' <"$tmp/out")" 0 'every line is an object with its type and time'

# ---- a reader who leaves, a disk that is full
many=$(yes 'help fields;' | head -n 200)
{ "$dojo" -c "$many" 2>"$tmp/err"; echo $? >"$tmp/status"; } | head -n 1 >"$tmp/out"
is "$(cat "$tmp/status"): $(cat "$tmp/err")" '3: ' '| head -n 1 ends the script early, without a word'
is "$(wc -l <"$tmp/out")" 1 'and has its line'
if [ -c /dev/full ]; then
	for way in '' --json; do
		"$dojo" $way -c 'help; syn; expect R' >/dev/full 2>"$tmp/err"
		is "$?: $(cat "$tmp/err")" '3: -c:1: standard output cannot be written: No space left on device' \
			"a full disk under standard output $way"
	done
	"$dojo" --version >/dev/full 2>"$tmp/err"
	is "$?: $(cat "$tmp/err")" '3: tcpdojo: standard output cannot be written: No space left on device' \
		'a full disk under --version'
	run -c 'syn; save /dev/full'
	is "$status: $err" '3: -c:1: cannot write "/dev/full": No space left on device' 'save onto a full disk'
else
	skip 'a full disk' 'there is no /dev/full'
fi
"$dojo" -c 'help; syn; expect R' >&- 2>"$tmp/err"
is "$?: $(cat "$tmp/err")" '3: -c:1: standard output cannot be written: Bad file descriptor' 'standard output closed'
"$dojo" -c 'help syn; nonsense' >"$tmp/out" 2>&-
is "$?: $(grep -c FIELD "$tmp/out")" '2: 1' 'standard error closed'
"$dojo" -c 'syn; expect S.' <&- >"$tmp/out" 2>&1
is "$?" 0 'standard input closed, which -c does not read'
done_testing
