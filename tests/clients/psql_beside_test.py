#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every command of psql's that asks the server, beside a PostgreSQL 15.

    psql_beside_test.py [--show] [command ...]

The same small schema is made on a server of ours and on a PostgreSQL 15, and
psql -E sends both what each command of \\? asks, with S and + and a pattern.
None may fail, and the lines that it prints must be the same, but for sizes and
descriptions of PostgreSQL's own objects.  Where only some of these are there,
each line of ours must be one of PostgreSQL's (FEWER).  What else differs has its
reason in EXPLAINED; --show prints it.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "corpus"), os.path.join(HERE, "..", "lib")]

import postgres  # noqa: E402
from stele_server import Server, check, skip  # noqa: E402

CORE = (
    'context_id text NOT NULL, "timestamp" timestamptz DEFAULT now() NOT NULL,'
    " event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
)

# From now on only roles log in.
FIRST_ROLE = "CREATE ROLE stele SUPERUSER LOGIN PASSWORD 'x' CREATEROLE CREATEDB"

# {core} is what every event type has of itself.
SCHEMA = (
    "CREATE TYPE status AS ENUM ('new', 'paid')",
    "CREATE TABLE payment ({core}amount numeric(10,2) NOT NULL, st status DEFAULT 'new', note varchar(20))",
    "CREATE TABLE refund ({core}amount int)",
    "CREATE VIEW paid AS SELECT event_id, amount FROM payment WHERE st = 'paid'",
    "CREATE MATERIALIZED VIEW by_status AS SELECT st, count(*) AS n FROM payment GROUP BY st",
    "COMMENT ON TABLE payment IS 'money that came'",
    "COMMENT ON COLUMN payment.note IS 'what was said'",
    "COMMENT ON VIEW paid IS 'what is paid'",
    "COMMENT ON TYPE status IS 'how far'",
    FIRST_ROLE,
    "CREATE ROLE clerk LOGIN CONNECTION LIMIT 3",
    "CREATE ROLE readers",
    "GRANT readers TO clerk",
    "GRANT SELECT ON payment TO readers",
    "GRANT SELECT (amount), INSERT ON refund TO clerk",
    "ALTER ROLE clerk SET work_mem = '8MB'",
)

# What each command is asked with.
RELATION = ["", "S", "+", "S+", " pay*", "+ pay*", " public.*"]
COMMANDS = {
    r"\d": ["", "S", "+", "S+", " payment", "+ payment", " paid", "+ paid", " by_status", "+ by_status",
            " payment_pkey", "+ payment_pkey", " pg_type", "S+ pg_class", " *.payment", " nothere"],
    r"\da": ["", "S", " *and", "S+ bool_and"],
    r"\dA": ["", "+", " btree"],
    r"\dAc": ["", "+", " btree integer", "+ btree"],
    r"\dAf": ["", "+", " btree integer"],
    r"\dAo": ["", "+", " btree integer_ops"],
    r"\dAp": ["", "+", " btree integer_ops"],
    r"\db": ["", "+", " pg_default"],
    r"\dc": ["", "S", "S+", " utf8*"],
    r"\dconfig": ["", "+", " work_mem", "+ work_mem", " nothere"],
    r"\dC": ["", "+", " integer", "+ text"],
    r"\dd": ["", "S", " *"],
    r"\ddp": ["", " *"],
    r"\dD": ["", "S", "S+", " *"],
    r"\dE": RELATION,
    r"\des": ["", "+", " *"],
    r"\det": ["", "+", " *"],
    r"\deu": ["", "+", " *"],
    r"\dew": ["", "+", " *"],
    r"\df": ["", "S", "S length", "S+ length", " *.length", " length text", "S now", "S+ generate_series",
             "S format -"],
    r"\dfa": ["", "S sum", "S+ bool_or"],
    r"\dfn": ["", "S lower", "S+ lower"],
    r"\dfp": ["", "S", "S+"],
    r"\dft": ["", "S"],
    r"\dfw": ["", "S", "S+ rank"],
    r"\dF": ["", "+", " *"],
    r"\dFd": ["", "+", " *"],
    r"\dFp": ["", "+", " *"],
    r"\dFt": ["", "+", " *"],
    r"\dg": ["", "S", "+", "S+", " clerk"],
    r"\di": RELATION,
    r"\dl": ["", "+"],
    r"\lo_list": ["", "+"],
    r"\dL": ["", "S", "+", "S+", " plpgsql"],
    r"\dm": RELATION,
    r"\dn": ["", "S", "+", "S+", " public", "+ public"],
    r"\do": ["", "S", "S ~~", "S+ =", " ~~ text text", "S - integer"],
    r"\dO": ["", "S", "S+", " default", "S+ C"],
    r"\dp": ["", " payment", " p*"],
    r"\z": ["", " refund"],
    r"\dP": ["", "t", "i", "n", "+", " *"],
    r"\drds": ["", " clerk", " clerk stele"],
    r"\dRp": ["", "+", " *"],
    r"\dRs": ["", "+", " *"],
    r"\ds": RELATION,
    r"\dt": RELATION,
    r"\dT": ["", "S", "+", "S+", " status", "+ status", "S int8", "S+ timestamptz"],
    r"\du": ["", "S", "+", "S+", " clerk", "+ readers"],
    r"\dv": RELATION,
    r"\dx": ["", "+", " *"],
    r"\dX": ["", " *"],
    r"\dy": ["", "+", " *"],
    r"\l": ["", "+", " stele"],
    r"\sf": [" length(text)", "+ lower(text)", " nothere"],
    r"\sv": [" paid", "+ paid", " pg_views", " payment"],
    r"\ef": [" lower(text)"],
    r"\ev": [" paid"],
    r"\conninfo": [""],
    r"\encoding": [""],
}

# Lists in which fewer objects of PostgreSQL's own are there: {command: why}.
FEWER = {
    r"\da": "money and ranges are no types here",
    r"\dAc": "only what btree and hash have for types that are here",
    r"\dAf": "only what btree and hash have for types that are here",
    r"\dAo": "only what btree and hash have for types that are here",
    r"\dAp": "only what btree and hash have for types that are here",
    r"\dC": "only types that are here have casts",
    r"\dc": "texts are converted by the server, which has no objects for it",
    r"\df": "functions are those that can be called here",
    r"\dfa": "money and ranges are no types here",
    r"\dfn": "functions are those that can be called here",
    r"\dft": "there are no triggers",
    r"\dF": "there is no text search",
    r"\dFd": "there is no text search",
    r"\dFp": "there is no text search",
    r"\dFt": "there is no text search",
    r"\di": "catalogues have no indexes",
    r"\dL": "no code of users runs in the server",
    r"\do": "operators are those of types that are here",
    r"\dO": "the collations are C, POSIX and the default",
    r"\dx": "no code of users runs in the server",
    r"\d pg_type": "catalogues have no indexes, and their texts the default collation",
    r"\dS+ pg_class": "catalogues have no indexes, and their texts the default collation",
    r"\l": "there is one database",
}

# {command: why its lines differ}
EXPLAINED = {
    r"\dAf": "the types of a family are in no order",
    r"\db+": "nothing is in pg_global, of which there is no size",
    r"\dF+": "there is no text search",
    r"\dFp+": "there is no text search",
    r"\dconfig": "settings and their defaults are each server's own",
    r"\dg": "there is no replication, and no security of rows",
    r"\du": "there is no replication, and no security of rows",
    r"\ds": "the numbers of event_id come from no sequence",
    r"\sv pg_views": "owners are found by a join",
    r"\d pg_type": "catalogues have no indexes, and their texts the default collation",
    r"\dS+ pg_class": "catalogues have no indexes, and their texts the default collation",
    r"\dx": "the one extension is the server's own",
}

# What psql itself says of what is not there, or is something else.
EXPECTED_ERRORS = ("nothere", r"\sv payment", r"\sv  payment")


def psql(port, text):
    command = ["psql", "-X", "-E", "-A", "-h", "127.0.0.1", "-p", str(port), "-U", "stele", "stele"]
    environment = dict(os.environ, LC_ALL="C.UTF-8", PAGER="", PGTZ="UTC", EDITOR="true", PSQL_EDITOR="true", PGPASSWORD="x")
    done = subprocess.run(
        command + ["-c", text], capture_output=True, text=True, check=False, env=environment
    )
    return done.stdout + done.stderr


# What each server has of its own, and PostgreSQL's sequences of event_id.
OWN = re.compile(
    r"public\|(events|\w+_event_id_seq)\||stele\|stele(\||$)|stele\|(compact|compact_pause|compact_resume|verify|\w+\|view|\w+\|table)\||=U/stele"
    r"|pg_catalog\|approx_count_distinct\|"
)
SIZE = re.compile(r"\b\d+ (bytes|kB|MB)\b|(?<=\|\|)\|$")
NUMBER = re.compile(r"\d+")
ROW_COUNT = re.compile(r"\(\d+ rows?\)$")
PORT = re.compile(r'at port "\d+"')


def parts(text):
    """What was asked, and what was printed."""
    asked, printed, is_query = [], [], False
    for line in text.split("\n"):
        if line in ("********* QUERY **********", "**************************"):
            is_query = line.startswith("********* QUERY")
            asked += [""] if is_query else []
        elif is_query:
            asked[-1] += NUMBER.sub("0", line) + "\n"
        elif line and not ROW_COUNT.match(line) and not OWN.match(line):
            printed.append(PORT.sub("at port", SIZE.sub("a size", line)))
    return asked, printed


def is_there(line, lines):
    """PostgreSQL's own objects have descriptions, which end their lines."""
    return line in lines or (
        line.endswith("|") and any(other.startswith(line) for other in lines)
    )


class Report:
    def __init__(self, is_showing):
        self.is_showing = is_showing
        self.failures = 0
        self.used = set()

    def reason(self, text, theirs, ours):
        """Why ours differ; None if nothing says so."""
        is_part = all(is_there(line, theirs) for line in ours)
        if is_part and len(theirs) == len(ours):
            return "PostgreSQL's own objects have no descriptions here"
        command = text.split()[0].rstrip("S+")
        tables = [FEWER, EXPLAINED] if is_part else [EXPLAINED]
        for table in tables:
            for key in (text, command, command + "S"):
                if key in table:
                    self.used.add(table[key])
                    return table[key]
        return None

    def compare(self, text, theirs, ours):
        is_error = any(word in text for word in EXPECTED_ERRORS)
        for name, answer in (("PostgreSQL", theirs), ("ours", ours)):
            failed = [line for line in answer[1] if line.startswith(("ERROR", "FATAL"))]
            if failed and not is_error:
                self.failures += 1
                print(f"{text}: {name}: {failed}")
        why = None if theirs[1] == ours[1] else self.reason(text, theirs[1], ours[1])
        if theirs[1] == ours[1] or (why and not self.is_showing):
            return
        self.failures += why is None
        print(f"{text}: {why or 'differs'}")
        for sign, one, other in (("-", theirs[1], ours[1]), ("+", ours[1], theirs[1])):
            for line in [line for line in one if not is_there(line, other)][:20]:
                print(f"  {sign} {line[:300]}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", action="store_true")
    parser.add_argument("commands", nargs="*")
    arguments = parser.parse_args()

    if shutil.which("psql") is None or not postgres.find():
        skip("there is no psql, or no PostgreSQL 15, on this machine")
    report = Report(arguments.show)
    with Server() as server, postgres.Postgres([]) as other:
        for statement in SCHEMA:
            for port, core in ((server.port, ""), (other.port, CORE)):
                if port == other.port and statement == FIRST_ROLE:
                    continue  # who made the cluster is one
                said = psql(port, statement.replace("{core}", core))
                check("ERROR" not in said, f"{statement}: {said}")
        for command, forms in COMMANDS.items():
            for form in forms:
                text = command + form
                if not arguments.commands or command in arguments.commands:
                    report.compare(
                        text, parts(psql(other.port, text)), parts(psql(server.port, text))
                    )
    if not arguments.commands:
        for why in {*FEWER.values(), *EXPLAINED.values()} - report.used:
            print(f"explains nothing any more: {why}")
    sys.exit(report.failures > 0)


if __name__ == "__main__":
    main()
