#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The WebSocket door: handshakes, frames, and the line door's replies in
messages, one for each command and in their order; by a port of its own, and by
the HTTP door's.

The cases of frames are those of the Autobahn test suite that a server can be
seen to pass from outside; tests/unit/wire/test_websocket.c has them cut at every
byte.
"""

import os
import re
import socket
import ssl
import struct
import sys
import tempfile
import time
from email.utils import parsedate_to_datetime

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import pgwire  # noqa: E402
from certificates import Certificates  # noqa: E402
from native_client import make_boss  # noqa: E402
from stele_server import Server, check, free_port  # noqa: E402
from websocket import (  # noqa: E402
    BINARY, CLOSE, CONTINUATION, FIN, PING, PONG, TEXT, WebSocket, frame, text,
)

DOORS = (("ws_port", "/any/path?x=1"), ("http_port", "/ws?x=1"))

HELLO = b"200 OK\nPONG\n"
STORED = b"200 OK\nEvent accepted for storage\n"
STORE = b'STORE order FOR many PAYLOAD {"id":%d,"status":"new"}'


def opened(server, **options):
    """By the door that is looked at."""
    server.wait_for_port(server.ports[server.door])
    return WebSocket(server.ports[server.door], path=dict(DOORS)[server.door],
                     **options)


def sure(ws):
    """Nothing is left over: the next reply is that of the next command."""
    exchange(ws, b"PING", HELLO)


def exchange(ws, command, reply):
    got = ws.ask(command)
    check(got == reply, f"{command} is answered by {got}")


def without_times(frames):
    return re.sub(rb'"order",\d+,\d+', rb'"order",T,I', frames)


# ---- replies ----

def of_sneldb(server):
    """Its exchanges."""
    with opened(server) as ws:
        exchange(ws, b"PING\n", HELLO)
        exchange(ws, b"PING", HELLO)
        exchange(
            ws,
            b'DEFINE order FIELDS {\n  "id": "int",\n'
            b'  "status": ["new","paid"]\n}\n',
            b"200 OK\nSchema defined for 'order'\n",
        )
        exchange(
            ws,
            b'STORE order FOR user-1 PAYLOAD {"id":1,"status":"new"}\n',
            STORED,
        )
        exchange(
            ws,
            b'STORE order FOR user-1 PAYLOAD {"id":1}\n',
            b"400 Missing field 'status' in payload\n",
        )
        exchange(ws, b"FOO", b"ERROR: Unknown command: FOO\n")
        exchange(ws, b"", b"ERROR: Unknown command: \n")
        got = without_times(ws.ask(b"QUERY order WHERE id = 1\n"))
        check(
            got
            == b'{"type":"schema","columns":['
            b'{"name":"context_id","logical_type":"String"},'
            b'{"name":"event_type","logical_type":"String"},'
            b'{"name":"timestamp","logical_type":"Timestamp"},'
            b'{"name":"event_id","logical_type":"Integer"},'
            b'{"name":"id","logical_type":"Integer"},'
            b'{"name":"status","logical_type":"Enum"}]}\n'
            b'{"type":"batch","rows":[["user-1","order",T,I,1,"new"]]}\n'
            b'{"type":"end","row_count":1}\n',
            f"QUERY: {got}",
        )
        exchange(ws, b"FLUSH", b"200 OK\nFlush command completed\n")
        sure(ws)


def of_sql(server):
    with opened(server) as ws:
        exchange(
            ws,
            b"SELECT 1 AS one, 'x' AS x",
            b'{"type":"schema","columns":['
            b'{"name":"one","logical_type":"Integer"},'
            b'{"name":"x","logical_type":"String"}]}\n'
            b'{"type":"batch","rows":[[1,"x"]]}\n'
            b'{"type":"end","row_count":1}\n',
        )
        # Two statements, one reply.
        got = ws.ask(b"SELECT 1; SELECT 1/0; SELECT 2")
        check(got.endswith(b'"row_count":1}\n400 division by zero\n'), got)
        frames = ws.ask(
            b"SELECT 1 / (5000 - i) FROM generate_series(1, 9000) i")
        check(b'\n{"type":"error","sqlstate":"22012",' in frames,
              "no error amid the rows")
        sure(ws)


def large(server):
    """A reply comes in many frames, and is one message."""
    with opened(server) as ws:
        got = ws.ask(b"SELECT i, repeat('x', 1000)"
                     b" FROM generate_series(1, 20000) i")
        check(got.endswith(b'{"type":"end","row_count":20000}\n'), got[-100:])
        check(len(got) > 20000 * 1000 and ws.frame_count > 10,
              f"{len(got)} bytes in {ws.frame_count} frames")
        for size in (1, 80, 90, 100, 65000, 65350, 65450, 65500, 200000):
            got = ws.ask(b"SELECT repeat('y', %d)" % size)
            check(got.count(b"y") >= size, f"{size}: {len(got)}")
        sure(ws)


def pipelined(server):
    """A thousand commands in one write, answered in their order."""
    count = 1000
    commands = [
        text(b"FOO%d" % i if i % 100 == 50 else STORE % i)
        for i in range(count)
    ]
    with opened(server) as ws:
        ws.send(b"".join(commands))
        for i in range(count):
            wanted = (b"ERROR: Unknown command: FOO%d\n" % i
                      if i % 100 == 50 else STORED)
            got = ws.message()
            check(got == wanted, f"reply {i} is {got}")
        check(b"[[990]]" in ws.ask(b"QUERY order COUNT FOR many"),
              "they are not all there")
        sure(ws)


def the_unread(server):
    """Who reads nothing holds up nobody, and gets all when he reads."""
    query = b"SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i"
    with opened(server) as ws, opened(server) as other:
        ws.send(text(query) + text(b"PING"))
        time.sleep(0.2)
        sure(other)
        check(ws.message().endswith(b'"row_count":20000}\n'), "rows")
        check(ws.message() == HELLO, "what comes behind")


def the_gone(server):
    for data in (
        text(b"SELECT i, repeat('x', 1000)"
             b" FROM generate_series(1, 100000) i"),
        text(STORE % 1)[:10],
        text(STORE % 1) * 200,
    ):
        ws = opened(server)
        ws.send(data)
        ws.close()
    with opened(server) as ws:
        sure(ws)


def a_transaction(server):
    """It is the connection's."""
    with opened(server) as ws, opened(server) as other:
        exchange(ws, b"BEGIN", b"200 OK\nBEGIN\n")
        exchange(ws, b'STORE order FOR held PAYLOAD {"id":1,"status":"new"}',
                 STORED)
        check(b'"row_count":0' in other.ask(b"QUERY order FOR held"),
              "others see it")
        exchange(ws, b"ROLLBACK", b"200 OK\nROLLBACK\n")


# ---- frames: what is sent, and what comes of it ----

MESSAGES = (
    ("fragments", frame(TEXT, b"PI") + frame(CONTINUATION, b"N")
     + frame(FIN | CONTINUATION, b"G")),
    ("empty fragments", frame(TEXT) + frame(CONTINUATION, b"PING")
     + frame(FIN | CONTINUATION)),
    ("binary", frame(FIN | BINARY, b"PING")),
    ("a mask of zeros", frame(FIN | TEXT, b"PING", mask=b"\0\0\0\0")),
    ("a pong", frame(FIN | PONG, b"x") + text(b"PING")),
    ("126 bytes", text(b"PING" + b" " * 122)),
    ("65535 bytes", text(b"PING" + b" " * 65531)),
    ("65536 bytes", text(b"PING" + b" " * 65532)),
    ("a megabyte", text(b" " * (1 << 20) + b"PING")),
)

PINGS = (
    ("ping", frame(FIN | PING, b"hello"), [b"hello"]),
    ("empty ping", frame(FIN | PING), [b""]),
    ("longest ping", frame(FIN | PING, b"p" * 125), [b"p" * 125]),
    ("ten pings", b"".join(frame(FIN | PING, b"%d" % i) for i in range(10)),
     [b"%d" % i for i in range(10)]),
    ("ping amid a message", frame(TEXT, b"PI") + frame(FIN | PING, b"p")
     + frame(FIN | CONTINUATION, b"NG"), [b"p"]),
)

ENDS = (
    ("close", frame(FIN | CLOSE, struct.pack(">H", 1000)), 1000),
    ("close without a code", frame(FIN | CLOSE), None),
    ("close with a reason", frame(FIN | CLOSE, struct.pack(">H", 1001)
                                  + b"bye"), 1001),
    ("close 3000", frame(FIN | CLOSE, struct.pack(">H", 3000)), 3000),
    ("close of one byte", frame(FIN | CLOSE, b"\x03"), 1002),
    ("close 1005", frame(FIN | CLOSE, struct.pack(">H", 1005)), 1002),
    ("close 5000", frame(FIN | CLOSE, struct.pack(">H", 5000)), 1002),
    ("close with bad text", frame(FIN | CLOSE, struct.pack(">H", 1000)
                                  + b"\xff"), 1007),
    ("no mask", frame(FIN | TEXT, b"PING", mask=None), 1002),
    ("reserved bits", frame(0x40 | FIN | TEXT, b"PING"), 1002),
    ("opcode 3", frame(FIN | 3, b"x"), 1002),
    ("opcode 11", frame(FIN | 11, b"x"), 1002),
    ("continuation of nothing", frame(FIN | CONTINUATION, b"x"), 1002),
    ("text amid a message", frame(TEXT, b"x") + text(b"y"), 1002),
    ("long ping", frame(FIN | PING, b"x" * 126), 1002),
    ("ping in fragments", frame(PING, b"x"), 1002),
    ("length in too many bytes", b"\x81\xfe\0\x04mask1234", 1002),
    ("bad utf-8", text(b"\xed\xa0\x80"), 1007),
    ("half a character", text(b"\xf0\x9f"), 1007),
    ("too long", frame(TEXT, b"x" * (4 << 20)) + frame(CONTINUATION, b"y"),
     1009),
    ("far too long", b"\x81\xff\x7f" + b"\0" * 7 + b"maskx", 1009),
)


def messages(server):
    for name, data in MESSAGES:
        with opened(server) as ws:
            ws.send(data)
            check(ws.message() == HELLO, name)
            for byte in data if len(data) < 100 else b"":
                ws.send(bytes([byte]))
            if len(data) < 100:
                check(ws.message() == HELLO, name + ", byte by byte")
            sure(ws)


def pings(server):
    for name, data, pongs in PINGS:
        with opened(server) as ws:
            ws.send(data)
            sure_of = HELLO if name.endswith("message") else None
            if sure_of is not None:
                check(ws.message() == sure_of, name)
            sure(ws)
            check(ws.pongs == pongs, f"{name}: {ws.pongs}")


def pings_amid_work(server):
    """They are answered while a command is run, and between the frames of its
    reply, but not before the commands that stand before them."""
    with opened(server) as ws, pgwire.Connection(server.port) as holder:
        holder.start()
        holder.query("SELECT pg_advisory_lock(7)")
        ws.send(text(b"SELECT pg_advisory_lock(7)"))
        ws.send(frame(FIN | PING, b"one") + frame(FIN | PONG)
                + frame(FIN | PING, b"two")[:3])
        time.sleep(0.1)
        ws.send(frame(FIN | PING, b"two")[3:] + text(b"PING")
                + frame(FIN | PING, b"three"))
        got = [ws.next_frame()]
        while got[-1] != (True, PONG, b"two"):
            got.append(ws.next_frame())
        holder.query("SELECT pg_advisory_unlock(7)")
        while got[-1] != (True, CONTINUATION, b""):
            got.append(ws.next_frame())
        # The end of the reply, which is made later, comes behind them.
        pongs = [data for _, opcode, data in got if opcode == PONG]
        check(pongs == [b"one", b"two"], got)
        rows = [n for n, (_, opcode, data) in enumerate(got)
                if opcode == CONTINUATION and data]
        check(got.index((True, PONG, b"two")) < rows[0], got)
        check(ws.message() == HELLO, "the next command")
        sure(ws)
        check(ws.pongs == [b"three"], ws.pongs)
        ws.send(text(b"SELECT i, repeat('x', 1000)"
                     b" FROM generate_series(1, 50000) i"))
        for n in range(20):
            ws.send(frame(FIN | PING, b"%d" % n))
            time.sleep(0.01)
        check(ws.message().endswith(b'"row_count":50000}\n'), "rows")
        sure(ws)
        check(ws.pongs[1:] == [b"%d" % n for n in range(20)], ws.pongs)


def ends(server):
    for name, data, code in ENDS:
        with opened(server) as ws:
            ws.send(text(b"PING") + data)
            check(ws.message() == HELLO, name)
            got = ws.close_code()
            check(got == code, f"{name}: {got}")
            check(ws.is_closed(), f"{name}: it stays open")


def close_behind_stores(server):
    """Whoever closes still gets what he has asked for."""
    with opened(server) as ws:
        ws.send(text(STORE % 5000) * 20
                + frame(FIN | CLOSE, struct.pack(">H", 1000)))
        for _ in range(20):
            check(ws.message() == STORED, "a store")
        check(ws.close_code() == 1000, "no close")
        check(ws.is_closed(), "it stays open")


def not_utf8(server):
    """Binary messages are not checked before the command is."""
    with opened(server) as ws:
        ws.send(frame(FIN | BINARY, b"SELECT '\xff'"))
        got = ws.message()
        check(b"invalid byte sequence" in got, got)
        sure(ws)


# ---- the handshake ----

REQUEST = {
    "Host": "127.0.0.1",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}

HANDSHAKES = (
    # what, first line, fields that differ (None: missing), status
    ("as it should be", "GET / HTTP/1.1", {}, 101),
    ("other case", "GET /x HTTP/1.1",
     {"Upgrade": "WebSocket", "Connection": "keep-alive, upgrade"}, 101),
    ("extensions are ignored", "GET / HTTP/1.1",
     {"Sec-WebSocket-Extensions": "permessage-deflate"}, 101),
    ("POST", "POST / HTTP/1.1", {"Content-Length": "0"}, 405),
    ("HTTP/1.0", "GET / HTTP/1.0", {}, 426),
    ("no upgrade", "GET / HTTP/1.1",
     {"Upgrade": None, "Connection": None}, 426),
    ("another upgrade", "GET / HTTP/1.1", {"Upgrade": "h2c"}, 426),
    ("upgrade without connection", "GET / HTTP/1.1",
     {"Connection": "close"}, 426),
    ("no version", "GET / HTTP/1.1", {"Sec-WebSocket-Version": None}, 426),
    ("version 8", "GET / HTTP/1.1", {"Sec-WebSocket-Version": "8"}, 426),
    ("no key", "GET / HTTP/1.1", {"Sec-WebSocket-Key": None}, 400),
    ("a short key", "GET / HTTP/1.1",
     {"Sec-WebSocket-Key": "dGhlIHNhbXBsZQ=="}, 400),
    ("a body", "GET / HTTP/1.1", {"Content-Length": "4"}, 400),
    ("no host", "GET / HTTP/1.1", {"Host": None}, 400),
    ("a page of another site", "GET / HTTP/1.1",
     {"Origin": "https://evil.example"}, 403),
    ("no page in particular", "GET / HTTP/1.1", {"Origin": "null"}, 403),
    ("a page of ours", "GET / HTTP/1.1",
     {"Host": "127.0.0.1:8086", "Origin": "http://127.0.0.1:8086"}, 101),
    ("a name that is led to us", "GET / HTTP/1.1",
     {"Host": "evil.example", "Origin": "http://evil.example"}, 421),
    ("a name of another", "GET / HTTP/1.1", {"Host": "evil.example"}, 421),
    ("localhost", "GET / HTTP/1.1", {"Host": "localhost:8086"}, 101),
    ("no HTTP", "PING", {}, 400),
    ("a long head", "GET / HTTP/1.1", {"X": "y" * 20000}, 431),
)


def handshakes(server):
    for name, first, differ, status in HANDSHAKES:
        lines = [first]
        for field, value in {**REQUEST, **differ}.items():
            if value is not None:
                lines.append(f"{field}: {value}")
        request = "\r\n".join(lines + ["", ""]).encode()
        with opened(server, shake=False) as ws:
            if server.door == "http_port":
                request = re.sub(rb" /x? ", b" /ws ", request)
            ws.send(request)
            got, fields = ws.reply()
            check(got == status, f"{name}: {got}")
            age = time.time() - parsedate_to_datetime(
                fields["date"]).timestamp()
            check(abs(age) < 86400, fields["date"])
            if status == 101:
                check(fields["sec-websocket-accept"]
                      == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", fields)
                check("sec-websocket-extensions" not in fields, fields)
                sure(ws)
                continue
            body = ws.take(int(fields["content-length"]))
            check(b'"status":%d' % status in body, f"{name}: {body}")
            if status == 426:
                check(fields["upgrade"] == "websocket"
                      and fields["sec-websocket-version"] == "13"
                      and "Upgrade" in fields["connection"], fields)
            if server.door == "http_port" and "close" not in fields.get(
                    "connection", ""):
                ws.send(b"x" * int(differ.get("Content-Length", 0)))
                ws.shake_hands("/ws", (), "127.0.0.1")
                sure(ws)
            else:
                ws.socket.shutdown(socket.SHUT_WR)
                check(ws.is_closed(), f"{name}: it stays open")


def slow_handshake(server):
    """Byte by byte, and frames right behind it."""
    with opened(server, shake=False) as ws:
        request = upgrade("/ws")
        for byte in request[:-1]:
            ws.send(bytes([byte]))
        ws.send(request[-1:] + text(b"PING"))
        check(ws.reply()[0] == 101, "no handshake")
        check(ws.message() == HELLO, "no reply")


# ---- behind requests of HTTP ----

def upgrade(path):
    return WebSocket.request(path, (), "localhost",
                             b"dGhlIHNhbXBsZSBub25jZQ==")


def post(target, command):
    return (b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
            % (target, len(command), command))


def whole_reply(ws):
    """Status and body."""
    status, fields = ws.reply()
    if "content-length" in fields:
        return status, ws.take(int(fields["content-length"]))
    body, size = b"", -1
    while size != 0:
        line = b""
        while not line.endswith(b"\r\n"):
            line += ws.take(1)
        size = int(line, 16)
        body += ws.take(size)
        ws.take(2)
    return status, body


def behind_requests(server):
    """All in one write: each gets its answer, by what it has asked with, and
    nothing of a request is left for the messages."""
    with opened(server, shake=False) as ws:
        ws.send(post(b"/command", STORE % 7000)
                + post(b"/command?format=csv&times=true", b"BEGIN; SELECT 1 AS n")
                + post(b"/command?format=csv",
                       b"SELECT repeat('x', 1000) FROM generate_series(1, 5000)")
                + upgrade("/nowhere") + b"GET /ws HTTP/1.1\r\nHost: a\r\n\r\n"
                + post(b"/command", STORE % 7001)
                + upgrade("/ws") + text(b"SELECT 1 AS n")
                + text(b"SET application_name = 'kept'") + frame(FIN | PING, b"p")
                + text(b"SELECT current_setting('application_name')")
                + text(b"PING")[:3])
        check(whole_reply(ws)[0] == 200, "the store")
        check(whole_reply(ws) == (200, b"n\r\n1\r\n"), "the rows")
        check(whole_reply(ws)[1].count(b"x") == 5000000, "many rows")
        check(whole_reply(ws)[0] == 404, "another path")
        check(whole_reply(ws)[0] == 421, "a request of another host")
        check(whole_reply(ws)[0] == 200, "a store right before")
        check(ws.reply()[0] == 101, "no handshake")
        got = ws.message()
        check(got.endswith(b'{"type":"batch","rows":[[1]]}\n'
                           b'{"type":"end","row_count":1}\n'), got)
        check(ws.message() == b"200 OK\nSET\n", "SET")
        got = ws.message()
        check(b'"rows":[["kept"]]' in got, got)
        ws.send(text(b"PING")[3:])
        check(ws.message() == HELLO, "half a frame")
        check(ws.pongs == [b"p"], ws.pongs)
        sure(ws)


# ---- who is let in, and how it ends ----

def trust(server):
    """Once there are roles nobody is let in without a proof: he is told."""
    with opened(server) as ws:
        sure(ws)
        make_boss(server)
        exchange(ws, b"PING", b"ERROR: Authentication failed\n")
    with opened(server) as ws:
        exchange(ws, b"PING", b"ERROR: Authentication failed\n")
        ws.send(text(b"PING") * 3)
        for _ in range(3):
            check(ws.message() == b"ERROR: Authentication failed\n", "lost")
        # Whom nobody knows may not say much.
        ws.send(text(b"x" * 20000))
        check(ws.close_code() == 1009, "a stranger's long message")


def the_stop(door):
    with ws_server(door) as server, opened(server) as ws:
        sure(ws)
        check(server.stop() == 0, "the server does not stop")
        check(ws.message() == b"ERROR: Server is shutting down\n", "no word")
        check(ws.close_code() == 1001, "another code")
        check(ws.is_closed(), "it stays open")


def too_slow(door):
    """Half a handshake, and none at all, have their time."""
    with ws_server(door, "authentication_timeout=1s",
                   "native_trust=off") as server:
        with opened(server, shake=False) as ws:
            ws.send(b"GET /ws HTTP/1.1\r\n")
            try:
                ws.reply()
            except EOFError:
                pass
            check(ws.is_closed(), "it stays open")
        with opened(server) as ws:
            check(ws.is_closed(), "who says nothing stays")


def by_tls(door):
    with tempfile.TemporaryDirectory(prefix="stele-test-") as folder:
        made = Certificates(folder)
        made.authority("ca")
        made.signed("server", "ca", "/CN=localhost",
                    "subjectAltName=DNS:localhost")
        options = (
            "ssl=on",
            f"ssl_cert_file={folder}/server.crt",
            f"ssl_key_file={folder}/server.key",
        )
        context = ssl.create_default_context(cafile=f"{folder}/ca.crt")
        context.set_alpn_protocols(["http/1.1"])
        with ws_server(door, *options) as server:
            with opened(server, context=context,
                           fields=("Origin: https://localhost",),
                           host="localhost:443") as ws:
                sure(ws)
                check(b"[[true]]" in ws.ask(
                    b"SELECT ssl FROM pg_stat_ssl"
                    b" WHERE pid = pg_backend_pid()"), "it is not TLS")


def killed(server):
    """What was acknowledged is there after kill -9."""
    with opened(server) as ws:
        ws.ask(b'DEFINE kept FIELDS { "n": "int" }')
        ws.send(b"".join(
            text(b'STORE kept FOR k PAYLOAD {"n":%d}' % n)
            for n in range(3000)))
        count = 0
        while count < 500:
            check(ws.message() == STORED, "a store is refused")
            count += 1
        server.process.kill()
        server.process.wait()
        try:
            while ws.message() == STORED:
                count += 1
        except (EOFError, ConnectionResetError):
            pass
    server.process = None
    server.start()
    with opened(server) as ws:
        stored = int(re.search(rb"\[\[(\d+)\]\]",
                               ws.ask(b"QUERY kept COUNT"))[1])
        check(count <= stored <= 3000, f"{count} acknowledged, {stored}")


def ws_server(door, *options):
    ports = {name: free_port() for name, _ in DOORS}
    # The helper's own ws_port=0 comes before it.
    server = Server(*(f"{name}={port}" for name, port in ports.items()),
                    "max_statement_size=4MB", *options)
    server.ports, server.door = ports, door
    return server


def by(door):
    parts = [handshakes, slow_handshake, of_sneldb, of_sql, large, pipelined,
             the_unread, the_gone, a_transaction, messages, pings,
             pings_amid_work, ends, close_behind_stores, not_utf8]
    if door == "http_port":
        parts.append(behind_requests)
    with ws_server(door) as server:
        for part in (*parts, killed, trust):
            part(server)
            print("ok", door, part.__name__)
    for part in (by_tls, too_slow, the_stop):
        part(door)
        print("ok", door, part.__name__)


def main():
    for door, _ in DOORS:
        by(door)


if __name__ == "__main__":
    main()
