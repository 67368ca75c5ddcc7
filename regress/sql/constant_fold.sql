-- What is constant is computed when a statement is planned: what cannot be is
-- told of though no row asks for it, but not where a constant decides before.  The
-- answers are PostgreSQL 15's.
create temp table t (a int, b text);
create temp table one (a int);
insert into one values (7);
select 1/0;
select 1/0 from t;
select a from t where 1/0 = 1;
select a from t where a > 1 and 1/0 = 1;
select a from t where false and 1/0 = 1;
select a from t where 1/0 = 1 and false;
select a from t where a is null or true or 1/0 = 1;
select 1/0 where false;
select case when true then 1 else 1/0 end, case when false then 1/0 else 2 end, case 1 when 1 then 3 else 1/0 end;
select case when a > 0 then a else 1/0 end from one;
select case when a > 0 then a when true then 5 else 1/0 end from one;
select coalesce(1, 1/0), coalesce(null, 2, 1/0);
select coalesce(a, 1/0) from one;
select false and 1/0 = 1, true or 1/0 = 1;
select 1/0 = 1 and false;
select nullif(1, 1/0);
select 2147483647 + 1;
select 2147483648::int from t;
select 1.0 / 0 from t;
select 'x'::text::int from t;
select ('1' || '2x')::int from t;
select 40000::smallint from t;
select sqrt(-1::float8) from t;
select 1 / (a - 7) from t;
select 1 / (a - 7) from one;
-- What changes from one moment to the next, or with a setting, is not constant.
select now() / 0 from t;
select case when random() < 2 then 1 else 1/0 end from t;
select 'nope'::text::date from t;
select 'nope'::text::timestamptz from t;
select current_setting('nope') from t;
-- Where nothing is asked for, nothing fails.
select count(*) from (select 1/0 as x) as s;
select exists (select 1/0 from one);
select 1 where exists (select 1/0);
with w as (select 1/0) select 1 as one;
select (select 1/0);
select (select 1/0 from t) from t;
select 1 from one order by 1/0;
select 1 from t group by a having 1/0 = 1;
select 1 from one limit 1/0;
select * from one join t on 1/0 = 1;
select sum(a) filter (where 1/0 = 1) from t;
-- Elsewhere.
explain (costs off) select 1/0;
prepare p as select 1/0;
execute p;
prepare q(int) as select 10 / $1;
execute q(5);
execute q(0);
begin; declare c cursor for select 1/0 from t; rollback;
copy (select 1/0 from t) to stdout;
create temp view v as select 1/0 as x;
select * from v;
create temp table made as select 1/0 as x;
insert into one select 1/0 from t;
insert into one values (1/0);
update one set a = 1/0 where false;
delete from one where 1/0 = 1;
select * from one;
-- Types and names are those of before.
create temp table types as select case when true then 'abc'::varchar(5) else 'defg'::varchar(7) end as x, coalesce(null::numeric(4, 1), 5.25::numeric(6, 2)) as y, case when true then 1::smallint else 2 end as z, 'a'::char(3) || 'b' as w, 1 + 2 as v, not true as u, 1 in (1, 2) as s, array[1, 2][1] as r, greatest(1, 2.5) as q, null is null as p, 1 is distinct from 2 as o;
select format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'types'::regclass and attnum > 0 order by attnum;
select * from types;
