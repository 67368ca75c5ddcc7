/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums of numerics across the edge of 128 bits, and hashes of equal values.
 */
#include "types/numeric.h"

#include <check.h>
#include <stdlib.h>

#include "common/error.h"
#include "types/type.h"

static struct error err;
static struct arena arena;

static struct numeric
parse(const char *text)
{
	struct numeric n;

	ck_assert_int_eq(numeric_parse(str_of_cstr(text), &arena, &n),
	    NUMERIC_PARSE_OK);
	return n;
}

static void
check_text(const struct numeric *n, const char *expected)
{
	struct buf text;

	buf_init(&text);
	numeric_put(n, &text);
	ck_assert_msg(str_equal(buf_str(&text), str_of_cstr(expected)),
	    "%.*s, not %s", STR_FMT(buf_str(&text)), expected);
	buf_release(&text);
}

#define BIG "99999999999999999999999999999999999999"

static const struct {
	const char *values[5];
	const char *sum;
} sums[] = {
	{ { "1.5", "2.25", "-1" }, "2.75" },
	{ { BIG, BIG, BIG }, "299999999999999999999999999999999999997" },
	{ { BIG, "0.00001", "-" BIG }, "0.00001" },
	{ { BIG BIG, "1", "-" BIG BIG, "0.10" }, "1.10" },
	{ { "Infinity", "1" }, "Infinity" },
	{ { "Infinity", "-Infinity" }, "NaN" },
	{ { "NaN", "1" }, "NaN" },
};

START_TEST(sums_and_merges)
{
	struct numeric_sum sum = { .scale = 0 }, merged = { .scale = 0 };
	struct numeric total;

	arena_init(&arena, NULL);
	for (size_t i = 0; sums[_i].values[i] != NULL; i++) {
		struct numeric n = parse(sums[_i].values[i]);

		ck_assert_int_eq(numeric_sum_add(i % 2 ? &merged : &sum, &n,
				     &arena, &err),
		    0);
	}
	ck_assert_int_eq(numeric_sum_merge(&sum, &merged, &arena, &err), 0);
	ck_assert_int_eq(numeric_sum_total(&sum, &arena, &total, &err), 0);
	check_text(&total, sums[_i].sum);
	arena_release(&arena);
}
END_TEST

START_TEST(sums_beyond_128_bits_keep_their_memory)
{
	struct numeric_sum sum = { .scale = 0 };
	struct numeric n, total;
	size_t used;

	arena_init(&arena, NULL);
	n = parse(BIG BIG);
	ck_assert_int_eq(numeric_sum_add(&sum, &n, &arena, &err), 0);
	ck_assert_int_eq(numeric_sum_add(&sum, &n, &arena, &err), 0);
	used = arena.used_bytes;
	for (int i = 2; i < 100000; i++)
		ck_assert_int_eq(numeric_sum_add(&sum, &n, &arena, &err), 0);
	ck_assert_uint_eq(arena.used_bytes, used);
	ck_assert_int_eq(numeric_sum_total(&sum, &arena, &total, &err), 0);
	check_text(&total,
	    "999999999999999999999999999999999999999999999999999999999999"
	    "999999999999999900000");
	arena_release(&arena);
}
END_TEST

/* Nor do squares, which are longer than their values. */
START_TEST(moments_keep_their_memory)
{
	struct numeric_moments moments = { .sum = { .scale = 0 } };
	struct numeric n, variance;
	size_t used;

	arena_init(&arena, NULL);
	n = parse("12345678901234567890123");
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(numeric_moments_add(&moments, &n, &arena,
				     &err),
		    0);
	used = arena.used_bytes;
	for (int i = 1000; i < 100000; i++)
		ck_assert_int_eq(numeric_moments_add(&moments, &n, &arena,
				     &err),
		    0);
	ck_assert_uint_eq(arena.used_bytes, used);
	ck_assert_int_eq(numeric_moments_variance(&moments, 100000, true, false,
			     &arena, &variance, &err),
	    0);
	check_text(&variance, "0");
	arena_release(&arena);
}
END_TEST

START_TEST(equal_values_have_equal_hashes)
{
	static const char *const pairs[][2] = {
		{ "0", "0.000" },
		{ "-1.5", "-1.50000" },
		{ "100", "1e2" },
		{ BIG BIG "00.00", BIG BIG "00" },
		{ BIG "0000000000000000000000.0",
		    BIG "0000000000000000000000" },
		{ "1e60",
		    "1000000000000000000000000000000000000000000000000"
		    "000000000000.00000" },
	};

	arena_init(&arena, NULL);
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		struct numeric a = parse(pairs[i][0]);
		struct numeric b = parse(pairs[i][1]);

		ck_assert_int_eq(numeric_compare(&a, &b), 0);
		ck_assert(numeric_hash(&a) == numeric_hash(&b));
	}
	arena_release(&arena);
}
END_TEST

/* All zeros of a large power of ten are left out at once. */
START_TEST(hashes_of_many_zeros)
{
	struct numeric n, one = numeric_of_i64(1), same;
	uint64_t hash;

	arena_init(&arena, NULL);
	n = parse("1e131071");
	hash = numeric_hash(&n);
	for (int i = 0; i < 100; i++)
		ck_assert(numeric_hash(&n) == hash);
	ck_assert_int_eq(numeric_subtract(&n, &one, &arena, &same, &err), 0);
	ck_assert_int_eq(numeric_add(&same, &one, &arena, &same, &err), 0);
	ck_assert(numeric_hash(&same) == hash);
	arena_release(&arena);
}
END_TEST

/* The binary form of more and less digits is that of the text. */
START_TEST(binary_digits)
{
	static const int counts[] = { 1, 63, 64, 65, 66, 3000, 32768 };
	const struct type type = type_of(TYPE_NUMERIC);
	struct buf text, binary;
	struct datum value, same;

	arena_init(&arena, NULL);
	buf_init(&text);
	buf_init(&binary);
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		buf_reset(&text);
		buf_reset(&binary);
		buf_put_u16_be(&binary, (uint16_t)counts[i]);
		buf_put_u16_be(&binary, (uint16_t)(counts[i] - 1));
		buf_put_u16_be(&binary, 0);
		buf_put_u16_be(&binary, 0);
		for (int k = 0; k < counts[i]; k++) {
			int digit = k * 7919 % 10000 + (k == 0);

			buf_put_u16_be(&binary, (uint16_t)digit);
			buf_printf(&text, "%04d", digit);
		}
		ck_assert_int_eq(type_in_text(&type, &type_settings_default,
				     buf_str(&text), &arena, &value, &err),
		    0);
		ck_assert_int_eq(type_in_binary(&type, buf_str(&binary), &arena,
				     &same, &err),
		    0);
		ck_assert_int_eq(numeric_compare(&value.numeric, &same.numeric),
		    0);
	}
	buf_patch_u32_be(&binary, 32768, 0x27102710);
	ck_assert_int_eq(type_in_binary(&type, buf_str(&binary), &arena, &same,
			     &err),
	    STELE_E_INVALID_BINARY_REPRESENTATION);
	buf_release(&text);
	buf_release(&binary);
	arena_release(&arena);
}
END_TEST

/* Values from PostgreSQL 15: powers whose digits are past an exact way. */
static const struct {
	const char *base;
	const char *exponent;
	const char *result; /* NULL: it overflows */
} powers[] = {
	{ "10.0", "131072", NULL },
	{ "9", "999999999", NULL },
	{ "1.000001", "2147483647000000", NULL },
	{ "1.000001", "100000000",
	    "26879827394087344246158930004723131138766976.0539350721981927" },
	{ "0.9999999999", "-2147483648", "1.2395499433338611" },
	{ "1.0000000001", "2147483647", "1.2395499431832869" },
	{ "-1.00000001", "2147483647", "-2120327431.7135648273598042" },
	{ "-1.00000001", "2147483646", "2120327410.5102907222568970" },
	{ "0.99999", "20000000", "0.0000000000000000" },
};

START_TEST(large_powers)
{
	struct numeric base, exponent, power;
	int rc;

	arena_init(&arena, NULL);
	base = parse(powers[_i].base);
	exponent = parse(powers[_i].exponent);
	rc = numeric_power(&base, &exponent, &arena, &power, &err);
	if (powers[_i].result == NULL) {
		ck_assert_int_eq(rc, STELE_E_NUMERIC_OUT_OF_RANGE);
	} else {
		ck_assert_int_eq(rc, 0);
		check_text(&power, powers[_i].result);
	}
	arena_release(&arena);
}
END_TEST

/* 2^400000 has 120,412 digits; 2^100000 is computed exactly. */
START_TEST(powers_have_all_their_digits)
{
	struct numeric two = numeric_of_i64(2), power, product;
	struct numeric exponent = numeric_of_i64(100000);

	arena_init(&arena, NULL);
	ck_assert_int_eq(numeric_power(&two, &exponent, &arena, &product, &err),
	    0);
	ck_assert_int_eq(numeric_rescale(&product, 0, NUMERIC_ROUND, &arena,
			     &product, &err),
	    0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(numeric_multiply(&product, &product, &arena,
				     &product, &err),
		    0);
	exponent = numeric_of_i64(400000);
	ck_assert_int_eq(numeric_power(&two, &exponent, &arena, &power, &err),
	    0);
	ck_assert_int_eq(numeric_compare(&power, &product), 0);
	arena_release(&arena);
}
END_TEST

static const struct {
	const char *text;
	int64_t digits;
	uint32_t scale;
	int32_t precision; /* 0: no modifier */
	int32_t mod_scale;
	bool is_easy;
} few_digits[] = {
	{ "1.50", 150, 2, 0, 0, true },
	{ "-0.001", -1, 3, 0, 0, true },
	{ "0", 0, 0, 10, 2, true },
	{ "19.9", 199, 1, 10, 2, true },
	{ "-99999999.99", -9999999999, 2, 10, 2, true },
	{ "100000000", 100000000, 0, 10, 2, false },
	{ "-99999999999", -99999999999, 0, 10, 2, false },
	{ "1.999", 1999, 3, 10, 2, false },
	{ "999999999999999999", 999999999999999999, 0, 18, 0, true },
	{ "999999999999999999", 999999999999999999, 0, 18, 18, false },
	{ "999999999999999999", 999999999999999999, 0, 38, 2, false },
	{ "15", 15, 0, 3, -1, false },
};

/* Digits become what numeric_fit() makes of their text. */
START_TEST(few_digits_fit)
{
	int32_t mod = few_digits[_i].precision == 0
	    ? -1
	    : type_numeric_mod(few_digits[_i].precision,
		  few_digits[_i].mod_scale);
	struct numeric expected, found;

	arena_init(&arena, NULL);
	ck_assert_int_eq(numeric_of_digits(few_digits[_i].digits,
			     few_digits[_i].scale, mod, &found),
	    few_digits[_i].is_easy);
	if (few_digits[_i].is_easy) {
		expected = parse(few_digits[_i].text);
		ck_assert_int_eq(numeric_fit(mod, &expected, &arena, &err), 0);
		ck_assert_int_eq(numeric_compare(&found, &expected), 0);
		ck_assert_uint_eq(found.scale, expected.scale);
	}
	arena_release(&arena);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("numeric");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, sums_and_merges, 0, ARRAY_LEN(sums));
	tcase_add_test(tc, sums_beyond_128_bits_keep_their_memory);
	tcase_add_test(tc, moments_keep_their_memory);
	tcase_add_test(tc, equal_values_have_equal_hashes);
	tcase_add_test(tc, hashes_of_many_zeros);
	tcase_add_test(tc, binary_digits);
	tcase_add_loop_test(tc, few_digits_fit, 0, ARRAY_LEN(few_digits));
	tcase_add_loop_test(tc, large_powers, 0, ARRAY_LEN(powers));
	tcase_add_test(tc, powers_have_all_their_digits);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
