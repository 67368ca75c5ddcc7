#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a kept query costs: STELE=build/src/stele bench/kept.py [EVENTS [NEW]]

EVENTS events of one type are stored, and an aggregation of them, by five
statuses and 60 countries, is kept.  Then, five times, a fifth of NEW events
come, and there is measured, in milliseconds: the query run afresh; SELECT from
what is kept, which reads the new events and stores nothing; SHOW, which stores
what they come to; and SHOW again, when there is nothing new.  At the end the
server is killed, and what is kept must still be what the query gives.
"""

import os
import signal
import statistics
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "tests", "lib"))

import pgwire  # noqa: E402
from stele_server import Server, check  # noqa: E402

BATCH = 500_000
QUERY = (
    "SELECT status, country, count(*), sum(amount), avg(amount), min(amount),"
    " max(amount) FROM sale GROUP BY status, country"
)


def ask(connection, sql):
    answer = connection.query(sql)
    check(not pgwire.errors(answer), f"{sql}: {pgwire.errors(answer)}")
    return pgwire.rows(answer)


def timed(connection, sql):
    begin = time.monotonic()
    rows = ask(connection, sql)
    return (time.monotonic() - begin) * 1000, rows


def store(connection, first, count):
    for at in range(first, first + count, BATCH):
        last = min(at + BATCH, first + count) - 1
        ask(connection,
            "INSERT INTO sale (context_id, timestamp, status, country, amount)"
            " SELECT 'user-' || i * 7919 % 200000,"
            " '2024-01-01'::timestamptz + i * interval '250 ms',"
            " (ARRAY['new', 'paid', 'shipped', 'done', 'gone'])[(i * 31 % 5 + 1)::int],"
            " 'country-' || i * 17 % 60, (i * 7907 % 99901 + 100) * 0.01"
            f" FROM generate_series({at}::bigint, {last}) AS i")


def main():
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    new = int(sys.argv[2]) if len(sys.argv) > 2 else events // 10
    times = {"query": [], "select": [], "show": [], "show again": []}
    with Server() as server:
        with pgwire.Connection(server.port, timeout=900) as connection:
            connection.start()
            ask(connection, "CREATE TABLE sale (status text, country text,"
                " amount numeric(9,2))")
            store(connection, 1, events)
            ask(connection, "CHECKPOINT")
            print("afresh, of", events, "events: %.1f ms" %
                  statistics.median(timed(connection, QUERY)[0]
                                    for _ in range(5)))
            print("REMEMBER: %.1f ms" % timed(
                connection, f"CREATE MATERIALIZED VIEW kept AS {QUERY}")[0])
            for part in range(5):
                store(connection, events + 1 + part * (new // 5), new // 5)
                select, kept = timed(connection, "SELECT * FROM kept")
                show, shown = timed(connection, "SHOW kept")
                again, _ = timed(connection, "SHOW kept")
                query, fresh = timed(connection, QUERY)
                check(kept == fresh and shown == fresh, "another result")
                for name, value in zip(times, (query, select, show, again)):
                    times[name].append(value)
            for name, values in times.items():
                print(f"{name}, {new // 5} new: median "
                      f"{statistics.median(values):.1f} ms of",
                      " ".join(f"{v:.1f}" for v in values))
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        server.start()
        with pgwire.Connection(server.port, timeout=900) as connection:
            connection.start()
            check(ask(connection, "SHOW kept") == ask(connection, QUERY),
                  "another result after a kill")
            print("after a kill: the same")


if __name__ == "__main__":
    main()
