-- Versions of a schema: DEFINE ... AS n, ALTER TABLE ADD COLUMN, and what older events look like afterwards.
\set VERBOSITY verbose
\pset null '-'
set time zone 'UTC';
define job fields { "name": "string", "state": ["new", "done"] };
store job for a at "2026-01-01" payload '{"name": "one", "state": "new"}';
define job as 2 fields { "name": "string", "state": ["new", "done"], "cost": "int | null" };
store job for a at "2026-01-02" payload '{"name": "two", "state": "done", "cost": 2}';
-- fields in another order, one more label, no new field: a version all the same
define job as 5 fields { "cost": "int | null", "state": ["new", "done", "failed"], "name": "string" };
store job for a at "2026-01-03" payload '{"name": "three", "state": "failed"}';
alter table job add column late boolean default true;
insert into job (context_id, "timestamp", name, state, cost, late) values ('a', '2026-01-04', 'four', 'new', 4, false);
insert into job values ('a', '2026-01-05', 'five', 'new');
select event_id, version, payload from events order by event_id;
select name, state, cost, late from job order by event_id;
query job;
replay job for a return [name, cost, late];
replay for a return [name, version];
query job where late return [name];
query job where not late return [name];
query job where cost = null return [name];
query job count by late;
select version, count(*) from events group by version order by version;
select event_id from events where version = 2;
select event_id from events where version > 2 and version < 6 order by event_id;
-- the same from a segment, and from segments of different versions
checkpoint;
select event_id, version, payload from events order by event_id;
define job as 7 fields { "name": "string", "state": ["new", "done", "failed"], "cost": "int | null", "late": "bool | null", "more": "decimal(6,2) | null" };
store job for b at "2026-01-06" payload '{"name": "six", "state": "done", "more": 6.5}';
select event_id, version, payload from events where version > 5 order by event_id desc limit 3;
checkpoint;
store job for b at "2026-01-07" payload '{"name": "seven", "state": "done"}';
select event_id, version, payload from events where event_id > 4 order by event_id;
select name, late, more from job order by event_id;
query job where more > 6 return [name];
query job where more = null and late return [name];
select min(more), max(more), count(more), count(late) from job;
-- with a field that may not be missing and has a default
alter table job add column level bigint not null default 3;
store job for b at "2026-01-08" payload '{"name": "eight", "state": "new"}';
store job for b at "2026-01-09" payload '{"name": "nine", "state": "new", "level": 9}';
store job for b at "2026-01-09" payload '{"name": "ten", "state": "new", "level": null}';
select level, count(*) from job group by level order by level;
select event_id from job where level = 3 order by event_id;
select event_id, version, payload->'level' as level from events where event_id >= 7 order by event_id;
-- a type whose versions begin elsewhere
define base as 10 fields { "a": "int" };
store base for c at "2026-01-10" payload '{"a": 1}';
alter table base add column b bigint;
store base for c at "2026-01-11" payload '{"a": 2}';
select event_type, version, payload from events where event_type = 'base';
-- in a transaction
begin;
define job as 20 fields { "name": "string", "state": ["new", "done", "failed"], "cost": "int | null", "late": "bool | null", "more": "decimal(6,2) | null", "level": "int", "x": "int | null" };
rollback;
begin;
store base for c at "2026-01-12" payload '{"a": 3}';
define base as 12 fields { "a": "int", "b": "int | null", "c": "int | null" };
store base for c at "2026-01-13" payload '{"a": 4, "c": 4}';
select version, payload from events where event_type = 'base' order by event_id;
commit;
select version, payload from events where event_type = 'base' order by event_id;
-- what is refused
define base fields { "a": "int", "b": "int | null", "c": "int | null" };
define base as 12 fields { "a": "int", "b": "int | null", "c": "int | null" };
define base as 3 fields { "a": "int", "b": "int | null", "c": "int | null", "d": "int | null" };
define base as 13 fields { "a": "int" };
define base as 13 fields { "a": "string", "b": "int | null", "c": "int | null" };
define base as 13 fields { "a": "int | null", "b": "int | null", "c": "int | null" };
define base as 13 fields { "a": "int", "b": "int", "c": "int | null" };
define base as 13 fields { "a": "int", "b": "int | null", "c": "int | null", "d": "int" };
define job as 30 fields { "name": "string", "state": ["new", "done", "failed"] | null, "cost": "int | null", "late": "bool | null", "more": "decimal(6,2) | null", "level": "int" };
define job as 30 fields { "name": "string", "state": ["new", "failed"], "cost": "int | null", "late": "bool | null", "more": "decimal(6,2) | null", "level": "int" };
define job as 30 fields { "name": "string", "state": ["done", "new", "failed"], "cost": "int | null", "late": "bool | null", "more": "decimal(6,2) | null", "level": "int" };
define job as 30 fields { "name": "string", "state": "string", "cost": "int | null", "late": "bool | null", "more": "decimal(6,2) | null", "level": "int" };
define job as 30 fields { "name": "string", "state": ["new", "done", "failed"], "cost": "int | null", "late": "bool | null", "more": "decimal(7,2) | null", "level": "int" };
select max(version) from events;
