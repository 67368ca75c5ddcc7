#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A STORE that is not parsed says, does and counts what a parsed one does.

Through every door, each STORE as programs write it is followed by the same one
with a comment in front, which the parser has to see: both are answered alike,
but for the place of an error, and count as one statement in stele.statements.
"""

import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import doors  # noqa: E402
import pgwire  # noqa: E402
from stele_server import Server, check, free_port  # noqa: E402

COMMENT = "/**/ "
PLACE = re.compile(r"(?<=at character )\d+")
DEFINE = ('DEFINE paid FIELDS { "amount": "decimal(10,2)", "n": "int | null",'
          ' "s": "string | null", "ok": "bool | null" }')
STORES = (
    'STORE paid FOR "order-1" PAYLOAD {"amount": 19.90}',
    'store paid for order-1 payload {"amount": 1, "n": null, "ok": true};',
    'STORE paid FOR c PAYLOAD {"s": "\u00e4\\n", "amount": "2.5"} ',
    'STORE "paid" FOR "a b" PAYLOAD {"amount": -0, "n": -0}',
    'STORE paid FOR c PAYLOAD {}',
    'STORE paid FOR c PAYLOAD {"amount": 1.999}',
    'STORE paid FOR c PAYLOAD {"amount": 123456789}',
    'STORE paid FOR c PAYLOAD {"\u00e4": 1}',
    'STORE paid FOR "\u00e4" PAYLOAD {"amount": 1, "amount": 2}',
    'STORE paid FOR c PAYLOAD {"amount": 1, "n": 1.5}',
    'STORE paid FOR c PAYLOAD {"amount": 1, "n": 9223372036854775808}',
    'STORE paid FOR c PAYLOAD {"amount": 1, "s": 7}',
    'STORE paid FOR c PAYLOAD {"amount": 1, "ok": "true"}',
    'STORE paid FOR c PAYLOAD {"amount": null}',
    'STORE paid FOR c PAYLOAD {"amount": 1,}',
    'STORE paid FOR c PAYLOAD {"amount": 1} {}',
    'STORE paid FOR c PAYLOAD {"amount": 1}}',
    'STORE paid FOR c PAYLOAD {"amount": 01}',
    'STORE paid FOR c PAYLOAD {"amount": 1, "s": "\t"}',
    'STORE paid FOR ' + 'c' * 3000 + ' PAYLOAD {"amount": 1}',
    'STORE unpaid FOR c PAYLOAD {"amount": 1}',
    'STORE Paid FOR c PAYLOAD {"amount": 1}',
    'STORE events FOR c PAYLOAD {"amount": 1}',
)


def place(answer):
    """The same, of errors with their places told apart from the text."""
    found = PLACE.search(answer.text)
    text = PLACE.sub("", answer.text)
    return (answer.status, text), int(found[0]) if found else None


def pg_place(door):
    for error in pgwire.errors(door.answer):
        return int(error["P"]) if "P" in error else None
    return None


def both(door, store):
    """Without a comment, and with one."""
    places, said = [], []
    for text in (store, COMMENT + store):
        answer, at = place(door.ask(text))
        said.append(answer)
        places.append(pg_place(door) if isinstance(door, doors.Postgres) else at)
    check(said[0] == said[1], f"{store}: {said}")
    expected = places[0] and places[0] + len(COMMENT)
    check(places[1] == expected, f"{store}: at {places}")
    return said[0][0]


def count(connection):
    return pgwire.rows(connection.query("SELECT count(*) FROM paid"))[0][0]


def changes(door, owner):
    """What changes between two STOREs is seen by the second."""
    store = 'STORE paid FOR c PAYLOAD {"amount": 1, "extra": 5}'
    check(both(door, store) == 400, "a field that is not there yet")
    owner.query("ALTER TABLE paid ADD extra int")
    check(both(door, store) == 200, "a field that has come")
    owner.query("DROP TABLE paid")
    check(both(door, store) != 200, "a type that has gone")
    owner.query(DEFINE)


def transactions(door, owner):
    """A failed STORE leaves a block as any other does."""
    good = 'STORE paid FOR c PAYLOAD {"amount": 1}'
    before = count(owner)
    door.ask("BEGIN")
    check(both(door, good) == 200, "in a block")
    check(both(door, good[:-1]) == 400, "an error in a block")
    check(both(door, good) == 400, "after an error in a block")
    door.ask("ROLLBACK")
    check(count(owner) == before, "rolled back")


def statistics(owner):
    rows = pgwire.rows(owner.query(
        "SELECT query, calls FROM stele.statements WHERE query LIKE 'store paid %'"))
    check(len(rows) == 1, f"statements: {rows}")
    return int(rows[0][1])


def main():
    ports = [free_port() for _ in range(3)]
    with Server(*(f"{name}_port={port}" for name, port in
                  zip(("line", "http", "ws"), ports)),
                "line_reply_blank_line=on", "unix_socket_directories=") as server:
        server.line_port, server.http_port, server.ws_port = ports
        owner = pgwire.Connection(server.port)
        owner.start()
        owner.query(DEFINE)
        for kind in (doors.Postgres, doors.LineTcp, doors.Http, doors.WebSocket):
            door = kind(server)
            before, stored = int(count(owner)), 0
            for store in STORES * 2:
                stored += 2 * (both(door, store) == 200)
            check(int(count(owner)) == before + stored, "as many as said")
            check(stored == 16, f"{stored} are stored")
            if kind is not doors.Http:  # a request is a transaction there
                transactions(door, owner)
            changes(door, owner)
            door.close()
        check(statistics(owner) > 16, "all are counted")
        owner.close()


if __name__ == "__main__":
    main()
