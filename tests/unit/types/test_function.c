/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of functions: rows are whole, names are found, and all rows of a
 * name are.
 */
#include "types/function.h"

#include <check.h>
#include <stdlib.h>

#include "types/type.h"

static uint32_t
candidate_count(enum function_kind kind, const char *name)
{
	const struct function *function = NULL;
	struct str text = str_of_cstr(name);
	uint32_t count = 0;

	while ((function = function_next(kind, text, function)) != NULL) {
		ck_assert_str_eq(function->name, name);
		ck_assert_int_eq(function->kind, kind);
		count++;
	}
	return count;
}

START_TEST(names_give_their_candidates)
{
	ck_assert_uint_eq(candidate_count(FUNCTION_OPERATOR, "="), 51);
	ck_assert_uint_eq(candidate_count(FUNCTION_OPERATOR, "%"), 4);
	ck_assert_uint_eq(candidate_count(FUNCTION_PLAIN, "mod"), 4);
	ck_assert_uint_eq(candidate_count(FUNCTION_PLAIN, "lower"), 1);
	ck_assert_uint_eq(candidate_count(FUNCTION_PLAIN, "LOWER"), 0);
	ck_assert_uint_eq(candidate_count(FUNCTION_OPERATOR, "lower"), 0);
	ck_assert_uint_eq(candidate_count(FUNCTION_PLAIN, ""), 0);
}
END_TEST

START_TEST(every_row_is_found)
{
	for (int id = 0; id < FUNCTION_COUNT; id++) {
		const struct function *row =
		    function_by_id((enum function_id)id);
		const struct function *found = NULL;

		ck_assert_int_eq(row->id, id);
		ck_assert_uint_le(row->arg_count, FUNCTION_ARGS_MAX);
		do
			found = function_next(row->kind, str_of_cstr(row->name),
			    found);
		while (found != NULL && found != row);
		ck_assert_ptr_eq(found, row);
	}
}
END_TEST

START_TEST(no_two_rows_have_the_same_signature)
{
	for (int id = 0; id < FUNCTION_COUNT; id++) {
		const struct function *row =
		    function_by_id((enum function_id)id);
		const struct function *other = row;

		while ((other = function_next(row->kind, str_of_cstr(row->name),
			    other)) != NULL) {
			bool same = row->arg_count == other->arg_count;

			for (uint32_t i = 0; same && i < row->arg_count; i++)
				same = row->args[i] == other->args[i];
			ck_assert_msg(!same, "%s twice", row->name);
		}
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("function");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, names_give_their_candidates);
	tcase_add_test(tc, every_row_is_found);
	tcase_add_test(tc, no_two_rows_have_the_same_signature);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
