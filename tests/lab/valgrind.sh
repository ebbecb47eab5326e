#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The main process of a whole session under valgrind: no error, and nothing lost.
. "${top_srcdir:?}/tests/tap.sh"

command -v valgrind >/dev/null || skip_all 'no valgrind here'
told=$("${TCPDOJO:?}" -c quit 2>&1) || [ $? -ne 3 ] || skip_all "no lab here: $told"
# valgrind and AddressSanitizer both want to be the one who watches memory.
! grep -q __asan_init "$TCPDOJO" || { ok 0 'AddressSanitizer watches this build instead'; done_testing; exit; }

valgrind --leak-check=full --errors-for-leak-kinds=definite,indirect --error-exitcode=9 --child-silent-after-fork=yes \
    --log-file="$tmp/said" "$TCPDOJO" -c 'connect; data "GET / HTTP/1.1\r\nHost: bob\r\n\r\n"; expect P.* eventually within 20s
	ack; stream bob; close; ladder; why 4; state; log; show 1; journal; help; lab restart; connect; rst; syn win=99999' \
    >"$tmp/out" 2>&1
status=$?
is "$status" 2 'the session ends with the status of its last, wrong command' "$(tail -n 3 "$tmp/out")"
has "$(cat "$tmp/said")" 'ERROR SUMMARY: 0 errors' 'valgrind saw no error, and no block lost'
done_testing
