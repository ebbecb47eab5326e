# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# The real binary, for tests that source this file after tests/tap.sh.  Each run leaves $out, $err and $status.

dojo=${TCPDOJO:?}
XDG_STATE_HOME=${tmp:?}/state # what a prompt keeps is not the user's
export XDG_STATE_HOME
"$dojo" -c '' >"${tmp:?}/first" 2>&1
[ $? -ne 3 ] || skip_all "no lab here: $(cat "$tmp/first")"

# run ARGUMENT...: with nothing on standard input.
run()
{
	run_with </dev/null "$@"
}

# run_with ARGUMENT...: with the caller's standard input.
run_with()
{
	"$dojo" "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
	out=$(cat "$tmp/out")
	err=$(cat "$tmp/err")
}

# refused COMMANDS MESSAGE: they end with status 2 and this message about line 1, and nothing else on standard error.
refused()
{
	run -c "$1"
	is "$status: $err" "2: -c:1: $2" "$1"
}
