/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_sequence.c -- stele.event_id_seq: where event_ids come from, as a sequence
 * of PostgreSQL's shows itself.  There is one for all event types.
 */
#include "common/attr.h"
#include "engine/engine.h"
#include "plan/schema.h"
#include "server/session_private.h"
#include "server/system_tables.h"

enum sequence_column {
	SEQUENCE_LAST_VALUE,
	SEQUENCE_LOG_CNT,
	SEQUENCE_IS_CALLED,
	SEQUENCE_COLUMN_COUNT,
};

static const struct system_column sequence_columns[SEQUENCE_COLUMN_COUNT] = {
	[SEQUENCE_LAST_VALUE] = { "last_value", TYPE_INT8, true },
	[SEQUENCE_LOG_CNT] = { "log_cnt", TYPE_INT8, true },
	[SEQUENCE_IS_CALLED] = { "is_called", TYPE_BOOL, true },
};

/* One that has given no number yet has its first as the last. */
static int
sequence_fill(void *arg, struct system_rows *rows, struct error *err UNUSED)
{
	const struct session *session = arg;
	uint64_t last = engine_last_event_id(session->server->engine);

	system_rows_next(rows);
	system_put_i64(rows, SEQUENCE_LAST_VALUE,
	    last == 0 ? 1 : (int64_t)last);
	system_put_i64(rows, SEQUENCE_LOG_CNT, 0);
	system_put_bool(rows, SEQUENCE_IS_CALLED, last != 0);
	return 0;
}

const struct system_provider server_event_ids = {
	.table = {
		.schema = SCHEMA_STELE,
		.name = "event_id_seq",
		.oid = EVENT_ID_SEQUENCE_OID,
		.kind = 'S',
		.columns = sequence_columns,
		.column_count = SEQUENCE_COLUMN_COUNT,
	},
	.fill = sequence_fill,
};
