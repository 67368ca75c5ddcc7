# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# pgbench, in each of its three ways to ask: a script of its own that writes, its
# built-in one that reads and looks for tables first, every type in its variables,
# large results, errors, a cancel.
. "$(dirname "$0")/../lib/server.sh"
. "$(dirname "$0")/every.sh"

pgbench=$(command -v pgbench ||
	ls /usr/lib/postgresql/*/bin/pgbench 2>/dev/null | tail -n 1)
[ -n "$pgbench" ] || skip "there is no pgbench on this machine"
need psql
server_init
server_start

export PGTZ=UTC

sql() {
	psql -X -q -A -t "$@"
}

# same WHAT EXPECTED GOT
same() {
	[ "$2" = "$3" ] || fail "$1: expected
$2
but got
$3"
	echo "ok $1"
}

# bench OPTION...: it must end well.
bench() {
	timeout 60 "$pgbench" -n "$@" >"$SERVER_DIR/out" 2>&1 ||
		fail "$*: $(cat "$SERVER_DIR/out")"
}

cat >"$SERVER_DIR/script.sql" <<'END'
\set n random(1, 1000000)
BEGIN;
INSERT INTO benched (context_id, n) VALUES ('c' || :client_id, :n);
SELECT count(*) AS seen FROM benched WHERE context_id = 'c' || :client_id \gset
END;
\if :seen = 0
SELECT 1 / 0;
\endif
END

sql -c 'CREATE TABLE benched (n integer NOT NULL)' || fail "CREATE TABLE"
expected=0
for mode in simple extended prepared; do
	bench -M "$mode" -c 4 -j 2 -t 25 -f "$SERVER_DIR/script.sql"
	expected=$((expected + 100))
	count=$(sql -c 'SELECT count(*) FROM benched')
	[ "$count" = "$expected" ] || fail "-M $mode: $count, not $expected"
	echo "ok $mode"
done

# What it has read it writes again.  In a simple query a variable is text that is
# put into the query, else it is a parameter; a null would be an empty text.
copied=$(sed -E 's/\w+/:g_&/g' <<<"$EVERY_COLUMNS")
literals=$(sed -E 's/\w+/quote_literal(&::text) AS &/g' <<<"$EVERY_COLUMNS")
values=$(grep -v NULL <<<"$EVERY_ROWS")

# every_script COLUMNS CONTEXT: the rows with values, one after the other.
every_script() {
	local i
	for i in 0 1 2 3; do
		echo "SELECT $1 FROM every WHERE context_id = 'c'" \
			"ORDER BY event_id LIMIT 1 OFFSET $i \\gset g_"
		echo "INSERT INTO every (context_id, $EVERY_COLUMNS)" \
			"VALUES ('$2', $copied);"
	done
}

every_define
sql -c "$(every_insert c)" || fail "INSERT"
for mode in simple extended prepared; do
	columns=$EVERY_COLUMNS
	[ "$mode" != simple ] || columns=$literals
	every_script "$columns" "$mode" >"$SERVER_DIR/every.sql"
	bench -M "$mode" -t 1 -f "$SERVER_DIR/every.sql"
	same "every type, -M $mode" "$values" "$(sql -c "$(every_select "$mode")")"
done

# Its own script asks for the tables that it is made for, and for partitions.
sql -c 'CREATE TABLE pgbench_branches (bid int, bbalance int)' \
	-c 'CREATE TABLE pgbench_tellers (tid int, bid int, tbalance int)' \
	-c 'CREATE TABLE pgbench_accounts (aid int, bid int, abalance int)' \
	-c "INSERT INTO pgbench_branches (context_id, bid) VALUES ('b', 1)" \
	-c "INSERT INTO pgbench_accounts (context_id, aid, abalance)
	SELECT 'a' || g % 100, g, 0 FROM generate_series(1, 100000) AS g" ||
	fail "its tables"
for mode in simple extended prepared; do
	bench -M "$mode" -S -c 2 -t 20
	grep -q '^scaling factor: 1$' "$SERVER_DIR/out" ||
		fail "-S: $(cat "$SERVER_DIR/out")"
	echo "ok -S -M $mode"
done

echo "SELECT aid FROM pgbench_accounts ORDER BY event_id;" >"$SERVER_DIR/many.sql"
for mode in simple extended prepared; do
	bench -M "$mode" -t 2 -f "$SERVER_DIR/many.sql"
	echo "ok many rows, -M $mode"
done

# An error ends pgbench's clients, not the server.
echo 'SELECT nothing FROM benched' >"$SERVER_DIR/error.sql"
if timeout 60 "$pgbench" -n -c 2 -t 1 -f "$SERVER_DIR/error.sql" \
	>"$SERVER_DIR/out" 2>&1; then
	fail "no error"
fi
grep -q 'column "nothing" does not exist' "$SERVER_DIR/out" ||
	fail "$(cat "$SERVER_DIR/out")"
echo "ok error"

# It has no cancel of its own: another session ends what it runs.
echo 'SELECT count(*) FROM generate_series(1, 100000) AS a,
	generate_series(1, 100000) AS b;' >"$SERVER_DIR/slow.sql"
timeout 60 "$pgbench" -n -t 1 -f "$SERVER_DIR/slow.sql" \
	>"$SERVER_DIR/out" 2>&1 &
pid=$!
for _ in $(seq 400); do
	[ "$(sql -c "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity
		WHERE application_name = 'pgbench' AND state = 'active'")" = 0 ] ||
		break
	sleep 0.05
done
! wait "$pid" || fail "not cancelled"
grep -q 'canceling statement due to user request' "$SERVER_DIR/out" ||
	fail "$(cat "$SERVER_DIR/out")"
echo "ok cancel"
server_stop
