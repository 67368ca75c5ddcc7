#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Advisory locks between sessions: who gets one, who waits, when they end.

The answers are PostgreSQL 15's.
"""

import os
import sys
import threading
import time

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


class Asked(threading.Thread):
    """A statement in the background."""

    def __init__(self, session, text):
        super().__init__(daemon=True)
        self.session, self.text, self.errors = session, text, None
        self.start()

    def run(self):
        self.errors = pgwire.errors(self.session.wire.query(self.text))

    def end(self):
        self.join(20 * pgwire.PATIENCE)
        check(self.errors is not None, f"{self.text}: it waits")
        return self.errors


def wait_asked(admin, count):
    """So many sessions are at it, and wait by now."""
    deadline = time.monotonic() + 20 * pgwire.PATIENCE
    while admin.run("SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
                    " AND query LIKE 'SELECT pg_advisory_lock%'") != [
                        [b"%d" % count]]:
        check(time.monotonic() < deadline, "they do not begin")
    time.sleep(0.1)


def pid(session):
    return int(session.run("SELECT pg_backend_pid()")[0][0])


def deadlock(a, b):
    """Each waits for the other: one of them fails, and says why."""
    of = {a: (pid(a), "[5,0,31,1]"), b: (pid(b), "[5,0,32,2]")}
    a.run("SELECT pg_advisory_lock(0, 32)")
    b.run("SELECT pg_advisory_lock(31)")
    asked = {a: Asked(a, "SELECT pg_advisory_lock_shared(31)"),
             b: Asked(b, "SELECT pg_advisory_lock(0, 32)")}
    while all(one.is_alive() for one in asked.values()):
        time.sleep(0.01)
    loser = next(one for one in asked if not asked[one].is_alive())
    winner = b if loser is a else a
    error, = asked[loser].end()
    lines = {
        a: f"Process {of[a][0]} waits for ShareLock on advisory lock {of[a][1]};"
           f" blocked by process {of[b][0]}.",
        b: f"Process {of[b][0]} waits for ExclusiveLock on advisory lock {of[b][1]};"
           f" blocked by process {of[a][0]}."}
    check((error["C"], error["M"]) == ("40P01", "deadlock detected"), f"{error}")
    check(error["D"] == lines[loser] + "\n" + lines[winner], f"{error}")
    loser.run("SELECT pg_advisory_unlock_all()")
    check(asked[winner].end() == [], "the other has it then")
    winner.run("SELECT pg_advisory_unlock_all()")


def in_turn(server, a, b):
    """Who shares does not go before who has waited, unless he shares already."""
    c = Session(server)
    a.run("SELECT pg_advisory_lock_shared(41)")
    asked = Asked(c, "SELECT pg_advisory_lock(41)")
    wait_asked(b, 1)
    check(not b.says("pg_try_advisory_lock_shared(41)"), "somebody waits")
    check(a.says("pg_try_advisory_lock_shared(41)"), "one's own again")
    later = Asked(b, "SELECT pg_advisory_lock_shared(41)")
    a.run("SELECT pg_advisory_unlock_all()")
    check(asked.end() == [], "it is his turn")
    check(later.is_alive(), "and no other's")
    c.run("SELECT pg_advisory_unlock_all()")
    check(later.end() == [], "then the next one's")
    b.run("SELECT pg_advisory_unlock_all()")
    c.wire.close()


def out_of_turn(server, a, b):
    """A circle that is one of turns only is none: somebody is let in."""
    admin, c = Session(server), Session(server)
    a.run("SELECT pg_advisory_lock_shared(51)")
    c.run("SELECT pg_advisory_lock(52)")
    asked = [Asked(b, "SELECT pg_advisory_lock(51)")]
    wait_asked(admin, 1)
    shares = Asked(c, "SELECT pg_advisory_lock_shared(51)")
    asked.append(Asked(a, "SELECT pg_advisory_lock(52)"))
    check(shares.end() == [], "before him who waits for both")
    c.run("SELECT pg_advisory_unlock_all()")
    check(asked[1].end() == [], "who has waited for it")
    a.run("SELECT pg_advisory_unlock_all()")
    check(asked[0].end() == [], "the last one")
    b.run("SELECT pg_advisory_unlock_all()")
    admin.wire.close()
    c.wire.close()


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
        deadlock(a, b)
        in_turn(server, a, b)
        out_of_turn(server, a, b)
        waiting(server, a, b)
    return 0


if __name__ == "__main__":
    sys.exit(main())
