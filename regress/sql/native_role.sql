-- Users and permissions in the native language.
\set VERBOSITY verbose
\set QUIET off
DEFINE payment FIELDS {"amount": "int"}
;
DEFINE refund FIELDS {"amount": "int"}
;
LIST USERS;
CREATE USER ann WITH ROLES ["reader"];
CREATE USER root WITH KEY 'open sesame' WITH ROLES ["admin"];
CREATE USER ann WITH KEY 'a' WITH ROLES ["reader"];
CREATE USER "ben-2" WITH ROLES ["editor", "pg_checkpoint"] \gset ben_
SELECT :'ben_user_name' AS who, :'ben_secret_key' ~ '^[0-9a-f]{64}$' AS is_random;
CREATE USER cat WITH KEY c-1.2;
CREATE USER dan WITH ROLES [nothing];
CREATE USER dan WITH KEY '';
CREATE USER dan WITH KEY [nothing];
CREATE USER dan WITH ROLES ["writer"] WITH PLEASURE;
LIST USERS;
SELECT roleid::regrole, member::regrole FROM pg_auth_members WHERE member >= 16384 ORDER BY 2, 1;

-- what each may do: roles, and permissions that override them
GRANT READ, WRITE ON payment TO cat;
GRANT WRITE ON refund TO ann;
REVOKE READ ON payment FROM ann;
REVOKE WRITE ON payment, refund FROM "ben-2";
SHOW PERMISSIONS FOR ann;
SHOW PERMISSIONS FOR "ben-2";
SHOW PERMISSIONS FOR cat;
SHOW PERMISSIONS FOR nobody;
SET ROLE ann;
QUERY payment;
QUERY refund;
STORE refund FOR c PAYLOAD '{"amount": 1}';
STORE payment FOR c PAYLOAD '{"amount": 1}';
QUERY refund FOLLOWED BY payment LINKED BY amount;
LIST USERS;
SHOW PERMISSIONS FOR ann;
RESET ROLE;

-- the other way round: one right leaves the other alone
GRANT READ ON payment TO "ben-2";
SHOW PERMISSIONS FOR "ben-2";
GRANT WRITE ON payment TO "ben-2";
REVOKE READ, WRITE ON payment FROM "ben-2";
SHOW PERMISSIONS FOR "ben-2";

-- keys: given again, made, and taken away
ROTATE KEY cat \gset cat_
SELECT :'cat_user_name' AS who, :'cat_secret_key' ~ '^[0-9a-f]{64}$' AS is_random;
ROTATE KEY cat WITH KEY 'other';
ROTATE KEY nobody;
BEGIN;
REVOKE KEY cat;
LIST USERS;
ROLLBACK;
REVOKE KEY cat;
ALTER ROLE ann PASSWORD 'p';
LIST USERS;
REVOKE KEY ann;
ALTER ROLE cat VALID UNTIL '2001-01-01';
ROTATE KEY cat WITH KEY 'late';
REVOKE KEY root;
LIST USERS;
REVOKE KEY nobody;

-- everybody may change his own, and nobody else's
SET ROLE ann;
ROTATE KEY ann WITH KEY 'mine';
REVOKE KEY ann;
ROTATE KEY cat;
REVOKE KEY root;
CREATE USER eve WITH ROLES [];
RESET ROLE;

-- no key is shown anywhere
SELECT query FROM stele.statements WHERE query ~ 'key|user' AND query !~ 'from' ORDER BY 1;
SELECT rolname FROM pg_authid WHERE rolpassword IS NOT NULL ORDER BY 1;
