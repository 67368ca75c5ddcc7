-- A value of char(n) is equal to others, with more blanks at the end or fewer.  So what
-- is compared as char(n) is not looked for in an index of texts.  The rows of the same
-- statements are PostgreSQL 15's.
CREATE TABLE paid (context_id text, "timestamp" timestamptz, n int, v varchar(10), t text);
INSERT INTO paid (context_id, n, v, t) VALUES ('c1', 1, 'card', 'card'), ('c1 ', 2, 'card ', 'card '),
    ('c2', 3, 'cash', 'cash'), ('c3', 4, 'carda', 'carda');
PREPARE by_kind (bpchar) AS SELECT n FROM paid WHERE v = $1 ORDER BY n;
\set equal 'SELECT n FROM paid WHERE v = ''card''::char(6) ORDER BY n'
\set as_text 'SELECT n FROM paid WHERE t::bpchar = ''card  ''::bpchar ORDER BY n'
\set between 'SELECT n FROM paid WHERE t::bpchar > ''card   '' AND v::bpchar <= ''cash  '' ORDER BY n'
\set context 'SELECT n FROM paid WHERE context_id::bpchar = ''c1   '' ORDER BY n'
\set listed 'SELECT n FROM paid WHERE v::bpchar = ANY (''{card  ,x}''::bpchar[]) ORDER BY n'
-- in memory
:equal;
:as_text;
:between;
:context;
:listed;
EXECUTE by_kind ('card  ');
-- in a segment
CHECKPOINT;
:equal;
:as_text;
:between;
:context;
:listed;
EXECUTE by_kind ('card  ');
EXPLAIN (COSTS OFF) SELECT n FROM paid WHERE v = 'card'::char(6) AND t = 'card' AND context_id::varchar = 'c1';
-- relations that find what they are asked for
SELECT relname FROM pg_class WHERE relname::bpchar = 'paid  ';
SELECT relname FROM pg_class WHERE relname::bpchar IN ('paid  ', 'x');
SELECT relname FROM pg_class WHERE relname::bpchar = ANY ('{paid  ,x}'::bpchar[]);
SELECT relname FROM pg_class JOIN (VALUES ('paid  '::bpchar), ('x')) v (name) ON relname::bpchar = v.name;
-- which PostgreSQL does not have
SELECT count(*) FROM events WHERE event_type::bpchar = 'paid  ';
