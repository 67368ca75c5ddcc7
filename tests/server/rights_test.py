#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""rights.def, both ways: with the right each statement works, without it is 42501;
on PostgreSQL's port and on the line port.

The table is read from the sources: a row without a sample here fails the test.
Then: roles and rights outlast a kill, a backup and another number of shards.
"""

import os
import re
import signal
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(__file__)
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import pgwire  # noqa: E402
from native_client import PONG, Line, inline  # noqa: E402
from stele_server import Server, free_port  # noqa: E402

RIGHTS = os.path.join(HERE, "..", "..", "src", "plan", "rights.def")
FUNCTIONS = os.path.join(HERE, "..", "..", "src", "types", "functions.def")

# Of all that a statement of a whole row reads, or stores.
ALL_READ = ("GRANT SELECT (context_id, timestamp, event_id, a) ON t TO plain")
ALL_STORED = "GRANT INSERT (context_id, a) ON t TO plain"
SELECT, INSERT = "GRANT SELECT ON t TO plain", "GRANT INSERT ON t TO plain"
CREATE = "GRANT CREATE ON SCHEMA public TO plain"
CREATEROLE = "ALTER ROLE plain CREATEROLE"
SUPERUSER = "ALTER ROLE plain SUPERUSER"
TEMPORARY = "GRANT TEMP ON DATABASE stele TO plain"

# Of each kind: what is tried, and what must be granted for it.
SAMPLES = {
    "AST_SELECT": [
        ("SELECT a FROM t", SELECT),
        ("SELECT 1 WHERE EXISTS (SELECT FROM t)", SELECT),
        ("SELECT payload FROM events", SELECT),
        ("SELECT * FROM v", "GRANT SELECT ON v TO plain"),
        ("SELECT a FROM t", "GRANT pg_read_all_data TO plain"),
        ("SELECT a FROM t", "GRANT staff TO plain; GRANT SELECT ON t TO staff"),
        ("SELECT a FROM t", "GRANT READ ON t TO plain"),
        ("SELECT a FROM t", "GRANT SELECT (a) ON t TO plain"),
        ("SELECT count(*) FROM t", "GRANT SELECT (a) ON t TO plain"),
        ("SELECT payload FROM events", ALL_READ),
        ("SELECT a FROM v", "GRANT SELECT (a) ON v TO plain"),
    ],
    "AST_INSERT": [
        ("INSERT INTO t (context_id, a) VALUES ('c', 1)", INSERT),
        ("INSERT INTO t (context_id, a) SELECT 'c', a FROM u",
         INSERT + "; GRANT SELECT ON u TO plain"),
        ("INSERT INTO t (context_id, a) VALUES ('c', 1) RETURNING a",
         INSERT + "; " + SELECT),
        ("INSERT INTO t (context_id, a) VALUES ('c', 1)",
         "GRANT pg_write_all_data TO plain"),
        ("INSERT INTO t (context_id, a) VALUES ('c', 1)", ALL_STORED),
        ("INSERT INTO t (context_id, a) VALUES ('c', 1) RETURNING a",
         ALL_STORED + "; GRANT SELECT (a) ON t TO plain"),
    ],
    "AST_COPY": [
        ("COPY t TO STDOUT", SELECT),
        ("COPY t TO STDOUT", ALL_READ),
        ("COPY t (a) TO STDOUT", "GRANT SELECT (a) ON t TO plain"),
        ("COPY (SELECT a FROM t) TO STDOUT", SELECT),
        ("COPY events TO STDOUT", SELECT),
    ],
    "AST_STORE": [
        ('STORE t FOR "c" PAYLOAD {"a": 1}', INSERT),
        ('STORE t FOR "c" PAYLOAD {"a": 1}', ALL_STORED),
    ],
    "AST_QUERY": [
        ("QUERY t", SELECT),
        ('REPLAY t FOR "c"', SELECT),
        ('REPLAY t FOR "c"', ALL_READ),
        ('REPLAY FOR "c"', ALL_READ),
        ("QUERY t", ALL_READ),
        ('REPLAY FOR "c"', SELECT),
        ("QUERY t FOLLOWED BY u LINKED BY a",
         SELECT + "; GRANT SELECT ON u TO plain"),
    ],
    "AST_PLOT": [
        ("PLOT count OF t", SELECT),
        ("EXPLAIN PLOT count OF t", SELECT),
        ("PLOT count OF t VS count OF u",
         SELECT + "; GRANT SELECT ON u TO plain"),
        ("PLOT count OF u VS count OF t TOP 1",
         SELECT + "; GRANT SELECT ON u TO plain"),
        ("PLOT count OF t -> u",
         SELECT + "; GRANT SELECT ON u TO plain"),
    ],
    "AST_DESCRIBE": [("DESCRIBE t", SELECT)],
    "AST_DECLARE_CURSOR": [
        ("BEGIN; DECLARE c CURSOR FOR SELECT a FROM t; COMMIT", SELECT)],
    "AST_FETCH": [
        ("BEGIN; DECLARE c CURSOR FOR SELECT a FROM t; FETCH c; COMMIT", SELECT)],
    "AST_EXPLAIN": [
        ("EXPLAIN SELECT a FROM t", SELECT),
        ("EXPLAIN ANALYZE SELECT a FROM t", SELECT),
        ("EXPLAIN QUERY t", SELECT),
    ],
    "AST_PREPARE": [("PREPARE p AS SELECT a FROM t; EXECUTE p", SELECT)],
    "AST_EXECUTE": [
        ("PREPARE p AS SELECT a FROM t; EXECUTE p", SELECT),
        ("PREPARE p (bool) AS SELECT $1;"
         " EXECUTE p (stele.compact_resume() IS NULL)", SUPERUSER),
    ],
    "AST_BATCH": [
        ('BATCH [STORE t FOR "c" PAYLOAD {"a": 1}]', INSERT),
        ('BATCH [STORE t FOR "c" PAYLOAD {"a": 1}]', ALL_STORED),
    ],
    "AST_LOCK_TABLE": [
        ("BEGIN; LOCK TABLE t IN ACCESS SHARE MODE; COMMIT", SELECT),
        ("BEGIN; LOCK TABLE t IN ROW EXCLUSIVE MODE; COMMIT", INSERT),
    ],
    "AST_UPDATE": [
        ("UPDATE mine SET a = 1 FROM t", SELECT)],
    "AST_DELETE": [
        ("DELETE FROM mine USING t", SELECT)],
    "AST_CREATE_TABLE_AS": [
        ("BEGIN; CREATE TEMP TABLE mine2 AS SELECT a FROM t",
         SELECT + "; " + TEMPORARY),
        ("BEGIN; CREATE TEMP TABLE mine2 AS SELECT 1", TEMPORARY),
    ],
    "AST_COMMENT": [
        ("COMMENT ON TABLE o IS 'x'", "ALTER TABLE o OWNER TO plain"),
        ("COMMENT ON COLUMN o.a IS 'x'", "ALTER TABLE o OWNER TO plain"),
        ("COMMENT ON VIEW v IS 'x'", "ALTER VIEW v OWNER TO plain"),
        ("COMMENT ON TYPE e IS 'x'", "ALTER TYPE e OWNER TO plain"),
        ("COMMENT ON SCHEMA public IS 'x'", SUPERUSER),
        ("COMMENT ON DATABASE admin IS 'x'", SUPERUSER),
    ],
    "AST_CREATE_TABLE": [
        ("CREATE TABLE new_table (a int)", CREATE),
        ("BEGIN; CREATE TEMP TABLE mine3 (a int)", TEMPORARY),
    ],
    "AST_CREATE_SEQUENCE": [
        ("BEGIN; CREATE TEMP SEQUENCE mine5", TEMPORARY),
    ],
    "AST_DEFINE": [
        ('DEFINE new_type FIELDS {"a": "int"}', CREATE),
        ('DEFINE o AS 7 FIELDS {"a": "int | null", "z": "int | null"}',
         "ALTER TABLE o OWNER TO plain"),
    ],
    "AST_CREATE_ENUM": [("CREATE TYPE new_enum AS ENUM ('x')", CREATE)],
    "AST_CREATE_VIEW": [
        ("CREATE VIEW new_view AS SELECT 1 AS one", CREATE),
        ("CREATE MATERIALIZED VIEW new_kept AS SELECT a FROM t",
         CREATE + "; " + SELECT),
        ("REMEMBER QUERY t AS new_kept2", CREATE + "; " + SELECT),
        ("BEGIN; CREATE TEMP VIEW mine4 AS SELECT 1 AS one", TEMPORARY),
    ],
    "AST_ALTER_TABLE": [
        ("ALTER TABLE o ADD COLUMN y int", "ALTER TABLE o OWNER TO plain"),
        ("ALTER TABLE o SET (retain = '9 years')",
         "ALTER TABLE o OWNER TO plain"),
        ("RETAIN o FOREVER",
         "GRANT staff TO plain; ALTER TABLE o OWNER TO staff"),
    ],
    "AST_ALTER_ENUM": [
        ("ALTER TYPE e ADD VALUE 'two'", "ALTER TYPE e OWNER TO plain")],
    "AST_REFRESH": [
        ("REFRESH MATERIALIZED VIEW kept",
         "ALTER MATERIALIZED VIEW kept OWNER TO plain; " + SELECT),
    ],
    "AST_DROP": [
        ("DROP TABLE gone", "ALTER TABLE gone OWNER TO plain"),
        ("FORGET gone_kept",
         "ALTER MATERIALIZED VIEW gone_kept OWNER TO plain"),
        ("DROP VIEW gone_view", "ALTER VIEW gone_view OWNER TO plain"),
        ("DROP TYPE gone_enum", "ALTER TYPE gone_enum OWNER TO plain"),
    ],
    "AST_ALTER_OWNER": [
        ("ALTER TABLE o OWNER TO plain",
         CREATE + "; ALTER TABLE o OWNER TO plain"),
        ("REASSIGN OWNED BY other TO plain", "GRANT other TO plain"),
        ("DROP OWNED BY other", "GRANT other TO plain"),
    ],
    "AST_CREATE_ROLE": [
        ("CREATE ROLE new_role", CREATEROLE),
        ("CREATE ROLE new_admin SUPERUSER", SUPERUSER),
        ("CREATE USER new_user WITH ROLES []", CREATEROLE),
    ],
    "AST_ALTER_ROLE": [
        ("ALTER ROLE other CONNECTION LIMIT 3", CREATEROLE),
        ("ALTER ROLE other BYPASSRLS", SUPERUSER),
        ("ROTATE KEY other", CREATEROLE),
        ("REVOKE KEY other", CREATEROLE),
        ("ROTATE KEY admin", SUPERUSER),
        ("ALTER ROLE other RENAME TO other2; ALTER ROLE other2 RENAME TO other",
         CREATEROLE),
    ],
    "AST_ALTER_SETTING": [
        ("ALTER ROLE other SET timezone = 'UTC'", CREATEROLE),
        ("ALTER ROLE other RESET ALL", CREATEROLE),
        ("ALTER ROLE other SET log_min_duration_statement = -1", SUPERUSER),
        ("ALTER ROLE admin SET timezone = 'UTC'", SUPERUSER),
        ("ALTER ROLE ALL SET timezone = 'UTC'", SUPERUSER),
        ("ALTER DATABASE stele SET timezone = 'UTC'", SUPERUSER),
    ],
    "AST_DROP_ROLE": [("DROP ROLE gone_role", CREATEROLE)],
    "AST_GRANT_ROLE": [
        ("GRANT staff TO other", CREATEROLE),
        ("REVOKE staff FROM other", "GRANT staff TO plain WITH ADMIN OPTION"),
    ],
    "AST_GRANT": [
        ("GRANT SELECT ON t TO other", SELECT + " WITH GRANT OPTION"),
        ("GRANT ALL ON o TO other", "ALTER TABLE o OWNER TO plain"),
        ("GRANT USAGE ON SCHEMA public TO other",
         "GRANT USAGE ON SCHEMA public TO plain WITH GRANT OPTION"),
    ],
    "AST_CHECKPOINT": [
        ("CHECKPOINT", "GRANT pg_checkpoint TO plain"),
        ("FLUSH", SUPERUSER),
    ],
}

# What everybody may do.
FREE = {
    "AST_SET": "SET timezone = 'UTC'; RESET timezone; SET ROLE NONE",
    "AST_SHOW": "SHOW timezone; SHOW ALL",
    "AST_TRANSACTION": "BEGIN; SAVEPOINT s; ROLLBACK",
    "AST_DEALLOCATE": "DEALLOCATE ALL",
    "AST_DISCARD": "DISCARD PLANS",
    "AST_PING": "PING",
    "AST_LIST_TYPES": "LIST TYPES",
    "AST_LISTEN": "LISTEN channel",
    "AST_UNLISTEN": "UNLISTEN channel",
    "AST_NOTIFY": "NOTIFY channel",
    "AST_CLOSE_CURSOR": "CLOSE ALL",
    "AST_TRUNCATE": "TRUNCATE mine",
    "AST_CREATE_INDEX": "CREATE INDEX ON mine (a)",
    "AST_CREATE_SCHEMA": "CREATE SCHEMA IF NOT EXISTS public",
    "AST_VACUUM": "ANALYZE mine",
    "AST_ALTER_SEQUENCE": "ALTER SEQUENCE IF EXISTS my_numbers RESTART",
}

# What a USAGE grant of the schema by one who may not is a warning of, only.
WARNS = ("GRANT USAGE ON SCHEMA public TO other",)

SETUP = """
CREATE ROLE admin SUPERUSER LOGIN; CREATE ROLE plain LOGIN;
CREATE ROLE other LOGIN; CREATE ROLE staff; CREATE ROLE gone_role;
CREATE TABLE t (a int); CREATE TABLE u (a int);
DEFINE o FIELDS {"a": "int | null"};
CREATE TABLE gone (a int); CREATE VIEW v AS SELECT a FROM t;
CREATE VIEW gone_view AS SELECT 1 AS one;
CREATE MATERIALIZED VIEW kept AS SELECT a FROM t;
CREATE MATERIALIZED VIEW gone_kept AS SELECT a FROM t;
CREATE TYPE e AS ENUM ('one'); CREATE TYPE gone_enum AS ENUM ('one');
INSERT INTO t (context_id, a) VALUES ('c', 1)
"""

# As it was: nothing is plain's, and he may do nothing.
RESET = """
REASSIGN OWNED BY plain, staff TO admin; DROP OWNED BY plain, staff CASCADE;
REVOKE GRANT OPTION FOR USAGE ON SCHEMA public FROM plain CASCADE;
ALTER ROLE plain NOSUPERUSER NOCREATEROLE;
REVOKE pg_read_all_data, pg_write_all_data, pg_checkpoint, pg_monitor,
    staff, other FROM plain
"""

STATE = """
SELECT rolname, rolsuper, rolcanlogin, rolinherit, rolconnlimit,
    coalesce(rolpassword, 'none') || coalesce(rolvaliduntil::text, 'ever')
FROM pg_authid ORDER BY 1;
SELECT roleid::regrole, member::regrole, grantor::regrole, admin_option
FROM pg_auth_members ORDER BY 1, 2;
TABLE stele.users;
SELECT relname, relowner::regrole, relacl::text
FROM pg_class WHERE oid >= 16384 ORDER BY 1;
SELECT attrelid::regclass, attname, attacl FROM pg_attribute
WHERE attacl IS NOT NULL ORDER BY attrelid, attnum;
SELECT * FROM pg_db_role_setting ORDER BY 1, 2;
SELECT nspname, nspacl::text FROM pg_namespace ORDER BY 1;
SELECT typname, typowner::regrole FROM pg_type WHERE oid >= 16384 ORDER BY 1
"""


def table_rows(kind):
    with open(RIGHTS) as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    return re.findall(rf"^{kind}\(([^)]*), (NEED_\w+)\)", text, re.M)


def function_names():
    with open(FUNCTIONS) as file:
        return dict(re.findall(r'^F\((\w+), \w+, "([^"]+)"', file.read(), re.M))


class Sessions:
    """One session of the administrator, and one of `plain`."""

    warning = "01007"

    def __init__(self, port):
        self.admin = pgwire.Connection(port)
        self.admin.start(user=b"admin")
        self.must(self.admin, SETUP)
        self.plain = pgwire.Connection(port)
        self.plain.start(user=b"admin")
        self.become_plain()
        # His own, from a time when everybody might make some.
        self.must(self.plain, "CREATE TEMP TABLE mine (a int)")
        self.must(self.plain, "CREATE TEMP SEQUENCE my_numbers")
        self.must(self.admin, "REVOKE TEMP ON DATABASE stele FROM PUBLIC")

    def become_plain(self):
        self.must(self.plain, "SET SESSION AUTHORIZATION plain")

    def run(self, connection, sql):
        """The first error's SQLSTATE, or that of a warning; empty: none."""
        messages = connection.query(sql)
        told = pgwire.errors(messages) + [
            pgwire.fields(body) for kind, body in messages if kind == b"N"]
        told = [e for e in told if e["S"] != "NOTICE" and e["C"] != "01000"]
        return (told[0]["C"], told[0]["M"]) if told else ("", "")

    def must(self, connection, sql):
        code, text = self.run(connection, sql)
        if code:
            sys.exit(f"{sql}: {code} {text}")

    def try_plain(self, sql):
        result = self.run(self.plain, sql)
        self.plain.query("ROLLBACK")
        self.plain.query("DEALLOCATE ALL")
        return result

    def both_ways(self, sql, grants):
        code, text = self.try_plain(sql)
        wanted = self.warning if sql in WARNS else "42501"
        if code != wanted:
            sys.exit(f"{sql}: {code or 'done'} {text} without the right")
        self.must(self.admin, grants)
        code, text = self.try_plain(sql)
        if code:
            sys.exit(f"{sql}: {code} {text} after {grants}")
        for statement in RESET.split(";"):
            self.admin.query(statement)


# What is said otherwise in the native language, where both have the word, or
# needs what a line has no place for; and what is the PostgreSQL session's own.
NOT_BY_LINES = re.compile(
    r"GRANT (?!READ)|REVOKE (?!KEY)|SHOW|COPY|LISTEN|UNLISTEN|.*DATABASE admin|.*\bmine\b")


class LineSessions(Sessions):
    """`plain` comes over the line port, and says who he is in each command."""

    warning = ""  # there is no place for one in a reply

    def __init__(self, server):
        self.server = server
        self.admin = pgwire.Connection(server.port)
        self.admin.start(user=b"admin")
        self.must(self.admin, SETUP)
        self.must(self.admin, "REVOKE TEMP ON DATABASE stele FROM PUBLIC")
        self.must(self.admin, "ROTATE KEY plain WITH KEY 'k'")

    def reply(self, sql):
        """All lines up to those of a PING, which says where they end."""
        with Line(self.server) as line:
            for command in (" ".join(sql.split()), "ROLLBACK", "PING"):
                line.send(inline("plain", "k", command) + "\n")
            lines = []
            while b"".join(lines[-2:]) != PONG:
                lines.append(line.line())
            return [text.decode() for text in lines[:-2]]

    def try_plain(self, sql):
        for line in self.reply(sql):
            if line.startswith("403 "):
                return "42501", line
            if re.match(r"(ERROR:|[45]\d\d )", line):
                return "an error", line
        return "", ""

    def both_ways(self, sql, grants):
        if not NOT_BY_LINES.match(sql):
            super().both_ways(sql, grants)


def statements(sessions):
    for kind, need in table_rows("STATEMENT"):
        if need == "NEED_NOTHING":
            if kind not in FREE:
                sys.exit(f"{kind} has no sample")
            if isinstance(sessions, LineSessions) \
                    and NOT_BY_LINES.match(FREE[kind]):
                continue
            code, text = sessions.try_plain(FREE[kind])
            if code:
                sys.exit(f"{FREE[kind]}: {code} {text}")
            continue
        if kind not in SAMPLES:
            sys.exit(f"{kind} has no sample")
        for sql, grants in SAMPLES[kind]:
            sessions.both_ways(sql, grants)


# Of functions that need a right.
ARGUMENTS = {"PG_STAT_RESET_SINGLE_TABLE_COUNTERS": "0"}


def functions(sessions):
    names = function_names()
    pid = pgwire.rows(sessions.admin.query("SELECT pg_backend_pid()"))[0][0]
    for function, need in table_rows("FUNCTION"):
        if need == "NEED_SUPERUSER":
            arguments = ARGUMENTS.get(function, "")
            sessions.both_ways(f"SELECT {names[function]}({arguments})",
                               SUPERUSER)
        elif need == "NEED_SIGNAL":
            # of a superuser's session: by superusers alone
            code, text = sessions.try_plain(
                f"SELECT pg_terminate_backend({pid.decode()})")
            if code != "42501":
                sys.exit(f"{function}: {code or 'done'} {text}")
        elif need != "NEED_NOTHING":
            sys.exit(f"{function} has no sample")


def relations(sessions):
    schemas = {"SCHEMA_STELE": "stele", "SCHEMA_PG_CATALOG": "pg_catalog"}
    grants = {"NEED_SUPERUSER": SUPERUSER,
              "NEED_STATISTICS": "GRANT pg_monitor TO plain"}
    free = set()
    for row, need in table_rows("RELATION"):
        schema, name = row.split(", ")
        names = [name.strip('"')]
        if need == "NEED_NOTHING":
            free.update(names)
            code, text = sessions.try_plain(
                f"SELECT 1 FROM {schemas[schema]}.{names[0]}")
            if code:
                sys.exit(f"{names[0]}: {code} {text}")
            continue
        if name == "NULL":
            names = [r[0].decode() for r in pgwire.rows(sessions.admin.query(
                "SELECT relname FROM pg_class c JOIN pg_namespace n"
                " ON n.oid = relnamespace WHERE nspname = 'stele'"))]
            if len(names) < 5:
                sys.exit(f"the schema stele has {names}")
        for relation in set(names) - free:
            sessions.both_ways(f"SELECT 1 FROM {schemas[schema]}.{relation}",
                               grants[need])


def state(port):
    with pgwire.Connection(port) as connection:
        connection.start(user=b"admin")
        return pgwire.rows(connection.query(STATE))


def outlast(server):
    with pgwire.Connection(server.port) as connection:
        connection.start(user=b"admin")
        for sql in (
            "ALTER ROLE plain VALID UNTIL '2033-01-01' CONNECTION LIMIT 4"
            " PASSWORD 'a secret'",
            "ROTATE KEY plain",
            "GRANT staff, pg_read_all_data TO plain WITH ADMIN OPTION",
            "GRANT SELECT ON t TO staff WITH GRANT OPTION",
            "GRANT SELECT (a), INSERT (context_id) ON u TO plain",
            "GRANT UPDATE (a) ON v TO staff WITH GRANT OPTION",
            "GRANT CREATE ON SCHEMA public TO plain",
            "REVOKE WRITE ON t FROM plain",
            "ALTER TABLE u OWNER TO plain",
            "ALTER ROLE plain SET search_path = public, \"Other\"",
            "ALTER ROLE plain IN DATABASE stele SET datestyle = 'German'",
            "ALTER ROLE ALL SET extra_float_digits = 2",
        ):
            connection.query(sql)
    before = state(server.port)
    if len(before) < 20:
        sys.exit(f"{len(before)} rows of roles and rights")
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    server.start()
    expect("a kill", state(server.port), before)
    with pgwire.Connection(server.port) as connection:
        connection.start(user=b"admin")
        connection.query("CHECKPOINT")
    server.restart()
    expect("a restart", state(server.port), before)
    copy = os.path.join(server.dir, "copy")
    program(server, "backup", "-D", server.data, copy)
    if server.stop() != 0:
        sys.exit("the server did not stop")
    program(server, "reshard", "-D", server.data, "3")
    server.start()
    expect("reshard", state(server.port), before)
    if server.stop() != 0:
        sys.exit("the server did not stop")
    server.data = os.path.join(server.dir, "restored")
    program(server, "restore", "-D", server.data, copy)
    server.start()
    expect("a backup", state(server.port), before)


def program(server, *arguments):
    done = server.program(*arguments)
    if done.returncode != 0:
        sys.exit(f"{arguments}: {done.stdout}")


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"after {what}: {[r for r in got if r not in wanted]}"
                 f" instead of {[r for r in wanted if r not in got]}")


def main():
    with Server("shard_count=2") as server:
        with pgwire.Connection(server.port) as first:
            first.start()
            messages = first.query("SELECT 1")
            if pgwire.errors(messages):
                sys.exit("without roles nobody is let in")
        sessions = Sessions(server.port)
        statements(sessions)
        functions(sessions)
        relations(sessions)
        sessions.plain.close()
        sessions.admin.close()
        outlast(server)
    port = free_port()
    with Server(f"line_port={port}") as server:
        server.line_port = port
        lines = LineSessions(server)
        statements(lines)
        functions(lines)
        relations(lines)
        lines.admin.close()


main()
