-- Columns that are the same in all rows of a zone, and columns that are null in all of them: the answers are
-- PostgreSQL 15's, the same from the MemTable and from a segment.
set time zone 'UTC';
create type shade as enum ('dark', 'light');
create table same (context_id text not null, "timestamp" timestamptz not null,
    i int, b bigint, n numeric(10,2), f float8, s text, c char(4), m shade,
    d date, at timestamptz, ok boolean, u uuid, j jsonb, f4 float4, seq int,
    i_null int, n_null numeric(10,2), f_null float8, s_null text, m_null shade, ok_null boolean, u_null uuid);
insert into same (context_id, "timestamp", i, b, n, f, s, c, m, d, at, ok, u, j, f4, seq) values ('c1', '2026-01-01',
    7, 70, 1.50, 2.5, 'same', 'ab', 'light', '2026-01-01', '2026-01-01 10:00', true,
    '00000000-0000-0000-0000-000000000001', '{"a": 1}', 0.5, 1);
insert into same (context_id, "timestamp", i, b, n, f, s, c, m, d, at, ok, u, j, f4, seq)
    select context_id, "timestamp", i, b, n, f, s, c, m, d, at, ok, u, j, f4, seq + 1 from same;
insert into same (context_id, "timestamp", i, b, n, f, s, c, m, d, at, ok, u, j, f4, seq)
    select context_id, "timestamp", i, b, n, f, s, c, m, d, at, ok, u, j, f4, seq + 2 from same;
insert into same (context_id, "timestamp", i, b, n, f, s, c, m, d, at, ok, u, j, f4, seq)
    select context_id, "timestamp", i, b, n, f, s, c, m, d, at, ok, u, j, f4, seq + 4 from same;
insert into same (context_id, "timestamp", i, b, n, f, s, c, m, d, at, ok, u, j, f4, seq)
    select context_id, "timestamp", i, b, n, f, s, c, m, d, at, ok, u, j, f4, seq + 8 from same;
insert into same (context_id, "timestamp", i, b, n, f, s, c, m, d, at, ok, u, j, f4, seq)
    select context_id, "timestamp", i, b, n, f, s, c, m, d, at, ok, u, j, f4, seq + 16 from same;
select count(*) from same;
select count(*) from same where i = 7;
select count(*) from same where i <> 7;
select count(*) from same where 7 = i and i < 8 and i <= 7 and i > 6 and i >= 7;
select count(*) from same where b = 70::smallint or i = 1;
select count(*) from same where n = 1.5 and n < 2;
select count(*) from same where f = 2.5 and f4 = 0.5;
select count(*) from same where s = 'same' and s >= 'a' and not s = 'other';
select count(*) from same where c = 'ab  ' and c < 'b';
select count(*) from same where m = 'light' and m > 'dark';
select count(*) from same where d = '2026-01-01' and at < '2026-01-02' and "timestamp" = '2026-01-01';
select count(*) from same where u = '00000000-0000-0000-0000-000000000001' and j = '{"a": 1}';
select count(*) from same where ok and ok = true and ok is not false;
select count(*) from same where i in (1, 7) and s in ('same', 'x') and i not in (1, 2);
select count(*) from same where i between 7 and 8 and s like 'sa%';
select count(*) from same where i + 0 = 7 and length(s) = 4 and i * 2 = b / 5;
select count(*) from same where context_id = 'c1' and seq > 16;
select count(*) from same where context_id || '' = 'c1';
select count(*) from same where i = seq;
select count(*) from same where seq = i and s = 'same';
select count(*) from same where i_null = 7;
select count(*) from same where i_null is null and s_null is null and m_null is null and ok_null is null;
select count(*) from same where i_null <> 7 or n_null = 1 or f_null < 1 or s_null = '' or u_null = u;
select count(*) from same where not (i_null = 7);
select count(*) from same where ok_null or ok;
select count(*) from same where ok_null and ok;
select count(*) from same where i_null is distinct from 7 and i is not distinct from 7;
select count(*) from same where coalesce(i_null, i) = 7;
select count(*) from same where i_null in (1, null) or i in (1, null);
select count(*) from same where case when i = 7 then seq else 0 end > 30;
select count(i), count(i_null), sum(i), sum(b), sum(n), sum(f), sum(f4), sum(i_null) from same;
select avg(i), avg(n), avg(f), min(i), max(s), min(m), max(d), max(at) from same;
select min(i_null), max(s_null), bool_and(ok), bool_or(ok_null), count(distinct i), count(distinct i_null) from same;
select i, s, count(*) from same group by i, s;
select m, ok, d, count(*), sum(seq) from same group by m, ok, d;
select i_null, s_null, count(*) from same group by i_null, s_null;
select j, u, c, n, f, count(*) from same group by j, u, c, n, f;
select distinct i, s, m, i_null from same;
select i, seq % 2 as odd, count(*) from same where i = 7 group by i, seq % 2 order by odd;
select i, s, m, n, ok, i_null, seq from same where i = 7 and seq > 29 order by i, s, seq desc;
select seq from same where i = 7 order by i desc, m, seq limit 3 offset 2;
select i + 1 as x, s || '!' as y, n * 2 as z, upper(s) as w, d + 1 as v from same where seq = 9;
select i + seq as x, s || seq as y from same where seq in (1, 32) order by seq;
select seq from same where seq < 3 or (seq > 30 and i = 7) order by seq;
select coalesce(s_null, s) as a, nullif(i, 7) as b, greatest(i, i_null, 3) as c, i_null + 1 as d from same where seq = 5;
select string_agg(s, ',') from same where seq <= 3;
checkpoint;
select count(*) from same;
select count(*) from same where i = 7;
select count(*) from same where i <> 7;
select count(*) from same where 7 = i and i < 8 and i <= 7 and i > 6 and i >= 7;
select count(*) from same where b = 70::smallint or i = 1;
select count(*) from same where n = 1.5 and n < 2;
select count(*) from same where f = 2.5 and f4 = 0.5;
select count(*) from same where s = 'same' and s >= 'a' and not s = 'other';
select count(*) from same where c = 'ab  ' and c < 'b';
select count(*) from same where m = 'light' and m > 'dark';
select count(*) from same where d = '2026-01-01' and at < '2026-01-02' and "timestamp" = '2026-01-01';
select count(*) from same where u = '00000000-0000-0000-0000-000000000001' and j = '{"a": 1}';
select count(*) from same where ok and ok = true and ok is not false;
select count(*) from same where i in (1, 7) and s in ('same', 'x') and i not in (1, 2);
select count(*) from same where i between 7 and 8 and s like 'sa%';
select count(*) from same where i + 0 = 7 and length(s) = 4 and i * 2 = b / 5;
select count(*) from same where context_id = 'c1' and seq > 16;
select count(*) from same where context_id || '' = 'c1';
select count(*) from same where i = seq;
select count(*) from same where seq = i and s = 'same';
select count(*) from same where i_null = 7;
select count(*) from same where i_null is null and s_null is null and m_null is null and ok_null is null;
select count(*) from same where i_null <> 7 or n_null = 1 or f_null < 1 or s_null = '' or u_null = u;
select count(*) from same where not (i_null = 7);
select count(*) from same where ok_null or ok;
select count(*) from same where ok_null and ok;
select count(*) from same where i_null is distinct from 7 and i is not distinct from 7;
select count(*) from same where coalesce(i_null, i) = 7;
select count(*) from same where i_null in (1, null) or i in (1, null);
select count(*) from same where case when i = 7 then seq else 0 end > 30;
select count(i), count(i_null), sum(i), sum(b), sum(n), sum(f), sum(f4), sum(i_null) from same;
select avg(i), avg(n), avg(f), min(i), max(s), min(m), max(d), max(at) from same;
select min(i_null), max(s_null), bool_and(ok), bool_or(ok_null), count(distinct i), count(distinct i_null) from same;
select i, s, count(*) from same group by i, s;
select m, ok, d, count(*), sum(seq) from same group by m, ok, d;
select i_null, s_null, count(*) from same group by i_null, s_null;
select j, u, c, n, f, count(*) from same group by j, u, c, n, f;
select distinct i, s, m, i_null from same;
select i, seq % 2 as odd, count(*) from same where i = 7 group by i, seq % 2 order by odd;
select i, s, m, n, ok, i_null, seq from same where i = 7 and seq > 29 order by i, s, seq desc;
select seq from same where i = 7 order by i desc, m, seq limit 3 offset 2;
select i + 1 as x, s || '!' as y, n * 2 as z, upper(s) as w, d + 1 as v from same where seq = 9;
select i + seq as x, s || seq as y from same where seq in (1, 32) order by seq;
select seq from same where seq < 3 or (seq > 30 and i = 7) order by seq;
select coalesce(s_null, s) as a, nullif(i, 7) as b, greatest(i, i_null, 3) as c, i_null + 1 as d from same where seq = 5;
select string_agg(s, ',') from same where seq <= 3;
drop table same;
drop type shade;
