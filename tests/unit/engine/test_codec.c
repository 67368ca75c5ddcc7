/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Integers and doubles come back as they were, row by row and in vectors from
 * any row on; bytes that are damaged or cut are refused or read harmlessly.
 */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/buf.h"
#include "common/hash.h"
#include "common/reader.h"
#include "engine/segment/f64_codec.h"
#include "engine/segment/int_codec.h"

#define ROWS 5000

static struct buf buf;
static uint64_t seed;
static int64_t values[ROWS];
static double doubles[ROWS];

static uint64_t
draw(void)
{
	return hash_u64(++seed);
}

static int64_t
zero(uint32_t i UNUSED)
{
	return 0;
}

static int64_t
small(uint32_t i UNUSED)
{
	return (int64_t)(draw() % 7) - 3;
}

static int64_t
middling(uint32_t i UNUSED)
{
	return (int64_t)(draw() % (UINT64_C(1) << 31)) - (INT64_C(1) << 40);
}

static int64_t
wide(uint32_t i UNUSED)
{
	return (int64_t)(draw() % (UINT64_C(1) << 33));
}

static int64_t
anything(uint32_t i UNUSED)
{
	return (int64_t)draw();
}

static int64_t
extremes(uint32_t i)
{
	return i % 3 == 0 ? INT64_MIN : i % 3 == 1 ? INT64_MAX : 0;
}

static int64_t
ascending(uint32_t i)
{
	return INT64_C(1000000007) * i + (int64_t)(draw() % 1000);
}

static int64_t
outliers(uint32_t i)
{
	if (draw() % 200 == 0)
		return (int64_t)draw();
	return 5 * (int64_t)i + (int64_t)(draw() % 16);
}

/* A time that is rarely an hour late, or an infinity. */
static int64_t
late(uint32_t i)
{
	uint64_t chance = draw() % 1000;

	if (chance == 0)
		return draw() % 2 == 0 ? INT64_MIN : INT64_MAX;
	return 500000 * (int64_t)i + (int64_t)(draw() % 4000000) -
	    (chance < 3 ? INT64_C(3600000000) : 0);
}

/* Later than they should be, most a little: the tail is at the low end. */
static int64_t
delayed(uint32_t i)
{
	double unit = (double)(draw() >> 11) * 0x1p-53;

	return 500000 * (int64_t)i + (int64_t)(log(1 - unit) * 500000);
}

/* Most are small, few are large. */
static int64_t
tail(uint32_t i UNUSED)
{
	return (int64_t)(draw() % (draw() % 32 == 0 ? 1000000 : 256));
}

static int64_t
steps(uint32_t i)
{
	return (int64_t)(hash_u64(i / 256) % 1000000) + (int64_t)(draw() % 4);
}

/* Five series in turn: what a sample of every fifth row would not see. */
static int64_t
in_turn(uint32_t i)
{
	return i % 5 == 0 ? 7 : (int64_t)(draw() % 1000);
}

/* Ids with gaps: the last one is kept between calls. */
static int64_t
gaps(uint32_t i)
{
	static int64_t id;

	id = i == 0 ? INT64_C(1) << 50 : id + 1 + (int64_t)(draw() % 4);
	return id;
}

/* Around the end of the range, and on. */
static int64_t
falling(uint32_t i)
{
	static uint64_t at;

	at = i == 0 ? UINT64_C(1) << 63 | 5 : at - draw() % 8;
	return (int64_t)at;
}

static int64_t
runs(uint32_t i)
{
	return (int64_t)hash_u64(i / 50) >> 20;
}

static int64_t
one_change(uint32_t i)
{
	return i < 99 ? INT64_MAX : INT64_MIN;
}

static const struct {
	const char *what;
	int64_t (*value)(uint32_t i);
	double bits_max; /* a value; measured, rounded up */
	enum int_form form;
} int_case[] = {
	{ "zero", zero, 0.1, INT_PACKED },
	{ "small", small, 3.2, INT_PACKED },
	{ "middling", middling, 31.2, INT_PACKED },
	{ "wide", wide, 33.4, INT_PACKED },
	{ "anything", anything, 65, INT_PACKED },
	{ "extremes", extremes, 65, INT_PACKED },
	{ "ascending", ascending, 11.3, INT_PACKED },
	{ "outliers", outliers, 5.2, INT_PACKED },
	{ "late", late, 22.9, INT_PACKED },
	{ "delayed", delayed, 21.8, INT_PACKED },
	{ "tail", tail, 9.2, INT_PACKED },
	{ "steps", steps, 2.3, INT_PACKED },
	{ "in turn", in_turn, 10.2, INT_PACKED },
	{ "gaps", gaps, 2.4, INT_DIFFERENCES },
	{ "falling", falling, 3.9, INT_DIFFERENCES },
	{ "runs", runs, 1.5, INT_RUNS },
	{ "one change", one_change, 0.4, INT_RUNS },
};

static const uint32_t row_counts[] = { 1, 2, 15, 16, 17, 127, 128, 129, 1000,
	4096, ROWS };

static void
encode(const int64_t *input, uint32_t row_count, struct int_view *view)
{
	struct reader reader;

	buf_reset(&buf);
	int_encode(input, row_count, &buf);
	ck_assert(!buf.failed);
	reader = reader_over(buf.data, buf.len);
	ck_assert(int_open(&reader, row_count, view));
	ck_assert_uint_eq(reader_left(&reader), 0);
}

START_TEST(integers_come_back)
{
	static int64_t out[ROWS + INT_DECODE_SLACK];
	struct int_view view;

	for (size_t k = 0; k < ARRAY_LEN(row_counts); k++) {
		uint32_t n = row_counts[k];

		for (uint32_t i = 0; i < n; i++)
			values[i] = int_case[_i].value(i);
		encode(values, n, &view);
		for (uint32_t i = 0; i < n; i++)
			if (int_at(&view, i) != values[i])
				ck_abort_msg("row %u of %u", i, n);
		for (uint32_t first = 0; first < n; first += 1 + first / 3) {
			uint32_t count = 1 + (uint32_t)(draw() % (n - first));

			int_decode(&view, first, count, out);
			ck_assert_mem_eq(out, values + first,
			    count * sizeof(*out));
		}
	}
	ck_assert_int_eq(view.form, int_case[_i].form);
	ck_assert_msg(8.0 * (double)buf.len / ROWS <= int_case[_i].bits_max,
	    "%s: %.2f bits a value", int_case[_i].what,
	    8.0 * (double)buf.len / ROWS);
}
END_TEST

/* A bound at a value, beside it, or at an end. */
static int64_t
draw_bound(uint32_t n)
{
	uint64_t value = (uint64_t)values[draw() % n];

	switch (draw() % 8) {
	case 0:
		return INT64_MIN;
	case 1:
		return INT64_MAX;
	case 2:
		return (int64_t)(value + 1);
	case 3:
		return (int64_t)(value - 1);
	default:
		return (int64_t)value;
	}
}

/* Testing values where they lie says what comparing them says. */
START_TEST(integers_are_tested)
{
	static uint8_t passes[ROWS + INT_DECODE_SLACK];
	struct int_view view;
	uint32_t tested = 0;

	for (uint32_t k = 0; k < 100; k++) {
		uint32_t n = row_counts[k % ARRAY_LEN(row_counts)];
		uint32_t first = (uint32_t)(draw() % n) / 16 * 16;
		uint32_t count = 1 + (uint32_t)(draw() % (n - first));
		int64_t low, high;

		for (uint32_t i = 0; i < n; i++)
			values[i] = int_case[_i].value(i);
		encode(values, n, &view);
		low = draw_bound(n);
		high = draw_bound(n);
		if (view.form != INT_PACKED ||
		    !int_packed_test(&view.values, first, count, low, high,
			passes))
			continue;
		tested++;
		for (uint32_t i = 0; i < count; i++)
			ck_assert_msg(passes[i] ==
				(low <= values[first + i] &&
				    values[first + i] <= high),
			    "row %u of %u", first + i, n);
	}
	if (strcmp(int_case[_i].what, "small") == 0)
		ck_assert_uint_gt(tested, 80); /* all but constants */
}
END_TEST

/* Whatever is changed or cut: refused, or read without harm. */
START_TEST(damaged_integers_do_no_harm)
{
	int64_t out[300 + INT_DECODE_SLACK];
	uint8_t passes[300 + INT_DECODE_SLACK];
	struct int_view view;
	struct reader reader;
	uint8_t *copy;
	size_t len;

	for (uint32_t i = 0; i < 300; i++)
		values[i] = int_case[_i].value(i);
	encode(values, 300, &view);
	len = buf.len;
	copy = aligned_alloc(8, len);
	ck_assert_ptr_nonnull(copy);
	for (size_t at = 0; at < 8 * len; at++) {
		memcpy(copy, buf.data, len);
		copy[at / 8] ^= (uint8_t)(1u << at % 8);
		reader = reader_over(copy, len);
		if (int_open(&reader, 300, &view)) {
			int_decode(&view, 0, 300, out);
			int_decode(&view, (uint32_t)(at % 299), 2, out);
			(void)int_at(&view, (uint32_t)(at % 300));
			if (view.form == INT_PACKED)
				(void)int_packed_test(&view.values, 0, 300, -5,
				    1000, passes);
		}
	}
	for (size_t cut = 0; cut < len; cut++) {
		reader = reader_over(buf.data, cut);
		ck_assert(!int_open(&reader, 300, &view));
	}
	free(copy);
}
END_TEST

static double
cents(uint32_t i UNUSED)
{
	return (double)(draw() % 100000) / 100;
}

static double
bits(uint32_t i UNUSED)
{
	uint64_t word = draw();
	double value;

	memcpy(&value, &word, sizeof(value));
	return value;
}

static double
odd_ones(uint32_t i)
{
	static const double odd[] = { 0.0, -0.0, NAN, INFINITY, -INFINITY,
		DBL_MAX, DBL_MIN, 5e-324, 0.1, 1e300 };

	return i % 100 == 7 ? odd[draw() % ARRAY_LEN(odd)] : cents(i);
}

static double
measured(uint32_t i UNUSED)
{
	return ((double)(draw() % 1000000) - 500000) / 10000;
}

static const struct {
	const char *what;
	double (*value)(uint32_t i);
	double bits_max; /* a value; 0: no decimals, stays plain */
} f64_case[] = {
	{ "cents", cents, 17.5 },
	{ "bits", bits, 0 },
	{ "odd ones", odd_ones, 18.5 },
	{ "measured", measured, 21 },
};

START_TEST(doubles_come_back)
{
	static double out[ROWS + INT_DECODE_SLACK];
	struct reader reader;
	struct f64_view view;

	for (uint32_t i = 0; i < ROWS; i++)
		doubles[i] = f64_case[_i].value(i);
	buf_reset(&buf);
	if (f64_case[_i].bits_max == 0.0) {
		ck_assert(!f64_encode(doubles, ROWS, &buf));
		ck_assert_uint_eq(buf.len, 0);
		return;
	}
	ck_assert(f64_encode(doubles, ROWS, &buf));
	reader = reader_over(buf.data, buf.len);
	ck_assert(f64_open(&reader, ROWS, &view));
	f64_decode(&view, 0, ROWS, out);
	ck_assert_mem_eq(out, doubles, sizeof(doubles));
	for (uint32_t i = 0; i < ROWS; i++) {
		double value = f64_at(&view, i);

		ck_assert_mem_eq(&value, &doubles[i], sizeof(value));
	}
	f64_decode(&view, 1001, 999, out);
	ck_assert_mem_eq(out, doubles + 1001, 999 * sizeof(*out));
	ck_assert_msg(8.0 * (double)buf.len / ROWS <= f64_case[_i].bits_max,
	    "%s: %.2f bits a value", f64_case[_i].what,
	    8.0 * (double)buf.len / ROWS);
}
END_TEST

static double
draw_double_bound(void)
{
	static const double odd[] = { -INFINITY, INFINITY, -0.0, DBL_MAX,
		-DBL_MAX, 5e-324, 0.1, 1e15 };
	double value = doubles[draw() % ROWS];

	switch (draw() % 4) {
	case 0:
		return odd[draw() % ARRAY_LEN(odd)];
	case 1:
		return nextafter(value, INFINITY);
	case 2:
		return nextafter(value, -INFINITY);
	default:
		return value;
	}
}

START_TEST(doubles_are_tested)
{
	static uint8_t passes[ROWS + INT_DECODE_SLACK];
	struct reader reader;
	struct f64_view view;

	for (uint32_t i = 0; i < ROWS; i++)
		doubles[i] = f64_case[_i].value(i);
	buf_reset(&buf);
	if (!f64_encode(doubles, ROWS, &buf))
		return;
	reader = reader_over(buf.data, buf.len);
	ck_assert(f64_open(&reader, ROWS, &view));
	for (uint32_t k = 0; k < 200; k++) {
		double low = draw_double_bound(), high = draw_double_bound();
		bool nan_passes = k % 2 == 1;

		if (isnan(low) || isnan(high))
			continue;
		ck_assert(
		    f64_test(&view, 16, 999, low, high, nan_passes, passes));
		for (uint32_t i = 0; i < 999; i++) {
			double value = doubles[16 + i];

			ck_assert_msg(passes[i] ==
				(isnan(value) ? nan_passes
					      : low <= value && value <= high),
			    "%g in %g..%g", value, low, high);
		}
	}
}
END_TEST

START_TEST(damaged_doubles_do_no_harm)
{
	double out[300 + INT_DECODE_SLACK];
	uint8_t passes[300 + INT_DECODE_SLACK];
	struct f64_view view;
	struct reader reader;
	uint8_t *copy;
	size_t len;

	for (uint32_t i = 0; i < 300; i++)
		doubles[i] = odd_ones(i);
	buf_reset(&buf);
	ck_assert(f64_encode(doubles, 300, &buf));
	len = buf.len;
	copy = aligned_alloc(8, len);
	ck_assert_ptr_nonnull(copy);
	for (size_t at = 0; at < 8 * len; at++) {
		memcpy(copy, buf.data, len);
		copy[at / 8] ^= (uint8_t)(1u << at % 8);
		reader = reader_over(copy, len);
		if (f64_open(&reader, 300, &view)) {
			f64_decode(&view, (uint32_t)(at % 200), 100, out);
			(void)f64_at(&view, (uint32_t)(at % 300));
			(void)f64_test(&view, 0, 300, -5, 1000, true, passes);
		}
	}
	for (size_t cut = 0; cut < len; cut++) {
		reader = reader_over(buf.data, cut);
		ck_assert(!f64_open(&reader, 300, &view));
	}
	free(copy);
}
END_TEST

static void
setup(void)
{
	buf_init(&buf);
	seed = 1;
}

static void
teardown(void)
{
	buf_release(&buf);
}

int
main(void)
{
	Suite *suite = suite_create("codec");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, integers_come_back, 0, ARRAY_LEN(int_case));
	tcase_add_loop_test(tc, integers_are_tested, 0, ARRAY_LEN(int_case));
	tcase_add_loop_test(tc, damaged_integers_do_no_harm, 0,
	    ARRAY_LEN(int_case));
	tcase_add_loop_test(tc, doubles_come_back, 0, ARRAY_LEN(f64_case));
	tcase_add_loop_test(tc, doubles_are_tested, 0, ARRAY_LEN(f64_case));
	tcase_add_test(tc, damaged_doubles_do_no_harm);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
