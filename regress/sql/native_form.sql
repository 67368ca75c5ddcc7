-- Forms of the native language that its grammar has and no other script shows.
\pset null '-'
set time zone 'UTC';
define sale fields { "sku": "string", "at": "datetime | null", "size": ["s", null, "l"], "time": "date | null", "n": "int | null" };
define visit fields { "sku": "string", "at": "datetime | null" };
store sale for 'it''s' at "2026-01-01T10:00:00Z" payload '{"sku": "a", "at": "2026-02-01", "size": "s", "time": "2026-03-01", "n": 1}';
store sale for user:42 at "2026-01-01T11:00:00Z" payload '{"sku": "a", "at": "2026-02-02", "n": 2}';
store sale for user:42 at "2026-01-02T10:00:00Z" payload '{"sku": "b", "at": "2026-02-01", "size": "l", "n": 3}';
store visit for user:42 at "2026-01-02T09:00:00Z" payload '{"sku": "b", "at": "2026-02-01"}';
-- USING TIME, a field named time, and USING behind BY and PER
query sale since "2026-02-02" using time at return [n];
query sale since "2026-02-02" using time return [n];
query sale since "2026-02-02" using "time" return [n];
query sale count by sku using at since "2026-02-02";
query sale count per month using at by sku using at;
query sale count per month by sku using at;
query sale followed by visit linked by sku using time at count;
query sale preceded by visit linked by sku count;
-- two words for one thing
query sale where n <> 1 return [n];
query sale where n != 1 return [n];
find sale where sku = b return [n];
query sale order by n asc return ["n"];
query sale count, count n, count unique sale.sku, total n, avg sale.n, min n, max n;
query sale where size = null return [n];
-- contexts and words without case
replay for user:42 return [n];
rEpLaY sale fOr "user:42" sInCe 2026-01-02 rEtUrN [n];
QUERY sale FOR 'it''s' RETURN [n];
query sale for "it's" return [n];
/* in the midst */ query sale -- of a line
    where n = 1 return [n];
-- clauses in any order
query sale limit 1 offset 1 return [n] order by n desc where n > 0 for user:42;
query sale by sku total n where n > 0;
-- a name may begin with a digit, and have any in quotes
\set VERBOSITY terse
remember query sale count as 2026-totals;
show "2026-totals";
forget 2026-totals;
remember query sale as "AS as";
show "AS as";
forget "AS as";
remember find sale count by sku order by sku as per_sku;
show per_sku;
forget per_sku;
-- a field named time, and AS behind it
remember query sale count per day using time as daily;
show daily;
forget daily;
list remembered;
\set VERBOSITY default
-- several at once
batch [ ];
batch [ store sale for c at "2026-01-03" payload {"sku": "c"} \; ];
batch [ \; \; store sale for c at "2026-01-03" payload {"sku": "c"} \; \; ];
query sale where sku = c count;
-- users: keys and roles in either order, a right for several types, all of them taken
create user root with roles ["admin"] with key "r";
create user ann with roles ["reader", "writer"] with key a-1;
create user ben with key 'b' with roles [];
create user cat with roles [editor] with key "c";
grant read, write on sale, visit to ben;
show permissions for ben;
revoke write, read on visit from ben;
revoke on sale from ben, ann;
grant write on sale to ann;
show permissions for ben;
show permissions for ann;
show permissions for root;
list users;
rotate key cat with key "d";
revoke key cat;
list users;
retain visit 10 years;
retain visit '2 weeks';
retain visit forever;
list types;
help ping;
describe visit;
