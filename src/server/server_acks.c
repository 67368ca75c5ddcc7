/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_acks.c -- stele.acks: how long writers have waited until they were told
 * that what they have sent is stored.  A row for each stretch of times that there
 * were: whoever reads it twice knows what was in between.
 */
#include "plan/schema.h"
#include "server/session_private.h"
#include "server/system_tables.h"

enum acks_column {
	ACKS_UP_TO_MS,
	ACKS_COUNT,
	ACKS_COLUMN_COUNT,
};

static const struct system_column acks_columns[ACKS_COLUMN_COUNT] = {
	[ACKS_UP_TO_MS] = { "up_to_ms", TYPE_FLOAT8, true },
	[ACKS_COUNT] = { "count", TYPE_INT8, true },
};

static int
acks_fill(void *arg, struct system_rows *rows, struct error *err UNUSED)
{
	const struct session *session = arg;
	const struct server *server = session->server;
	uint64_t counts[HISTOGRAM_BUCKETS] = { 0 };

	for (uint32_t i = 0; i < server->net_count; i++)
		histogram_add_counts(&server->nets[i].acks, counts);
	for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		if (counts[i] == 0)
			continue;
		system_rows_next(rows);
		system_put_f64(rows, ACKS_UP_TO_MS,
		    (double)histogram_bucket_max(i) / 1e6);
		system_put_i64(rows, ACKS_COUNT, (int64_t)counts[i]);
	}
	return 0;
}

const struct system_provider server_acks = {
	.table = {
		.schema = SCHEMA_STELE,
		.name = "acks",
		.oid = 15016,
		.kind = 'v',
		.columns = acks_columns,
		.column_count = ACKS_COLUMN_COUNT,
	},
	.fill = acks_fill,
};
