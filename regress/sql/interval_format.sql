-- to_char() of spans of time, and of the ways to write a template. Every answer is PostgreSQL 15's.
select to_char(interval '15h 2m 12s', 'HH24:MI:SS');
select to_char('2012-12-12 12:00'::timestamp - '2012-12-10 11:01:02.345'::timestamp, 'DD "days" HH24 "hours" MI MS US FF1 FF3 FF6');
select f, to_char(i, f) from (values ('YYYY YYY YY Y'), ('Y,YYY'), ('CC'), ('MM'), ('FMMM'), ('RM'), ('rm'), ('FMRM|'), ('DD'), ('FMDD'), ('DDD'), ('W'), ('WW'), ('Q'), ('HH'), ('HH12'), ('FMHH'), ('HH24'), ('MI'), ('SS'), ('SSSS'), ('AM'), ('p.m.'), ('HH24th'), ('MITH'), ('SSSP'), ('"x\"y"HH24'), ('TMMM')) f(f),
 (values (interval '1 year 2 months 3 days 04:05:06.789'), ('-1 years -2 months -3 days -04:05:06.789'), ('100 hours'), ('-30 hours'), ('0'), ('12345 years 11 months'), ('1 year'), ('-1 year'), ('-5 months')) i(i) order by f, i;
select to_char(interval '1 day', 'Month');
select to_char(interval '1 day', 'D');
select to_char(interval '1 day', 'TZ');
select to_char(interval '1 day', 'BC');
select to_char(interval '1 day', ''), to_char(now(), '');
select to_char(interval '1 day', null);
select to_char(timestamp '2020-08-05 13:14:15', 'RM rm FMRM|Rm|TMMonth|TMMon TMDay TMDY|DDSP|DDthSP|MonthSP|FMMonth|TMmonth');
select to_char(timestamp '2020-08-05 13:14:15', 'HH AM A.M. pm p.m. DDTH FMDDth');
select to_char(timestamp '2020-08-05 13:14:15', 'Hh24 hH Mi mI Ss yyyy YyYy Month month MOnth mOn Tzh d D q Fm fmDD tmMon');
