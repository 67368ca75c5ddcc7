#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The examples of doc/language.md, doc/sneldb.md and doc/sql.md do what is written there.

An example is an indented line, a statement; the lines behind it that begin with
an arrow are the rows of its answer, or the error that it is.  Statements of a
page are run in the order of the page, through every door on a server of its own:
PostgreSQL's port gives what is shown, and all others the same.
"""

import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(__file__)
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import doors  # noqa: E402

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


def shown(answer):
    """An answer as the page shows it."""
    if answer.status != 200:
        return ["error: " + answer.text]
    return [" | ".join("null" if v is None else v for v in row)
            for row in answer.rows]


def is_as_shown(answer, rows):
    return answer.status == 200 if rows is None else shown(answer) == rows


def run(page):
    found = examples(page)
    wrong = [] if found else ["there are no examples"]
    with doors.Doors() as every:
        for number, statement, rows in found:
            answers = every.ask(statement)
            if not is_as_shown(answers[0], rows):
                wrong.append(f"{number}: {statement}\n"
                             + "\n".join(shown(answers[0])))
            wrong += [f"{number}: {statement}\n{difference}"
                      for difference in every.differences(answers)]
    if wrong:
        sys.exit("\n".join([page, *wrong]))


if __name__ == "__main__":
    for name in ("language.md", "sneldb.md", "sql.md"):
        run(name)
