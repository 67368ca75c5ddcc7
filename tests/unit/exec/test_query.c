/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What SELECT answers over one table of every type: each expected answer is
 * that of PostgreSQL 15 to the same statement.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sql_runner.h"

static struct sql_runner *runner;

static const char *const prepare[] = {
	"create type mood as enum ('sad','ok','happy')",
	"create table t (i int, b bigint, n numeric(10,2), f float8, "
	"s text, v varchar(3), m mood, d date, at timestamptz, ok "
	"boolean, u uuid, j jsonb, sm smallint, f4 float4)",
	"insert into t (context_id, \"timestamp\", i, b, n, f, s, v, "
	"m, d, at, ok, u, j, sm, f4) values "
	"('c1','2026-01-01',1,10,1.50,1.5,'one','abc','sad','2026-01"
	"-01','2026-01-01 "
	"10:00','t','00000000-0000-0000-0000-000000000001','{\"a\":1}'"
	",1,0.1)",
	"insert into t (context_id, \"timestamp\", i, b, n, f, s, v, "
	"m, d, at, ok, u, j, sm, f4) values "
	"('c1','2026-01-02',2,20,2.25,'NaN','two',null,'ok','2026-01"
	"-02',null,'f',null,'[1,2]',2,0.2), "
	"('c2','2026-01-03',3,null,null,null,null,null,null,null,nul"
	"l,null,null,null,null,null)",
	"insert into t (context_id, \"timestamp\", i, s, m, n) values "
	"('c2','2026-01-04',2,'two','happy',3.10), "
	"('c3','2026-01-05',null,'Zed','sad',-5)",
};

/* clang-format off */
static const struct {
	const char *sql;
	const char *answer;
} cases[] = {
	{ "select * from t order by event_id",
	    "context_id|timestamp|event_id|i|b|n|f|s|v|m|d|at|ok|u|j|sm|f4\n"
	    "c1|2026-01-01 "
	    "00:00:00+00|1|1|10|1.50|1.5|one|abc|sad|2026-01-01|2026-01-"
	    "01 10:00:00+00|t|00000000-0000-0000-0000-000000000001|{\"a\": "
	    "1}|1|0.1\n"
	    "c1|2026-01-02 "
	    "00:00:00+00|2|2|20|2.25|NaN|two|-|ok|2026-01-02|-|f|-|[1, "
	    "2]|2|0.2\n"
	    "c2|2026-01-03 00:00:00+00|3|3|-|-|-|-|-|-|-|-|-|-|-|-|-\n"
	    "c2|2026-01-04 "
	    "00:00:00+00|4|2|-|3.10|-|two|-|happy|-|-|-|-|-|-|-\n"
	    "c3|2026-01-05 "
	    "00:00:00+00|5|-|-|-5.00|-|Zed|-|sad|-|-|-|-|-|-|-\n" },
	{ "select i, count(*) from t group by i order by i",
	    "i|count\n"
	    "1|1\n"
	    "2|2\n"
	    "3|1\n"
	    "-|1\n" },
	{ "select i, count(*), sum(b), avg(n), max(s), min(m) from t "
	    "group by i order by 1 nulls first",
	    "i|count|sum|avg|max|min\n"
	    "-|1|-|-5.0000000000000000|Zed|sad\n"
	    "1|1|10|1.50000000000000000000|one|sad\n"
	    "2|2|20|2.6750000000000000|two|ok\n"
	    "3|1|-|-|-|-\n" },
	{ "select m, count(*) from t group by m order by m desc",
	    "m|count\n"
	    "-|1\n"
	    "happy|1\n"
	    "ok|1\n"
	    "sad|2\n" },
	{ "select count(*), count(i), count(distinct i), sum(i), "
	    "avg(i), sum(b), avg(b), sum(n), avg(n), sum(f), min(f), "
	    "max(f), sum(f4), avg(f4), sum(sm) from t",
	    "count|count|count|sum|avg|sum|avg|sum|avg|sum|min|max|sum|a"
	    "vg|sum\n"
	    "5|4|3|8|2.0000000000000000|30|15.0000000000000000|1.85|0.46"
	    "250000000000000000|NaN|1.5|NaN|0.3|0.15000000223517418|3\n" },
	{ "select bool_and(ok), bool_or(ok), string_agg(s, ',') from t",
	    "bool_and|bool_or|string_agg\n"
	    "f|t|one,two,two,Zed\n" },
	{ "select string_agg(s, ',') filter (where i > 1), count(*) "
	    "filter (where ok) from t",
	    "string_agg|count\n"
	    "two,two|1\n" },
	{ "select distinct i from t order by i",
	    "i\n"
	    "1\n"
	    "2\n"
	    "3\n"
	    "-\n" },
	{ "select distinct i, s from t order by s, i",
	    "i|s\n"
	    "-|Zed\n"
	    "1|one\n"
	    "2|two\n"
	    "3|-\n" },
	{ "select i+1 as x, count(*) from t group by i+1 order by x",
	    "x|count\n"
	    "2|1\n"
	    "3|2\n"
	    "4|1\n"
	    "-|1\n" },
	{ "select i+1 from t group by i order by 1",
	    "?column?\n"
	    "2\n"
	    "3\n"
	    "4\n"
	    "-\n" },
	{ "select s from t group by i",
	    "ERROR: 42803: column \"t.s\" must appear in the GROUP BY "
	    "clause or be used in an aggregate function [8]\n" },
	{ "select count(*) from t having count(*) > 10",
	    "count\n" },
	{ "select i from t where count(*) > 1",
	    "ERROR: 42803: aggregate functions are not allowed in WHERE "
	    "[23]\n" },
	{ "select sum(count(*)) from t",
	    "ERROR: 42803: aggregate function calls cannot be nested [12]\n" },
	{ "select i from t group by 2",
	    "ERROR: 42P10: GROUP BY position 2 is not in select list [26]\n" },
	{ "select i from t order by 2",
	    "ERROR: 42P10: ORDER BY position 2 is not in select list [26]\n" },
	{ "select i from t order by 'a'",
	    "ERROR: 42601: non-integer constant in ORDER BY [26]\n" },
	{ "select i as s, s as i from t order by s, i",
	    "s|i\n"
	    "1|one\n"
	    "2|two\n"
	    "2|two\n"
	    "3|-\n"
	    "-|Zed\n" },
	{ "select nosuch from t",
	    "ERROR: 42703: column \"nosuch\" does not exist [8]\n" },
	{ "select t.nosuch from t",
	    "ERROR: 42703: column t.nosuch does not exist [8]\n" },
	{ "select x.i from t",
	    "ERROR: 42P01: missing FROM-clause entry for table \"x\" [8]\n" },
	{ "select i from nosuch",
	    "ERROR: 42P01: relation \"nosuch\" does not exist [15]\n" },
	{ "select i from t as q where q.i = 2 order by event_id",
	    "i\n"
	    "2\n"
	    "2\n" },
	{ "select t.i from t as q",
	    "ERROR: 42P01: invalid reference to FROM-clause entry for "
	    "table \"t\" [8]\n"
	    " HINT: Perhaps you meant to reference the table alias \"q\".\n" },
	{ "select q.* from t q order by event_id limit 1",
	    "context_id|timestamp|event_id|i|b|n|f|s|v|m|d|at|ok|u|j|sm|f4\n"
	    "c1|2026-01-01 "
	    "00:00:00+00|1|1|10|1.50|1.5|one|abc|sad|2026-01-01|2026-01-"
	    "01 10:00:00+00|t|00000000-0000-0000-0000-000000000001|{\"a\": "
	    "1}|1|0.1\n" },
	{ "select i, i from t order by i limit 1",
	    "i|i\n"
	    "1|1\n" },
	{ "select i = 'a' from t",
	    "ERROR: 22P02: invalid input syntax for type integer: \"a\" [12]\n" },
	{ "select s = 1 from t",
	    "ERROR: 42883: operator does not exist: text = integer [10]\n"
	    " HINT: No operator matches the given name and argument "
	    "types. You might need to add explicit type casts.\n" },
	{ "select m = 'sad' from t order by event_id",
	    "?column?\n"
	    "t\n"
	    "f\n"
	    "-\n"
	    "f\n"
	    "t\n" },
	{ "select m = 'nope' from t",
	    "ERROR: 22P02: invalid input value for enum mood: \"nope\" [12]\n" },
	{ "select m < 'happy', m || 'x' from t order by event_id limit 2",
	    "?column?|?column?\n"
	    "t|sadx\n"
	    "t|okx\n" },
	{ "select i from t where s",
	    "ERROR: 42804: argument of WHERE must be type boolean, not "
	    "type text [23]\n" },
	{ "select i from t where i",
	    "ERROR: 42804: argument of WHERE must be type boolean, not "
	    "type integer [23]\n" },
	{ "select not i from t",
	    "ERROR: 42804: argument of NOT must be type boolean, not "
	    "type integer [12]\n" },
	{ "select i and true from t",
	    "ERROR: 42804: argument of AND must be type boolean, not "
	    "type integer [8]\n" },
	{ "select i from t where i <> 0 and 10/i > 3 order by event_id",
	    "i\n"
	    "1\n"
	    "2\n"
	    "2\n" },
	{ "select case when i = 1 then 'one' when i = 2 then 'two' "
	    "else s end from t order by event_id",
	    "s\n"
	    "one\n"
	    "two\n"
	    "-\n"
	    "two\n"
	    "Zed\n" },
	{ "select case i when 1 then 1.5 else i end from t order by "
	    "event_id",
	    "i\n"
	    "1.5\n"
	    "2\n"
	    "3\n"
	    "2\n"
	    "-\n" },
	{ "select case when true then 1 else 'x' end",
	    "ERROR: 22P02: invalid input syntax for type integer: \"x\" [35]\n" },
	{ "select case when true then i else s end from t",
	    "ERROR: 42804: CASE types text and integer cannot be matched "
	    "[28]\n" },
	{ "select coalesce(i, 'x') from t",
	    "ERROR: 22P02: invalid input syntax for type integer: \"x\" [20]\n" },
	{ "select coalesce(n, i, 0) from t order by event_id",
	    "coalesce\n"
	    "1.50\n"
	    "2.25\n"
	    "3\n"
	    "3.10\n"
	    "-5.00\n" },
	{ "select nullif(i, 2.0) from t order by event_id",
	    "nullif\n"
	    "1\n"
	    "-\n"
	    "3\n"
	    "-\n"
	    "-\n" },
	{ "select greatest(i, n), least(s, 'm') from t order by event_id",
	    "greatest|least\n"
	    "1.50|m\n"
	    "2.25|m\n"
	    "3|m\n"
	    "3.10|m\n"
	    "-5.00|Zed\n" },
	{ "select s like 't%', s ilike 'Z%', s not like '%o%', s like "
	    "'%!_%' escape '!' from t order by event_id",
	    "?column?|?column?|?column?|?column?\n"
	    "f|f|f|f\n"
	    "t|f|f|f\n"
	    "-|-|-|-\n"
	    "t|f|f|f\n"
	    "f|t|t|f\n" },
	{ "select i between 1 and 2, i not between symmetric 3 and 2 "
	    "from t order by event_id",
	    "?column?|?column?\n"
	    "t|t\n"
	    "t|f\n"
	    "f|f\n"
	    "t|f\n"
	    "-|-\n" },
	{ "select i in (1, 2.5), s in ('one', 'Zed'), i not in (1, "
	    "null) from t order by event_id",
	    "?column?|?column?|?column?\n"
	    "t|t|f\n"
	    "f|f|-\n"
	    "f|-|-\n"
	    "f|f|-\n"
	    "-|t|-\n" },
	{ "select i is distinct from 2, s is not distinct from null "
	    "from t order by event_id",
	    "?column?|?column?\n"
	    "t|f\n"
	    "f|f\n"
	    "t|t\n"
	    "f|f\n"
	    "t|f\n" },
	{ "select ok is true, ok is not false, ok is unknown from t "
	    "order by event_id",
	    "?column?|?column?|?column?\n"
	    "t|t|f\n"
	    "f|f|f\n"
	    "f|t|t\n"
	    "f|t|t\n"
	    "f|t|t\n" },
	{ "select i is true from t",
	    "ERROR: 42804: argument of IS TRUE must be type boolean, not "
	    "type integer [8]\n" },
	{ "select i::text || 'x', n::int, f::numeric, s::varchar(2), "
	    "'12'::int + 1 from t where i = 1",
	    "?column?|n|f|s|?column?\n"
	    "1x|2|1.5|on|13\n" },
	{ "select '12x'::int",
	    "ERROR: 22P02: invalid input syntax for type integer: \"12x\" [8]\n" },
	{ "select -2147483648, 2147483648, 9223372036854775808, 1e3, .5",
	    "?column?|?column?|?column?|?column?|?column?\n"
	    "-2147483648|2147483648|9223372036854775808|1000|0.5\n" },
	{ "select 1 + '2', '1' + '2'",
	    "ERROR: 42725: operator is not unique: unknown + unknown [21]\n"
	    " HINT: Could not choose a best candidate operator. You "
	    "might need to add explicit type casts.\n" },
	{ "select 'a' || 1, 1 || 'a', 'a' || null",
	    "?column?|?column?|?column?\n"
	    "a1|1a|-\n" },
	{ "select length('abc'), upper('x'), substr('hello', 2, 3), "
	    "round(2.567, 2), round(2.5::float8)",
	    "length|upper|substr|round|round\n"
	    "3|X|ell|2.57|2\n" },
	{ "select length(5)",
	    "ERROR: 42883: function length(integer) does not exist [8]\n"
	    " HINT: No function matches the given name and argument "
	    "types. You might need to add explicit type casts.\n" },
	{ "select foo(1)",
	    "ERROR: 42883: function foo(integer) does not exist [8]\n"
	    " HINT: No function matches the given name and argument "
	    "types. You might need to add explicit type casts.\n" },
	{ "select upper()",
	    "ERROR: 42883: function upper() does not exist [8]\n"
	    " HINT: No function matches the given name and argument "
	    "types. You might need to add explicit type casts.\n" },
	{ "select count(*, 1) from t",
	    "ERROR: 42601: syntax error at or near \",\" [15]\n" },
	{ "select max(*) from t",
	    "ERROR: 42883: function max() does not exist [8]\n"
	    " HINT: No function matches the given name and argument "
	    "types. You might need to add explicit type casts.\n" },
	{ "select length(*) from t",
	    "ERROR: 42883: function length() does not exist [8]\n"
	    " HINT: No function matches the given name and argument "
	    "types. You might need to add explicit type casts.\n" },
	{ "select count() from t",
	    "ERROR: 42809: count(*) must be used to call a parameterless "
	    "aggregate function [8]\n" },
	{ "select count(distinct *) from t",
	    "ERROR: 42601: syntax error at or near \"*\" [23]\n" },
	{ "select i from t limit 1 offset 1",
	    "i\n"
	    "2\n" },
	{ "select i from t order by event_id limit null offset null",
	    "i\n"
	    "1\n"
	    "2\n"
	    "3\n"
	    "2\n"
	    "-\n" },
	{ "select i from t limit -1",
	    "ERROR: 2201W: LIMIT must not be negative\n" },
	{ "select i from t offset -1",
	    "ERROR: 2201X: OFFSET must not be negative\n" },
	{ "select i from t limit 'x'",
	    "ERROR: 22P02: invalid input syntax for type bigint: \"x\" [23]\n" },
	{ "select i from t limit i",
	    "ERROR: 42P10: argument of LIMIT must not contain variables "
	    "[23]\n" },
	{ "select i from t limit 1.5",
	    "i\n"
	    "1\n"
	    "2\n" },
	{ "select * from (select i, count(*) as c from t group by i) q "
	    "where c > 1",
	    "i|c\n"
	    "2|2\n" },
	{ "select q.x from (values (1,'a'),(2,'b')) as q(x,y) where y "
	    "= 'b'",
	    "x\n"
	    "2\n" },
	{ "select * from (select 1) q",
	    "?column?\n"
	    "1\n" },
	{ "values (1, 'a'), ('2', 3)",
	    "ERROR: 22P02: invalid input syntax for type integer: \"a\" [12]\n" },
	{ "values (1), (1,2)",
	    "ERROR: 42601: VALUES lists must all be the same length [14]\n" },
	{ "values (1), ('x')",
	    "ERROR: 22P02: invalid input syntax for type integer: \"x\" [14]\n" },
	{ "select 1 union select 1 union all select 2",
	    "?column?\n"
	    "1\n"
	    "2\n" },
	{ "select 1 union select 'a'",
	    "ERROR: 22P02: invalid input syntax for type integer: \"a\" [23]\n" },
	{ "select 1 union select 2.5 order by 1",
	    "?column?\n"
	    "1\n"
	    "2.5\n" },
	{ "select 'a' union all select 'b' order by 1 desc",
	    "?column?\n"
	    "b\n"
	    "a\n" },
	{ "select 1, 2 union select 1",
	    "ERROR: 42601: each UNION query must have the same number of "
	    "columns [26]\n" },
	{ "select 1 as a union select 2 order by b",
	    "ERROR: 42703: column \"b\" does not exist [39]\n" },
	{ "select i, sum(n) as total from t where n > 0 group by i "
	    "having sum(n) > 1 order by total desc",
	    "i|total\n"
	    "2|5.35\n"
	    "1|1.50\n" },
	{ "select i as k, count(*) from t group by k order by k",
	    "k|count\n"
	    "1|1\n"
	    "2|2\n"
	    "3|1\n"
	    "-|1\n" },
	{ "select s as i, count(*) from t group by i",
	    "ERROR: 42803: column \"t.s\" must appear in the GROUP BY "
	    "clause or be used in an aggregate function [8]\n" },
	{ "select i from t group by i order by count(*) desc, i",
	    "i\n"
	    "2\n"
	    "1\n"
	    "3\n"
	    "-\n" },
	{ "select i from t order by s nulls first, i desc",
	    "i\n"
	    "3\n"
	    "-\n"
	    "1\n"
	    "2\n"
	    "2\n" },
	{ "select i from t order by -i",
	    "i\n"
	    "3\n"
	    "2\n"
	    "2\n"
	    "1\n"
	    "-\n" },
	{ "select distinct i from t order by s",
	    "ERROR: 42P10: for SELECT DISTINCT, ORDER BY expressions "
	    "must appear in select list [35]\n" },
	{ "select d + 1, at from t where d = '2026-01-01'",
	    "?column?|at\n"
	    "2026-01-02|2026-01-01 10:00:00+00\n" },
	{ "select i from t where \"timestamp\" >= '2026-01-03' order by "
	    "event_id",
	    "i\n"
	    "3\n"
	    "2\n"
	    "-\n" },
	{ "select i from t where \"timestamp\" >= '2026-01-03'::date "
	    "order by event_id",
	    "i\n"
	    "3\n"
	    "2\n"
	    "-\n" },
	{ "select i from t where event_id > 3 order by event_id",
	    "i\n"
	    "2\n"
	    "-\n" },
	{ "select i from t where event_id = 2",
	    "i\n"
	    "2\n" },
	{ "select i from t where event_id >= 2 and event_id < 4 order "
	    "by event_id",
	    "i\n"
	    "2\n"
	    "3\n" },
	{ "select event_id from t where context_id = 'c1' order by "
	    "event_id desc",
	    "event_id\n"
	    "2\n"
	    "1\n" },
	{ "select event_id from t where context_id = 'c1' and "
	    "context_id = 'c2'",
	    "event_id\n" },
	{ "select i from t where n = 2.25",
	    "i\n"
	    "2\n" },
	{ "select i from t where n > 1::numeric and n <= 3.1 order by "
	    "event_id",
	    "i\n"
	    "1\n"
	    "2\n"
	    "2\n" },
	{ "select i from t where b = 10::smallint",
	    "i\n"
	    "1\n" },
	{ "select i from t where m >= 'ok' order by event_id",
	    "i\n"
	    "2\n"
	    "2\n" },
	{ "select sum(x) from (values (9223372036854775807),(1)) v(x)",
	    "sum\n"
	    "9223372036854775808\n" },
	{ "select sum(x) from (values (2147483647),(1)) v(x)",
	    "sum\n"
	    "2147483648\n" },
	{ "select avg(x) from (values (1),(2),(2)) v(x)",
	    "avg\n"
	    "1.6666666666666667\n" },
	{ "select sum(x), avg(x) from (values (1.10),(2.205)) v(x)",
	    "sum|avg\n"
	    "3.305|1.6525000000000000\n" },
	{ "select min(x), max(x) from (values ('b'),('a')) v(x)",
	    "min|max\n"
	    "a|b\n" },
	{ "select count(*) from t where false",
	    "count\n"
	    "0\n" },
	{ "select sum(i) from t where false",
	    "sum\n"
	    "-\n" },
	{ "select i, count(*) from t where false group by i",
	    "i|count\n" },
	{ "select 1 where false",
	    "?column?\n" },
	{ "select 1 from t where null",
	    "?column?\n" },
	{ "select null::int + 1, null || 'a'",
	    "?column?|?column?\n"
	    "-|-\n" },
	{ "select u, j->'a', j->>'a' from t where i = 1",
	    "u|?column?|?column?\n"
	    "00000000-0000-0000-0000-000000000001|1|1\n" },
	{ "select j from t group by j order by j",
	    "j\n"
	    "[1, 2]\n"
	    "{\"a\": 1}\n"
	    "-\n" },
	{ "select count(distinct j) from t",
	    "count\n"
	    "2\n" },
	{ "select f from t order by f",
	    "f\n"
	    "1.5\n"
	    "NaN\n"
	    "-\n"
	    "-\n"
	    "-\n" },
	{ "select f, count(*) from t group by f order by f",
	    "f|count\n"
	    "1.5|1\n"
	    "NaN|1\n"
	    "-|3\n" },
	{ "select 'NaN'::float8 = 'NaN'::float8",
	    "?column?\n"
	    "t\n" },
	{ "select i from t for update limit 1",
	    "i\n"
	    "1\n" },
	{ "select i from t group by (i, s) order by i, s",
	    "i\n"
	    "1\n"
	    "2\n"
	    "3\n"
	    "-\n" },
	{ "select cast('2026-02-30' as date)",
	    "ERROR: 22008: date/time field value out of range: "
	    "\"2026-02-30\" [13]\n" },
	{ "select date '2026-01-31', timestamptz '2026-01-01 "
	    "00:00+02', interval '1 month'",
	    "date|timestamptz|interval\n"
	    "2026-01-31|2025-12-31 22:00:00+00|1 mon\n" },
	{ "select \"I\" from t",
	    "ERROR: 42703: column \"I\" does not exist [8]\n" },
	{ "select T.i from t where I = 1",
	    "i\n"
	    "1\n" },
	{ "select public.t.i from public.t where i = 1",
	    "i\n"
	    "1\n" },
	{ "select other.t.i from other.t",
	    "ERROR: 42P01: relation \"other.t\" does not exist [23]\n" },
	{ "select i from nodb.public.t",
	    "ERROR: 0A000: cross-database references are not "
	    "implemented: \"nodb.public.t\" [15]\n" },
	{ "select current_user = current_user, session_user is null",
	    "?column?|?column?\n"
	    "t|f\n" },
	{ "select count(*) filter (where i) from t",
	    "ERROR: 42804: argument of FILTER must be type boolean, not "
	    "type integer [31]\n" },
	{ "select max(u) from t",
	    "ERROR: 42883: function max(uuid) does not exist [8]\n"
	    " HINT: No function matches the given name and argument "
	    "types. You might need to add explicit type casts.\n" },
	{ "select max(ok) from t",
	    "ERROR: 42883: function max(boolean) does not exist [8]\n"
	    " HINT: No function matches the given name and argument "
	    "types. You might need to add explicit type casts.\n" },
	{ "select sum(s) from t",
	    "ERROR: 42883: function sum(text) does not exist [8]\n"
	    " HINT: No function matches the given name and argument "
	    "types. You might need to add explicit type casts.\n" },
	{ "select avg(d) from t",
	    "ERROR: 42883: function avg(date) does not exist [8]\n"
	    " HINT: No function matches the given name and argument "
	    "types. You might need to add explicit type casts.\n" },
	{ "select bool_and(i) from t",
	    "ERROR: 42883: function bool_and(integer) does not exist [8]\n"
	    " HINT: No function matches the given name and argument "
	    "types. You might need to add explicit type casts.\n" },
	{ "select string_agg(s) from t",
	    "ERROR: 42883: function string_agg(text) does not exist [8]\n"
	    " HINT: No function matches the given name and argument "
	    "types. You might need to add explicit type casts.\n" },
	{ "select string_agg(i, ',') from t",
	    "ERROR: 42883: function string_agg(integer, unknown) does "
	    "not exist [8]\n"
	    " HINT: No function matches the given name and argument "
	    "types. You might need to add explicit type casts.\n" },
	{ "insert into t (context_id, i) values ('x', 'abc')",
	    "ERROR: 22P02: invalid input syntax for type integer: \"abc\" "
	    "[44]\n" },
	{ "insert into t (context_id, i) values ('x', true)",
	    "ERROR: 42804: column \"i\" is of type integer but expression "
	    "is of type boolean [44]\n"
	    " HINT: You will need to rewrite or cast the expression.\n" },
	{ "insert into t (context_id, v) values ('x', 'abcd')",
	    "ERROR: 22001: value too long for type character varying(3)\n" },
	{ "insert into t (context_id, sm) values ('x', 99999)",
	    "ERROR: 22003: smallint out of range\n" },
	{ "insert into t (context_id, n) values ('x', 123456789)",
	    "ERROR: 22003: numeric field overflow\n"
	    " DETAIL: A field with precision 10, scale 2 must round to "
	    "an absolute value less than 10^8.\n" },
	{ "insert into t (context_id, nosuch) values ('x', 1)",
	    "ERROR: 42703: column \"nosuch\" of relation \"t\" does not "
	    "exist [28]\n" },
	{ "insert into t (context_id, i, i) values ('x', 1, 2)",
	    "ERROR: 42701: column \"i\" specified more than once [31]\n" },
	{ "insert into t (context_id, i) values ('x')",
	    "ERROR: 42601: INSERT has more target columns than "
	    "expressions [28]\n" },
	{ "insert into t (context_id, i) values ('x', 1, 2)",
	    "ERROR: 42601: INSERT has more expressions than target "
	    "columns [47]\n" },
	{ "insert into nosuch values (1)",
	    "ERROR: 42P01: relation \"nosuch\" does not exist [13]\n" },
	{ "insert into t (context_id, i) select s, s from t",
	    "ERROR: 42804: column \"i\" is of type integer but expression "
	    "is of type text [41]\n"
	    " HINT: You will need to rewrite or cast the expression.\n" },
	{ "insert into t (context_id, m) values ('z', 'bad')",
	    "ERROR: 22P02: invalid input value for enum mood: \"bad\" [44]\n" },
	{ "insert into t (context_id, m) values ('z', 1)",
	    "ERROR: 42804: column \"m\" is of type mood but expression is "
	    "of type integer [44]\n"
	    " HINT: You will need to rewrite or cast the expression.\n" },
	{ "insert into t (context_id, i) values ('z', 1) returning nosuch",
	    "ERROR: 42703: column \"nosuch\" does not exist [57]\n" },
	{ "insert into t (context_id, i) values ('z', 1) returning "
	    "count(*)",
	    "ERROR: 42803: aggregate functions are not allowed in "
	    "RETURNING [57]\n" },
};
/* clang-format on */

/* Ask all; `after_each` statement that stores something, and in the end. */
static void
check_answers(const char *after_each, const char *in_the_end)
{
	runner = sql_runner_open();
	sql_runner_show_hints(runner, true);
	for (size_t i = 0; i < sizeof(prepare) / sizeof(prepare[0]); i++) {
		ck_assert_ptr_null(
		    strstr(sql_run(runner, prepare[i]), "ERROR"));
		if (after_each != NULL)
			ck_assert_str_eq(sql_run(runner, after_each), "");
	}
	if (in_the_end != NULL) {
		const char *answer = sql_run(runner, in_the_end);

		ck_assert_msg(strstr(answer, "ERROR") == NULL, "%s", answer);
		ck_assert_str_ne(answer, "compact\n0\n"); /* no merge */
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *answer = sql_run(runner, cases[i].sql);

		ck_assert_msg(strcmp(answer, cases[i].answer) == 0,
		    "%s\nexpected:\n%s\ngot:\n%s", cases[i].sql,
		    cases[i].answer, answer);
	}
	sql_runner_close(runner);
}

START_TEST(answers_as_postgresql)
{
	check_answers(NULL, NULL);
}
END_TEST

START_TEST(answers_the_same_from_segments)
{
	check_answers(NULL, "checkpoint");
}
END_TEST

START_TEST(answers_the_same_from_merged_segments)
{
	check_answers("checkpoint", "select stele.compact()");
}
END_TEST

/* Members are looked for once, not from the first for each. */
START_TEST(objects_of_many_members)
{
	static const char sql[] =
	    "with o as (select jsonb_object_agg('a' || g, 1) a,"
	    " jsonb_object_agg('a' || 2 * g, 2) b, jsonb_object_agg('c' || g,"
	    " 3) c from generate_series(1, 400000) g), m as (select a || b || c"
	    " as m, b, c from o) select m -> 'a1', m -> 'a2', m -> 'a400001',"
	    " m -> 'a800000', m -> 'c7', m @> b, c @> b, (select count(*) from"
	    " jsonb_object_keys(m)) from m";

	runner = sql_runner_open();
	ck_assert_str_eq(sql_run(runner, sql),
	    "?column?|?column?|?column?|?column?|?column?|?column?|?column?|"
	    "count\n1|2|-|2|3|t|f|1000000\n");
	sql_runner_close(runner);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("query");
	TCase *tcase = tcase_create("query");
	SRunner *srunner;
	int failed;

	tcase_add_test(tcase, answers_as_postgresql);
	tcase_add_test(tcase, answers_the_same_from_segments);
	tcase_add_test(tcase, answers_the_same_from_merged_segments);
	tcase_add_test(tcase, objects_of_many_members);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	srunner = srunner_create(suite);
	srunner_run_all(srunner, CK_NORMAL);
	failed = srunner_ntests_failed(srunner);
	srunner_free(srunner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
