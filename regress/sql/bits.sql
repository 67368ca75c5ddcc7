-- Bit strings: what they are read from, their lengths, numbers, logic.  The answers are PostgreSQL 15's.
select b'101', x'1F', b'' = '', B'1' as one, pg_typeof(b'1'), pg_typeof(varbit '1');
select '1'::bit(3), '10110'::bit(3), 'b101'::bit(3), 'x1f'::bit(8), 'X1F'::varbit, '1011'::varbit(2), '101'::bit varying;
select '1'::bit, '0'::bit = b'0', '101'::varbit::bit(5), b'101'::text, b'101'::varchar(2);
select '102'::bit(3);
select 'x1g'::varbit;
select b'12';
select '1'::bit(0);
select '1'::bit varying(0);
select '1'::bit(83886081);
-- Numbers: the last bits of one, and all of a string's.
select 5::bit(4), 5::bit(3), 5::bit(2), 5::bit, (-1)::bit(40), (-2)::bigint::bit(64), 5::bigint::bit(3);
select b'101'::int, b'11111111111111111111111111111111'::int, b'01111111111111111111111111111111'::int, b'1'::bigint;
select b'100000000000000000000000000000000'::bigint, b'1111111111111111111111111111111111111111111111111111111111111111'::bigint;
select b'100000000000000000000000000000000'::int;
select (b'1' || b'0000000000000000000000000000000000000000000000000000000000000000')::bigint;
select b'1'::smallint;
select b'101'::numeric;
-- In their order, a prefix first.
select x, x < b'1', x = b'10' from (values (b'1'), (b'10'), (b'01'), (b''), (b'11'), (null)) as v(x) order by x;
select count(distinct x), max(x::text) from (values (b'1'), (b'10'), (b'1')) as v(x);
select b'1' = varbit '1', b'1' <> b'01', b'10' > b'1', varbit '0' < varbit '00';
select x, count(*) from (values (b'1'), (b'10'), (b'1')) as v(x) group by x order by 1;
-- Logic.
select b'1100' & b'1010', b'1100' | b'1010', b'1100' # b'1010', ~ b'1100', b'1100' << 1, b'1100' >> 1, b'1100' << -1, b'1100' >> 9;
select b'1' & b'10';
select b'1' | b'10';
select b'1' # b'10';
select b'10' || b'1', pg_typeof(b'1' || b'0'), length(b'10101'), bit_length(b'10101'), octet_length(b'101010101'), octet_length(b'');
select null::bit(3), null::bit(2) & b'11', array[b'1', b'10'], '{101,1}'::varbit[];
-- A modifier that was not asked for must fit.
prepare fits(bit(3)) as select $1;
execute fits(b'101');
-- What its names are.
select format_type(1560, 3), format_type(1560, -1), format_type(1560, null), format_type(1562, 5), format_type(1562, -1), 'bit'::regtype, 'bit varying'::regtype;
-- The keys of symmetric aggregates, as Looker makes them.
select ('x' || md5('order-1'))::bit(64)::bigint, ('x' || substr(md5('order-1'), 17))::bit(64)::bigint::decimal(65);
create table no_bits (a bit(3));
create temp table no_bits (a varbit);
