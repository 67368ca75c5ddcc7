-- Retention: ALTER TABLE ... SET (retain = ...), WITH, RETAIN; what is older is neither there nor taken.
\set VERBOSITY verbose
set time zone 'UTC';
create table visit (page text);
insert into visit values ('a', '2001-01-01', 'very old'), ('b', now() - interval '91 days', 'old'), ('a', now() - interval '80 days', 'young'), ('a', now(), 'new');
select page from visit order by event_id;
alter table visit set (retain = '90 days');
select page from visit order by event_id;
select count(*) from visit;
select count(*) from visit where "timestamp" < '2010-01-01';
select event_type, count(*) from events group by event_type;
select event_id from events where context_id = 'b';
query visit for a return [page] \g (format=unaligned tuples_only=on) | cut -d'|' -f1,4-
replay for a return [page] \g (format=unaligned tuples_only=on) | cut -d'|' -f1,4-
select page, payload from visit join events using (event_id) order by event_id;
-- what is too old is refused, by every way in
\set VERBOSITY sqlstate
insert into visit values ('a', '2001-01-01', 'too old');
store visit for a at "2001-01-01" payload '{"page": "too old"}';
copy visit from stdin;
a	2001-01-01 00:00:00+00	too old
\.
copy events (event_type, context_id, "timestamp", payload) from stdin;
visit	a	2001-01-01 00:00:00+00	{"page": "too old"}
\.
begin;
insert into visit values ('a', now(), 'with another');
insert into visit values ('a', '2001-01-01', 'too old');
commit;
\set VERBOSITY verbose
select count(*) from visit;
-- the same from a segment
checkpoint;
select page from visit order by event_id;
select count(*) from visit;
replay visit for a return [page] \g (format=unaligned tuples_only=on) | cut -d'|' -f1,4-
select count(*) from visit where context_id = 'b';
-- for longer, or for ever: what has gone stays gone
alter table visit set (retain = '30 years');
select page from visit order by event_id;
alter table visit reset (retain);
select page from visit order by event_id;
-- the native form; months have 30 days
retain visit 2 months;
select page from visit order by event_id;
retain visit "100 days";
retain visit forever;
RETAIN visit 1 HOUR;
select page from visit;
-- from the beginning, with a column, in a transaction
create table short (n int) with (retain = '1 day');
insert into short values ('a', now(), 1);
begin;
alter table short add column m int default 7, set (retain = '2 days');
insert into short values ('a', now(), 2, 3);
select n, m from short order by n;
commit;
select n, m from short order by n;
begin;
alter table short set (retain = '1 second');
rollback;
select count(*) from short;
-- what is not understood
alter table visit set (retain = '0 days');
alter table visit set (retain = '-1 day');
alter table visit set (retain = 'soon');
alter table visit set (retain = 90);
alter table visit set (retain);
alter table visit set (fillfactor = 70);
alter table visit reset (fillfactor);
create table other (n int) with (retain = '1 parsec');
alter table nowhere set (retain = '1 day');
alter table if exists nowhere set (retain = '1 day');
alter table events set (retain = '1 day');
retain nowhere 1 day;
retain visit;
retain visit 3;
retain visit soon;
retain events 1 day;
