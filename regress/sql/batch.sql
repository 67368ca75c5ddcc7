-- BATCH: several statements, all stored or none.
\set VERBOSITY verbose
DEFINE bat FIELDS { "a": "int", "s": "string | null" };

BATCH [ STORE bat FOR c1 PAYLOAD {"a": 1} \; STORE bat FOR c2 PAYLOAD {"a": 2, "s": "; ]"} ];
select context_id, event_id, a, s from bat order by event_id;

-- one that fails takes the others with it
BATCH [ STORE bat FOR c1 PAYLOAD {"a": 3} \; STORE bat FOR c1 PAYLOAD {"a": "x"} ];
BATCH [ STORE bat FOR c1 PAYLOAD {"a": 3} \; STORE none FOR c1 PAYLOAD {"a": 4} ];
select count(*) from bat;

-- ids go on without a gap
BATCH [ STORE bat FOR c1 PAYLOAD {"a": 3} \; STORE bat FOR c1 PAYLOAD {"a": 4} \; ];
select event_id, a from bat order by event_id;

-- in a transaction
begin;
BATCH [ STORE bat FOR c1 PAYLOAD {"a": 5} \; STORE bat FOR c1 PAYLOAD {"a": 6} ];
select count(*) from bat;
rollback;
select count(*) from bat;
begin;
BATCH [ STORE bat FOR c1 PAYLOAD {"a": 5} ];
commit;
select max(event_id), max(a) from bat;

-- types may be defined on the way
BATCH [ DEFINE fresh FIELDS {"a": "int"} \; STORE fresh FOR c1 PAYLOAD {"a": 1} \; RETAIN fresh 90 DAYS \; DEFINE fresh AS 2 FIELDS {"a": "int", "b": "int | null"} \; STORE fresh FOR c1 PAYLOAD {"a": 2, "b": 2} ];
select event_id, version, payload from events where event_type = 'fresh' order by event_id;
LIST TYPES;
BATCH [ DEFINE other FIELDS {"a": "int"} \; STORE other FOR c1 PAYLOAD {"a": 1} \; STORE other FOR c1 PAYLOAD {"b": 1} ];
DESCRIBE other;
BATCH [ DEFINE fresh AS 3 FIELDS {"a": "int", "b": "int | null", "c": "int | null"} \; STORE fresh FOR c1 PAYLOAD {"c": 1} ];
DESCRIBE fresh;
drop table fresh;

-- not while a cursor reads what it would change
begin;
STORE bat FOR c1 PAYLOAD '{"a": 6}';
declare own cursor for select a from bat;
fetch own;
BATCH [ STORE bat FOR c1 PAYLOAD {"a": 7} ];
rollback;

-- what it is not
BATCH [ ];
BATCH [ CREATE USER ann WITH KEY "x" ];
BATCH [ PING ];
BATCH [ FLUSH ];
create temp table mine (a int);
BATCH [ RETAIN mine 1 DAY ];
begin read only;
BATCH [ STORE bat FOR c1 PAYLOAD {"a": 7} ];
rollback;
BATCH [ STORE bat FOR c1 PAYLOAD {"a": 7} \; BATCH [ STORE bat FOR c1 PAYLOAD {"a": 7} ] ];
BATCH [ STORE bat FOR c1 PAYLOAD {"a": 7} STORE bat FOR c1 PAYLOAD {"a": 8} ];
BATCH [ STORE bat FOR c1 PAYLOAD {"a": 7} \; QUERY bat COUNT ];
BATCH STORE bat FOR c1 PAYLOAD {"a": 7};
select count(*) from bat;
