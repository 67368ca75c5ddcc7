-- Local time at both ends of what a timestamp can be: as PostgreSQL 15 has it.
set time zone 'America/New_York';
select timestamptz '294276-12-31 23:59:59.999999+00';
select timestamptz '4714-11-24 00:00:00+00 BC';
select timestamptz '200000-07-01 12:00:00+00';
select timestamptz '294276-12-31 18:59:59.999999' = '294276-12-31 23:59:59.999999+00';
select timestamptz '294276-12-31 19:00:00';
set time zone 'Australia/Sydney';
select timestamptz '294276-12-31 12:59:59.999999+00';
select timestamptz '4714-11-24 00:00:00+00 BC';
set time zone 'UTC';
select timestamptz '294276-12-31 23:59:59.999999+00';
select timestamptz '294277-01-01 00:00:00+00';
select timestamptz '4714-11-23 23:59:59.999999+00 BC';
