#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""postgres_fdw: a PostgreSQL 15 that has Stele's schemas as foreign ones,
pushes filters and aggregates down, joins with tables of its own, passes a
cancel on, writes, and reads every type."""

import os
import sys
import threading

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "corpus")]

import postgres  # noqa: E402
from stele_server import Server, skip  # noqa: E402

try:
    import psycopg2
    from psycopg2 import extras
except ImportError:
    skip("there is no psycopg2 on this machine")

import every  # noqa: E402


def connect(port):
    conn = psycopg2.connect(host="127.0.0.1", port=port, user="stele", dbname="stele")
    conn.autocommit = True
    return conn.cursor()


def rows(cur, query):
    cur.execute(query)
    return cur.fetchall()


def same(cur, query, expected):
    got = rows(cur, query)
    assert got == expected, (query, got)


def imports(stele, cur, port):
    stele.execute("CREATE TABLE payment (amount numeric(10,2) NOT NULL, note varchar(20))")
    stele.execute(every.DEFINE)
    stele.execute(every.CREATE)
    stele.execute(
        "INSERT INTO payment (context_id, amount, note)"
        " SELECT 'c' || g % 10, g, 'n' || g FROM generate_series(1, 5000) AS g"
    )
    cur.execute("CREATE EXTENSION postgres_fdw")
    cur.execute(
        "CREATE SERVER stele FOREIGN DATA WRAPPER postgres_fdw OPTIONS"
        f" (host '127.0.0.1', port '{port}', dbname 'stele')"
    )
    cur.execute(
        "CREATE USER MAPPING FOR stele SERVER stele OPTIONS"
        " (user 'stele', password_required 'false')"
    )
    for local, remote in ("f", "public"), ("views", "stele"):
        cur.execute(f"CREATE SCHEMA {local}")
        cur.execute(f"IMPORT FOREIGN SCHEMA {remote} FROM SERVER stele INTO {local}")
    same(
        cur,
        "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute"
        " WHERE attrelid = 'f.payment'::regclass AND attnum > 0 ORDER BY attnum",
        [
            ("context_id", "text", True),
            ("timestamp", "timestamp with time zone", True),
            ("event_id", "bigint", True),
            ("amount", "numeric(10,2)", True),
            ("note", "character varying(20)", False),
        ],
    )


def pushes_down(cur):
    query = "SELECT count(*), sum(amount) FROM f.payment WHERE amount > 4990"
    same(cur, query, [(10, 49955)])
    plan = "".join(line for line, in rows(cur, f"EXPLAIN (VERBOSE) {query}"))
    assert "Remote SQL: SELECT count(*), sum(amount) FROM public.payment WHERE" in plan
    cur.execute("CREATE TABLE local (context_id text, weight integer)")
    cur.execute("INSERT INTO local VALUES ('c1', 7), ('none', 8)")
    same(
        cur,
        "SELECT weight, count(*) FROM f.payment JOIN local USING (context_id)"
        " GROUP BY weight",
        [(7, 500)],
    )
    same(
        cur,
        "SELECT count(*) FROM f.payment WHERE note LIKE 'n4%'"
        " AND context_id = ANY (ARRAY['c1', 'c2'])",
        # 4 at the front and 1 or 2 at the end: 41, 4x1, 4xx1 and so on.
        [(222,)],
    )
    same(cur, "SELECT count(*) FROM f.events WHERE event_type = 'payment'", [(5000,)])
    cur.execute("ALTER SERVER stele OPTIONS (ADD use_remote_estimate 'true')")
    same(cur, query, [(10, 49955)])
    cur.execute("ANALYZE f.payment")


def streams(stele, cur):
    """Rows that only PostgreSQL can look at come through a cursor, all of them."""
    stele.execute("CREATE TABLE numbers (n integer)")
    stele.execute(
        "INSERT INTO numbers (context_id, n) SELECT 'c', g FROM generate_series(1, 100000) AS g"
    )
    cur.execute("IMPORT FOREIGN SCHEMA public LIMIT TO (numbers) FROM SERVER stele INTO f")
    cur.execute("ALTER FOREIGN TABLE f.numbers OPTIONS (ADD fetch_size '1000')")
    same(cur, "SELECT count(*), sum(n) FROM f.numbers WHERE random() >= 0", [(100000, 5000050000)])


def fails(cur, code, query):
    try:
        cur.execute(query)
    except psycopg2.Error as error:
        assert error.pgcode == code, error
    else:
        raise AssertionError(f"no error {code}")


def reads_every_type(stele, cur):
    """Through the foreign table as from the server itself."""
    extras.register_uuid()
    stele.execute("SET TimeZone = 'UTC'")
    cur.execute("SET TimeZone = 'UTC'")
    places = ", ".join(["%s"] * 11)
    for context, row in every.ROWS.items():
        values = [extras.Json(v) if isinstance(v, (dict, list)) else v for v in row]
        if isinstance(values[-1], str):
            values[-1] = extras.Json(values[-1])
        insert = f"INSERT INTO every (context_id, {every.COLUMNS}) VALUES ({places})"
        stele.execute(insert, [context, *values])
    for context, row in every.SQL_ROWS.items():
        insert = f"INSERT INTO sql_types (context_id, {every.SQL_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s)"
        stele.execute(insert, [context, *row])
    for table, columns in ("every", every.COLUMNS), ("sql_types", every.SQL_COLUMNS):
        # As texts: Python has no infinite dates.
        texts = ", ".join(f"{column}::text" for column in columns.split(", "))
        expected = rows(stele, f"SELECT {texts} FROM {table} ORDER BY event_id")
        assert len(expected) in (len(every.ROWS), len(every.SQL_ROWS)), expected
        same(cur, f"SELECT {texts} FROM f.{table} ORDER BY event_id", expected)


def cancels(cur):
    """PostgreSQL passes the cancel on, and the connection is good after it."""
    slow = "SELECT count(*) FROM f.payment a JOIN f.payment b ON a.amount < b.amount + random()"
    timer = threading.Timer(0.5, cur.connection.cancel)
    timer.start()
    fails(cur, "57014", f"{slow} JOIN f.payment c ON b.amount < c.amount + random()")
    timer.join()
    same(cur, "SELECT count(*) FROM f.payment", [(5000,)])


def writes(stele, cur):
    """A foreign table sends all of its columns: one to write to lacks those
    that the server fills."""
    cur.execute(
        "CREATE FOREIGN TABLE new_payment (context_id text, amount numeric(10,2))"
        " SERVER stele OPTIONS (schema_name 'public', table_name 'payment')"
    )
    cur.execute("INSERT INTO new_payment SELECT 'new', g FROM generate_series(1, 250) AS g")
    count = "SELECT count(*), sum(amount) FROM payment WHERE context_id = 'new'"
    same(stele, count, [(250, 31375)])
    cur.execute("BEGIN")
    cur.execute("INSERT INTO new_payment VALUES ('new', 1)")
    cur.execute("ROLLBACK")
    same(stele, count, [(250, 31375)])
    fails(cur, "428C9", "INSERT INTO f.payment (context_id, amount) VALUES ('new', 1)")
    fails(cur, "0A000", "UPDATE f.payment SET note = 'events do not change'")
    same(stele, count, [(250, 31375)])


def main():
    if not postgres.find():
        skip("there is no PostgreSQL 15 on this machine")
    with Server() as server, postgres.Postgres([]) as other:
        stele, cur = connect(server.port), connect(other.port)
        imports(stele, cur, server.port)
        print("ok imports")
        pushes_down(cur)
        print("ok pushes_down")
        streams(stele, cur)
        print("ok streams")
        cancels(cur)
        print("ok cancels")
        writes(stele, cur)
        print("ok writes")
        reads_every_type(stele, cur)
        print("ok reads_every_type")


if __name__ == "__main__":
    main()
