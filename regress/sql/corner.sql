-- Answers at the ends of types and of syntax, as PostgreSQL 15 gives them.
\set VERBOSITY verbose
-- intervals that have some fields only
SELECT INTERVAL '90' MINUTE, INTERVAL '2' YEAR, INTERVAL '3' MONTH, INTERVAL '5' DAY, INTERVAL '1:30' MINUTE TO SECOND;
SELECT INTERVAL '1 2:03:04.5678' DAY TO HOUR, INTERVAL '1 2:03:04.5678' DAY TO MINUTE, INTERVAL '1 2:03:04.5678' DAY TO SECOND(2);
SELECT INTERVAL '1-2' YEAR TO MONTH, '14 mons 3 days'::interval year, '14 mons 3 days 04:05:06'::interval day, '-1.5678'::interval(1);
SELECT '1'::text::interval hour, INTERVAL(3) '1.23456', '2 days 03:04:05.6789'::interval hour to second(3);
SELECT '1.5'::interval(-1);
CREATE VIEW spans AS SELECT INTERVAL '90' MINUTE AS m, '1.234'::interval second(1) AS s;
SELECT * FROM spans;
DROP VIEW spans;
-- dates are no intervals, punctuation is nothing
SELECT '2024-02-29'::interval;
SELECT '1999-12-31'::interval;
SELECT '{1}'::interval;
SELECT '{2026-01-31}'::date, '[2026-01-31 12:00]'::timestamp, '2026-01-31,infinity'::date;
SELECT '0'::date;
SELECT '3.14159'::timestamp;
-- an escape that ends a pattern counts where a match comes to it
SELECT 'b' LIKE 'a\', 'a' LIKE 'a\', '' LIKE '%\', 'a' NOT LIKE 'b%\';
SELECT 'ab' LIKE 'a\';
SELECT 'ab' LIKE '%\';
-- time zones
SELECT date_trunc('hour', timestamptz '2026-03-01 00:30+00', 'CEST');
SELECT timezone('1 mon'::interval, timestamp 'infinity'), timezone('Nowhere/City', timestamptz '-infinity');
SELECT date_bin('90 days', timestamp '2000-01-01', timestamp '294276-12-31 23:59:59.999999');
-- templates
SELECT to_char(timestamp '2026-08-01', 'RM'), to_char(timestamp '2026-08-01', 'FMrm|'), to_char(timestamp '2026-08-01', 'FX YYYY'), to_char(timestamp '2026-08-01', 'x\"y');
SELECT to_date('2026 VIII 3', 'YYYY RM DD'), to_date('2026 iv', 'YYYY rm');
SELECT to_date('2026', 'RM');
SELECT to_timestamp('20260304', 'MS');
SELECT to_timestamp('04 Mar 2026', 'x\"y');
SELECT to_char(4294967296, 'RN');
SELECT to_number('-1.50', 'V99'), to_number('42', '99V99');
-- numbers
SELECT degrees('1.7976931348623157e308');
SELECT radians('5e-324');
SELECT power(100::numeric, 0.5), power(2.5, 1.5), power(0.1, 0.3);
-- arrays and documents
SELECT array_position('{}'::int[], 1, NULL), array_position('{1}'::int[], 1, NULL);
SELECT array_fill('{1,2}'::int[], '{2}'::int[]);
SELECT array_fill(1, '{{1,2},{3,4}}'::int[], NULL);
SELECT '7'::jsonb - '{{a,b},{c,d}}'::text[];
-- bytes
SELECT 'a  '::char(3)::bytea, convert_to('é', 'unicode');
SELECT convert_from('\x61', 'nothing');
SELECT convert_to('a', 'no such encoding');
-- keys stand by length, and are compared as text
SELECT v FROM (VALUES ('{"6k": 1}'::jsonb), ('{"-2k": 1}'), ('{"11k": 1}'), ('{"b": 1, "d": 1}'), ('{"c": 1, "aa": 1}')) AS t (v) ORDER BY v;
-- the shortest digits that read back, of a power of two too
SELECT 5.9604644775390625e-08::float8, 9007199254740992::float8 * 4, 2::float8 ^ -1074, 2::float8 ^ -24 AS p, (2::float8 ^ -24)::float4 AS q, 2::float8 ^ 90 AS r, (2::float8 ^ 90)::float4 AS s;
SELECT count(*) FROM generate_series(-1000, 1000) g WHERE (2::float8 ^ g)::text::float8 <> 2::float8 ^ g;
SELECT md5(string_agg((2::float8 ^ g)::text, ',' ORDER BY g)) FROM generate_series(-1020, 1020) g;
SELECT md5(string_agg((2::float8 ^ g)::float4::text, ',' ORDER BY g)) FROM generate_series(-120, 120) g;
-- a boolean that is joined to a text is cast to one; concat() shows it
SELECT 'a' || true AS a, false || 'b' AS b, 'c'::char(3) || true AS c, concat('d', true) AS d, concat_ws('-', 'e', false) AS e;
SELECT string_agg('n' || (g > 1), ',' ORDER BY g) FROM generate_series(1, 3) g;
-- what a null would be is not looked at
SELECT degrees(nullif(x, 1.7976931348623157e308)), radians(nullif(x, 5e-324)) FROM (VALUES (1.7976931348623157e308::float8), (5e-324), (1)) v(x);
-- sets of bytes
SELECT btrim('\x00ff61ff00'::bytea, '\xff00'), ltrim('\x00ff61ff00'::bytea, '\x00'), rtrim('\x00ff61ff00'::bytea, '\x00ff'), btrim('\x0101'::bytea, '\x01'), btrim('\x6162'::bytea, ''), btrim(''::bytea, '\x61');
-- marks are ordered by their classes, those of one class stay in order
SELECT encode(normalize(v, NFD)::bytea, 'hex') AS nfd, encode(normalize(v)::bytea, 'hex') AS nfc FROM (VALUES (U&'a\0301\0323'), (U&'\0301\0323'), (U&'q\0308\0301\0307\0323\0327\0331'), (U&'\1100\1161\11A8 \AC01'), (U&'\09C7\09BE\0B47\0B56'), (U&'x\0315\0300\05AE\0062\0315\0300')) t(v);
SELECT encode(normalize(v, NFKD)::bytea, 'hex') AS nfkd, encode(normalize(v, NFKC)::bytea, 'hex') AS nfkc FROM (VALUES (U&'\FDFA'), (U&'\FB01\0301\0323'), (U&'\1E9B\0323')) t(v);
SELECT md5(normalize(repeat(U&'\0301\0323\0302\0327', 20000), NFD)), md5(repeat(U&'\0327', 20000) || repeat(U&'\0323', 20000) || repeat(U&'\0301\0302', 20000));
SELECT U&'a\0301\0323' IS NFD NORMALIZED, U&'a\0323\0301' IS NFD NORMALIZED;
-- base64: a full line of whole groups ends with a newline
SELECT length(encode(repeat('a', n)::bytea, 'base64')) AS length, right(encode(repeat('a', n)::bytea, 'base64'), 1) = E'\n' AS ends FROM unnest('{0,1,55,56,57,58,113,114,115}'::int[]) n;
-- and the first '=' is what counts
SELECT decode('YQ==YQ==', 'base64') AS a, decode('YWI=YWI=', 'base64') AS b, decode('YWI=YQ==', 'base64') AS c, decode('YQ==YWJj', 'base64') AS d, decode('YQ==Y===', 'base64') AS e, decode('YQ=b', 'base64') AS f, decode('YQ== ', 'base64') AS g;
SELECT decode('YQ=', 'base64');
SELECT decode('YWJjYQ==YQ', 'base64');
SELECT decode('YWI====', 'base64');
SELECT decode('Y===', 'base64');
SELECT decode('YQ==!', 'base64');
-- the letters of an ordinal are characters, and so is what is not a number
SELECT to_date('1€€2024', 'DDTHYYYY') AS a, to_date('1€2024', 'DDTHYYYY') AS b, to_date('1€', 'DDTH') AS c, to_date('1', 'DDTH') AS d, to_date('2nd€2024', 'DDth€YYYY') AS e;
SELECT to_date('éé', 'DY');
SELECT to_date('1é', 'DDMM');
SELECT to_date('€€2024', 'YYYY');
-- a width that is no integer, or has no other sign
SELECT format('%*s|', (-9223372036854775808)::int8, 'x');
SELECT format('%*s|', (-2147483648)::int8, 'x');
SELECT format('%*s|', -2147483648, 'x');
SELECT format('%*s|', 2147483648, 'x');
SELECT format('%*s|', date '2020-01-01', 'x');
SELECT format('%-2147483648s|', 'x');
SELECT format('%*s|', (-3)::int8, 'x') AS a, format('%*s|', 3::int2, 'x') AS b, format('%*s|', '3'::text, 'x') AS c, format('%*s|', 3::numeric, 'x') AS d, format('%*s|', -3, 'x') AS e;
-- all together are no role
SELECT pg_has_role('public', current_user, 'member');
SELECT pg_has_role(current_user, 'public', 'member');
SELECT pg_has_role('public', 'member');
SELECT has_table_privilege('public', 'pg_class', 'select') AS a, pg_has_role(0::oid, current_user, 'member') AS b;
-- texts of other encodings, in pieces that end within a character
SELECT encode(substr(convert_to(repeat('aé€', 180000), 'LATIN9'), 539998), 'hex') AS ends;
SELECT convert_from(convert_to(repeat('a', 1048575) || repeat('日本語', 10), 'EUC_JP'), 'EUC_JP') = repeat('a', 1048575) || repeat('日本語', 10) AS euc, convert_from(convert_to(repeat('a', 1048575) || repeat('日本語', 10), 'SJIS'), 'SJIS') = repeat('a', 1048575) || repeat('日本語', 10) AS sjis, convert_from(convert_to(repeat('a', 1048575) || repeat('日𐌀', 10), 'GB18030'), 'GB18030') = repeat('a', 1048575) || repeat('日𐌀', 10) AS gb, convert_from(convert_to(repeat('a', 1048575) || repeat('é𐌀', 10), 'UTF8'), 'UTF8') = repeat('a', 1048575) || repeat('é𐌀', 10) AS utf8;
SELECT length(convert_to(repeat('a', 1048575) || repeat('日本語', 10), 'EUC_JP'), 'EUC_JP') AS euc, length(convert_to(repeat('a', 1048575) || repeat('é𐌀', 10), 'UTF8'), 'UTF8') AS utf8, length(''::bytea, 'UTF8') AS none;
SELECT length((convert_to(repeat('a', 1048575) || repeat('日本語', 10), 'EUC_JP') || '\xb0'), 'EUC_JP');
SELECT convert_from((repeat('€', 400000))::bytea || '\xe282', 'UTF8');
SELECT convert_to(repeat('é', 1048575) || '€', 'LATIN1');
