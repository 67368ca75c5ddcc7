/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows as values: their forms, order and hash.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/error.h"
#include "types/numeric.h"
#include "types/record.h"
#include "vec/vec.h"

#define COLUMNS 5

static struct arena arena;
static struct error err;
static const struct str names[COLUMNS] = { { "n", 1 }, { "t", 1 }, { "d", 1 },
	{ "b", 1 }, { "x", 1 } };
static struct type types[COLUMNS];
static struct row_type row_type = { COLUMNS, types, names };

static void
setup(void)
{
	static const uint32_t oids[COLUMNS] = { TYPE_INT4, TYPE_TEXT,
		TYPE_NUMERIC, TYPE_BOOL, TYPE_FLOAT8 };

	arena_init(&arena, NULL);
	for (int i = 0; i < COLUMNS; i++)
		types[i] = type_of(oids[i]);
}

static void
teardown(void)
{
	arena_release(&arena);
}

static struct datum
parse(const struct type *type, const char *text)
{
	struct datum value = { .is_null = text == NULL };

	if (text != NULL)
		ck_assert_int_eq(type_in_text(type, &type_settings_default,
				     str_of_cstr(text), &arena, &value, &err),
		    0);
	return value;
}

/* Of the texts of its fields, NULL being a null. */
static struct str
make(const char *const *texts)
{
	struct datum fields[COLUMNS];
	struct str value;

	for (int i = 0; i < COLUMNS; i++)
		fields[i] = parse(&types[i], texts[i]);
	ck_assert_int_eq(record_make(&row_type, fields, &arena, &value, &err),
	    0);
	return value;
}

static const struct {
	const char *fields[COLUMNS];
	const char *text;
} texts[] = {
	{ { "1", "a", "1.50", "t", "0.5" }, "(1,a,1.50,t,0.5)" },
	{ { NULL, NULL, NULL, NULL, NULL }, "(,,,,)" },
	{ { "-1", "", "NaN", "f", "NaN" }, "(-1,\"\",NaN,f,NaN)" },
	{ { "2147483647", "a b", NULL, NULL, "1e300" },
	    "(2147483647,\"a b\",,,1e+300)" },
	{ { "0", "q\"b\\c", "123456789012345678901234567890123456789012.5",
	      NULL, NULL },
	    "(0,\"q\"\"b\\\\c\",123456789012345678901234567890123456789012.5"
	    ",,)" },
	{ { "0", "(x),", "-0.000", NULL, NULL }, "(0,\"(x),\",0.000,,)" },
};

START_TEST(shows_its_fields)
{
	const struct type type = type_of_row(&row_type);
	const struct datum value = { .str = make(texts[_i].fields) };
	struct vec vec;
	struct buf text;

	vec_init_constant(&vec, PHYS_STR, &value, &arena);
	buf_init(&text);
	type_out_text(&type, &type_settings_default, &vec, 0, &text);
	ck_assert_uint_eq(text.len, strlen(texts[_i].text));
	ck_assert_mem_eq(text.data, texts[_i].text, text.len);
	buf_release(&text);
}
END_TEST

START_TEST(gives_back_its_fields)
{
	const struct record record = record_open(make(texts[_i].fields));

	ck_assert_uint_eq(record.row->count, COLUMNS);
	for (uint32_t i = 0; i < COLUMNS; i++) {
		struct datum want = parse(&types[i], texts[_i].fields[i]);
		struct datum got = record_get(&record, i, &arena);

		ck_assert_int_eq(got.is_null, want.is_null);
		ck_assert_int_eq(record_is_null(&record, i), want.is_null);
		if (!want.is_null)
			ck_assert_int_eq(type_compare(&types[i], &got, &want),
			    0);
	}
}
END_TEST

/* PostgreSQL's record_send(): count, then OID, length and bytes of each. */
START_TEST(has_a_binary_form)
{
	static const uint8_t want[] = {
		0, 0, 0, 5,                          /* fields */
		0, 0, 0, 23, 0, 0, 0, 4, 0, 0, 0, 7, /* int4 */
		0, 0, 0, 25, 0, 0, 0, 2, 'h', 'i',   /* text */
		0, 0, 6, 164, 255, 255, 255, 255,    /* numeric, null */
		0, 0, 0, 16, 0, 0, 0, 1, 1,          /* bool */
		0, 0, 2, 189, 255, 255, 255, 255,    /* float8, null */
	};
	static const char *const fields[] = { "7", "hi", NULL, "t", NULL };
	const struct type type = type_of_row(&row_type);
	const struct datum value = { .str = make(fields) };
	struct vec vec;
	struct buf bytes;

	vec_init_constant(&vec, PHYS_STR, &value, &arena);
	buf_init(&bytes);
	type_out_binary(&type, &vec, 0, &bytes);
	ck_assert_uint_eq(bytes.len, sizeof(want));
	ck_assert_mem_eq(bytes.data, want, sizeof(want));
	buf_release(&bytes);
}
END_TEST

static const struct {
	const char *a[COLUMNS], *b[COLUMNS];
	int order;
} orders[] = {
	{ { "1", "a", "1.5", "t", "0" }, { "1", "a", "1.50", "t", "-0" }, 0 },
	{ { "1", "a", NULL, NULL, NULL }, { "1", "a", NULL, NULL, NULL }, 0 },
	{ { "1", "a", NULL, NULL, NULL }, { "1", "b", NULL, NULL, NULL }, -1 },
	{ { "2", "a", NULL, NULL, NULL }, { "1", "b", NULL, NULL, NULL }, 1 },
	{ { "1", NULL, NULL, NULL, NULL }, { "1", "b", NULL, NULL, NULL }, 1 },
	{ { "9", "b", "1", "f", NULL }, { "9", "b", "1", "t", "5" }, -1 },
	{ { "9", "b", "1", "f", "NaN" }, { "9", "b", "1", "f", "5" }, 1 },
};

START_TEST(has_an_order)
{
	struct str a = make(orders[_i].a), b = make(orders[_i].b);
	int order = record_compare(a, b), back = record_compare(b, a);

	ck_assert_int_eq((order > 0) - (order < 0), orders[_i].order);
	ck_assert_int_eq((back > 0) - (back < 0), -orders[_i].order);
	if (order == 0)
		ck_assert_uint_eq(record_hash(a), record_hash(b));
	else
		ck_assert_uint_ne(record_hash(a), record_hash(b));
}
END_TEST

/* Rows of other columns are told apart, whatever their bytes. */
START_TEST(meets_other_shapes)
{
	static const char *const fields[] = { "1", NULL, NULL, NULL, NULL };
	struct type other_types[] = { type_of(TYPE_INT8) };
	const struct row_type other = { 1, other_types, names };
	const struct row_type first = { 1, types, names };
	const struct datum one = { .i64 = 1 };
	struct str row = make(fields), of_int8, shorter;

	ck_assert_int_eq(record_make(&other, &one, &arena, &of_int8, &err), 0);
	ck_assert_int_eq(record_make(&first, &one, &arena, &shorter, &err), 0);
	ck_assert_int_ne(record_compare(row, of_int8), 0);
	ck_assert_int_gt(record_compare(row, shorter), 0);
	ck_assert_int_lt(record_compare(shorter, row), 0);
}
END_TEST

START_TEST(is_not_read)
{
	const struct type type = type_of_row(NULL);
	struct datum value;

	ck_assert_int_eq(type_in_text(&type, &type_settings_default,
			     STR("(1,2)"), &arena, &value, &err),
	    STELE_E_FEATURE_NOT_SUPPORTED);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("record");
	TCase *tcase = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, shows_its_fields, 0,
	    sizeof(texts) / sizeof(texts[0]));
	tcase_add_loop_test(tcase, gives_back_its_fields, 0,
	    sizeof(texts) / sizeof(texts[0]));
	tcase_add_test(tcase, has_a_binary_form);
	tcase_add_loop_test(tcase, has_an_order, 0,
	    sizeof(orders) / sizeof(orders[0]));
	tcase_add_test(tcase, meets_other_shapes);
	tcase_add_test(tcase, is_not_read);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
