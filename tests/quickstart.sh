#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The quickstart, twice in a row, as someone without a terminal runs it: a
# running server with the demo in it, the second time with nothing loaded
# twice; and a stop that works.  The data's directory has a blank in its name.
#
# It uses the build that is tested; with CHECK_LONG set, it builds a copy of
# the sources in a directory that has a blank in its name too.

. "$(dirname "$0")/lib/server.sh"

need psql
# What another compiler makes of the demo's floating point is another shop.
case ${SANITIZERS:-no} in
no) ;;
*) skip "the quickstart's own build is what is tested" ;;
esac
server_init
top=$(cd "$(dirname "$0")/.." && pwd)
unset MAKEFLAGS MAKELEVEL MFLAGS QUICKSTART_BUILD
export QUICKSTART_PORT=$SERVER_PORT QUICKSTART_LINE_PORT=0 QUICKSTART_HTTP_PORT=0 QUICKSTART_WS_PORT=0
export QUICKSTART_DATA="$SERVER_DIR/a demo/data"

copy_sources() {
	need git
	git -C "$top" ls-files >"$SERVER_DIR/files" 2>/dev/null ||
		skip "the sources are not a git checkout"
	mkdir "$1"
	tar -C "$top" -cf - -T "$SERVER_DIR/files" | tar -C "$1" -xf -
}

# A test installs no packages.
no_packages() {
	mkdir "$SERVER_DIR/bin"
	ln -s "$(command -v false)" "$SERVER_DIR/bin/apt-get"
	PATH=$SERVER_DIR/bin:$PATH
}

quickstart() {
	local status=0
	timeout 1800 "$top/quickstart" "$@" </dev/null >"$SERVER_DIR/out" 2>&1 ||
		status=$?
	SERVER_PID=$(cat "$QUICKSTART_DATA.pid" 2>/dev/null || true)
	[ "$status" != 0 ] || return 0
	! grep -q 'Installing from Debian' "$SERVER_DIR/out" ||
		skip "packages of the quickstart are not installed"
	cat "$SERVER_DIR/out"
	fail "quickstart $* failed"
}

count() {
	psql -X -At -c 'SELECT count(*) FROM events'
}

SERVER_LOG=$QUICKSTART_DATA.log
no_packages
if [ -n "${CHECK_LONG:-}" ]; then
	copy_sources "$SERVER_DIR/a clone"
	top="$SERVER_DIR/a clone"
else
	export QUICKSTART_BUILD=${STELE%/src/stele}
fi

quickstart
first_pid=$SERVER_PID
[ "$(count)" = 99730 ] || fail "$(count) events instead of 99730"
for text in 'product_viewed .* 71929' 'authentication failed' \
	'2025-11-28 .* 27180.6' "psql -h 127.0.0.1 -p $SERVER_PORT"; do
	grep -q "$text" "$SERVER_DIR/out" ||
		{ cat "$SERVER_DIR/out"; fail "nothing like '$text' was shown"; }
done

quickstart
[ "$SERVER_PID" = "$first_pid" ] || fail "the running server was not kept"
[ "$(count)" = 99730 ] || fail "the demo was loaded twice"

quickstart stop
! port_is_open "$SERVER_PORT" || fail "the server was not stopped"
quickstart
[ "$(count)" = 99730 ] || fail "after a restart: $(count) events"
quickstart stop
