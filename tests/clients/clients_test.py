#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What each client is seen to do: the list.

Each client connects, introspects, writes, reads every type, handles an error,
cancels, and streams a large result.  A row is a client, and for each of these
the words in its test that are its case: a function, or what the case is called.
This test sees that they are there, and that what is in the folder is in the
list.  A thing that a client does not do says why.
"""

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

THINGS = ("connects", "introspects", "writes", "reads every type",
          "handles an error", "cancels", "streams a large result")  # fmt: skip


class No(str):
    """Why a client does not do a thing."""


# The files of a client; then a thing each, in their order.
CLIENTS = {
    "psql": (
        ["psql_test.sh", "psql_describe_test.py", "psql_beside_test.py", "every.sh"],
        "psql -X -q -A -t", "check_completion", "every_insert", '"values"',
        '"an error\'s position and more"', '"Ctrl-C"', "many rows, FETCH_COUNT"),
    "libpq": (
        ["libpq_test.c"],
        "connect_client", "the_catalogue_is_read", "insert_value", "values_come_back",
        "errors_are_complete", "a_statement_is_cancelled", "rows_come_one_by_one"),
    "psycopg2": (
        ["psycopg2_test.py"],
        "connect", "introspects", "many_and_copy", "values_round",
        "errors_and_rollback", "cancel", "streams"),
    "psycopg 3": (
        ["psycopg3_test.py"],
        "psycopg.connect", "introspects", "pipeline_and_many", "values_round",
        "errors_and_rollback", "cancel", "streams"),
    "asyncpg": (
        ["asyncpg_test.py"],
        "asyncpg.connect", "introspects", "many_and_cursor", "values_round",
        "errors_and_rollback", "cancel", "streams"),
    "pgjdbc": (
        ["Pgjdbc.java", "PgjdbcMetaData.java", "PgjdbcLogin.java", "pgjdbc_test.sh",
         "pgjdbc_meta_test.sh", "pgjdbc_login_test.sh"],
        "getConnection", "getColumns", "batches", "valuesRound",
        "errorsAndRollback", "cancel", "streams"),
    "node-pg": (
        ["node_pg.js", "node_pg_test.sh"],
        "connect", "introspects", "storeAndQuery", "valuesRound",
        "errorsAndRollback", "cancel", "streams"),
    "pg-cursor, pg-query-stream, pg-copy-streams": (
        ["pg_streams.js", "pg_streams_test.sh"],
        "connect", "introspects", "copies", "everyType",
        "cursors", "cancels", "streams"),
    "postgres.js": (
        ["postgres_js.js", "postgres_js_test.sh"],
        "postgres({", "describes", "manyRows", "valuesRound",
        "errorsAndTransactions", "cancels", "streams"),
    "knex": (
        ["knex.js", "knex_test.sh"],
        "knex({", "schemas", "builds", "valuesRound",
        "errorsAndTransactions", "cancels", "streams"),
    "sequelize": (
        ["sequelize.js", "sequelize_test.sh"],
        "new Sequelize", "schemas", "models", "valuesRound",
        "transactions", "cancels", "manyRows"),
    "pgx": (
        ["go/pgx/main.go", "pgx_test.sh"],
        "connect", "describes", "batches", "valuesRound",
        "errorsAndTransactions", "cancels", "streams"),
    "lib/pq, and pgx under database/sql": (
        ["go/pq/main.go", "pq_test.sh"],
        "sql.Open", "describes", "copies", "valuesRound",
        "errorsAndTransactions", "cancels", "streams"),
    "SQLAlchemy": (
        ["sqlalchemy_test.py"],
        "create_engine", "inspects", "objects", "values_round",
        "errors_and_savepoints", "stream_and_cancel", "stream_and_cancel"),
    "Django": (
        ["django_test.py"],
        "configure", "inspects", "objects", "values_round",
        "errors_and_savepoints", "stream_and_cancel", "stream_and_cancel"),
    "DBD::Pg": (
        ["dbd_pg.pl", "dbd_pg_test.sh"],
        "DBI->connect", "column_info", "pg_putcopydata", "same($context",
        "fails('no column'", "pg_cancel", "same('many rows'"),
    "PHP's pgsql and PDO": (
        ["php_pgsql.php", "php_pgsql_test.sh"],
        "pg_connect", "inspects", "copies", "values_round",
        "fails_and_rolls_back", "streams_and_cancels", "streams_and_cancels"),
    "pgcli": (
        ["pgcli_test.py"],
        "PGExecute", "learns", "executes", "reads_every_type",
        "errors_and_blocks", "streams_and_cancels", "streams_and_cancels"),
    "DuckDB": (
        ["duckdb_scanner.py", "duckdb_test.sh"],
        "attach", "inspects", "makes_a_table", "reads_every_type",
        "errors_and_blocks", "cancels", "pushes_down_and_joins"),
    "ruby-pg": (
        ["ruby_pg.rb", "ruby_pg_test.sh"],
        "PG.connect", "'introspection'", "'insert'", "'every type'",
        "'error'", "'cancel'", "'stream'"),
    "pgbench": (
        ["pgbench_test.sh", "every.sh"],
        "bench -M", "bench -M \"$mode\" -S", "INSERT INTO benched", "every_script",
        "ok error", "ok cancel", "ok many rows"),
    "pgbouncer": (
        ["pgbouncer_test.sh", "every.sh"],
        "bouncer_start", "introspection", "INSERT INTO bounced", "every_type",
        "an error", "Ctrl-C", "streams_and_cancels"),
    "postgres_fdw": (
        ["postgres_fdw_test.py"],
        "CREATE SERVER", "imports", "writes", "reads_every_type",
        "fails", "cancels", "streams"),
    "pg_dump": (
        ["pg_dump_test.py", "viewdef_test.py"],
        "--schema-only", "described",
        No("it only reads; what it writes, a PostgreSQL reads"),
        "SCHEMA", No("an error ends it"), No("it has no cancel"), "generate_series"),
    "ws": (
        ["ws.js", "ws_test.sh"],
        "connect", "introspects", "keepsOrder", "readsEveryType",
        "talks", "cancels", "readsLarge"),
    "pyarrow, apache-arrow": (
        ["arrow.py", "arrow.js", "arrow_test.sh"],
        *[No("these read what a server has written, and have no connection")] * 3,
        "BOTH", *[No("likewise")] * 3),
}  # fmt: skip

# What several of them have.
SHARED = {"every.py", "every.js", "go.sh", "npm.sh", "pip.sh", "go/every/every.go"}


def text_of(files):
    texts = []
    for name in files:
        with open(os.path.join(HERE, name), encoding="utf-8") as file:
            texts.append(file.read())
    return "\n".join(texts)


def is_there(words, text):
    """As words of their own, whatever they are made of."""
    edges = [r"(?<!\w)" if words[0].isalnum() else "", r"(?!\w)" if words[-1].isalnum() else ""]
    return re.search(edges[0] + re.escape(words) + edges[1], text) is not None


def missing(client, files, cases):
    for name in files:
        if not os.path.exists(os.path.join(HERE, name)):
            return [f"{client}: there is no {name}"]
    if len(cases) != len(THINGS):
        return [f"{client}: {len(cases)} things, not {len(THINGS)}"]
    text = text_of(files)
    return [f"{client} {thing}: {case!r} is not in its test"
            for thing, case in zip(THINGS, cases)
            if not isinstance(case, No) and not is_there(case, text)]  # fmt: skip


def unlisted():
    """Tests and programs of clients that no row names."""
    named = SHARED.union(*(files for files, *_ in CLIENTS.values()))
    ends = (".sh", ".py", ".js", ".java", ".pl", ".php", ".rb", ".c")
    return [f"{name} is in no row" for name in sorted(os.listdir(HERE))
            if name.endswith(ends) and name not in named
            and name != os.path.basename(__file__)]  # fmt: skip


def main():
    bad = [line for client, (files, *cases) in CLIENTS.items()
           for line in missing(client, files, cases)] + unlisted()  # fmt: skip
    for client, (_, *cases) in CLIENTS.items():
        for thing, case in zip(THINGS, cases):
            if isinstance(case, No):
                print(f"{client} not {thing}: {case}")
    print(*bad, f"{len(CLIENTS)} clients", sep="\n")
    sys.exit(len(bad) > 0)


if __name__ == "__main__":
    main()
