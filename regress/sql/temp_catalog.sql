-- Temporary tables in the catalogue: PostgreSQL 15's answers, but for the text of
-- the condition, which is as it was written.
create temp table gt(a int primary key, b text default 'd' check (b <> ''), c numeric(5,2) not null default 1.5, d date default '2024-01-01', e timestamptz default now(), unique (c,d));
create index on gt (b);
create unique index ux on gt (a,b);
create temp view gv as select a from gt;
\d gt
\d gt_pkey
\d gv
\dt
\di
select conname, contype, conkey, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'gt'::regclass order by 1;
select indexrelid::regclass, indkey, indisunique, indisprimary, pg_get_indexdef(indexrelid), pg_get_indexdef(indexrelid,1,true) from pg_index where indrelid = 'gt'::regclass order by 1;
select * from pg_indexes where tablename='gt' order by 3;
select constraint_type, constraint_name from information_schema.table_constraints where table_name = 'gt' and constraint_type <> 'CHECK' order by 2;
select column_name, ordinal_position from information_schema.key_column_usage where table_name = 'gt' order by 1,2, constraint_name;
select * from gt_pkey;
drop table gt_pkey;
insert into gt_pkey values (1);
select column_name, column_default, is_nullable, data_type from information_schema.columns where table_name = 'gt' order by ordinal_position;
select adnum, pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = 'gt'::regclass order by 1;
select tablename, hasindexes from pg_tables where tablename='gt';
select pg_relation_is_updatable('gt'::regclass, true), to_regclass('pg_temp.gt') is not null;
drop index ux;
drop index gt_pkey;
drop index nope; drop index if exists nope;
drop index gt; drop table gt_b_idx; drop view gt_b_idx;
begin; drop index gt_b_idx; rollback; 
insert into gt values (1,'q'); insert into gt values (1,'q');
\d gt
