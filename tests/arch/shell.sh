#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every shell script of the tree is sound POSIX shell, as dash reads it.
. "${top_srcdir:?}/tests/tap.sh"

scripts()
{
	(cd "$1" && grep -rlE '^#!/bin/sh|shellcheck shell=sh' bootstrap .ci tests man scripts 2>/dev/null | sort)
}

for script in $(scripts "$top_srcdir"); do
	told=$(sh -n "$top_srcdir/$script" 2>&1)
	ok $? "$script can be read" "$told"
done
[ "$tap_count" -gt 5 ]
ok $? "all of them: $tap_count"

printf '#!/bin/sh\nif true; then\n' >"$tmp/planted"
! sh -n "$tmp/planted" 2>/dev/null
ok $? 'a script that is cut short is seen'
done_testing
