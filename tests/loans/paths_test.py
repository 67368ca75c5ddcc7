#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What an analyst asks of the loans, and what PostgreSQL 15 says to the same.

How many applications go from SUBMITTED over ACCEPTED to APPROVED within 30
days; how long offers take from SENT to SENT_BACK, by month and by clerk.  Stele
finds the paths as sequences, PostgreSQL by lateral joins, which take for each
first event the nearest that follow; both have the same files.  Skipped without
the loans (loans_test.py says where they are looked for) or PostgreSQL 15.
"""

import gzip
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, os.path.join(HERE, "..", "sqlgen"))

from client import Client  # noqa: E402
from loans_test import find_files  # noqa: E402
from postgres import Postgres  # noqa: E402
from stele_server import Server  # noqa: E402

FIELDS = {
    "application": "activity text, lifecycle text, resource text,"
    " amount_requested bigint, registered_at timestamptz",
    "offer": "activity text, lifecycle text, resource text",
}

# What every event of Stele has; PostgreSQL's tables have it as columns.
CORE = (
    "event_id bigint GENERATED ALWAYS AS IDENTITY,"
    ' context_id text, "timestamp" timestamptz, '
)

# The nearest event of a type with an activity that comes after another.
NEXT = (
    " JOIN LATERAL (SELECT * FROM {type} x"
    " WHERE x.context_id = {after}.context_id AND x.activity = '{activity}'"
    " AND x.timestamp >= {after}.timestamp AND x.event_id <> {after}.event_id"
    " ORDER BY x.timestamp, x.event_id LIMIT 1) AS {name} ON true"
)


def path(event_type, steps):
    """A path as Stele has it and as PostgreSQL has it: items of FROM."""
    names = list(steps)
    text = " FOLLOWED BY ".join(f"{event_type} AS {name}" for name in names)
    where = " AND ".join(
        f'{name}.activity = "{steps[name]}"' for name in names
    )
    stele = (
        f"stele.sequence('{text} LINKED BY context_id WITHIN 30 DAYS"
        f" WHERE {where}')"
    )
    postgres = f"{event_type} AS {names[0]}"
    for before, name in zip(names, names[1:]):
        postgres += NEXT.format(
            type=event_type, after=before, activity=steps[name], name=name
        )
    condition = (
        f"{names[0]}.activity = '{steps[names[0]]}' AND {names[-1]}.timestamp"
        f" <= {names[0]}.timestamp + interval '30 days'"
    )
    return stele, postgres, condition


APPROVED = path(
    "application",
    {"sent": "SUBMITTED", "taken": "ACCEPTED", "done": "APPROVED"},
)
ANSWERED = path("offer", {"sent": "SENT", "answer": "SENT_BACK"})

QUESTIONS = [
    (
        "approved within 30 days",
        "SELECT count(*), count(DISTINCT sent.context_id),"
        " sum(sent.amount_requested), min(done.timestamp - sent.timestamp),"
        " max(done.timestamp - taken.timestamp)",
        APPROVED,
        "",
    ),
    (
        "approved, by month",
        "SELECT date_trunc('month', sent.timestamp) AS month, count(*),"
        " avg(sent.amount_requested),"
        " percentile_cont(0.5) WITHIN GROUP (ORDER BY done.timestamp -"
        " sent.timestamp) AS median",
        APPROVED,
        " GROUP BY month ORDER BY month",
    ),
    (
        "the median time to an answer, by month",
        "SELECT date_trunc('month', sent.timestamp) AS month, count(*),"
        " percentile_cont(0.5) WITHIN GROUP (ORDER BY answer.timestamp -"
        " sent.timestamp) AS median,"
        " percentile_disc(0.9) WITHIN GROUP (ORDER BY"
        " extract(epoch FROM answer.timestamp - sent.timestamp)) AS slow",
        ANSWERED,
        " GROUP BY month ORDER BY month",
    ),
    (
        "the median time to an answer, by clerk",
        "SELECT answer.resource AS clerk, count(*),"
        " percentile_cont(0.5) WITHIN GROUP (ORDER BY answer.timestamp -"
        " sent.timestamp) AS median",
        ANSWERED,
        " GROUP BY clerk ORDER BY count(*) DESC, clerk",
    ),
]


def psql_copy(server, folder, name, environment):
    file = os.path.join(folder, name + ".csv")
    columns = ["context_id", "timestamp"]
    columns += [field.split()[0] for field in FIELDS[name].split(", ")]
    done = subprocess.run(
        ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-c"]
        + [f"\\copy {name} ({', '.join(columns)}) from '{file}' csv header"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
    )
    if done.returncode != 0:
        sys.exit(f"FAIL \\copy {name}: {done.stdout.decode()}")


def load(server, core, folder):
    client = Client(server.port)
    environment = dict(
        os.environ, PGHOST="127.0.0.1", PGPORT=str(server.port), PGUSER="stele"
    )
    for name, fields in FIELDS.items():
        client.must(f"CREATE TABLE {name} ({core}{fields})")
        psql_copy(server, folder, name, environment)
    return client


def main():
    directory = find_files()
    with Postgres() as postgres, Server() as server:
        for name in FIELDS:
            packed = os.path.join(directory, name + ".csv.gz")
            with gzip.open(packed) as source:
                with open(os.path.join(server.dir, name + ".csv"), "wb") as out:
                    shutil.copyfileobj(source, out)
        theirs = load(postgres, CORE, server.dir)
        theirs.must("CREATE INDEX ON application (context_id, activity)")
        theirs.must("CREATE INDEX ON offer (context_id, activity)")
        ours = load(server, "", server.dir)
        for what, select, (sequence, lateral, condition), rest in QUESTIONS:
            got = ours.must(f"{select} FROM {sequence}{rest}")
            expected = theirs.must(
                f"{select} FROM {lateral} WHERE {condition}{rest}"
            )
            if got.columns != expected.columns:
                sys.exit(f"FAIL {what}: {got.columns}, {expected.columns}")
            if got.rows != expected.rows:
                sys.exit(f"FAIL {what}:\n{got.rows}\n{expected.rows}")
            print(f"{what}: {len(got.rows)} rows, the first {got.rows[0]}")


if __name__ == "__main__":
    main()
