#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Bind, Describe and Execute that come at once say and do what they do alone.

Everything is sent twice: in one piece, of which a session may make one step, and
with a Flush behind each message, so that it sees one at a time.  Both are
answered alike, store as much, and count alike in stele.statements.  So it is
amid others of the same statement, too, of which a session may make one run.
"""

import os
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server, check  # noqa: E402

FLUSH = pgwire.message(b"H")
PORTAL = pgwire.message(b"D", b"P\0")
CLOSE = pgwire.message(b"C", b"P\0")
EXECUTE = pgwire.execute()
BOTH = (PORTAL, EXECUTE)
INT8, TEXT, FLOAT8 = 20, 25, 701

STATEMENTS = {
    "insert": ("INSERT INTO paid (context_id, n, amount, kind)"
               " VALUES ($1, $2, $3, 'new')", ()),
    "insert too": ("INSERT INTO paid (context_id, n, amount, kind)"
                   " VALUES ($1, $2, $3, 'new')", ()),
    "store": ("STORE paid FOR $1 PAYLOAD $2", ()),
    "store too": ("STORE paid FOR $1 PAYLOAD $2", ()),
    "returning": ("INSERT INTO paid (context_id, n, amount, kind)"
                  " VALUES ($1, $2, $3, 'new') RETURNING n", ()),
    "two": ("INSERT INTO paid (context_id, n, amount, kind)"
            " VALUES ($1, $2, $3, 'new'), ($1, $2, $3, 'new')", ()),
    "select": ("SELECT $1::text, $2::int8, $3::float8", ()),
    "constants": ("INSERT INTO paid (context_id, n, amount, kind)"
                  " VALUES ('c', 1, 2, 'old')", ()),
}
GOOD = (b"c", b"1", b"2.5")
PAYLOAD = b'{"n": 1, "amount": 2.5, "kind": "\xc3\xa4"}'
BINARY = (b"c", struct.pack("!q", 7), struct.pack("!d", 2.5))


def store(payload, context=b"c", name="store"):
    return name, pgwire.bind((context, payload), name=name)


def insert(values, name="insert", **more):
    return name, pgwire.bind(values, name=name, **more)


# A Bind, and what comes behind it.
EXECUTIONS = [
    (*insert(GOOD), BOTH),
    (*insert(GOOD), (EXECUTE,)),
    (*insert(GOOD), (PORTAL, pgwire.execute(rows=1))),
    (*insert(GOOD), (*BOTH, EXECUTE)),
    (*insert(GOOD), (*BOTH, PORTAL)),
    (*insert(GOOD), (*BOTH, CLOSE, EXECUTE)),
    (*insert(GOOD), (PORTAL, PORTAL, EXECUTE)),
    (*insert(GOOD), (PORTAL,)),
    (*insert(GOOD), (CLOSE, EXECUTE)),
    (*insert(GOOD, portal="p"), BOTH),
    (*insert(GOOD, portal="p"), (pgwire.execute("p"),)),
    (*insert(GOOD, results=(1,)), BOTH),
    (*insert(GOOD, results=(1, 1)), BOTH),
    (*insert(GOOD, formats=(0, 0)), BOTH),
    (*insert(GOOD, formats=(2,)), BOTH),
    (*insert(GOOD[:2]), BOTH),
    (*insert((b"\xc3\xa4", b"-1", b"1e3")), BOTH),
    (*insert((b"\xff", b"1", b"1")), BOTH),
    (*insert((b"", b"1", b"1")), BOTH),
    (*insert((b"c" * 2000, b"1", b"1")), BOTH),
    (*insert((b"c", b"x", b"1")), BOTH),
    (*insert((b"c", b"1", b"1e999")), BOTH),
    (*insert((None, b"1", b"1")), BOTH),
    (*insert((b"c", None, b"1")), BOTH),
    (*insert((b"c", b"1", None)), BOTH),
    (*insert(BINARY, formats=(0, 1, 1)), BOTH),
    (*insert(BINARY, formats=(1,)), BOTH),
    (*insert((b"c", b"1234567", b"1"), formats=(0, 1, 0)), BOTH),
    (*insert(GOOD, "two"), BOTH),
    (*insert(GOOD, "returning"), BOTH),
    (*insert(GOOD, "select"), BOTH),
    (*insert((), "constants"), BOTH),
    (*insert((), "unknown"), BOTH),
    (*store(PAYLOAD), BOTH),
    (*store(PAYLOAD), (EXECUTE, EXECUTE)),
    (*store(PAYLOAD[:-1]), BOTH),
    (*store(b'{"n": 1, "amount": 2, "kind": "\\u00e4", "x": 1}'), BOTH),
    (*store(b'{"n": 1, "amount": 2}'), BOTH),
    (*store(None), BOTH),
    (*store(PAYLOAD, None), BOTH),
    (*store(b'{"n": 1, "amount": 2, "kind": "' + b"k" * 20000 + b'"}'), BOTH),
]

# What a session has said before, and after.
STATES = [
    (),
    ("BEGIN",),
    ("BEGIN", "SELECT 1/0"),
    ("BEGIN READ ONLY",),
    ("SET default_transaction_read_only = on",),
    ("SET statement_timeout = '60s'",),
    ("SET client_encoding = 'LATIN1'",),
    ("BEGIN", "INSERT INTO paid (context_id, n, amount, kind)"
     " VALUES ('c', 1, 1, 'x')", "DECLARE d CURSOR FOR SELECT n FROM paid",
     "FETCH 1 FROM d"),
    ("SET SESSION AUTHORIZATION reader",),
]


class Sessions:
    def __init__(self, server):
        self.owner = pgwire.Connection(server.port)
        self.owner.start()
        self.owner.query(
            "CREATE TABLE paid (n int8, amount float8 NOT NULL, kind text"
            " NOT NULL)")
        self.owner.query("CREATE ROLE reader")
        self.owner.query("GRANT SELECT ON paid TO reader")
        self.mine = pgwire.Connection(server.port)
        self.mine.start()
        for name, (text, oids) in STATEMENTS.items():
            self.mine.send(pgwire.parse(text, name, oids))
        self.mine.send(pgwire.SYNC)
        check(not pgwire.errors(self.mine.until_ready()), "it is prepared")

    def rows(self):
        return int(pgwire.rows(self.owner.query("SELECT count(*) FROM paid"))[0][0])

    def calls(self):
        """Statements that have been counted, of this test's."""
        return int(pgwire.rows(self.owner.query(
            "SELECT coalesce(sum(calls), 0) FROM stele.statements"
            " WHERE query LIKE '%paid%' AND query LIKE '%$1%'"
            " AND query NOT LIKE '%stele.statements%'"))[0][0])

    def run(self, state, data):
        """The answers, the rows more, and the statements more."""
        rows, calls = self.rows(), self.calls()
        for text in state:
            self.mine.query(text)
        self.mine.send(data + pgwire.SYNC)
        answers = self.mine.until_ready()
        answers += self.mine.query("COMMIT" if state else "SELECT 1")
        for text in ("ROLLBACK", "RESET SESSION AUTHORIZATION", "RESET ALL"):
            self.mine.query(text)
        return answers, self.rows() - rows, self.calls() - calls


def amid(name, messages):
    """Others before and behind, of the statement under two names."""
    if name == "store":
        around = [store(PAYLOAD, name=n)[1] for n in ("store", "store too")]
    else:
        around = [insert(GOOD, n)[1] for n in ("insert", "insert too")]
    before = [message for bind in around * 2 for message in (bind, *BOTH)]
    return [*before, *messages, *before]


def pairs(sessions):
    """Everything, in every state, alone and amid others."""
    stored = 0
    for state in STATES:
        for name, bind, behind in EXECUTIONS:
            for messages in ([bind, *behind], amid(name, [bind, *behind])):
                alone = sessions.run(state, FLUSH.join((*messages, b"")))
                at_once = sessions.run(state, b"".join(messages))
                what = f"{state} {name} {bind[:80]} {behind}"
                check(at_once == alone, f"{what}:\n{at_once}\n{alone}")
                stored += at_once[1]
    check(stored > 500, f"{stored} rows were stored")


def pipeline(sessions):
    """One that fails takes the others with it, wherever the pieces end."""
    good = insert(GOOD)[1] + PORTAL + EXECUTE
    bad = insert((b"c", b"x", b"1"))[1] + PORTAL + EXECUTE
    answers, rows, _ = sessions.run((), good * 100)
    check(rows == 100 and not pgwire.errors(answers), "a hundred")
    answers, rows, _ = sessions.run((), good * 50 + bad + good * 50)
    check(rows == 0 and len(pgwire.errors(answers)) == 1, "one is wrong")
    data = good * 3 + pgwire.SYNC
    for cut in range(1, len(data)):
        before = sessions.rows()
        sessions.mine.send(data[:cut])
        sessions.owner.query("SELECT 1")
        sessions.mine.send(data[cut:])
        answers = sessions.mine.until_ready()
        check([kind for kind, _ in answers] == [b"2", b"n", b"C"] * 3 + [b"Z"],
              f"cut at {cut}: {answers}")
        check(sessions.rows() == before + 3, f"cut at {cut}")


def changes(sessions):
    """The plan is what it would be now."""
    data = insert(GOOD)[1] + PORTAL + EXECUTE
    sessions.owner.query("ALTER TABLE paid ADD more text DEFAULT 'm'")
    check(sessions.run((), data)[1] == 1, "a field has come")
    more = pgwire.rows(sessions.owner.query(
        "SELECT more FROM paid ORDER BY event_id DESC LIMIT 1"))
    check(more == [[b"m"]], f"its default: {more}")
    sessions.owner.query("DROP TABLE paid")
    sessions.mine.send(data + pgwire.SYNC)
    errors = pgwire.errors(sessions.mine.until_ready())
    check([error["C"] for error in errors] == ["42P01"], f"dropped: {errors}")


def main():
    with Server("unix_socket_directories=") as server:
        sessions = Sessions(server)
        pairs(sessions)
        pipeline(sessions)
        changes(sessions)


if __name__ == "__main__":
    main()
