#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The examples of doc/language.md and doc/sneldb.md do what is written there.

An example is an indented line, a statement; the lines behind it that begin with
an arrow are the rows of its answer, or the error that it is.  Statements of a
page are run in the order of the page, on a server of its own, through
PostgreSQL's port; then on another one through the line door, where they must give
as many rows, and the same values if the page shows them.
"""

import datetime
import decimal
import json
import os
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(__file__)
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, os.path.join(HERE, "..", "wire"))

import pgwire  # noqa: E402
from line_test import Line, line_server  # noqa: E402
from stele_server import Server  # noqa: E402

DOC = os.path.join(HERE, "..", "..", "doc")
ARROW = "→ "
INDENT = "    "


def examples(page):
    """(line number, statement, rows): rows is None if none are shown."""
    found = []
    with open(os.path.join(DOC, page), encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.startswith(INDENT):
                continue
            text = line[len(INDENT):].rstrip("\n")
            if text.startswith(ARROW):
                rows = found[-1][2] or []
                rows.append(text[len(ARROW):])
                found[-1] = (*found[-1][:2], rows)
            else:
                found.append((number, text, None))
    return found


def shown(messages):
    """An answer as the page shows it."""
    error = pgwire.errors(messages)
    if error:
        return ["error: " + error[0]["M"]]
    return [
        " | ".join("null" if v is None else v.decode() for v in row)
        for row in pgwire.rows(messages)
    ]


# ---- the line door ----


def frames(line, statement):
    """Rows of an answer, with the types of their columns; None for an error."""
    line.send(statement.encode() + b"\n")
    first = line.line()
    if not first.startswith(b'{"type":"schema"'):
        return [] if first == b"200 OK\n" else None
    types = [c["logical_type"] for c in json.loads(first)["columns"]]
    rows = []
    while True:
        frame = json.loads(line.line(), parse_float=decimal.Decimal)
        if frame["type"] == "end":
            return [list(zip(row, types)) for row in rows]
        rows += frame["rows"]


def skip_to_next(line):
    """What stands behind a status has no end of its own."""
    line.send(b"PING\n")
    before = None
    for _ in range(10000):
        this = line.line()
        if (before, this) == (b"200 OK\n", b"PONG\n"):
            return
        before = this
    sys.exit("the line door does not answer any more")


def is_same(text, value, logical_type):
    """A value of PostgreSQL's port and one of a frame."""
    if text is None or value is None:
        return text is None and value is None
    text = text.decode()
    if logical_type == "Timestamp":
        seconds = int(datetime.datetime.fromisoformat(text).timestamp())
        is_recent = time.time() - seconds < 3600
        return seconds == value or (is_recent and 0 <= value - seconds < 3600)
    if logical_type == "Unknown":  # JSON
        return json.loads(text, parse_float=decimal.Decimal) == value
    if logical_type == "Boolean":
        return text == ("t" if value else "f")
    if logical_type in ("Integer", "Float"):
        return decimal.Decimal(text) == value
    return text == value


def is_same_answer(messages, rows, is_shown):
    if rows is None or pgwire.errors(messages):
        return rows is None and bool(pgwire.errors(messages))
    texts = pgwire.rows(messages)
    if [len(row) for row in texts] != [len(row) for row in rows]:
        return False
    return not is_shown or all(
        is_same(text, *value)
        for row, values in zip(texts, rows)
        for text, value in zip(row, values))


def through_line(found, answers):
    """Where the line door differs, as far as everybody is let in."""
    wrong = []
    with line_server() as server:
        line = Line(server)
        for (number, statement, shown_rows), messages in zip(found, answers):
            if statement.startswith("CREATE USER"):
                break
            rows = frames(line, statement)
            skip_to_next(line)
            if statement != "PING" and not is_same_answer(
                    messages, rows, shown_rows is not None):
                wrong.append(f"{number}, on a line: {statement}\n{rows}")
    return wrong


def run(page):
    wrong = []
    answers = []
    found = examples(page)
    with Server() as server, pgwire.Connection(server.port) as connection:
        connection.start()
        connection.query("SET TIME ZONE 'UTC'")
        for number, statement, rows in found:
            answers.append(connection.query(statement))
            got = shown(answers[-1])
            failed = bool(got) and got[0].startswith("error: ")
            if got != rows if rows is not None else failed:
                wrong.append(f"{number}: {statement}\n" + "\n".join(got))
    wrong += through_line(found, answers)
    if not found or wrong:
        sys.exit("\n".join([page] + (wrong or ["there are no examples"])))


if __name__ == "__main__":
    for name in ("language.md", "sneldb.md"):
        run(name)
