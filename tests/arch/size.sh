#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A file is one thing and a function fits on a screen: over 500 and over 100 lines fail; functions over 60 are listed.
. "${top_srcdir:?}/tests/tap.sh"

# A function is what stands between a { and a } that each begin a line, as the style has them.
measure()
{
	# shellcheck disable=SC2016 # awk's own $
	find "$1" -name '*.[ch]' | sort | xargs awk -v top="$1/" '
		function close_file() {
			if (lines > 500)
				print "file", lines, name
		}
		FNR == 1 { close_file(); name = substr(FILENAME, length(top) + 1); start = 0; before = "" }
		{ lines = FNR }
		/^\{/ { start = FNR; called = before }
		/^\}/ && start {
			if (FNR - start - 1 > 60)
				print "function", FNR - start - 1, name ": " called
			start = 0
		}
		{ before = $0 }
		END { close_file() }
	'
}

too_long()
{
	measure "$1" | awk '$1 == "file" || $2 > 100'
}

is "$(too_long "$top_srcdir/src")" '' 'no file over 500 lines, no function over 100'
measure "$top_srcdir/src" | awk '$2 <= 100 { print "# over 60 lines: " $0 }'

mkdir "$tmp/src"
{ echo 'int'; echo 'planted(void)'; echo '{'; yes '	n++;' | head -n 101; echo '}'; } >"$tmp/src/a.c"
is "$(too_long "$tmp/src")" 'function 101 a.c: planted(void)' 'a function of 101 lines is seen'
{ echo 'int'; echo 'planted(void)'; echo '{'; yes '	n++;' | head -n 100; echo '}'; } >"$tmp/src/a.c"
is "$(too_long "$tmp/src")" '' 'one of 100 is let through'
yes '/* */' | head -n 501 >"$tmp/src/b.c"
is "$(too_long "$tmp/src")" 'file 501 b.c' 'a file of 501 lines is seen'
done_testing
