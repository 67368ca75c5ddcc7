-- SQL reaches no file, no program and no network (promise S6).
\set VERBOSITY verbose
create table kept (a text);

-- files
select pg_read_file('/etc/passwd');
select pg_read_binary_file('/etc/passwd');
select pg_ls_dir('/');
select * from pg_ls_dir('/');
select pg_stat_file('/etc/passwd');
select lo_import('/etc/passwd');
select lo_export(1, '/tmp/out');
select pg_file_write('/tmp/out', 'x', false);
copy kept from '/etc/passwd';
copy kept to '/tmp/out';
copy (select 1) to '/tmp/out';

-- programs and code
copy kept from program 'true';
copy kept to program 'true';
copy (select 1) to program 'true';
load '/tmp/x.so';
create extension dblink;
create function f() returns int language c as '/tmp/x.so', 'f';
create language plperlu;
do $$ begin end $$;
create trigger t before insert on kept execute function f();

-- the network, other databases
select dblink('host=127.0.0.1', 'select 1');
create server s foreign data wrapper w;
create foreign table remote (a int) server s;
create subscription s connection 'host=127.0.0.1' publication p;
import foreign schema s from server s into public;
create database other;
create tablespace t location '/tmp';

-- the server itself
select pg_reload_conf();
select pg_rotate_logfile();
select pg_terminate_backend(999999); -- a number of a session, not of a process
alter system set port = 1;
set unix_socket_directories = '/tmp';
set listen_addresses = '*';
set log_filename = '/tmp/out';

select count(*) from kept;
