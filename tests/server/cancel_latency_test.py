#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Cancels a long statement of every kind of operator and of costly functions.

Each is cancelled at several moments of its work, so that several phases are met;
the longest waits for the error are printed.  Only a bound far above what is
wanted (50 ms on a quiet machine) is asserted.  With CHECK_LONG more moments.
"""

import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from pgwire import message, query  # noqa: E402
from stele_server import Server  # noqa: E402

BOUND_S = 5
WANTED_MS = 50
MOMENTS_MS = (30,)
if os.environ.get("CHECK_LONG") == "1":
    MOMENTS_MS = (5, 20, 60, 150, 400, 1000, 2500)

SERIES = "generate_series(1, 1000000000)"
MANY = "generate_series(1, 20000000)"

# Name, what the session sets before, the statement.
STATEMENTS = (
    ("scan, filter", "", "SELECT count(*) FROM t a, t b WHERE a.i * b.i = -1"),
    ("series", "", f"SELECT count(*) FROM {SERIES}"),
    ("series in the list", "", f"SELECT count(*) FROM (SELECT {SERIES}) q"),
    ("values of a row", "", "SELECT count(*) FROM unnest(array_fill(1, '{20000000}'))"),
    (
        "hash join, build",
        "work_mem=1GB",
        f"SELECT count(*) FROM t JOIN {MANY} g ON i = g",
    ),
    ("hash join, probe", "", f"SELECT count(*) FROM {SERIES} g JOIN t ON i = g"),
    (
        "hash join, spilling",
        "work_mem=1MB",
        f"SELECT count(*) FROM {MANY} a JOIN {MANY} b ON a = b",
    ),
    (
        "hash join, one key",
        "",
        "SELECT count(*) FROM t a JOIN t b ON a.i * 0 = b.i * 0 JOIN t c ON "
        "a.i * 0 = c.i * 0",
    ),
    (
        "nested loop",
        "",
        "SELECT count(*) FROM t a JOIN t b ON a.i + b.i < -1 OR a.i < b.i JOIN "
        "t c ON b.i + c.i < a.i",
    ),
    (
        "full join",
        "work_mem=1MB",
        f"SELECT count(*) FROM {MANY} a FULL JOIN {MANY} b ON a = -b",
    ),
    (
        "lateral",
        "",
        f"SELECT count(*) FROM {SERIES} a, LATERAL (SELECT count(*) FROM "
        "generate_series(1, a % 10)) b",
    ),
    (
        "subquery of each row",
        "",
        "SELECT count(*) FROM t a WHERE i < (SELECT count(*) FROM t b WHERE "
        "b.i + a.i > 7)",
    ),
    ("IN", "", f"SELECT count(*) FROM t WHERE i IN (SELECT -g FROM {MANY} g)"),
    (
        "sort in memory",
        "work_mem=2GB",
        f"SELECT count(*) FROM (SELECT g FROM {MANY} g ORDER BY g % 7919, g "
        "OFFSET 0) q",
    ),
    (
        "sort of text",
        "work_mem=2GB",
        "SELECT count(*) FROM (SELECT g FROM generate_series(1, 2000000) g "
        "ORDER BY repeat('x', 90) || g % 77, g OFFSET 0) q",
    ),
    (
        "sort, spilling",
        "work_mem=4MB",
        f"SELECT count(*) FROM (SELECT g FROM {MANY} g ORDER BY g % 7919, g "
        "OFFSET 0) q",
    ),
    (
        "merge of runs",
        "work_mem=64kB",
        "SELECT count(*) FROM (SELECT g FROM generate_series(1, 1000000) g "
        "ORDER BY -g OFFSET 0) q",
    ),
    ("least rows", "", f"SELECT g FROM {SERIES} g ORDER BY g % 7919 DESC LIMIT 5"),
    ("aggregate", "", f"SELECT sum(g), avg(g), stddev(g::float8) FROM {SERIES} g"),
    (
        "groups",
        "work_mem=2GB",
        f"SELECT count(*) FROM (SELECT g, count(*) FROM {MANY} g GROUP BY g) q",
    ),
    (
        "groups, spilling",
        "work_mem=1MB",
        f"SELECT count(*) FROM (SELECT g, count(*) FROM {MANY} g GROUP BY g) q",
    ),
    (
        "grouping sets",
        "work_mem=1GB",
        f"SELECT count(*) FROM (SELECT g % 1000, g, count(*) FROM {MANY} g "
        "GROUP BY CUBE (1, 2)) q",
    ),
    (
        "ordered aggregate",
        "work_mem=1GB",
        f"SELECT string_agg('x', ',' ORDER BY g % 7919) FROM {MANY} g",
    ),
    (
        "ordered, spilling",
        "work_mem=1MB",
        "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY g % 7919) FROM "
        f"{MANY} g",
    ),
    (
        "collected",
        "work_mem=1GB",
        "SELECT count(*) FROM (SELECT g % 1000, array_agg(g), "
        f"string_agg(g::text, ',') FROM {MANY} g GROUP BY 1) q",
    ),
    (
        "count of distinct",
        "work_mem=1GB",
        f"SELECT count(DISTINCT g), count(DISTINCT g::text) FROM {MANY} g",
    ),
    (
        "distinct",
        "work_mem=1GB",
        f"SELECT count(*) FROM (SELECT DISTINCT g::text FROM {MANY} g) q",
    ),
    (
        "union, except",
        "work_mem=1MB",
        f"SELECT count(*) FROM (SELECT a FROM {MANY} a EXCEPT SELECT b FROM "
        f"{MANY} b UNION SELECT 1) q",
    ),
    (
        "window",
        "work_mem=1GB",
        "SELECT count(*) FROM (SELECT sum(g) OVER (PARTITION BY g % 1000 ORDER "
        f"BY g) FROM {MANY} g OFFSET 0) q",
    ),
    (
        "window, large frames",
        "work_mem=1GB",
        "SELECT count(*) FROM (SELECT max(g) OVER (ORDER BY g ROWS 100000 "
        f"PRECEDING) FROM {MANY} g OFFSET 0) q",
    ),
    (
        "window, excluding",
        "work_mem=1GB",
        "SELECT count(*) FROM (SELECT nth_value(g, 90000) OVER (ORDER BY g % 9 "
        f"RANGE UNBOUNDED PRECEDING EXCLUDE TIES) FROM {MANY} g OFFSET 0) q",
    ),
    (
        "window in a file",
        "work_mem=1MB",
        "SELECT count(*) FROM (SELECT lag(g) OVER (ORDER BY -g), rank() OVER "
        f"(ORDER BY -g) FROM {MANY} g OFFSET 0) q",
    ),
    (
        "window of all rows",
        "work_mem=1GB",
        "SELECT count(*) FROM (SELECT row_number() OVER (), sum(g) OVER () "
        f"FROM {MANY} g OFFSET 0) q",
    ),
    (
        "recursive",
        "",
        "WITH RECURSIVE r AS (SELECT 1::int8 AS n UNION ALL SELECT n + 1 FROM "
        "r) SELECT count(*) FROM r",
    ),
    (
        "recursive, seen",
        "work_mem=1GB",
        "WITH RECURSIVE r AS (SELECT 1::int8 AS n UNION SELECT m FROM r, "
        "generate_series(n * 3, n * 3 + 2) m) SELECT count(*) FROM r",
    ),
    (
        "CTE",
        "",
        f"WITH c AS MATERIALIZED (SELECT * FROM {MANY}) SELECT count(*) FROM c "
        "a, c b",
    ),
    (
        "sequence",
        "",
        "SELECT count(*) FROM t, t u, LATERAL (SELECT count(*) FROM "
        "stele.sequence('e AS a FOLLOWED BY e AS b FOLLOWED BY e AS c LINKED "
        "BY u') WHERE t.i > 0) s",
    ),
    (
        "pairs of one unit",
        "",
        "SELECT count(*) FROM t, t u, LATERAL (SELECT count(*) FROM "
        "stele.sequence('e AS a FOLLOWED BY e AS b FOLLOWED BY e AS c LINKED "
        "BY one') WHERE t.i > 0) s",
    ),
    ("events", "", "SELECT count(payload->>'i') FROM events, t, t u"),
    (
        "regex, backtracking",
        "",
        "SELECT repeat('a', 3000) || 'b' ~ '(a|aa)+(a|aa)+(a|aa)+$' FROM t",
    ),
    (
        "regex, many",
        "",
        "SELECT count(*) FROM t a, t b WHERE (a.s || b.s) ~ '(x+x+)+y'",
    ),
    (
        "regex, one text",
        "",
        "SELECT length(regexp_replace(repeat('ab', 20000000), '(a)(b)', "
        "'\\2\\1', 'g'))",
    ),
    (
        "regex, rows",
        "",
        "SELECT count(*) FROM regexp_matches(repeat('ab', 20000000), 'a', 'g')",
    ),
    (
        "regex, split",
        "",
        "SELECT count(*) FROM regexp_split_to_table(repeat('ab', 20000000), "
        "'a')",
    ),
    ("regex, back reference", "", "SELECT repeat('a', 1000000) ~* '(a*)\\1b'"),
    (
        "LIKE",
        "",
        "SELECT count(*) FROM t WHERE repeat('ab', 500000 + i::int % 2) LIKE "
        "'%' || repeat('a%b_', 300) || 'c%b'",
    ),
    (
        "LIKE, one text",
        "",
        "SELECT repeat('a', 100000000) LIKE repeat('%a', 900) || 'b'",
    ),
    (
        "ILIKE",
        "",
        "SELECT repeat('aB', 40000000) ILIKE '%' || repeat('b%', 900) || 'c'",
    ),
    (
        "numeric, power",
        "",
        "SELECT count(3.7::numeric ^ (900.5 + g / 100000.0)) FROM "
        "generate_series(1, 100000) g",
    ),
    (
        "numeric, one power",
        "",
        "SELECT count(exp(g / 7.0::numeric) * ln(g + repeat('1', "
        "900)::numeric) * sqrt(repeat('3', 9000)::numeric)) FROM "
        "generate_series(1, 5000) g",
    ),
    (
        "numeric, product",
        "",
        "SELECT count(*) FROM (SELECT (repeat('7', 60000)::numeric * "
        "repeat('9', 60000)::numeric) / (g + repeat('1', 50000)::numeric) FROM "
        "generate_series(1, 100000) g) q(n) WHERE n < 0",
    ),
    (
        "numeric, factorial",
        "",
        "WITH RECURSIVE f(n, x) AS (SELECT 1, 1::numeric UNION ALL SELECT n + "
        "1, x * n FROM f WHERE n < 30000) SELECT max(n) FROM f",
    ),
    (
        "numeric, text",
        "",
        "SELECT length((repeat('7', 131000)::numeric)::text) FROM "
        "generate_series(1, 100000)",
    ),
    (
        "json, built",
        "",
        "SELECT length(jsonb_agg(jsonb_build_object('a', g, 'b', "
        f"array[g]))::text) FROM {MANY} g",
    ),
    (
        "json, one value",
        "work_mem=1GB",
        "SELECT length(('[' || repeat('{\"a\": [1, 2, \"x\"]}, ', 10000000) || "
        "'1]')::jsonb::text)",
    ),
    (
        "json, elements",
        "",
        "SELECT count(*) FROM json_array_elements(('[' || repeat('{\"a\": [1, "
        "2, \"x\"]}, ', 10000000) || '1]')::json)",
    ),
    (
        "json, pretty",
        "work_mem=1GB",
        "SELECT length(jsonb_pretty(('[' || repeat('{\"a\": [1, 2, \"x\"]}, ', "
        "5000000) || '1]')::jsonb))",
    ),
    (
        "array of one",
        "work_mem=1GB",
        f"SELECT cardinality(array_agg(g::text)) FROM {MANY} g",
    ),
    (
        "array, searched",
        "",
        "SELECT count(array_position(a, -1)) FROM (SELECT array_agg(g) FROM "
        "generate_series(1, 1000000) g) q(a), t",
    ),
    (
        "array, appended",
        "",
        "SELECT cardinality(array_agg(g) || 1) FROM generate_series(1, "
        "1000000) g, t",
    ),
    ("repeat", "", "SELECT count(*) FROM t WHERE length(repeat('x', 100000000)) < 0"),
    ("replace", "", "SELECT length(replace(repeat('ab', 100000000), 'a', 'xx'))"),
    ("translate", "", "SELECT length(translate(repeat('ab', 100000000), 'ab', 'cd'))"),
    ("upper", "", "SELECT length(upper(repeat('aé', 100000000)))"),
    ("reverse", "", "SELECT length(reverse(repeat('aé', 100000000)))"),
    ("normalize", "", "SELECT length(normalize(repeat('aé', 50000000), NFD))"),
    (
        "normalize, marks",
        "",
        "SELECT length(normalize(repeat(U&'\\0301\\0323', 500000)))",
    ),
    (
        "trim of bytes",
        "",
        "SELECT length(btrim(repeat('a', 500000)::bytea, (repeat('b', "
        "1000000) || 'a')::bytea))",
    ),
    (
        "md5, sha",
        "",
        "SELECT md5(repeat('ab', 300000000)), sha512(repeat('ab', "
        "300000000)::bytea)",
    ),
    (
        "encodings",
        "",
        "SELECT length(convert_to(repeat('日本', 30000000), 'SJIS'))",
    ),
    (
        "encodings, length",
        "",
        "SELECT length(convert_to(repeat('日', 50000000), 'UTF8'), 'UTF8')",
    ),
    ("unistr", "", "SELECT length(unistr(repeat('\\0061', 20000000)))"),
    ("encode", "", "SELECT length(encode(repeat('ab', 100000000)::bytea, 'base64'))"),
    (
        "position",
        "",
        "SELECT position(repeat('a', 100000) || 'b' IN repeat('a', 200000000))",
    ),
    ("split", "", "SELECT cardinality(string_to_array(repeat('a,', 100000000), ','))"),
    (
        "format",
        "",
        "SELECT length(format('%300000000s', 'x')), length(lpad('x', "
        "300000000, 'ab'))",
    ),
    ("format, text", "", "SELECT length(format(repeat('x', 200000000)))"),
    (
        "to_char, quoted",
        "",
        "SELECT length(to_char(now(), '\"' || repeat('x', 200000000) || '\"'))",
    ),
    (
        "to_char",
        "",
        "SELECT count(to_char(now() + g * interval '1 second', 'Day, DD Month "
        f"YYYY HH24:MI:SS')) FROM {SERIES} g",
    ),
    ("COPY TO", "", f"COPY (SELECT repeat('x', 10000) FROM {SERIES}) TO STDOUT"),
    (
        "INSERT of many",
        "",
        "INSERT INTO t (context_id, i, s) SELECT 'c' || g % 9, g, 'x' FROM "
        f"{SERIES} g",
    ),
    ("sleep", "", "SELECT pg_sleep(3600)"),
    ("explain", "", f"EXPLAIN ANALYZE SELECT count(*) FROM {SERIES}"),
    (
        "materialized rows",
        "",
        "SELECT count(*) FROM (SELECT a.s, b.s, c.s FROM t a, t b, t c ORDER "
        "BY 1 DESC, 2, 3 OFFSET 0) q",
    ),
)


def connect(server):
    connection = pgwire.Connection(server.port, timeout=60)
    connection.start()
    return connection


def ask(connection, sql):
    messages = connection.query(sql)
    for error in pgwire.errors(messages):
        sys.exit(f"{sql}: {error}")
    return pgwire.rows(messages)


def fill(connection):
    ask(connection, "CREATE TABLE t (i bigint, s text)")
    ask(connection, "CREATE TABLE e (u text, one text)")
    ask(
        connection,
        "INSERT INTO t (context_id, i, s) SELECT 'c' || g % 9, g, repeat('x', 20)"
        " FROM generate_series(1, 20000) g",
    )
    ask(
        connection,
        "INSERT INTO e (context_id, u, one) SELECT 'c' || g % 9, 'u' || g % 500,"
        " 'one' FROM generate_series(1, 20000) g",
    )


def setting_text(settings):
    return "".join(
        "SET {} = '{}'; ".format(*item.split("=")) for item in settings.split()
    )


def latency(server, name, settings, sql, moment_ms):
    """Seconds from the cancel to the error; None if it had ended before."""
    with connect(server) as connection:
        ask(connection, setting_text(settings) or "SELECT 1")
        connection.send(query(sql))
        time.sleep(moment_ms / 1000)
        begun = time.monotonic()
        connection.cancel()
        errors = pgwire.errors(connection.until_ready())
        taken = time.monotonic() - begun
        codes = [error["C"] for error in errors]
        if codes == ["54001"]:  # a pattern that was given up
            return None
        if codes not in (["57014"], []):
            sys.exit(f"{name}: {errors}")
        if taken > BOUND_S:
            sys.exit(f"{name}: noticed after {taken:.1f} s")
        return taken if codes else None


def copy_from(server, moment_ms):
    """Many rows on their way into a table."""
    with connect(server) as connection:
        connection.send(query("COPY t (context_id, i, s) FROM STDIN"))
        connection.message()
        rows = b"".join(b"c%d\t%d\txxxxxxxxx\n" % (i % 9, i) for i in range(20000))
        until = time.monotonic() + moment_ms / 1000
        while time.monotonic() < until:
            connection.send(message(b"d", rows))
        begun = time.monotonic()
        connection.cancel()
        while connection.message()[0] != b"E":
            pass
        return time.monotonic() - begun


def main():
    found = []
    with Server("statement_memory=4GB", "total_statement_memory=6GB") as server:
        with connect(server) as connection:
            fill(connection)
        for moment in MOMENTS_MS:
            for name, settings, sql in STATEMENTS:
                taken = latency(server, name, settings, sql, moment)
                if taken is not None:
                    found.append((taken * 1000, name, moment))
            found.append((copy_from(server, moment) * 1000, "COPY FROM", moment))
    found.sort(reverse=True)
    over = sum(taken > WANTED_MS for taken, _, _ in found)
    print(f"{len(found)} cancels, {over} took longer than {WANTED_MS} ms:")
    for taken, name, moment in found[:20]:
        print(f"{taken:8.1f} ms  {name}, {moment} ms after its begin")


if __name__ == "__main__":
    main()
