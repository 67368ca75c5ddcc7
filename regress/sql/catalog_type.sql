-- Types that the catalogue's columns have: numbers as names, vectors,
-- addresses, places.
\set VERBOSITY terse
-- Their names, and those of their arrays.
SELECT pg_typeof(1::regclass), pg_typeof('{1}'::regtype[]),
       pg_typeof('1'::xid), pg_typeof('1 2'::int2vector),
       pg_typeof(ARRAY['10.0.0.1'::inet]), pg_typeof('0/0'::pg_lsn);
-- An oid becomes a name and back; one without an object is a number.
SELECT 99999::regclass, 99999::regtype::oid, 0::regproc, 0::regoper,
       '99999'::regnamespace::int, 99999::oid::regrole::int8;
SELECT 99999::regclass = 99999, 99999::regclass = 99999::oid,
       99999::regclass = '99999', 99999 IN (99999::regclass);
SELECT (-1)::regclass, 4294967295::regclass;
SELECT 4294967296::regclass;
SELECT (-1)::bigint::regclass;
SELECT 1::regclass::regtype;
SELECT 1.5::regclass;
SELECT 99999::regproc::regprocedure, 99999::regoper::regoperator;
SELECT array_agg(x::regclass ORDER BY x::regclass) FROM (VALUES (99999), (0)) v(x);
SELECT '{99999,99998}'::oid[]::regtype[], '{99999}'::regclass[]::oid[];
-- Vectors count from 0, and become arrays, but no array becomes one.
SELECT v, v[0], v[1], v[2], array_lower(v, 1), array_length(v, 1),
       v::int2[], v::int[], v[0:0], pg_typeof(v[0:0])
FROM (SELECT '7 8'::int2vector AS v) AS s;
SELECT 8 = ANY ('7 8'::int2vector), 9 = ANY ('7 8'::oidvector),
       '7 8'::oidvector = '7 8', '7 8'::oidvector < '7 9'::oidvector;
SELECT i, x FROM unnest('5 6'::int2vector) WITH ORDINALITY AS u(x, i) ORDER BY i;
SELECT ARRAY['1 2'::int2vector::int2[]], ''::int2vector = ''::int2vector,
       cardinality(''::oidvector);
SELECT '{1,2}'::int2[]::int2vector;
SELECT '1,2'::int2vector;
-- Transactions and places.
SELECT '7'::xid = 7, '7'::xid = '7'::xid, '4294967295'::xid = -1,
       '4294967296'::xid8::xid, '9'::xid8 > '10'::xid8, '3'::cid = '3';
SELECT 7::xid;
SELECT '(0,1)'::tid < '(0,2)'::tid, '(1,0)'::tid > '(0,9)'::tid;
SELECT '16/B374D848'::pg_lsn - '16/B374D840'::pg_lsn,
       '0/1'::pg_lsn - '0/3'::pg_lsn, 'FFFFFFFF/0'::pg_lsn > '0/1'::pg_lsn;
-- Addresses.
SELECT a, host(a), family(a), masklen(a), network(a), broadcast(a),
       netmask(a), hostmask(a), a::text
FROM (VALUES ('192.168.1.5/24'::inet), ('10.0.0.1'), ('2001:db8::5/32')) AS v(a)
ORDER BY 1;
SELECT '10.1.2.3'::inet << '10.0.0.0/8', '10.0.0.0/8'::inet << '10.0.0.0/8',
       '10.0.0.0/8'::inet <<= '10.0.0.0/8', '10.0.0.0/8'::inet >> '10.1.2.3',
       '10.0.0.0/8'::inet && '10.1.0.0/16', '::/0'::inet >>= '10.1.2.3',
       '10.0.0.0/8'::cidr = '10.0.0.0/8'::inet;
SELECT set_masklen('192.168.1.5/24', 16), set_masklen('192.168.1.0/24'::cidr, 16),
       '192.168.1.5/24'::inet::cidr, set_masklen('10.0.0.1/8', -1);
SELECT set_masklen('10.0.0.1', 33);
SELECT DISTINCT a FROM (VALUES ('10.0.0.1'::inet), ('10.0.0.1/32'), ('10.0.0.1/8')) v(a)
ORDER BY a;
SELECT '08:00:2b:01:02:03'::macaddr > '08:00:2b:01:02:02'::macaddr,
       '0800.2b01.0203'::macaddr;
SELECT to_json('10.0.0.1'::inet), to_json(99999::regclass), to_json('1 2'::int2vector);
-- Access rights.
SELECT 'x=z/y'::aclitem;
SELECT 'a'::pg_node_tree;
-- Columns of events are of none of these.
CREATE TABLE odd (a inet);
CREATE TABLE odd (a regclass);
CREATE TABLE odd (a oidvector);
-- What is no number of a transaction is one as far as it goes.
SELECT t, t::xid, t::cid, t::xid8 FROM (VALUES ('z'), ('12z'), ('-1'), ('0x1Fz'), ('0x'),
  ('010'), (''), ('99999999999'), ('99999999999999999999999')) v(t);
-- A constant may be a number of a relation, a text is a name.
SELECT '1259'::regclass, 'pg_class'::text::regclass, 'pg_class'::varchar::regclass;
SELECT '1259'::text::regclass;
