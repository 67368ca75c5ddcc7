/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batches past batch_memory: their rows go to staged segments, which the commit
 * adopts.  What was taken back is in none; what a kill leaves at any moment is
 * all of a batch or nothing; and no file stays that nobody knows.
 *
 * A kill is a copy of the directory as it is while the engine runs.
 */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../check_each.h"
#include "common/error.h"
#include "engine/append/stage_part.h"
#include "engine/append/write_stage.h"
#include "engine/engine_private.h"
#include "engine/segment/segment.h"
#include "fixture.h"
#include "os/clock.h"

static struct fixture world;
static struct error err;

static void
setup(void)
{
	fixture_init(&world);
	world.options.batch_memory_bytes = 4096;
	fixture_open(&world);
	fixture_define(&world);
}

static void
teardown(void)
{
	fixture_remove(&world);
}

static void
commit_well(struct write_batch *batch)
{
	struct commit commit;

	ck_assert_msg(fixture_commit(&world, batch, SYNC_ON, &commit) == 0,
	    "%s (%s)", commit.err.message, commit.err.detail);
}

/* What is to be staged is in files. */
static void
settle(struct write_batch *batch)
{
	ck_assert_int_eq(write_batch_settle(batch, &err), 0);
}

/* ---- files ---- */

static void
count_name(void *arg, const char *name UNUSED)
{
	++*(unsigned *)arg;
}

static unsigned
count_files(const char *folder)
{
	char path[OS_PATH_SIZE];
	unsigned count = 0;

	ck_assert_int_eq(os_path(path, world.dir, folder, &err), 0);
	ck_assert_int_eq(os_list(world.fs, path, count_name, &count, &err), 0);
	return count;
}

/* Workers remove what was given up: wait until so many are left. */
static void
wait_for_files(unsigned count)
{
	for (int i = 0; i < 2000 && count_files(SEGMENT_DIRECTORY) != count;
	     i++)
		os_sleep_until(
		    os_clock_monotonic_ns(os_clock_real()) + 5000000);
	ck_assert_uint_eq(count_files(SEGMENT_DIRECTORY), count);
}

static void
tell_problem(void *arg UNUSED, const struct error *problem)
{
	ck_abort_msg("%s (%s)", problem->message, problem->detail);
}

/* A closed directory: all of it is sound. */
static void
verify(struct fixture *fixture)
{
	const struct verify_watcher watcher = { .problem = tell_problem };
	struct verify_report report;

	ck_assert_int_eq(engine_verify(fixture->fs, fixture->dir, &watcher,
			     &report, &err),
	    0);
	ck_assert_uint_eq(report.problems, 0);
}

/*
 * Another world that begins as this one's directory is now.  A file may get
 * another name or go while it is copied: the copy is then made once more.
 */
static struct fixture
killed_world(void)
{
	struct fixture copy = world;
	char command[256];
	int status = -1;

	copy.engine = NULL;
	snprintf(copy.dir, sizeof(copy.dir), "%.50s-killed", world.dir);
	snprintf(command, sizeof(command), "rm -rf '%s' && cp -r '%s' '%s'",
	    copy.dir, world.dir, copy.dir);
	for (int i = 0; i < 100 && status != 0; i++)
		status = system(command);
	ck_assert_int_eq(status, 0);
	return copy;
}

/* As long as flushes are held, the MANIFEST names nothing new. */
static void
set_flushing(bool is_flushing)
{
	for (uint32_t i = 0; i < world.engine->shard_count; i++) {
		struct shard *shard = &world.engine->shards[i];

		pthread_mutex_lock(&shard->lock);
		while (is_flushing && shard->is_flushing) {
			pthread_mutex_unlock(&shard->lock);
			os_sleep_until(
			    os_clock_monotonic_ns(os_clock_real()) + 1000000);
			pthread_mutex_lock(&shard->lock);
		}
		shard->is_flushing = is_flushing;
		pthread_mutex_unlock(&shard->lock);
	}
}

static void
hold_flushes(void)
{
	set_flushing(true);
}

static void
let_flushes_go(void)
{
	set_flushing(false);
	flusher_wake(&world.engine->flusher);
}

/* ---- adopting ---- */

/* Small and large batches in turn: what lies where changes all the time. */
START_TEST(large_and_small_take_turns)
{
	int64_t stored = 0;

	world.options.memtable_size_bytes = (size_t)64 << (4 * _i + 10);
	fixture_reopen(&world);
	for (int round = 0; round < 6; round++) {
		fixture_store(&world, stored, 40);
		stored += 40;
		fixture_store(&world, stored, 2500);
		stored += 2500;
		fixture_check(&world, (size_t)stored);
		fixture_store(&world, stored, 1);
		stored += 1;
		fixture_check(&world, (size_t)stored);
		if (round % 3 == 1)
			fixture_reopen(&world);
		if (round % 3 == 2)
			fixture_flush(&world);
		fixture_check(&world, (size_t)stored);
	}
	fixture_close(&world);
	verify(&world);
}
END_TEST

/* While the MANIFEST is not told, scans and a restart know it from the log. */
START_TEST(the_log_names_what_the_manifest_does_not)
{
	struct fixture killed;

	fixture_store(&world, 0, 40);
	fixture_flush(&world);
	fixture_store(&world, 40, 60);
	hold_flushes();
	fixture_store(&world, 100, 900);
	fixture_check(&world, 1000);
	fixture_store(&world, 1000, 20);
	fixture_check(&world, 1020);
	killed = killed_world();
	let_flushes_go();
	verify(&killed);
	for (int i = 0; i < 3; i++) {
		fixture_open(&killed);
		fixture_check(&killed, 1020 + (size_t)i * 500);
		fixture_store(&killed, 1020 + i * 500, 500);
		fixture_check(&killed, 1520 + (size_t)i * 500);
		if (i == 1)
			fixture_flush(&killed);
		fixture_close(&killed);
		verify(&killed);
	}
	fixture_remove(&killed);
}
END_TEST

/* The same as a backup takes it, from a directory that is in use. */
START_TEST(a_backup_has_what_only_the_log_names)
{
	struct fixture copy = world;
	const struct copy_options options = { .must_copy = false };
	struct copy_report report;

	snprintf(copy.dir, sizeof(copy.dir), "%.50s-backup", world.dir);
	copy.engine = NULL;
	fixture_store(&world, 0, 40);
	if (_i == 0)
		hold_flushes();
	fixture_store(&world, 40, 2000);
	fixture_store(&world, 2040, 2);
	ck_assert_msg(engine_copy(world.fs, world.dir, copy.dir, &options,
			  &report, &err) == 0,
	    "%s", err.message);
	if (_i == 0)
		let_flushes_go();
	verify(&copy);
	fixture_open(&copy);
	fixture_check(&copy, 2042);
	/* No number is given out twice. */
	fixture_store(&copy, 2042, 3000);
	fixture_flush(&copy);
	fixture_check(&copy, 5042);
	fixture_close(&copy);
	verify(&copy);
	fixture_remove(&copy);
}
END_TEST

/* Killed while it is staged: nothing of it is there, and no file. */
START_TEST(a_kill_before_the_commit_leaves_nothing)
{
	struct write_batch *batch = write_batch_new(world.engine);
	struct fixture killed;
	unsigned before;

	fixture_store(&world, 0, 100);
	fixture_flush(&world);
	before = count_files(SEGMENT_DIRECTORY);
	fixture_add(&world, batch, 100, 3000);
	if (_i == 0)
		settle(batch); /* else a part is under way */
	ck_assert(_i != 0 || count_files(SEGMENT_DIRECTORY) > before);
	killed = killed_world();
	fixture_open(&killed);
	fixture_check(&killed, 100);
	fixture_store(&killed, 100, 3000);
	fixture_check(&killed, 3100);
	fixture_close(&killed);
	verify(&killed);
	fixture_remove(&killed);
	write_batch_free(batch);
	wait_for_files(before);
	fixture_check(&world, 100);
}
END_TEST

/* What the log names must be there, as it says. */
START_TEST(a_missing_file_is_named)
{
	const char *name = "0000000000000001.seg";
	struct fixture killed;
	char command[256], path[128];

	hold_flushes();
	fixture_store(&world, 0, 1);
	fixture_store(&world, 1, 4000);
	killed = killed_world();
	let_flushes_go();
	snprintf(path, sizeof(path), "%s/segments/%s", killed.dir, name);
	snprintf(command, sizeof(command), "%s '%s'",
	    _i == 0 ? "rm" : "truncate -s -1", path);
	if (_i == 2)
		snprintf(command, sizeof(command),
		    "printf x | dd of='%s' bs=1 conv=notrunc 2>/dev/null",
		    path);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(engine_open(killed.fs, killed.dir, &killed.options,
			     &killed.engine, &err),
	    STELE_E_CORRUPT);
	ck_assert_msg(strstr(err.message, name) != NULL, "%s", err.message);
	fixture_remove(&killed);
}
END_TEST

/* ---- taking back ---- */

/* The own rows of a batch are those with amounts 0 .. count-1. */
static void
check_own(struct write_batch *batch, int64_t count)
{
	static const uint32_t attnums[] = { COLUMN_EVENT_ID, PAYMENT_AMOUNT,
		COLUMN_CONTEXT_ID, PAYMENT_NOTE };
	const struct event_type *type =
	    catalog_type_by_oid(write_batch_catalog(batch), world.payment);
	struct scan_cursor *cursor;
	struct batch rows;
	int64_t at = 0;
	int rc;

	ck_assert_int_eq(write_batch_scan(batch, type, attnums,
			     ARRAY_LEN(attnums), &cursor, &err),
	    0);
	while ((rc = scan_cursor_next(cursor, &rows, &err)) == 1)
		for (uint32_t i = 0; i < rows.sel.count; i++, at++) {
			uint32_t row = sel_row(rows.sel, i);

			CHECK_EACH(vec_is_null(&rows.cols[0], row));
			CHECK_EACH(rows.cols[0].i64[row] == at);
			CHECK_EACH(vec_get(&rows.cols[1], row).i64 == at);
			CHECK_EACH(str_equal(vec_get(&rows.cols[2], row).str,
			    fixture_context((uint64_t)at)));
			CHECK_EACH(
			    vec_is_null(&rows.cols[3], row) == (at % 2 != 0));
		}
	ck_assert_msg(rc == 0, "%s", err.message);
	scan_cursor_close(cursor);
	ck_assert_int_eq(at, count);
}

static void
add_field(struct write_batch *batch, const char *name, struct type type)
{
	const struct field field = { .name = str_of_cstr(name), .type = type };
	struct ddl ddl = {
		.kind = DDL_ADD_FIELDS,
		.oid = world.payment,
		.fields = &field,
		.field_count = 1,
	};

	ck_assert_int_eq(write_batch_ddl(batch, &ddl, &err), 0);
}

/* A savepoint, as a session has it. */
struct point {
	struct write_batch_mark mark;
	int64_t count;
	uint32_t fields;
};

static uint32_t
field_count(const struct write_batch *batch)
{
	return catalog_type_by_oid(write_batch_catalog(batch), world.payment)
	    ->field_count;
}

/* Rows, changes, savepoints and going back to them, at random. */
START_TEST(what_was_taken_back_is_gone)
{
	struct write_batch *batch = write_batch_new(world.engine);
	struct point points[8];
	unsigned seed = (unsigned)_i, depth = 0;
	int64_t count = 0;
	uint32_t fields = 3;

	world.rows = (enum fixture_rows)(_i % 3);
	for (int step = 0; step < 60; step++) {
		int what = rand_r(&seed) % 10;
		uint32_t n = (uint32_t)rand_r(&seed) % 300;

		if (what < 5) {
			fixture_add(&world, batch, count, n);
			count += n;
		} else if (what == 5 && depth < ARRAY_LEN(points)) {
			points[depth++] =
			    (struct point){ write_batch_mark(batch), count,
				    fields };
		} else if (what == 6 && fields < 6) {
			char name[16];

			snprintf(name, sizeof(name), "more%d", step);
			add_field(batch, name,
			    type_of(step % 2 == 0 ? TYPE_INT8 : TYPE_TEXT));
			fields++;
		} else if (what == 7 && depth > 0) {
			depth = 1 + (unsigned)rand_r(&seed) % depth;
			write_batch_rewind(batch, points[depth - 1].mark);
			count = points[depth - 1].count;
			fields = points[depth - 1].fields;
		} else if (what == 8) {
			check_own(batch, count);
		}
		ck_assert_uint_eq(write_batch_row_count(batch),
		    (uint64_t)count);
		ck_assert_uint_eq(field_count(batch), fields);
	}
	if (depth > 0 && _i % 2 == 0) { /* nothing is settled before */
		write_batch_rewind(batch, points[0].mark);
		count = points[0].count;
	}
	commit_well(batch);
	fixture_check(&world, (size_t)count);
	fixture_store(&world, count, 300);
	fixture_reopen(&world);
	fixture_check(&world, (size_t)count + 300);
	fixture_flush(&world);
	fixture_close(&world);
	verify(&world);
}
END_TEST

/* A column that was taken back is not there for another in its place. */
START_TEST(a_column_that_was_taken_back_is_gone)
{
	struct write_batch *batch = write_batch_new(world.engine);
	struct write_batch_mark mark;

	fixture_add(&world, batch, 0, 2048);
	mark = write_batch_mark(batch);
	add_field(batch, "number", type_of(TYPE_INT8));
	fixture_add(&world, batch, 2048, 1); /* stages those before */
	write_batch_rewind(batch, mark);
	add_field(batch, "text", type_of(TYPE_TEXT));
	fixture_add(&world, batch, 2048, 600);
	if (_i == 0)
		check_own(batch, 2648);
	commit_well(batch);
	fixture_check(&world, 2648);
	fixture_reopen(&world);
	fixture_check(&world, 2648);
}
END_TEST

/* Files of rows that are taken back go at once, those of a batch with it. */
START_TEST(given_up_files_go)
{
	struct write_batch *batch = write_batch_new(world.engine);
	struct write_batch_mark mark;
	unsigned before;

	fixture_add(&world, batch, 0, 2048);
	fixture_add(&world, batch, 2048, 1);
	mark = write_batch_mark(batch);
	settle(batch);
	before = count_files(SEGMENT_DIRECTORY);
	ck_assert_uint_gt(before, 0);
	fixture_add(&world, batch, 2049, 8000);
	if (_i == 0) { /* else a part is under way */
		settle(batch);
		ck_assert_uint_gt(count_files(SEGMENT_DIRECTORY), before);
	}
	write_batch_rewind(batch, mark);
	/* Those that have rows from before stay until the batch is settled. */
	ck_assert_int_eq(write_batch_stage(batch, &err), 0);
	check_own(batch, 2049);
	wait_for_files(before + 1);
	write_batch_free(batch);
	wait_for_files(0);
}
END_TEST

/* ---- parts under way ---- */

static void
note_wake(void *arg)
{
	atomic_fetch_add((atomic_int *)arg, 1);
}

static void
wait_for_wake(atomic_int *wakes)
{
	for (int i = 0; i < 2000 && atomic_load(wakes) == 0; i++)
		os_sleep_until(
		    os_clock_monotonic_ns(os_clock_real()) + 5000000);
	ck_assert_int_eq(atomic_load(wakes), 1);
}

/* No segment gets a number meanwhile. */
static void
hold_staging(void)
{
	pthread_mutex_lock(&world.engine->publisher.lock);
}

static void
let_staging_go(void)
{
	pthread_mutex_unlock(&world.engine->publisher.lock);
}

START_TEST(a_part_is_staged_while_rows_come)
{
	struct write_batch *batch = write_batch_new(world.engine);
	atomic_int wakes = 0;

	hold_staging();
	fixture_add(&world, batch, 0, 2048);
	ck_assert(write_batch_is_full(batch));
	ck_assert_int_eq(write_batch_try_stage(batch, note_wake, &wakes, &err),
	    1);
	ck_assert(!write_batch_is_full(batch));
	fixture_add(&world, batch, 2048, 1000);
	ck_assert(write_batch_is_full(batch));
	ck_assert_int_eq(write_batch_try_stage(batch, note_wake, &wakes, &err),
	    0);
	ck_assert_uint_eq(write_batch_row_count(batch), 3048);
	ck_assert_int_eq(atomic_load(&wakes), 0);
	let_staging_go();
	wait_for_wake(&wakes);
	ck_assert_int_eq(write_batch_try_stage(batch, note_wake, &wakes, &err),
	    1);
	fixture_add(&world, batch, 3048, 10);
	commit_well(batch);
	fixture_check(&world, 3058);
	ck_assert_int_eq(atomic_load(&wakes), 1);
}
END_TEST

/* By its batch, while a worker is at it: who waits is told, files go. */
START_TEST(a_part_is_given_up_under_way)
{
	struct write_batch *batch = write_batch_new(world.engine);
	atomic_int wakes = 0;

	hold_staging();
	fixture_add(&world, batch, 0, 2048);
	ck_assert_int_eq(write_batch_stage(batch, &err), 0);
	ck_assert_int_eq(write_batch_try_stage(batch, note_wake, &wakes, &err),
	    0);
	write_batch_free(batch);
	let_staging_go();
	wait_for_wake(&wakes);
	wait_for_files(0);
	fixture_store(&world, 0, 5000);
	fixture_check(&world, 5000);
}
END_TEST

/* Rows and a change in it are taken back before it is written. */
START_TEST(a_part_is_cut_under_way)
{
	struct write_batch *batch = write_batch_new(world.engine);
	struct write_batch_mark mark;

	hold_staging();
	fixture_add(&world, batch, 0, 100);
	mark = write_batch_mark(batch);
	add_field(batch, "number", type_of(TYPE_INT8));
	fixture_add(&world, batch, 100, 1948);
	ck_assert_int_eq(write_batch_stage(batch, &err), 0);
	write_batch_rewind(batch, mark);
	add_field(batch, "text", type_of(TYPE_TEXT));
	fixture_add(&world, batch, 100, 50);
	ck_assert_uint_eq(write_batch_row_count(batch), 150);
	let_staging_go();
	check_own(batch, 150);
	commit_well(batch);
	fixture_check(&world, 150);
	fixture_reopen(&world);
	fixture_check(&world, 150);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("direct");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, large_and_small_take_turns, 0, 3);
	tcase_add_test(tc, the_log_names_what_the_manifest_does_not);
	tcase_add_loop_test(tc, a_backup_has_what_only_the_log_names, 0, 2);
	tcase_add_loop_test(tc, a_kill_before_the_commit_leaves_nothing, 0, 4);
	tcase_add_loop_test(tc, a_missing_file_is_named, 0, 3);
	tcase_add_loop_test(tc, what_was_taken_back_is_gone, 0, 40);
	tcase_add_loop_test(tc, a_column_that_was_taken_back_is_gone, 0, 2);
	tcase_add_loop_test(tc, given_up_files_go, 0, 2);
	tcase_add_test(tc, a_part_is_staged_while_rows_come);
	tcase_add_test(tc, a_part_is_given_up_under_way);
	tcase_add_test(tc, a_part_is_cut_under_way);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
