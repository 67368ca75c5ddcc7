#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `stele dump`: a log file, a segment and the MANIFEST of a small directory as
# text, and what it says of damage.

. "$(dirname "$0")/../lib/server.sh"
need psql

server_init
server_start -c shard_count=2
psql -qAt -v ON_ERROR_STOP=1 <<-'SQL' || fail "could not store"
	CREATE TABLE payment (amount numeric(10,2), note text NOT NULL, n bigint);
	INSERT INTO payment (context_id, timestamp, amount, note, n) VALUES
	    ('order-1', '2026-01-02 03:04:05+00', 19.90, 'a "quoted" one', 7),
	    ('order-1', '2026-01-02 03:04:06+00', NULL, E'two\nlines', NULL);
	CHECKPOINT;
	INSERT INTO payment (context_id, timestamp, amount, note, n) VALUES
	    ('order-3', '2026-01-02 03:04:07+00', -1.5, '', -8);
SQL
server_stop

# dumps FILE LINE...: FILE is sound, and these lines are in its dump.
dumps() {
	local file=$1 line
	"$STELE" dump "$file" >"$SERVER_DIR/dump" || fail "status for $file"
	for line in "${@:2}"; do
		grep -qxF -- "$line" "$SERVER_DIR/dump" ||
			{ cat "$SERVER_DIR/dump"; fail "no line: $line"; }
	done
}

# Nor is anything said well that nobody can read.
for what in "dump $SERVER_DATA/MANIFEST" config --help; do
	# shellcheck disable=SC2086
	! "$STELE" $what >/dev/full 2>"$SERVER_DIR/errors" ||
		fail "$what: success, and its output is lost"
	grep -q 'could not write' "$SERVER_DIR/errors" ||
		{ cat "$SERVER_DIR/errors"; fail "$what: no word of it"; }
done

log=$SERVER_DATA/wal/0000000000000001.wal
segment=$SERVER_DATA/segments/0000000000000001.seg

dumps "$log" \
	'    schema change to generation 1: create type, oid 16384, "payment"' \
	'      field "note"' \
	'      event 1: 2026-01-02 03:04:05+00 "order-1" amount=19.90 note="a \"quoted\" one" n=7' \
	'      event 2: 2026-01-02 03:04:06+00 "order-1" amount=null note="two\x0alines" n=null' \
	'      event 3: 2026-01-02 03:04:07+00 "order-3" amount=-1.50 note="" n=-8'
grep -q '^offset 512: group 2, .* next event 1, checksum right$' \
	"$SERVER_DIR/dump" || fail "no second group"

dumps "$SERVER_DATA/MANIFEST" \
	'    type 16384 "payment", version 1' \
	'      "amount" numeric(10,2)' \
	'      "note" text not null' \
	'      type 16384: 2 rows'
grep -q '^    adds segment 1 of shard .: 2 rows, .* events 1 to 2$' \
	"$SERVER_DIR/dump" || fail "the segment is not added"

dumps "$segment" 'section: type 16384, 2 rows, 1 zones, 7 columns'
grep -q '^    dictionary of 1 strings, root at offset [0-9]*$' \
	"$SERVER_DIR/dump" || fail "no dictionary of contexts"

# A log file far from its MANIFEST: no types, no checksums, but the events.
mkdir "$SERVER_DIR/alone"
cp "$log" "$SERVER_DIR/alone/"
dumps "$SERVER_DIR/alone/0000000000000001.wal" \
	'      event 3: 2026-01-02 03:04:07+00 "order-3"'

# damage FILE OFFSET: one byte becomes another.
damage() {
	printf '\377' | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# finds FILE TEXT: the dump says so, with status 1.
finds() {
	"$STELE" dump "$1" >"$SERVER_DIR/dump"
	[ $? -eq 1 ] || fail "status for a damaged $1"
	grep -qF -- "$2" "$SERVER_DIR/dump" ||
		{ cat "$SERVER_DIR/dump"; fail "not told: $2"; }
}

damage "$log" 600
finds "$log" 'checksum wrong'
damage "$segment" 20
finds "$segment" 'offset 0: the header is damaged'
damage "$SERVER_DATA/MANIFEST" 100
finds "$SERVER_DATA/MANIFEST" 'offset 64: no valid record'

"$STELE" dump "$SERVER_DATA/LOCK" >/dev/null 2>"$SERVER_DIR/err"
[ $? -eq 1 ] || fail "status for a file of another kind"
grep -q 'is none that can be dumped' "$SERVER_DIR/err" || fail "LOCK"
"$STELE" dump 2>/dev/null
[ $? -eq 2 ] || fail "status without a file"
