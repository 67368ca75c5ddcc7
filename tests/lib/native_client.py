# SPDX-License-Identifier: Apache-2.0
"""The native doors as bytes: lines, and what they are signed with."""

import hashlib
import hmac
import secrets
import socket
import time

import pgwire
from pgwire import PATIENCE
from stele_server import check

PONG = b"200 OK\nPONG\n"
STORED = b"200 OK\nEvent accepted for storage\n"
DENIED = b"ERROR: Authentication failed\n"


def sign(key, text):
    return hmac.new(key.encode(), text.strip().encode(),
                    hashlib.sha256).hexdigest()


def inline(user, key, command):
    return f"{user}:{sign(key, command)}:{command}"


def auth(user, key):
    return f"AUTH {user}:{sign(key, user)}"


def fresh(user, key, command, at=None, nonce=None):
    """user:time.nonce.signature:command, or AUTH of one."""
    moment = int(time.time() if at is None else at)
    salt = f"{moment}.{nonce or secrets.token_hex(8)}"
    derived = sign(key, f"{salt}.{user}")
    if command == "AUTH":
        return f"AUTH {user}:{salt}.{sign(derived, user)}"
    return f"{user}:{salt}.{sign(derived, command)}:{command}"


class Line:
    """A connection of line_port, or of its UNIX socket."""

    def __init__(self, server, path=None, context=None):
        if path is None:
            self.socket = socket.create_connection(
                ("127.0.0.1", server.line_port), 60 * PATIENCE)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(path)
        self.socket.settimeout(60 * PATIENCE)
        if context is not None:
            self.socket = context.wrap_socket(
                self.socket, server_hostname="localhost")
        self.rest = b""

    def send(self, text):
        data = text.encode() if isinstance(text, str) else text
        self.socket.sendall(data)

    def line(self):
        while b"\n" not in self.rest:
            data = self.socket.recv(1 << 16)
            if not data:
                break
            self.rest += data
        line, end, self.rest = self.rest.partition(b"\n")
        return line + end

    def lines(self, count):
        return b"".join(self.line() for _ in range(count))

    def ask(self, command, count=1):
        """The first `count` lines that a command is answered with."""
        self.send(command + "\n")
        return self.lines(count)

    def expect(self, command, reply):
        got = self.ask(command, reply.count(b"\n"))
        check(got == reply, f"{command} is answered by {got + self.rest!r}")

    def token(self, user, key):
        """AUTH: the token that it is answered with."""
        line = self.ask(auth(user, key)).decode()
        check(line.startswith("OK TOKEN ") and len(line) == 74, line)
        return line[9:].strip()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def make_boss(server):
    """The first role: from then on nobody is let in without a proof."""
    with pgwire.Connection(server.port) as connection:
        connection.start()
        answer = connection.query(
            "CREATE ROLE boss SUPERUSER LOGIN PASSWORD 'x'")
        check(not pgwire.errors(answer), pgwire.errors(answer))
