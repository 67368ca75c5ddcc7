/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libpq_test.c -- a client in C: parameters and results in text and binary,
 * pipelines, rows one by one, COPY, cancel.  The binary values are
 * PostgreSQL's own forms, written down as bytes.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libpq-fe.h>

#include "lib/test_server.h"

#define OID_BOOL        16
#define OID_INT8        20
#define OID_INT2        21
#define OID_INT4        23
#define OID_TEXT        25
#define OID_JSON        114
#define OID_FLOAT4      700
#define OID_FLOAT8      701
#define OID_BPCHAR      1042
#define OID_VARCHAR     1043
#define OID_DATE        1082
#define OID_TIMESTAMPTZ 1184
#define OID_NUMERIC     1700
#define OID_UUID        2950
#define OID_JSONB       3802

static const char *const server_options[] = { "shard_count=2", NULL };
static struct test_server server;
static PGconn *conn;

static void
connect_client(void)
{
	conn = PQconnectdb(server.conninfo);
	ck_assert_msg(PQstatus(conn) == CONNECTION_OK, "%s",
	    PQerrorMessage(conn));
}

static void
disconnect_client(void)
{
	PQfinish(conn);
	conn = NULL;
}

/* The result must have this status; its SQLSTATE is shown if not. */
static PGresult *
expect(PGresult *result, ExecStatusType status)
{
	ck_assert_msg(PQresultStatus(result) == status, "%s: %s",
	    PQresStatus(PQresultStatus(result)), PQerrorMessage(conn));
	return result;
}

static void
run(const char *sql)
{
	PGresult *result = PQexec(conn, sql);

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		expect(result, PGRES_COMMAND_OK);
	PQclear(result);
}

static void
begin_copy(const char *sql)
{
	PQclear(expect(PQexec(conn, sql), PGRES_COPY_IN));
}

static void
expect_error(PGresult *result, const char *sqlstate)
{
	expect(result, PGRES_FATAL_ERROR);
	ck_assert_str_eq(PQresultErrorField(result, PG_DIAG_SQLSTATE),
	    sqlstate);
	PQclear(result);
}

static void
expect_value(const char *sql, const char *value)
{
	PGresult *result = expect(PQexec(conn, sql), PGRES_TUPLES_OK);

	ck_assert_int_eq(PQntuples(result), 1);
	ck_assert_str_eq(PQgetvalue(result, 0, 0), value);
	PQclear(result);
}

/* ---- values ---- */

/* clang-format off */
static const struct {
	const char *column;
	Oid oid;
	const char *text;
	int len;
	const char *binary;
} value_case[] = {
	{ "s", OID_TEXT, "", 0, "" },
	{ "s", OID_TEXT, "\xf0\x9f\xaa\xb6\n\\", 6, "\xf0\x9f\xaa\xb6\n\\" },
	{ "i", OID_INT8, "0", 8, "\0\0\0\0\0\0\0\0" },
	{ "i", OID_INT8, "-9223372036854775808", 8, "\x80\0\0\0\0\0\0\0" },
	{ "i", OID_INT8, "9223372036854775807", 8,
	    "\x7f\xff\xff\xff\xff\xff\xff\xff" },
	{ "u", OID_NUMERIC, "0", 8, "\0\0\0\0\0\0\0\0" },
	{ "u", OID_NUMERIC, "18446744073709551615", 18,
	    "\0\5\0\4\0\0\0\0" "\x07\x34\x1a\x58\x02\xe1\x03\xbb\x06\x4f" },
	{ "f", OID_FLOAT8, "NaN", 8, "\x7f\xf8\0\0\0\0\0\0" },
	{ "f", OID_FLOAT8, "Infinity", 8, "\x7f\xf0\0\0\0\0\0\0" },
	{ "f", OID_FLOAT8, "-Infinity", 8, "\xff\xf0\0\0\0\0\0\0" },
	{ "f", OID_FLOAT8, "-0", 8, "\x80\0\0\0\0\0\0\0" },
	{ "f", OID_FLOAT8, "5e-324", 8, "\0\0\0\0\0\0\0\1" },
	{ "f", OID_FLOAT8, "1.7976931348623157e+308", 8,
	    "\x7f\xef\xff\xff\xff\xff\xff\xff" },
	{ "b", OID_BOOL, "t", 1, "\1" },
	{ "b", OID_BOOL, "f", 1, "\0" },
	{ "t", OID_TIMESTAMPTZ, "2000-01-01 00:00:00+00", 8,
	    "\0\0\0\0\0\0\0\0" },
	{ "t", OID_TIMESTAMPTZ, "1999-12-31 23:59:59.999999+00", 8,
	    "\xff\xff\xff\xff\xff\xff\xff\xff" },
	{ "t", OID_TIMESTAMPTZ, "infinity", 8,
	    "\x7f\xff\xff\xff\xff\xff\xff\xff" },
	{ "t", OID_TIMESTAMPTZ, "-infinity", 8, "\x80\0\0\0\0\0\0\0" },
	{ "t", OID_TIMESTAMPTZ, "4714-11-24 00:00:00+00 BC", 8,
	    "\xfd\x0f\x7c\xc1\x41\x1f\xa0\x00" },
	{ "d", OID_DATE, "2000-01-01", 4, "\0\0\0\0" },
	{ "d", OID_DATE, "5874897-12-31", 4, "\x7f\xda\x97\x0c" },
	{ "d", OID_DATE, "infinity", 4, "\x7f\xff\xff\xff" },
	{ "g", OID_UUID, "00112233-4455-6677-8899-aabbccddeeff", 16,
	    "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff" },
	{ "n", OID_NUMERIC, "-0.0000000001", 10,
	    "\0\1\xff\xfd\x40\0\0\x0a\0\x64" },
	{ "n", OID_NUMERIC, "9999999999999999999999999999.9999999999", 28,
	    "\0\x0a\0\6\0\0\0\x0a"
	    "\x27\x0f\x27\x0f\x27\x0f\x27\x0f\x27\x0f"
	    "\x27\x0f\x27\x0f\x27\x0f\x27\x0f\x26\xac" },
	{ "j", OID_JSONB, "{\"a\": [1, null]}", 17, "\1{\"a\": [1, null]}" },
	{ "x", OID_JSON, "{ \"a\":1 }", 9, "{ \"a\":1 }" },
	{ "h", OID_INT2, "-32768", 2, "\x80\0" },
	{ "w", OID_INT4, "2147483647", 4, "\x7f\xff\xff\xff" },
	{ "r", OID_FLOAT4, "1e-45", 4, "\0\0\0\1" },
	{ "r", OID_FLOAT4, "-0.5", 4, "\xbf\0\0\0" },
	{ "c", OID_VARCHAR, "\xc3\xa9 \xc3\xa9", 5, "\xc3\xa9 \xc3\xa9" },
	{ "k", OID_BPCHAR, "ab ", 3, "ab " },
};
/* clang-format on */

enum { VALUE_CASES = sizeof(value_case) / sizeof(value_case[0]) };

static void
insert_value(int i, int is_binary, Oid oid)
{
	char sql[128];
	const char *value =
	    is_binary ? value_case[i].binary : value_case[i].text;

	snprintf(sql, sizeof(sql),
	    "INSERT INTO every (context_id, %s) VALUES ('v%d', $1)",
	    value_case[i].column, i);
	PQclear(expect(PQexecParams(conn, sql, 1, oid == 0 ? NULL : &oid,
			   &value, &value_case[i].len, &is_binary, 0),
	    PGRES_COMMAND_OK));
}

START_TEST(values_come_back)
{
	char sql[128];

	/* As text and binary, with the type said and left to the server. */
	insert_value(_i, 0, 0);
	insert_value(_i, 0, value_case[_i].oid);
	insert_value(_i, 1, 0);
	insert_value(_i, 1, value_case[_i].oid);
	snprintf(sql, sizeof(sql), "SELECT %s FROM every WHERE context_id = $1",
	    value_case[_i].column);
	for (int is_binary = 0; is_binary <= 1; is_binary++) {
		char context[16];
		const char *value = context;
		PGresult *result;

		snprintf(context, sizeof(context), "v%d", _i);
		result = expect(PQexecParams(conn, sql, 1, NULL, &value, NULL,
				    NULL, is_binary),
		    PGRES_TUPLES_OK);
		ck_assert_int_eq(PQntuples(result), 4);
		ck_assert_uint_eq(PQftype(result, 0), value_case[_i].oid);
		ck_assert_int_eq(PQfformat(result, 0), is_binary);
		for (int row = 0; row < 4; row++) {
			const char *got = PQgetvalue(result, row, 0);
			int len = PQgetlength(result, row, 0);

			if (!is_binary) {
				ck_assert_str_eq(got, value_case[_i].text);
				continue;
			}
			ck_assert_int_eq(len, value_case[_i].len);
			ck_assert_mem_eq(got, value_case[_i].binary,
			    (size_t)len);
		}
		PQclear(result);
	}
}
END_TEST

START_TEST(nulls_are_not_empty)
{
	static const char *const values[2] = { "nulls", NULL };
	PGresult *result;

	PQclear(expect(
	    PQexecParams(conn,
		"INSERT INTO every (context_id, s) VALUES ($1, $2), ($1, '')",
		2, NULL, values, NULL, NULL, 0),
	    PGRES_COMMAND_OK));
	result = expect(PQexecParams(conn,
			    "SELECT s, j FROM every WHERE context_id = 'nulls' "
			    "ORDER BY event_id",
			    0, NULL, NULL, NULL, NULL, 1),
	    PGRES_TUPLES_OK);
	ck_assert_int_eq(PQgetisnull(result, 0, 0), 1);
	ck_assert_int_eq(PQgetisnull(result, 1, 0), 0);
	ck_assert_int_eq(PQgetlength(result, 1, 0), 0);
	ck_assert_int_eq(PQgetisnull(result, 1, 1), 1);
	PQclear(result);
}
END_TEST

START_TEST(enums_are_text)
{
	static const char *const value[1] = { "gr\xc3\xbcn" };
	static const int len[1] = { 5 }, format[1] = { 1 };
	PGresult *result;

	PQclear(expect(PQexecParams(conn,
			   "INSERT INTO painted (context_id, shade) "
			   "VALUES ('e', $1)",
			   1, NULL, value, len, format, 0),
	    PGRES_COMMAND_OK));
	result = expect(PQexecParams(conn, "SELECT shade FROM painted", 0, NULL,
			    NULL, NULL, NULL, 1),
	    PGRES_TUPLES_OK);
	ck_assert_str_eq(PQgetvalue(result, 0, 0), value[0]);
	ck_assert_uint_ge(PQftype(result, 0), 16384);
	PQclear(result);
	expect_error(PQexec(conn,
			 "INSERT INTO painted (context_id, shade) "
			 "VALUES ('e', 'blue')"),
	    "22P02");
}
END_TEST

/* ---- statements ---- */

START_TEST(statements_are_described)
{
	static const Oid types[] = { OID_TEXT, 114 };
	PGresult *result;

	PQclear(expect(PQprepare(conn, "store", "STORE every FOR $1 PAYLOAD $2",
			   0, NULL),
	    PGRES_COMMAND_OK));
	result = expect(PQdescribePrepared(conn, "store"), PGRES_COMMAND_OK);
	ck_assert_int_eq(PQnparams(result), 2);
	for (int i = 0; i < 2; i++)
		ck_assert_uint_eq(PQparamtype(result, i), types[i]);
	ck_assert_int_eq(PQnfields(result), 0);
	PQclear(result);
	PQclear(expect(PQprepare(conn, "query",
			   "QUERY every WHERE i > $1 RETURN [s, i]", 0, NULL),
	    PGRES_COMMAND_OK));
	result = expect(PQdescribePrepared(conn, "query"), PGRES_COMMAND_OK);
	ck_assert_int_eq(PQnparams(result), 1);
	ck_assert_uint_eq(PQparamtype(result, 0), OID_INT8);
	/* context_id, event_type, timestamp and event_id come first. */
	ck_assert_int_eq(PQnfields(result), 6);
	ck_assert_str_eq(PQfname(result, 5), "i");
	ck_assert_uint_eq(PQftype(result, 5), OID_INT8);
	PQclear(result);
	expect_error(PQdescribePrepared(conn, "nobody"), "26000");
}
END_TEST

/* What a payload may not be, in either form of the parameter. */
static const struct {
	const char *payload, *sqlstate;
} bad_payloads[] = {
	{ "{\"i\": 5", "22P02" },
	{ "not json", "22P02" },
	{ "[5]", "22023" },
	{ "{\"nobody\": 5}", "22023" },
	{ "{\"s\": \"\xff\"}", "22021" },
};
enum { BAD_CASES = 2 * sizeof(bad_payloads) / sizeof(bad_payloads[0]) };

START_TEST(payloads_are_checked)
{
	static const Oid types[] = { OID_TEXT, 114 };
	const char *values[2] = { "bad", bad_payloads[_i / 2].payload };
	const int lengths[2] = { 3, (int)strlen(values[1]) };
	const int formats[2] = { _i % 2, _i % 2 };

	expect_error(PQexecParams(conn, "STORE every FOR $1 PAYLOAD $2", 2,
			 types, values, lengths, formats, 0),
	    bad_payloads[_i / 2].sqlstate);
	expect_value("SELECT count(*) FROM every WHERE context_id = 'bad'",
	    "0");
}
END_TEST

START_TEST(stores_are_pipelined)
{
	static const char *const values[2] = { "piped", "{\"i\": 5}" };
	enum { COUNT = 200 };

	ck_assert_int_eq(PQenterPipelineMode(conn), 1);
	for (int i = 0; i < COUNT; i++) {
		ck_assert_int_eq(PQsendQueryParams(conn,
				     "STORE every FOR $1 PAYLOAD $2", 2, NULL,
				     values, NULL, NULL, 0),
		    1);
		ck_assert_int_eq(PQpipelineSync(conn), 1);
	}
	for (int i = 0; i < COUNT; i++) {
		PGresult *result = expect(PQgetResult(conn), PGRES_COMMAND_OK);

		ck_assert_str_eq(PQcmdStatus(result), "INSERT 0 1");
		PQclear(result);
		ck_assert_ptr_null(PQgetResult(conn));
		PQclear(expect(PQgetResult(conn), PGRES_PIPELINE_SYNC));
	}
	ck_assert_int_eq(PQexitPipelineMode(conn), 1);
	expect_value("SELECT sum(i) FROM every WHERE context_id = 'piped'",
	    "1000");
}
END_TEST

/* One Sync is one transaction: an error undoes all, and the rest is aborted. */
START_TEST(a_pipeline_fails_as_one)
{
	static const char *const sql[] = {
		"INSERT INTO every (context_id) VALUES ('failed')",
		"INSERT INTO every (context_id, i) VALUES ('failed', 1 / 0)",
		"INSERT INTO every (context_id) VALUES ('failed')",
	};

	ck_assert_int_eq(PQenterPipelineMode(conn), 1);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(PQsendQueryParams(conn, sql[i], 0, NULL, NULL,
				     NULL, NULL, 0),
		    1);
	ck_assert_int_eq(PQpipelineSync(conn), 1);
	PQclear(expect(PQgetResult(conn), PGRES_COMMAND_OK));
	ck_assert_ptr_null(PQgetResult(conn));
	expect_error(PQgetResult(conn), "22012");
	ck_assert_ptr_null(PQgetResult(conn));
	PQclear(expect(PQgetResult(conn), PGRES_PIPELINE_ABORTED));
	ck_assert_ptr_null(PQgetResult(conn));
	PQclear(expect(PQgetResult(conn), PGRES_PIPELINE_SYNC));
	ck_assert_int_eq(PQexitPipelineMode(conn), 1);
	expect_value("SELECT count(*) FROM every WHERE context_id = 'failed'",
	    "0");
}
END_TEST

/* What the catalogue says of a type. */
START_TEST(the_catalogue_is_read)
{
	static const char *const expected[][3] = {
		{ "context_id", "text", "t" },
		{ "timestamp", "timestamp with time zone", "t" },
		{ "event_id", "bigint", "t" },
		{ "s", "text", "f" },
	};
	PGresult *result = expect(
	    PQexec(conn,
		"SELECT attname, format_type(atttypid, atttypmod), attnotnull "
		"FROM pg_attribute WHERE attrelid = 'every'::regclass "
		"AND attnum BETWEEN 1 AND 4 ORDER BY attnum"),
	    PGRES_TUPLES_OK);

	ck_assert_int_eq(PQntuples(result), 4);
	for (int row = 0; row < 4; row++)
		for (int column = 0; column < 3; column++)
			ck_assert_str_eq(PQgetvalue(result, row, column),
			    expected[row][column]);
	PQclear(result);
	expect_value("SELECT column_name FROM information_schema."
		     "key_column_usage WHERE table_name = 'every'",
	    "event_id");
}
END_TEST

START_TEST(rows_come_one_by_one)
{
	long expected = 0;
	PGresult *result;

	begin_copy("COPY every (context_id, i) FROM STDIN");
	for (int i = 0; i < 100000; i++) {
		char line[32];
		int len = snprintf(line, sizeof(line), "copied\t%d\n", i);

		ck_assert_int_eq(PQputCopyData(conn, line, len), 1);
	}
	ck_assert_int_eq(PQputCopyEnd(conn, NULL), 1);
	result = expect(PQgetResult(conn), PGRES_COMMAND_OK);
	ck_assert_str_eq(PQcmdTuples(result), "100000");
	PQclear(result);
	ck_assert_ptr_null(PQgetResult(conn));
	ck_assert_int_eq(PQsendQuery(conn,
			     "SELECT i FROM every "
			     "WHERE context_id = 'copied' ORDER BY event_id"),
	    1);
	ck_assert_int_eq(PQsetSingleRowMode(conn), 1);
	while ((result = PQgetResult(conn)) != NULL) {
		if (PQntuples(result) == 1)
			ck_assert_int_eq(atol(PQgetvalue(result, 0, 0)),
			    expected++);
		PQclear(result);
	}
	ck_assert_int_eq(expected, 100000);
}
END_TEST

START_TEST(a_copy_can_fail)
{
	begin_copy("COPY every (context_id, i) FROM STDIN");
	ck_assert_int_eq(PQputCopyData(conn, "bad\t1\nbad\tx\n", 12), 1);
	ck_assert_int_eq(PQputCopyEnd(conn, NULL), 1);
	expect_error(PQgetResult(conn), "22P02");
	ck_assert_ptr_null(PQgetResult(conn));
	begin_copy("COPY every (context_id, i) FROM STDIN");
	ck_assert_int_eq(PQputCopyData(conn, "bad\t1\n", 6), 1);
	ck_assert_int_eq(PQputCopyEnd(conn, "given up"), 1);
	expect_error(PQgetResult(conn), "57014");
	ck_assert_ptr_null(PQgetResult(conn));
	expect_value("SELECT count(*) FROM every WHERE context_id = 'bad'",
	    "0");
}
END_TEST

START_TEST(errors_are_complete)
{
	static const char fields[] = { PG_DIAG_SEVERITY,
		PG_DIAG_SEVERITY_NONLOCALIZED, PG_DIAG_SQLSTATE,
		PG_DIAG_MESSAGE_PRIMARY, PG_DIAG_SOURCE_FILE,
		PG_DIAG_SOURCE_LINE, PG_DIAG_SOURCE_FUNCTION };
	PGresult *result = PQexec(conn, "SELECT nothing FROM every");

	for (size_t i = 0; i < sizeof(fields); i++)
		ck_assert_msg(PQresultErrorField(result, fields[i]) != NULL,
		    "no field %c", fields[i]);
	ck_assert_str_eq(PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION),
	    "8");
	expect_error(result, "42703");
	expect_value("SELECT 42", "42");
}
END_TEST

START_TEST(a_transaction_is_rolled_back)
{
	run("BEGIN");
	run("INSERT INTO every (context_id) VALUES ('rolled')");
	expect_value("SELECT count(*) FROM every WHERE context_id = 'rolled'",
	    "1");
	ck_assert_int_eq(PQtransactionStatus(conn), PQTRANS_INTRANS);
	expect_error(PQexec(conn, "SELECT 1 / 0"), "22012");
	ck_assert_int_eq(PQtransactionStatus(conn), PQTRANS_INERROR);
	expect_error(PQexec(conn, "SELECT 1"), "25P02");
	run("ROLLBACK");
	ck_assert_int_eq(PQtransactionStatus(conn), PQTRANS_IDLE);
	expect_value("SELECT count(*) FROM every WHERE context_id = 'rolled'",
	    "0");
}
END_TEST

START_TEST(event_ids_are_returned)
{
	PGresult *result =
	    expect(PQexec(conn,
		       "INSERT INTO every (context_id) VALUES ('r'), ('r') "
		       "RETURNING event_id, context_id"),
		PGRES_TUPLES_OK);
	long first = atol(PQgetvalue(result, 0, 0));

	ck_assert_int_eq(PQntuples(result), 2);
	ck_assert_int_eq(atol(PQgetvalue(result, 1, 0)), first + 1);
	PQclear(result);
}
END_TEST

/* ---- cancel ---- */

enum { SLOW_ROWS = 10000, SLOW_LETTERS = 1000, SLOW_TERMS = 1000 };

static void
fill_slow(void)
{
	char line[SLOW_LETTERS + 3] = "c\t";

	memset(line + 2, 'a', SLOW_LETTERS);
	line[SLOW_LETTERS + 2] = '\n';
	begin_copy("COPY slow (context_id, s) FROM STDIN");
	for (int i = 0; i < SLOW_ROWS; i++)
		ck_assert_int_eq(PQputCopyData(conn, line, sizeof(line)), 1);
	ck_assert_int_eq(PQputCopyEnd(conn, NULL), 1);
	PQclear(expect(PQgetResult(conn), PGRES_COMMAND_OK));
	ck_assert_ptr_null(PQgetResult(conn));
}

START_TEST(a_statement_is_cancelled)
{
	static const struct timespec moment = { .tv_nsec = 200000000 };
	char sql[64 + SLOW_TERMS * 32] =
	    "SELECT count(*) FROM slow WHERE false";
	char message[256];
	PGcancel *cancel = PQgetCancel(conn);
	size_t len = strlen(sql);

	fill_slow();
	for (int i = 0; i < SLOW_TERMS; i++)
		len += (size_t)snprintf(sql + len, sizeof(sql) - len,
		    " OR s LIKE '%%a%%b%d%%'", i);
	ck_assert_int_eq(PQsendQuery(conn, sql), 1);
	nanosleep(&moment, NULL);
	ck_assert_int_eq(PQcancel(cancel, message, sizeof(message)), 1);
	expect_error(PQgetResult(conn), "57014");
	ck_assert_ptr_null(PQgetResult(conn));
	/* One that comes too late hits nothing. */
	ck_assert_int_eq(PQcancel(cancel, message, sizeof(message)), 1);
	nanosleep(&moment, NULL);
	expect_value("SELECT 42", "42");
	PQfreeCancel(cancel);
}
END_TEST

/* Outside the tests, which run in forks: every case finds the types. */
static void
define_types(void)
{
	static const char *const statements[] = {
		"DEFINE every FIELDS { \"s\": \"string | null\", "
		"\"i\": \"int | null\", \"u\": \"u64 | null\", "
		"\"f\": \"float | null\", \"b\": \"bool | null\", "
		"\"t\": \"datetime | null\", \"d\": \"date | null\", "
		"\"g\": \"uuid | null\", "
		"\"n\": \"decimal(38,10) | null\", "
		"\"j\": \"json | null\" }",
		"ALTER TABLE every ADD COLUMN x json, ADD COLUMN h smallint, "
		"ADD COLUMN w integer, ADD COLUMN r real, "
		"ADD COLUMN c varchar(10), ADD COLUMN k char(3)",
		"CREATE TYPE color AS ENUM ('red', 'gr\xc3\xbcn')",
		"CREATE TABLE painted (shade color NOT NULL)",
		"DEFINE slow FIELDS { \"s\": \"string\" }",
	};
	PGconn *once = PQconnectdb(server.conninfo);

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]);
	     i++) {
		PGresult *result = PQexec(once, statements[i]);

		if (PQresultStatus(result) != PGRES_COMMAND_OK) {
			fprintf(stderr, "%s: %s", statements[i],
			    PQerrorMessage(once));
			exit(EXIT_FAILURE);
		}
		PQclear(result);
	}
	PQfinish(once);
}

static Suite *
libpq_suite(void)
{
	Suite *suite = suite_create("libpq");
	TCase *values = tcase_create("values");
	TCase *statements = tcase_create("statements");
	TCase *cancel = tcase_create("cancel");

	tcase_add_checked_fixture(values, connect_client, disconnect_client);
	tcase_add_loop_test(values, values_come_back, 0, VALUE_CASES);
	tcase_add_test(values, nulls_are_not_empty);
	tcase_add_test(values, enums_are_text);
	suite_add_tcase(suite, values);
	tcase_add_checked_fixture(statements, connect_client,
	    disconnect_client);
	tcase_set_timeout(statements, 20);
	tcase_add_test(statements, statements_are_described);
	tcase_add_loop_test(statements, payloads_are_checked, 0, BAD_CASES);
	tcase_add_test(statements, stores_are_pipelined);
	tcase_add_test(statements, a_pipeline_fails_as_one);
	tcase_add_test(statements, the_catalogue_is_read);
	tcase_add_test(statements, rows_come_one_by_one);
	tcase_add_test(statements, a_copy_can_fail);
	tcase_add_test(statements, errors_are_complete);
	tcase_add_test(statements, a_transaction_is_rolled_back);
	tcase_add_test(statements, event_ids_are_returned);
	suite_add_tcase(suite, statements);
	tcase_add_checked_fixture(cancel, connect_client, disconnect_client);
	tcase_set_timeout(cancel, 30);
	tcase_add_test(cancel, a_statement_is_cancelled);
	suite_add_tcase(suite, cancel);
	return suite;
}

int
main(void)
{
	SRunner *runner;
	int failed;

	test_server_init(&server);
	test_server_spawn(&server, server_options);
	if (!test_server_wait(&server, 20)) {
		test_server_print_log(&server);
		return EXIT_FAILURE;
	}
	setenv("PGTZ", "UTC", 1);
	runner = srunner_create(libpq_suite());
	srunner_set_fork_status(runner, CK_FORK);
	define_types();
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	if (!test_server_stop(&server, 2)) {
		fputs("the server does not stop when told to\n", stderr);
		failed++;
	}
	if (test_server_has_reports(&server))
		failed++;
	if (failed != 0)
		test_server_print_log(&server);
	test_server_release(&server);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
