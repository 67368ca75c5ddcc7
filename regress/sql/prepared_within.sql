-- EXPLAIN EXECUTE and CREATE TABLE AS EXECUTE.
\set VERBOSITY verbose
CREATE TABLE paid (amount int, note text);
STORE paid FOR c1 PAYLOAD {"amount": 5, "note": "a"};
STORE paid FOR c2 PAYLOAD {"amount": 15, "note": "b"};
STORE paid FOR c2 PAYLOAD {"amount": 25, "note": "c"};
PREPARE above (int) AS SELECT amount, note FROM paid WHERE amount > $1 ORDER BY amount;
PREPARE plain AS SELECT 1 AS one, 'x'::text AS two;
PREPARE adds (int) AS INSERT INTO paid (context_id, amount) VALUES ('c3', $1);
EXPLAIN (COSTS off) EXECUTE plain;
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) EXECUTE above (10);
EXPLAIN (COSTS off) EXECUTE above (5 + 5);
EXPLAIN (COSTS off, FORMAT json) EXECUTE plain \gdesc
EXPLAIN (COSTS off, FORMAT json) EXECUTE plain;
EXPLAIN (COSTS off) EXECUTE adds (1);
EXPLAIN EXECUTE above;
EXPLAIN EXECUTE above ('x');
EXPLAIN EXECUTE above (1, 2);
EXPLAIN EXECUTE nope;
EXPLAIN (NOPE) EXECUTE plain;
EXPLAIN (ANALYZE) EXECUTE adds (1);
CREATE TEMP TABLE t AS EXECUTE above (10);
SELECT * FROM t ORDER BY amount;
CREATE TEMP TABLE t AS EXECUTE above (10);
CREATE TEMP TABLE IF NOT EXISTS t AS EXECUTE above (0);
CREATE TEMP TABLE named (x, y) AS EXECUTE above (0) WITH NO DATA;
SELECT * FROM named;
CREATE TEMP TABLE more (x, y, z) AS EXECUTE above (0);
CREATE TEMP TABLE added AS EXECUTE adds (0);
CREATE TEMP TABLE nothing AS EXECUTE nope;
CREATE TABLE lasting AS EXECUTE plain;
-- What is prepared is asked for when it runs.
BEGIN;
CREATE TEMP TABLE gone ON COMMIT DROP AS EXECUTE plain;
SELECT * FROM gone;
COMMIT;
DEALLOCATE above;
EXPLAIN EXECUTE above (1);
PREPARE above AS SELECT count(*) FROM paid;
CREATE TEMP TABLE counted AS EXECUTE above;
SELECT * FROM counted;
