-- Local time at both ends of what a timestamp can be: as PostgreSQL 15 has it.
set time zone 'America/New_York';
select timestamptz '294276-12-31 23:59:59.999999+00';
select timestamptz '4714-11-24 00:00:00+00 BC';
select timestamptz '200000-07-01 12:00:00+00';
select timestamptz '294276-12-31 18:59:59.999999' = '294276-12-31 23:59:59.999999+00';
select timestamptz '294276-12-31 19:00:00';
select (timestamptz '4714-11-24 00:00:00+00 BC')::timestamp;
select (timestamptz '4714-11-24 00:00:00+00 BC')::date;
select (timestamp '294276-12-31 23:59:59')::timestamptz;
select (date '294276-12-31')::timestamptz;
select (date '294277-01-01')::timestamptz;
select date_trunc('year', timestamptz '4714-11-24 12:00:00+00 BC');
select date_trunc('day', timestamptz '294276-12-31 23:59:59+00');
set time zone 'Australia/Sydney';
select (date '4714-11-24 BC')::timestamptz;
select (timestamptz '294276-12-31 23:59:59+00')::timestamp;
select (timestamptz '294276-12-31 12:00:00+00')::timestamp;
select timestamptz '294276-12-31 12:59:59.999999+00';
select timestamptz '4714-11-24 00:00:00+00 BC';
set time zone 'UTC';
select timestamptz '294276-12-31 23:59:59.999999+00';
select timestamptz '294277-01-01 00:00:00+00';
select timestamptz '4714-11-23 23:59:59.999999+00 BC';
-- many moments in a row are truncated as each by itself: offsets change within hours and days
CREATE TABLE field_zone (context_id text, f text, z text);
INSERT INTO field_zone (context_id, f, z) SELECT 'x', f, z FROM unnest(ARRAY['second', 'minute', 'hour', 'day', 'week', 'month']) f,
 unnest(ARRAY['UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Casablanca', 'Pacific/Apia']) z;
SELECT count(*), count(*) FILTER (WHERE date_trunc('hour', t, 'Australia/Lord_Howe') <> date_trunc(f, t, z)) AS differ
 FROM field_zone, generate_series(timestamptz '2024-04-05 00:00+00', '2024-10-08 00:00+00', '7 minutes') t WHERE f = 'hour' AND z = 'Australia/Lord_Howe';
SELECT count(*), count(*) FILTER (WHERE date_trunc('day', t, 'Pacific/Apia') <> date_trunc(f, t, z)) AS differ
 FROM field_zone, generate_series(timestamptz '2011-09-20 00:00+00', '2012-01-05 00:00+00', '11 minutes') t WHERE f = 'day' AND z = 'Pacific/Apia';
SELECT count(*), count(*) FILTER (WHERE date_trunc('hour', t, 'America/New_York') <> date_trunc(f, t, z)) AS differ
 FROM field_zone, generate_series(timestamptz '2024-03-09 00:00+00', '2024-11-05 00:00+00', '9 minutes') t WHERE f = 'hour' AND z = 'America/New_York';
SELECT date_trunc('hour', t, 'Australia/Lord_Howe') AS h, count(*) FROM generate_series(timestamptz '2024-04-06 13:00+00', '2024-04-06 17:00+00', '10 minutes') t GROUP BY h ORDER BY h;
SELECT date_trunc('hour', t, 'Australia/Lord_Howe') AS h, count(*) FROM generate_series(timestamptz '2024-10-05 14:00+00', '2024-10-05 17:30+00', '10 minutes') t GROUP BY h ORDER BY h;
SELECT date_trunc('day', t, 'America/New_York') AS d, count(*) FROM generate_series(timestamptz '2024-11-02 00:00+00', '2024-11-05 00:00+00', '1 hour') t GROUP BY d ORDER BY d;
DROP TABLE field_zone;
