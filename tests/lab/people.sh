# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Who runs a lab: whoever runs the test; if that is root, a stranger without any privilege, home or writable folder but the
# temporary one too; and whoever is root in a user namespace that another made, where labs nest.
# For tests that have sourced tests/tap.sh; all get a copy of the program and of the scripts that they may read.

told=$("${TCPDOJO:?}" -c quit 2>&1) || [ $? -ne 3 ] || skip_all "no lab here: $told"

chmod 755 "$tmp"
cp -r "$TCPDOJO" "${top_srcdir:?}/scripts" "$tmp/" && chmod -R a+rX "$tmp/scripts" "$tmp/tcpdojo" || exit 99
mkdir -m 1777 "$tmp/tmp"
scripts=$tmp/scripts

people=self
[ "$(id -u)" -ne 0 ] || people='self stranger'

# as PERSON COMMAND...: the program is `tcpdojo`, temporary files go to $tmp/tmp.
as()
{
	person=$1
	shift
	case $person in
	self) env TMPDIR="$tmp/tmp" PATH="$tmp:$PATH" "$@" ;;
	stranger)
		setpriv --reuid=65534 --regid=65534 --clear-groups env -i TMPDIR="$tmp/tmp" \
		    PATH="$tmp:/usr/local/bin:/usr/bin:/bin" "$@" ;;
	nested) env TMPDIR="$tmp/tmp" PATH="$tmp:$PATH" unshare --user --map-root-user "$@" ;;
	esac
}
