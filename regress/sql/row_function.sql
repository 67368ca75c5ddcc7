-- Functions that tell what views tell: the answers are PostgreSQL 15's.
\set VERBOSITY verbose
create role admin superuser login;
create role joe;
create role mon;
grant pg_monitor to mon;

select locktype, mode, granted from pg_lock_status() where false;
select name, setting from pg_config() where false;
select * from pg_prepared_xact();
select * from pg_get_replication_slots();
select * from pg_stat_get_wal_senders() w;
select * from pg_ident_file_mappings();
select name, setting, applied from pg_show_all_file_settings() where false;
select name, off, size from pg_get_shmem_allocations() where false;
select name, ident, level from pg_get_backend_memory_contexts() where false;
select type, error from pg_hba_file_rules() order by line_number limit 1;
begin;
declare c scroll cursor for select 1;
select name, is_holdable, is_binary, is_scrollable from pg_cursor();
commit;
prepare p (int) as select $1;
select name, parameter_types, from_sql from pg_prepared_statement();

-- of one session, or of all
select pid = pg_backend_pid(), application_name, ssl, gss_auth, gss_enc from pg_stat_get_activity(pg_backend_pid());
select count(*) from pg_stat_get_activity(null) where pid = pg_backend_pid();
select count(*) from pg_stat_get_activity('0');
select a.pid = s.pid from (select pg_backend_pid()) a (pid), pg_stat_get_activity(a.pid) s;
select a.pid = s.pid from (select pg_backend_pid()) a (pid) left join lateral pg_stat_get_activity(a.pid) s on s.pid > 0;
prepare s as select count(*) from pg_stat_get_activity($1) where pid = pg_backend_pid();
execute s (null);
execute s (0);
select count(*) from pg_stat_get_activity('x');
select count(*) from pg_stat_get_activity();
select count(*) from pg_stat_get_activity(1::bigint);
select count(*) from pg_lock_status(1);

select oid, proname, proretset, provolatile, prorettype::regtype, proargnames from pg_proc
    where proname in ('pg_lock_status', 'pg_config', 'pg_stat_get_activity', 'pg_cursor', 'pg_prepared_statement',
    'pg_prepared_xact', 'pg_get_replication_slots', 'pg_stat_get_wal_senders', 'pg_hba_file_rules',
    'pg_show_all_file_settings', 'pg_ident_file_mappings', 'pg_show_all_settings', 'pg_timezone_names',
    'pg_timezone_abbrevs', 'pg_available_extensions', 'pg_get_shmem_allocations', 'pg_get_backend_memory_contexts')
    order by oid;
select * from pg_get_replication_slots;
select count(*) from pg_class where relname in ('pg_get_replication_slots', 'pg_prepared_xact', 'pg_stat_get_activity');

set role joe;
select * from pg_hba_file_rules();
select * from pg_config();
select * from pg_config;
select * from pg_show_all_file_settings();
select * from pg_ident_file_mappings();
select * from pg_get_shmem_allocations();
select * from pg_get_backend_memory_contexts();
select count(*) from pg_lock_status() where false;
select count(*) from pg_stat_get_activity(pg_backend_pid());
set role mon;
select name from pg_get_shmem_allocations() where false;
select name from pg_get_backend_memory_contexts() where false;
select * from pg_config();
