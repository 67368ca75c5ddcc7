/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what the engine gives back to the oracle's rules.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "sim/alloc.h"
#include "sim/random.h"
#include "sim/sched.h"
#include "sim/world_private.h"

#define CONTEXTS_LOOKED_AT 2 /* of each type, each time */

struct found {
	uint64_t id;
	uint64_t event;
};

struct reader_state {
	struct world *world;
	struct look *look;
	struct snapshot *snapshot;
	struct found *found;
	size_t count;
	struct error err;
};

static void
must_hold(const struct reader_state *state, bool holds)
{
	if (!holds)
		world_fail("%s", state->world->oracle->why);
}

static void
value_of(enum oracle_kind kind, const struct datum *datum,
    struct oracle_value *out)
{
	*out = (struct oracle_value){ .is_null = datum->is_null };
	if (datum->is_null)
		return;
	switch (kind) {
	case ORACLE_NUMBER:
	case ORACLE_SOURCE:
	case ORACLE_INT:
	case ORACLE_TIME:
	case ORACLE_DATE:
	case ORACLE_ENUM:
		out->number = datum->i64;
		break;
	case ORACLE_BOOL:
		out->number = datum->boolean;
		break;
	case ORACLE_TEXT:
	case ORACLE_JSON:
		out->text = datum->str.data;
		out->len = datum->str.len;
		break;
	case ORACLE_FLOAT:
		memcpy(&out->bits, &datum->f64, sizeof(out->bits));
		break;
	case ORACLE_DECIMAL:
	case ORACLE_NUMERIC:
		out->scale = datum->numeric.kind == NUMERIC_NAN
		    ? -1
		    : (int32_t)datum->numeric.scale;
		out->number = (int64_t)(uint64_t)(u128)datum->numeric.small;
		out->high = (int64_t)(datum->numeric.small >> 64);
		break;
	case ORACLE_UUID:
		memcpy(out->bytes, datum->uuid.bytes, sizeof(out->bytes));
		break;
	case ORACLE_INTERVAL:
		out->number = datum->interval.microseconds;
		out->days = datum->interval.days;
		out->months = datum->interval.months;
		break;
	case ORACLE_KIND_COUNT:
		break;
	}
}

/* ---- one type ---- */

/* Columns: context, timestamp, event_id, then the fields. */
static void
take_row(struct reader_state *state, uint32_t type, const struct batch *batch,
    uint32_t row)
{
	const struct oracle_type *t = &state->world->oracle->types[type];
	struct oracle_value values[ORACLE_COLUMNS_MAX];
	struct str context = vec_get(&batch->cols[0], row).str;
	uint32_t count = batch->col_count - 3;
	uint64_t event;

	for (uint32_t c = 0; c < count; c++) {
		struct datum datum = vec_get(&batch->cols[3 + c], row);

		value_of(t->columns[c].kind, &datum, &values[c]);
	}
	event = (uint64_t)values[0].number;
	must_hold(state,
	    look_values(state->look, type, event, context.data, context.len,
		vec_get(&batch->cols[1], row).i64, values, count));
	state->found =
	    sim_grow(state->found, state->count, sizeof(*state->found));
	state->found[state->count++] = (struct found){
		.id = (uint64_t)vec_get(&batch->cols[2], row).i64,
		.event = event,
	};
}

static int
read_part(struct reader_state *state, uint32_t type, struct scan *scan,
    uint32_t run, uint32_t part)
{
	struct scan_cursor *cursor;
	struct batch batch;
	int rc = scan_cursor_open(scan, run, part, &cursor, &state->err);

	if (rc != 0)
		return rc;
	while ((rc = scan_cursor_next(cursor, &batch, &state->err)) == 1)
		for (uint32_t i = 0; i < batch.sel.count; i++)
			take_row(state, type, &batch, sel_row(batch.sel, i));
	scan_cursor_close(cursor);
	return rc;
}

/* Rows of one type, of one context unless that is NULL. */
static int
read_type(struct reader_state *state, uint32_t type,
    const struct event_type *sql, const struct str *context)
{
	uint32_t attnums[3 + ORACLE_COLUMNS_MAX];
	struct scan_spec spec = {
		.snapshot = state->snapshot,
		.type = sql,
		.attnums = attnums,
		.attnum_count = 3 + sql->field_count,
	};
	struct arena arena;
	struct scan *scan;
	int rc;

	for (uint32_t i = 0; i < spec.attnum_count; i++)
		attnums[i] = 1 + i;
	if (context != NULL) {
		spec.has_context = true;
		spec.context = *context;
	}
	arena_init(&arena, NULL);
	rc = scan_open(state->world->engine, &spec, &arena, &scan, &state->err);
	if (rc == 0) {
		for (uint32_t r = 0; r < scan_run_count(scan) && rc == 0; r++)
			for (uint32_t p = 0;
			     p < scan_part_count(scan, r) && rc == 0; p++)
				rc = read_part(state, type, scan, r, p);
		scan_close(scan);
	}
	arena_release(&arena);
	return rc;
}

/* ---- all types ---- */

static bool
find_type(const struct oracle *oracle, struct str name, uint32_t *type)
{
	for (*type = 0; *type < oracle->type_count; ++*type)
		if (str_equal(name, str_of_cstr(oracle->types[*type].name)))
			return true;
	return false;
}

static int
compare_found(const void *a, const void *b)
{
	const struct found *left = a, *right = b;

	return (left->id > right->id) - (left->id < right->id);
}

static void
sort_found(struct reader_state *state)
{
	if (state->count > 1)
		qsort(state->found, state->count, sizeof(*state->found),
		    compare_found);
}

/* Each is whole: with its verifier, its membership and its right, or not there. */
static void
look_at_roles(struct reader_state *state, const struct catalog *catalog)
{
	must_hold(state, look_roles(state->look, catalog->role_count));
	for (uint32_t i = 0; i < catalog->role_count; i++) {
		const struct role *role = catalog->roles[i];
		struct acl_object schema;

		(void)catalog_acl_object(catalog, ACL_SCHEMA_OID, &schema);
		if (!str_equal(role->name, role->verifier) ||
		    role_is_superuser(role) != (i == 0) ||
		    role->membership_count != (i > 0) ||
		    (i > 0 &&
			role->memberships[0].role_oid !=
			    catalog->roles[i - 1]->oid) ||
		    catalog_rights(catalog, role->oid, &schema, RIGHT_CREATE) ==
			0)
			world_fail("role %.*s is not as it was made",
			    STR_FMT(role->name));
	}
}

static void
look_at_kept(struct reader_state *state, const struct catalog *catalog)
{
	for (uint32_t i = 0; i < catalog->view_count; i++) {
		const struct sql_view *view = catalog->views[i];
		uint32_t type;

		if (!find_type(state->world->oracle, view->name, &type) ||
		    catalog_type_by_oid(catalog, view->kept.type_oid) == NULL)
			world_fail("kept query %.*s has no rows",
			    STR_FMT(view->name));
		must_hold(state,
		    look_kept(state->look, type, view->kept.position));
	}
}

static int
read_all_types(struct reader_state *state)
{
	const struct catalog *catalog = snapshot_catalog(state->snapshot);
	const struct enum_type *mood =
	    catalog_enum_by_name(catalog, STR("mood"));
	int rc = 0;

	must_hold(state,
	    look_labels(state->look, mood == NULL ? 0 : mood->label_count));
	look_at_roles(state, catalog);
	for (uint32_t i = 0; i < catalog->type_count && rc == 0; i++) {
		const struct event_type *sql = catalog->types[i];
		uint32_t type;

		if (!find_type(state->world->oracle, sql->name, &type))
			world_fail("type %.*s was never made",
			    STR_FMT(sql->name));
		must_hold(state,
		    look_type(state->look, type, sql->field_count,
			sql->dropped_at != 0));
		must_hold(state,
		    look_horizon(state->look, type, sql->retain_us,
			sql->horizon));
		rc = read_type(state, type, sql, NULL);
	}
	if (rc != 0)
		return rc;
	sort_found(state);
	for (size_t i = 0; i < state->count; i++)
		must_hold(state,
		    look_event(state->look, state->found[i].id,
			state->found[i].event));
	must_hold(state,
	    look_position(state->look, snapshot_position(state->snapshot)));
	look_at_kept(state, catalog);
	return 0;
}

static int
read_context(struct reader_state *state, uint32_t type,
    const struct event_type *sql, uint32_t context, uint64_t *ids)
{
	char name[64];
	const struct str text =
	    str_of(name, oracle_context_name(context, name));
	int rc;

	state->count = 0;
	rc = read_type(state, type, sql, &text);
	if (rc != 0)
		return rc;
	if (state->count > state->look->id_count)
		world_fail("context %u has too many events", (unsigned)context);
	sort_found(state);
	for (size_t i = 0; i < state->count; i++)
		ids[i] = state->found[i].id;
	must_hold(state,
	    look_context(state->look, type, context, ids, state->count));
	return 0;
}

static int
read_some_contexts(struct reader_state *state)
{
	const struct catalog *catalog = snapshot_catalog(state->snapshot);
	uint64_t *ids =
	    sim_alloc((state->look->id_count + 1) * sizeof(uint64_t));
	uint64_t random = random_mix(state->look->moment, state->world->seed);
	int rc = 0;

	for (uint32_t i = 0; i < catalog->type_count && rc == 0; i++) {
		uint32_t type;

		(void)find_type(state->world->oracle, catalog->types[i]->name,
		    &type);
		for (int k = 0; k < CONTEXTS_LOOKED_AT && rc == 0; k++)
			rc = read_context(state, type, catalog->types[i],
			    (uint32_t)random_below(&random, ORACLE_CONTEXTS),
			    ids);
	}
	free(ids);
	return rc;
}

void
world_look_by_context(struct world *world, uint64_t *readable,
    uint64_t *unreadable)
{
	struct look look = { .kind = LOOK_LIVE };
	struct reader_state state = { .world = world, .look = &look };
	const struct catalog *catalog;

	look.moment = simfs_change_count(world->fs);
	look_begin(&look, world->oracle);
	*readable = *unreadable = 0;
	state.found = sim_grow(NULL, 0, sizeof(*state.found));
	state.snapshot = engine_snapshot(world->engine, 0, NULL, NULL);
	world_note_wall(world);
	catalog = snapshot_catalog(state.snapshot);
	for (uint32_t i = 0; i < catalog->type_count; i++) {
		uint32_t type;

		(void)find_type(world->oracle, catalog->types[i]->name, &type);
		must_hold(&state,
		    look_horizon(&look, type, catalog->types[i]->retain_us,
			catalog->types[i]->horizon));
		for (uint32_t c = 0; c < ORACLE_CONTEXTS; c++) {
			char name[64];
			const struct str text =
			    str_of(name, oracle_context_name(c, name));

			state.count = 0;
			if (read_type(&state, type, catalog->types[i], &text) ==
			    0) {
				++*readable;
				continue;
			}
			++*unreadable;
			world_note_error(world, &state.err, "reading");
		}
	}
	snapshot_unref(state.snapshot);
	free(state.found);
	look_end(&look);
}

/* ---- after a salvage ---- */

/* The event with this id, or 0. */
static uint64_t
event_of(const struct reader_state *state, uint64_t id)
{
	const struct found wanted = { .id = id };
	const struct found *found = state->count == 0
	    ? NULL
	    : bsearch(&wanted, state->found, state->count,
		  sizeof(*state->found), compare_found);

	return found == NULL ? 0 : found->event;
}

/* May it be older than the horizon of its type? */
static bool
may_be_past(const struct look *look, uint64_t event)
{
	const struct oracle_event *e = &look->oracle->events[event];
	int64_t horizon = look->horizons[e->type];
	int64_t time = e->timestamp == ORACLE_SERVER_TIME ? e->seen_timestamp
							  : e->timestamp;

	return horizon != ORACLE_NO_HORIZON &&
	    (time == ORACLE_SERVER_TIME || time < horizon);
}

/* All rows of all types, of which some may be missing. */
static void
read_salvaged(struct reader_state *state)
{
	const struct catalog *catalog = snapshot_catalog(state->snapshot);

	for (uint32_t i = 0; i < catalog->type_count; i++) {
		const struct event_type *sql = catalog->types[i];
		uint32_t type;

		(void)find_type(state->world->oracle, sql->name, &type);
		must_hold(state,
		    look_horizon(state->look, type, sql->retain_us,
			sql->horizon));
		if (read_type(state, type, sql, NULL) != 0)
			world_fail("salvaged, but: %s", state->err.message);
	}
	sort_found(state);
}

/* Of one batch that has ids: how many of its events are lost. */
static uint64_t
count_lost(const struct reader_state *state, const struct oracle_batch *batch,
    bool (*is_lost)(void *arg, uint64_t id), void *arg)
{
	uint64_t lost = 0;

	for (uint32_t e = 0; e < batch->event_count; e++) {
		uint64_t id = batch->first_id + e;
		uint64_t event = event_of(state, id);

		if (event != 0 && event != batch->first_event + e)
			world_fail("event %" PRIu64 " is another", id);
		if (event != 0 ||
		    may_be_past(state->look, batch->first_event + e))
			continue;
		lost++;
		if (!is_lost(arg, id))
			world_fail("event %" PRIu64
				   " is lost, and nobody says so",
			    id);
	}
	return lost;
}

uint64_t
world_look_salvaged(struct world *world,
    bool (*is_lost)(void *arg, uint64_t id), void *arg)
{
	struct look look = { .kind = LOOK_LIVE, .is_of_salvage = true };
	struct reader_state state = { .world = world, .look = &look };
	const struct oracle *oracle = world->oracle;
	uint64_t lost = 0;

	look.moment = simfs_change_count(world->fs);
	look_begin(&look, world->oracle);
	state.found = sim_grow(NULL, 0, sizeof(*state.found));
	state.snapshot = engine_snapshot(world->engine, 0, NULL, NULL);
	world_note_wall(world);
	read_salvaged(&state);
	for (uint32_t b = 1; b < oracle->batch_count; b++)
		if (oracle->batches[b].first_id != 0 &&
		    oracle->batches[b].fate != FATE_ABSENT)
			lost += count_lost(&state, &oracle->batches[b], is_lost,
			    arg);
	snapshot_unref(state.snapshot);
	free(state.found);
	look_end(&look);
	return lost;
}

/* ---- looks ---- */

static int
look(struct world *world, struct look *look)
{
	struct reader_state state = { .world = world, .look = look };
	int rc;

	look_begin(look, world->oracle);
	state.found = sim_grow(NULL, 0, sizeof(*state.found));
	state.snapshot = engine_snapshot(world->engine, 0, NULL, NULL);
	world_note_wall(world);
	if (state.snapshot == NULL)
		rc = error_set(&state.err, STELE_E_OUT_OF_MEMORY,
		    "no memory for a snapshot");
	else
		rc = read_all_types(&state);
	look->noted_at = simfs_change_count(world->fs);
	if (rc == 0)
		rc = read_some_contexts(&state);
	snapshot_unref(state.snapshot);
	free(state.found);
	if (rc != 0)
		world_note_error(world, &state.err, "reading");
	else if (!world->is_dead)
		must_hold(&state, look_judge(look));
	return rc;
}

static int
look_and_settle(struct world *world, struct look *now)
{
	int rc;

	now->sync_bound_us = WORLD_SYNC_BOUND_US;
	rc = look(world, now);
	if (rc == 0 && !world->is_dead)
		look_settle(now);
	look_end(now);
	return rc;
}

int
world_look(struct world *world)
{
	struct look now = {
		.kind = LOOK_LIVE,
		.moment = simfs_change_count(world->fs),
	};

	return look_and_settle(world, &now);
}

int
world_look_after_end(struct world *world)
{
	struct look now = {
		.kind = world->was_cut ? LOOK_AFTER_CUT : LOOK_AFTER_KILL,
		.moment = world->ended_at,
		.moment_us = world->ended_us,
	};
	int rc = look_and_settle(world, &now);

	if (rc == 0 && !world->is_dead)
		world->is_ended = world->was_cut = false;
	return rc;
}
