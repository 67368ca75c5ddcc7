#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`stele reshard`: other shards, the same events.

A directory with several types, versions of one, an enum, a dropped type whose
enum is gone too and a log that was not flushed gets more shards, then one, then three.  Each time all
rows, ids, payloads and stories are what they were, new events go on with the
next id, and it verifies.  A reshard that is killed has done nothing.
"""

import os
import random
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Failure, Server, check, die_with_parent  # noqa: E402

ROWS = 4000
CONTEXTS = 70
QUESTIONS = (
    "SELECT event_id, context_id, timestamp, n, t, price, mood, extra "
    "FROM a ORDER BY event_id",
    "SELECT event_id, context_id, timestamp, x FROM b ORDER BY event_id",
    "SELECT event_id, event_type, context_id, timestamp, version, payload "
    "FROM events ORDER BY event_id",
    "SELECT event_id, payload FROM events WHERE context_id = 'c7' "
    "ORDER BY event_id",
    "SELECT event_id, event_type FROM events WHERE context_id = 'c33' "
    "ORDER BY event_id",
    "SELECT count(*), sum(n), count(DISTINCT context_id) FROM a "
    "WHERE price > 50",
    "SELECT objoid::regclass, objsubid, description FROM pg_description "
    "WHERE classoid = 'pg_class'::regclass ORDER BY 1, 2",
)


def ask(server, *statements):
    with pgwire.Connection(server.port) as connection:
        connection.start()
        for sql in statements:
            answer = connection.query(sql)
            check(not pgwire.errors(answer), f"{sql}: {pgwire.errors(answer)}")
    return pgwire.rows(answer)


def insert_a(first, count, extra=None):
    rows = ", ".join(
        f"('c{n * 7 % CONTEXTS}', {n}, "
        f"{'NULL' if n % 5 == 0 else repr('text ' + str(n % 90))}, "
        f"{n % 97}.{n % 100:02}, '{('glad', 'sad')[n % 2]}'"
        + (f", {extra + n})" if extra is not None else ")")
        for n in range(first, first + count)
    )
    columns = "context_id, n, t, price, mood" + (
        ", extra" if extra is not None else ""
    )
    return f"INSERT INTO a ({columns}) VALUES {rows}"


def insert_b(first, count, table="b"):
    rows = ", ".join(
        f"('c{n % CONTEXTS}', {n}.5)" for n in range(first, first + count)
    )
    return f"INSERT INTO {table} (context_id, x) VALUES {rows}"


def fill(server):
    ask(
        server,
        "CREATE TYPE mood AS ENUM ('glad', 'sad')",
        "CREATE TABLE a (n int, t text, price numeric(10,2), mood mood)",
        "CREATE TABLE b (x float8)",
        "CREATE TYPE fate AS ENUM ('lost', 'sold')",
        "CREATE TABLE gone (x float8, fate fate DEFAULT 'sold')",
        insert_a(0, ROWS),
        insert_b(0, ROWS // 2),
        insert_b(0, 300, "gone"),
        "COMMENT ON TABLE a IS 'the first'",
        "COMMENT ON TABLE gone IS 'not for long'",
        "CHECKPOINT",
        "ALTER TABLE a ADD COLUMN extra bigint DEFAULT 42",
        insert_a(ROWS, ROWS // 2, 1000),
        insert_b(ROWS, ROWS),
        "DROP TABLE gone",
        "DROP TYPE fate",  # whose labels its events still have
        "CHECKPOINT",
        insert_a(2 * ROWS, 50, 7),
        "CREATE TABLE late (y int)",
        "COMMENT ON COLUMN a.extra IS 'came later'",
    )


def answers(server):
    return [ask(server, sql) for sql in QUESTIONS]


def reshard(server, count):
    done = server.program("reshard", "-D", server.data, str(count))
    check(done.returncode == 0, done.stdout)
    check(f"{count} shards instead of" in done.stdout, done.stdout)
    check(" 0 problems" in done.stdout, done.stdout)


def check_shards(server, count):
    ((found,),) = ask(server, "SELECT count(*) FROM stele.shards")
    check(int(found) == count, f"{found} shards, not {count}")
    wrong = ask(
        server,
        f"SELECT shard FROM stele.segments WHERE shard >= {count}",
    )
    check(wrong == [], f"segments of {wrong}")


def check_goes_on(server):
    """The next events get the next ids; the new type is there."""
    ((last,),) = ask(server, "SELECT max(event_id) FROM events")
    ((first,),) = ask(
        server,
        "INSERT INTO late (context_id, y) VALUES ('c7', 1) RETURNING event_id",
    )
    check(int(first) == int(last) + 1, f"{first} after {last}")


def kill_it(server, expected):
    """Killed somewhere on its way: as if it had not begun."""
    for _ in range(4):
        process = subprocess.Popen(
            [server.stele, "reshard", "-D", server.data, "6"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent,
        )
        time.sleep(random.random() * 0.1)
        process.send_signal(signal.SIGKILL)
        if process.wait() == 0:
            continue
        server.start()
        check(answers(server) == expected, "rows after a kill")
        check(server.stop() == 0, "it does not stop")
        verified = server.program("verify", "-D", server.data)
        check(" 0 problems" in verified.stdout, verified.stdout)


def refusals(server):
    for count in ("0", "x", "1025", "4294967297"):
        done = server.program("reshard", "-D", server.data, count)
        check(
            done.returncode == 1 and "1 to " in done.stdout,
            f"{count}: {done.returncode} {done.stdout}",
        )
    done = server.program("reshard", "-D", server.dir, "2")
    check(done.returncode == 1, f"not a directory of ours: {done.stdout}")
    check(not os.path.exists(f"{server.dir}/LOCK"), "it has made one")


def main():
    with Server("shard_count=2", "memtable_size=1MB") as server:
        fill(server)
        expected = answers(server)
        check(len(expected[2]) == 3 * ROWS + 50, f"{len(expected[2])} events")
        done = server.program("reshard", "-D", server.data, "3")
        check(done.returncode == 1 and "in use" in done.stdout, done.stdout)
        server.stop()
        kill_it(server, expected)
        refusals(server)
        for count in (5, 1, 3):
            reshard(server, count)
            server.start()
            check_shards(server, count)
            check(answers(server) == expected, f"other rows with {count}")
            check_goes_on(server)
            expected = answers(server)
            check(server.stop() == 0, "it does not stop")
        server.start()
        check(answers(server) == expected, "other rows after a start")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"FAIL {str(failure)[:2000]}")
