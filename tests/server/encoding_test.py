#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""client_encoding other than UTF8: texts are converted both ways, wherever they
stand in the protocol; what cannot be is refused.

    encoding_test.py [port]

With a port the same is asked of the server there: the answers are PostgreSQL's.
"""

import os
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from pgwire import bind, cstring, execute, message, parse, query  # noqa: E402
from stele_server import Server, check  # noqa: E402

TEXT, JSONB, TEXT_ARRAY = 25, 3802, 1009
STELE = len(sys.argv) < 2


def same(what, got, expected):
    check(got == expected, f"{what}: got {got!r:.300}, expected {expected!r:.300}")


def code(messages):
    return [(e["C"], e["M"]) for e in pgwire.errors(messages)]


def ask(wire, *messages):
    wire.send(b"".join(messages))
    return wire.until_ready()


def report(messages):
    """What ParameterStatus says of client_encoding."""
    return [
        body.split(b"\0")[1]
        for kind, body in messages
        if kind == b"S" and body.startswith(b"client_encoding\0")
    ]


def statements(wire):
    """Literals, names, results, errors and notices."""
    answer = wire.query(b"select '\xe9', length('\xe9\xe8'), 'abc' as \"\xfc\"")
    same("row", pgwire.rows(answer), [[b"\xe9", b"2", b"abc"]])
    names = dict(answer)[b"T"]
    check(b"\xfc\0" in names, f"the column is {names!r}")
    errors = [b for k, b in wire.query(b"select '\xe9'::int") if k == b"E"]
    check(b'"\xe9"' in errors[0], f"the error says {errors[0]!r}")
    same("server's own", pgwire.rows(wire.query(b"select convert_to('\xe9', 'UTF8')")),
         [[b"\\xc3a9"]])
    same("euro", code(wire.query(b"select chr(8364)")),
         [("22P05", 'character with byte sequence 0xe2 0x82 0xac in encoding "UTF8" has'
                    ' no equivalent in encoding "LATIN1"')])
    same("after it", pgwire.rows(wire.query(b"select 'a\xffz'")), [[b"a\xffz"]])
    many = wire.query(b"select chr(232) || x from generate_series(1, 3000) as x")
    same("many rows", pgwire.rows(many)[2999], [b"\xe83000"])
    rows = b"select case x when 2000 then chr(8364) else chr(232) end"
    late = wire.query(rows + b" from generate_series(1, 3000) as x")
    same("in the middle", [c for c, _ in code(late)], ["22P05"])
    check(len(pgwire.rows(late)) == 1999, f"{len(pgwire.rows(late))} rows before it")


def extended(wire):
    """Parse, parameters of both forms, names of statements and portals."""
    text = b"select $1::text, length($1), '\xe9' || $2, $3::jsonb, $4::text[]"
    values = (b"\xe4\xf6", b"\xfc", b'\1{"a": "\xdf"}',
              struct.pack("!iiIiiii", 1, 1, TEXT, 2, 1, -1, 2) + b"\xe1\xe2")
    answer = ask(
        wire,
        parse(text, name=b"n\xe9", oids=(TEXT, TEXT, JSONB, TEXT_ARRAY)),
        bind(values, (0, 1, 1, 1), (0, 0, 1, 0, 1), name=b"n\xe9", portal=b"p\xe9"),
        message(b"D", b"P" + cstring(b"p\xe9")),
        execute(b"p\xe9"),
        pgwire.SYNC,
    )
    same("extended", pgwire.rows(answer),
         [[b"\xe4\xf6", b"2", b"\xe9\xfc", b'{"a": "\xdf"}', values[3]]])
    same("json out", pgwire.rows(ask(
        wire, parse(b"select jsonb '{\"a\": \"\xdf\"}', array['x', '\xe9'], 7, "
              b"array[jsonb '\"\xe9\"']"), bind((), (), (1,)),
        execute(), pgwire.SYNC)),
         [[b'\1{"a": "\xdf"}',
           struct.pack("!iiIii", 1, 0, TEXT, 2, 1) + b"\0\0\0\1x\0\0\0\1\xe9",
           struct.pack("!i", 7),
           struct.pack("!iiIiii", 1, 0, JSONB, 1, 1, 4) + b'\1"\xe9"']])
    for rest in (b"\xe9", b"\xe9\0", b"\xe9\0\0"):
        array = struct.pack("!iii", 0, 0, TEXT) + rest
        answer = ask(wire, parse(b"select $1::text[]"), bind((array,), (1,), ()),
                     execute(), pgwire.SYNC)
        same("no array", [c for c, _ in code(answer)], ["22P03"])
    missing = ask(wire, bind((), (), (), name=b"k\xe9"), pgwire.SYNC)
    body = [b for k, b in missing if k == b"E"][0]
    check(b'"k\xe9"' in body, f"{body!r}")


def copy(wire):
    """Both ways, in all forms; an encoding of its own."""
    table = b"create table encoded_t (s text)"
    if not STELE:
        table = b"create table encoded_t (context_id text, timestamp timestamptz, event_id int, s text)"
    wire.query(table)
    into = b"copy encoded_t (context_id, s) from stdin"

    def feed(options, *data):
        wire.send(query(into + options))
        while wire.message()[0] != b"G":
            pass
        wire.send(b"".join(message(b"d", d) for d in data) + message(b"c"))
        return wire.until_ready()

    feed(b"", b"c\t\xe9\nd\t\xe8", b"\xfc\\x41\n")
    feed(b" csv", b'e,"\xe4, \xf6"\n')
    feed(b" (encoding 'utf8')", b"f\t\xc3\xa9\n")
    binary = b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"\0\2\0\0\0\1g\0\0\0\1\xdf" + b"\xff\xff"
    feed(b" binary", binary)
    asked = b"select context_id, s from encoded_t order by context_id"
    stored = [[b"c", b"\xe9"], [b"d", b"\xe8\xfcA"], [b"e", b"\xe4, \xf6"],
              [b"f", b"\xe9"], [b"g", b"\xdf"]]
    same("stored", pgwire.rows(wire.query(asked)), stored)

    def out(options):
        answer = wire.query(b"copy (" + asked + b") to stdout" + options)
        return b"".join(b for k, b in answer if k == b"d"), code(answer)

    same("text", out(b""), (b"c\t\xe9\nd\t\xe8\xfcA\ne\t\xe4, \xf6\nf\t\xe9\ng\t\xdf\n", []))
    same("csv", out(b" csv")[0], b'c,\xe9\nd,\xe8\xfcA\ne,"\xe4, \xf6"\nf,\xe9\ng,\xdf\n')
    same("utf8", out(b" (encoding 'UTF8')")[0][:5], b"c\t\xc3\xa9\n")
    check(b"\0\0\0\3\xe8\xfcA" in out(b" binary")[0], "binary")
    same("no such", [c for c, _ in out(b" (encoding 'nonsense')")[1]], ["22023"])
    wire.query(b"drop table encoded_t")


def settings(wire):
    """Which there are, and what says so."""
    same("names", pgwire.rows(wire.query(
        b"select current_setting('client_encoding'), pg_client_encoding()")),
         [[b"LATIN1", b"LATIN1"]])
    answer = wire.query(b"set client_encoding to 'windows-1252'")
    same("reported", report(answer), [b"WIN1252"])
    same("euro", pgwire.rows(wire.query(b"select '\x80', ascii('\x80')")), [[b"\x80", b"8364"]])
    same("no character", code(wire.query(b"select '\x81'")),
         [("22P05", 'character with byte sequence 0x81 in encoding "WIN1252" has no'
                    ' equivalent in encoding "UTF8"')])
    wire.query(b"begin; set local client_encoding to latin9")
    same("latin9", pgwire.rows(wire.query(b"select '\xa4', ascii('\xa4')")), [[b"\xa4", b"8364"]])
    wire.query(b"rollback")
    same("and back", pgwire.rows(wire.query(b"select '\x80'")), [[b"\x80"]])
    same("no encoding", [c for c, _ in code(wire.query(b"set client_encoding to nonsense"))],
         ["22023"])
    if STELE:
        same("not here", code(wire.query(b"set client_encoding to 'johab'")),
             [("0A000", "conversion between JOHAB and UTF8 is not supported")])
    wire.query(b"set client_encoding to sql_ascii")
    same("as it is", pgwire.rows(wire.query(b"select '\xc3\xa9', length('\xc3\xa9')")),
         [[b"\xc3\xa9", b"1"]])
    same("no UTF-8", code(wire.query(b"select '\xe9'")),
         [("22021", 'invalid byte sequence for encoding "UTF8": 0xe9 0x27')])
    wire.query(b"reset client_encoding")
    same("reset", pgwire.rows(wire.query(b"show client_encoding")), [[b"LATIN1"]])
    same("a setting", report(wire.query(b"set client_encoding to 'UNICODE'")), [b"UNICODE"])
    same("utf8", pgwire.rows(wire.query("select 'é'")), [["é".encode()]])


def several_bytes(wire):
    """Characters whose second byte is a backslash, a quote's neighbour, a delimiter."""
    so, bar = b"\x83\x5c", b"\x81\x7c"  # katakana SO and a minus sign
    wire.query(b"set client_encoding to sjis")
    text = so + bar + b"a\xb1"
    answer = wire.query(b"select '" + text + b"' as \"" + so + b"\", length('" + text + b"')")
    same("sjis", pgwire.rows(answer), [[text, b"4"]])
    check(so + b"\0" in dict(answer)[b"T"], "a name")
    same("escape", pgwire.rows(wire.query(b"select E'" + so + b"\\t'")), [[so + b"\t"]])
    same("half", [c for c, _ in code(wire.query(b"select '\x83'"))], ["22021"])
    same("no such", code(wire.query(b"select chr(128512)")),
         [("22P05", 'character with byte sequence 0xf0 0x9f 0x98 0x80 in encoding "UTF8" has'
                    ' no equivalent in encoding "SJIS"')])
    same("parameter", pgwire.rows(ask(
        wire, parse(b"select $1 || '" + so + b"'", oids=(TEXT,)), bind((bar,), (1,), (1,)),
        execute(), pgwire.SYNC)), [[bar + so]])
    wire.query(b"create temp table several (a text, b text)")

    def feed(options, *data):
        wire.send(query(b"copy several from stdin" + options))
        while wire.message()[0] != b"G":
            pass
        wire.send(b"".join(message(b"d", d) for d in data) + message(b"c"))
        return code(wire.until_ready())

    # Messages end wherever they like, also within a character.
    line = so + b"\t" + bar + b"\\x41\n"
    same("in pieces", feed(b"", *(line[i : i + 1] for i in range(len(line)))), [])
    same("csv", feed(b" (format csv, delimiter '|')", so + b"|" + bar + b"A\n"), [])
    same("torn", [c for c, _ in feed(b"", so + b"\t" + b"\x83")], ["22021"])
    same("stored", pgwire.rows(wire.query(b"select * from several")), [[so, bar + b"A"]] * 2)
    out = b"".join(k == b"d" and b or b"" for k, b in wire.query(b"copy several to stdout"))
    same("out", out, (so + b"\t" + bar + b"A\n") * 2)
    wire.query(b"drop table several; set client_encoding to gb18030")
    same("gb18030", pgwire.rows(wire.query(b"select chr(128512), '\xd6\xd0'")),
         [[b"\x94\x39\xfc\x36", b"\xd6\xd0"]])
    wire.query(b"set client_encoding to latin1")


def notices(wire, other):
    wire.query(b"set client_encoding to latin1")
    wire.query(b"listen \"k\xe9\"")
    other.query("notify \"ké\", 'grüße'")
    while True:
        kind, body = wire.message()
        if kind == b"A":
            break
    same("notice", body[4:], b"k\xe9\0gr\xfc\xdfe\0")
    kinds = wire.query(b"select 1 as \"" + b"\xe9" * 70 + b"\"")
    notice = [b for k, b in kinds if k == b"N"][0]
    check(b"\xe9" * 31 in notice and b"\xc3" not in notice, f"{notice!r}")


def scenario(port, **options):
    with pgwire.Connection(port) as wire, pgwire.Connection(port) as other:
        first = wire.start(client_encoding=b"latin1", **options)
        same("at the start", report(first), [b"LATIN1"])
        other.start(**options)
        statements(wire)
        extended(wire)
        copy(wire)
        settings(wire)
        several_bytes(wire)
        notices(wire, other)


def main():
    if not STELE:
        scenario(int(sys.argv[1]), user=b"postgres", database=b"postgres")
        return
    with Server() as server:
        scenario(server.port)


if __name__ == "__main__":
    main()
