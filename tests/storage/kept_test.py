#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Kept queries are what they would be afresh, whatever happens meanwhile.

Within one snapshot each kept query and the query itself give the same rows, in
the same order: after random stores and refreshes, while several connections
store and refresh at once, after kills in the middle of that, after merges of
what is kept, compaction, a restart, another number of shards, and of a backup.
Events that retention takes stay in what was kept of them.
"""

import os
import random
import signal
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Failure, Server, check  # noqa: E402

LONG = "CHECK_LONG" in os.environ
KILLS = 8 if LONG else 3
ROUNDS = 200 if LONG else 60
SECONDS = 4 if LONG else 1

SETUP = """
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE TABLE ev (k text, n bigint, d numeric(9,2), f float8, b bool, m mood);
CREATE TABLE other (n int);
"""

# All sums of f are exact: it is quarters.
QUERIES = {
    "rows_of": "SELECT event_id, context_id, k, d, m FROM ev WHERE n > 70",
    "sorted": "SELECT k || '!' AS kk, n * 2 AS nn FROM ev WHERE b"
              " ORDER BY n DESC, k LIMIT 20",
    "grouped": "SELECT k, count(*), sum(n) AS total, avg(n), min(d),"
               " max(d) AS most, sum(d) AS ds, avg(d) AS da, avg(f) AS fa,"
               " bool_or(b), min(m) AS mm FROM ev GROUP BY k",
    "had": "SELECT m, b, count(*) FILTER (WHERE n > 50) AS c, max(f)"
           " FROM ev WHERE n IS NOT NULL GROUP BY m, b"
           " HAVING count(*) > 3 ORDER BY 3 DESC, 1, 2",
    "distinct_of": "SELECT k, count(DISTINCT context_id) AS c,"
                   " sum(DISTINCT n) AS s, count(d) AS ds FROM ev GROUP BY 1",
    "whole": "SELECT count(*), count(n) AS ns, sum(d), max(context_id),"
             " avg(n), bit_xor(n) AS x FROM ev WHERE k <> 'a'",
    "medians": "SELECT k, percentile_disc(0.5) WITHIN GROUP (ORDER BY n) AS p,"
               " stddev(n) FROM ev WHERE n < 20 GROUP BY k",
    "ranked": "SELECT k, n, rank() OVER (PARTITION BY k ORDER BY n, event_id)"
              " FROM ev WHERE n > 95",
    "different": "SELECT DISTINCT k, b FROM ev",
}


def connect(server):
    connection = pgwire.Connection(server.port)
    connection.start()
    return connection


def ask(connection, sql):
    answer = connection.query(sql)
    check(not pgwire.errors(answer), f"{sql}: {pgwire.errors(answer)}")
    return pgwire.rows(answer)


def value(rng, text):
    return "NULL" if rng.random() < 0.1 else text


def insert(rng):
    rows = ", ".join(
        f"('c{rng.randrange(30)}', {value(rng, repr(rng.choice('abcdef')))},"
        f" {value(rng, str(rng.randrange(100)))},"
        f" {value(rng, f'{rng.randrange(1000)}.{rng.randrange(100):02}')},"
        f" {value(rng, str(rng.randrange(4000) / 4))},"
        f" {value(rng, rng.choice(('true', 'false')))},"
        f" {value(rng, repr(rng.choice(('glad', 'sad'))))})"
        for _ in range(rng.randrange(1, 20))
    )
    return f"INSERT INTO ev (context_id, k, n, d, f, b, m) VALUES {rows}"


def store(connection, rng):
    """One statement, or a transaction, maybe of nothing."""
    kind = rng.random()
    if kind < 0.7:
        ask(connection, insert(rng))
    elif kind < 0.8:
        ask(connection, "INSERT INTO other (context_id, n) VALUES ('o', 1)")
    else:
        ask(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ")
        ask(connection, insert(rng))
        if rng.random() < 0.5:
            same(connection, [rng.choice(list(QUERIES))])
        ask(connection, "COMMIT" if kind < 0.9 else "ROLLBACK")


def same(connection, names=None):
    """In a transaction that reads one snapshot, or in one that has begun."""
    for name in names or QUERIES:
        kept = ask(connection, f"SELECT * FROM {name}")
        fresh = ask(connection, QUERIES[name])
        check(kept == fresh, f"{name}: {kept} is not {fresh}")


def compare(connection, what):
    ask(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ")
    try:
        same(connection)
    except Failure as failure:
        raise Failure(f"after {what}: {failure}") from None
    ask(connection, "COMMIT")


def refresh(connection, rng):
    name = rng.choice(list(QUERIES))
    if rng.random() < 0.6:
        ask(connection, f"SHOW {name}")
    else:
        ask(connection, f"REFRESH MATERIALIZED VIEW {name}")


def at_random(connection, rng):
    for name in list(QUERIES)[::2]:
        ask(connection, f"CREATE MATERIALIZED VIEW {name} AS {QUERIES[name]}")
    for step in range(ROUNDS):
        if step == ROUNDS // 4:
            for name in list(QUERIES)[1::2]:
                ask(connection,
                    f"CREATE MATERIALIZED VIEW {name} AS {QUERIES[name]}")
        if step <= ROUNDS // 4:
            ask(connection, insert(rng))
            continue
        rng.choice((store, store, refresh))(connection, rng)
        if step % 10 == 0:
            compare(connection, f"{step} steps")
    ask(connection, "ALTER TABLE ev ADD COLUMN late int DEFAULT 7")
    compare(connection, "another column")


class Crowd:
    """Connections that store, refresh and compare until they are stopped."""

    def __init__(self, server, seed):
        self.server = server
        self.failure = None
        self.is_over = False
        self.threads = [
            threading.Thread(target=self.run, args=(act, seed * 10 + i))
            for i, act in enumerate(
                (store, store, refresh, refresh, refresh, self.compare))
        ]
        for thread in self.threads:
            thread.start()

    @staticmethod
    def compare(connection, _rng):
        compare(connection, "stores and refreshes at once")

    def run(self, act, seed):
        rng = random.Random(seed)
        try:
            with connect(self.server) as connection:
                while not self.is_over:
                    act(connection, rng)
        except (pgwire.Closed, OSError):
            pass  # it was killed
        except Failure as failure:
            if not self.is_over:
                self.failure = failure

    def stop(self):
        self.is_over = True
        for thread in self.threads:
            thread.join()
        if self.failure:
            raise self.failure


def at_once(server):
    crowd = Crowd(server, 1)
    time.sleep(SECONDS)
    crowd.stop()
    for kill in range(KILLS):
        crowd = Crowd(server, 2 + kill)
        time.sleep(SECONDS / 2)
        crowd.is_over = True
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        crowd.stop()
        server.start()
        with connect(server) as connection:
            compare(connection, "a kill")


def merges(connection, rng):
    """Many refreshes do not make many rows, and no row is lost or doubled."""
    few = ask(connection, "SELECT count(*) FROM (SELECT DISTINCT k, context_id,"
              " n FROM ev) AS x")[0][0]
    for _ in range(150):
        ask(connection, "INSERT INTO ev (context_id, k, n) VALUES"
            + ", ".join(f"('c1', '{k}', {rng.randrange(3)})"
                        for k in "abcdefghij"))
        ask(connection, "SHOW grouped")
    rows = ask(connection, "SELECT row_count FROM stele.remembered"
               " WHERE name = 'grouped'")[0][0]
    check(int(rows) < 1024 + 5 * 12, f"{rows} rows are kept of 11 groups")
    compare(connection, f"merges, of {few.decode()} groups and values")
    ask(connection, "CHECKPOINT")
    ask(connection, "SELECT stele.compact()")
    compare(connection, "a compaction")


def outlasts(server):
    server.restart()
    with connect(server) as connection:
        compare(connection, "a restart")
    backup = os.path.join(server.dir, "backup")
    copied = server.program("backup", "-D", server.data, backup)
    check(copied.returncode == 0, copied.stdout)
    server.stop()
    done = server.program("reshard", "-D", server.data, "3")
    check(done.returncode == 0, done.stdout)
    done = server.program("verify", "-D", server.data)
    check(done.returncode == 0, done.stdout)
    server.start()
    with connect(server) as connection:
        compare(connection, "a reshard")
        refresh(connection, random.Random(5))
        compare(connection, "a refresh after it")
    server.stop()
    server.data, resharded = backup, server.data
    server.start()
    with connect(server) as connection:
        compare(connection, "a backup")
    server.stop()
    server.data = resharded
    server.start()


def outlives_retention(connection):
    ask(connection, "CREATE TABLE brief (n int)")
    ask(connection, "INSERT INTO brief (context_id, timestamp, n) VALUES"
        " ('c', '2020-01-01', 1), ('c', '2020-01-02', 2), ('c', now(), 4)")
    ask(connection, "CREATE MATERIALIZED VIEW kept_sum AS"
        " SELECT sum(n), count(*) FROM brief")
    ask(connection, "ALTER TABLE brief SET (retain = '30 days')")
    ask(connection, "INSERT INTO brief (context_id, n) VALUES ('c', 8)")
    got = [ask(connection, sql)[0] for sql in
           ("SELECT sum(n), count(*) FROM brief", "SHOW kept_sum")]
    check(got == [[b"12", b"2"], [b"15", b"4"]], f"retention: {got}")
    ask(connection, "REFRESH MATERIALIZED VIEW kept_sum WITH NO DATA")
    ask(connection, "REFRESH MATERIALIZED VIEW kept_sum")
    got = ask(connection, "SELECT * FROM kept_sum")[0]
    check(got == [b"12", b"2"], f"begun anew after retention: {got}")


def main():
    rng = random.Random(20261126)
    with Server("shard_count=2", "memtable_size=1MB") as server:
        with connect(server) as connection:
            ask(connection, SETUP)
            at_random(connection, rng)
        at_once(server)
        with connect(server) as connection:
            merges(connection, rng)
        outlasts(server)
        with connect(server) as connection:
            outlives_retention(connection)
            ask(connection, "DROP TABLE ev CASCADE")
            left = ask(connection, "SELECT name FROM stele.remembered")
            check(left == [[b"kept_sum"]], f"after DROP: {left}")


main()
