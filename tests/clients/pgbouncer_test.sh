# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# pgbouncer in front of the server, in session and in transaction mode: more
# clients than connections, transactions, prepared statements, every type,
# errors, COPY, a cancel that is passed on, large results.
. "$(dirname "$0")/../lib/server.sh"
. "$(dirname "$0")/every.sh"

need psql pgbouncer
pgbench=$(command -v pgbench || ls /usr/lib/postgresql/*/bin/pgbench 2>/dev/null |
	tail -n 1)
[ -n "$pgbench" ] || skip "there is no pgbench on this machine"

server_init
server_start
bouncer_pid=
trap 'bouncer_stop; server_exit' EXIT

# pgbouncer does not run for root.  In the background this becomes it.
become_pgbouncer() {
	if [ "$(id -u)" = 0 ]; then
		exec setpriv --reuid=nobody --regid=nogroup --clear-groups \
			pgbouncer "$@"
	fi
	exec pgbouncer "$@"
}

# bouncer_start MODE: in front of the server with three connections to it.
bouncer_start() {
	local port _
	port=$(free_port)
	chmod 755 "$SERVER_DIR"
	cat >"$SERVER_DIR/bouncer.ini" <<-END
		[databases]
		stele = host=127.0.0.1 port=$SERVER_PORT dbname=stele user=stele
		[pgbouncer]
		listen_addr = 127.0.0.1
		listen_port = $port
		unix_socket_dir =
		auth_type = any
		pool_mode = $1
		default_pool_size = 3
		max_client_conn = 50
		admin_users = stele
		server_reset_query = DISCARD ALL
	END
	become_pgbouncer "$SERVER_DIR/bouncer.ini" \
		>>"$SERVER_DIR/bouncer.log" 2>&1 </dev/null &
	bouncer_pid=$!
	for _ in $(seq 200); do
		! port_is_open "$port" || break
		sleep 0.05
	done
	export PGPORT=$port
}

bouncer_stop() {
	[ -n "$bouncer_pid" ] || return 0
	kill "$bouncer_pid" 2>/dev/null
	wait "$bouncer_pid" 2>/dev/null
	bouncer_pid=
}

# same WHAT EXPECTED GOT
same() {
	[ "$2" = "$3" ] || fail "$mode: $1: expected
$2
but got
$3"
	echo "ok $mode: $1"
}

sql() {
	psql -X -q -A -t -P null=NULL "$@" 2>&1
}

# Every type, as text and by COPY in both of its forms, all of it through the
# bouncer; $mode is the context.
every_type() {
	local form=$SERVER_DIR/every.copy
	sql -c "$(every_insert "$mode")" || fail "$mode: INSERT"
	same "every type" "$EVERY_ROWS" "$(sql -c "$(every_select "$mode")")"
	for format in text csv binary; do
		sql -c "COPY (SELECT '$mode-$format', $EVERY_COLUMNS FROM every
			WHERE context_id = '$mode' ORDER BY event_id)
			TO STDOUT (FORMAT $format)" >"$form" || fail "COPY TO"
		sql -c "COPY every (context_id, $EVERY_COLUMNS) FROM STDIN
			(FORMAT $format)" <"$form" || fail "COPY FROM"
		same "every type by COPY as $format" "$EVERY_ROWS" \
			"$(sql -c "$(every_select "$mode-$format")")"
	done
}

# What psql's backslash commands find is what they find without a bouncer.
introspection() {
	same "\\d" "$(PGPORT=$SERVER_PORT sql -c '\d every' -c '\dT+' -c '\d')" \
		"$(sql -c '\d every' -c '\dT+' -c '\d')"
}

# A large result; and Ctrl-C, which goes through the bouncer to the server.
streams_and_cancels() {
	local pid status
	for count in 0 1000; do
		same "many rows, FETCH_COUNT $count" "100000 5000050000" "$(
			sql -v FETCH_COUNT=$count -c \
				'SELECT g FROM generate_series(1, 100000) AS g' |
				awk '{ sum += $1 } END { printf "%d %.0f\n", NR, sum }')"
	done
	set -m
	PGAPPNAME=slow psql -X -A -t -c 'SELECT count(*)
		FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b' \
		>"$SERVER_DIR/cancel.out" 2>&1 &
	pid=$!
	set +m
	wait_until_active slow
	kill -s INT "$pid"
	wait "$pid"
	status=$?
	same "Ctrl-C" "1
Cancel request sent
ERROR:  canceling statement due to user request" "$status
$(cat "$SERVER_DIR/cancel.out")"
	same "after it" 42 "$(sql -c 'SELECT 42')"
}

# wait_until_active NAME: an application runs a statement.
wait_until_active() {
	local _
	for _ in $(seq 400); do
		[ "$(PGPORT=$SERVER_PORT sql -c "SELECT count(*) FROM pg_stat_activity
			WHERE application_name = '$1' AND state = 'active'")" = 0 ] ||
			return 0
		sleep 0.05
	done
	fail "$mode: no statement of $1 runs"
}

# Ten clients of pgbench on three connections; $1 is its way to ask.
bench() {
	local before after
	before=$(sql -c 'SELECT count(*) FROM bounced')
	timeout 60 "$pgbench" -n -M "$1" -c 10 -t 20 \
		-f "$SERVER_DIR/script.sql" \
		>"$SERVER_DIR/pgbench.out" 2>&1 ||
		fail "$mode: pgbench -M $1: $(cat "$SERVER_DIR/pgbench.out")"
	after=$(sql -c 'SELECT count(*) FROM bounced')
	same "200 transactions of pgbench -M $1" 400 $((after - before))
}

cat >"$SERVER_DIR/script.sql" <<'END'
\set n random(1, 1000000)
BEGIN;
INSERT INTO bounced (context_id, n) VALUES ('c' || (:n % 10), :n);
INSERT INTO bounced (context_id, n) VALUES ('d', :n);
COMMIT;
SELECT count(*) FROM bounced WHERE context_id = 'd' AND n = :n;
END

export PGTZ=UTC
every_define
psql -X -q -c 'CREATE TABLE bounced (n integer NOT NULL)' || fail "CREATE TABLE"
for mode in session transaction; do
	bouncer_start "$mode"
	same "one row" 42 "$(sql -c 'SELECT 42')"
	same "the version" t "$(sql -c "SELECT version() LIKE 'PostgreSQL 15%'")"
	same "an error" "ERROR:  column \"nothing\" does not exist
LINE 1: SELECT nothing
               ^" "$(sql -c 'SELECT nothing')"
	introspection
	every_type
	same "roll back" 0 "$(sql -c "BEGIN;
		INSERT INTO bounced (context_id, n) VALUES ('gone', 1);
		ROLLBACK; SELECT count(*) FROM bounced WHERE context_id = 'gone'")"
	# The settings of the client that pgbouncer follows.
	same "application_name" mine \
		"$(PGAPPNAME=mine sql -c 'SHOW application_name')"
	seq 1000 | sed "s/^/$mode\t/" |
		sql -c 'COPY bounced (context_id, n) FROM STDIN' || fail "COPY"
	same "COPY out" 500500 "$(sql -c "COPY (SELECT n FROM bounced
		WHERE context_id = '$mode') TO STDOUT" |
		awk '{ sum += $1 } END { print sum }')"
	streams_and_cancels
	bench simple
	bench extended
	same "no more than three connections and this one" t "$(
		PGPORT=$SERVER_PORT sql -c "SELECT count(*) <= 4
			FROM pg_stat_activity WHERE usename = 'stele'")"
	bouncer_stop
	PGPORT=$SERVER_PORT sql -c 'SELECT 1' >/dev/null || fail "after $mode"
done
server_stop
