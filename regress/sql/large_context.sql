-- A context with more rows in a segment than are looked for at once: its rows are
-- found as they are read.  Every third row is another's.
CREATE TABLE t (n bigint);
CREATE TABLE u (n bigint);
INSERT INTO t (context_id, n)
	SELECT CASE WHEN g % 3 = 0 THEN 'small-' || g % 999 ELSE 'large' END, g
	FROM generate_series(1, 800000) g;
INSERT INTO u (context_id, n) VALUES ('large', -1);
FLUSH;
SELECT count(*), sum(n), min(n), max(n) FROM t WHERE context_id = 'large';
SELECT count(*), sum(n) FROM t WHERE context_id = 'small-0';
SELECT n FROM t WHERE context_id = 'large' ORDER BY event_id LIMIT 3;
SELECT n FROM t WHERE context_id = 'large' ORDER BY event_id DESC LIMIT 3;
SELECT n FROM t WHERE context_id = 'large' ORDER BY event_id OFFSET 400000 LIMIT 2;
SELECT count(*), min(n), max(n) FROM t
	WHERE context_id = 'large'
	AND event_id > (SELECT event_id FROM t WHERE n = 400000)
	AND event_id <= (SELECT event_id FROM t WHERE n = 400300);
SELECT count(*), count(DISTINCT n), sum(n) FROM t
	WHERE context_id = 'large' AND n BETWEEN 700000 AND 700009;
SELECT count(*), sum((payload->>'n')::bigint) FROM events WHERE context_id = 'large';
-- in the order of the story, whatever the type
SELECT count(*), count(*) FILTER (WHERE n > before) AS ascending, max(n)
	FROM (SELECT n, lag(n) OVER (ORDER BY event_id) AS before
		FROM t WHERE context_id = 'large') s;
REPLAY t FOR large SINCE "2999-01-01";
