# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# every.sh -- what every client that is a program is asked to do; for tests that
# have sourced lib/server.sh.
#
#	every_define		# a type with a field of each type, by psql
#	every_insert every	# its events at their ends, as one INSERT
#	every_select every	# they must come back as $EVERY_ROWS has them
#
# EVERY_ROWS is in PostgreSQL's text form, with NULL for null: psql's with
# -A -t -P null=NULL, and UTC for its time zone.

EVERY_COLUMNS="s, i, u, f, b, t, d, g, n, j, e, h, w, r, c, k, x"
EVERY_ROWS=$(cat <<'END'
|-9223372036854775808|0|-Infinity|f|4714-11-24 00:00:00+00 BC|4714-11-24 BC|00000000-0000-0000-0000-000000000000|-9999999999999999999999999999.9999999999|{}|red|-32768|-2147483648|-3.4028235e+38||   |[]
é 漢 🪶|9223372036854775807|18446744073709551615|1.7976931348623157e+308|t|294276-12-31 23:59:59.999999+00|5874897-12-31|ffffffff-ffff-ffff-ffff-ffffffffffff|9999999999999999999999999999.9999999999|{"a": [1, null]}|green|32767|2147483647|1e-45|0123456789|abc|{ "a" :1}
x|0|1|5e-324|t|infinity|infinity|00112233-4455-6677-8899-aabbccddeeff|0.0000000001|[]|red|0|0|NaN|é漢|é  |"x"
y|1|2|NaN|f|-infinity|-infinity|00000000-0000-0000-0000-000000000001|-0.0000000001|"x"|red|-1|1|0.1|a b|a b|null
NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|green|NULL|NULL|NULL|NULL|NULL|NULL
END
)

every_define() {
	psql -X -q -c 'DEFINE every FIELDS { "s": "string | null",
		"i": "int | null", "u": "u64 | null", "f": "float | null",
		"b": "bool | null", "t": "datetime | null", "d": "date | null",
		"g": "uuid | null", "n": "decimal(38,10) | null",
		"j": "json | null", "e": ["red", "green"] }' \
		-c 'ALTER TABLE every ADD COLUMN h smallint,
		ADD COLUMN w integer, ADD COLUMN r real,
		ADD COLUMN c varchar(10), ADD COLUMN k char(3),
		ADD COLUMN x json' || fail "DEFINE every"
}

# every_insert CONTEXT: print it.
every_insert() {
	printf 'INSERT INTO every (context_id, %s) VALUES ' "$EVERY_COLUMNS"
	sed -e "s/NULL/\x01/g; s/|/'|'/g; s/.*/('$1'|'&')/" \
		-e "s/'\x01'/NULL/g; s/|/, /g" <<<"$EVERY_ROWS" | paste -sd,
}

# every_select CONTEXT: print the query.
every_select() {
	echo "SELECT $EVERY_COLUMNS FROM every WHERE context_id = '$1'" \
		"ORDER BY event_id"
}
