#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every mistake gets one message: what was read, what was expected, what to type instead.  The exact words are part of what
# people learn from.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/cli/dojo.sh"

# ---- commands and their words
refused 'xyzzy' "there is no command \"xyzzy\"; \`help\` lists them"
refused 'sny' 'there is no command "sny"; near it are: syn'
refused 'sy' 'there is no command "sy"; near it are: syn, synack'
refused 'SYN' "there is no command \"SYN\"; near it are: syn, synack"
refused '""' "there is no command \"\"; \`help\` lists them"
refused 'state now' "\`state\` lists, \`state diagram\` draws; not \"now\""
refused 'quit quit' '"quit" is one word too many; usage: quit'
refused 'listen' 'a word is missing; usage: listen PORT'
refused 'listen 80 90' '"90" is one word too many; usage: listen PORT'
refused 'bob accept 1 2' '"2" is one word too many; usage: bob accept [PORT]'
refused 'bob listen' 'a word is missing; usage: bob listen PORT [backlog N]'
refused 'bob sing' \
	"\`bob\` knows listen, accept, connect, read, write, shutdown, close, set, run, sockets; not \"sing\""
refused 'link sing' \
	"\`link\` knows rate R, delay T, limit BYTES, reverse, both, hold, release [N] and drop N; not \"sing\""
refused 'link drop' 'a word is missing; usage: link drop N'
refused 'link rate' 'rate needs a value, like rate 10mbit'
refused 'link both' 'say what to set: rate R, delay T or limit BYTES, like link rate 10mbit both'
refused 'link both sing' \
	"\`link\` knows rate R, delay T, limit BYTES, reverse, both, hold, release [N] and drop N; not \"sing\""
refused 'connect win=5' "\`connect\` takes PORT, dst=HOST and sport=N, not \"win=5\""
refused 'auto sing on' 'the autopilot knows ack, arp and close, not "sing"'
refused 'auto ack maybe' 'the autopilot is on or off, not "maybe"'
refused 'lab rat' "\`lab\` knows restart, kernel-alice; not \"rat\""
refused 'stream carol' "\`stream\` shows what alice or bob has sent, not \"carol\""
refused 'help sing' "no command, field or term is called \"sing\"; \`help\`, \`help fields\` and \`help terms\` list them"
refused 'wait 1s 2s' "\"2s\" is not understood here; write \`wait T\` or \`wait for CONDITION\`"

# ---- numbers, ports, quantities
refused 'listen 0' 'a port is a number from 1 to 65535, not "0"'
refused 'listen http' 'a port is a number from 1 to 65535, not "http"'
refused 'connect 65536' 'a port is a number from 1 to 65535, not "65536"'
refused 'syn dport=99999999999999999999' 'a port is a number from 0 to 65535, not "99999999999999999999"'
refused 'conn 1' 'there is no connection "1"; there are 0'
refused 'show 0' 'there is no segment "0"; the log has 0'
refused 'wait 5' '"5" is no duration; write a number with its unit, like 500us, 20ms or 2s'
refused 'link rate 0mbit' \
	"\"0mbit\" is no rate; write a number above 0 with its unit, like 10mbit, or \`unlimited\`"
refused 'link limit 5gb' '"5gb" is no size; write a number with its unit, like 1500b, 100kb or 1mb'
refused 'set mss 0' 'mss is a number from 1 to 65535, not "0"'
refused 'set raw yes' 'raw is on or off, not "yes"'
refused 'set colour red' \
	'there is no setting "colour"; there are mss, port, predictions, raw, sack, strict, timestamps, window, wscale'

# ---- fields and options
refused 'syn win=65536' 'window=65536: window takes a number from 0 to 65535, decimal or 0x hexadecimal'
refused 'syn seq=x' 'seq is a number from 0 to 4294967295, or +N or -N from what would be correct, not "x"'
refused 'syn seq=4294967296' \
	'seq is a number from 0 to 4294967295, or +N or -N from what would be correct, not "4294967296"'
refused 'syn nofield=1' "there is no field or option \"nofield\"; \`help fields\` lists them"
refused 'syn win' '"window" needs a value: window=...'
refused 'syn =5' '"=5" is no field=value'
refused 'syn hlim=3' '"hlim" is a field of ipv6, which this segment has not'
refused 'syn dst=carol' '"carol" is no host; write bob, bob6 or an IP address'
refused 'syn; ack dst=bob6' "\"bob6\" is an IPv6 address, and this is a segment of IPv4; \`syn dst=...\` opens a connection"
refused 'syn mss=65536' 'mss=65536: expected a number of bytes from 0 to 65535, as in mss=1460'
refused 'syn payload=hex:0g' 'after hex: stand pairs of hex digits, like hex:0d0a, not "0g"'
refused 'syn payload=zero:65536' 'zero:N takes a number of bytes from 0 to 65535, not "65536"'
refused 'data x' \
	"there is no connection that \`data\` could belong to; \`syn\` opens one, \`listen PORT\` waits for one"
refused 'syn payload=zero:2000' \
	"this makes an IP packet of 2060 bytes, and the wire carries 1500; send less, or \`data ... split\`"

# ---- conditions
refused 'expect' 'a word is missing; usage: expect FLAGS [FIELD=VALUE]... | nothing | [bob|kernel] state STATE | ... [within T] [after T] [eventually] [strictly]'
refused 'wait for' 'a condition is missing, like S. ack=1, state ESTABLISHED or nothing within 1s'
refused 'expect state OPEN' '"OPEN" is no state; RFC 9293 has CLOSED, LISTEN, SYN-SENT, SYN-RECEIVED, ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2, CLOSE-WAIT, CLOSING, LAST-ACK and TIME-WAIT'
refused 'expect kernel sings' "after \`kernel\` stands \`state STATE\`, not \"sings\""
refused 'expect S. sing' \
	'"sing" is not understood here; there could stand a field=value, within T, after T, eventually or strictly'
refused 'expect sing' \
	"\"sing\" names neither flags (S. F. FP. none) nor a field=value; \`help expect\` shows what can be expected"
refused 'expect nothing' "say how long nothing may come: \`nothing within 500ms\`"
refused 'expect S. within' 'a duration is missing at the end, like 200ms'
refused 'expect length=x' 'length is a number of bytes, not "x"'

# ---- files
refused "run $tmp/none" "cannot read \"$tmp/none\": No such file or directory"
refused "run $tmp" "cannot read \"$tmp\": it is a directory"
head -c 1048577 /dev/zero | tr '\0' '#' >"$tmp/long"
refused "run $tmp/long" "\"$tmp/long\" is longer than 1048576 bytes: no script"
run -c "syn; save $tmp/none/x.pcap"
is "$status: $err" "3: -c:1: cannot write \"$tmp/none/x.pcap\": No such file or directory" 'save where there is no folder'
run -c "syn; save $tmp"
is "$status: $err" "3: -c:1: cannot write \"$tmp\": Is a directory" 'save onto a folder'

# ---- options of the program
usage='usage: tcpdojo [-c COMMANDS] [--json] [--seed N] [--no-colour] [--ascii]
       tcpdojo run FILE [ARGUMENT]...
       tcpdojo lesson [list | NAME [again] | report [--json] | test FILE... | new FILE]
Without -c and FILE, commands are read from standard input.  `tcpdojo -c help` lists them.'

misused()
{
	message=$1
	shift
	run "$@"
	is "$status: $err" "2: tcpdojo: $message
$usage" "tcpdojo $*"
}

misused 'there is no option "--bogus"' --bogus
misused 'there is no option "-j"' -j
misused '-c needs a value' -c
misused '--seed needs a value' --seed
misused '--seed takes a number, not "x"' --seed x
misused '"--json=1": this option takes no value' --json=1
misused '"frobnicate" is not understood here' frobnicate
misused "\`run\` needs the name of a script" run
misused "-c and \`run\` are two ways to say what to do: use one" -c help run x
run run "$tmp/none"
is "$status: $err" "2: tcpdojo: cannot read \"$tmp/none\": No such file or directory" 'tcpdojo run FILE without the file'
run --version
is "$status: ${out%% *}" '0: tcpdojo' 'tcpdojo --version'
done_testing
