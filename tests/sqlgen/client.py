# SPDX-License-Identifier: Apache-2.0
"""One statement, one answer: rows as text, columns with names and types."""

import struct

import pgwire


class Answer:
    """Either `error`, an SQLSTATE with its message, or columns and rows."""

    def __init__(self):
        self.error = None
        self.message = ""
        self.columns = []  # (name, type OID, modifier)
        self.rows = []


class Client:
    def __init__(self, port):
        self.connection = pgwire.Connection(port, timeout=300)  # a busy machine
        self.connection.start(database=b"postgres")

    def run(self, text):
        answer = Answer()
        try:
            messages = self.connection.query(text)
        except TimeoutError:
            raise SystemExit(f"no answer to\n{text}") from None
        for kind, body in messages:
            if kind == b"T":
                answer.columns = read_columns(body)
            elif kind == b"D":
                answer.rows.append(read_row(body))
            elif kind == b"E":
                fields = pgwire.fields(body)
                answer.error = fields["C"]
                answer.message = fields["M"]
        return answer

    def must(self, text):
        answer = self.run(text)
        if answer.error:
            raise SystemExit(f"{answer.error} {answer.message}\n{text[:2000]}")
        return answer


def read_columns(body):
    columns = []
    at = 2
    for _ in range(struct.unpack_from("!H", body)[0]):
        end = body.index(b"\0", at)
        name = body[at:end].decode()
        _, _, oid, _, modifier, _ = struct.unpack_from("!IhIhih", body, end + 1)
        columns.append((name, oid, modifier))
        at = end + 19
    return columns


def read_row(body):
    values = []
    at = 2
    for _ in range(struct.unpack_from("!H", body)[0]):
        length = struct.unpack_from("!i", body, at)[0]
        at += 4
        if length < 0:
            values.append(None)
        else:
            values.append(body[at : at + length].decode())
            at += length
    return tuple(values)
