-- json and jsonb: every answer here is PostgreSQL's.
SET timezone = 'UTC';

-- operators and functions
select '{"a":1,"b":2}'::jsonb @> '{"b":2}';
select '[1,2,[1,3]]'::jsonb @> '[1,3]';
select '[1,2,3]'::jsonb @> '[3,1]';
select '[1,2,3]'::jsonb @> '[1,2,2]';
select '{"product":{"name":"x","n":1}}'::jsonb @> '{"product":{"name":"x"}}';
select '{"foo":{"bar":"baz"}}'::jsonb @> '{"bar":"baz"}';
select '{"foo":{"bar":"baz"}}'::jsonb @> '{"foo":{}}';
select '["foo","bar"]'::jsonb @> '"bar"';
select '"bar"'::jsonb @> '["bar"]';
select '"foo"'::jsonb @> '"foo"';
select '1'::jsonb @> '1.0';
select '[1.0]'::jsonb @> '1';
select '{}'::jsonb @> '{}', '[]'::jsonb @> '[]', '{}'::jsonb @> '[]', '[]'::jsonb @> '{}';
select '[[1]]'::jsonb @> '[1]', '[[1,2]]'::jsonb @> '[[1]]', '[{"a":1,"b":2}]'::jsonb @> '[{"a":1}]';
select 'null'::jsonb @> 'null', '[null]'::jsonb @> 'null';
select '{"a":1}'::jsonb <@ '{"a":1,"b":2}';
select '{"a":1,"b":2}'::jsonb ? 'b', '["foo","bar"]'::jsonb ? 'bar', '"foo"'::jsonb ? 'foo', '{"a":{"b":1}}'::jsonb ? 'b', '[1]'::jsonb ? '1', '{}'::jsonb ? '';
select '{"a":1,"b":2,"c":3}'::jsonb ?| array['b','d'], '["a","b"]'::jsonb ?& array['a','b'], '{"a":1}'::jsonb ?| array[null,'a'], '{"a":1}'::jsonb ?& array[null,'a'], '{"a":1}'::jsonb ?& '{}', '{"a":1}'::jsonb ?| '{}';
select '["a","b"]'::jsonb || '["a","d"]', '{"a":"b"}'::jsonb || '{"c":"d"}', '[1,2]'::jsonb || '3', '{"a":"b"}'::jsonb || '42', '1'::jsonb || '2', '{"a":1}'::jsonb || '{"a":2}', '[1]'::jsonb || '{"a":1}', '{"a":1}'::jsonb || '[1]', '{}'::jsonb || '[]', '[]'::jsonb || '{}';
select '{"a":1}'::jsonb || null::jsonb;
select '{"a":"b","c":"d"}'::jsonb - 'a', '["a","b","c","b"]'::jsonb - 'b', '["a","b"]'::jsonb - 1, '["a","b"]'::jsonb - -1, '["a"]'::jsonb - 5, '{"a":1,"b":2,"c":3}'::jsonb - '{a,c}'::text[], '["a","b"]'::jsonb - array['a',null];
select '{"a":1}'::jsonb - 0;
select '1'::jsonb - 'a';
select '1'::jsonb - 0;
select '1'::jsonb - array['a'];
select '["a",{"b":1}]'::jsonb #- '{1,b}', '{"a":{"b":[1,2,3]}}'::jsonb #- '{a,b,1}', '{"a":1}'::jsonb #- '{}', '{"a":1}'::jsonb #- '{x}', '[1,2]'::jsonb #- '{-1}', '[1,2]'::jsonb #- '{7}';
select '1'::jsonb #- '{a}';
select '[1]'::jsonb #- '{a}';
select '{"a":1}'::jsonb #- array[null];
select '{"a":{"b":[10,20]}}'::jsonb #> '{a,b,1}', '{"a":{"b":[10,20]}}'::jsonb #>> '{a,b,-1}', '{"a":1}'::jsonb #> '{}', '{"a":1}'::jsonb #> '{x}', '{"a":1}'::jsonb #> array['a',null];
select '{"a":{"b":[10,20]}}'::json #> '{a,b,1}', '{"a":{"b":[10, 20]}}'::json #>> '{a,b}', '{"a": 1}'::json #> '{}';
select '{"a":1}'::jsonb #> 'x';
select jsonb_extract_path('{"a":{"b":[10,20]}}','a','b','1'), jsonb_extract_path_text('{"a":"x"}','a'), json_extract_path('{"a":{"b":1}}','a','b'), json_extract_path_text('{"a":null}','a'), jsonb_extract_path('{"a":1}','a','b'), jsonb_extract_path('{"a":1}',null);
select jsonb_build_array(1,2,'foo',4.5,null,true,array[1,2],'{"a":1}'::jsonb), json_build_array(1,2,'foo',4.5,null,true,array[1,2],'{"a": 1}'::json), jsonb_build_array(), json_build_array();
select jsonb_build_object('foo',1,2,'bar','x',null), json_build_object('foo',1,2,'bar','x',null), jsonb_build_object(), json_build_object();
select jsonb_build_object('a');
select json_build_object('a');
select jsonb_build_object(null,1);
select json_build_object(null,1);
select jsonb_build_object('a',1,null,1);
select jsonb_build_object(array[1],1);
select json_build_object('{}'::json,1);
select jsonb_build_object(true,1,1.50,2,'2020-01-01'::date,3);
select jsonb_build_object('a',1,'a',2), json_build_object('a',1,'a',2);
select to_json('Fred said "Hi."'::text), to_jsonb('x'::text), to_json(1), to_jsonb(1.50), to_json(true), to_jsonb(null::int), to_json(array[1,2]), to_jsonb(array[[1,2],[3,4]]), to_json('{"a": 1}'::json), to_jsonb('{"a":1}'::json), to_json('{}'::int[]);
select to_json('2014-05-28 12:22:35.614298'::timestamp), to_json('2014-05-28'::date), to_jsonb('2014-05-28 12:22:35+00'::timestamptz), to_json('1 day'::interval), to_json('10:00'::time), to_json('infinity'::timestamptz), to_json('infinity'::date);
select to_json('NaN'::float8), to_jsonb('Infinity'::numeric), to_jsonb(1e20::float8), to_json(1e20::float8), to_jsonb('1e-7'::float8), to_json('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid), to_json('x'::"char"), to_json(5::oid), to_json('ab'::name), to_json('a'::varchar);
select to_json(null);
select array_to_json('{{1,5},{99,100}}'::int[]), array_to_json(array['a',null]), array_to_json('{}'::int[]);
select json_object('{a,1,b,"def",c,3.5}'), jsonb_object('{{a,1},{b,"def"}}'), json_object('{a,b}','{1,2}'), jsonb_object('{a,b}','{1,null}'), jsonb_object('{}'), json_object('{}');
select json_object('{a}');
select jsonb_object('{{a}}');
select json_object('{a,b}','{1}');
select jsonb_object('{null,1}');
select jsonb_set('[{"f1":1,"f2":null},2,null,3]','{0,f1}','[2,3,4]',false), jsonb_set('[{"f1":1,"f2":null},2]','{0,f3}','[2,3,4]'), jsonb_set('{"a":1}','{b}','2'), jsonb_set('{"a":1}','{b}','2',false), jsonb_set('[1,2]','{9}','3'), jsonb_set('[1,2]','{-9}','3'), jsonb_set('[1,2]','{-1}','3'), jsonb_set('{"a":{"b":1}}','{a,b}','{"x":1}'), jsonb_set('{"a":1}','{}','2'), jsonb_set('{"a":1}','{x,y}','2');
select jsonb_set('1','{a}','2');
select jsonb_set('[1]','{a}','2');
select jsonb_set('{"a":1}',array[null],'2');
select jsonb_set('{"a":1}','{a}',null);
select jsonb_set('{"a":[1,2]}','{a,x}','1');
select jsonb_insert('{"a":[0,1,2]}','{a,1}','"new"'), jsonb_insert('{"a":[0,1,2]}','{a,1}','"new"',true), jsonb_insert('{"a":1}','{b}','2'), jsonb_insert('[1,2]','{-1}','3'), jsonb_insert('[1,2]','{-1}','3',true), jsonb_insert('[1]','{7}','3');
select jsonb_insert('{"a":1}','{a}','2');
select jsonb_strip_nulls('[{"f1":1,"f2":null},2,null,3]'), json_strip_nulls('{"a": null, "b": {"c": null, "d": [null, 1]}}'), jsonb_strip_nulls('null');
select jsonb_pretty('[{"f1":1,"f2":null},2,[],{}]');
select jsonb_pretty('1'), jsonb_pretty('{"a":{"b":[1,"x"]}}');
select ('{"a":{"b":[1,2]}}'::jsonb)['a']['b'][1], ('[1,2]'::jsonb)[-1], ('{"a":1}'::jsonb)['x'], ('{"a":1}'::jsonb)[null];
select ('[1]'::jsonb)[1.5];
select ('[1]'::jsonb)[0:1];
select '{"a":1}'::jsonb = '{"a":1.0}', '[1]'::jsonb < '[1,2]', '{"b":1}'::jsonb > '{"a":2}', '"a"'::jsonb < '1';
select jsonb_array_length('[1,[2]]'), jsonb_typeof('[]'), json_typeof('null');
select jsonb_object_keys('{"b":1,"a":2}');
select '{"a":"\u00e9\ud83d\ude00\n"}'::jsonb || '{"b":"x\ty"}', '{"\u0061b":1}'::jsonb - 'ab', '{"\u0061b":1}'::jsonb ? 'ab';

-- aggregates
select json_agg(x), jsonb_agg(x) from (values (1),(null),(2)) t(x);
select json_agg(x order by x desc), jsonb_agg(distinct x) from (values ('b'),('a'),('b')) t(x);
select json_object_agg(k,v), jsonb_object_agg(k,v) from (values ('b',1),('a',2),('b',null)) t(k,v);
select jsonb_object_agg(k,v) from (values (null::text,1)) t(k,v);
select json_object_agg(k,v) from (values (null::text,1)) t(k,v);
select json_agg(x) from (values (1)) t(x) where false;
select jsonb_agg(x) filter (where x > 1) from (values (1),(2)) t(x);
select json_agg(a), jsonb_agg(a) from (values (array[1,2]),(null)) t(a);
select json_agg(a) from (values ('{"x": 1}'::json),('[1,  2]')) t(a);
select k, jsonb_object_agg(v, v*2) from (values ('a',1),('b',2),('a',3)) t(k,v) group by k order by k;
select jsonb_agg(to_jsonb(x)) from generate_series(1,3) x;

-- rows
select json_agg(a) from (values (array[1,2]),(array[3]),(null),(array[4])) t(a);
select json_agg(t) from (values (1,'a'),(2,null)) t(x,y);
select row_to_json(t), to_json(t), to_jsonb(t) from (values (1,'a'),(2,null)) t(x,y);
select row_to_json(row(1,'foo'));
select jsonb_agg(t) from (values (1,'a'),(2,null)) t(x,y);
select row_to_json(1);
select row_to_json(t) from generate_series(1,2) t;
select json_build_object('r', t) from (values (1,array[1,2])) t(x,y);
select row_to_json(t.*) from (values (1,'a')) t(x,y);
select json_agg(t order by x desc) from (values (1,'a'),(2,null)) t(x,y);
select row_to_json(row(1,2)), to_jsonb(row(1,'x'));
select row_to_json(t) from (values (1,'{"a": 1}'::json,'2020-01-01'::timestamp)) t(x,"Y z",w);
select row_to_json(x) from (values (1)) t(x);
select row_to_json();
select x, (select json_agg(s) from (values (1,'p'),(2,'q')) s(a,b) where s.a <= t.x) from (values (1),(2)) t(x);
select (select row_to_json(t)) from (values (1,2)) t(a,b);
select a, json_agg(t) from (values (1,2),(1,3),(2,4)) t(a,b) group by a order by a;
select jsonb_agg(to_jsonb(t) - 'b') from (values (1,2)) t(a,b);
select json_agg(t) from (select a, count(*) c from (values (1),(1),(2)) v(a) group by a order by a) t;
select json_agg(e) from jsonb_each('{"k":1,"l":null}') e;

-- PostgreSQL says t.*; we say which of its columns.
select row_to_json(t) from (values (1,2)) t(a,b) group by a;

-- An outer join's row may not be there.
SELECT row_to_json(b) FROM (VALUES (1)) a(x) LEFT JOIN (VALUES (2, 3)) b(y, z) ON x = y;
SELECT 1 FROM (VALUES (1, 2)) t(a, b) WHERE row_to_json(t) IS NULL;
