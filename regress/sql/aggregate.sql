-- GROUP BY, HAVING, DISTINCT, aggregates: the answers are PostgreSQL 15's.
set time zone 'UTC';
create type mood as enum ('sad', 'ok', 'happy');
create table t (context_id text not null, "timestamp" timestamptz not null,
    i int, b bigint, n numeric(10,2), f float8, s text, v varchar(3), m mood,
    d date, at timestamptz, ok boolean, u uuid, j jsonb, sm smallint, f4 float4);
insert into t (context_id, "timestamp", i, b, n, f, s, v, m, d, at, ok, u, j, sm, f4) values ('c1','2026-01-01',1,10,1.50,1.5,'one','abc','sad','2026-01-01','2026-01-01 10:00','t','00000000-0000-0000-0000-000000000001','{"a":1}',1,0.1);
insert into t (context_id, "timestamp", i, b, n, f, s, v, m, d, at, ok, u, j, sm, f4) values ('c1','2026-01-02',2,20,2.25,'NaN','two',null,'ok','2026-01-02',null,'f',null,'[1,2]',2,0.2), ('c2','2026-01-03',3,null,null,null,null,null,null,null,null,null,null,null,null,null);
insert into t (context_id, "timestamp", i, s, m, n) values ('c2','2026-01-04',2,'two','happy',3.10), ('c3','2026-01-05',null,'Zed','sad',-5);
select i, count(*) from t group by i order by i;
select i, count(*), sum(b), avg(n), max(s), min(m) from t group by i order by 1 nulls first;
select m, count(*) from t group by m order by m desc;
select bool_and(ok), bool_or(ok), string_agg(s, ',') from t;
select string_agg(s, ',') filter (where i > 1), count(*) filter (where ok) from t;
select distinct i from t order by i;
select distinct i, s from t order by s, i;
select i+1 as x, count(*) from t group by i+1 order by x;
select i+1 from t group by i order by 1;
select count(*) from t having count(*) > 10;
select * from (select i, count(*) as c from t group by i) q where c > 1;
select i, sum(n) as total from t where n > 0 group by i having sum(n) > 1 order by total desc;
select i as k, count(*) from t group by k order by k;
select i from t group by i order by count(*) desc, i;
select sum(x) from (values (9223372036854775807),(1)) v(x);
select sum(x) from (values (2147483647),(1)) v(x);
select avg(x) from (values (1),(2),(2)) v(x);
select sum(x), avg(x) from (values (1.10),(2.205)) v(x);
select min(x), max(x) from (values ('b'),('a')) v(x);
select count(*) from t where false;
select sum(i) from t where false;
select i, count(*) from t where false group by i;
select count(distinct j) from t;
select f, count(*) from t group by f order by f;
select i from t group by (i, s) order by i, s;
drop table t;
drop type mood;

-- a number of our own: exact while it is small
SELECT approx_count_distinct(x), approx_count_distinct(s), approx_count_distinct(NULL::text) FROM (VALUES (1, 'a'), (1, 'b'), (NULL, 'a')) v (x, s);
SELECT abs(approx_count_distinct(g) - 50000) < 50000 * 0.065 AS is_near FROM generate_series(1, 50000) g;
