-- Statements with a row each, in transactions: gathered before they are
-- encoded, and seen, counted, taken back and stored as all others.
\set VERBOSITY terse
CREATE TABLE a (n int NOT NULL, note varchar(5), price numeric(6, 2) DEFAULT 1.5);
CREATE TABLE b (n int, doc jsonb);

-- What a transaction sees of itself, in order, of two types by turns
BEGIN;
INSERT INTO a (context_id, n, note) VALUES ('x', 1, 'one');
INSERT INTO a (context_id, timestamp, n) VALUES ('y', '2026-01-02 03:04:05+00', 2);
STORE b FOR x PAYLOAD '{"n": 3, "doc": {"k":  [1,2]}}';
SELECT context_id, event_id, n, note, price FROM a;
INSERT INTO b (context_id, doc) VALUES ('y', NULL);
STORE a FOR y PAYLOAD '{"n": 5, "price": 7.25}';
SELECT event_type, context_id, payload FROM events;

-- Back to a savepoint, twice, and rows after it
SAVEPOINT s;
INSERT INTO a (context_id, n) VALUES ('gone', 6);
STORE b FOR gone PAYLOAD '{"n": 6}';
ROLLBACK TO s;
INSERT INTO a (context_id, n) VALUES ('gone', 7);
ROLLBACK TO s;
INSERT INTO b (context_id, n) VALUES ('z', 8);
SAVEPOINT t;
INSERT INTO a (context_id, n, note) VALUES ('gone', 9, 'too long');
ROLLBACK TO t;
INSERT INTO a (context_id, n) VALUES ('gone', NULL);
ROLLBACK TO t;
STORE a FOR gone PAYLOAD '{"n": 9, "what": 1}';
ROLLBACK TO t;
INSERT INTO a (context_id, n, note) SELECT context_id, n + 10, 'more' FROM b WHERE n = 8;
ALTER TABLE a ADD COLUMN extra text DEFAULT 'e';
INSERT INTO a (context_id, n) VALUES ('z', 10);
COMMIT;
SELECT event_id, context_id, n, note, price, extra FROM a ORDER BY event_id;
SELECT event_id, context_id, n, doc FROM b ORDER BY event_id;

-- What is refused
INSERT INTO a (context_id, n) VALUES (NULL, 1);
INSERT INTO a (context_id, timestamp, n) VALUES ('x', NULL, 1);
INSERT INTO a (context_id, n, price) VALUES ('x', 1, 12345);
INSERT INTO a (context_id, n) VALUES (repeat('x', 1025), 1);
INSERT INTO a (context_id, n) VALUES ('x', 99999999999);
STORE a FOR x PAYLOAD null;
STORE a FOR x PAYLOAD '{"n": 1.5}';

-- More than are gathered at a time
BEGIN;
\set ECHO none
\o /dev/null
SELECT format('INSERT INTO b (context_id, n) VALUES (%L, %s)', 'many-' || i % 7, i)
FROM generate_series(1, 1100) AS i
\gexec
\o
\set ECHO all
SELECT count(*), sum(n), min(n), max(n) FROM b WHERE context_id LIKE 'many-%';
COMMIT;
SELECT count(*), sum(n), count(DISTINCT event_id), max(event_id) - min(event_id) AS span FROM b WHERE context_id LIKE 'many-%';
SELECT n FROM b WHERE context_id = 'many-3' ORDER BY event_id LIMIT 3;
