# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# A terminal of 80x24 with the program on it, for tests that source this file after tests/cli/dojo.sh: keys are typed, and what
# the screen shows is waited for.

command -v ps >/dev/null && command -v tmux >/dev/null || skip_all 'tmux, which lends a terminal, or ps is missing'

socket=${tmp:?}/tmux
starts=0

# A program that hangs is ended with its terminal.
trap 'tmux -S "$socket" kill-server 2>/dev/null; rm -rf "$tmp"' EXIT

# start [COMMAND]: a new terminal with the program, or the command, on it.  What the program ended with is said there, and Ctrl-C
# ends nothing but it.
start()
{
	tmux -S "$socket" kill-server 2>/dev/null
	starts=$((starts + 1))
	socket=$tmp/tmux.$starts # one that ends takes no new terminals
	tmux -S "$socket" -f /dev/null new-session -d -x 80 -y 24 \
	    "trap : INT; ${1:-${dojo:?} --seed 1}; echo ended with \$?; read line" || exit 99
}

keys()
{
	tmux -S "$socket" send-keys "$@"
}

screen()
{
	tmux -S "$socket" capture-pane -J -p | sed 's/ *$//; /^$/d'
}

# sees PATTERN NAME: some line of the screen comes to match.
sees()
{
	tries=0
	until screen | grep -q -e "$1" || [ "$tries" -ge 100 ]; do
		sleep 0.05
		tries=$((tries + 1))
	done
	screen | grep -q -e "$1"
	ok $? "$2" "no line matches $1:
$(screen)"
}

# stands LINE NAME: that comes to be the line with the cursor, the last one.
stands()
{
	tries=0
	until [ "$(screen | tail -n 1)" = "$1" ] || [ "$tries" -ge 100 ]; do
		sleep 0.05
		tries=$((tries + 1))
	done
	is "$(screen | tail -n 1)" "$1" "$2"
}

cursor()
{
	tmux -S "$socket" display-message -p '#{cursor_x}'
}

program()
{
	ps -o pid= --ppid "$(tmux -S "$socket" display-message -p '#{pane_pid}')" | tr -d ' '
}

# ended NAME: the program comes to end with status 0.
ended()
{
	stands 'ended with 0' "$1"
}

# resize COLUMNS ROWS: the window; tmux hands a new size on late, so that is waited for.
resize()
{
	tmux -S "$socket" resize-window -x "$1" -y "$2"
	tty=$(tmux -S "$socket" display-message -p '#{pane_tty}')
	for try in $(seq 100); do
		[ "$(stty size <"$tty")" != "$2 $1" ] || return 0
		sleep 0.05
	done
	diag "the terminal never became $1x$2: $(stty size <"$tty")"
}

# golden NAME [SCREEN]: the screen (or what was captured of it before), with the numbers that differ from run to run masked, is the one kept as tests/cli/golden/NAME.txt,
# which somebody has looked at.  UPDATE_GOLDEN=1 keeps what it is now.
golden()
{
	picture=${top_srcdir:?}/tests/cli/golden/$1.txt
	if [ $# -gt 1 ]; then cat "$2"; else tmux -S "$socket" capture-pane -p; fi | sed -E \
	    -e 's/^( *[0-9]+) [0-9]+\.[0-9]{6} /\1 S.UUUUUU /' -e 's/TS val [0-9]+ ecr [0-9]+/TS val T ecr T/' \
	    -e 's/again at [0-9., ]* s/again at T s/' \
	    -e 's/[ 0-9][0-9]\.[0-9]{6}/ S.UUUUUU/g' -e 's/\b(79|80)[0-9]\b/NNN/g' \
	    -e 's/trip +[0-9]+ microseconds/trip N microseconds/' -e 's/ *$//' |
	    sed -z -E 's/,[ \n]*Tcp[A-Za-z]+[ \n]*\+[0-9]+//g' >"$tmp/$1.txt"
	[ -z "$UPDATE_GOLDEN" ] || cp "$tmp/$1.txt" "$picture"
	diff -u "$picture" "$tmp/$1.txt" >"$tmp/difference" 2>&1
	ok $? "the screen is $1" "$(cat "$tmp/difference")"
}
