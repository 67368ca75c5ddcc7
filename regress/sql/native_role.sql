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
CREATE USER "ben-2" WITH ROLES ["editor", "pg_checkpoint"];
CREATE USER cat WITH KEY 'c';
CREATE USER dan WITH ROLES [nothing];
CREATE USER dan WITH KEY nothing;
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

-- a user without a key cannot log in
REVOKE KEY cat;
LIST USERS;
REVOKE KEY root;
REVOKE KEY nobody;
SELECT query FROM stele.statements WHERE query ~ 'user' AND query ~ 'ann' ORDER BY 1;
