/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Retention: how far horizons move, and what is left to see and to store.  The
 * clock is the test's own; a minute is the unit of its stories.
 */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "engine/engine_private.h"
#include "engine/retain/retention.h"
#include "fixture.h"
#include "os/clock.h"

#define MINUTE INT64_C(60000000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define START  (9000 * DAY) /* the wall clock, when a test begins */

/* ---- the rule ---- */

static const struct {
	const char *what;
	int64_t retain, newest, wall, wanted;
} wanted_case[] = {
	{ "newest", 10, 100, 200, 90 },
	{ "no event is newer than the clock", 10, 300, 200, 190 },
	{ "an infinite event", 10, INT64_MAX, 200, 190 },
	{ "nothing stored", 10, INT64_MIN, 200, 190 },
	{ "before all time", INT64_MAX, -100, 200, HORIZON_NONE },
};

START_TEST(wants_what_follows_from_the_newest)
{
	ck_assert_msg(retention_wanted(wanted_case[_i].retain,
			  wanted_case[_i].newest,
			  wanted_case[_i].wall) == wanted_case[_i].wanted,
	    "%s", wanted_case[_i].what);
}
END_TEST

static const struct {
	const char *what;
	int64_t wanted, passed, allowed;
	bool is_held;
} allowed_case[] = {
	{ "at once", 1000, 0, 1000, false },
	{ "an hour at once", 1000 + HOUR, 0, 1000 + HOUR, false },
	{ "more than an hour", 1001 + HOUR, 0, 1000, true },
	{ "with time", 1000 + DAY, DAY, 1000 + DAY, false },
	{ "an hour ahead", 1000 + DAY + HOUR, DAY, 1000 + DAY + HOUR, false },
	{ "a year ahead", 365 * DAY, DAY, 1000 + DAY, true },
	{ "backwards", -DAY, DAY, -DAY, false },
	{ "to the end", INT64_MAX, DAY, 1000 + DAY, true },
};

START_TEST(moves_no_further_than_real_time_and_an_hour)
{
	const struct retention_anchor anchor = { 1000, 5 };
	bool is_held;
	int64_t allowed = retention_allowed(&anchor, allowed_case[_i].wanted,
	    allowed_case[_i].passed + 5, &is_held);

	ck_assert_msg(allowed == allowed_case[_i].allowed &&
		is_held == allowed_case[_i].is_held,
	    "%s: %lld", allowed_case[_i].what, (long long)allowed);
}
END_TEST

/* ---- a world whose clock is ours ---- */

static struct fixture world;
static struct error err;
static int64_t passed_us, jumped_us;

static int64_t
test_monotonic_ns(struct os_clock *clock)
{
	(void)clock;
	return passed_us * 1000;
}

static int64_t
test_wall_us(struct os_clock *clock)
{
	(void)clock;
	return START + passed_us + jumped_us;
}

static struct os_clock test_clock = { NULL, test_monotonic_ns, test_wall_us };

static void
setup(void)
{
	passed_us = jumped_us = 0;
	fixture_init(&world);
	world.options.clock = &test_clock;
	world.options.is_retention_off = true;
	fixture_open(&world);
	fixture_define(&world);
}

static void
teardown(void)
{
	fixture_remove(&world);
}

static void
look(void)
{
	retention_run(&world.engine->retention);
}

/* As ALTER TABLE payment SET (retain = ...). */
static void
retain(int64_t retain_us)
{
	struct write_batch *batch = write_batch_new(world.engine);
	struct ddl ddl = { .kind = DDL_SET_RETAIN,
		.oid = world.payment,
		.time = retain_us };
	struct commit commit;

	ck_assert_int_eq(write_batch_ddl(batch, &ddl, &err), 0);
	ddl.kind = DDL_SET_HORIZON;
	ddl.time = engine_horizon(world.engine, retain_us);
	ck_assert_int_eq(write_batch_ddl(batch, &ddl, &err), 0);
	ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON, &commit), 0);
}

static int64_t
horizon(void)
{
	const struct catalog *catalog = engine_catalog(world.engine);
	int64_t value = catalog_type_by_oid(catalog, world.payment)->horizon;

	catalog_unref(catalog);
	return value;
}

/* One payment, of this time; or a code. */
static int
add_at(struct write_batch *batch, int64_t timestamp)
{
	struct str context = fixture_context(1);
	int64_t amount = 1;
	uint8_t null = 1;
	struct vec cols[5] = {
		{ .phys = PHYS_STR, .str = &context, .is_constant = true },
		{ .phys = PHYS_I64, .i64 = &timestamp, .is_constant = true },
		{ .phys = PHYS_I64, .i64 = &amount, .is_constant = true },
		{ .phys = PHYS_STR, .nulls = &null, .is_constant = true },
		{ .phys = PHYS_NUMERIC, .nulls = &null, .is_constant = true },
	};

	return write_batch_rows(batch, fixture_type(&world), cols,
	    ARRAY_LEN(cols), sel_all(1), &err);
}

static int
store_at(int64_t timestamp)
{
	struct write_batch *batch = write_batch_new(world.engine);
	struct commit commit;
	int rc = add_at(batch, timestamp);

	if (rc == 0)
		return fixture_commit(&world, batch, SYNC_ON, &commit);
	write_batch_free(batch);
	return rc;
}

/* Events that are seen, in each way that there is. */
static size_t
seen(void)
{
	static const int64_t ids[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
	struct str context = fixture_context(1);
	size_t count, of_context, found;

	free(fixture_scan(&world, NULL, 0, 0, &count));
	free(fixture_scan(&world, &context, 0, 0, &of_context));
	free(fixture_find(&world, ids, ARRAY_LEN(ids), &found));
	ck_assert_uint_eq(of_context, count);
	ck_assert_uint_eq(found, count);
	return count;
}

static void
store_days(int64_t first, int64_t last)
{
	for (int64_t day = first; day <= last; day++)
		ck_assert_int_eq(store_at(START + day * DAY), 0);
}

/* From memory, from a segment, from one of which all is older, restarted. */
START_TEST(what_is_older_is_not_there)
{
	store_days(-9, -5);
	if (_i >= 1)
		fixture_flush(&world);
	store_days(-3, 0);
	if (_i >= 2)
		fixture_flush(&world);
	ck_assert_uint_eq(seen(), 9);
	retain(7 * DAY);
	ck_assert_int_eq(horizon(), START - 7 * DAY);
	ck_assert_uint_eq(seen(), 7); /* that of the horizon itself stays */
	retain(4 * DAY);
	ck_assert_uint_eq(seen(), 4);
	retain(100 * DAY); /* K6: what has gone does not come back */
	ck_assert_uint_eq(seen(), 4);
	fixture_reopen(&world);
	ck_assert_int_eq(horizon(), START - 4 * DAY);
	ck_assert_uint_eq(seen(), 4);
}
END_TEST

START_TEST(what_is_older_is_refused)
{
	struct write_batch *batch;
	struct commit commit;

	retain(DAY);
	ck_assert_int_eq(store_at(START - DAY), 0);
	ck_assert_int_eq(store_at(START - DAY - 1), STELE_E_DATETIME_OVERFLOW);
	ck_assert_int_eq(store_at(INT64_MIN), STELE_E_DATETIME_OVERFLOW);
	ck_assert_int_eq(store_at(INT64_MAX), 0);
	/* Old enough when it was added, too old when it is committed. */
	batch = write_batch_new(world.engine);
	ck_assert_int_eq(add_at(batch, START - DAY + MINUTE), 0);
	retain(HOUR);
	ck_assert_int_eq(fixture_commit(&world, batch, SYNC_ON, &commit),
	    STELE_E_DATETIME_OVERFLOW);
	ck_assert_uint_eq(seen(), 1);
}
END_TEST

START_TEST(the_horizon_follows_the_newest)
{
	store_days(-2, 0);
	retain(DAY);
	for (int minute = 0; minute < 180; minute++) {
		passed_us += MINUTE;
		look();
		ck_assert_int_eq(horizon(), START - DAY); /* nothing is newer */
	}
	ck_assert_int_eq(store_at(START + passed_us), 0);
	look();
	ck_assert_int_eq(horizon(), START + 3 * HOUR - DAY);
	/* What is dated ahead of the clock makes nothing older. */
	ck_assert_int_eq(store_at(START + 900 * DAY), 0);
	look();
	ck_assert_int_eq(horizon(), START + 3 * HOUR - DAY);
	passed_us += HOUR;
	look();
	ck_assert_int_eq(horizon(), START + 4 * HOUR - DAY);
}
END_TEST

START_TEST(a_clock_that_jumps_drops_nothing)
{
	store_days(-2, 0);
	retain(DAY);
	look();
	jumped_us = (_i == 0 ? 1 : 400) * 2 * DAY;
	ck_assert_int_eq(store_at(START + jumped_us), 0);
	look();
	ck_assert_int_eq(horizon(), START - DAY);
	ck_assert_uint_eq(seen(), 3);
	/* It goes on at the pace of real time. */
	for (int i = 0; i < 150; i++) {
		passed_us += 2 * MINUTE;
		look();
		ck_assert_int_eq(horizon(), START - DAY + passed_us);
	}
	/* Restarted again and again, it is no faster. */
	for (int i = 0; i < 5; i++) {
		fixture_reopen(&world);
		look();
		ck_assert_int_eq(horizon(), START - DAY + passed_us);
	}
	/* Back to where it was: as if nothing had been. */
	jumped_us = 0;
	passed_us += HOUR;
	look();
	ck_assert_int_eq(horizon(), START - DAY + passed_us);
	/* Or somebody says that the time is right. */
	jumped_us = 2 * DAY;
	ck_assert_int_eq(store_at(START + passed_us + jumped_us), 0);
	retain(DAY);
	ck_assert_int_eq(horizon(), START + passed_us + jumped_us - DAY);
	look();
	ck_assert_int_eq(horizon(), START + passed_us + jumped_us - DAY);
}
END_TEST

START_TEST(a_clock_that_goes_back_drops_nothing)
{
	store_days(-2, 0);
	retain(DAY);
	jumped_us = -400 * DAY;
	for (int i = 0; i < 100; i++) {
		passed_us += MINUTE;
		look();
	}
	ck_assert_int_eq(horizon(), START - DAY);
	ck_assert_uint_eq(seen(), 2);
}
END_TEST

/* Over a stop of the server: nobody knows how long it was. */
START_TEST(a_jump_over_a_restart_drops_nothing)
{
	store_days(-2, 0);
	retain(DAY);
	jumped_us = 300 * DAY;
	fixture_reopen(&world);
	ck_assert_int_eq(store_at(START + jumped_us), 0);
	look();
	ck_assert_int_eq(horizon(), START - DAY);
	ck_assert_uint_eq(seen(), 3);
}
END_TEST

static size_t
count_in(struct snapshot *snapshot)
{
	static const uint32_t attnums[] = { COLUMN_EVENT_ID };
	const struct scan_spec spec = { .snapshot = snapshot,
		.type = fixture_type(&world),
		.attnums = attnums,
		.attnum_count = 1 };
	struct arena arena;
	struct scan *scan;
	size_t count = 0;

	arena_init(&arena, NULL);
	ck_assert_int_eq(scan_open(world.engine, &spec, &arena, &scan, &err),
	    0);
	for (uint32_t run = 0; run < scan_run_count(scan); run++)
		for (uint32_t p = 0; p < scan_part_count(scan, run); p++) {
			struct scan_cursor *cursor;
			struct batch batch;

			ck_assert_int_eq(scan_cursor_open(scan, run, p, &cursor,
					     &err),
			    0);
			while (scan_cursor_next(cursor, &batch, &err) == 1) {
				ck_assert_uint_eq(batch.col_count, 1);
				count += batch.sel.count;
			}
			scan_cursor_close(cursor);
		}
	scan_close(scan);
	arena_release(&arena);
	return count;
}

START_TEST(an_old_snapshot_keeps_its_rows)
{
	struct snapshot *old;

	store_days(-9, 0);
	if (_i == 1)
		fixture_flush(&world);
	old = engine_snapshot(world.engine, 0, NULL, NULL);
	ck_assert_uint_eq(count_in(old), 10);
	retain(2 * DAY);
	ck_assert_uint_eq(seen(), 3);
	ck_assert_uint_eq(count_in(old), 10);
	fixture_flush(&world);
	look();
	ck_assert_uint_eq(count_in(old), 10);
	snapshot_unref(old);
}
END_TEST

/* A snapshot that sees so many. */
static void
take_snapshot(struct snapshot **out, size_t count)
{
	*out = engine_snapshot(world.engine, 0, NULL, NULL);
	ck_assert_ptr_nonnull(*out);
	ck_assert_uint_eq(count_in(*out), count);
}

static uint32_t
segment_count(void)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < engine_shard_count(world.engine); i++) {
		struct shard_status status;

		engine_shard_status(world.engine, i, &status);
		count += status.segment_count;
	}
	return count;
}

static uint32_t
file_count(void)
{
	char path[96];
	struct dirent *entry;
	uint32_t count = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/segments", world.dir);
	dir = opendir(path);
	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)) != NULL)
		count += strstr(entry->d_name, ".seg") != NULL;
	ck_assert_int_eq(closedir(dir), 0);
	return count;
}

/* Segments that are too old as a whole go, but not from under a snapshot. */
START_TEST(old_files_go)
{
	struct snapshot *old;
	uint64_t merges;

	store_days(-9, -9);
	fixture_flush(&world);
	store_days(-8, 0);
	fixture_flush(&world);
	old = engine_snapshot(world.engine, 0, NULL, NULL);
	ck_assert_uint_eq(segment_count(), 2);
	retain(8 * DAY + HOUR);
	ck_assert_int_eq(engine_compact(world.engine, NULL, &merges, &err), 0);
	ck_assert_uint_eq(segment_count(), 1);
	ck_assert_uint_eq(file_count(), 2);
	ck_assert_uint_eq(count_in(old), 10);
	ck_assert_uint_eq(seen(), 9);
	snapshot_unref(old);
	ck_assert_uint_eq(file_count(), 1);
	fixture_reopen(&world);
	ck_assert_uint_eq(file_count(), 1);
	ck_assert_uint_eq(seen(), 9);
	/* What has an event that is young enough stays. */
	retain(DAY);
	ck_assert_int_eq(engine_compact(world.engine, NULL, &merges, &err), 0);
	ck_assert_uint_eq(file_count(), 1);
	ck_assert_uint_eq(seen(), 2);
}
END_TEST

/* Rows in the segments of a new reader, seen or not. */
static uint64_t
stored_rows(void)
{
	uint64_t rows = 0;

	for (uint32_t i = 0; i < engine_shard_count(world.engine); i++) {
		struct shard_status status;

		engine_shard_status(world.engine, i, &status);
		rows += status.segment_rows;
	}
	return rows;
}

/* Of others the rows that are too old go with a merge: the same holds. */
START_TEST(old_rows_go)
{
	struct snapshot *old, *older;
	uint64_t merges;

	store_days(-9, -6);
	if (_i == 1) /* two segments, or one */
		fixture_flush(&world);
	store_days(-5, 0);
	fixture_flush(&world);
	take_snapshot(&older, 10);
	retain(7 * DAY);
	take_snapshot(&old, 8);
	retain(2 * DAY);
	ck_assert_uint_eq(stored_rows(), 10);
	ck_assert_int_eq(engine_compact(world.engine, NULL, &merges, &err), 0);
	ck_assert_uint_eq(stored_rows(), 3);
	ck_assert_uint_eq(file_count(), _i == 1 ? 3 : 2);
	ck_assert_uint_eq(seen(), 3);
	ck_assert_uint_eq(count_in(old), 8);
	ck_assert_uint_eq(count_in(older), 10);
	fixture_flush(&world);
	ck_assert_int_eq(engine_compact(world.engine, NULL, &merges, &err), 0);
	ck_assert_uint_eq(merges, 0); /* there is nothing more to do */
	ck_assert_uint_eq(count_in(older), 10);
	snapshot_unref(older);
	ck_assert_uint_eq(count_in(old), 8);
	snapshot_unref(old);
	ck_assert_uint_eq(file_count(), 1);
	fixture_reopen(&world);
	ck_assert_uint_eq(seen(), 3);
	ck_assert_uint_eq(stored_rows(), 3);
}
END_TEST

/* In the background, once a quarter of it is too old. */
START_TEST(a_quarter_is_enough)
{
	fixture_close(&world);
	world.options.compaction = true;
	fixture_open(&world);
	store_days(-7, 0);
	fixture_flush(&world);
	retain(4 * DAY); /* three of eight */
	look();
	for (int i = 0; i < 3000 && stored_rows() != 5; i++)
		os_sleep_until(os_clock_monotonic_ns(os_clock_real()) +
		    10 * INT64_C(1000000));
	ck_assert_uint_eq(stored_rows(), 5);
	ck_assert_uint_eq(seen(), 5);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("retention");
	TCase *rule = tcase_create("rule");
	TCase *tc = tcase_create("engine");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(rule, wants_what_follows_from_the_newest, 0,
	    (int)ARRAY_LEN(wanted_case));
	tcase_add_loop_test(rule, moves_no_further_than_real_time_and_an_hour,
	    0, (int)ARRAY_LEN(allowed_case));
	suite_add_tcase(suite, rule);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, what_is_older_is_not_there, 0, 3);
	tcase_add_test(tc, what_is_older_is_refused);
	tcase_add_test(tc, the_horizon_follows_the_newest);
	tcase_add_loop_test(tc, a_clock_that_jumps_drops_nothing, 0, 2);
	tcase_add_test(tc, a_clock_that_goes_back_drops_nothing);
	tcase_add_test(tc, a_jump_over_a_restart_drops_nothing);
	tcase_add_loop_test(tc, an_old_snapshot_keeps_its_rows, 0, 2);
	tcase_add_test(tc, old_files_go);
	tcase_add_loop_test(tc, old_rows_go, 0, 2);
	tcase_add_test(tc, a_quarter_is_enough);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
