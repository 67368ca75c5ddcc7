-- COLLATE: all text is ordered by its bytes, whatever its collation is called.
\set VERBOSITY verbose
SELECT x FROM (VALUES ('b'), ('B'), ('a'), ('é')) v (x) ORDER BY x COLLATE "C";
SELECT x FROM (VALUES ('b'), ('B'), ('a')) v (x)
    ORDER BY x COLLATE pg_catalog.default DESC, x COLLATE "ucs_basic";
SELECT 'a' COLLATE "C" < 'B', 'a' < 'B' COLLATE "POSIX", ('a' COLLATE "C.utf8") || 'x' AS concat,
    '5' COLLATE "C" AS text, upper('x' COLLATE "C") AS upper;
SELECT x COLLATE "C", count(*) FROM (VALUES ('b'), ('a'), ('b')) v (x) GROUP BY x COLLATE "C" ORDER BY 1;
SELECT 'account' OPERATOR(pg_catalog.~) '^(account)$' COLLATE pg_catalog.default AS matches;
SELECT '2' COLLATE "C" + 1 AS literal;
SELECT ARRAY['b', 'a'] COLLATE "C" AS list, 'x' COLLATE "C" = ANY (ARRAY['x', 'y']) AS any;

-- Who says what a value's collation is.
SELECT COLLATION FOR ('a'), COLLATION FOR ('a'::text), pg_collation_for('a'::name),
    COLLATION FOR ('a' COLLATE "C"), COLLATION FOR (ARRAY['a'] COLLATE ucs_basic);
SELECT COLLATION FOR ('a' || ('b' COLLATE "C")) AS explicit, COLLATION FOR ('a'::name || 'b'::text) AS implicit,
    COLLATION FOR (('a' COLLATE "C") COLLATE "POSIX") AS outer,
    COLLATION FOR (CASE 'a' COLLATE "C" WHEN 'a' THEN 'x' ELSE 'y' END) AS case,
    COLLATION FOR (coalesce(NULL, 'a' COLLATE "POSIX")) AS coalesce,
    COLLATION FOR (lower(('a' COLLATE "C")::varchar)) AS cast;
SELECT DISTINCT COLLATION FOR (x) AS x, COLLATION FOR (y) AS y, COLLATION FOR (z) AS z
    FROM (SELECT 'a' COLLATE "C" AS x, 'b'::text AS y, 'a'::name AS z) s;
SELECT COLLATION FOR (x) FROM (SELECT 'a' COLLATE "C" UNION ALL SELECT 'b'::text) s (x);
WITH w AS (SELECT 'a' COLLATE "POSIX" AS x) SELECT COLLATION FOR (x || 'b') FROM w;
SELECT COLLATION FOR (x) FROM (VALUES ('a' COLLATE "C"), ('b')) v (x);
SELECT COLLATION FOR (max(x COLLATE "C")), COLLATION FOR (max(x)), COLLATION FOR ((SELECT 'a' COLLATE "C"))
    FROM (VALUES ('a'), ('b')) v (x);
SELECT COLLATION FOR (first_value(x COLLATE "C") OVER (ORDER BY x COLLATE "POSIX")) FROM (VALUES ('a'), ('b')) v (x);

-- What may not be.
SELECT 'a' COLLATE "xx_YY";
SELECT 'a' COLLATE public."C";
SELECT 1 COLLATE "C";
SELECT COLLATION FOR (1);
SELECT '{}'::jsonb COLLATE "C";
SELECT ('a' COLLATE "C") || ('b' COLLATE "POSIX");
SELECT 'a' COLLATE "C" = 'b' COLLATE "POSIX";
SELECT 'a' COLLATE "C" IN ('a', 'b' COLLATE "POSIX");
SELECT CASE WHEN 'a' COLLATE "C" < 'b' THEN 'x' COLLATE "POSIX" END;
SELECT coalesce('a' COLLATE "C", 'b' COLLATE "POSIX");
SELECT 'a' COLLATE "C" UNION SELECT 'a' COLLATE "POSIX";
SELECT string_agg(x COLLATE "C", ',' COLLATE "POSIX") FROM (VALUES ('a')) v (x);
SELECT max(x COLLATE "C") < min(x COLLATE "POSIX") FROM (VALUES ('a')) v (x);

-- Columns.
CREATE TABLE visit (page text COLLATE "C", note varchar(9) COLLATE pg_catalog."default" NOT NULL);
CREATE TABLE other (n int COLLATE "C");
CREATE TABLE other (page text COLLATE "xx_YY");
ALTER TABLE visit ADD COLUMN place text COLLATE "POSIX";
INSERT INTO visit (context_id, page, note, place) VALUES ('u1', 'b', 'x', 'Q'), ('u2', 'A', 'y', 'p'), ('u1', 'a', 'z', 'P');
SELECT page, place COLLATE "C" FROM visit WHERE page >= 'a' COLLATE "C" ORDER BY page COLLATE "POSIX";
SELECT page FROM visit ORDER BY place COLLATE "C" LIMIT 2;
SELECT page, string_agg(place, ',' ORDER BY place COLLATE "C" DESC) FROM visit GROUP BY page ORDER BY page COLLATE "C";
SELECT * FROM jsonb_to_record('{"a": "x"}') AS r (a text COLLATE "C");
DROP TABLE visit;

-- Operators by their whole names.
SELECT 1 OPERATOR(pg_catalog.+) 2 AS plus, 'ab' OPERATOR(pg_catalog.~~) 'a%' AS like, OPERATOR(pg_catalog.-) 3 AS minus,
    2 OPERATOR(pg_catalog.=) ANY ('{1,2}') AS any, (1, 2) OPERATOR(pg_catalog.<) (1, 3) AS row,
    2 OPERATOR(pg_catalog.=) ALL (SELECT 2) AS all, 'A' OPERATOR(pg_catalog.~*) 'a' AS match;
SELECT x FROM (VALUES (1), (2)) v (x) ORDER BY x USING OPERATOR(pg_catalog.>);
SELECT 1 OPERATOR(public.+) 2;
SELECT 1 OPERATOR(nowhere.+) 2;
SELECT 1 OPERATOR(nowhere.=) ANY ('{1}');
