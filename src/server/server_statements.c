/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_statements.c -- stele.statements: what statements took.
 */
#include "plan/schema.h"
#include "server/session_private.h"
#include "server/statement_stats.h"
#include "server/system_tables.h"

enum statements_column {
	STATEMENTS_ID,
	STATEMENTS_QUERY,
	STATEMENTS_CALLS,
	STATEMENTS_ROWS,
	STATEMENTS_TOTAL_MS,
	STATEMENTS_MEAN_MS,
	STATEMENTS_MIN_MS,
	STATEMENTS_MAX_MS,
	STATEMENTS_COLUMN_COUNT,
};

static const struct system_column
    statements_columns[STATEMENTS_COLUMN_COUNT] = {
	    [STATEMENTS_ID] = { "query_id", TYPE_INT8, false },
	    [STATEMENTS_QUERY] = { "query", TYPE_TEXT, false },
	    [STATEMENTS_CALLS] = { "calls", TYPE_INT8, false },
	    [STATEMENTS_ROWS] = { "rows", TYPE_INT8, false },
	    [STATEMENTS_TOTAL_MS] = { "total_ms", TYPE_FLOAT8, false },
	    [STATEMENTS_MEAN_MS] = { "mean_ms", TYPE_FLOAT8, false },
	    [STATEMENTS_MIN_MS] = { "min_ms", TYPE_FLOAT8, false },
	    [STATEMENTS_MAX_MS] = { "max_ms", TYPE_FLOAT8, false },
    };

static double
milliseconds(int64_t ns)
{
	return (double)ns / 1e6;
}

static void
put_statement(void *arg, const struct statement_stat *stat)
{
	struct system_rows *rows = arg;

	system_rows_next(rows);
	system_put_i64(rows, STATEMENTS_ID, (int64_t)stat->id);
	system_put_str(rows, STATEMENTS_QUERY,
	    str_of(stat->text, stat->text_len));
	system_put_i64(rows, STATEMENTS_CALLS, (int64_t)stat->calls);
	system_put_i64(rows, STATEMENTS_ROWS, (int64_t)stat->rows);
	system_put_f64(rows, STATEMENTS_TOTAL_MS, milliseconds(stat->total_ns));
	system_put_f64(rows, STATEMENTS_MEAN_MS,
	    milliseconds(stat->total_ns) / (double)stat->calls);
	system_put_f64(rows, STATEMENTS_MIN_MS, milliseconds(stat->min_ns));
	system_put_f64(rows, STATEMENTS_MAX_MS, milliseconds(stat->max_ns));
}

static int
statements_fill(void *arg, struct system_rows *rows, struct error *err UNUSED)
{
	const struct session *session = arg;

	statement_stats_each(&session->server->statements, put_statement, rows);
	return 0;
}

const struct system_provider server_statements = {
	.table = {
		.schema = SCHEMA_STELE,
		.name = "statements",
		.oid = 15006,
		.kind = 'v',
		.columns = statements_columns,
		.column_count = STATEMENTS_COLUMN_COUNT,
	},
	.fill = statements_fill,
};
