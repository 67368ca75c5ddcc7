-- What times mean: every answer is PostgreSQL 15's but where it says so.
SET TIME ZONE 'UTC';
-- an abbreviation comes before a zone of the same name
SELECT timestamptz '2024-07-01 00:00Z' AT TIME ZONE 'CET' AS cet, timestamptz '2024-07-01 00:00Z' AT TIME ZONE 'eet' AS eet, timestamp '2024-07-01 00:00' AT TIME ZONE 'MET' AS met, timestamp '2024-07-01 00:00' AT TIME ZONE 'WET' AS wet;
SELECT date_trunc('day', timestamptz '2024-07-01 22:30Z', 'CET') AS cet, date_trunc('day', timestamptz '2024-07-01 22:30Z', 'Europe/Berlin') AS berlin, timestamptz '2024-07-01 00:00Z' AT TIME ZONE 'EST5EDT' AS est5edt;
-- the seventh digit of a second is rounded as a double is
SELECT timestamp '2000-01-01 00:00:00.1234565' AS a, timestamp '2000-01-01 00:00:00.1234575' AS b, time '00:00:00.9999995' AS c, timestamp '2000-01-01 00:00:00.12345649999999999' AS d, timestamp '2000-01-01 00:00:00.12345750000001' AS e, time '00:00:00.000000499999' AS f, time '01:02:03.12345678901234567890123456789012345678901234567890123456789012345' AS g;
-- centuries and millennia BC end with the year 1, too
SELECT y, extract(century FROM d) AS century, extract(millennium FROM d) AS millennium, extract(decade FROM d) AS decade, to_char(d, 'CC') AS cc, to_char(d::timestamp, 'FMCC') AS fm, date_part('century', d::timestamp) AS part FROM unnest(ARRAY[1, 99, 100, 101, 200, 201, 600, 999, 1000, 1001, 2000, 2001]) y, LATERAL (SELECT make_date(-y, 6, 1) AS d) q ORDER BY y;
SELECT extract(century FROM date '2000-01-01') AS a, extract(century FROM date '2001-01-01') AS b, extract(century FROM date '0001-01-01') AS c, extract(millennium FROM date '1000-12-31') AS d, extract(millennium FROM date '1001-01-01') AS e;
-- two numbers and a fraction are minutes and seconds
SELECT time '07:08.5' AS a, timestamp '2024-01-01 07:08.5' AS b, time '25:08.5' AS c, time '1:60.5' AS d, time '07:08' AS e, time '07:08:09.5' AS f, timestamptz '2024-01-01 07:08.5+02' AS g;
SELECT time '60:08.5';
SELECT time '1:61.5';
-- halves of a day, of a time without a colon
SELECT time '0708 PM' AS a, time '0708 AM' AS b, time '1208 AM' AS c, time '070809 PM' AS d, time '070809.5 PM' AS e, time '07:08 PM' AS f;
SELECT time '1308 PM';
SELECT time '07 PM';
-- a Julian day is all of the date
SELECT timestamp 'J2451545' AS a, timestamp 'J2451545 10:00' AS b, timestamp '10:00 J2451545' AS c, timestamp 'J2451545.5' AS d, timestamp 'J2451545 101112' AS e, date 'J2451546' AS f;
SELECT timestamp '2024-05-06 J123456';
SELECT timestamp 'J2451545 2024-01-01';
SELECT timestamp 'J2451545 J2451546';
SELECT timestamp '2024 J2451545';
SELECT timestamp '10:00 J2451545.5';
SELECT date 'May J2451545';
-- months, then days, each to a moment of the zone; the range holds for each step
SET TIME ZONE 'America/New_York';
SELECT timestamptz '2024-02-10 02:30' + interval '1 month 1 day' AS a, timestamptz '2024-03-11 02:30' - interval '1 month 1 day' AS b, timestamptz '2024-02-10 02:30' + interval '1 month' AS c, timestamptz '2024-01-31 12:00' + interval '1 month 1 day 1 hour' AS d;
SELECT timestamptz '2000-01-01 00:00' + interval '106751991 days';
SELECT timestamptz '294276-12-31 18:00' + interval '1 day -48 hours';
SELECT timestamptz '2000-01-01' + interval '3600000 months -109572000 days';
SELECT timestamptz '294276-12-01 18:59:59.999999' + interval '30 days' AS a, timestamptz '294276-11-30 18:59:59.999999' + interval '1 month 1 day' AS b;
SELECT timestamptz '294276-12-01 19:00' + interval '30 days';
SET TIME ZONE 'Australia/Sydney';
SELECT timestamptz '4714-12-01 00:00 BC' - interval '6 days';
SELECT timestamptz '294276-12-02 10:00:00' + interval '30 days' AS a, timestamptz '294276-12-01 10:00:00' + interval '1 month' AS b;
SET TIME ZONE 'UTC';
SELECT timestamp '294276-12-31 23:00' + interval '1 day -2 hours';
SELECT timestamp '2000-01-01' + interval '106751991 days';
SELECT timestamp '2000-01-01' - interval '2147483647 months';
SELECT timestamp '2000-01-01' + interval '3530000 days -3600000 hours' AS a, date '2024-01-31' + interval '1 month' AS b;
-- a sign may stand apart, and there is one number more below 0
SELECT interval '- 1 day' AS a, interval '+ 1 day' AS b, interval '1 day -  04:05:06' AS c, interval '- 1-2' AS d, interval '-9223372036854775808 us' AS e, interval '9223372036854775807 us' AS f, interval '-2147483648 days' AS g, interval 'P-1DT-2H' AS h;
SELECT interval '-9223372036854775809 us';
SELECT interval '9223372036854775808 us';
SELECT interval '-9223372036854775808 ms';
SELECT interval '9223372036854775807.9 years';
SELECT interval '9223372036854775807 years';
SELECT interval '-99999999999999999999 days';
SELECT interval 'P- 1D';
SELECT interval '- day';
-- rounding past the last interval is refused, as in PostgreSQL 16; 15 wraps around there
SELECT interval(0) '9223372036854775807 us';
SELECT ('-9223372036854775807 us'::interval)::interval(3);
SELECT (interval '9223372036854275807 us')::interval(0) AS a, (interval '-9223372036854275807 us')::interval(0) AS b, (interval '9223372036854775807 us')::interval(6) AS c;
-- numeric zones end at 15 hours
SELECT make_timestamptz(2000, 1, 1, 0, 0, 0, '+15:00') AS a, make_timestamptz(2000, 1, 1, 0, 0, 0, '+15:59:59') AS b, make_timestamptz(2000, 1, 1, 0, 0, 0, '+1530') AS c, make_timestamptz(2000, 1, 1, 0, 0, 0, '-5') AS d, make_timestamptz(2000, 1, 1, 0, 0, 0, '+ 10') AS e, make_timestamptz(2000, 7, 1, 0, 0, 0, 'CET') AS f;
SELECT make_timestamptz(-4000, 1, 1, 0, 0, 0, '+2562047788:00');
SELECT make_timestamptz(2000, 1, 1, 0, 0, 0, '+100:00');
SELECT make_timestamptz(2000, 1, 1, 0, 0, 0, '-16');
SELECT make_timestamptz(2000, 1, 1, 0, 0, 0, '+15:60');
SELECT make_timestamptz(2000, 1, 1, 0, 0, 0, '+123456');
SELECT make_timestamptz(2000, 1, 1, 0, 0, 0, '+x');
SELECT make_timestamptz(2000, 1, 1, 0, 0, 0, '15:00');
-- numbers of a template that no date has; the first in the words of PostgreSQL 16
SELECT to_date('2147484,001', 'Y,YYY');
SELECT to_date('2147483,647', 'Y,YYY');
SELECT to_date('2024 2147483647', 'YYYY WW');
SELECT to_date('2024 2147483647', 'IYYY IW');
SELECT to_date('2024 01 2147483647', 'YYYY MM W');
SELECT to_date('-2147483648 BC', 'YYYY BC');
SELECT to_date('2024 2147483647', 'YYYY DDD');
SELECT to_date('-1,001', 'Y,YYY') AS a, to_date('12,345', 'Y,YYY') AS b;
