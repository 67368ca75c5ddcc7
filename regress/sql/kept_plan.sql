-- a plan outlives refreshes, and reads what is kept by now; it is made anew where
-- a query cannot be read any more
CREATE TABLE tick (n int);
INSERT INTO tick (context_id, n) VALUES ('a', 1), ('b', 2);
CREATE MATERIALIZED VIEW tick_sum AS SELECT sum(n) FROM tick;
CREATE MATERIALIZED VIEW tick_low AS SELECT context_id, n FROM tick WHERE n < 5;
PREPARE tick_sum AS SELECT * FROM tick_sum;
PREPARE tick_low AS SELECT context_id, n FROM tick_low ORDER BY n;
PREPARE kept AS SELECT name, row_count FROM stele.remembered WHERE name LIKE 'tick%' ORDER BY 1;
EXECUTE tick_sum;
EXECUTE tick_low;
EXECUTE kept;
INSERT INTO tick (context_id, n) VALUES ('c', 3), ('d', 9);
EXECUTE tick_sum;
REFRESH MATERIALIZED VIEW tick_sum;
REFRESH MATERIALIZED VIEW tick_low;
EXECUTE tick_sum;
EXECUTE tick_low;
EXECUTE kept;
REFRESH MATERIALIZED VIEW tick_low WITH NO DATA;
EXECUTE tick_low;
REFRESH MATERIALIZED VIEW tick_low;
EXECUTE tick_low;
DEALLOCATE ALL;
DROP MATERIALIZED VIEW tick_sum, tick_low;
DROP TABLE tick;
