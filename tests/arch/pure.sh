#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The core calls nothing that acts: what a plain -O2 build of it leaves undefined is held against an allow-list.
# And below floor 5 nothing keeps state in globals.  The test compiles for itself, so that sanitizers, coverage and
# position-independent code (which puts constant tables among the writable ones) do not blur the picture.
. "${top_srcdir:?}/tests/tap.sh"

# compile SRC OUT ROOM...: every .c of the rooms into one relocatable OUT.
compile()
{
	from=$1 out=$2
	shift 2
	rm -rf "$tmp/objects"
	mkdir "$tmp/objects"
	(cd "$from" && find "$@" -name '*.c') >"$tmp/units"
	while read -r unit; do
		# shellcheck disable=SC2086 # CC may be more than one word
		${CC:-cc} "@$tmp/flags" "-I$from" -c "$from/$unit" \
		    -o "$tmp/objects/$(echo "$unit" | tr / _).o" || return
	done <"$tmp/units"
	${CC:-cc} -no-pie -nostdlib -r -o "$out" "$tmp"/objects/*.o
}

# Lists the rooms from one floor to another.
rooms()
{
	awk -v low="$1" -v high="$2" '$1 == "room" && $3 >= low && $3 <= high { print $2 }' "$top_srcdir/src/FLOORS" |
	    while read -r room; do
		[ ! -d "$top_srcdir/src/$room" ] || echo "$room"
	    done
}

# Prints the calls that the core may not make: all but memory and text, assert, errno and the tables of ctype, and what
# a compiler adds by itself.  Of the str* functions those that allocate, keep state, act or heed the locale are out.
impure()
{
	nm -u "$1" | awk '{
		name = $NF
		sub(/@.*/, "", name)
		if (name ~ /^(__)?(str(n?dup|to(d|f|ld)|(case)?coll|xfrm|ftime|fmon|ptime|error|signal|fry|tok)|memfrob|strn?casecmp_l)/)
			print name
		else if (name !~ /^(__)?(mem|str|stp)[a-z]*(_chk)?$/ && name !~ /^(__isoc23_strto|__mem|__str)[a-z]*$/ &&
		    name !~ /^(__)?v?snprintf(_chk)?$/ && name !~ /^(__stack_chk_fail|__assert_fail|__errno_location|bcmp)$/ &&
		    name !~ /^__ctype_(b|tolower|toupper)_loc$/ && name !~ /^__u?(div|mod|mul)[a-z]*[dt]i[34]$/ &&
		    name !~ /^__popcount[dt]i2$/)
			print name
	}' | sort -u
}

# Prints the names of writable variables.
globals()
{
	nm "$1" | awk '$2 ~ /^[bBdDC]$/ { print $3 }' | sort -u
}

# plant NAME CODE JUDGE EXPECTED
plant()
{
	rm -rf "$tmp/src"
	mkdir -p "$tmp/src/seg"
	printf '%s\n' "$2" >"$tmp/src/seg/planted.c"
	compile "$tmp/src" "$tmp/planted.o" seg
	is "$("$3" "$tmp/planted.o")" "$4" "seen: $1"
}

printf '%s\n' "-std=gnu17 -O2 -fno-pie -D_GNU_SOURCE $TEST_CPPFLAGS" >"$tmp/flags"
# shellcheck disable=SC2046 # a list of rooms
compile "$top_srcdir/src" "$tmp/core.o" $(rooms 0 2)
ok $? 'the core compiles and links into one object'
[ "$(wc -l <"$tmp/units")" -ge 5 ]
ok $? "all of it: $(wc -l <"$tmp/units") units"
is "$(impure "$tmp/core.o")" '' 'the core calls nothing outside the allow-list'
is "$(globals "$tmp/core.o")" '' 'the core has no writable globals'

# shellcheck disable=SC2046
if [ -n "$(cd "$top_srcdir/src" && find $(rooms 3 4) -name '*.c')" ]; then
	compile "$top_srcdir/src" "$tmp/upper.o" $(rooms 3 4)
	is "$(globals "$tmp/upper.o")" '' 'floors 3 and 4 have no writable globals'
fi

plant 'a clock' '#include <time.h>
long f(void); long f(void) { return time(NULL); }' impure time
plant 'malloc behind qsort' '#include <stdlib.h>
void f(int *a, int (*c)(const void *, const void *)); void f(int *a, int (*c)(const void *, const void *)) { qsort(a, 9, 4, c); }' \
    impure qsort
plant 'text that allocates' '#include <string.h>
char *f(const char *); char *f(const char *s) { return strdup(s); }' impure strdup
plant 'a number read by the locale' '#include <stdlib.h>
double f(const char *); double f(const char *s) { return strtod(s, 0); }' impure strtod
plant 'nothing in lawful code' '#include <string.h>
#include <stdio.h>
static const char *const words[] = { "a", "b" };
int f(char *, int); int f(char *s, int n) { return snprintf(s, 9, "%s%d", words[n], n) + (int)strlen(s); }' impure ''
plant 'a counter that lives on' 'int f(void); int f(void) { static int n; return ++n; }' globals n.0
plant 'no state in a constant table' 'static const char *const words[] = { "a", "b" };
const char *f(int); const char *f(int n) { return words[n]; }' globals ''
done_testing
