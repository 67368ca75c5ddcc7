# SPDX-License-Identifier: Apache-2.0
# ruby-pg: parameters, typed results, errors, COPY, rows one by one.
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
