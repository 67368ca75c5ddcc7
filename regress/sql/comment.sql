-- COMMENT ON: what is said of tables, columns, views, types, schemas and the database.
\set VERBOSITY verbose
create type mood as enum ('fine', 'sad');
create table commented (a int, "B c" text, m mood);
create view seen as select a, m from commented;
comment on table commented is 'a table';
comment on column commented.a is 'its a';
comment on column public.commented."B c" is E'its\nB c: ''quoted''';
comment on column commented.context_id is 'whose';
comment on view seen is 'a view';
comment on column seen.m is 'how';
comment on type mood is 'moods';
comment on type commented is 'its rows';
select n.nspname, c.relname, a.attname, d.classoid::regclass, d.objsubid = 0 as whole, d.description
  from pg_description d join pg_class c on d.objoid = c.oid and d.classoid = 'pg_class'::regclass join pg_namespace n on n.oid = c.relnamespace
  left join pg_attribute a on a.attrelid = c.oid and a.attnum = d.objsubid and d.objsubid > 0
  where n.nspname = 'public' order by relname, d.objsubid;
select t.typname, d.description from pg_description d join pg_type t on d.objoid = t.oid and d.classoid = 'pg_type'::regclass
  where t.typname in ('mood', 'commented') order by 1;
select obj_description('commented'::regclass), obj_description('commented'::regclass, 'pg_class'), obj_description('mood'::regtype, 'pg_type'),
  obj_description('mood'::regtype, 'pg_class'), obj_description('commented'::regclass, 'nonsense'), obj_description(0, 'pg_class');
select attname, col_description(attrelid, attnum) from pg_attribute where attrelid = 'commented'::regclass and attnum > 0 order by attname;
select col_description('commented'::regclass, 0), col_description('commented'::regclass, 99), col_description(0, 1);
-- Another takes its place; '' and NULL take it away.
comment on table commented is 'another';
comment on column commented.a is null;
comment on column commented."B c" is '';
select obj_description('commented'::regclass);
select attname, col_description(attrelid, attnum) from pg_attribute where attrelid = 'commented'::regclass and attnum > 0 and col_description(attrelid, attnum) is not null;
-- Schemas, of which public is born with one; the database.
select obj_description('public'::regnamespace, 'pg_namespace');
comment on schema public is 'ours';
select obj_description('public'::regnamespace, 'pg_namespace');
comment on schema public is null;
select obj_description('public'::regnamespace, 'pg_namespace'), count(*) from pg_description where objoid = 'public'::regnamespace;
comment on schema public is 'standard public schema';
select shobj_description(oid, 'pg_database'), shobj_description(oid, 'pg_authid') from pg_database where datname = current_database();
select current_database() as db \gset
comment on database :"db" is 'the one';
select description from pg_shdescription s join pg_database d on s.objoid = d.oid and s.classoid = 'pg_database'::regclass where datname = current_database();
select shobj_description(oid, 'pg_database') from pg_database where datname = current_database();
comment on database :"db" is null;
comment on database nosuchdb is 'x';
-- What there is not, and what is something else.
comment on table nosuch is 'x';
comment on table seen is 'x';
comment on view commented is 'x';
comment on column nosuch.a is 'x';
comment on column commented.nosuch is 'x';
comment on column seen."B c" is 'x';
comment on type nosuch is 'x';
comment on schema nosuch is 'x';
comment on column a is 'x';
-- Transactions: all of it or nothing, and seen inside.
begin;
comment on table commented is 'inside';
comment on view seen is 'inside, too';
select obj_description('commented'::regclass), obj_description('seen'::regclass);
savepoint s;
comment on table commented is 'deeper';
select obj_description('commented'::regclass);
rollback to s;
select obj_description('commented'::regclass);
rollback;
select obj_description('commented'::regclass), obj_description('seen'::regclass);
begin;
create table fresh (x int);
comment on table fresh is 'new';
comment on column fresh.x is 'its x';
commit;
select obj_description('fresh'::regclass), col_description(attrelid, attnum) from pg_attribute where attrelid = 'fresh'::regclass and attname = 'x';
-- They stay with what changes, and go with what is dropped.
alter table commented add column d int default 1;
comment on column commented.d is 'later';
create or replace view seen as select a, m, d from commented;
select obj_description('commented'::regclass), obj_description('seen'::regclass);
select attname, col_description(attrelid, attnum) from pg_attribute where attrelid in ('commented'::regclass, 'seen'::regclass) and col_description(attrelid, attnum) is not null
  order by attrelid, attname;
drop view seen;
drop table commented, fresh;
select count(*) from pg_description where objoid >= 16384 and classoid = 'pg_class'::regclass;
create table commented (a int);
select obj_description('commented'::regclass), col_description('commented'::regclass, 1);
drop table commented;
select description from pg_description where objoid >= 16384;
drop type mood;
select count(*) from pg_description where objoid >= 16384;
