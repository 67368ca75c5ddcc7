#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The same statements through every door have the same answers.

Each door has a server of its own, over which the scripts of the native language
in regress/sql run in their order: values, statuses and, of the native doors,
the texts of errors are equal.  What is left out is psql's, or PostgreSQL's
protocol's alone.

A script may say in a comment behind a statement what the native doors answer:

    -- native: 400 Unknown command: NONSENSE

    doors_test.py [SCRIPT]
"""

import os
import re
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(__file__)
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import doors  # noqa: E402

SCRIPTS = os.path.join(HERE, "..", "..", "regress", "sql")
NAMES = ("query", "store", "replay", "sequence", "plot", "batch", "describe", "kept",
         "native_message", "native_form")
NATIVE = "-- native: "
# Times and memory are each run's own; cursors and temporary tables a session's,
# which a request of HTTP has none of.
OWN = re.compile(r"(?i)explain|declare|fetch|create temp|.*\bmine 1 day\b")
BEGIN = re.compile(r"(?i)begin\b")
END = re.compile(r"(?i)(commit|rollback)\b")


def statements(name):
    """[line number, statement, what native doors answer, if that is said]:
    statements of more than one line are made one."""
    found, parts = [], []
    with open(os.path.join(SCRIPTS, name + ".sql"), encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.startswith(NATIVE):
                found[-1][2] = line[len(NATIVE):].rstrip("\n")
                continue
            if not parts and (not line.strip() or line.startswith(("--", "\\"))):
                continue
            parts.append(line.strip())
            if parts[-1].endswith(";"):
                text = " ".join(parts)[:-1].replace("\\;", ";")
                if not OWN.match(text):
                    found.append([number - len(parts) + 1, text, None])
                parts = []
    return found


def steps(name):
    """Lists of statements: one, or a transaction block."""
    block = None
    for statement in statements(name):
        text = statement[1]
        if BEGIN.match(text):
            block = []
        if block is None:
            yield [statement]
            continue
        block.append(statement)
        if END.match(text):
            yield block
            block = None


def ask(door, step):
    """The answers to a step; of a request of HTTP, that is a transaction of its
    own, none to the statements of a block."""
    if len(step) == 1 or not isinstance(door, doors.Http):
        return [door.ask(text) for _, text, _ in step]
    if step[-1][1].lower().startswith("commit"):
        door.ask("; ".join(text for _, text, _ in step[1:-1]))
    return [None] * len(step)


def run(name):
    wrong, count = [], 0
    with doors.Doors() as every:
        for step in steps(name):
            answers = every.ask(step, ask)
            for (number, text, native), *each in zip(step, *answers):
                count += 1
                wrong += [f"{number}: {text}\n{difference}"
                          for difference in every.differences(each)]
                line = each[1]  # the others are equal to it
                if native and native != f"{line.status} {line.text}":
                    wrong.append(f"{number}: {text}\n"
                                 f"  {native}\n  {line.status} {line.text}")
    print(name, count, "statements")
    if wrong or not count:
        sys.exit("\n".join([name, *wrong]))


if __name__ == "__main__":
    for script in sys.argv[1:] or NAMES:
        run(script)
