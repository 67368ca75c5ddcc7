/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values in binary form in the encoding of a client.
 */
#include "wire/pg_recode.h"

#include <check.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/error.h"
#include "types/encoding.h"

static struct error err;
static struct arena arena;

static void
setup(void)
{
	arena_init(&arena, NULL);
}

static void
teardown(void)
{
	arena_release(&arena);
}

#define BYTES(literal) \
	{ \
		(literal), sizeof(literal) - 1 \
	}

/* No dimension, one and the last of them, flags, and that it is of text. */
#define HEADER0 "\0\0\0\0\0\0\0\0\0\0\0\x19"
#define HEADER1 "\0\0\0\1\0\0\0\0\0\0\0\x19\0\0\0\2\0\0\0\1"

static const struct {
	uint32_t oid;
	struct str latin1;
	struct str utf8;
} value_case[] = {
	{ TYPE_TEXT, BYTES("a\xe9"), BYTES("a\xc3\xa9") },
	{ TYPE_BYTEA, BYTES("a\xe9"), BYTES("a\xe9") },
	{ TYPE_JSONB, BYTES("\1\"\xe9\""), BYTES("\1\"\xc3\xa9\"") },
	{ TYPE_TEXT_ARRAY, BYTES(HEADER1 "\0\0\0\1\xe9\0\0\0\2ab"),
	    BYTES(HEADER1 "\0\0\0\2\xc3\xa9\0\0\0\2ab") },
	{ TYPE_TEXT_ARRAY, BYTES(HEADER1 "\xff\xff\xff\xff\0\0\0\1\xe9"),
	    BYTES(HEADER1 "\xff\xff\xff\xff\0\0\0\2\xc3\xa9") },
	/* Too short for a length; for what the length says. */
	{ TYPE_TEXT_ARRAY, BYTES(HEADER0 "\xe9"), BYTES(HEADER0 "\xe9") },
	{ TYPE_TEXT_ARRAY, BYTES(HEADER0 "\xe9\0"), BYTES(HEADER0 "\xe9\0") },
	{ TYPE_TEXT_ARRAY, BYTES(HEADER0 "\xe9\0\0"),
	    BYTES(HEADER0 "\xe9\0\0") },
	{ TYPE_TEXT_ARRAY, BYTES(HEADER1 "\0\0\0\1\xe9\0\0"),
	    BYTES(HEADER1 "\0\0\0\2\xc3\xa9\0\0") },
	{ TYPE_TEXT_ARRAY, BYTES(HEADER1 "\0\0\0\2\xe9"),
	    BYTES(HEADER1 "\0\0\0\2\xe9") },
	{ TYPE_TEXT_ARRAY, BYTES(HEADER1 "\xff\xff\xff\xfe\xe9"),
	    BYTES(HEADER1 "\xff\xff\xff\xfe\xe9") },
	/* Too short for its header; for its dimensions; more than there are. */
	{ TYPE_TEXT_ARRAY, BYTES("\0\0\xe9"), BYTES("\0\0\xe9") },
	{ TYPE_TEXT_ARRAY, BYTES("\0\0\0\1\0\0\0\0\0\0\0\x19\xe9"),
	    BYTES("\0\0\0\1\0\0\0\0\0\0\0\x19\xe9") },
	{ TYPE_TEXT_ARRAY, BYTES("\xff\xff\xff\xff\0\0\0\0\0\0\0\x19"),
	    BYTES("\xff\xff\xff\xff\0\0\0\0\0\0\0\x19") },
};

START_TEST(values_are_recoded)
{
	const struct type type = type_of(value_case[_i].oid);
	struct str value = value_case[_i].latin1;
	struct str expected = value_case[_i].utf8;

	ck_assert_int_eq(pg_recode_value(encoding_find(STR("latin1")), &type,
			     &arena, &value, &err),
	    0);
	ck_assert_uint_eq(value.len, expected.len);
	ck_assert_mem_eq(value.data, expected.data, expected.len);
}
END_TEST

/* The same back, in a DataRow. */
START_TEST(rows_are_recoded)
{
	static const uint16_t binary[] = { 1 };
	const struct pg_column column = { .type = type_of(value_case[_i].oid) };
	struct str value = value_case[_i].utf8;
	struct str expected = value_case[_i].latin1;
	struct buf out;
	size_t at;

	buf_init(&out);
	at = pg_begin(&out, 'D');
	buf_put_u16_be(&out, 1);
	buf_put_u32_be(&out, (uint32_t)value.len);
	buf_put_str(&out, value);
	pg_end(&out, at);
	ck_assert_int_eq(pg_recode_row(&out, 0, &column, binary, 1,
			     encoding_find(STR("latin1")), &err),
	    0);
	ck_assert(!out.failed);
	ck_assert_uint_eq(out.len, 11 + expected.len);
	ck_assert_uint_eq(out.data[4], out.len - 1);
	ck_assert_uint_eq(out.data[10], expected.len);
	ck_assert_mem_eq(out.data + 11, expected.data, expected.len);
	buf_release(&out);
}
END_TEST

START_TEST(records_are_refused)
{
	const struct type type = type_of(TYPE_RECORD);
	struct str value = STR("\0\0\0\1\xe9");

	ck_assert_int_eq(pg_recode_value(encoding_find(STR("latin1")), &type,
			     &arena, &value, &err),
	    STELE_E_FEATURE_NOT_SUPPORTED);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("pg_recode");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, values_are_recoded, 0, ARRAY_LEN(value_case));
	tcase_add_loop_test(tc, rows_are_recoded, 0, ARRAY_LEN(value_case));
	tcase_add_test(tc, records_are_refused);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
