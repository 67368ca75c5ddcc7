-- Functions and operators as values: regproc and its like.
\set VERBOSITY terse
select 1299::regproc, 870::regproc, 42::regproc, 'pg_catalog.lpad(text,int4,text)'::regprocedure, 'concat("any")'::regprocedure;
select 'count'::regproc;
select 'nosuch'::regproc;
select 'concat'::regproc::regprocedure,96::regoper, 96::regoperator, 597::regoper;
select '=(int4,int4)'::regoperator, '-(none,int4)'::regoperator;
select 'pg_catalog.=(int4,int4)'::regoperator::oid;
select '!~~'::regoper;
select '~~~'::regoper;
select '=(int4)'::regoperator;
select '=(int4,point)'::regoperator;
select 'lpad(text,int4'::regprocedure;
select 'lpad'::regprocedure;
select 'now'::regproc::oid;
select 'nosuch.f'::regproc;
set search_path='';
select 1299::regproc;
select 'count(*)'::regprocedure;
select to_regprocedure('lower(text)'), to_regoperator('=(int4,int4)'), to_regoper('='), to_regproc('now');
select to_regprocedure('x(');
select pg_get_function_arguments(o), pg_get_function_identity_arguments(o), pg_get_function_result(o) from (values(1299),(873),(3058),('json_each'::regproc::oid),('make_interval'::regproc::oid),('generate_series(int4,int4)'::regprocedure::oid),('jsonb_set'::regproc::oid)) v(o);
select pg_get_functiondef('json_each'::regproc);
select has_function_privilege('now()','execute'), has_function_privilege(1299,'execute');
select has_function_privilege('nosuch()','execute');
select regproc 'now', typinput::regproc, typname from pg_catalog.pg_type where oid in (16,23,25,1043) order by oid;
