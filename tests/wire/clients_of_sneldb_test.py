#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What SnelDB's client libraries send, and how they read what comes back.

Each library finds the end of a reply by rules of its own, since the protocol has
no mark for it.  Here those rules are small state machines of ours, and each
operation that the libraries offer is done over the line door, plain and by TLS:
with a user and without, in what each of them believes to have received.
"""

import json
import os
import re
import select
import socket
import ssl
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

from certificates import Certificates  # noqa: E402
from native_client import sign  # noqa: E402
from pgwire import PATIENCE  # noqa: E402
from stele_server import Server, check, free_port  # noqa: E402

LINES_MAX = 1000
IDLE = 0.1  # seconds after which a reply is believed to be over


class Connection:
    """A socket as lines, with a buffer as the libraries' languages have one."""

    def __init__(self, server, sees_buffer):
        self.socket = socket.create_connection(
            ("127.0.0.1", server.line_port), 60 * PATIENCE)
        if server.tls is not None:
            self.socket = server.tls.wrap_socket(
                self.socket, server_hostname="localhost")
        self.buffer = b""
        self.sees_buffer = sees_buffer  # whether select() of the language does

    def send(self, text):
        self.socket.sendall((text + "\n").encode())

    def line(self):
        while b"\n" not in self.buffer:
            data = self.socket.recv(8192)
            check(data != b"", "the server has closed")
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.decode().rstrip("\r")

    def has_more(self, seconds=IDLE):
        if self.sees_buffer and self.buffer:
            return True
        return bool(select.select([self.socket], [], [], seconds)[0])

    def close(self):
        self.socket.close()


class Reader:
    """Where a reply ends, by the rules that two libraries share."""

    errors = ()  # codes that begin a line of one error
    waits_for_each = False  # whether select() is asked before every line

    def __init__(self, server):
        sees_buffer = self.sees_buffer and server.tls is None
        self.connection = Connection(server, sees_buffer)

    def line(self):
        """The next of a reply that is not over."""
        if self.waits_for_each:
            check(self.connection.has_more(60 * PATIENCE), "a line is not seen")
        return self.connection.line()

    def is_error(self, line):
        if line.startswith("ERROR:"):
            return True
        return any(line.startswith(f"{code} ") for code in self.errors)

    @staticmethod
    def is_status(line):
        return line.startswith("OK") or re.match(r"\d{3}\s+OK", line)

    def is_end(self, line):
        raise NotImplementedError

    def drain(self, lines):
        while len(lines) < LINES_MAX and self.connection.has_more():
            line = self.connection.line()
            if line == "":
                return
            lines.append(line)
            if self.is_end(line):
                return

    def read(self):
        lines = []
        while len(lines) < LINES_MAX:
            line = self.line()
            if line != "":
                lines.append(line)
            if line != "" and (self.is_end(line) or self.is_error(line)):
                break
            if self.is_status(line):
                if "TOKEN" not in line or not self.knows_tokens:
                    self.drain(lines)
                break
        return lines

    def close(self):
        self.connection.close()


class Python(Reader):
    """sneldb_client: any line with both words ends a stream."""

    errors = (400, 401, 403, 404, 500, 503)
    knows_tokens = False
    sees_buffer = False

    def is_end(self, line):
        return '"type"' in line and '"end"' in line

    @staticmethod
    def records(lines):
        """Records by name of column; lines, where there are no frames."""
        if re.match(r"OK|200 |\d{3}", lines[0]):
            lines = lines[1:]
        if not lines or not (lines[0].startswith("{") and '"type"' in lines[0]):
            return [{"raw": line} for line in lines]
        columns, rows = [], []
        for line in lines:
            frame = json.loads(line)
            if frame["type"] == "schema":
                columns = [column["name"] for column in frame["columns"]]
            elif frame["type"] == "batch":
                rows += [dict(zip(columns, row)) for row in frame["rows"]]
        return rows

    @staticmethod
    def status(lines):
        if lines[0].startswith("ERROR:"):
            return 400
        code = re.match(r"\d{3}", lines[0])
        return int(code[0]) if code else 200


class Ruby(Reader):
    """sneldb (gem): 503 is not among the errors; the status line is a record.
    Before each line it asks the socket, and by TLS that knows of no buffer."""

    errors = (400, 401, 403, 404, 500)
    knows_tokens = True
    sees_buffer = True
    waits_for_each = True

    def is_end(self, line):
        return re.search(r'"type"\s*:\s*"end"', line)

    @staticmethod
    def records(lines):
        if lines[0].startswith("{"):
            return Python.records(lines)
        return [{"raw": line} for line in lines]

    status = staticmethod(Python.status)


class Client:
    """A library's client over TCP: what it puts around a command."""

    def __init__(self, server, reader, user=None, key=None):
        self.reader = reader(server)
        self.user, self.key, self.token = user, key, None

    def formatted(self, command):
        if self.token:
            return f"{command} TOKEN {self.token}"
        if self.user:
            return f"{self.user}:{sign(self.key, command)}:{command}"
        return command

    def authenticate(self):
        self.reader.connection.send(
            f"AUTH {self.user}:{sign(self.key, self.user)}")
        lines = self.reader.read()
        check(self.reader.status(lines) == 200, lines)
        found = re.search(r"OK TOKEN\s+(\S+)", "\n".join(lines))
        check(found and len(found[1]) == 64, lines)
        self.token = found[1]

    def ask(self, command):
        self.reader.connection.send(self.formatted(command))
        return self.reader.read()

    def execute(self, command):
        lines = self.ask(command)
        return self.reader.status(lines), self.reader.records(lines)

    def expect(self, command, *raw):
        """A reply of lines, as the library gives them to its caller."""
        status, records = self.execute(command)
        lines = [record["raw"] for record in records]
        if isinstance(self.reader, Ruby):
            check(lines[:1] == ["200 OK"], lines)
            lines = lines[1:]
        check(status == 200 and lines == list(raw), f"{command}: {lines}")

    def refused(self, command, code, text):
        lines = self.ask(command)
        check(self.reader.status(lines) == code and text in str(lines),
              f"{command}: {lines}")

    def rows(self, command):
        status, records = self.execute(command)
        check(status == 200, f"{command}: {records}")
        return records

    def close(self):
        self.reader.close()


def all_there_is(client, tag):
    """Every operation that the libraries have, in their own words."""
    order, user = f"order_{tag}", f"user-{tag}"
    client.expect("PING", "PONG")
    client.expect(f'DEFINE {order} FIELDS {{ "id": "int",'
                  ' "status": ["new", "paid"], "note": "string | null" }',
                  f"Schema defined for '{order}'")
    for number in range(3):
        client.expect(f"STORE {order} FOR {number}-ctx PAYLOAD "
                      + json.dumps({"id": number, "status": "new"}),
                      "Event accepted for storage")
    client.expect(f'STORE {order} FOR "a b" PAYLOAD '
                  + json.dumps({"id": 3, "status": "paid",
                                "note": '{"type":"end"} \u00e9'}),
                  "Event accepted for storage")
    client.expect("FLUSH", "Flush command completed")
    rows = client.rows(f"QUERY {order}")
    check(sorted(row["id"] for row in rows) == [0, 1, 2, 3], rows)
    rows = client.rows(f"QUERY {order} FOR 1-ctx SINCE 2025-01-01"
                       " RETURN [id] WHERE id = 1 LIMIT 5")
    check([row["id"] for row in rows] == [1], rows)
    check(client.rows(f"QUERY {order} SINCE 1700000000 COUNT")
          == [{"count": 4}], "numeric SINCE, and COUNT")
    rows = client.rows(f"REPLAY {order} FOR 2-ctx")
    check([row["id"] for row in rows] == [2], rows)
    rows = client.rows("REPLAY FOR 2-ctx")
    check(len(rows) >= 1, rows)
    check(client.rows(f"QUERY {order} WHERE id = 99") == [], "nothing found")
    client.expect(f"GRANT READ, WRITE ON {order} TO admin",
                  "Permissions granted to user 'admin'")
    client.expect(f'CREATE USER {user} WITH KEY "k-{tag}"'
                  ' WITH ROLES ["read-only"]',
                  f"User '{user}' created", f"Secret key: k-{tag}")
    check({"raw": f"{user}: active"} in client.rows("LIST USERS"), "users")
    client.expect(f"REVOKE READ, WRITE ON {order} FROM {user}",
                  f"Permissions revoked from user '{user}'")
    client.expect(f"REVOKE ON {order} FROM {user}",
                  f"Permissions revoked from user '{user}'")
    client.refused(f"GRANT READ ON {order} TO nobody-{tag}", 400,
                   f"Failed to grant permission: User not found: nobody-{tag}")
    client.refused(f"CREATE USER {user}", 400, "User already exists")
    permissions = client.rows(f"SHOW PERMISSIONS FOR {user}")
    check({"raw": f"  {order}: none"} in permissions, permissions)
    client.expect(f"REVOKE KEY {user}", f"Key revoked for user '{user}'")
    check({"raw": f"{user}: inactive"} in client.rows("LIST USERS"), "users")
    client.expect(f"BATCH [ STORE {order} FOR b PAYLOAD "
                  + '{"id": 7, "status": "new"}; ' + f"STORE {order} FOR b PAYLOAD "
                  + '{"id": 8, "status": "new"} ]',
                  "2 events accepted for storage")
    client.expect(f"REMEMBER QUERY {order} WHERE id > 2 AS 2026-{tag}",
                  f"remembered query '2026-{tag}'", "rows stored: 3",
                  "rows appended: 3")
    rows = client.rows(f"SHOW 2026-{tag}")
    check(sorted(row["id"] for row in rows) == [3, 7, 8], rows)
    check(client.rows(f"PLOT count OF {order} BREAKDOWN BY status")
          == [{"status": "new", "count": 5}, {"status": "paid", "count": 1}],
          "PLOT")
    rows = client.rows(f"QUERY {order} FOLLOWED BY {order} LINKED BY context_id")
    check(len(rows) > 0, "a sequence")
    client.refused(f"STORE {order} FOR c PAYLOAD " + '{"id": 1}', 400,
                   "Missing field 'status'")
    client.refused("NONSENSE", 400, "Unknown command: NONSENSE")
    # and nothing was left over
    client.expect("PING", "PONG")


def many_rows(client, tag):
    """A reply stays below the lines that a library reads."""
    client.expect(f'DEFINE many_{tag} FIELDS {{ "id": "int" }}',
                  f"Schema defined for 'many_{tag}'")
    for number in range(0, 3000, 500):
        batch = "; ".join(f'STORE many_{tag} FOR c PAYLOAD {{"id": {i}}}'
                          for i in range(number, number + 500))
        client.execute(f"BATCH [{batch}]")
    rows = client.rows(f"QUERY many_{tag}")
    check(len(rows) == 3000, f"{len(rows)} rows")


def out_of_step(client, tag):
    """What the Python library can read over TCP, and what it cannot.

    It asks select() for the lines behind "200 OK" when it has them in its own
    buffer already, and takes them for the beginning of the next reply; of
    SnelDB, too.  Streams, errors and tokens are whole.
    """
    check(client.execute("PING") == (200, []), "the body is left")
    rows = client.rows("QUERY nothing_there COUNT")
    check(rows[0] == {"raw": "PONG"}, rows)
    order = f"order_{tag}"
    client.execute(f'DEFINE {order} FIELDS {{ "id": "int" }}')
    rows = client.rows(f"QUERY {order}")
    check(rows[0] == {"raw": f"Schema defined for '{order}'"}, rows)
    for _ in range(2):
        check(client.rows(f"QUERY {order} LIMIT 5") == [], "in step again")
        client.refused("NONSENSE", 400, "Unknown command: NONSENSE")
        client.refused(f"STORE {order} FOR c PAYLOAD {{}}", 400,
                       "Missing field 'id'")
    client.authenticate()
    check(client.rows(f"QUERY {order} LIMIT 5") == [], "by its token")


def by_tcp(port, option, ways):
    with Server(f"line_port={port}", option) as server:
        server.line_port, server.tls = port, None
        client = Client(server, Ruby)
        client.expect('CREATE USER admin WITH KEY admin-key-123'
                      ' WITH ROLES ["admin"]',
                      "User 'admin' created", "Secret key: admin-key-123")
        client.close()
        ask_all(server, Ruby, ways)
        client = Client(server, Python, "admin", "admin-key-123")
        out_of_step(client, "python")
        client.close()


def ask_all(server, reader, ways):
    for is_authenticated in ways:
        tag = f"{reader.__name__}_{is_authenticated}".lower()
        client = Client(server, reader, "admin", "admin-key-123")
        if is_authenticated:
            client.authenticate()
            many_rows(client, tag)
        all_there_is(client, tag)
        client.close()


def by_tls(port, option, ways):
    """A line is a record: who asks the socket for more of them is not misled by
    what he has of them himself."""
    with tempfile.TemporaryDirectory(prefix="stele-test-") as folder:
        made = Certificates(folder)
        made.authority("ca")
        made.server("server", "ca")
        with Server(f"line_port={port}", option, "ssl=on",
                    f"ssl_cert_file={folder}/server.crt",
                    f"ssl_key_file={folder}/server.key") as server:
            server.line_port = port
            server.tls = ssl.create_default_context(cafile=f"{folder}/ca.crt")
            client = Client(server, Python)
            client.expect('CREATE USER admin WITH KEY admin-key-123'
                          ' WITH ROLES ["admin"]',
                          "User 'admin' created", "Secret key: admin-key-123")
            client.close()
            ask_all(server, Python, ways)
            ask_all(server, Ruby, ways)


def main():
    port = free_port()
    # Without the blank line each reply costs them a tenth of a second.
    for option, ways in (("line_reply_blank_line=off", (True,)),
                         ("line_reply_blank_line=on", (False, True))):
        by_tcp(port, option, ways)
        by_tls(port, option, ways)
    print("ok")


main()
