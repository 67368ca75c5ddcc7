-- LIST TYPES, DESCRIBE, HELP.
\set VERBOSITY verbose
\pset null '-'
set time zone 'UTC';
list types;
define kinds fields { "a": "string", "b": "i64 | null", "c": "u64", "d": "f64", "e": "bool", "f": "datetime", "g": "date", "h": "uuid", "i": "json | null", "j": "decimal(10,2)", "k": "decimal", "l": ["new", "paid in full"], "with blank": "string" };
describe kinds;
create type mood as enum ('sad', 'o"k');
create table sql_types (a int, b varchar(10) not null default 'x', c timestamptz not null default '2026-01-01', e mood default 'o"k', f smallint not null);
describe sql_types;
DESCRIBE "kinds";
define job fields { "name": "string" };
define job as 2 fields { "name": "string", "cost": "int | null" };
define job as 7 fields { "cost": "int | null", "name": "string", "done": "bool | null" };
alter table job add column late boolean not null default false;
describe job;
create table nothing ();
describe nothing;
store job for a payload '{"name": "x"}';
store job for b payload '{"name": "y"}';
retain job 90 days;
retain kinds '36 hours';
list types;
flush;
list types;
drop table sql_types;
drop table nothing;
list types;
begin;
define fresh fields { "x": "int" };
list types;
describe fresh;
rollback;
describe fresh;
-- each sees what it may read
create role root superuser login password 'x';
create role ann login;
grant select on job to ann;
set role ann;
list types;
describe job;
describe kinds;
reset role;
revoke select on job from ann;
set role ann;
list types;
reset role;
-- HELP
help store;
help list;
help create user;
help revoke key;
\pset format unaligned
help;
-- what is refused
list;
list nothing;
list types now;
describe;
describe nosuch;
describe events;
describe kinds job;
help nosuch;
help store it;
help 5;
