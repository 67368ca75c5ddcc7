# SPDX-License-Identifier: Apache-2.0
"""The bare PostgreSQL protocol: bytes out, messages in, nothing checked.

For tests that must send what no driver would.
"""

import os
import socket
import struct
import time

# Built with sanitizers a server takes several times as long, and as much memory.
IS_SANITIZED = os.environ.get("SANITIZERS", "no") != "no"
PATIENCE = 6 if IS_SANITIZED else 1

SSL_REQUEST = struct.pack("!ii", 8, 80877103)
GSS_REQUEST = struct.pack("!ii", 8, 80877104)


def message(kind, body=b"", length=None):
    """A message; `length` to lie about it."""
    if length is None:
        length = len(body) + 4
    return kind + struct.pack("!I", length & 0xFFFFFFFF) + body


def startup(version=0x30000, user=b"stele", end=b"\0", **options):
    body = struct.pack("!I", version)
    if user is not None:
        body += b"user\0" + user + b"\0"
    for name, value in options.items():
        body += name.encode() + b"\0" + value + b"\0"
    body += end
    return struct.pack("!I", len(body) + 4) + body


def cstring(text):
    return (text.encode() if isinstance(text, str) else text) + b"\0"


def query(text):
    return message(b"Q", cstring(text))


def parse(text, name="", oids=()):
    return message(
        b"P",
        cstring(name)
        + cstring(text)
        + struct.pack("!H", len(oids))
        + b"".join(struct.pack("!I", oid) for oid in oids),
    )


def bind(values=(), formats=(), results=(), name="", portal=""):
    body = cstring(portal) + cstring(name)
    body += struct.pack("!H", len(formats))
    body += b"".join(struct.pack("!H", f) for f in formats)
    body += struct.pack("!H", len(values))
    for value in values:
        if value is None:
            body += struct.pack("!i", -1)
        else:
            body += struct.pack("!i", len(value)) + value
    body += struct.pack("!H", len(results))
    body += b"".join(struct.pack("!H", f) for f in results)
    return message(b"B", body)


def execute(portal="", rows=0):
    return message(b"E", cstring(portal) + struct.pack("!i", rows))


SYNC = message(b"S")
TERMINATE = message(b"X")


class Closed(Exception):
    """The server closed the connection."""


class Connection:
    """By TCP, or over the UNIX socket in a directory."""

    def __init__(self, port, timeout=20 * PATIENCE, directory=None):
        self.port = port
        self.key = None  # of BackendKeyData
        if directory is None:
            self.socket = socket.create_connection(("127.0.0.1", port), timeout)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(os.path.join(directory, f".s.PGSQL.{port}"))
        self.received = b""

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError as error:
            raise Closed from error

    def read(self, count):
        while len(self.received) < count:
            try:
                more = self.socket.recv(65536)
            except ConnectionError as error:
                raise Closed from error
            if not more:
                raise Closed
            self.received += more
        data, self.received = self.received[:count], self.received[count:]
        return data

    def message(self):
        kind, length = struct.unpack("!cI", self.read(5))
        return kind, self.read(length - 4)

    def until_ready(self):
        """All messages up to ReadyForQuery."""
        messages = []
        while not messages or messages[-1][0] != b"Z":
            messages.append(self.message())
        return messages

    def until_closed(self):
        """All messages up to the end of the connection, and no more."""
        messages = []
        try:
            while True:
                messages.append(self.message())
        except Closed:
            return messages

    def start_tls(self, context):
        """An SSLRequest, and the handshake."""
        self.send(SSL_REQUEST)
        if self.read(1) != b"S":
            raise Closed("TLS was refused")
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        return self

    def start(self, **options):
        self.send(startup(**options))
        messages = self.until_ready()
        self.key = dict(messages).get(b"K")
        return messages

    def cancel(self):
        """A CancelRequest, and the end of its connection: it has been read."""
        with Connection(self.port) as other:
            body = struct.pack("!I", 80877102) + self.key
            other.send(struct.pack("!I", len(body) + 4) + body)
            other.until_closed()

    def query(self, text):
        self.send(query(text))
        return self.until_ready()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.close()


def fields(body):
    """The fields of an ErrorResponse: a dictionary by letter."""
    return {
        part[:1].decode(): part[1:].decode("utf-8", "replace")
        for part in body.split(b"\0")
        if part
    }


def columns(body):
    """The columns of a RowDescription: pairs of name and OID of type."""
    count = struct.unpack_from("!H", body)[0]
    at = 2
    for _ in range(count):
        end = body.index(b"\0", at)
        oid = struct.unpack_from("!I", body, end + 7)[0]
        yield body[at:end].decode(), oid
        at = end + 19


def errors(messages):
    return [fields(body) for kind, body in messages if kind == b"E"]


def rows(messages):
    """The DataRows: lists of bytes or None."""
    result = []
    for kind, body in messages:
        if kind != b"D":
            continue
        (count,) = struct.unpack_from("!H", body)
        at, row = 2, []
        for _ in range(count):
            (length,) = struct.unpack_from("!i", body, at)
            at += 4
            row.append(None if length < 0 else body[at : at + length])
            at += max(length, 0)
        result.append(row)
    return result


def wait_closed(connection, seconds):
    """True if the server closes within `seconds`, whatever it sends before."""
    connection.socket.settimeout(0.2)
    deadline = time.monotonic() + seconds * PATIENCE
    while time.monotonic() < deadline:
        try:
            if not connection.socket.recv(65536):
                return True
        except TimeoutError:
            continue
        except ConnectionError:
            return True
    return False
