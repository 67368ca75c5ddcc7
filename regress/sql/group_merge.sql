-- Groups of a context go from one segment's dictionary to the next by a merge, and EXPLAIN ANALYZE says so.
CREATE TABLE r (n int);
CREATE VIEW by_context AS SELECT context_id, count(*), sum(n) FROM r GROUP BY context_id;
INSERT INTO r (context_id, n) SELECT 'c' || g % 50, g FROM generate_series(1, 500) g;
-- In memory there are no dictionaries.
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT * FROM by_context \g |grep -c Merged
CHECKPOINT;
INSERT INTO r (context_id, n) SELECT 'c' || g % 60, g FROM generate_series(1, 600) g;
CHECKPOINT;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT * FROM by_context \g |grep -o 'Merged.*ies'
EXPLAIN (ANALYZE, COSTS OFF, FORMAT JSON) SELECT * FROM by_context \g |grep -o 'Dictionaries Merged.*'
EXPLAIN (ANALYZE, COSTS OFF, BUFFERS OFF, FORMAT JSON) SELECT * FROM by_context \g |grep -c Merged
-- With a key beside it, too.
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT context_id, n % 2, count(*) FROM r GROUP BY 1, 2 \g |grep -o 'Merged.*ies'
SELECT count(*), min(count), max(count), sum(sum) FROM by_context;
