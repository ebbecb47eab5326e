#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every shipped script does what it says, over IPv4 and IPv6, for whoever has no privilege too.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/lab/people.sh"

# The flags of the segments from the first of Alice's that matches: "alice [F.], bob [.], ...".
flags_from()
{
	sed -n 's/^ *[0-9]* [0-9.]* \(alice\|bob\)[.0-9]* > .*: Flags \(\[[^]]*\]\).*/\1 \2/p' "$1" |
	    awk -v first="$2" '
		index($0, first) { begun = 1 }
		begun { printf "%s%s", between, $0; between = ", " }
		END { print "" }'
}

# What each script claims, as the flags from some segment on.
claim()
{
	case $1 in
	http-get) is "$(flags_from "$2" 'alice [F.]')" 'alice [F.], bob [.], bob [F.], alice [.]' "$3: four segments" ;;
	three-segments) is "$(flags_from "$2" 'alice [F.]')" 'alice [F.], bob [F.], alice [.]' "$3: three segments" ;;
	bob-first) is "$(flags_from "$2" 'bob [F.]')" 'bob [F.], alice [.], alice [F.], bob [.]' "$3: Bob is first" ;;
	simultaneous-open)
		# Bob is ESTABLISHED before her SYN,ACK comes, and may say so once more (RFC 9293 3.10.7.4).
		flags=$(flags_from "$2" 'alice [S]')
		is "${flags%, bob \[.\]}" 'alice [S], bob [S], bob [S.], alice [S.]' "$3: two SYNs cross" ;;
	simultaneous-close)
		is "$(flags_from "$2" 'alice [F.]')" 'alice [F.], bob [F.], alice [.], bob [.]' "$3: two FINs cross" ;;
	*) ok 1 "$3: nobody says what it shows" ;;
	esac
}

# shows PERSON SCRIPT [ARGUMENT]...
shows()
{
	case_name="$2${3:+ $3} as $1"
	as "$1" tcpdojo run "$scripts/$2.dojo" ${3:+"$3"} ${4:+"$4"} >"$tmp/out" 2>&1
	ok $? "$case_name" "$(cat "$tmp/out")"
	claim "$2" "$tmp/out" "$case_name"
}

for path in "$top_srcdir"/scripts/*.dojo; do
	script=$(basename "$path" .dojo)
	case $script in
	curl | iperf3 | nginx | python-http)
		grep -q "^for_all serves $script " "$top_srcdir/tests/lab/programs.sh"
		ok $? "programs.sh runs $script"
		continue ;;
	esac
	for person in $people; do
		shows "$person" "$script"
		[ "$script" != simultaneous-open ] || shows "$person" "$script" bob6 alice6
		[ "$script" = simultaneous-open ] || shows "$person" "$script" bob6
	done
done

# again SCRIPT FLAGS: how long a wave takes is the kernel's business; how many segments it has must not depend on that.
again()
{
	for round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		as self tcpdojo run "$scripts/$1.dojo" >"$tmp/$1.out" 2>&1 &&
		    [ "$(flags_from "$tmp/$1.out" 'alice [F.]')" = "$2" ] || {
			echo "round $round:"
			cat "$tmp/$1.out"
		}
	done >"$tmp/$1.failed"
}

again http-get 'alice [F.], bob [.], bob [F.], alice [.]' &
again three-segments 'alice [F.], bob [F.], alice [.]'
wait
for script in http-get three-segments; do
	is "$(cat "$tmp/$script.failed")" '' "$script, 20 times"
done

# A script that claims what is not so is found out.
sed 's/^expect F\..*/expect ./' "$scripts/three-segments.dojo" >"$tmp/planted.dojo"
as self tcpdojo run "$tmp/planted.dojo" >"$tmp/out" 2>&1
is $? 1 'a script that expects another segment fails'
done_testing
