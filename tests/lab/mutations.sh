#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# With one thing removed or altered, `lesson test` fails: of each lesson $MUTANTS mutants drawn by $SEED; 0: all, which takes
# minutes (make check-slow).
. "${top_srcdir:?}/tests/tap.sh"

command -v python3 >/dev/null || skip_all 'no python3 here'
"${TCPDOJO:?}" -c '' >"${tmp:?}/first" 2>&1
[ $? -ne 3 ] || skip_all "no lab here: $(cat "$tmp/first")"

TCPDOJO_LESSON_PATH=$top_srcdir/lessons
export TCPDOJO_LESSON_PATH
mkdir "$tmp/mutants"
python3 "$top_srcdir/tests/lab/mutations.py" "$TCPDOJO" "$tmp/mutants" "${MUTANTS:-24}" "$top_srcdir"/lessons/*.md
