#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Bad input on the PostgreSQL port (promises V1, V2, S2).

Each row of the tables is something no client should send, and the answer that
it must get: a SQLSTATE, or a closed connection.  After each, the server takes
connections, and where the protocol allows it the same connection goes on.

    attack_test.py [--port N] [WORD]

--port tries a server that runs already; WORD picks the rows that contain it.
"""

import argparse
import os
import struct
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from pgwire import bind, cstring, execute, message, parse, query  # noqa: E402
from stele_server import Server  # noqa: E402

CLOSED = "closed"  # no answer but the end, or a FATAL one before it
QUIET = "quiet"  # closed without a byte
OPEN = "open"  # the session starts as if nothing had been

KIB = 1024
MIB = 1024 * KIB
ANSWER_SECONDS = 60 * pgwire.PATIENCE  # on a busy machine
MEMORY_MAX_KIB = 600 * KIB  # of the server, at the end of all this

SETUP = (
    'DEFINE every FIELDS { "s": "string | null", "i": "int | null",'
    ' "u": "u64 | null", "f": "float | null", "b": "bool | null",'
    ' "t": "datetime | null", "d": "date | null", "g": "uuid | null",'
    ' "n": "decimal(10,2) | null", "j": "json | null" }',
    'DEFINE strict FIELDS { "name": "string", "count": "int",'
    ' "color": ["red", "green"] }',
    "CREATE TABLE small (a smallint, b integer, c varchar(3), r real)",
)

# ---- before the session: bytes instead of a start ----


def startup_length(length, rest=b"\0\3\0\0user\0stele\0\0"):
    return struct.pack("!I", length & 0xFFFFFFFF) + rest


STARTUPS = (
    ("startup length 0", startup_length(0), CLOSED),
    ("startup length 4", startup_length(4), CLOSED),
    ("startup length 7", startup_length(7), CLOSED),
    ("startup length -1", startup_length(-1), CLOSED),
    ("startup length 2^31 - 1", startup_length(0x7FFFFFFF), CLOSED),
    ("startup length 10,005", startup_length(10005), CLOSED),
    ("startup of 10,005 bytes", startup_length(10005, b"x" * 10001), CLOSED),
    ("an HTTP request", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", CLOSED),
    ("a TLS hello without asking", b"\x16\3\1\2\0\1\0\1\xfc\3\3", CLOSED),
    ("garbage", bytes(range(255, 127, -1)), CLOSED),
    ("zeros", bytes(64), CLOSED),
    ("protocol 1.0", pgwire.startup(0x10000), CLOSED),
    ("protocol 2.0", pgwire.startup(0x20000), CLOSED),
    ("protocol 4.0", pgwire.startup(0x40000), "0A000"),
    ("protocol 3.9999", pgwire.startup(0x3270F), OPEN),
    ("no user", pgwire.startup(user=None), "28000"),
    ("an empty user", pgwire.startup(user=b""), "28000"),
    ("no end of the options", pgwire.startup(end=b""), "08P01"),
    ("an option without a value", pgwire.startup(end=b"port\0"), "08P01"),
    ("a value without an end", pgwire.startup(end=b"a\0b"), "08P01"),
    ("bytes after the options", pgwire.startup(end=b"\0xyz"), "08P01"),
    ("an unknown encoding", pgwire.startup(client_encoding=b"KLINGON"), "22023"),
    ("a bad value of a setting", pgwire.startup(DateStyle=b"x"), "22023"),
    ("an unknown setting", pgwire.startup(options=b"-c nobody=1"), "42704"),
    ("a setting of the server", pgwire.startup(options=b"-c port=1"), "55P02"),
    ("options that are none", pgwire.startup(options=b"-x"), "42601"),
    ("half an option", pgwire.startup(options=b"-c"), "42601"),
    ("4,000 options", pgwire.startup(options=b"-c a.b=1 " * 1000), OPEN),
    ("replication", pgwire.startup(replication=b"database"), "0A000"),
    ("a user of invalid UTF-8", pgwire.startup(user=b"\xff"), "22021"),
    ("a database of invalid UTF-8", pgwire.startup(database=b"\xff"), "22021"),
    ("an unknown _pq_ option", pgwire.startup(**{"_pq_.x": b"1"}), OPEN),
    (
        "300 _pq_ options",
        pgwire.startup(**{f"_pq_.{i:03}": b"1" for i in range(300)}),
        OPEN,
    ),
    ("a long value", pgwire.startup(application_name=b"x" * 9000), OPEN),
    ("cancel of nobody", struct.pack("!IIII", 16, 80877102, 1, 2), QUIET),
    ("a short cancel", struct.pack("!III", 12, 80877102, 1), QUIET),
    ("a cancel without a key", struct.pack("!II", 8, 80877102), QUIET),
    ("a long cancel", startup_length(500, b"\x04\xd2\x16\x2e" + bytes(492)), QUIET),
)


def fatal_states(messages):
    return [f["C"] for f in pgwire.errors(messages) if f.get("S") == "FATAL"]


def run_startup(port, data, expected):
    with pgwire.Connection(port) as connection:
        connection.send(data)
        if expected == OPEN:
            connection.until_ready()
            return check_alive(connection)
        # A short message that waits for more must not wait for ever.
        messages = connection.until_closed()
        if expected == QUIET:
            return None if not messages else f"answered {messages[0]}"
        if expected == CLOSED:
            if any(kind not in b"ENv" for kind, _ in messages):
                return f"answered {messages[0]}"
            return None
        states = fatal_states(messages)
        return None if states == [expected] else f"answered {states}"


def requests_repeat(port):
    """At most one SSLRequest and one GSSENCRequest, then the start."""
    with pgwire.Connection(port) as connection:
        for request in (pgwire.GSS_REQUEST, pgwire.SSL_REQUEST):
            connection.send(request)
            if connection.read(1) != b"N":
                return "the request was not refused"
        connection.start()
        if why := check_alive(connection):
            return why
    for request in (pgwire.GSS_REQUEST, pgwire.SSL_REQUEST):
        with pgwire.Connection(port) as connection:
            try:
                connection.send(request * 1000)
            except pgwire.Closed:
                continue
            if not pgwire.wait_closed(connection, 5):
                return "a thousand requests are all answered"
    return None


def starts_that_stop(port):
    """A connection that says nothing, or half a start, costs nobody else."""
    idle = [pgwire.Connection(port) for _ in range(20)]
    for i, connection in enumerate(idle):
        connection.send(pgwire.startup()[:i])
    with pgwire.Connection(port) as connection:
        connection.start()
        why = check_alive(connection)
    for connection in idle:
        connection.close()
    return why


def request_and_start(port):
    """A client that does not wait for the refusal of its SSLRequest."""
    with pgwire.Connection(port) as connection:
        connection.send(pgwire.SSL_REQUEST + pgwire.startup())
        if connection.read(1) != b"N":
            return "the request was not refused"
        connection.until_ready()
        return check_alive(connection)


def cancels_of_others(port):
    """A flood of cancel requests without the key cancels nobody."""
    with pgwire.Connection(port) as connection:
        keys = [body for kind, body in connection.start() if kind == b"K"]
        pid, key = struct.unpack("!II", keys[0])
        for guess in range(200):
            with pgwire.Connection(port) as other:
                other.send(
                    struct.pack("!IIII", 16, 80877102, pid, key ^ (1 << guess % 32))
                )
            if guess % 50 == 0 and (why := check_alive(connection)):
                return why
        return check_alive(connection)


def start_by_byte(port):
    with pgwire.Connection(port) as connection:
        for byte in pgwire.startup() + query("SELECT 42"):
            connection.send(bytes([byte]))
        connection.until_ready()
        answer = connection.until_ready()
        return None if pgwire.rows(answer) == [[b"42"]] else str(answer)


# ---- in the session: messages that are no messages ----

ONE = parse("SELECT $1::bigint", "one")
INTS = parse("SELECT $1::int[]", "ints")
TWO = parse("SELECT $1::bigint, $2::text", "two")


def bind_raw(body, name="one"):
    return message(b"B", b"\0" + cstring(name) + body)


# After these the connection is over: its frames cannot be trusted.
FRAMES = (
    ("an unknown type '!'", message(b"!"), "08P01"),
    ("an unknown type 0", message(b"\0", b"abc"), "08P01"),
    ("an unknown type 255", message(b"\xff"), "08P01"),
    ("a password without being asked", message(b"p", b"x\0"), "08P01"),
    ("a second start", pgwire.startup(), "08P01"),
    ("length 3", message(b"Q", b"", 3), "08P01"),
    ("length 0", message(b"Q", b"", 0), "08P01"),
    ("length -1", message(b"Q", b"", -1), "08P01"),
    ("length 2^31 - 1", message(b"Q", b"SELECT 1\0", 0x7FFFFFFF), "08P01"),
    ("length 2^31", message(b"Q", b"SELECT 1\0", 0x80000000), "08P01"),
    ("a Bind of 1 GiB", message(b"B", b"", 0x40000001), "08P01"),
    ("a Sync of 10,001", message(b"S", b"", 10001), "08P01"),
    ("a Sync of 5", message(b"S", b"", 5), "08P01"),
    ("a Sync of 5 with its byte", message(b"S", b"x"), "08P01"),
    ("a Flush of 5", message(b"H", b"", 5), "08P01"),
    ("a CopyDone of 100", message(b"c", b"", 100), "08P01"),
    ("an Execute of 10,001", message(b"E", b"", 10001), "08P01"),
    ("a Query of 65 MiB", message(b"Q", b"", 65 * MIB), "54000"),
    ("a Describe of 1 MiB", message(b"D", b"", MIB), "08P01"),
)

# (what, messages, SQLSTATE): one Sync ends each, and the session goes on.
BINDS = (
    ("too few values", bind([], name="one"), "08P01"),
    ("too many values", bind([b"1", b"2"], name="one"), "08P01"),
    ("three formats for two", bind([b"1", b"2"], (0, 0, 0), name="two"), "08P01"),
    ("a format 2", bind([b"1"], (2,), name="one"), "22023"),
    ("three result formats", bind([b"1"], (), (0, 0, 0), name="one"), "08P01"),
    ("no such statement", bind([], name="nobody"), "26000"),
    ("a count of 65,535", bind_raw(b"\0\0\xff\xff"), "08P01"),
    ("a value's length of -2", bind_raw(struct.pack("!HHiH", 0, 1, -2, 0)), "08P01"),
    (
        "a value's length of 2^31 - 1",
        bind_raw(struct.pack("!HHiH", 0, 1, 0x7FFFFFFF, 0)),
        "08P01",
    ),
    ("65,535 formats", bind_raw(b"\xff\xff" + bytes(65535 * 2)), "08P01"),
    ("no body", message(b"B"), "08P01"),
    ("a name without an end", message(b"B", b"abc"), "08P01"),
    ("bytes left over", bind_raw(struct.pack("!HHi", 0, 1, 1) + b"1\0\0xyz"), "08P01"),
    ("a short bigint", bind([b"\0" * 4], (1,), name="one"), "08P01"),
    ("a long bigint", bind([b"\0" * 9], (1,), name="one"), "22P03"),
    ("an empty bigint", bind([b""], (1,), name="one"), "08P01"),
    ("bad text", bind([b"abc"], name="one"), "22P02"),
    ("a number past its range", bind([b"9223372036854775808"], name="one"), "22003"),
    ("invalid UTF-8", bind([b"1", b"a\xff"], name="two"), "22021"),
    ("an overlong NUL", bind([b"1", b"\xc0\x80"], name="two"), "22021"),
    ("a surrogate", bind([b"1", b"\xed\xa0\x80"], name="two"), "22021"),
    ("past U+10FFFF", bind([b"1", b"\xf4\x90\x80\x80"], name="two"), "22021"),
    ("a cut sequence", bind([b"1", b"abc\xe2\x82"], name="two"), "22021"),
    ("NUL in text", bind([b"1", b"a\0b"], name="two"), "22021"),
    ("NUL in binary text", bind([b"\0" * 8, b"a\0b"], (1, 1), name="two"), "22021"),
)



def array(dimensions, *parts, flags=0, element=23):
    """A binary int[] that says it has these dimensions."""
    count = len(dimensions) if isinstance(dimensions, tuple) else dimensions
    head = struct.pack("!iiI", count, flags, element)
    if isinstance(dimensions, tuple):
        for length in dimensions:
            head += struct.pack("!ii", length, 1)
    return head + b"".join(parts)


ONE_INT = struct.pack("!ii", 4, 1)

# Binary values of an int[]; as PostgreSQL 15 answers them.
ARRAYS = (
    ("-1 dimensions", array(-1), "22P03"),
    ("seven dimensions", array((1,) * 7, ONE_INT), "54000"),
    ("a length of -1", array((-1,)), "54000"),
    ("a length of 2^31 - 1", array((0x7FFFFFFF,)), "54000"),
    ("lengths whose product is 2^32", array((65536, 65536)), "54000"),
    ("lengths whose product is 2^64", array((65536,) * 4), "54000"),
    ("fewer elements than it says", array((3,), ONE_INT), "22P03"),
    ("more elements than it says", array((1,), ONE_INT, ONE_INT), "22P03"),
    ("an element of length -2", array((1,), struct.pack("!i", -2)), "22P03"),
    ("an element of 2 GiB", array((1,), struct.pack("!i", 0x7FFFFFFF)), "22P03"),
    ("unknown flags", array((1,), ONE_INT, flags=2), "22P03"),
    ("elements of another type", array((1,), ONE_INT, element=25), "42804"),
    ("no header", b"\0\0\0\1", "08P01|22P03"),
)

EXTENDED = (
    ("Parse without a body", message(b"P"), "08P01"),
    ("Parse without an end", message(b"P", b"\0SELECT 1"), "08P01"),
    ("Parse of -1 types", message(b"P", b"\0SELECT 1\0\xff\xff"), "08P01"),
    ("Parse with bytes left", message(b"P", b"\0SELECT 1\0\0\0xyz"), "08P01"),
    ("Parse of two statements", parse("SELECT 1; SELECT 2"), "42601"),
    ("Parse of a known name", parse("SELECT 1", "one"), "42P05"),
    ("Parse of invalid UTF-8", parse(b"SELECT '\xff'"), "22021"),
    ("a parameter without a type", parse("SELECT $1 IS NULL"), "42P18"),
    ("a parameter of no type", parse("SELECT $1", oids=(4000000000,)), "42704"),
    ("a parameter 0", parse("SELECT $0::int"), "42P02"),
    ("an array of no type", parse("SELECT $1", oids=(1017,)), "42704"),
    ("Describe of nobody", message(b"D", b"Sxyz\0"), "26000"),
    ("Describe of no portal", message(b"D", b"Pxyz\0"), "34000"),
    ("Describe of a 'Q'", message(b"D", b"Qxyz\0"), "08P01"),
    ("Describe without a body", message(b"D"), "08P01"),
    ("Close of a 'Q'", message(b"C", b"Qxyz\0"), "08P01"),
    ("Execute of nobody", execute("nobody"), "34000"),
    ("Execute without a count", message(b"E", b"\0"), "08P01"),
)

# No Sync belongs to these.
SIMPLE = (
    ("a function call", message(b"F", struct.pack("!IHHH", 1, 0, 0, 0)), "0A000"),
    ("Query without a body", message(b"Q"), "08P01"),
    ("Query without an end", message(b"Q", b"SELECT 1"), "08P01"),
    ("Query with bytes left", message(b"Q", b"SELECT 1\0xyz"), "08P01"),
    ("Query of invalid UTF-8", query(b"SELECT '\xff'"), "22021"),
    ("a function call", message(b"F", struct.pack("!IHHH", 1, 0, 0, 0)), "0A000"),
    ("a name of invalid UTF-8", query(b"SELECT 1 AS \xe2\x28\xa1"), "22021"),
)

# ---- statements ----


def store(payload, event_type="every", context="c"):
    return f"STORE {event_type} FOR {context} PAYLOAD {payload}"


STATEMENTS = (
    # The native language and its payloads.
    ("SHOOT", "42601"),
    ("STORE", "42601"),
    ("STORE every", "42601"),
    ("STORE every FOR c PAYLOAD", "42601"),
    ("DEFINE d FIELDS {}", "42601|42P16"),
    ('DEFINE d FIELDS { "a": "string"', "42601"),
    ('DEFINE d FIELDS { "a": "strnig" }', "42704"),
    ('DEFINE d FIELDS { "a": "int", "a": "int" }', "42701"),
    ('DEFINE d FIELDS { "context_id": "string" }', "42939|42701"),
    ('DEFINE events FIELDS { "a": "int" }', "42939"),
    ('DEFINE pg_x FIELDS { "a": "int" }', "42939"),
    ('DEFINE stele_x FIELDS { "a": "int" }', "42939"),
    (f'DEFINE {"d" * 64} FIELDS {{ "a": "int" }}', "42622"),
    (f'DEFINE d FIELDS {{ "{"a" * 64}": "int" }}', "42622"),
    ('DEFINE d FIELDS { "a": "decimal(39,0)" }', "22023|42601"),
    ('DEFINE d FIELDS { "a": [] }', "42601|22023"),
    ('DEFINE d FIELDS { "a": ["x", "x"] }', "42710|22023|23505"),
    (store('{"s": "x"}', "nobody"), "42P01"),
    (store('{"x": 1}'), "22023"),
    (store('{"s": "a", "s": "b"}'), "22030"),
    (store('{"s": "a", "\\u0073": "b"}'), "22030"),
    (store('{"name": "x", "color": "red"}', "strict"), "23502"),
    (store('{"name": null, "count": 1, "color": "red"}', "strict"), "23502"),
    (store('{"name": "x", "count": 1, "color": "blue"}', "strict"), "22P02"),
    (store("[1, 2]"), "42601|22023"),
    (store('"x"'), "42601|22023"),
    (store("7"), "42601|22023"),
    (store("null"), "42601|22023"),
    (store("'[1, 2]'"), "22023"),
    (store("'null'"), "22023"),
    (store("''"), "22P02"),
    (store("'{'"), "22P02"),
    (store('{"s": 1}'), "22023"),
    (store('{"i": "x"}'), "22023"),
    (store('{"i": 1.5}'), "22023"),
    (store('{"i": true}'), "22023"),
    (store('{"i": 9223372036854775808}'), "22003"),
    (store('{"i": -9223372036854775809}'), "22003"),
    (store('{"i": 1e400}'), "22023"),
    (store('{"u": -1}'), "22003"),
    (store('{"u": 18446744073709551616}'), "22003"),
    (store('{"f": 1e400}'), "22003"),
    (store('{"f": "x"}'), "22023"),
    (store('{"b": 1}'), "22023"),
    (store('{"b": "yes"}'), "22023"),
    (store('{"t": "yesterday-ish"}'), "22007"),
    (store('{"t": "2026-02-30T00:00:00Z"}'), "22008"),
    (store('{"t": "2026-01-01T25:00:00Z"}'), "22008"),
    (store('{"t": "999999-01-01T00:00:00Z"}'), "22008"),
    (store('{"t": true}'), "22023"),
    (store('{"d": "2026-13-01"}'), "22008"),
    (store('{"d": "x"}'), "22007"),
    (store('{"g": "not-a-uuid"}'), "22P02"),
    (store('{"n": 123456789.00}'), "22003"),
    (store('{"n": "x"}'), "22023"),
    (store('{"s": "\\ud800"}'), "22P02"),
    (store('{"s": "\\u0000"}'), "22P05"),
    (store('{"s": "a\nb"}'), "22P02"),
    (store('{"s": "\\x"}'), "22P02"),
    (store('{"i": 01}'), "22P02"),
    (store('{"i": +1}'), "22P02"),
    (store('{"i": 1,}'), "22P02"),
    (store("{'i': 1}"), "22P02"),
    (store('{"s": "x"} trailing'), "42601"),
    (store('{"s": "x"', context="d"), "22P02|42601"),
    (store(f'{{"j": {"[" * 5000}{"]" * 5000}}}'), "54001"),
    (store(f'{{"j": {"[" * MIB}'), "54001|42601"),
    (store(f'{{"i": {"9" * 400}}}'), "22003"),
    (store(f'{{"n": {"9" * 400}}}'), "22003"),
    (store(f'{{"n": {"9" * 140000}}}'), "22003"),
    (store(f'{{"f": {"9" * 400}}}'), "22003"),
    (store('{"f": NaN}'), "22P02"),
    (store('{"n": 1e999999999}'), "22003"),
    (store('{"s": "x"}', context=f'"{"c" * 1025}"'), "54000|22001"),
    ("STORE every FOR c AT 'x' PAYLOAD {}", "22007"),
    ("STORE every FOR c AT '2026-02-30' PAYLOAD {}", "22008"),
    ("QUERY nobody", "42P01"),
    ("QUERY every WHERE x = 1", "42703"),
    ("QUERY every WHERE s > ", "42601"),
    ("QUERY every LIMIT -1", "2201W|42601"),
    ("QUERY every LIMIT 99999999999999999999", "22003|42601|2201W"),
    ("QUERY every WHERE i = 99999999999999999999", "22003|"),
    ("QUERY every SINCE 'x'", "22007"),
    ("QUERY every TOTAL s", "42804"),
    (f'QUERY every WHERE {"(" * 5000}i = 1{")" * 5000}', "54001"),
    (f'QUERY every WHERE {"NOT " * 5000}b', "54001|"),
    # SQL.
    ("SELEC 1", "42601"),
    ("SELECT * FROM nobody", "42P01"),
    ("SELECT x FROM every", "42703"),
    ("SELECT s FROM every WHERE s", "42804"),
    ("SELECT s + 1 FROM every", "42883"),
    ("SELECT i FROM every GROUP BY s", "42803"),
    ("SELECT 9223372036854775807::bigint + 1", "22003"),
    ("SELECT 1 / 0", "22012"),
    ("SELECT 'x'::bigint", "22P02"),
    ("SELECT '2026-02-30'::date", "22008"),
    ("SELECT '300000-01-01'::timestamptz", "22008"),
    ("SELECT '1e400'::float8", "22003"),
    ("INSERT INTO every (s) VALUES ('x')", "23502"),
    ("INSERT INTO every (context_id, event_id) VALUES ('c', 1)", "428C9"),
    ("INSERT INTO every (context_id, s) VALUES ('c')", "42601"),
    ("INSERT INTO every (context_id, s) VALUES ('c', 'a', 'b')", "42601"),
    ("INSERT INTO every (context_id, x) VALUES ('c', 'a')", "42703"),
    ("INSERT INTO every (context_id, i) VALUES ('c', 'x')", "22P02"),
    ("INSERT INTO every (context_id, i) VALUES ('c', true)", "42804"),
    ("INSERT INTO every (context_id, u) VALUES ('c', -1)", "22003"),
    ("INSERT INTO every (context_id, n) VALUES ('c', 100000000)", "22003"),
    ("INSERT INTO small (context_id, a) VALUES ('c', 32768)", "22003"),
    ("INSERT INTO small (context_id, b) VALUES ('c', 2147483648)", "22003"),
    ("INSERT INTO small (context_id, c) VALUES ('c', 'abcd')", "22001"),
    ("INSERT INTO small (context_id, r) VALUES ('c', '1e39')", "22003"),
    ("INSERT INTO every (context_id, s) VALUES ('c', E'a\\x00b')", "22021"),
    ("INSERT INTO every (context_id, j) VALUES ('c', '{\"a\":')", "22P02"),
    ("UPDATE every SET i = 1", "0A000"),
    ("DELETE FROM every", "0A000"),
    ("TRUNCATE every", "0A000"),
    ("CREATE INDEX ON every (i)", "0A000"),
    ("CREATE TABLE pk (a int PRIMARY KEY)", "0A000"),
    ("CREATE TABLE arr (a int[])", "0A000"),
    ("CREATE TABLE ev (event_id bigint)", "428C9"),
    ("COPY every FROM '/etc/passwd'", "0A000|42501"),
    ("COPY every FROM PROGRAM 'id'", "0A000|42501"),
    ("COPY nobody FROM STDIN", "42P01"),
    ("COPY every TO '/tmp/stele-attack'", "0A000|42501"),
    ("COPY (SELECT 1) TO PROGRAM 'id'", "0A000|42501"),
    ("SELECT pg_read_file('/etc/passwd')", "42883"),
    ("SELECT pg_ls_dir('/')", "42883"),
    ("SELECT lo_import('/etc/passwd')", "42883"),
    ("LOAD '/tmp/x.so'", "0A000"),
    ("CREATE FUNCTION f() RETURNS int AS 'x', 'y' LANGUAGE c", "0A000"),
    ("CREATE EXTENSION dblink", "0A000"),
    ("DO 'begin end'", "0A000"),
    # SQL inside of names: of a type, a view and its columns.
    ("CREATE TABLE \"a; DROP TABLE small; --\" (\"x' OR 1=1; --\" int)", ""),
    ("CREATE VIEW \"v\"\"; DROP TABLE small\" AS SELECT \"x' OR 1=1; --\" AS"
     " \"y\"\" FROM small; --\" FROM \"a; DROP TABLE small; --\"", ""),
    ("SELECT \"y\"\" FROM small; --\" FROM \"v\"\"; DROP TABLE small\"", ""),
    ("SELECT pg_get_viewdef('\"v\"\"; DROP TABLE small\"'::regclass)", ""),
    ("SELECT count(*) FROM small", ""),
    # Sizes that wrap, and what is too much, as PostgreSQL 15 answers it.
    ("SELECT repeat('x', 2147483647)", "54000"),
    ("SELECT length(repeat(repeat('x', 1000000), 1000000))", "54000"),
    ("SELECT lpad('x', 2000000000)", "54000"),
    ("SELECT rpad('x', 2147483647, 'ab')", "54000"),
    ("SELECT substring('abc' from -2147483648 for 2147483647)", ""),
    ("SELECT substring('abc' from 2 for -1)", "22011"),
    ("SELECT left('abc', -2147483648), right('abc', -2147483648)", ""),
    ("SELECT chr(-1)", "22023"),
    ("SELECT chr(2000000)", "54000"),
    ("SELECT chr(0)", "54000"),
    ("SELECT 'x'::varchar(0)", "22023"),
    ("SELECT 1::numeric(1001, 0)", "22023"),
    ("SELECT split_part('a,b', ',', -2147483648)", ""),
    ("SELECT split_part('a,b', ',', 0)", "22023"),
    ("SELECT (-9223372036854775808)::bigint / -1", "22003"),
    ("SELECT (-9223372036854775808)::bigint % -1", ""),
    ("SELECT -(-9223372036854775808)::bigint", "22003"),
    ("SELECT abs((-9223372036854775808)::bigint)", "22003"),
    ("SELECT (-32768)::int2 / (-1)::int2", "22003"),
    ("SELECT 2147483647 + 1", "22003"),
    ("SELECT 'NaN'::float8::int", "22003"),
    ("SELECT 'NaN'::numeric::int", "0A000"),
    ("SELECT 1e19::float8::bigint", "22003"),
    ("SELECT 1e400::float8", "22003"),
    ("SELECT sqrt(-1)", "2201F"),
    ("SELECT ln(0)", "2201E"),
    ("SELECT log(-1.0, 2)", "2201E"),
    ("SELECT 0.0 / 0", "22012"),
    ("SELECT 10.0 ^ 131072", "22003"),
    ("SELECT 9.0 ^ 999999999", "22003"),
    ("SELECT 1.0000000001 ^ 2147483647", ""),
    ("SELECT exp(1000000.0)", "22003"),
    ("SELECT power(2::float8, 1e9)", "22003"),
    ("SELECT 1e131071 * 10", "22003"),
    ("SELECT round(5e131071, -131072)", "22003"),
    ("SELECT interval '1 year' * 1e300", "22008"),
    ("SELECT interval '2147483648 months'", "22015"),
    ("SELECT interval '178956970 years' + interval '1 year'", "22008"),
    ("SELECT interval '1 day' / 0", "22012"),
    ("SELECT '2026-01-01'::date + 2147483647", "22008"),
    ("SELECT '2026-01-01'::timestamptz + interval '300000 years'", "22008"),
    ("SELECT '2026-01-01 00:00:00+16:00'::timestamptz", "22009"),
    ("SELECT '294277-01-01'::timestamptz", "22008"),
    ("SELECT '4714-11-23 BC'::timestamptz", "22008"),
    ("SELECT '0000-01-01'::date", "22008"),
    ("SELECT '5874898-01-01'::date", "22008"),
    ("SELECT make_date(2026, 13, 1)", "22008"),
    ("SELECT ('[' || repeat('[', 100000))::jsonb", "54001"),
    ("SELECT repeat('a', 1000) LIKE repeat('%a', 100) || '%b'", ""),
    ("SELECT 'a' LIKE repeat('%', 1000000)", ""),
    ("SELECT repeat('a', 40) ~ '(a*)*(a*)*(a*)*b'", ""),
    ("SELECT repeat('a', 5000) ~ '^(a|a)*$b'", "|54000|54001|2201B"),
    ("SELECT 'a' ~ repeat('(', 2000)", "2201B"),
    ("SELECT 'a' ~ (repeat('(a', 3000) || repeat(')', 3000))", "2201B"),
    ("SELECT 'a' ~ 'a{1000}{1000}'", "2201B"),
    ("SELECT array_fill(1, ARRAY[100000, 100000])", "54000"),
    ("SELECT overlay('abc' placing 'x' from 2147483647 for 2147483647)", "22003"),
    ("SELECT format('%99999999999s', 'x')", "22003"),
    ("SET nobody = 1", "42704"),
    ("SHOW nobody", "42704"),
    (f"SELECT {'(' * 5000}1{')' * 5000}", "54001"),
    (f"SELECT {'-' + ' -' * 30000} 1", "54001"),
    (f"SELECT 1{' + 1' * 30000}", "54001"),
    (f"SELECT {'[' * 5000}", "54001|42601"),
    (f"SELECT 1 WHERE true{' AND true' * 30000}", "54001"),
    ("(" * 10 * MIB, "54001"),
    ("x " * (5 * MIB), "54001|42601"),
    ("SELECT " + "1," * (2 * MIB) + "1", "54011|54001"),
    ("'" + "x" * (10 * MIB), "42601"),
    ("/*" * 5000, "42601|54001"),
    ("SELECT " + "1," * 1664 + "1", "54011"),
    ("SELECT 1 IN (" + "1," * (2 * MIB) + "1)", "53200"),
    ("SELECT (" + "a," * (5 * MIB) + "1)", "53200"),
    ("SELECT 1 ORDER BY " + "a," * (2 * MIB) + "1", "53200"),
    ("table a;" * MIB, "53200"),
    (";" * MIB, ""),
)


def states_of(messages):
    return "+".join(f["C"] for f in pgwire.errors(messages))


def check_error(messages, expected):
    """`expected` is a list of SQLSTATEs; an empty one means no error."""
    states = states_of(messages)
    if states not in expected.split("|"):
        texts = [f.get("M", "")[:120] for f in pgwire.errors(messages)]
        return f"{states or 'no error'} instead of {expected}: {texts}"
    for field in pgwire.errors(messages):
        missing = [letter for letter in "SVCMFLR" if letter not in field]
        if missing:
            return f"the error has no {missing}: {field}"
    return None


def check_alive(connection):
    answer = connection.query("SELECT 42")
    if pgwire.rows(answer) != [[b"42"]]:
        return f"the connection is not well: {answer}"
    return None


def run_frame(port, data, expected):
    with pgwire.Connection(port) as connection:
        connection.start()
        connection.send(data)
        states = fatal_states(connection.until_closed())
        return None if states == [expected] else f"answered {states}"


def run_extended(connection, data, expected):
    connection.send(data + message(b"S"))
    return check_error(connection.until_ready(), expected)


def run_simple(connection, data, expected):
    connection.send(data)
    return check_error(connection.until_ready(), expected)


# ---- what is large, but right ----


def long_string(connection):
    """A string of 1 MiB goes in, both ways, and comes out."""
    text = "stele \U0001fab6 " * (MIB // 11)
    for sql in (
        store(f'{{"s": "{text}"}}', context="long"),
        f"INSERT INTO every (context_id, s) VALUES ('long', '{text}')",
    ):
        if why := check_error(connection.query(sql), ""):
            return why
    answer = connection.query("SELECT s FROM every WHERE context_id = 'long'")
    if pgwire.rows(answer) != [[text.encode()]] * 2:
        return "the string is not what was stored"
    return None


def too_long_string(connection):
    text = "x" * (17 * MIB)
    sql = f"INSERT INTO every (context_id, s) VALUES ('long', '{text}')"
    return check_error(connection.query(sql), "54000|22001")


def many_rows(connection):
    """15 MB of SQL that is right: 150,000 rows in one INSERT."""
    values = ",".join(
        f"('many-{i % 100}', {i}, '{'y' * 80}')" for i in range(150000)
    )
    sql = f"INSERT INTO every (context_id, i, s) VALUES {values}"
    if why := check_error(connection.query(sql), ""):
        return why
    answer = connection.query("SELECT count(*), sum(i) FROM every WHERE i IS NOT NULL")
    expected = [[b"150000", str(sum(range(150000))).encode()]]
    return None if pgwire.rows(answer) == expected else str(pgwire.rows(answer))


def many_parameters(connection):
    """65,535 parameters are right; one more cannot be said."""
    places = ",".join(f"${i}::bigint" for i in range(1, 65536))
    connection.send(
        parse(f"SELECT 1 WHERE 65535 IN ({places})")
        + bind([str(i).encode() for i in range(1, 65536)])
        + execute()
        + message(b"S")
    )
    answer = connection.until_ready()
    if why := check_error(answer, ""):
        return why
    if pgwire.rows(answer) != [[b"1"]]:
        return str(pgwire.rows(answer))
    connection.send(parse("SELECT $65536::bigint") + message(b"S"))
    return check_error(connection.until_ready(), "42P02|54000|54023|42601")


def many_statements(connection):
    """Prepared statements have a limit, and closing them gives room."""
    for first in range(0, 20000, 1000):
        batch = b"".join(
            parse("SELECT 1", f"many{i}") for i in range(first, first + 1000)
        )
        connection.send(batch + message(b"S"))
        answer = connection.until_ready()
        if pgwire.errors(answer):
            why = check_error(answer, "54000")
            break
    else:
        return "20,000 prepared statements are taken"
    closes = b"".join(
        message(b"C", b"S" + cstring(f"many{i}")) for i in range(20000)
    )
    connection.send(closes + message(b"S"))
    connection.until_ready()
    return why


def many_portals(connection):
    """So have portals, which a transaction keeps."""
    binds = b"".join(bind([b"1"], name="one", portal=f"p{i}") for i in range(20000))
    connection.send(query("BEGIN"))
    connection.until_ready()
    connection.send(binds + message(b"S"))
    if why := check_error(connection.until_ready(), "54000"):
        return why
    connection.send(query("ROLLBACK"))
    connection.until_ready()
    return None


def format_characters(connection):
    """Names are never a format."""
    for sql, state in (
        ('SELECT "%s%n%100000d" FROM every', "42703"),
        ("SELECT '%s%n%100000d'::bigint", "22P02"),
        ('STORE "%s%n%100000d" FOR c PAYLOAD {}', "42P01"),
        (store('{"%s%n%100000d": 1}'), "22023"),
        ('SET "%s%n%100000d" = 1', "42602|42704"),
    ):
        answer = connection.query(sql)
        if why := check_error(answer, state):
            return f"{sql}: {why}"
        text = pgwire.errors(answer)[0]["M"]
        if "%s%n%100000d" not in text:
            return f"{sql}: {text}"
    return None


def unsigned_in_binary(connection):
    """A prepared statement's binary value of a u64: -1, then 2^64."""
    connection.send(parse("INSERT INTO every (context_id, u) VALUES ('c', $1)", "u"))
    for digits, sign in (((1,), 0x4000), ((1844, 6744, 737, 955, 1616), 0)):
        value = struct.pack("!HhHH", len(digits), len(digits) - 1, sign, 0)
        value += b"".join(struct.pack("!H", digit) for digit in digits)
        connection.send(bind([value], (1,), name="u") + execute() + message(b"S"))
        if why := check_error(connection.until_ready(), "22003"):
            return why
    return None


def errors_in_a_row(connection):
    """Everything after an error is left out until the one Sync."""
    connection.send(
        parse("SELECT 1 / $1::bigint", "div")
        + bind([b"0"], name="div")
        + execute()
        + bind([b"1"], name="div")
        + execute()
        + message(b"D", b"Sdiv\0")
        + message(b"S")
    )
    answer = connection.until_ready()
    kinds = b"".join(kind for kind, _ in answer)
    if kinds not in (b"12EZ", b"1EZ"):
        return f"the messages are {kinds}"
    return check_error(answer, "22012")


def copy_attacks(connection):
    """Lines that are no rows; then messages that are no COPY."""
    for line, state in (
        (b"c\n", "22P04"),
        (b"c\t2026-01-01 00:00:00Z\t1\t2\tabc\t1\t2\n", "22P04"),
        (b"c\tx\t1\t2\tabc\t1\n", "22007"),
        (b"c\t2026-01-01 00:00:00Z\t70000\t2\tabc\t1\n", "22003"),
        (b"c\t2026-01-01 00:00:00Z\t1\t2\ta\xff\t1\n", "22021"),
        (b"c\t2026-01-01 00:00:00Z\t1\t2\ta\0\t1\n", "22021"),
        (b"\\N\t2026-01-01 00:00:00Z\t1\t2\tabc\t1\n", "23502"),
    ):
        connection.send(query("COPY small FROM STDIN"))
        kind, _ = connection.message()
        if kind != b"G":
            return f"COPY is answered {kind}"
        connection.send(message(b"d", line) + message(b"c"))
        if why := check_error(connection.until_ready(), state):
            return f"{line}: {why}"
    connection.send(query("COPY small FROM STDIN"))
    connection.message()
    connection.send(message(b"f", b"no more\0"))
    if why := check_error(connection.until_ready(), "57014"):
        return why
    # CopyData, CopyDone and CopyFail outside a COPY are dropped.
    connection.send(message(b"d", b"x") + message(b"c") + message(b"f", b"\0"))
    if why := check_alive(connection):
        return why
    answer = connection.query("SELECT count(*) FROM small")
    return None if pgwire.rows(answer) == [[b"0"]] else "half a COPY is there"


def copy_of_garbage(connection):
    connection.send(query("COPY events (event_type, context_id, timestamp,"
                          " payload) FROM STDIN WITH (FORMAT csv)"))
    kind, body = connection.message()
    if kind != b"G":
        return f"COPY is answered {pgwire.fields(body)}"
    connection.send(message(b"d", b'"' * (1 + MIB)) + message(b"c"))
    return check_error(connection.until_ready(), "22P04")


def slow_reader(port):
    """One who asks for much and reads nothing delays nobody."""
    with pgwire.Connection(port) as slow, pgwire.Connection(port) as other:
        slow.start()
        other.start()
        slow.send(query("SELECT * FROM every") * 20)
        time.sleep(0.2)
        start = time.monotonic()
        why = check_alive(other)
        if time.monotonic() - start > 5 * pgwire.PATIENCE:
            return "another connection had to wait"
        return why


CONNECTION_CASES = (
    long_string,
    too_long_string,
    many_rows,
    many_parameters,
    many_statements,
    many_portals,
    format_characters,
    unsigned_in_binary,
    errors_in_a_row,
    copy_attacks,
    copy_of_garbage,
)

PORT_CASES = (
    requests_repeat,
    request_and_start,
    starts_that_stop,
    start_by_byte,
    cancels_of_others,
    slow_reader,
)


class Run:
    def __init__(self, port, word):
        self.port = port
        self.word = word
        self.passed = self.failed = 0
        self.connection = None

    def session(self):
        if self.connection is None:
            self.connection = pgwire.Connection(self.port, timeout=ANSWER_SECONDS)
            self.connection.start()
            self.connection.send(ONE + TWO + INTS + message(b"S"))
            self.connection.until_ready()
        return self.connection

    def case(self, what, function, *arguments):
        if self.word and self.word not in what:
            return
        try:
            why = function(*arguments)
        except pgwire.Closed:
            why = "the connection was closed"
        except TimeoutError:
            why = "no answer"
        if why is None:
            self.passed += 1
            return
        self.failed += 1
        self.connection = None
        print(f"FAIL {what}: {why}", flush=True)

    def in_session(self, what, function, *arguments):
        def both():
            connection = self.session()
            return function(connection, *arguments) or check_alive(connection)

        self.case(what, both)


def run_all(run):
    for what, data, expected in STARTUPS:
        run.case(what, run_startup, run.port, data, expected)
    for what, data, expected in FRAMES:
        run.case(what, run_frame, run.port, data, expected)
    for what, data, expected in BINDS:
        run.in_session("Bind: " + what, run_extended, data, expected)
    for what, value, expected in ARRAYS:
        data = bind([value], (1,), name="ints") + execute()
        run.in_session("an array: " + what, run_extended, data, expected)
    for what, data, expected in EXTENDED:
        run.in_session(what, run_extended, data, expected)
    for what, data, expected in SIMPLE:
        run.in_session(what, run_simple, data, expected)
    for sql, expected in STATEMENTS:
        run.in_session(sql[:70], run_simple, query(sql), expected)
    for function in CONNECTION_CASES:
        run.in_session(function.__name__, function)
    for function in PORT_CASES:
        run.case(function.__name__, function, run.port)
    run.in_session("the end", check_alive)


def memory_kib(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


def set_up(port):
    with pgwire.Connection(port) as connection:
        connection.start()
        for sql in SETUP:
            if errors := pgwire.errors(connection.query(sql)):
                print("FAIL", sql, errors)
                sys.exit(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--port", type=int)
    parser.add_argument("word", nargs="?")
    arguments = parser.parse_args()
    if arguments.port:
        run = Run(arguments.port, arguments.word)
        run_all(run)
    else:
        with Server() as server:
            set_up(server.port)
            run = Run(server.port, arguments.word)
            run_all(run)
            if not server.is_running():
                run.failed += 1
                print("FAIL the server is not there any more")
            elif (
                peak := memory_kib(server.process.pid)
            ) > MEMORY_MAX_KIB and not pgwire.IS_SANITIZED:
                run.failed += 1
                print(f"FAIL the server took {peak} KiB")
            if run.failed:
                server.print_log()
    print(f"attack: {run.passed} passed, {run.failed} failed")
    sys.exit(run.failed != 0)


if __name__ == "__main__":
    main()
