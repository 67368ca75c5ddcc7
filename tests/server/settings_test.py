#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A reload of stele.conf reaches sessions that are open, and does not undo what
they have SET; sessions that are idle for longer than is allowed are ended.
"""

import os
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))

import pgwire  # noqa: E402
from pgwire import bind, execute, message, parse, query  # noqa: E402
from stele_server import Server  # noqa: E402

IN_TRANSACTION = (
    "25P03",
    "terminating connection due to idle-in-transaction timeout",
)
OVER_TIME = ("25P04", "terminating connection due to transaction timeout")
IDLE = ("57P05", "terminating connection due to idle-session timeout")


def connect(server, **options):
    connection = pgwire.Connection(server.port, timeout=60)
    connection.start(**options)
    return connection


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: {got} instead of {wanted}")


def show(connection, name):
    return pgwire.rows(connection.query(f"SHOW {name}"))[0][0].decode()


def run(connection, sql):
    expect(sql, pgwire.errors(connection.query(sql)), [])


# ---- a reload ----


def reload(server, lines):
    """New options; returns when sessions that begin have them."""
    reload.count += 1
    with open(os.path.join(server.data, "stele.conf"), "w") as conf:
        conf.write(f"{lines}\nmax_prepared_statements = {1000 + reload.count}\n")
    server.process.send_signal(signal.SIGHUP)
    while True:
        try:
            with connect(server) as probe:
                count = show(probe, "max_prepared_statements")
        except (pgwire.Closed, IndexError):
            continue  # it was idle for too long, by what was reloaded
        if count == str(1000 + reload.count):
            return


reload.count = 0


def open_sessions_follow(server):
    """By their next statement, in either protocol, also in a transaction."""
    plain, extended, inside = (connect(server) for _ in range(3))
    run(inside, "BEGIN")
    reload(server, "statement_timeout = 11s\nwork_mem = 11MB")
    expect("SHOW", show(plain, "statement_timeout"), "11s")
    extended.send(
        parse("SELECT current_setting('work_mem')")
        + bind()
        + execute()
        + message(b"S")
    )
    expect("SELECT", pgwire.rows(extended.until_ready()), [[b"11MB"]])
    expect("in a transaction", show(inside, "statement_timeout"), "11s")
    reload(server, "")
    for connection in (plain, extended, inside):
        expect("the default", show(connection, "statement_timeout"), "0")
        connection.close()


def the_timeout_is_used(server):
    with connect(server) as connection:
        run(connection, "CREATE TABLE many (i bigint)")
        values = ",".join(f"('c', {i})" for i in range(5000))
        run(connection, f"INSERT INTO many (context_id, i) VALUES {values}")
        reload(server, "statement_timeout = 100")
        answer = connection.query(
            "SELECT count(*) FROM many a, many b, many c"
            " WHERE a.i + b.i + c.i < 0"
        )
        states = [fields["C"] for fields in pgwire.errors(answer)]
        expect("an endless query", states, ["57014"])
        reload(server, "")


def the_engine_follows(server):
    with connect(server) as connection:
        run(connection, "CREATE TABLE wide (a int, b int, s text)")
        reload(server, "max_fields = 2\nmax_string_size = 1kB")
        answer = connection.query("CREATE TABLE wider (a int, b int, c int)")
        states = [fields["C"] for fields in pgwire.errors(answer)]
        expect("three fields", states, ["54011"])
        long = "INSERT INTO wide (context_id, s) VALUES ('c', repeat('x', 2000))"
        states = [fields["C"] for fields in pgwire.errors(connection.query(long))]
        expect("a long string", states, ["54000"])
        reload(server, "")
        run(connection, "CREATE TABLE wider (a int, b int, c int)")
        run(connection, long)


def a_set_wins(server):
    with connect(server) as connection:
        run(connection, "SET statement_timeout = '7s'")
        reload(server, "statement_timeout = 12s")
        expect("after SET", show(connection, "statement_timeout"), "7s")
        run(connection, "RESET statement_timeout")
        expect("after RESET", show(connection, "statement_timeout"), "12s")
        reload(server, "statement_timeout = 13s")
        expect("it follows", show(connection, "statement_timeout"), "13s")


def pg_settings_says_where(server):
    """The file and its line, the command line, the session, or nowhere."""
    reload(server, "work_mem = 12MB\nstatement_timeout = 15s")
    with connect(server) as connection:
        run(connection, "SET statement_timeout = '7s'")
        answer = connection.query(
            "SELECT name, source, sourcefile, sourceline FROM pg_settings WHERE name"
            " IN ('enable_segment_ranges', 'port', 'statement_timeout', 'work_mem')"
            " ORDER BY name"
        )
        expect("pg_settings", pgwire.rows(answer), [
            [b"enable_segment_ranges", b"default", None, None],
            [b"port", b"command line", None, None],
            [b"statement_timeout", b"session", None, None],
            [b"work_mem", b"configuration file", b"stele.conf", b"1"],
        ])
    reload(server, "")


def a_start_wins(server):
    """What the client said when it connected, also by RESET."""
    with connect(server, options=b"-c statement_timeout=8s") as connection:
        reload(server, "statement_timeout = 14s")
        expect("after", show(connection, "statement_timeout"), "8s")
        run(connection, "SET statement_timeout = '9s'")
        run(connection, "RESET statement_timeout")
        expect("after RESET", show(connection, "statement_timeout"), "8s")
        run(connection, "SET statement_timeout = '9s'")
        run(connection, "RESET ALL")
        expect("after RESET ALL", show(connection, "statement_timeout"), "8s")


def what_was_undone_follows(server):
    """SET LOCAL, and a SET that is rolled back, leave nothing behind."""
    with connect(server) as connection:
        reload(server, "statement_timeout = 15s")
        run(connection, "BEGIN")
        run(connection, "SET LOCAL statement_timeout = '1min'")
        reload(server, "statement_timeout = 16s")
        expect("inside", show(connection, "statement_timeout"), "1min")
        run(connection, "COMMIT")
        expect("COMMIT", show(connection, "statement_timeout"), "16s")
        run(connection, "BEGIN")
        run(connection, "SET statement_timeout = '2min'")
        run(connection, "ROLLBACK")
        reload(server, "statement_timeout = 17s")
        expect("ROLLBACK", show(connection, "statement_timeout"), "17s")
        run(connection, "BEGIN")
        run(connection, "SET statement_timeout = '3min'")
        run(connection, "COMMIT")
        reload(server, "statement_timeout = 18s")
        expect("a SET", show(connection, "statement_timeout"), "3min")


def a_bad_file_changes_nothing(server):
    with connect(server) as connection:
        reload(server, "statement_timeout = 19s")
        with open(os.path.join(server.data, "stele.conf"), "w") as conf:
            conf.write("statement_timeout = 20s\nnobody = 1\n")
        server.process.send_signal(signal.SIGHUP)
        while "configuration not reloaded" not in log_of(server):
            show(connection, "port")
        expect("SHOW", show(connection, "statement_timeout"), "19s")
        reload(server, "")


def log_of(server):
    with open(server.log) as log:
        return log.read()


# ---- idleness ----


def expect_end(what, connection, wanted):
    answer = connection.until_closed()
    got = [(f["S"], f["C"], f["M"]) for f in pgwire.errors(answer)]
    expect(what, got, [("FATAL",) + wanted])


def idle_in_a_transaction(server):
    for begin in ("BEGIN", "BEGIN; SELECT 1 / 0"):
        ended, other = connect(server), connect(server)
        for connection in (ended, other):
            run(connection, "SET idle_in_transaction_session_timeout = 50")
        run(other, "BEGIN; COMMIT")
        ended.query(begin)
        expect_end(begin, ended, IN_TRANSACTION)
        # One that is in no transaction is none of its business.
        expect("the other", show(other, "port"), str(server.port))
        other.close()


def over_time(server):
    """A transaction that lasts too long ends its session, idle, at work, or
    waiting for the client; one that is short does not, nor does the time between."""
    sleep = "SELECT pg_sleep(30)"
    for what, statements in (
        ("idle", ("BEGIN",)),
        ("failed", ("BEGIN", "SELECT 1 / 0")),
        ("at work", ("BEGIN", sleep)),
        ("a statement alone", (sleep,)),
        ("chained", ("BEGIN", "COMMIT AND CHAIN")),
        ("COPY", ("COPY many (context_id, i) FROM STDIN",)),
    ):
        connection = connect(server)
        run(connection, "SET transaction_timeout = 80")
        for sql in statements:
            connection.send(pgwire.query(sql))
        answer = connection.until_closed()
        fatal = [(f["C"], f["M"]) for f in pgwire.errors(answer)
                 if f["S"] == "FATAL"]
        expect(what, fatal, [OVER_TIME])
    with connect(server) as connection:
        run(connection, "SET transaction_timeout = 300")
        for _ in range(5):
            run(connection, "BEGIN; SELECT pg_sleep(0.01); COMMIT")
            time.sleep(0.1)
        run(connection, "BEGIN; SET LOCAL transaction_timeout = 0; COMMIT")
        expect("after short ones", show(connection, "transaction_timeout"), "300ms")


def over_time_by_a_long_text(server):
    """A worker parses it, but the net thread begins its transaction."""
    with connect(server) as connection:
        run(connection, "SET transaction_timeout = 80")
        connection.send(parse("SELECT 1 -- " + "x" * 20000) + message(b"H"))
        answer = connection.until_closed()
        expect("Parse", answer[0], (b"1", b""))
        expect("and then", [f["C"] for f in pgwire.errors(answer)], [OVER_TIME[0]])


def idle(server):
    ended, inside = connect(server), connect(server)
    run(inside, "SET idle_session_timeout = 50; BEGIN")
    run(ended, "SET idle_session_timeout = 50")
    expect_end("an idle session", ended, IDLE)
    expect("in a transaction", show(inside, "port"), str(server.port))
    run(inside, "COMMIT")
    expect_end("after its transaction", inside, IDLE)


def idle_behind_a_copy(server):
    """What still comes of a COPY that has failed is no work."""
    with connect(server) as connection:
        run(connection, "SET idle_session_timeout = 500")
        connection.send(query("COPY many (context_id, i) FROM STDIN"))
        expect("COPY", connection.message()[0], b"G")
        connection.send(message(b"f", b"no more\0"))
        answer = connection.until_ready()
        expect("its failure", [f["C"] for f in pgwire.errors(answer)], ["57014"])
        connection.send(message(b"d", b"c\t1\n") + message(b"c"))
        expect_end("and then", connection, IDLE)


def idle_from_the_start(server):
    with connect(server, options=b"-c idle_session_timeout=50") as connection:
        expect_end("a session that does nothing", connection, IDLE)


def idle_by_a_reload(server):
    """A session that is idle already hears of it with its next statement."""
    with connect(server) as connection:
        reload(server, "idle_session_timeout = 50")
        expect("a statement", show(connection, "port"), str(server.port))
        expect_end("and then", connection, IDLE)
    # Nobody else could ask whether a reload was taken.
    server.restart()


def not_idle(server):
    """A statement that runs, a COPY or half a pipeline is no idleness."""
    with connect(server) as connection:
        # At once, so that there is no idleness in between.
        connection.send(
            query("SET idle_session_timeout = 50")
            + query("SELECT pg_sleep(0.3), 'done'")
            + query("SET idle_session_timeout = 0")
        )
        connection.until_ready()
        expect("a query", pgwire.rows(connection.until_ready())[0][1], b"done")
        connection.until_ready()
        with connect(server) as ended:
            connection.send(parse("SELECT 'done'") + message(b"H"))
            expect("Parse", connection.message()[0], b"1")
            run(ended, "SET idle_session_timeout = 50")
            expect_end("another", ended, IDLE)
        connection.send(bind() + execute() + message(b"S"))
        expect("half", pgwire.rows(connection.until_ready()), [[b"done"]])


# ---- what only a superuser may SET ----


def of_a_superuser():
    with Server() as server:
        with connect(server, user=b"boss") as boss:
            run(boss, "CREATE ROLE boss SUPERUSER LOGIN; CREATE ROLE plain LOGIN")
        with connect(server, user=b"boss",
                     options=b"-c log_min_duration_statement=0") as boss:
            run(boss, "SELECT 'from the start'")
            run(boss, "RESET ALL; SELECT 'after RESET ALL'")
            run(boss, "SET log_min_duration_statement = -1")
            run(boss, "SELECT 'not told'")
            run(boss, "SET ROLE plain")
            fields = pgwire.errors(boss.query("SET temp_file_limit = 1"))
            expect("SET as another", [f["C"] for f in fields], ["42501"])
        with connect(server, user=b"plain") as plain:
            for sql in ("SET log_min_duration_statement = 0",
                        "RESET log_min_duration_statement",
                        "SET LOCAL log_min_messages = debug",
                        "SELECT set_config('temp_file_limit', '1', false)"):
                fields = pgwire.errors(plain.query(sql))
                expect(sql, [f["C"] for f in fields], ["42501"])
            run(plain, "RESET ALL")
            run(plain, "SELECT 'of another session'")
        with pgwire.Connection(server.port) as refused:
            refused.send(pgwire.startup(user=b"plain",
                                        options=b"-c temp_file_limit=1"))
            fields = pgwire.errors(refused.until_closed())
            expect("at the start", [f["C"] for f in fields], ["42501"])
        log = log_of(server)
        for told in ("from the start", "after RESET ALL"):
            expect(told, told in log, True)
        for other in ("not told", "of another session"):
            expect(other, other in log, False)


def main():
    of_a_superuser()
    print(of_a_superuser.__name__)
    with Server() as server:
        for case in (
            open_sessions_follow,
            the_timeout_is_used,
            the_engine_follows,
            a_set_wins,
            pg_settings_says_where,
            a_start_wins,
            what_was_undone_follows,
            a_bad_file_changes_nothing,
            idle_in_a_transaction,
            over_time,
            over_time_by_a_long_text,
            idle,
            idle_behind_a_copy,
            idle_from_the_start,
            not_idle,
            idle_by_a_reload,
        ):
            case(server)
            print(case.__name__)


if __name__ == "__main__":
    main()
