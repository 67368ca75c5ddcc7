-- PLOT: a metric by groups and time, beside others; after it the SELECT that says the same.
\set VERBOSITY verbose
\pset null '-'
set time zone 'UTC';
define visit fields { "country": "string | null", "device": ["phone", "desktop"], "ms": "int", "at": "datetime | null" };
define sale fields { "country": "string | null", "device": ["desktop", "phone", "till"], "amount": "decimal(10,2)", "paid": "bool | null" };
insert into visit (context_id, timestamp, country, device, ms, at) values
  ('u1', '2026-01-01 10:00', 'de', 'phone', 100, '2026-03-01'),
  ('u1', '2026-01-01 11:00', 'de', 'desktop', 200, null),
  ('u2', '2026-01-01 12:00', 'fr', 'phone', 300, '2026-03-01 12:00'),
  ('u3', '2026-01-02 09:00', 'de', 'phone', 50, '2026-04-01'),
  ('u4', '2026-01-02 10:00', null, 'phone', 70, '2026-04-01'),
  ('u5', '2026-01-08 10:00', 'us', 'desktop', 900, '2027-01-01');
insert into sale (context_id, timestamp, country, device, amount, paid) values
  ('u1', '2026-01-01 11:30', 'de', 'desktop', 10.00, true),
  ('u2', '2026-01-01 11:00', 'fr', 'phone', 20.50, false),
  ('u3', '2026-01-03 09:00', 'de', 'till', 5.25, true),
  ('u4', '2026-01-02 10:00', null, 'phone', 1.00, null),
  ('u9', '2026-01-05 10:00', 'jp', 'till', 99.00, true);
-- one side: metrics
plot count of visit;
plot count(at) of visit;
plot total(ms) of visit;
plot sum(ms) of visit;
plot avg(ms) of visit;
plot min(device) of visit;
plot max(at) of visit;
plot unique(country) of visit;
select count(*), count(at), sum(ms), avg(ms), min(device), max(at), count(distinct country) from visit;
-- groups and time
plot total(ms) of visit breakdown by country;
select country, sum(ms) as total_ms from visit group by 1 order by 1;
plot count of visit breakdown by device, country over day(timestamp);
select date_trunc('day', timestamp) as bucket, device, country, count(*) from visit group by 1, 2, 3 order by 1, 2, 3;
plot count of visit over hour(timestamp);
plot count of visit over week(timestamp);
plot count of visit over month(at);
plot count of visit over year(visit.at);
select date_trunc('month', at) as bucket, count(*) from visit group by 1 order by 1;
plot avg(ms) of visit over day(timestamp) breakdown by device;
-- of all types
plot count of events breakdown by event_type, context_id top 3;
plot count of visit vs count of events breakdown by context_id;
-- FILTER: all of them
plot count of visit filter country = de;
plot count of visit filter country = "de" filter ms >= 100 breakdown by device;
plot count of visit breakdown by device filter ms >= 100;
plot count of visit filter visit.ms in (100, 200) or country = null;
plot count of sale filter paid breakdown by device;
plot count of sale filter not paid;
select device, count(*) from sale where paid group by 1 order by 1;
-- TOP: the greatest first, nulls last, and then in the order of the groups
plot count of visit top 2 breakdown by country;
plot count of visit breakdown by country top 2;
select country, count(*) from visit group by 1 order by 2 desc nulls last, 1 limit 2;
plot count of visit breakdown by country top 2 by total(ms);
select country, count(*), sum(ms) as total_ms from visit group by 1 order by 3 desc nulls last, 1 limit 2;
plot count of visit breakdown by country top 2 by count;
plot max(at) of visit breakdown by device, country top 9;
plot count of visit breakdown by country top 2 by country;
plot count of visit over day(timestamp) top 1 by bucket;
plot count of visit top 0 breakdown by country;
-- several sides: a full join, null equal to null
plot count of visit vs count of sale;
plot count of visit vs count of sale breakdown by country;
select country, max(v) as "visit.count", max(s) as "sale.count" from (select country, count(*) as v, null::bigint as s from visit group by 1 union all select country, null, count(*) from sale group by 1) as x group by 1 order by 1;
plot count of visit vs count of sale over day(timestamp);
plot total(ms) of visit vs avg(amount) of sale vs unique(context_id) of sale breakdown by country;
select country, max(a) as "visit.total_ms", max(b) as "sale.avg_amount", max(c) as "third.count_unique_context_id" from (select country, sum(ms) as a, null::numeric as b, null::bigint as c from visit group by 1 union all select country, null, avg(amount), null from sale group by 1 union all select country, null, null, count(distinct context_id) from sale group by 1) as x group by 1 order by 1;
plot count of sale filter paid vs count of sale filter not paid breakdown by country;
plot count of sale vs count of sale vs count of sale vs count of sale vs count of sale vs count of sale vs count of sale vs count of sale vs count of sale vs count of sale vs count of sale;
-- enums of different types meet as text
plot count of visit vs count of sale breakdown by device;
plot count of visit vs count of visit filter ms > 100 breakdown by device;
-- TOP of a side, and of what all come to
plot count of visit top 1 vs count of sale breakdown by country;
plot count of visit vs count of sale breakdown by country top 2;
plot count of visit vs count of sale breakdown by country top 2 by count;
plot count of visit vs total(amount) of sale breakdown by country top 2 by total(amount);
plot count of visit vs count of sale breakdown by country top 2 by country;
plot count of visit vs count of sale breakdown by country top 3 by sale.count;
plot count of visit vs count of sale over day(timestamp) top 2 by bucket;
plot count of visit vs count of sale top 1 by total(amount) breakdown by country;
plot count of visit vs count of sale breakdown by country top 2 by min(ms);
plot count of visit vs count of sale breakdown by country top 2 by device;
plot count of visit vs count of sale breakdown by country top 2 by sale.country;
-- sequences
plot count of visit -> sale;
plot count of visit then sale linked by context_id;
query visit followed by sale linked by context_id count;
plot unique(context_id) of visit -> sale;
plot total(amount) of visit -> sale breakdown by visit.country;
plot total(sale.amount) of visit -> sale filter visit.device = phone filter sale.paid over day(timestamp);
plot count of visit -> sale linked by country within 1 hour;
query visit followed by sale linked by country within 1 hour count;
plot count of visit as a -> visit as b filter a.device = phone breakdown by b.device;
plot count of visit vs count of visit -> sale;
plot count of visit vs count of visit -> sale over day(timestamp);
-- explained, prepared
explain (costs off) plot count of visit vs count of sale breakdown by country;
explain (costs off) plot count of visit filter ms > 5 top 1 breakdown by country;
-- from segments the same
flush;
plot count of visit vs count of sale breakdown by country;
-- what is refused
plot;
plot count;
plot count of;
plot count of nosuch;
plot count of visit vs count of nosuch;
plot median(ms) of visit;
plot total of visit;
plot total(nosuch) of visit;
plot total(country) of visit;
plot total(sale.amount) of visit;
plot count of visit filter;
plot count of visit filter nosuch = 1;
plot count of visit filter exists(sale);
plot count of visit filter ms = 1 or not exists (sale);
plot count of visit top;
plot count of visit top -1;
plot count of visit top 1 top 2;
plot count of visit top 1 breakdown by country top 2;
plot count of visit top 1 by;
plot count of visit top 1 by nosuch breakdown by country;
plot count of visit top 1 by ms breakdown by country;
plot count of visit vs;
plot count of visit vs sale;
plot count of visit breakdown by country vs count of sale;
plot count of visit vs count of sale breakdown by visit.country;
plot count of visit vs count of sale breakdown by ms;
plot count of visit vs count of sale filter paid over day(at);
plot count of visit breakdown country;
plot count of visit breakdown by country breakdown by device;
plot count of visit over minute(timestamp);
plot count of visit over day;
plot count of visit over day(ms);
plot count of visit over day(timestamp) over hour(timestamp);
plot count of visit linked by country;
plot count of visit within 1 day;
plot count of visit -> ;
plot count of visit -> nosuch;
plot count of visit -> sale linked by nosuch;
plot count of visit -> sale linked by country linked by country;
plot count of visit -> sale breakdown by country;
plot count of visit -> sale over day(visit.at);
plot count of events -> sale;
