#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Queries give the same rows with the segments' indexes and without each of
# them, over zones that prune well and zones that do not.

. "$(dirname "$0")/lib/server.sh"
need psql awk

server_init
# Small zones: many of them of few rows.
server_start -c zone_rows=2048 -c shard_count=2
psql -qAt -v ON_ERROR_STOP=1 <<-'SQL' || fail "could not make the tables"
	CREATE TABLE sale (key bigint, amount float8, price numeric(10,2),
	    state text, token text, note text, part uuid, day date);
	CREATE TABLE visit (page text);
SQL
awk 'BEGIN {
	srand(7)
	split("new paid shipped done", state, " ")
	for (i = 1; i <= 60000; i++) {
		key = (i * 7919) % 1000003
		printf "user-%d\t", rand() * rand() * 2000
		printf "2024-01-01 %02d:%02d:%02d+00\t", i / 3600, i / 60 % 60,
		    i % 60
		printf "%d\t%.2f\t%.2f\t", key, rand() * 1000, rand() * 10000
		printf "%s\ttoken-%x\t", state[1 + int(rand() * 4)], key
		if (i % 9)
			printf "\\N\t"
		else
			printf "note %d and %d\t", key % 50, i % 7
		printf "%08x-0000-4000-8000-%012x\t2024-01-%02d\n", key, i,
		    1 + i / 3000
	}
}' >"$SERVER_DIR/sales"
psql -qAt -v ON_ERROR_STOP=1 -c "\\copy sale from '$SERVER_DIR/sales'" \
	-c "INSERT INTO visit (context_id, page) VALUES ('user-7', '/')" \
	-c CHECKPOINT || fail "could not load"

cat >"$SERVER_DIR/queries" <<-'SQL'
	SELECT * FROM sale WHERE key = 7919 ORDER BY event_id;
	SELECT * FROM sale WHERE key = 1000002;
	SELECT count(*), min(key) FROM sale WHERE key BETWEEN 500 AND 9000;
	SELECT * FROM sale WHERE token = 'token-1eef' ORDER BY event_id;
	SELECT count(*) FROM sale WHERE token = 'nothing like it';
	SELECT * FROM sale WHERE part = '00001eef-0000-4000-8000-000000000001';
	SELECT count(*), min(key) FROM sale WHERE state = 'paid' AND amount > 990;
	SELECT count(*) FROM sale WHERE state = 'lost' OR note = 'note 7 and 3';
	SELECT event_id, note FROM sale WHERE note = 'note 7 and 3'
	    ORDER BY event_id;
	SELECT sum(price) FROM sale WHERE price > 9990.5 AND note IS NULL;
	SELECT count(*) FROM sale WHERE timestamp >= '2024-01-01 03:00:00+00'
	    AND timestamp < '2024-01-01 04:00:00+00';
	SELECT count(*), max(key) FROM sale WHERE day = '2024-01-07';
	SELECT event_id, key FROM sale WHERE context_id = 'user-7'
	    ORDER BY event_id;
	SELECT count(*) FROM sale WHERE context_id = 'user-7' AND amount < 500;
	SELECT event_id, event_type FROM events WHERE context_id = 'user-7'
	    ORDER BY event_id;
	SELECT * FROM sale WHERE event_id BETWEEN 30000 AND 30005
	    ORDER BY event_id;
SQL

ask() {
	psql -qAt -v ON_ERROR_STOP=1 -f "$SERVER_DIR/queries"
}

# same_rows WITHOUT -c OPTION...: ask a server with these options.
same_rows() {
	server_stop
	server_start "${@:2}"
	ask >"$SERVER_DIR/without" || fail "could not ask without $1"
	cmp "$SERVER_DIR/with" "$SERVER_DIR/without" ||
		fail "other rows without $1"
}

ask >"$SERVER_DIR/with" || fail "could not ask"
[ "$(grep -c . "$SERVER_DIR/with")" -gt 100 ] || fail "too few rows to compare"
all=()
for index in context_index filters row_filter zone_maps; do
	all+=(-c "enable_$index=off")
	same_rows "$index" -c "enable_$index=off"
done
same_rows "any index" "${all[@]}"
server_stop
"$STELE" verify -D "$SERVER_DATA" >/dev/null || fail "verify"
