#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Nothing is forgotten: every source, test, script and page of the tree stands in Makefile.am, so that it is built, run and
# shipped.
. "${top_srcdir:?}/tests/tap.sh"

# forgotten TOP: prints what TOP/Makefile.am does not name; a C test may stand there by its program's name.
forgotten()
{
	(cd "$1" && find src tests scripts man \( -name '*.[ch1-9]' -o -name '*.list' -o -name '*.sh' -o -name '*.dojo' \) \
	    2>/dev/null | sort) >"$tmp/files"
	tr -s ' \t\134' '\n' <"$1/Makefile.am" | sort -u >"$tmp/named"
	while read -r file; do
		grep -qxF -e "$file" -e "${file%.c}" "$tmp/named" || echo "$file"
	done <"$tmp/files"
}

is "$(forgotten "$top_srcdir")" '' 'Makefile.am names every file'
[ "$(wc -l <"$tmp/files")" -gt 40 ]
ok $? 'the whole tree was read'

mkdir -p "$tmp/top/src/seg" "$tmp/top/tests/cli" "$tmp/top/tests/unit"
touch "$tmp/top/src/seg/seg.c" "$tmp/top/tests/unit/test_seg.c"
printf 'seg_sources = \\\n\tsrc/seg/seg.c\nunit_tests = tests/unit/test_seg\n' >"$tmp/top/Makefile.am"
is "$(forgotten "$tmp/top")" '' 'what is named is let through'
touch "$tmp/top/tests/cli/planted.sh" "$tmp/top/src/seg/planted.h"
is "$(forgotten "$tmp/top")" 'src/seg/planted.h
tests/cli/planted.sh' 'a test that nobody runs and a header that nobody ships are seen'
done_testing
