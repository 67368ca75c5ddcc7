/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of zones: what names mean, and that rules which somebody makes up one
 * after the other do not stay.
 */
#include "types/time_zone.h"

#include <check.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/error.h"
#include "types/datetime.h"

#define NAMES 20000

static struct error err;
static struct time_zone_set *zones;

static void
setup(void)
{
	zones = time_zone_set_new(NULL, NULL);
	ck_assert_ptr_nonnull(zones);
}

static void
teardown(void)
{
	time_zone_set_free(zones);
}

/* Rules of three hours east. */
static struct str
rule_name(int number, char *out, size_t size)
{
	int len = snprintf(out, size, "<A%07d>-3", number);

	return str_of(out, (size_t)len);
}

START_TEST(values_leave_no_zones)
{
	struct type_settings settings = type_settings_default;
	size_t before = mallinfo2().uordblks;
	int64_t moment, expected;
	char text[64];

	settings.time_zones = zones;
	ck_assert_int_eq(timestamptz_parse(STR("2024-01-01 00:00:00+03"),
			     &settings, &expected, &err),
	    0);
	for (int i = 0; i < NAMES; i++) {
		int len =
		    snprintf(text, sizeof(text), "2024-01-01 <A%07d>-3", i);

		ck_assert_int_eq(timestamptz_parse(str_of(text, (size_t)len),
				     &settings, &moment, &err),
		    0);
		ck_assert_int_eq(moment, expected);
	}
	ck_assert_uint_lt(mallinfo2().uordblks, before + 2000000);
	/* and those that sessions choose have room still */
	for (int i = 0; i < 100; i++)
		ck_assert_ptr_nonnull(
		    time_zone_find(zones, rule_name(i, text, sizeof(text))));
}
END_TEST

START_TEST(two_zones_are_one_too_many)
{
	struct type_settings settings = type_settings_default;
	int64_t moment;
	char name[32];

	settings.time_zones = zones;
	for (int i = 0; i < 1000; i++)
		(void)time_zone_find(zones, rule_name(i, name, sizeof(name)));
	ck_assert_int_lt(timestamptz_parse(STR("2024-01-01 <AAA>-3 <BBB>-3"),
			     &settings, &moment, &err),
	    0);
}
END_TEST

START_TEST(a_set_that_is_full)
{
	const struct time_zone *kept, *zone;
	struct time_zone *made;
	char name[32];
	int refused = 0;

	kept = time_zone_find(zones, STR("<BBB>-2"));
	ck_assert_ptr_nonnull(kept);
	for (int i = 0; i < 1000; i++)
		refused += time_zone_find(zones,
			       rule_name(i, name, sizeof(name))) == NULL;
	ck_assert_int_gt(refused, 0);
	ck_assert_ptr_eq(time_zone_find(zones, STR("<BBB>-2")), kept);
	/* for one value it still is a zone */
	zone = time_zone_find_once(zones, STR("<CCC>-2"), &made);
	ck_assert_ptr_eq(zone, made);
	ck_assert_int_eq(time_zone_offset(zone, 0), 7200);
	time_zone_free(made);
	ck_assert_ptr_eq(time_zone_find_once(zones, STR("<BBB>-2"), &made),
	    kept);
	ck_assert_ptr_null(made);
	ck_assert_ptr_null(time_zone_find_once(zones, STR("no zone"), &made));
	ck_assert_ptr_null(made);
	/* what is stored, and offsets, are kept all the same */
	zone = time_zone_find_stored(zones, STR("<DDD>-2"));
	ck_assert_ptr_nonnull(zone);
	ck_assert_ptr_eq(time_zone_find(zones, STR("<DDD>-2")), zone);
	ck_assert_int_eq(time_zone_offset(time_zone_fixed(zones, 5400), 0),
	    5400);
}
END_TEST

START_TEST(abbreviations_are_found)
{
	struct time_zone_short its;
	int32_t offset;

	for (uint32_t i = 0; time_zone_abbrev_at(i, &its); i++) {
		ck_assert(time_zone_abbrev(its.name, &offset));
		ck_assert_int_eq(offset, its.offset);
	}
	ck_assert(time_zone_abbrev(STR("CeTdSt"), &offset));
	ck_assert_int_eq(offset, 7200);
	ck_assert(!time_zone_abbrev(STR(""), &offset));
	ck_assert(!time_zone_abbrev(STR("cetd"), &offset));
	ck_assert(!time_zone_abbrev(STR("cetdstx"), &offset));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("time_zone");
	TCase *tcase = tcase_create("set");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, values_leave_no_zones);
	tcase_add_test(tcase, two_zones_are_one_too_many);
	tcase_add_test(tcase, a_set_that_is_full);
	tcase_add_test(tcase, abbreviations_are_found);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
