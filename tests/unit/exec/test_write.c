/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What writes: transactions that see their own rows, changes of the schema,
 * parameters, COPY.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sql_runner.h"

static struct sql_runner *runner;

/* clang-format off */
static const struct {
	const char *sql;
	const char *answer;
} transaction[] = {
	{ "DEFINE pay FIELDS "
	    "{\"id\":\"int\",\"amount\":\"decimal(10,2)\",\"who\":\"string | "
	    "null\",\"st\":[\"new\",\"paid\"],\"at\":\"datetime | null\",\"ok\":\"bool "
	    "| null\",\"d\":\"date | null\",\"j\":\"json | null\",\"f\":\"float | "
	    "null\",\"u\":\"uuid | null\"}",
	    "CREATE TABLE\n" },
	{ "STORE pay FOR c1 AT \"2026-01-01T10:00:00Z\" PAYLOAD "
	    "{\"id\":1,\"amount\":12.50,\"who\":\"ann\",\"st\":\"new\",\"at\":\"2026-01"
	    "-02T03:04:05.5+02:00\",\"ok\":true,\"d\":\"2026-01-03\",\"j\":{\"b\":1"
	    ",\"a\":[1,{\"x\":null}]},\"f\":1e3,\"u\":\"00000000-0000-0000-0000-0"
	    "0000000000a\"}",
	    "INSERT 0 1\n" },
	{ "STORE pay FOR c1 AT 1767348000 PAYLOAD "
	    "{\"id\":2,\"amount\":\"7.5\",\"st\":\"paid\",\"at\":1767348000123}",
	    "INSERT 0 1\n" },
	{ "STORE pay FOR \"c 2\" AT \"2026-01-05\" PAYLOAD "
	    "{\"id\":3,\"amount\":1,\"st\":\"new\",\"who\":\"bob\"}",
	    "INSERT 0 1\n" },
	{ "DEFINE pay AS 2 FIELDS "
	    "{\"id\":\"int\",\"amount\":\"decimal(10,2)\",\"who\":\"string | "
	    "null\",\"st\":[\"new\",\"paid\",\"void\"],\"at\":\"datetime | "
	    "null\",\"ok\":\"bool | null\",\"d\":\"date | null\",\"j\":\"json | "
	    "null\",\"f\":\"float | null\",\"u\":\"uuid | null\",\"extra\":\"int | "
	    "null\"}",
	    "CREATE TABLE\n" },
	{ "STORE pay FOR c1 AT \"2026-02-01\" PAYLOAD "
	    "{\"id\":9,\"amount\":1,\"st\":\"void\",\"extra\":5}",
	    "INSERT 0 1\n" },
	{ "BEGIN",
	    "" },
	{ "STORE pay FOR c7 AT \"2026-03-01\" PAYLOAD "
	    "{\"id\":70,\"amount\":1,\"st\":\"new\"}",
	    "INSERT 0 1\n" },
	{ "insert into pay (context_id, id, amount, st, timestamp) "
	    "values ('c7', 71, 2, 'paid', '2026-03-02') returning id",
	    "id\n"
	    "71\n"
	    "INSERT 0 1\n" },
	{ "insert into pay (context_id, id, amount, st, timestamp) "
	    "values ('c7', 71, 2, 'paid', '2026-03-02') returning event_id",
	    "ERROR: 0A000: RETURNING event_id is not supported inside a "
	    "transaction block [110]\n"
	    " HINT: Events get their event_id when the transaction commits: "
	    "insert them in one statement of its own, outside of a transaction "
	    "block, or give them a key of your own, such as a uuid.\n" },
	{ "select event_id, id from pay where context_id = 'c7'",
	    "event_id|id\n"
	    "-|70\n"
	    "-|71\n" },
	{ "select event_id, event_type, payload from events where "
	    "context_id = 'c7'",
	    "event_id|event_type|payload\n"
	    "-|pay|{\"id\": 70, \"st\": \"new\", \"amount\": 1.00}\n"
	    "-|pay|{\"id\": 71, \"st\": \"paid\", \"amount\": 2.00}\n" },
	{ "insert into pay (context_id, id, amount, st, timestamp) "
	    "select context_id, id + 100, amount, st, timestamp from pay "
	    "where context_id = 'c7'",
	    "INSERT 0 2\n" },
	{ "select count(*) from pay",
	    "count\n"
	    "8\n" },
	{ "REPLAY FOR c7",
	    "context_id|event_type|timestamp|event_id|payload\n"
	    "c7|pay|2026-03-01 00:00:00+00|-|{\"id\": 70, \"st\": \"new\", "
	    "\"amount\": 1.00}\n"
	    "c7|pay|2026-03-02 00:00:00+00|-|{\"id\": 71, \"st\": \"paid\", "
	    "\"amount\": 2.00}\n"
	    "c7|pay|2026-03-01 00:00:00+00|-|{\"id\": 170, \"st\": \"new\", "
	    "\"amount\": 1.00}\n"
	    "c7|pay|2026-03-02 00:00:00+00|-|{\"id\": 171, \"st\": \"paid\", "
	    "\"amount\": 2.00}\n" },
	{ "COMMIT",
	    "" },
	{ "REPLAY FOR c7",
	    "context_id|event_type|timestamp|event_id|payload\n"
	    "c7|pay|2026-03-01 00:00:00+00|5|{\"id\": 70, \"st\": \"new\", "
	    "\"amount\": 1.00}\n"
	    "c7|pay|2026-03-02 00:00:00+00|6|{\"id\": 71, \"st\": \"paid\", "
	    "\"amount\": 2.00}\n"
	    "c7|pay|2026-03-01 00:00:00+00|7|{\"id\": 170, \"st\": \"new\", "
	    "\"amount\": 1.00}\n"
	    "c7|pay|2026-03-02 00:00:00+00|8|{\"id\": 171, \"st\": \"paid\", "
	    "\"amount\": 2.00}\n" },
	{ "flush",
	    "" },
	{ "REPLAY FOR c7",
	    "context_id|event_type|timestamp|event_id|payload\n"
	    "c7|pay|2026-03-01 00:00:00+00|5|{\"id\": 70, \"st\": \"new\", "
	    "\"amount\": 1.00}\n"
	    "c7|pay|2026-03-02 00:00:00+00|6|{\"id\": 71, \"st\": \"paid\", "
	    "\"amount\": 2.00}\n"
	    "c7|pay|2026-03-01 00:00:00+00|7|{\"id\": 170, \"st\": \"new\", "
	    "\"amount\": 1.00}\n"
	    "c7|pay|2026-03-02 00:00:00+00|8|{\"id\": 171, \"st\": \"paid\", "
	    "\"amount\": 2.00}\n" },
	{ "select count(*) from events",
	    "count\n"
	    "8\n" },
	{ "select count(*) from pay",
	    "count\n"
	    "8\n" },
};
/* clang-format on */

/* clang-format off */
static const struct {
	const char *sql;
	const char *answer;
} ddl[] = {
	{ "create table if not exists u (x int default 5, y text not "
	    "null default 'a''b')",
	    "CREATE TABLE\n" },
	{ "create table if not exists u (x int)",
	    "NOTICE: 42P07: relation \"u\" already exists, skipping\n"
	    "CREATE TABLE\n" },
	{ "create table u (x int)",
	    "ERROR: 42P07: relation \"u\" already exists\n" },
	{ "create table events (x int)",
	    "ERROR: 42939: unacceptable name \"events\"\n"
	    " DETAIL: The name \"events\" and the prefixes \"pg_\" and "
	    "\"stele\" are reserved.\n" },
	{ "create table v (event_id int)",
	    "ERROR: 428C9: column \"event_id\" cannot be declared [17]\n"
	    " HINT: Every event has an event_id, which is generated.\n" },
	{ "create table v (context_id text, timestamp timestamptz, a "
	    "bytea)",
	    "ERROR: 0A000: a column of type bytea is not supported [59]\n"
	    " HINT: Use text with an encoding such as base64.\n" },
	{ "create table v (context_id int)",
	    "ERROR: 42P16: column \"context_id\" must be of type text, "
	    "without a default [17]\n" },
	{ "create table w (a numeric(50,2))",
	    "ERROR: 0A000: a column of type numeric(50,2) is not "
	    "supported [19]\n"
	    " HINT: Decimals are stored with at most 38 digits.\n" },
	{ "create table w (a timestamp)",
	    "ERROR: 0A000: a column of type timestamp without time zone "
	    "is not supported [19]\n"
	    " HINT: Use timestamp with time zone.\n" },
	{ "create table w (a int[])",
	    "ERROR: 0A000: a column of type integer[] is not supported [19]\n"
	    " HINT: Use jsonb.\n" },
	{ "create table w (a int, a text)",
	    "ERROR: 42701: column \"a\" specified more than once [24]\n" },
	{ "create table w (a int default now())",
	    "ERROR: 42804: column \"a\" is of type integer but default "
	    "expression is of type timestamp with time zone [31]\n"
	    " HINT: You will need to rewrite or cast the expression.\n" },
	{ "create table w (a int default 'x')",
	    "ERROR: 22P02: invalid input syntax for type integer: \"x\" [31]\n" },
	{ "create table w (a nosuch)",
	    "ERROR: 42704: type \"nosuch\" does not exist [19]\n" },
	{ "alter table u add column z int not null",
	    "ERROR: 0A000: adding a NOT NULL column without a default is "
	    "not supported [26]\n"
	    " HINT: Events that are already stored would have no value.\n" },
	{ "alter table u add column z int default 7, add column if not "
	    "exists x int",
	    "NOTICE: 42701: column \"x\" of relation \"u\" already exists, "
	    "skipping\n"
	    "ALTER TABLE\n" },
	{ "insert into u (context_id, timestamp) values "
	    "('a','2026-01-01') returning *",
	    "context_id|timestamp|event_id|x|y|z\n"
	    "a|2026-01-01 00:00:00+00|1|5|a'b|7\n"
	    "INSERT 0 1\n" },
	{ "alter type nosuch add value 'x'",
	    "ERROR: 42704: type \"nosuch\" does not exist\n" },
	{ "drop type nosuch",
	    "ERROR: 42704: type \"nosuch\" does not exist\n" },
	{ "create type e as enum ('a','b')",
	    "CREATE TYPE\n" },
	{ "create type e as enum ('a','b')",
	    "ERROR: 42710: type \"e\" already exists\n" },
	{ "alter type e add value 'c'",
	    "ALTER TYPE\n" },
	{ "alter type e add value 'c'",
	    "ERROR: 42710: enum label \"c\" already exists\n" },
	{ "alter type e add value if not exists 'c'",
	    "NOTICE: 42710: enum label \"c\" already exists, skipping\n"
	    "ALTER TYPE\n" },
	{ "alter type e add value 'd' before 'a'",
	    "ERROR: 0A000: adding a label anywhere but at the end is not "
	    "supported\n"
	    " HINT: The order of an enum's labels never changes; leave "
	    "out BEFORE and AFTER.\n" },
	{ "create table x (e e)",
	    "CREATE TABLE\n" },
	{ "drop type e",
	    "ERROR: 2BP01: cannot drop type e because other objects "
	    "depend on it\n"
	    " DETAIL: Table x depends on type e.\n" },
	{ "drop table x",
	    "DROP TABLE\n" },
	{ "drop type e",
	    "DROP TYPE\n" },
	/* An enum that DEFINE made goes with the last type that uses it. */
	{ "DEFINE y FIELDS {\"k\": [\"a\", \"b\"]}",
	    "CREATE TABLE\n" },
	{ "create table z (k y_k)",
	    "CREATE TABLE\n" },
	{ "drop type y_k",
	    "ERROR: 2BP01: cannot drop type y_k because other objects "
	    "depend on it\n"
	    " DETAIL: Table y depends on type y_k.\n" },
	{ "drop table y",
	    "DROP TABLE\n" },
	{ "insert into z (context_id, k) values ('c', 'b') returning k",
	    "k\nb\nINSERT 0 1\n" },
	{ "DEFINE y FIELDS {\"k\": [\"c\"]}",
	    "ERROR: 42710: type \"y_k\" already exists\n" },
	{ "drop table z",
	    "DROP TABLE\n" },
	{ "drop type y_k",
	    "ERROR: 42704: type \"y_k\" does not exist\n" },
	{ "DEFINE y FIELDS {\"k\": [\"c\"]}",
	    "CREATE TABLE\n" },
	{ "STORE y FOR c PAYLOAD {\"k\": \"c\"}",
	    "INSERT 0 1\n" },
};
/* clang-format on */

START_TEST(transactions_see_their_rows)
{
	runner = sql_runner_open();
	sql_runner_show_hints(runner, true);
	for (size_t i = 0; i < sizeof(transaction) / sizeof(transaction[0]);
	     i++) {
		const char *answer = sql_run(runner, transaction[i].sql);

		ck_assert_msg(strcmp(answer, transaction[i].answer) == 0,
		    "%s\nexpected:\n%s\ngot:\n%s", transaction[i].sql,
		    transaction[i].answer, answer);
	}
	sql_runner_close(runner);
}
END_TEST

START_TEST(schemas_change)
{
	runner = sql_runner_open();
	sql_runner_show_hints(runner, true);
	for (size_t i = 0; i < sizeof(ddl) / sizeof(ddl[0]); i++) {
		const char *answer = sql_run(runner, ddl[i].sql);

		ck_assert_msg(strcmp(answer, ddl[i].answer) == 0,
		    "%s\nexpected:\n%s\ngot:\n%s", ddl[i].sql, ddl[i].answer,
		    answer);
	}
	/* Events of a type that is gone, with its enum, are no obstacle. */
	ck_assert_str_eq(sql_run(runner, "drop table y"), "DROP TABLE\n");
	sql_runner_restart(runner);
	ck_assert_str_eq(sql_run(runner, "CHECKPOINT"), "");
	sql_runner_restart(runner);
	ck_assert_str_eq(sql_run(runner, "SELECT count(*) FROM u"),
	    "count\n1\n");
	sql_runner_close(runner);
}
END_TEST

static const char define[] =
    "DEFINE a FIELDS {\"x\": \"int\", \"s\": \"string | null\"};"
    "DEFINE b FIELDS {\"y\": \"bool\"};"
    "CREATE TABLE c (n int DEFAULT 3, v varchar(3))";

/* Parameters: what types they take, and that a plan runs with them. */
static const struct {
	const char *sql;
	const char *values[3];
	uint32_t count;
	const char *answer;
} params[] = {
	{ "STORE a FOR $1 PAYLOAD $2", { "k", "{\"x\": 7}" }, 2,
	    "INSERT 0 1\n" },
	{ "INSERT INTO a (context_id, timestamp, x, s) VALUES ($1, $2, $3, 'q')",
	    { "k", "2026-01-01", "8" }, 3, "INSERT 0 1\n" },
	{ "SELECT x, s FROM a WHERE context_id = $1 AND x >= $2 ORDER BY x",
	    { "k", "8" }, 2, "x|s\n8|q\n" },
	{ "SELECT x FROM a ORDER BY x LIMIT $1 OFFSET $2", { "1", "1" }, 2,
	    "x\n8\n" },
	{ "SELECT $1", { "txt" }, 1, "?column?\ntxt\n" },
	{ "SELECT $1 + 1, $2::int", { "4", NULL }, 2, "?column?|int4\n5|-\n" },
	{ "SELECT $1 IS NULL", { "4" }, 1,
	    "ERROR: 42P18: could not determine data type of parameter $1\n" },
	{ "SELECT $2::int", { "4", "5" }, 2,
	    "ERROR: 42P18: could not determine data type of parameter $1\n" },
	{ "QUERY a FOR $1 WHERE x = $2 RETURN [x]", { "k", "8" }, 2,
	    "context_id|event_type|timestamp|event_id|x\n"
	    "k|a|2026-01-01 00:00:00+00|2|8\n" },
};

START_TEST(parameters)
{
	runner = sql_runner_open();
	ck_assert_ptr_null(strstr(sql_run(runner, define), "ERROR"));
	for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++)
		ck_assert_str_eq(sql_run_params(runner, params[i].sql, NULL,
				     params[i].values, params[i].count),
		    params[i].answer);
	sql_runner_close(runner);
}
END_TEST

/* COPY FROM, its data being the first parameter. */
static const struct {
	const char *sql;
	const char *data;
	const char *answer;
} copies[] = {
	{ "COPY events (event_type, context_id, timestamp, payload) FROM STDIN",
	    "a\tk1\t2026-01-01\t{\"x\": 1}\n"
	    "b\tk1\t2026-01-02\t{\"y\": true}\n"
	    "a\tk2\t2026-01-03\t{\"x\": 2, \"s\": \"z\"}\n",
	    "COPY 3\n" },
	{ "COPY c FROM STDIN",
	    "k1\t2026-01-04\t5\tabc\nk1\t2026-01-05\t\\N\tx\n", "COPY 2\n" },
	{ "COPY c (context_id) FROM STDIN", "k3\n", "COPY 1\n" },
	/* the first line that is wrong, and its first column, not the first column */
	{ "COPY c (context_id, n, v) FROM STDIN",
	    "k1\t1\ta\nk1\t2\tabcd\nk1\tx\tabcd\n",
	    "ERROR: 22001: value too long for type character varying(3)\n"
	    " CONTEXT: COPY c, line 2, column v: \"abcd\"\n" },
	{ "COPY c (context_id, n, v) FROM STDIN",
	    "k1\t1\ta\n\\N\t2\tb\nk1\tx\tc\n",
	    "ERROR: 23502: null value in column \"context_id\" of relation"
	    " \"c\" violates not-null constraint\n" },
	{ "COPY events (event_type, context_id, payload) FROM STDIN",
	    "c\tk1\t{\"n\": 1}\nc\tk1\t{\"v\": \"abcd\"}\nc\t\\N\t{}\n",
	    "ERROR: 22001: value too long for type character varying(3)\n"
	    " CONTEXT: field \"v\"\nCOPY events, line 2, column payload:"
	    " \"{\"v\": \"abcd\"}\"\n" },
	{ "COPY c (context_id, n) FROM STDIN", "k1\t1\nk1\tx\n",
	    "ERROR: 22P02: invalid input syntax for type integer: \"x\"\n"
	    " CONTEXT: COPY c, line 2, column n: \"x\"\n" },
	{ "COPY c (context_id, v) FROM STDIN", "k1\tabcd\n",
	    "ERROR: 22001: value too long for type character varying(3)\n"
	    " CONTEXT: COPY c, line 1, column v: \"abcd\"\n" },
	{ "COPY events FROM STDIN", "nosuch\tk\t2026-01-01\t{}\n",
	    "ERROR: 42P01: event type \"nosuch\" does not exist\n"
	    " CONTEXT: COPY events, line 1, column event_type: \"nosuch\"\n" },
	{ "COPY c (context_id, event_id) FROM STDIN", "",
	    "ERROR: 428C9: cannot copy into column \"event_id\" [6]\n" },
};

START_TEST(copy_from)
{
	runner = sql_runner_open();
	sql_runner_show_hints(runner, true);
	ck_assert_ptr_null(strstr(sql_run(runner, define), "ERROR"));
	for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++)
		ck_assert_str_eq(sql_run_params(runner, copies[i].sql, NULL,
				     &copies[i].data, 1),
		    copies[i].answer);
	ck_assert_str_eq(
	    sql_run(runner,
		"SELECT event_type, context_id, payload FROM events"
		" WHERE event_id <= 5"),
	    "event_type|context_id|payload\n"
	    "a|k1|{\"x\": 1}\n"
	    "b|k1|{\"y\": true}\n"
	    "a|k2|{\"s\": \"z\", \"x\": 2}\n"
	    "c|k1|{\"n\": 5, \"v\": \"abc\"}\n"
	    "c|k1|{\"v\": \"x\"}\n");
	ck_assert_str_eq(sql_run(runner, "SELECT n FROM c WHERE event_id = 6"),
	    "n\n3\n");
	sql_runner_close(runner);
}
END_TEST

/* u64 is numeric(20,0) from 0 to 2^64 - 1, whatever way a value comes. */
#define U64_RANGE(n) \
	" DETAIL: Field \"n\" holds whole numbers from 0 to" \
	" 18446744073709551615.\n" n

/* clang-format off */
static const struct {
	const char *sql;
	const char *value; /* the only parameter, or COPY's data; NULL: none */
	const char *answer;
} unsigned_values[] = {
	{ "DEFINE u FIELDS {\"n\": \"u64 | null\"}", NULL, "CREATE TABLE\n" },
	{ "STORE u FOR c PAYLOAD {\"n\": 18446744073709551615}", NULL,
	    "INSERT 0 1\n" },
	{ "STORE u FOR c PAYLOAD {\"n\": null}", NULL, "INSERT 0 1\n" },
	{ "STORE u FOR c PAYLOAD {\"n\": -1}", NULL,
	    "ERROR: 22003: value \"-1\" is out of range for type u64 [29]\n"
	    U64_RANGE("") },
	{ "STORE u FOR c PAYLOAD $1", "{\"n\": 18446744073709551616}",
	    "ERROR: 22003: value \"18446744073709551616\" is out of range"
	    " for type u64\n" U64_RANGE("") },
	{ "INSERT INTO u (context_id, n) VALUES ('c', 0)", NULL,
	    "INSERT 0 1\n" },
	{ "INSERT INTO u (context_id, n) VALUES ('c', 0.4)", NULL,
	    "INSERT 0 1\n" },
	{ "INSERT INTO u (context_id, n) VALUES ('c', -0.5)", NULL,
	    "ERROR: 22003: value \"-1\" is out of range for type u64\n"
	    U64_RANGE("") },
	{ "INSERT INTO u (context_id, n) VALUES ('c', 1), ('d', -2)", NULL,
	    "ERROR: 22003: value \"-2\" is out of range for type u64\n"
	    U64_RANGE("") },
	{ "INSERT INTO u (context_id, n) VALUES ('c', $1)", "-3",
	    "ERROR: 22003: value \"-3\" is out of range for type u64\n"
	    U64_RANGE("") },
	{ "INSERT INTO u (context_id, n) VALUES ('c', 'NaN')", NULL,
	    "ERROR: 22003: value \"NaN\" is out of range for type u64\n"
	    U64_RANGE("") },
	{ "INSERT INTO u (context_id, n) SELECT 'd', n - 5 FROM u WHERE n = 0"
	  " LIMIT 1", NULL,
	    "ERROR: 22003: value \"-5\" is out of range for type u64\n"
	    U64_RANGE("") },
	{ "INSERT INTO u (context_id, n) SELECT 'd', n + 1 FROM u WHERE n > 0",
	    NULL,
	    "ERROR: 22003: value \"18446744073709551616\" is out of range"
	    " for type u64\n" U64_RANGE("") },
	{ "COPY u (context_id, n) FROM STDIN", "c\t7\nc\t-1\n",
	    "ERROR: 22003: value \"-1\" is out of range for type u64\n"
	    U64_RANGE(" CONTEXT: COPY u, line 2, column n: \"-1\"\n") },
	{ "COPY events (event_type, context_id, payload) FROM STDIN",
	    "u\tc\t{\"n\": -4}\n",
	    "ERROR: 22003: value \"-4\" is out of range for type u64\n"
	    U64_RANGE(" CONTEXT: COPY events, line 1, column payload: "
	    "\"{\"n\": -4}\"\n") },
	{ "DEFINE u AS 2 FIELDS {\"n\": \"decimal(20,0) | null\"}", NULL,
	    "ERROR: 42P16: field \"n\" of event type \"u\" cannot be changed"
	    " [23]\n"
	    " DETAIL: It is of type u64, or null.\n"
	    " HINT: A new version keeps all fields of the last one and may"
	    " add some.\n" },
	{ "SELECT n FROM u", NULL,
	    "n\n18446744073709551615\n-\n0\n0\n" },
};
/* clang-format on */

static void
run_unsigned(size_t i)
{
	ck_assert_str_eq(sql_run_params(runner, unsigned_values[i].sql, NULL,
			     &unsigned_values[i].value,
			     unsigned_values[i].value != NULL),
	    unsigned_values[i].answer);
}

START_TEST(unsigned_fields)
{
	const size_t count =
	    sizeof(unsigned_values) / sizeof(unsigned_values[0]);

	runner = sql_runner_open();
	sql_runner_show_hints(runner, true);
	for (size_t i = 0; i < count; i++)
		run_unsigned(i);
	/* The log and the MANIFEST's checkpoint both know it. */
	sql_runner_restart(runner);
	run_unsigned(3);
	ck_assert_str_eq(sql_run(runner, "CHECKPOINT"), "");
	sql_runner_restart(runner);
	run_unsigned(3);
	run_unsigned(count - 1);
	sql_runner_close(runner);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("write");
	TCase *tcase = tcase_create("write");
	SRunner *srunner;
	int failed;

	tcase_add_test(tcase, transactions_see_their_rows);
	tcase_add_test(tcase, schemas_change);
	tcase_add_test(tcase, parameters);
	tcase_add_test(tcase, copy_from);
	tcase_add_test(tcase, unsigned_fields);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	srunner = srunner_create(suite);
	srunner_run_all(srunner, CK_NORMAL);
	failed = srunner_ntests_failed(srunner);
	srunner_free(srunner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
