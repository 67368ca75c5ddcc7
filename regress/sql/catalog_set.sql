-- Sets that the catalogue's queries ask functions for.
\set VERBOSITY terse
create table t(a int, b text);
select * from information_schema._pg_expandarray('{5,6}'::int[]);
select (information_schema._pg_expandarray('5 6'::int2vector)).n;
select information_schema._pg_expandarray('{5,NULL}'::int[]);
select k.x, k.n from (values ('{7,8}'::int[])) v(a), information_schema._pg_expandarray(v.a) k;
select (i.k).x, (i.k).n from (select information_schema._pg_expandarray('1 2'::int2vector) as k) i order by 2;
select count(*), count(distinct catcode) from pg_get_keywords();
select * from pg_catalog.pg_get_keywords() where word in ('abort','select','between','left','as') order by 1;
select * from pg_options_to_table('{a=b,c,d=e=f,NULL}');
select * from pg_partition_ancestors('t');
select * from pg_partition_tree('t');
select privilege_type, is_grantable, grantee = 0 as everybody from aclexplode((acldefault('d', 10) || makeaclitem(0, 10, 'CREATE', true)));
select 1 where 't'::regclass in (select pg_catalog.pg_partition_ancestors('t') union all values ('t'::regclass));
