/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_types.c -- stele.event_types: what there is of each event type that one
 * may read.  It comes from what segments and MemTables know of themselves; for the
 * first and the last time the indexes of zones are read, and of MemTables the one
 * column.
 */
#include <stdlib.h>

#include "common/cancel.h"
#include "common/error.h"
#include "engine/engine.h"
#include "plan/names.h"
#include "plan/rights.h"
#include "plan/schema.h"
#include "server/session_private.h"
#include "server/system_tables.h"

#define DAY_US INT64_C(86400000000)

enum types_column {
	TYPES_NAME,
	TYPES_OID,
	TYPES_OWNER,
	TYPES_VERSION,
	TYPES_FIELDS,
	TYPES_EVENTS,
	TYPES_FIRST_TIMESTAMP,
	TYPES_LAST_TIMESTAMP,
	TYPES_BYTES,
	TYPES_ZONES,
	TYPES_RETAIN,
	TYPES_COLUMN_COUNT,
};

static const struct system_column types_columns[TYPES_COLUMN_COUNT] = {
	[TYPES_NAME] = { "event_type", TYPE_TEXT, true },
	[TYPES_OID] = { "oid", TYPE_OID, true },
	[TYPES_OWNER] = { "owner", TYPE_TEXT, false },
	[TYPES_VERSION] = { "version", TYPE_INT4, true },
	[TYPES_FIELDS] = { "fields", TYPE_INT4, true },
	[TYPES_EVENTS] = { "events", TYPE_INT8, true },
	[TYPES_FIRST_TIMESTAMP] = { "first_timestamp", TYPE_TIMESTAMPTZ,
	    false },
	[TYPES_LAST_TIMESTAMP] = { "last_timestamp", TYPE_TIMESTAMPTZ, false },
	/* of segments: its share, about */
	[TYPES_BYTES] = { "bytes", TYPE_INT8, true },
	[TYPES_ZONES] = { "zones", TYPE_INT8, true },
	[TYPES_RETAIN] = { "retain", TYPE_INTERVAL, false },
};

struct types_fill {
	struct system_rows *rows;
	struct session *session;
	struct snapshot *snapshot;
	struct type_rows *counts; /* owned; ascending oid */
	uint32_t count;
	struct arena arena; /* of one scan */
};

/* ---- the first and the last time ---- */

struct times {
	bool is_known;
	int64_t first, last;
};

static void
add_times(struct times *times, int64_t first, int64_t last)
{
	if (!times->is_known || first < times->first)
		times->first = first;
	if (!times->is_known || last > times->last)
		times->last = last;
	times->is_known = true;
}

static int
read_part(struct scan *scan, uint32_t run, uint32_t part,
    const atomic_bool *cancel, struct times *times, struct error *err)
{
	struct scan_cursor *cursor;
	struct batch batch;
	int rc = scan_cursor_open(scan, run, part, &cursor, err);

	if (rc != 0)
		return rc;
	while ((rc = scan_cursor_next(cursor, &batch, err)) == 1) {
		const struct vec *vec = &batch.cols[0];

		for (uint32_t i = 0; i < batch.sel.count; i++) {
			int64_t time =
			    vec->i64[vec_index(vec, sel_row(batch.sel, i))];

			add_times(times, time, time);
		}
		rc = cancel_check(cancel, err);
		if (rc != 0)
			break;
	}
	scan_cursor_close(cursor);
	return rc;
}

/* By the zone maps of its segments; what has none is read. */
static int
find_times(struct types_fill *fill, const struct event_type *type,
    struct times *times, struct error *err)
{
	static const uint32_t attnums[] = { COLUMN_TIMESTAMP };
	const struct scan_spec spec = {
		.snapshot = fill->snapshot,
		.type = type,
		.attnums = attnums,
		.attnum_count = 1,
		.is_estimate = true,
	};
	struct scan_range range;
	struct scan *scan;
	int rc = scan_open(fill->session->server->engine, &spec, &fill->arena,
	    &scan, err);

	if (rc != 0)
		return rc;
	for (uint32_t run = 0; run < scan_run_count(scan) && rc == 0; run++) {
		uint32_t count = scan_part_count(scan, run);

		for (uint32_t part = 0; part < count && rc == 0; part++) {
			rc = scan_part_range(scan, run, part, COLUMN_TIMESTAMP,
			    &range, err);
			if (rc != 0)
				break;
			if (range.has_low && range.has_high)
				add_times(times, range.low.i64, range.high.i64);
			else
				rc = read_part(scan, run, part,
				    &fill->session->cancel, times, err);
		}
	}
	scan_close(scan);
	return rc;
}

static int
put_times(struct types_fill *fill, const struct event_type *type,
    struct error *err)
{
	struct times times = { .is_known = false };
	int rc;

	if (!system_reads(fill->rows, TYPES_FIRST_TIMESTAMP) &&
	    !system_reads(fill->rows, TYPES_LAST_TIMESTAMP))
		return 0;
	rc = find_times(fill, type, &times, err);
	arena_reset(&fill->arena);
	if (rc != 0 || !times.is_known)
		return rc;
	system_put_i64(fill->rows, TYPES_FIRST_TIMESTAMP, times.first);
	system_put_i64(fill->rows, TYPES_LAST_TIMESTAMP, times.last);
	return 0;
}

/* ---- rows ---- */

static void
put_counts(struct types_fill *fill, uint32_t oid)
{
	struct type_rows found = type_rows_find(fill->counts, fill->count, oid);

	system_put_i64(fill->rows, TYPES_EVENTS, (int64_t)found.rows);
	system_put_i64(fill->rows, TYPES_BYTES, (int64_t)found.bytes);
	system_put_i64(fill->rows, TYPES_ZONES, (int64_t)found.zones);
}

static int
put_type(struct types_fill *fill, const struct event_type *type,
    struct error *err)
{
	const struct plan_context context = {
		.catalog = snapshot_catalog(fill->snapshot),
		.session = &fill->session->facts,
	};
	struct system_rows *rows = fill->rows;
	struct str owner;

	system_rows_next(rows);
	system_put_str(rows, TYPES_NAME, type->name);
	system_put_i64(rows, TYPES_OID, type->oid);
	if (names_role_name(&context, type->owner, &owner))
		system_put_str(rows, TYPES_OWNER, owner);
	system_put_i64(rows, TYPES_VERSION, event_type_current(type)->number);
	system_put_i64(rows, TYPES_FIELDS, type->field_count);
	put_counts(fill, type->oid);
	if (type->retain_us > 0) {
		struct datum retain = { .is_null = false };

		retain.interval.days = (int32_t)(type->retain_us / DAY_US);
		retain.interval.microseconds = type->retain_us % DAY_US;
		system_put(rows, TYPES_RETAIN, &retain);
	}
	return put_times(fill, type, err);
}

static int
put_types(struct types_fill *fill, struct error *err)
{
	const struct catalog *catalog = snapshot_catalog(fill->snapshot);
	uint32_t role_oid = fill->session->facts.role_oid;
	int rc = 0;

	for (uint32_t i = 0; i < catalog->type_count && rc == 0; i++) {
		const struct event_type *type = catalog->types[i];

		if (event_type_has_name(type) &&
		    system_wants_str(fill->rows, TYPES_NAME, type->name) &&
		    (catalog_is_superuser(catalog, role_oid) ||
			plan_may_read(catalog, role_oid, type)))
			rc = put_type(fill, type, err);
	}
	return rc;
}

static int
types_fill(void *arg, struct system_rows *rows, struct error *err)
{
	struct session *session = arg;
	struct engine *engine = session->server->engine;
	struct types_fill fill = { .rows = rows, .session = session };
	int rc = engine_type_rows(engine, &fill.counts, &fill.count, err);

	if (rc != 0)
		return rc;
	fill.snapshot = engine_snapshot(engine, 0, NULL, NULL);
	arena_init(&fill.arena, NULL);
	if (fill.snapshot == NULL)
		rc = error_no_memory(err);
	else
		rc = put_types(&fill, err);
	if (fill.snapshot != NULL)
		snapshot_unref(fill.snapshot);
	arena_release(&fill.arena);
	free(fill.counts);
	return rc;
}

const struct system_provider server_types = {
	.table = {
		.schema = SCHEMA_STELE,
		.name = "event_types",
		.oid = 15018,
		.kind = 'v',
		.columns = types_columns,
		.column_count = TYPES_COLUMN_COUNT,
	},
	.fill = types_fill,
};
