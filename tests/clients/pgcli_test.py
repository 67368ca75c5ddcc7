#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""pgcli by its own code: what it executes, what it learns for completion, what
it completes, and its backslash commands, which are pgspecial's."""

import logging
import os
import sys
import threading
import uuid

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]

from stele_server import Server, check, skip  # noqa: E402

try:
    import psycopg
    from pgcli.completion_refresher import CompletionRefresher
    from pgcli.pgexecute import PGExecute
    from pgspecial.main import PGSpecial
    from prompt_toolkit.document import Document
except ImportError:
    skip("there is no pgcli on this machine")

import every  # noqa: E402

SCHEMA = """
CREATE TYPE status AS ENUM ('new', 'paid');
CREATE TABLE payment (amount numeric(10,2) NOT NULL, st status DEFAULT 'new', note varchar(20));
CREATE VIEW paid AS SELECT event_id, amount FROM payment WHERE st = 'paid';
"""

# What is typed, with the cursor at the bar, and a thing that pgcli offers there;
# functions of an extension, as those of stele are, it never does.
COMPLETIONS = [
    ("SELECT * FROM paym|", "payment"),
    ("SELECT * FROM stele.segm|", "segments"),
    ("SELECT am| FROM payment", "amount"),
    ("SELECT p.no| FROM payment AS p", "note"),
    ("SELECT * FROM payment AS a JOIN pai|", "paid"),
    ("SELECT 1::stat|", "status"),
    ("SELECT stele.verif|", "verifications"),
    (r"\d paym|", "payment"),
]

# Commands, and words of what they must print.  \dp of this pgcli is refused
# by PostgreSQL 15, too: unknown || "char" is not unique.
SPECIAL = {
    r"\l": {"stele"},
    r"\l+": {"stele"},
    r"\du": {"stele"},
    r"\dn": {"public", "stele"},
    r"\dn+": {"public"},
    r"\db": {"pg_default"},
    r"\dx": set(),
    r"\dt": {"payment"},
    r"\dt+ pay*": {"payment"},
    r"\dv": {"events", "paid"},
    r"\dm": set(),
    r"\ds": set(),
    r"\di": set(),
    r"\df pg_catalog.now": {"now"},
    r"\dT": {"status"},
    r"\dT+": {"status"},
    r"\dD": set(),
    r"\dF": set(),
    r"\dE": set(),
    r"\ddp": set(),
    r"\d": {"payment", "paid", "events"},
    r"\d payment": {"context_id", "amount", "numeric(10,2)", "'new'::status"},
    r"\d+ payment": {"amount"},
    r"\d+ paid": {"event_id"},
    "describe payment": {"amount"},
}


def connect(server):
    return PGExecute("stele", "stele", "", "127.0.0.1", str(server.port), "")


def run(executor, text, special=None):
    """The rows and states of all statements, as lists."""
    results = list(executor.run(text, special))
    return [([list(row) for row in rows or ()], status) for _, rows, _, status, *_ in results]


def fails(code, work):
    try:
        work()
    except psycopg.Error as error:
        check(error.sqlstate == code, f"{error} is not {code}")
    else:
        check(False, f"no error {code}")


def executes(executor):
    check(executor.server_version.startswith("15."), executor.server_version)
    for statement in filter(None, SCHEMA.strip().split("\n")):
        run(executor, statement)
    run(executor, every.DEFINE)
    got = run(executor, "INSERT INTO payment (context_id, amount) VALUES ('c', 5); SELECT st FROM payment;")
    check([status for _, status in got] == ["INSERT 0 1", "SELECT 1"], got)
    check(got[1][0] == [["new"]], got)
    got = run(executor, "QUERY payment RETURN [amount]")
    check(str(got[0][0][0][-1]) == "5.00", got)


def reads_every_type(executor):
    run(executor, "SET TimeZone = 'UTC'")
    row = [every.TEXT, 2**63 - 1, 2**64 - 1, -0.5, True, "9999-12-31 23:59:59.999999+00"]
    row += ["5874897-12-31", uuid.UUID(int=1), every.MOST_DECIMAL, '{"a": [1, null]}']
    insert = f"INSERT INTO every (context_id, {every.COLUMNS}) VALUES ({', '.join(['%s'] * 11)})"
    executor.conn.cursor().execute(insert, ["all", *row])
    executor.conn.cursor().execute(insert, ["null"] + [None] * 10)
    got = run(executor, f"SELECT {every.COLUMNS} FROM every ORDER BY event_id")[0][0]
    check([str(v) for v in got[0]] == [str(v) for v in row], got[0])
    check(got[1] == [None] * 10, got[1])


def learns(executor):
    check({"public", "stele", "pg_catalog"} <= set(executor.schemata()), "schemata")
    check(executor.search_path() == ["pg_catalog", "public"], executor.search_path())
    check(("public", "payment") in executor.tables(), "tables")
    check({("public", "paid"), ("stele", "segments")} <= set(executor.views()), "views")
    columns = {c[2:] for c in executor.table_columns() if tuple(c[:2]) == ("public", "payment")}
    check(("amount", "numeric", False, None) in columns, columns)
    check(("st", "status", True, "'new'::status") in columns, columns)
    columns = {c[2] for c in executor.view_columns() if tuple(c[:2]) == ("public", "paid")}
    check(columns == {"event_id", "amount"}, columns)
    check(("public", "status") in executor.datatypes(), "datatypes")
    check("stele" in executor.databases(), "databases")
    check(not list(executor.foreignkeys()), "foreign keys")
    check(any(f.func_name == "generate_series" for f in executor.functions()), "functions")
    check(not list(executor.casing()), "casing: words of functions of one's own")
    check("payment" in executor.view_definition("paid"), "a view's definition")


def completes(executor):
    special = PGSpecial()
    done = threading.Event()
    completers = []

    def finished(completer):
        completers.append(completer)
        done.set()

    CompletionRefresher().refresh(executor, special, finished)
    check(done.wait(60), "the refresh does not end")
    for typed, expected in COMPLETIONS:
        before, after = typed.split("|")
        document = Document(before + after, len(before))
        offers = [c.text for c in completers[0].get_completions(document, None)]
        check(expected in offers, f"{typed!r}: {offers[:10]}")


def special_commands(executor):
    special = PGSpecial()
    for command, words in SPECIAL.items():
        got = str(run(executor, command, special))
        check(all(word in got for word in words), f"{command}: {got}")
    plan = list(executor.run("SELECT * FROM payment", explain_mode=True))
    check("Scan" in str([list(row) for row in plan[0][1]]), "EXPLAIN")


def errors_and_blocks(executor):
    count = "SELECT count(*) FROM payment"
    before = run(executor, count)[0][0]
    fails("42703", lambda: run(executor, "SELECT nothing FROM payment"))
    fails("0A000", lambda: run(executor, "DELETE FROM payment"))
    run(executor, "BEGIN; INSERT INTO payment (context_id, amount) VALUES ('gone', 1)")
    check(executor.valid_transaction(), "in a block")
    fails("22012", lambda: run(executor, "SELECT 1 / 0"))
    check(executor.failed_transaction(), "in a failed block")
    run(executor, "ROLLBACK")
    check(run(executor, count)[0][0] == before, "rolled back")


def streams_and_cancels(executor):
    rows = run(executor, "SELECT g FROM generate_series(1, 100000) AS g")[0][0]
    check(sum(int(row[0]) for row in rows) == 5000050000, "many rows")
    timer = threading.Timer(0.2, executor.conn.cancel)
    timer.start()
    slow = "SELECT count(*) FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b"
    fails("57014", lambda: run(executor, slow))
    timer.join()
    check(run(executor, "SELECT 42")[0][0] == [[42]], "after it")


def main():
    logging.disable(logging.CRITICAL)  # pgcli's own, of errors that are asked for
    with Server() as server:
        executor = connect(server)
        for case in (
            executes,
            reads_every_type,
            learns,
            completes,
            special_commands,
            errors_and_blocks,
            streams_and_cancels,
        ):
            case(executor)
            print("ok", case.__name__, flush=True)
        executor.conn.close()


if __name__ == "__main__":
    main()
