# SPDX-License-Identifier: Apache-2.0
"""One client for each door of the server, that answer alike.

`ask` takes a statement and gives an Answer; a door of the native language gives
what has come over it, but for what is the door's own: chunks, frames, objects.
"""

import datetime
import decimal
import http.client
import json
import math
import re
import socket
import sys
import time
from concurrent import futures

import pgwire
import websocket
from native_client import Line
from pgwire import PATIENCE
from stele_server import Server, check, free_port

INSUFFICIENT_PRIVILEGE = "42501"
POSITION = re.compile(r"(?<= at character )\d+")


class Answer:
    """What a statement is answered with.

    status  200, or that of the error
    types   the logical types of the columns; None if there are no rows
    rows    lists of values; texts or None on PostgreSQL's port
    text    the message of an error, or what is said in place of rows
    """

    def __init__(self, status, text="", types=None, rows=()):
        self.status = status
        self.text = text
        self.types = types
        self.rows = list(rows)

    def __repr__(self):
        return f"{self.status} {self.text} {self.types} {self.rows}"


def numbers(line):
    """JSON, none of whose numbers loses a digit."""
    return json.loads(line, parse_float=str, parse_int=str)


def of_frames(lines):
    """Frames as far as they go: a schema, batches, an end or an error."""
    types, rows = None, []
    for line in lines:
        frame = numbers(line)
        if frame["type"] == "schema":
            types = [column["logical_type"] for column in frame["columns"]]
        elif frame["type"] == "batch":
            rows += frame["rows"]
        elif frame["type"] == "end":
            check(frame["row_count"] == str(len(rows)), f"{frame}, {len(rows)}")
            return Answer(200, "", types, rows)
        else:
            return Answer(400, frame["message"], types, rows)
    check(False, f"frames without an end: {lines}")


def of_lines(lines):
    """The lines of a reply, of which the last is whole."""
    if lines[0].startswith(b'{"type":'):
        return of_frames(lines)
    word, _, text = lines[0].decode().partition(" ")
    if word == "200":
        check(text == "OK", lines)
        return Answer(200, b"\n".join(lines[1:]).decode())
    # An error may have more than one line.
    text = b"\n".join([text.encode(), *lines[1:]]).decode()
    return Answer(400 if word == "ERROR:" else int(word), text)


# ---- the doors ----


class Postgres:
    def __init__(self, server):
        self.connection = pgwire.Connection(server.port)
        self.connection.start()
        self.answer = None  # the last, as messages

    def ask(self, statement):
        self.answer = self.connection.query(statement)
        for error in pgwire.errors(self.answer):
            is_right = error["C"] == INSUFFICIENT_PRIVILEGE
            return Answer(403 if is_right else 400, error["M"])
        rows = [[None if value is None else value.decode() for value in row]
                for row in pgwire.rows(self.answer)]
        for kind, body in self.answer:
            if kind == b"T":
                types = [str(oid) for _, oid in pgwire.columns(body)]
                return Answer(200, "", types, rows)
        return Answer(200)

    def close(self):
        self.connection.close()


class LineTcp:
    """A reply of text ends with a blank line: line_reply_blank_line."""

    path = None

    def __init__(self, server):
        self.line = Line(server, path=self.path and self.path(server))

    def ask(self, statement):
        self.line.send(statement + "\n")
        lines = [self.line.line()]
        if lines[0].startswith(b'{"type":'):
            while not lines[-1].startswith((b'{"type":"end"', b'{"type":"error"')):
                lines.append(self.line.line())
        elif lines[0].startswith(b"200 "):
            while lines[-1] != b"\n":
                lines.append(self.line.line())
            lines.pop()
        return of_lines([line[:-1] for line in lines])

    def close(self):
        self.line.close()


class LineUnix(LineTcp):
    @staticmethod
    def path(server):
        return f"{server.dir}/.s.STELE.{server.line_port}"


class Http:
    """POST /command.

    Each request stands alone: what a session's SET says is said before every
    statement.
    """

    def __init__(self, server):
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", server.http_port, timeout=60 * PATIENCE)
        self.settings = {}

    def ask(self, statement):
        setting = re.match(r"(?i)(re)?set ((time zone|role|\S+)(?= |$))", statement)
        before = "".join(text + "; " for text in self.settings.values())
        answer = self.post(before, statement)
        if setting and answer.status == 200:
            self.settings.pop(setting[2].lower(), None)
            if not setting[1]:
                self.settings[setting[2].lower()] = statement
        return answer

    def post(self, before, statement):
        self.connection.request(
            "POST", "/command", (before + statement).encode())
        reply = self.connection.getresponse()
        lines = reply.read().splitlines()
        if not lines[0].startswith(b'{"type":'):
            whole = json.loads(lines[0])
            check(whole["status"] == reply.status, whole)
            if reply.status != 200:
                text = POSITION.sub(
                    lambda at: str(int(at[0]) - len(before)), whole["message"])
                return Answer(reply.status, text)
            results = whole["results"][len(self.settings):]
            check(whole["count"] == len(whole["results"]), whole)
            if results or not lines[1:]:
                return Answer(200, "\n".join(results))
            lines = lines[1:]
        return of_frames(lines)

    def close(self):
        self.connection.close()


class WebSocket:
    def __init__(self, server):
        self.socket = websocket.WebSocket(server.ws_port)

    def ask(self, statement):
        return of_lines(self.socket.ask(statement.encode()).splitlines())

    def close(self):
        self.socket.close()


NATIVE = (LineTcp, LineUnix, Http, WebSocket)
EVERY = (Postgres, *NATIVE)


# ---- what is the same ----


def is_recent(seconds):
    return 0 <= time.time() - float(seconds) < 3600


def is_same_value(text, value, logical_type):
    """A value of PostgreSQL's port and one of a frame."""
    if text is None or value is None:
        return text is None and value is None
    if logical_type == "Timestamp":
        if text in ("infinity", "-infinity"):
            return text == value
        moment = datetime.datetime.fromisoformat(whole_microseconds(text))
        seconds = math.floor(moment.timestamp())
        return seconds == int(value) or is_recent(seconds) and is_recent(value)
    if logical_type == "Date":
        days = datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)
        return days.days * 86400 == int(value)
    if logical_type == "Unknown":  # JSON
        return numbers(text) == value
    if logical_type == "Boolean":
        return text == ("t" if value else "f")
    if logical_type in ("Integer", "Float"):
        return decimal.Decimal(text) == decimal.Decimal(value)
    return text == value


def whole_microseconds(text):
    """ISO 8601 as Python takes it: fractions have six digits, zones minutes."""
    text = re.sub(r"\.(\d+)", lambda digits: "." + digits[1].ljust(6, "0"), text)
    return re.sub(r"([+-]\d\d)$", r"\1:00", text)


def is_same_answer(postgres, native):
    """What PostgreSQL's port answers, and a native door: texts of errors are
    their own, and some rows are said in lines."""
    if postgres.status != native.status:
        return False
    if native.types is None or postgres.types is None:
        return native.types is None
    return len(postgres.rows) == len(native.rows) and all(
        len(texts) == len(values) == len(native.types)
        and all(map(is_same_value, texts, values, native.types))
        for texts, values in zip(postgres.rows, native.rows))


def is_same_native(one, other):
    """Answers of two native doors: equal but for the time of a moment ago."""
    if (one.status, one.text, one.types) != (other.status, other.text, other.types):
        return False
    if one.rows == other.rows:
        return True
    return len(one.rows) == len(other.rows) and all(
        a == b or kind == "Timestamp" and None not in (a, b)
        and is_recent(a) and is_recent(b)
        for left, right in zip(one.rows, other.rows)
        for a, b, kind in zip(left, right, one.types))


def wait_for(port):
    """Doors are opened one after another."""
    deadline = time.monotonic() + 20 * PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            check(time.monotonic() < deadline, f"nobody listens on {port}")
            time.sleep(0.01)


def doors_server(*options):
    """A server all of whose doors are open, and let everybody in."""
    ports = {name: free_port() for name in ("line_port", "http_port", "ws_port")}
    server = Server(*(f"{name}={port}" for name, port in ports.items()),
                    "native_trust=on", "line_reply_blank_line=on",
                    "wal_file_size=4MB", *options)
    vars(server).update(ports)
    server.start()
    for port in ports.values():
        wait_for(port)
    return server


class Doors:
    """Every door, each of a server of its own: their statements do not meet."""

    def __init__(self):
        self.servers, self.doors = [], []
        self.pool = futures.ThreadPoolExecutor(len(EVERY))

    def ask(self, statement, asking=lambda door, statement: door.ask(statement)):
        """All at once: most of the time goes into waiting for the disk."""
        return list(self.pool.map(lambda door: asking(door, statement), self.doors))

    def differences(self, answers):
        """What differs, in words.  An answer may be missing: None."""
        postgres, first, *others = answers
        if not is_same_answer(postgres, first):
            yield f"  {postgres}\n  {first}"
        for door, other in zip(self.doors[2:], others):
            if other is not None and not is_same_native(first, other):
                yield f"  {first}\n  {type(door).__name__}: {other}"

    def __enter__(self):
        for door in EVERY:
            self.servers.append(doors_server())
            self.doors.append(door(self.servers[-1]))
        return self

    def __exit__(self, kind, value, trace):
        self.pool.shutdown()
        for door in self.doors:
            door.close()
        for server in self.servers:
            if server.is_running():
                server.process.terminate()  # all at once
        is_well = all([server.release() for server in self.servers])
        if kind is None and not is_well:
            sys.exit(1)
