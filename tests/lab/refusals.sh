#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every way a system can refuse the lab: exit 3, one sentence, the ways out.  For real where that can be had.
. "$top_srcdir/tests/lab/hand.sh"

refused() { # CAUSE WAY-OUT DESCRIPTION COMMAND...
	cause=$1 way=$2 what=$3
	shift 3
	said=$("$@" 2>&1)
	is $? 3 "$what: exit 3"
	has "$said" "$cause" "$what: the cause"
	has "$said" "$way" "$what: a way out"
}
inside() { # in a user namespace of our own, where limits are ours to set
	unshare -Ur sh -c "$1" sh "$hand"
}

# shellcheck disable=SC2016
refused "user.max_user_namespaces is 0" "sysctl -w user.max_user_namespaces=" "no user namespaces left" \
    inside 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$1" start'
for limit in 0 1 2; do
	refused "user.max_net_namespaces is $limit, and 3 are needed" "sysctl -w user.max_net_namespaces=" \
	    "$limit network namespaces" inside "echo $limit >/proc/sys/user/max_net_namespaces; exec \"\$1\" start"
done
refused "clone: ENOSPC" "sysctl -w user.max_pid_namespaces=" "no PID namespaces left" \
    inside 'echo 0 >/proc/sys/user/max_pid_namespaces; exec "$1" start'
refused "unshare: EPERM" "--security-opt seccomp=unconfined" "a seccomp filter" "$hand" seccomp start

# The root of a chroot that is no mount point, with everything below x/.
mkdir "$tmp/x"
for name in bin lib lib64 usr proc work home root tmp etc $(pwd | cut -d/ -f2); do
	[ -e "/$name" ] && ln -sfn "x/$name" "$tmp/$name"
done
refused "unshare: EPERM" "pivot_root" "a chroot" unshare -Urm sh -c 'mount --rbind / "$2/x" && exec /usr/sbin/chroot "$2" "$1" start' \
    sh "$hand" "$tmp"

if [ "$(id -u)" = 0 ] && cp "$hand" "$tmp/capable" && setcap cap_net_raw+ep "$tmp/capable" 2>/dev/null; then
	chmod 755 "$tmp"
	# env: setpriv itself keeps root's capabilities up to its exec, and a program that gains none is not suspected
	refused "EACCES" "setcap -r $tmp/capable" "file capabilities (for real)" \
	    setpriv --reuid 65534 --regid 65534 --clear-groups env "$tmp/capable" start
fi
refused "setgroups: EACCES" "setcap -r" "file capabilities" "$hand" refuse=setgroups=EACCES start
refused "EPERM" "apparmor_restrict_unprivileged_userns=0" "AppArmor" "$hand" refuse=uid_map=EPERM start
refused "unshare: EPERM" "unprivileged_userns_clone=1" "a sysctl" "$hand" refuse=unshare=EPERM start
refused "unshare: EINVAL" "CONFIG_USER_NS" "a kernel without user namespaces" "$hand" refuse=unshare=EINVAL start
refused "unshare: EPERM" "AppArmor" "AppArmor that lets a user namespace be made, and nothing in it" \
    "$hand" refuse=net=EPERM start

without=$("$hand" "refuse=ipv6 sock_destroy" start ready ipv6 ping describe)
has "$without" no "without IPv6 the lab comes up"
has "$without" "Bob speaks IPv4 only" "and says so"
has "$without" "lacks SOCK_DESTROY" "a kernel without SOCK_DESTROY is told"
finish
