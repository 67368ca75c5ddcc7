/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading in haste: what is in memory is read, within the steps; all else
 * fails, and leaves no trace in the statistics.
 */
#include <check.h>
#include <stdlib.h>

#include "common/error.h"
#include "engine/engine.h"
#include "fixture.h"

#define ROWS  2100 /* 300 of each context */
#define STEPS 100000
#define FEW   100 /* steps for less than a context */

static struct fixture world;
static struct error err;

static void
setup(void)
{
	struct write_batch *batch;
	struct commit commit;

	fixture_init(&world);
	fixture_open(&world);
	fixture_define(&world);
	batch = write_batch_new(world.engine);
	fixture_add(&world, batch, 0, ROWS);
	ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON, &commit), 0);
}

static void
teardown(void)
{
	fixture_remove(&world);
}

/* All parts of the scan; its rows, or an error. */
static int
read_parts(struct scan *scan, uint64_t *rows)
{
	struct scan_cursor *cursor;
	struct batch batch;
	int rc = 0;

	for (uint32_t r = 0; r < scan_run_count(scan) && rc == 0; r++)
		for (uint32_t p = 0; p < scan_part_count(scan, r) && rc == 0;
		     p++) {
			rc = scan_cursor_open(scan, r, p, &cursor, &err);
			if (rc != 0)
				break;
			while (
			    (rc = scan_cursor_next(cursor, &batch, &err)) > 0)
				*rows += batch.sel.count;
			scan_cursor_close(cursor);
		}
	return rc;
}

/* One context, with all columns. */
static int
read_context(uint64_t *rows)
{
	static const uint32_t attnums[] = { COLUMN_CONTEXT_ID, COLUMN_TIMESTAMP,
		COLUMN_EVENT_ID, PAYMENT_AMOUNT, PAYMENT_NOTE, PAYMENT_PRICE };
	struct snapshot *snapshot =
	    engine_snapshot(world.engine, 0, NULL, NULL);
	struct scan_spec spec = {
		.snapshot = snapshot,
		.type = fixture_type(&world),
		.attnums = attnums,
		.attnum_count = sizeof(attnums) / sizeof(attnums[0]),
		.has_context = true,
		.context = fixture_context(3),
	};
	struct arena arena;
	struct scan *scan;
	int rc;

	*rows = 0;
	arena_init(&arena, NULL);
	rc = scan_open(world.engine, &spec, &arena, &scan, &err);
	if (rc == 0) {
		rc = read_parts(scan, rows);
		scan_close(scan);
	}
	arena_release(&arena);
	snapshot_unref(snapshot);
	return rc;
}

static void
check_lookups(uint64_t lookups)
{
	struct type_activity activity;

	engine_type_activity(world.engine, world.payment, &activity);
	ck_assert_uint_eq(activity.lookups, lookups);
	ck_assert_uint_eq(activity.lookup_rows,
	    lookups * (ROWS / FIXTURE_CONTEXTS));
}

static void
read_in_haste(uint64_t steps, bool succeeds)
{
	uint64_t rows;
	int rc;

	engine_haste_begin(steps);
	rc = read_context(&rows);
	ck_assert(engine_haste_has_failed() == !succeeds);
	engine_haste_end();
	ck_assert(!engine_haste_has_failed());
	if (succeeds)
		ck_assert_int_eq(rc, 0);
	else
		ck_assert_int_eq(rc, STELE_E_INSUFFICIENT_RESOURCES);
	if (succeeds)
		ck_assert_uint_eq(rows, ROWS / FIXTURE_CONTEXTS);
}

static void
read_at_leisure(void)
{
	uint64_t rows;

	ck_assert_int_eq(read_context(&rows), 0);
	ck_assert_uint_eq(rows, ROWS / FIXTURE_CONTEXTS);
}

START_TEST(from_memtables)
{
	read_in_haste(STEPS, true);
	check_lookups(1);
	read_in_haste(FEW, false);
	check_lookups(1);
	read_at_leisure();
	check_lookups(2);
}
END_TEST

START_TEST(from_segments)
{
	fixture_flush(&world);
	fixture_reopen(&world);
	read_in_haste(STEPS, false); /* nothing of the file is in memory */
	check_lookups(0);
	read_at_leisure();
	check_lookups(1);
	read_in_haste(STEPS, true);
	check_lookups(2);
	read_in_haste(1, false);
	check_lookups(2);
	read_at_leisure();
	check_lookups(3);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("haste");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, from_memtables);
	tcase_add_test(tc, from_segments);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
