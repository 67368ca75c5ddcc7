# SPDX-License-Identifier: Apache-2.0
"""The client's side of SCRAM-SHA-256, a message at a time, to be sent right or
wrong over lib/pgwire.py."""

import base64
import hashlib
import hmac
import struct

from pgwire import cstring, fields, message

OK, SASL, CONTINUE, FINAL = 0, 10, 11, 12
NONCE = b"rOprNGfwEbeRWgbNEkqO"


def sasl_initial(mechanism, first, length=None):
    length = len(first) if length is None else length
    body = cstring(mechanism) + struct.pack("!i", length) + first
    return message(b"p", body)


def verifier(password, iterations=4096, salt=b"0123456789abcdef"):
    """What a server stores of it, as PostgreSQL writes it."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    key = hmac.digest(salted, b"Client Key", "sha256")
    stored, server = (
        base64.b64encode(part).decode()
        for part in (
            hashlib.sha256(key).digest(),
            hmac.digest(salted, b"Server Key", "sha256"),
        )
    )
    text = base64.b64encode(salt).decode()
    return f"SCRAM-SHA-256${iterations}:{text}${stored}:{server}"


class Refused(Exception):
    """The server's ErrorResponse, by its fields; {} if it just closed."""

    def __init__(self, error):
        super().__init__(error)
        self.error = error


def authentication(connection):
    """The next Authentication message: its kind and what is in it."""
    kind, body = connection.message()
    while kind in b"Nv":
        kind, body = connection.message()
    if kind == b"E":
        raise Refused(fields(body))
    assert kind == b"R", (kind, body)
    return struct.unpack_from("!I", body)[0], body[4:]


def mechanisms(data):
    return [name.decode() for name in data.split(b"\0") if name]


def attributes(data):
    return {part[:1].decode(): part[2:] for part in data.split(b",")}


class Scram:
    def __init__(self, password, header=b"n,,", binding=b"", nonce=NONCE):
        self.password = password.encode()
        self.header = header
        self.binding = binding
        self.bare = b"n=,r=" + nonce

    def first(self):
        return self.header + self.bare

    def final(self, server_first):
        """The last message; .signature is what the server has to answer."""
        parts = attributes(server_first)
        salted = hashlib.pbkdf2_hmac(
            "sha256", self.password, base64.b64decode(parts["s"]), int(parts["i"])
        )
        key = hmac.digest(salted, b"Client Key", "sha256")
        stored = hashlib.sha256(key).digest()
        channel = base64.b64encode(self.header + self.binding)
        final = b"c=" + channel + b",r=" + parts["r"]
        said = b",".join((self.bare, server_first, final))
        signature = hmac.digest(stored, said, "sha256")
        proof = bytes(a ^ b for a, b in zip(key, signature))
        server_key = hmac.digest(salted, b"Server Key", "sha256")
        self.signature = base64.b64encode(hmac.digest(server_key, said, "sha256"))
        return final + b",p=" + base64.b64encode(proof)


def begin(connection, mechanism="SCRAM-SHA-256", first=None):
    """After the startup: the server's first message."""
    kind, data = authentication(connection)
    assert kind == SASL, (kind, data)
    connection.send(sasl_initial(mechanism, first or Scram("").first()))
    kind, data = authentication(connection)
    assert kind == CONTINUE, (kind, data)
    return data


def log_in(connection, password, **options):
    """The whole exchange, up to ReadyForQuery; or Refused."""
    scram = Scram(password, **options)
    server_first = begin(connection, first=scram.first())
    connection.send(message(b"p", scram.final(server_first)))
    kind, data = authentication(connection)
    assert (kind, data) == (FINAL, b"v=" + scram.signature), (kind, data)
    kind, data = authentication(connection)
    assert kind == OK, (kind, data)
    return connection.until_ready()
