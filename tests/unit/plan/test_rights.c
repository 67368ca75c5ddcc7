/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rights.def is whole: a function that may act has a row, as every relation that
 * the server keeps to some.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "plan/rights.h"
#include "plan/schema.h"

START_TEST(every_volatile_function_has_a_row)
{
	for (int id = 0; id < FUNCTION_COUNT; id++) {
		const struct function *function =
		    function_by_id((enum function_id)id);

		if (function->volatility == FUNCTION_VOLATILE)
			ck_assert_msg(function_has_need(function->id),
			    "%s has no row in rights.def", function->name);
	}
}
END_TEST

START_TEST(what_acts_on_the_server_needs_a_right)
{
	ck_assert_int_eq(function_need(FN_STELE_VERIFY), NEED_SUPERUSER);
	ck_assert_int_eq(function_need(FN_PG_CANCEL_BACKEND), NEED_SIGNAL);
	ck_assert_int_eq(function_need(FN_PG_SLEEP), NEED_NOTHING);
	ck_assert_int_eq(stmt_need(AST_CHECKPOINT), NEED_CHECKPOINT);
	ck_assert_int_eq(stmt_need(AST_SELECT), NEED_LISTED);
}
END_TEST

static enum right_need
need_of(uint32_t schema, const char *name)
{
	const struct system_table table = { .schema = schema, .name = name };

	return system_table_need(&table);
}

START_TEST(relations_of_the_server)
{
	ck_assert_int_eq(need_of(SCHEMA_PG_CATALOG, "pg_authid"),
	    NEED_SUPERUSER);
	ck_assert_int_eq(need_of(SCHEMA_PG_CATALOG, "pg_class"), NEED_NOTHING);
	ck_assert_int_eq(need_of(SCHEMA_STELE, "anything"), NEED_STATISTICS);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rights");
	TCase *tc = tcase_create("rights");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, every_volatile_function_has_a_row);
	tcase_add_test(tc, what_acts_on_the_server_needs_a_right);
	tcase_add_test(tc, relations_of_the_server);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
