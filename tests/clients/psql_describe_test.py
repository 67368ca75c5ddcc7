#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""psql's backslash commands and its completion, against a live server.

What the commands print of event types, views, enums and the like is compared
word by word; all others must end without an error.  The end types at psql on a
terminal, to see names completed.
"""

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

from pgwire import PATIENCE  # noqa: E402
from stele_server import Server, check, skip  # noqa: E402

SCHEMA = """
CREATE TYPE status AS ENUM ('new', 'paid');
CREATE TABLE payment (amount numeric(10,2) NOT NULL, st status DEFAULT 'new', note varchar(20));
CREATE VIEW paid AS SELECT event_id, amount FROM payment WHERE st = 'paid';
"""

EXPECTED = {
    r"\d payment": """
                                   Table "public.payment"
   Column   |           Type           | Collation | Nullable |           Default
------------+--------------------------+-----------+----------+------------------------------
 context_id | text                     |           | not null |
 timestamp  | timestamp with time zone |           | not null | now()
 event_id   | bigint                   |           | not null | generated always as identity
 amount     | numeric(10,2)            |           | not null |
 st         | status                   |           |          | 'new'::status
 note       | character varying(20)    |           |          |
Indexes:
    "payment_pkey" PRIMARY KEY, btree (event_id)
""",
    r"\d paid": """
                    View "public.paid"
  Column  |     Type      | Collation | Nullable | Default
----------+---------------+-----------+----------+---------
 event_id | bigint        |           |          |
 amount   | numeric(10,2) |           |          |
""",
    r"\d": """
         List of relations
 Schema |  Name   | Type  | Owner
--------+---------+-------+-------
 public | events  | view  | stele
 public | paid    | view  | stele
 public | payment | table | stele
(3 rows)
""",
    r"\dt pay*": """
         List of relations
 Schema |  Name   | Type  | Owner
--------+---------+-------+-------
 public | payment | table | stele
(1 row)
""",
    r"\dT": """
     List of data types
 Schema |  Name  | Description
--------+--------+-------------
 public | status |
(1 row)
""",
    r"\dn": """
List of schemas
  Name  |       Owner
--------+-------------------
 public | pg_database_owner
 stele  | stele
(2 rows)
""",
    r"\da bool_and": """
                     List of aggregate functions
   Schema   | Name | Result data type | Argument data types | Description
------------+------+------------------+---------------------+-------------
 pg_catalog | bool_and | boolean       | boolean |
(1 row)
""",
}

# Options add columns and other queries; patterns add conditions.
OTHERS = r"""
\d+ payment;\d+ paid;\d *.*;\dt+;\dv+;\dT+;\dTS+ int8;\df;\dfS+ length;\dfn;\dfa;\da;\do ~~;\dC+;\dc
\dO+;\dD+;\dn+;\dnS;\du+;\dg;\l;\l+;\db+;\dL+;\dA+;\dx;\dx+;\dp;\dp p*;\z;\ddp;\dd;\drds;\dconfig
\dconfig+ work_mem;\di+;\ds+;\dm+;\dE+;\dF+;\dFd;\dFp;\dFt;\des;\des+;\dew;\det;\deu;\dP;\dP+;\dPi;\dRp+;\dRs+;\dX
\dy+;\dAc;\dAf;\dAo;\dAp;\dl;\dtS pg_cl*;\dvS;\d events;\d pg_catalog.pg_class;\d stele.segments
\d information_schema.columns;\sv paid;\sv+ paid;\sf length(text);\conninfo;\encoding;\lo_list;\c;\c stele stele
"""


class Terminal:
    """psql as a person has it: with a line editor, on a terminal."""

    def __init__(self, arguments):
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.environ.update(TERM="dumb", PSQL_HISTORY="/dev/null", INPUTRC="/dev/null", PAGER="")
            os.execvp("psql", arguments)

    def type(self, text, until):
        """What comes after typing, until it has the text or time is over."""
        os.write(self.terminal, text.encode())
        seen = ""
        deadline = time.monotonic() + 10 * PATIENCE
        while until not in seen and time.monotonic() < deadline:
            ready, _, _ = select.select([self.terminal], [], [], 0.2)
            if ready:
                seen += os.read(self.terminal, 4096).decode("utf-8", "replace")
        return seen

    def close(self):
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self.terminal)


def psql(port, *arguments):
    command = ["psql", "-X", "-h", "127.0.0.1", "-p", str(port), "-U", "stele", "-d", "stele"]
    return command + list(arguments)


def run(port, text):
    environment = dict(os.environ, LC_ALL="C.UTF-8", PAGER="")
    done = subprocess.run(
        psql(port, "-q", "-c", text),
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    return done.stdout + done.stderr


def lines_of(text):
    """Words between bars: how wide a column is does not matter."""
    lines = [line.split("|") for line in text.split("\n") if set(line) - set(" -+")]
    return [[part.strip() for part in line] for line in lines]


def check_completion(port):
    terminal = Terminal(psql(port))
    check("=#" in terminal.type("", "=#"), "a prompt")
    for typed, completed in [
        ("SELECT amount FROM paym\t", "payment"),
        ("SELECT * FROM information_schema.table_pri\t", "table_privileges"),
        ("SELECT count(*) FROM payment WHERE not\t", "note"),
        ("SET work_\t", "work_mem"),
        ("\\d pai\t", "paid"),
        ("SELECT * FROM pay\t", "payment"),
        ("INSERT INTO payment (am\t", "amount"),
        ("COPY paym\t", "payment"),
        ("TABLE stele.segm\t", "segments"),
        ("ALTER TABLE payment ADD COLUMN x sta\t", "status"),
        ("ALTER TABLE payment RENAME COLUMN amo\t", "amount"),
        ("DROP TYPE stat\t", "status"),
        ("SET client_min_messages TO warn\t", "warning"),
        ("SET search_path TO information_s\t", "information_schema"),
        ("\\dT sta\t", "status"),
        ("\\df generate_ser\t", "generate_series"),
        ("\\c st\t", "stele"),
        ("GRANT SELECT ON paym\t", "payment"),
    ]:
        seen = terminal.type(typed, completed)
        check(completed in seen, f"{typed!r} is completed: {seen!r}")
        terminal.type("\x15\n", "=#")  # an empty line
    terminal.close()


def main():
    if shutil.which("psql") is None:
        skip("there is no psql on this machine")
    with Server() as server:
        for statement in filter(None, SCHEMA.strip().split("\n")):
            check(run(server.port, statement) == "", statement)
        for command, expected in EXPECTED.items():
            got = run(server.port, command)
            check(lines_of(got) == lines_of(expected), f"{command}:\n{got}")
        for command in OTHERS.replace("\n", ";").strip(";").split(";"):
            got = run(server.port, command)
            check(not {"ERROR:", "invalid"} & set(got.split()), f"{command}:\n{got}")
        check_completion(server.port)


if __name__ == "__main__":
    main()
