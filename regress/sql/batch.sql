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

-- what it is not
BATCH [ ];
BATCH [ STORE bat FOR c1 PAYLOAD {"a": 7} \; BATCH [ STORE bat FOR c1 PAYLOAD {"a": 7} ] ];
BATCH [ STORE bat FOR c1 PAYLOAD {"a": 7} STORE bat FOR c1 PAYLOAD {"a": 8} ];
BATCH [ STORE bat FOR c1 PAYLOAD {"a": 7} \; QUERY bat COUNT ];
BATCH STORE bat FOR c1 PAYLOAD {"a": 7};
select count(*) from bat;
