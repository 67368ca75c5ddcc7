-- COPY in both directions: the answers are PostgreSQL 15's but for what stands behind "only here".
\set VERBOSITY verbose
set time zone 'UTC';
create type mood as enum ('sad', 'ok');
create table cp (context_id text not null, "timestamp" timestamptz not null, i int, n numeric(6,2), f float8,
    s text, v varchar(4), ok boolean, d date, at timestamptz, u uuid, j jsonb, m mood);
-- text: escapes, nulls, the end
copy cp (context_id, "timestamp", i, s) from stdin;
c	2026-01-01	1	plain
c	2026-01-01	2	tab\there, newline\nhere, backslash\\here, octal\101, hex\x41\x4a, quoted\q
c	2026-01-01	\N	\N
c	2026-01-01	4	
c	2026-01-01	5	a\	b
c	2026-01-01	6	a\
b
\.
select i, s, length(s) from cp order by i;
copy (select i, s from cp order by i) to stdout;
copy cp (context_id, "timestamp", i, n, f, s, v, ok, d, at, u, j, m) from stdin;
t	2026-01-02 03:04:05.678901+02	-7	-12.345	1e-3	Ωμέγα	abcd	t	1999-12-31	2026-01-01 00:00:00Z	a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11	{"b": [1, 2], "a": null}	ok
t	epoch	2147483647	9999.99	NaN	'	ab  	off	infinity	-infinity	A0EEBC999C0B4EF8BB6D6BB9BD380A12	"x\\ty"	sad
\.
select "timestamp", i, n, f, s, v, ok, d, at, u, j, m from cp where context_id = 't' order by i;
copy (select i, n, f, s, v, ok, d, at, u, j, m from cp where context_id = 't' order by i) to stdout;
copy (select i, n, f, s, v, ok, d, at, u, j, m from cp where context_id = 't' order by i) to stdout (format csv, header);
-- delimiter, null, header
copy cp (context_id, "timestamp", i, s) from stdin with (delimiter '|', null 'none');
d|2026-01-03|10|none
d|2026-01-03|none|a\|b
d|2026-01-03|11|\N
\.
copy cp (context_id, "timestamp", i, s) from stdin with delimiter ',' null '';
d,2026-01-03,12,
d,2026-01-03,,\,
\.
copy cp (context_id, "timestamp", i, s) from stdin (header);
any	thing	in	here
d	2026-01-03	13	with a header
\.
copy cp (context_id, "timestamp", i, s) from stdin (header match);
context_id	timestamp	i	s
d	2026-01-03	14	names match
\.
select i, s from cp where context_id = 'd' order by i, s;
copy (select i, s from cp where context_id = 'd' order by i, s) to stdout with (delimiter '|', null 'none', header);
-- csv: quotes, newlines, nulls and empty strings
copy cp (context_id, "timestamp", i, s) from stdin (format csv);
e,2026-01-04,20,plain
e,2026-01-04,21,"quoted, ""twice""
and on"
e,2026-01-04,22,
e,2026-01-04,23,""
"e","2026-01-04","24","\N"
e,2026-01-04,25,a "b" c
e,2026-01-04,26,  blanks  
\.
copy cp (context_id, "timestamp", i, s) from stdin (format csv, header, delimiter ';', quote '''', escape '\', null 'NULL');
whatever;x;y;z
e;2026-01-04;27;'a\'b;c'
e;2026-01-04;NULL;NULL
e;2026-01-04;28;'NULL'
\.
copy cp (context_id, "timestamp", i, s) from stdin (format csv, force_not_null (s), force_null (i));
e,2026-01-04,"",
e,2026-01-04,29,
\.
select i, s, s is null as is_null from cp where context_id = 'e' order by i, s;
copy (select i, s from cp where context_id = 'e' order by i, s) to stdout (format csv, header);
copy (select i, s from cp where context_id = 'e' order by i, s) to stdout (format csv, force_quote *, null 'NULL', delimiter ';');
copy (select i, s from cp where context_id = 'e' order by i, s) to stdout (format csv, quote '|', escape '!');
copy (select 1, 'a' as "b c", null, true) to stdout csv header;
-- nothing
copy cp (context_id, "timestamp", i) from stdin;
\.
copy cp (context_id, "timestamp", i) from stdin (format csv, header);
a,b,c
\.
select count(*) from cp;
-- what is refused
copy nosuch from stdin;
copy cp (context_id, nosuch) from stdin;
copy cp (context_id, "timestamp", i, i) from stdin;
copy cp (context_id, "timestamp", i) from stdin;
x	2026-01-05
\.
copy cp (context_id, "timestamp", i) from stdin;
x	2026-01-05	1	2
\.
copy cp (context_id, "timestamp", i) from stdin;
x	2026-01-05	1
x	2026-01-05	one
\.
copy cp (context_id, "timestamp", i) from stdin;
x	2026-01-05	1
x	2026-01-05	2147483648
\.
copy cp (context_id, "timestamp", i) from stdin;
x	not a time	1
\.
copy cp (context_id, "timestamp", v) from stdin;
x	2026-01-05	abcde
\.
copy cp (context_id, "timestamp", n) from stdin;
x	2026-01-05	12345
\.
copy cp (context_id, "timestamp", m) from stdin;
x	2026-01-05	glad
\.
copy cp (context_id, "timestamp", j) from stdin;
x	2026-01-05	{"a":
\.
copy cp (context_id, "timestamp", i) from stdin (format csv);
x,2026-01-05,"1
\.
copy cp (context_id, "timestamp", i) from stdin (header match);
context_id	timestamp	n
\.
copy cp (context_id) from stdin (format xml);
copy cp (context_id) from stdin (delimiter 'ab');
copy cp (context_id) from stdin (delimiter E'\n');
copy cp (context_id) from stdin (delimiter 'a');
copy cp (context_id) from stdin (quote '"');
copy cp (context_id) from stdin (format csv, quote '""');
copy cp (context_id) from stdin (format csv, quote ',', delimiter ',');
copy cp (context_id) from stdin (nosuch);
copy cp (context_id) from stdin (format csv, format csv);
copy cp (context_id) from stdin (null E'a\nb');
copy (select 1) from stdin;
copy (select nosuch from cp) to stdout;
copy (select 1 / 0) to stdout;
select count(*) from cp where context_id = 'x';
drop table cp;
drop type mood;
-- only here: event_id, columns that are left out, the relation events
create table cpa (amount numeric(10,2) not null, note text default 'none');
create table cpb (flag boolean, at timestamptz, kind text);
copy cpa from stdin;
o1	2026-03-01	10.5	first
o2	2026-03-02	11	\N
\.
copy cpa (context_id, amount) from stdin;
o3	12
\.
copy cpa (amount, context_id, "timestamp") from stdin;
13	o4	2026-03-03
\.
select context_id, amount, note from cpa order by event_id;
copy cpa (context_id, amount, note) to stdout;
copy cpa (note, amount) to stdout (format csv, header);
copy cpa (event_id, context_id, amount) from stdin;
copy cpa (context_id) from stdin;
o5
\.
copy cpa (context_id, "timestamp", amount) from stdin;
o5	\N	1
\.
copy cpa (context_id, amount) from stdin;
\N	1
\.
copy events (event_type, context_id, "timestamp", payload) from stdin;
cpb	o1	2026-03-04	{"flag": true, "at": "2026-03-04T05:06:07+02:00", "kind": "a\\tb"}
cpa	o1	2026-03-05	{"amount": 14, "note": null}
cpb	o2	2026-03-06	{}
\.
copy events (event_type, context_id, "timestamp", payload) from stdin (format csv, header);
event_type,context_id,timestamp,payload
cpa,o1,2026-03-07,"{""amount"": ""15.50""}"
\.
select event_type, context_id, "timestamp", payload from events where "timestamp" >= '2026-03-01' and event_type in ('cpa', 'cpb') and context_id in ('o1', 'o2') order by event_id;
copy (select event_type, payload from events where event_type = 'cpb' order by event_id) to stdout;
copy events (event_type, context_id, "timestamp", payload) from stdin;
nosuch	o1	2026-03-04	{}
\.
copy events (event_type, context_id, "timestamp", payload) from stdin;
cpa	o1	2026-03-04	{"amount": 1}
cpa	o1	2026-03-04	{"amount": "many"}
\.
copy events (event_type, context_id, "timestamp", payload) from stdin;
cpa	o1	2026-03-04	{"amount": 1, "colour": "red"}
\.
copy events (event_type, context_id, "timestamp", payload) from stdin;
cpa	o1	2026-03-04	{"note": "no amount"}
\.
copy events (event_type, context_id, "timestamp", payload) from stdin;
cpa	o1	2026-03-04	[1]
\.
copy events (event_type, context_id, "timestamp", payload) from stdin;
cpa	o1	2026-03-04	\N
\.
copy events (event_type, context_id, "timestamp", payload) from stdin;
\N	o1	2026-03-04	{}
\.
copy events (event_type, payload) from stdin;
copy events (event_id, event_type, context_id, payload) from stdin;
copy events (event_type, context_id, payload, version) from stdin;
copy events (event_type, context_id, payload, nosuch) from stdin;
select count(*) from cpa;
copy cpa from '/etc/passwd';
copy cpa to '/tmp/out';
copy cpa from program 'true';
drop table cpa;
drop table cpb;
