-- What times mean: every answer is PostgreSQL 15's but where it says so.
SET TIME ZONE 'UTC';
-- an abbreviation comes before a zone of the same name
SELECT timestamptz '2024-07-01 00:00Z' AT TIME ZONE 'CET' AS cet, timestamptz '2024-07-01 00:00Z' AT TIME ZONE 'eet' AS eet, timestamp '2024-07-01 00:00' AT TIME ZONE 'MET' AS met, timestamp '2024-07-01 00:00' AT TIME ZONE 'WET' AS wet;
SELECT date_trunc('day', timestamptz '2024-07-01 22:30Z', 'CET') AS cet, date_trunc('day', timestamptz '2024-07-01 22:30Z', 'Europe/Berlin') AS berlin, timestamptz '2024-07-01 00:00Z' AT TIME ZONE 'EST5EDT' AS est5edt;
