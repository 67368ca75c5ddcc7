#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Temporary tables: a session's own, bounded, and gone with it.

    temp_table_test.py [--seed N] [--steps N]

Random changes, savepoints and cursors are compared with a model in this
program; the SQL of each kind is in regress/sql/temp_table.sql.
"""

import argparse
import copy
import os
import random
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Failure, Server, check  # noqa: E402


class Session:
    def __init__(self, server):
        self.wire = pgwire.Connection(server.port)
        self.wire.start()

    def run(self, text):
        answer = self.wire.query(text)
        for error in pgwire.errors(answer):
            raise Failure(f"{text}: {error['C']} {error['M']}")
        return [tuple(row) for row in pgwire.rows(answer)]

    def fails(self, text):
        errors = pgwire.errors(self.wire.query(text))
        check(errors, f"{text}: it should fail")
        return errors[0]

    def code(self, text):
        errors = pgwire.errors(self.wire.query(text))
        return errors[0]["C"] if errors else None


def same(what, got, expected):
    check(got == expected, f"{what}: got {got!r:.600}, expected {expected!r:.600}")


def number(session, text):
    return int(session.run(text)[0][0])


# ---- whose they are ----

def only_ones_own(server):
    a, b = Session(server), Session(server)
    a.run("create temp table t (a int); insert into t values (1)")
    same("another has none", b.code("select * from t"), "42P01")
    b.run("create temp table t (b text); insert into t values ('x'), ('y')")
    same("each its own", (a.run("select * from t"), b.run("select * from t")),
         ([(b"1",)], [(b"x",), (b"y",)]))
    seen = "select count(*) from pg_class where relpersistence = 't'"
    c = Session(server)
    same("in the catalogue", [number(s, seen) for s in (a, b, c)], [1, 1, 0])
    a.wire.close()
    d = Session(server)
    same("gone with the session", d.code("select * from t"), "42P01")


def folder(server):
    return sorted(os.path.join(at, name) for at, _, names in os.walk(server.dir) for name in names)


def not_on_disk(server):
    session = Session(server)
    before = folder(server)
    session.run("create temp table t (a int primary key, b text)")
    session.run("insert into t select g, repeat('x', 100) from generate_series(1, 20000) g")
    same("no file was made", folder(server), before)
    server.process.kill()
    server.process.wait()
    server.start()
    same("after a crash", Session(server).code("select * from t"), "42P01")


# ---- how large ----

def bounded(server):
    session = Session(server)
    session.run("set temp_table_memory = '2MB'; create temp table t (a int primary key, b text)")
    session.run("insert into t values (-1, 'kept')")
    error = session.fails("insert into t select g, repeat('x', 50) from generate_series(1, 1000000) g")
    same("too much", error["C"], "53200")
    check("temp_table_memory" in error.get("H", ""), f"the hint names the setting: {error}")
    same("all of it is taken back", session.run("select * from t"), [(b"-1", b"kept")])
    same("an index is part of it", session.code("create temp table u (a int primary key);"
         " insert into u select generate_series(1, 300000)"), "53200")
    session.run("begin; insert into t values (1, 'one'); savepoint s")
    same("again", session.code("insert into t select g, repeat('x', 50) from generate_series(2, 1000000) g"),
         "53200")
    session.run("rollback to s; insert into t values (2, 'two'); commit")
    same("the session goes on", session.run("select a from t order by a"), [(b"-1",), (b"1",), (b"2",)])
    for _ in range(20):  # what is deleted and committed makes room
        session.run("insert into t select g, repeat('x', 20) from generate_series(10, 3000) g")
        session.run("delete from t where a >= 10")
    same("room again", number(session, "select count(*) from t"), 3)


def strings_are_bounded(server):
    session = Session(server)
    session.run("set temp_table_memory = '8MB'; create temp table t (a int, b text); insert into t values (0, 'kept')")
    for i in range(20):  # what fails in its second batch leaves nothing of the first
        same(f"a later batch fails ({i})", session.code("insert into t select g, repeat('x', 1000) || 1 / (2500 - g)"
             " from generate_series(1, 4000) g"), "22012")
    same("a batch is too long", session.code("create temp table u as select repeat('x', 5000) as s"
         " from generate_series(1, 200000)"), "53200")
    same("a row is too long", session.code("insert into t values (1, repeat('x', 10000000))"), "53200")
    session.run("insert into t values (1, 'new')")
    same("the rest is there", session.run("select * from t"), [(b"0", b"kept"), (b"1", b"new")])


# ---- messages ----

def in_pipelines(server):
    session = Session(server)
    session.run("create temp table t (a int primary key, b text)")
    insert = pgwire.parse("insert into t values ($1, $2) returning a", "ins")
    read = pgwire.parse("select b from t where a = $1", "get")
    steps = b"".join(
        pgwire.bind([str(i).encode(), b"v%d" % i], name="ins") + pgwire.execute()
        + pgwire.bind([str(i).encode()], name="get") + pgwire.execute() for i in range(50))
    session.wire.send(insert + read + steps + pgwire.message(b"S"))
    answer = session.wire.until_ready()
    same("each sees those before", [row[0] for row in pgwire.rows(answer)],
         [x for i in range(50) for x in (str(i).encode(), b"v%d" % i)])
    # an error takes the whole pipeline back
    session.wire.send(pgwire.bind([b"100", b"x"], name="ins") + pgwire.execute()
                      + pgwire.bind([b"1", b"dup"], name="ins") + pgwire.execute() + pgwire.message(b"S"))
    same("a duplicate", pgwire.errors(session.wire.until_ready())[0]["C"], "23505")
    same("is alone in nothing", number(session, "select count(*) from t"), 50)
    # a portal that is bound before the table changes
    session.wire.send(pgwire.bind([b"200", b"x"], name="ins", portal="p") + pgwire.parse("truncate t", "tr")
                      + pgwire.bind(name="tr") + pgwire.execute() + pgwire.execute("p") + pgwire.message(b"S"))
    check(not pgwire.errors(session.wire.until_ready()), "the portal is planned anew")
    same("rows are those of now", session.run("select * from t"), [(b"200", b"x")])
    # rows of RETURNING, some at a time
    session.run("begin")
    session.wire.send(pgwire.parse("insert into t select g, 'r' from generate_series(1, 5) g returning a", "many")
                      + pgwire.bind(name="many", portal="m") + pgwire.execute("m", 2) + pgwire.message(b"S"))
    answer = session.wire.until_ready()
    same("the first", [row[0] for row in pgwire.rows(answer)], [b"1", b"2"])
    same("all are there", number(session, "select count(*) from t"), 6)
    session.wire.send(pgwire.execute("m") + pgwire.message(b"S"))
    same("the rest", [row[0] for row in pgwire.rows(session.wire.until_ready())], [b"3", b"4", b"5"])
    session.run("commit")


# ---- a model ----

class Model:
    def __init__(self):
        self.rows = {}
        self.base = {}
        self.savepoints = []
        self.in_block = False


def insert(rng, session, model):
    a, b = rng.randrange(60), rng.randrange(1000)
    code = session.code(f"insert into t values ({a}, {b})")
    if a in model.rows:
        same("duplicate", code, "23505")
        return not model.in_block
    same("insert", code, None)
    model.rows[a] = b
    return True


def insert_many(rng, session, model):
    first = rng.randrange(1000, 100000)
    count = rng.randrange(1, 5000)
    session.run(f"insert into t select g, g % 7 from generate_series({first}, {first + count - 1}) g"
                " on conflict do nothing")
    for a in range(first, first + count):
        model.rows.setdefault(a, a % 7)
    return True


def upsert(rng, session, model):
    a, b = rng.randrange(60), rng.randrange(1000)
    session.run(f"insert into t values ({a}, {b}) on conflict (a) do update set b = t.b + excluded.b")
    model.rows[a] = model.rows[a] + b if a in model.rows else b
    return True


def update(rng, session, model):
    low, high = sorted(rng.randrange(60) for _ in range(2))
    got = session.run(f"update t set b = b + 1 where a between {low} and {high} returning a, b")
    for a in model.rows:
        if low <= a <= high:
            model.rows[a] += 1
    same("returned", sorted((int(a), int(b)) for a, b in got),
         sorted((a, b) for a, b in model.rows.items() if low <= a <= high))
    return True


def move(rng, session, model):
    a, to = rng.randrange(60), rng.randrange(60, 90)
    if to in model.rows:
        return True
    session.run(f"update t set a = {to} where a = {a}")
    if a in model.rows:
        model.rows[to] = model.rows.pop(a)
    return True


def delete(rng, session, model):
    rest = rng.randrange(2, 9)
    session.run(f"delete from t where a % {rest} = 0")
    model.rows = {a: b for a, b in model.rows.items() if a % rest}
    return True


def truncate(rng, session, model):
    if rng.random() < 0.8:
        return True
    session.run("truncate t")
    model.rows = {}
    return True


CHANGES = (insert, insert, insert_many, upsert, upsert, update, move, delete, truncate)


def compare(session, model):
    got = {int(a): int(b) for a, b in session.run("select a, b from t")}
    same("rows", got, model.rows)


def cursor(rng, session, model):
    """What it reads is what was there when it was opened."""
    session.run("declare c cursor for select a, b from t")
    before = dict(model.rows)
    rows = session.run("fetch 3 from c")
    for _ in range(3):
        # only what cannot fail: an error would end the block, and the cursor
        rng.choice((insert_many, upsert, update, delete))(rng, session, model)
    rows += session.run("fetch all from c; close c")
    same("the cursor", {int(a): int(b) for a, b in rows}, before)


def transaction(rng, session, model):
    kind = rng.random()
    if not model.in_block:
        session.run("begin")
        model.in_block = True
    elif kind < 0.35:
        session.run(f"savepoint s{len(model.savepoints)}")
        model.savepoints.append(copy.copy(model.rows))
    elif kind < 0.65 and model.savepoints:
        to = rng.randrange(len(model.savepoints))
        session.run(f"rollback to s{to}")
        model.rows = copy.copy(model.savepoints[to])
        del model.savepoints[to + 1:]
    elif kind < 0.8:
        cursor(rng, session, model)
    else:
        end(session, model, "commit" if kind < 0.9 else "rollback")


def end(session, model, how):
    session.run(how)
    if how == "commit":
        model.base = copy.copy(model.rows)
    else:
        model.rows = copy.copy(model.base)
    model.in_block = False
    model.savepoints = []


def like_the_model(server, seed, steps):
    rng = random.Random(seed)
    session, model = Session(server), Model()
    session.run("create temp table t (a int primary key, b int)")
    for step in range(steps):
        if rng.random() < 0.3:
            transaction(rng, session, model)
        elif not rng.choice(CHANGES)(rng, session, model):
            end(session, model, "rollback")
        if not model.in_block:
            model.base = copy.copy(model.rows)
        if step % 5 == 0:
            compare(session, model)
    compare(session, model)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=38)
    parser.add_argument("--steps", type=int, default=250)
    arguments = parser.parse_args()
    with Server() as server:
        only_ones_own(server)
        bounded(server)
        strings_are_bounded(server)
        in_pipelines(server)
        like_the_model(server, arguments.seed, arguments.steps)
        not_on_disk(server)


if __name__ == "__main__":
    main()
