/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Histograms: what is told of a share of the values is not below it, and at
 * most a quarter above.
 */
#include "common/histogram.h"

#include <check.h>
#include <stdlib.h>

static struct histogram histogram;

static void
setup(void)
{
	histogram = (struct histogram){ .max = 0 };
}

START_TEST(empty_is_zero)
{
	struct histogram_summary summary = histogram_summary(&histogram);

	ck_assert_uint_eq(summary.count, 0);
	ck_assert_uint_eq(summary.median, 0);
	ck_assert_uint_eq(summary.p99, 0);
	ck_assert_uint_eq(summary.max, 0);
}
END_TEST

static const uint64_t values[] = { 0, 1, 7, 8, 9, 10, 15, 16, 100, 1000, 65535,
	65536, UINT64_C(1) << 62, UINT64_C(3) << 62, UINT64_MAX };

/* Between smaller and greater ones, each alone in its half. */
START_TEST(a_value_comes_back)
{
	uint64_t value = values[_i];
	struct histogram_summary summary;

	histogram_add(&histogram, value);
	summary = histogram_summary(&histogram);
	ck_assert_uint_eq(summary.max, value);
	ck_assert_uint_eq(summary.median, value);
	histogram_add(&histogram, 0);
	histogram_add(&histogram, UINT64_MAX);
	summary = histogram_summary(&histogram);
	ck_assert_uint_eq(summary.count, 3);
	ck_assert_uint_ge(summary.median, value);
	ck_assert_uint_le(summary.median - value, value / 4);
	ck_assert_uint_eq(summary.max, UINT64_MAX);
}
END_TEST

START_TEST(shares_of_many)
{
	struct histogram_summary summary;

	for (uint64_t i = 1; i <= 1000; i++)
		histogram_add(&histogram, i);
	summary = histogram_summary(&histogram);
	ck_assert_uint_eq(summary.count, 1000);
	ck_assert_uint_eq(summary.sum, 500500);
	/* 500 lies in the bucket [448, 511], 990 in [896, 1023] */
	ck_assert_uint_eq(summary.median, 511);
	ck_assert_uint_eq(summary.p99, 1000);
	ck_assert_uint_eq(summary.max, 1000);
}
END_TEST

/* One in a hundred is not seen by p99, two are. */
START_TEST(rare_ones)
{
	for (int i = 0; i < 99; i++)
		histogram_add(&histogram, 5);
	histogram_add(&histogram, 700);
	ck_assert_uint_eq(histogram_summary(&histogram).p99, 5);
	ck_assert_uint_eq(histogram_summary(&histogram).max, 700);
	histogram_add(&histogram, 700);
	ck_assert_uint_eq(histogram_summary(&histogram).p99, 700);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("histogram");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, empty_is_zero);
	tcase_add_loop_test(tc, a_value_comes_back, 0,
	    (int)(sizeof(values) / sizeof(values[0])));
	tcase_add_test(tc, shares_of_many);
	tcase_add_test(tc, rare_ones);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
