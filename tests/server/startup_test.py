#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a driver meets before its first query: requests and versions, the
parameters that it starts with, refusals, and what ParameterStatus tells.

    startup_test.py [port]

With a port the same is asked of the server there, as user and database
"postgres": but for the newest version of the protocol the answers are
PostgreSQL's.  (Names of users and databases that are not there: login_test.py
and security.md.)
"""

import os
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from pgwire import GSS_REQUEST, SSL_REQUEST, startup  # noqa: E402
from stele_server import Server, check  # noqa: E402

STELE = len(sys.argv) < 2
USER = b"stele" if STELE else b"postgres"
NEWEST = 0x30002 if STELE else 0x30000

REPORTED = {
    "application_name",
    "client_encoding",
    "DateStyle",
    "default_transaction_read_only",
    "in_hot_standby",
    "integer_datetimes",
    "IntervalStyle",
    "is_superuser",
    "server_encoding",
    "server_version",
    "session_authorization",
    "standard_conforming_strings",
    "TimeZone",
}

# What drivers start with, the setting, and what SHOW says then.
PARAMETERS = (
    ({"application_name": b"a b"}, "application_name", b"a b"),
    ({"client_encoding": b"UTF8"}, "client_encoding", b"UTF8"),
    ({"client_encoding": b"'utf-8'"}, "client_encoding", b"UTF8"),
    ({"client_encoding": b"UNICODE"}, "client_encoding", b"UNICODE"),
    ({"DateStyle": b"ISO"}, "DateStyle", b"ISO, MDY"),
    ({"datestyle": b"ISO, DMY"}, "DateStyle", b"ISO, DMY"),
    ({"TimeZone": b"Europe/Berlin"}, "TimeZone", b"Europe/Berlin"),
    ({"extra_float_digits": b"2"}, "extra_float_digits", b"2"),
    ({"search_path": b"public, pg_catalog"}, "search_path", b"public, pg_catalog"),
    ({"statement_timeout": b"5000"}, "statement_timeout", b"5s"),
    ({"lock_timeout": b"1min"}, "lock_timeout", b"1min"),
    (
        {"idle_in_transaction_session_timeout": b"0"},
        "idle_in_transaction_session_timeout",
        b"0",
    ),
    ({"client_min_messages": b"WARNING"}, "client_min_messages", b"warning"),
    ({"geqo": b"off"}, "geqo", b"off"),
    ({"my.own": b"x"}, "my.own", b"x"),
    ({"options": b"-c statement_timeout=7s"}, "statement_timeout", b"7s"),
    ({"options": b"-cstatement_timeout=7s"}, "statement_timeout", b"7s"),
    ({"options": b"--statement-timeout=7s"}, "statement_timeout", b"7s"),
    (
        {"options": b"-c geqo=off -c search_path=a,\\ b"},
        "search_path",
        b"a, b",
    ),
    (
        {"options": b"-c application_name=a\\ b\\\\c"},
        "application_name",
        b"a b\\c",
    ),
    # What is said by name counts more than what is said by options.
    (
        {"options": b"-c lock_timeout=7s", "lock_timeout": b"8s"},
        "lock_timeout",
        b"8s",
    ),
)

# Options of a start, and how it is refused.
REFUSED = (
    ({"version": 0x40000}, "0A000", "unsupported frontend protocol 4.0"),
    (
        {"user": None},
        "28000",
        "no PostgreSQL user name specified in startup packet",
    ),
    (
        {"client_encoding": b"nope"},
        "22023",
        'invalid value for parameter "client_encoding": "nope"',
    ),
    (
        {"statement_timeout": b"x"},
        "22023",
        'invalid value for parameter "statement_timeout": "x"',
    ),
    ({"options": b"-c nope"}, "42601", "-c nope requires a value"),
    ({"options": b"--some-name"}, "42601", "--some-name requires a value"),
)


def same(what, got, expected):
    check(got == expected, f"{what}: got {got!r:.400}, expected {expected!r:.400}")


def start(port, **options):
    connection = pgwire.Connection(port)
    connection.send(startup(**({"user": USER} | options)))
    return connection


def ready(connection, what):
    messages = []
    while not messages or messages[-1][0] != b"Z":
        messages.append(connection.message())
        check(messages[-1][0] != b"E", f"{what}: {pgwire.errors(messages)}")
    return messages


def show(connection, name):
    return pgwire.rows(connection.query(f"SHOW {name}"))[0][0]


def statuses(messages):
    return dict(
        body.split(b"\0")[:2] for kind, body in messages if kind == b"S"
    )


# ---- requests and versions ----


def requests_come_first(port):
    """In any order, on the socket of the session."""
    for requests in STELE * (
        (SSL_REQUEST, GSS_REQUEST),
        (GSS_REQUEST, SSL_REQUEST),
        (GSS_REQUEST,),
    ):
        with pgwire.Connection(port) as connection:
            for request in requests:
                connection.send(request)
                same("a request", connection.read(1), b"N")
            connection.start(user=USER)
            same("after it", show(connection, "client_encoding"), b"UTF8")


def versions_are_negotiated(port):
    for version, names, is_newer in (
        (0x30000, (), False),
        (0x30001, (), True),
        (0x30002, (), not STELE),
        (0x30063, (), True),
        (0x30000, ("_pq_.x", "_pq_.some_more"), True),
    ):
        options = {name: b"1" for name in names}
        with start(port, version=version, **options) as connection:
            messages = connection.until_ready()
        told = [body for kind, body in messages if kind == b"v"]
        if not is_newer:
            same(f"{version:x}", told, [])
            continue
        newest = NEWEST if version >= NEWEST else 0x30000
        body = struct.pack("!II", newest, len(names))
        body += b"".join(name.encode() + b"\0" for name in names)
        same(f"{version:x}", told, [body])
        same("it comes first", messages[0][0], b"v")


def keys_are_as_long_as_the_version_says(port):
    for version, length in ((0x30000, 8), (0x30002, 36 if STELE else 8)):
        with start(port, version=version) as connection:
            key = dict(connection.until_ready())[b"K"]
        same("the key's length", len(key), length)
        check(struct.unpack_from("!i", key)[0] > 0, "a process id is positive")


# ---- parameters ----


def parameters_are_taken(port):
    for options, name, expected in PARAMETERS:
        with start(port, **options) as connection:
            ready(connection, options)
            same(options, show(connection, name), expected)


def starts_are_refused(port):
    for options, code, text in REFUSED:
        with start(port, **options) as connection:
            errors = pgwire.errors(connection.until_closed())
        same(options, len(errors), 1)
        same(options, errors[0]["S"], "FATAL")
        same(options, errors[0]["C"], code)
        check(text in errors[0]["M"], f"{options}: {errors[0]['M']}")


# ---- what is reported ----


def statuses_are_told(port):
    with start(port, application_name=b"me") as connection:
        messages = connection.until_ready()
    kinds = b"".join(kind for kind, _ in messages)
    check(kinds.startswith(b"RS") and kinds.endswith(b"SKZ"), f"{kinds}")
    told = statuses(messages)
    same("what", {name.decode() for name in told}, REPORTED)
    same("application_name", told[b"application_name"], b"me")
    same("integer_datetimes", told[b"integer_datetimes"], b"on")
    same("DateStyle", told[b"DateStyle"], b"ISO, MDY")
    same("client_encoding", told[b"client_encoding"], b"UTF8")
    check(told[b"server_version"].startswith(b"15."), f"{told}")


def changes_are_told(port):
    """Once, behind the last CommandComplete."""
    with start(port) as connection:
        connection.until_ready()
        for text, kinds, value in (
            ("SET timezone = 'Asia/Tokyo'", b"CSZ", b"Asia/Tokyo"),
            ("SET timezone = 'Asia/Tokyo'", b"CZ", None),
            ("SET application_name = 'a'; SET application_name = 'b'", b"CCSZ", b"b"),
            ("BEGIN; SET application_name = 'c'; ROLLBACK", b"CCCZ", None),
            ("BEGIN; SET application_name = 'd'", b"CCSZ", b"d"),
            ("ROLLBACK", b"CSZ", b"b"),
            ("SET work_mem = '5MB'", b"CZ", None),
            ("RESET application_name", b"CSZ", b""),
        ):
            messages = connection.query(text)
            same(text, b"".join(kind for kind, _ in messages), kinds)
            if value is not None:
                same(text, list(statuses(messages).values()), [value])


TESTS = (
    requests_come_first,
    versions_are_negotiated,
    keys_are_as_long_as_the_version_says,
    parameters_are_taken,
    starts_are_refused,
    statuses_are_told,
    changes_are_told,
)


def main():
    if not STELE:
        for test in TESTS:
            test(int(sys.argv[1]))
        return
    with Server() as server:
        for test in TESTS:
            test(server.port)


if __name__ == "__main__":
    main()
