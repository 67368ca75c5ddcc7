-- What times mean: every answer is PostgreSQL 15's but where it says so.
SET TIME ZONE 'UTC';
-- an abbreviation comes before a zone of the same name
SELECT timestamptz '2024-07-01 00:00Z' AT TIME ZONE 'CET' AS cet, timestamptz '2024-07-01 00:00Z' AT TIME ZONE 'eet' AS eet, timestamp '2024-07-01 00:00' AT TIME ZONE 'MET' AS met, timestamp '2024-07-01 00:00' AT TIME ZONE 'WET' AS wet;
SELECT date_trunc('day', timestamptz '2024-07-01 22:30Z', 'CET') AS cet, date_trunc('day', timestamptz '2024-07-01 22:30Z', 'Europe/Berlin') AS berlin, timestamptz '2024-07-01 00:00Z' AT TIME ZONE 'EST5EDT' AS est5edt;
-- the seventh digit of a second is rounded as a double is
SELECT timestamp '2000-01-01 00:00:00.1234565' AS a, timestamp '2000-01-01 00:00:00.1234575' AS b, time '00:00:00.9999995' AS c, timestamp '2000-01-01 00:00:00.12345649999999999' AS d, timestamp '2000-01-01 00:00:00.12345750000001' AS e, time '00:00:00.000000499999' AS f, time '01:02:03.12345678901234567890123456789012345678901234567890123456789012345' AS g;
