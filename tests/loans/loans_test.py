#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Real events: the 262,200 of a bank's loan applications (BPI Challenge 2012).

Loaded three ways, each into a fresh server: one COPY of the mixed stream, a
\\copy per type, and pipelined STORE ... AT.  After each, what the server says
is held against counts made here from the files, from the MemTable, after a
flush and after a restart, in both languages; and the stories of loans against
the order of the stream.

The files are looked for in $STELE_LOANS_DIR, else beside the source tree in
shared/data/bpic2012; without them the test is skipped.  With $CHECK_LONG set,
every loan is replayed and every event is STOREd, else a part.
"""

import collections
import csv
import datetime
import gzip
import io
import json
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server, skip  # noqa: E402

IS_LONG = bool(os.environ.get("CHECK_LONG"))
REPLAY_COUNT = None if IS_LONG else 200
STORE_COUNT = None if IS_LONG else 20000
STORE_PIPELINE = 500

TYPES = {
    "application": (
        'DEFINE application FIELDS { "activity": "string", "lifecycle":'
        ' "string", "resource": "string | null", "amount_requested": "int",'
        ' "registered_at": "datetime" }'
    ),
    "offer": (
        "CREATE TABLE offer (activity text NOT NULL, lifecycle text NOT NULL,"
        " resource text)"
    ),
    "work_item": (
        'DEFINE work_item FIELDS { "activity": "string", "lifecycle":'
        ' "string", "resource": "string | null" }'
    ),
}

# What the challenge published, to know that the files are whole.
PUBLISHED = {"application": 60849, "offer": 31244, "work_item": 170107}
PUBLISHED_LOANS = 13087
PUBLISHED_ACTIVITIES = {
    ("application", "APPROVED"): 2246,
    ("application", "DECLINED"): 7635,
    ("application", "CANCELLED"): 2807,
    ("offer", "CREATED"): 7030,
    ("offer", "ACCEPTED"): 2243,
    ("work_item", "Beoordelen fraude"): 664,
}

Event = collections.namedtuple("Event", "type loan timestamp payload text")


def find_files():
    directory = os.environ.get("STELE_LOANS_DIR")
    if directory is None:
        source = os.environ.get("srcdir", os.path.join(HERE, ".."))
        top = os.path.join(os.path.abspath(source), "..", "..")
        directory = os.path.join(top, "shared", "data", "bpic2012")
    if not os.path.exists(os.path.join(directory, "events.csv.gz")):
        skip(f"no loans in {os.path.normpath(directory)}")
    return directory


def read_events(directory):
    """The stream in its order; payloads parsed."""
    with gzip.open(os.path.join(directory, "events.csv.gz"), "rt") as file:
        rows = csv.reader(file)
        next(rows)
        return [
            Event(row[0], row[1], row[2], json.loads(row[3]), row[3])
            for row in rows
        ]


def check_files(events):
    types = collections.Counter(e.type for e in events)
    activities = collections.Counter(
        (e.type, e.payload["activity"]) for e in events
    )
    assert types == PUBLISHED, types
    assert len({e.loan for e in events}) == PUBLISHED_LOANS
    for key, count in PUBLISHED_ACTIVITIES.items():
        assert activities[key] == count, (key, activities[key])


def instant(text):
    """A time as PostgreSQL or the files write it."""
    text = text.replace("Z", "+00:00")
    if text[-3] == "+":
        text += ":00"
    at, zone = text[:-6], text[-6:]
    if "." in at:
        whole, part = at.split(".")
        at = f"{whole}.{part:0<6}"
    return datetime.datetime.fromisoformat(at + zone)


class Failure(Exception):
    pass


class Session:
    """Text answers of statements; any error ends the test."""

    def __init__(self, port):
        self.wire = pgwire.Connection(port, timeout=120)
        self.wire.start()

    def rows(self, sql):
        answer = self.wire.query(sql)
        for error in pgwire.errors(answer):
            raise Failure(f"{sql}: {error['C']} {error['M']}")
        return [
            [None if cell is None else cell.decode() for cell in row]
            for row in pgwire.rows(answer)
        ]

    def value(self, sql):
        return self.rows(sql)[0][0]

    def close(self):
        self.wire.close()


# ---- what the answers must be ----


def same(what, got, expected):
    if got != expected:
        got, expected = str(got)[:400], str(expected)[:400]
        raise Failure(f"{what}:\n  got      {got}\n  expected {expected}")


def both(session, native, sql, expected=None):
    """A native query, the SELECT that says the same, and what is right."""
    by_native, by_sql = session.rows(native), session.rows(sql)
    same(f"{native} and {sql}", by_native, by_sql)
    if expected is not None:
        same(native, by_native, expected)


def counted(events, key):
    counter = collections.Counter(key(e) for e in events)
    return [
        [k if k is None else str(k), str(counter[k])]
        for k in sorted(counter, key=lambda k: (k is None, k))
    ]


def check_counts(session, by_type):
    total = sum(len(events) for events in by_type.values())
    same("events", session.value("SELECT count(*) FROM events"), str(total))
    same(
        "the last event_id",
        session.value("SELECT max(event_id) FROM events"),
        str(total),
    )
    same(
        "events by type",
        session.rows(
            "SELECT event_type, count(*) FROM events"
            " GROUP BY event_type ORDER BY event_type"
        ),
        [[name, str(len(by_type[name]))] for name in sorted(by_type)],
    )
    for name, events in by_type.items():
        both(
            session,
            f"QUERY {name} COUNT",
            f"SELECT count(*) FROM {name}",
            [[str(len(events))]],
        )


def check_groups(session, by_type):
    for name, events in by_type.items():
        for field in ("activity", "lifecycle", "resource"):
            both(
                session,
                f"QUERY {name} COUNT BY {field} ORDER BY {field}",
                f"SELECT {field}, count(*) FROM {name}"
                f" GROUP BY {field} ORDER BY {field}",
                counted(events, lambda e, f=field: e.payload.get(f)),
            )
        both(
            session,
            f"QUERY {name} COUNT UNIQUE context_id",
            f"SELECT count(DISTINCT context_id) FROM {name}",
            [[str(len({e.loan for e in events}))]],
        )
        both(
            session,
            f"QUERY {name} COUNT PER MONTH",
            f"SELECT date_trunc('month', timestamp) AS month, count(*)"
            f" FROM {name} GROUP BY month ORDER BY month",
            counted(events, lambda e: e.timestamp[:7] + "-01 00:00:00+00"),
        )


def check_filters(session, by_type):
    for (name, activity), _ in PUBLISHED_ACTIVITIES.items():
        count = sum(e.payload["activity"] == activity for e in by_type[name])
        both(
            session,
            f'QUERY {name} WHERE activity = "{activity}" COUNT',
            f"SELECT count(*) FROM {name} WHERE activity = '{activity}'",
            [[str(count)]],
        )
    applications = by_type["application"]
    some = [
        e
        for e in applications
        if (e.payload["amount_requested"] >= 20000)
        and not e.payload["activity"] == "SUBMITTED"
        and (
            e.payload.get("resource") == "112"
            or e.payload["activity"] in ("APPROVED", "DECLINED")
        )
    ]
    both(
        session,
        "QUERY application WHERE amount_requested >= 20000 AND NOT activity ="
        ' "SUBMITTED" AND (resource = "112" OR activity IN ("APPROVED",'
        ' "DECLINED")) COUNT',
        "SELECT count(*) FROM application WHERE amount_requested >= 20000"
        " AND NOT activity = 'SUBMITTED' AND (resource = '112' OR activity IN"
        " ('APPROVED', 'DECLINED'))",
        [[str(len(some))]],
    )
    late = [e for e in applications if e.timestamp >= "2012-02-01"]
    both(
        session,
        'QUERY application SINCE "2012-02-01" COUNT',
        "SELECT count(*) FROM application WHERE timestamp >= '2012-02-01'",
        [[str(len(late))]],
    )


def check_amounts(session, by_type):
    amounts = [e.payload["amount_requested"] for e in by_type["application"]]
    both(
        session,
        "QUERY application TOTAL amount_requested, AVG amount_requested,"
        " MIN amount_requested, MAX amount_requested",
        "SELECT sum(amount_requested), avg(amount_requested),"
        " min(amount_requested), max(amount_requested) FROM application",
    )
    same(
        "amounts",
        session.rows(
            "SELECT sum(amount_requested), min(amount_requested),"
            " max(amount_requested) FROM application"
        ),
        [[str(sum(amounts)), str(min(amounts)), str(max(amounts))]],
    )
    both(
        session,
        "QUERY application RETURN [activity, amount_requested]"
        " ORDER BY event_id LIMIT 50 OFFSET 1000",
        "SELECT context_id, 'application', timestamp, event_id, activity,"
        " amount_requested FROM application"
        " ORDER BY event_id LIMIT 50 OFFSET 1000",
    )
    same(
        "rows 1,000 to 1,049",
        session.rows(
            "SELECT context_id, activity, amount_requested FROM application"
            " ORDER BY event_id LIMIT 50 OFFSET 1000"
        ),
        [
            [e.loan, e.payload["activity"], str(e.payload["amount_requested"])]
            for e in by_type["application"][1000:1050]
        ],
    )


def check_stories(session, stories):
    """Each loan's REPLAY is its events in the order they were loaded."""
    loans = sorted(stories)
    if REPLAY_COUNT is not None:
        loans = loans[:: max(1, len(loans) // REPLAY_COUNT)]
    columns = "event_type, timestamp, payload"
    for i, loan in enumerate(loans):
        rows = session.rows(
            f"SELECT {columns} FROM events WHERE context_id = '{loan}'"
            " ORDER BY event_id"
        )
        got = [
            (name, instant(timestamp), without_nulls(json.loads(payload)))
            for name, timestamp, payload in rows
        ]
        expected = [
            (e.type, instant(e.timestamp), comparable(e)) for e in stories[loan]
        ]
        same(f"the story of {loan}", got, expected)
        if i % 10 == 0 or IS_LONG:
            replayed = session.rows(f'REPLAY FOR "{loan}"')
            same(f"the length of REPLAY of {loan}", len(replayed), len(rows))
            whole = session.rows(
                "SELECT context_id, event_type, timestamp, event_id, payload"
                f" FROM events WHERE context_id = '{loan}' ORDER BY event_id"
            )
            same(f"REPLAY of {loan}", replayed, whole)
            typed = session.rows(f'REPLAY application FOR "{loan}"')
            applications = [e for e in stories[loan] if e.type == "application"]
            same(f"REPLAY application of {loan}", len(typed), len(applications))


def without_nulls(payload):
    payload = {k: v for k, v in payload.items() if v is not None}
    if "registered_at" in payload:
        payload["registered_at"] = instant(
            payload["registered_at"].replace("T", " ")
        )
    return payload


def comparable(event):
    return without_nulls(event.payload)


def check_all(server, when, events):
    start = time.monotonic()
    by_type = {name: [] for name in TYPES}
    stories = collections.defaultdict(list)
    for event in events:
        by_type[event.type].append(event)
        stories[event.loan].append(event)
    session = Session(server.port)
    try:
        check_counts(session, by_type)
        check_groups(session, by_type)
        check_filters(session, by_type)
        check_amounts(session, by_type)
        check_stories(session, stories)
    except Failure as failure:
        raise Failure(f"{when}: {failure}") from None
    finally:
        session.close()
    print(f"  {when}: right, {time.monotonic() - start:.1f} s", flush=True)


# ---- the three ways in ----


def psql(server, *arguments):
    done = subprocess.run(
        ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *arguments],
        env=server.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
    )
    if done.returncode != 0:
        raise Failure(f"psql {arguments}: {done.stdout.decode()}")


def unpack(server, directory, name):
    path = os.path.join(server.dir, name)
    with gzip.open(os.path.join(directory, name + ".gz")) as packed:
        with open(path, "wb") as file:
            file.write(packed.read())
    return path


def load_stream(server, directory, events):
    path = unpack(server, directory, "events.csv")
    psql(
        server,
        "-c",
        "\\copy events (event_type, context_id, timestamp, payload)"
        f" from '{path}' with (format csv, header)",
    )
    return events


def load_types(server, directory, events):
    loaded = []
    for name in TYPES:
        path = unpack(server, directory, name + ".csv")
        psql(server, "-c", f"\\copy {name} from '{path}' csv header")
        loaded += [e for e in events if e.type == name]
    return loaded


def load_stores(server, _, events):
    """One prepared STORE per type, many of them before each Sync."""
    events = events[:STORE_COUNT]
    session = Session(server.port)
    wire = session.wire
    wire.send(
        b"".join(
            pgwire.parse(f"STORE {name} FOR $1 AT $2 PAYLOAD $3", name)
            for name in TYPES
        )
        + pgwire.SYNC
    )
    for error in pgwire.errors(wire.until_ready()):
        raise Failure(f"STORE: {error}")
    for first in range(0, len(events), STORE_PIPELINE):
        out = io.BytesIO()
        for event in events[first : first + STORE_PIPELINE]:
            values = (event.loan, event.timestamp, event.text)
            out.write(
                pgwire.bind([v.encode() for v in values], name=event.type)
            )
            out.write(pgwire.execute())
        out.write(pgwire.SYNC)
        wire.send(out.getvalue())
        for error in pgwire.errors(wire.until_ready()):
            raise Failure(f"STORE: {error}")
    session.close()
    return events


def run(load, flush, directory, events):
    # Large enough that nothing is flushed before it is told to.
    with Server("memtable_size=512MB", "max_wal_size=2GB") as server:
        print(f"{load.__name__}:", flush=True)
        session = Session(server.port)
        for define in TYPES.values():
            session.rows(define)
        start = time.monotonic()
        loaded = load(server, directory, events)
        seconds = time.monotonic() - start
        print(f"  loaded {len(loaded)} in {seconds:.1f} s", flush=True)
        check_all(server, "from the MemTable", loaded)
        session.rows(flush)
        session.close()
        check_all(server, f"after {flush}", loaded)
        server.restart()
        check_all(server, "after a restart", loaded)


def main():
    directory = find_files()
    events = read_events(directory)
    check_files(events)
    try:
        run(load_stream, "FLUSH", directory, events)
        run(load_types, "CHECKPOINT", directory, events)
        run(load_stores, "FLUSH", directory, events)
    except Failure as failure:
        print("FAIL", failure)
        sys.exit(1)


if __name__ == "__main__":
    main()
