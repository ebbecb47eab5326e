#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What README and the manual show works as it stands there.
. "${top_srcdir:?}/tests/tap.sh"

cd "${tmp:?}" || exit 99
lab=$("${TCPDOJO:?}" -c lab 2>&1) || [ $? -ne 3 ] || skip_all "no lab here: $lab"

# The first fenced block behind a heading.
fenced()
{
	awk -v heading="$1" '$0 == heading { there = 1 } /^```/ && there { if (inside++) exit; next } inside' \
	    "$top_srcdir/README.md"
}

# example N: the Nth of the manual's EXAMPLES.
example()
{
	awk -v n="$1" '/^\.Sh/ { there = $2 == "EXAMPLES" } /^\.Bd/ && there { inside = ++blocks == n; next }
	    /^\.Ed/ { inside = 0 } inside' "$top_srcdir/man/tcpdojo.1" | sed 's/\\e/\\/g'
}

works()
{
	told=$(cat "$tmp/told")
	ok "$1" "$2" "$told"
}

fenced '## Scripts' >script
[ "$(wc -l <script)" -gt 5 ]
ok $? "README's script was found"
"$TCPDOJO" run script >told 2>&1
works $? "README's script does what it says"
has "$told" 'HTTP/1.1 200 OK' 'it shows the page'
[ "$(tcpdump -nr page.pcap 'tcp[tcpflags] & tcp-fin != 0' 2>/dev/null | wc -l)" -eq 2 ]
ok $? 'and its capture has both FINs'

fenced '# tcpdojo' | sed -n "s/^\$ .\/bootstrap run -c '\(.*\)'\$/\1/p" >line
"$TCPDOJO" -c "$(cat line)" >told 2>&1
works $? "README's session runs"
is "$(grep -c '^held: ' told)" 2 'and both of its expectations hold'

PATH=${TCPDOJO%/*}:$PATH
example 1 | sed '1s/^\$ //' >shell
sh -e shell >told 2>&1
works $? "the manual's four segments"
has "$told" 'held: expect state TIME-WAIT' 'they end in TIME-WAIT'
rm page.pcap
example 2 >script
"$TCPDOJO" run script >told 2>&1
works $? "the manual's page"
[ -s page.pcap ]
ok $? 'and its capture'
example 3 >script
"$TCPDOJO" run script >told 2>&1
works $? "the manual's wrong SYN"
has "$told" 'held: expect nothing' 'and the silence after it'
done_testing
