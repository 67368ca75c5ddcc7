#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""psycopg 3: the extended protocol, text and binary, pipelines, COPY."""

import datetime
import os
import sys
import threading
from decimal import Decimal

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]

from stele_server import Server, skip  # noqa: E402

try:
    import psycopg
    from psycopg.types.json import Json, Jsonb
except ImportError:
    skip("there is no psycopg 3 on this machine")

import every  # noqa: E402

PLACES = {"text": "%s", "auto": "%s", "binary": "%b"}


def places(count, form):
    return ", ".join(["%t" if form == "text" else PLACES[form]] * count)


def values_round(conn):
    conn.execute(every.DEFINE)
    conn.execute(every.CREATE)
    conn.execute("SET TimeZone TO 'UTC'")
    for form in PLACES:
        for context, row in every.ROWS.items():
            row = row[:9] + (None if row[9] is None else Jsonb(row[9]),)
            conn.execute(
                f"INSERT INTO every (context_id, {every.COLUMNS})"
                f" VALUES ({places(11, form)})",
                (f"{context}-{form}", *row),
            )
        for context, row in every.SQL_ROWS.items():
            conn.execute(
                f"INSERT INTO sql_types (context_id, {every.SQL_COLUMNS})"
                f" VALUES ({places(6, form)})",
                (f"{context}-{form}", *row),
            )
    for form in PLACES:
        for is_binary in (False, True):
            for context, row in every.ROWS.items():
                got = conn.execute(
                    f"SELECT {every.COLUMNS} FROM every WHERE context_id = %s",
                    (f"{context}-{form}",),
                    binary=is_binary,
                ).fetchone()
                every.check_row(f"{context} {form} {is_binary}", got, row)
            for context, row in every.SQL_ROWS.items():
                got = conn.execute(
                    f"SELECT {every.SQL_COLUMNS} FROM sql_types"
                    " WHERE context_id = %s",
                    (f"{context}-{form}",),
                    binary=is_binary,
                ).fetchone()
                # The shortest text of a real is not that of its double.
                assert got[2] is None or abs(got[2] / row[2] - 1) < 0.5, got
                every.check_row(context, got[:2] + got[3:], row[:2] + row[3:])


def introspects(conn):
    """As tools over psycopg look at a table, in both forms of results."""
    for binary in (False, True):
        rows = conn.execute(
            "SELECT attname, atttypid::regtype::text, attnotnull, attidentity = 'a'"
            " FROM pg_catalog.pg_attribute WHERE attrelid = %s::regclass"
            " AND attnum > 0 ORDER BY attnum LIMIT 4",
            ("every",),
            binary=binary,
        ).fetchall()
        assert rows == [
            ("context_id", "text", True, False),
            ("timestamp", "timestamp with time zone", True, False),
            ("event_id", "bigint", True, True),
            ("s", "text", False, False),
        ], rows
    info = psycopg.types.TypeInfo.fetch(conn, "numeric")
    assert (info.oid, info.array_oid) == (1700, 1231), info
    cursor = conn.execute("SELECT n, c FROM every, sql_types LIMIT 0")
    told = [(c.name, c.type_code, c.precision, c.scale) for c in cursor.description]
    assert told == [("n", 1700, 38, 10), ("c", 1043, None, None)], told


def streams(conn):
    """Rows one by one, and by a cursor of the server."""
    query = "SELECT g, repeat('é', 20) FROM generate_series(1, 100000) AS g"
    with conn.cursor() as cur:
        assert sum(g for g, text in cur.stream(query) if len(text) == 20) == 5000050000
    for binary in (False, True):
        with conn.transaction(), conn.cursor("stream", binary=binary, scrollable=True) as cur:
            cur.itersize = 5000
            cur.execute(query)
            assert sum(g for g, _ in cur) == 5000050000
            cur.scroll(-2)  # it stood behind the last
            assert cur.fetchone()[0] == 100000


def enum_round(conn):
    conn.execute("CREATE TYPE color AS ENUM ('red', 'green', 'né')")
    conn.execute("CREATE TABLE painted (shade color NOT NULL)")
    conn.execute('DEFINE sized FIELDS { "size": ["S", "M", "L"] }')
    for label in ("red", "green", "né"):
        conn.execute(
            "INSERT INTO painted (context_id, shade) VALUES ('e', %s)", (label,)
        )
    rows = conn.execute("SELECT shade FROM painted ORDER BY shade").fetchall()
    assert rows == [("red",), ("green",), ("né",)], rows
    conn.execute("STORE sized FOR e PAYLOAD %s", (Json({"size": "M"}),))
    rows = conn.execute("SELECT size FROM sized", binary=True).fetchall()
    assert rows in ([("M",)], [(b"M",)]), rows
    try:
        conn.execute("INSERT INTO painted (context_id, shade) VALUES ('e', 'x')")
    except psycopg.errors.InvalidTextRepresentation:
        return
    raise AssertionError("an unknown label is taken")


def array_round(conn):
    """Arrays as parameters and as results, in text and in binary."""
    day = datetime.date(2026, 1, 2)
    for binary in (False, True):
        cursor = conn.cursor(binary=binary)
        rows = cursor.execute(
            "SELECT n FROM generate_series(1, 5) n WHERE n = ANY (%s)", ([2, 4, 9],)
        ).fetchall()
        assert rows == [(2,), (4,)], rows
        for value in ([], ["a", None, 'b "c', "x,y", "NULL", ""]):
            rows = cursor.execute("SELECT %s::text[]", (value,)).fetchall()
            assert rows == [(value,)], rows
        rows = cursor.execute(
            "SELECT %s::int8[], %s::date[], %s::numeric[], ARRAY[true, NULL]",
            ([[1, 2], [3, 4]], [day], [Decimal("1.50")]),
        ).fetchall()
        assert rows == [([[1, 2], [3, 4]], [day], [Decimal("1.50")], [True, None])]
        rows = cursor.execute(
            "SELECT array_agg(u ORDER BY o DESC) FROM unnest(%s::float8[])"
            " WITH ORDINALITY AS t (u, o)",
            ([0.5, None],),
        ).fetchall()
        assert rows == [([None, 0.5],)], rows


def store_and_query(conn):
    for payload in (Json({"s": every.TEXT}), Jsonb({"s": every.TEXT})):
        cur = conn.execute("STORE every FOR %s PAYLOAD %s", ("st", payload))
        assert cur.statusmessage == "INSERT 0 1"
    rows = conn.execute("QUERY every FOR st RETURN [s]").fetchall()
    # context_id, event_type, timestamp and event_id come first.
    assert [row[4:] for row in rows] == [(every.TEXT,)] * 2, rows
    cur = conn.execute(
        "INSERT INTO every (context_id) VALUES ('r') RETURNING event_id"
    )
    first = cur.fetchone()[0]
    last = conn.execute("SELECT max(event_id) FROM events").fetchone()[0]
    assert first == last, (first, last)
    assert conn.execute("REPLAY FOR st").rowcount == 2


def pipeline_and_many(conn):
    sql = "INSERT INTO every (context_id, i) VALUES (%s, %s)"
    with conn.pipeline():
        for i in range(200):
            conn.execute(sql, ("piped", i))
    with conn.cursor() as cur:
        cur.executemany(sql, [("piped", i) for i in range(200, 400)])
        with cur.copy("COPY every (context_id, i) FROM STDIN") as copy:
            for i in range(400, 600):
                copy.write_row(("piped", i))
    rows = conn.execute(
        "SELECT i FROM every WHERE context_id = 'piped' ORDER BY event_id"
    ).fetchall()
    assert rows == [(i,) for i in range(600)], rows


def pipeline_error(conn):
    """What follows the error before the Sync is left out, all is undone."""
    before = conn.execute("SELECT count(*) FROM events").fetchone()
    try:
        with conn.pipeline(), conn.transaction():
            conn.execute("INSERT INTO every (context_id) VALUES ('p')")
            conn.execute("INSERT INTO nobody (context_id) VALUES ('p')")
            conn.execute("INSERT INTO every (context_id) VALUES ('p')")
    except psycopg.errors.UndefinedTable:
        pass
    else:
        raise AssertionError("no error")
    assert conn.execute("SELECT count(*) FROM events").fetchone() == before


def errors_and_rollback(conn):
    before = conn.execute("SELECT count(*) FROM events").fetchone()
    try:
        with conn.transaction():
            conn.execute("INSERT INTO every (context_id) VALUES ('gone')")
            inside = conn.execute("SELECT count(*) FROM events").fetchone()
            assert inside[0] == before[0] + 1, inside
            conn.execute("SELECT 1 / 0")
    except psycopg.errors.DivisionByZero:
        pass
    else:
        raise AssertionError("no error")
    assert conn.execute("SELECT count(*) FROM events").fetchone() == before
    for _ in range(10):  # from the fifth on it is a named statement
        try:
            conn.execute("SELECT 10 / %s::bigint", (0,))
        except psycopg.errors.DivisionByZero:
            continue
        raise AssertionError("no error")
    assert conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def cancel(conn):
    conn.execute(every.SLOW_DEFINE)
    with conn.cursor() as cur, cur.copy(every.SLOW_COPY) as copy:
        copy.write(every.SLOW_DATA)
    timer = threading.Timer(0.2, conn.cancel)
    timer.start()
    try:
        conn.execute(every.SLOW_QUERY)
    except psycopg.errors.QueryCanceled:
        timer.join()
        assert conn.execute("SELECT 42").fetchone() == (42,)
        return
    raise AssertionError("not cancelled")


def main():
    with Server() as server, psycopg.connect(
        host="127.0.0.1",
        port=server.port,
        user="stele",
        dbname="stele",
        autocommit=True,
    ) as conn:
        for case in (
            values_round,
            introspects,
            enum_round,
            array_round,
            store_and_query,
            pipeline_and_many,
            pipeline_error,
            errors_and_rollback,
            streams,
            cancel,
        ):
            case(conn)
            print("ok", case.__name__, flush=True)


if __name__ == "__main__":
    main()
