-- Bytes in encodings, and LIKE of bytes: every answer is PostgreSQL 15's.
\set VERBOSITY verbose
select convert('text'::bytea, 'UTF8', 'LATIN1'), convert('\xe9'::bytea, 'LATIN1', 'UTF8'), convert('\xc3a9'::bytea, 'utf-8', 'iso-8859-1'), convert('\xff'::bytea, 'SQL_ASCII', 'LATIN1'), convert('\xff'::bytea, 'LATIN1', 'SQL_ASCII'), convert('\xff'::bytea, 'latin1', 'latin1');
select convert_from('\xe9', 'LATIN1'), convert_to('é', 'LATIN1'), convert_from('abc', 'SQL_ASCII'), convert_to('é', 'SQL_ASCII'), length('\xe9ff'::bytea, 'LATIN1'), length('\xc3a9'::bytea, 'UTF8');
select convert_to('€', 'LATIN1');
select convert('\xff'::bytea, 'UTF8', 'LATIN1');
select convert('\x00'::bytea, 'LATIN1', 'UTF8');
select convert('\xff'::bytea, 'SQL_ASCII', 'UTF8');
select convert('a'::bytea, 'nope', 'UTF8');
select convert('a'::bytea, 'UTF8', 'nope');
select '\xff00ab'::bytea like '\xff25'::bytea, '\xff00ab'::bytea like '\xff5fab'::bytea, '\xc3a9'::bytea like '_', '\xc3a9'::bytea like '__', '\xff00ab'::bytea not like '\x25ab', 'a%c'::bytea like 'a\\%c', 'abc'::bytea like 'a\\%c', 'a_b'::bytea ~~ 'a%'::bytea;
select 'a%c'::bytea like 'a!%c'::bytea escape '!'::bytea, like_escape('a!%'::bytea, '!'::bytea);
select 'abc'::bytea like 'a\\'::bytea, like_escape('a'::bytea, 'xy'::bytea);
select b like '%a%' from (values ('\x61ff'::bytea), ('\xff')) v(b);
