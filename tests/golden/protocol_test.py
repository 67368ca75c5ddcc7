#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Message sequences of the PostgreSQL port, compared with protocol.out.

The sequences are those that PostgreSQL 15 gives, with these differences:

  - tables are event types: their core columns come first;
  - server_version, which is left out, and the texts of what is not supported.

    protocol_test.py [--write]

--write prints what is to be in protocol.out; read it before you keep it.
"""

import difflib
import os
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from pgwire import bind, execute, message, parse, query  # noqa: E402
from stele_server import Server  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
SYNC = message(b"S")
FLUSH = message(b"H")


def describe(kind, name=""):
    return message(b"D", kind + name.encode() + b"\0")


def close(kind, name=""):
    return message(b"C", kind + name.encode() + b"\0")


def copy_data(data):
    return message(b"d", data)


COPY_DONE = message(b"c")
BINARY = b"PGCOPY\n\xff\r\n\0" + struct.pack("!II", 0, 0)
NO_MORE = struct.pack("!h", -1)


def binary_row(*values):
    """A row of COPY's binary form."""
    row = struct.pack("!h", len(values))
    for value in values:
        row += struct.pack("!i", -1 if value is None else len(value)) + (value or b"")
    return row


# (what, messages, number of ReadyForQuery that end the answer)
CASES = (
    ("empty", query(b""), 1),
    ("semicolons", query(b"; ;"), 1),
    ("comment", query(b"-- nothing"), 1),
    ("two statements", query(b"select 1;;select 2;"), 1),
    ("types", query(b"select 1 as a, null as b, true as c, 1.5 as d"), 1),
    ("begin", query(b"begin"), 1),
    ("begin again", query(b"begin"), 1),
    ("commit", query(b"commit"), 1),
    ("commit again", query(b"commit"), 1),
    ("create", query(b"create table ct (a int, b text)"), 1),
    ("set", query(b"set application_name = 'abc'"), 1),
    ("time zone", query(b"set timezone to 'America/New_York'"), 1),
    ("reset", query(b"reset timezone"), 1),
    ("german", query(b"set datestyle to german"), 1),
    ("not german", query(b"reset datestyle"), 1),
    ("set local", query(b"set local statement_timeout = 0"), 1),
    ("unknown setting", query(b"set nope = 1"), 1),
    ("own setting", query(b"set a.b = 'c'; show a.b"), 1),
    ("error in a block", query(b"begin; select 1/0; select 2"), 1),
    ("after it", query(b"select 2"), 1),
    ("commit of it", query(b"commit"), 1),
    ("error stops the rest", query(b"select 1; select 1/0; select 3"), 1),
    ("read only", query(b"begin read only; insert into ct(context_id) values ('c')"), 1),
    ("end of it", query(b"rollback"), 1),
    ("prepare", query(b"prepare ps(int) as select $1+1; execute ps(2); deallocate ps"), 1),
    ("syntax", query(b"selec 1"), 1),
    ("position", query(b"select nope from ct"), 1),
    ("extended", parse("select 1 as a") + bind() + describe(b"P") + execute() + SYNC, 1),
    ("two in one Parse", parse("select 1; select 2") + bind() + execute() + SYNC, 1),
    ("empty Parse", parse("") + describe(b"S") + bind() + describe(b"P") + execute() + SYNC, 1),
    ("no statement", execute("nope") + SYNC, 1),
    ("twice the name", parse("select 1", "s") + parse("select 2", "s") + SYNC, 1),
    ("parameter missing", parse("select $1::int") + bind() + SYNC, 1),
    ("bad parameter", parse("select $1::int") + bind((b"abc",)) + SYNC, 1),
    ("error to Sync", parse("select 1/0") + bind() + execute() + parse("select 2") + SYNC
        + parse("select 3") + bind() + execute() + SYNC, 2),
    ("implicit transaction", parse("insert into ct(context_id, a) values ('c', 1)") + bind()
        + execute() + parse("select 1/0") + bind() + execute() + SYNC
        + query(b"select count(*) from ct"), 2),
    ("a constant without a value", parse("select 1/0, $1::int") + describe(b"S") + bind((b"1",))
        + execute() + SYNC, 1),
    ("in EXPLAIN", parse("explain select 1/0") + bind() + execute() + SYNC, 1),
    ("a parameter without a value", parse("select 1/$1", oids=(23,)) + describe(b"S")
        + bind((b"0",)) + describe(b"P") + execute() + SYNC, 1),
    ("in a part that no row asks for", parse("select case when a > 0 then 0 else 1/$1::int end from ct")
        + bind((b"0",)) + execute() + SYNC, 1),
    ("behind a parameter that decides", parse("select case when $1::int = 0 then 0 else 1/$1 end")
        + bind((b"0",)) + execute() + SYNC, 1),
    ("a parameter that is read again", parse("select $1::int", oids=(25,)) + bind((b"x",)) + execute()
        + SYNC, 1),
    ("a parameter that is no document", parse("select $1::text::jsonb") + bind((b"{",)) + execute()
        + SYNC, 1),
    ("a parameter in EXPLAIN", parse("explain select 1/$1::int") + bind((b"0",)) + execute() + SYNC, 1),
    ("a parameter that is no time", parse("select $1::timestamptz") + bind((b"x",)) + SYNC, 1),
    ("a parameter of EXECUTE", query(b"prepare p0(int) as select coalesce(a, 1/$1) from ct; execute p0(0)")
        + query(b"deallocate p0"), 2),
    ("behind what decides", query(b"select case when true then 1 else 1/0 end"), 1),
    ("declared", query(b"begin; declare c cursor for select 1/0; fetch c"), 1),
    ("declared no more", query(b"rollback"), 1),
    ("names are looked up late", query(b"begin") + parse("lock table nope in access share mode")
        + bind() + describe(b"P") + execute() + SYNC + query(b"rollback"), 3),
    ("also those of DROP", parse("drop table nope", "d") + bind(name="d") + SYNC
        + query(b"create temp table nope (a int)") + bind(name="d") + execute() + SYNC, 3),
    ("not in a block", parse("lock table nope") + bind() + execute() + SYNC, 1),
    ("insert", query(b"insert into ct(context_id, a, b) values ('c', 1, 'x'), ('c', 2, null)"), 1),
    ("returning", parse("insert into ct(context_id, a) values ('d', 3) returning a, event_id")
        + bind() + describe(b"P") + execute() + SYNC, 1),
    ("row limit", parse("select a from ct order by a") + bind() + execute(rows=2)
        + execute(rows=2) + execute() + SYNC, 1),
    ("portal is gone", execute() + SYNC, 1),
    ("close nobody", close(b"S", "nope") + close(b"P", "nope") + SYNC, 1),
    ("cursor", query(b"begin; declare c cursor for select a from ct order by a; fetch 2 from c;"
        b" move 1 in c; fetch c; close c; commit"), 1),
    ("held cursor", parse("declare h scroll cursor with hold for select $1 || 'z', 'x'")
        + bind((b"4",)) + execute() + SYNC
        + parse("fetch h") + bind(results=(1, 0)) + describe(b"P") + execute() + SYNC, 2),
    ("binary cursor", query(b"declare i binary scroll cursor with hold for select 'x', 'y'; fetch i;"
        b" fetch backward 2 i; close i; move last h; fetch h; close h"), 1),
    ("copy out", query(b"copy (select a, b from ct order by a) to stdout"), 1),
    ("copy out csv", query(b"copy (select a, b from ct order by a) to stdout csv header"), 1),
    ("copy in", query(b"copy ct(context_id, a, b) from stdin") + copy_data(b"e\t4")
        + copy_data(b"\tq\ne\t5\t\\N") + COPY_DONE, 1),
    ("copy in, bad", query(b"copy ct(context_id, a) from stdin") + copy_data(b"e\t6\ne\tx\n")
        + COPY_DONE + SYNC, 2),
    ("copy in, few", query(b"copy ct(context_id, a) from stdin") + copy_data(b"e\n")
        + COPY_DONE, 1),
    ("copy fail", query(b"copy ct(context_id, a) from stdin") + message(b"f", b"no more\0"), 1),
    ("binary out", query(b"copy (select 'a', null) to stdout binary;"
        b" copy (select 1 where false) to stdout (format binary)"), 1),
    ("binary in, cut anywhere", query(b"copy ct(context_id, a, b) from stdin binary")
        + b"".join(copy_data(bytes([byte])) for byte in BINARY
            + binary_row(b"b", struct.pack("!i", 77), None)
            + binary_row(b"b", struct.pack("!i", 78), b"two") + NO_MORE) + COPY_DONE, 1),
    ("binary in, no trailer", query(b"copy ct(context_id, a) from stdin (format binary)")
        + copy_data(BINARY + binary_row(b"b", struct.pack("!i", 79))) + COPY_DONE, 1),
    ("binary in, no signature", query(b"copy ct(a) from stdin binary")
        + copy_data(b"x" * 30) + COPY_DONE, 1),
    ("binary in, no end", query(b"copy ct(context_id, a) from stdin binary")
        + copy_data(BINARY + binary_row(b"b", b"1234") + b"\0\2\0") + COPY_DONE, 1),
    ("binary in, bad value", query(b"copy ct(context_id, a) from stdin binary")
        + copy_data(BINARY + binary_row(b"b", b"1234") + binary_row(b"b", b"12345")) + COPY_DONE, 1),
    ("binary in, bad text", query(b"copy ct(context_id, b) from stdin binary")
        + copy_data(BINARY + binary_row(b"b", b"\xff")) + COPY_DONE, 1),
    ("binary in, few fields", query(b"copy ct(context_id, a) from stdin binary")
        + copy_data(BINARY + binary_row(b"b")) + COPY_DONE, 1),
    ("binary in, bad size", query(b"copy ct(context_id, a) from stdin binary")
        + copy_data(BINARY + struct.pack("!hi", 2, -2)) + COPY_DONE, 1),
    ("binary in, too large", query(b"copy ct(context_id, a) from stdin binary")
        + copy_data(BINARY + struct.pack("!hi", 2, 0x7fffffff)) + COPY_DONE, 1),
    ("binary in, more behind", query(b"copy ct(context_id, a) from stdin binary")
        + copy_data(BINARY + NO_MORE + b"x") + COPY_DONE, 1),
    ("binary in, oids", query(b"copy ct(context_id, a) from stdin binary")
        + copy_data(BINARY[:11] + struct.pack("!II", 1 << 16, 0)) + COPY_DONE, 1),
    ("what is there", query(b"select context_id, a, b, event_id from ct order by event_id"), 1),
    ("plan", parse("select * from ct", "p") + SYNC, 1),
    ("add column", query(b"alter table ct add column c int"), 1),
    ("plan is stale", bind(name="p") + SYNC, 1),
    ("pipeline", (parse("insert into ct(context_id, a) values ('p', $1)", "i") + SYNC)
        + b"".join(bind((str(i).encode(),), name="i") + execute() + SYNC for i in range(3)), 4),
    ("discard", query(b"discard all"), 1),
    ("pool reset", query(b"close all; unlisten *; reset all"), 1),
    ("function call", message(b"F", struct.pack("!IHHH", 1, 0, 0, 0)), 1),
)


def text(value):
    return value.decode("utf-8", "replace")


def describe_columns(body):
    count, at, columns = struct.unpack("!H", body[:2])[0], 2, []
    for _ in range(count):
        end = body.index(b"\0", at)
        _, number, oid, size, mod, form = struct.unpack("!IhIhih", body[end + 1 : end + 19])
        columns.append(f"{text(body[at:end])}:{oid}:{size}:{mod}:{form}:{number}")
        at = end + 19
    return " ".join(columns)


def data_row(body):
    count, at, values = struct.unpack("!H", body[:2])[0], 2, []
    for _ in range(count):
        size = struct.unpack("!i", body[at : at + 4])[0]
        at += 4
        values.append("NULL" if size < 0 else text(body[at : at + max(size, 0)]))
        at += max(size, 0)
    return "|".join(values)


def line(kind, body):
    kind_text = text(kind)
    if kind in b"EN":
        parts = {part[:1]: text(part[1:]) for part in body.split(b"\0") if part}
        shown = " ".join(f"{text(k)}={v}" for k, v in parts.items() if k in b"SCMDHPW")
        return f"{kind_text} {shown}"
    if kind == b"T":
        return f"T {describe_columns(body)}"
    if kind == b"D":
        return f"D {data_row(body)}"
    if kind == b"t":
        return "t " + " ".join(str(oid) for (oid,) in struct.iter_unpack("!I", body[2:]))
    return f"{kind_text} {text(body.rstrip(bytes(1)))!r}" if body else kind_text


def replay(connection, messages, count):
    connection.send(messages)
    answer = []
    while count > 0:
        answer.extend(connection.until_ready())
        count -= 1
    return [line(kind, body) for kind, body in answer]


def run(port):
    lines = []
    with pgwire.Connection(port) as connection:
        lines.append("## start")
        for kind, body in connection.start():
            if kind == b"S" and not body.startswith(b"server_version"):
                lines.append(f"S {text(body[:-1]).replace(chr(0), '=')}")
        for what, messages, count in CASES:
            lines.append(f"## {what}")
            lines.extend(replay(connection, messages, count))
    return lines


def main():
    with Server() as server:
        lines = run(server.port)
    if "--write" in sys.argv:
        print("\n".join(lines))
        return
    with open(os.path.join(HERE, "protocol.out"), encoding="utf-8") as file:
        expected = file.read().splitlines()
    difference = list(difflib.unified_diff(expected, lines, "expected", "answered", lineterm=""))
    print("\n".join(difference))
    sys.exit(bool(difference))


if __name__ == "__main__":
    main()
