#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The HTTP door over real sockets: what goes over them, by the byte.

Only what changes from one run to the next is taken out of replies: the date,
the time that a command took, and the times of events.
"""

import calendar
import hashlib
import hmac
import json
import os
import re
import select
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from certificates import Certificates  # noqa: E402
from pgwire import PATIENCE  # noqa: E402
from stele_server import Failure, Server, check, free_port  # noqa: E402

HOST = b"Host: 127.0.0.1\r\n"
FIXED = re.compile(rb"Date: (.*)\r\nServer: Stele\r\n")
TAKEN = re.compile(rb"X-Execution-Time-Ms: \d+\.\d{3}\r\n")
TIME = re.compile(rb"\b1[0-9]{9}\b")


def check_date(match):
    """A date of the last minute."""
    check(match, "a reply has date and server")
    date = time.strptime(match[1].decode(), "%a, %d %b %Y %H:%M:%S GMT")
    age = time.time() - calendar.timegm(date)
    check(-2 < age < 60, f"the date is {match[1]!r}")


class Client:
    def __init__(self, server, receive_buffer=None, context=None):
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(
                socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer
            )
        self.socket.settimeout(20 * PATIENCE)
        server.wait_for_port(server.http_port)
        self.socket.connect(("127.0.0.1", server.http_port))
        if context is not None:
            self.socket = context.wrap_socket(
                self.socket, server_hostname="localhost"
            )
        self.bytes = b""

    def send(self, data):
        self.socket.sendall(data)

    def more(self):
        data = self.socket.recv(65536)
        self.bytes += data
        return data != b""

    def until(self, end):
        while end not in self.bytes:
            if not self.more():
                raise Failure(f"closed after {self.bytes[-300:]!r}")
        at = self.bytes.index(end) + len(end)
        taken, self.bytes = self.bytes[:at], self.bytes[at:]
        return taken

    def exactly(self, size):
        while len(self.bytes) < size:
            if not self.more():
                raise Failure(f"closed after {self.bytes[-300:]!r}")
        taken, self.bytes = self.bytes[:size], self.bytes[size:]
        return taken

    def chunks(self):
        """The pieces of a chunked body, up to its last chunk."""
        pieces = []
        while True:
            size = int(self.until(b"\r\n"), 16)
            pieces.append(self.exactly(size))
            check(self.exactly(2) == b"\r\n", "a chunk ends with its line")
            if size == 0:
                return pieces

    def reply(self, has_body=True):
        """Head and body of the next reply, as they are but for times."""
        head = self.until(b"\r\n\r\n")
        check_date(FIXED.search(head))
        length = re.search(rb"Content-Length: (\d+)\r\n", head)
        head = TAKEN.sub(b"", FIXED.sub(b"", head))
        if not has_body:
            return head, b""
        if length:
            return head, self.exactly(int(length[1]))
        return head, b"".join(self.chunks())

    def command(self, text, query="", fields=b""):
        self.send(command(text, query, fields))
        return self.reply()

    def is_closed(self):
        """Nothing comes any more, and the other side has closed."""
        self.socket.settimeout(5 * PATIENCE)
        try:
            while self.more():
                pass
        except ConnectionResetError:
            pass
        except socket.timeout:
            return False
        return self.bytes == b""

    def close(self):
        self.socket.close()


def command(text, query="", fields=b"", path="/command"):
    body = text.encode() if isinstance(text, str) else text
    return (
        f"POST {path}{query} HTTP/1.1\r\n".encode()
        + HOST
        + fields
        + f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


def head(status, kind, length=None, *more):
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", *more]
    if length is None:
        lines.append("Transfer-Encoding: chunked")
    else:
        lines.append(f"Content-Length: {length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def result(status, message, *results):
    answer = {
        "count": len(results),
        "status": status,
        "message": message,
        "results": list(results),
    }
    return json.dumps(answer, separators=(",", ":")).encode() + b"\n"


def expect(what, got, wanted):
    if got != wanted:
        raise Failure(f"{what}:\n  {got!r}\ninstead of\n  {wanted!r}")


def json_reply(status, message, *results, more=()):
    """What a reply of the object is, head and body."""
    body = result(int(status[:3]), message, *results)
    return head(status, "application/json", len(body), *more), body


OK = ("200 OK", "OK")


def commands(server):
    client = Client(server)
    expect("PING", client.command("PING"), json_reply(*OK, "PONG"))
    expect(
        "DEFINE",
        client.command('DEFINE order FIELDS {"id": "int", "status": ["new"]}'),
        json_reply(*OK, "Schema defined for 'order'"),
    )
    stored = json_reply(*OK, "Event accepted for storage")
    for i in (1, 2):
        text = f'STORE order FOR u-1 PAYLOAD {{"id":{i},"status":"new"}}'
        expect("STORE", client.command(text), stored)
    got, body = client.command("QUERY order WHERE id = 1")
    expect("head of QUERY", got, head("200 OK", "application/json"))
    expect(
        "QUERY",
        TIME.sub(b"T", body),
        b'{"type":"schema","columns":['
        b'{"name":"context_id","logical_type":"String"},'
        b'{"name":"event_type","logical_type":"String"},'
        b'{"name":"timestamp","logical_type":"Timestamp"},'
        b'{"name":"event_id","logical_type":"Integer"},'
        b'{"name":"id","logical_type":"Integer"},'
        b'{"name":"status","logical_type":"Enum"}]}\n'
        b'{"type":"batch","rows":[["u-1","order",T,1,1,"new"]]}\n'
        b'{"type":"end","row_count":1}\n',
    )
    check(b"T" in TIME.sub(b"T", body), "a timestamp is in seconds")
    got, body = client.command("SELECT count(*) FROM \"order\"")
    expect("SQL", body.splitlines()[1], b'{"type":"batch","rows":[[2]]}')
    got, body = client.command("NONSENSE")
    check(got.startswith(b"HTTP/1.1 400 Bad Request\r\n"), f"400 in {got!r}")
    expect("keys", list(json.loads(body)),
           ["count", "status", "message", "results", "position"])
    expect("status", json.loads(body)["status"], 400)
    got, body = client.command("PING; QUERY order WHERE id = \"x\"")
    expect("a place", json.loads(body)["position"], 30)
    got, body = client.command('STORE order FOR u-1 PAYLOAD {"id":1}')
    expect("a missing field", json.loads(body)["status"], 400)
    expect("nothing", client.command(" \n"), client.command(""))
    client.close()


def full_errors(server):
    """?errors=full: in the server's own words, and all that it knows."""
    client = Client(server)
    text = "SELECT 1,\n  nope FROM events"
    _, body = client.command(text, "?errors=full")
    expect(
        "an error with its place",
        json.loads(body),
        {
            "count": 0,
            "status": 400,
            "message": 'column "nope" does not exist',
            "results": [],
            "sqlstate": "42703",
            "position": text.index("nope") + 1,
        },
    )
    _, body = client.command("UPDATE events SET payload = '{}'", "?errors=full")
    error = json.loads(body)
    expect("its class", error["sqlstate"], "0A000")
    check(error["hint"].endswith("."), "what to do is a sentence")
    _, body = client.command("SELECT nope")
    check("sqlstate" not in json.loads(body), "short is the default")
    _, body = client.command("SELECT 1; SELECT nope", "?errors=full")
    error = json.loads(body.splitlines()[-1])
    expect("behind rows", (error["sqlstate"], error["position"]), ("42703", 18))
    _, body = client.command(
        "SELECT 1/(9000-i) FROM generate_series(1,9000) i", "?errors=full"
    )
    error = json.loads(body.splitlines()[-1])
    expect("amid rows", (error["type"], error["sqlstate"]), ("error", "22012"))
    got, body = client.command("SELECT nope", "?errors=all")
    check(b"errors is" in body and b" 400 " in got, "another word is refused")
    client.close()


def formats(server):
    client = Client(server)
    sql = "SELECT 1 AS a, 'x' AS b"
    wanted = {
        "ndjson": ("application/x-ndjson", b'{"a":1,"b":"x"}\n'),
        "json": ("application/json", None),
        "csv": ("text/csv; charset=utf-8; header=present", b"a,b\r\n1,x\r\n"),
        "text": ("text/plain; charset=utf-8", b"a\tb\n1\tx\n"),
    }
    for name, (kind, body) in wanted.items():
        got = client.command(sql, f"?format={name}")
        expect(name, got[0], head("200 OK", kind))
        if body is not None:
            expect(name, got[1], body)
        accepted = client.command(
            sql, fields=f"Accept: {kind.split(';')[0]}\r\n".encode()
        )
        expect(f"{name} by accept", accepted, got)
    expect(
        "json", json.loads(client.command(sql, "?format=json")[1]),
        [{"a": 1, "b": "x"}],
    )
    frames = client.command(sql)
    for fields in (b"Accept: */*\r\n", b"Accept: text/html, */*;q=0.8\r\n"):
        expect("frames", client.command(sql, fields=fields), frames)
    times = "SELECT timestamptz '1970-01-01 00:00:01.5+00' AS t"
    for form, row in (
        ("", b"[[1]]"), ("?times=seconds", b"[[1]]"),
        ("?times=true", b'[["1970-01-01T00:00:01.500000Z"]]'),
        ("?times=seconds&format=ndjson", b'"1970-01-01T00:00:01.500000Z"'),
    ):
        _, body = client.command(times, form)
        check(row in body, f"{form}: {body}")
    # 1,500,000 us in UTC; a second that says to be a millisecond.
    for form, value, zone in (
        ("?format=arrow", 1500000, True),
        ("?format=arrow&times=seconds&dictionaries=on", 1, False),
    ):
        _, body = client.command(times, form)
        check(value.to_bytes(8, "little") in body and
              (b"UTC\0" in body) == zone, f"{form}: {body}")
    for form in ("?times=x", "?dictionaries=1"):
        got, body = client.command(times, form)
        check(got.startswith(b"HTTP/1.1 400 "), f"{form}: {got!r}")
    got, body = client.command(sql, "?format=xml")
    expect("unknown", json.loads(body)["message"], 'format "xml" is not known')
    got, _ = client.command(sql, fields=b"Accept: image/png\r\n")
    check(got.startswith(b"HTTP/1.1 406 "), f"406 in {got!r}")
    expect(
        "text without rows",
        client.command("PING", "?format=text"),
        (head("200 OK", "text/plain; charset=utf-8", 12), b"200 OK\nPONG\n"),
    )
    client.close()


def json_commands(server):
    client = Client(server)

    def ask(**object):
        client.send(command(json.dumps(object), path="/json-command"))
        return client.reply()

    expect("Ping", ask(type="Ping"), json_reply(*OK, "PONG"))
    expect(
        "Define",
        ask(
            type="Define",
            event_type="plan",
            schema={"fields": {"id": "int", "name": "string | null"}},
        ),
        json_reply(*OK, "Schema defined for 'plan'"),
    )
    for i in range(3):
        expect(
            "Store",
            ask(
                type="Store",
                event_type="plan",
                context_id=f'c "{i}"',
                payload={"id": i, "name": "a'b\\\"\u00e4"},
            ),
            json_reply(*OK, "Event accepted for storage"),
        )
    _, body = ask(
        type="Query",
        event_type="plan",
        where={"or": [{"field": "id", "op": "gte", "value": 2},
                      {"field": "id", "in": [0]}]},
        order_by={"field": "id", "desc": True},
    )
    rows = json.loads(body.splitlines()[1])["rows"]
    expect("Query", [r[0] for r in rows], ['c "2"', 'c "0"'])
    _, body = ask(type="Replay", context_id='c "1"')
    expect("Replay", json.loads(body.splitlines()[-1])["row_count"], 1)
    got, body = ask(type="Nonsense")
    check(got.startswith(b"HTTP/1.1 400 "), f"400 in {got!r}")
    client.send(command("PING", path="/json-command"))
    check(client.reply()[0].startswith(b"HTTP/1.1 400 "), "no JSON")
    client.close()


def several_statements(server):
    """One body, one transaction, one reply."""
    client = Client(server)
    expect(
        "lines",
        client.command("CREATE TABLE s (n int); PING; INSERT INTO s (context_id, n) VALUES ('a', 1)"),
        json_reply(*OK, "CREATE TABLE", "PONG", "INSERT 0 1"),
    )
    got, body = client.command("INSERT INTO s (context_id, n) VALUES ('a', 2); SELECT 1/0")
    check(got.startswith(b"HTTP/1.1 400 "), f"400 in {got!r}")
    check(b"INSERT" not in body, "what is undone is not confirmed")
    got, body = client.command("SELECT count(*) FROM s", "?format=csv")
    expect("undone", body, b"count\r\n1\r\n")
    got, body = client.command("SELECT 1; PING; SELECT 2", "?format=ndjson")
    expect("rows and lines", body.splitlines(), [
        b'{"?column?":1}', result(*(200, "OK"), "PONG").strip(),
        b'{"?column?":2}'])
    client.close()


def stands_alone(server):
    """Nothing of a request is left for the next."""
    client = Client(server)
    client.command("SET work_mem = '1MB'")
    _, body = client.command("SHOW work_mem", "?format=text")
    check(b"1MB" not in body, "a setting is of its request")
    client.command("CREATE TEMPORARY TABLE mine (n int)")
    got, _ = client.command("SELECT * FROM mine")
    check(got.startswith(b"HTTP/1.1 4"), "a temporary table, too")
    client.command("BEGIN")
    got, _ = client.command("SAVEPOINT a")
    check(got.startswith(b"HTTP/1.1 4"), "a transaction, too")
    client.close()


def health(server):
    client = Client(server)
    for path in ("/healthz", "/readyz"):
        client.send(f"GET {path} HTTP/1.1\r\n".encode() + HOST + b"\r\n")
        expect(path, client.reply(), (head("200 OK", "text/plain", 3), b"ok\n"))
        client.send(f"HEAD {path} HTTP/1.1\r\n".encode() + HOST + b"\r\n")
        expect(path, client.reply(False), (head("200 OK", "text/plain", 3), b""))
        client.send(f"POST {path} HTTP/1.1\r\n".encode() + HOST + b"\r\n")
        body = result(405, "Method Not Allowed")
        expect(
            path,
            client.reply(),
            (
                head(
                    "405 Method Not Allowed",
                    "application/json",
                    len(body),
                    "Allow: GET, HEAD",
                ),
                body,
            ),
        )
    client.close()


def no_such(server):
    client = Client(server)
    for path in ("//", "/commands", "/command/", "/healthz/x", "/%2e%2e/"):
        client.send(f"GET {path} HTTP/1.1\r\n".encode() + HOST + b"\r\n")
        expect(path, client.reply(), json_reply("404 Not Found", "Not Found"))
    for method in ("GET", "PUT", "DELETE", "OPTIONS", "PATCH"):
        client.send(f"{method} /command HTTP/1.1\r\n".encode() + HOST + b"\r\n")
        got, _ = client.reply()
        check(got.startswith(b"HTTP/1.1 405 ") and b"Allow: POST\r\n" in got, got)
    # The connection is still good.
    expect("PING", client.command("PING"), json_reply(*OK, "PONG"))
    client.close()


def connections(server):
    """Which stay, which go, and in which order replies come."""
    client = Client(server)
    many = 200
    client.send(command("PING") * many)
    for _ in range(many):
        expect("pipelined", client.reply(), json_reply(*OK, "PONG"))
    client.command("CREATE TABLE piped (n int)")
    client.send(
        b"".join(
            command(f"INSERT INTO piped (context_id, n) VALUES ('a', {i})")
            + command("NONSENSE")
            for i in range(50)
        )
        + command("SELECT count(*) FROM piped", "?format=csv")
    )
    for _ in range(50):
        expect("stored", client.reply(), json_reply(*OK, "INSERT 0 1"))
        check(client.reply()[0].startswith(b"HTTP/1.1 400 "), "and refused")
    expect("seen", client.reply()[1], b"count\r\n50\r\n")
    client.send(command("INSERT INTO piped (context_id, n) VALUES ('a', 0)",
                        fields=b"Connection: close\r\n"))
    got, body = client.reply()
    check(b"Connection: close\r\n" in got, "close is said")
    expect("close", body, result(200, "OK", "INSERT 0 1"))
    check(client.is_closed(), "and done")
    client.close()

    client = Client(server)
    client.send(b"POST /command HTTP/1.0\r\nContent-Length: 4\r\n\r\nPING")
    got, body = client.reply()
    check(b"Connection: close\r\n" in got, "HTTP/1.0 closes")
    check(client.is_closed(), "and is closed")
    client = Client(server)
    for _ in range(2):
        client.send(
            b"POST /command HTTP/1.0\r\nConnection: keep-alive\r\n"
            b"Content-Length: 4\r\n\r\nPING"
        )
        got, body = client.reply()
        check(b"Connection: keep-alive\r\n" in got, "HTTP/1.0 stays")
    client.send(
        b"POST /command?format=csv HTTP/1.0\r\nConnection: keep-alive\r\n"
        b"Content-Length: 8\r\n\r\nSELECT 1"
    )
    got = client.until(b"\r\n\r\n")
    check(b"Transfer-Encoding" not in got and b"close" in got, got)
    expect("rows", client.until(b"1\r\n"), b"?column?\r\n1\r\n")
    check(client.is_closed(), "rows end with the connection")
    client.close()


def bodies(server):
    """In pieces, in chunks, after 100, and none at all."""
    client = Client(server)
    for piece in command("PING"):
        client.send(bytes([piece]))
    expect("bytes", client.reply(), json_reply(*OK, "PONG"))
    client.send(
        b"POST /command HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n"
        b"\r\n2\r\nPI\r\n2;x=y\r\nNG\r\n0\r\nX: y\r\n\r\n"
    )
    expect("chunks", client.reply(), json_reply(*OK, "PONG"))
    client.send(
        b"POST /command HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\n"
        b"Expect: 100-continue\r\n\r\n"
    )
    expect("100", client.until(b"\r\n\r\n"), b"HTTP/1.1 100 Continue\r\n\r\n")
    client.send(b"PING")
    expect("after 100", client.reply(), json_reply(*OK, "PONG"))
    client.send(
        b"POST /nothing HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\n"
        b"Expect: 100-continue\r\n\r\n"
    )
    got, _ = client.reply()
    check(got.startswith(b"HTTP/1.1 404 ") and b"close" in got, got)
    check(client.is_closed(), "a body that was not asked for is not awaited")
    # One that is on its way is passed over.
    client = Client(server)
    client.send(command("x" * 100000, path="/nothing"))
    check(client.reply()[0].startswith(b"HTTP/1.1 404 "), "404")
    expect("after it", client.command("PING"), json_reply(*OK, "PONG"))
    # A long one comes as it is.
    text = "SELECT length('" + "x" * 3000000 + "')"
    expect("long", client.command(text, "?format=csv")[1], b"length\r\n3000000\r\n")
    client.send(
        b"POST /command HTTP/1.1\r\n" + HOST + b"Content-Encoding: gzip\r\n"
        b"Content-Length: 4\r\n\r\nxxxx"
    )
    check(client.reply()[0].startswith(b"HTTP/1.1 415 "), "415")
    expect("after 415", client.command("PING"), json_reply(*OK, "PONG"))
    client.close()


def too_much(server):
    client = Client(server)
    client.send(
        b"POST /command HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999\r\n\r\n"
    )
    got, _ = client.reply()
    check(got.startswith(b"HTTP/1.1 413 ") and b"close" in got, got)
    client.close()
    client = Client(server)
    client.send(b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: " + b"x" * 20000)
    got, _ = client.reply()
    check(got.startswith(b"HTTP/1.1 431 ") and b"close" in got, got)
    client.close()


HOSTILE = (
    b"GET /healthz HTTP/1.1\nHost: 127.0.0.1\n\n",
    b"GET /healthz HTTP/1.1\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\n" + HOST + b" folded\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\n" + HOST + b"X : y\r\n\r\n",
    b"GET healthz HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /%zz HTTP/1.1\r\n" + HOST + b"\r\n",
    b"POST /command HTTP/1.1\r\n" + HOST
    + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\nPING",
    b"POST /command HTTP/1.1\r\n" + HOST
    + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nPING",
    b"POST /command HTTP/1.1\r\n" + HOST
    + b"Transfer-Encoding: chunked\r\n\r\n4\nPING\r\n0\r\n\r\n",
    b"Q\0\0\0\x0dSELECT 1\0\r\n",
    b"PING\n",
    b"AUTH admin:00\r\n\r\n",
)


def hostile(server):
    for data in HOSTILE:
        client = Client(server)
        client.send(data + command("PING"))
        got, body = client.reply()
        check(
            got.startswith(b"HTTP/1.1 400 ") and b"Connection: close" in got,
            f"{data!r}: {got!r}",
        )
        expect("status", json.loads(body)["status"], 400)
        check(client.is_closed(), f"nothing is read behind {data!r}")
        client.close()


def browsers(server):
    """A page of another site sends what it likes, and gets nothing."""
    client = Client(server)
    port = server.http_port
    for fields, is_allowed in (
        (f"Origin: http://127.0.0.1:{port}\r\n", True),
        ("Origin: http://evil.example\r\n", False),
        ("Origin: null\r\n", False),
        ("Sec-Fetch-Site: cross-site\r\n", False),
        ("Sec-Fetch-Site: same-origin\r\n", True),
    ):
        client.send(
            command("PING", fields=fields.encode()).replace(
                HOST, f"Host: 127.0.0.1:{port}\r\n".encode()
            )
        )
        got, _ = client.reply()
        wanted = b"HTTP/1.1 200 " if is_allowed else b"HTTP/1.1 403 "
        check(got.startswith(wanted), f"{fields}: {got!r}")
    for host, is_allowed in (("localhost", True), ("rebound.example", False)):
        client.send(command("PING").replace(HOST, f"Host: {host}\r\n".encode()))
        got, _ = client.reply()
        wanted = b"HTTP/1.1 200 " if is_allowed else b"HTTP/1.1 421 "
        check(got.startswith(wanted), f"{host}: {got!r}")
    client.close()


LONG = "SELECT i, repeat('x', 1000) FROM generate_series(1, {}) i"


def slow_reader(server):
    """He has all rows in the end, and nobody waits for him."""
    rows = 30000
    slow = Client(server, receive_buffer=4096)
    slow.send(command(LONG.format(rows), "?format=csv"))
    slow.until(b"\r\n\r\n")
    time.sleep(0.3)
    other = Client(server)
    expect("another", other.command("PING"), json_reply(*OK, "PONG"))
    body = b"".join(slow.chunks())
    expect("rows", body.count(b"\r\n"), rows + 1)
    expect("then", slow.command("PING"), json_reply(*OK, "PONG"))
    slow.close()
    other.close()


def failing_amid_rows(server):
    """A reply that fails in its middle has no last chunk."""
    client = Client(server)
    for form in ("csv", "frames", "ndjson", "json", "text"):
        client = Client(server)
        client.send(
            command(
                "SELECT 100 / (20000 - i) FROM generate_series(1, 20000) i",
                f"?format={form}",
            )
        )
        got = client.until(b"\r\n\r\n")
        check(got.startswith(b"HTTP/1.1 200 "), f"{form}: {got!r}")
        try:
            client.chunks()
            raise Failure(f"{form}: a failed query's reply is whole")
        except (Failure, ValueError) as failure:
            check("whole" not in str(failure), str(failure))
        client.close()
    if shutil.which("curl"):
        status = curl(
            server, "/command?format=csv", "--data",
            "SELECT 100 / (20000 - i) FROM generate_series(1, 20000) i",
        ).returncode
        check(status != 0, "curl sees that it is not whole")


def gone_amid_body(server):
    """The command of a client that goes in its middle is not run."""
    client = Client(server)
    client.command("CREATE TABLE gone (n int)")
    other = Client(server)
    text = "INSERT INTO gone (context_id, n) VALUES ('a', 1)"
    other.send(command(text + " ")[:-1])
    other.close()
    reader = Client(server, receive_buffer=4096)
    reader.send(command(LONG.format(100000)))
    reader.until(b"\r\n\r\n")
    reader.close()
    _, body = client.command("SELECT count(*) FROM gone", "?format=csv")
    expect("nothing", body, b"count\r\n0\r\n")
    client.close()


def append(client, lines, query="", end="\n"):
    """POST /v1/events: head, and its lines as objects."""
    body = "".join(line + end for line in lines)
    client.send(command(body, query, path="/v1/events"))
    got, body = client.reply()
    return got, [json.loads(line) for line in body.splitlines()]


def event(kind="tick", context="c", **payload):
    return json.dumps({"type": kind, "context": context, "payload": payload})


def count(client, where="true"):
    sql = f"SELECT count(*) FROM tick WHERE {where}"
    return int(client.command(sql, "?format=csv")[1].split()[1])


NDJSON = head("200 OK", "application/x-ndjson")


def events(server):
    """Each line is reported; the good ones are stored whatever the others are."""
    client = Client(server)
    client.command('DEFINE tick FIELDS {"n": "int", "s": "string | null"}')
    got, report = append(client, [
        event(n=1),
        "",
        event(n="x"),
        '{"type":"tick","context":"d/e","at":1735689600,"payload":{"n":2}}',
        "no JSON",
        event("none"),
        event(n=3, s="\u00e4\"\\"),
        '{"type":"tick","payload":{"n":4}}',
    ])
    expect("head", got, NDJSON)
    expect("lines", [r.get("line") for r in report], [1, 3, 4, 5, 6, 7, 8, None])
    expect("good", [r["line"] for r in report if r.get("ok")], [1, 4, 7])
    ids = [r["event_id"] for r in report if r.get("ok")]
    expect("ids", ids, [ids[0], ids[0] + 1, ids[0] + 2])
    expect(
        "why",
        [(r["sqlstate"], r.get("position")) for r in report if not r.get("ok", 1)],
        [("22023", 51), ("22P02", 1), ("42P01", None), ("23502", 1)],
    )
    expect("sum", report[-1], {
        "lines": 8, "stored": 3, "failed": 4,
        "first_event_id": ids[0], "last_event_id": ids[2]})
    expect("stored", count(client), 3)
    sql = "SELECT n, timestamp, s FROM tick ORDER BY event_id"
    rows = client.command(sql, "?format=ndjson")[1].splitlines()
    expect("at", json.loads(rows[1])["timestamp"], "2025-01-01T00:00:00.000000Z")
    expect("text", json.loads(rows[2])["s"], '\u00e4"\\')
    for text, query in (("", ""), ("\n\n", ""), ("", "?atomic=1")):
        client.send(command(text, query, path="/v1/events"))
        got, body = client.reply()
        expect("nothing", json.loads(body)["stored"], 0)
    # Without a last newline, with CR, with what is left out of lines.
    _, report = append(client, ['{"payload":{"n":5}}'], "?type=tick&context=x", "")
    expect("defaults", report[-1]["stored"], 1)
    _, report = append(client, [event(n=6), event(n=7)], "", " \r\n")
    expect("CRLF", report[-1]["stored"], 2)
    got, _ = append(client, [], "?tipe=a")
    check(got.startswith(b"HTTP/1.1 400 "), got)
    client.close()


def atomic_events(server):
    client = Client(server)
    before = count(client)
    lines = [event(n=i) for i in range(5000)]
    got, report = append(client, lines, "?atomic=1")
    expect("one line", len(report), 1)
    expect("all", report[0]["stored"], 5000)
    got, report = append(client, lines + [event(n="x"), "no JSON"], "?atomic=1")
    check(got.startswith(b"HTTP/1.1 400 "), got)
    check(report[0]["message"].startswith("line 5001: field"), report)
    expect("or none", count(client), before + 5000)
    # What fails early leaves a body that nobody wants.
    client.send(command("no JSON\n" + event(n=1) * 100000, "?atomic=1",
                        path="/v1/events"))
    got, _ = client.reply()
    check(got.startswith(b"HTTP/1.1 400 "), got)
    client.close()


def stalled_events(server):
    """Lines that are stored together are not awaited for ever either, and are gone."""
    before = sum_of_events(server)
    lines = "".join(event(n=i) + "\n" for i in range(5000))
    request = command(lines, "?atomic=1", path="/v1/events")
    body = request.index(b"\r\n\r\n") + 4
    cut_off(server, request[:body + 20])  # no line is whole
    cut_off(server, request[:body + 1000])
    cut_off(server, request[:-1])
    expect("nothing is stored", sum_of_events(server), before)


def sum_of_events(server):
    client = Client(server)
    found = count(client)
    client.close()
    return found


def long_events(server):
    """Lines that are longer than what is taken at a time."""
    client = Client(server)
    before = count(client)
    lines = [event(n=1), event(n=2, s="x" * 700_000), event(n=3)]
    got, report = append(client, lines)
    expect("a long one", report[-1]["stored"], 3)
    got, report = append(client, lines, "?atomic=1")
    expect("all at once", report[-1]["stored"], 3)
    got, report = append(client, lines[:1] + lines[1:2] * 3 + ["no JSON"])
    expect("behind them", [r["ok"] for r in report[:-1]], [True] * 4 + [False])
    expect("all of them", count(client), before + 10)
    client.close()


def many_events(server):
    """A body comes in pieces, and reports while it does."""
    client = Client(server)
    before = count(client)
    client.send(
        b"POST /v1/events HTTP/1.1\r\n" + HOST
        + b"Transfer-Encoding: chunked\r\n\r\n"
    )

    def chunk(data):
        client.send(b"%x\r\n%s\r\n" % (len(data), data))

    line = event(n=1).encode() + b"\n"
    chunk(line[:20])
    chunk(line[20:] + line[:7])
    expect("head", FIXED.sub(b"", TAKEN.sub(b"", client.until(b"\r\n\r\n"))), NDJSON)
    size = int(client.until(b"\r\n"), 16)
    first = json.loads(client.exactly(size + 2))
    expect("the first is durable", (first["line"], first["ok"]), (1, True))
    other = Client(server)
    expect("and seen", count(other), before + 1)
    other.close()
    chunk(line[7:] + line * 30000)
    client.send(b"0\r\n\r\n")
    report = [json.loads(x) for x in b"".join(client.chunks()).splitlines()]
    expect("all", report[-1]["stored"], 30002)
    expect("in order", [r["line"] for r in report[:-1]], list(range(2, 30003)))
    expect("without a gap", [r["event_id"] for r in report[:-1]],
           list(range(first["event_id"] + 1, first["event_id"] + 30002)))
    # Wrong ones by turns with good ones.
    lines = [event(n=i) if i % 2 else event(n="x") for i in range(6000)]
    _, report = append(client, lines)
    expect("half", (report[-1]["stored"], report[-1]["failed"]), (3000, 3000))
    # A body that breaks off, and one that goes wrong: what is reported stays.
    client.send(
        b"POST /v1/events HTTP/1.1\r\n" + HOST
        + b"Transfer-Encoding: chunked\r\n\r\n"
    )
    chunk(line)
    client.until(b"\r\n\r\n")
    client.until(b"\r\n")
    client.until(b"}\n\r\n")
    client.send(b"no chunk\r\n")
    check(client.is_closed(), "a body that is none ends the reply, too")
    client.close()


def stories(server):
    client = Client(server)

    def get(path):
        client.send(f"GET {path} HTTP/1.1\r\n".encode() + HOST + b"\r\n")
        return client.reply()

    _, body = get("/v1/contexts/d%2Fe/events?format=ndjson")
    expect("a slash", [json.loads(x)["payload"] for x in body.splitlines()], [{"n": 2}])
    _, body = get("/v1/contexts/c/events?type=tick&format=csv&limit=2")
    expect("limit", [x.split(b",")[4] for x in body.split()], [b"n", b"1", b"3"])
    _, body = get("/v1/contexts/d%2Fe/events?since=2025-01-02&format=ndjson")
    expect("since", body, b"")
    got, body = get("/v1/contexts/%22%3B%20FLUSH/events?format=ndjson")
    expect("a quote", (got[:12], body), (b"HTTP/1.1 200", b""))
    for path in ("c/events?limit=-1", "c/events?limt=1", "%ff/events", "c/event"):
        got, _ = get("/v1/contexts/" + path)
        check(got.startswith(b"HTTP/1.1 4"), f"{path}: {got!r}")
    client.send(b"POST /v1/contexts/c/events HTTP/1.1\r\n" + HOST + b"\r\n")
    got, _ = client.reply()
    check(got.startswith(b"HTTP/1.1 405 ") and b"Allow: GET\r\n" in got, got)
    got, body = client.command("COPY tick TO STDOUT")
    check(got.startswith(b"HTTP/1.1 4"), "COPY is PostgreSQL's")
    got, body = client.command("COPY events FROM STDIN")
    check(got.startswith(b"HTTP/1.1 4"), "COPY is PostgreSQL's, too")
    client.close()


SAMPLE = re.compile(
    r'(stele_[a-z0-9_]+)(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9.e+-]+$'
)


def metrics(server):
    """Prometheus's text form: each metric's lines together, described first."""
    client = Client(server)
    client.send(b"GET /metrics HTTP/1.1\r\n" + HOST + b"\r\n")
    got, body = client.reply()
    expect("head", got, head(
        "200 OK", "text/plain; version=0.0.4; charset=utf-8"))
    lines = body.decode().splitlines()
    described, current = set(), None
    for line in lines:
        word = line.split(" ")
        if word[0] == "#":
            check(word[1] in ("HELP", "TYPE"), line)
            if word[1] == "HELP":
                check(word[2] not in described, f"twice: {line}")
                described.add(word[2])
                current = word[2]
            else:
                check(word[3] in ("counter", "gauge"), line)
                check(word[3] == "gauge" or word[2].endswith("_total"), line)
            check(word[2] == current, line)
        else:
            match = SAMPLE.match(line)
            check(match and match[1] == current, line)
    check(len(described) > 30, f"{len(described)} metrics")
    stored = [x for x in lines if x.startswith("stele_visible_event_id ")]
    expect("a number", stored, [f"stele_visible_event_id {newest(client)}"])
    client.close()


def newest(client):
    sql = "SELECT visible_event_id FROM stele.wal"
    return int(client.command(sql, "?format=csv")[1].split()[1])


def described(server):
    client = Client(server)
    client.send(b"GET /openapi.json HTTP/1.1\r\n" + HOST + b"\r\n")
    got, body = client.reply()
    expect("type", got, head("200 OK", "application/json", len(body)))
    check(json.loads(body)["openapi"].startswith("3.0"), "OpenAPI")
    client.close()


def curl(server, path, *arguments):
    return subprocess.run(
        ["curl", "-sS", "--noproxy", "*", *arguments,
         f"http://127.0.0.1:{server.http_port}{path}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=60 * PATIENCE,
    )


def with_curl(server):
    if not shutil.which("curl"):
        return
    got = curl(server, "/command", "--data", "PING")
    expect("curl", got.stdout, result(200, "OK", "PONG"))
    got = curl(server, "/command?format=csv", "--http2", "-H",
               "Transfer-Encoding: chunked", "--data", "SELECT 1 AS a")
    expect("curl, chunks, upgrade", got.stdout, b"a\r\n1\r\n")
    text = "SELECT length('" + "x" * 2000000 + "') AS n"
    path = os.path.join(server.dir, "statement")
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    got = curl(server, "/command?format=csv", "--data-binary", "@" + path)
    expect("curl, 100-continue", got.stdout, b"n\r\n2000000\r\n")
    got = curl(server, "/healthz", "-I")
    check(got.stdout.startswith(b"HTTP/1.1 200 OK"), "curl, HEAD")


HALVES = {"header": b"POST /comm", "body": command("PING")[:-1]}


def cut_off(server, data, rest=b""):
    """What is not whole is answered 408 and closed, though some comes now and then."""
    client = Client(server)
    client.send(data)
    for byte in rest:
        if select.select([client.socket], [], [], 0.1)[0]:
            break
        client.send(bytes([byte]))
    got, _ = client.reply()
    check(got.startswith(b"HTTP/1.1 408 ") and b"close" in got, got)
    check(client.is_closed(), "408 closes")
    client.close()


def too_slow(server):
    """Half a request is answered 408, and not awaited for ever."""
    for data in HALVES.values():
        cut_off(server, data)
    # A head has its time as a whole, not from one byte to the next.
    cut_off(server, b"GET / HTTP/1.1\r\nX: ", b"x" * 600)


def patient():
    """Heads and bodies are waited for each as long as its option says."""
    port = free_port()
    for slow, other in (("header", "body"), ("body", "header")):
        with Server(f"http_port={port}", f"http_{slow}_timeout=1s",
                    f"http_{other}_timeout=0") as server:
            server.http_port = port
            client = Client(server)
            client.send(HALVES[other])
            cut_off(server, HALVES[slow])
            client.send(command("PING")[len(HALVES[other]):])
            expect(f"the {other}", client.reply()[0].split()[1], b"200")
            client.close()


def by_tls():
    """The first byte says whether it is TLS; clients may name HTTP/1.1."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="stele-test-") as folder:
        made = Certificates(folder)
        made.authority("ca")
        made.signed("server", "ca", "/CN=localhost",
                    "subjectAltName=DNS:localhost")
        with Server(
            f"http_port={port}",
            "ssl=on",
            f"ssl_cert_file={folder}/server.crt",
            f"ssl_key_file={folder}/server.key",
        ) as server:
            server.http_port = port
            for protocols in ([], ["http/1.1"], ["h2", "http/1.1"]):
                context = ssl.create_default_context(cafile=f"{folder}/ca.crt")
                if protocols:
                    context.set_alpn_protocols(protocols)
                client = Client(server, context=context)
                expect("PING", client.command("PING"), json_reply(*OK, "PONG"))
                expect("rows", client.command("SELECT 1", "?format=csv")[1],
                       b"?column?\r\n1\r\n")
                wanted = "http/1.1" if protocols else None
                expect("ALPN", client.socket.selected_alpn_protocol(), wanted)
                client.close()
            client = Client(server)
            expect("plain", client.command("PING"), json_reply(*OK, "PONG"))
            client.close()


def strangers():
    """Who is not trusted is told 401, but for what everybody may ask."""
    port = free_port()
    with Server(f"http_port={port}", "native_trust=off") as server:
        server.http_port = port
        client = Client(server)
        client.send(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
        expect("health", client.reply()[1], b"ok\n")
        refused = result(401, "Authentication failed")
        for path in ("/command", "/json-command", "/v1/events"):
            body = '{"type":"Ping"}'
            client.send(command(body, path=path))
            got, body = client.reply()
            check(got.startswith(b"HTTP/1.1 401 Unauthorized\r\n"), got)
            check(b"WWW-Authenticate: " in got, got)
            expect(path, body, refused)
        for path in ("/metrics", "/v1/contexts/a/events"):
            client.send(f"GET {path} HTTP/1.1\r\n".encode() + HOST + b"\r\n")
            expect(path, client.reply()[1], refused)
        client.send(
            b"POST /command HTTP/1.1\r\n" + HOST + b"Content-Length: 2000000\r\n\r\n"
        )
        check(client.reply()[0].startswith(b"HTTP/1.1 413 "), "413")
        client.close()


def signed(user, key, body):
    proof = hmac.new(key.encode(), body.strip().encode(), hashlib.sha256)
    return f"X-Auth-User: {user}\r\nX-Auth-Signature: {proof.hexdigest()}\r\n"


def proofs():
    """Signatures and tokens in fields and in bodies, each for one request."""
    port = free_port()
    with Server(f"http_port={port}", "native_trust=off") as server:
        server.http_port = port
        with pgwire.Connection(server.port) as connection:
            connection.start()
            for text in (
                "CREATE USER root WITH KEY 'rk' WITH ROLES [\"admin\"]",
                "CREATE USER bob WITH KEY 'bk'",
            ):
                check(not pgwire.errors(connection.query(text)), text)
        client = Client(server)
        refused = result(401, "Authentication failed")

        def ask(body, fields="", path="/command", status=200):
            client.send(command(body, fields=fields.encode(), path=path))
            got, body = client.reply()
            check(got.startswith(f"HTTP/1.1 {status} ".encode()), (fields, got, body))
            return body

        define = 'DEFINE t FIELDS {"n": "int"}\n'
        ask(define, signed("root", "rk", define))
        expect("once", ask("PING", status=401), refused)
        expect("another's", ask("PING", signed("root", "bk", "PING"), status=401), refused)
        expect("another", ask("PING", signed("root", "rk", "PIN"), status=401), refused)
        ask("PING", signed("root", "rk", "PING").split("\r\n")[0] + "\r\n", status=401)
        body = json.dumps({"type": "Store", "event_type": "t", "context_id": "c",
                           "payload": {"n": 1}})
        ask(body, signed("root", "rk", body), "/json-command")
        ask(body, signed("bob", "bk", body), "/json-command", 403)
        text = signed("root", "rk", "QUERY t").split("\r\n")[1].split(" ")[1]
        check(b'"row_count":1' in ask(f"root:{text}:QUERY t"), "in the body")
        name = signed("root", "rk", "root").split("\r\n")[1].split(" ")[1]
        [line] = json.loads(ask(f"AUTH root:{name}"))["results"]
        check(re.fullmatch("OK TOKEN [0-9a-f]{64}", line), line)
        ask("PING", status=401)
        bearer = f"Authorization: Bearer {line.split()[2]}\r\n"
        check(b'"row_count":1' in ask("QUERY t", bearer), "a token")
        check(b'"row_count":1' in ask(f"QUERY t {line[3:]}"), "in the body, too")
        report = ask(event("t", n=2), bearer, "/v1/events")
        expect("events", json.loads(report.splitlines()[-1])["stored"], 1)
        ask(event("t", n=2), "Authorization: Bearer 00\r\n", "/v1/events", 401)
        client = Client(server)
        for fields, status in ((bearer, 200), ("", 401)):
            client.send(f"GET /v1/contexts/c/events HTTP/1.1\r\n{fields}".encode()
                        + HOST + b"\r\n")
            got, _ = client.reply()
            check(got.startswith(f"HTTP/1.1 {status} ".encode()), got)
        client.close()


def main():
    port = free_port()
    by_tls()
    strangers()
    proofs()
    patient()
    with Server(f"http_port={port}", "http_header_timeout=1",
                "http_body_timeout=1") as server:
        server.http_port = port
        for test in (
            commands,
            full_errors,
            formats,
            json_commands,
            several_statements,
            stands_alone,
            health,
            no_such,
            connections,
            bodies,
            too_much,
            hostile,
            browsers,
            slow_reader,
            failing_amid_rows,
            gone_amid_body,
            events,
            atomic_events,
            stalled_events,
            long_events,
            many_events,
            stories,
            metrics,
            described,
            with_curl,
            too_slow,
        ):
            try:
                test(server)
            except (Failure, OSError) as failure:
                server.print_log()
                sys.exit(f"{test.__name__}: {failure}")
        connection = pgwire.Connection(server.port)
        connection.start()
        rows = pgwire.rows(connection.query("SELECT count(*) FROM piped"))
        expect("on PostgreSQL's port", rows, [[b"51"]])
        connection.close()
    print("ok")


main()
