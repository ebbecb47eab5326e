# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# TAP for tests that are shell scripts.  They source it, call ok, is and skip, and end with done_testing.
# $tmp is a folder of the test's own, gone at its end; what runs in the background is the test's own to stop.

tap_count=0
tmp=$(mktemp -d "${TMPDIR:-/tmp}/tcpdojo-test.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# diag TEXT: each line as a remark.
diag()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

# ok STATUS NAME [DETAILS]: passed when STATUS is 0; the details are shown when it is not.
ok()
{
	tap_count=$((tap_count + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' "$tap_count" "$2"
	else
		printf 'not ok %d - %s\n' "$tap_count" "$2"
		[ -z "$3" ] || diag "$3"
	fi
}

# is GOT EXPECTED NAME: passed when both texts are the same.
is()
{
	if [ "$1" = "$2" ]; then
		ok 0 "$3"
	else
		ok 1 "$3" "got:      $1
expected: $2"
	fi
}

# has TEXT WORDS NAME: passed when WORDS stand in TEXT.
has()
{
	case $1 in
	*"$2"*) ok 0 "$3" ;;
	*) ok 1 "$3" "\"$2\" is not in:
$1" ;;
	esac
}

# skip NAME REASON: one case that cannot run here.
skip()
{
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

# skip_all REASON: the whole test cannot run here.
skip_all()
{
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

done_testing()
{
	printf '1..%d\n' "$tap_count"
}
