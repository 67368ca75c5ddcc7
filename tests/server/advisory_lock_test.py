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
        timeout(a, b)
        number(a, b)
        waiting(server, a, b)
    return 0


if __name__ == "__main__":
    sys.exit(main())
