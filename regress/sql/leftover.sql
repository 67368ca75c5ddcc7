-- What the catalogue has besides: time zones, numbers of transactions.
select count(*) > 400 as many, count(*) = count(distinct name) as once from pg_timezone_names;
select name, utc_offset, is_dst from pg_timezone_names where name in ('UTC', 'Asia/Tokyo', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'nowhere') order by name;
select name, abbrev in ('CET', 'CEST') as abbrev, is_dst = (abbrev = 'CEST') as dst, utc_offset = case abbrev when 'CET' then interval '1 hour' else interval '2 hours' end as fits
  from pg_timezone_names where name = 'Europe/Berlin';
select count(*) from pg_timezone_names where name like 'posix%' or name like '%.%';
select * from pg_timezone_abbrevs where abbrev in ('UTC', 'CEST', 'MEZ', 'ACST', 'PST', 'NDT') order by abbrev;
select abbrev from pg_timezone_abbrevs where length(abbrev) > 5 order by 1;
select timestamptz '2026-07-01 12:00 mesz' = timestamptz '2026-07-01 10:00Z' as mesz, timestamptz '2026-07-01 12:00 eetdst' = '2026-07-01 09:00Z' as eetdst;
-- One number a transaction, which it gets when it is asked for; a later one has a greater one.
select txid_current_if_assigned(), pg_current_xact_id_if_assigned();
begin;
select txid_current_if_assigned();
select txid_current() as x \gset
select txid_current() = :x as same, pg_current_xact_id()::text = :'x' as as_xid8, txid_current_if_assigned() = :x as assigned;
savepoint s;
create table made (a int);
insert into made (context_id, a) values ('c', 1);
select txid_current() = :x as same;
rollback to s;
select txid_current() = :x as same;
commit;
select txid_current() > :x as greater, txid_current_if_assigned() is not null as given;
select txid_current() as y, txid_current() > :x as greater \gset
select txid_current() > :y as greater;
