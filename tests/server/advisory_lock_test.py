#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Advisory locks between sessions: who gets one, who waits, when they end.

The answers are PostgreSQL 15's.
"""

import os
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Failure, Server, check  # noqa: E402


HOLDS_MAX = 20 * 64


class Session:
    def __init__(self, server):
        self.wire = pgwire.Connection(server.port)
        self.wire.start()

    def run(self, text):
        answer = self.wire.query(text)
        for error in pgwire.errors(answer):
            raise Failure(f"{text}: {error['C']} {error['M']}")
        return pgwire.rows(answer)

    def says(self, text):
        return self.run(f"SELECT {text}") == [[b"t"]]


def exclusive_and_shared(a, b):
    check(a.says("pg_try_advisory_lock(1)"), "a number is free")
    check(a.says("pg_try_advisory_lock(1)"), "one's own again")
    check(not b.says("pg_try_advisory_lock(1)"), "taken")
    check(not b.says("pg_try_advisory_lock_shared(1)"), "taken for sharing")
    check(b.says("pg_try_advisory_lock(0, 1)"), "a pair is another lock")
    check(a.says("pg_advisory_unlock(1)"), "once")
    check(not b.says("pg_try_advisory_lock(1)"), "held twice, given back once")
    check(a.says("pg_advisory_unlock(1)"), "twice")
    check(not a.says("pg_advisory_unlock(1)"), "not held any more")
    check(b.says("pg_try_advisory_lock_shared(1)"), "shared")
    check(a.says("pg_try_advisory_lock_shared(1)"), "by two")
    check(not a.says("pg_try_advisory_lock(1)"), "not exclusive then")
    a.run("SELECT pg_advisory_unlock_all()")
    b.run("DISCARD ALL")
    check(a.says("pg_try_advisory_lock(1)"), "all are free")
    check(a.says("pg_try_advisory_lock(0, 1)"), "pairs, too")
    a.run("SELECT pg_advisory_unlock_all()")


def of_transactions(a, b):
    a.run("BEGIN")
    a.run("SELECT pg_advisory_xact_lock(2)")
    check(not b.says("pg_try_advisory_xact_lock(2)"), "until the end")
    check(not a.says("pg_advisory_unlock(2)"), "which alone gives it back")
    a.run("COMMIT")
    check(b.says("pg_try_advisory_xact_lock(2)"), "after a commit")
    check(a.says("pg_try_advisory_lock(2)"), "a statement is a transaction")
    a.run("BEGIN; SELECT pg_advisory_unlock(2); ROLLBACK")
    check(b.says("pg_try_advisory_lock(2)"), "a rollback takes none again")
    b.run("SELECT pg_advisory_unlock_all()")


def of_savepoints(a, b):
    """What is rolled back gives its locks back at once."""
    a.run("BEGIN; SELECT pg_advisory_xact_lock(11); SAVEPOINT s;"
          "SELECT pg_advisory_xact_lock(11), pg_advisory_xact_lock(12),"
          " pg_advisory_lock(13)")
    a.run("ROLLBACK TO s")
    check(b.says("pg_try_advisory_xact_lock(12)"), "taken after the savepoint")
    check(not b.says("pg_try_advisory_xact_lock(11)"), "taken before it")
    check(not b.says("pg_try_advisory_xact_lock(13)"), "the session's own")
    a.run("SELECT pg_advisory_xact_lock(12)")
    a.wire.query("SELECT 1 / 0")
    check(b.says("pg_try_advisory_xact_lock(12)"), "after an error")
    check(not b.says("pg_try_advisory_xact_lock(11)"), "before the savepoint")
    a.run("ROLLBACK TO s; RELEASE s")
    a.wire.query("SELECT 1 / 0")
    check(b.says("pg_try_advisory_xact_lock(11)"), "the transaction is over")
    a.run("ROLLBACK; SELECT pg_advisory_unlock_all()")


def only_once(server, begin, mode):
    """Who gets the lock next sees what was committed under it."""
    rounds, sessions = 30, 3
    turn = threading.Barrier(sessions)
    name = f"once_{begin[:5]}_{mode}".lower().strip("_")
    with pgwire.Connection(server.port) as wire:
        wire.start()
        wire.query(f"CREATE TABLE {name} (n int)")

    def store():
        session = Session(server)
        session.run(f"SET synchronous_commit = {mode}")
        for n in range(rounds):
            turn.wait()
            statements = ("SELECT pg_advisory_xact_lock(21)",
                          f"INSERT INTO {name} (context_id, n) SELECT 'c', {n}"
                          f" WHERE NOT EXISTS (SELECT FROM {name} WHERE n = {n})")
            if begin:
                for text in (begin,) + statements + ("COMMIT",):
                    session.run(text)
            else:
                session.run(";".join(statements))

    threads = [threading.Thread(target=store) for _ in range(sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session = Session(server)
    count = int(session.run(f"SELECT count(*) FROM {name}")[0][0])
    check(count == rounds, f"{name}: {count} events in {rounds} rounds")


def waiting(server, a, b):
    a.run("SELECT pg_advisory_lock(3)")
    waiter = threading.Thread(
        target=lambda: b.run("SELECT pg_advisory_lock(3)"))
    waiter.start()
    waiter.join(0.2)
    check(waiter.is_alive(), "waits for another session")
    a.run("SELECT pg_advisory_unlock(3)")
    waiter.join(20)
    check(not waiter.is_alive(), "has it when it is given back")
    b.wire.close()
    a.run("SELECT pg_advisory_lock(3)")  # a session that ends gives all back


def timeout(a, b):
    """lock_timeout ends the wait, and nothing else."""
    check(a.says("pg_try_advisory_lock(7)"), "a number is free")
    b.run("SET lock_timeout = '50ms'")
    errors = pgwire.errors(b.wire.query("SELECT pg_advisory_lock(7)"))
    check([(e["C"], e["M"]) for e in errors]
          == [("55P03", "canceling statement due to lock timeout")], f"{errors}")
    b.run("SELECT pg_sleep(0.1)")
    check(a.says("pg_advisory_unlock(7)"), "it is held")
    b.run("SELECT pg_advisory_lock(7)")
    check(b.says("pg_advisory_unlock(7)"), "b has it")
    b.run("RESET lock_timeout")


def number(a, b):
    """64 for each of max_connections, of all sessions together."""
    def refused(session, text):
        errors = pgwire.errors(session.wire.query(f"SELECT {text}"))
        return [(e["C"], e["M"]) for e in errors] == [
            ("53200", "out of shared memory")]

    many = "SELECT count(pg_advisory_lock(g)) FROM generate_series(1, {}) g"
    a.run(many.format(HOLDS_MAX - 1))
    check(b.says("pg_try_advisory_lock(-1)"), "the last one")
    check(refused(b, "pg_try_advisory_lock(-2)"), "one too many")
    check(refused(a, "pg_advisory_xact_lock(-2)"), "for another session, too")
    check(a.says("pg_try_advisory_lock(5)"), "one's own again")
    check(not b.says("pg_try_advisory_lock(5)"), "taken is no failure")
    check(a.says("pg_advisory_unlock(7)"), "one less")
    check(b.says("pg_try_advisory_lock(-2)"), "room for one")
    a.run("SELECT pg_advisory_unlock_all()")
    check(b.says("pg_try_advisory_lock(5)"), "all of a's are free")
    b.run("SELECT pg_advisory_unlock_all()")
    a.run("BEGIN")
    a.run(many.format(HOLDS_MAX).replace("advisory_lock", "advisory_xact_lock"))
    check(refused(b, "pg_advisory_lock(-1)"), "until the transaction ends")
    a.run("ROLLBACK")
    b.run(many.format(HOLDS_MAX))
    b.run("SELECT pg_advisory_unlock_all()")


def main():
    with Server(f"max_connections={HOLDS_MAX // 64}") as server:
        a, b = Session(server), Session(server)
        exclusive_and_shared(a, b)
        of_transactions(a, b)
        of_savepoints(a, b)
        timeout(a, b)
        number(a, b)
        for begin in ("BEGIN", ""):
            for mode in ("on", "off"):
                only_once(server, begin, mode)
        waiting(server, a, b)
    return 0


if __name__ == "__main__":
    sys.exit(main())
