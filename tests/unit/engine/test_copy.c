/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A copy of a directory in which segments are merged meanwhile, so that some
 * that were to be copied are gone: what is there already is not copied again.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/error.h"
#include "engine/engine_private.h"
#include "engine/segment/segment.h"
#include "fixture.h"
#include "os/clock.h"

#define SHARDS 64 /* so many that contexts are in several */

static struct fixture world;
static struct fixture copy;
static struct error err;

/* The real file system, which tells of each segment's file that is made. */
static struct os_fs watched;
static void (*on_copied)(void);
static unsigned copied_count;

static int64_t stored; /* amounts below are */
static int64_t moved;  /* the context whose segments are merged */

static bool
is_copied_segment(const char *path, unsigned flags)
{
	return (flags & OS_CREATE) != 0 && strstr(path, "-copy/seg") != NULL;
}

static int
watched_open(struct os_fs *fs UNUSED, const char *path, unsigned flags,
    struct os_file **out)
{
	int rc = os_fs_real()->open(os_fs_real(), path, flags, out);

	if (rc == 0 && is_copied_segment(path, flags)) {
		copied_count++;
		on_copied();
	}
	return rc;
}

static void
nothing(void)
{
}

static void
setup(void)
{
	watched = *os_fs_real();
	watched.open = watched_open;
	on_copied = nothing;
	copied_count = 0;
	stored = 0;
	fixture_init(&world);
	world.options.shard_count = SHARDS;
	fixture_open(&world);
	fixture_define(&world);
	copy = world;
	copy.engine = NULL;
	snprintf(copy.dir, sizeof(copy.dir), "%.50s-copy", world.dir);
}

static void
teardown(void)
{
	fixture_remove(&copy);
	fixture_remove(&world);
}

/* A segment with one event of a context. */
static void
store_segment(int64_t context)
{
	stored += FIXTURE_CONTEXTS;
	fixture_store(&world, stored + context, 1);
	fixture_flush(&world);
}

static void
count_name(void *arg, const char *name UNUSED)
{
	++*(unsigned *)arg;
}

static unsigned
count_files(const char *dir)
{
	char path[OS_PATH_SIZE];
	unsigned count = 0;

	ck_assert_int_eq(os_path(path, dir, SEGMENT_DIRECTORY, &err), 0);
	ck_assert_int_eq(os_list(world.fs, path, count_name, &count, &err), 0);
	return count;
}

/* All that can be, and the files of what was merged are gone. */
static void
merge(unsigned left)
{
	uint64_t merges;

	ck_assert_msg(engine_compact(world.engine, NULL, &merges, &err) == 0,
	    "%s", err.message);
	for (int i = 0; i < 2000 && count_files(world.dir) != left; i++)
		os_sleep_until(
		    os_clock_monotonic_ns(os_clock_real()) + 5000000);
	ck_assert_uint_eq(count_files(world.dir), left);
}

static void
tell_problem(void *arg UNUSED, const struct error *problem)
{
	ck_abort_msg("%s (%s)", problem->message, problem->detail);
}

static void
check_copy(size_t events)
{
	const struct verify_watcher watcher = { .problem = tell_problem };
	struct verify_report report;
	size_t count;

	ck_assert_int_eq(engine_verify(copy.fs, copy.dir, &watcher, &report,
			     &err),
	    0);
	fixture_open(&copy);
	free(fixture_scan(&copy, NULL, 1, UINT64_MAX, &count));
	ck_assert_uint_eq(count, events);
	fixture_close(&copy);
}

/* The context whose shard is another one than that of context 0. */
static int64_t
context_apart(void)
{
	uint32_t shard = engine_shard_of(world.engine, fixture_context(0));
	int64_t i = 1;

	while (engine_shard_of(world.engine, fixture_context((uint64_t)i)) ==
	    shard)
		ck_assert_int_lt(++i, FIXTURE_CONTEXTS);
	return i;
}

static void
store_and_merge(void)
{
	store_segment(moved);
	store_segment(moved);
	merge(2);
}

START_TEST(merges_do_not_begin_it_anew)
{
	const struct copy_options options = { .must_copy = true };
	struct copy_report report;

	moved = context_apart();
	for (int i = 0; i < 3; i++)
		store_segment(moved);
	store_segment(0);
	on_copied = store_and_merge;
	ck_assert_msg(engine_copy(&watched, world.dir, copy.dir, &options,
			  &report, &err) == 0,
	    "%s", err.message);
	/* The one apart, and what the others were merged into. */
	ck_assert_uint_eq(copied_count, 2);
	ck_assert_uint_eq(report.segments, 2);
	ck_assert_uint_eq(report.linked, 0);
	ck_assert_uint_eq(count_files(copy.dir), 2);
	check_copy(4 + 2 * 2); /* the log is copied last */
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("copy");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, merges_do_not_begin_it_anew);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
