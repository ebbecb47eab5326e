#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Bob's kernel as the design wants it, read by a process in his namespace.
. "$top_srcdir/tests/lab/hand.sh"

sys=/proc/sys/net
answers() { # SWITCH; one line a setting
	"$hand" start ready $1 "agent:read $sys/ipv4/tcp_synack_retries" "agent:read $sys/ipv4/tcp_syn_retries" \
	    "agent:read $sys/ipv4/tcp_retries2" "agent:read $sys/ipv4/tcp_orphan_retries" \
	    "agent:read $sys/ipv4/tcp_fin_timeout" "agent:read $sys/ipv4/tcp_early_retrans" \
	    "agent:rto_min 4" "agent:rto_min 6" 2>&1 | sed 1,2d | tr '\n' ' '
}

is "$(answers)" "255 127 255 255 86400 0 120000 locked 120000 locked " "Bob is patient, setting by setting"
is "$(answers impatient)" "5 6 15 0 60 3 none none " "impatient, he has the kernel's own defaults"
is "$("$hand" start impatient patient "agent:rto_min 6" get:ipv4/tcp_retries2 | sed 1d | tr '\n' ' ')" \
    "120000 locked 255 " "and is patient again when asked"

fixed=$("$hand" start "agent:read $sys/ipv4/tcp_rmem" "agent:read $sys/ipv4/tcp_timestamps" \
    "agent:read $sys/ipv4/tcp_sack" "agent:read $sys/ipv4/tcp_ecn" "agent:read $sys/ipv4/tcp_no_metrics_save" \
    "agent:read $sys/ipv4/tcp_syncookies" | sed 1d | tr '\t\n' '  ')
is "$fixed" "4096 131072 6291456 1 1 2 1 1 " "what he would inherit from the host is fixed"

is "$("$hand" start set:ipv4/tcp_timestamps=0 "agent:read $sys/ipv4/tcp_timestamps" get:ipv4/tcp_timestamps |
    sed 1d | tr '\n' ' ')" "0 0 " "a setting can be changed and read"
has "$("$hand" start set:ipv4/tcp_nonsense=0 2>&1)" 'no setting "ipv4/tcp_nonsense"' "one that there is not is named"
has "$("$hand" start set:../kernel/hostname=x 2>&1)" 'will not have' "a name cannot lead out of Bob's settings"
has "$("$hand" start set:ipv4/tcp_retries2=9999 2>&1)" '"9999" for ipv4/tcp_retries2' "a value out of range is quoted"

lacking=$("$hand" "missing=ipv4/tcp_ecn ipv4/tcp_early_retrans" start describe get:ipv4/tcp_retries2)
has "$lacking" "this kernel lacks ipv4/tcp_ecn" "a missing setting is told"
has "$lacking" "this kernel lacks ipv4/tcp_early_retrans" "and each of them"
has "$lacking" 255 "and the rest is set all the same"

"$hand" start ready agent:sent sleep:3 agent:sent >"$tmp/sent"
is "$(sed -n 4p "$tmp/sent")" "$(sed -n 3p "$tmp/sent")" "for 3 s nobody speaks, and Bob sends no frame"
finish
