#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The whole tree, tests too, compiles without a warning under gcc and clang, optimised, since some warnings need the
# optimiser's eyes.
. "${top_srcdir:?}/tests/tap.sh"

# warnings COMPILER SRC FOLDER...: prints what it says of every .c there; two at a time.
warnings()
{
	compiler=$1 src=$2
	shift 2
	find "$@" -name '*.c' | sort >"$tmp/units"
	xargs -P 2 -I '{}' "$compiler" "@$tmp/flags" "-I$src" -c -o /dev/null '{}' <"$tmp/units" 2>&1
}

# In a file, where compilers read quotes as the shell does.
printf '%s\n' "$WARNINGS -Werror -O2 -D_GNU_SOURCE $TEST_CPPFLAGS" >"$tmp/flags"
mkdir "$tmp/src"
for compiler in gcc clang; do
	if ! command -v $compiler >/dev/null; then
		skip "$compiler has nothing to say" "no $compiler here"
		continue
	fi
	is "$(warnings $compiler "$top_srcdir/src" "$top_srcdir/src" "$top_srcdir/tests")" '' \
	    "$compiler has nothing to say about $(wc -l <"$tmp/units") units"
	printf 'int f(int n);\nint\nf(int n)\n{\n\tint unused;\n\n\treturn n;\n}\n' >"$tmp/src/planted.c"
	has "$(warnings $compiler "$tmp/src" "$tmp/src")" unused "$compiler: a planted warning is seen"
done
done_testing
