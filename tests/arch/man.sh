#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The manual is sound mdoc.
. "${top_srcdir:?}/tests/tap.sh"

command -v mandoc >/dev/null || skip_all 'no mandoc here'

# What mandoc says of its own index and of pages that are not installed here is no matter of ours.
lint()
{
	mandoc -T lint "$1" 2>&1 | grep -v -e 'mandoc\.db' -e 'referenced manual not found'
}

for page in "$top_srcdir"/man/*.[1-9]; do
	is "$(lint "$page")" '' "${page##*/} is clean"
done
printf '.Dd August 1, 2026\n.Dt PLANTED 1\n.Os\n.Sh NAME\n.Nm planted\n.Nd page\n.Sh DESCRIPTION\n.Fl a\n.Ec\n.Xx\n' >"$tmp/planted.1"
has "$(lint "$tmp/planted.1")" 'Xx' 'an unknown macro is seen'
done_testing
