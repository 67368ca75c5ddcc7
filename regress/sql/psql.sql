-- What psql does with results: described, kept, run, crossed, fetched in pieces.
CREATE TYPE status AS ENUM ('new', 'paid');
CREATE TABLE payment (amount numeric(10,2) NOT NULL, st status DEFAULT 'new', note varchar(20));
INSERT INTO payment (context_id, timestamp, amount, st, note) VALUES
    ('a', '2026-01-02 10:00Z', 19.90, 'paid', 'card'),
    ('b', '2026-01-02 10:01Z', 5, 'new', NULL),
    ('a', '2026-01-02 10:02Z', 100, 'new', 'cash');

-- \gdesc describes without running.
SELECT *, amount * 2, count(*) OVER (), 'x', NULL, ARRAY[1], 1 / 0 AS never FROM payment \gdesc
SELECT $1::status AS s, now() - '2026-01-01' AS age, row(1, 'a') \gdesc
INSERT INTO payment (context_id, amount) VALUES ('c', 1) RETURNING event_id, st \gdesc
CREATE TABLE nothing (a int) \gdesc
SELECT nothing \gdesc
SELECT count(*) FROM payment;

-- \gset, variables in each quotation, \if.
SELECT count(*) AS n, max(note) AS word, min(note) FILTER (WHERE false) AS none FROM payment \gset p_
\echo :p_n :p_word :{?p_none} :ROW_COUNT :SQLSTATE :ERROR
SELECT :p_n + 1 AS one_more, :'p_word' AS word, "amount" AS :"p_word" FROM payment WHERE amount = 5;
SELECT 1 / 0;
\echo :ERROR :SQLSTATE :LAST_ERROR_MESSAGE
\if :ERROR
\echo it failed
\endif

-- \gexec runs each value that a query gives.
SELECT format('SELECT count(*) AS %I FROM payment WHERE st = %L', v, v) FROM unnest(enum_range(NULL::status)) AS v \gexec
SELECT 'BEGIN', NULL, 'SELECT 1 / 0', 'ROLLBACK' \gexec

-- \crosstabview, \gx, \g with options and a pipe.
SELECT context_id, st, sum(amount) FROM payment GROUP BY 1, 2 ORDER BY 1, 2 \crosstabview
SELECT event_id, amount, note FROM payment WHERE event_id = 1 \gx
SELECT note FROM payment ORDER BY event_id \g (format=csv null=none)
SELECT 2 AS a \; SELECT 3 AS b;
SELECT 'piped' \g (format=unaligned tuples_only=on) | tr a-z A-Z

-- Rows in pieces, through a cursor of psql's own.
\set FETCH_COUNT 2
SELECT event_id, amount FROM payment ORDER BY event_id;
SELECT 10 / (2 - g) AS q FROM generate_series(1, 4) AS g;
\unset FETCH_COUNT

-- An error takes back its statement alone.
\set ON_ERROR_ROLLBACK on
BEGIN;
INSERT INTO payment (context_id, amount) VALUES ('d', 1);
INSERT INTO payment (context_id, amount) VALUES ('d', 'x');
SELECT count(*) FROM payment;
ROLLBACK;
\unset ON_ERROR_ROLLBACK
\set AUTOCOMMIT off
INSERT INTO payment (context_id, amount) VALUES ('e', 1);
ROLLBACK;
\set AUTOCOMMIT on
SELECT count(*) FROM payment;

-- Errors in other words, the encoding, other formats.
SELECT nothing
  FROM payment;
\set VERBOSITY sqlstate
SELECT nothing FROM payment;
\set VERBOSITY default
\set SHOW_CONTEXT always
COPY payment (context_id, amount) FROM STDIN;
a	1
a	x
\.
\encoding
\encoding UTF8
\pset null NULL
\x auto
SELECT note FROM payment WHERE note IS NULL;
\t on
\a
SELECT note, st FROM payment ORDER BY event_id;
\o /dev/null
SELECT 'not shown';
\o
\qecho shown
