#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The prompt, on a real pseudo-terminal of 80x24: completion, '?', shortened commands, history, what comes in while a word
# is typed, Ctrl-C, Ctrl-Z, Ctrl-D, another size, a paste.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/cli/dojo.sh"

. "$top_srcdir/tests/cli/terminal.sh"

kept=$XDG_STATE_HOME/tcpdojo/history

# ---- completion
start
stands 'CLOSED>' 'the prompt says the state'
keys 'jo' Tab
stands 'CLOSED> journal' 'Tab completes a command'
keys C-u 'bob li' Tab '80' Tab
stands 'CLOSED> bob listen 80' 'a subcommand, and Bob'"'"'s port'
keys C-u 'syn dst' Tab 'bob6 wi' Tab '9'
stands 'CLOSED> syn dst=bob6 window=9' 'fields with their ='
keys C-u 'expect kernel state SYN-R' Tab
stands 'CLOSED> expect kernel state SYN-RECEIVED' 'a state'
keys C-u 'set strict of' Tab
stands 'CLOSED> set strict off' 'a setting'"'"'s value'
mkdir "$tmp/folder"
touch "$tmp/folder/a-script.dojo"
keys C-u "run $tmp/folder/a-s" Tab
sees 'a-script\.dojo$' 'the name of a file where one is meant'
cd "$tmp/folder" || exit 99
touch 'b"c $d\e.dojo'
cd "$tmp" || exit 99
keys C-u "run $tmp/folder/b" Tab
sees 'folder/b\\"c $d\\\\e\.dojo"$' 'in quotes where it needs them'
keys Enter
stands 'CLOSED>' 'and so that it is understood'
screen | grep -q 'cannot be\|no C escape'
is $? 1 'without a complaint'
keys C-u 'state a-s' Tab
stands 'CLOSED> state a-s' 'and nowhere else'
keys C-u 's' Tab
sees 'save' 'what can be several is listed'
stands 'CLOSED> s' 'and the line stays'

# ---- help within a line
keys C-u 'bob listen x' Left '?'
sees '^  19 *chargen' '? shows what can stand there'
stands 'CLOSED> bob listen x' 'and leaves the line as it was'
is "$(cursor)" 19 'with its cursor'
keys C-e C-u 'data "how?'
stands 'CLOSED> data "how?' 'in quotes it is text'

# ---- Ctrl-C at the prompt, shortened commands
keys C-c
stands 'CLOSED>' 'Ctrl-C leaves the line'
keys 'sy' Enter
sees '"sy" can be syn, synack' 'a prefix of several commands is not taken, and they are listed'
keys 'conn' Enter
sees '^no connection yet' 'a whole name is taken though longer ones begin so'
keys 'connec 7' Enter
stands 'ESTABLISHED>' 'a unique prefix is taken, and the prompt follows the connection'
keys 'bob sock' Enter
sees 'ESTABLISHED' 'also of a subcommand'
keys 'bob li 8080' Enter
sees 'bob listens' 'with its words'

# ---- what comes in while a word is typed
keys 'bob run python3 -c "import socket,time; time.sleep(1); socket.create_connection((\"198.51.100.1\", 9999))"' Enter
keys 'data "hel' Left
sees 'bob\.[0-9]* > alice\.9999: Flags \[S\]' 'a segment is printed without a key being pressed'
stands '1: ESTABLISHED> data "hel' 'above the word that is typed'
is "$(cursor)" 24 'and the cursor is where it was'
keys 'l' Right 'o"' Enter
sees 'alice\.40001 > bob\.7: Flags \[P\.\].* length 5' 'the word was not harmed'
sees 'ESTABLISHED, owes ack> *$' 'the prompt says what she owes'
keys 'ack' Enter
keys 'listen 5000; connect 9' Enter
sees '^[0-9]*: ESTABLISHED>$' 'and of several connections, which one'

# ---- Ctrl-C in a wait
keys 'wait 600s' Enter
sees 'wait 600s$' 'a wait'
tries=0
until screen | tail -n 1 | grep -q '^[0-9]*: ESTABLISHED>$' || [ "$tries" -ge 100 ]; do
	keys C-c
	sleep 0.05
	tries=$((tries + 1))
done
screen | tail -n 1 | grep -q '^[0-9]*: ESTABLISHED>$'
ok $? 'Ctrl-C ends the wait and not the session' "$(screen)"

# ---- another size, a paste
keys C-c 'data "a text'
resize 40 10
sees '^[0-9]*: ESTABLISHED> data "a text$' 'a narrower terminal'
resize 80 24
keys '" '
sees '^[0-9]*: ESTABLISHED> data "a text"$' 'and a wide one again'
keys C-c
printf 'set mss 1111\nset mss 1222\nset\n' >"$tmp/pasted"
tmux -S "$socket" load-buffer "$tmp/pasted"
tmux -S "$socket" paste-buffer
sees '^mss  *1222' 'pasted lines run one by one'

# ---- history over a kill
kill -9 "$(program)"
has "$(cat "$kept")" 'connec 7' 'a line is kept as soon as it is typed'
is "$(tail -n 1 <"$kept")" 'set' 'up to the last one before a kill -9'
start
stands 'CLOSED>' 'it starts again'
keys Up Up
stands 'CLOSED> set mss 1222' 'and remembers'
keys C-u C-r 'connec 7'
sees "reverse-i-search)\`connec 7': connec 7" 'Ctrl-R searches'
keys C-g C-u
stands 'CLOSED>' 'and is left again'
keys C-d
ended 'Ctrl-D leaves'

# ---- a damaged history, and one that cannot be kept
printf 'syn\n\001\000\377\n' >"$kept"
start
sees 'the history was damaged' 'a damaged history is said'
keys 'state' Enter
sees '^alice CLOSED' 'and set aside'
is "$(head -n 1 <"$kept.damaged"): $(cat "$kept")" 'syn: state' 'the old one is kept, the new one begun'
keys C-d
ended 'which hinders nothing'
rm -rf "${XDG_STATE_HOME:?}"
mkdir -p "$kept"
start
sees 'the history is not kept' 'one that cannot be written is said'
keys 'state' Enter
sees '^alice CLOSED' 'and hinders nothing either'
is "$(screen | grep -c 'history is not kept')" 1 'said once'
keys C-d
ended 'to the end'
rm -rf "${XDG_STATE_HOME:?}"

# ---- Ctrl-Z and fg
start 'PS1="shell: " exec sh -i'
sees '^shell:' 'a shell'
keys "$dojo --seed 1" Enter
stands 'CLOSED>' 'the program in it'
keys 'data "ab'
stands 'CLOSED> data "ab' 'a line is begun'
keys C-z
stands 'shell:' 'Ctrl-Z stops it'
keys 'stty -a | tr " " "\n" | grep -x -e "-*echo;*" -e "-*icanon;*"' Enter
sees '^icanon' 'the terminal is as the shell wants it'
sees '^echo' 'with echo'
keys 'fg' Enter
stands 'CLOSED> data "ab' 'fg brings the line back'
keys 'c' C-c 'wait 600s' Enter
sees 'wait 600s' 'a wait'
keys C-z
sees '^shell: *$' 'can be stopped too'
keys 'fg' Enter
tries=0
until [ "$(screen | tail -n 1)" = 'CLOSED>' ] || [ "$tries" -ge 100 ]; do
	keys C-c
	sleep 0.05
	tries=$((tries + 1))
done
stands 'CLOSED>' 'and ended after fg'
keys 'quit' Enter
stands 'shell:' 'quit leaves'
keys 'stty -a | tr " " "\n" | grep -c -x -e "-echo;*" -e "-icanon;*"' Enter
sees '^0$' 'with the terminal as it was'

# ---- a dumb terminal
start "env TERM=dumb $dojo --seed 1"
stands 'CLOSED>' 'on a dumb terminal'
keys 'connec 7' Enter
stands 'ESTABLISHED>' 'lines are read too'
keys C-d
ended 'and left'
done_testing
