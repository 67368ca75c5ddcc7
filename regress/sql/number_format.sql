-- to_char() of numbers and to_number(), as PostgreSQL 15 answers.

\set VERBOSITY verbose

-- the manual's table
SELECT to_char(-0.1, '99.99') AS a, to_char(-0.1, 'FM9.99') AS b, to_char(-0.1, 'FM90.99') AS c, to_char(0.1, '0.9') AS d, to_char(12, '9990999.9') AS e, to_char(12, 'FM9990999.9') AS f;
SELECT to_char(485, '999') AS a, to_char(-485, '999') AS b, to_char(485, '9 9 9') AS c, to_char(1485, '9,999') AS d, to_char(1485, '9G999') AS e, to_char(148.5, '999.999') AS f, to_char(148.5, 'FM999.999') AS g, to_char(148.5, 'FM999.990') AS h, to_char(148.5, '999D999') AS i;
SELECT to_char(3148.5, '9G999D999') AS a, to_char(-485, '999S') AS b, to_char(-485, '999MI') AS c, to_char(485, '999MI') AS d, to_char(485, 'FM999MI') AS e, to_char(485, 'PL999') AS f, to_char(485, 'SG999') AS g, to_char(-485, 'SG999') AS h, to_char(-485, '9SG99') AS i, to_char(-485, '999PR') AS j, to_char(485, 'L999') AS k;
SELECT to_char(485, 'RN') AS a, to_char(485, 'FMRN') AS b, to_char(5.2, 'FMRN') AS c, to_char(482, '999th') AS d, to_char(485, '"Good number:"999') AS e, to_char(485.8, '"Pre:"999" Post:" .999') AS f, to_char(12, '99V999') AS g, to_char(12.4, '99V999') AS h, to_char(12.45, '99V9') AS i, to_char(0.0004859, '9.99EEEE') AS j;
SELECT x, to_char(x, 'FM999,999,990.00') AS a, to_char(x, '999,999.99') AS b, to_char(x, '000,009.9') AS c, to_char(x, 'S999999.9') AS d, to_char(x, '999999.9S') AS e, to_char(x, 'FM9.9') AS f, to_char(x, '9.99EEEE') AS g, to_char(x, '999') AS h, to_char(x, '') AS i, to_char(x, '.99') AS j, to_char(x, 'FM.99PR') AS k, to_char(x, 'B999.9') AS l
	FROM (VALUES (0), (1), (-1), (0.5), (-0.05), (9.995), (123.456), (-1234.5), (999999.99), (12345678.9), ('NaN'), ('Infinity'), (1e-30), (1e30)) v (x);
SELECT x, to_char(x, 'FM999,999,990.00') AS a, to_char(x, '999,999.99') AS b, to_char(x, '9.99EEEE') AS g, to_char(x, '99.999999999999999999') AS h, to_char(x, 'RN') AS i, to_char(x, '99V99') AS j, to_char(x::float4, '9999.99999999') AS k
	FROM (VALUES (0::float8), (1), (-1.5), (0.1), (123.456), (9.995), (1e20), ('NaN'), ('Infinity'), ('-Infinity'), (1e-5)) v (x);
SELECT x, to_char(x, '999th') AS a, to_char(x, 'FM999TH') AS b, to_char(x, 'rn') AS c, to_char(x, '99') AS d, to_char(x, '99PR') AS e, to_char(x, '0999') AS f, to_char(x, 'FM09MI') AS g, to_char(x, 'PL99') AS h, to_char(x, 'MI99') AS i, to_char(x, '9,9,9') AS j
	FROM (VALUES (0), (1), (2), (3), (11), (12), (21), (112), (-3), (4000)) v (x);
SELECT to_char(123456789012345::int8, '999,999,999,999,999') AS a, to_char(-9223372036854775808, 'FM999G999G999G999G999G999G999') AS b, to_char(12::int2, '99') AS c, to_char(1.10, 'FM9.99') AS d, to_char(1.00, 'FM9.99') AS e, to_char(1.00, 'FM9.') AS f, to_char(1, 'FM9.0') AS g, to_char(0, 'FM9.9') AS h, to_char(0, 'FM.9') AS i, to_char(0, '9.9') AS j;
SELECT to_char(1, 'x9y') AS a, to_char(1, '\"9\"') AS b, to_char(1, '"a\"b"9') AS c, to_char(-1, 'ä9ä') AS d, to_char(12345, '9 999 9') AS e, to_char(-5, 'S9') AS f, to_char(5, '9S9') AS g, to_char(-5, '9 S') AS h;

-- to_number
SELECT to_number('12,454.8-', '99G999D9S') AS a, to_number('-34,338,492', '99G999G999') AS b, to_number('-34,338,492.654,878', '99G999G999D999G999') AS c, to_number('<564646.654564>', '999999.999999PR') AS d, to_number('0.00001-', '9.999999S') AS e, to_number('5.01-', 'FM9.999999S') AS f, to_number('5.01-', 'FM9.999999MI') AS g;
SELECT to_number('5 4 4 4 4 8 . 7 8', '9 9 9 9 9 9 . 9 9') AS a, to_number('.01', 'FM9.99') AS b, to_number('.0', '99999999.99999999') AS c, to_number('0', '99.99') AS d, to_number('.-01', 'S99.99') AS e, to_number('.01-', '99.99S') AS f, to_number(' . 0 1-', ' 9 9 . 9 9 S') AS g, to_number('34,50', '999,99') AS h, to_number('123,000', '999G') AS i, to_number('123456', '999G999') AS j;
SELECT to_number('$1234.56', 'L9,999.99') AS a, to_number('$1,234.56', 'L99,999.99') AS b, to_number('1234.56', 'L9,999.99') AS c, to_number('42nd', '99th') AS d, to_number('12.4', '99') AS e, to_number('123', '99V9') AS f, to_number('-12', 'SG99') AS g, to_number('+12', 'PL99') AS h, to_number('x1y2', '"x"9"y"9') AS i, to_number('1', '') AS j;
SELECT to_number('abc', '999');
SELECT to_number('', '999');
SELECT to_number('XI', 'RN');

-- errors
SELECT to_char(1, '9.9.9');
SELECT to_char(1, 'S9S');
SELECT to_char(1, '9SMI');
SELECT to_char(1, 'SPL9');
SELECT to_char(1, '9PR9');
SELECT to_char(1, '9PR0');
SELECT to_char(1, '9V9.9');
SELECT to_char(1, '9.9V9');
SELECT to_char(1, 'FM9EEEE');
SELECT to_char(1, '9EEEE9');
SELECT to_char(1, 'MI9S');
SELECT to_char(1, '9MIPR');
SELECT to_char(1, '9SPR');
-- without a point the places behind it read digits, which can be too many
SELECT t, f, to_number(t, f) FROM (VALUES ('12.456', '99D99'), ('12.', '99D99'),
  ('124', '99'), ('12x4', '999D99'), ('123', '9V99'), ('.5', '.9'), ('-12', '99D9')) v(t, f);
SELECT to_number('12,454.8-', '99D99');
SELECT to_number('123.4', '99D99');
SELECT to_number('5', '.9');
