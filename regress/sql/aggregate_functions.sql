-- Statistical, bitwise and ordered aggregates; every line answers as in
-- PostgreSQL 15.

\set VERBOSITY verbose

-- variance and deviation: exact of integers and numeric, by steps of floats
WITH t (i2, i4, i8, n, f4, f8) AS (VALUES
	(1::int2, 10, 9223372036854775807::int8, 1.5::numeric, 1.5::float4, 0.1::float8),
	(2, 20, -9223372036854775808, 2.25, 2.25, 0.2),
	(4, 40, 0, 1e20, -3, 0.7),
	(NULL, NULL, NULL, NULL, NULL, NULL))
SELECT var_pop(i2), var_samp(i4), variance(i8), stddev_pop(n), stddev_samp(f4), stddev(f8) FROM t;
SELECT stddev(x), variance(x), stddev_pop(x), var_pop(x) FROM (VALUES (1), (2), (3)) v (x);
SELECT stddev(x), variance(x), stddev_pop(x), var_pop(x) FROM (VALUES (1.10), (1.1)) v (x);
SELECT stddev(x), variance(x), stddev_pop(x), var_pop(x) FROM (VALUES (7)) v (x);
SELECT stddev(x), stddev_pop(x) FROM (VALUES (NULL::int)) v (x);
SELECT stddev(x), var_pop(x) FROM (VALUES (1::numeric), ('NaN')) v (x);
SELECT stddev(x), var_pop(x) FROM (VALUES (1::numeric), ('Infinity')) v (x);
SELECT stddev(x), var_pop(x) FROM (VALUES ('Infinity'::float8), (1)) v (x);
SELECT var_pop(x) FROM (VALUES (1e200::float8), (-1e200)) v (x);
SELECT stddev(DISTINCT x), stddev(x) FROM (VALUES (1), (1), (5)) v (x);
SELECT var_samp('a'::text);

-- regression: the documented meaning of each is (y, x)
WITH t (y, x) AS (VALUES (1::float8, 2::float8), (3, 5), (4, 4), (8, 7), (NULL, 1), (1, NULL))
SELECT regr_count(y, x), regr_sxx(y, x), regr_syy(y, x), regr_sxy(y, x), regr_avgx(y, x), regr_avgy(y, x) FROM t;
WITH t (y, x) AS (VALUES (1::float8, 2::float8), (3, 5), (4, 4), (8, 7))
SELECT regr_r2(y, x), regr_slope(y, x), regr_intercept(y, x), covar_pop(y, x), covar_samp(y, x), corr(y, x) FROM t;
SELECT regr_r2(y, x), regr_slope(y, x), corr(y, x), covar_samp(y, x), covar_pop(y, x) FROM (VALUES (1, 1)) v (y, x);
SELECT regr_r2(y, x), regr_slope(y, x), corr(y, x), covar_samp(y, x) FROM (VALUES (1, 1), (1, 2)) v (y, x);
SELECT regr_count(y, x), corr(y, x) FROM (VALUES (1, NULL::int)) v (y, x);
SELECT corr(y, x), regr_sxx(y, x) FROM (VALUES (1, 'Infinity'::float8), (2, 3)) v (y, x);
SELECT regr_sxy(y, x) FROM (VALUES (1e200, 1e200), (-1e200, 2)) v (y, x);

-- booleans and bits
SELECT bool_and(b), bool_or(b), every(b) FROM (VALUES (true), (false), (NULL)) v (b);
SELECT bit_and(i), bit_or(i), bit_xor(i) FROM (VALUES (12), (10), (NULL)) v (i);
SELECT bit_and(i), bit_or(i), bit_xor(i) FROM (VALUES (-1::int2), (10::int2)) v (i);
SELECT bit_and(i), bit_or(i), bit_xor(i) FROM (VALUES (NULL::int8)) v (i);

-- ORDER BY and DISTINCT inside
WITH t (k, s) AS (VALUES (1, 'b'), (2, 'a'), (3, NULL), (1, 'c'), (2, 'a'))
SELECT string_agg(s, ',' ORDER BY s), string_agg(s, ',' ORDER BY k DESC, s), string_agg(DISTINCT s, ','),
	string_agg(DISTINCT s, ',' ORDER BY s DESC), string_agg(s, k::text ORDER BY s, k), count(DISTINCT s) FROM t;
WITH t (k, s) AS (VALUES (1, 'b'), (2, 'a'), (3, NULL), (1, 'c'), (2, 'a'))
SELECT k, string_agg(s, ',' ORDER BY s), string_agg(s, ',' ORDER BY s DESC) FILTER (WHERE s <> 'c') FROM t GROUP BY k ORDER BY k;
SELECT sum(x ORDER BY x), sum(DISTINCT x), avg(DISTINCT x) FROM (VALUES (0.5::float8), (0.25), (0.5)) v (x);
SELECT string_agg(x, '-' ORDER BY x NULLS FIRST), string_agg(coalesce(x, '?'), '-' ORDER BY x NULLS FIRST),
	string_agg(coalesce(x, '?'), '-' ORDER BY x DESC), string_agg(coalesce(x, '?'), '-' ORDER BY x USING >) FROM (VALUES ('a'), (NULL), ('b')) v (x);
SELECT corr(DISTINCT y, x) FROM (VALUES (1, 1), (1, 1), (2, 5), (3, 4)) v (y, x);
SELECT string_agg(DISTINCT x::text, ',' ORDER BY x) FROM (VALUES (1)) v (x);
SELECT string_agg(DISTINCT x::text, ',' ORDER BY x::text DESC) FROM (VALUES (1), (2), (1)) v (x);
SELECT length('a' ORDER BY 1);
SELECT g, string_agg(x, ',' ORDER BY x DESC) FROM (VALUES (1, 'a'), (1, 'b'), (2, 'c')) v (g, x) GROUP BY ROLLUP (g) ORDER BY g;
SELECT (SELECT string_agg(a || b, ',' ORDER BY b DESC) FROM (VALUES ('x'), ('y')) w (b)) FROM (VALUES ('1'), ('2')) v (a);
SELECT string_agg(a, ',' ORDER BY sum(1)) FROM (VALUES ('1')) v (a);
SELECT string_agg(x, ',' ORDER BY j) FROM (VALUES ('a', '1'::json)) v (x, j);

-- ordered sets
WITH t (x) AS (VALUES (1), (2), (2), (4), (10), (NULL))
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x), percentile_disc(0.5) WITHIN GROUP (ORDER BY x),
	percentile_cont(0.9) WITHIN GROUP (ORDER BY x), percentile_disc(0) WITHIN GROUP (ORDER BY x DESC),
	percentile_cont(1) WITHIN GROUP (ORDER BY x NULLS FIRST), mode() WITHIN GROUP (ORDER BY x) FROM t;
SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY x), percentile_disc(0.25) WITHIN GROUP (ORDER BY x), mode() WITHIN GROUP (ORDER BY x)
	FROM (VALUES ('1 day'::interval), ('3 days'), ('10 days 02:00')) v (x);
SELECT g, mode() WITHIN GROUP (ORDER BY x DESC), percentile_disc(g) WITHIN GROUP (ORDER BY x)
	FROM (VALUES (0.5, 'a'), (0.5, 'b'), (1.0, 'c'), (1, 'c'), (1, 'd')) v (g, x) GROUP BY g ORDER BY g;
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FILTER (WHERE x > 1) FROM (VALUES (1), (2), (3)) v (x);
SELECT percentile_cont(NULL) WITHIN GROUP (ORDER BY x), percentile_cont(0.5) WITHIN GROUP (ORDER BY n) FROM (VALUES (1, NULL::float8)) v (x, n);
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x), mode() WITHIN GROUP (ORDER BY x) FROM (VALUES (1)) v (x) WHERE false;
SELECT percentile_cont(1.5) WITHIN GROUP (ORDER BY x) FROM (VALUES (1)) v (x);
SELECT percentile_disc('NaN') WITHIN GROUP (ORDER BY x) FROM (VALUES (1)) v (x);
SELECT percentile_cont(x) WITHIN GROUP (ORDER BY x) FROM (VALUES (1)) v (x);
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM (VALUES ('a')) v (x);
SELECT percentile_cont(0.5, x) FROM (VALUES (1)) v (x);
SELECT mode() WITHIN GROUP (ORDER BY x) OVER () FROM (VALUES (1)) v (x);
SELECT sum() WITHIN GROUP (ORDER BY x) FROM (VALUES (1)) v (x);
SELECT percentile_cont(1, 2) WITHIN GROUP (ORDER BY x) FROM (VALUES (1)) v (x);

-- ranks of a row that is not there
WITH t (x) AS (VALUES (1), (2), (2), (4), (10), (NULL))
SELECT rank(2) WITHIN GROUP (ORDER BY x), dense_rank(3) WITHIN GROUP (ORDER BY x), percent_rank(4) WITHIN GROUP (ORDER BY x),
	cume_dist(2) WITHIN GROUP (ORDER BY x), rank(2) WITHIN GROUP (ORDER BY x DESC), rank(NULL) WITHIN GROUP (ORDER BY x) FROM t;
SELECT rank('b', 2) WITHIN GROUP (ORDER BY s, n DESC) FROM (VALUES ('a', 1), ('b', 3), ('b', 1)) v (s, n);
SELECT rank(1) WITHIN GROUP (ORDER BY x), dense_rank(1) WITHIN GROUP (ORDER BY x), percent_rank(1) WITHIN GROUP (ORDER BY x),
	cume_dist(1) WITHIN GROUP (ORDER BY x) FROM (VALUES (1)) v (x) WHERE false;
SELECT rank(1, 2) WITHIN GROUP (ORDER BY x) FROM (VALUES (1)) v (x);
SELECT rank('a') WITHIN GROUP (ORDER BY x) FROM (VALUES (1)) v (x);
SELECT rank(1) FROM (VALUES (1)) v (x);

-- over windows
SELECT x, stddev(x) OVER w, var_pop(x) OVER w, bit_or(x) OVER w, bool_and(x < 3) OVER w, corr(x, y) OVER w, string_agg(x::text, ',') OVER w
	FROM (VALUES (1, 2), (2, 1), (3, 5)) v (x, y) WINDOW w AS (ORDER BY x) ORDER BY x;
SELECT x, stddev_pop(x) OVER w, regr_count(y, x) OVER w, covar_pop(y, x) OVER w
	FROM (VALUES (1, 2), (2, 1), (3, 5), (4, NULL)) v (x, y) WINDOW w AS (ORDER BY x ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) ORDER BY x;
SELECT sum(x ORDER BY x) OVER () FROM (VALUES (1)) v (x);
SELECT percentile_cont(0.5) OVER () FROM (VALUES (1)) v (x);

-- result types
SELECT pg_typeof(stddev(1::int2)), pg_typeof(stddev(1::float4)), pg_typeof(regr_count(1, 1)), pg_typeof(bit_and(1::int8)),
	pg_typeof(percentile_cont(0) WITHIN GROUP (ORDER BY 1)), pg_typeof(percentile_disc(0) WITHIN GROUP (ORDER BY 1)),
	pg_typeof(rank(1) WITHIN GROUP (ORDER BY 1)), pg_typeof(cume_dist(1) WITHIN GROUP (ORDER BY 1)), pg_typeof(mode() WITHIN GROUP (ORDER BY date '2024-01-01'));
SELECT mode() WITHIN GROUP (ORDER BY 'a');
SELECT percentile_cont('0.5') WITHIN GROUP (ORDER BY '3');
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY x) FROM (VALUES ('1'::json)) v (x);
