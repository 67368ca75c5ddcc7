#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""psycopg2: simple queries with values written into the text."""

import io
import json
import os
import sys
import threading

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]

from stele_server import Server, skip  # noqa: E402

try:
    import psycopg2
    import psycopg2.errors
    import psycopg2.extras
except ImportError:
    skip("there is no psycopg2 on this machine")

import every  # noqa: E402


def connect(server):
    return psycopg2.connect(
        host="127.0.0.1", port=server.port, user="stele", dbname="stele"
    )


def values_round(conn):
    with conn.cursor() as cur:
        cur.execute(every.DEFINE)
        cur.execute(every.CREATE)
        conn.commit()
        for context, row in every.ROWS.items():
            row = row[:9] + (None if row[9] is None else json.dumps(row[9]),)
            cur.execute(
                f"INSERT INTO every (context_id, {every.COLUMNS}) VALUES"
                " (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (context, *row),
            )
        for context, row in every.SQL_ROWS.items():
            cur.execute(
                f"INSERT INTO sql_types (context_id, {every.SQL_COLUMNS})"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                (context, *row),
            )
    conn.commit()
    with conn.cursor() as cur:
        cur.execute("SET TimeZone = 'UTC'")
        for context, row in every.ROWS.items():
            cur.execute(
                f"SELECT {every.COLUMNS} FROM every WHERE context_id = %s",
                (context,),
            )
            every.check_row(context, cur.fetchone(), row)
        for context, row in every.SQL_ROWS.items():
            cur.execute(
                f"SELECT {every.SQL_COLUMNS} FROM sql_types"
                " WHERE context_id = %s",
                (context,),
            )
            got = cur.fetchone()
            # The shortest text of a real is not that of its double.
            assert got[2] is None or abs(got[2] / row[2] - 1) < 0.5, got
            every.check_row(context, got[:2] + got[3:], row[:2] + row[3:])
        assert [c.name for c in cur.description] == ["h", "w", "r", "c", "q"]
        assert [c.type_code for c in cur.description] == [21, 23, 700, 1043, 1700]
    conn.commit()


def introspects(conn):
    """As tools over psycopg2 look at a table: what it has, and what its key is."""
    with conn.cursor() as cur:
        cur.execute(
            "SELECT column_name, udt_name, is_nullable = 'YES', is_identity"
            " FROM information_schema.columns WHERE table_name = %s"
            " ORDER BY ordinal_position LIMIT 4",
            ("every",),
        )
        assert cur.fetchall() == [
            ("context_id", "text", False, "NO"),
            ("timestamp", "timestamptz", False, "NO"),
            ("event_id", "int8", False, "YES"),
            ("s", "text", True, "NO"),
        ]
        cur.execute(
            "SELECT c.conname, array_agg(a.attname::text) FROM pg_constraint c"
            " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)"
            " WHERE c.conrelid = %s::regclass AND c.contype = 'p' GROUP BY 1",
            ("every",),
        )
        assert cur.fetchall() == [("every_pkey", ["event_id"])]
    conn.commit()


def streams(conn):
    """A cursor with a name, of which only some rows are here at a time."""
    with conn.cursor("stream") as cur:
        cur.itersize = 5000
        cur.execute("SELECT g, repeat('é', 20) FROM generate_series(1, 100000) AS g")
        assert sum(g for g, text in cur if len(text) == 20) == 5000050000
    conn.commit()


def store_and_query(conn):
    with conn.cursor() as cur:
        cur.execute(
            "STORE every FOR %s PAYLOAD %s",
            ("stored", json.dumps({"s": every.TEXT, "i": 7})),
        )
        assert cur.statusmessage == "INSERT 0 1", cur.statusmessage
        cur.execute('QUERY every FOR "stored" RETURN [s, i]')
        # context_id, event_type, timestamp and event_id come first.
        assert [row[4:] for row in cur] == [(every.TEXT, 7)]
        cur.execute('REPLAY FOR "stored"')
        assert cur.rowcount == 1
    conn.commit()


def many_and_copy(conn):
    with conn.cursor() as cur:
        psycopg2.extras.execute_values(
            cur,
            "INSERT INTO every (context_id, i) VALUES %s",
            [("many", i) for i in range(250)],
        )
        cur.copy_from(
            io.StringIO("".join(f"copied\t{i}\t\\N\n" for i in range(250))),
            "every",
            columns=("context_id", "i", "s"),
        )
        cur.execute(
            "SELECT context_id, count(*), sum(i) FROM every WHERE context_id"
            " IN ('many', 'copied') GROUP BY context_id ORDER BY context_id"
        )
        total = sum(range(250))
        assert cur.fetchall() == [("copied", 250, total), ("many", 250, total)]
    conn.commit()


def errors_and_rollback(conn):
    with conn.cursor() as cur:
        cur.execute("SELECT count(*) FROM events")
        before = cur.fetchone()[0]
        cur.execute("INSERT INTO every (context_id) VALUES ('gone')")
        try:
            cur.execute("SELECT nothing FROM every")
        except psycopg2.errors.UndefinedColumn as error:
            assert error.diag.statement_position == "8"
        else:
            raise AssertionError("no error")
        try:
            cur.execute("SELECT 1")
        except psycopg2.errors.InFailedSqlTransaction:
            conn.rollback()
        else:
            raise AssertionError("a failed transaction goes on")
        cur.execute("SELECT count(*) FROM events")
        assert cur.fetchone()[0] == before
    conn.rollback()


def cancel(conn):
    with conn.cursor() as cur:
        cur.execute(every.SLOW_DEFINE)
        cur.copy_expert(every.SLOW_COPY, io.StringIO(every.SLOW_DATA))
        conn.commit()
        timer = threading.Timer(0.2, conn.cancel)
        timer.start()
        try:
            cur.execute(every.SLOW_QUERY)
        except psycopg2.errors.QueryCanceled:
            conn.rollback()
        else:
            raise AssertionError("not cancelled")
        timer.join()
        cur.execute("SELECT 42")
        assert cur.fetchone() == (42,)
    conn.rollback()


def main():
    psycopg2.extras.register_uuid()
    with Server() as server:
        conn = connect(server)
        for case in (
            values_round,
            introspects,
            streams,
            store_and_query,
            many_and_copy,
            errors_and_rollback,
            cancel,
        ):
            case(conn)
            print("ok", case.__name__, flush=True)
        conn.close()


if __name__ == "__main__":
    main()
