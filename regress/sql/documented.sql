-- The examples of PostgreSQL 15's manual, chapter 9, of what is here; the
-- answers are PostgreSQL's.
\pset tuples_only on
\pset format unaligned
-- 9.2 comparison
SELECT 2 BETWEEN 1 AND 3, 2 BETWEEN 3 AND 1, 2 NOT BETWEEN 1 AND 3, 2 BETWEEN SYMMETRIC 3 AND 1, 2 NOT BETWEEN SYMMETRIC 3 AND 1;
SELECT 1 IS DISTINCT FROM NULL, NULL IS DISTINCT FROM NULL, 1 IS NOT DISTINCT FROM NULL, NULL IS NOT DISTINCT FROM NULL;
SELECT 1.5 IS NULL, 'null' IS NOT NULL, true IS TRUE, NULL::boolean IS TRUE, true IS NOT TRUE, NULL::boolean IS NOT TRUE, true IS FALSE, NULL::boolean IS FALSE, true IS UNKNOWN, NULL::boolean IS UNKNOWN;
SELECT num_nonnulls(1, NULL, 2), num_nulls(1, NULL, 2);
-- 9.3 mathematical
SELECT 2 + 3, + 3.5, 2 - 3, - (-4), 2 * 3, 5.0 / 2, 5 / 2, (-5) / 2, 5 % 4, 2 ^ 3, 2 ^ 3 ^ 3, 2 ^ (3 ^ 3);
SELECT |/ 25.0, ||/ 64.0, @ -5.0, 91 & 15, 32 | 3, 17 # 5, ~1, 1 << 4, 8 >> 2;
SELECT abs(-17.4), cbrt(64.0), ceil(42.2), ceil(-42.8), ceiling(95.3), degrees(0.5), div(9, 4), exp(1.0), factorial(5), floor(42.8), floor(-42.8);
SELECT gcd(1071, 462), lcm(1071, 462), ln(2.0), log(100), log10(1000), log(2.0, 64.0), min_scale(8.4100), mod(9, 4), pi(), power(9, 3), radians(45.0);
SELECT round(42.4), round(42.4382, 2), round(1234.56, -1), scale(8.4100), sign(-8.4), sqrt(2), trim_scale(8.4100), trunc(42.8), trunc(-42.8), trunc(42.4382, 2);
SELECT width_bucket(5.35, 0.024, 10.06, 5), width_bucket(now(), array['yesterday', 'today', 'tomorrow']::timestamptz[]);
SELECT acos(1), acosd(0.5), asin(1), asind(0.5), atan(1), atand(1), atan2(1, 0), atan2d(1, 0), cos(0), cosd(60), cot(0.5), cotd(45), sin(1), sind(30), tan(1), tand(45);
SELECT sinh(1), cosh(0), tanh(1), asinh(1), acosh(1), atanh(0.5);
-- 9.4 strings
SELECT 'Post' || 'greSQL', 'Value: ' || 42, btrim('xyxtrimyyx', 'xyz'), U&'\0061\0308bc' IS NFD NORMALIZED, bit_length('jose'), char_length('josé'), lower('TOM'), upper('tom');
SELECT normalize(U&'\0061\0308bc', NFC), octet_length('josé'), overlay('Txxxxas' placing 'hom' from 2 for 4), position('om' in 'Thomas');
SELECT substring('Thomas' from 2 for 3), substring('Thomas' from 3), substring('Thomas' for 2), substring('Thomas' from '...$'), substring('Thomas' similar '%#"o_a#"_' escape '#');
SELECT trim(both 'xyz' from 'yxTomxx'), trim(both from 'yxTomxx', 'xyz'), ltrim('zzzytest', 'xyz'), rtrim('testxxzx', 'xyz');
SELECT ascii('x'), chr(65), concat('abcde', 2, NULL, 22), concat_ws(',', 'abcde', 2, NULL, 22), format('Hello %s, %1$s', 'World'), initcap('hi THOMAS'), left('abcde', 2), length('jose');
SELECT lpad('hi', 5, 'xy'), md5('abc'), parse_ident('"SomeSchema".someTable'), quote_ident('Foo bar'), quote_literal(E'O\'Reilly'), quote_literal(42.5), quote_nullable(NULL), quote_nullable(42.5);
SELECT regexp_count('123456789012', '\d\d\d', 2), regexp_instr('ABCDEF', 'c(.)(..)', 1, 1, 0, 'i'), regexp_instr('ABCDEF', 'c(.)(..)', 1, 1, 0, 'i', 2), regexp_like('Hello World', 'world$', 'i');
SELECT regexp_match('foobarbequebaz', '(bar)(beque)'), regexp_matches('foobarbequebaz', 'ba.', 'g'), regexp_replace('Thomas', '.[mN]a.', 'M'), regexp_replace('Thomas', '.', 'X', 3, 2);
SELECT regexp_split_to_array('hello world', '\s+'), regexp_split_to_table('hello world', '\s+'), regexp_substr('ABCDEF', 'c(.)(..)', 1, 1, 'i'), regexp_substr('ABCDEF', 'c(.)(..)', 1, 1, 'i', 2);
SELECT repeat('Pg', 4), replace('abcdefabcdef', 'cd', 'XX'), reverse('abcde'), right('abcde', 2), rpad('hi', 5, 'xy'), split_part('abc~@~def~@~ghi', '~@~', 2), split_part('abc,def,ghi,jkl', ',', -2);
SELECT starts_with('alphabet', 'alph'), string_to_array('xx~~yy~~zz', '~~', 'yy'), string_to_table('xx~^~yy~^~zz', '~^~', 'yy'), strpos('high', 'ig'), substr('alphabet', 3), substr('alphabet', 3, 2);
SELECT to_hex(2147483647), translate('12345', '143', 'ax'), unistr('d\0061t\+000061'), unistr('d\u0061t\U00000061'), 'alphabet' ^@ 'alph';
SELECT format('Hello %s', 'World'), format('Testing %s, %s, %s, %%', 'one', 'two', 'three'), format('INSERT INTO %I VALUES(%L)', 'Foo bar', E'O\'Reilly'), format('|%10s|', 'foo'), format('|%-10s|', 'foo'), format('|%*s|', 10, 'foo'), format('|%*s|', -10, 'foo'), format('|%-*s|', 10, 'foo'), format('Testing %3$s, %2$s, %s', 'one', 'two', 'three');
-- 9.5 binary strings
SELECT '\x123456'::bytea || '\x789a00bcde'::bytea, bit_length('\x123456'::bytea), btrim('\x1234567890'::bytea, '\x9012'::bytea), ltrim('\x1234567890'::bytea, '\x9012'::bytea), octet_length('\x123456'::bytea), rtrim('\x1234567890'::bytea, '\x9012'::bytea);
SELECT overlay('\x1234567890'::bytea placing '\002\003'::bytea from 2 for 3), position('\x5678'::bytea in '\x1234567890'::bytea), substring('\x1234567890'::bytea from 3 for 2), trim('\x9012'::bytea from '\x1234567890'::bytea);
SELECT bit_count('\x1234567890'::bytea), get_bit('\x1234567890'::bytea, 30), get_byte('\x1234567890'::bytea, 4), length('\x1234567890'::bytea), md5('Th\000omas'::bytea), set_bit('\x1234567890'::bytea, 30, 0), set_byte('\x1234567890'::bytea, 4, 64);
SELECT sha224('abc'::bytea), sha256('abc'::bytea), substr('\x1234567890'::bytea, 3, 2), convert_from('text_in_utf8', 'UTF8'), convert_to('some_text', 'UTF8'), encode('123\000\001', 'base64'), decode('MTIzAAE=', 'base64');
-- 9.7 patterns
SELECT 'abc' LIKE 'abc', 'abc' LIKE 'a%', 'abc' LIKE '_b_', 'abc' LIKE 'c', 'abc' SIMILAR TO 'abc', 'abc' SIMILAR TO 'a', 'abc' SIMILAR TO '%(b|d)%', 'abc' SIMILAR TO '(b|c)%', '-abc-' SIMILAR TO '%\mabc\M%', 'xabcy' SIMILAR TO '%\mabc\M%';
SELECT substring('foobar' similar '%#"o_b#"%' escape '#'), substring('foobar' similar '#"o_b#"%' escape '#');
SELECT 'thomas' ~ 't.*ma', 'thomas' ~* 'T.*ma', 'thomas' !~ 't.*max', 'thomas' !~* 'T.*ma', 'abcd' ~ 'bc', 'abcd' ~ 'a.c', 'abcd' ~* 'x', 'abcd' ~ 'a|b|c';
SELECT substring('foobar' from 'o.b'), substring('foobar' from 'o(.)b'), regexp_count('ABCABCAXYaxy', 'A.'), regexp_count('ABCABCAXYaxy', 'A.', 1, 'i');
SELECT regexp_instr('number of your street, town zip, FR', '[^,]+', 1, 2), regexp_instr('ABCDEFGHI', '(c..)(...)', 1, 1, 0, 'i', 2);
SELECT regexp_match('foobarbequebaz', 'bar.*que'), regexp_match('foobarbequebaz', '(bar)(beque)'), (regexp_match('foobarbequebaz', 'bar.*que'))[1];
SELECT regexp_matches('foo', 'not there');
SELECT regexp_matches('foobarbequebazilbarfbonk', '(b[^b]+)(b[^b]+)', 'g');
SELECT regexp_replace('foobarbaz', 'b..', 'X'), regexp_replace('foobarbaz', 'b..', 'X', 'g'), regexp_replace('foobarbaz', 'b(..)', 'X\1Y', 'g'), regexp_replace('A PostgreSQL function', 'a|e|i|o|u', 'X', 1, 0, 'i'), regexp_replace('A PostgreSQL function', 'a|e|i|o|u', 'X', 1, 3, 'i');
SELECT foo FROM regexp_split_to_table('the quick brown fox jumps over the lazy dog', '\s+') AS foo;
SELECT regexp_split_to_array('the quick brown fox jumps over the lazy dog', '\s+');
SELECT foo FROM regexp_split_to_table('the quick brown fox', '\s*') AS foo;
SELECT regexp_substr('number of your street, town zip, FR', '[^,]+', 1, 2), regexp_substr('ABCDEFGHI', '(c..)(...)', 1, 1, 'i', 2);
SELECT substring('XY1234Z', 'Y*([0-9]{1,3})'), substring('XY1234Z', 'Y*?([0-9]{1,3})'), regexp_match('abc01234xyz', '(.*)(\d+)(.*)'), regexp_match('abc01234xyz', '(.*?)(\d+)(.*)'), regexp_match('abc01234xyz', '(?:(.*?)(\d+)(.*)){1,1}');
-- 9.8 formatting
SELECT to_char(timestamp '2002-04-20 17:31:12.66', 'HH12:MI:SS'), to_char(interval '15h 2m 12s', 'HH24:MI:SS'), to_char(125, '999'), to_char(125.8::real, '999D9'), to_char(-125.8, '999D99S');
SELECT to_date('05 Dec 2000', 'DD Mon YYYY'), to_number('12,454.8-', '99G999D9S'), to_timestamp('05 Dec 2000', 'DD Mon YYYY');
SELECT to_timestamp('2000    JUN', 'YYYY MON'), to_timestamp('2000 - JUN', 'YYYY-MON'), to_date('20000-1130', 'YYYY-MMDD'), to_date('20000Nov30', 'YYYYMonDD');
SELECT to_char(timestamp '1999-12-31 23:59:58', 'Day, DD  HH12:MI:SS'), to_char(timestamp '1999-12-31 23:59:58', 'FMDay, FMDD  HH12:MI:SS');
SELECT to_char(-0.1, '99.99'), to_char(-0.1, 'FM9.99'), to_char(-0.1, 'FM90.99'), to_char(0.1, '0.9'), to_char(12, '9990999.9'), to_char(12, 'FM9990999.9'), to_char(485, '999'), to_char(-485, '999'), to_char(485, '9 9 9'), to_char(1485, '9,999'), to_char(1485, '9G999');
SELECT to_char(148.5, '999.999'), to_char(148.5, 'FM999.999'), to_char(148.5, 'FM999.990'), to_char(148.5, '999D999'), to_char(3148.5, '9G999D999'), to_char(-485, '999S'), to_char(-485, '999MI'), to_char(485, '999MI'), to_char(485, 'FM999MI'), to_char(485, 'PL999'), to_char(485, 'SG999'), to_char(-485, 'SG999'), to_char(-485, '9SG99'), to_char(-485, '999PR');
SELECT to_char(485, 'L999'), to_char(485, 'RN'), to_char(485, 'FMRN'), to_char(5.2, 'FMRN'), to_char(482, '999th'), to_char(485, '"Good number:"999'), to_char(485.8, '"Pre:"999" Post:" .999'), to_char(12, '99V999'), to_char(12.4, '99V999'), to_char(12.45, '99V9'), to_char(0.0004859, '9.99EEEE');
-- 9.9 dates and times
SELECT date '2001-09-28' + 7, date '2001-09-28' + interval '1 hour', date '2001-09-28' + time '03:00', interval '1 day' + interval '1 hour', timestamp '2001-09-28 01:00' + interval '23 hours', time '01:00' + interval '3 hours', - interval '23 hours';
SELECT date '2001-10-01' - date '2001-09-28', date '2001-10-01' - 7, date '2001-09-28' - interval '1 hour', time '05:00' - time '03:00', time '05:00' - interval '2 hours', timestamp '2001-09-28 23:00' - interval '23 hours', interval '1 day' - interval '1 hour', timestamp '2001-09-29 03:00' - timestamp '2001-07-27 12:00';
SELECT interval '1 second' * 900, interval '1 day' * 21, double precision '3.5' * interval '1 hour', interval '1 hour' / 1.5;
SELECT age(timestamp '2001-04-10', timestamp '1957-06-13'), date_bin('15 minutes', timestamp '2001-02-16 20:38:40', timestamp '2001-02-16 20:05:00'), date_part('hour', timestamp '2001-02-16 20:38:40'), date_part('month', interval '2 years 3 months');
SELECT date_trunc('hour', timestamp '2001-02-16 20:38:40'), date_trunc('day', timestamptz '2001-02-16 20:38:40+00', 'Australia/Sydney'), date_trunc('hour', interval '2 days 3 hours 40 minutes'), extract(hour from timestamp '2001-02-16 20:38:40'), extract(month from interval '2 years 3 months');
SELECT isfinite(date '2001-02-16'), isfinite(timestamp 'infinity'), isfinite(interval '4 hours'), justify_days(interval '35 days'), justify_hours(interval '27 hours'), justify_interval(interval '1 mon -1 hour');
SELECT make_date(2013, 7, 15), make_interval(days => 10), make_time(8, 15, 23.5), make_timestamp(2013, 7, 15, 8, 15, 23.5), make_timestamptz(2013, 7, 15, 8, 15, 23.5), make_timestamptz(2013, 7, 15, 8, 15, 23.5, 'America/New_York'), to_timestamp(1284352323);
SELECT (DATE '2001-02-16', DATE '2001-12-21') OVERLAPS (DATE '2001-10-30', DATE '2002-10-30'), (DATE '2001-02-16', INTERVAL '100 days') OVERLAPS (DATE '2001-10-30', DATE '2002-10-30'), (DATE '2001-10-29', DATE '2001-10-30') OVERLAPS (DATE '2001-10-30', DATE '2001-10-31'), (DATE '2001-10-30', DATE '2001-10-30') OVERLAPS (DATE '2001-10-30', DATE '2001-10-31');
SELECT extract(century from timestamp '2000-12-16 12:21:13'), extract(day from interval '40 days 1 minute'), extract(decade from timestamp '2001-02-16 20:38:40'), extract(dow from timestamp '2001-02-16 20:38:40'), extract(doy from timestamp '2001-02-16 20:38:40'), extract(epoch from timestamp with time zone '2001-02-16 20:38:40.12-08'), extract(epoch from timestamp '2001-02-16 20:38:40.12'), extract(epoch from interval '5 days 3 hours');
SELECT extract(isodow from timestamp '2001-02-18 20:38:40'), extract(isoyear from date '2006-01-01'), extract(isoyear from date '2006-01-02'), extract(julian from date '2006-01-01'), extract(julian from timestamp '2006-01-01 12:00'), extract(microseconds from time '17:12:28.5'), extract(millennium from timestamp '2001-02-16 20:38:40'), extract(milliseconds from time '17:12:28.5'), extract(quarter from timestamp '2001-02-16 20:38:40'), extract(week from timestamp '2001-02-16 20:38:40');
SELECT date_trunc('year', timestamp '2001-02-16 20:38:40'), date_trunc('day', timestamp with time zone '2001-02-16 20:38:40+00'), date_bin('15 minutes', timestamp '2020-02-11 15:44:17', timestamp '2001-01-01'), date_bin('15 minutes', timestamp '2020-02-11 15:44:17', timestamp '2001-01-01 00:02:30');
SELECT timestamp '2001-02-16 20:38:40' AT TIME ZONE 'America/Denver', timestamp with time zone '2001-02-16 20:38:40-05' AT TIME ZONE 'America/Denver', timestamp with time zone '2001-02-16 20:38:40-05' AT TIME ZONE 'Asia/Tokyo' AT TIME ZONE 'America/Chicago';
SELECT timestamp with time zone '2005-04-02 12:00:00-07' + interval '1 day', timestamp with time zone '2005-04-02 12:00:00-07' + interval '24 hours';
-- 9.16 documents
SELECT '[{"a":"foo"},{"b":"bar"},{"c":"baz"}]'::json -> 2, '[{"a":"foo"},{"b":"bar"},{"c":"baz"}]'::json -> -3, '{"a": {"b":"foo"}}'::json -> 'a', '[1,2,3]'::json ->> 2, '{"a":1,"b":2}'::json ->> 'b', '{"a": {"b": ["foo","bar"]}}'::json #> '{a,b,1}', '{"a": {"b": ["foo","bar"]}}'::json #>> '{a,b,1}';
SELECT '{"a":1, "b":2}'::jsonb @> '{"b":2}'::jsonb, '{"b":2}'::jsonb <@ '{"a":1, "b":2}'::jsonb, '{"a":1, "b":2}'::jsonb ? 'b', '["a", "b", "c"]'::jsonb ? 'b', '{"a":1, "b":2, "c":3}'::jsonb ?| array['b', 'd'], '["a", "b", "c"]'::jsonb ?& array['a', 'b'];
SELECT '["a", "b"]'::jsonb || '["a", "d"]'::jsonb, '{"a": "b"}'::jsonb || '{"c": "d"}'::jsonb, '[1, 2]'::jsonb || '3'::jsonb, '{"a": "b"}'::jsonb || '42'::jsonb, '[1, 2]'::jsonb || jsonb_build_array('[3, 4]'::jsonb), '{"a": "b", "c": "d"}'::jsonb - 'a', '["a", "b", "c", "b"]'::jsonb - 'b', '{"a": "b", "c": "d"}'::jsonb - '{a,c}'::text[], '["a", "b"]'::jsonb - 1, '["a", {"b":1}]'::jsonb #- '{1,b}';
SELECT to_json('Fred said "Hi."'::text), to_jsonb(row(42, 'Fred said "Hi."'::text)), array_to_json('{{1,5},{99,100}}'::int[]), row_to_json(row(1,'foo')), json_build_array(1, 2, 'foo', 4, 5), json_build_object('foo', 1, 2, row(3,'bar')), json_object('{a, 1, b, "def", c, 3.5}'), jsonb_object('{{a, 1}, {b, "def"}, {c, 3.5}}'), json_object('{a,b}', '{1,2}');
SELECT * FROM json_array_elements('[1,true, [2,false]]');
SELECT * FROM json_array_elements_text('["foo", "bar"]');
SELECT json_array_length('[1,2,3,{"f1":1,"f2":[5,6]},4]'), jsonb_array_length('[]'), json_typeof('-123.4'), json_typeof('null'::json), jsonb_typeof('-123.4');
SELECT * FROM json_each('{"a":"foo", "b":"bar"}');
SELECT * FROM json_each_text('{"a":"foo", "b":"bar"}');
SELECT * FROM json_object_keys('{"f1":"abc","f2":{"f3":"a", "f4":"b"}}');
SELECT json_extract_path('{"f2":{"f3":1},"f4":{"f5":99,"f6":"foo"}}', 'f4', 'f6'), json_extract_path_text('{"f2":{"f3":1},"f4":{"f5":99,"f6":"foo"}}', 'f4', 'f6'), json_strip_nulls('[{"f1":1, "f2":null}, 2, null, 3]'), jsonb_pretty('[{"f1":1,"f2":null}, 2]');
SELECT jsonb_set('[{"f1":1,"f2":null},2,null,3]', '{0,f1}', '[2,3,4]', false), jsonb_set('[{"f1":1,"f2":null},2]', '{0,f3}', '[2,3,4]'), jsonb_insert('{"a": [0,1,2]}', '{a, 1}', '"new_value"'), jsonb_insert('{"a": [0,1,2]}', '{a, 1}', '"new_value"', true);
-- 9.18 conditions
SELECT a, CASE WHEN a = 1 THEN 'one' WHEN a = 2 THEN 'two' ELSE 'other' END, CASE a WHEN 1 THEN 'one' WHEN 2 THEN 'two' ELSE 'other' END FROM (VALUES (1), (2), (3)) AS test (a) ORDER BY a;
SELECT coalesce(NULL, 'x', '(none)'), nullif('(none)', '(none)'), greatest(1, NULL, 3), least(1, NULL, 3);
-- 9.19 arrays
SELECT ARRAY[1,4,3] @> ARRAY[3,1,3], ARRAY[2,2,7] <@ ARRAY[1,7,4,2,6], ARRAY[1,4,3] && ARRAY[2,1], ARRAY[1,2,3] || ARRAY[4,5,6,7], ARRAY[1,2,3] || ARRAY[[4,5,6],[7,8,9.9]], 3 || ARRAY[4,5,6], ARRAY[4,5,6] || 7, ARRAY[1.1,2.1,3.1]::int[] = ARRAY[1,2,3];
SELECT array_append(ARRAY[1,2], 3), array_cat(ARRAY[1,2,3], ARRAY[4,5]), array_dims(ARRAY[[1,2,3], [4,5,6]]), array_fill(11, ARRAY[2,3]), array_fill(7, ARRAY[3], ARRAY[2]), array_length(array[1,2,3], 1), array_length(array[]::int[], 1), array_lower('[0:2]={1,2,3}'::integer[], 1), array_ndims(ARRAY[[1,2,3], [4,5,6]]);
SELECT array_position(ARRAY['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'], 'mon'), array_positions(ARRAY['A','A','B','A'], 'A'), array_prepend(1, ARRAY[2,3]), array_remove(ARRAY[1,2,3,2], 2), array_replace(ARRAY[1,2,5,4], 5, 3), array_to_string(ARRAY[1, 2, 3, NULL, 5], ',', '*'), array_upper(ARRAY[1,8,3,7], 1), cardinality(ARRAY[[1,2],[3,4]]), trim_array(ARRAY[1,2,3,4,5,6], 2);
SELECT unnest(ARRAY[['foo','bar'],['baz','quux']]);
SELECT * FROM unnest(ARRAY[1,2], ARRAY['foo','bar','baz']) AS x (a, b);
-- 9.25 sets
SELECT * FROM generate_series(2, 4);
SELECT * FROM generate_series(5, 1, -2);
SELECT * FROM generate_series(4, 3);
SELECT generate_series(1.1, 4, 1.3);
SELECT * FROM generate_series('2008-03-01 00:00'::timestamp, '2008-03-04 12:00', '10 hours');
SELECT generate_subscripts('{NULL,1,NULL,2}'::int[], 1) AS s;
SELECT s, ('{7,8}'::int[])[s] FROM generate_subscripts('{7,8}'::int[], 1, true) AS s;
SELECT * FROM unnest(ARRAY['a','b']) WITH ORDINALITY AS t (x, n);
-- 9.24 rows and arrays
SELECT 1 IN (1, 2), 3 NOT IN (1, 2), 1 = ANY (ARRAY[1,2]), 1 <> ALL (ARRAY[2,3]), ROW(1,2,3) < ROW(1,3,2), ROW(1, NULL) IS NOT DISTINCT FROM ROW(1, NULL);
-- 9.21 aggregates
SELECT array_agg(x ORDER BY x), avg(x), bit_and(x), bit_or(x), bit_xor(x), bool_and(x > 0), bool_or(x > 2), count(*), count(x), every(x > 0), json_agg(x ORDER BY x), jsonb_agg(x ORDER BY x), json_object_agg(x, x * 2), max(x), min(x), string_agg(x::text, ',' ORDER BY x DESC), sum(x) FROM generate_series(1, 3) x;
SELECT corr(y, x), covar_pop(y, x), covar_samp(y, x), regr_avgx(y, x), regr_avgy(y, x), regr_count(y, x), regr_intercept(y, x), regr_r2(y, x), regr_slope(y, x), regr_sxx(y, x), regr_sxy(y, x), regr_syy(y, x) FROM (VALUES (1, 2), (2, 4), (4, 7)) AS t (x, y);
SELECT stddev(x), stddev_pop(x), stddev_samp(x), variance(x), var_pop(x), var_samp(x) FROM generate_series(1, 4) x;
SELECT mode() WITHIN GROUP (ORDER BY x), percentile_cont(0.5) WITHIN GROUP (ORDER BY x), percentile_disc(0.5) WITHIN GROUP (ORDER BY x), percentile_cont(ARRAY[0.25, 0.75]) WITHIN GROUP (ORDER BY x), rank(2) WITHIN GROUP (ORDER BY x), dense_rank(2) WITHIN GROUP (ORDER BY x), percent_rank(2) WITHIN GROUP (ORDER BY x), cume_dist(2) WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (2), (2), (5)) AS t (x);
SELECT grouping(a), grouping(b), a, b, sum(c) FROM (VALUES ('x', 1, 10), ('x', 2, 20), ('y', 1, 15)) AS t (a, b, c) GROUP BY ROLLUP (a, b) ORDER BY a, b;
-- 9.22 windows
SELECT x, row_number() OVER w, rank() OVER w, dense_rank() OVER w, percent_rank() OVER w, cume_dist() OVER w, ntile(2) OVER w, lag(x) OVER w, lead(x, 1, 0) OVER w, first_value(x) OVER w, last_value(x) OVER w, nth_value(x, 2) OVER w FROM (VALUES (1), (2), (2), (5)) AS t (x) WINDOW w AS (ORDER BY x) ORDER BY x, 2;
-- jsonpath: the examples of its functions, operators and methods
select '{"a":[1,2,3,4,5]}'::jsonb @? '$.a[*] ? (@ > 2)';
select '{"a":[1,2,3,4,5]}'::jsonb @@ '$.a[*] > 2';
select jsonb_path_exists('{"a":[1,2,3,4,5]}', '$.a[*] ? (@ >= $min && @ <= $max)', '{"min":2, "max":4}');
select jsonb_path_match('{"a":[1,2,3,4,5]}', 'exists($.a[*] ? (@ >= $min && @ <= $max))', '{"min":2, "max":4}');
select * from jsonb_path_query('{"a":[1,2,3,4,5]}', '$.a[*] ? (@ >= $min && @ <= $max)', '{"min":2, "max":4}');
select jsonb_path_query_array('{"a":[1,2,3,4,5]}', '$.a[*] ? (@ >= $min && @ <= $max)', '{"min":2, "max":4}');
select jsonb_path_query_first('{"a":[1,2,3,4,5]}', '$.a[*] ? (@ >= $min && @ <= $max)', '{"min":2, "max":4}');
select jsonb_path_query('[2]', '$[0] + 3');
select jsonb_path_query_array('{"x": [2,3,4]}', '+ $.x');
select jsonb_path_query('[2]', '7 - $[0]');
select jsonb_path_query_array('{"x": [2,3,4]}', '- $.x');
select jsonb_path_query('[4]', '2 * $[0]');
select jsonb_path_query('[8.5]', '$[0] / 2');
select jsonb_path_query('[32]', '$[0] % 10');
select jsonb_path_query_array('[1, "2", {}]', '$[*].type()');
select jsonb_path_query('{"m": [11, 15]}', '$.m.size()');
select jsonb_path_query('{"len": "1.9"}', '$.len.double() * 2');
select jsonb_path_query('{"h": 1.3}', '$.h.ceiling()');
select jsonb_path_query('{"h": 1.7}', '$.h.floor()');
select jsonb_path_query('{"z": -0.3}', '$.z.abs()');
select jsonb_path_query_array('{"x": "20", "y": 32}', '$.keyvalue()');
select jsonb_path_query_array('[1, "a", 1, 3]', '$[*] ? (@ == 1)');
select jsonb_path_query_array('[1, "a", 1, 3]', '$[*] ? (@ == "a")');
select jsonb_path_query_array('[1, 2, 1, 3]', '$[*] ? (@ != 1)');
select jsonb_path_query_array('["a", "b", "c"]', '$[*] ? (@ <> "b")');
select jsonb_path_query_array('[1, 2, 3]', '$[*] ? (@ < 2)');
select jsonb_path_query_array('["a", "b", "c"]', '$[*] ? (@ <= "b")');
select jsonb_path_query_array('[1, 2, 3]', '$[*] ? (@ > 2)');
select jsonb_path_query_array('[1, 2, 3]', '$[*] ? (@ >= 2)');
select jsonb_path_query('[{"name": "John", "parent": false}, {"name": "Chris", "parent": true}]', '$[*] ? (@.parent == true)');
select jsonb_path_query('[{"name": "John", "parent": false}, {"name": "Chris", "parent": true}]', '$[*] ? (@.parent == false)');
select jsonb_path_query('[{"name": "Mary", "job": null}, {"name": "Michael", "job": "driver"}]', '$[*] ? (@.job == null) .name');
select jsonb_path_query('[1, 3, 7]', '$[*] ? (@ > 1 && @ < 5)');
select jsonb_path_query('[1, 3, 7]', '$[*] ? (@ < 1 || @ > 5)');
select jsonb_path_query('[1, 3, 7]', '$[*] ? (!(@ < 5))');
select jsonb_path_query('[-1, 2, 7, "foo"]', '$[*] ? ((@ > 0) is unknown)');
select jsonb_path_query_array('["abc", "abd", "aBdC", "abdacb", "babc"]', '$[*] ? (@ like_regex "^ab.*c")');
select jsonb_path_query_array('["abc", "abd", "aBdC", "abdacb", "babc"]', '$[*] ? (@ like_regex "^ab.*c" flag "i")');
select jsonb_path_query('["John Smith", "Mary Stone", "Bob Johnson"]', '$[*] ? (@ starts with "John")');
select jsonb_path_query('{"x": [1, 2], "y": [2, 4]}', 'strict $.* ? (exists (@ ? (@[*] > 2)))');
select jsonb_path_query_array('{"value": 41}', 'strict $ ? (exists (@.name)) .name');
select convert('text_in_utf8', 'UTF8', 'LATIN1');
select collation for ('foo' collate "C");
