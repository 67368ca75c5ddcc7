-- Bit strings: their parts, single bits, and what groups of them come to.  The
-- answers are PostgreSQL 15's.
select substring(b'110010111' from 3), substring(b'110010111' from 3 for 4), substring(b'1100' from -1 for 3), substring(b'1100' from 9), substring(b'1100', 2, 2), substring(varbit '1100' from 2147483647 for 2147483647) = b'';
select substring(b'1100' from 2 for -1);
select substring(b'1100' from -5 for 3) = b'', substring(b'1100' from 0) as whole, pg_typeof(substring(varbit '1' from 1));
select overlay(b'11110000' placing b'00' from 2), overlay(b'11110000' placing b'00' from 2 for 0), overlay(b'11110000' placing b'' from 3 for 4), overlay(b'11' placing b'001' from 5), pg_typeof(overlay(varbit '11' placing b'0' from 1));
select overlay(b'1111' placing b'0' from 0);
select overlay(b'1111' placing b'0' from 2147483647 for 2147483647);
select position(b'1' in b'0010'), position(b'11' in b'0010'), position(b'' in b'0010'), position(b'' in b''), position(b'1' in b''), position(b'0101' in b'1100101');
select get_bit(b'1010', 0), get_bit(b'1010', 1), get_bit(varbit '0001', 3);
select get_bit(b'1010', 4);
select get_bit(b'1010', -1);
select get_bit(b'', 0);
select set_bit(b'1010', 0, 0), set_bit(b'1010', 3, 1), set_bit(b'1010', 1, 0), pg_typeof(set_bit(varbit '1', 0, 0));
select set_bit(b'1010', 4, 1);
select set_bit(b'1010', 1, 2);
select bit_count(b'1011'), bit_count(b''), bit_count(varbit '111'), pg_typeof(bit_count(b'1')), bit_count('\xff01'::bytea);
select substring(null::bit(3) from 1), get_bit(b'1', null), overlay(b'1' placing null from 1), position(null in b'1'), bit_count(null::bit);
select length(varbit '101'), octet_length(varbit '101010101'), bit_length(varbit '101');
-- aggregates
select bit_and(x), bit_or(x), bit_xor(x), pg_typeof(bit_and(x)) from (values (b'1100'), (b'1010'), (null), (b'1001')) as v(x);
select bit_and(x), bit_or(x), bit_xor(x) from (values (null::bit(3))) as v(x);
select bit_and(x) from (values (b'1100')) as v(x) where false;
select g, bit_and(x), bit_or(x), bit_xor(distinct x) from (values (1, varbit '11'), (2, '01'), (1, '10'), (2, '01'), (1, '10')) as v(g, x) group by g order by g;
select bit_and(x) from (values (b'11'), (b'101')) as v(x);
select bit_or(x) from (values (b'11'), (b'101')) as v(x);
select bit_xor(x) from (values (b'11'), (b'101')) as v(x);
select x, bit_or(x) over (order by n), bit_xor(x) over (order by n rows 1 preceding), bit_and(x) filter (where n > 1) over () from (values (1, b'001'), (2, b'011'), (3, b'100')) as v(n, x) order by n;
select g % 3 as k, bit_xor(g::bit(16)), bit_or(g::bit(16)), bit_and(g::bit(16)) from generate_series(1, 10000) as g group by 1 order by 1;
select bit_and(a), bit_or(a), bit_xor(a), bit_and(b), bit_or(b), bit_xor(b), bit_and(c), bit_or(c), bit_xor(c) from (values (12::int2, 12, 12::int8), (10, 10, 10), (null, null, null)) as v(a, b, c);
-- what the catalogue says of them
select oid::regprocedure, prorettype::regtype, prokind, provolatile from pg_proc where pronamespace = 'pg_catalog'::regnamespace and 1560 = any (proargtypes) and proname !~ '_(in|out|recv|send)$|^bit$|cmp|^int' order by proname, oid;
select oid, oprname, oprleft::regtype, oprright::regtype, oprresult::regtype from pg_operator where oprleft in (1560, 1562) or oprright in (1560, 1562) order by oid;
