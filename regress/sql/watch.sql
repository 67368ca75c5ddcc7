-- pg_stat_activity, pg_cursors, pg_prepared_statements, stele.statements: what sessions do and have, and what statements took.
set application_name = 'watcher';
select usename = current_user as me, datname, application_name, state, query, backend_start <= query_start as begun, xact_start is not null as in_one
  from pg_stat_activity where pid = pg_backend_pid();
begin;
select state, xact_start <= query_start as begun, wait_event from pg_stat_activity where pid = pg_backend_pid();
commit;
create table watched (i int, s text);
select stele.statements_reset();
insert into watched (context_id, i, s) values ('c', 1, 'one');
INSERT INTO watched (context_id, i, s) VALUES ( 'd', 22 , 'two' ) ; -- the same
insert into watched (context_id, i, s) values ('c', 1, 'one'), ('d', 2, E'it''s');
select i from watched where s = 'one';
select /* here */ i from watched where s = $$two$$;
select "i" from watched where s = 'one';
prepare p as select i from watched where i = $1 and s <> 'x';
execute p(1);
execute p(2);
select nosuch from watched;
select 1; select 2;
store watched for "e" payload '{"i": 3}';
select query, calls, rows, total_ms >= max_ms and max_ms >= min_ms and min_ms > 0 and abs(mean_ms * calls - total_ms) < 1e-6 as sound
  from stele.statements order by query;
select count(distinct query_id) = count(*) as distinct from stele.statements;
select pg_cancel_backend(0), pg_terminate_backend(-1);
begin;
declare c scroll cursor for select i from watched;
declare h no scroll cursor with hold for select 1;
declare b binary cursor for select 2;
select name, statement, is_holdable, is_binary, is_scrollable, creation_time = now() as now from pg_cursors where name <> '' order by name;
commit;
select name, is_holdable from pg_cursors where name <> '';
select name, statement, parameter_types, from_sql from pg_prepared_statements;
drop table watched;
