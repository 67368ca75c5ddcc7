# SPDX-License-Identifier: Apache-2.0
# ruby-pg: parameters, typed results, errors, COPY, rows one by one.
require 'bigdecimal'
require 'date'
require 'pg'

def same(what, expected, got)
	abort "#{what}: expected #{expected.inspect}, got #{got.inspect}" unless expected == got
	puts "ok #{what}"
end

conn = PG.connect
conn.exec('CREATE TABLE ruby (i bigint, n numeric(10,2), b boolean, s text, j jsonb)')
row = [2**63 - 1, '-2.50', true, "it's \"a\" \\ é 漢", '{"a": [1, null]}']
stored = conn.exec_params('INSERT INTO ruby (context_id, i, n, b, s, j)' \
	' VALUES ($1, $2, $3, $4, $5, $6)', ['c', *row])
same 'insert', 1, stored.cmd_tuples
conn.exec_params('INSERT INTO ruby (context_id) VALUES ($1)', ['null'])
got = conn.exec('SELECT i, n, b, s, j FROM ruby ORDER BY event_id')
same 'text', [row.map { |v| v == true ? 't' : v.to_s }, [nil] * 5], got.values
got.type_map = PG::BasicTypeMapForResults.new(conn)
same 'types', [row[0], -2.5, true, row[3], { 'a' => [1, nil] }], got.values[0]

# Every other type, at its ends, as text; and as what the driver makes of it.
conn.exec("CREATE TYPE mood AS ENUM ('sad', 'né')")
conn.exec('CREATE TABLE kinds (h smallint, w integer, f double precision, r real,' \
	' t timestamptz, d date, g uuid, q numeric(38,10), u varchar(5), k char(3), m mood, x json)')
kinds = [
	['-32768', '-2147483648', '-1.7976931348623157e+308', '-0.5', '0001-01-02 00:00:00+00', '0001-01-02',
	 '00000000-0000-0000-0000-000000000000', '-9999999999999999999999999999.9999999999', '', 'a  ', 'sad', '[]'],
	['32767', '2147483647', '5e-324', '0.25', '294276-12-31 23:59:59.999999+00', '5874897-12-31',
	 'ffffffff-ffff-ffff-ffff-ffffffffffff', '9999999999999999999999999999.9999999999', 'é漢', 'abc', 'né', '{"a": 1}'],
	['0', '0', 'NaN', 'Infinity', 'infinity', '-infinity', '00112233-4455-6677-8899-aabbccddeeff', '0.0000000001',
	 ' ', '   ', 'sad', 'null'],
	[nil] * 12
]
conn.exec("SET TimeZone = 'UTC'")
places = (1..13).map { |i| "$#{i}" }.join(', ')
kinds.each do |values|
	conn.exec_params('INSERT INTO kinds (context_id, h, w, f, r, t, d, g, q, u, k, m, x)' \
		" VALUES (#{places})", ['k', *values])
end
names = 'h, w, f, r, t, d, g, q, u, k, m, x'
same 'every type', kinds, conn.exec("SELECT #{names} FROM kinds ORDER BY event_id").values
got = conn.exec("SELECT #{names} FROM kinds ORDER BY event_id LIMIT 1")
got.type_map = PG::BasicTypeMapForResults.new(conn)
same 'classes', [Integer, Integer, Float, Float, Time, Date, String, BigDecimal, String, String, String, Array],
	got.values[0].map(&:class)

same 'introspection', [%w[context_id text f], %w[event_id bigint f], ['h', 'smallint', 't'],
		['m', 'mood', 't'], ['timestamp', 'timestamp with time zone', 'f'], ['u', 'character varying(5)', 't']],
	conn.exec('SELECT attname, format_type(atttypid, atttypmod), NOT attnotnull FROM pg_attribute' \
		" WHERE attrelid = 'kinds'::regclass AND attname IN ('context_id', 'event_id', 'timestamp', 'h', 'm', 'u')" \
		' ORDER BY attname').values
same 'its key', [%w[kinds_pkey event_id]],
	conn.exec('SELECT constraint_name, column_name FROM information_schema.key_column_usage' \
		" WHERE table_name = 'kinds'").values

begin
	conn.exec('SELECT nothing FROM ruby')
	abort 'no error'
rescue PG::UndefinedColumn => e
	same 'error', '8', e.result.error_field(PG::PG_DIAG_STATEMENT_POSITION)
end
begin
	conn.transaction do
		conn.exec("INSERT INTO ruby (context_id) VALUES ('gone')")
		raise 'rolled back'
	end
rescue RuntimeError
	same 'rollback', '2', conn.exec('SELECT count(*) FROM ruby').getvalue(0, 0)
end
conn.copy_data('COPY ruby (context_id, i) FROM STDIN') do
	100.times { |i| conn.put_copy_data("copied\t#{i}\n") }
end
same 'copy', [%w[100 4950]],
	conn.exec("SELECT count(*), sum(i) FROM ruby WHERE context_id = 'copied'").values

conn.send_query('SELECT g FROM generate_series(1, 100000) AS g')
conn.set_single_row_mode
sum = 0
conn.get_result.stream_each_row { |r| sum += r[0].to_i }
conn.get_result
same 'stream', 5000050000, sum
conn.send_query('SELECT count(*) FROM generate_series(1, 100000) AS a,' \
	' generate_series(1, 100000) AS b')
sleep 0.2
conn.cancel
begin
	conn.get_last_result
	abort 'not cancelled'
rescue PG::QueryCanceled
	same 'cancel', '42', conn.exec('SELECT 42').getvalue(0, 0)
end
conn.close
