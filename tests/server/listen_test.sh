# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Nothing listens beyond the loopback while no superuser has a password (S1).
. "$(dirname "$0")/../lib/server.sh"

need psql
server_init
server_start
server_stop
for address in 0.0.0.0 :: 192.0.2.1 '127.0.0.1,0.0.0.0'; do
	server_launch -c listen_addresses="$address"
	# The loopback's port may be open until the other address is tried.
	for _ in $(seq $((SERVER_START_SECONDS * 20))); do
		server_is_running || break
		sleep 0.05
	done
	! server_is_running || fail "it listens on $address"
	SERVER_PID=
	grep -q 'no superuser has a password' "$SERVER_LOG" ||
		fail "$address: nothing says why it does not start"
	: >"$SERVER_LOG"
done

# By default too: what listens is 127.0.0.1 alone.
server_start
for word in "127.0.0.1 yes" "127.0.0.2 no"; do
	read -r address expected <<<"$word"
	found=no
	! psql -h "$address" -X -c 'SELECT 1' >/dev/null 2>&1 || found=yes
	[ "$found" = "$expected" ] || fail "$address answers: $found"
done
server_stop
