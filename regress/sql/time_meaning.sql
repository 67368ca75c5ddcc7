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
