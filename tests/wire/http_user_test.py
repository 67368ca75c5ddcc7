#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the HTTP door says of who asks, the tokens that it gives, and requests
that may write nothing."""

import http.client
import json
import os
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from native_client import sign  # noqa: E402
from stele_server import Server, check, free_port  # noqa: E402

LONG = 60 * pgwire.PATIENCE
PASSWORD = 'p"w\\\u00e4'
RULES = ("host all root 127.0.0.1/32 trust\n"
         "host all all 127.0.0.1/32 scram-sha-256\n")


class Reply:
    def __init__(self, response):
        self.status = response.status
        self.fields = response.headers
        self.text = response.read().decode()

    def json(self):
        return json.loads(self.text)

    def __repr__(self):
        return f"{self.status} {self.text[:300]}"


class Client:
    def __init__(self, server):
        server.wait_for_port(server.http_port)
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", server.http_port, timeout=LONG)

    def ask(self, method, path, body=None, **fields):
        self.connection.request(
            method, path, body,
            {name.replace("_", "-"): value for name, value in fields.items()})
        return Reply(self.connection.getresponse())

    def run(self, text, query="", token=None, **fields):
        if token:
            fields["Authorization"] = "Bearer " + token
        return self.ask("POST", "/command" + query, text.encode(), **fields)

    def sign_in(self, **members):
        return self.ask("POST", "/v1/token", json.dumps(members))

    def token(self, user, password):
        reply = self.sign_in(user=user, password=password)
        check(reply.status == 200, reply)
        return reply.json()["token"]

    def close(self):
        self.connection.close()


def log_text(server):
    with open(server.log, errors="replace") as log:
        return log.read()


def reload(server, rules, conf=""):
    with open(os.path.join(server.data, "stele.hba"), "w") as hba:
        hba.write(rules)
    with open(os.path.join(server.data, "stele.conf"), "w") as text:
        text.write(conf)
    seen = len(log_text(server))
    server.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + LONG
    while "configuration reloaded" not in log_text(server)[seen:]:
        check(time.monotonic() < deadline, "the reload is not told")
        time.sleep(0.02)


def expect_members(reply, **members):
    check(reply.status == 200, reply)
    for name, value in members.items():
        got = reply.json()[name]
        check(got == value, f"{name} is {got!r}, not {value!r}")


def before_roles(server):
    """Everybody on this machine is the owner, and may have a token for it."""
    client = Client(server)
    reply = client.ask("GET", "/v1/session")
    expect_members(
        reply, user="stele", is_superuser=True, may_define=True,
        may_store=True, may_monitor=True, may_signal=True, has_roles=False,
        is_trusted=True, environment="",
        token_expiry_seconds=300)
    check(reply.fields["Cache-Control"] == "no-store", "is kept by nobody")
    check(reply.json()["uptime_seconds"] < 600, "uptime")
    check(reply.json()["time_zone"] != "", "time zone")
    reply = client.ask("POST", "/v1/token")
    expect_members(reply, user="stele", is_trusted=True)
    check(client.run("PING", token=reply.json()["token"]).status == 200, "used")
    check(client.ask("GET", "/v1/session", Host="evil.example").status == 421,
          "a name that is not ours")
    check(client.ask("GET", "/v1/session", Origin="http://evil.example")
          .status == 403, "a page of another site")
    check(client.ask("POST", "/v1/token", Sec_Fetch_Site="cross-site")
          .status == 403, "and for a token")
    for method, path in (("GET", "/v1/token"), ("POST", "/v1/session"),
                         ("DELETE", "/v1/session")):
        check(client.ask(method, path).status == 405, f"{method} {path}")
    client.close()


def make_users(server):
    with pgwire.Connection(server.port, timeout=LONG) as connection:
        connection.start(user=b"root")
        quoted = "'" + PASSWORD.replace("'", "''") + "'"
        for sql in (
            "CREATE ROLE root SUPERUSER LOGIN",
            f"CREATE ROLE ann LOGIN PASSWORD {quoted}",
            "CREATE USER key WITH KEY 'key-key'",
            "GRANT pg_monitor, pg_signal_backend TO key",
            'DEFINE t FIELDS {"a": "int"}',
            "GRANT SELECT, INSERT ON t TO ann",
            "GRANT CREATE ON SCHEMA public TO key",
        ):
            errors = pgwire.errors(connection.query(sql))
            check(not errors, f"{sql}: {errors}")
    reload(server, RULES, "environment = 'production'\n")


def sign_in(server):
    client = Client(server)
    reply = client.ask("GET", "/v1/session")
    check(reply.status == 401, reply)
    check(reply.fields["WWW-Authenticate"].startswith("Basic"), "a program")
    reply = client.ask("GET", "/v1/session", Sec_Fetch_Site="same-origin")
    check(reply.fields["WWW-Authenticate"].startswith("Bearer"), "a page")
    reply = client.sign_in(user="ann", password=PASSWORD)
    expect_members(
        reply, user="ann", is_superuser=False, may_define=False,
        may_store=True, may_monitor=False, may_signal=False, has_roles=True,
        is_trusted=False, environment="production")
    token = reply.json()["token"]
    bearer = "Bearer " + token
    expect_members(client.ask("GET", "/v1/session", Authorization=bearer),
                   user="ann", may_store=True)
    check(client.run("STORE t FOR c PAYLOAD {\"a\": 1}", token=token).status
          == 200, "stores by it")
    check(client.run("PING").status == 401, "the token was the request's")
    reply = client.sign_in(user="key", signature=sign("key-key", "key"))
    expect_members(reply, user="key", may_define=True, may_store=False,
                   may_monitor=True, may_signal=True)
    check(client.run("PING", token=reply.json()["token"]).status == 200, "key")
    reply = client.ask("DELETE", "/v1/token", Authorization=bearer)
    check(reply.status == 200, reply)
    check(client.run("PING", token=token).status == 401, "the end")
    check(client.ask("DELETE", "/v1/token", Authorization=bearer).status ==
          401, "once")
    check(PASSWORD not in log_text(server) and token not in log_text(server),
          "neither is logged")
    client.close()


def not_signed_in(server):
    client = Client(server)
    for members in (
        {"user": "ann", "password": "wrong"}, {"user": "ann", "password": ""},
        {"user": "nobody", "password": PASSWORD}, {"user": "", "password": ""},
        {"user": "key", "signature": sign("other", "key")},
        {"user": "ann", "password": "x" * 5000},
    ):
        reply = client.sign_in(**members)
        check(reply.status == 401 and
              reply.json()["message"] == "Authentication failed",
              f"{members}: {reply}")
        check("Set-Cookie" not in reply.fields, "no cookies")
    for body in (
        "[]", "{", '"x"', "{}", '{"user":"ann"}', '{"password":"x"}',
        '{"user":"ann","password":1}', '{"user":"ann","password":{}}',
        '{"user":"ann","password":"x","signature":"y"}',
        '{"user":"ann","user":"ann","password":"x"}',
        '{"user":"ann","password":"x","more":"y"}', '{"user":"ann"} x',
        '{"user":"\\u0000","password":"x"}',
    ):
        reply = client.ask("POST", "/v1/token", body)
        check(reply.status == 400, f"{body}: {reply}")
    client.close()
    client = Client(server)
    reply = client.ask("POST", "/v1/token", " " * 20000)
    check(reply.status == 413, reply)
    client.close()


def delayed(server):
    """Guesses at /v1/token are those of any other door."""
    client = Client(server)
    begin = time.monotonic()
    for _ in range(8):
        check(client.sign_in(user="eve", password="guess").status == 401, "no")
    check(time.monotonic() - begin > 0.3, "guesses are delayed")
    client.close()


def not_over_this(server):
    reload(server, RULES, "native_signed_commands = 'off'\n")
    client = Client(server)
    reply = client.sign_in(user="ann", password=PASSWORD)
    check(reply.status == 403 and "native_signed_commands" in reply.text, reply)
    client.close()
    reload(server, RULES)


WRITES = (
    'STORE t FOR c PAYLOAD {"a": 1}',
    'BATCH [STORE t FOR c PAYLOAD {"a": 1}]',
    "INSERT INTO t (context_id, a) VALUES ('c', 1)",
    'DEFINE u FIELDS {"a": "int"}',
    "CREATE TABLE u (a int)",
    "DROP TABLE t",
    "ALTER TABLE t ADD COLUMN b int",
    "CREATE VIEW v AS SELECT 1",
    "REMEMBER QUERY t AS kept",
    "CREATE USER new",
    "GRANT READ ON t TO key",
    "ROTATE KEY key",
    "COMMENT ON TABLE t IS 'x'",
    "WITH i AS (INSERT INTO t (context_id) VALUES ('c') RETURNING a) TABLE i",
    "EXPLAIN ANALYZE INSERT INTO t (context_id, a) VALUES ('c', 1)",
    "PREPARE p AS INSERT INTO t (context_id, a) VALUES ('c', 1); EXECUTE p",
    "SET default_transaction_read_only = off; INSERT INTO t (context_id) VALUES ('c')",
    "BEGIN READ WRITE; INSERT INTO t (context_id) VALUES ('c'); COMMIT",
    "BEGIN; SET TRANSACTION READ WRITE; INSERT INTO t (context_id) VALUES ('c')",
    "RESET ALL; DISCARD PLANS; INSERT INTO t (context_id) VALUES ('c')",
    "SELECT set_config('transaction_read_only', 'off', false);"
    " INSERT INTO t (context_id) VALUES ('c')",
)


def read_only(server):
    reload(server, "host all all 127.0.0.1/32 trust\n", "native_trust = on\n")
    client = Client(server)
    count = "SELECT count(*) FROM t"
    before = client.run(count, "?format=csv").text
    for text in WRITES:
        reply = client.run(text, "?read_only=1")
        check(reply.status in (400, 403) and
              ("read-only" in reply.text or "0A000" in reply.text or
               "not supported" in reply.text), f"{text}: {reply}")
        check(client.run(count, "?format=csv&read_only=1").text == before,
              f"{text} has stored")
    shown = "SELECT current_setting('transaction_read_only') AS it"
    for query, value in (("&read_only=1", "on"), ("", "off")):
        reply = client.run(shown, "?format=csv" + query)
        check(reply.text == f"it\r\n{value}\r\n", reply)
    check(client.run("CREATE TEMP TABLE x (a int)", "?read_only=1").status ==
          400, "as in a transaction of PostgreSQL's that only reads")
    check(client.run("SELECT 1", "?read_only=2").status == 400, "a wrong word")
    for text in WRITES[:3]:
        check(client.run(text, "?read_only=0").status == 200, text)
    check(client.run(WRITES[0]).status == 200, "and afterwards")
    client.close()


def main():
    port = free_port()
    with Server(f"http_port={port}") as server:
        server.http_port = port
        for test in (before_roles, make_users, sign_in, not_signed_in, delayed,
                     not_over_this, read_only):
            test(server)
            print(f"ok   {test.__name__}")


main()
