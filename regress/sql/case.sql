-- CASE x WHEN: x is computed once.  Every answer is PostgreSQL's.
\pset null ~
\set VERBOSITY terse
SELECT count(*) FROM generate_series(1, 10000)
    WHERE CASE floor(random() * 3)::int WHEN 0 THEN 'a' WHEN 1 THEN 'b' WHEN 2 THEN 'c' END IS NULL;
SELECT count(*) FROM generate_series(1, 10000) i
    WHERE CASE i % 2 + floor(random() * 2)::int WHEN 0 THEN 1 WHEN 1 THEN 2 WHEN 2 THEN 3 ELSE 4 END = 4;
CREATE TEMP SEQUENCE numbers;
SELECT CASE nextval('numbers') WHEN 3 THEN 'three' WHEN 2 THEN 'two' WHEN 1 THEN 'one' END FROM generate_series(1, 4);
SELECT currval('numbers');
SELECT x, CASE x WHEN 1 THEN 'one' WHEN nextval('numbers') - 4 THEN 'next' WHEN 3 THEN 'three' END FROM generate_series(1, 4) x;
SELECT currval('numbers');

-- what is behind the one that is taken is not computed, whatever is compared
SELECT x, CASE x * 2 WHEN 2 THEN 10 / x WHEN 4 / (x - 1) THEN 20 / (x - 1) ELSE 30 / (x - 3 + x % 3) END FROM (VALUES (1), (2), (4)) v (x);
SELECT x, CASE x WHEN 0 THEN 'none' WHEN 10 / x THEN 'root' END FROM (VALUES (0), (3), (NULL)) v (x);
SELECT CASE 2 WHEN 2 THEN 1 ELSE 1 / 0 END, CASE 2 WHEN 3 THEN 1 / 0 ELSE 4 END, CASE 1 + 1 WHEN 2 THEN 5 WHEN 1 / 0 THEN 6 END;
SELECT CASE 2 WHEN 1 / 0 THEN 1 END;
SELECT CASE x WHEN 3 THEN 1 / 0 ELSE 4 END FROM generate_series(1, 2) x;

-- nested ones, in every part
SELECT x, CASE CASE x % 4 WHEN 0 THEN 'a' WHEN 1 THEN 'b' END
    WHEN CASE x WHEN 4 THEN 'a' WHEN 5 THEN 'c' END THEN CASE x WHEN 4 THEN 1 ELSE 2 END
    WHEN 'b' THEN CASE WHEN x = 5 THEN CASE x / 5 WHEN 1 THEN 5 END ELSE 3 END
    ELSE CASE x WHEN 6 THEN 6 END END
FROM generate_series(3, 9) x;
SELECT CASE 1 WHEN CASE x WHEN 1 THEN 1 ELSE 2 END THEN 'one' WHEN CASE x WHEN 2 THEN 1 END THEN 'two' END FROM generate_series(1, 3) x;

-- types: each comparison has its own operator
SELECT x, CASE x WHEN 1 THEN 'int' WHEN 2.5 THEN 'numeric' WHEN 3::bigint THEN 'bigint' WHEN '4' THEN 'text' END
FROM (VALUES (1), (2), (3), (4)) v (x);
SELECT CASE 'b' WHEN 'a' THEN 1 WHEN 'b' THEN 2 END, CASE NULL WHEN NULL THEN 1 ELSE 2 END, CASE NULL::int WHEN 1 THEN 1 END;
SELECT CASE 'b'::char(3) WHEN 'b' THEN 1 END, CASE ARRAY[1, 2] WHEN '{1,2}' THEN 1 END, CASE '{"a": 1}'::jsonb WHEN '{"a":1}' THEN 1 END;
SELECT CASE ROW(1, 'a'::text) WHEN ROW(1, 'b'::text) THEN 1 WHEN ROW(1, 'a'::text) THEN 2 END, CASE ROW(x, x) WHEN ROW(2, 2) THEN 1 END FROM generate_series(1, 2) x;
SELECT CASE t WHEN t THEN 1 END, CASE t WHEN ROW(1, 2) THEN 1 END FROM (VALUES (1, 2)) t (a, b);
SELECT CASE 1 WHEN 'a' THEN 1 END;
SELECT CASE 1 WHEN true THEN 1 END;
SELECT CASE x COLLATE "C" WHEN 'a' COLLATE "POSIX" THEN 1 END FROM (VALUES ('a')) v (x);
PREPARE by_param AS SELECT x, CASE $1::int WHEN x THEN 'is' WHEN 2 THEN 'two' ELSE 'is not' END,
    CASE x + $1 WHEN 3 THEN 'three' END FROM generate_series(1, 2) x;
EXECUTE by_param(1);
EXECUTE by_param(2);
EXECUTE by_param(NULL);
PREPARE by_text AS SELECT CASE $1 WHEN 'a' THEN 1 WHEN 'b' THEN 2 END, CASE $2::int WHEN 1 THEN 10 / $2 WHEN 0 THEN 20 END;
EXECUTE by_text('b', 1);
EXECUTE by_text('c', 0);

-- groups, windows, subqueries, conditions, order
SELECT CASE x % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' END AS k, count(*), CASE sum(x) WHEN 18 THEN 'all' WHEN count(*) THEN 'n' END
FROM generate_series(1, 9) x GROUP BY CASE x % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' END ORDER BY 1;
SELECT x % 2, CASE x % 2 WHEN 1 THEN count(*) WHEN 0 THEN max(x) END FROM generate_series(1, 5) x GROUP BY x % 2 ORDER BY 1;
SELECT CASE x % 2 WHEN y THEN 1 END FROM generate_series(1, 2) x, generate_series(1, 2) y GROUP BY x % 2;
SELECT x, CASE row_number() OVER (ORDER BY x DESC) WHEN 1 THEN 'last' WHEN x THEN 'middle' END FROM generate_series(1, 3) x ORDER BY x;
SELECT x, CASE (SELECT count(*) FROM generate_series(1, x)) WHEN 1 THEN 'one' WHEN (SELECT 2) THEN 'two' END FROM generate_series(1, 3) x;
SELECT x FROM generate_series(1, 4) x WHERE CASE x % 2 WHEN 1 THEN x > 1 WHEN (SELECT 0) THEN x < 3 END ORDER BY CASE x + 0 WHEN 3 THEN 0 ELSE 1 END;
SELECT a.x, b.x FROM generate_series(1, 3) a(x) LEFT JOIN generate_series(2, 4) b(x) ON b.x = a.x
WHERE CASE b.x + 0 WHEN 2 THEN true ELSE b.x IS NULL END ORDER BY 1;
SELECT x FROM generate_series(1, 3) x LIMIT CASE 1 + length(current_schema()) WHEN 7 THEN 2 ELSE 1 END;
SELECT f(x) FROM (SELECT CASE x WHEN 1 THEN generate_series(1, 2) END FROM generate_series(1, 2) x) f (x);

-- written down again
CREATE TEMP TABLE ct (a int CHECK (CASE a % 10 WHEN 1 THEN a > 10 WHEN 2 THEN false ELSE true END), b text DEFAULT CASE 1 + 1 WHEN 2 THEN 'two' END);
INSERT INTO ct VALUES (11), (3) RETURNING b, CASE a + 0 WHEN 11 THEN 'eleven' END;
INSERT INTO ct VALUES (12);
UPDATE ct SET b = CASE length(b) WHEN 3 THEN 'x' ELSE 'y' END WHERE CASE a * 1 WHEN 3 THEN true END RETURNING *;
CREATE TEMP VIEW cv AS SELECT CASE a WHEN 1 THEN 2.5 WHEN 2 THEN 3 ELSE NULL END AS x, CASE a + 1 WHEN 12::bigint THEN b END AS y FROM ct;
SELECT * FROM cv ORDER BY 2;
SELECT pg_get_viewdef('cv'::regclass);
