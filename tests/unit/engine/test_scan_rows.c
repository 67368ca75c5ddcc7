/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of a context in several segments: one part as long as they fit into
 * a batch, else one for each segment; the same rows in either case.
 */
#include <check.h>
#include <stdlib.h>

#include "../check_each.h"
#include "common/error.h"
#include "engine/engine.h"
#include "fixture.h"

#define SEGMENTS 3

static struct fixture world;
static struct error err;

static void
setup(void)
{
	fixture_init(&world);
	world.options.compaction = false;
	fixture_open(&world);
	fixture_define(&world);
}

static void
teardown(void)
{
	fixture_remove(&world);
}

/* Rows of the first context, which is that of each FIXTURE_CONTEXTS-th. */
static void
store_segments(uint32_t count)
{
	uint32_t done = 0;

	for (uint32_t s = 1; s <= SEGMENTS; s++) {
		uint32_t upto = count * s / SEGMENTS;

		fixture_store(&world, (int64_t)done * FIXTURE_CONTEXTS,
		    (upto - done) * FIXTURE_CONTEXTS);
		fixture_flush(&world);
		done = upto;
	}
}

/* Of all parts; *rows is how many there are, in order. */
static uint32_t
count_parts(const struct scan_spec *spec, struct arena *arena, uint32_t *rows)
{
	uint32_t parts = 0;
	int64_t last = 0;
	struct scan *scan;

	*rows = 0;
	ck_assert_int_eq(scan_open(world.engine, spec, arena, &scan, &err), 0);
	for (uint32_t r = 0; r < scan_run_count(scan); r++)
		for (uint32_t p = 0; p < scan_part_count(scan, r); p++) {
			struct scan_cursor *cursor;
			struct batch batch;

			parts++;
			ck_assert_int_eq(scan_cursor_open(scan, r, p, &cursor,
					     &err),
			    0);
			while (scan_cursor_next(cursor, &batch, &err) == 1)
				for (uint32_t i = 0; i < batch.sel.count; i++) {
					int64_t id = vec_get(&batch.cols[0],
					    sel_row(batch.sel, i))
							 .i64;

					CHECK_EACH(id > last);
					CHECK_EACH(
					    (id - 1) % FIXTURE_CONTEXTS == 0);
					last = id;
					++*rows;
				}
			scan_cursor_close(cursor);
		}
	scan_close(scan);
	return parts;
}

static const struct {
	uint32_t rows;
	uint32_t parts;
} limit_case[] = { { SEGMENTS, 1 }, { VEC_ROWS - 1, 1 }, { VEC_ROWS, 1 },
	{ VEC_ROWS + 1, SEGMENTS } };

START_TEST(what_fits_into_a_batch_is_one_part)
{
	static const uint32_t attnum = COLUMN_EVENT_ID;
	struct scan_spec spec = {
		.type = NULL,
		.attnums = &attnum,
		.attnum_count = 1,
		.has_context = true,
		.context = fixture_context(0),
	};
	struct arena arena;
	uint32_t rows;

	store_segments(limit_case[_i].rows);
	arena_init(&arena, NULL);
	spec.snapshot = engine_snapshot(world.engine, 0, NULL, NULL);
	ck_assert_ptr_nonnull(spec.snapshot);
	spec.type =
	    catalog_type_by_oid(snapshot_catalog(spec.snapshot), world.payment);
	ck_assert_uint_eq(count_parts(&spec, &arena, &rows),
	    limit_case[_i].parts);
	ck_assert_uint_eq(rows, limit_case[_i].rows);
	snapshot_unref(spec.snapshot);
	arena_release(&arena);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scan rows");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, what_fits_into_a_batch_is_one_part, 0,
	    ARRAY_LEN(limit_case));
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
