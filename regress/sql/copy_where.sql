-- COPY FROM ... WHERE.  What temporary tables answer is PostgreSQL 15's.
\set VERBOSITY verbose
CREATE TEMP TABLE t (a int, b text DEFAULT 'none', c int CHECK (c < 100));
COPY t FROM STDIN WHERE a > 1;
1	one	1
2	two	2
3	three	\N
\N	none	4
\.
COPY t (a) FROM STDIN WHERE b = 'none' AND a <> 5;
4
5
6
\.
SELECT * FROM t ORDER BY a, b;
-- What is left out need not pass CHECK, but its fields must be values.
COPY t FROM STDIN WHERE c < 100;
7	seven	700
8	eight	8
\.
COPY t FROM STDIN WHERE a > 100;
9	nine	9
x	ten	10
\.
-- An error in the condition is one of its line.
COPY t FROM STDIN WHERE 10 / a > 1;
1	one	1
0	zero	0
\.
COPY t FROM STDIN WHERE 1 / 0 = 1;
COPY t FROM STDIN WHERE false;
1	one	1
\.
COPY t FROM STDIN WITH (FORMAT csv, HEADER) WHERE b LIKE 'e%' OR tableoid IS NULL;
a,b,c
20,"eleven, or so",1
21,twelve,2
\.
SELECT * FROM t ORDER BY a, b;
COPY t FROM STDIN WHERE 5;
COPY t FROM STDIN WHERE nope = 1;
COPY t FROM STDIN WHERE a = (SELECT 1);
COPY t FROM STDIN WHERE a IN (SELECT 1);
COPY t FROM STDIN WHERE max(a) = 1;
COPY t FROM STDIN WHERE row_number() OVER () = 1;
COPY t FROM STDIN WHERE generate_series(1, 2) = 1;
COPY t FROM STDIN WHERE a = $1;
COPY t TO STDOUT WHERE a = 1;
COPY t (nope) FROM STDIN WHERE 5;
-- Events.
CREATE TABLE paid (amount int NOT NULL, note text DEFAULT 'new', low bigint);
COPY paid (context_id, timestamp, amount) FROM STDIN WHERE amount > 10 AND note = 'new' AND context_id <> 'c3';
c1	2024-01-01 00:00:00Z	5
c2	2024-01-01 00:00:01Z	15
c3	2024-01-01 00:00:02Z	25
c4	2024-01-01 00:00:03Z	35
c5	2024-01-01 00:00:04Z	\N
\.
-- NOT NULL is asked of what passes.
COPY paid (context_id, timestamp, amount, note) FROM STDIN WHERE note IS NOT NULL;
c6	2024-01-01 00:00:05Z	\N	\N
c7	2024-01-01 00:00:06Z	45	kept
\.
COPY paid (context_id, timestamp, amount, note) FROM STDIN WHERE note IS NULL;
c6	2024-01-01 00:00:05Z	\N	\N
\.
COPY paid (context_id, timestamp, amount) FROM STDIN WHERE timestamp IS NOT NULL;
c8	\N	55
c9	2024-01-01 00:00:08Z	65
\.
COPY paid (context_id, amount) FROM STDIN WHERE event_id = 1;
COPY paid (context_id, amount) FROM STDIN WHERE ctid IS NULL;
COPY paid (context_id, amount) FROM STDIN WHERE timestamp > now();
c10	75
\.
SELECT context_id, event_id, amount, note FROM paid ORDER BY event_id;
CREATE TABLE seen (page text);
COPY events (event_type, context_id, timestamp, payload) FROM STDIN WHERE event_type = 'seen' OR (payload ->> 'amount')::int > 100;
seen	d1	2024-01-02 00:00:00Z	{"page": "a"}
paid	d1	2024-01-02 00:00:01Z	{"amount": 7}
paid	d1	2024-01-02 00:00:02Z	{"amount": 700}
nope	d1	2024-01-02 00:00:03Z	{}
seen	d2	2024-01-02 00:00:04Z	{"page": "b"}
\.
COPY events (event_type, context_id, payload) FROM STDIN WHERE timestamp = now() AND context_id = 'd3';
seen	d2	{"page": "c"}
seen	d3	{"page": "d"}
\.
COPY events (event_type, context_id, payload) FROM STDIN WHERE event_id = 1;
COPY events (event_type, context_id, payload) FROM STDIN WHERE version = 1;
COPY events (event_type, context_id, payload) FROM STDIN WHERE payload ->> 'a' = 'b';
seen	d4	{"page"
\.
SELECT event_type, context_id, payload FROM events ORDER BY event_id;
