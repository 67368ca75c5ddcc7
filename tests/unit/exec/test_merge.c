/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs that share an event, as files that somebody has made may have them.
 */
#include <check.h>
#include <stdlib.h>

#include "../engine/fixture.h"
#include "common/error.h"
#include "engine/engine_private.h"
#include "exec/merge.h"

#define EVENTS 100

static struct fixture world;
static struct error err;

static void
setup(void)
{
	fixture_init(&world);
	world.options.shard_count = 1;
	fixture_open(&world);
	fixture_define(&world);
	fixture_store(&world, 0, EVENTS);
}

static void
teardown(void)
{
	fixture_remove(&world);
}

/* So many sources, all of the same run: the rows, or the error. */
static int64_t
merge_same(uint32_t count)
{
	static const uint32_t attnums[] = { COLUMN_EVENT_ID };
	struct scan_spec spec = {
		.type = fixture_type(&world),
		.attnums = attnums,
		.attnum_count = 1,
		.event_id_last = UINT64_MAX,
	};
	struct merge_source sources[2];
	struct merge merge;
	struct arena arena;
	struct scan *scan;
	int64_t rows = 0;
	int rc;

	spec.snapshot = engine_snapshot(world.engine, 0, NULL, NULL);
	arena_init(&arena, NULL);
	ck_assert_int_eq(scan_open(world.engine, &spec, &arena, &scan, &err),
	    0);
	for (uint32_t i = 0; i < count; i++)
		sources[i] = (struct merge_source){
			.scan = scan,
			.type = spec.type,
		};
	merge_init(&merge, sources, count, true, &arena);
	while ((rc = merge_next(&merge, &err)) == 1)
		rows += merge.row_count;
	merge_close(&merge);
	scan_close(scan);
	arena_release(&arena);
	snapshot_unref(spec.snapshot);
	return rc == 0 ? rows : rc;
}

START_TEST(an_event_in_two_runs_is_corruption)
{
	ck_assert_int_eq(merge_same(1), EVENTS);
	ck_assert_int_eq(merge_same(2), STELE_E_CORRUPT);
	ck_assert_str_eq(err.message, "event_id 1 does not ascend");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("merge");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 20);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, an_event_in_two_runs_is_corruption);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
