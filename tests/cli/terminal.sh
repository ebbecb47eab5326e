# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# A terminal of 80x24 with the program on it, for tests that source this file after tests/cli/dojo.sh.

command -v ps >/dev/null && command -v tmux >/dev/null || skip_all 'tmux, which lends a terminal, or ps is missing'

socket=$tmp/tmux
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
	    "trap : INT; ${1:-$dojo --seed 1}; echo ended with \$?; read line" || exit 99
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
