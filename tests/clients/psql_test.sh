# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# psql: both languages typed and piped in, \copy, errors, variables, Ctrl-C.
. "$(dirname "$0")/../lib/server.sh"
. "$(dirname "$0")/every.sh"

need psql
export LC_ALL=C.UTF-8 PGTZ=UTC
server_init
server_start

# same WHAT EXPECTED GOT
same() {
	[ "$2" = "$3" ] || fail "$1: expected
$2
but got
$3"
	echo "ok $1"
}

sql() {
	psql -X -q -A -t -P null=NULL "$@" 2>&1
}

# Every type at its ends, in PostgreSQL's text form.
every_define
sql -c "$(every_insert c)" || fail "INSERT"
same "values" "$EVERY_ROWS" "$(sql -c "$(every_select c)")"
same "the native language" "$EVERY_ROWS" \
	"$(sql -c "QUERY every RETURN [$EVERY_COLUMNS]" |
		cut -d'|' -f5-)" # the core columns come first
same "\\d" 'context_id|text|not null
timestamp|timestamp with time zone|not null
event_id|bigint|not null' "$(sql -c '\d every' | cut -d'|' -f1,2,4 | head -n 3)"

# What psql prints, headers and all.
same "a table" "$(cat <<'END'
 context_id | e | i 
------------+---+---
 c          |   |  
(1 row)
END
)" "$(psql -X -c "SELECT context_id, s AS e, i FROM every WHERE s IS NULL" |
	sed '/^$/d')"

same "tags" "INSERT 0 1
INSERT 0 2
CHECKPOINT
CHECKPOINT
BEGIN
INSERT 0 1
ROLLBACK" "$(psql -X <<'END'
STORE every FOR tags PAYLOAD '{"s": "a;b", "e": "red"}';
INSERT INTO every (context_id, e) VALUES ('tags', 'red'), ('tags', 'green');
FLUSH;
CHECKPOINT;
BEGIN;
STORE every FOR tags PAYLOAD '{"e": "red"}';
ROLLBACK;
END
)"
same "rollback" 3 "$(sql -c "SELECT count(*) FROM every WHERE context_id = 'tags'")"

same "raw JSON by -c" "a;b:c" "$(sql -c \
	'STORE every FOR raw PAYLOAD {"s": "a;b:c", "e": "red"}' -c \
	"SELECT s FROM every WHERE context_id = 'raw'")"
same "an error's position and more" 'ERROR:  column "nothing" does not exist
LINE 1: SELECT nothing FROM every;
               ^
1' "$(sql <<'END'
SELECT nothing FROM every;
SELECT 1;
END
)"
same "an error ends the transaction" \
	'ERROR:  invalid input syntax for type bigint: "x"
LINE 1: INSERT INTO every (context_id, i, e) VALUES ('\''c'\'', '\''x'\'', '\''red'\''...
                                                          ^
ERROR:  current transaction is aborted, commands ignored until end of transaction block
1' "$(sql <<'END'
BEGIN;
INSERT INTO every (context_id, i, e) VALUES ('c', 'x', 'red');
SELECT 1;
COMMIT;
SELECT 1;
END
)"
same "variables" "it's|3" "$(sql -v name="it's" <<'END'
SELECT :'name', count(*) FROM every WHERE context_id = 'tags';
END
)"

# \copy, text and csv; NULL is not the empty string.
printf 'copied\t2026-01-02 03:04:05.678901+00\t\\N\t%s\n' 1 2 3 >"$SERVER_DIR/in.txt"
sql -c 'CREATE TABLE loaded (s text, i bigint)' \
	-c "\\copy loaded from '$SERVER_DIR/in.txt'" || fail "\\copy"
printf 'at,what,n\r\n"a ""b"", c",,7\r\ncopied,"",8\r\n' >"$SERVER_DIR/in.csv"
sql -c "\\copy loaded (context_id, s, i) from '$SERVER_DIR/in.csv' csv header" ||
	fail "\\copy csv"
printf 'copied;-;9\n' | sql -c "\\copy loaded (context_id, s, i) from stdin \
	with (format csv, delimiter ';', null '-')" || fail "\\copy null"
same "\\copy" 'copied|NULL|1
copied|NULL|2
copied|NULL|3
a "b", c|NULL|7
copied||8
copied|NULL|9' "$(sql -c 'SELECT context_id, s, i FROM loaded ORDER BY event_id')"
same "an error in \\copy" 'ERROR:  invalid input syntax for type bigint: "x"
CONTEXT:  COPY loaded, line 2, column i: "x"
6' "$(printf 'c,1\nc,x\n' | sql -c '\copy loaded (context_id, i) from stdin csv' \
	-c 'SELECT count(*) FROM loaded')"

# A large result: at once, and by a cursor that psql has.
for count in 0 1000; do
	same "many rows, FETCH_COUNT $count" "100000 5000050000" "$(
		sql -v FETCH_COUNT=$count -c \
			'SELECT g FROM generate_series(1, 100000) AS g' |
			awk '{ sum += $1 } END { printf "%d %.0f\n", NR, sum }')"
done

# Ctrl-C.
sql -c 'DEFINE slow FIELDS { "s": "string" }' || fail "DEFINE slow"
awk 'BEGIN { s = sprintf("%1000s", ""); gsub(" ", "a", s)
	for (i = 0; i < 10000; i++) print "c\t" s }' |
	sql -c '\copy slow (context_id, s) from stdin' || fail "\\copy slow"
filter=$(seq -f "s LIKE '%%a%%b%g%%' OR" 3000)
set -m
psql -X -A -t -c "SELECT count(*) FROM slow WHERE $filter false" \
	>"$SERVER_DIR/cancel.out" 2>&1 &
pid=$!
set +m
sleep 2
kill -s INT "$pid"
wait "$pid"
same "Ctrl-C" "Cancel request sent
ERROR:  canceling statement due to user request" \
	"$(cat "$SERVER_DIR/cancel.out")"
server_stop
