/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups go from one dictionary to the next: what was there is told, what was
 * not is not, and what a dictionary lacks comes back with the one after it.
 */
#include "exec/group_order.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "common/attr.h"
#include "common/error.h"

#define GROUPS_MAX 6000
#define ROOM       ((size_t)GROUPS_MAX * sizeof(struct group_place))

/* A dictionary of the names of some numbers, ascending. */
struct dictionary {
	struct vec_late late;
	const uint32_t *numbers;
	char (*names)[8]; /* of all numbers */
};

static char names[GROUPS_MAX][8];

static int
fill(const struct vec_late *late, const struct vec *vec, struct sel sel,
    struct error *err UNUSED)
{
	const struct dictionary *its = (const struct dictionary *)late;

	for (uint32_t i = 0; i < sel.count; i++) {
		uint32_t row = sel_row(sel, i);
		const char *name = its->names[its->numbers[vec->codes.of[row]]];

		vec->str[row] = (struct str){ name, strlen(name) };
	}
	return 0;
}

static struct group_order order;
static struct arena arena;
static struct str keys[GROUPS_MAX]; /* by group: the number's, turned round */
static struct vec key_column = { .phys = PHYS_STR, .str = keys };
static struct error err;

static uint32_t
group_of(uint32_t number)
{
	return GROUPS_MAX - 1 - number;
}

static void
setup(void)
{
	for (uint32_t n = 0; n < GROUPS_MAX; n++) {
		snprintf(names[n], sizeof(names[n]), "u%05u", n);
		keys[group_of(n)] = (struct str){ names[n], strlen(names[n]) };
	}
	arena_init(&arena, NULL);
	group_order_init(&order, ROOM, NULL);
}

static void
teardown(void)
{
	group_order_release(&order);
	arena_release(&arena);
}

/*
 * A dictionary with every step-th number: looks at what is told of it, gives
 * groups to some that have none, and puts them into the list.
 */
static void
meet(uint32_t step, bool *has_group)
{
	static uint32_t numbers[GROUPS_MAX];
	uint32_t groups[GROUPS_MAX] = { 0 };
	const struct dictionary dictionary = { .late.fill = fill,
		.numbers = numbers,
		.names = names };
	struct vec_codes codes = { .late = &dictionary.late };

	for (uint32_t n = 0; n < GROUPS_MAX; n += step)
		numbers[codes.count++] = n;
	ck_assert_int_eq(group_order_tell(&order, &codes, &arena, groups, &err),
	    0);
	for (uint32_t code = 0; code < codes.count; code++) {
		uint32_t number = numbers[code];

		ck_assert_uint_eq(groups[code],
		    has_group[number] ? group_of(number) + 1 : 0);
		if (number % 7 != 0) { /* not all codes have rows */
			groups[code] = group_of(number) + 1;
			has_group[number] = true;
		}
	}
	ck_assert_int_eq(group_order_add(&order, groups, codes.count,
			     &key_column, GROUPS_MAX, &err),
	    0);
}

static void
check_places(const bool *has_group)
{
	uint32_t at = 0;

	for (uint32_t n = 0; n < GROUPS_MAX; n++) {
		if (!has_group[n])
			continue;
		ck_assert_uint_lt(at, order.count);
		ck_assert_uint_eq(order.places[at].group, group_of(n));
		ck_assert(str_equal(order.places[at].key, keys[group_of(n)]));
		at++;
	}
	ck_assert_uint_eq(at, order.count);
}

START_TEST(carries_groups_over)
{
	static const uint32_t steps[] = { 3, 5, 1, 1000, 2, 6000, 3, 1 };
	bool has_group[GROUPS_MAX] = { false };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		meet(steps[i], has_group);
		check_places(has_group);
	}
	ck_assert_uint_eq(order.count, GROUPS_MAX - GROUPS_MAX / 7 - 1);
}
END_TEST

static void
add(const uint32_t *groups, uint32_t code_count, uint32_t group_count)
{
	ck_assert_int_eq(group_order_add(&order, groups, code_count,
			     &key_column, group_count, &err),
	    0);
}

/* Absent ones, and those of no group, are not taken for groups. */
START_TEST(leaves_out_what_is_no_group)
{
	const uint32_t groups[] = { 0, 3, UINT32_MAX, 7, 1 };

	add(groups, 5, 3);
	ck_assert_uint_eq(order.count, 2);
	ck_assert_uint_eq(order.places[0].group, 2);
	ck_assert_uint_eq(order.places[1].group, 0);
}
END_TEST

/* Past its limit it has nothing, and goes on from there. */
START_TEST(is_empty_without_room)
{
	uint32_t groups[3] = { 1, 2, 3 };

	group_order_release(&order);
	group_order_init(&order, 2 * sizeof(struct group_place), NULL);
	add(groups, 3, 3);
	ck_assert_uint_eq(order.count, 0);
	add(groups, 2, 3);
	ck_assert_uint_eq(order.count, 2);
}
END_TEST

/* Told of a dictionary of the first `count` numbers, whose strings are late or not. */
static void
tell(uint32_t count, bool is_late)
{
	static uint32_t numbers[GROUPS_MAX];
	uint32_t groups[GROUPS_MAX] = { 0 };
	const struct dictionary dictionary = { .late.fill = fill,
		.numbers = numbers,
		.names = names };
	const struct vec_codes codes = { .count = count,
		.late = is_late ? &dictionary.late : NULL };

	for (uint32_t n = 0; n < count; n++)
		numbers[n] = n;
	ck_assert_int_eq(group_order_tell(&order, &codes, &arena, groups, &err),
	    0);
}

/*
 * Only where strings can be had of codes, and the list is not much shorter: else it
 * is forgotten, as nobody knows where its places are among the codes.
 */
START_TEST(merges_where_that_is_cheaper)
{
	const uint32_t groups[] = { 2, 1 }; /* which no dictionary here has */

	add(groups, 2, 2);
	tell(8, true);
	ck_assert_uint_eq(order.count, 2);
	tell(9, true);
	ck_assert_uint_eq(order.count, 0);
	add(groups, 2, 2);
	tell(8, false);
	ck_assert_uint_eq(order.count, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("group_order");
	TCase *tcase = tcase_create("lists");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, carries_groups_over);
	tcase_add_test(tcase, leaves_out_what_is_no_group);
	tcase_add_test(tcase, is_empty_without_room);
	tcase_add_test(tcase, merges_where_that_is_cheaper);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
