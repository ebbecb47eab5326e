#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# src/FLOORS is the law: no #include against it, no library's header outside its rooms, no room that it does not name.
. "${top_srcdir:?}/tests/tap.sh"

# What the C library and POSIX give everywhere; any other <header> needs a row in FLOORS.
c_library='arpa/inet.h assert.h ctype.h dirent.h endian.h errno.h fcntl.h getopt.h glob.h inttypes.h langinfo.h limits.h
locale.h math.h net/if.h net/if_arp.h net/ethernet.h netinet/* netpacket/packet.h poll.h pthread.h pwd.h signal.h
stdalign.h stdarg.h stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h stdnoreturn.h string.h strings.h sys/* termios.h
time.h unistd.h wchar.h'

# judge SRC: prints every offence in the tree SRC, nothing when there is none.
judge()
{
	(cd "$1" && find . -name '*.[ch]' -o -name '*.list') | sed 's,^\./,,' | sort >"$tmp/files"
	# shellcheck disable=SC2046 # a list of files
	(cd "$1" && awk -v c_library="$c_library" '
		function pattern(glob) {
			gsub(/\./, "\\.", glob)
			gsub(/\*/, ".*", glob)
			return "^" glob "$"
		}
		# The room with the longest name that the path begins with.
		function room_of(path,    r, best) {
			best = ""
			for (r in floor)
				if ((index(path, r "/") == 1 || path == r ".c") && length(r) > length(best))
					best = r
			return best
		}
		function library(file, room, header,    n, i) {
			for (n = 1; n <= rows; n++) {
				if (header !~ glob[n])
					continue
				if (index(places[n], " " room " ") || index(places[n], " " file " "))
					return
				print file ": <" header "> belongs in" places[n] "only"
				return
			}
			for (i in libc)
				if (header ~ libc[i])
					return
			print file ": <" header "> has no row in FLOORS"
		}
		function ours(file, room, header,    to) {
			to = room_of(header)
			if (to == "")
				print file ": \"" header "\" lies in no room of FLOORS"
			else if (to != room && !((room, to) in may))
				print file ": " room " may not include " to " (\"" header "\")"
		}
		BEGIN {
			n = split(c_library, words)
			for (i = 1; i <= n; i++)
				libc[i] = pattern(words[i])
		}
		FILENAME == "FLOORS" && $1 == "room" {
			floor[$2] = $3
			for (i = 5; i <= NF; i++)
				may[$2, $i] = 1
			next
		}
		FILENAME == "FLOORS" && $1 == "header" {
			glob[++rows] = pattern($2)
			places[rows] = " "
			for (i = 4; i <= NF; i++)
				places[rows] = places[rows] $i " "
			next
		}
		FILENAME == "FLOORS" {
			if (NF && $1 !~ /^#/)
				print "FLOORS: cannot read \"" $0 "\""
			next
		}
		FNR == 1 {
			room = room_of(FILENAME)
			if (room == "")
				print FILENAME ": lies in no room of FLOORS"
		}
		room != "" && /^[ \t]*#[ \t]*include/ {
			header = $0
			sub(/^[ \t]*#[ \t]*include[ \t]*/, "", header)
			if (match(header, /^<[^>]+>/))
				library(FILENAME, room, substr(header, 2, RLENGTH - 2))
			else if (match(header, /^"[^"]+"/))
				ours(FILENAME, room, substr(header, 2, RLENGTH - 2))
			else
				print FILENAME ": an #include that nobody can follow: " header
		}
		END {
			for (pair in may) {
				split(pair, ends, SUBSEP)
				if (!(ends[2] in floor))
					print "FLOORS: " ends[1] " may include " ends[2] ", which is no room"
				else if (floor[ends[2]] >= floor[ends[1]])
					print "FLOORS: " ends[1] " may include " ends[2] ", which is not below it"
			}
		}
	' FLOORS $(cat "$tmp/files"))
}

# plant NAME FILE LINE EXPECTED: the offence must be seen in an else lawful tree.
plant()
{
	rm -rf "$tmp/src"
	mkdir -p "$tmp/src/seg" "$tmp/src/drive" "$tmp/src/lab" "$(dirname "$tmp/src/$2")"
	cat "$top_srcdir/src/FLOORS" >"$tmp/src/FLOORS"
	echo '#include <string.h>' >"$tmp/src/seg/seg.h"
	echo '#include <libnet.h>' >"$tmp/src/drive/build.c"
	echo '#include <pcap/pcap.h>' >"$tmp/src/lab/wire.c"
	echo '#include "seg/seg.h"' >"$tmp/src/main.c"
	is "$(judge "$tmp/src")" '' "lawful without: $1"
	printf '%s\n' "$3" >>"$tmp/src/$2"
	is "$(judge "$tmp/src")" "$4" "seen: $1"
}

is "$(judge "$top_srcdir/src")" '' 'src keeps to src/FLOORS'
[ "$(wc -l <"$tmp/files")" -gt 20 ]
ok $? 'the whole of src was read'

plant 'a lower floor includes a higher one' seg/parse.c '#include "drive/live.h"' \
    'seg/parse.c: seg may not include drive ("drive/live.h")'
plant 'a neighbour on the same floor' drive/live.c '  #  include "lab/lab.h"' \
    'drive/live.c: drive may not include lab ("lab/lab.h")'
plant "a library's header outside its room" seg/build.c '#include <libnet.h>' \
    'seg/build.c: <libnet.h> belongs in drive only'
plant 'a header that one file alone may have' lab/init.c '#include <pcap/pcap.h>' \
    'lab/init.c: <pcap/pcap.h> belongs in drive lab/wire.c only'
plant 'a library without a row' drive/fetch.c '#include <curl/curl.h>' \
    'drive/fetch.c: <curl/curl.h> has no row in FLOORS'
plant 'a room that FLOORS does not name' attic/old.c '#include <string.h>' \
    'attic/old.c: lies in no room of FLOORS'
plant 'a header without its room' seg/line.c '#include "seg.h"' \
    'seg/line.c: "seg.h" lies in no room of FLOORS'
plant 'an include through a macro' seg/line.c '#include HEADER' \
    'seg/line.c: an #include that nobody can follow: HEADER'
plant 'a law that lets a low floor climb' FLOORS 'room wide 1 may: cmd' \
    'FLOORS: wide may include cmd, which is not below it'
done_testing
