#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What does not fit into work_mem, and limits of memory and temporary files.

Rows come from generate_series; results are known from arithmetic.  The memory
of the server is read from /proc: with CHECK_LONG for a sort of ten million rows
and five million groups under work_mem = 64 MB, else for fewer and wider rows.
"""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server  # noqa: E402

IS_LONG = os.environ.get("CHECK_LONG") == "1"
HAS_SANITIZERS = os.environ.get("SANITIZERS", "no") != "no"

# Rows are the numbers below a prime, in the order of their multiples.
# Under a sanitizer, whose memory says nothing, a fifth of them.
PRIME = 10000019 if IS_LONG else 20011 if HAS_SANITIZERS else 100003
GROUPS = 5000000 if IS_LONG else 12000 if HAS_SANITIZERS else 60000
PAD = "" if IS_LONG else "x" * 700
WORK_MEM_MB = 64 if IS_LONG else 1
# What a statement may add to the server: several operators, some buffers each.
# The rows alone take more: 240 MB, or 70 MB.
MEMORY_KIB = (160 if IS_LONG else 40) << 10

OUT_OF_MEMORY = ("53200", "out of memory")
BY_TIMEOUT = ("57014", "canceling statement due to statement timeout")
TEMP_LIMIT = (
    "53400",
    "temporary file size exceeds temp_file_limit (1024kB)",
)


def connect(server):
    connection = pgwire.Connection(server.port, timeout=900)
    connection.start()
    return connection


def ask(connection, sql):
    messages = connection.query(sql)
    for error in pgwire.errors(messages):
        sys.exit(f"{sql}: {error}")
    return [
        [None if value is None else value.decode() for value in row]
        for row in pgwire.rows(messages)
    ]


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: {got} instead of {wanted}")


def expect_error(connection, sql, wanted):
    """It fails so, and the session goes on."""
    messages = connection.query(sql)
    got = [(f["C"], f["M"]) for f in pgwire.errors(messages)]
    expect(sql, got, [wanted])
    if connection_failed(messages):
        ask(connection, "ROLLBACK")
    expect("afterwards", ask(connection, "SELECT 42"), [["42"]])


def connection_failed(messages):
    return messages[-1] == (b"Z", b"E")


def peak_kib(server):
    with open(f"/proc/{server.process.pid}/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


def temporary_files(server):
    """Those in the directory, and those without a name that are open."""
    found = os.listdir(os.path.join(server.data, "temp"))
    folder = f"/proc/{server.process.pid}/fd"
    for name in os.listdir(folder):
        try:
            target = os.readlink(os.path.join(folder, name))
        except OSError:
            continue
        if "/temp/" in target:
            found.append(target)
    return found


# ---- results, and the memory that they took ----

ROWS = (
    f"SELECT g * 7919 % {PRIME} AS k, '{PAD}' || g AS pad"
    f" FROM generate_series(1::int8, {PRIME - 1}) g"
)


def sort(connection):
    """Row number n, in order, is n."""
    for at in (0, PRIME // 2, PRIME - 4):
        got = ask(
            connection,
            f"SELECT k FROM (SELECT * FROM ({ROWS}) r ORDER BY k, pad OFFSET 0)"
            f" q OFFSET {at} LIMIT 3",
        )
        expect("sorted rows", got, [[str(at + i)] for i in (1, 2, 3)])


def group(connection):
    got = ask(
        connection,
        "SELECT count(*), min(c), max(c), sum(k) FROM (SELECT g % "
        f"{GROUPS} AS k, count(*) AS c FROM generate_series(1, {2 * GROUPS}) g"
        f" GROUP BY 1, '{PAD}' || (g % {GROUPS})) q",
    )
    total = GROUPS * (GROUPS - 1) // 2
    expect("groups", got, [[str(GROUPS), "2", "2", str(total)]])


def join(connection):
    """Each row has a partner, once."""
    got = ask(
        connection,
        f"SELECT count(*), sum(a.k - b.k) FROM ({ROWS}) a JOIN ({ROWS}) b"
        " ON a.k = b.k AND a.pad = b.pad",
    )
    expect("pairs", got, [[str(PRIME - 1), "0"]])


def explains(connection):
    lines = ask(
        connection,
        f"EXPLAIN ANALYZE SELECT * FROM ({ROWS}) r ORDER BY k",
    )
    text = "\n".join(line for (line,) in lines)
    if "Sort Method: external merge  Runs: " not in text or "Disk: " not in text:
        sys.exit(text)


def within_memory(server, connection):
    before = peak_kib(server)
    for run in (sort, group, join, explains):
        run(connection)
        expect(run.__name__, temporary_files(server), [])
        taken = peak_kib(server) - before
        if taken > MEMORY_KIB and not HAS_SANITIZERS:
            sys.exit(f"{run.__name__} took {taken} KiB")


# ---- the same rows, in memory and not ----


def side(name, column, count):
    return (
        f"(SELECT g AS {column}, '{name * 300}' || g AS {name}"
        f" FROM generate_series(1, {count}) g) {name}"
    )


def without_keys():
    """Joins that no hash decides, or whose keys are all the same."""
    near = "x * 40 > y AND x * 40 < y + 100"
    same = "x % 25 = 7 + y * 0 AND x * 40 > y"
    few, many = side("p", "x", 60), side("q", "y", 2600)
    for on in (near, same, "x = y * 2 OR x = -y", "x + y < 0"):
        for kind in ("JOIN", "LEFT JOIN", "FULL JOIN"):
            yield f"SELECT * FROM {few} {kind} {many} ON {on}"
        for word in ("", "NOT "):
            yield (
                f"SELECT * FROM {few} WHERE {word}EXISTS"
                f" (SELECT 1 FROM {many} WHERE ({on}) AND q > '')"
            )


def seen_rows():
    """What recursive queries have seen."""
    pad = "z" * 40
    yield (
        "WITH RECURSIVE r AS (SELECT 0 AS n, '' AS t UNION"
        f" SELECT m % 4000, '{pad}' || m % 4000 FROM r,"
        " generate_series(n * 2 + 1, n * 2 + 3) m WHERE n < 4000)"
        " SELECT * FROM r"
    )


def value_sets():
    """The values of IN, whose memory EXPLAIN does not show."""
    pad = "z" * 40
    values = f"SELECT '{pad}' || g * 2 FROM generate_series(1, 5000) g"
    value = f"'{pad}' || g"
    rows = "FROM generate_series(1, 300) g"
    pairs = f"SELECT h, nullif('{pad}' || h % 3000, '{pad}7') FROM generate_series(1, 5000) h"
    for word in ("IN", "NOT IN"):
        yield f"SELECT g, {value} {word} ({values}) {rows}"
        yield f"SELECT g, {value} {word} ({values} UNION ALL SELECT NULL) {rows}"
        yield f"SELECT g, (g, nullif({value}, '{pad}9')) {word} ({pairs}) {rows}"


def collected():
    """Aggregates that keep every value; a group's come from far apart."""
    rows = "(SELECT g % 70 AS k, 'v' || g AS v, g FROM generate_series(1, 9000) g) r"
    yield f"SELECT k, array_agg(v), count(*), string_agg(v, ';') FROM {rows} GROUP BY k"
    yield (
        "SELECT k, json_agg(v), jsonb_object_agg(v, g), array_agg(nullif(g, 7))"
        f" FILTER (WHERE g % 3 = 0) FROM {rows} GROUP BY k"
    )
    yield (
        f"SELECT k, g % 3, string_agg(v, ','), sum(g) FROM {rows}"
        " GROUP BY ROLLUP (k, 2)"
    )
    yield (
        "SELECT k % 7000, array_agg(ARRAY[k, k]), string_agg(k::text, NULL)"
        " FROM generate_series(1, 20000) k GROUP BY 1"
    )
    yield f"SELECT v FROM {rows} GROUP BY v HAVING array_agg(g) <> '{{5}}' ORDER BY v"


def ordered():
    """Aggregates whose rows are taken in an order, in groups and in one."""
    rows = (
        "(SELECT g % 70 AS k, nullif('v' || g * 7919 % 500, 'v9') AS v, g,"
        " (g * 7919 % 9001) / 7.0::float8 AS f FROM generate_series(1, 9000) g) r"
    )
    calls = (
        "string_agg(v, ',' ORDER BY v DESC, g), array_agg(DISTINCT v)",
        "string_agg(DISTINCT v, ',' ORDER BY v DESC), count(DISTINCT v)",
        "json_agg(g ORDER BY v NULLS FIRST, f), sum(f ORDER BY f)",
        "mode() WITHIN GROUP (ORDER BY v), mode() WITHIN GROUP (ORDER BY g % 5)",
        "percentile_disc(0.3) WITHIN GROUP (ORDER BY v DESC),"
        " percentile_cont(ARRAY[0.9, NULL, 0, 1, 0.25]) WITHIN GROUP (ORDER BY f)",
        "percentile_cont(0.37) WITHIN GROUP (ORDER BY g * interval '1 minute'),"
        " percentile_disc(ARRAY[[0.1, 0.2], [0.2, 1]]) WITHIN GROUP (ORDER BY v)",
        "rank('v3', 4000) WITHIN GROUP (ORDER BY v, g),"
        " dense_rank('v3') WITHIN GROUP (ORDER BY v),"
        " percent_rank('v400') WITHIN GROUP (ORDER BY v DESC),"
        " cume_dist(NULL::text) WITHIN GROUP (ORDER BY v)",
        "array_agg(v ORDER BY g DESC) FILTER (WHERE g < 0),"
        " rank(1) WITHIN GROUP (ORDER BY g) FILTER (WHERE k < 60)",
    )
    for call in calls:
        yield f"SELECT {call} FROM {rows}"
        yield f"SELECT k, {call} FROM {rows} GROUP BY k"
        yield f"SELECT v, k, {call} FROM {rows} GROUP BY GROUPING SETS (v, k, ())"
    yield (
        "SELECT g, array_agg(h ORDER BY -h), mode() WITHIN GROUP (ORDER BY h)"
        " FROM generate_series(1, 3000) g, generate_series(1, 3) h GROUP BY g"
    )


def windows():
    """Partitions that do not fit, among small ones, and every kind of frame."""
    rows = (
        "(SELECT CASE WHEN g % 9 = 0 THEN g % 30 ELSE 31 END AS p,"
        " nullif(g * 7919 % 701, 3) AS k, 'v' || g AS v, g, g / 10.0 AS n"
        " FROM generate_series(1, 4000) g) r"
    )
    calls = (
        "row_number() OVER w, rank() OVER w, dense_rank() OVER w,"
        " percent_rank() OVER w, cume_dist() OVER w, ntile(7) OVER w",
        "lag(v) OVER w, lead(v, 3, 'none') OVER w, lag(v, 700) OVER w,"
        " first_value(v) OVER w, last_value(v) OVER w, nth_value(v, 20) OVER w",
        "sum(n) OVER w, count(*) FILTER (WHERE g % 2 = 0) OVER w,"
        " max(v) OVER (w ROWS 3 PRECEDING), min(n) OVER w",
        "sum(g) OVER (w ROWS BETWEEN 2 PRECEDING AND 5 FOLLOWING EXCLUDE TIES),"
        " nth_value(v, 2) OVER (w ROWS BETWEEN 1 FOLLOWING AND 9 FOLLOWING"
        " EXCLUDE GROUP)",
        "count(v) OVER (w GROUPS BETWEEN 2 PRECEDING AND 1 FOLLOWING),"
        " last_value(v) OVER (w GROUPS BETWEEN 3 PRECEDING AND 1 PRECEDING)",
        "sum(g) OVER (w RANGE BETWEEN 4 PRECEDING AND 2 FOLLOWING),"
        " ntile(nullif(p, 0)) OVER w, lag(v, NULL) OVER w",
    )
    for call in calls:
        yield (
            f"SELECT v, p, k, {call} FROM {rows}"
            " WINDOW w AS (PARTITION BY p ORDER BY k)"
        )
        yield f"SELECT v, k, {call} FROM {rows} WINDOW w AS (ORDER BY k DESC)"
    yield f"SELECT v, sum(g) OVER (), row_number() OVER (), lag(v) OVER () FROM {rows}"
    yield (
        "SELECT v, sum(g) OVER (ORDER BY n RANGE BETWEEN 1e30 PRECEDING AND"
        f" 2.5 PRECEDING), n FROM {rows}"
    )


def sequences(connection):
    """Units of few events and one of many, linked by a field and the context."""
    ask(connection, "CREATE TABLE a (u text, n int)")
    ask(connection, "CREATE TABLE b (u text, n int)")
    for name, step in (("a", 7), ("b", 11)):
        ask(
            connection,
            f"INSERT INTO {name} (context_id, timestamp, u, n) SELECT"
            f" 'c' || g % 97, timestamptz '2026-01-01' + g * {step} % 5000 *"
            " interval '1 second', CASE WHEN g % 3 = 0 THEN 'all' ELSE"
            " 'u' || g % 500 END, g FROM generate_series(1, 6000) g",
        )
    for text in (
        "a FOLLOWED BY b LINKED BY u",
        "a PRECEDED BY b LINKED BY u WITHIN 20 MINUTES",
        "a AS x FOLLOWED BY a AS y FOLLOWED BY b LINKED BY u WHERE x.n < 3000",
        "b FOLLOWED BY a LINKED BY context_id",
        "a FOLLOWED BY b LINKED BY u WHERE b.n > 6000",
    ):
        yield f"SELECT * FROM stele.sequence('{text}')"


def same_rows(connection, queries, says_disk=True):
    """Also in the same order; EXPLAIN may say that the disk was used."""
    for sql in queries:
        ask(connection, "SET work_mem = '1GB'")
        wanted = ask(connection, sql)
        ask(connection, "SET work_mem = '64kB'")
        expect(sql, ask(connection, sql), wanted)
        if not says_disk:
            continue
        lines = ask(connection, f"EXPLAIN ANALYZE {sql}")
        if "Disk: " not in "\n".join(line for (line,) in lines):
            sys.exit(f"{sql}: {lines}")
    ask(connection, "RESET work_mem")


# ---- limits ----


def texts(connection):
    """90 MB of states, whose statement may have 64."""
    sql = (
        "SELECT string_agg(repeat('x', 1000) || g, ',') AS t, array_agg(g) AS a"
        " FROM generate_series(1, 90000) g GROUP BY g % 300"
    )
    got = ask(connection, f"SELECT count(*), sum(length(t)) FROM ({sql}) q")
    digits = sum(len(str(g)) for g in range(1, 90001))
    expect("texts", got, [["300", str(90000 * 1001 - 300 + digits)]])
    got = ask(
        connection,
        "SELECT count(DISTINCT pad), count(*) FROM (SELECT percentile_disc(0.5)"
        " WITHIN GROUP (ORDER BY g DESC) AS m, max(repeat('x', 1000) || g"
        " ORDER BY g) AS pad FROM generate_series(1, 90000) g GROUP BY g % 2) q",
    )
    expect("medians of rows that do not fit", got, [["2", "2"]])


BIG = (
    "SELECT g, repeat('x', 1000) FROM generate_series(1, 24000) g"
    " ORDER BY g DESC"
)


def statement_limit(server, connection):
    ask(connection, "SET work_mem = '1GB'")
    expect_error(connection, BIG.replace("24000", "90000"), OUT_OF_MEMORY)
    expect("rows", len(ask(connection, BIG)), 24000)
    ask(connection, "RESET work_mem")


def total_limit(server, connection):
    """A cursor keeps its rows: there is no room for those of another one."""
    with connect(server) as other:
        for session in (connection, other):
            ask(session, "SET work_mem = '1GB'")
        ask(other, f"BEGIN; DECLARE c CURSOR FOR {BIG}")
        expect("first row", ask(other, "FETCH 1 FROM c")[0][0], "24000")
        expect_error(connection, BIG, OUT_OF_MEMORY)
        expect("next row", ask(other, "FETCH 1 FROM c")[0][0], "23999")
        ask(other, "COMMIT")
        expect("rows", len(ask(connection, BIG)), 24000)
    ask(connection, "RESET work_mem")


def temp_limit(server, connection):
    ask(connection, "SET work_mem = '64kB'")
    expect_error(connection, BIG, TEMP_LIMIT)
    expect_error(
        connection,
        "SELECT repeat('x', 99) IN (SELECT repeat('x', 100) || g"
        " FROM generate_series(1, 24000) g)",
        TEMP_LIMIT,
    )
    expect("files after 53400", temporary_files(server), [])
    ask(connection, "RESET work_mem")


def cancelled(server, connection):
    """While runs are written: the sort alone would take very long."""
    ask(connection, "CREATE TABLE t (i bigint)")
    ask(connection, "SET work_mem = '64kB'; SET statement_timeout = '300ms'")
    endless = "generate_series(1, 1000000000)"
    for sql in (
        f"SELECT g FROM {endless} g ORDER BY -g",
        f"SELECT g, count(*) FROM {endless} g GROUP BY g",
        f"SELECT count(*) FROM {endless} a JOIN {endless} b ON a = b",
        f"SELECT a FROM {endless} a EXCEPT SELECT b FROM {endless} b",
        f"SELECT rank() OVER (ORDER BY -g) FROM {endless} g",
        f"INSERT INTO t SELECT 'c', now(), g FROM {endless} g ORDER BY -g",
    ):
        expect_error(connection, sql, BY_TIMEOUT)
        expect("files after 57014", temporary_files(server), [])
    ask(connection, "RESET statement_timeout; RESET work_mem")


def main():
    with Server(f"work_mem={WORK_MEM_MB}MB") as server:
        with connect(server) as connection:
            within_memory(server, connection)
            same_rows(connection, without_keys())
            same_rows(connection, seen_rows())
            same_rows(connection, value_sets(), says_disk=False)
            same_rows(connection, sequences(connection))
            same_rows(connection, collected())
            same_rows(connection, ordered())
            same_rows(connection, windows())
            cancelled(server, connection)
    print(f"{PRIME - 1} rows sorted, {GROUPS} groups in {WORK_MEM_MB} MB")
    with Server("statement_memory=64MB", "work_mem=4MB") as server:
        with connect(server) as connection:
            texts(connection)
    with Server(
        "statement_memory=64MB",
        "total_statement_memory=48MB",
        "temp_file_limit=1MB",
    ) as server, connect(server) as connection:
        for run in (statement_limit, total_limit, temp_limit):
            run(server, connection)


if __name__ == "__main__":
    main()
