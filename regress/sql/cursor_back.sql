-- A cursor that was not said to scroll goes back where its query lets it.  The
-- answers are PostgreSQL 15's.
set time zone 'UTC';
create temp table t (a int, b text);
insert into t select g, 'row ' || g from generate_series(1, 6) as g;
begin;
declare c cursor for select * from t;
fetch 3 from c;
fetch prior from c;
fetch backward all from c;
fetch next from c;
fetch all from c;
fetch next from c;
fetch prior from c;
fetch first from c;
fetch last from c;
fetch absolute 3 from c;
fetch absolute -2 from c;
fetch relative -1 from c;
fetch relative 0 from c;
fetch 0 from c;
move backward 2 from c;
fetch forward 2 from c;
fetch backward 3 from c;
move last in c;
fetch prior from c;
fetch absolute 0 from c;
fetch next from c;
rollback;
-- What it has seen does not change.
begin;
declare c cursor for select a, b from t where a > 1 order by a desc limit 4;
fetch 2 from c;
insert into t values (100, 'later');
update t set b = 'changed' where a = 6;
delete from t where a = 5;
fetch all from c;
fetch backward all from c;
rollback;
-- What goes back: scans and sorts, and what passes their rows on.
begin;
declare c1 cursor for select a + 1 from t where a % 2 = 0; move all in c1; fetch prior from c1;
declare c2 cursor for select * from generate_series(1, 3); move all in c2; fetch prior from c2;
declare c3 cursor for values (1), (2), (3); move all in c3; fetch prior from c3;
declare c4 cursor for select a from t union all select -a from t; move all in c4; fetch prior from c4;
declare c5 cursor for select b, count(*) from t group by b order by count(*), b; move all in c5; fetch prior from c5;
declare c6 cursor for select x.a from t x join t y on x.a = y.a order by x.a + y.a; move all in c6; fetch prior from c6;
declare c7 cursor for select * from (select a from t) s limit 2; move all in c7; fetch prior from c7;
declare c8 cursor for table t; move all in c8; fetch prior from c8;
declare c9 cursor for select relname from pg_class where oid = 1259; move all in c9; fetch prior from c9;
declare c10 cursor for select a from t order by a fetch first 2 rows with ties; move all in c10; fetch prior from c10;
rollback;
-- What does not.
\set VERBOSITY verbose
begin; declare c cursor for select 1; fetch c; fetch prior from c; rollback;
begin; declare c cursor for values (1); fetch c; fetch prior from c; rollback;
begin; declare c cursor for select count(*) from t; fetch c; fetch absolute 1 from c; fetch prior from c; rollback;
begin; declare c cursor for select b, count(*) from t where a = 1 group by b; fetch c; fetch prior from c; rollback;
begin; declare c cursor for select distinct a from t where a = 1; fetch c; fetch prior from c; rollback;
begin; declare c cursor for select x.a from t x join t y on x.a = y.a; fetch c; fetch prior from c; rollback;
begin; declare c cursor for select row_number() over (order by a) from t; fetch c; fetch prior from c; rollback;
begin; declare c cursor for select 1 union select 1; fetch c; fetch prior from c; rollback;
begin; declare c cursor for select generate_series(1, 2) from t; fetch c; fetch prior from c; rollback;
begin; declare c no scroll cursor for select a from t; fetch c; fetch prior from c; rollback;
begin; declare c cursor for select a from t for update; fetch c; fetch prior from c; rollback;
begin; declare c cursor for select count(*) from t; fetch c; fetch c; fetch first from c; rollback;
-- Held ones go the same ways.
\set VERBOSITY default
begin; declare h cursor with hold for select a from t order by a; fetch 2 from h; commit;
fetch backward all from h;
fetch 3 from h;
fetch prior from h;
close h;
begin; declare h cursor with hold for select count(*) from t; fetch 1 from h; commit;
fetch prior from h;
close h;
begin; declare h no scroll cursor with hold for select a from t order by a; fetch 2 from h; commit;
fetch next from h;
fetch prior from h;
close h;
-- Of a sequence's numbers others come, as of all that is computed anew.
create temp sequence s;
begin; declare c cursor for select nextval('s'), a from t where a < 3; fetch 1 from c; rollback;
