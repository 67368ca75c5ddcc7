#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The examples of doc/language.md and doc/sneldb.md do what is written there.

An example is an indented line, a statement; the lines behind it that begin with
an arrow are the rows of its answer, or the error that it is.  Statements of a
page are run in the order of the page, on a server of its own.
"""

import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(__file__)
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import pgwire  # noqa: E402
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


def answer(messages):
    error = pgwire.errors(messages)
    if error:
        return ["error: " + error[0]["M"]]
    return [
        " | ".join("null" if v is None else v.decode() for v in row)
        for row in pgwire.rows(messages)
    ]


def run(page):
    wrong = []
    found = examples(page)
    with Server() as server, pgwire.Connection(server.port) as connection:
        connection.start()
        connection.query("SET TIME ZONE 'UTC'")
        for number, statement, rows in found:
            got = answer(connection.query(statement))
            failed = bool(got) and got[0].startswith("error: ")
            if got != rows if rows is not None else failed:
                wrong.append(f"{page}:{number}: {statement}\n" + "\n".join(got))
    if not found or wrong:
        sys.exit("\n".join(wrong) or f"{page} has no examples")


for name in ("language.md", "sneldb.md"):
    run(name)
