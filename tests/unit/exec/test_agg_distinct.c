/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sketches of many sizes: exact while they are small, then off by the error
 * that is promised; seeing values again changes nothing.
 */
#include "exec/agg_distinct.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "../check_each.h"
#include "common/error.h"
#include "common/hash.h"

static const struct {
	uint64_t count;
	double error; /* relative, at most; four times the standard error */
} cases[] = {
	{ 0, 0 },
	{ 1, 0 },
	{ 12, 0 },
	{ 384, 0 },
	{ 385, 0.065 },
	{ 2000, 0.065 },
	{ 4096, 0.065 },
	{ 10000, 0.065 },
	{ 100000, 0.065 },
	{ 3000000, 0.065 },
};

START_TEST(counts)
{
	struct distinct_sketch *sketch;
	struct arena arena;
	struct error err;
	double got, wanted = (double)cases[_i].count;

	arena_init(&arena, NULL);
	ck_assert_int_eq(distinct_sketch_new(&arena, &sketch, &err), 0);
	for (int round = 0; round < 2; round++)
		for (uint64_t i = 0; i < cases[_i].count; i++)
			CHECK_EACH(distinct_sketch_add(sketch, hash_u64(i),
				       &arena, &err) == 0);
	got = (double)distinct_sketch_count(sketch);
	ck_assert_msg(fabs(got - wanted) <= wanted * cases[_i].error,
	    "%.0f of %.0f", got, wanted);
	ck_assert_uint_lt(arena.used_bytes, 64 * 1024);
	arena_release(&arena);
}
END_TEST

/* The error over many sketches is about 1.6 %, and without a bias. */
START_TEST(standard_error)
{
	enum { SKETCHES = 200, VALUES = 20000 };
	double sum = 0, squares = 0;

	for (uint64_t s = 0; s < SKETCHES; s++) {
		struct distinct_sketch *sketch;
		struct arena arena;
		struct error err;
		double off;

		arena_init(&arena, NULL);
		ck_assert_int_eq(distinct_sketch_new(&arena, &sketch, &err), 0);
		for (uint64_t i = 0; i < VALUES; i++)
			CHECK_EACH(
			    distinct_sketch_add(sketch, hash_u64(s << 32 | i),
				&arena, &err) == 0);
		off = (double)distinct_sketch_count(sketch) / VALUES - 1;
		sum += off;
		squares += off * off;
		arena_release(&arena);
	}
	ck_assert_double_lt(fabs(sum / SKETCHES), 0.005);
	ck_assert_double_lt(sqrt(squares / SKETCHES), 0.02);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agg_distinct");
	TCase *tcase = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, counts, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tcase, standard_error);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
