-- FOR UPDATE and its like: what they may be said of, and by which cursors.  The
-- answers are PostgreSQL 15's.
\set VERBOSITY verbose
create temp table t (a int, b text);
insert into t select g, 'x' from generate_series(1, 3) as g;
create temp view v as select a from t;
select a from t order by a for update;
select a from t order by a for no key update nowait;
select t.a from t, v where t.a = v.a order by 1 for share of t for key share of v skip locked;
select * from t join v using (a) order by a for update of t, v;
select * from (select a from t) as x order by a for update of x;
select 1 for update;
select * from (values (1), (2)) as x(a) for update;
with w as (select 1 as a) select * from w for update;
-- What is not the rows of tables.
values (1) for update;
select distinct a from t for share;
select distinct on (a) a from t for update;
select a from t group by a for update;
select 1 from t having true for no key update;
select count(*) from t for key share;
select row_number() over () from t for update;
select generate_series(1, 2) from t for update;
select a from t union select 1 for update;
(select a from t for update) union select 1;
-- Names.
select a from t for update of nothere;
select a from t for update of pg_temp.t;
select a from t x for update of t;
select * from (t join v using (a)) as j for update of j;
select * from generate_series(1, 1) as g for update of g;
with w as (select 1 as a) select * from w for update of w;
select a from t for share of t for update of u;
-- Cursors.
begin; declare c cursor with hold for select a from t for update; rollback;
begin; declare c cursor with hold for select a from t for no key update; rollback;
begin; declare c scroll cursor for select a from t for share; rollback;
begin; declare c insensitive cursor for select a from t for key share; rollback;
begin; declare c insensitive scroll cursor with hold for select a from t for share of t; rollback;
begin; declare c scroll cursor for select x.a from (select a from t) x for update; rollback;
begin; declare c scroll no scroll cursor for select 1; rollback;
begin; declare c asensitive insensitive cursor for select 1; rollback;
declare c scroll cursor for select a from t for update;
begin;
declare c scroll cursor with hold for select 1 for update;
declare d scroll cursor for select * from generate_series(1, 2) for update;
declare e cursor for select a from t order by a for update;
fetch 2 from e;
fetch prior from e;
rollback;
-- As a view has them.
create temp view locks_all as select x.a from t x, t for update;
create temp view locks_some as select t.a from t, v for share of t nowait for key share of v skip locked;
create temp view locks_none as with w as (select 1 as a) select w.a from w, generate_series(1, 2) g for no key update;
select pg_get_viewdef('locks_all');
select pg_get_viewdef('locks_some');
select pg_get_viewdef('locks_none');
-- A transaction that was to be prepared is over.
begin; select 1 as one; prepare transaction 'x';
rollback;
