-- to_timestamp() and to_date() by templates, as PostgreSQL 15 answers.

\set VERBOSITY verbose
SET timezone = 'UTC';

-- the manual's examples
SELECT to_date('05 Dec 2000', 'DD Mon YYYY') AS a, to_timestamp('05 Dec 2000', 'DD Mon YYYY') AS b, to_timestamp('2000    JUN', 'YYYY MON') AS c, to_timestamp(' 2000 JUN', 'YYYY MON') AS d, to_timestamp('2000-JUN', 'YYYY/MON') AS e, to_timestamp('2000JUN', 'YYYY///MON') AS f, to_timestamp('2000/JUN', 'YYYY MON') AS g, to_timestamp('2000/JUN', 'YYYY//MON') AS h;
SELECT to_date('20000-1131', 'YYYY-MMDD') AS a, to_date('20000Nov31', 'YYYYMonDD') AS b;
SELECT to_date('20000-1130', 'YYYY-MMDD') AS a, to_date('2000-11-30 ', 'YYYY-MM-DD') AS b, to_date('-44-02-01', 'YYYY-MM-DD') AS c, to_date('44-02-01 BC', 'YYYY-MM-DD BC') AS d, to_date('2006-42-4', 'IYYY-IW-ID') AS e, to_date('2006-291', 'IYYY-IDDD') AS f, to_date('2016 12', 'YYYY WW') AS g, to_date('2451187', 'J') AS h;
SELECT to_timestamp('12.3', 'SS.MS') AS a, to_timestamp('12.003', 'SS.MS') AS b, to_timestamp('12.300000', 'SS.US') AS c, to_timestamp('15:12:02.020.001230', 'HH24:MI:SS.MS.US') AS d, to_timestamp('2024-03-01 10:11:12.123456', 'YYYY-MM-DD HH24:MI:SS.US') AS e, to_timestamp('2024-03-01 10:11:12.12', 'YYYY-MM-DD HH24:MI:SS.FF2') AS f;

-- years, centuries, days
SELECT to_date('97/2/16', 'YY/MM/DD') AS a, to_date('7/2/16', 'Y/MM/DD') AS b, to_date('997/2/16', 'YYY/MM/DD') AS c, to_date('21 05', 'CC YY') AS d, to_date('21', 'CC') AS e, to_date('1,999', 'Y,YYY') AS f, to_date('2024-060', 'YYYY-DDD') AS g, to_date('2024 3 2', 'YYYY MM W') AS h, to_date('20240229', 'YYYYMMDD') AS i;
SELECT to_timestamp('2024-01-02 03:04:05 PM', 'YYYY-MM-DD HH:MI:SS AM') AS a, to_timestamp('2024-01-02 12:00 a.m.', 'YYYY-MM-DD HH12:MI A.M.') AS b, to_timestamp('12:00 AM 2024', 'HH12:MI AM YYYY') AS c, to_timestamp('3661', 'SSSS') AS d, to_timestamp('Friday the 1st of March 2024', 'Day "the" DDth "of" Month YYYY') AS e, to_timestamp('Fri Mar 01 2024', 'Dy Mon DD YYYY') AS f;
SELECT to_timestamp('2024-01-02 10:00+05:30', 'YYYY-MM-DD HH24:MITZH:TZM') AS a, to_timestamp('2024-01-02 10:00 -03', 'YYYY-MM-DD HH24:MI TZH') AS b, to_timestamp('2024-01-02 10:00-3', 'YYYY-MM-DD HH24:MITZH') AS c;
SET timezone = 'Europe/Berlin';
SELECT to_timestamp('2024-07-02 10:00', 'YYYY-MM-DD HH24:MI') AS a, to_timestamp('2024-01-02 10:00', 'YYYY-MM-DD HH24:MI') AS b;
SET timezone = 'UTC';

-- white space, separators, FX, FM
SELECT to_timestamp('  20050302', 'YYYYMMDD') AS a, to_timestamp('2005 03 02', 'YYYYMMDD') AS b, to_timestamp('2005-03-02', 'FXYYYY-MM-DD') AS c, to_timestamp('2005 3 2', 'YYYY FMMM FMDD') AS d, to_timestamp('2005.3.2 rest', 'YYYY.MM.DD') AS e, to_timestamp('2011 x12 x18', 'YYYYxMMxDD') AS f, to_timestamp('2011x 12x 18', 'YYYYxMMxDD') AS g, to_date('2011 12  18', 'YYYY  MM DD') AS h;
SELECT to_timestamp('1996-08-21', 'YYYY-MM-DD HH24') AS a, to_timestamp('', 'YYYY') AS b, to_date('19971)24', 'YYYYMMDD') AS c;
SELECT to_date('2011-12-18', '"year" YYYY-MM-DD');
SELECT x, to_date(x, f) FROM (VALUES ('2024-01-02', 'YYYY-MM-DD'), ('02.01.2024', 'DD.MM.YYYY'), (NULL, 'YYYY')) v (x, f);

-- errors
SELECT to_timestamp('97/Feb/16', 'YYMonDD');
SELECT to_timestamp('2005527', 'YYYYIWID');
SELECT to_timestamp('19971', 'YYYYMMDD');
SELECT to_timestamp('1997 AD 1 Foo', 'YYYY BC MM Mon');
SELECT to_timestamp('10000000000', 'FMYYYY');
SELECT to_timestamp('2016-13-10', 'YYYY-MM-DD');
SELECT to_timestamp('2016-02-30', 'YYYY-MM-DD');
SELECT to_timestamp('2016-06-13 99:99:99', 'YYYY-MM-DD HH24:MI:SS');
SELECT to_timestamp('2016-06-13 15:00:00', 'YYYY-MM-DD HH:MI:SS');
SELECT to_date('2016 366', 'MM DDD');
SELECT to_timestamp('2005-10-11', 'YYYY-MM-DD YYYY IW');
SELECT to_timestamp('2016 2017', 'YYYY YYYY');
SELECT to_timestamp('2011-12-18 11:38 PST', 'YYYY-MM-DD HH12:MI TZ');
SELECT to_timestamp('a', 'YYYY');
SELECT to_date('5874898-01-01', 'YYYY-MM-DD');
SELECT to_date('1 1 2016', 'DDD DD YYYY');
SELECT to_date('x', 'yyyy');
SELECT to_date('12x', 'yyyy');
SELECT to_date('2024 jan', 'yyyy mon'), to_date('2024 jan', 'YYYY Mon');
