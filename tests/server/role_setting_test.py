#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What sessions begin with: ALTER ROLE and ALTER DATABASE ... SET, at login,
over PostgreSQL's port and the line port, and in what pg_dumpall writes."""

import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(__file__)
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import pgwire  # noqa: E402
from native_client import PONG, Line, inline  # noqa: E402
from stele_server import Server, free_port  # noqa: E402


def fail(text):
    sys.exit(text)


def run(connection, *statements):
    for sql in statements:
        for error in pgwire.errors(connection.query(sql)):
            fail(f"{sql}: {error}")


def show(connection, name):
    return pgwire.rows(connection.query(f"SHOW {name}"))[0][0].decode()


def login(server, user=b"ann", **options):
    connection = pgwire.Connection(server.port)
    return connection, connection.start(user=user, **options)


def expect(what, got, wanted):
    if got != wanted:
        fail(f"{what}: {got!r}, not {wanted!r}")


def shown(server, name, **options):
    connection, _ = login(server, **options)
    with connection:
        return show(connection, name)


def order(server, admin):
    """Of all, of the database, of the role, of both, the client's."""
    name = "application_name"
    for sql, wanted in (
        ("ALTER ROLE ALL SET application_name = 'all'", "all"),
        ("ALTER DATABASE stele SET application_name = 'database'", "database"),
        ("ALTER ROLE ann SET application_name = 'ann'", "ann"),
        ("ALTER ROLE ann IN DATABASE stele SET application_name = 'both'",
         "both"),
    ):
        run(admin, sql)
        expect(sql, shown(server, name), wanted)
    expect("of another", shown(server, name, user=b"bob"), "database")
    expect("the client's", shown(server, name, application_name=b"mine"),
           "mine")
    expect("in options", shown(
        server, name, options=b"-c application_name=optional"), "optional")
    run(admin, "ALTER ROLE ann RESET ALL",
        "ALTER ROLE ann IN DATABASE stele RESET ALL",
        "ALTER DATABASE stele RESET ALL")
    expect("those of all", shown(server, name), "all")
    run(admin, "ALTER ROLE ALL RESET ALL")


def reset(server, admin):
    """RESET goes back to them, and DISCARD ALL; SET ROLE takes none."""
    run(admin, "ALTER ROLE ann SET timezone = 'Asia/Tokyo'",
        "ALTER ROLE ann SET statement_timeout = '70s'",
        "ALTER ROLE ann SET default_transaction_read_only = on",
        "ALTER ROLE ann SET my.own = 'hers'")
    connection, messages = login(server)
    with connection:
        told = dict(body[:-1].split(b"\0") for kind, body in messages
                    if kind == b"S")
        expect("told at once", told[b"TimeZone"], b"Asia/Tokyo")
        expect("read only", show(connection, "transaction_read_only"), "on")
        run(connection, "SET timezone = 'UTC'", "RESET timezone")
        expect("RESET", show(connection, "timezone"), "Asia/Tokyo")
        run(connection, "SET statement_timeout = 1000", "SET my.own = ''",
            "DISCARD ALL")
        expect("DISCARD ALL", show(connection, "statement_timeout"), "70s")
        expect("DISCARD ALL", show(connection, "my.own"), "hers")
    run(admin, "SET SESSION AUTHORIZATION ann")
    expect("not a login", show(admin, "statement_timeout"), "0")
    run(admin, "RESET SESSION AUTHORIZATION", "ALTER ROLE ann RESET ALL")


def invalid(server, admin):
    """One that is not valid any more is a warning."""
    run(admin, "CREATE ROLE gone", "GRANT gone TO ann",
        "ALTER ROLE ann SET role = 'gone'")
    expect("a role", shown(server, "role"), "gone")
    run(admin, "DROP ROLE gone")
    connection, messages = login(server)
    with connection:
        notes = [pgwire.fields(body) for kind, body in messages if kind == b"N"]
        expect("notes", [(n["S"], n["C"], n["M"]) for n in notes],
               [("WARNING", "22023", 'role "gone" does not exist')])
        expect("no role", show(connection, "role"), "none")
    run(admin, "ALTER ROLE ann RESET role")


def for_superusers(server, admin):
    """What only a superuser may set, one of them has set for her."""
    run(admin, "ALTER ROLE ann SET log_min_duration_statement = '3s'")
    connection, _ = login(server)
    with connection:
        expect("kept", show(connection, "log_min_duration_statement"), "3s")
        codes = [e["C"] for e in pgwire.errors(
            connection.query("SET log_min_duration_statement = 0"))]
        expect("her own", codes, ["42501"])
    run(admin, "ALTER ROLE ann RESET ALL")


def lines(server, admin):
    """Each user of a connection of lines has his own."""
    run(admin, "ROTATE KEY ann WITH KEY 'k'", "ROTATE KEY bob WITH KEY 'k'",
        "ALTER ROLE ann SET my.own = 'hers'")
    got = []
    with Line(server) as line:
        for user in ("ann", "bob", "ann"):
            line.send(inline(user, "k", "SELECT current_setting('my.own', true)"
                             " || '.' AS own") + "\n")
            line.send(inline(user, "k", "PING") + "\n")
            reply = []
            while b"".join(reply[-2:]) != PONG:
                reply.append(line.line())
            got.append(b"hers" in b"".join(reply))
    expect("by lines", got, [True, False, True])
    run(admin, "ALTER ROLE ann RESET my.own")


def dump(server, admin):
    """pg_dumpall, and pg_dump of those in a database, write statements that
    make the same again."""
    if shutil.which("pg_dumpall") is None or shutil.which("pg_dump") is None:
        return
    run(admin, "ALTER ROLE ann SET search_path = public, \"My Schema\"",
        "ALTER ROLE ann IN DATABASE stele SET timezone = 'Asia/Tokyo'")
    said = []
    for program in (["pg_dumpall", "-l", "stele", "--globals-only"],
                    ["pg_dump", "--create", "--schema-only", "stele"]):
        done = subprocess.run(
            program + ["-h", "127.0.0.1", "-p", str(server.port),
                       "-U", "admin"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False)
        if done.returncode != 0:
            fail(done.stdout)
        said += [line for line in done.stdout.splitlines() if " SET " in line]
    wanted = ("ALTER ROLE ann SET search_path TO 'public', 'My Schema';",
              "ALTER ROLE ann IN DATABASE stele SET \"TimeZone\""
              " TO 'Asia/Tokyo';")
    for line in wanted:
        if line not in said:
            fail(f"{line} is not in {said}")
    before = pgwire.rows(admin.query("TABLE pg_db_role_setting"))
    run(admin, "ALTER ROLE ann RESET ALL",
        "ALTER ROLE ann IN DATABASE stele RESET ALL")
    run(admin, *wanted)
    expect("dumped", pgwire.rows(admin.query("TABLE pg_db_role_setting")),
           before)


def main():
    port = free_port()
    with Server(f"line_port={port}") as server:
        server.line_port = port
        with pgwire.Connection(server.port) as admin:
            admin.start(user=b"admin")
            run(admin, "CREATE ROLE admin SUPERUSER LOGIN",
                "CREATE ROLE ann LOGIN", "CREATE ROLE bob LOGIN")
            for part in (order, reset, invalid, for_superusers, lines, dump):
                part(server, admin)


main()
