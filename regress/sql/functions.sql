-- Functions of numbers, texts, bytes and times, as PostgreSQL 15 answers.

\set VERBOSITY verbose

-- angles
SELECT x, sind(x), cosd(x), tand(x), cotd(x) FROM (VALUES (0::float8), (30), (45), (60), (90), (120), (180), (270), (-30), (390), (1e5), ('NaN')) v (x);
SELECT x, asind(x), acosd(x), atand(x), asin(x), acos(x) FROM (VALUES (0::float8), (0.5), (1), (-0.5), (-1), (0.3), ('NaN')) v (x);
SELECT atan2d(1, 1) AS a, atan2d(0, -1) AS b, cot(1) AS c, sinh(1) AS d, cosh(1) AS e, tanh(1) AS f, asinh(1) AS g, acosh(2) AS h, atanh(0.5) AS i, cosh(1e4) AS j, atanh(1) AS k;
SELECT asin(2);
SELECT acosh(0.5);
SELECT sind('Infinity');

-- divisors, factorials, scales, buckets
SELECT gcd(12, 18) AS a, gcd(-12, 0) AS b, gcd(0, 0) AS c, lcm(4, 6) AS d, lcm(0, 5) AS e, gcd(12::int8, 18) AS f, gcd(1.5, 0.6) AS g, lcm(1.5, 0.60) AS h, gcd('NaN'::numeric, 1) AS i, gcd(-2147483647, 7) AS j;
SELECT gcd((-2147483648)::int4, 0);
SELECT lcm(2147483647, 2);
SELECT lcm(9223372036854775807, 2);
SELECT factorial(0) AS a, factorial(20) AS b, factorial(30) AS c;
SELECT factorial(-1);
SELECT factorial(100000);
SELECT min_scale(8.4100) AS a, min_scale(5) AS b, min_scale('NaN') AS c, scale(8.4100) AS d, trim_scale(8.4100) AS e;
SELECT x, width_bucket(x, 0, 10, 5) AS up, width_bucket(x, 10, 0, 5) AS down, width_bucket(x::float8, 0, 10, 5) AS f, width_bucket(x::float8, 10, 0, 5) AS g FROM (VALUES (-1.0), (0), (1.9), (2), (5.35), (9.99), (10), (11)) v (x);
SELECT width_bucket('Infinity'::float8, 0, 10, 5) AS a, width_bucket('-Infinity'::numeric, 0, 10, 5) AS b, width_bucket(0, -1e308, 1e308, 10) AS c;
SELECT width_bucket(1.0, 0, 10, 0);
SELECT width_bucket(1.0, 3, 3, 5);
SELECT width_bucket('NaN'::float8, 3, 4, 5);
SELECT width_bucket(1::float8, 3, 'Infinity', 5);
SELECT width_bucket(11.0, 0, 10, 2147483647);

-- quoting and format
SELECT quote_ident('foo') AS a, quote_ident('Foo bar') AS b, quote_ident('select') AS c, quote_ident('a"b') AS d, quote_ident('1a') AS e, quote_ident('') AS f, quote_ident('name') AS g, quote_ident('between') AS h, quote_ident('ä') AS i;
SELECT quote_literal('a''b') AS a, quote_literal(E'a\\b''') AS b, quote_literal(42.5) AS c, quote_literal(NULL) AS d, quote_nullable(NULL) AS e, quote_nullable(date '2024-01-02') AS f, quote_nullable('') AS g, quote_literal(true) AS h;
SELECT format('Hello %s, %1$s', 'World') AS a, format('Testing %s, %s, %s, %%', 'one', 'two', 'three') AS b, format('INSERT INTO %I VALUES(%L)', 'Foo bar', E'O\'Reilly') AS c, format('%I %L %s|', 'locations', NULL, NULL) AS d;
SELECT format('|%10s|', 'foo') AS a, format('|%-10s|', 'foo') AS b, format('|%*s|', 10, 'foo') AS c, format('|%*s|', -10, 'foo') AS d, format('|%-*s|', 10, 'foo') AS e, format('|%-*s|', -10, 'foo') AS f, format('|%2$*1$s|', 6, 'x') AS g, format('%3$s %2$s %1$s', 'a', 'b', 'c') AS h, format('%3$s, %2$s, %s', 'a', 'b', 'c') AS i;
SELECT format('%s %s', 1, true) AS a, format('plain') AS b, format(NULL, 1) AS c, format('%s', date '2024-01-02') AS d, format('%5s|%-5s', 1.5, 'ä') AS e;
SELECT format('%s');
SELECT format('%x', 1);
SELECT format('%', 1);
SELECT format('%0$s', 1);
SELECT format('%I', NULL);
SELECT format('%1$', 1);
SELECT num_nulls(1, NULL, 'a', NULL) AS a, num_nonnulls(1, NULL, 'a') AS b;

-- texts
SELECT overlay('Txxxxas' placing 'hom' from 2 for 4) AS a, overlay('abcdef' placing '45' from 4) AS b, overlay('yabadoo' placing 'daba' from 5 for 0) AS c, overlay('äöü' placing 'x' from 2) AS d, overlay('abc' placing 'x' from 9) AS e, overlay('abcdef' placing 'X' from 3 for -1) AS f;
SELECT overlay('abc' placing 'x' from 0);
SELECT bit_length('josé') AS a, bit_length('\x01ff'::bytea) AS b, length(normalize(U&'a\0308', NFC)) AS c, length(normalize('ä', NFD)) AS d, normalize('ﬁ', NFKC) AS e, 'ä' IS NORMALIZED AS f, U&'a\0308' IS NFC NORMALIZED AS g, U&'a\0308' IS NFD NORMALIZED AS h;
SELECT normalize('a', 'x'::text);
SELECT unistr('d\0061t\+000061') AS a, unistr('d\u0061t\U00000061') AS b, unistr('\d83d\de00') AS c, unistr('a\\b') AS d;
SELECT unistr('\00');
SELECT unistr('\d83d');

-- bytes
SELECT encode('\x1234ff'::bytea, 'hex') AS a, encode('\x1234ff00'::bytea, 'base64') AS b, encode('\x61005cff'::bytea, 'escape') AS c, encode(''::bytea, 'base64') AS d, encode(convert_to(repeat('a', 60), 'UTF8'), 'BASE64') AS e;
SELECT decode('1234fF', 'hex') AS a, decode('12 34', 'hex') AS b, decode('EjT/AA==', 'base64') AS c, decode('a\000\\\377', 'escape') AS d, decode('', 'base64') AS e;
SELECT decode('123', 'hex');
SELECT decode('1x', 'hex');
SELECT decode('EjT', 'base64');
SELECT decode('E!T=', 'base64');
SELECT decode('=', 'base64');
SELECT decode('a\9', 'escape');
SELECT encode('\x00', 'rot13');
SELECT md5('abc') AS a, md5('\x616263'::bytea) AS b, md5('') AS c, sha224('abc') AS d, sha256('abc') AS e, sha512('abc') AS f, sha384('') AS g;
SELECT get_byte('\x1234'::bytea, 1) AS a, set_byte('\x1234'::bytea, 0, 255) AS b, bit_count('\x00ff01'::bytea) AS c, convert_from('\x6162'::bytea, 'UTF8') AS d, convert_to('ä', 'utf-8') AS e;
SELECT get_byte('\x1234'::bytea, 2);
SELECT convert_from('\xff'::bytea, 'UTF8');

-- times
SELECT make_time(8, 15, 23.5) AS a, make_time(24, 0, 0) AS b, make_timestamp(2013, 7, 15, 8, 15, 23.5) AS c, make_timestamp(-44, 3, 15, 12, 30, 15) AS d;
SET timezone = 'Europe/Berlin';
SELECT make_timestamptz(2013, 7, 15, 8, 15, 23.5) AS a, make_timestamptz(2013, 7, 15, 8, 15, 23.5, 'America/New_York') AS b, make_timestamptz(2013, 7, 15, 8, 15, 23.5, '+2') AS c, make_timestamptz(2013, 7, 15, 8, 15, 23.5, 'EST') AS d, make_timestamptz(2013, 7, 15, 8, 15, 23.5, '-04:30') AS e;
SELECT make_timestamptz(2013, 7, 15, 8, 15, 23.5, '4');
SELECT make_timestamptz(2013, 7, 15, 8, 15, 23.5, 'Nowhere');
SELECT make_time(25, 0, 0);
SELECT make_time(10, 55, 100.1);
SELECT make_timestamp(2023, 2, 29, 0, 0, 0);
SELECT make_timestamp(0, 1, 1, 0, 0, 0);
SELECT (DATE '2001-02-16', DATE '2001-12-21') OVERLAPS (DATE '2001-10-30', DATE '2002-10-30') AS a, (DATE '2001-02-16', INTERVAL '100 days') OVERLAPS (DATE '2001-10-30', DATE '2002-10-30') AS b, (DATE '2001-10-29', DATE '2001-10-30') OVERLAPS (DATE '2001-10-30', DATE '2001-10-31') AS c, (DATE '2001-10-30', DATE '2001-10-30') OVERLAPS (DATE '2001-10-30', DATE '2001-10-31') AS d;
SELECT (TIME '10:00', TIME '12:00') OVERLAPS (TIME '11:00', INTERVAL '1 hour') AS a, (TIME '23:00', INTERVAL '2 hours') OVERLAPS (TIME '00:30', TIME '01:00') AS b, (timestamptz '2024-01-01', NULL::timestamptz) OVERLAPS (timestamptz '2023-01-01', timestamptz '2023-06-01') AS c, (timestamptz '2024-01-01', NULL::timestamptz) OVERLAPS (timestamptz '2023-01-01', timestamptz '2024-06-01') AS d, (NULL::timestamp, timestamp '2024-01-01') OVERLAPS (timestamp '2023-01-01', INTERVAL '2 years') AS e, (timestamp '2024-02-01', timestamp '2024-01-01') OVERLAPS (timestamp '2024-01-15', INTERVAL '-1 day') AS f;

-- GREATEST and LEAST of all types, rows compared
SELECT greatest(1, 2.5) AS a, least('b', 'a') AS b, greatest(date '2024-01-01', timestamptz '2024-01-02') AS c, least(NULL, 3) AS d, greatest(interval '1 day', '25 hours') AS e, greatest(true, false) AS f, least('\x01'::bytea, '\x00') AS g, greatest('a'::name, 'b') AS h, least('12:00'::time, '11:00') AS i, greatest('{"a": 1}'::jsonb, '[]') AS j, nullif(1, 1.0) AS k, nullif('a', 'b') AS l;
SELECT (1, 2) < (1, 3) AS a, (1, NULL) < (2, 1) AS b, (1, NULL) = (1, 2) AS c, (1, 'a') IS DISTINCT FROM (1, 'b') AS d, (1, 2) <> (1, 2) AS e, (NULL, 1) IS NULL AS f, (2, 1) >= (1, 9) AS g;

-- AT TIME ZONE, interval styles
SELECT timestamp '2001-02-16 20:38:40' AT TIME ZONE 'America/Denver' AS a, timestamptz '2001-02-16 20:38:40-05' AT TIME ZONE 'America/Denver' AS b, timestamptz '2001-02-16 20:38:40-05' AT TIME ZONE INTERVAL '-08:00' AS c, timestamp '2001-02-16 20:38:40' AT TIME ZONE 'EST' AS d, date '2024-07-01' AT TIME ZONE 'UTC' AS e;
SET intervalstyle = 'sql_standard';
SELECT interval '1 year 2 mons' AS a, interval '3 days 04:05:06' AS b, interval '-1 year -2 mons +3 days -04:05:06' AS c, interval '0' AS d;
SET intervalstyle = 'postgres_verbose';
SELECT interval '1 year 2 mons' AS a, interval '3 days 04:05:06' AS b, interval '-1 year -2 mons +3 days -04:05:06.7' AS c, interval '0' AS d;
SET intervalstyle = 'iso_8601';
SELECT interval '1 year 2 mons' AS a, interval '3 days 04:05:06' AS b, interval '-1 year -2 mons +3 days -04:05:06.7' AS c, interval '0' AS d;
RESET intervalstyle;
SELECT (1, NULL) IS NOT DISTINCT FROM (1, NULL) AS a, (1, 2) IS NOT DISTINCT FROM (1, 3) AS b, ROW(1) IS DISTINCT FROM ROW(NULL) AS c, (1, 2, 3) IS DISTINCT FROM (1, 2, NULL) AS d;
