-- Numbers of bytes as text, both ways.  The answers are PostgreSQL 15's.
\set VERBOSITY verbose
SELECT text, pg_size_bytes(text) FROM (VALUES (1, '1'), (2, '123bytes'), (3, '1kB'), (4, '1MB'), (5, ' 1 GB'), (6, '1.5 GB '), (7, '1TB'),
    (8, '3000 TB'), (9, '1e6 MB'), (10, '99 PB'), (11, '-1.5 mb'), (12, '+2 Kb'), (13, '.5 kb'), (14, '5.'), (15, '-.1 kb'), (16, '1e3'),
    (17, E'\t7 BYTES\n'), (18, '0.4'), (19, '0.5'), (20, '9223372036854775807'), (21, '1E-3 kB')) AS v (n, text) ORDER BY n;
SELECT pg_size_bytes('1 AB');
SELECT pg_size_bytes('1 AB A');
SELECT pg_size_bytes('1 AB A    ');
SELECT pg_size_bytes('9223372036854775807.9');
SELECT pg_size_bytes('9223372036854775808');
SELECT pg_size_bytes('1e100');
SELECT pg_size_bytes('1e1000000000000000000');
SELECT pg_size_bytes('1 byte');
SELECT pg_size_bytes('');
SELECT pg_size_bytes('  ');
SELECT pg_size_bytes('kb');
SELECT pg_size_bytes('..');
SELECT pg_size_bytes('-.');
SELECT pg_size_bytes('-.kb');
SELECT pg_size_bytes('-. kb');
SELECT pg_size_bytes('.+912');
SELECT pg_size_bytes('+912+ kB');
SELECT pg_size_bytes('++123 kB');
SELECT pg_size_bytes('1 B');
SELECT pg_size_bytes('1e kB');
SELECT pg_size_bytes('1e+ kB');
SELECT pg_size_bytes('NaN');
SELECT pg_size_bytes(NULL);
SELECT pg_size_pretty(pg_size_bytes('20 GB')), pg_size_pretty(10239::bigint), pg_size_pretty(-10240::bigint), pg_size_pretty(1e20::numeric);
