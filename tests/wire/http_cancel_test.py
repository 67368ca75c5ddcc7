#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Statements over HTTP that take long: they are seen in stele.running, and end
when their client goes, or somebody who may cancels them by their X-Request-Id.

What is cancelled here would not end by itself: no time is measured.
"""

import http.client
import json
import os
import socket
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from stele_server import Server, check, free_port  # noqa: E402

LONG = 60 * pgwire.PATIENCE
ENDLESS = "SELECT count(*) FROM t a, t b, t c WHERE a.i + b.i + c.i < 0"
ROWS = 20000
RULES = ("host all root 127.0.0.1/32 trust\n"
         "host all all 127.0.0.1/32 scram-sha-256\n")


def request(server, path, body, user=None, **fields):
    """Status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.http_port,
                                            timeout=LONG)
    if user:
        fields["Authorization"] = "Bearer " + server.tokens[user]
    connection.request("POST", path, body, {
        name.replace("_", "-"): value for name, value in fields.items()})
    reply = connection.getresponse()
    got = reply.status, reply.read().decode()
    connection.close()
    return got


def rows(server, sql):
    with pgwire.Connection(server.port, timeout=LONG) as connection:
        connection.start(user=b"root")
        return pgwire.rows(connection.query(sql))


def wait_running(server, request_id, count):
    deadline = time.monotonic() + LONG
    sql = ("SELECT pid, user_name, query, events_total, elapsed_ms >= 0"
           f" FROM stele.running WHERE request_id = '{request_id}'")
    while len(found := rows(server, sql)) != count:
        check(time.monotonic() < deadline, f"{request_id}: {found}")
        time.sleep(0.02)
    return found


class Asked(threading.Thread):
    """A request in the background."""

    def __init__(self, server, request_id, user="ann", text=ENDLESS):
        super().__init__(daemon=True)
        self.arguments = (server, "/command", text, user)
        self.request_id = request_id
        self.got = None
        self.start()

    def run(self):
        self.got = request(*self.arguments, X_Request_Id=self.request_id)

    def end(self):
        self.join(LONG)
        check(self.got is not None, "it goes on")
        return self.got


def cancel(server, request_id, user="ann"):
    return request(server, "/v1/cancel",
                   json.dumps({"request_id": request_id}), user)


def set_up(server):
    with pgwire.Connection(server.port, timeout=LONG) as connection:
        connection.start(user=b"root")
        for sql in (
            "CREATE ROLE root SUPERUSER LOGIN",
            *(f"CREATE ROLE {name} LOGIN PASSWORD 'pw'"
              for name in ("ann", "bob", "sig")),
            "GRANT pg_signal_backend TO sig",
            "CREATE TABLE t (i bigint)",
            "GRANT SELECT ON t TO ann, bob, sig",
            "INSERT INTO t (context_id, i) SELECT 'c', i"
            f" FROM generate_series(1, {ROWS}) i",
        ):
            errors = pgwire.errors(connection.query(sql))
            check(not errors, f"{sql}: {errors}")
    with open(os.path.join(server.data, "stele.hba"), "w") as hba:
        hba.write(RULES)
    server.restart()
    server.wait_for_port(server.http_port)
    server.tokens = {}
    for name in ("ann", "bob", "sig"):
        status, body = request(server, "/v1/token", json.dumps(
            {"user": name, "password": "pw"}))
        check(status == 200, body)
        server.tokens[name] = json.loads(body)["token"]


def seen(server):
    asked = Asked(server, "seen-1")
    found, = wait_running(server, "seen-1", 1)
    check(found[1:3] == [b"ann", ENDLESS.encode()] and found[4] == b"t", found)
    deadline = time.monotonic() + LONG
    while True:
        (events, total, memory), = rows(
            server, "SELECT events, events_total, memory_bytes"
            " FROM stele.running WHERE request_id = 'seen-1'")
        if int(events) >= 2 * ROWS:
            break
        check(time.monotonic() < deadline, f"no progress: {events}")
        time.sleep(0.02)
    check(int(total) >= 2 * ROWS and int(memory) > 0, f"{total}, {memory}")
    own = "SELECT count(*) FROM stele.running WHERE user_name = 'ann'"
    for user, count in (("ann", "2"), ("bob", "0")):
        status, body = request(server, "/command?format=csv", own, user)
        check((status, body) == (200, f"count\r\n{count}\r\n"), body)
    check(cancel(server, "seen-1") == (200, '{"cancelled":1}\n'), "cancelled")
    status, body = asked.end()
    check(status != 200 and "canceling statement" in body, body)
    wait_running(server, "seen-1", 0)


def who_may(server):
    asked = Asked(server, "may-1")
    wait_running(server, "may-1", 1)
    status, body = cancel(server, "may-1", "bob")
    check(status == 403, body)
    check(request(server, "/v1/cancel", '{"request_id":"may-1"}')[0] == 401,
          "a stranger")
    check(cancel(server, "may-2") == (200, '{"cancelled":0}\n'), "another")
    wait_running(server, "may-1", 1)
    check(cancel(server, "may-1", "sig") == (200, '{"cancelled":1}\n'), "sig")
    asked.end()
    check(cancel(server, "may-1") == (200, '{"cancelled":0}\n'), "once")
    for body in ("", "{}", '{"request_id":""}', '{"request_id":1}', "x"):
        check(request(server, "/v1/cancel", body, "ann")[0] == 400, body)
    status, body = request(server, "/command", "PING", "ann",
                           X_Request_Id="x" * 65)
    check(status == 400 and "X-Request-Id" in body, body)
    check(request(server, "/command", "PING", "ann", X_Request_Id="x" * 64)[0]
          == 200, "the longest")


def gone(server):
    for text in (ENDLESS, "SELECT pg_sleep(100000)",
                 "SELECT a.i FROM t a, t b, t c"):
        with socket.create_connection(("127.0.0.1", server.http_port)) as client:
            client.sendall(
                "POST /command HTTP/1.1\r\nHost: localhost\r\n"
                "X-Request-Id: gone\r\n"
                f"Authorization: Bearer {server.tokens['ann']}\r\n"
                f"Content-Length: {len(text)}\r\n\r\n{text}".encode())
            wait_running(server, "gone", 1)
        wait_running(server, "gone", 0)


def send_quietly(client, data):
    try:
        client.sendall(data)
    except OSError:
        pass  # who is refused need not be heard out


def while_staging(server):
    """Events that come faster than the disk takes them: cancelled, none is stored."""
    rows(server, "CREATE TABLE many (s text); GRANT INSERT, SELECT ON many TO ann")
    line = json.dumps({"type": "many", "context": "c", "payload": {"s": "x" * 200}})
    body = (line + "\n").encode() * 20000
    last = len(line) + 1
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", server.http_port),
                                      timeout=LONG) as client:
            client.sendall(
                "POST /v1/events?atomic=1 HTTP/1.1\r\nHost: localhost\r\n"
                f"Authorization: Bearer {server.tokens['ann']}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n".encode())
            sender = threading.Thread(target=send_quietly,
                                      args=(client, body[:-last]))
            sender.start()
            deadline = time.monotonic() + LONG
            while rows(server, "SELECT pg_cancel_backend(pid) FROM stele.running"
                       " WHERE query LIKE 'COPY events%'") != [[b"t"]]:
                check(time.monotonic() < deadline, "it does not begin")
            sender.join()
            send_quietly(client, body[-last:])
            status = client.recv(4096).split(b"\r\n")[0]
            check(status and b" 200 " not in status, f"cancelled, but: {status}")
    check(rows(server, "SELECT count(*) FROM many") == [[b"0"]], "none is stored")


def timing(server):
    status, body = request(server, "/command?timing=1", "SELECT 1; SELECT 2",
                           "ann")
    ends = [json.loads(line) for line in body.splitlines()
            if '"end"' in line]
    check(status == 200 and len(ends) == 2, body)
    for end in ends:
        check(list(end) == ["type", "row_count", "time_ms"] and
              0 <= end["time_ms"] < 1000 * LONG, end)
    for query in ("", "?timing=0"):
        _, body = request(server, "/command" + query, "SELECT 1", "ann")
        check(body.endswith('{"type":"end","row_count":1}\n'), body)


def main():
    port = free_port()
    with Server(f"http_port={port}", "batch_memory=64kB") as server:
        server.http_port = port
        for test in (set_up, seen, who_may, gone, while_staging,
                     timing):
            test(server)
            print(f"ok   {test.__name__}")


main()
