#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Each header compiles alone, and twice, under every compiler that is here.
. "${top_srcdir:?}/tests/tap.sh"

# alone COMPILER SRC: prints what the compiler says against any header of SRC.
alone()
{
	(cd "$2" && find . -name '*.h' | sed 's,^\./,,' | sort) >"$tmp/headers"
	while read -r header; do
		printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
		    "$1" "@$tmp/flags" "-I$2" -fsyntax-only -xc - 2>&1
	done <"$tmp/headers"
}

printf '%s\n' "$WARNINGS -Werror -D_GNU_SOURCE $TEST_CPPFLAGS" >"$tmp/flags"
mkdir "$tmp/src"
for compiler in gcc clang; do
	if ! command -v $compiler >/dev/null; then
		skip "each header compiles alone under $compiler" "no $compiler here"
		continue
	fi
	is "$(alone $compiler "$top_srcdir/src")" '' "each header compiles alone under $compiler"
	[ "$(wc -l <"$tmp/headers")" -gt 10 ]
	ok $? "all of them: $(wc -l <"$tmp/headers") headers"

	echo 'int f(uint8_t n);' >"$tmp/src/planted.h"
	has "$(alone $compiler "$tmp/src")" uint8_t "$compiler: a header that leans on another is seen"
	echo 'struct twice { int n; };' >"$tmp/src/planted.h"
	has "$(alone $compiler "$tmp/src")" twice "$compiler: a header without a guard is seen"
done
done_testing
