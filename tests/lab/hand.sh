# SPDX-License-Identifier: GPL-3.0-or-later
# TAP and a marker for processes, for the tests that drive tests/lab/hand.
hand=$top_builddir/tests/lab/hand
tmp=$(mktemp -d) || exit 99
count=0
failed=0
LAB_MARK=lab-$$-$(od -An -N6 -tx1 /dev/urandom | tr -d ' ')
export LAB_MARK

ok() { # DESCRIPTION: the last command held
	held=$?
	count=$((count + 1))
	if [ $held -eq 0 ]; then
		echo "ok $count - $1"
	else
		failed=1
		echo "not ok $count - $1"
	fi
}

is() { # GOT WANTED DESCRIPTION
	[ "$1" = "$2" ]
	ok "$3"
	[ "$1" = "$2" ] || printf '%s\n' "got: $1" "wanted: $2" | sed 's/^/# /'
}

has() { # TEXT PART DESCRIPTION
	case $1 in *"$2"*) true ;; *) false ;; esac
	ok "$3"
	case $1 in *"$2"*) ;; *) printf '%s\n' "got: $1" "wanted within: $2" | sed 's/^/# /' ;; esac
}

# Every process of a lab that inherited the marker: PID and name.
marked() {
	for environ in $(grep -lzxs "LAB_MARK=$LAB_MARK" /proc/[0-9]*/environ); do
		process=${environ%/environ}
		name=$(cat "$process/comm" 2>/dev/null)
		case $name in hand | tcpdojo-*) echo "${process#/proc/} $name" ;; esac
	done
}

pid_of() { # NAME
	marked | sed -n "s/ $1\$//p"
}

until_true() { # SECONDS COMMAND...
	tries=$(($1 * 50))
	shift
	while ! "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.02
	done
}

none_left() {
	[ -z "$(marked)" ]
}

finish() {
	rm -rf "$tmp"
	echo "1..$count"
	exit $failed
}
