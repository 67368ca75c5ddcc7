-- Regular expressions, as PostgreSQL 15 answers; where it differs (the longest
-- of alternatives), see the end.

\set VERBOSITY verbose

-- the manual's examples
SELECT 'thomas' ~ 't.*ma' AS a, 'thomas' ~* 'T.*ma' AS b, 'thomas' !~ 't.*max' AS c, 'thomas' !~* 'T.*ma' AS d;
SELECT 'abcd' ~ 'bc' AS a, 'abcd' ~ 'a.c' AS b, 'abcd' ~ '(b|x)c' AS c, 'abcd' ~ '^(b|c)' AS d;
SELECT substring('foobar' from 'o.b') AS a, substring('foobar' from 'o(.)b') AS b, substring('foobar' from 'x') AS c, substring('foobar' from '(x)?o') AS d;
SELECT regexp_replace('foobarbaz', 'b..', 'X') AS a, regexp_replace('foobarbaz', 'b..', 'X', 'g') AS b, regexp_replace('foobarbaz', 'b(..)', 'X\1Y', 'g') AS c;
SELECT regexp_replace('A PostgreSQL function', 'a|e|i|o|u', 'X', 1, 0, 'i') AS a, regexp_replace('A PostgreSQL function', 'a|e|i|o|u', 'X', 1, 3, 'i') AS b;
SELECT regexp_replace('Thomas', '.[mN]a.', 'M') AS a, regexp_replace('Thomas', '.', 'X', 3, 2) AS b, regexp_replace('abc', 'b', '[\&\\\x]') AS c, regexp_replace('abc', '', '-', 'g') AS d;
SELECT regexp_count('ABCABCAXYaxy', 'A.') AS a, regexp_count('ABCABCAXYaxy', 'A.', 1, 'i') AS b, regexp_count('123456789012', '\d\d\d', 2) AS c, regexp_count('abc', '') AS d, regexp_count('abc', 'x', 9) AS e;
SELECT regexp_instr('number of your street, town zip, FR', '[^,]+', 1, 2) AS a, regexp_instr('ABCDEFGHI', '(c..)(...)', 1, 1, 0, 'i', 2) AS b, regexp_instr('ABCDEF', 'c(.)(..)', 1, 1, 1, 'i') AS c, regexp_instr('abc', 'x') AS d, regexp_instr('äöü', 'ü', 2) AS e;
SELECT regexp_like('Hello World', 'world', 'i') AS a, regexp_like('Hello World', 'world') AS b;
SELECT regexp_substr('number of your street, town zip, FR', '[^,]+', 1, 2) AS a, regexp_substr('ABCDEFGHI', '(c..)(...)', 1, 1, 'i', 2) AS b, regexp_substr('abc', 'x') AS c, regexp_substr('abc', 'b(x)?', 1, 1, '', 1) AS d;
SELECT 'abc' SIMILAR TO 'abc' AS a, 'abc' SIMILAR TO 'a' AS b, 'abc' SIMILAR TO '%(b|d)%' AS c, 'abc' SIMILAR TO '(b|c)%' AS d, '-abc-' SIMILAR TO '%\mabc\M%' AS e, 'xabcy' SIMILAR TO '%\mabc\M%' AS f;
SELECT 'a%c' SIMILAR TO 'a#%c' ESCAPE '#' AS a, 'abc' NOT SIMILAR TO 'a#%c' ESCAPE '#' AS b, 'a.c' SIMILAR TO 'a.c' AS c, 'abc' SIMILAR TO 'a.c' AS d, 'a+' SIMILAR TO 'a+' AS e, 'aaa' SIMILAR TO 'a{2,3}' AS f;
SELECT substring('foobar' similar '%#"o_b#"%' escape '#') AS a, substring('foobar' similar '#"o_b#"%' escape '#') AS b, substring('abcdefg' similar 'a#"(b_d)#"%' escape '#') AS c, substring('abcbcbd', '%#"b%#"_', '#') AS d;
SELECT similar_to_escape('a%(b|c)_d[%_]+\.e"x^$'), similar_to_escape('[^]%]_[[:alpha:]%]%', ''), similar_to_escape('a#"b#"c', '#');

-- the syntax
SELECT substring('XY1234Z', 'Y*([0-9]{1,3})') AS a, substring('XY1234Z', 'Y*?([0-9]{1,3})') AS b, substring('abc01234xyz' from '(?:(.*?)(\d+)(.*)){1,1}') AS c, substring('aaa' from 'a*?(a*)') AS d, substring('xfooyfoo' from 'x*(.*?)foo') AS e;
SELECT 'foo bar' ~ '\mbar' AS a, 'foobar' ~ '\mbar' AS b, 'foo bar' ~ 'foo\M' AS c, 'foobar' ~ 'foo\M' AS d, 'foo bar' ~ 'o\y' AS e, 'foo bar' ~ '\Yoo' AS f, 'a b' ~ '[[:<:]]b[[:>:]]' AS g, 'ab' ~ '[[:<:]]b' AS h;
SELECT E'a\nb' ~ '^b' AS a, E'a\nb' ~ '(?n)^b' AS b, E'a\nb' ~ 'a.b' AS c, E'a\nb' ~ '(?n)a.b' AS d, E'a\nb' ~ '(?p)a[^x]b' AS e, E'a\nb' ~ '(?w)^b' AS f, E'a\nb' ~ 'a$' AS g, E'a\nb' ~ '(?n)a$' AS h, E'a\n' ~ 'a$' AS i, E'a\nb' ~ '(?n)\Ab' AS j, E'a\nb' ~ '(?n)a\Z' AS k;
SELECT '(a)' ~ '***=(a)' AS a, 'a.c' ~ '(?q)a.c' AS b, 'abc' ~ '***:(?i)A B' AS c, 'abc' ~ '(?ix)A B # comment' AS d, 'ABC' ~ 'b(?#none)C' AS e, 'a\b' ~ '(?e)a\\b' AS f, 'aB' ~ '(?i)Ab' AS g, 'aB' ~* '(?c)Ab' AS h;
SELECT 'a1_ä ' ~ '^[[:alpha:]][[:digit:]]\w[[:alnum:]]\s$' AS a, '-' ~ '[a\-z]' AS b, ']' ~ '[]]' AS c, '^' ~ '[x^]' AS d, 'b' ~ '[a-c]' AS e, 'd' ~ '[^a-c]' AS f, '\' ~ '[\\]' AS g, 'a' ~ '[[.a.]]' AS h, 'a' ~ '[[=a=]]' AS i, '5' ~ '[\d]' AS j, '-' ~ '[\d-]' AS k, 'x' ~ '[\w]' AS l, 'é' ~ '[à-ü]' AS m;
SELECT E'\t' ~ '\t' AS a, 'A' ~ '\x41' AS b, 'A' ~ '\u0041' AS c, 'A' ~ '\101' AS d, 'aa' ~ '(a)\1' AS e, 'ab' ~ '(a)\1' AS f, '\' ~ '\B' AS g, 'ä' ~ '^.$' AS h, 'Ä' ~* 'ä' AS i, 'x' ~ 'x{1}' AS j, 'x{' ~ 'x{' AS k, 'x{a}' ~ 'x{a}' AS l, 'xxx' ~ '^x{2,}$' AS m;
SELECT 'foobar' ~ 'foo(?=bar)' AS a, 'foobaz' ~ 'foo(?!bar)' AS b, 'foobar' ~ '(?<=foo)bar' AS c, 'foobar' ~ '(?<!foo)bar' AS d, 'abc' ~ '' AS e, 'abc' ~ 'a|' AS f, 'b' ~ '()b' AS g, 'a]' ~ 'a]' AS h;
SELECT regexp_replace('a.b.c', '.', 'x', 'gq') AS a, regexp_replace(E'a\nb', '^', '>', 'gn') AS b, regexp_replace('aäb', '', '-', 'g') AS c, regexp_replace('äöü', 'ö', 'x', 2) AS d, regexp_replace('abc', 'x', 'y') AS e, regexp_replace('aaa', 'a', 'b', 2, 1) AS f;
SELECT 'abc'::name ~ 'b' AS a, 'abc'::char(5) ~ 'c$' AS b, 'abc'::char(5) ~ 'c  $' AS c, 'abc'::varchar ~* 'B' AS d, NULL ~ 'a' AS e, 'a' ~ NULL AS f, regexp_replace('a', NULL, 'b') AS g;
SELECT x, x ~ p AS matches, substring(x from p) AS part FROM (VALUES ('abc', 'b'), ('abc', 'b'), ('abc', '(c)'), (NULL, 'x'), ('abc', NULL), ('x', '^y')) v (x, p);

-- what psql asks
SELECT relname OPERATOR(pg_catalog.~) '^(pay.*)$' COLLATE pg_catalog.default AS ok FROM (VALUES ('payment'::name), ('view')) v (relname);

-- errors
SELECT 'a' ~ '(';
SELECT 'a' ~ ')';
SELECT 'a' ~ 'a**';
SELECT 'a' ~ '*a';
SELECT 'a' ~ '^*';
SELECT 'a' ~ '(?=a)*';
SELECT 'a' ~ '[a';
SELECT 'a' ~ '[b-a]';
SELECT 'a' ~ '[\d-z]';
SELECT 'a' ~ '[[:foo:]]';
SELECT 'a' ~ '[[.foo.]]';
SELECT 'a' ~ '\';
SELECT 'a' ~ '\q';
SELECT 'a' ~ '(a)\2';
SELECT 'a' ~ 'x{2,1}';
SELECT 'a' ~ 'x{1';
SELECT 'a' ~ 'x{1,a}';
SELECT 'a' ~ 'x{256}';
SELECT 'a' ~ '(?z)a';
SELECT 'a' ~ '\xq';
SELECT regexp_replace('a', 'b', 'c', 'g!');
SELECT regexp_replace('a', 'b', 'c', '1');
SELECT regexp_like('a', 'b', 'g');
SELECT regexp_count('a', 'b', 0);
SELECT regexp_count('a', 'b', 1, 'g');
SELECT regexp_instr('a', 'b', 1, 0);
SELECT regexp_instr('a', 'b', 1, 1, 2);
SELECT regexp_instr('a', 'b', 1, 1, 0, '', -1);
SELECT regexp_substr('a', 'b', 1, 1, '', -1);
SELECT regexp_replace('a', 'b', 'c', 1, -1);
SELECT 'a' SIMILAR TO 'a' ESCAPE '##';
SELECT similar_to_escape('#"a#"b#"c', '#');
SELECT 1 ~ 'a';

-- arrays and sets
SELECT regexp_match('foobarbequebaz', 'bar.*que') AS a, regexp_match('foobarbequebaz', '(bar)(beque)') AS b, regexp_match('foobarbequebaz', 'x') AS c, regexp_match('foobar', '(x)?(o)') AS d, (regexp_match('foobarbequebaz', 'BAR(.)', 'i'))[1] AS e;
SELECT regexp_matches('foo', 'not there');
SELECT regexp_matches('foobarbequebazilbarfbonk', '(b[^b]+)(b[^b]+)', 'g');
SELECT * FROM regexp_matches('abcabc', 'b', 'g') WITH ORDINALITY m (parts, n);
SELECT regexp_split_to_array('hello world', '\s+') AS a, regexp_split_to_array('the quick', '\s*') AS b, regexp_split_to_array('', 'x') AS c, regexp_split_to_array('abc', '') AS d, regexp_split_to_array('aXbxc', 'x', 'i') AS e, regexp_split_to_array('xaxx', 'x') AS f;
SELECT foo FROM regexp_split_to_table('the quick brown fox', '\s+') AS foo;
SELECT foo FROM regexp_split_to_table('the quick', '\s*') AS foo;
SELECT x, regexp_split_to_table(x, ',') AS part FROM (VALUES ('a,b'), (NULL), ('c')) v (x);
SELECT regexp_match('abc', 'b', 'g');
SELECT regexp_split_to_array('abc', 'b', 'g');
SELECT regexp_split_to_table('abc', '(');

-- of all matches the longest, or the shortest where the pattern prefers it
SELECT substring('abc' from 'a|ab') AS a, substring('abc' from 'ab|a') AS b;
SELECT substring('abcd' from '(?:a|ab)(?:c|bcd)?') AS a, substring('ab' from 'a??a?b?') AS b, substring('xaab' from '(?:a|aa)+?b?') AS c, substring('ab' from 'a?(?:ab)?') AS d;
SELECT regexp_match('XY1234Z', 'Y*([0-9]{1,3})'), regexp_match('XY1234Z', 'Y*?([0-9]{1,3})'), regexp_match('abc01234xyz', '(.*)(\d+)(.*)'), regexp_match('abc01234xyz', '(.*?)(\d+)(.*)'), regexp_match('abc01234xyz', '(?:(.*?)(\d+)(.*)){1,1}');
SELECT regexp_replace('aab ab a', 'a|ab|aab', '<\&>', 'g'), regexp_split_to_array('1abc2ab3', 'ab|abc'), regexp_count('abcab', 'ab|abc'), regexp_instr('xabc', 'a|abc', 1, 1, 1), regexp_substr('xabcd', '(ab|abc)(cd)?');
SELECT regexp_match('abab', '(a|ab)\1|ab'), regexp_match('abab', '(ab?)\1');
-- a group may not refer to itself
SELECT 'a' ~ '(a\1)';
-- a match notices that the statement is to end
SET statement_timeout = '20ms';
SELECT repeat('ab', 500000) ~ 'a.*[xy]';
SELECT count(*) FROM generate_series(1, 1000) g WHERE repeat('ab', 100000) || g ~ '(a|ab)*.*[xy]';
SELECT regexp_replace(repeat('ab', 500000), 'a.*[xy]|ab', '', 'g') = '';
RESET statement_timeout;
-- a match that would take for ever ends with an error
SELECT (repeat('a', 60) || 'b') ~ '^(a|aa)+$';
SELECT count(*) FROM generate_series(1, 3) g WHERE (repeat('a', 60) || 'b' || g) ~ '^((a+)*)*$';
SELECT ('x' || repeat('a', 100000)) ~ '.*b' AS none;
SELECT repeat('(', 300) || repeat(')', 300) ~ repeat('(', 300);
SELECT 'a' ~ '(((((a{255}){255}){255}){255}){255})';
SELECT 'ab' ~ '(?<=a*)b';
SELECT 'ab' ~ '(?b)a';
SELECT 'a' ~ repeat('a', 70000);
