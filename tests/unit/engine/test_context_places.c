/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a context is, over many event types: exactly the types that have it,
 * and scans that are told find what others find.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "engine/engine.h"
#include "fixture.h"

#define TYPES    50
#define CONTEXTS 40 /* not all types have all */
#define ROUNDS   12
#define ROWS     200 /* of a round */
#define EVENTS   (ROUNDS * ROWS)

/* What was stored, by event_id - 1. */
static struct {
	uint32_t type;
	uint32_t context;
} stored[EVENTS];

static struct fixture world;
static uint32_t oids[TYPES];
static uint64_t stored_count;
static struct error err;

#define OK(call) ck_assert_msg((call) == 0, "%s", err.message)

static struct str
context_name(uint32_t i)
{
	static char name[16];

	return str_of(name,
	    (size_t)snprintf(name, sizeof(name), "context-%u", (unsigned)i));
}

static void
setup(void)
{
	struct write_batch *batch;
	struct commit commit;

	stored_count = 0;
	fixture_init(&world);
	fixture_open(&world);
	batch = write_batch_new(world.engine);
	for (uint32_t i = 0; i < TYPES; i++) {
		char name[16];
		const struct field field = {
			.name = STR("n"),
			.type = type_of(TYPE_INT8),
		};
		struct ddl ddl = {
			.kind = DDL_CREATE_TYPE,
			.fields = &field,
			.field_count = 1,
		};

		ddl.name = str_of(name,
		    (size_t)snprintf(name, sizeof(name), "t%u", (unsigned)i));
		OK(write_batch_ddl(batch, &ddl, &err));
		oids[i] = ddl.oid;
	}
	ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON, &commit), 0);
}

static void
teardown(void)
{
	fixture_remove(&world);
}

/* A round of rows: some types and contexts are in few rounds, or in none. */
static void
store_round(unsigned *seed, uint32_t round)
{
	struct write_batch *batch = write_batch_new(world.engine);
	struct commit commit;

	for (uint32_t i = 0; i < ROWS; i++) {
		uint32_t t = (uint32_t)rand_r(seed) % (TYPES - 1);
		uint32_t c = (uint32_t)rand_r(seed) % (CONTEXTS - 1);
		const struct event_type *type =
		    catalog_type_by_oid(write_batch_catalog(batch), oids[t]);
		struct row_slot slot;
		struct datum name;

		if (c % 3 == 0 && round % 3 != 0)
			c = t % 5 == 0 ? 1 : 2;
		name = (struct datum){ .str = context_name(c) };
		write_batch_row_begin(batch, type, &slot);
		name = datum_copy(PHYS_STR, &name, slot.arena);
		vec_set(&slot.cols[0], slot.row, &name);
		vec_set(&slot.cols[1], slot.row,
		    &(struct datum){ .i64 = (int64_t)stored_count });
		vec_set(&slot.cols[2], slot.row,
		    &(struct datum){ .i64 = (int64_t)stored_count });
		OK(write_batch_row_end(batch, type, &err));
		stored[stored_count].type = t;
		stored[stored_count++].context = c;
	}
	ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON, &commit), 0);
	ck_assert_uint_eq(commit.last_event_id, stored_count);
}

/* The events of a scan: their number, and the sum of their ids. */
static uint64_t
scan_sum(const struct scan_spec *spec, uint64_t *count)
{
	struct scan_cursor *cursor;
	struct batch batch;
	struct arena arena;
	struct scan *scan;
	uint64_t sum = 0;
	int rc;

	arena_init(&arena, NULL);
	OK(scan_open(world.engine, spec, &arena, &scan, &err));
	for (uint32_t r = 0; r < scan_run_count(scan); r++) {
		for (uint32_t p = 0; p < scan_part_count(scan, r); p++) {
			OK(scan_cursor_open(scan, r, p, &cursor, &err));
			while (
			    (rc = scan_cursor_next(cursor, &batch, &err)) > 0)
				for (uint32_t i = 0; i < batch.sel.count; i++) {
					sum += (uint64_t)vec_get(&batch.cols[0],
					    sel_row(batch.sel, i))
						   .i64;
					++*count;
				}
			ck_assert_int_eq(rc, 0);
			scan_cursor_close(cursor);
		}
	}
	scan_close(scan);
	arena_release(&arena);
	return sum;
}

/* A context's events from..to of a snapshot with `limit` events. */
static void
check_context(struct snapshot *snapshot, uint64_t limit, uint32_t context,
    uint64_t from, uint64_t to)
{
	static const uint32_t attnum = COLUMN_EVENT_ID;
	uint64_t counts[TYPES] = { 0 }, sums[TYPES] = { 0 };
	struct scan_spec spec = {
		.snapshot = snapshot,
		.attnums = &attnum,
		.attnum_count = 1,
		.has_context = true,
		.context = context_name(context),
		.event_id_first = from,
		.event_id_last = to,
	};
	struct context_places *places;
	struct arena arena;

	for (uint64_t i = 0; i < limit; i++) {
		if (stored[i].context != context || i + 1 < from ||
		    (to != 0 && i + 1 > to))
			continue;
		counts[stored[i].type]++;
		sums[stored[i].type] += i + 1;
	}
	arena_init(&arena, NULL);
	OK(context_places_find(world.engine, &spec, &arena, &places, &err));
	for (uint32_t t = 0; t < TYPES; t++) {
		uint64_t count = 0;

		spec.places = places;
		spec.type =
		    catalog_type_by_oid(snapshot_catalog(snapshot), oids[t]);
		ck_assert(
		    counts[t] == 0 || context_places_has(places, oids[t]));
		ck_assert_uint_eq(scan_sum(&spec, &count), sums[t]);
		ck_assert_uint_eq(count, counts[t]);
		/* One too many only by what is past the limits. */
		if (from <= 1 && to == 0 && limit == stored_count)
			ck_assert(context_places_has(places, oids[t]) ==
			    (counts[t] > 0));
	}
	ck_assert(!context_places_has(places, oids[TYPES - 1] + 1));
	ck_assert(!context_places_has(places, 0));
	arena_release(&arena);
}

static void
check_all(struct snapshot *snapshot, uint64_t limit)
{
	for (uint32_t c = 0; c < CONTEXTS; c++) {
		check_context(snapshot, limit, c, 0, 0);
		check_context(snapshot, limit, c, limit / 3, limit / 2);
	}
}

static struct snapshot *
take(void)
{
	struct snapshot *snapshot =
	    engine_snapshot(world.engine, 0, NULL, NULL);

	ck_assert_ptr_nonnull(snapshot);
	return snapshot;
}

/* In MemTables, in segments, in merged ones, in both; and as it was. */
START_TEST(types_of_a_context)
{
	struct snapshot *old = NULL, *now;
	unsigned seed = (unsigned)_i;
	uint64_t old_count = 0;

	for (uint32_t round = 0; round < ROUNDS; round++) {
		store_round(&seed, round);
		if (round == 4) {
			old = take();
			old_count = stored_count;
		}
		if (round == 2 || round == 5 || round == 9)
			fixture_flush(&world);
		if (round == 7)
			check_all(old, old_count);
		if (round % 4 != 3)
			continue;
		now = take();
		check_all(now, stored_count);
		snapshot_unref(now);
	}
	check_all(old, old_count);
	snapshot_unref(old);
	fixture_flush(&world);
	fixture_reopen(&world);
	now = take();
	check_all(now, stored_count);
	snapshot_unref(now);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("context places");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, types_of_a_context, 0, 3);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
