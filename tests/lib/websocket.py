# SPDX-License-Identifier: Apache-2.0
"""A WebSocket client (RFC 6455) that can also do what none may.

Frames are sent as they are asked for; those that come are checked: no masks, no
reserved bits, lengths in their shortest form, control frames whole and short,
text in UTF-8.
"""

import base64
import hashlib
import os
import socket
import struct

from pgwire import PATIENCE

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
FIN = 0x80


class Broken(Exception):
    """The server has broken a rule of the protocol."""


def require(condition, what):
    if not condition:
        raise Broken(what)


def frame(first, data=b"", mask=b"\x37\xfa\x21\x3d"):
    """The bytes of a frame; `mask` None: it is not masked."""
    bit = 0 if mask is None else 0x80
    if len(data) < 126:
        header = struct.pack(">BB", first, bit | len(data))
    elif len(data) < 1 << 16:
        header = struct.pack(">BBH", first, bit | 126, len(data))
    else:
        header = struct.pack(">BBQ", first, bit | 127, len(data))
    if mask is None:
        return header + data
    whole = mask * (len(data) // 4 + 1)
    number = int.from_bytes(data, "big") ^ int.from_bytes(
        whole[:len(data)], "big")
    return header + mask + number.to_bytes(len(data), "big")


def text(data):
    return frame(FIN | TEXT, data)


class WebSocket:
    def __init__(self, port, path="/", context=None, fields=(), host=None,
                 shake=True):
        self.socket = socket.create_connection(
            ("127.0.0.1", port), 10 * PATIENCE)
        self.socket.settimeout(20 * PATIENCE)
        if context is not None:
            self.socket = context.wrap_socket(
                self.socket, server_hostname="localhost")
        self.rest = bytearray()
        self.pongs = []
        self.frame_count = 0  # of the last message
        if shake:
            self.shake_hands(path, fields, host or f"127.0.0.1:{port}")

    # ---- bytes ----

    def send(self, data):
        self.socket.sendall(data)

    def take(self, count):
        while len(self.rest) < count:
            data = self.socket.recv(1 << 16)
            if not data:
                raise EOFError(bytes(self.rest))
            self.rest += data
        taken = bytes(self.rest[:count])
        del self.rest[:count]
        return taken

    def is_closed(self):
        try:
            return not self.rest and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    # ---- the handshake ----

    @staticmethod
    def request(path, fields, host, key):
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}",
                 "Upgrade: websocket", "Connection: keep-alive, Upgrade",
                 f"Sec-WebSocket-Key: {key.decode()}",
                 "Sec-WebSocket-Version: 13", *fields, "", ""]
        return "\r\n".join(lines).encode()

    def reply(self):
        """The head of a reply of HTTP: its status and its fields."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.take(1)
        lines = head.decode().split("\r\n")
        fields = {}
        for line in lines[1:-2]:
            name, _, value = line.partition(":")
            before = fields.get(name.lower())
            fields[name.lower()] = (
                value.strip() if before is None else f"{before}, {value.strip()}")
        return int(lines[0].split()[1]), fields

    def shake_hands(self, path, fields, host):
        key = base64.b64encode(os.urandom(16))
        self.send(self.request(path, fields, host, key))
        status, got = self.reply()
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()
        require(status == 101, f"status {status}")
        require(got["sec-websocket-accept"] == accept, got)
        require(got["upgrade"].lower() == "websocket", got)
        require(got["connection"].lower() == "upgrade", got)

    # ---- messages ----

    def next_frame(self):
        """The next frame: whether it is the last of a message, opcode, data."""
        first, length = self.take(2)
        require(first & 0x70 == 0, f"reserved bits: {first:x}")
        require(length & 0x80 == 0, "a mask")
        opcode = first & 0x0f
        if length == 126:
            length = struct.unpack(">H", self.take(2))[0]
            require(length > 125, f"{length} in two bytes")
        elif length == 127:
            length = struct.unpack(">Q", self.take(8))[0]
            require(length > 0xffff, f"{length} in eight bytes")
        if opcode >= CLOSE:
            require(first & FIN and length <= 125, "a long control frame")
        return bool(first & FIN), opcode, self.take(length)

    def receive(self):
        """The next message: opcode and data.  Pongs are kept."""
        parts, expected, self.frame_count = [], TEXT, 0
        while True:
            is_last, opcode, data = self.next_frame()
            if opcode == PONG:
                self.pongs.append(data)
                continue
            if opcode == CLOSE:
                require(expected == TEXT, "a close amid a message")
                return CLOSE, data
            require(opcode == expected, f"opcode {opcode}, not {expected}")
            parts.append(data)
            self.frame_count += 1
            expected = CONTINUATION
            if is_last:
                message = b"".join(parts)
                message.decode()
                return TEXT, message

    def message(self):
        opcode, data = self.receive()
        require(opcode == TEXT, f"closed: {data}")
        return data

    def ask(self, command):
        self.send(text(command))
        return self.message()

    def close_code(self):
        """The close frame that comes, answered; its code, None without."""
        opcode, data = self.receive()
        require(opcode == CLOSE, f"a message: {data}")
        return struct.unpack(">H", data[:2])[0] if data else None

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
