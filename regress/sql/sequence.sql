-- Sequences of events: doc/sequences.md.
\set VERBOSITY verbose
DEFINE view FIELDS { "who": "string", "page": "string" };
DEFINE pay FIELDS { "who": "string", "amount": "int" };
INSERT INTO view (context_id, timestamp, who, page) VALUES ('v', '2026-01-01 10:00+00', 'ann', '/a'), ('v', '2026-01-01 10:05+00', 'ann', '/b');
STORE pay FOR p AT "2026-01-01T10:05:00Z" PAYLOAD { "who": "bob", "amount": 1 };
STORE view FOR v AT "2026-01-01T10:05:00Z" PAYLOAD { "who": "bob", "page": "/a" };
STORE pay FOR p AT "2026-01-01T10:09:00Z" PAYLOAD { "who": "ann", "amount": 2 };
STORE pay FOR p AT "2026-01-01T10:11:00Z" PAYLOAD { "who": "ann", "amount": 3 };

-- the example
QUERY view FOLLOWED BY pay LINKED BY who;
QUERY view FOLLOWED BY pay LINKED BY who WITHIN 5 MINUTES RETURN [amount];
QUERY view FOLLOWED BY view LINKED BY who COUNT;
QUERY pay PRECEDED BY view LINKED BY who RETURN [who];
QUERY view FOLLOWED BY pay LINKED BY who COUNT, COUNT UNIQUE who, AVG amount BY view.page;
SELECT view.who, pay.timestamp - view.timestamp AS took, amount FROM stele.sequence('view FOLLOWED BY pay LINKED BY who') ORDER BY view.event_id;

-- steps with names of their own
QUERY view AS first FOLLOWED BY view AS second LINKED BY who WHERE first.page = "/a" AND second.page = "/b" RETURN [page];
SELECT first.page, second.page, amount FROM stele.sequence('view AS first FOLLOWED BY view AS second FOLLOWED BY pay LINKED BY who');
QUERY view AS x FOLLOWED BY pay AS x LINKED BY who;
QUERY view AS first FOLLOWED BY pay LINKED BY who WHERE view.page = "/a";
QUERY view AS x;
SELECT 1 FROM stele.sequence('view AS x FOLLOWED BY view AS y LINKED BY who WHERE page = "/a"');

-- linked by the context, few contexts of many are looked up
CREATE TABLE seen (n int);
CREATE TABLE rare (n int);
INSERT INTO seen (context_id, timestamp, n) SELECT 'c' || (g % 1000), timestamptz '2026-01-01 00:00+00' + g * interval '1 second', g FROM generate_series(1, 30000) AS g;
INSERT INTO rare (context_id, timestamp, n) VALUES ('c7', '2026-01-01 01:00+00', 1), ('c8', '2026-01-01 01:00+00', 2), ('nobody', '2026-01-01 01:00+00', 3);
SELECT rare.n, seen.n FROM stele.sequence('rare FOLLOWED BY seen LINKED BY context_id') ORDER BY 1;
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) SELECT rare.n, seen.n FROM stele.sequence('rare FOLLOWED BY seen LINKED BY context_id WHERE seen.n < 20000');
BEGIN;
INSERT INTO seen (context_id, timestamp, n) VALUES ('nobody', '2026-01-01 02:00+00', -1), ('c7', '2026-01-01 01:00+00', -2), ('c9', '2026-01-01 01:00+00', -3);
SELECT rare.n, seen.n FROM stele.sequence('rare FOLLOWED BY seen LINKED BY context_id') ORDER BY 1;
SELECT rare.n, a.n, b.n FROM stele.sequence('rare FOLLOWED BY seen AS a FOLLOWED BY seen AS b LINKED BY context_id WHERE b.n > 0') ORDER BY 1;
ROLLBACK;
FLUSH;
SELECT rare.n, seen.n FROM stele.sequence('rare FOLLOWED BY seen LINKED BY context_id') ORDER BY 1;
SELECT rare.n, seen.n FROM stele.sequence('rare PRECEDED BY seen LINKED BY context_id WITHIN 1 HOUR') ORDER BY 1;
SET stele.enable_context_walk = off;
SELECT rare.n, seen.n FROM stele.sequence('rare FOLLOWED BY seen LINKED BY context_id') ORDER BY 1;
SELECT rare.n, seen.n FROM stele.sequence('rare PRECEDED BY seen LINKED BY context_id WITHIN 1 HOUR') ORDER BY 1;
-- of the events between two of the step before one is kept; times have many ties
DEFINE sa FIELDS {"u": "int", "n": "int"};
DEFINE sb FIELDS {"u": "int", "n": "int"};
DEFINE sc FIELDS {"u": "int", "n": "int"};
INSERT INTO sa (context_id, timestamp, u, n) SELECT 'u' || (g * 7919 % 13), timestamptz '2026-01-01 00:00+00' + (g * 31 % 97) * interval '1 second', g * 7919 % 13, g FROM generate_series(1, 300) AS g;
INSERT INTO sb (context_id, timestamp, u, n) SELECT 'u' || (g * 104729 % 13), timestamptz '2026-01-01 00:00+00' + (g * 57 % 101) * interval '1 second', g * 104729 % 13, g FROM generate_series(1, 500) AS g;
INSERT INTO sc (context_id, timestamp, u, n) SELECT 'u' || (g * 1299709 % 13), timestamptz '2026-01-01 00:00+00' + (g * 23 % 103) * interval '1 second', g * 1299709 % 13, g FROM generate_series(1, 400) AS g;
CREATE VIEW by_sequence AS SELECT sa.n AS a, sb.n AS b, sc.n AS c FROM stele.sequence('sa FOLLOWED BY sb FOLLOWED BY sc LINKED BY u');
CREATE VIEW by_context AS SELECT sa.n AS a, sb.n AS b, sc.n AS c FROM stele.sequence('sa FOLLOWED BY sb FOLLOWED BY sc LINKED BY context_id');
CREATE VIEW by_lateral AS SELECT sa.n AS a, b.n AS b, c.n AS c FROM sa CROSS JOIN LATERAL (SELECT * FROM sb WHERE sb.u = sa.u AND sb.timestamp >= sa.timestamp ORDER BY sb.timestamp, sb.event_id LIMIT 1) AS b CROSS JOIN LATERAL (SELECT * FROM sc WHERE sc.u = b.u AND sc.timestamp >= b.timestamp ORDER BY sc.timestamp, sc.event_id LIMIT 1) AS c;
CREATE VIEW back_by_sequence AS SELECT sa.n AS a, sb.n AS b, sc.n AS c FROM stele.sequence('sa PRECEDED BY sb PRECEDED BY sc LINKED BY u');
CREATE VIEW back_by_lateral AS SELECT sa.n AS a, b.n AS b, c.n AS c FROM sa CROSS JOIN LATERAL (SELECT * FROM sb WHERE sb.u = sa.u AND sb.timestamp <= sa.timestamp ORDER BY sb.timestamp DESC, sb.event_id DESC LIMIT 1) AS b CROSS JOIN LATERAL (SELECT * FROM sc WHERE sc.u = b.u AND sc.timestamp <= b.timestamp ORDER BY sc.timestamp DESC, sc.event_id DESC LIMIT 1) AS c;
SELECT count(*) > 200, count(*) = (SELECT count(*) FROM by_lateral), count(*) = (SELECT count(*) FROM by_context) FROM by_sequence;
(SELECT * FROM by_sequence EXCEPT SELECT * FROM by_lateral) UNION ALL (SELECT * FROM by_lateral EXCEPT SELECT * FROM by_context);
SELECT count(*) > 200, count(*) = (SELECT count(*) FROM back_by_lateral) FROM back_by_sequence;
SELECT * FROM back_by_sequence EXCEPT SELECT * FROM back_by_lateral;
SET stele.enable_sequence_nearest = off;
(SELECT * FROM by_sequence EXCEPT SELECT * FROM by_lateral) UNION ALL (SELECT * FROM by_lateral EXCEPT SELECT * FROM by_context);
SELECT * FROM back_by_sequence EXCEPT SELECT * FROM back_by_lateral;
SET stele.enable_sequence_nearest = on;
FLUSH;
(SELECT * FROM by_sequence EXCEPT SELECT * FROM by_lateral) UNION ALL (SELECT * FROM by_lateral EXCEPT SELECT * FROM by_context);
SELECT * FROM back_by_sequence EXCEPT SELECT * FROM back_by_lateral;
SET stele.enable_work_mem = off;
(SELECT * FROM by_sequence EXCEPT SELECT * FROM by_lateral) UNION ALL (SELECT * FROM by_lateral EXCEPT SELECT * FROM by_context);
SELECT * FROM back_by_sequence EXCEPT SELECT * FROM back_by_lateral;
