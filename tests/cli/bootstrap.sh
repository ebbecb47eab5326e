#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# ./bootstrap on machines that it does not have here: a PATH of stand-ins says which system this is, who we are, what is
# installed, and what apt-get and sudo were asked.
. "${top_srcdir:?}/tests/tap.sh"

bin=${tmp:?}/bin
tree="$tmp/a clone"
chmod 711 "$tmp"
mkdir "$bin" "$tree" "$tree/src" "$tmp/missing"
cp "$top_srcdir/bootstrap" "$tree/bootstrap"
touch "$tree/configure.ac" "$tree/Makefile.am"

stand_in()
{
	rm -f "$bin/$1"
	{ echo '#!/bin/sh' && cat; } >"$bin/$1"
	chmod 755 "$bin/$1"
}

for tool in awk cat chmod cmp env expr find flock getconf grep mkdir mv rm sed sh stat tail touch tr true; do
	ln -s "$(command -v $tool)" "$bin/$tool"
done
for tool in automake make pkg-config clang curl expect iperf3 ip mandoc nginx ps python3 tcpdump tmux tshark valgrind xz; do
	echo : | stand_in $tool
done
ln -sf "$(command -v make)" "$bin/make"
# A header is there when no file of its name lies in missing/; so is a library's package when apt-get removed the file.
stand_in cc <<TEXT
read -r _ header; header=\${header#<}; header=\${header%>}
[ ! -e "$tmp/missing/\$(echo "\$header" | tr / _)" ]
TEXT
stand_in apt-get <<TEXT
echo "apt-get \$*" >>"$tmp/asked"
[ ! -t 0 ] && ! read -r _ || echo 'standard input was open' >>"$tmp/asked"
[ ! -e "$tmp/apt-fails" ] || { rm "$tmp/apt-fails"; exit 100; }
case \$1 in
install) rm -f "$tmp/missing"/* ;;
esac
TEXT
stand_in sudo <<TEXT
echo sudo >>"$tmp/asked"
exec "\$@"
TEXT
stand_in id <<TEXT
case \$1 in
-u) cat "$tmp/uid" ;;
-un) echo learner ;;
esac
TEXT
stand_in uname <<TEXT
sed -n "s/^\$1 //p" "$tmp/uname"
TEXT
stand_in unshare </dev/null
stand_in autoreconf <<'TEXT'
cat >"$2/configure" <<'CONFIGURE'
#!/bin/sh
echo "configured $*" >>configured
cat >Makefile <<'MAKEFILE'
program = tcpdojo
$(program): ../src/main.c
	! grep -q broken ../src/main.c
	cp ../src/main.c $(program) && chmod 755 $(program)
	echo built >>built
check: $(program)
	cp ../src/log test-suite.log
	mkdir -p tests && cp ../src/trs tests/a.trs
	! grep -q '^# FAIL: *[1-9]' test-suite.log
clean:
	rm -f $(program)
install: $(program)
	echo installed >>configured
MAKEFILE
CONFIGURE
chmod 755 "$2/configure"
TEXT
ln -s "$(command -v cp)" "$bin/cp"

fresh()
{
	chmod -R u+w "$tree"
	rm -rf "${tree:?}/build" "$tree/configure" "${tmp:?}/asked" "$tmp/missing" "$tmp/apt-fails"
	mkdir "$tmp/missing"
	cat >"$tree/src/main.c" <<'TEXT'
#!/bin/sh
for argument; do
	printf '<%s>' "$argument"
done
[ -t 0 ] || cat
exit 7
TEXT
	echo 1000 >"$tmp/uid"
	printf -- '-s Linux\n-r 6.1.0-18-amd64\n-m x86_64\n' >"$tmp/uname"
}

# at_home ARGS...: runs bootstrap, by its path from another folder; leaves out, err and status.
at_home()
{
	out=$(cd "$tmp" && PATH=$bin "$bin/sh" "$tree/bootstrap" "$@" 2>"$tmp/err")
	status=$?
	err=$(cat "$tmp/err")
}

asked()
{
	cat "$tmp/asked" 2>/dev/null
}

built()
{
	wc -l <"$tree/build/built" | tr -d ' '
}

# ---- run ---------------------------------------------------------------------------------------------------------------

fresh
at_home run 'a b' '' '*' "it's
two" <<'TEXT'
syn
TEXT
is "$out" "<a b><><*><it's
two>syn" 'run hands over its arguments whole and standard input untouched'
is "$status" 7 'and returns the status of tcpdojo'
has "$err" building 'what it does itself goes to standard error'
is "$(asked)" '' 'nothing was missing, so nothing was installed'

at_home run again </dev/null
is "$err,$(built)" ',1' 'a second run has nothing to do and nothing to say'
touch "$tree/src/main.c"
at_home run </dev/null
at_home run </dev/null
is "$err,$(built)" ',2' 'a newer source is built, once'
touch "$tree/src/gone.c"
at_home run </dev/null
rm "$tree/src/gone.c"
at_home run </dev/null
has "$err" building 'so is a tree from which a source has gone'

echo broken >"$tree/src/main.c"
at_home run </dev/null
is "$status,$out" '1,' 'a build that fails ends with status 1, before tcpdojo is started'
has "$err" 'grep -q broken' 'and shows why'
fresh
at_home run </dev/null
rm "$tree/build/built"
: >"$tree/build/.building"
touch "$tree/src/main.c"
at_home run </dev/null
is "$(built),$(wc -l <"$tree/build/configured" | tr -d ' ')" '1,2' 'after a make that was killed, all is made anew'

mv "$tree" "$tmp/moved"
tree=$tmp/moved
at_home run moved </dev/null
is "$out,$(wc -l <"$tree/build/configured" | tr -d ' ')" '<moved>,3' 'a clone that has moved is configured anew'

# ---- what is missing ---------------------------------------------------------------------------------------------------

packages='libnet1-dev libcap-dev'
install="apt-get install -y --no-install-recommends $packages"
lists=$(find /var/lib/apt/lists -name '*_Packages*' -print -quit 2>/dev/null)
lack()
{
	touch "$tmp/missing/libnet.h" "$tmp/missing/sys_capability.h"
}

fresh
lack
at_home run installed <<'TEXT'
syn
TEXT
if [ -n "$lists" ]; then
	is "$(asked)" "sudo
$install" 'an ordinary user installs what is missing through sudo, and fetches no lists'
else
	has "$(asked)" "$install" 'an ordinary user installs what is missing through sudo'
fi
is "$out" '<installed>syn' 'and goes on, standard input still untouched'
has "$err" "sudo env DEBIAN_FRONTEND=noninteractive $install" 'without a terminal it is told, not asked'

fresh
lack
touch "$tmp/apt-fails"
echo 0 >"$tmp/uid"
at_home run installed </dev/null
if [ -n "$lists" ]; then
	is "$(asked)" "$install
apt-get update
$install" 'root needs no sudo; lists are fetched where the install failed without'
else
	has "$(asked)" 'apt-get update' 'lists that are missing are fetched'
fi

fresh
lack
mv "$bin/sudo" "$tmp/sudo"
at_home run </dev/null
is "$status" 3 'neither root nor sudo: status 3'
has "$err" "$packages" 'the packages are named'
has "$err" 'build --prefix DIR' 'and the way out'
mv "$tmp/sudo" "$bin/sudo"

fresh
lack
mv "$bin/apt-get" "$tmp/apt-get"
at_home run </dev/null
is "$status" 3 'no apt: status 3'
has "$err" 'missing: libnet-1.1 libcap' 'the packages are named as other systems have them'
has "$err" "$packages" 'and as Debian has'
mv "$tmp/apt-get" "$bin/apt-get"

fresh
lack
at_home build --prefix "$tmp/my prefix" </dev/null
is "$status,$(asked)" '3,' 'build --prefix installs no packages'
has "$err" "$packages" 'it names what is lacking'
rm "${tmp:?}/missing"/*
at_home build --prefix "$tmp/my prefix" </dev/null
is "$status" 0 'with all there, it builds'
has "$(cat "$tree/build/configured")" "--prefix=$tmp/my prefix" 'for that place'
has "$(cat "$tree/build/configured")" installed 'and installs there'

if command -v expect >/dev/null; then
	for answer in n y; do
		fresh
		lack
		PATH=$bin "$(command -v expect)" -c "
			set timeout 20
			spawn -noecho $bin/sh $tree/bootstrap run
			expect {$install*Shall I} { send $answer\r } timeout { exit 90 }
			expect eof
			exit [lindex [wait] 3]" >"$tmp/terminal" 2>&1 </dev/null
		status=$?
		case $answer in
		n) is "$status,$(asked)" '3,' 'on a terminal it shows the command and takes no for an answer' ;;
		y) has "$(asked)" "$install" 'and yes' ;;
		esac
	done
else
	skip 'on a terminal it asks' 'no expect here'
fi

# ---- systems and clones ------------------------------------------------------------------------------------------------

fresh
printf -- '-s Darwin\n-r 23.4.0\n' >"$tmp/uname"
at_home run </dev/null
is "$status,$(asked)" '3,' 'macOS: status 3'
has "$err" 'limactl start' 'and a way'
printf -- '-s Linux\n-r 4.4.0-19041-Microsoft\n-m x86_64\n' >"$tmp/uname"
at_home run </dev/null
is "$status" 3 'WSL 1: status 3'
has "$err" 'wsl --set-version' 'and a way'
printf -- '-s Linux\n-r 5.15.146.1-microsoft-standard-WSL2\n-m x86_64\n' >"$tmp/uname"
at_home run wsl2 </dev/null
is "$out" '<wsl2>' 'WSL 2 is like any Linux'

fresh
echo 'exit 1' | stand_in unshare
at_home run </dev/null
is "$status" 7 'refused namespaces are left to tcpdojo to explain'
has "$err" 'lab will not start' 'but named'
stand_in unshare </dev/null

# As somebody to whom the clone does not belong.
fresh
if [ "$(id -u)" -eq 0 ]; then
	stranger="setpriv --reuid=65534 --regid=65534 --clear-groups"
	ln -sf "$(command -v setpriv)" "$bin/setpriv"
else
	stranger=
	chmod a-w "$tree"
fi
# shellcheck disable=SC2086 # a list of words
told=$(PATH=$bin $stranger "$bin/sh" "$tree/bootstrap" run 2>&1 </dev/null)
is $? 3 'a clone of somebody else: status 3'
has "$told" "cp -r '$tree'" 'and a way'
chmod u+w "$tree"
at_home run </dev/null
chmod a-w "$tree" "$tree/build"
# shellcheck disable=SC2086
told=$(PATH=$bin $stranger "$bin/sh" "$tree/bootstrap" run built 2>&1 </dev/null)
is "$told" '<built>' 'one that its owner has built can be run'

# ---- check -------------------------------------------------------------------------------------------------------------

counts()
{
	printf '# TOTAL: 9\n# PASS:  %d\n# SKIP:  %d\n# XFAIL: 1\n# FAIL:  %d\n# XPASS: 0\n# ERROR: 0\n' "$1" "$2" "$3" \
	    >"$tree/src/log"
	printf ':test-result: PASS\n' >"$tree/src/trs"
	[ "$2" -eq 0 ] || printf ':test-result: SKIP - no IPv6\n' >>"$tree/src/trs"
}

last_line()
{
	printf '%s\n' "$out" | tail -n 1
}

fresh
counts 8 0 0
at_home check </dev/null
is "$status,$(last_line)" '0,9 passed, 0 failed, 0 skipped' 'check ends on the count of cases'
counts 6 0 2
at_home check </dev/null
is "$status,$(last_line)" '1,7 passed, 2 failed, 0 skipped' 'and fails where one fails'
counts 7 1 0
at_home check </dev/null
is "$status,$(last_line)" '0,8 passed, 0 failed, 1 skipped' 'a skipped case is counted'
at_home check --no-skips </dev/null
is "$status,$(last_line)" '1,8 passed, 0 failed, 1 skipped' 'and with --no-skips fails'
has "$out" 'no IPv6' 'which it shows'

fresh
touch "$tmp/missing/cmocka.h"
at_home check </dev/null
has "$(asked)" 'install -y --no-install-recommends libcmocka-dev' 'check installs what only the tests need'

# ---- wrong words -------------------------------------------------------------------------------------------------------

for words in '' 'rnu' 'check fast' 'build --prefix'; do
	# shellcheck disable=SC2086 # a list of words
	at_home $words </dev/null
	is "$status" 2 "\"$words\": status 2"
done
has "$err" 'usage: ./bootstrap run' 'and the usage'
done_testing
