#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The quickstart, twice in a row, as someone without a terminal runs it: a
# running server with the demo in it, the second time with nothing loaded
# twice; and a stop that works.

. "$(dirname "$0")/lib/server.sh"

need psql
server_init
top=$(cd "$(dirname "$0")/.." && pwd)
unset MAKEFLAGS MAKELEVEL MFLAGS
export QUICKSTART_PORT=$SERVER_PORT
export QUICKSTART_DATA=$SERVER_DATA
export QUICKSTART_BUILD=${STELE%/src/stele}
SERVER_LOG=$SERVER_DATA.log

quickstart() {
	timeout 300 "$top/quickstart" "$@" </dev/null >"$SERVER_DIR/out" 2>&1 ||
		{ cat "$SERVER_DIR/out"; fail "quickstart $* failed"; }
	SERVER_PID=$(cat "$SERVER_DATA.pid" 2>/dev/null || true)
}

count() {
	psql -X -At -c 'SELECT count(*) FROM events'
}

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
