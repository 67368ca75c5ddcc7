/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world_kept.c -- kept queries: as exec/kept.c makes and refreshes them, of all
 * events of a type.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "sim/alloc.h"
#include "sim/random.h"
#include "sim/world_private.h"

/* What a refresh has read: numbers of events. */
struct reading {
	struct snapshot *snapshot;
	uint64_t after; /* no event up to it; kept rows are all read */
	uint64_t *events;
	size_t count;
};

/* ---- making and forgetting ---- */

static const struct view_column only_column = {
	.name = { "number", 6 },
	.type_oid = TYPE_INT8,
	.type_mod = -1,
};

bool
world_remember(struct world *world, struct write_batch *batch, uint32_t type)
{
	struct oracle *oracle = world->oracle;
	struct sql_view view = { .query = STR("QUERY ..."),
		.column_count = 1,
		.columns = &only_column };
	struct field fields[2];
	struct ddl ddl = { .kind = DDL_CREATE_KEPT,
		.view = &view,
		.fields = fields,
		.field_count = 2,
		.kept = { .generation = 1 } };
	struct arena arena;
	char name[16];
	uint32_t kept;
	bool is_done;

	if (oracle->type_count == ORACLE_TYPES_MAX)
		return true;
	snprintf(name, sizeof(name), "k%u", (unsigned)oracle->type_count);
	kept = oracle_add_kept_type(oracle, name, type);
	ddl.name = str_of_cstr(oracle->types[kept].name);
	arena_init(&arena, NULL);
	for (uint32_t c = 0; c < 2; c++)
		fields[c] = world_field(&oracle->types[kept].columns[c], c,
		    batch, &arena);
	is_done = world_apply_ddl(world, batch, &ddl, &arena);
	arena_release(&arena);
	return is_done;
}

static bool
is_kept(const struct oracle_type *type)
{
	return type->kept_of != 0 && !type->is_gone && type->dropped_by == 0;
}

bool
world_draw_kept(struct world *world, uint32_t *kept)
{
	const struct oracle *oracle = world->oracle;
	uint64_t count = 0, drawn;

	for (uint32_t t = 0; t < oracle->type_count; t++)
		count += is_kept(&oracle->types[t]);
	if (count == 0)
		return false;
	drawn = random_below(&world->random, count);
	for (*kept = 0;; ++*kept)
		if (is_kept(&oracle->types[*kept]) && drawn-- == 0)
			return true;
}

static const struct sql_view *
find_view(struct world *world, const struct catalog *catalog, uint32_t kept)
{
	const char *name = world->oracle->types[kept].name;
	const struct sql_view *view =
	    catalog_view_by_name(catalog, str_of_cstr(name));

	if (view == NULL)
		world_fail("kept query %s is not there", name);
	return view;
}

bool
world_forget(struct world *world, struct write_batch *batch, uint32_t kept)
{
	struct ddl ddl = {
		.kind = DDL_DROP_VIEW,
		.oid = find_view(world, write_batch_catalog(batch), kept)->oid,
	};

	oracle_drop_type(world->oracle, kept);
	return world_apply_ddl(world, batch, &ddl, NULL);
}

/* ---- reading ---- */

/* Columns: event_id, and the number of an event. */
static void
take_rows(struct reading *reading, const struct batch *batch)
{
	for (uint32_t i = 0; i < batch->sel.count; i++) {
		uint32_t row = sel_row(batch->sel, i);
		uint64_t id = (uint64_t)vec_get(&batch->cols[0], row).i64;

		if (id <= reading->after)
			continue;
		reading->events = sim_grow(reading->events, reading->count,
		    sizeof(*reading->events));
		reading->events[reading->count++] =
		    (uint64_t)vec_get(&batch->cols[1], row).i64;
	}
}

static int
read_part(struct reading *reading, struct scan *scan, uint32_t run,
    uint32_t part, struct error *err)
{
	struct scan_cursor *cursor;
	struct batch batch;
	int rc = scan_cursor_open(scan, run, part, &cursor, err);

	if (rc != 0)
		return rc;
	while ((rc = scan_cursor_next(cursor, &batch, err)) == 1)
		take_rows(reading, &batch);
	scan_cursor_close(cursor);
	return rc;
}

/* Of events their number, the first field; of kept rows the second. */
static int
read_rows(struct world *world, const struct event_type *type, uint32_t field,
    struct reading *reading, struct error *err)
{
	const uint32_t attnums[] = { 3, COLUMN_FIRST_FIELD + field };
	const struct scan_spec spec = {
		.snapshot = reading->snapshot,
		.type = type,
		.attnums = attnums,
		.attnum_count = 2,
	};
	struct arena arena;
	struct scan *scan;
	int rc;

	arena_init(&arena, NULL);
	rc = scan_open(world->engine, &spec, &arena, &scan, err);
	if (rc == 0) {
		for (uint32_t r = 0; r < scan_run_count(scan) && rc == 0; r++)
			for (uint32_t p = 0;
			     p < scan_part_count(scan, r) && rc == 0; p++)
				rc = read_part(reading, scan, r, p, err);
		scan_close(scan);
	}
	arena_release(&arena);
	return rc;
}

/* The source may be dropped: its events are there all the same. */
static const struct event_type *
find_source(struct world *world, const struct catalog *catalog, uint32_t kept)
{
	const struct oracle *oracle = world->oracle;
	const char *name = oracle->types[oracle->types[kept].kept_of - 1].name;

	for (uint32_t i = 0; i < catalog->type_count; i++)
		if (str_equal(catalog->types[i]->name, str_of_cstr(name)))
			return catalog->types[i];
	world_fail("type %s is not there", name);
}

/* ---- refreshing ---- */

static bool
put_rows(struct world *world, struct write_batch *batch, uint32_t kept,
    const struct ddl *ddl, const struct reading *reading)
{
	const struct event_type *sql =
	    catalog_type_by_oid(write_batch_catalog(batch), ddl->kept.type_oid);
	size_t done = 0;

	while (done < reading->count) {
		uint64_t first = world->oracle->event_count + 1;
		uint32_t count = 0;

		for (; count < VEC_ROWS && done < reading->count; count++)
			oracle_add_kept(world->oracle, kept,
			    reading->events[done++], ddl->kept.generation);
		if (!world_put_events(world, batch, kept, sql, first, count))
			return false;
	}
	return true;
}

static bool
keep(struct world *world, struct write_batch *batch, uint32_t kept,
    const struct ddl *ddl, const struct reading *reading, bool is_merge)
{
	struct ddl change = *ddl;

	if (!put_rows(world, batch, kept, ddl, reading))
		return false;
	if (is_merge)
		oracle_set_horizon(world->oracle, kept, 0,
		    ddl->kept.generation);
	return world_apply_ddl(world, batch, &change, NULL);
}

/* As of one snapshot: what is kept, if it is merged, and what is new. */
static int
read_all(struct world *world, uint32_t kept, const struct sql_view *view,
    struct reading *reading, bool is_merge, struct error *err)
{
	const struct catalog *catalog = snapshot_catalog(reading->snapshot);
	int rc = 0;

	if (is_merge)
		rc = read_rows(world,
		    catalog_type_by_oid(catalog, view->kept.type_oid), 1,
		    reading, err);
	reading->after = view->kept.position;
	return rc != 0 ? rc
		       : read_rows(world, find_source(world, catalog, kept), 0,
			     reading, err);
}

bool
world_refresh(struct world *world, struct write_batch *batch, uint32_t kept,
    bool is_merge)
{
	struct reading reading = { .after = 0 };
	struct ddl ddl = { .kind = DDL_SET_KEPT };
	const struct sql_view *view;
	struct error err;
	bool is_done = false;
	int rc;

	reading.snapshot = engine_snapshot(world->engine, 0, NULL, NULL);
	if (reading.snapshot == NULL) {
		(void)error_set(&err, STELE_E_OUT_OF_MEMORY, "no snapshot");
		world_note_error(world, &err, "refreshing");
		return false;
	}
	view = find_view(world, snapshot_catalog(reading.snapshot), kept);
	ddl.oid = view->oid;
	ddl.kept = view->kept;
	ddl.kept.is_populated = true;
	ddl.kept.position = snapshot_position(reading.snapshot);
	ddl.kept.number++;
	ddl.kept.generation += is_merge;
	rc = read_all(world, kept, view, &reading, is_merge, &err);
	snapshot_unref(reading.snapshot);
	if (rc == 0)
		is_done = keep(world, batch, kept, &ddl, &reading, is_merge);
	else
		world_note_error(world, &err, "refreshing");
	free(reading.events);
	return is_done;
}
