-- COMMENT ON what is temporary; PostgreSQL 15's answers.
\set VERBOSITY verbose
create temp table gt(a int, b text, c int);
create temp view gv as select a, b from gt;
comment on table gt is 'a table';
comment on column gt.b is 'its b';
comment on column pg_temp.gt.c is 'its c';
comment on view gv is 'a view';
comment on column gv.a is 'its a';
select obj_description('gt'::regclass), obj_description('gt'::regclass, 'pg_class'), col_description('gt'::regclass, 2), col_description('gt'::regclass, 1);
select objoid::regclass, objsubid, description from pg_description where objoid in ('gt'::regclass, 'gv'::regclass) order by 1, 2;
-- They stay with their columns.
alter table gt add column d int;
create or replace temp view gv as select a, b, c from gt;
select objoid::regclass, attname, description from pg_description join pg_attribute on attrelid = objoid and attnum = objsubid where objoid in ('gt'::regclass, 'gv'::regclass) order by 1, 2;
insert into gt values (1, 'x', 2, 3);
begin; comment on table gt is 'undone'; select obj_description('gt'::regclass); rollback;
select obj_description('gt'::regclass), * from gt;
comment on table gt is null;
comment on column gt.b is '';
select objoid::regclass, objsubid, description from pg_description where objoid = 'gt'::regclass order by 1, 2;
comment on table gv is 'x';
comment on view gt is 'x';
comment on materialized view gt is 'x';
comment on column gt.nope is 'x';
comment on column nope.a is 'x';
comment on table pg_temp.nope is 'x';
drop view gv; create temp view gv as select 1 as a;
select obj_description('gv'::regclass);
