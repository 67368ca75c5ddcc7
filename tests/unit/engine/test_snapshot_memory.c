/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What old snapshots may keep: past old_snapshot_memory the oldest of them end
 * with 72000, what they kept is freed, and younger ones go on.
 */
#include <check.h>
#include <stdlib.h>

#include "common/error.h"
#include "engine/read/view.h"
#include "fixture.h"

static struct fixture world;
static struct error err;

static void
setup(void)
{
	fixture_init(&world);
	world.options.memtable_size_bytes = (size_t)64 << 20;
	world.options.old_snapshot_memory_bytes = 1 << 20;
	fixture_open(&world);
	fixture_define(&world);
}

static void
teardown(void)
{
	fixture_remove(&world);
}

static struct snapshot *
take(void)
{
	return engine_snapshot(world.engine, 0, NULL, NULL);
}

static const uint32_t attnums[] = { COLUMN_EVENT_ID };

static int
open_scan(struct snapshot *snapshot, struct arena *arena, struct scan **out)
{
	const struct scan_spec spec = { .snapshot = snapshot,
		.type = fixture_type(&world),
		.attnums = attnums,
		.attnum_count = 1 };

	return scan_open(world.engine, &spec, arena, out, &err);
}

/* Rows that it sees, or a code. */
static int64_t
count_in(struct snapshot *snapshot)
{
	struct arena arena;
	struct scan *scan;
	int64_t count = 0;
	int rc;

	arena_init(&arena, NULL);
	rc = open_scan(snapshot, &arena, &scan);
	for (uint32_t run = 0; rc == 0 && run < scan_run_count(scan); run++)
		for (uint32_t p = 0; p < scan_part_count(scan, run); p++) {
			struct scan_cursor *cursor;
			struct batch batch;

			ck_assert_int_eq(scan_cursor_open(scan, run, p, &cursor,
					     &err),
			    0);
			while (scan_cursor_next(cursor, &batch, &err) == 1)
				count += batch.sel.count;
			scan_cursor_close(cursor);
		}
	arena_release(&arena);
	return rc == 0 ? count : rc;
}

#define MANY 30000 /* payments of more than 1 MiB of memory */
#define FEW  300

START_TEST(little_is_kept)
{
	struct snapshot *old;

	fixture_store(&world, 0, FEW);
	old = take();
	fixture_flush(&world);
	fixture_store(&world, FEW, MANY); /* not in it: it keeps none of them */
	fixture_flush(&world);
	ck_assert_int_eq(count_in(old), FEW);
	snapshot_unref(old);
}
END_TEST

START_TEST(the_oldest_ends)
{
	struct snapshot *old, *same, *young;

	fixture_store(&world, 0, MANY);
	old = take();
	same = take();
	fixture_flush(&world);
	ck_assert_int_eq(count_in(old), STELE_E_SNAPSHOT_TOO_OLD);
	ck_assert_int_eq(count_in(same), STELE_E_SNAPSHOT_TOO_OLD);
	ck_assert_ptr_null(old->view); /* and all that it kept has gone */
	fixture_store(&world, MANY, FEW);
	young = take();
	fixture_flush(&world);
	ck_assert_int_eq(count_in(young), MANY + FEW);
	snapshot_unref(same);
	snapshot_unref(young);
	snapshot_unref(old);
}
END_TEST

/* Many keep little each: the older part of them ends. */
START_TEST(the_young_stay)
{
	struct snapshot *snapshots[60];
	int64_t stored = 0;
	size_t ended = 0;

	for (size_t i = 0; i < ARRAY_LEN(snapshots); i++) {
		fixture_store(&world, stored, FEW);
		stored += FEW;
		snapshots[i] = take();
		fixture_flush(&world);
	}
	while (count_in(snapshots[ended]) == STELE_E_SNAPSHOT_TOO_OLD)
		ended++;
	ck_assert_uint_gt(ended, 2);
	ck_assert_uint_lt(ended, ARRAY_LEN(snapshots) - 2);
	for (size_t i = 0; i < ARRAY_LEN(snapshots); i++) {
		if (i >= ended)
			ck_assert_int_eq(count_in(snapshots[i]),
			    (int64_t)(i + 1) * FEW);
		snapshot_unref(snapshots[i]);
	}
}
END_TEST

/* It ends at its next batch, and what it is reading stays until it is closed. */
START_TEST(an_open_cursor_ends)
{
	struct snapshot *old;
	struct arena arena;
	struct scan *scan;
	struct scan_cursor *cursor;
	struct batch batch;
	int64_t first_id;

	fixture_store(&world, 0, MANY);
	old = take();
	arena_init(&arena, NULL);
	ck_assert_int_eq(open_scan(old, &arena, &scan), 0);
	ck_assert_int_eq(scan_cursor_open(scan, 0, 0, &cursor, &err), 0);
	ck_assert_int_eq(scan_cursor_next(cursor, &batch, &err), 1);
	first_id = vec_get(&batch.cols[0], 0).i64;
	fixture_flush(&world);
	ck_assert_int_eq(vec_get(&batch.cols[0], 0).i64, first_id);
	ck_assert_int_eq(scan_cursor_next(cursor, &batch, &err),
	    STELE_E_SNAPSHOT_TOO_OLD);
	scan_cursor_close(cursor);
	ck_assert_int_eq(scan_cursor_open(scan, 0, 1, &cursor, &err),
	    STELE_E_SNAPSHOT_TOO_OLD);
	arena_release(&arena);
	snapshot_unref(old);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("memory of snapshots");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, little_is_kept);
	tcase_add_test(tc, the_oldest_ends);
	tcase_add_test(tc, the_young_stay);
	tcase_add_test(tc, an_open_cursor_ends);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
