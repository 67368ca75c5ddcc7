/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sorting by numbers that stand for keys gives what comparing rows says.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/error.h"
#include "exec/key_sort.h"
#include "exec/row_store.h"

#define COLUMNS 6
#define KEYS    3

static const struct type types[COLUMNS] = {
	{ .oid = TYPE_INT8, .mod = -1 },
	{ .oid = TYPE_FLOAT8, .mod = -1 },
	{ .oid = TYPE_TEXT, .mod = -1 },
	{ .oid = TYPE_BYTEA, .mod = -1 },
	{ .oid = TYPE_BOOL, .mod = -1 },
	{ .oid = TYPE_NUMERIC, .mod = -1 },
};

static const int64_t ints[] = { INT64_MIN, -300, -1, 0, 1, 255, 256, 65536,
	INT64_MAX };
static const double doubles[] = { -INFINITY, -1e300, -1.5, -0.0, 0.0, 5e-324,
	1.5, INFINITY, NAN };
static const struct str texts[] = {
	{ "", 0 },
	{ "a", 1 },
	{ "a\0", 2 },
	{ "a\0b", 3 },
	{ "user-00", 7 },
	{ "user-000", 8 },
	{ "user-000012", 11 },
	{ "user-0000120", 12 },
	{ "user-000013", 11 },
	{ "user-00001300000000000000000000000000000000", 43 },
	{ "user-00001300000000000000000000000000000001", 43 },
	{ "user-0000130000000000000000000000000000000", 42 },
	{ "\xff\xff", 2 },
};

static struct row_store store;
static struct error err;
static uint32_t seed;

static uint32_t
draw(uint32_t count)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % count;
}

/* A string that differs late from others: as many levels as it has parts. */
static struct str
deep_text(char room[120])
{
	size_t len = 8 * (size_t)draw(15);

	memset(room, 'x', len);
	if (len > 0 && draw(2) == 0)
		room[draw((uint32_t)len)] = 'y';
	return str_of(room, len);
}

static struct datum
draw_value(uint32_t column, char room[120])
{
	struct datum value = { .is_null = draw(10) == 0 };

	switch (column) {
	case 0:
		value.i64 = ints[draw(9)];
		break;
	case 1:
		value.f64 = doubles[draw(9)];
		break;
	case 2:
		value.str = draw(2) == 0 ? deep_text(room) : STR("user-000012");
		break;
	case 3:
		value.str = texts[draw(13)];
		break;
	case 4:
		value.boolean = draw(2) == 1;
		break;
	default:
		value.numeric = (struct numeric){ .small = draw(7) };
		break;
	}
	return value;
}

static void
fill(uint32_t count)
{
	char room[120];

	row_store_init(&store, types, COLUMNS, NULL);
	for (uint32_t i = 0; i < count; i++) {
		ck_assert_int_eq(row_store_next(&store, &err), 0);
		for (uint32_t c = 0; c < COLUMNS; c++) {
			struct datum value = draw_value(c, room);

			row_store_set(&store, c, &value);
		}
	}
}

static void
check_order(const struct row_order *order, const uint32_t *rows, uint32_t count)
{
	uint8_t *is_there = calloc(count + 1, 1);

	for (uint32_t i = 0; i < count; i++) {
		int result;

		ck_assert_uint_lt(rows[i], count);
		ck_assert_msg(is_there[rows[i]]++ == 0, "row %u twice",
		    rows[i]);
		if (i == 0)
			continue;
		result = row_order_compare(order, store.columns, rows[i - 1],
		    store.columns, rows[i]);
		ck_assert_msg(result < 0 ||
			(result == 0 && rows[i - 1] < rows[i]),
		    "rows %u and %u", rows[i - 1], rows[i]);
	}
	free(is_there);
}

static const uint32_t counts[] = { 0, 1, 2, 31, 32, 33, 300, 5000 };

/* Any three keys, either way, nulls at either end. */
START_TEST(sorts_as_rows_compare)
{
	uint32_t count = counts[_i % 8];
	struct key_item *items = calloc(count + 1, sizeof(*items));
	struct sort_key keys[KEYS] = { { 0 } };
	struct row_order order = { .keys = keys, .types = types };
	uint32_t *rows;

	seed = (uint32_t)_i;
	order.key_count = 1 + draw(KEYS);
	for (uint32_t k = 0; k < order.key_count; k++) {
		keys[k].column = draw(COLUMNS);
		keys[k].is_descending = draw(2) == 1;
		keys[k].nulls_first = draw(2) == 1;
	}
	fill(count);
	ck_assert_int_eq(key_sort(&order, store.columns, count, items, NULL,
			     &rows, &err),
	    0);
	check_order(&order, rows, count);
	row_store_release(&store);
	free(items);
}
END_TEST

START_TEST(is_cancelled)
{
	struct sort_key key = { .column = 2 };
	struct row_order order = { .keys = &key,
		.key_count = 1,
		.types = types };
	struct key_item *items = calloc(5000, sizeof(*items));
	atomic_bool cancel = true;
	uint32_t *rows;

	fill(5000);
	ck_assert_int_eq(key_sort(&order, store.columns, 5000, items, &cancel,
			     &rows, &err),
	    STELE_E_QUERY_CANCELED);
	row_store_release(&store);
	free(items);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_sort");
	TCase *tcase = tcase_create("key_sort");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, sorts_as_rows_compare, 0, 400);
	tcase_add_test(tcase, is_cancelled);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
