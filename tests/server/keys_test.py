#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Keys of users: told once and then seen nowhere; the file they are wrapped with
is the directory's own, and in no backup (ADR 48, promise S3)."""

import os
import shutil
import stat
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server, check  # noqa: E402

GIVEN = "needle-given-0815"
LOST = "wrapped with another native_key_file"


def expect(what, got, wanted):
    check(got == wanted, f"{what}: {got!r} instead of {wanted!r}")


def connect(server, user="root"):
    connection = pgwire.Connection(server.port, timeout=60 * pgwire.PATIENCE)
    connection.start(user=user.encode())
    return connection


def run(connection, sql):
    messages = connection.query(sql)
    errors = pgwire.errors(messages)
    check(not errors, f"{sql}: {errors}")
    return [[value.decode() for value in row] for row in pgwire.rows(messages)]


def log_text(server):
    with open(server.log, errors="replace") as log:
        return log.read()


def files_with(folder, needles):
    """Every file below the folder, searched for each of the texts."""
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if not stat.S_ISREG(os.lstat(path).st_mode):
                continue
            with open(path, "rb") as file:
                content = file.read()
            found += [(path, text) for text in needles
                      if text.encode() in content]
    return found


def told_once(server):
    """The answers to CREATE USER and ROTATE KEY, over both protocols."""
    with connect(server, "anybody") as first:
        rows = run(first, f"CREATE USER root WITH KEY '{GIVEN}'"
                          ' WITH ROLES ["admin"]')
        expect("a given key is told", rows, [["root", GIVEN]])
    with connect(server) as root:
        [[name, made]] = run(root, "CREATE USER app WITH ROLES [\"editor\"]")
        expect("whose", name, "app")
        check(len(made) == 64, "64 digits")
        [[_, rotated]] = run(root, "ROTATE KEY app")
        check(rotated != made, "another key")
        text = "CREATE USER late WITH KEY 'needle-late' WITH ROLES []"
        root.send(pgwire.parse(text) + pgwire.bind()
                  + pgwire.message(b"D", b"P\0") + pgwire.execute()
                  + pgwire.SYNC)
        messages = root.until_ready()
        kinds = [kind for kind, _ in messages]
        check(b"T" in kinds and b"D" in kinds, f"described: {kinds}")
        expect("row", pgwire.rows(messages), [[b"late", b"needle-late"]])
    return [GIVEN, made, rotated, "needle-late"]


def seen_nowhere(server, needles):
    with connect(server) as root:
        for sql in ("SELECT query FROM stele.statements",
                    "SELECT query FROM pg_stat_activity",
                    "SELECT statement FROM pg_prepared_statements",
                    "TABLE pg_authid", "TABLE pg_shadow", "TABLE stele.users",
                    "TABLE pg_settings"):
            text = repr(pgwire.rows(root.query(sql)))
            for needle in needles:
                check(needle not in text, f"{sql} shows a key")
        run(root, "FLUSH")
    for needle in needles:
        check(needle not in log_text(server), "a key is in the log")
    check("WITH KEY '********'" in log_text(server), "statements are logged")
    expect("in files", files_with(server.data, needles), [])


def key_file(server):
    path = os.path.join(server.data, "native.key")
    expect("mode", stat.S_IMODE(os.stat(path).st_mode), 0o600)
    with open(path) as file:
        key = file.read()
    expect("size", len(key), 65)
    expect("elsewhere", [where for where, _ in
                         files_with(server.data, [key.strip()])], [path])
    for needle in (key.strip(), bytes.fromhex(key.strip()).hex()):
        check(needle not in log_text(server), "the key file is in the log")


def in_no_backup(server):
    copy = os.path.join(server.dir, "copy")
    result = server.program("backup", "-D", server.data, copy)
    expect("backup", result.returncode, 0)
    check(not os.path.exists(os.path.join(copy, "native.key")), "a key in it")
    for with_key in (False, True):
        if with_key:
            shutil.copy(os.path.join(server.data, "native.key"), copy)
        other = Server()
        result = other.program("restore", "-D", other.data, copy)
        expect("restore", result.returncode, 0)
        with other:
            expect("lost keys are told of", LOST in log_text(other),
                   not with_key)
            with connect(other) as root:
                [[_, key]] = run(root, "ROTATE KEY app")
                expect("a new key", len(key), 64)


def refused_files(server):
    """What is no key file ends the start, and is left as it is."""
    server.stop()
    path = os.path.join(server.data, "native.key")
    with open(path) as file:
        good = file.read()
    for content, mode, words in (
        ("", 0o600, "has no key"),
        (good[:63], 0o600, "has no key"),
        (good[:63] + "x\n", 0o600, "has no key"),
        (good.strip() + good, 0o600, "has no key"),
        ("0" * 1000, 0o600, "has no key"),
        (good, 0o640, "has group or world access"),
    ):
        with open(path, "w") as file:
            file.write(content)
        os.chmod(path, mode)
        result = server.program(*server.arguments()[1:])
        expect(f"status with {len(content)} bytes", result.returncode, 1)
        check(words in result.stdout, f"{words!r} is not in {result.stdout!r}")
        with open(path) as file:
            expect("it is left", file.read(), content)
    result = server.program(*server.arguments()[1:], "-c",
                            "native_key_file=elsewhere")
    expect("a file that is not there", result.returncode, 1)
    with open(path, "w") as file:
        file.write(good.strip().upper())
    os.chmod(path, 0o600)
    server.start()
    check(LOST not in log_text(server), "the same key in other words")


def main():
    with Server("log_min_duration_statement=0") as server:
        needles = told_once(server)
        seen_nowhere(server, needles)
        key_file(server)
        server.restart()
        seen_nowhere(server, needles)
        in_no_backup(server)
        refused_files(server)
    print("ok")


main()
