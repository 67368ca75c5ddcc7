#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Bad input over the native doors: lines, HTTP, WebSocket (promises V1, V2, V4,
S2, S5).

Each row of the tables is what no client should send, and the answer that it must
get.  After each the server answers others, and where the protocol allows it the
same connection goes on.  What other tests have of the same attacks is named in
attacks_test.py.

    native_attack_test.py [WORD]        the rows that contain it
"""

import base64
import json
import os
import re
import socket
import struct
import sys
import time
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
HERE = os.path.dirname(__file__)
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import doors  # noqa: E402
import pgwire  # noqa: E402
import websocket  # noqa: E402
from native_client import Line, fresh, inline  # noqa: E402
from pgwire import PATIENCE  # noqa: E402
from stele_server import Failure, check  # noqa: E402
from websocket import CONTINUATION, FIN, PING, TEXT, frame, text  # noqa: E402

KIB = 1024
STATEMENT_MAX = 1024 * KIB
MEMORY_MAX_KIB = 300 * KIB  # of the server
LONG_QUERY = "SELECT i, repeat('x', 1000) FROM generate_series(1, 1000000) i"

# ---- statements, over each of the doors: status, and what the answer has ----

STATEMENTS = (
    ("parentheses without end", "SELECT " + "(" * 100000, 400,
     "nested too deeply"),
    ("deep parentheses", "SELECT " + "(" * 50000 + "1" + ")" * 50000, 400,
     "nested too deeply"),
    ("deep conditions", "QUERY t WHERE " + "(" * 50000 + "a=1" + ")" * 50000,
     400, "nested too deeply"),
    ("many NOT", "SELECT " + "NOT " * 100000 + "true", 400, "too complex"),
    ("a BATCH in a BATCH in a BATCH", "BATCH [" * 50000, 400,
     "BATCH in a BATCH"),
    ("deep JSON", 'STORE j FOR c PAYLOAD {"d":' + "[" * 100000 + "]" * 100000 + "}",
     400, "more than 1000 levels"),
    ("JSON without end", 'STORE j FOR c PAYLOAD {"d":' + '{"a":' * 100000, 400,
     "unterminated JSON object"),
    ("a key many times", 'STORE j FOR c PAYLOAD {"d": 1, "d": 2}', 400,
     "in the payload twice"),
    ("60,000 strange fields", "STORE t FOR c PAYLOAD {"
     + ",".join(f'"f{i}":1' for i in range(60000)) + "}", 400,
     "not defined in schema: f0"),
    ("a number of 100,000 digits", "STORE t FOR c PAYLOAD {\"a\":" + "9" * 100000
     + "}", 400, "value \"999"),
    ("an exponent", 'STORE t FOR c PAYLOAD {"a":1e999999999}', 400,
     "does not match expected type"),
    ("a limit past all", "QUERY t LIMIT 99999999999999999999", 400, "out of range"),
    ("a list of 100,000", "QUERY t WHERE a IN (" + "1," * 100000 + "1)", 200, ""),
    ("an event type of 100,000 letters", "QUERY " + "x" * 100000, 400,
     "longer than 63 bytes"),
    ("a context of 1,000,000 letters", 'STORE t FOR "' + "x" * 1000000
     + '" PAYLOAD {"a":1}', 400, "too long"),
    ("an open string", 'STORE t FOR "c PAYLOAD {"a":1}', 400,
     "Expected keyword 'PAYLOAD', but found 'a'"),
    ("half a surrogate", 'STORE j FOR c PAYLOAD {"d":"\\ud800"}', 400,
     "surrogate"),
    ("a zero in JSON", 'STORE j FOR c PAYLOAD {"d":"\\u0000"}', 400,
     "Unicode escape"),
    ("format characters", "QUERY %s%n%p%1$n", 400, "%"),
    ("format characters in a name", 'QUERY "%s%n%p"', 400, "'%s%n%p'"),
    ("SQL in a type", 'QUERY "t\\"; DROP TABLE t; --"', 400,
     "No schema defined"),
    ("SQL in a value", "QUERY t WHERE a = \"1' or 1=1; DROP TABLE t\"", 400,
     "bigint"),
    ("a pattern that goes back", "SELECT repeat('a', 5000) ~ '(a*)*(a*)*b'", 200,
     ""),
    ("a size that wraps", "SELECT length(repeat('x', 2147483647))", 400,
     "too large"),
    ("a file", "COPY t TO '/etc/passwd'", 400, "not supported"),
    ("a program", "COPY t FROM PROGRAM 'id'", 400, "not supported"),
    ("a file of the server", "SELECT pg_read_file('/etc/passwd')", 400,
     "does not exist"),
    ("PostgreSQL's own", "COPY t FROM STDIN", 400, "not supported on this port"),
    ("as long as may be", "SELECT '" + "x" * (STATEMENT_MAX - 9) + "'", 200, ""),
)

# ---- HTTP: requests as bytes, the status, and whether the connection ends ----

HOST = b"Host: 127.0.0.1\r\n"
END = b"\r\n\r\n"


def get(path, *fields, first="GET {} HTTP/1.1"):
    lines = [first.format(path).encode(), HOST[:-2], *fields]
    return b"\r\n".join(lines) + END


def post(path, *fields, body=b""):
    return get(path, *fields, first="POST {} HTTP/1.1") + body


def chunked(body, *fields):
    return post("/command", b"Transfer-Encoding: chunked", *fields, body=body)


PING_CHUNK = b"4\r\nPING\r\n0\r\n\r\n"

# What two could read in two ways is refused, with 400 if nothing else is said;
# the connection ends.
BAD_HEADS = (
    ("identity, chunked", post("/command", b"Transfer-Encoding: identity, chunked"), 501),
    ("x, chunked", post("/command", b"Transfer-Encoding: x, chunked"), 501),
    ("chunked, chunked", post("/command", b"Transfer-Encoding: chunked, chunked")),
    ("chunked twice", chunked(PING_CHUNK, b"Transfer-Encoding: chunked")),
    ("chunked, then identity", chunked(PING_CHUNK, b"Transfer-Encoding: identity")),
    ("an encoding of blanks", post("/command", b"Transfer-Encoding: \x0bchunked")),
    ("chunked in HTTP/1.0", b"POST /command HTTP/1.0\r\n" + HOST
     + b"Transfer-Encoding: chunked" + END + PING_CHUNK),
    ("length +4", post("/command", b"Content-Length: +4", body=b"PING")),
    ("length -1", post("/command", b"Content-Length: -1", body=b"PING")),
    ("length 0x4", post("/command", b"Content-Length: 0x4", body=b"PING")),
    ("length 4, 4", post("/command", b"Content-Length: 4, 4", body=b"PING")),
    ("length 4 4", post("/command", b"Content-Length: 4 4", body=b"PING")),
    ("no length", post("/command", b"Content-Length:", body=b"PING")),
    ("length 2^64 + 4", post("/command", b"Content-Length: 18446744073709551620",
                             body=b"PING")),
    ("a chunk of 2^64 + 4", chunked(b"10000000000000004\r\nPING\r\n")),
    ("a chunk of -4", chunked(b"-4\r\nPING\r\n")),
    ("a chunk of 0x4", chunked(b"0x4\r\nPING\r\n")),
    ("a chunk of nothing", chunked(b"\r\nPING\r\n")),
    ("a chunk with a blank before", chunked(b" 4\r\nPING\r\n")),
    ("a chunk longer than it says", chunked(b"4\r\nPINGPONG\r\n0\r\n\r\n")),
    ("a chunk's extension of 300", chunked(b"4;" + b"x" * 300 + b"\r\nPING\r\n")),
    ("a bare CR in a chunk's line", chunked(b"4\rPING\r\n")),
    ("a zero in a field", get("/healthz", b"X: a\0b")),
    ("a bare CR in a field", get("/healthz", b"X: a\rY: b")),
    ("a field without a name", get("/healthz", b": a")),
    ("a field without a colon", get("/healthz", b"X")),
    ("a blank in a name", get("/healthz", b"X Y: a")),
    ("a zero in the path", get("/health\0z")),
    ("a blank in the path", get("/health z")),
    ("HTTP/0.9", b"GET /healthz\r\n\r\n"),
    ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    ("HTTP/1.10", get("/healthz", first="GET {} HTTP/1.10")),
    ("HTXP/1.1", get("/healthz", first="GET {} HTXP/1.1")),
    ("a method in small letters", get("/healthz", first="get {} HTTP/1.1"), 501),
    ("hosts in one field", get("/healthz").replace(b"127.0.0.1", b"a, b")),
    ("a user in the host", get("/healthz").replace(b"127.0.0.1", b"x@127.0.0.1")),
    ("a field more than a hundred",
     get("/healthz", *[b"X%d: y" % i for i in range(100)]), 431),
    ("trailers without end", chunked(b"0\r\n" + b"X: y\r\n" * 100), 431),
    ("PostgreSQL's start", struct.pack("!II", 8, 80877103) + END),
    ("a line of SnelDB", b"QUERY t\n" + END),
)

# Refused or served, and the connection goes on.
REQUESTS = (
    ("a query in the path", get("/command?query=DROP%20TABLE%20t"), 405),
    ("SnelDB's commands by GET", get("/json-command"), 405),
    ("append by GET", get("/v1/events"), 405),
    ("a link that drops", get("/v1/contexts/c/events?type=t;DROP%20TABLE%20t"), 400),
    ("files above", get("/../../etc/passwd"), 404),
    ("files above, encoded", get("/%2e%2e/%2e%2e/etc/passwd"), 404),
    ("files above, encoded twice", get("/%252e%252e/etc/passwd"), 404),
    ("a path around", get("/healthz/../metrics"), 404),
    ("a path with two slashes", get("//metrics"), 404),
    ("a line in the path", get("/x%0d%0aSet-Cookie:%20a=b"), 404),
    ("a script in the path", get("/%3Cscript%3Ealert(1)%3C/script%3E"), 404),
    ("a script in a type", post("/command", b"Content-Length: 32",
                                body=b'QUERY "<script>alert(1)</script>"'[:32]), 400),
    ("a preflight", get("/command", b"Origin: http://127.0.0.1",
                        b"Access-Control-Request-Method: POST",
                        first="OPTIONS {} HTTP/1.1"), 405),
    ("deep JSON", post("/json-command", b"Content-Length: 100000",
                       body=b"[" * 100000), 400),
    ("deep JSON of an event", post("/v1/events", b"Content-Length: 100001",
                                   body=b"[" * 100000 + b"\n"), 200),
    ("JSON with a key twice", post("/json-command", b"Content-Length: 30",
                                   body=b'{"type":"Ping","type":"Flush"}'), 400),
    ("an upgrade to h2c", get("/healthz", b"Upgrade: h2c",
                              b"Connection: Upgrade, HTTP2-Settings",
                              b"HTTP2-Settings: AAMAAABkAAQAAP__"), 200),
    ("a hundred fields", get("/healthz", *[b"X%d: y" % i for i in range(99)]), 200),
    ("a length in a trailer", chunked(
        b"4\r\nPING\r\n0\r\nContent-Length: 99\r\n\r\n"), 200),
    ("a user in a header", get("/healthz", b"X-Forwarded-User: root"), 200),
)

# ---- frames: the code that the connection is closed with ----

FRAMES = (
    ("length with the top bit", b"\x81\xff\x80" + b"\0" * 7 + b"mask", 1002),
    ("length of 2^63 - 1", b"\x81\xff\x7f" + b"\xff" * 7 + b"maskx", 1009),
    ("a ping without a mask", frame(FIN | PING, b"x", mask=None), 1002),
    ("a long length of a ping", b"\x89\xfe\0\x7emask" + b"x" * 126, 1002),
    ("a compressed message", frame(0x40 | FIN | TEXT, b"\xca\x49\xcc\x4b\x07\0"),
     1002),
    ("a message of 1 MiB and more in fragments",
     frame(TEXT, b"x" * (STATEMENT_MAX // 2)) + frame(CONTINUATION, b"x" * (
         STATEMENT_MAX // 2)) + frame(CONTINUATION, b"x"), 1009),
)


# ---- one of each table ----


class Raw:
    """A connection of http_port, over which bytes go as they are."""

    def __init__(self, server):
        self.socket = socket.create_connection(
            ("127.0.0.1", server.http_port), 60 * PATIENCE)
        self.rest = b""

    def until(self, end):
        while end not in self.rest:
            data = self.socket.recv(1 << 16)
            check(data, f"closed after {self.rest[-200:]}")
            self.rest += data
        at = self.rest.index(end) + len(end)
        taken, self.rest = self.rest[:at], self.rest[at:]
        return taken

    def reply(self):
        """The status, the head, and the body."""
        head = self.until(END)
        length = re.search(rb"Content-Length: (\d+)\r\n", head)
        if length is None:
            return int(head[9:12]), head, self.until(b"\r\n0\r\n\r\n")
        while len(self.rest) < int(length[1]):
            data = self.socket.recv(1 << 16)
            check(data, "closed amid a body")
            self.rest += data
        body, self.rest = self.rest[:int(length[1])], self.rest[int(length[1]):]
        return int(head[9:12]), head, body

    def is_over(self):
        """There is no second reply: the server waits for our end, and ends."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
            while data := self.socket.recv(1 << 16):
                self.rest += data
        except (ConnectionResetError, OSError):
            pass
        return self.rest == b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def is_plain(head):
    """Nothing that a browser takes for a page, or for a field of ours."""
    return (b"text/html" not in head and b"Set-Cookie" not in head
            and b"Access-Control" not in head)


def statement(server, what, data, status, part):
    for kind in (doors.LineTcp, doors.Http, doors.WebSocket):
        door = kind(server)
        answer = door.ask(data)
        check(answer.status == status and part in answer.text,
              f"{kind.__name__}: {str(answer)[:300]}")
        check(door.ask("PING").text == "PONG", f"{kind.__name__}: {what}, then")
        door.close()


def bad_head(server, what, data, status=400):
    with Raw(server) as raw:
        raw.socket.sendall(data + get("/healthz"))
        got, head, body = raw.reply()
        check(got == status, f"{what}: {head}{body}")
        check(json.loads(body)["status"] == status and is_plain(head), body)
        check(b"Connection: close\r\n" in head, head)
        check(raw.is_over(), f"{what}: {raw.rest}")


def request(server, what, data, status):
    with Raw(server) as raw:
        raw.socket.sendall(data + get("/healthz"))
        got, head, body = raw.reply()
        check(got == status and is_plain(head), f"{what}: {head}{body}")
        check(b"root:" not in body, f"{what}: {body}")
        check(raw.reply()[0::2] == (200, b"ok\n"), f"{what}: what comes behind")


def bad_frame(server, what, data, code):
    with websocket.WebSocket(server.ws_port) as ws:
        ws.send(text(b"PING") + data)
        check(ws.message() == b"200 OK\nPONG\n", what)
        got = ws.close_code()
        check(got == code and ws.is_closed(), f"{what}: {got}")


# ---- what no row can say ----


def garbage(server):
    """Lines of all bytes are answered, each, and in their order."""
    data = bytes(b for b in range(256) if b != 10)
    with Line(server) as line:
        line.send((data + b"\n") * 200 + b"PING\n")
        for _ in range(200):
            got = line.line()
            check(got.startswith((b"ERROR: ", b"400 ")), got)
        check(line.lines(3) == b"200 OK\nPONG\n\n", "what comes behind")


def other_protocols(server):
    """A handshake of TLS, PostgreSQL, or Redis on line_port: an error, or the
    end."""
    for data in (b"\x16\x03\x01\0\x05\x01\0\0\x01\0", b"\0\0\0\x08\x04\xd2\x16\x2f\n",
                 b"*1\r\n$4\r\nPING\r\n", b"\0\n", b"\xff\xfb\x01\n"):
        with Line(server) as line:
            line.send(data + b"\n")
            try:
                got = line.line()
            except ConnectionResetError:
                got = b""
            check(b"200 OK" not in got and b"PONG" not in got, f"{data}: {got}")


def stored_script(server):
    """What is stored comes back as it is, in forms that are no page."""
    script = "<script>alert('%s')</script>"
    with Line(server) as line:
        line.send(f'STORE j FOR "{script}" PAYLOAD {{"d":"{script}"}}\n')
        check(line.lines(3) == b"200 OK\nEvent accepted for storage\n\n", "STORE")
    for form in ("frames", "json", "ndjson", "csv", "text"):
        with Raw(server) as raw:
            body = f'QUERY j FOR "{script}"'.encode()
            raw.socket.sendall(post(f"/command?format={form}",
                                    b"Content-Length: %d" % len(body), body=body))
            got, head, body = raw.reply()
            check(got == 200 and is_plain(head), head)
            check(script.encode() in body, body)


def nothing_is_told(server):
    """/metrics and the health have no name of a type, a context, a user."""
    names = [b"secret_type", b"secret-context", b"secret_user"]
    door = doors.LineTcp(server)
    for command in ('DEFINE secret_type FIELDS {"a":"int"}',
                    'STORE secret_type FOR secret-context PAYLOAD {"a":1}',
                    "CREATE ROLE secret_user SUPERUSER LOGIN",
                    "SELECT a FROM secret_type"):
        answer = door.ask(command)
        check(answer.status == 200, f"{command}: {answer}")
    door.close()
    for path in ("/metrics", "/healthz", "/readyz", "/openapi.json"):
        with Raw(server) as raw:
            raw.socket.sendall(get(path))
            got, _, body = raw.reply()
            check(got == 200, path)
            for name in names:
                check(name not in body, f"{path} has {name}")


def fragments(server):
    """As many frames of a message as may be, 1,024, and not one more."""
    with websocket.WebSocket(server.ws_port) as ws:
        for count in (1023, 1024):
            ws.send(frame(TEXT, b"PI") + frame(CONTINUATION) * (count - 2)
                    + frame(FIN | CONTINUATION, b"NG"))
            check(ws.message() == b"200 OK\nPONG\n", "no reply")
        ws.send(frame(TEXT, b"PI") + frame(CONTINUATION) * 1024)
        got = ws.close_code()
        check(got == 1009 and ws.is_closed(), f"1,025 frames: {got}")


def flood(sock, data, seconds=0.5):
    """Send what is taken until nothing more is; the end of it is no failure."""
    sock.settimeout(seconds)
    sent = 0
    try:
        while sent < 64 * KIB * KIB:
            sent += sock.send(data)
    except (TimeoutError, ConnectionError):
        pass
    return sent


def unread_pings(server):
    """Whoever sends pings and reads no pong is not read any more, be it amid a
    result that he does not read either."""
    for command in (b"", text(LONG_QUERY.encode())):
        with websocket.WebSocket(server.ws_port) as ws:
            ws.send(command)
            sent = flood(ws.socket, frame(FIN | PING, b"p" * 125) * 500)
            check(sent < 64 * KIB * KIB, "pongs are kept without a bound")


def unread_errors(server):
    """Commands whose answers are not read: by each door."""
    for port, data in (
        (server.line_port, b"NONSENSE\n" * 1000),
        (server.http_port, get("/nothing") * 500),
        (server.ws_port, None),
    ):
        if data is None:
            ws = websocket.WebSocket(port)
            sock, data = ws.socket, text(b"NONSENSE") * 1000
        else:
            sock = socket.create_connection(("127.0.0.1", port))
        with sock:
            sent = flood(sock, data)
            check(sent < 64 * KIB * KIB, f"{port}: {sent} bytes were read")


def slow_readers(server):
    """Results of 1 GB that nobody reads slow nobody, and are not kept."""
    line = Line(server)
    raw = Raw(server)
    ws = websocket.WebSocket(server.ws_port)
    line.send(LONG_QUERY + "\n")
    raw.socket.sendall(post("/command", b"Content-Length: %d" % len(LONG_QUERY),
                            body=LONG_QUERY.encode()))
    ws.send(text(LONG_QUERY.encode()))
    with Line(server) as other:
        for _ in range(10):
            other.send('STORE t FOR c PAYLOAD {"a":1}\n')
            check(other.lines(3).startswith(b"200 OK\n"), "another's STORE")
            time.sleep(0.05)
    check_memory(server)
    for client in (line, raw.socket, ws):
        client.close()


def believed_lengths(server):
    """Connections that promise much and send little."""
    before = memory_kib(server)
    held = []
    for _ in range(60):
        raw = Raw(server)
        raw.socket.sendall(post("/command", b"Content-Length: %d" % STATEMENT_MAX,
                                body=b"x"))
        ws = websocket.WebSocket(server.ws_port)
        ws.send(b"\x81\xff" + struct.pack(">Q", STATEMENT_MAX) + b"mask" + b"x")
        held += [raw.socket, ws]
    alive(server)
    took = memory_kib(server) - before
    check(took < 30 * KIB or pgwire.IS_SANITIZED, f"{took} KiB are taken")
    for client in held:
        client.close()


CASES = (garbage, other_protocols, stored_script, fragments, unread_pings,
         unread_errors, slow_readers, believed_lengths, nothing_is_told)

# ---- those who are not let in ----


def slow_head(server):
    """A byte now and then does not make it last."""
    with Raw(server) as raw:
        begun = time.monotonic()
        try:
            for byte in get("/healthz", b"X: " + b"y" * 1000):
                raw.socket.sendall(bytes([byte]))
                time.sleep(0.1)
                if time.monotonic() - begun > 30 * PATIENCE:
                    raise Failure("it lasts")
        except (BrokenPipeError, ConnectionResetError):
            pass


def slow_line(server):
    with Line(server) as line:
        try:
            for _ in range(300 * PATIENCE):
                line.send(b"x")
                time.sleep(0.1)
            raise Failure("it lasts")
        except (BrokenPipeError, ConnectionResetError):
            pass


def spoofed(server):
    """No field of a request says where it is from, or from whom."""
    for fields in ((b"X-Forwarded-For: 127.0.0.1",), (b"X-Real-IP: 127.0.0.1",),
                   (b"Forwarded: for=127.0.0.1",), (b"X-Forwarded-User: root",),
                   (b"X-Auth-User: root",), (b"Cookie: user=root; token=0",),
                   (b"Authorization: Bearer",), (b"Authorization: Basic cm9vdDo=",),
                   (b"Authorization: Basic !!!",)):
        with Raw(server) as raw:
            raw.socket.sendall(post("/command", b"Content-Length: 4", *fields,
                                    body=b"PING"))
            check(raw.reply()[0] == 401, fields)


def replayed(server):
    """A fresh signature is good once, over whatever door it comes again."""
    def over_http(command):
        with Raw(server) as raw:
            body = command.encode()
            raw.socket.sendall(post("/command", b"Content-Length: %d" % len(body),
                                    body=body))
            return raw.reply()[0] == 200

    def over_websocket(command):
        with websocket.WebSocket(server.ws_port) as ws:
            return ws.ask(command.encode()) == b"200 OK\nPONG\n"

    def over_a_line(command):
        with Line(server) as line:
            return line.ask(command) == b"200 OK\n"

    ways = (over_http, over_websocket, over_a_line)
    deadline = time.monotonic() + 60 * PATIENCE
    while not over_a_line(fresh("root", "key", "PING")):
        check(time.monotonic() < deadline, "no fresh signature is taken")
        time.sleep(0.2)
    for first in ways:
        command = fresh("root", "key", "PING")
        check(first(command), first.__name__)
        for again in ways:
            check(not again(command), f"{first.__name__}, {again.__name__}")


def passwords(server):
    """Many at a time wait for each other (max_password_checks), and each gets its
    answer; also when some are wrong, or too long."""
    def ask(text):
        with Raw(server) as raw:
            raw.socket.settimeout(60 * PATIENCE)
            proof = b"Authorization: Basic " + base64.b64encode(text)
            raw.socket.sendall(post("/command", b"Content-Length: 4", proof,
                                    body=b"PING"))
            return raw.reply()[0]

    texts = ([b"ann:pencil"] * 6 + [b"ann:pen", b"nobody:pencil"]
             + [b"ann:" + b"x" * 1100, b"ann:pencil"]) * 2
    with ThreadPoolExecutor(len(texts)) as pool:
        got = list(pool.map(ask, texts))
    wanted = [200 if text == b"ann:pencil" else 401 for text in texts]
    check(got == wanted, f"{got}")


STRANGERS = (spoofed, slow_head, slow_line, replayed)

# ---- limits of HTTP, of a server that has other ones ----

LIMITS = ("http_max_requests=3", "http_idle_timeout=1", "http_header_count=12",
          "http_header_size=2kB", f"http_statement_timeout={2000 * PATIENCE}",
          "http_body_rate=1kB",
          "http_body_timeout=60", "http_allowed_hosts=db.example, *.example",
          "http_allowed_origins=https://app.example", "ws_max_fragments=3")
OTHER_ORIGIN = b"Origin: https://evil.example"
UPGRADE = (b"Upgrade: websocket", b"Connection: Upgrade", b"Sec-WebSocket-Version: 13",
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
SLEEP = b"SELECT pg_sleep(60)"
SHORT = b"SELECT pg_sleep(0.01), 1 AS a"


def to_host(host, data):
    return data.replace(HOST, b"Host: " + host + b"\r\n", 1)


def body(text):
    return post("/command", b"Content-Length: %d" % len(text), body=text)


# Status of the first request: these and no others.
LIMIT_ROWS = (
    ("fields - 1", get("/healthz", *[b"X: y"] * 10), 200),
    ("fields", get("/healthz", *[b"X: y"] * 11), 200),
    ("fields + 1", get("/healthz", *[b"X: y"] * 12), 431),
    ("a head - 1", get("/healthz", b"X: " + b"y" * (2047 - 47)), 200),
    ("a head", get("/healthz", b"X: " + b"y" * (2048 - 47)), 200),
    ("a head + 1", get("/healthz", b"X: " + b"y" * (2049 - 47)), 431),
    ("a statement in time", body(SHORT), 200),
    ("a statement that takes long", body(SLEEP), 500),
    ("an address", to_host(b"10.0.0.1", body(b"PING")), 200),
    ("a name that is ours", to_host(b"DB.example:8085", body(b"PING")), 200),
    ("one that is not", to_host(b"rebound.example", body(b"PING")), 421),
    ("a name in a pattern", to_host(b"x.example", body(b"PING")), 421),
    ("one that is longer", to_host(b"db.example.evil", body(b"PING")), 421),
    ("not even the health", to_host(b"rebound.example", get("/healthz")), 421),
    ("nor a WebSocket", to_host(b"rebound.example", get("/ws", *UPGRADE)), 421),
    ("a page elsewhere", post("/command", OTHER_ORIGIN, b"Content-Length: 4",
                              body=b"PING"), 403),
    ("a page that may", post("/command", b"Origin: https://app.example",
                             b"Sec-Fetch-Site: cross-site", b"Content-Length: 4",
                             body=b"PING"), 200),
    ("its WebSocket", get("/ws", b"Origin: https://app.example", *UPGRADE), 101),
    ("that of another", get("/ws", OTHER_ORIGIN, *UPGRADE), 403),
)


def limit(server, what, data, status):
    with Raw(server) as raw:
        raw.socket.sendall(data)
        head = raw.until(END)
        check(int(head[9:12]) == status, f"{what}: {head}")
        check(b"Access-Control" not in head, head)


def requests(server):
    """The connection ends with the last request that it may have, said so."""
    with Raw(server) as raw:
        for i in range(3):
            raw.socket.sendall(get("/healthz"))
            got, head, _ = raw.reply()
            check(got == 200, head)
            check((b"Connection: close\r\n" in head) == (i == 2), head)
        raw.socket.sendall(get("/healthz"))
        check(raw.is_over(), "a fourth answer")


def idle(server):
    """Nothing asked for a second, after something was."""
    with Raw(server) as raw:
        raw.socket.sendall(body(b"PING"))
        check(raw.reply()[0] == 200, "PING")
        begun = time.monotonic()
        check(raw.socket.recv(1) == b"", "something is said")
        check(time.monotonic() - begun > 0.5, "closed at once")


def slow_body(server):
    """Half a kilobyte a second is not taken for ever; twice as much is."""
    slow, fast = Raw(server), Raw(server)
    total = 20 * KIB
    for raw in (slow, fast):
        raw.socket.sendall(post("/command", b"Content-Length: %d" % total))
    sent = 0
    try:
        for _ in range(60 * PATIENCE):
            slow.socket.sendall(b" " * 256)
            fast.socket.sendall(b" " * min(KIB, total - sent))
            sent = min(sent + KIB, total)
            time.sleep(0.5)
    except OSError:
        pass
    check(slow.reply()[0] == 408, "it is taken")
    check(sent == total, f"it is closed after {sent} bytes of the other")
    check(fast.reply()[0] == 400, "an empty command")
    for raw in (slow, fast):
        raw.socket.close()


def frames(server):
    for count, is_taken in ((2, True), (3, True), (4, False)):
        with websocket.WebSocket(server.ws_port) as ws:
            ws.send(frame(TEXT, b"PI") + frame(CONTINUATION) * (count - 2)
                    + frame(FIN | CONTINUATION, b"NG"))
            if is_taken:
                check(ws.message() == b"200 OK\nPONG\n", f"{count} frames")
            else:
                check(ws.close_code() == 1009, f"{count} frames")


def limit_rows():
    for row in LIMIT_ROWS:
        yield row[0], lambda server, row=row: limit(server, *row)
    for case in (requests, idle, slow_body, frames):
        yield case.__name__, case


# ---- all of it ----


def memory_kib(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])


def check_memory(server):
    kib = memory_kib(server)
    check(kib < MEMORY_MAX_KIB or pgwire.IS_SANITIZED, f"the server has {kib} KiB")


def alive(server, command="PING"):
    with Line(server) as line:
        check(line.ask(command, 2) == b"200 OK\nPONG\n", "no answer afterwards")


def rows():
    for table, run in ((STATEMENTS, statement), (BAD_HEADS, bad_head),
                       (REQUESTS, request), (FRAMES, bad_frame)):
        for row in table:
            yield row[0], lambda server, run=run, row=row: run(server, *row)
    for case in CASES:
        yield case.__name__, case


def attack(server, table, word, command="PING"):
    failed = count = 0
    for what, case in table:
        if word not in what:
            continue
        count += 1
        try:
            case(server)
            alive(server, command)
        except (Failure, OSError, EOFError, websocket.Broken) as error:
            failed += 1
            print(f"FAIL {what}: {type(error).__name__} {str(error)[:500]}")
    print(f"{count} rows, {failed} failed")
    return failed


def main():
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    server = doors.doors_server("max_statement_size=1MB", "http_max_requests=0")
    strangers = doors.doors_server("native_trust=off", "authentication_timeout=1s")
    # Its strangers wait for each other.
    patient = doors.doors_server("native_trust=off", "max_password_checks=1")
    limited = doors.doors_server(*LIMITS)
    for each in (strangers, patient):
        with pgwire.Connection(each.port) as connection:
            connection.start()
            connection.query("CREATE USER root WITH KEY 'key' WITH ROLES [\"admin\"]")
            connection.query("SET scram_iterations = 20;"
                             " CREATE ROLE ann LOGIN PASSWORD 'pencil'")
    doors.LineTcp(server).ask('DEFINE t FIELDS {"a": "int"}')
    doors.LineTcp(server).ask('DEFINE j FIELDS {"d": "json | null"}')
    failed = attack(server, rows(), word)
    check_memory(server)
    failed += attack(strangers, ((case.__name__, case) for case in STRANGERS), word,
                     inline("root", "key", "PING"))
    failed += attack(patient, (("passwords", passwords),), word,
                     inline("root", "key", "PING"))
    failed += attack(limited, limit_rows(), word)
    is_well = all([each.release() for each in (server, strangers, patient, limited)])
    sys.exit(failed > 0 or not is_well)


if __name__ == "__main__":
    main()
