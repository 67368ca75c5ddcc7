/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_messages.c -- stele.log: the last messages of the server, as they are in
 * its log.
 */
#include "common/log.h"
#include "common/log_tail.h"
#include "plan/schema.h"
#include "server/session_private.h"
#include "server/system_tables.h"

enum log_column {
	LOG_NUMBER,
	LOG_TIME,
	LOG_LEVEL,
	LOG_CATEGORY,
	LOG_MESSAGE,
	LOG_COLUMN_COUNT,
};

static const struct system_column log_columns[LOG_COLUMN_COUNT] = {
	[LOG_NUMBER] = { "number", TYPE_INT8, true },
	[LOG_TIME] = { "time", TYPE_TIMESTAMPTZ, true },
	[LOG_LEVEL] = { "level", TYPE_TEXT, true },
	[LOG_CATEGORY] = { "category", TYPE_TEXT, true },
	[LOG_MESSAGE] = { "message", TYPE_TEXT, true },
};

static int
log_fill(void *arg UNUSED, struct system_rows *rows, struct error *err)
{
	struct log_tail tail;
	struct log_tail_line line;
	int rc = log_last_lines(&tail, err);

	if (rc != 0)
		return rc;
	while (log_tail_take(&tail, &line)) {
		system_rows_next(rows);
		system_put_i64(rows, LOG_NUMBER, (int64_t)line.number);
		system_put_i64(rows, LOG_TIME,
		    line.time_us - OS_EPOCH_2000_SECONDS * INT64_C(1000000));
		system_put_cstr(rows, LOG_LEVEL,
		    log_level_name((enum log_level)line.level));
		system_put_cstr(rows, LOG_CATEGORY,
		    log_category_name((enum log_category)line.category));
		system_put_str(rows, LOG_MESSAGE, line.text);
	}
	log_tail_release(&tail);
	return 0;
}

const struct system_provider server_messages = {
	.table = {
		.schema = SCHEMA_STELE,
		.name = "log",
		.oid = 15017,
		.kind = 'v',
		.columns = log_columns,
		.column_count = LOG_COLUMN_COUNT,
	},
	.fill = log_fill,
};
