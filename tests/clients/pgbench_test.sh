# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# pgbench with a script of its own, in each of its three ways to ask.
. "$(dirname "$0")/../lib/server.sh"

pgbench=$(command -v pgbench ||
	ls /usr/lib/postgresql/*/bin/pgbench 2>/dev/null | tail -n 1)
[ -n "$pgbench" ] || skip "there is no pgbench on this machine"
need psql
server_init
server_start

sql() {
	psql -X -q -A -t "$@"
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
	timeout 60 "$pgbench" -n -M "$mode" -c 4 -j 2 -t 25 \
		-f "$SERVER_DIR/script.sql" >"$SERVER_DIR/out" 2>&1 ||
		fail "-M $mode: $(cat "$SERVER_DIR/out")"
	expected=$((expected + 100))
	count=$(sql -c 'SELECT count(*) FROM benched')
	[ "$count" = "$expected" ] || fail "-M $mode: $count, not $expected"
	echo "ok $mode"
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
server_stop
