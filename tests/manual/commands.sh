#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The manual's reference of commands is what the rows of src/cmd/ say; `make update-manual` writes it anew.
. "${top_srcdir:?}/tests/tap.sh"

page=$top_srcdir/man/tcpdojo.1
sed -n '/commands: begin/,/commands: end/p' "$page" | sed '1d;$d' >"$tmp/page"
"${top_builddir:?}/tests/manual/rows" >"$tmp/rows"
ok "$(test -s "$tmp/rows"; echo $?)" 'there are rows'
is "$(diff "$tmp/page" "$tmp/rows")" '' 'the manual says what the rows say'
done_testing
